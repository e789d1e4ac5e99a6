// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/writer/verdict.hpp"

#include <algorithm>
#include <set>

#include "libk8s/base/hash.hpp"

namespace e2e::writer {
namespace {

constexpr double kMicro = 1e-6;
constexpr std::size_t kIdsShown = 10;

struct Fates {
  std::map<std::string, EventKind> of_ids;
  std::int64_t increments_acknowledged = 0;
  std::int64_t increments_perhaps = 0;  // acknowledged, unknown, or never heard of again
};

Fates fates_of(const std::vector<Event>& log) {
  Fates fates;
  std::map<std::string, EventKind> increments;
  for (const Event& event : log) (is_counter(event.id) ? increments : fates.of_ids)[event.id] = event.kind;
  for (const auto& [id, kind] : increments) {
    if (kind == EventKind::ok) ++fates.increments_acknowledged;
    if (kind != EventKind::fail) ++fates.increments_perhaps;
  }
  return fates;
}

void judge_gaps(const std::vector<Event>& log, Verdict& verdict) {
  if (log.empty()) return;
  std::vector<std::int64_t> times;
  std::int64_t begin = log.front().at_us;
  std::int64_t end = begin;
  for (const Event& event : log) {
    begin = std::min(begin, event.at_us);
    end = std::max(end, event.at_us);
    if (event.kind == EventKind::ok) times.push_back(event.at_us);
  }
  std::sort(times.begin(), times.end());

  std::size_t oldest = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    while (times[i] - times[oldest] >= 1'000'000) ++oldest;
    verdict.max_rate = std::max(verdict.max_rate, static_cast<std::int64_t>(i - oldest + 1));
  }

  std::int64_t before = begin;
  times.push_back(end);
  for (const std::int64_t time : times) {
    const Gap gap{.at_s = static_cast<double>(before - begin) * kMicro,
                  .seconds = static_cast<double>(time - before) * kMicro};
    verdict.longest_gap_s = std::max(verdict.longest_gap_s, gap.seconds);
    if (gap.seconds > 1) verdict.gaps_over_1s.push_back(gap);
    before = time;
  }
}

void judge_counter(const Fates& fates, const MemberData& member, Verdict& verdict) {
  const std::int64_t value = member.counter.value_or(0);
  verdict.counter_lost = std::max(verdict.counter_lost, fates.increments_acknowledged - value);
  verdict.counter_phantom = std::max(verdict.counter_phantom, value - fates.increments_perhaps);
}

}  // namespace

Verdict judge(const std::vector<Event>& log, const std::map<std::string, MemberData>& members) {
  Verdict verdict;
  const Fates fates = fates_of(log);
  std::set<std::string> present_anywhere;
  std::set<std::string> lost;
  std::set<std::string> phantom;
  for (const auto& [name, member] : members) {
    if (!member.problem.empty()) {
      verdict.all_read = false;
      continue;
    }
    const std::set<std::string> present(member.ids.begin(), member.ids.end());
    verdict.duplicates += static_cast<std::int64_t>(member.ids.size() - present.size());
    for (const auto& [id, kind] : fates.of_ids) {
      if (kind == EventKind::ok && !present.contains(id)) lost.insert(id);
      if (kind == EventKind::fail && present.contains(id)) phantom.insert(id);
    }
    for (const std::string& id : present) {
      if (!fates.of_ids.contains(id)) phantom.insert(id);
    }
    present_anywhere.insert(present.begin(), present.end());
    judge_counter(fates, member, verdict);
  }
  for (const auto& [id, kind] : fates.of_ids) {
    if (kind == EventKind::ok)
      ++verdict.acknowledged;
    else if (kind == EventKind::fail)
      ++verdict.failed;
    else
      ++verdict.unknown;
  }
  verdict.present = static_cast<std::int64_t>(present_anywhere.size());
  verdict.lost_ids.assign(lost.begin(), lost.end());
  verdict.phantom_ids.assign(phantom.begin(), phantom.end());
  judge_gaps(log, verdict);
  return verdict;
}

bool all_equal(const std::map<std::string, MemberData>& members) {
  std::optional<std::set<std::string>> first;
  std::optional<std::int64_t> first_counter;
  for (const auto& [name, member] : members) {
    if (!member.problem.empty()) return false;
    std::set<std::string> ids(member.ids.begin(), member.ids.end());
    if (!first) {
      first = std::move(ids);
      first_counter = member.counter;
    } else if (*first != ids || first_counter != member.counter) {
      return false;
    }
  }
  return true;
}

k8s::json::Value to_json(const Verdict& verdict, const std::map<std::string, MemberData>& members) {
  using k8s::json::Value;
  const auto first_of = [](const std::vector<std::string>& ids) {
    return Value(std::vector<std::string>(ids.begin(),
                                          ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), kIdsShown))));
  };
  Value per_member = Value::object();
  for (const auto& [name, member] : members) {
    const std::set<std::string> sorted(member.ids.begin(), member.ids.end());
    std::string all;
    for (const std::string& id : sorted) all += id + '\n';
    per_member[name] = {{"count", member.ids.size()}, {"hash", k8s::short_hash(all)}};
    if (member.counter) per_member[name]["counter"] = *member.counter;
    if (!member.problem.empty()) per_member[name]["problem"] = member.problem;
  }
  Value gaps = Value::array();
  for (const Gap& gap : verdict.gaps_over_1s) gaps.push_back({{"at_s", gap.at_s}, {"seconds", gap.seconds}});
  return {
      {"acknowledged", verdict.acknowledged},
      {"unknown", verdict.unknown},
      {"failed", verdict.failed},
      {"present", verdict.present},
      {"lost", verdict.lost_ids.size()},
      {"lost_ids", first_of(verdict.lost_ids)},
      {"phantom", verdict.phantom_ids.size()},
      {"phantom_ids", first_of(verdict.phantom_ids)},
      {"duplicates", verdict.duplicates},
      {"counter_lost", verdict.counter_lost},
      {"counter_phantom", verdict.counter_phantom},
      {"per_member", per_member},
      {"longest_gap_s", verdict.longest_gap_s},
      {"gaps_over_1s", gaps},
      {"max_rate", verdict.max_rate},
      {"all_read", verdict.all_read},
  };
}

}  // namespace e2e::writer
