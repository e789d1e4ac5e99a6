// SPDX-License-Identifier: Apache-2.0
// The algebra of field sets.
#include "sandbox/objects/managed_fields/field_set.hpp"

namespace objects {
namespace {

void gather(const FieldSet& set, FieldPath& prefix, std::vector<FieldPath>& out) {
  for (const PathElement& member : set.members) {
    prefix.push_back(member);
    out.push_back(prefix);
    prefix.pop_back();
  }
  for (const auto& [element, below] : set.children) {
    prefix.push_back(element);
    gather(below, prefix, out);
    prefix.pop_back();
  }
}

}  // namespace

k8s::Result<FieldSet> FieldSet::from_fields_v1(const Value& fields_v1) {
  FieldSet out;
  if (!fields_v1.is_object()) return k8s::Error{.code = k8s::Code::invalid, .message = "fieldsV1 is no object"};
  for (const auto& [key, below] : fields_v1.items()) {
    if (key == ".") continue;  // read by the parent
    if (key.size() >= 2 && key[1] == ':' && std::string_view("fkvi").find(key[0]) == std::string_view::npos) continue;
    k8s::Result<PathElement> element = PathElement::parse(key);
    if (!element) return element.error();
    k8s::Result<FieldSet> inner = from_fields_v1(below);
    if (!inner) return inner.error();
    if (inner->empty() || below.contains(".")) out.members.insert(*element);
    if (!inner->empty()) out.children.emplace(std::move(*element), std::move(*inner));
  }
  return out;
}

Value FieldSet::to_fields_v1() const {
  Value out = Value::object();
  for (const auto& [element, below] : children) {
    Value inner = below.to_fields_v1();
    if (members.contains(element)) inner["."] = Value::object();
    out[element.serialized()] = std::move(inner);
  }
  for (const PathElement& member : members) {
    if (!children.contains(member)) out[member.serialized()] = Value::object();
  }
  return out;
}

void FieldSet::insert(const FieldPath& path) {
  if (path.empty()) return;
  FieldSet* at = this;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) at = &at->children[path[i]];
  at->members.insert(path.back());
}

bool FieldSet::has(const FieldPath& path) const {
  if (path.empty()) return false;
  const FieldSet* at = this;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    const auto below = at->children.find(path[i]);
    if (below == at->children.end()) return false;
    at = &below->second;
  }
  return at->members.contains(path.back());
}

bool FieldSet::empty() const {
  if (!members.empty()) return false;
  for (const auto& [unused, below] : children) {
    if (!below.empty()) return false;
  }
  return true;
}

std::vector<FieldPath> FieldSet::paths() const {
  std::vector<FieldPath> out;
  FieldPath prefix;
  gather(*this, prefix, out);
  return out;
}

FieldSet FieldSet::united(const FieldSet& other) const {
  FieldSet out = *this;
  out.members.insert(other.members.begin(), other.members.end());
  for (const auto& [element, below] : other.children) {
    const auto [mine, fresh] = out.children.try_emplace(element, below);
    if (!fresh) mine->second = mine->second.united(below);
  }
  return out;
}

FieldSet FieldSet::intersected(const FieldSet& other) const {
  FieldSet out;
  for (const PathElement& member : members) {
    if (other.members.contains(member)) out.members.insert(member);
  }
  for (const auto& [element, below] : children) {
    const auto theirs = other.children.find(element);
    if (theirs == other.children.end()) continue;
    FieldSet both = below.intersected(theirs->second);
    if (!both.empty()) out.children.emplace(element, std::move(both));
  }
  return out;
}

FieldSet FieldSet::minus(const FieldSet& other) const {
  FieldSet out;
  for (const PathElement& member : members) {
    if (!other.members.contains(member)) out.members.insert(member);
  }
  for (const auto& [element, below] : children) {
    const auto theirs = other.children.find(element);
    FieldSet left = theirs == other.children.end() ? below : below.minus(theirs->second);
    if (!left.empty()) out.children.emplace(element, std::move(left));
  }
  return out;
}

FieldSet FieldSet::minus_recursively(const FieldSet& other) const {
  FieldSet out;
  for (const PathElement& member : members) {
    if (!other.members.contains(member)) out.members.insert(member);
  }
  for (const auto& [element, below] : children) {
    if (other.members.contains(element)) continue;
    const auto theirs = other.children.find(element);
    FieldSet left = theirs == other.children.end() ? below : below.minus_recursively(theirs->second);
    if (!left.empty()) out.children.emplace(element, std::move(left));
  }
  return out;
}

FieldSet FieldSet::leaves() const {
  FieldSet out;
  for (const PathElement& member : members) {
    if (!children.contains(member)) out.members.insert(member);
  }
  for (const auto& [element, below] : children) out.children.emplace(element, below.leaves());
  return out;
}

}  // namespace objects
