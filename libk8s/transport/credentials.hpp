// SPDX-License-Identifier: Apache-2.0
// Who we are to the API server and by what we know it, as a port. The real one is auth/credentials.hpp.
#pragma once

#include <memory>
#include <string>

#include "libk8s/base/result.hpp"
#include "libk8s/base/secret_bytes.hpp"

namespace k8s {

enum class ServerVerification { always, never };

// What a TLS connection is made with. Another identity needs other connections.
struct TlsIdentity {
  std::string ca_pem = {};           // empty: the system's roots
  std::string certificate_pem = {};  // empty: no client certificate
  SecretBytes key_pem = {};
  // `never` only where a kubeconfig asks for it and its user allowed it.
  ServerVerification verification = ServerVerification::always;

  bool operator==(const TlsIdentity&) const = default;
};

struct Credentials {
  // Never null. The same pointer for as long as the identity is the same.
  std::shared_ptr<const TlsIdentity> tls;
  // Sent as "Authorization: Bearer …"; empty: none.
  SecretBytes token = {};
};

class CredentialsSource {
 public:
  virtual ~CredentialsSource() = default;
  // Asked before every request; must not block for longer than a local file takes. Code::unauthenticated when there are
  // none.
  virtual Result<Credentials> current() = 0;
  // The server answered 401: what is cached may be stale. The next current() looks again.
  virtual void expire() = 0;
};

// Credentials that never change: tests, and kubeconfigs that carry everything inline.
class FixedCredentials final : public CredentialsSource {
 public:
  explicit FixedCredentials(TlsIdentity tls, SecretBytes token = {})
      : value_{.tls = std::make_shared<const TlsIdentity>(std::move(tls)), .token = std::move(token)} {}
  Result<Credentials> current() override { return value_; }
  void expire() override {}

 private:
  Credentials value_;
};

}  // namespace k8s
