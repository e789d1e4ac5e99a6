// SPDX-License-Identifier: Apache-2.0
// Pod, projected: where it runs, at which address, how its containers fare. Nothing here can be written back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libk8s/api/object_meta.hpp"
#include "libk8s/api/resource_type.hpp"

namespace k8s {

struct ContainerState {
  struct Waiting {
    std::string reason;  // "ImagePullBackOff", "CrashLoopBackOff", "CreateContainerConfigError" …
    std::string message;
    bool operator==(const Waiting&) const = default;
    template <class Self, class Visitor>
    static void fields(Self& self, Visitor& visit) {
      visit("reason", self.reason);
      visit("message", self.message);
    }
  };
  struct Running {
    std::optional<Wall> started_at;
    bool operator==(const Running&) const = default;
    template <class Self, class Visitor>
    static void fields(Self& self, Visitor& visit) {
      visit("startedAt", self.started_at);
    }
  };
  struct Terminated {
    std::int64_t exit_code = 0;
    std::string reason;
    std::string message;
    std::optional<Wall> finished_at;
    bool operator==(const Terminated&) const = default;
    template <class Self, class Visitor>
    static void fields(Self& self, Visitor& visit) {
      visit("exitCode", self.exit_code);
      visit("reason", self.reason);
      visit("message", self.message);
      visit("finishedAt", self.finished_at);
    }
  };

  std::optional<Waiting> waiting;
  std::optional<Running> running;
  std::optional<Terminated> terminated;

  bool operator==(const ContainerState&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("waiting", self.waiting);
    visit("running", self.running);
    visit("terminated", self.terminated);
  }
};

struct ContainerStatus {
  std::string name;
  bool ready = false;
  std::int64_t restart_count = 0;
  std::string image;
  ContainerState state;
  ContainerState last_state;

  bool operator==(const ContainerStatus&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("name", self.name);
    visit("ready", self.ready);
    visit("restartCount", self.restart_count);
    visit("image", self.image);
    visit("state", self.state);
    visit("lastState", self.last_state);
  }
};

struct PodCondition {
  std::string type;
  std::string status;
  std::string reason;
  std::string message;

  bool operator==(const PodCondition&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("type", self.type);
    visit("status", self.status);
    visit("reason", self.reason);
    visit("message", self.message);
  }
};

struct PodSpec {
  std::string node_name;

  bool operator==(const PodSpec&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("nodeName", self.node_name);
  }
};

struct PodStatus {
  std::string phase;  // "Pending", "Running", "Succeeded", "Failed"
  std::string pod_ip;
  std::vector<PodCondition> conditions;
  std::vector<ContainerStatus> init_container_statuses;
  std::vector<ContainerStatus> container_statuses;

  bool operator==(const PodStatus&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("phase", self.phase);
    visit("podIP", self.pod_ip);
    visit("conditions", self.conditions);
    visit("initContainerStatuses", self.init_container_statuses);
    visit("containerStatuses", self.container_statuses);
  }
};

struct Pod {
  static constexpr const ResourceType& kType = kPods;

  ObjectMeta metadata;
  PodSpec spec;
  PodStatus status;

  bool operator==(const Pod&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("metadata", self.metadata);
    visit("spec", self.spec);
    visit("status", self.status);
  }
};

// The Ready condition is True and deletion was not asked for.
bool is_ready(const Pod& pod);

}  // namespace k8s
