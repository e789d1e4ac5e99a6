// SPDX-License-Identifier: Apache-2.0
#include "libk8s/transport/curl_outcome.hpp"

#include <string>

#include <fmt/format.h>

namespace k8s {
namespace {

std::string words(const BrokenExchange& exchange) {
  return exchange.detail.empty() ? std::string{curl_easy_strerror(exchange.code)} : std::string{exchange.detail};
}

}  // namespace

Error error_of(const BrokenExchange& exchange) {
  const std::string why = words(exchange);
  switch (exchange.code) {
    case CURLE_SSL_CERTPROBLEM:
      return {.code = Code::unauthenticated,
              .message = fmt::format("the client certificate or its key cannot be used: {}", why)};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return {
          .code = Code::unavailable,
          .message = fmt::format("the API server's certificate does not verify against the configured CA: {}", why)};
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_OUT_OF_MEMORY:
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_FAILED_INIT:
      if (!exchange.sent)
        return {.code = Code::internal, .message = fmt::format("the request cannot be made: {}", why)};
      break;
    default: break;
  }
  if (!exchange.sent)
    return {.code = Code::unavailable, .message = fmt::format("the API server cannot be reached: {}", why)};
  if (is_write(exchange.method)) {
    return {.code = Code::unknown_outcome,
            .message = fmt::format("the {} was sent and its reply was lost: {}", name(exchange.method), why)};
  }
  return {.code = Code::unavailable,
          .message = fmt::format("the connection was lost before the whole reply came: {}", why)};
}

Error deadline_passed(Method method, bool sent, Millis deadline) {
  if (!sent)
    return {.code = Code::unavailable,
            .message = fmt::format("no connection to the API server within {} ms", deadline.count())};
  return {.code = Code::timeout,
          .message = fmt::format("no whole reply to the {} within {} ms", name(method), deadline.count())};
}

bool is_connection_loss(CURLcode code) {
  switch (code) {
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: return true;
    default: return false;
  }
}

}  // namespace k8s
