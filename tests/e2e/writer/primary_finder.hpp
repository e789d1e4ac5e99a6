// SPDX-License-Identifier: Apache-2.0
// Which member takes writes now? Asks every member `hello`: every half second while one is known, every 10 ms while
// none is.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "operators/mongodb/wire/connection.hpp"
#include "tests/e2e/writer/members_file.hpp"

namespace e2e::writer {

class PrimaryFinder {
 public:
  // `context` and `members` outlive this. `changed` is called when the primary becomes another one, or none.
  PrimaryFinder(const mongo::WireContext& context, MembersFile& members, std::function<void()> changed);

  void start();
  void stop();
  const std::optional<MemberAddress>& primary() const { return primary_; }
  // A write went wrong: ask at once.
  void doubt();

 private:
  struct Watch {
    MemberAddress member;
    std::unique_ptr<mongo::Connection> connection;
    bool asking = false;
    bool is_primary = false;
    std::string election;
  };

  void tick();
  void follow_members();
  void ask(Watch& watch);
  void answered(Watch& watch, const k8s::Result<mongo::bson::Document>& hello);
  void choose();

  mongo::WireContext context_;
  MembersFile& members_;
  std::function<void()> changed_;
  boost::asio::steady_timer timer_;
  std::vector<std::unique_ptr<Watch>> watches_;
  std::optional<MemberAddress> primary_;
  k8s::Monotonic next_round_{};
  k8s::Monotonic next_look_{};
  bool stopped_ = false;
};

}  // namespace e2e::writer
