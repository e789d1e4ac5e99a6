// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/reads.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sandbox/simmongod/bson_order.hpp"
#include "sandbox/simmongod/query.hpp"

namespace simmongod {
namespace {

constexpr std::string_view kOplog = "local.oplog.rs";
constexpr std::int64_t kFirstBatch = 101;
constexpr std::size_t kMaxBatchBytes = std::size_t{16} * 1024 * 1024;

// {batch name: […], id, ns}
bson::Document cursor_document(std::string_view name, const bson::Array& batch, std::int64_t id,
                               const std::string& ns) {
  return bson::Document{{name, batch}, {"id", id}, {"ns", ns}};
}

bson::Array take(Cursor& cursor, std::int64_t count) {
  bson::Array batch;
  std::size_t bytes = 0;
  while (!cursor.rest.empty() && static_cast<std::int64_t>(batch.size()) < count && bytes < kMaxBatchBytes) {
    bytes += cursor.rest.front().bytes().size();
    batch.append(cursor.rest.front());
    cursor.rest.pop_front();
  }
  return batch;
}

std::optional<Refusal> snapshot_refusal(const Member& member, const std::string& ns, bson::View command) {
  const auto at = command.timestamp("readConcern.atClusterTime");
  if (!at) return {};
  if (*at > member.clock) {
    return refuse(
        Err::invalid_options,
        fmt::format("readConcern atClusterTime value must not be greater than the current clusterTime. Requested "
                    "clusterTime: {{ ts: Timestamp({}, {}) }}; current clusterTime: {{ ts: Timestamp({}, {}) }}",
                    at->t, at->i, member.clock.t, member.clock.i));
  }
  const Collection* collection = member.store.find(ns);
  if (collection != nullptr && *at < collection->minimum) {
    return refuse(
        Err::snapshot_unavailable,
        fmt::format("Unable to read from a snapshot due to pending collection catalog changes; please retry the "
                    "operation. Snapshot timestamp is Timestamp({}, {}). Collection minimum is Timestamp({}, {})",
                    at->t, at->i, collection->minimum.t, collection->minimum.i));
  }
  return {};
}

// The oplog is long: only as much of it is looked at as is asked for.
std::variant<std::vector<bson::Document>, Refusal> select_oplog(const Member& member, bson::View command) {
  const bson::View filter = command.sub("filter");
  const bool backwards = command.sub("sort").number("$natural").value_or(1) < 0;
  const std::int64_t limit = command.number("limit").value_or(0);
  std::vector<bson::Document> out;
  for (std::size_t i = 0; i < member.oplog.size(); ++i) {
    const auto& entry = member.oplog.at(backwards ? member.oplog.size() - 1 - i : i).document;
    const auto verdict = matches(entry, filter);
    if (const auto* bad = std::get_if<Refusal>(&verdict)) return *bad;
    if (std::get<bool>(verdict)) out.push_back(entry);
    if (limit > 0 && static_cast<std::int64_t>(out.size()) >= limit) break;
  }
  return out;
}

std::variant<std::vector<bson::Document>, Refusal> selected(const Member& member, const std::string& ns,
                                                            bson::View command, bson::View filter) {
  if (ns == kOplog) return select_oplog(member, command);
  const Collection* collection = member.store.find(ns);
  if (collection != nullptr && !collection->is_view()) return select(*collection, filter, command.sub("sort"));
  return select(documents_of(member, ns), filter, command.sub("sort"));
}

void cut(std::vector<bson::Document>& documents, bson::View command) {
  const auto skip = static_cast<std::size_t>(std::max<std::int64_t>(command.number("skip").value_or(0), 0));
  documents.erase(documents.begin(), documents.begin() + static_cast<std::ptrdiff_t>(std::min(skip, documents.size())));
  const auto limit = static_cast<std::size_t>(std::abs(command.number("limit").value_or(0)));
  if (limit > 0 && documents.size() > limit) documents.resize(limit);
}

bson::Document with_snapshot_time(const Member& member, bson::View reply, bson::View command) {
  if (command.string("readConcern.level") != "snapshot") return bson::Document(reply);
  const Timestamp at = command.timestamp("readConcern.atClusterTime").value_or(member.committed.ts);
  const bson::Document cursor = bson::Builder(reply.sub("cursor")).append("atClusterTime", at).done();
  return bson::Document{{"cursor", cursor}};
}

void follow_oplog(Member& member, bson::View command, std::int64_t id, ConnectionId connection) {
  Cursor& cursor = member.cursors[id];
  cursor.ns = kOplog;
  cursor.connection = connection;
  cursor.tailable = true;
  cursor.await_data = command.flag("awaitData");
  cursor.filter = bson::Document(command.sub("filter"));
  cursor.position = member.oplog.last().ts;
}

bson::Document find_command(Member& member, const std::string& ns, ConnectionId connection, bson::View command) {
  if (auto bad = snapshot_refusal(member, ns, command)) return refusal_reply(*bad);
  auto result = selected(member, ns, command, command.sub("filter"));
  if (const auto* bad = std::get_if<Refusal>(&result)) return refusal_reply(*bad);
  auto documents = std::get<std::vector<bson::Document>>(std::move(result));
  cut(documents, command);
  for (bson::Document& document : documents) document = project(document, command.sub("projection"));
  if (ns == kOplog && command.flag("tailable")) {
    const std::int64_t id = static_cast<std::int64_t>(member.random.next() >> 1) | 1;
    follow_oplog(member, command, id, connection);
    Cursor& cursor = member.cursors[id];
    cursor.rest.assign(documents.begin(), documents.end());
    const bson::Array batch = take(cursor, command.number("batchSize").value_or(kFirstBatch));
    return bson::Document{{"cursor", cursor_document("firstBatch", batch, id, ns)}};
  }
  return with_snapshot_time(member, cursor_reply(member, ns, connection, std::move(documents), command), command);
}

bson::Document count_command(const Member& member, const std::string& ns, bson::View command) {
  auto result = selected(member, ns, command, command.sub("query"));
  if (const auto* bad = std::get_if<Refusal>(&result)) return refusal_reply(*bad);
  auto documents = std::get<std::vector<bson::Document>>(std::move(result));
  cut(documents, command);
  return bson::Document{{"n", static_cast<int>(documents.size())}};
}

bson::Document distinct_command(const Member& member, const std::string& ns, bson::View command) {
  auto result = selected(member, ns, command, command.sub("query"));
  if (const auto* bad = std::get_if<Refusal>(&result)) return refusal_reply(*bad);
  std::map<std::string, bson::Value> values;
  for (const bson::Document& document : std::get<std::vector<bson::Document>>(result)) {
    if (const auto value = document.find(command.string("key").value_or(""))) {
      values.emplace(identity_key(*value), bson::Value(*value));
    }
  }
  bson::Array out;
  for (const auto& [key, value] : values) out.append(value);
  return bson::Document{{"values", out}};
}

bson::Document read_now(Member& member, ReplyTo to, const std::string& db, bson::View command) {
  const std::string name(command.first_key());
  const std::string ns = db + "." + command.string(name).value_or("$cmd.aggregate");
  if (auto bad = not_readable(member, command)) return refusal_reply(*bad);
  if (name == "find") return find_command(member, ns, to.connection, command);
  if (name == "count") return count_command(member, ns, command);
  if (name == "distinct") return distinct_command(member, ns, command);
  return aggregate_command(member, ns, to.connection, command);
}

// Causal reads: a secondary answers once it has what the client has seen.
void read_when_there(Member& member, ReplyTo to, const std::string& db, const bson::Document& command, int tries) {
  const auto wanted = command.timestamp("readConcern.afterClusterTime").value_or(Timestamp{});
  constexpr int kMaxTries = 500;
  if (is_primary(member) || member.oplog.last().ts >= wanted || tries > kMaxTries) {
    return answer(member, to, read_now(member, to, db, command));
  }
  after(member, k8s::Millis(10),
        [to, db, command, tries](Member& later) { read_when_there(later, to, db, command, tries + 1); });
}

}  // namespace

std::vector<bson::Document> documents_of(const Member& member, const std::string& ns) {
  std::vector<bson::Document> out;
  if (ns == kOplog) {
    for (std::size_t i = 0; i < member.oplog.size(); ++i) out.push_back(member.oplog.at(i).document);
    return out;
  }
  if (ns == "local.system.replset") {
    if (member.config) out.push_back(to_document(*member.config, member.options.flavor, NewlyAdded::show));
    return out;
  }
  const Collection* collection = member.store.find(ns);
  if (collection == nullptr) return out;
  if (collection->is_view()) {
    return documents_of(member, database_of(ns) + "." + collection->options.string("viewOn").value_or(""));
  }
  for (const auto& [record, document] : collection->records) out.push_back(document);
  return out;
}

std::optional<Refusal> not_readable(const Member& member, bson::View command) {
  if (member.options.set_name.empty()) return {};
  const MemberState state = state_of(member);
  if (state != MemberState::primary && state != MemberState::secondary) {
    return refuse(Err::not_primary_or_secondary, "node is not in primary or recovering state");
  }
  const std::string mode = command.string("$readPreference.mode").value_or("primary");
  if (state == MemberState::secondary && mode == "primary") {
    return refuse(Err::not_primary_no_secondary_ok, "not primary and secondaryOk=false");
  }
  return {};
}

bson::Document cursor_reply(Member& member, const std::string& ns, ConnectionId connection,
                            std::vector<bson::Document> documents, bson::View options) {
  Cursor cursor{.ns = ns, .connection = connection};
  cursor.rest.assign(std::make_move_iterator(documents.begin()), std::make_move_iterator(documents.end()));
  const auto size = options.has("batchSize") ? options.number("batchSize") : options.number("cursor.batchSize");
  const bson::Array batch = take(cursor, size.value_or(kFirstBatch));
  std::int64_t id = 0;
  if (!cursor.rest.empty() && !options.flag("singleBatch")) {
    id = static_cast<std::int64_t>(member.random.next() >> 1) | 1;
    member.cursors[id] = std::move(cursor);
  }
  return bson::Document{{"cursor", cursor_document("firstBatch", batch, id, ns)}};
}

std::optional<bson::Document> read_command(Member& member, ReplyTo to, const std::string& db, bson::View command) {
  ++member.counters["query"];
  const auto wanted = command.timestamp("readConcern.afterClusterTime");
  if (!wanted || is_primary(member) || member.oplog.last().ts >= *wanted) return read_now(member, to, db, command);
  read_when_there(member, to, db, bson::Document(command), 0);
  return {};
}

std::optional<bson::Document> tail_cursor_now(Member& member, bson::View command) {
  const std::int64_t id = command.number("getMore").value_or(0);
  const auto found = member.cursors.find(id);
  if (found == member.cursors.end()) {
    return refusal_reply(Err::cursor_not_found, fmt::format("cursor id {} not found", id));
  }
  Cursor& cursor = found->second;
  for (std::size_t i = member.oplog.size(); i > 0; --i) {
    if (member.oplog.at(i - 1).optime.ts > cursor.position) continue;
    for (std::size_t next = i; next < member.oplog.size(); ++next) {
      const auto verdict = matches(member.oplog.at(next).document, cursor.filter);
      const bool* yes = std::get_if<bool>(&verdict);
      if (yes != nullptr && *yes) cursor.rest.push_back(member.oplog.at(next).document);
    }
    break;
  }
  cursor.position = member.oplog.last().ts;
  if (cursor.rest.empty()) return {};
  const bson::Array batch = take(cursor, command.number("batchSize").value_or(INT32_MAX));
  return bson::Document{{"cursor", cursor_document("nextBatch", batch, id, cursor.ns)}};
}

std::optional<bson::Document> get_more_command(Member& member, ReplyTo to, bson::View command) {
  ++member.counters["getmore"];
  const std::int64_t id = command.number("getMore").value_or(0);
  const auto found = member.cursors.find(id);
  if (found == member.cursors.end()) {
    return refusal_reply(Err::cursor_not_found, fmt::format("cursor id {} not found", id));
  }
  const std::string ns = found->second.ns;
  if (!found->second.tailable) {
    const bson::Array batch = take(found->second, command.number("batchSize").value_or(INT32_MAX));
    const bool over = found->second.rest.empty();
    if (over) member.cursors.erase(found);
    return bson::Document{{"cursor", cursor_document("nextBatch", batch, over ? 0 : id, ns)}};
  }
  if (auto now = tail_cursor_now(member, command)) return now;
  const bson::Document nothing{{"cursor", cursor_document("nextBatch", bson::Array{}, id, ns)}};
  if (!found->second.await_data) return nothing;
  const k8s::Millis wait(command.number("maxTimeMS").value_or(1000));
  const TimerId deadline = after(member, wait, [to, nothing](Member& later) {
    const auto tail = std::ranges::find(later.tail_waits, to, &TailWait::to);
    if (tail == later.tail_waits.end()) return;
    later.tail_waits.erase(tail);
    answer(later, to, nothing);
  });
  member.tail_waits.push_back(
      TailWait{.to = to, .command = bson::Document(command), .deadline = deadline, .cursor = true});
  return {};
}

bson::Document kill_cursors_command(Member& member, bson::View command) {
  bson::Array killed;
  bson::Array missing;
  for (const bson::Element& id : command.sub("cursors")) {
    (member.cursors.erase(id.number().value_or(0)) > 0 ? killed : missing).append(id);
  }
  return bson::Document{{"cursorsKilled", killed},
                        {"cursorsNotFound", missing},
                        {"cursorsAlive", bson::Array{}},
                        {"cursorsUnknown", bson::Array{}}};
}

}  // namespace simmongod
