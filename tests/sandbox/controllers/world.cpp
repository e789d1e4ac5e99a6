// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/controllers/world.hpp"

#include <fmt/format.h>

#include "libk8s/base/check.hpp"

namespace controllers::test {

Value json(std::string_view text) {
  auto value = k8s::json::parse_value(text);
  k8s::check(value.has_value(), "a test's JSON is wrong");
  return *value;
}

World::World(std::vector<Controller> controllers) : runner(std::move(controllers)) {
  api.changed = [this](const Change& change) { runner.notify(api, change); };
}

ObjectRef World::make(const Value& object) {
  const auto made = api.create(object);
  k8s::check(made.has_value(), "a test could not create its object");
  return *made;
}

void World::change(const Kind& kind, const std::string& ns, const std::string& name, std::string_view patch) {
  k8s::check(api.patch(kind, ns, name, json(patch), Subresource::none).has_value(), "a test's patch failed");
}

void World::change_status(const Kind& kind, const std::string& ns, const std::string& name, std::string_view patch) {
  const Value wrapped{{"status", json(patch)}};
  k8s::check(api.patch(kind, ns, name, wrapped, Subresource::status).has_value(), "a test's patch failed");
}

void World::remove(const Kind& kind, const std::string& ns, const std::string& name, DeleteOptions options) {
  k8s::check(api.remove(kind, ns, name, options).has_value(), "a test's delete failed");
}

ObjectRef World::get(const Kind& kind, const std::string& ns, const std::string& name) const {
  const auto found = api.get(kind, ns, name);
  return found ? *found : nullptr;
}

Objects World::list(const Kind& kind, const std::string& ns) const {
  return *api.list(kind, ns, Selector::everything());
}

std::vector<std::string> World::names(const Kind& kind, const std::string& ns) const {
  std::vector<std::string> out;
  for (const ObjectRef& object : list(kind, ns)) out.push_back(name_of(*object));
  return out;
}

std::vector<std::string> World::event_messages(std::string_view reason) const {
  std::vector<std::string> out;
  for (const ObjectRef& event : list(kEvent)) {
    if (text(*event, {"reason"}) == reason) out.push_back(text(*event, {"message"}));
  }
  return out;
}

void World::run() {
  for (int steps = 0; steps < 5000; ++steps) {
    const auto step = runner.step(api, now);
    if (!step) return;
    if (step->failure) {
      failures.push_back(
          fmt::format("{} {}/{}: {}", step->controller, step->key.ns, step->key.name, step->failure->message));
    }
  }
  k8s::check(false, "the controllers do not come to rest");
}

void World::settle() {
  for (int rounds = 0; rounds < 1000; ++rounds) {
    run();
    if (!kubelet()) return;
  }
  k8s::check(false, "the world does not come to rest");
}

void World::move(k8s::Millis time) {
  now.monotonic += time;
  now.wall += time;
}

void World::advance(k8s::Millis time) {
  const k8s::Monotonic end = now.monotonic + time;
  settle();
  while (true) {
    const auto next = runner.next_wake();
    if (!next || *next > end) break;
    move(std::max(k8s::Millis{0}, *next - now.monotonic));
    settle();
  }
  move(end - now.monotonic);
  settle();
}

bool World::kubelet() {
  bool acted = false;
  for (const ObjectRef& pod : list(kPod)) {
    const std::string& ns = namespace_of(*pod);
    if (is_terminating(*pod)) {
      if (!finishes_pods || number(*pod, {"metadata", "deletionGracePeriodSeconds"}, 0) == 0) continue;
      kill_pod(ns, name_of(*pod));
      acted = true;
      continue;
    }
    if (text(*pod, {"spec", "nodeName"}).empty()) {
      if (assign_to.empty()) continue;
      acted = api.bind(ns, name_of(*pod), uid_of(*pod), assign_to).has_value() || acted;
    } else if (starts_pods && text(*pod, {"status", "phase"}) == "Pending") {
      set_ready(ns, name_of(*pod), true);
      acted = true;
    }
  }
  return acted;
}

void World::set_ready(const std::string& ns, const std::string& name, bool ready) {
  const auto pod = get(kPod, ns, name);
  k8s::check(pod != nullptr, "a test's pod is not there");
  Value conditions = Value::array();
  for (const Value& one : elements(*pod, {"status", "conditions"})) {
    if (text(one, {"type"}) != "Ready") conditions.push_back(one);
  }
  conditions.push_back(
      {{"type", "Ready"}, {"status", ready ? "True" : "False"}, {"lastTransitionTime", stamp(now.wall)}});
  // Ten addresses are enough for a test; the same pod keeps its own.
  const std::string address = "10.0.0." + uid_of(*pod).substr(4);
  Value patch;
  patch["status"] = {{"phase", "Running"},
                     {"conditions", std::move(conditions)},
                     {"podIP", address},
                     {"podIPs", Value::array({{{"ip", address}}})}};
  (void)api.patch(kPod, ns, name, patch, Subresource::status);
}

void World::end_pod(const std::string& ns, const std::string& name, const std::string& phase) {
  Value patch;
  patch["status"] = {
      {"phase", phase},
      {"conditions", Value::array({{{"type", "Ready"}, {"status", "False"}, {"lastTransitionTime", stamp(now.wall)}}})},
      {"containerStatuses",
       Value::array({{{"name", "c"}, {"state", {{"terminated", {{"finishedAt", stamp(now.wall)}}}}}}})}};
  (void)api.patch(kPod, ns, name, patch, Subresource::status);
}

void World::kill_pod(const std::string& ns, const std::string& name) {
  (void)api.remove(kPod, ns, name, {.grace_seconds = 0});
}

}  // namespace controllers::test
