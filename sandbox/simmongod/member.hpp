// SPDX-License-Identifier: Apache-2.0
// What is one replica set member, whole? One value that the rooms of this folder change; it reaches the world only
// through `outputs`, time only through `now`, chance only through `random`.
//
//   inputs (mongod.hpp) ──> commands.cpp ──> the room of the command ──> outputs
//                       ──> peer replies and timers: the callback that was left with them
#pragma once

#include <functional>
#include <list>
#include <map>

#include "libk8s/base/random.hpp"
#include "libk8s/base/result.hpp"
#include "sandbox/simmongod/clients.hpp"
#include "sandbox/simmongod/replica.hpp"

namespace simmongod {

using PeerAnswer = k8s::Result<bson::Document>;
using PeerCallback = std::function<void(Member&, const PeerAnswer&)>;
using SelfCallback = std::function<void(Member&, int index)>;

struct Shutdown {
  bool requested = false;
  bool quiescing = false;
  k8s::Monotonic quiesce_until{};
};

struct Member {
  Member(Options its_options, k8s::Random& its_random);

  Options options;
  k8s::Random& random;
  Now now;
  std::vector<Output> outputs;

  Timers timers;
  std::map<std::uint64_t, PeerCallback> peer_calls;
  std::map<std::uint64_t, SelfCallback> self_calls;
  std::uint64_t last_token = 0;

  // Who is connected, who waits.
  std::map<ConnectionId, Client> clients;
  std::int64_t connections_created = 0;
  std::list<WriteWait> write_waits;
  std::list<HelloWait> hello_waits;
  std::list<TailWait> tail_waits;
  std::list<ConfigWait> config_waits;
  std::map<std::int64_t, Cursor> cursors;
  std::map<std::string, Session> sessions;

  // What is stored.
  Store store;
  Oplog oplog;
  Timestamp clock;  // the newest timestamp given out or seen
  OpTime committed;
  OpTime durable;

  // Who we are in the set.
  std::optional<SetConfig> config;
  int self = -1;
  MemberState following = MemberState::startup;
  std::vector<Peer> peers;  // by place in the configuration; our own place is unused
  std::int64_t primary_id = -1;
  Election election;
  Sync sync;
  std::optional<StepDown> step_down;
  bool reconfiguring = false;
  bool clearing_newly_added = false;
  int maintenance = 0;
  bson::ObjectId process_id;
  std::int64_t topology_counter = 0;

  // Administration.
  bson::Document parameters;
  int fsync_locks = 0;
  std::deque<std::string> recent_log;
  std::int64_t log_lines = 0;
  bson::Document default_concerns;
  std::map<std::string, std::int64_t> counters;
  k8s::Monotonic started{};
  k8s::Wall started_wall{};
  Shutdown shutdown;
  // One per key of the keyfile, all with one salt: whoever knows any of the keys is a member.
  std::vector<mongo::StoredCredential> system_sha_1;
  std::vector<mongo::StoredCredential> system_sha_256;
};

// --- what every room uses -------------------------------------------------------------------------------------------

MemberState state_of(const Member& member);
bool is_primary(const Member& member);   // in state PRIMARY, writable or not
bool is_writable(const Member& member);  // accepts writes
const MemberConfig* own_config(const Member& member);
std::int64_t own_id(const Member& member);  // -1 without a configuration
int index_of_id(const Member& member, std::int64_t id);
std::string host_of(const Member& member, std::int64_t id);

// Adds ok, gossip and, where a driver needs it, topologyVersion.
void answer(Member& member, ReplyTo to, bson::Document body);
void ask_peer(Member& member, const std::string& host, Channel channel, bson::Document body, k8s::Millis timeout,
              PeerCallback callback);
void find_self(Member& member, const SetConfig& config, SelfCallback callback);
TimerId after(Member& member, k8s::Millis delay, Action action);

struct LogWords {
  std::string_view component;
  int id = 0;
  std::string_view message;
};
void log(Member& member, const LogWords& words, const bson::Document& attributes = {});
void record(Member& member, bson::Document entry, output::Durability durability);

// The world sees another topology: awaiting hellos are answered.
void topology_changed(Member& member);
void set_following(Member& member, MemberState state);
// To be called around whatever may change state_of(): writes the log line and wakes who waits.
void state_may_have_changed(Member& member, MemberState before);

Timestamp next_timestamp(Member& member);
bson::ObjectId new_object_id(Member& member);
bson::Binary new_uuid(Member& member);
bson::Date date_of(k8s::Wall wall);
k8s::Millis random_up_to(Member& member, k8s::Millis limit);
bson::Document topology_version(const Member& member);

}  // namespace simmongod
