// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/writer/one_writer.hpp"

#include <algorithm>

#include "tests/e2e/writer/outcome.hpp"

namespace e2e::writer {
namespace {

constexpr k8s::Millis kRetry{10};
constexpr k8s::Millis kOpenBound{2'000};
constexpr int kWriteTimeoutMillis = 10'000;
// Later than the server's own wtimeout, so that its word comes first.
constexpr k8s::Millis kWriteBound{12'000};

}  // namespace

mongo::bson::Document write_concern() {
  return {{"w", "majority"}, {"j", true}, {"wtimeout", kWriteTimeoutMillis}};
}

OneWriter::OneWriter(const mongo::WireContext& context, mongo::Identity identity, PrimaryFinder& finder, LogFile& log,
                     Workload workload)
    : context_(context),
      identity_(std::move(identity)),
      finder_(finder),
      log_(log),
      workload_(std::move(workload)),
      timer_(context.loop) {}

void OneWriter::start() {
  due_ = context_.clock.monotonic();
  write_after(k8s::Millis{0});
}

void OneWriter::write_after(k8s::Millis delay) {
  timer_.expires_after(delay);
  timer_.async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled) write();
  });
}

void OneWriter::write() {
  if (finishing_ || is_busy()) return;
  const k8s::Monotonic now = context_.clock.monotonic();
  if (now < due_) return write_after(due_ - now);
  const auto& primary = finder_.primary();
  if (!primary) return write_after(kRetry);
  if (!connection_ || connected_to_ != *primary) {
    connected_to_ = *primary;
    connection_ = std::make_unique<mongo::Connection>(
        context_,
        mongo::LinkOptions{.endpoint = {.host = primary->host, .port = primary->port}, .identity = identity_});
    connection_->open(now + kOpenBound, [](const k8s::Result<void>&) {});
  }
  // Behind schedule after a gap: go on from now instead of catching up in a burst.
  due_ = std::max(due_ + workload_.interval, now);
  const std::int64_t n = next_++;
  on_its_way_ = workload_.id_prefix + std::to_string(n);
  log_.write(EventKind::invoke, on_its_way_);
  mongo::Command command{.db = workload_.database,
                         .body = workload_.command(on_its_way_, n),
                         .intent = mongo::Intent::write,
                         .deadline = now + kWriteBound};
  connection_->run(std::move(command), [this](const k8s::Result<mongo::bson::Document>& reply) { answered(reply); });
}

void OneWriter::answered(const k8s::Result<mongo::bson::Document>& reply) {
  const EventKind outcome = outcome_of(reply);
  log_.write(outcome, on_its_way_);
  on_its_way_.clear();
  if (outcome == EventKind::ok) return write_after(k8s::Millis{0});
  if (!reply) connection_.reset();
  finder_.doubt();
  write_after(kRetry);
}

void OneWriter::primary_changed() {
  const auto& primary = finder_.primary();
  // Without a primary the present one may still answer: only another one makes the answer worthless.
  if (!primary || !connection_ || connected_to_ == *primary) return;
  give_up();
  write_after(k8s::Millis{0});
}

void OneWriter::give_up() {
  connection_.reset();
  if (is_busy()) log_.write(EventKind::unknown, on_its_way_);
  on_its_way_.clear();
}

}  // namespace e2e::writer
