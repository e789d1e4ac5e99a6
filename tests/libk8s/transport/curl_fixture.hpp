// SPDX-License-Identifier: Apache-2.0
// A CurlClient and a TestServer on one loop, and small words for what the tests ask of them.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "libk8s/transport/curl_client.hpp"
#include "tests/libk8s/transport/test_server.hpp"

namespace k8s::testing {

// Gives out its tokens in order, one more each time the last was refused.
class TokenList final : public CredentialsSource {
 public:
  explicit TokenList(std::vector<std::string> tokens) : tokens_(std::move(tokens)) {
    identity.ca_pem = Authority::shared().ca.certificate_pem();
  }
  Result<Credentials> current() override {
    if (tokens_.empty()) return Error{.code = Code::not_found, .message = "cannot read /token"};
    if (!tls_ || *tls_ != identity) tls_ = std::make_shared<const TlsIdentity>(identity);
    return Credentials{.tls = tls_, .token = SecretBytes{tokens_[std::min(at_, tokens_.size() - 1)]}};
  }
  void expire() override {
    ++at_;
    ++expirations;
  }

  TlsIdentity identity;
  int expirations = 0;

 private:
  std::vector<std::string> tokens_;
  std::shared_ptr<const TlsIdentity> tls_;
  std::size_t at_ = 0;
};

struct Bench {
  explicit Bench(std::vector<std::string> tokens = {"token-1"}) : credentials(std::move(tokens)) { remake({}); }

  // A client with other options; the server stays.
  void remake(CurlClientOptions options) {
    options.server = server.url();
    client = std::make_unique<CurlClient>(loop, std::move(options), credentials);
  }
  // Runs the loop until the condition holds; false after `limit`.
  template <class Condition>
  bool run_until(Condition&& condition, Millis limit = Millis{15'000}) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
      loop.restart();
      loop.run_one_for(std::chrono::milliseconds{20});
      if (std::chrono::steady_clock::now() > end) return false;
    }
    return true;
  }
  // Lets everything that is on its way happen.
  void settle(Millis time = Millis{60}) {
    loop.restart();
    loop.run_for(time);
  }
  Result<Reply> ask(Request request) {
    std::optional<Result<Reply>> result;
    const auto call = client->send(std::move(request), [&](Result<Reply> reply) { result = std::move(reply); });
    EXPECT_TRUE(run_until([&] { return result.has_value(); })) << "no answer at all";
    return result.value_or(Error{});
  }

  boost::asio::io_context loop;
  TestServer server{loop};
  TokenList credentials;
  std::unique_ptr<CurlClient> client;
};

// What a stream brought.
struct Stream {
  HttpClient::StreamHandlers handlers() {
    return {.on_open = [this](const Reply& reply) { head = reply; },
            .on_bytes = [this](std::string_view more) { bytes += more; },
            .on_end = [this](Result<void> result) { end = std::move(result); }};
  }
  std::optional<Reply> head;
  std::string bytes;
  std::optional<Result<void>> end;
};

inline Request get(std::string path) {
  return {.path = std::move(path), .deadline = Millis{12'000}};
}
inline Request post(std::string path, std::string body = "{}") {
  return {.method = Method::post,
          .path = std::move(path),
          .content_type = "application/json",
          .body = std::move(body),
          .deadline = Millis{12'000}};
}

}  // namespace k8s::testing
