// SPDX-License-Identifier: Apache-2.0
#include "libk8s/transport/curl_client.hpp"

#include <utility>

#include "libk8s/base/check.hpp"
#include "libk8s/transport/curl_call.hpp"

namespace k8s {
namespace {

// What the caller holds: dropping it cancels.
class Held final : public HttpClient::Call {
 public:
  explicit Held(std::shared_ptr<CurlCall> call) : call_(std::move(call)) {}
  ~Held() override { call_->cancel(); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

 private:
  std::shared_ptr<CurlCall> call_;
};

std::unique_ptr<HttpClient::Call> begin(CurlCore& core, Request request, CurlCall::Handlers handlers) {
  auto call = std::make_shared<CurlCall>(core, std::move(request), std::move(handlers));
  call->start();
  return std::make_unique<Held>(std::move(call));
}

}  // namespace

CurlClient::CurlClient(boost::asio::io_context& loop, CurlClientOptions options, CredentialsSource& credentials) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  check(ready == CURLE_OK, "libcurl starts");
  core_ = std::make_shared<CurlCore>(loop, std::move(options), credentials);
}

CurlClient::~CurlClient() {
  core_->stop();
}

std::unique_ptr<HttpClient::Call> CurlClient::send(Request request, std::function<void(Result<Reply>)> done) {
  check(done != nullptr, "a request has a callback");
  return begin(*core_, std::move(request), std::move(done));
}

std::unique_ptr<HttpClient::Call> CurlClient::stream(Request request, StreamHandlers handlers) {
  check(handlers.on_open && handlers.on_bytes && handlers.on_end, "a stream has all three callbacks");
  return begin(*core_, std::move(request), std::move(handlers));
}

}  // namespace k8s
