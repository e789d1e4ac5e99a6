// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/api/mongo_replica_set.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace mongodb {
namespace {

template <class Enum, std::size_t N>
using Words = std::array<std::pair<Enum, std::string_view>, N>;

template <class Enum, std::size_t N>
std::string word_of(const Words<Enum, N>& words, Enum value) {
  const auto at = std::find_if(words.begin(), words.end(), [&](const auto& row) { return row.first == value; });
  return std::string{at->second};
}

template <class Enum, std::size_t N>
bool value_of(const Words<Enum, N>& words, std::string_view text, Enum& out) {
  const auto at = std::find_if(words.begin(), words.end(), [&](const auto& row) { return row.second == text; });
  if (at == words.end()) return false;
  out = at->first;
  return true;
}

constexpr Words<ReclaimPolicy, 2> kReclaimPolicies{
    {{ReclaimPolicy::retain, "Retain"}, {ReclaimPolicy::remove, "Delete"}}};
constexpr Words<Spread, 3> kSpreads{
    {{Spread::required, "Required"}, {Spread::preferred, "Preferred"}, {Spread::none, "None"}}};
constexpr Words<UpdateStrategy, 3> kStrategies{{{UpdateStrategy::automatic, "Automatic"},
                                                {UpdateStrategy::on_delete, "OnDelete"},
                                                {UpdateStrategy::paused, "Paused"}}};
constexpr Words<OperationType, 4> kOperationTypes{{{OperationType::initialise, "Initialise"},
                                                   {OperationType::restart_member, "RestartMember"},
                                                   {OperationType::scale_up, "ScaleUp"},
                                                   {OperationType::scale_down, "ScaleDown"}}};
constexpr Words<Phase, 9> kPhases{{{Phase::initiating, "Initiating"},
                                   {Phase::handing_over, "HandingOver"},
                                   {Phase::taking_down, "TakingDown"},
                                   {Phase::coming_back, "ComingBack"},
                                   {Phase::adding, "Adding"},
                                   {Phase::promoting, "Promoting"},
                                   {Phase::demoting, "Demoting"},
                                   {Phase::removing, "Removing"},
                                   {Phase::shrinking, "Shrinking"}}};

}  // namespace

std::string to_text(ReclaimPolicy policy) {
  return word_of(kReclaimPolicies, policy);
}
bool from_text(std::string_view text, ReclaimPolicy& out) {
  return value_of(kReclaimPolicies, text, out);
}
std::string to_text(Spread spread) {
  return word_of(kSpreads, spread);
}
bool from_text(std::string_view text, Spread& out) {
  return value_of(kSpreads, text, out);
}
std::string to_text(UpdateStrategy strategy) {
  return word_of(kStrategies, strategy);
}
bool from_text(std::string_view text, UpdateStrategy& out) {
  return value_of(kStrategies, text, out);
}
std::string to_text(OperationType type) {
  return word_of(kOperationTypes, type);
}
bool from_text(std::string_view text, OperationType& out) {
  return value_of(kOperationTypes, text, out);
}
std::string to_text(Phase phase) {
  return word_of(kPhases, phase);
}
bool from_text(std::string_view text, Phase& out) {
  return value_of(kPhases, text, out);
}

std::string image_of(const MongoReplicaSetSpec& spec) {
  return spec.image.value_or("docker.io/library/mongo:" + spec.version);
}

}  // namespace mongodb
