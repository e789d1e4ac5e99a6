// SPDX-License-Identifier: Apache-2.0
// Keeps the lease: carries the election machine's actions out over connections of their own (Lane::lease), with their
// own deadlines.
//
// Owns its request and timers; destroying it cancels them and releases nothing.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "libk8s/base/log.hpp"
#include "libk8s/cache/loop.hpp"
#include "libk8s/election/election.hpp"
#include "libk8s/transport/http_client.hpp"

namespace k8s {

class Elector {
 public:
  struct World {
    Loop& loop;
    HttpClient& http;
    Random& random;
    Log& log;
  };
  // How long release() tries.
  static constexpr Millis kReleaseDeadline{2'000};

  Elector(World world, ElectionConfig config);
  Elector(const Elector&) = delete;
  Elector& operator=(const Elector&) = delete;

  // `leading` runs once, when the lease is won. `lost` runs at most once, after it: the process must end at once.
  void start(std::function<void()> leading, std::function<void()> lost);
  // Gives the lease back, when all guarded work has ended. `done` runs once, on the loop, also when it could not be
  // given back in time.
  void release(std::function<void()> done);

  // How long leading is still certain; nothing when not leading.
  std::optional<Millis> remaining(Monotonic now) const { return election_.remaining(now); }
  bool leading() const { return remaining(world_.loop.now()).has_value(); }
  const Election& election() const { return election_; }

 private:
  void perform(const ElectionAction& action);
  void act(const election_action::Get&);
  void act(const election_action::Create& create);
  void act(const election_action::Put& put);
  void act(const election_action::Sleep& sleep);
  void act(const election_action::Nothing&);

  void send(Method method, const Lease* lease);
  void answered(Method method, const Result<Reply>& reply);
  void look_at_role();
  void finish_release();

  World world_;
  ElectionConfig config_;
  Election election_;
  ElectionRole known_ = ElectionRole::standing_by;
  std::string known_holder_;
  std::function<void()> leading_;
  std::function<void()> lost_;
  std::function<void()> released_;
  std::unique_ptr<HttpClient::Call> call_;
  std::unique_ptr<HttpClient::Call> answered_;  // dies once its callback has returned
  std::unique_ptr<Loop::Timer> timer_;
  std::unique_ptr<Loop::Timer> deadline_;
};

}  // namespace k8s
