// SPDX-License-Identifier: Apache-2.0
// How does one writer write? One document after the other to the primary, each under an id of its own that is never
// sent twice.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/steady_timer.hpp>

#include "operators/mongodb/wire/connection.hpp"
#include "tests/e2e/writer/log_file.hpp"
#include "tests/e2e/writer/primary_finder.hpp"

namespace e2e::writer {

struct Workload {
  std::string id_prefix;  // "r7f3a-2-"
  std::string database;
  // The command that writes the n-th time.
  std::function<mongo::bson::Document(const std::string& id, std::int64_t n)> command;
  k8s::Millis interval{0};  // between two writes; 0: at once
};

class OneWriter {
 public:
  // All references outlive this.
  OneWriter(const mongo::WireContext& context, mongo::Identity identity, PrimaryFinder& finder, LogFile& log,
            Workload workload);

  void start();
  // Another member is primary, or none: a write on its way elsewhere is unknown from now on.
  void primary_changed();
  // No further writes.
  void finish() { finishing_ = true; }
  bool is_busy() const { return !on_its_way_.empty(); }
  // What is still on its way is unknown.
  void give_up();

 private:
  void write_after(k8s::Millis delay);
  void write();
  void answered(const k8s::Result<mongo::bson::Document>& reply);

  mongo::WireContext context_;
  mongo::Identity identity_;
  PrimaryFinder& finder_;
  LogFile& log_;
  Workload workload_;
  boost::asio::steady_timer timer_;
  std::unique_ptr<mongo::Connection> connection_;
  MemberAddress connected_to_;
  std::string on_its_way_;  // its id; empty: none
  std::int64_t next_ = 0;
  k8s::Monotonic due_{};
  bool finishing_ = false;
};

// {w: "majority", j: true, wtimeout: 10000}
mongo::bson::Document write_concern();

}  // namespace e2e::writer
