// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/replica_set/plan.hpp"

#include <fmt/format.h>

#include "libk8s/json/fields.hpp"

namespace mongodb {
namespace {

using k8s::json::Value;

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

Value change_json(const effect::Reconfigure& reconfigure) {
  using R = effect::Reconfigure;
  return std::visit(
      Overloaded{
          [](const R::Add& add) { return Value{{"add", {{"id", add.id}, {"host", add.host}}}}; },
          [](const R::SetVote& set) {
            return Value{{"setVote", {{"host", set.host}, {"votes", set.votes}, {"priority", set.priority}}}};
          },
          [](const R::Remove& remove) { return Value{{"remove", {{"host", remove.host}}}}; },
      },
      reconfigure.change);
}

std::string change_words(const effect::Reconfigure& reconfigure) {
  using R = effect::Reconfigure;
  return std::visit(Overloaded{
                        [](const R::Add& add) { return fmt::format("add {} without a vote", add.host); },
                        [](const R::SetVote& set) {
                          return fmt::format("set {} to votes {} and priority {}", set.host, set.votes, set.priority);
                        },
                        [](const R::Remove& remove) { return fmt::format("remove {}", remove.host); },
                    },
                    reconfigure.change);
}

}  // namespace

bool is_disruptive(const Effect& effect) {
  return std::visit(Overloaded{
                        [](const k8s::ClusterEffect& cluster) {
                          const auto* removal = std::get_if<k8s::effect::Delete>(&cluster);
                          return std::holds_alternative<k8s::effect::Evict>(cluster) ||
                                 (removal != nullptr && removal->grounds);
                        },
                        [](const effect::Initiate&) { return true; },
                        [](const effect::Reconfigure&) { return true; },
                        [](const effect::StepDown&) { return true; },
                        [](const k8s::effect::Refresh&) { return false; },
                        [](const effect::Freeze&) { return false; },
                        [](const effect::SyncFrom&) { return false; },
                    },
                    effect);
}

Value to_json(const Effect& effect) {
  return std::visit(
      Overloaded{
          [](const k8s::ClusterEffect& e) { return k8s::to_json(e); },
          [](const k8s::effect::Refresh& e) { return k8s::to_json(e); },
          [](const effect::Initiate& e) {
            return Value{
                {e.kName, {{"member", e.member}, {"setName", e.set_name}, {"host", e.host}, {"because", e.because}}}};
          },
          [](const effect::Reconfigure& e) {
            return Value{{e.kName,
                          {{"primary", e.primary},
                           {"term", e.term},
                           {"version", e.version},
                           {"change", change_json(e)},
                           {"because", e.because}}}};
          },
          [](const effect::StepDown& e) {
            return Value{{e.kName, {{"member", e.member}, {"term", e.term}, {"because", e.because}}}};
          },
          [](const effect::Freeze& e) {
            return Value{{e.kName,
                          {{"member", e.member},
                           {"process", e.process},
                           {"seconds", e.duration.count()},
                           {"because", e.because}}}};
          },
          [](const effect::SyncFrom& e) {
            return Value{{e.kName, {{"member", e.member}, {"source", e.source}, {"because", e.because}}}};
          },
      },
      effect);
}

Value to_json(const Plan& plan) {
  Value effects = Value::array();
  for (const Effect& effect : plan.effects) effects.push_back(to_json(effect));
  Value value{{"effects", std::move(effects)}};
  if (plan.requeue_after) value["requeueAfterMs"] = plan.requeue_after->count();
  return value;
}

std::string describe(const Effect& effect) {
  return std::visit(
      Overloaded{
          [](const k8s::ClusterEffect& e) { return k8s::describe(e); },
          [](const k8s::effect::Refresh& e) { return "refresh facts: " + e.purpose; },
          [](const effect::Initiate& e) { return fmt::format("initiate {} on member {}", e.set_name, e.member); },
          [](const effect::Reconfigure& e) { return "reconfigure: " + change_words(e); },
          [](const effect::StepDown& e) { return fmt::format("step down member {}", e.member); },
          [](const effect::Freeze& e) {
            return fmt::format("freeze member {} for {} s", e.member, e.duration.count());
          },
          [](const effect::SyncFrom& e) { return fmt::format("let member {} sync from {}", e.member, e.source); },
      },
      effect);
}

const std::string& because(const Effect& effect) {
  return std::visit(Overloaded{
                        [](const k8s::ClusterEffect& e) -> const std::string& { return k8s::because(e); },
                        [](const auto& e) -> const std::string& { return e.because; },
                    },
                    effect);
}

std::string effect_name(const Effect& effect) {
  return std::visit(Overloaded{
                        [](const k8s::ClusterEffect& cluster) {
                          return std::visit([](const auto& e) { return std::string{e.kName}; }, cluster);
                        },
                        [](const auto& e) { return std::string{e.kName}; },
                    },
                    effect);
}

std::string target_of(const Effect& effect) {
  return std::visit(Overloaded{
                        [](const k8s::ClusterEffect& e) { return k8s::target_of(e); },
                        [](const k8s::effect::Refresh& e) { return e.purpose; },
                        [](const effect::Initiate& e) { return fmt::format("member {}", e.member); },
                        [](const effect::Reconfigure& e) { return change_words(e); },
                        [](const effect::StepDown& e) { return fmt::format("member {}", e.member); },
                        [](const effect::Freeze& e) { return fmt::format("member {}", e.member); },
                        [](const effect::SyncFrom& e) { return fmt::format("member {}", e.member); },
                    },
                    effect);
}

}  // namespace mongodb
