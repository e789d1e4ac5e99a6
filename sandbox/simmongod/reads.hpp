// SPDX-License-Identifier: Apache-2.0
// find, getMore, killCursors, count, aggregate, distinct: from the collections, and from local.oplog.rs, which tailing
// cursors may follow.
#pragma once

#include <optional>

#include "sandbox/simmongod/member.hpp"

namespace simmongod {

// Nothing: the answer comes later (a tailing getMore, a read after a time that is not here yet).
std::optional<bson::Document> read_command(Member& member, ReplyTo to, const std::string& db, bson::View command);
std::optional<bson::Document> get_more_command(Member& member, ReplyTo to, bson::View command);
bson::Document kill_cursors_command(Member& member, bson::View command);

// For a tailing getMore that waits: its answer, or nothing yet.
std::optional<bson::Document> tail_cursor_now(Member& member, bson::View command);

// May a command that reads run here? Not while uninitialised, and on a secondary only when the client agrees.
std::optional<Refusal> not_readable(const Member& member, bson::View command);

// aggregate.cpp
bson::Document aggregate_command(Member& member, const std::string& ns, ConnectionId connection, bson::View command);
// The first batch of a cursor over these documents; what is left waits for getMore.
bson::Document cursor_reply(Member& member, const std::string& ns, ConnectionId connection,
                            std::vector<bson::Document> documents, bson::View options);
// All documents of a namespace, virtual ones included.
std::vector<bson::Document> documents_of(const Member& member, const std::string& ns);

}  // namespace simmongod
