// SPDX-License-Identifier: Apache-2.0
// The order of merged lists.
#include "sandbox/objects/patch/patched_list.hpp"

#include <algorithm>

namespace objects {
namespace {

std::vector<Value> sorted_by(std::vector<Value> items, const Value& order, const std::string& merge_key) {
  std::ranges::stable_sort(items, [&order, &merge_key](const Value& a, const Value& b) {
    return position(order, a, merge_key) < position(order, b, merge_key);
  });
  return items;
}

}  // namespace

std::ptrdiff_t position(const Value& list, const Value& item, const std::string& merge_key) {
  if (!list.is_array()) return -1;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const bool same = merge_key.empty() ? list[i] == item
                                        : list[i].is_object() && item.is_object() && list[i].contains(merge_key) &&
                                              item.contains(merge_key) && list[i][merge_key] == item[merge_key];
    if (same) return static_cast<std::ptrdiff_t>(i);
  }
  return -1;
}

Value in_patch_order(const Value& merged, const Value& wanted, const Value& original, const std::string& merge_key) {
  std::vector<Value> named, others;
  for (const Value& item : merged) (position(wanted, item, merge_key) >= 0 ? named : others).push_back(item);
  named = sorted_by(std::move(named), wanted, merge_key);
  others = sorted_by(std::move(others), original, merge_key);
  Value out = Value::array();
  std::size_t left = 0, right = 0;
  while (left < others.size() || right < named.size()) {
    bool take_other = right >= named.size();
    if (left < others.size() && right < named.size()) {
      const auto other_at = position(original, others[left], merge_key);
      const auto named_at = position(original, named[right], merge_key);
      take_other = other_at >= 0 && named_at >= 0 && other_at < named_at;
    }
    out.push_back(take_other ? std::move(others[left++]) : std::move(named[right++]));
  }
  return out;
}

}  // namespace objects
