// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/member/name_wait.hpp"

#include <algorithm>

namespace mongo::member {
namespace {

std::string describe(const k8s::Result<dns::Answer>& answer) {
  if (!answer) return k8s::to_string(answer.error());
  if (!answer->exists) return "does not exist";
  if (answer->addresses.empty()) return "has no address";
  std::string text;
  for (const IpAddress& address : answer->addresses) {
    if (!text.empty()) text += ", ";
    text += to_text(address);
  }
  return text;
}

std::string seconds_text(k8s::Millis time) {
  return std::to_string(std::chrono::duration_cast<k8s::Seconds>(time).count());
}

}  // namespace

NameWaitResult wait_for_name(const NameWait& wait, NameService& names, Sleeper& sleeper, const k8s::Clock& clock,
                             k8s::Log& log) {
  const dns::Question question{.name = wait.host,
                               .type = wait.wanted.is_v6() ? dns::RecordType::aaaa : dns::RecordType::a};
  if (parse_address(wait.host)) return {.resolved = true, .last_seen = wait.host};

  const k8s::Monotonic begin = clock.monotonic();
  k8s::Monotonic next_report = begin + wait.report_every;
  for (;;) {
    const auto answer = names.ask(question);
    const k8s::Monotonic now = clock.monotonic();
    const NameWaitResult seen{
        .resolved = answer.has_value() && std::find(answer->addresses.begin(), answer->addresses.end(), wait.wanted) !=
                                              answer->addresses.end(),
        .last_seen = describe(answer),
        .waited = now - begin};
    if (seen.resolved || seen.waited >= wait.bound) return seen;
    if (now >= next_report) {
      log.info("waiting for the member's name to lead to this pod", {{"host", wait.host},
                                                                     {"want", to_text(wait.wanted)},
                                                                     {"got", seen.last_seen},
                                                                     {"seconds", seconds_text(seen.waited)}});
      while (next_report <= now) next_report += wait.report_every;
    }
    sleeper.sleep(std::min(wait.pause, wait.bound - seen.waited));
  }
}

}  // namespace mongo::member
