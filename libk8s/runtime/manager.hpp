// SPDX-License-Identifier: Apache-2.0
// In which order does a process start and stop?
//
// start: servers (health, metrics) -> reflectors, until synced (2 min, else exit 1 with what is missing) -> elector ->
// controllers SIGTERM, SIGINT: controllers take no more keys -> effects in flight end (10 s) -> lease released -> exit
// 0 lease lost: exit 1 at once, nothing released: another process may already act
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "libk8s/cache/reflector.hpp"
#include "libk8s/election/elector.hpp"
#include "libk8s/runtime/reconcile_loop.hpp"

namespace k8s {

class Manager {
 public:
  struct Options {
    Millis sync_timeout{120'000};
    Millis grace{10'000};
  };
  enum class Stage { created, syncing, standing_by, leading, stopping, exited };

  // `exit` ends the process (or the simulated one) with that code; called at most once, last of all.
  Manager(Loop& loop, Log& log, std::function<void(int code)> exit);
  Manager(Loop& loop, Log& log, std::function<void(int code)> exit, Options options);
  ~Manager();

  // Before start(), in this order of life. All must outlive the manager.
  void serve(std::function<void()> start);
  void add(Reflector& reflector);
  // At most one; without it this process leads as soon as its stores are synced.
  void elect(Elector& elector);
  // Called when this process starts to lead, before its controllers start: monitors and the like.
  void on_leading(std::function<void()> start);
  void add(ReconcileLoop& controller);

  void start();
  // SIGTERM or SIGINT; a second call ends the waiting for effects in flight.
  void stop();

  Stage stage() const;
  // For /readyz: the stores are synced and this process is not stopping. A standby is ready.
  bool ready() const;
  // For Executor::Options::remaining_lease.
  std::optional<Millis> remaining_lease(Monotonic now) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Starts the manager, stops it on SIGTERM and SIGINT, and runs the loop until exit_code is set by the manager's exit
// callback (which must set it and stop `io`). What main() returns.
int run(boost::asio::io_context& io, Manager& manager, const int& exit_code);

}  // namespace k8s
