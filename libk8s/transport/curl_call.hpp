// SPDX-License-Identifier: Apache-2.0
// One call of CurlClient from send to its last callback: deadline, second tries, delivery, cancellation.
//
//   start ─> attempt ─┬─ whole reply ──────────────> deliver ─> over
//              ^      ├─ 401 and fresh credentials ┐
//              |      ├─ read lost on reused conn. ┤ (once each)
//              └──────┼────────────────────────────┘
//                     ├─ failure / deadline / idle ─> deliver ─> over
//   cancel or abandon, at any time ─────────────────────────────> over
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <variant>

#include <boost/asio/steady_timer.hpp>

#include "libk8s/transport/curl_core.hpp"

namespace k8s {

// Owned by the Call that the caller holds, and for a moment by whoever runs its callbacks.
class CurlCall final : public std::enable_shared_from_this<CurlCall> {
 public:
  using Done = std::function<void(Result<Reply>)>;
  using Handlers = std::variant<Done, HttpClient::StreamHandlers>;

  CurlCall(CurlCore& core, Request request, Handlers handlers);

  void start();
  // The caller is no longer interested.
  void cancel();
  // The client is going away.
  void abandon();
  void on_attempt_ended(CURLcode code);
  void deliver();

 private:
  friend class CurlCore;  // queued_

  bool is_stream() const { return std::holds_alternative<HttpClient::StreamHandlers>(handlers_); }
  void begin_attempt();
  // Takes it off the connection; keeps what it has received.
  void detach();
  void finish(Result<void> outcome);
  bool try_again_with_fresh_credentials();
  bool try_again_on_another_connection(CURLcode code);
  // Zero: no timer.
  void arm(Millis delay);
  void on_timer();
  void deliver_whole();
  void deliver_stream();
  void over();

  CurlCore* core_;  // null once over
  Request request_;
  Handlers handlers_;
  boost::asio::steady_timer timer_;
  std::unique_ptr<CurlAttempt> attempt_;
  std::shared_ptr<CurlMulti> connections_;  // set while the attempt is on them
  std::optional<Result<void>> outcome_;     // set once the exchange has ended
  std::uint64_t timer_round_ = 0;           // a wait that was re-armed after it had fired says an old round
  bool fresh_credentials_tried_ = false;
  bool another_connection_tried_ = false;
  bool opened_ = false;
  bool queued_ = false;
};

}  // namespace k8s
