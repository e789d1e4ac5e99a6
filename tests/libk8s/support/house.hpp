// SPDX-License-Identifier: Apache-2.0
// A controller with all its surroundings, small enough for a test: keys are ConfigMaps, what it makes are Services and
// Pods.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libk8s/api/core/pod.hpp"
#include "libk8s/api/owned_object.hpp"
#include "libk8s/cache/store.hpp"
#include "libk8s/runtime/controller.hpp"
#include "libk8s/runtime/reconcile_loop.hpp"
#include "tests/libk8s/support/fake_api.hpp"
#include "tests/libk8s/support/small_fakes.hpp"

namespace k8s::test {

struct Observed {
  ObjectKey key;
  bool exists = false;
  std::vector<std::string> services;
  std::vector<std::string> pods;
  std::vector<Attempt> attempts;
  std::vector<RefreshState> refreshes;
  Monotonic now{};
  AppliedByTarget applied;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("key", self.key);
    visit("exists", self.exists);
    visit("services", self.services);
    visit("pods", self.pods);
    visit("attempts", self.attempts);
    visit("refreshes", self.refreshes);
    visit("nowMs", self.now);
  }
};

struct Plan {
  std::vector<std::variant<ClusterEffect, effect::Refresh>> effects;
  std::optional<Millis> requeue_after;
};

inline json::Value to_json(const Plan& plan) {
  json::Value effects = json::Value::array();
  for (const auto& one : plan.effects)
    effects.push_back(std::visit([](const auto& e) { return k8s::to_json(e); }, one));
  return {{"effects", effects}};
}

class House {
 public:
  using Decide = std::function<Plan(const Observed&)>;

  explicit House(Decide decide_with, std::size_t concurrency = 8)
      : decide(std::move(decide_with)), concurrency_(concurrency) {
    configs = std::make_unique<Reflector>(world(), config_maps, WatchScope{});
    services_reflector = std::make_unique<Reflector>(world(), services, WatchScope{});
    pods_reflector = std::make_unique<Reflector>(world(), pods, WatchScope{});
    pods.index("set", [](const Pod& pod) {
      const auto at = pod.metadata.labels.find("set");
      return at == pod.metadata.labels.end() ? std::vector<std::string>{}
                                             : std::vector<std::string>{pod.metadata.ns.str() + "/" + at->second};
    });
    executor_options.remaining_lease = [this](Monotonic) { return lease; };
    build();
  }

  // A new process: nothing but the cluster is remembered.
  void build() {
    executor = std::make_unique<Executor>(loop, log, executor_options);
    effects = std::make_unique<ClusterEffects>(client, recorder, generators);
    Controller<Observed, Plan>::Functions functions{
        .observe = [this](const ObjectKey& key, const PassFacts& facts) { return observe(key, facts); },
        .decide =
            [this](const Observed& observed) {
              seen.push_back(observed);
              return decide(observed);
            },
        .apply =
            [](const ObjectKey&, const Plan& plan, Steps& steps) {
              for (const auto& one : plan.effects) {
                if (const auto* cluster = std::get_if<ClusterEffect>(&one))
                  steps.cluster(*cluster);
                else
                  steps.refresh(std::get<effect::Refresh>(one));
              }
            }};
    controller = std::make_unique<ReconcileLoop>(
        ReconcileLoop::Parts{.loop = loop,
                             .log = log,
                             .executor = *executor,
                             .effects = *effects,
                             .reflectors = {configs.get(), services_reflector.get(), pods_reflector.get()},
                             .gather = [this](const ObjectKey&, const std::string&,
                                              Performed done) { return pods_reflector->refresh(std::move(done)); },
                             .record = record,
                             .meter = nullptr},
        ReconcileLoop::Options{.name = "test", .concurrency = concurrency_},
        std::make_unique<Controller<Observed, Plan>>(std::move(functions)));
    controller->primary(config_maps);
    controller->wakes(pods, "set");
    // A Service is called as its owner.
    services.on_change([this](const ObjectKey& key) {
      if (controller) controller->wake(key);
    });
  }

  House& start() {
    configs->start();
    services_reflector->start();
    pods_reflector->start();
    loop.run_for(Millis{100});
    controller->start();
    return run(Millis{1'000});
  }
  House& run(Millis time) {
    loop.run_for(time);
    return *this;
  }
  void add(const char* name) {
    api.put(kConfigMaps, {{"metadata", {{"name", name}, {"namespace", "databases"}, {"generation", 1}}}});
  }
  static ObjectKey key(const char* name) { return {.ns = Namespace{"databases"}, .name = Name{name}}; }
  static Manifest service(const ObjectKey& key) {
    return {.type = kServices,
            .body = {{"apiVersion", "v1"},
                     {"kind", "Service"},
                     {"metadata", {{"name", key.name.str()}, {"namespace", key.ns.str()}}},
                     {"spec", {{"port", 1}}}}};
  }

  Observed observe(const ObjectKey& key, const PassFacts& facts) {
    Observed observed{.key = key,
                      .exists = config_maps.get(key) != nullptr,
                      .services = {},
                      .pods = {},
                      .attempts = facts.attempts,
                      .refreshes = facts.refreshes,
                      .now = facts.now,
                      .applied = facts.applied};
    if (const auto service = services.get(key)) observed.services.push_back(service->metadata.name.str());
    for (const auto& pod : pods.by_index("set", to_string(key))) {
      observed.pods.push_back(pod->metadata.name.str() + (pod->metadata.deletion_timestamp ? " terminating" : ""));
    }
    return observed;
  }

  Reflector::World world() { return {loop, api, random, log}; }

  Decide decide;
  VirtualLoop loop;
  FakeApi api{loop};
  Client client{api, "test"};
  SeededRandom random;
  MemoryLog log;
  Recorder recorder{{loop, client, random, log}, {.controller = "test", .instance = "test-0"}};
  Generators generators;
  Store<OwnedObject> config_maps{kConfigMaps, decode_owned};
  Store<OwnedObject> services{kServices, decode_owned};
  Store<Pod> pods;
  std::unique_ptr<Reflector> configs;
  std::unique_ptr<Reflector> services_reflector;
  std::unique_ptr<Reflector> pods_reflector;
  std::optional<Millis> lease = Millis{15'000};
  Executor::Options executor_options;
  PassRecord* record = nullptr;
  std::unique_ptr<Executor> executor;
  std::unique_ptr<ClusterEffects> effects;
  std::unique_ptr<ReconcileLoop> controller;
  std::vector<Observed> seen;

 private:
  std::size_t concurrency_;
};

}  // namespace k8s::test
