// SPDX-License-Identifier: Apache-2.0
#include "libk8s/runtime/manager.hpp"

#include <csignal>

#include <algorithm>

#include <boost/asio/signal_set.hpp>

namespace k8s {
namespace {

constexpr Millis kSyncPoll{20};

}  // namespace

class Manager::Impl {
 public:
  Impl(Loop& loop, Log& log, std::function<void(int)> exit, Options options)
      : loop_(loop), log_(log), exit_(std::move(exit)), options_(options) {}

  void start() {
    for (const auto& serve : servers) serve();
    stage = Stage::syncing;
    sync_deadline_ = loop_.now() + options_.sync_timeout;
    for (Reflector* reflector : reflectors) reflector->start();
    wait_for_stores();
  }

  void stop() {
    switch (stage) {
      case Stage::exited: return;
      case Stage::stopping: return give_up_waiting("asked to stop a second time");
      case Stage::created:
      case Stage::syncing:
      case Stage::standing_by: stage = Stage::stopping; return release();
      case Stage::leading: break;
    }
    stage = Stage::stopping;
    log_.info("stopping", {{"controllers", std::to_string(controllers.size())}});
    timer_ = loop_.after(options_.grace, [this] { give_up_waiting("effects in flight did not end in time"); });
    busy_ = controllers.size();
    if (busy_ == 0) return release();
    for (ReconcileLoop* controller : controllers) {
      controller->stop([this] {
        if (--busy_ == 0 && stage == Stage::stopping) release();
      });
    }
  }

  bool stores_synced() const {
    return std::all_of(reflectors.begin(), reflectors.end(),
                       [](const Reflector* reflector) { return reflector->store().synced(); });
  }

  Stage stage = Stage::created;
  std::vector<std::function<void()>> servers;
  std::vector<Reflector*> reflectors;
  Elector* elector = nullptr;
  std::vector<std::function<void()>> on_leading;
  std::vector<ReconcileLoop*> controllers;

 private:
  void wait_for_stores() {
    if (stores_synced()) return stand_by();
    if (loop_.now() >= sync_deadline_) return fail_to_sync();
    timer_ = loop_.after(kSyncPoll, [this] { wait_for_stores(); });
  }

  void fail_to_sync() {
    for (const Reflector* reflector : reflectors) {
      if (reflector->store().synced()) continue;
      log_.error("a store did not sync in time",
                 {{"kind", std::string{reflector->store().type().kind}},
                  {"namespace", reflector->scope().ns.str()},
                  {"trouble", reflector->trouble().empty() ? "no answer yet" : reflector->trouble()}});
    }
    exit(1);
  }

  void stand_by() {
    timer_.reset();
    if (!elector) return lead();
    stage = Stage::standing_by;
    elector->start([this] { lead(); }, [this] { lost(); });
  }

  void lead() {
    if (stage == Stage::stopping || stage == Stage::exited) return;
    stage = Stage::leading;
    log_.info("leading", {{"controllers", std::to_string(controllers.size())}});
    for (const auto& begin : on_leading) begin();
    for (ReconcileLoop* controller : controllers) controller->start();
  }

  void lost() {
    if (stage == Stage::exited) return;
    log_.error("lease lost, ending at once");
    exit(1);
  }

  void give_up_waiting(std::string_view why) {
    if (stage == Stage::exited || releasing_) return exit(0);
    // Work that was guarded by the lease may still be carried out: it must run out by itself.
    log_.warning("ending without giving the lease back", {{"why", std::string{why}}});
    exit(0);
  }

  void release() {
    if (releasing_) return;
    releasing_ = true;
    timer_.reset();
    if (!elector) {
      timer_ = loop_.after(Millis{0}, [this] { exit(0); });
      return;
    }
    elector->release([this] { exit(0); });
  }

  void exit(int code) {
    if (stage == Stage::exited) return;
    stage = Stage::exited;
    timer_.reset();
    log_.info("exit", {{"code", std::to_string(code)}});
    exit_(code);
  }

  Loop& loop_;
  Log& log_;
  std::function<void(int)> exit_;
  Options options_;
  Monotonic sync_deadline_{};
  std::size_t busy_ = 0;
  bool releasing_ = false;
  std::unique_ptr<Loop::Timer> timer_;
};

Manager::Manager(Loop& loop, Log& log, std::function<void(int)> exit)
    : Manager(loop, log, std::move(exit), Options{}) {}

Manager::Manager(Loop& loop, Log& log, std::function<void(int)> exit, Options options)
    : impl_(std::make_unique<Impl>(loop, log, std::move(exit), options)) {}

Manager::~Manager() = default;

void Manager::serve(std::function<void()> start) {
  impl_->servers.push_back(std::move(start));
}

void Manager::add(Reflector& reflector) {
  impl_->reflectors.push_back(&reflector);
}

void Manager::elect(Elector& elector) {
  impl_->elector = &elector;
}

void Manager::on_leading(std::function<void()> start) {
  impl_->on_leading.push_back(std::move(start));
}

void Manager::add(ReconcileLoop& controller) {
  impl_->controllers.push_back(&controller);
}

void Manager::start() {
  impl_->start();
}

void Manager::stop() {
  impl_->stop();
}

Manager::Stage Manager::stage() const {
  return impl_->stage;
}

bool Manager::ready() const {
  return impl_->stores_synced() && (stage() == Stage::standing_by || stage() == Stage::leading);
}

std::optional<Millis> Manager::remaining_lease(Monotonic now) const {
  if (stage() != Stage::leading && stage() != Stage::stopping) return std::nullopt;
  if (!impl_->elector) return Millis::max();
  return impl_->elector->remaining(now);
}

int run(boost::asio::io_context& io, Manager& manager, const int& exit_code) {
  boost::asio::signal_set signals{io, SIGTERM, SIGINT};
  std::function<void()> listen = [&] {
    signals.async_wait([&](const boost::system::error_code& error, int) {
      if (error) return;
      manager.stop();
      listen();
    });
  };
  listen();
  manager.start();
  io.run();
  return exit_code;
}

}  // namespace k8s
