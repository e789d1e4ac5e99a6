// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/ownership.hpp"

namespace controllers {
namespace {

// Nothing: somebody else was first, or it is gone; the change wakes us again.
Result<ObjectRef> set_owners(Api& api, const Kind& kind, const Value& object, Value owners) {
  Value patch;
  patch["metadata"] = {{"uid", uid_of(object)},
                       {"resourceVersion", text(object, {"metadata", "resourceVersion"})},
                       {"ownerReferences", std::move(owners)}};
  return api.patch(kind, namespace_of(object), name_of(object), patch, Subresource::none);
}

Result<ObjectRef> adopt(Api& api, const Kind& kind, const Value& object, const Value& owner) {
  Value owners = elements(object, {"metadata", "ownerReferences"});
  owners.push_back(controller_reference_to(owner));
  return set_owners(api, kind, object, std::move(owners));
}

Result<ObjectRef> release(Api& api, const Kind& kind, const Value& object, const Value& owner) {
  Value owners = Value::array();
  for (const Value& one : elements(object, {"metadata", "ownerReferences"})) {
    if (text(one, {"uid"}) != uid_of(owner)) owners.push_back(one);
  }
  return set_owners(api, kind, object, std::move(owners));
}

}  // namespace

const Value* controller_reference(const Value& object) {
  for (const Value& owner : elements(object, {"metadata", "ownerReferences"})) {
    if (flag(owner, {"controller"}, false)) return &owner;
  }
  return nullptr;
}

bool is_controlled_by(const Value& object, const Value& owner) {
  const Value* reference = controller_reference(object);
  return reference && text(*reference, {"uid"}) == uid_of(owner);
}

Value controller_reference_to(const Value& owner) {
  return {{"apiVersion", text(owner, {"apiVersion"})},
          {"kind", text(owner, {"kind"})},
          {"name", name_of(owner)},
          {"uid", uid_of(owner)},
          {"controller", true},
          {"blockOwnerDeletion", true}};
}

Result<Objects> claim(Api& api, const Kind& kind, const Value& owner, Adoptable adoptable) {
  const Selector selector = Selector::of(at(owner, {"spec", "selector"}));
  const auto all = api.list(kind, namespace_of(owner), Selector::everything());
  if (!all) return all.error();
  Objects mine;
  for (const ObjectRef& object : *all) {
    const bool matches = selector.matches(labels_of(*object));
    if (const Value* reference = controller_reference(*object)) {
      if (text(*reference, {"uid"}) != uid_of(owner)) continue;
      if (matches || is_terminating(owner)) {
        mine.push_back(object);
      } else if (const auto released = release(api, kind, *object, owner);
                 !released && released.error().code != k8s::Code::not_found) {
        return released.error();
      }
      continue;
    }
    if (!matches || is_terminating(owner) || is_terminating(*object)) continue;
    if (adoptable && !adoptable(*object, owner)) continue;
    const auto adopted = adopt(api, kind, *object, owner);
    if (adopted) {
      mine.push_back(*adopted);
    } else if (adopted.error().code != k8s::Code::not_found) {
      return adopted.error();
    }
  }
  return mine;
}

}  // namespace controllers
