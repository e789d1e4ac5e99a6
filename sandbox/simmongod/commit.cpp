// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/commit.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sandbox/simmongod/changes.hpp"
#include "sandbox/simmongod/fetch_source.hpp"
#include "sandbox/simmongod/reconfig.hpp"
#include "sandbox/simmongod/stepdown.hpp"

namespace simmongod {
namespace {

std::vector<OpTime> voters_optimes(const Member& member) {
  std::vector<OpTime> out;
  for (std::size_t i = 0; i < member.config->members.size(); ++i) {
    const MemberConfig& one = member.config->members[i];
    if (!one.is_voter() || one.arbiter) continue;
    const bool own = static_cast<int>(i) == member.self;
    const bool journal = member.config->journal_default;
    const OpTime known = journal ? member.peers[i].durable : member.peers[i].applied;
    out.push_back(own ? (journal ? member.durable : member.oplog.last()) : known);
  }
  std::ranges::sort(out, std::greater<>());
  return out;
}

bson::Document concern_document(const WriteConcern& concern) {
  bson::Builder out;
  if (concern.mode.empty()) {
    out.append("w", static_cast<int>(concern.nodes));
  } else {
    out.append("w", concern.mode);
  }
  if (concern.journal) out.append("j", true);
  out.append("wtimeout", static_cast<int>(concern.timeout_ms)).append("provenance", std::string(concern.provenance));
  return out.done();
}

bson::Document with_error(bson::View reply, const Refusal& why, const std::optional<bson::Document>& info) {
  bson::Builder error;
  error.append("code", why.code).append("codeName", code_name(why.code)).append("errmsg", why.message);
  error.append_if("errInfo", info);
  bson::Builder out(reply);
  if (!reply.has("ok")) out.append("ok", 1.0);
  return out.append("writeConcernError", error.done()).done();
}

int data_bearing(const SetConfig& config) {
  return static_cast<int>(std::ranges::count_if(config.members, [](const auto& one) { return !one.arbiter; }));
}

// Members whose tags satisfy a named mode are not modelled beyond counting: {zone: 2} needs two members that have it.
bool has_written(const Member& member, const OpTime& optime, const WriteConcern& concern) {
  if (!member.config) return true;
  if (concern.is_majority()) return member.committed >= optime;
  std::int64_t count = 0;
  for (std::size_t i = 0; i < member.config->members.size(); ++i) {
    if (member.config->members[i].arbiter) continue;
    const bool own = static_cast<int>(i) == member.self;
    const OpTime got = own ? member.oplog.last() : concern.journal ? member.peers[i].durable : member.peers[i].applied;
    count += got >= optime ? 1 : 0;
  }
  return count >= concern.nodes;
}

void answer_written(Member& member) {
  std::vector<WriteWait> done;
  for (auto wait = member.write_waits.begin(); wait != member.write_waits.end();) {
    if (!has_written(member, wait->optime, wait->concern)) {
      ++wait;
      continue;
    }
    done.push_back(std::move(*wait));
    wait = member.write_waits.erase(wait);
  }
  for (WriteWait& wait : done) {
    member.timers.cancel(wait.deadline);
    answer(member, wait.to, std::move(wait.reply));
  }
}

void set_committed(Member& member, const OpTime& optime) {
  if (optime <= member.committed) return;
  member.committed = optime;
  member.oplog.commit(optime);
  answer_written(member);
  wake_tails(member);
}

}  // namespace

std::variant<WriteConcern, Refusal> parse_write_concern(const Member& member, bson::View command) {
  WriteConcern concern;
  const bson::View given = command.sub("writeConcern");
  const bool has_w = given.has("w");
  if (!has_w) {
    const bson::View chosen = member.default_concerns.sub("defaultWriteConcern");
    concern.provenance = chosen.empty() ? "implicitDefault" : "customDefault";
    if (chosen.string("w") == "majority") concern.mode = "majority";
    if (chosen.number("w")) concern.nodes = *chosen.number("w");
    const bool arbiters_make_it_unsafe = member.config &&
                                         member.config->writable_voters() <= member.config->vote_majority() &&
                                         member.config->voters() != member.config->writable_voters();
    if (chosen.empty() && member.options.flavor.implicit_majority && !arbiters_make_it_unsafe)
      concern.mode = "majority";
  }
  concern.journal = given.flag("j");
  concern.timeout_ms = given.number("wtimeout").value_or(0);
  if (!has_w) return concern;
  if (const auto mode = given.string("w")) {
    concern.mode = *mode;
  } else if (const auto nodes = given.number("w"); nodes && *nodes >= 0 && *nodes <= 50) {
    concern.nodes = *nodes;
  } else {
    return refuse(Err::failed_to_parse, "w has to be a number or a string");
  }
  return concern;
}

void answer_when_written(Member& member, ReplyTo to, bson::Document reply, const OpTime& optime,
                         const WriteConcern& concern) {
  if (concern.journal || concern.is_majority()) sync_journal(member);
  if (!member.config || (concern.mode.empty() && concern.nodes <= 1)) return answer(member, to, std::move(reply));
  const bson::Document info{{"writeConcern", concern_document(concern)}};
  if (concern.mode.empty() && concern.nodes > data_bearing(*member.config)) {
    const Refusal why = refuse(Err::unsatisfiable_write_concern, "Not enough data-bearing nodes");
    return answer(member, to, with_error(reply, why, info));
  }
  if (!concern.mode.empty() && !concern.is_majority() && !member.config->modes.has(concern.mode)) {
    const Refusal why =
        refuse(Err::unknown_repl_write_concern,
               fmt::format("No write concern mode named '{}' found in replica set configuration", concern.mode));
    return answer(member, to, with_error(reply, why, info));
  }
  if (has_written(member, optime, concern)) return answer(member, to, std::move(reply));
  WriteWait wait{.to = to, .optime = optime, .concern = concern, .reply = std::move(reply)};
  if (concern.timeout_ms > 0) {
    wait.deadline = after(member, k8s::Millis(concern.timeout_ms), [to](Member& later) {
      const auto late = std::ranges::find(later.write_waits, to, &WriteWait::to);
      if (late == later.write_waits.end()) return;
      const WriteWait over = std::move(*late);
      later.write_waits.erase(late);
      const bson::Document details{{"wtimeout", true}, {"writeConcern", concern_document(over.concern)}};
      const Refusal why = refuse(Err::write_concern_failed, "waiting for replication timed out");
      answer(later, to, with_error(over.reply, why, details));
    });
  }
  member.write_waits.push_back(std::move(wait));
}

void learn_position(Member& member, int index, const OpTime& applied, const OpTime& durable, k8s::Wall wall) {
  Peer& peer = member.peers[static_cast<std::size_t>(index)];
  const OpTime before = peer.durable;
  if (applied > peer.applied) {
    peer.applied = applied;
    peer.applied_wall = wall;
  }
  if (durable > peer.durable) {
    peer.durable = durable;
  }
  if (peer.durable == before) return;
  advance_commit_point(member);
  answer_written(member);
  step_down_if_possible(member);
}

void advance_commit_point(Member& member) {
  // Only entries of the own term are committed by counting (Raft §5.4.2); older ones with them.
  if (!is_primary(member) || !member.config || member.self < 0) return;
  const std::vector<OpTime> optimes = voters_optimes(member);
  const auto needed = static_cast<std::size_t>(member.config->write_majority());
  if (needed == 0 || optimes.size() < needed) return;
  const OpTime reached = optimes[needed - 1];
  if (reached.t == member.election.term) set_committed(member, reached);
  config_may_be_committed(member);
}

void learn_commit_point(Member& member, const OpTime& committed) {
  if (is_primary(member)) return;
  // What is committed elsewhere says nothing about our own branch, unless we have that very entry or are behind it.
  const OpTime own = member.oplog.last();
  const MemberConfig* self = own_config(member);
  const bool arbiter = self != nullptr && self->arbiter;
  if (!arbiter && committed.t != own.t && committed > own) return;
  set_committed(member, arbiter ? committed : std::min(committed, own));
}

void interrupt_writes(Member& member, Err code, std::string_view message) {
  std::list<WriteWait> waiting;
  waiting.swap(member.write_waits);
  for (const WriteWait& wait : waiting) {
    member.timers.cancel(wait.deadline);
    answer(member, wait.to, with_error(wait.reply, refuse(code, std::string(message)), {}));
  }
}

bson::Document update_position_command(Member& member, bson::View command) {
  if (!member.config) return refusal_reply(Err::not_yet_initialized, "no replset config has been received");
  for (const bson::Element& item : command.sub("optimes")) {
    const bson::View one = item.sub();
    const int index = index_of_id(member, one.number("memberId").value_or(-1));
    if (index < 0 || index == member.self) continue;
    member.peers[static_cast<std::size_t>(index)].last_alive = member.now.monotonic;
    learn_position(member, index, one.op_time("appliedOpTime").value_or(OpTime{}),
                   one.op_time("durableOpTime").value_or(OpTime{}),
                   k8s::Wall(k8s::Millis(one.date("appliedWallTime").value_or(bson::Date{}).ms)));
  }
  if (!is_primary(member)) report_position(member);
  return {};
}

void report_position(Member& member) {
  if (member.sync.source.empty() || is_primary(member) || !member.config || member.self < 0) return;
  if (member.sync.reporting) {
    member.sync.report_again = true;
    return;
  }
  bson::Array optimes;
  for (std::size_t i = 0; i < member.config->members.size(); ++i) {
    const bool own = static_cast<int>(i) == member.self;
    const Peer& peer = member.peers[i];
    const OpTime applied = own ? member.oplog.last() : peer.applied;
    if (applied.ts == Timestamp{}) continue;
    optimes.append(bson::Document{{"memberId", static_cast<int>(member.config->members[i].id)},
                                  {"cfgver", static_cast<int>(member.config->stamp.version)},
                                  {"appliedOpTime", applied},
                                  {"durableOpTime", own ? member.durable : peer.durable},
                                  {"appliedWallTime", date_of(own ? member.oplog.last_wall() : peer.applied_wall)}});
  }
  member.sync.reporting = true;
  member.sync.report_again = false;
  const bson::Document body{{"replSetUpdatePosition", 1}, {"optimes", optimes}};
  ask_peer(member, member.sync.source, Channel::position, body, k8s::Millis(5000),
           [](Member& later, const PeerAnswer&) {
             later.sync.reporting = false;
             if (later.sync.report_again) report_position(later);
           });
}

}  // namespace simmongod
