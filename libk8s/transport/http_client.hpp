// SPDX-License-Identifier: Apache-2.0
// Bytes to and from one API server, as a port. The real one is curl_client.hpp; tests hold a fake with state.
//
// Rules that every implementation keeps:
// - A callback runs on the loop, never from inside the call that took it, and at most once (on_bytes: any number).
// - Destroying the returned Call cancels it: no callback of it runs afterwards. Destroying the client cancels all.
// - A reply of any status, 4xx and 5xx too, is a Reply. An Error means that there is none:
//     unavailable      the request was certainly not carried out (refused, reset before it was sent)
//     unknown_outcome  a write was sent and its reply lost
//     timeout          as unknown_outcome, by deadline (for reads: simply late)
//     unauthenticated  no credentials could be had
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "libk8s/base/result.hpp"
#include "libk8s/transport/request.hpp"

namespace k8s {

class HttpClient {
 public:
  class Call {
   public:
    virtual ~Call() = default;
  };

  struct StreamHandlers {
    // The head has come. For a status of 400 and above the body follows in on_bytes all the same.
    std::function<void(const Reply& head)> on_open;
    std::function<void(std::string_view bytes)> on_bytes;
    // The end, clean (no error) or not. Nothing comes after it.
    std::function<void(Result<void>)> on_end;
  };

  virtual ~HttpClient() = default;
  [[nodiscard]] virtual std::unique_ptr<Call> send(Request request, std::function<void(Result<Reply>)> done) = 0;
  [[nodiscard]] virtual std::unique_ptr<Call> stream(Request request, StreamHandlers handlers) = 0;
};

}  // namespace k8s
