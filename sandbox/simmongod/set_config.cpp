// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/set_config.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace simmongod {
namespace {

constexpr std::size_t kMaxMembers = 50;
constexpr int kMaxVoters = 7;

std::optional<std::string> duplicate(const SetConfig& config) {
  for (std::size_t i = 0; i < config.members.size(); ++i) {
    for (std::size_t j = i + 1; j < config.members.size(); ++j) {
      if (config.members[i].id == config.members[j].id) {
        return fmt::format(
            "Found two member configurations with same _id field, members.{}._id == members.{}._id == MemberId({})", i,
            j, config.members[i].id);
      }
      if (config.members[i].host == config.members[j].host) {
        return fmt::format(
            "Found two member configurations with same host field, members.{}.host == members.{}.host == {}", i, j,
            config.members[i].host);
      }
    }
  }
  return {};
}

std::optional<std::string> horizons(const SetConfig& config) {
  std::map<std::string, std::size_t> seen;
  for (const MemberConfig& member : config.members) {
    for (const bson::Element& horizon : member.horizons) ++seen[std::string(horizon.key)];
  }
  std::string missing;
  for (const auto& [name, count] : seen) {
    if (count < config.members.size()) missing += (missing.empty() ? "" : ", ") + name;
  }
  if (missing.empty()) return {};
  return "Saw a replica set member with a different horizon mapping than the others.  The following horizons were not "
         "universally present: " +
         missing;
}

bool is_localhost(const std::string& host) {
  return host.starts_with("localhost:") || host == "localhost";
}

std::optional<std::string> member_change(const MemberConfig& before, const MemberConfig& after) {
  if (before.id == after.id && before.arbiter != after.arbiter) {
    return fmt::format(
        "New and old configurations differ in the setting of the arbiterOnly field for member {}; to make this change, "
        "remove then re-add the member",
        before.host);
  }
  if (before.id == after.id && before.build_indexes != after.build_indexes) {
    return fmt::format(
        "New and old configurations differ in the setting of the buildIndexes field for member {}; to make this "
        "change, "
        "remove then re-add the member",
        before.host);
  }
  if (before.id != after.id && before.host == after.host) {
    return fmt::format(
        "New and old configurations both have members with host of {} but in the new configuration the _id field is {} "
        "and in the old configuration it is {}",
        before.host, after.id, before.id);
  }
  return {};
}

std::set<std::int64_t> voter_ids(const SetConfig& config) {
  std::set<std::int64_t> ids;
  for (const MemberConfig& member : config.members) {
    if (member.is_voter()) ids.insert(member.id);
  }
  return ids;
}

}  // namespace

std::string to_string(const ConfigStamp& stamp) {
  return fmt::format("{{version: {}, term: {}}}", stamp.version, stamp.term);
}

int SetConfig::voters() const {
  return static_cast<int>(std::ranges::count_if(members, &MemberConfig::is_voter));
}

int SetConfig::writable_voters() const {
  return static_cast<int>(
      std::ranges::count_if(members, [](const MemberConfig& member) { return member.is_voter() && !member.arbiter; }));
}

// The majority of voters, but never more than there are voters that hold data.
int SetConfig::write_majority() const {
  return std::min(vote_majority(), writable_voters());
}

const MemberConfig* SetConfig::by_id(std::int64_t id) const {
  const auto found = std::ranges::find(members, id, &MemberConfig::id);
  return found == members.end() ? nullptr : &*found;
}

int SetConfig::index_of_host(std::string_view host) const {
  const auto found = std::ranges::find(members, host, &MemberConfig::host);
  return found == members.end() ? -1 : static_cast<int>(found - members.begin());
}

std::optional<std::string> validate_config(const SetConfig& config) {
  if (config.members.empty() || config.members.size() > kMaxMembers) {
    return fmt::format("Replica set configuration contains {} members, but must have at least 1 and no more than  {}",
                       config.members.size(), kMaxMembers);
  }
  if (auto bad = duplicate(config)) return bad;
  if (auto bad = horizons(config)) return bad;
  const auto local =
      std::ranges::count_if(config.members, [](const auto& member) { return is_localhost(member.host); });
  if (local != 0 && static_cast<std::size_t>(local) != config.members.size()) {
    return fmt::format(
        "Either all host names in a replica set configuration must be localhost references, or none must be; found {} "
        "out of {}",
        local, config.members.size());
  }
  if (const int voters = config.voters(); voters < 1 || voters > kMaxVoters) {
    return fmt::format(
        "Replica set configuration contains {} voting members, but must be at least 1 and no more than {}", voters,
        kMaxVoters);
  }
  if (std::ranges::none_of(config.members, &MemberConfig::is_electable)) {
    return "Replica set configuration must contain at least one non-arbiter member with priority > 0";
  }
  return {};
}

std::optional<std::string> validate_change(const SetConfig& old_config, const SetConfig& new_config, bool force) {
  if (old_config.set_name != new_config.set_name) {
    return fmt::format("New and old configurations differ in replica set name; old was {}, and new is {}",
                       old_config.set_name, new_config.set_name);
  }
  if (old_config.replica_set_id != new_config.replica_set_id) {
    return fmt::format("New and old configurations differ in replica set ID; old was {}, and new is {}",
                       old_config.replica_set_id.value_or(bson::ObjectId{}).hex(),
                       new_config.replica_set_id.value_or(bson::ObjectId{}).hex());
  }
  if (!force && new_config.stamp <= old_config.stamp) {
    return fmt::format(
        "New replica set configuration version and term must be greater than old, but {} is not greater than {} for "
        "replica set {}",
        to_string(new_config.stamp), to_string(old_config.stamp), new_config.set_name);
  }
  for (const MemberConfig& before : old_config.members) {
    for (const MemberConfig& after : new_config.members) {
      if (auto bad = member_change(before, after)) return bad;
    }
  }
  const auto before = voter_ids(old_config);
  const auto after = voter_ids(new_config);
  std::vector<std::int64_t> changed;
  std::ranges::set_symmetric_difference(before, after, std::back_inserter(changed));
  if (!force && changed.size() > 1) {
    return "Non force replica set reconfig can only add or remove at most 1 voting member.";
  }
  return {};
}

}  // namespace simmongod
