// SPDX-License-Identifier: Apache-2.0
// Who is connected to a member, and who waits for what? Plain values; whoever waits has a deadline in the timers.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "operators/mongodb/wire/scram_server.hpp"
#include "sandbox/simmongod/oplog.hpp"
#include "sandbox/simmongod/ports.hpp"
#include "sandbox/simmongod/timers.hpp"

namespace simmongod {

struct WriteConcern {
  // A number, or "majority", or the name of a mode.
  std::int64_t nodes = 1;
  std::string mode = {};
  bool journal = false;
  std::int64_t timeout_ms = 0;
  std::string_view provenance = "clientSupplied";

  bool is_majority() const { return mode == "majority"; }
  bool operator==(const WriteConcern&) const = default;
};

struct WriteWait {
  ReplyTo to = {};
  OpTime optime = {};
  WriteConcern concern = {};
  bson::Document reply = {};
  TimerId deadline = 0;
};
struct HelloWait {
  ReplyTo to = {};
  bson::Document command = {};
  TimerId deadline = 0;
};
// A follower that waits for new entries (fetch_source.cpp), or a tailing cursor.
struct TailWait {
  ReplyTo to = {};
  bson::Document command = {};
  TimerId deadline = 0;
  bool cursor = false;
};
struct ConfigWait {
  ReplyTo to = {};
  Action done = {};
  TimerId deadline = 0;
};
struct AuthenticatedUser {
  std::string user = {};
  std::string db = {};

  bool operator==(const AuthenticatedUser&) const = default;
};

struct Conversation {
  int id = 0;
  mongo::Mechanism mechanism = mongo::Mechanism::scram_sha_256;
  // Several only for __system: one per key of the keyfile.
  std::vector<mongo::ScramServer> servers = {};
  AuthenticatedUser user = {};
  bool proved = false;
  bool skip_empty = false;
};

struct Client {
  std::int64_t number = 0;
  bool loopback = true;
  std::vector<AuthenticatedUser> users = {};
  std::optional<Conversation> conversation = {};
};

struct Cursor {
  std::string ns = {};
  ConnectionId connection = 0;
  std::deque<bson::Document> rest = {};
  // A tailing cursor on the oplog goes on after this.
  bool tailable = false;
  bool await_data = false;
  bson::Document filter = {};
  Timestamp position = {};
};

struct Session {
  std::int64_t transaction = -1;
  std::map<std::int64_t, bson::Document> statements = {};
  OpTime last = {};
};

}  // namespace simmongod
