// SPDX-License-Identifier: Apache-2.0
// A small world to decide in: Kubernetes objects, pods and mongods as plain state, without time, network or chance of
// its own.
//
// It knows just what decide leans on: StatefulSets make pods under OnDelete, evictions respect uid and budget, one
// primary at most, a member joins with the data copied, a step-down hands over to an unfrozen electable member.
// perform() refuses what the real thing refuses.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "operators/mongodb/manifests/names.hpp"
#include "operators/mongodb/replica_set/decide.hpp"

namespace mongodb::test {

// One mongod process of one pod, and the data under it.
struct Mongod {
  bool running = false;
  int process = 0;      // another number after every start
  bool joined = false;  // has a configuration that names it
  std::int64_t applied = 0;
  int ticks_until_up = 0;
};

class World {
 public:
  explicit World(std::int64_t members = 3, std::string name = "orders");

  // What the user does.
  MongoReplicaSetSpec& edit();
  void ask_for_deletion();

  Observed observe() const;
  // Performs effects in order, like the executor: stops at the first that fails. Returns how many were performed.
  std::size_t perform(const Plan& plan, std::size_t at_most = SIZE_MAX);
  // Controllers, kubelets and mongods do a step of work.
  void tick();
  // decide, perform, tick until nothing is planned for ten passes; fails the test after `most` passes. Returns passes.
  int settle(int most = 600);
  // The operator restarts: what it held in memory is gone.
  void forget_memory();
  void kill_pod(std::int64_t ordinal);
  // The Secret is deleted and the operator restarts: it cannot log in to any member.
  void lose_keyfile();
  void put_back_keyfile() { keyfile_ = true; }
  // The uid of the set that the keyfile Secret belongs to; empty: nobody's.
  k8s::Uid keyfile_owner;

  const MongoReplicaSetStatus& status() const { return set_.status; }
  std::int64_t primary() const { return primary_; }
  bool object_exists() const { return exists_; }
  std::string condition(const char* type) const;
  std::string message(const char* type) const;
  std::string image_of_pod(std::int64_t ordinal) const;
  std::set<std::string> names(const k8s::ResourceType& type) const;

  // What happened, in order: "evict orders-1-0", "step down 0", "reconfigure …".
  std::vector<std::string> history;
  std::vector<std::string> violations;
  std::function<bool(const std::string& image)> image_works = [](const std::string&) { return true; };
  // Members of which images never come up although preflight let them pass.
  std::function<bool(const std::string& image)> member_starts = [](const std::string&) { return true; };
  int writes = 0;  // to the API, Events excepted
  int elections = 0;

 private:
  struct Config {
    std::int64_t version = 0;
    std::int64_t term = 1;
    std::vector<ConfigMember> members;
  };

  bool perform_one(const Effect& effect);
  bool perform_cluster(const k8s::ClusterEffect& effect);
  bool create(const k8s::Manifest& manifest);
  bool apply(const k8s::Manifest& manifest, const k8s::Uid& uid);
  bool patch(const k8s::effect::MergePatch& patch);
  bool remove(const k8s::effect::Delete& removal);
  bool evict(const k8s::effect::Evict& eviction);
  bool initiate(const effect::Initiate& initiate);
  bool reconfigure(const effect::Reconfigure& reconfigure);
  bool step_down(const effect::StepDown& step_down);
  void make_pods();
  void run_pods();
  void run_mongods();
  void elect();
  bool can_be_elected(std::int64_t ordinal) const;
  int healthy_voters() const;
  int voters() const;
  void check_invariants(const Effect& effect);
  k8s::ObjectMeta meta_of(const k8s::json::Value& body);
  MemberFacts facts_of(std::int64_t ordinal, const k8s::Pod& pod) const;
  ReplicaSetConfig config_fact() const;
  void note_failure(const Effect& effect, std::string code, std::string message);

  bool exists_ = true;
  MongoReplicaSet set_;
  mongodb::Names names_;
  std::int64_t next_uid_ = 1;
  std::int64_t next_rv_ = 1;
  k8s::Monotonic now_{k8s::Millis{1'000'000}};
  std::map<std::string, k8s::json::Value> objects_;  // "Kind/name" -> body
  std::map<std::string, k8s::Pod> pods_;
  std::map<std::string, k8s::PersistentVolumeClaim> claims_;
  std::map<std::string, std::string> pod_images_;
  bool keyfile_ = false;
  std::map<std::int64_t, Mongod> mongods_;
  std::optional<Config> config_;
  std::int64_t term_ = 0;
  std::int64_t primary_ = -1;
  std::int64_t oplog_top_ = 0;
  std::vector<FreezeFact> freezes_;
  std::vector<k8s::RefreshState> refreshes_;
  std::vector<k8s::Attempt> attempts_;
};

}  // namespace mongodb::test
