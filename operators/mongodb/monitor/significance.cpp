// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/monitor/significance.hpp"

#include <algorithm>
#include <bit>

namespace mongodb {
namespace {

constexpr std::int64_t kSmallLag = 10;
// heartbeatTimeoutSecs: later than this, the member itself counts the other as down.
constexpr k8s::Millis kHeartbeatOverdue{10'000};

std::int64_t newest_seen(const MemberFacts& facts) {
  std::int64_t newest = std::max(facts.applied.seconds, facts.committed.seconds);
  for (const PeerView& peer : facts.peers) newest = std::max(newest, peer.optime.seconds);
  return newest;
}

// Only the bucket is left of what moves all the time.
OpTime bucketed(const OpTime& optime, std::int64_t newest) {
  if (optime.term < 0) return OpTime{};
  return OpTime{.term = optime.term, .seconds = lag_bucket(newest - optime.seconds), .increment = 0};
}

MemberFacts steady(const MemberFacts& facts) {
  MemberFacts rest = facts;
  const std::int64_t newest = newest_seen(facts);
  rest.observed_at = {};
  rest.applied = bucketed(facts.applied, newest);
  rest.durable = bucketed(facts.durable, newest);
  rest.committed = bucketed(facts.committed, newest);
  if (facts.oplog_window)
    rest.oplog_window = k8s::Seconds{std::bit_width(static_cast<std::uint64_t>(facts.oplog_window->count()))};
  for (PeerView& peer : rest.peers) {
    peer.optime = bucketed(peer.optime, newest);
    peer.heartbeat_age = k8s::Millis{peer.heartbeat_age > kHeartbeatOverdue ? 1 : 0};
  }
  return rest;
}

}  // namespace

int lag_bucket(std::int64_t seconds) {
  if (seconds <= kSmallLag) return 0;
  return static_cast<int>(std::bit_width(static_cast<std::uint64_t>((seconds - 1) / kSmallLag)));
}

bool is_significant(const MemberFacts& before, const MemberFacts& after) {
  return steady(before) != steady(after);
}

}  // namespace mongodb
