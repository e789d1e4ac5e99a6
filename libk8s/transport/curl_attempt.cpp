// SPDX-License-Identifier: Apache-2.0
#include "libk8s/transport/curl_attempt.hpp"

#include <utility>

#include <fmt/format.h>

#include "libk8s/base/check.hpp"
#include "libk8s/transport/curl_outcome.hpp"

namespace k8s {
namespace {

// Every option that we set is one that this libcurl has (7.88 is required), so a refusal is a bug or no memory.
template <class T>
void set(CURL* easy, CURLoption option, T value) {
  check(curl_easy_setopt(easy, option, value) == CURLE_OK, "libcurl takes this option");
}

void set_blob(CURL* easy, CURLoption option, std::string_view bytes) {
  curl_blob blob{};
  blob.data = const_cast<char*>(bytes.data());  // NOLINT: libcurl only reads it
  blob.len = bytes.size();
  blob.flags = CURL_BLOB_NOCOPY;  // the attempt holds the identity for as long as the easy handle knows these bytes
  set(easy, option, &blob);
}

}  // namespace

EasyPool::~EasyPool() {
  for (CURL* easy : free_) curl_easy_cleanup(easy);
}

CURL* EasyPool::take() {
  if (!free_.empty()) {
    CURL* easy = free_.back();
    free_.pop_back();
    return easy;
  }
  CURL* easy = curl_easy_init();
  check(easy != nullptr, "libcurl has no memory for an easy handle");
  return easy;
}

void EasyPool::give(CURL* easy) {
  if (free_.size() >= kKept) return curl_easy_cleanup(easy);
  curl_easy_reset(easy);
  free_.push_back(easy);
}

CurlAttempt::CurlAttempt(EasyPool& pool, const CurlClientOptions& options, const What& what, Credentials credentials,
                         void* owner, std::function<void()> on_progress)
    : pool_(pool),
      easy_(pool.take()),
      request_(what.request),
      whole_(what.whole),
      http2_(what.http2),
      max_body_(options.max_body),
      credentials_(std::move(credentials)),
      on_progress_(std::move(on_progress)) {
  set(easy_, CURLOPT_PRIVATE, owner);
  set(easy_, CURLOPT_ERRORBUFFER, problem_.data());
  set(easy_, CURLOPT_HEADERFUNCTION, &CurlAttempt::on_header);
  set(easy_, CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(easy_, CURLOPT_WRITEFUNCTION, &CurlAttempt::on_body);
  set(easy_, CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(easy_, CURLOPT_PREREQFUNCTION, &CurlAttempt::on_ready_to_send);
  set(easy_, CURLOPT_PREREQDATA, static_cast<void*>(this));
  set_connection_options(options);
  if (options.server.tls) set_tls_options(options);
  set_request_options(options);
}

CurlAttempt::~CurlAttempt() {
  pool_.give(easy_);
  curl_slist_free_all(headers_);
  curl_slist_free_all(connect_to_);
}

void* CurlAttempt::owner_of(CURL* easy) {
  void* owner = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &owner);
  return owner;
}

bool CurlAttempt::connection_was_reused() const {
  long connects = 1;
  curl_easy_getinfo(easy_, CURLINFO_NUM_CONNECTS, &connects);
  return connects == 0;
}

void CurlAttempt::set_connection_options(const CurlClientOptions& options) {
  set(easy_, CURLOPT_NOSIGNAL, 1L);
  set(easy_, CURLOPT_QUICK_EXIT, 1L);  // cancelling during a name look-up does not wait for the resolver's thread
  set(easy_, CURLOPT_PROXY, "");
  set(easy_, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  set(easy_, CURLOPT_PROTOCOLS_STR, options.server.tls ? "https" : "http");
  set(easy_, CURLOPT_HTTP_VERSION,
      http2_ ? static_cast<long>(CURL_HTTP_VERSION_2TLS) : static_cast<long>(CURL_HTTP_VERSION_1_1));
  // Wait for a connection that is being made rather than open one more: six watches start at once.
  if (http2_) set(easy_, CURLOPT_PIPEWAIT, 1L);
}

void CurlAttempt::set_tls_options(const CurlClientOptions& options) {
  const TlsIdentity& tls = *credentials_.tls;
  set(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  const bool verify = tls.verification == ServerVerification::always;
  set(easy_, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
  set(easy_, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
  if (!tls.ca_pem.empty()) {
    // Both defaults off, else the system's roots would be trusted beside the cluster's.
    set(easy_, CURLOPT_CAINFO, static_cast<char*>(nullptr));
    set(easy_, CURLOPT_CAPATH, static_cast<char*>(nullptr));
    set_blob(easy_, CURLOPT_CAINFO_BLOB, tls.ca_pem);
  }
  if (!tls.certificate_pem.empty()) {
    set(easy_, CURLOPT_SSLCERTTYPE, "PEM");
    set(easy_, CURLOPT_SSLKEYTYPE, "PEM");
    set_blob(easy_, CURLOPT_SSLCERT_BLOB, tls.certificate_pem);
    set_blob(easy_, CURLOPT_SSLKEY_BLOB, tls.key_pem.expose());
  }
  if (!options.tls_server_name.empty()) {
    const ServerUrl& server = options.server;
    connect_to_ = curl_slist_append(
        nullptr, fmt::format("{}:{}:{}:{}", options.tls_server_name, server.port, server.host, server.port).c_str());
    check(connect_to_ != nullptr, "memory");
    set(easy_, CURLOPT_CONNECT_TO, connect_to_);
    add_header(fmt::format("Host: {}:{}", server.host, server.port));
  }
}

void CurlAttempt::set_request_options(const CurlClientOptions& options) {
  ServerUrl server = options.server;
  if (server.tls && !options.tls_server_name.empty()) server.host = options.tls_server_name;
  set(easy_, CURLOPT_URL, (server.text() + target_of(request_)).c_str());
  set(easy_, CURLOPT_PATH_AS_IS, 1L);
  set(easy_, CURLOPT_USERAGENT, options.user_agent.c_str());
  if (request_.method == Method::get) {
    set(easy_, CURLOPT_HTTPGET, 1L);
    // The server compresses replies above 128 KiB. A stream would have to be flushed per event, so it stays plain.
    if (whole_) set(easy_, CURLOPT_ACCEPT_ENCODING, "gzip");
  } else {
    const bool has_body = !request_.body.empty() || request_.method != Method::remove;
    if (has_body) {
      set(easy_, CURLOPT_POST, 1L);
      set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
      set(easy_, CURLOPT_POSTFIELDS, request_.body.c_str());
    }
    set(easy_, CURLOPT_CUSTOMREQUEST, std::string{name(request_.method)}.c_str());
  }
  add_header("Accept: application/json");
  add_header("Expect:");
  if (!request_.content_type.empty()) add_header("Content-Type: " + request_.content_type);
  if (!credentials_.token.empty()) add_header("Authorization: Bearer " + std::string{credentials_.token.expose()});
  set(easy_, CURLOPT_HTTPHEADER, headers_);
}

void CurlAttempt::add_header(const std::string& line) {
  curl_slist* longer = curl_slist_append(headers_, line.c_str());
  check(longer != nullptr, "memory");
  headers_ = longer;
}

std::size_t CurlAttempt::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& attempt = *static_cast<CurlAttempt*>(self);
  const bool was_complete = attempt.head_.complete();
  if (!attempt.head_.add({data, size * count})) {
    attempt.head_too_large_ = true;
    return 0;
  }
  if (!was_complete && attempt.head_.complete()) attempt.on_progress_();
  return size * count;
}

std::size_t CurlAttempt::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& attempt = *static_cast<CurlAttempt*>(self);
  const std::size_t bytes = size * count;
  if (attempt.body_.size() + bytes > attempt.max_body_) {
    attempt.body_too_large_ = true;
    return 0;
  }
  attempt.body_.append(data, bytes);
  attempt.on_progress_();
  return bytes;
}

// libcurl calls this on every connection it is about to send on. It would silently send a POST again after a reused
// connection died with no reply, which could have been carried out; so a second time is refused for writes. For reads
// that is what we want (it bounds the rounds).
int CurlAttempt::on_ready_to_send(void* self, char*, char*, int, int) {
  auto& attempt = *static_cast<CurlAttempt*>(self);
  if (attempt.sent_ && is_write(attempt.request_.method)) return CURL_PREREQFUNC_ABORT;
  attempt.sent_ = true;
  return CURL_PREREQFUNC_OK;
}

Error CurlAttempt::failure(CURLcode code) const {
  if (head_too_large_ || body_too_large_) {
    const std::string message = head_too_large_
                                    ? fmt::format("the reply's head is larger than {} bytes", ReplyHead::kMaxBytes)
                                    : fmt::format("the reply is larger than {} bytes", max_body_);
    return {.code = is_write(request_.method) ? Code::unknown_outcome : Code::internal, .message = message};
  }
  if (code == CURLE_OK) {
    return {.code = is_write(request_.method) ? Code::unknown_outcome : Code::internal,
            .message = "the reply is not HTTP"};
  }
  // Our own refusal to send a write twice is not what went wrong.
  const std::string_view detail = code == CURLE_ABORTED_BY_CALLBACK ? "the connection was lost" : problem_.data();
  return error_of({.code = code, .method = request_.method, .sent = sent_, .detail = detail});
}

}  // namespace k8s
