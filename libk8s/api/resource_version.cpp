// SPDX-License-Identifier: Apache-2.0
#include "libk8s/api/resource_version.hpp"

#include <algorithm>

namespace k8s {
namespace {

bool is_comparable(const std::string& version) {
  return !version.empty() && version.front() != '0' &&
         std::all_of(version.begin(), version.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<bool> is_newer(const ResourceVersion& a, const ResourceVersion& than_b) {
  const std::string& left = a.str();
  const std::string& right = than_b.str();
  if (!is_comparable(left) || !is_comparable(right)) return std::nullopt;
  if (left.size() != right.size()) return left.size() > right.size();
  return left > right;
}

}  // namespace k8s
