// SPDX-License-Identifier: Apache-2.0
#include "tests/operators/mongodb/replica_set/world.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "libk8s/runtime/attempts.hpp"
#include "operators/mongodb/manifests/shared.hpp"

namespace mongodb::test {
namespace {

std::string process_name(const Mongod& mongod) {
  return "process-" + std::to_string(mongod.process);
}

using k8s::json::Value;

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

std::string slot(const k8s::ResourceType& type, const std::string& name) {
  return fmt::format("{}/{}", type.kind, name);
}

std::string template_image(const Value& stateful_set) {
  return stateful_set["spec"]["template"]["spec"]["containers"][0]["image"];
}

k8s::ContainerStatus container(const std::string& image) {
  k8s::ContainerStatus status;
  status.name = "mongod";
  status.image = image;
  return status;
}

}  // namespace

World::World(std::int64_t members, std::string name) {
  set_.metadata = {.ns = k8s::Namespace{"databases"},
                   .name = k8s::Name{name},
                   .uid = k8s::Uid{"set-uid"},
                   .resource_version = k8s::ResourceVersion{"1"},
                   .generation = 1,
                   .creation_timestamp = k8s::Wall{},
                   .deletion_timestamp = {},
                   .labels = {},
                   .annotations = {},
                   .finalizers = {},
                   .owner_references = {}};
  set_.spec.version = "8.0.12";
  set_.spec.members = members;
  set_.spec.storage.size = *k8s::Quantity::parse("1Gi");
  names_ = {.set = k8s::key_of(set_.metadata), .cluster_domain = "cluster.local"};
}

MongoReplicaSetSpec& World::edit() {
  ++set_.metadata.generation;
  set_.metadata.resource_version = k8s::ResourceVersion{std::to_string(++next_rv_)};
  attempts_.clear();  // the runtime forgets failures when the generation changes
  return set_.spec;
}

void World::ask_for_deletion() {
  set_.metadata.deletion_timestamp = k8s::Wall{now_.time_since_epoch()};
  ++set_.metadata.generation;
}

std::string World::condition(const char* type) const {
  const auto* found = k8s::find_condition(set_.status.conditions, type);
  return found == nullptr ? "" : found->status;
}

std::string World::message(const char* type) const {
  const auto* found = k8s::find_condition(set_.status.conditions, type);
  return found == nullptr ? "" : found->message;
}

std::string World::image_of_pod(std::int64_t ordinal) const {
  const auto at = pod_images_.find(names_.pod(ordinal));
  return at == pod_images_.end() ? "" : at->second;
}

std::set<std::string> World::names(const k8s::ResourceType& type) const {
  std::set<std::string> all;
  const std::string prefix = std::string{type.kind} + "/";
  for (const auto& [key, body] : objects_) {
    if (key.starts_with(prefix)) all.insert(key.substr(prefix.size()));
  }
  return all;
}

ReplicaSetConfig World::config_fact() const {
  return {.set_name = names_.set.name.str(),
          .replica_set_id = "5f00000000000000000000aa",
          .version = config_->version,
          .term = config_->term,
          .chaining_allowed = false,
          .members = config_->members};
}

MemberFacts World::facts_of(std::int64_t ordinal, const k8s::Pod& pod) const {
  const Mongod& mongod = mongods_.at(ordinal);
  MemberFacts facts{.pod_uid = pod.metadata.uid, .address = "10.0.0." + std::to_string(ordinal)};
  facts.observed_at = now_;
  facts.version = set_.spec.version;
  if (!mongod.running) {
    facts.reach = Reach::unreachable;
    facts.problem = "connection refused";
    return facts;
  }
  if (!keyfile_) {
    facts.reach = Reach::unauthenticated;
    facts.problem = "no keyfile";
    return facts;
  }
  const bool in_config =
      config_ && std::any_of(config_->members.begin(), config_->members.end(),
                             [&](const ConfigMember& one) { return one.host == names_.host(ordinal); });
  if (!mongod.joined || !in_config) {
    facts.reach = mongod.joined ? Reach::removed : Reach::uninitialized;
    return facts;
  }
  facts.reach = Reach::member;
  facts.process = process_name(mongod);
  facts.writable_primary = primary_ == ordinal;
  facts.secondary = primary_ != ordinal;
  facts.state = primary_ == ordinal ? MemberState::primary : MemberState::secondary;
  facts.me = names_.host(ordinal);
  facts.primary = primary_ < 0 ? "" : names_.host(primary_);
  facts.term = term_;
  facts.applied = facts.durable = {.term = term_, .seconds = mongod.applied, .increment = 1};
  facts.committed = {.term = term_, .seconds = oplog_top_, .increment = 1};
  facts.sync_source = primary_ >= 0 && primary_ != ordinal ? names_.host(primary_) : "";
  facts.config = config_fact();
  for (const ConfigMember& one : config_->members) {
    if (one.host == facts.me) continue;
    facts.peers.push_back({.id = one.id, .host = one.host, .healthy = true, .heartbeat_age = k8s::Millis{0}});
  }
  return facts;
}

Observed World::observe() const {
  Observed o;
  o.now = now_;
  o.wall = k8s::Wall{now_.time_since_epoch()};
  o.helper_image = "sagong.dev/mongodb-operator:dev";
  o.set = set_;
  for (const auto& [key, body] : objects_) {
    k8s::json::Parser parser;
    const std::string text = k8s::json::print(body);
    auto owned = k8s::decode_owned(*parser.parse(text));
    const std::string name = owned->metadata.name.str();
    if (key.starts_with("StatefulSet/")) o.stateful_sets[name] = *owned;
    if (key.starts_with("Service/")) o.services[name] = *owned;
    if (key.starts_with("ConfigMap/")) o.config_maps[name] = *owned;
    if (key.starts_with("PodDisruptionBudget/")) o.budgets[name] = *owned;
  }
  o.claims = claims_;
  o.pods = pods_;
  o.keyfile = {.known = true, .exists = keyfile_, .uid = k8s::Uid{"keyfile"}, .owner = keyfile_owner, .digest = "d"};
  for (const auto& [name, pod] : pods_) {
    const auto ordinal = ordinal_of(pod.metadata.labels);
    if (ordinal && pod.status.pod_ip != "")
      o.members.push_back({.ordinal = *ordinal, .facts = facts_of(*ordinal, pod)});
  }
  o.freezes = freezes_;
  o.refreshes = refreshes_;
  o.attempts = attempts_;
  return o;
}

k8s::ObjectMeta World::meta_of(const Value& body) {
  k8s::json::Parser parser;
  const std::string text = k8s::json::print(body["metadata"]);
  k8s::ObjectMeta meta = *k8s::json::decode<k8s::ObjectMeta>(*parser.parse(text));
  meta.uid = k8s::Uid{fmt::format("uid-{}", next_uid_++)};
  meta.resource_version = k8s::ResourceVersion{std::to_string(++next_rv_)};
  return meta;
}

bool World::create(const k8s::Manifest& manifest) {
  const std::string name = manifest.key().name.str();
  if (manifest.type == k8s::kSecrets) return std::exchange(keyfile_, true), true;
  if (manifest.type == k8s::kPods) {
    if (pods_.contains(name)) return false;
    k8s::Pod pod;
    pod.metadata = meta_of(manifest.body);
    pod_images_[name] = manifest.body["spec"]["containers"][0]["image"];
    pods_[name] = pod;
    return true;
  }
  if (manifest.type == k8s::kPersistentVolumeClaims) {
    if (claims_.contains(name)) return false;
    k8s::PersistentVolumeClaim claim;
    claim.metadata = meta_of(manifest.body);
    claims_[name] = claim;
    return true;
  }
  if (objects_.contains(slot(manifest.type, name))) return false;
  Value body = manifest.body;
  body["metadata"]["uid"] = fmt::format("uid-{}", next_uid_++);
  body["metadata"]["resourceVersion"] = std::to_string(++next_rv_);
  objects_[slot(manifest.type, name)] = body;
  return true;
}

bool World::apply(const k8s::Manifest& manifest, const k8s::Uid& uid) {
  const auto at = objects_.find(slot(manifest.type, manifest.key().name.str()));
  if (at == objects_.end() || at->second["metadata"]["uid"] != uid.str()) return false;
  Value body = manifest.body;
  body["metadata"]["uid"] = uid.str();
  body["metadata"]["resourceVersion"] = std::to_string(++next_rv_);
  at->second = body;
  return true;
}

bool World::patch(const k8s::effect::MergePatch& patch) {
  const std::string name = patch.target.key.name.str();
  if (patch.target.type == kMongoReplicaSets) {
    if (patch.resource_version != set_.metadata.resource_version) return false;
    set_.metadata.finalizers = patch.patch["metadata"]["finalizers"].get<std::vector<std::string>>();
    set_.metadata.resource_version = k8s::ResourceVersion{std::to_string(++next_rv_)};
    if (set_.metadata.deletion_timestamp && set_.metadata.finalizers.empty()) exists_ = false;
    return true;
  }
  if (patch.target.type == k8s::kPersistentVolumeClaims) {
    const auto at = claims_.find(name);
    if (at == claims_.end()) return false;
    for (const auto& [key, value] : patch.patch["metadata"]["annotations"].items())
      at->second.metadata.annotations[key] = value;
    return true;
  }
  const auto at = objects_.find(slot(patch.target.type, name));
  if (at == objects_.end()) return false;
  at->second.merge_patch(patch.patch);
  at->second["metadata"]["resourceVersion"] = std::to_string(++next_rv_);
  return true;
}

bool World::remove(const k8s::effect::Delete& removal) {
  const std::string name = removal.target.key.name.str();
  if (removal.target.type == k8s::kPods) return pods_.erase(name), true;
  if (removal.target.type == k8s::kPersistentVolumeClaims) return claims_.erase(name), true;
  const auto at = objects_.find(slot(removal.target.type, name));
  if (at == objects_.end()) return true;
  if (at->second["metadata"]["uid"] != removal.uid.str()) return false;
  objects_.erase(at);
  return true;
}

bool World::evict(const k8s::effect::Evict& eviction) {
  const auto at = pods_.find(eviction.pod.name.str());
  if (at == pods_.end()) return true;
  if (at->second.metadata.uid != eviction.uid) return false;
  at->second.metadata.deletion_timestamp = k8s::Wall{now_.time_since_epoch()};
  return true;
}

bool World::initiate(const effect::Initiate& initiate) {
  if (config_) return true;
  if (!mongods_[initiate.member].running) return false;
  config_ = Config{.version = 1, .term = 1, .members = {{.id = 0, .host = initiate.host}}};
  mongods_[initiate.member].joined = true;
  return true;
}

bool World::reconfigure(const effect::Reconfigure& change) {
  if (primary_ != change.primary || config_->version != change.version || config_->term != change.term) return false;
  auto& members = config_->members;
  const auto find = [&](const std::string& host) {
    return std::find_if(members.begin(), members.end(), [&](const ConfigMember& one) { return one.host == host; });
  };
  std::visit(Overloaded{
                 [&](const effect::Reconfigure::Add& add) {
                   members.push_back({.id = add.id, .host = add.host, .votes = 0, .priority = 0});
                   for (auto& [ordinal, mongod] : mongods_) {
                     if (names_.host(ordinal) == add.host) mongod.joined = true;
                   }
                 },
                 [&](const effect::Reconfigure::SetVote& set) {
                   find(set.host)->votes = set.votes;
                   find(set.host)->priority = set.priority;
                 },
                 [&](const effect::Reconfigure::Remove& remove) { members.erase(find(remove.host)); },
             },
             change.change);
  ++config_->version;
  return true;
}

bool World::step_down(const effect::StepDown& step_down) {
  if (primary_ != step_down.member) return false;
  const auto candidates = std::count_if(config_->members.begin(), config_->members.end(), [&](const auto& one) {
    const auto ordinal = names_.ordinal_of_host(one.host);
    return ordinal && *ordinal != step_down.member && can_be_elected(*ordinal);
  });
  if (candidates > 1) violations.push_back(fmt::format("stepped down to any of {} candidates", candidates));
  for (const ConfigMember& one : config_->members) {
    const auto ordinal = names_.ordinal_of_host(one.host);
    if (!ordinal || *ordinal == step_down.member || !can_be_elected(*ordinal)) continue;
    primary_ = *ordinal;
    config_->term = ++term_;
    ++elections;
    return true;
  }
  return false;
}

bool World::can_be_elected(std::int64_t ordinal) const {
  const auto at = mongods_.find(ordinal);
  if (at == mongods_.end() || !at->second.running || !at->second.joined || !config_) return false;
  const bool frozen = std::any_of(freezes_.begin(), freezes_.end(), [&](const FreezeFact& one) {
    return one.process == process_name(at->second) && one.ordinal == ordinal && one.at + one.duration > now_;
  });
  return !frozen && std::any_of(config_->members.begin(), config_->members.end(), [&](const ConfigMember& one) {
    return one.host == names_.host(ordinal) && one.priority > 0;
  });
}

int World::voters() const {
  return config_ ? static_cast<int>(std::count_if(config_->members.begin(), config_->members.end(),
                                                  [](const auto& one) { return one.votes > 0; }))
                 : 0;
}

int World::healthy_voters() const {
  int healthy = 0;
  if (!config_) return 0;
  for (const ConfigMember& one : config_->members) {
    const auto ordinal = names_.ordinal_of_host(one.host);
    const auto at = ordinal ? mongods_.find(*ordinal) : mongods_.end();
    if (one.votes > 0 && at != mongods_.end() && at->second.running) ++healthy;
  }
  return healthy;
}

void World::check_invariants(const Effect& effect) {
  const auto* cluster = std::get_if<k8s::ClusterEffect>(&effect);
  if (cluster == nullptr) {
    if (std::holds_alternative<effect::Initiate>(effect) && (config_ || !set_.status.replica_set_id.empty()))
      violations.push_back("M10: initiated a second time");
    return;
  }
  const auto* eviction = std::get_if<k8s::effect::Evict>(cluster);
  if (eviction == nullptr || !config_) return;
  const auto pod = pods_.find(eviction->pod.name.str());
  if (pod == pods_.end() || pod->second.metadata.uid != eviction->uid) return;
  const auto ordinal = ordinal_of(pod->second.metadata.labels);
  const bool votes = std::any_of(config_->members.begin(), config_->members.end(), [&](const ConfigMember& one) {
    return ordinal && one.host == names_.host(*ordinal) && one.votes > 0;
  });
  const bool was_up = votes && mongods_[*ordinal].running;
  const int left = healthy_voters() - (was_up ? 1 : 0);
  if (voters() > 1 && left < voters() / 2 + 1)
    violations.push_back(
        fmt::format("M2: evicting {} leaves {} of {} voters", eviction->pod.name.str(), left, voters()));
  if (voters() > 1 && ordinal == primary_)
    violations.push_back(fmt::format("M4: evicting the primary {}", eviction->pod.name.str()));
  const auto down = std::count_if(pods_.begin(), pods_.end(), [&](const auto& one) {
    const auto other = ordinal_of(one.second.metadata.labels);
    return other && *other != *ordinal && !mongods_[*other].running && mongods_[*other].joined;
  });
  if (was_up && down > 0)
    violations.push_back(fmt::format("M1: evicting {} while another member is down", eviction->pod.name.str()));
}

void World::note_failure(const Effect& effect, std::string code, std::string message) {
  for (k8s::Attempt& one : attempts_) {
    if (one.effect != effect_name(effect) || one.target != target_of(effect)) continue;
    ++one.count;
    one.retry_at = now_ + k8s::Millis{1'000};
    return;
  }
  attempts_.push_back({.effect = effect_name(effect),
                       .target = target_of(effect),
                       .code = std::move(code),
                       .message = std::move(message),
                       .count = 1,
                       .retry_at = now_ + k8s::Millis{1'000}});
}

bool World::perform_cluster(const k8s::ClusterEffect& effect) {
  if (!std::holds_alternative<k8s::effect::EmitEvent>(effect)) ++writes;
  return std::visit(Overloaded{
                        [&](const k8s::effect::Create& e) { return create(e.manifest); },
                        [&](const k8s::effect::CreateOnce& e) { return create(e.manifest); },
                        [&](const k8s::effect::Apply& e) { return apply(e.manifest, e.uid); },
                        [&](const k8s::effect::MergePatch& e) { return patch(e); },
                        [&](const k8s::effect::Delete& e) { return remove(e); },
                        [&](const k8s::effect::Evict& e) { return evict(e); },
                        [&](const k8s::effect::PatchStatus& e) {
                          if (e.resource_version != set_.metadata.resource_version) return false;
                          k8s::json::Parser parser;
                          const std::string text = k8s::json::print(e.status);
                          set_.status = *k8s::json::decode<MongoReplicaSetStatus>(*parser.parse(text));
                          set_.metadata.resource_version = k8s::ResourceVersion{std::to_string(++next_rv_)};
                          return true;
                        },
                        [&](const k8s::effect::EmitEvent&) { return true; },
                    },
                    effect);
}

bool World::perform_one(const Effect& effect) {
  check_invariants(effect);
  if (!std::holds_alternative<k8s::effect::Refresh>(effect)) history.push_back(describe(effect));
  const bool done = std::visit(
      Overloaded{
          [&](const k8s::ClusterEffect& e) { return perform_cluster(e); },
          [&](const k8s::effect::Refresh& e) {
            std::erase_if(refreshes_, [&](const auto& one) { return one.purpose == e.purpose; });
            refreshes_.push_back({.purpose = e.purpose,
                                  .epoch = 1,
                                  .observed_at = now_,
                                  .complete = false,
                                  .pending = true,
                                  .attempts = 1,
                                  .problem = ""});
            return true;
          },
          [&](const effect::Initiate& e) { return initiate(e); },
          [&](const effect::Reconfigure& e) { return reconfigure(e); },
          [&](const effect::StepDown& e) { return step_down(e); },
          [&](const effect::Freeze& e) {
            const std::string process = process_name(mongods_[e.member]);
            freezes_.push_back({.ordinal = e.member, .process = process, .at = now_, .duration = e.duration});
            return true;
          },
          [&](const effect::SyncFrom&) { return true; },
      },
      effect);
  if (is_disruptive(effect)) refreshes_.clear();
  if (!done) note_failure(effect, "conflict", "the world says no");
  return done;
}

std::size_t World::perform(const Plan& plan, std::size_t at_most) {
  std::size_t done = 0;
  for (const Effect& effect : plan.effects) {
    if (done == at_most || !perform_one(effect)) break;
    ++done;
  }
  return done;
}

void World::make_pods() {
  for (const auto& [key, body] : objects_) {
    if (!key.starts_with("StatefulSet/")) continue;
    const std::string name = body["metadata"]["name"].get<std::string>() + "-0";
    if (pods_.contains(name)) continue;
    k8s::Pod pod;
    Value made = body["spec"]["template"];
    made["metadata"]["name"] = name;
    made["metadata"]["namespace"] = "databases";
    pod.metadata = meta_of(made);
    pods_[name] = pod;
    pod_images_[name] = template_image(body);
  }
}

void World::run_pods() {
  for (auto at = pods_.begin(); at != pods_.end();) {
    const auto ordinal = ordinal_of(at->second.metadata.labels);
    const bool orphan = ordinal && !objects_.contains("StatefulSet/" + names_.member(*ordinal));
    if (at->second.metadata.deletion_timestamp || orphan) {
      if (ordinal) mongods_[*ordinal].running = false;
      at = pods_.erase(at);
      continue;
    }
    k8s::Pod& pod = at->second;
    const std::string& image = pod_images_[at->first];
    if (!ordinal) {
      pod.status.container_statuses = {container(image)};
      pod.status.container_statuses[0].state.terminated = {
          .exit_code = image_works(image) ? 0 : 1, .reason = "Error", .message = "cannot start", .finished_at = {}};
    } else if (pod.status.pod_ip.empty()) {
      pod.status.pod_ip = "10.0.0." + std::to_string(*ordinal);
      mongods_[*ordinal].running = false;
      mongods_[*ordinal].ticks_until_up = 2;
    } else {
      const bool up = mongods_[*ordinal].running;
      pod.status.conditions = {
          {.type = "Ready", .status = up && mongods_[*ordinal].joined ? "True" : "False", .reason = "", .message = ""}};
      if (!member_starts(image)) {
        pod.status.container_statuses = {container(image)};
        pod.status.container_statuses[0].state.waiting = {.reason = "CrashLoopBackOff", .message = "back-off"};
      }
    }
    ++at;
  }
}

void World::run_mongods() {
  for (auto& [ordinal, mongod] : mongods_) {
    const bool has_pod = pods_.contains(names_.pod(ordinal));
    if (!has_pod) mongod.running = false;
    if (!has_pod || mongod.running || !member_starts(pod_images_[names_.pod(ordinal)])) continue;
    if (mongod.ticks_until_up-- > 0) continue;
    mongod.running = true;
    ++mongod.process;
  }
  elect();
  if (primary_ < 0) return;
  oplog_top_ += 1;
  for (auto& [ordinal, mongod] : mongods_) {
    if (mongod.running && mongod.joined) mongod.applied = oplog_top_;
  }
}

void World::elect() {
  const bool majority = config_ && healthy_voters() >= voters() / 2 + 1;
  if (primary_ >= 0 && (!majority || !mongods_[primary_].running)) primary_ = -1;
  if (primary_ >= 0 || !majority) return;
  for (const auto& [ordinal, mongod] : mongods_) {
    if (!can_be_elected(ordinal)) continue;
    primary_ = ordinal;
    config_->term = ++term_;
    ++elections;
    return;
  }
}

void World::tick() {
  now_ += k8s::Millis{500};
  make_pods();
  run_pods();
  run_mongods();
  for (k8s::RefreshState& one : refreshes_) {
    if (!one.pending) continue;
    one.pending = false;
    one.complete = true;
    one.attempts = 0;
    one.observed_at = now_;
  }
}

void World::forget_memory() {
  freezes_.clear();
  refreshes_.clear();
  attempts_.clear();
}

void World::lose_keyfile() {
  keyfile_ = false;
  forget_memory();
}

void World::kill_pod(std::int64_t ordinal) {
  pods_[names_.pod(ordinal)].metadata.deletion_timestamp = k8s::Wall{now_.time_since_epoch()};
}

int World::settle(int most) {
  int quiet = 0;
  for (int pass = 1; pass <= most; ++pass) {
    if (!exists_) return pass;
    const Observed seen = observe();
    const Plan plan = decide(seen);
    const bool writes_something = std::any_of(plan.effects.begin(), plan.effects.end(), [](const Effect& e) {
      return !std::holds_alternative<k8s::effect::Refresh>(e);
    });
    quiet = writes_something || set_.status.operation ? 0 : quiet + 1;
    if (quiet == 10) return pass;
    perform(plan);
    tick();
  }
  ADD_FAILURE() << "does not settle; the last effects: "
                << fmt::format("{}", fmt::join(std::vector<std::string>(
                                                   history.end() - std::min<std::ptrdiff_t>(12, std::ssize(history)),
                                                   history.end()),
                                               "\n  "))
                << "\nstatus " << k8s::json::print(k8s::json::encode(set_.status));
  return most;
}

}  // namespace mongodb::test
