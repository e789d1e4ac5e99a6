// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/replica_set/view.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "operators/mongodb/manifests/mongod_config.hpp"
#include "operators/mongodb/manifests/revision.hpp"

namespace mongodb {
namespace {

// Ten seconds between no-ops, two between heartbeats, one for whole seconds.
constexpr k8s::Seconds kSeemingLag{13};

// Facts are acted on while they are this fresh; the executor refuses the effect when carrying it out would come later
// than that.
constexpr k8s::Millis kFreshFor{4'000};
constexpr k8s::Millis kGroundsValidFor{5'000};

template <class Map>
const typename Map::mapped_type* find(const Map& map, const std::string& name) {
  const auto at = map.find(name);
  return at == map.end() ? nullptr : &at->second;
}

// Ordinals that the spec wants, or of which anything but a claim is left. A kept claim is no member.
std::set<std::int64_t> ordinals(const Observed& observed) {
  std::set<std::int64_t> all;
  for (std::int64_t i = 0; i < observed.set.spec.members; ++i) all.insert(i);
  for (const auto& [name, object] : observed.stateful_sets) {
    if (const auto ordinal = ordinal_of(object.metadata.labels)) all.insert(*ordinal);
  }
  for (const auto& [name, pod] : observed.pods) {
    if (const auto ordinal = ordinal_of(pod.metadata.labels)) all.insert(*ordinal);
  }
  return all;
}

const MemberFacts* facts_of(const Observed& observed, std::int64_t ordinal, const k8s::Pod* pod) {
  if (pod == nullptr) return nullptr;
  const auto at = std::find_if(observed.members.begin(), observed.members.end(), [&](const ObservedMember& one) {
    return one.ordinal == ordinal && one.facts.pod_uid == pod->metadata.uid;
  });
  return at == observed.members.end() ? nullptr : &at->facts;
}

std::string annotation_of(const k8s::ObjectMeta& meta, const char* key) {
  const auto at = meta.annotations.find(key);
  return at == meta.annotations.end() ? std::string{} : at->second;
}

const ReplicaSetConfig* newest_config(const std::vector<Member>& members) {
  const ReplicaSetConfig* newest = nullptr;
  for (const Member& member : members) {
    if (!member.answers() || !member.facts->config) continue;
    const ReplicaSetConfig& config = *member.facts->config;
    if (newest == nullptr || std::tie(config.term, config.version) > std::tie(newest->term, newest->version))
      newest = &config;
  }
  return newest;
}

const Member* newest_primary(const std::vector<Member>& members) {
  const Member* primary = nullptr;
  for (const Member& member : members) {
    if (!member.answers() || !member.facts->writable_primary) continue;
    if (primary == nullptr || member.facts->term > primary->facts->term) primary = &member;
  }
  return primary;
}

}  // namespace

std::string Member::template_revision() const {
  if (stateful_set == nullptr) return {};
  const k8s::json::Value body = stateful_set->body.value();
  const k8s::json::Value::json_pointer where{"/spec/template/metadata/annotations"};
  if (!body.contains(where)) return {};
  return body.at(where).value(annotation::kRevision, std::string{});
}

std::string Member::pod_revision() const {
  return pod == nullptr ? std::string{} : annotation_of(pod->metadata, annotation::kRevision);
}

View::View(const Observed& from)
    : observed(from),
      spec(from.set.spec),
      status(from.set.status),
      names{.set = k8s::key_of(from.set.metadata), .cluster_domain = from.cluster_domain},
      mongod_config(mongodb::mongod_config(from.set)) {
  for (const std::int64_t ordinal : ordinals(observed)) {
    Member member{.ordinal = ordinal,
                  .wanted = ordinal < spec.members,
                  .name = names.member(ordinal),
                  .host = names.host(ordinal)};
    member.stateful_set = find(observed.stateful_sets, member.name);
    member.service = find(observed.services, member.name);
    member.claim = find(observed.claims, member.name);
    member.pod = find(observed.pods, names.pod(ordinal));
    member.facts = facts_of(observed, ordinal, member.pod);
    members.push_back(member);
  }
  config = newest_config(members);
  if (config != nullptr) {
    for (Member& member : members) {
      const auto at = std::find_if(config->members.begin(), config->members.end(),
                                   [&](const ConfigMember& one) { return one.host == member.host; });
      if (at != config->members.end()) member.config = &*at;
    }
  }
  primary = newest_primary(members);
  if (mongod_config) target_revision = revision_of(observed.set, *mongod_config);
}

const Member* View::member(std::int64_t ordinal) const {
  const auto at =
      std::find_if(members.begin(), members.end(), [&](const Member& one) { return one.ordinal == ordinal; });
  return at == members.end() ? nullptr : &*at;
}

std::int64_t View::voters() const {
  if (config == nullptr) return 0;
  return std::count_if(config->members.begin(), config->members.end(),
                       [](const ConfigMember& one) { return one.votes > 0; });
}

bool View::is_healthy(const Member& member) const {
  if (!member.answers() || member.is_going() || config == nullptr || member.config == nullptr) return false;
  const MemberFacts& facts = *member.facts;
  const bool state = facts.state == MemberState::primary || facts.state == MemberState::secondary;
  const bool role = facts.writable_primary || facts.secondary;
  const bool same_config =
      facts.config && facts.config->version == config->version && facts.config->term == config->term;
  return state && role && same_config && !facts.initial_sync;
}

std::int64_t View::healthy_voters() const {
  return std::count_if(members.begin(), members.end(),
                       [this](const Member& one) { return one.votes() && is_healthy(one); });
}

std::optional<std::int64_t> View::lag_seconds(const Member& member) const {
  if (primary == nullptr || !member.answers() || member.facts->applied.term < 0) return std::nullopt;
  if (member.ordinal == primary->ordinal) return 0;
  // Two lower bounds of how far the member has come: what it said itself, perhaps long before the primary spoke, and
  // what the primary knew of it from its last heartbeat. At rest the two members are not asked at the same moment.
  std::int64_t reached = member.facts->applied.seconds;
  for (const PeerView& peer : primary->facts->peers) {
    if (peer.host == member.host && peer.optime.term >= 0) reached = std::max(reached, peer.optime.seconds);
  }
  return std::max<std::int64_t>(0, primary->facts->applied.seconds - reached);
}

std::int64_t View::sure_lag_seconds(const Member& member) const {
  const std::int64_t lag = lag_seconds(member).value_or(0);
  return lag > kSeemingLag.count() ? lag : 0;
}

bool View::is_fresh(const std::string& purpose) const {
  const auto& all = observed.refreshes;
  const auto at =
      std::find_if(all.begin(), all.end(), [&](const k8s::RefreshState& one) { return one.purpose == purpose; });
  if (at == all.end() || !at->complete || observed.now - at->observed_at > kFreshFor) return false;
  return std::all_of(members.begin(), members.end(), [&](const Member& one) {
    return one.facts == nullptr || one.facts->observed_at >= at->observed_at;
  });
}

k8s::Grounds View::grounds(const std::string& purpose) const {
  const auto grounds = k8s::grounds_of(observed.refreshes, purpose, kGroundsValidFor);
  k8s::check(grounds.has_value(), "grounds are asked for only after is_fresh()");
  return *grounds;
}

}  // namespace mongodb
