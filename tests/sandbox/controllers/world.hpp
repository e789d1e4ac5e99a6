// SPDX-License-Identifier: Apache-2.0
// Some controllers on a fake API server and a virtual clock, and a kubelet that does what the test says.
#pragma once

#include <string>
#include <vector>

#include "sandbox/controllers/runner.hpp"
#include "tests/sandbox/controllers/fake_api.hpp"

namespace controllers::test {

// Aborts on text that is no JSON.
Value json(std::string_view text);

class World {
 public:
  explicit World(std::vector<Controller> controllers);
  World(const World&) = delete;

  Now now{.monotonic = k8s::Monotonic{k8s::Millis{1000}}, .wall = *k8s::from_rfc3339("2026-03-01T10:00:00Z")};
  FakeApi api{now};
  Runner runner;
  std::vector<std::string> failures;  // "controller ns/name: message"

  // The kubelet: pods without a node get this one, unless it is empty.
  std::string assign_to = "node-1";
  bool starts_pods = true;    // Running and Ready at once
  bool finishes_pods = true;  // what is being deleted is gone at once

  ObjectRef make(const Value& object);
  ObjectRef make(std::string_view object) { return make(json(object)); }
  ObjectRef make(const char* object) { return make(json(object)); }
  // Merge patches.
  void change(const Kind& kind, const std::string& ns, const std::string& name, std::string_view patch);
  void change_status(const Kind& kind, const std::string& ns, const std::string& name, std::string_view patch);
  void remove(const Kind& kind, const std::string& ns, const std::string& name, DeleteOptions options = {});
  ObjectRef get(const Kind& kind, const std::string& ns, const std::string& name) const;  // null: not there
  Objects list(const Kind& kind, const std::string& ns = "") const;
  std::vector<std::string> names(const Kind& kind, const std::string& ns = "") const;
  std::vector<std::string> event_messages(std::string_view reason) const;

  void run();     // the controllers, until nothing is due
  void settle();  // the controllers and the kubelet in turn, until nothing is due
  // Moves the clock step by step over every moment that is waited for, settling at each.
  void advance(k8s::Millis time);
  bool kubelet();  // one round; true when it did anything

  void set_ready(const std::string& ns, const std::string& pod, bool ready);
  void end_pod(const std::string& ns, const std::string& pod, const std::string& phase);
  void kill_pod(const std::string& ns, const std::string& pod);  // gone at once

 private:
  void move(k8s::Millis time);
};

}  // namespace controllers::test
