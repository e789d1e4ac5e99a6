// SPDX-License-Identifier: Apache-2.0
// What does a member remember of the others, of elections and of replication? Plain values, one per concern; the rooms
// that change them are named beside each.
#pragma once

#include <optional>
#include <string>

#include "libk8s/base/clock.hpp"
#include "sandbox/simmongod/oplog.hpp"
#include "sandbox/simmongod/ports.hpp"
#include "sandbox/simmongod/set_config.hpp"
#include "sandbox/simmongod/timers.hpp"

namespace simmongod {

enum class MemberState {
  startup = 0,
  primary = 1,
  secondary = 2,
  recovering = 3,
  startup2 = 5,
  unknown = 6,
  arbiter = 7,
  down = 8,
  rollback = 9,
  removed = 10
};
std::string_view state_name(MemberState state);

// Another member (heartbeats.cpp), by its place in the configuration.
struct Peer {
  bool heard = false;  // a heartbeat has come to an end, well or not
  bool up = false;
  MemberState state = MemberState::unknown;
  // The newest that is known, from position reports and heartbeats: what decisions rest on.
  OpTime applied = {};
  OpTime durable = {};
  k8s::Wall applied_wall{};
  // From the last heartbeat alone: what replSetGetStatus shows, up to an interval old.
  OpTime shown_applied = {};
  OpTime shown_durable = {};
  k8s::Wall shown_wall{};
  k8s::Wall last_heartbeat{};
  k8s::Wall last_heartbeat_received{};
  k8s::Monotonic last_alive{};
  k8s::Monotonic up_since{};
  std::int64_t ping_ms = 0;
  std::string message = {};
  std::string sync_source = {};
  ConfigStamp config{.version = -1, .term = -1};
  Timestamp election_time = {};
  std::int64_t primary_id = -1;
  bool electable = true;
  int failures = 0;
  TimerId heartbeat = 0;
  bool in_flight = false;
  // Not chosen as a sync source before then.
  k8s::Monotonic denied_until{};
};

// elections.cpp, stepdown.cpp
enum class Leadership {
  none,
  elected,    // won, finishing what it had fetched; no writes yet
  writable,   // the primary
  attempting  // about to step down, waiting for a successor to catch up; no writes
};
struct Election {
  std::int64_t term = 0;
  std::int64_t voted_term = -1;
  std::int64_t voted_for = -1;
  Leadership leadership = Leadership::none;
  bool running = false;
  std::uint64_t round = 0;
  TimerId timeout = 0;
  TimerId takeover = 0;
  k8s::Monotonic frozen_until{};
  k8s::Monotonic no_majority_since{};
  // Of our own primacy.
  Timestamp time = {};
  k8s::Wall wall{};
  bson::Document metrics = {};
  bson::Document participant_metrics = {};
  std::int64_t called_timeout = 0;
  std::int64_t won_timeout = 0;
  std::int64_t called_step_up = 0;
  std::int64_t won_step_up = 0;
  std::int64_t called_priority = 0;
  std::int64_t won_priority = 0;
  std::int64_t called_freeze = 0;
  std::int64_t stepped_down_by_term = 0;
};

struct StepDown {
  // Nobody for a signalled shutdown.
  std::optional<ReplyTo> to = {};
  k8s::Monotonic wait_until{};
  k8s::Millis no_election_for{};
  bool force = false;
  // The replication state lock is held: what was under way has been told to go away.
  bool acquired = false;
  // One write is caught before that.
  bool caught_one = false;
  TimerId timer = 0;
  Action then = {};
};

// sync.cpp, rollback.cpp, initial_sync.cpp
enum class Phase { idle, initial_sync, rollback, applying };
struct Sync {
  Phase phase = Phase::idle;
  std::string source = {};
  // Requests of an older round are answered to nobody.
  std::uint64_t round = 0;
  TimerId retry = 0;
  int restarts = 0;
  std::string forced = {};
  std::int64_t changes = 0;
  bool reporting = false;
  bool report_again = false;
  TimerId keepalive = 0;
  std::string message = {};
  // Initial sync: where the oplog of the source stood when cloning began and ended, and how far cloning is.
  OpTime begin = {};
  OpTime stop = {};
  k8s::Monotonic not_before{};
  k8s::Wall started{};
  std::string clone_ns = {};
  std::int64_t clone_record = 0;
  std::int64_t cloned = 0;
  int attempts = 0;
};

}  // namespace simmongod
