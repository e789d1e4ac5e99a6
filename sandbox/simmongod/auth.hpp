// SPDX-License-Identifier: Apache-2.0
// Who is at the other end of a connection, and what may they do? SCRAM conversations, the keyfile's __system, the
// localhost exception and a small table of roles.
#pragma once

#include <optional>

#include "sandbox/simmongod/member.hpp"

namespace simmongod {

bool auth_is_on(const Member& member);
void prepare_system_credentials(Member& member);

// Nothing when the command may run.
std::optional<Refusal> authorize(const Member& member, ConnectionId connection, const std::string& db,
                                 bson::View command);
// True where cluster times may be trusted unsigned: without authentication, and from members.
bool may_advance_clock(const Member& member, ConnectionId connection);

bson::Document sasl_start(Member& member, ReplyTo to, const std::string& db, bson::View command);
bson::Document sasl_continue(Member& member, ReplyTo to, bson::View command);
bson::Document logout(Member& member, ReplyTo to, const std::string& db);
bson::Document connection_status(const Member& member, ReplyTo to);

// roles.cpp: does one of these roles ({role, db}) allow the command on this database?
bool roles_allow(const bson::Document& roles, const std::string& command, const std::string& db);
// Commands that ask nobody who they are.
bool is_open_command(const std::string& command);
// What may be done over loopback while no user exists.
bool localhost_exception_allows(const std::string& command, const std::string& db);

}  // namespace simmongod
