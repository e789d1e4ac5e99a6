// SPDX-License-Identifier: Apache-2.0
// How does a member become what it was? Its journal is a list of records, played back in order:
//
//   {op: entry, committed}         one oplog entry, applied as it was then
//   {rollback: optime}             entries after it were taken back
//   {config: document}             a configuration was installed
//   {vote: term, for: id}  {term}  elections
//   {initialSync: "started"}       everything before it is void
//   {collection, ns}  {document, ns}   cloned during an initial sync
//   {initialSync: "done"}
#pragma once

#include <vector>

#include "sandbox/simmongod/member.hpp"

namespace simmongod {

struct Recovered {
  std::optional<SetConfig> config;
  bool in_initial_sync = false;
};

// One record after the other; then finish_recovery once.
void replay_record(Member& member, const bson::Document& record, Recovered& so_far);
void finish_recovery(Member& member, const Recovered& all);

// The same state in fewer records: what a journal is replaced by when it has grown.
std::vector<bson::Document> snapshot_records(Member& member, const Recovered& all);

}  // namespace simmongod
