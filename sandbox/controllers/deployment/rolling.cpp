// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/deployment/rolling.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "sandbox/controllers/ownership.hpp"
#include "sandbox/controllers/pods.hpp"

namespace controllers::deployment {
namespace {

Result<void> scale_in_place(Api& api, const Now& now, const Value& deployment, ObjectRef& set, std::int64_t replicas) {
  auto scaled_set = scale(api, now, deployment, set, replicas);
  if (!scaled_set) return scaled_set.error();
  set = *scaled_set;
  return {};
}

Result<bool> grow_newest(Api& api, const Now& now, const Value& deployment, Sets& sets) {
  const std::int64_t has = wanted(*sets.newest), wants = wanted(deployment);
  std::int64_t next = has;
  if (has > wants) {
    next = wants;
  } else if (has < wants) {
    const std::int64_t room = wants + max_surge(deployment) - total_wanted(sets.all());
    next = has + std::clamp<std::int64_t>(room, 0, wants - has);
  }
  if (next == has) return false;
  const auto written = scale_in_place(api, now, deployment, sets.newest, next);
  if (!written) return written.error();
  return true;
}

// At most `budget` pods less, first those that nobody would miss.
Result<void> shrink_old(Api& api, const Now& now, const Value& deployment, Sets& sets) {
  const std::int64_t least = wanted(deployment) - max_unavailable(deployment);
  const std::int64_t newest_missing = wanted(*sets.newest) - available(*sets.newest);
  std::int64_t budget = total_wanted(sets.all()) - least - newest_missing;
  for (ObjectRef& set : sets.old) {
    if (budget <= 0) return {};
    const std::int64_t unhealthy = wanted(*set) - available(*set);
    if (wanted(*set) == 0 || unhealthy <= 0) continue;
    const std::int64_t less = std::min(unhealthy, budget);
    const auto written = scale_in_place(api, now, deployment, set, wanted(*set) - less);
    if (!written) return written;
    budget -= less;
  }
  std::int64_t spare = total(sets.all(), "availableReplicas") - least;
  for (ObjectRef& set : sets.old) {
    if (spare <= 0) return {};
    const std::int64_t less = std::min(wanted(*set), spare);
    if (less == 0) continue;
    const auto written = scale_in_place(api, now, deployment, set, wanted(*set) - less);
    if (!written) return written;
    spare -= less;
  }
  return {};
}

// Those that want pods, in place.
std::vector<ObjectRef*> active(Sets& sets) {
  std::vector<ObjectRef*> out;
  for (ObjectRef& set : sets.old) {
    if (wanted(*set) > 0) out.push_back(&set);
  }
  if (sets.newest && wanted(*sets.newest) > 0) out.push_back(&sets.newest);
  return out;
}

std::int64_t annotated(const Value& set, std::string_view key, std::int64_t otherwise) {
  const std::string& words = annotation(set, key);
  std::int64_t value = otherwise;
  std::from_chars(words.data(), words.data() + words.size(), value);
  return value;
}

// Its part of the change in size: what it had of the former total, of the present one.
std::int64_t share(const Value& set, const Value& deployment, std::int64_t to_add, std::int64_t added) {
  if (wanted(set) == 0 || to_add == 0 || to_add == added) return 0;
  const std::int64_t size = wanted(deployment) + max_surge(deployment);
  const std::int64_t before = annotated(set, kMax, number(deployment, {"status", "replicas"}, size));
  if (before == 0) return 0;
  const auto next =
      std::llround(static_cast<double>(wanted(set)) * static_cast<double>(size) / static_cast<double>(before));
  const std::int64_t part = next - wanted(set), left = to_add - added;
  return to_add > 0 ? std::min(part, left) : std::max(part, left);
}

Result<void> rescale_in_proportion(Api& api, const Now& now, const Value& deployment, std::vector<ObjectRef*> sets) {
  std::int64_t has = 0;
  for (const ObjectRef* set : sets) has += wanted(**set);
  const std::int64_t size = wanted(deployment) > 0 ? wanted(deployment) + max_surge(deployment) : 0;
  const std::int64_t to_add = size - has;
  std::stable_sort(sets.begin(), sets.end(), [&](const ObjectRef* left, const ObjectRef* right) {
    const Value &a = **left, &b = **right;
    if (wanted(a) != wanted(b)) return wanted(a) > wanted(b);
    return to_add > 0 ? created_at(a) > created_at(b) : created_at(a) < created_at(b);
  });
  std::vector<std::int64_t> next;
  std::int64_t added = 0;
  for (const ObjectRef* set : sets) {
    const std::int64_t part = share(**set, deployment, to_add, added);
    next.push_back(wanted(**set) + part);
    added += part;
  }
  if (!next.empty()) next.front() = std::max<std::int64_t>(0, next.front() + to_add - added);  // what rounding left
  for (std::size_t i = 0; i < sets.size(); ++i) {
    const auto written = scale_in_place(api, now, deployment, *sets[i], next[i]);
    if (!written) return written;
  }
  return {};
}

}  // namespace

Result<void> roll(Api& api, const Now& now, const Value& deployment, Sets& sets) {
  const auto grown = grow_newest(api, now, deployment, sets);
  if (!grown) return grown.error();
  if (*grown || total_wanted(sets.old) == 0) return {};
  return shrink_old(api, now, deployment, sets);
}

Result<void> recreate(Api& api, const Now& now, const Value& deployment, Sets& sets) {
  for (ObjectRef& set : sets.old) {
    const auto written = wanted(*set) > 0 ? scale_in_place(api, now, deployment, set, 0) : Result<void>{};
    if (!written) return written;
  }
  for (const ObjectRef& set : sets.old) {
    const auto pods = api.list(kPod, namespace_of(*set), Selector::everything());
    if (!pods) return pods.error();
    const bool any = std::any_of(pods->begin(), pods->end(), [&](const ObjectRef& pod) {
      return is_controlled_by(*pod, *set) && !has_ended(*pod);
    });
    if (any) return {};
  }
  if (!sets.newest) {
    auto made = look_at_sets(api, now, deployment, Make::yes);
    if (!made) return made.error();
    sets = std::move(*made);
  }
  return scale_in_place(api, now, deployment, sets.newest, wanted(deployment));
}

bool is_only_scaled(const Value& deployment, const Sets& sets) {
  const Objects all = sets.all();
  return std::any_of(all.begin(), all.end(), [&](const ObjectRef& set) {
    return wanted(*set) > 0 && annotated(*set, kDesired, wanted(deployment)) != wanted(deployment);
  });
}

Result<void> rescale(Api& api, const Now& now, const Value& deployment, Sets& sets) {
  const std::vector<ObjectRef*> with_pods = active(sets);
  if (with_pods.size() <= 1) {
    // One that is active, or else the newest, or the latest of the old ones.
    ObjectRef* only = nullptr;
    if (!sets.old.empty()) only = &sets.old.back();
    if (sets.newest) only = &sets.newest;
    if (!with_pods.empty()) only = with_pods.front();
    if (!only || wanted(**only) == wanted(deployment)) return {};
    return scale_in_place(api, now, deployment, *only, wanted(deployment));
  }
  if (sets.newest && wanted(*sets.newest) == wanted(deployment) && available(*sets.newest) == wanted(deployment)) {
    for (ObjectRef& set : sets.old) {
      const auto written = wanted(*set) > 0 ? scale_in_place(api, now, deployment, set, 0) : Result<void>{};
      if (!written) return written;
    }
    return {};
  }
  if (!is_rolling(deployment)) return {};
  return rescale_in_proportion(api, now, deployment, with_pods);
}

}  // namespace controllers::deployment
