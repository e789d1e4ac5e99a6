// SPDX-License-Identifier: Apache-2.0
#include "libk8s/auth/credentials.hpp"

#include <utility>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace k8s {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Owned<BIO> reading(std::string_view bytes) {
  return Owned<BIO>{BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))};
}

// An encrypted key must not make OpenSSL ask for a password on the terminal.
int no_password(char*, int, int, void*) {
  return 0;
}

Error unauthenticated(std::string message) {
  return {.code = Code::unauthenticated, .message = std::move(message)};
}

void trim(std::string& text) {
  constexpr const char* kSpace = " \t\r\n";
  text.erase(text.find_last_not_of(kSpace) + 1);
  text.erase(0, text.find_first_not_of(kSpace));
}

}  // namespace

bool is_key_pair(const std::string& certificate_pem, const SecretBytes& key_pem) {
  const Owned<BIO> certificate_bytes = reading(certificate_pem);
  const Owned<X509> certificate{PEM_read_bio_X509(certificate_bytes.get(), nullptr, no_password, nullptr)};
  const Owned<BIO> key_bytes = reading(key_pem.expose());
  const Owned<EVP_PKEY> key{PEM_read_bio_PrivateKey(key_bytes.get(), nullptr, no_password, nullptr)};
  const bool pair = certificate && key && X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();  // libcurl shares the queue and would report what we have dealt with
  return pair;
}

FileCredentials::FileCredentials(CredentialSettings settings, Files& files, const Clock& clock)
    : settings_(std::move(settings)), files_(files), clock_(clock) {}

Result<Credentials> FileCredentials::current() {
  const Monotonic now = clock_.monotonic();
  if (known_ && read_at_ && now - *read_at_ < kReadAgainAfter) return *known_;
  Result<Credentials> fresh = read();
  if (!fresh && !known_) return fresh.error();
  read_at_ = now;
  if (fresh) {
    // The pointer tells the transport whether its connections are still good.
    if (known_ && *known_->tls == *fresh->tls) fresh->tls = known_->tls;
    known_ = std::move(*fresh);
  }
  return *known_;
}

Result<Credentials> FileCredentials::read() {
  TlsIdentity tls{.ca_pem = settings_.ca_pem,
                  .certificate_pem = settings_.certificate_pem,
                  .key_pem = settings_.key_pem,
                  .verification = settings_.verification};
  SecretBytes token = settings_.token;
  if (tls.ca_pem.empty() && !settings_.ca_file.empty()) {
    Result<std::string> bytes = files_.read(settings_.ca_file);
    if (!bytes) return unauthenticated("certificate authority: " + bytes.error().message);
    tls.ca_pem = std::move(*bytes);
  }
  if (tls.certificate_pem.empty() && !settings_.certificate_file.empty()) {
    Result<std::string> bytes = files_.read(settings_.certificate_file);
    if (!bytes) return unauthenticated("client certificate: " + bytes.error().message);
    tls.certificate_pem = std::move(*bytes);
  }
  if (tls.key_pem.empty() && !settings_.key_file.empty()) {
    Result<std::string> bytes = files_.read(settings_.key_file);
    if (!bytes) return unauthenticated("client key: " + bytes.error().message);
    tls.key_pem = SecretBytes{std::move(*bytes)};
  }
  const bool has_pair = !tls.certificate_pem.empty() || !tls.key_pem.empty();
  if (has_pair && !is_key_pair(tls.certificate_pem, tls.key_pem)) {
    return unauthenticated("the client key is not the key of the client certificate (or one of the two is not PEM)");
  }
  if (!settings_.token_file.empty()) {
    Result<std::string> bytes = files_.read(settings_.token_file);
    if (!bytes) return unauthenticated("token: " + bytes.error().message);
    trim(*bytes);
    if (bytes->empty()) return unauthenticated(fmt::format("token: {} is empty", settings_.token_file));
    token = SecretBytes{std::move(*bytes)};
  }
  return Credentials{.tls = std::make_shared<const TlsIdentity>(std::move(tls)), .token = std::move(token)};
}

}  // namespace k8s
