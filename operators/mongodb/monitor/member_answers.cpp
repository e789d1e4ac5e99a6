// SPDX-License-Identifier: Apache-2.0
// What does each answer change in a member's facts, and what does it make worth asking next?
#include <algorithm>
#include <utility>

#include "operators/mongodb/monitor/member_monitor.hpp"
#include "operators/mongodb/wire/server_error.hpp"

namespace mongodb {

namespace bson = mongo::bson;

void MemberMonitor::hello_line_answered(const bson::Document& reply) {
  const auto before = topology_;
  const bool asked_for_news = std::exchange(awaiting_, false);
  hello_line_.failures = 0;
  topology_ = parse_topology(reply);
  take_hello(reply, Channel::hello);

  const bool early = now_ - hello_line_.began < pace_.await / 2;
  k8s::Monotonic next = hello_line_.began + pace_.least_gap;
  if (quiescing_) {
    next = now_ + pace_.quiesce_every;
  } else if (!topology_ || (asked_for_news && early && topology_ == before)) {
    next = now_ + pace_.hello_every;
  }
  hello_line_.due = std::max(now_, next);
  if (topology_ != before || !topology_) status_due_ = now_;
}

void MemberMonitor::take_hello(const bson::Document& reply, Channel from) {
  const auto ok = mongo::check_reply(reply);
  const bool shutting_down = !ok && ok.error().remote_code == mongo::code::kShutdownInProgress;
  if (shutting_down) {
    quiescing_ = true;
    member_is_gone(Reach::shutting_down, ok.error());
    return;
  }
  if (!ok) return;
  // The awaiting hello may have been answered before the server began to quiesce; a fresh one was not.
  if (std::exchange(quiescing_, false)) {
    if (facts_.reach == Reach::shutting_down) facts_.reach = Reach::connecting;
    if (from == Channel::hello) status_due_ = now_;
  }
  const Hello hello = parse_hello(reply);
  facts_.process = hello.topology ? hello.topology->process.hex() : std::string{};
  facts_.writable_primary = hello.writable_primary;
  facts_.secondary = hello.secondary;
  facts_.me = hello.me;
  facts_.primary = hello.primary;
  if (facts_.config && hello.set_version && *hello.set_version != facts_.config->version) config_due_ = now_;
}

void MemberMonitor::poll_answered(Poll poll, const bson::Document& reply) {
  const auto ok = mongo::check_reply(reply);
  // The server no longer believes who we are: log in again.
  if (!ok && ok.error().code == k8s::Code::unauthenticated) return line_failed(Channel::command, ok.error());
  command_line_.failures = 0;
  switch (poll) {
    case Poll::hello: take_hello(reply, Channel::command); break;
    case Poll::status:
      status_asked_ = command_line_.began;
      if (facts_.failed_epoch && status_asked_ >= failed_at_) facts_.failed_epoch.reset();
      if (ok) {
        take_status(reply);
      } else {
        take_status_refusal(ok.error());
      }
      break;
    case Poll::config:
      config_asked_ = command_line_.began;
      if (ok) take_config(reply);
      break;
    case Poll::build_info:
      if (ok) facts_.version = reply.string("version").value_or("");
      break;
    case Poll::index_builds:
      facts_.index_builds.reset();
      if (ok) facts_.index_builds = static_cast<std::int64_t>(reply.sub("inprog").size());
      break;
    case Poll::feature_compatibility:
      if (ok) facts_.feature_compatibility = reply.string("featureCompatibilityVersion.version").value_or("");
      break;
    case Poll::oplog_oldest: oplog_oldest_ = ok ? parse_oplog_entry(reply) : std::nullopt; break;
    case Poll::oplog_newest:
      if (ok) take_oplog_newest(reply);
      break;
  }
  settle_observed_at();
  poll_done(poll);
}

void MemberMonitor::take_status(const bson::Document& reply) {
  Status status = parse_status(reply);
  if (!quiescing_) {
    facts_.reach = status.state == MemberState::removed ? Reach::removed : Reach::member;
    facts_.problem.clear();
  }
  // It has an oplog now: how long is it?
  if (facts_.state != status.state && has_oplog(status.state)) slow_due_ = now_;
  facts_.state = status.state;
  facts_.term = status.term;
  facts_.applied = status.applied;
  facts_.durable = status.durable;
  facts_.committed = status.committed;
  facts_.sync_source = std::move(status.sync_source);
  facts_.initial_sync = status.initial_sync;
  facts_.peers = std::move(status.peers);
  running_version_ = status.config_version;
  running_term_ = status.config_term;
  const bool same = facts_.config && facts_.config->version == running_version_ && facts_.config->term == running_term_;
  if (!same) config_due_ = now_;
}

void MemberMonitor::take_status_refusal(const k8s::Error& refusal) {
  switch (refusal.remote_code) {
    case mongo::code::kNotYetInitialized:
      member_is_gone(Reach::uninitialized, refusal);
      facts_.problem.clear();
      // A configuration from before belongs to data that is no longer there.
      facts_.config.reset();
      raw_config_.reset();
      break;
    case mongo::code::kInvalidReplicaSetConfig: member_is_gone(Reach::removed, refusal); break;
    case mongo::code::kUnauthorized: member_is_gone(Reach::unauthenticated, refusal); break;
    case mongo::code::kShutdownInProgress:
    case mongo::code::kInterruptedAtShutdown:
      quiescing_ = true;
      member_is_gone(Reach::shutting_down, refusal);
      break;
    default: member_is_gone(Reach::unreachable, refusal); break;
  }
}

void MemberMonitor::take_config(const bson::Document& reply) {
  auto document = reply.document("config");
  if (!document) return;
  ReplicaSetConfig parsed = parse_config(*document);
  if (raw_config_ && *raw_config_ == *document) return;
  facts_.config = std::move(parsed);
  raw_config_ = std::make_shared<const bson::Document>(*std::move(document));
}

void MemberMonitor::take_oplog_newest(const bson::Document& reply) {
  const auto newest = parse_oplog_entry(reply);
  if (!newest || !oplog_oldest_ || newest->t < oplog_oldest_->t) return;
  facts_.oplog_window = k8s::Seconds{newest->t - oplog_oldest_->t};
}

// What it was is no longer known to be so. Its last optimes, configuration and version stay: they cannot go back.
void MemberMonitor::member_is_gone(Reach reach, const k8s::Error& error) {
  facts_.reach = reach;
  facts_.problem = k8s::to_string(error);
  facts_.writable_primary = false;
  facts_.secondary = false;
  facts_.primary.clear();
  facts_.process.clear();
  facts_.state = reach == Reach::removed ? MemberState::removed : MemberState::unknown;
  facts_.sync_source.clear();
  facts_.initial_sync = false;
  facts_.peers.clear();
  facts_.index_builds.reset();
}

// A configuration that was read earlier counts as new as a status that says the member still runs with it.
void MemberMonitor::settle_observed_at() {
  const bool confirmed =
      !facts_.config || (facts_.config->version == running_version_ && facts_.config->term == running_term_);
  const bool has_config = facts_.reach == Reach::member;
  facts_.observed_at = confirmed || !has_config ? status_asked_ : std::min(status_asked_, config_asked_);
}

void MemberMonitor::poll_done(Poll poll) {
  if (refresh_epoch_ == 0 || !command_line_.counts || refresh_left_.erase(poll) == 0) return;
  if (!refresh_left_.empty()) return;
  facts_.epoch = std::exchange(refresh_epoch_, 0);
}

}  // namespace mongodb
