// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/replica_set/controller.hpp"

#include "libk8s/runtime/controller.hpp"
#include "operators/mongodb/replica_set/apply.hpp"
#include "operators/mongodb/replica_set/decide.hpp"

namespace mongodb {
namespace {

// A member that has not answered by then counts as not answering.
constexpr k8s::Millis kGatherWithin{4'000};

struct Gathering final : k8s::Pending {
  std::shared_ptr<bool> wanted = std::make_shared<bool>(true);
  ~Gathering() override { *wanted = false; }
};

}  // namespace

ReplicaSetController::ReplicaSetController(const World& world, const Settings& settings, Stores& stores,
                                           const std::vector<std::unique_ptr<k8s::Reflector>>& reflectors)
    : world_(world),
      settings_(settings),
      stores_(stores),
      monitor_({.loop = world.loop, .dialer = world.dialer, .random = world.random},
               [this](const k8s::ObjectKey& set) { loop_->wake(set); }),
      keyfiles_(world.loop, world.client, [this](const k8s::ObjectKey& set) { loop_->wake(set); }),
      mongo_(monitor_, world.loop.clock(), freezes_) {
  k8s::Controller<Observed, Plan>::Functions functions{
      .observe =
          [this](const k8s::ObjectKey& key, const k8s::PassFacts& facts) {
            watch_members(stores_, keyfiles_, monitor_, key);
            return observe({.settings = settings_,
                            .stores = stores_,
                            .keyfiles = keyfiles_,
                            .members = monitor_,
                            .freezes = freezes_},
                           key, facts);
          },
      // A set that is gone needs nothing; garbage collection sees to what it owned.
      .decide = [](const Observed& observed) { return observed.set.metadata.uid.empty() ? Plan{} : decide(observed); },
      .apply = [this](const k8s::ObjectKey& key, const Plan& plan,
                      k8s::Steps& steps) { apply(key, plan, mongo_, steps); },
  };
  k8s::ReconcileLoop::Parts parts{
      .loop = world.loop,
      .log = world.log,
      .executor = world.executor,
      .effects = world.effects,
      .reflectors = {},
      .gather = [this](const k8s::ObjectKey& set, const std::string&,
                       k8s::Performed done) { return gather(set, std::move(done)); },
      .record = world.record,
      .meter = world.meter,
  };
  for (const auto& reflector : reflectors) parts.reflectors.push_back(reflector.get());
  loop_ = std::make_unique<k8s::ReconcileLoop>(std::move(parts), k8s::ReconcileLoop::Options{.name = "replicaset"},
                                               std::make_unique<k8s::Controller<Observed, Plan>>(std::move(functions)));
  loop_->primary(stores.sets);
  for (k8s::StoreBase* store : stores.owned()) loop_->wakes(*store, kBySet);
  // A namespace that begins to go matters to every set in it.
  stores.namespaces.on_change([this](const k8s::ObjectKey&) {
    for (const k8s::ObjectKey& set : stores_.sets.keys()) loop_->wake(set);
  });
}

std::unique_ptr<k8s::Pending> ReplicaSetController::gather(const k8s::ObjectKey& set, k8s::Performed done) {
  auto gathering = std::make_unique<Gathering>();
  monitor_.refresh(set, ++epoch_, world_.loop.now() + kGatherWithin,
                   [done = std::move(done), wanted = gathering->wanted](const k8s::Result<void>&) {
                     // Who kept silent is known to have kept silent: that, too, is an answer (see observe.cpp).
                     if (*wanted) done({});
                   });
  return gathering;
}

}  // namespace mongodb
