// SPDX-License-Identifier: Apache-2.0
// How does a primary change its data? Always by an oplog entry that it applies like everybody else.
#pragma once

#include <optional>

#include "sandbox/simmongod/member.hpp"

namespace simmongod {

struct SessionStatement {
  bson::Document lsid;
  std::int64_t transaction = -1;
  std::int64_t statement = 0;
  OpTime previous;
};

struct LocalChange {
  std::string op;
  std::string ns;
  bson::Document o;
  std::optional<bson::Document> o2 = {};
  std::optional<bson::Binary> collection = {};
  std::optional<SessionStatement> session = {};
  // Given out before; nothing: a new one.
  std::optional<Timestamp> at = {};
};

// The entry's place in the oplog. Written to the journal's buffer; see sync_journal().
OpTime log_change(Member& member, LocalChange change);
// Makes everything logged so far survive a power loss before anything later happens.
void sync_journal(Member& member);
// An entry from elsewhere: a secondary's way to the same state.
void apply_entry(Member& member, bson::Document entry);

// Creates the collection, logged, when it is not there.
void ensure_collection(Member& member, const std::string& ns);
void log_noop(Member& member, std::string_view message);

}  // namespace simmongod
