// SPDX-License-Identifier: Apache-2.0
// One try of one request on one libcurl easy handle: what was asked, whether it was sent, and what has come so far.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <curl/curl.h>

#include "libk8s/transport/credentials.hpp"
#include "libk8s/transport/curl_client.hpp"
#include "libk8s/transport/reply_head.hpp"
#include "libk8s/transport/request.hpp"

namespace k8s {

// Easy handles are some tens of KiB and slow to make: a few are kept.
class EasyPool {
 public:
  EasyPool() = default;
  ~EasyPool();
  EasyPool(const EasyPool&) = delete;
  EasyPool& operator=(const EasyPool&) = delete;

  CURL* take();
  void give(CURL* easy);

 private:
  static constexpr std::size_t kKept = 4;
  std::vector<CURL*> free_;
};

class CurlAttempt {
 public:
  struct What {
    const Request& request;  // outlives the attempt
    bool whole = true;       // false: a stream
    bool http2 = false;      // if the server has it
  };

  // on_progress: head or bytes have come; runs inside libcurl and must only take a note. owner comes back from
  // owner_of().
  CurlAttempt(EasyPool& pool, const CurlClientOptions& options, const What& what, Credentials credentials, void* owner,
              std::function<void()> on_progress);
  ~CurlAttempt();
  CurlAttempt(const CurlAttempt&) = delete;
  CurlAttempt& operator=(const CurlAttempt&) = delete;

  static void* owner_of(CURL* easy);

  CURL* easy() const { return easy_; }
  const Credentials& credentials() const { return credentials_; }
  // Bytes of the request may have gone out.
  bool sent() const { return sent_; }
  bool head_complete() const { return head_.complete(); }
  bool anything_came() const { return head_.reply().status != 0; }
  bool connection_was_reused() const;
  const Reply& head() const { return head_.reply(); }
  std::string take_body() { return std::exchange(body_, {}); }
  // What the end `code` means; call it when the exchange is not whole.
  Error failure(CURLcode code) const;

 private:
  void set_connection_options(const CurlClientOptions& options);
  void set_tls_options(const CurlClientOptions& options);
  void set_request_options(const CurlClientOptions& options);
  void add_header(const std::string& line);

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static int on_ready_to_send(void* self, char* to_ip, char* from_ip, int to_port, int from_port);

  EasyPool& pool_;
  CURL* easy_;
  const Request& request_;
  const bool whole_;
  const bool http2_;
  const std::size_t max_body_;
  Credentials credentials_;
  std::function<void()> on_progress_;
  curl_slist* headers_ = nullptr;
  curl_slist* connect_to_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> problem_{};

  ReplyHead head_;
  std::string body_;
  bool sent_ = false;
  bool head_too_large_ = false;
  bool body_too_large_ = false;
};

}  // namespace k8s
