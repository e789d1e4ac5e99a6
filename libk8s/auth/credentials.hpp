// SPDX-License-Identifier: Apache-2.0
// Who are we right now? Token and certificates from their files, read again as they rotate.
//
// Files are looked at again 60 s after the last time, and at once after a 401. A file that cannot be read, or a
// certificate whose key is not the key beside it (a rotation half done), leaves what was known in force; with nothing
// known yet it is an error.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "libk8s/auth/files.hpp"
#include "libk8s/base/clock.hpp"
#include "libk8s/transport/credentials.hpp"

namespace k8s {

// Each thing inline or by file; the inline one wins, but for the token, where the file does (as in client-go).
struct CredentialSettings {
  std::string ca_pem = {};
  std::string ca_file = {};
  std::string certificate_pem = {};
  std::string certificate_file = {};
  SecretBytes key_pem = {};
  std::string key_file = {};
  SecretBytes token = {};
  std::string token_file = {};
  ServerVerification verification = ServerVerification::always;

  bool operator==(const CredentialSettings&) const = default;
};

class FileCredentials final : public CredentialsSource {
 public:
  static constexpr Millis kReadAgainAfter{60'000};

  // Files and clock outlive it.
  FileCredentials(CredentialSettings settings, Files& files, const Clock& clock);

  Result<Credentials> current() override;
  void expire() override { read_at_.reset(); }

 private:
  Result<Credentials> read();

  CredentialSettings settings_;
  Files& files_;
  const Clock& clock_;
  std::optional<Monotonic> read_at_;
  std::optional<Credentials> known_;
};

// True when the PEM key is the private key of the PEM certificate (the first one in it).
bool is_key_pair(const std::string& certificate_pem, const SecretBytes& key_pem);

}  // namespace k8s
