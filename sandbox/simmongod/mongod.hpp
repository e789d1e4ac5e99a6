// SPDX-License-Identifier: Apache-2.0
// How is a simulated member driven? Inputs in, outputs out; nothing happens in between that is not one of them.
//
//   Mongod mongod(options, random);
//   for (record : journal) mongod.replay(record);
//   mongod.start(now);
//   mongod.received(now, {connection, request_id}, db, command);    and the other inputs
//   for (Output& output : mongod.take_outputs()) perform(output);   in order
//   wake me at mongod.next_wakeup() with tick(now)
//
// The same value runs on sockets (main.cpp) and, several of them, in memory on a virtual clock (tests).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sandbox/simmongod/member.hpp"
#include "sandbox/simmongod/recovery.hpp"

namespace simmongod {

class Mongod {
 public:
  // `random` outlives this.
  Mongod(Options options, k8s::Random& random) : member_(std::move(options), random) {}

  // Before start(): one record of the journal, in order.
  void replay(const bson::Document& record) { replay_record(member_, record, recovered_); }
  void start(const Now& now);

  enum class From { loopback, elsewhere };
  void opened(const Now& now, ConnectionId connection, From from);
  // Replies to it are no longer produced.
  void closed(const Now& now, ConnectionId connection);
  void received(const Now& now, ReplyTo to, const std::string& db, const bson::Document& command);
  // Error messages are those of the server's own network layer: "Error connecting to a:1 :: caused by :: Connection
  // refused".
  void peer_replied(const Now& now, std::uint64_t token, const PeerAnswer& reply);
  // index: into the hosts asked about; -1: none of them is this process.
  void self_found(const Now& now, std::uint64_t token, int index);
  void tick(const Now& now);
  // SIGTERM.
  void terminate(const Now& now);

  std::vector<Output> take_outputs();
  std::optional<k8s::Monotonic> next_wakeup() const { return member_.timers.next(); }

  // Between the last replay() and start(): the same in fewer records.
  std::vector<bson::Document> snapshot();

  // For tests.
  const Member& member() const { return member_; }

 private:
  Member member_;
  Recovered recovered_;
};

}  // namespace simmongod
