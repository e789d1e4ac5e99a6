// SPDX-License-Identifier: Apache-2.0
// How does this program ask its own pod's mongod something? One connection, one command at a time, each with a
// deadline.
//
// The operator's client (wire/connection.hpp) lives on a loop; a program that asks one question and ends needs none.
#pragma once

#include "operators/mongodb/member/sockets.hpp"
#include "operators/mongodb/wire/bson.hpp"
#include "operators/mongodb/wire/identity.hpp"
#include "operators/mongodb/wire/op_msg.hpp"

namespace mongo::member {

class Conversation {
 public:
  static k8s::Result<Conversation> open(const Peer& mongod, const k8s::Clock& clock, k8s::Monotonic deadline);

  // The reply, whatever its `ok` says. After an error the conversation is over.
  k8s::Result<bson::Document> run(const std::string& database, const bson::Document& command, k8s::Monotonic deadline);
  k8s::Result<void> log_in(const Identity& identity, k8s::Monotonic deadline);

 private:
  Conversation(Descriptor socket, const k8s::Clock& clock) : socket_(std::move(socket)), clock_(&clock) {}

  Descriptor socket_;
  const k8s::Clock* clock_;
  FrameReader frames_;
  std::int32_t last_request_id_ = 0;
};

// Opens, asks `hello`, closes.
k8s::Result<bson::Document> ask_hello(const Peer& mongod, const k8s::Clock& clock, k8s::Monotonic deadline);

}  // namespace mongo::member
