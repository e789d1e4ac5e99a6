// SPDX-License-Identifier: Apache-2.0
#include "libk8s/apply/effect.hpp"

#include <fmt/format.h>

#include "libk8s/json/fields.hpp"

namespace k8s {
namespace {

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

std::string object_words(const ResourceType& type, const ObjectKey& key) {
  return fmt::format("{} {}", type.kind, to_string(key));
}

json::Value target_json(const Target& target) {
  return {{"kind", target.type.kind}, {"namespace", target.key.ns.str()}, {"name", target.key.name.str()}};
}

json::Value fields_of(const effect::Create& e) {
  return {{"manifest", e.manifest.body}, {"because", e.because}};
}
json::Value fields_of(const effect::CreateOnce& e) {
  return {{"manifest", e.manifest.body}, {"dataKey", e.data_key}, {"generator", e.generator}, {"because", e.because}};
}
json::Value fields_of(const effect::Apply& e) {
  return {{"manifest", e.manifest.body}, {"uid", e.uid.str()}, {"because", e.because}};
}
json::Value fields_of(const effect::MergePatch& e) {
  return {{"target", target_json(e.target)},
          {"resourceVersion", e.resource_version.str()},
          {"patch", e.patch},
          {"because", e.because}};
}
json::Value fields_of(const effect::Delete& e) {
  json::Value value{{"target", target_json(e.target)}, {"uid", e.uid.str()}, {"because", e.because}};
  if (e.grounds) value["grounds"] = json::encode(*e.grounds);
  return value;
}
json::Value fields_of(const effect::Evict& e) {
  return {
      {"pod", to_string(e.pod)}, {"uid", e.uid.str()}, {"grounds", json::encode(e.grounds)}, {"because", e.because}};
}
json::Value fields_of(const effect::PatchStatus& e) {
  return {{"target", target_json(e.target)},
          {"resourceVersion", e.resource_version.str()},
          {"status", e.status},
          {"because", e.because}};
}
json::Value fields_of(const effect::EmitEvent& e) {
  return {{"regarding", target_json(e.regarding)},
          {"type", to_text(e.type)},
          {"reason", e.reason},
          {"action", e.action},
          {"because", e.because}};
}

}  // namespace

ObjectKey Manifest::key() const {
  const json::Value& metadata = body.at("metadata");
  return {.ns = Namespace{metadata.value("namespace", std::string{})},
          .name = Name{metadata.value("name", std::string{})}};
}

namespace effect {

std::string to_text(EventType type) {
  return type == EventType::normal ? "Normal" : "Warning";
}

bool from_text(std::string_view text, EventType& out) {
  if (text != "Normal" && text != "Warning") return false;
  out = text == "Normal" ? EventType::normal : EventType::warning;
  return true;
}

}  // namespace effect

json::Value to_json(const ClusterEffect& effect) {
  return std::visit([](const auto& one) { return json::Value{{std::decay_t<decltype(one)>::kName, fields_of(one)}}; },
                    effect);
}

json::Value to_json(const effect::Refresh& effect) {
  return {{effect::Refresh::kName, {{"purpose", effect.purpose}, {"because", effect.because}}}};
}

std::string describe(const ClusterEffect& effect) {
  return std::visit(
      Overloaded{
          [](const effect::Create& e) { return "create " + object_words(e.manifest.type, e.manifest.key()); },
          [](const effect::CreateOnce& e) { return "create once " + object_words(e.manifest.type, e.manifest.key()); },
          [](const effect::Apply& e) { return "apply " + object_words(e.manifest.type, e.manifest.key()); },
          [](const effect::MergePatch& e) { return "patch " + object_words(e.target.type, e.target.key); },
          [](const effect::Delete& e) { return "delete " + object_words(e.target.type, e.target.key); },
          [](const effect::Evict& e) { return "evict " + object_words(kPods, e.pod); },
          [](const effect::PatchStatus& e) { return "update status of " + object_words(e.target.type, e.target.key); },
          [](const effect::EmitEvent& e) {
            return fmt::format("emit Event {} on {}", e.reason, object_words(e.regarding.type, e.regarding.key));
          },
      },
      effect);
}

const std::string& because(const ClusterEffect& effect) {
  return std::visit([](const auto& one) -> const std::string& { return one.because; }, effect);
}

std::string target_of(const ClusterEffect& effect) {
  return std::visit(Overloaded{
                        [](const effect::Create& e) { return object_words(e.manifest.type, e.manifest.key()); },
                        [](const effect::CreateOnce& e) { return object_words(e.manifest.type, e.manifest.key()); },
                        [](const effect::Apply& e) { return object_words(e.manifest.type, e.manifest.key()); },
                        [](const effect::MergePatch& e) { return object_words(e.target.type, e.target.key); },
                        [](const effect::Delete& e) { return object_words(e.target.type, e.target.key); },
                        [](const effect::Evict& e) { return object_words(kPods, e.pod); },
                        [](const effect::PatchStatus& e) { return object_words(e.target.type, e.target.key); },
                        [](const effect::EmitEvent& e) { return object_words(e.regarding.type, e.regarding.key); },
                    },
                    effect);
}

}  // namespace k8s
