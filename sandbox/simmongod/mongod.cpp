// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/mongod.hpp"

#include <algorithm>

#include "sandbox/simmongod/commands.hpp"
#include "sandbox/simmongod/heartbeats.hpp"
#include "sandbox/simmongod/shutdown.hpp"
#include "sandbox/simmongod/stepup.hpp"

namespace simmongod {

void Mongod::start(const Now& now) {
  member_.now = now;
  member_.started = now.monotonic;
  member_.started_wall = now.wall;
  member_.process_id = new_object_id(member_);
  finish_recovery(member_, recovered_);
  recovered_ = {};
  check_liveness(member_);
  write_periodic_noops(member_);
}

void Mongod::opened(const Now& now, ConnectionId connection, From from) {
  member_.now = now;
  member_.clients[connection] = Client{.number = ++member_.connections_created, .loopback = from == From::loopback};
}

void Mongod::closed(const Now& now, ConnectionId connection) {
  member_.now = now;
  member_.clients.erase(connection);
  const auto drop = [this, connection](auto& waits) {
    for (auto wait = waits.begin(); wait != waits.end();) {
      if (wait->to.connection != connection) {
        ++wait;
        continue;
      }
      member_.timers.cancel(wait->deadline);
      wait = waits.erase(wait);
    }
  };
  drop(member_.write_waits);
  drop(member_.hello_waits);
  drop(member_.tail_waits);
}

void Mongod::received(const Now& now, ReplyTo to, const std::string& db, const bson::Document& command) {
  member_.now = now;
  const auto gossiped = command.timestamp("$clusterTime.clusterTime");
  if (gossiped && *gossiped > member_.clock && member_.config) member_.clock = *gossiped;
  run_command(member_, to, db, command);
}

void Mongod::peer_replied(const Now& now, std::uint64_t token, const PeerAnswer& reply) {
  member_.now = now;
  auto call = member_.peer_calls.extract(token);
  if (call) call.mapped()(member_, reply);
}

void Mongod::self_found(const Now& now, std::uint64_t token, int index) {
  member_.now = now;
  auto call = member_.self_calls.extract(token);
  if (call) call.mapped()(member_, index);
}

void Mongod::tick(const Now& now) {
  member_.now = now;
  while (auto action = member_.timers.take(now.monotonic)) (*action)(member_);
}

void Mongod::terminate(const Now& now) {
  member_.now = now;
  begin_shutdown(member_);
}

std::vector<bson::Document> Mongod::snapshot() {
  auto records = snapshot_records(member_, recovered_);
  member_.outputs.clear();
  return records;
}

std::vector<Output> Mongod::take_outputs() {
  std::vector<Output> outputs;
  outputs.swap(member_.outputs);
  return outputs;
}

}  // namespace simmongod
