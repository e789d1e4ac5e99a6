// SPDX-License-Identifier: Apache-2.0
// Inside of CurlClient: the connections of each lane, and the calls under way.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <set>
#include <vector>

#include "libk8s/transport/curl_attempt.hpp"
#include "libk8s/transport/curl_multi.hpp"

namespace k8s {

class CurlCall;

class CurlCore final : public CurlMulti::Owner, public std::enable_shared_from_this<CurlCore> {
 public:
  CurlCore(boost::asio::io_context& loop, CurlClientOptions options, CredentialsSource& credentials);

  // No call runs a callback afterwards.
  void stop();

  boost::asio::io_context& loop() { return loop_; }
  const CurlClientOptions& options() const { return options_; }
  CredentialsSource& credentials() { return credentials_; }
  EasyPool& easies() { return easies_; }

  void join(CurlCall& call) { calls_.insert(&call); }
  void leave(CurlCall& call) { calls_.erase(&call); }

  bool uses_http2(const Request& request) const;
  // Those that such a request goes over, made with that identity; new ones where there are none, or others.
  std::shared_ptr<CurlMulti> connections(const Request& request, const std::shared_ptr<const TlsIdentity>& identity);
  // Later calls do not use these any more; they close once nothing is under way on them.
  void retire(const std::shared_ptr<CurlMulti>& connections);

  // The call has something to tell: it does so once libcurl has returned, or (later) on the loop's next round.
  void mark_ready(CurlCall& call);
  void mark_ready_later(CurlCall& call);

  void after_turn(const std::vector<std::pair<CURL*, CURLcode>>& ended) override;

 private:
  enum class Pool { reads, writes, watches, lease };
  static constexpr std::size_t kPools = 4;
  struct PoolState {
    std::shared_ptr<CurlMulti> connections;
    std::shared_ptr<const TlsIdentity> identity;
    bool used_lately = false;
  };

  static Pool pool_of(const Request& request);
  static CurlMulti::Limits limits_of(Pool pool);
  void close_idle_later();
  void close_idle();
  void deliver();

  boost::asio::io_context& loop_;
  CurlClientOptions options_;
  CredentialsSource& credentials_;
  EasyPool easies_;
  std::array<PoolState, kPools> pools_;
  boost::asio::steady_timer idle_timer_;
  bool idle_timer_runs_ = false;
  std::set<CurlCall*> calls_;
  std::deque<std::shared_ptr<CurlCall>> ready_;
};

}  // namespace k8s
