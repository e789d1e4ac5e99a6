// SPDX-License-Identifier: Apache-2.0
#include "libk8s/transport/curl_core.hpp"

#include <utility>

#include <boost/asio/post.hpp>

#include "libk8s/transport/curl_call.hpp"

namespace k8s {

CurlCore::CurlCore(boost::asio::io_context& loop, CurlClientOptions options, CredentialsSource& credentials)
    : loop_(loop), options_(std::move(options)), credentials_(credentials), idle_timer_(loop) {}

void CurlCore::stop() {
  const std::set<CurlCall*> calls = std::exchange(calls_, {});
  for (CurlCall* call : calls) call->abandon();
  ready_.clear();
  for (PoolState& pool : pools_) pool = {};
  idle_timer_.cancel();
}

CurlCore::Pool CurlCore::pool_of(const Request& request) {
  switch (request.lane) {
    case Lane::requests: return is_write(request.method) ? Pool::writes : Pool::reads;
    case Lane::watches: return Pool::watches;
    case Lane::lease: return Pool::lease;
  }
  return Pool::reads;
}

CurlMulti::Limits CurlCore::limits_of(Pool pool) {
  switch (pool) {
    case Pool::reads: return {.max_connections = 8, .idle_connections = 8};
    case Pool::writes: return {.max_connections = 8, .idle_connections = 8};
    case Pool::watches: return {.max_connections = 0, .idle_connections = 2};
    case Pool::lease: return {.max_connections = 0, .idle_connections = 1};
  }
  return {};
}

bool CurlCore::uses_http2(const Request& request) const {
  return options_.http2 && options_.server.tls && !is_write(request.method) && request.lane != Lane::lease;
}

std::shared_ptr<CurlMulti> CurlCore::connections(const Request& request,
                                                 const std::shared_ptr<const TlsIdentity>& identity) {
  const Pool pool = pool_of(request);
  PoolState& state = pools_[static_cast<std::size_t>(pool)];
  if (!state.connections || state.identity != identity) {
    state = {.connections = CurlMulti::make(loop_, weak_from_this(), limits_of(pool)), .identity = identity};
  }
  state.used_lately = true;
  close_idle_later();
  return state.connections;
}

void CurlCore::retire(const std::shared_ptr<CurlMulti>& connections) {
  for (PoolState& pool : pools_) {
    if (pool.connections == connections) pool = {};
  }
}

// libcurl looks at the age of a connection only when it might reuse it.
void CurlCore::close_idle_later() {
  if (std::exchange(idle_timer_runs_, true)) return;
  idle_timer_.expires_after(options_.close_idle_after);
  idle_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    if (const auto core = weak.lock(); core && !error) core->close_idle();
  });
}

void CurlCore::close_idle() {
  idle_timer_runs_ = false;
  for (PoolState& pool : pools_) {
    // Calls under way hold it too.
    const bool idle = !std::exchange(pool.used_lately, false) && pool.connections.use_count() == 1;
    if (idle) pool = {};
    if (pool.connections) close_idle_later();
  }
}

void CurlCore::mark_ready(CurlCall& call) {
  if (!std::exchange(call.queued_, true)) ready_.push_back(call.shared_from_this());
}

void CurlCore::mark_ready_later(CurlCall& call) {
  mark_ready(call);
  boost::asio::post(loop_, [weak = weak_from_this()] {
    if (const auto core = weak.lock()) core->deliver();
  });
}

void CurlCore::after_turn(const std::vector<std::pair<CURL*, CURLcode>>& ended) {
  for (const auto& [easy, code] : ended) static_cast<CurlCall*>(CurlAttempt::owner_of(easy))->on_attempt_ended(code);
  deliver();
}

// Handlers may cancel any call, make new ones, or destroy the client (then `ready_` is empty).
void CurlCore::deliver() {
  const auto self = shared_from_this();
  while (!ready_.empty()) {
    const std::shared_ptr<CurlCall> call = std::move(ready_.front());
    ready_.pop_front();
    call->queued_ = false;
    call->deliver();
  }
}

}  // namespace k8s
