// SPDX-License-Identifier: Apache-2.0
// Was anything lost? What the log says against what the members hold.
//
//   lost        acknowledged, yet missing on a member that was read
//   phantom     present on a member, yet never invoked, or surely failed
//   duplicates  one id more than once on one member
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libk8s/json/value.hpp"
#include "tests/e2e/writer/event_log.hpp"

namespace e2e::writer {

// What was read from one member.
struct MemberData {
  std::vector<std::string> ids;         // of this run, in any order
  std::optional<std::int64_t> counter;  // nothing: there is no counter document
  std::string problem;                  // why it could not be read; empty: it was

  bool operator==(const MemberData&) const = default;
};

struct Gap {
  double at_s = 0;  // since the first event
  double seconds = 0;

  bool operator==(const Gap&) const = default;
};

struct Verdict {
  std::int64_t acknowledged = 0;
  std::int64_t unknown = 0;  // with those that were invoked and never heard of again
  std::int64_t failed = 0;
  std::int64_t present = 0;  // different ids on any member
  std::vector<std::string> lost_ids;
  std::vector<std::string> phantom_ids;
  std::int64_t duplicates = 0;
  // Increments: acknowledged ones that a member lacks, and more than can have been made.
  std::int64_t counter_lost = 0;
  std::int64_t counter_phantom = 0;
  // Between successive acknowledged writes of all writers; the first event and the last one bound the first and last.
  double longest_gap_s = 0;
  std::vector<Gap> gaps_over_1s;
  std::int64_t max_rate = 0;  // most acknowledged writes in one second
  bool all_read = true;

  bool is_clean() const {
    return lost_ids.empty() && phantom_ids.empty() && duplicates == 0 && counter_lost == 0 && counter_phantom == 0;
  }
};

Verdict judge(const std::vector<Event>& log, const std::map<std::string, MemberData>& members);

// Do all members that were read hold the same? Before they do, replication may still be under way.
bool all_equal(const std::map<std::string, MemberData>& members);

k8s::json::Value to_json(const Verdict& verdict, const std::map<std::string, MemberData>& members);

}  // namespace e2e::writer
