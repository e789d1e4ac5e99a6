// SPDX-License-Identifier: Apache-2.0
#include "libk8s/transport/curl_call.hpp"

#include <utility>

#include <fmt/format.h>

#include "libk8s/transport/curl_outcome.hpp"

namespace k8s {
namespace {

constexpr int kUnauthorized = 401;

}  // namespace

CurlCall::CurlCall(CurlCore& core, Request request, Handlers handlers)
    : core_(&core), request_(std::move(request)), handlers_(std::move(handlers)), timer_(core.loop()) {}

void CurlCall::start() {
  core_->join(*this);
  arm(request_.deadline);
  begin_attempt();
}

void CurlCall::cancel() {
  if (core_ == nullptr) return;
  core_->leave(*this);
  abandon();
}

void CurlCall::abandon() {
  detach();
  attempt_.reset();
  timer_.cancel();
  core_ = nullptr;
}

void CurlCall::begin_attempt() {
  Result<Credentials> credentials = core_->credentials().current();
  if (!credentials) {
    Error error = in_context("no credentials for the API server", credentials.error());
    error.code = Code::unauthenticated;
    finish(std::move(error));
    return core_->mark_ready_later(*this);
  }
  const std::shared_ptr<const TlsIdentity> identity = credentials->tls;
  attempt_ = std::make_unique<CurlAttempt>(
      core_->easies(), core_->options(),
      CurlAttempt::What{.request = request_, .whole = !is_stream(), .http2 = core_->uses_http2(request_)},
      std::move(*credentials), this, [this] { core_->mark_ready(*this); });
  connections_ = core_->connections(request_, identity);
  connections_->add(attempt_->easy());
}

void CurlCall::detach() {
  if (connections_) connections_->remove(attempt_->easy());
  connections_.reset();
}

void CurlCall::on_attempt_ended(CURLcode code) {
  detach();
  const int status = attempt_->head_complete() ? attempt_->head().status : 0;
  if (core_->options().on_exchange) core_->options().on_exchange(request_.method, status);
  if (code == CURLE_OK && status == kUnauthorized && try_again_with_fresh_credentials()) return;
  if (code != CURLE_OK && try_again_on_another_connection(code)) return;
  finish(code == CURLE_OK && status != 0 ? Result<void>{} : attempt_->failure(code));
  core_->mark_ready(*this);
}

bool CurlCall::try_again_with_fresh_credentials() {
  if (std::exchange(fresh_credentials_tried_, true)) return false;
  const Credentials& used = attempt_->credentials();
  core_->credentials().expire();
  const Result<Credentials> now = core_->credentials().current();
  if (!now || (now->token == used.token && now->tls == used.tls)) return false;
  attempt_.reset();
  begin_attempt();
  return true;
}

bool CurlCall::try_again_on_another_connection(CURLcode code) {
  if (is_write(request_.method) || attempt_->anything_came() || !is_connection_loss(code)) return false;
  if (!attempt_->connection_was_reused() || std::exchange(another_connection_tried_, true)) return false;
  attempt_.reset();
  begin_attempt();
  return true;
}

void CurlCall::finish(Result<void> outcome) {
  arm(Millis{0});
  outcome_ = std::move(outcome);
}

void CurlCall::arm(Millis delay) {
  ++timer_round_;
  timer_.cancel();
  if (delay <= Millis{0}) return;
  timer_.expires_after(delay);
  timer_.async_wait([weak = weak_from_this(), round = timer_round_](const boost::system::error_code& error) {
    const auto call = weak.lock();
    if (!error && call && call->core_ != nullptr && call->timer_round_ == round) call->on_timer();
  });
}

void CurlCall::on_timer() {
  const bool sent = attempt_ && attempt_->sent();
  // Whatever lies on that connection unanswered may lie there for long: the next call must not queue up behind it.
  if (sent && connections_) core_->retire(connections_);
  detach();
  if (core_->options().on_exchange) core_->options().on_exchange(request_.method, 0);
  finish(opened_ ? Error{.code = Code::timeout,
                         .message = fmt::format("the stream brought nothing for {} ms", request_.idle.count())}
                 : deadline_passed(request_.method, sent, request_.deadline));
  deliver();
}

void CurlCall::deliver() {
  if (core_ == nullptr) return;
  if (is_stream()) {
    deliver_stream();
  } else if (outcome_) {
    deliver_whole();
  }
}

void CurlCall::deliver_whole() {
  Result<Reply> result = [&]() -> Result<Reply> {
    if (!*outcome_) return outcome_->error();
    Reply reply = attempt_->head();
    reply.body = attempt_->take_body();
    return reply;
  }();
  const Done done = std::move(*std::get_if<Done>(&handlers_));
  over();
  done(std::move(result));
}

// Each handler may end the call: core_ is null then.
void CurlCall::deliver_stream() {
  const HttpClient::StreamHandlers& handlers = *std::get_if<HttpClient::StreamHandlers>(&handlers_);
  const bool head = attempt_ && attempt_->head_complete();
  // A 401 that may yet be answered with fresh credentials is kept back until it has ended.
  const bool kept_back = head && !outcome_ && attempt_->head().status == kUnauthorized && !fresh_credentials_tried_;
  if (head && !kept_back) {
    if (!outcome_) arm(request_.idle);
    if (!std::exchange(opened_, true)) {
      const Reply opening = attempt_->head();
      handlers.on_open(opening);
    }
    if (core_ == nullptr) return;
    const std::string bytes = attempt_->take_body();
    if (!bytes.empty()) handlers.on_bytes(bytes);
    if (core_ == nullptr) return;
  }
  if (!outcome_) return;
  const Result<void> outcome = *outcome_;
  over();
  handlers.on_end(outcome);
}

void CurlCall::over() {
  core_->leave(*this);
  attempt_.reset();
  request_ = Request{};  // a large body must not live as long as the caller keeps the Call
  core_ = nullptr;
}

}  // namespace k8s
