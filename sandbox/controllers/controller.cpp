// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/controller.hpp"

#include <algorithm>

#include "sandbox/controllers/ownership.hpp"

namespace controllers {
namespace {

void add_controller(const Value* object, std::string_view owner_kind, Keys& keys) {
  if (!object) return;
  const Value* owner = controller_reference(*object);
  if (owner && text(*owner, {"kind"}) == owner_kind) {
    keys.insert({.ns = namespace_of(*object), .name = text(*owner, {"name"})});
  }
}

}  // namespace

namespace wake {

Wake self(std::string_view kind) {
  return {.kind = std::string{kind},
          .keys = [](const Api&, const Change& change, Keys& keys) { keys.insert(key_of(change.object())); }};
}

Wake controller_of(std::string_view kind, std::string_view owner_kind) {
  return {.kind = std::string{kind}, .keys = [owner_kind](const Api&, const Change& change, Keys& keys) {
            add_controller(change.before, owner_kind, keys);
            add_controller(change.after, owner_kind, keys);
          }};
}

Wake controller_or_selector(std::string_view kind, Kind owner) {
  return {.kind = std::string{kind}, .keys = [owner](const Api& api, const Change& change, Keys& keys) {
            add_controller(change.before, owner.kind, keys);
            add_controller(change.after, owner.kind, keys);
            if (!change.after || controller_reference(*change.after)) return;
            const auto owners = api.list(owner, namespace_of(*change.after), Selector::everything());
            if (!owners) return;
            for (const ObjectRef& one : *owners) {
              if (Selector::of(at(*one, {"spec", "selector"})).matches(labels_of(*change.after))) {
                keys.insert(key_of(*one));
              }
            }
          }};
}

}  // namespace wake

std::optional<k8s::Millis> earlier(std::optional<k8s::Millis> a, std::optional<k8s::Millis> b) {
  if (!a) return b;
  if (!b) return a;
  return std::min(*a, *b);
}

k8s::Millis until(k8s::Wall moment, const Now& now) {
  return std::max(k8s::Millis{1}, std::chrono::ceil<k8s::Millis>(moment - now.wall));
}

}  // namespace controllers
