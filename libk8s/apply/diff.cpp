// SPDX-License-Identifier: Apache-2.0
#include "libk8s/apply/diff.hpp"

#include "libk8s/api/quantity.hpp"

namespace k8s {
namespace {

bool same_scalar(const json::Value& wanted, const json::Value& live) {
  if (wanted == live) return true;
  if (!wanted.is_string() || !live.is_string()) return false;
  const auto left = Quantity::parse(wanted.get_ref<const std::string&>());
  const auto right = Quantity::parse(live.get_ref<const std::string&>());
  return left && right && *left == *right;
}

std::string join(const std::string& step, const std::string& rest) {
  return rest == "." ? step : step + "." + rest;
}

// "." stands for this very place; empty for no difference.
std::string difference(const json::Value& wanted, const json::Value& live) {
  if (wanted.is_object()) {
    // The server drops empty objects and arrays that we spell out.
    if (wanted.empty() && live.is_null()) return {};
    if (!live.is_object()) return ".";
    for (const auto& [key, value] : wanted.items()) {
      const auto at = live.find(key);
      const std::string rest = difference(value, at == live.end() ? json::Value(nullptr) : *at);
      if (!rest.empty()) return join(key, rest);
    }
    return {};
  }
  if (wanted.is_array()) {
    if (wanted.empty() && live.is_null()) return {};
    if (!live.is_array() || live.size() != wanted.size()) return ".";
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const std::string rest = difference(wanted[i], live[i]);
      if (!rest.empty()) return join(std::to_string(i), rest);
    }
    return {};
  }
  if (wanted.is_boolean() && !wanted.get<bool>() && live.is_null()) return {};
  return same_scalar(wanted, live) ? std::string{} : std::string{"."};
}

}  // namespace

std::string first_difference(const json::Value& wanted, const json::Value& live) {
  return difference(wanted, live);
}

}  // namespace k8s
