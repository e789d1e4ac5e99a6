// SPDX-License-Identifier: Apache-2.0
// An exchange brought no whole reply: what does that mean for the caller? One table, see http_client.hpp for the rules.
#pragma once

#include <string_view>

#include <curl/curl.h>

#include "libk8s/base/error.hpp"
#include "libk8s/transport/request.hpp"

namespace k8s {

struct BrokenExchange {
  CURLcode code = CURLE_OK;
  Method method = Method::get;
  bool sent = false;        // a connection was there and bytes of the request may have gone out
  std::string_view detail;  // libcurl's own words
};

Error error_of(const BrokenExchange& exchange);

// The deadline passed. `sent` as above.
Error deadline_passed(Method method, bool sent, Millis deadline);

// May a read that failed so on a reused connection, before any byte of a reply, be asked again at once?
bool is_connection_loss(CURLcode code);

}  // namespace k8s
