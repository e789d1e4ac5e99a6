// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/member/verdicts.hpp"

#include "operators/mongodb/wire/server_error.hpp"

namespace mongo::member {
namespace {

// PRIMARY, SECONDARY, ARBITER, or nothing for any state in which a member does not serve.
std::string serving_state(bson::View hello) {
  if (is_primary(hello)) return "PRIMARY";
  if (hello.flag("secondary")) return "SECONDARY";
  if (hello.flag("arbiterOnly")) return "ARBITER";
  return {};
}

Verdict ready(bson::View hello) {
  const std::string state = serving_state(hello);
  if (!state.empty()) return {.passed = true, .because = "mongod is " + state};
  const auto info = hello.string("info");
  if (hello.flag("isreplicaset")) return {.because = "mongod waits to be made part of its replica set"};
  return {.because = "mongod is neither PRIMARY, SECONDARY nor ARBITER" + (info ? " (" + *info + ")" : std::string())};
}

}  // namespace

bool is_primary(bson::View hello) {
  return hello.flag("isWritablePrimary") || hello.flag("ismaster");
}

Verdict judge(Probe probe, const k8s::Result<bson::Document>& hello) {
  if (!hello) return {.because = "mongod does not answer: " + k8s::to_string(hello.error())};
  const auto answered = check_reply(*hello);
  const bool shutting_down = !answered && answered.error().remote_code == code::kShutdownInProgress;
  switch (probe) {
    case Probe::startup:
      if (shutting_down) return {.because = "mongod is shutting down"};
      return {.passed = true, .because = "mongod answers"};
    case Probe::readiness:
      if (shutting_down) return {.because = "mongod is shutting down"};
      if (!answered) return {.because = "mongod answers with an error: " + answered.error().message};
      return ready(*hello);
    case Probe::liveness:
      return {.passed = true, .because = shutting_down ? "mongod is shutting down" : "mongod answers"};
  }
  return {};
}

Verdict needs_hand_over(bson::View hello) {
  if (const auto answered = check_reply(hello); !answered) {
    return {.because = "mongod answers with an error, so it is no primary: " + answered.error().message};
  }
  if (!is_primary(hello)) return {.because = "this member is not primary"};
  // Priority 0 members are in `passives`, hidden ones nowhere: neither can take over.
  if (hello.sub("hosts").size() <= 1) return {.because = "this member is primary, and no other one can take over"};
  return {.passed = true, .because = "this member is primary"};
}

Verdict step_down_outcome(const k8s::Result<bson::Document>& reply) {
  if (!reply) {
    const k8s::Code why = reply.error().code;
    const bool perhaps = why == k8s::Code::unavailable || why == k8s::Code::timeout;
    return {.passed = perhaps,
            .because = (perhaps ? "asked to step down, no reply: " : "could not ask it to step down: ") +
                       k8s::to_string(reply.error())};
  }
  const auto answered = check_reply(*reply, Intent::write);
  if (answered) return {.passed = true, .because = "stepped down"};
  if (answered.error().remote_code == code::kExceededTimeLimit) {
    return {.because = "no other member caught up in time, so this one stays primary until it stops"};
  }
  return {.because = "stepping down was refused: " + answered.error().message};
}

}  // namespace mongo::member
