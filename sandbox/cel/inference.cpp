// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/inference.hpp"

#include <utility>

namespace cel {
namespace {

bool is_dyn(const Type& type) {
  return type.kind == Kind::dyn || type.kind == Kind::error;
}

// Kinds that have a null beside their values.
bool takes_null(const Type& type) {
  return type.kind == Kind::null || type.kind == Kind::opaque || type.kind == Kind::object ||
         type.kind == Kind::duration || type.kind == Kind::timestamp;
}

bool says_less(const Type& a, const Type& b) {
  if (is_dyn(a) || a.kind == Kind::parameter) return true;
  if (is_dyn(b) || b.kind == Kind::parameter || a.kind != b.kind || a.name != b.name) return false;
  if (a.kind == Kind::type) return true;
  if (a.parameters.size() != b.parameters.size()) return false;
  for (std::size_t i = 0; i < a.parameters.size(); ++i) {
    if (!says_less(*a.parameters[i], *b.parameters[i])) return false;
  }
  return true;
}

}  // namespace

TypePtr Inference::fresh() {
  return types::parameter("_" + std::to_string(next_++));
}

TypePtr Inference::instantiate(const TypePtr& type, std::map<std::string, TypePtr>& names) {
  if (type->kind == Kind::parameter) {
    const auto [at, added] = names.emplace(type->name, nullptr);
    if (added) at->second = fresh();
    return at->second;
  }
  if (type->parameters.empty()) return type;
  auto copy = std::make_shared<Type>(*type);
  for (TypePtr& parameter : copy->parameters) parameter = instantiate(parameter, names);
  return copy;
}

bool Inference::assign(std::span<const TypePtr> to, std::span<const TypePtr> from) {
  if (to.size() != from.size()) return false;
  auto before = stands_for_;
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (fits(to[i], from[i])) continue;
    stands_for_ = std::move(before);
    return false;
  }
  return true;
}

bool Inference::assign(const TypePtr& to, const TypePtr& from) {
  return assign(std::span(&to, 1), std::span(&from, 1));
}

bool Inference::fits(const TypePtr& to, const TypePtr& from) {
  if (from->kind == Kind::parameter) {
    bool had_one = false;
    if (substitute(to, from, had_one)) return true;
    if (had_one) return false;
  }
  if (to->kind == Kind::parameter) {
    bool had_one = false;
    return substitute(from, to, had_one);
  }
  if (is_dyn(*to) || is_dyn(*from)) return true;
  if (to->kind == Kind::null) return takes_null(*from);
  if (from->kind == Kind::null) return takes_null(*to);
  if (to->kind != from->kind) return false;
  if (to->kind == Kind::type) return true;
  if (to->name != from->name || to->parameters.size() != from->parameters.size()) return false;
  for (std::size_t i = 0; i < to->parameters.size(); ++i) {
    if (!fits(to->parameters[i], from->parameters[i])) return false;
  }
  return true;
}

// Whether `type` can be what `parameter` stands for; notes it, or the more general of it and what was noted before.
bool Inference::substitute(const TypePtr& type, const TypePtr& parameter, bool& had_one) {
  if (same(*type, *parameter)) {
    had_one = true;
    return true;
  }
  const auto found = stands_for_.find(parameter->name);
  if (found == stands_for_.end()) {
    if (occurs(parameter, type)) return false;
    stands_for_[parameter->name] = type;
    return true;
  }
  had_one = true;
  const TypePtr before = found->second;
  if (same(*type, *before)) return true;
  if (!fits(type, before)) return false;
  const TypePtr wider = more_general(type, before);
  if (!occurs(parameter, wider)) stands_for_[parameter->name] = wider;
  return true;
}

bool Inference::occurs(const TypePtr& parameter, const TypePtr& in) const {
  if (same(*parameter, *in)) return true;
  if (in->kind == Kind::parameter) {
    const auto found = stands_for_.find(in->name);
    return found != stands_for_.end() && occurs(parameter, found->second);
  }
  for (const TypePtr& inner : in->parameters) {
    if (occurs(parameter, inner)) return true;
  }
  return false;
}

TypePtr Inference::resolve(const TypePtr& type, bool final) const {
  if (type->kind == Kind::parameter) {
    const auto found = stands_for_.find(type->name);
    if (found != stands_for_.end()) return resolve(found->second, final);
    return final ? types::dyn() : type;
  }
  if (type->parameters.empty()) return type;
  auto copy = std::make_shared<Type>(*type);
  for (TypePtr& parameter : copy->parameters) parameter = resolve(parameter, final);
  return copy;
}

TypePtr Inference::more_general(const TypePtr& a, const TypePtr& b) {
  return says_less(*a, *b) ? a : b;
}

}  // namespace cel
