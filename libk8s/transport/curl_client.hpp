// SPDX-License-Identifier: Apache-2.0
// The HttpClient for a real API server: libcurl on the loop.
//
// - Every Lane has connections of its own, so a stalled watch never delays the Lease.
// - Watches and reads go over HTTP/2 where the server has it, many on one connection. Writes and the Lease's lane keep
//   to HTTP/1.1: on HTTP/2, libcurl 7.88 loses a reply that comes before it has sent the body (as a 403 or 429 does),
//   and an unknown outcome is worse than one more connection.
// - Connections that nothing uses are closed after a while.
// - A request whose deadline passes retires the connections it went over: later requests open new ones, what is under
//   way there ends in its own time. (On HTTP/2 the next request would else go into the same dead connection.)
// - Another TLS identity means new connections too; the old ones are drained.
// - The server's certificate is verified (but see ServerVerification). The environment (proxies, .netrc) is not read;
//   redirects are not followed.
// - A 401 is answered once by fetching new credentials and asking again, if there are new ones.
// - A read that dies on a reused connection before a byte of its reply came is asked once more. Writes never are.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "libk8s/transport/credentials.hpp"
#include "libk8s/transport/http_client.hpp"
#include "libk8s/transport/server_url.hpp"

namespace k8s {

struct CurlClientOptions {
  ServerUrl server = {};
  std::string tls_server_name = {};  // the name on the server's certificate, where it is not server.host
  std::string user_agent = "sagong";
  Millis connect_timeout{10'000};
  Millis close_idle_after{60'000};   // and before twice that
  std::size_t max_body = 64u << 20;  // of one reply, decompressed; of a stream, what was not yet handed on
  // False where a proxy that inspects TLS breaks long HTTP/2 streams: then HTTP/1.1 for all.
  bool http2 = true;
  // Each finished exchange, for rest_client_requests_total; status 0: no reply. Runs on the loop and must not call the
  // client.
  std::function<void(Method method, int status)> on_exchange = {};
};

class CurlClient final : public HttpClient {
 public:
  // Loop and credentials outlive the client.
  CurlClient(boost::asio::io_context& loop, CurlClientOptions options, CredentialsSource& credentials);
  ~CurlClient() override;

  [[nodiscard]] std::unique_ptr<Call> send(Request request, std::function<void(Result<Reply>)> done) override;
  [[nodiscard]] std::unique_ptr<Call> stream(Request request, StreamHandlers handlers) override;

 private:
  std::shared_ptr<class CurlCore> core_;
};

}  // namespace k8s
