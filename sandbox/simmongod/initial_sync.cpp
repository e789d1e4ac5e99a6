// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/initial_sync.hpp"

#include <algorithm>

#include "sandbox/simmongod/bson_order.hpp"
#include "sandbox/simmongod/changes.hpp"
#include "sandbox/simmongod/commit.hpp"
#include "sandbox/simmongod/elections.hpp"
#include "sandbox/simmongod/sync.hpp"

namespace simmongod {
namespace {

constexpr k8s::Millis kRetry{1000};

struct Plan {
  std::vector<std::string> namespaces;
  std::size_t next = 0;
  // Entries before this one are in the copy already or will be applied again.
  bson::Document begin_entry;
};
using PlanPtr = std::shared_ptr<Plan>;

void attempt(Member& member);
void clone_next(Member& member, const PlanPtr& plan, std::int64_t record);

void failed(Member& member, const std::string& why) {
  log(member, {"INITSYNC", 21200, "Initial sync attempt failed"}, bson::Document{{"error", why}});
  ++member.sync.attempts;
  ++member.sync.round;
  member.sync.source.clear();
  member.sync.retry = after(member, kRetry, [](Member& later) { attempt(later); });
}

// The answers of one attempt; those of an older one are passed over.
void ask(Member& member, bson::Document body, std::function<void(Member&, const bson::Document&)> then) {
  const std::uint64_t round = member.sync.round;
  ask_peer(member, member.sync.source, Channel::fetch, std::move(body), k8s::Millis(10000),
           [round, then = std::move(then)](Member& later, const PeerAnswer& reply) {
             if (round != later.sync.round || later.sync.phase != Phase::initial_sync) return;
             if (!reply) return failed(later, reply.error().message);
             if (reply->real("ok") == 0.0) return failed(later, reply->string("errmsg").value_or(""));
             then(later, *reply);
           });
}

void done(Member& member) {
  log(member, {"INITSYNC", 21163, "Initial sync done"},
      bson::Document{{"durationMillis", (date_of(member.now.wall).ms - date_of(member.sync.started).ms)},
                     {"documents", member.sync.cloned}});
  record(member, bson::Document{{"initialSync", "done"}}, output::Durability::synced);
  member.sync.phase = Phase::idle;
  set_following(member, MemberState::recovering);
  set_following(member, MemberState::secondary);
  start_syncing(member);
  report_position(member);
  arm_election_timeout(member);
}

void finish_when_time_has_come(Member& member) {
  const k8s::Millis rest = member.sync.not_before - member.now.monotonic;
  const std::uint64_t round = member.sync.round;
  after(member, std::max(rest, k8s::Millis(0)), [round](Member& later) {
    if (round == later.sync.round && later.sync.phase == Phase::initial_sync) done(later);
  });
}

void catch_up(Member& member) {
  const bson::Document body{{"simFetch", 1},
                            {"after", member.oplog.last()},
                            {"committed", member.committed},
                            {"sawPrimary", false},
                            {"maxAwaitTimeMS", 0}};
  ask(member, body, [](Member& later, const bson::Document& reply) {
    for (const bson::Element& entry : reply.sub("entries")) apply_entry(later, bson::Document(entry.sub()));
    learn_commit_point(later, reply.op_time("metadata.committed").value_or(OpTime{}));
    if (later.oplog.last() >= later.sync.stop) return finish_when_time_has_come(later);
    catch_up(later);
  });
}

void cloned_all(Member& member, const PlanPtr& plan) {
  apply_entry(member, plan->begin_entry);
  member.sync.begin = member.oplog.last();
  catch_up(member);
}

void store_documents(Member& member, const std::string& ns, const bson::Document& reply) {
  for (const bson::Element& item : reply.sub("documents")) {
    const bson::Document document(item.sub());
    member.store.put_document(ns, document);
    record(member, bson::Document{{"document", document}, {"ns", ns}}, output::Durability::buffered);
    ++member.sync.cloned;
  }
}

void clone_next(Member& member, const PlanPtr& plan, std::int64_t from) {
  if (plan->next == plan->namespaces.size()) return cloned_all(member, plan);
  const std::string ns = plan->namespaces[plan->next];
  ask(member, bson::Document{{"simClone", 1}, {"ns", ns}, {"record", from}},
      [plan, ns](Member& later, const bson::Document& reply) {
        store_documents(later, ns, reply);
        later.sync.stop = reply.op_time("optime").value_or(OpTime{});
        const std::int64_t next = reply.number("next").value_or(0);
        if (next == 0) ++plan->next;
        clone_next(later, plan, next);
      });
}

void clone(Member& member, const bson::Document& reply) {
  auto plan = std::make_shared<Plan>();
  for (const bson::Element& item : reply.sub("collections")) {
    const bson::View given = item.sub();
    Collection collection;
    collection.uuid = given.binary("uuid").value_or(bson::Binary{});
    collection.options = document_at(given, "options").value_or(bson::Document{});
    for (const bson::Element& index : given.sub("indexes")) collection.indexes.emplace_back(index.sub());
    const std::string ns = given.string("ns").value_or("");
    record(member, bson::Document{{"collection", item}, {"ns", ns}}, output::Durability::buffered);
    member.store.put_collection(ns, std::move(collection));
    plan->namespaces.push_back(ns);
  }
  plan->begin_entry = reply.document("entry").value_or(bson::Document{});
  member.sync.stop = reply.op_time("optime").value_or(OpTime{});
  clone_next(member, plan, 0);
}

void attempt(Member& member) {
  if (!member.config || member.self < 0 || member.sync.phase != Phase::initial_sync) return;
  const int source = choose_sync_source(member, Need::any_data);
  if (source < 0) {
    member.sync.retry = after(member, kRetry, [](Member& later) { attempt(later); });
    return;
  }
  ++member.sync.round;
  member.sync.source = member.config->members[static_cast<std::size_t>(source)].host;
  member.sync.started = member.now.wall;
  member.sync.not_before = member.now.monotonic + member.options.initial_sync_min;
  member.sync.cloned = 0;
  log(member, {"INITSYNC", 21164, "Starting initial sync attempt"}, bson::Document{{"syncSource", member.sync.source}});
  member.store.clear_replicated();
  member.oplog.clear();
  member.durable = member.committed = OpTime{};
  record(member, bson::Document{{"initialSync", "started"}}, output::Durability::buffered);
  ask(member, bson::Document{{"simClone", 1}}, [](Member& later, const bson::Document& reply) { clone(later, reply); });
}

}  // namespace

void start_initial_sync(Member& member) {
  member.sync.phase = Phase::initial_sync;
  member.timers.cancel(member.sync.retry);
  // The first heartbeats must have been answered before anybody can be chosen.
  member.sync.retry = after(member, k8s::Millis(100), [](Member& later) { attempt(later); });
}

void begin_again(Member& member) {
  member.oplog.clear();
  set_following(member, MemberState::startup2);
  start_initial_sync(member);
}

bson::Document initial_sync_status(const Member& member) {
  return bson::Document{{"failedInitialSyncAttempts", member.sync.attempts},
                        {"maxFailedInitialSyncAttempts", 10},
                        {"initialSyncStart", date_of(member.sync.started)},
                        {"syncSource", member.sync.source},
                        {"documentsCopied", member.sync.cloned}};
}

}  // namespace simmongod
