// SPDX-License-Identifier: Apache-2.0
// How do two sides prove to each other that they know the same password? SCRAM-SHA-1 and SCRAM-SHA-256 (RFC 5802, RFC
// 7677) as MongoDB uses them: the keys and the client are here, the server in scram_server.hpp, the commands in
// sasl.hpp.
//
//    client                                   server
//    n,,n=<user>,r=<nonce>               ──>
//                                        <──  r=<nonce><server nonce>,s=<salt>,i=<iterations>
//    c=biws,r=<both nonces>,p=<proof>    ──>
//                                        <──  v=<server signature>            (or e=<error>)
//
//    SaltedPassword  = PBKDF2(prepared password, salt, iterations)     slow: salt_password(), for a worker pool
//    ClientKey       = HMAC(SaltedPassword, "Client Key")              StoredKey = H(ClientKey)
//    ServerKey       = HMAC(SaltedPassword, "Server Key")
//    ClientProof     = ClientKey xor HMAC(StoredKey, AuthMessage)      ServerSignature = HMAC(ServerKey, AuthMessage)
//
// MongoDB's own rules: SCRAM-SHA-1 uses hex(md5("<user>:mongo:<password>")) as the password, SCRAM-SHA-256 the password
// itself after SASLprep. `__system` (database `local`) logs in with a keyfile's key as its password, by either
// mechanism. Everything here is pure: nonces come in.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libk8s/base/result.hpp"
#include "libk8s/base/secret_bytes.hpp"

namespace mongo {

enum class Mechanism { scram_sha_1, scram_sha_256 };

// "SCRAM-SHA-1", "SCRAM-SHA-256".
std::string_view name(Mechanism mechanism);
std::optional<Mechanism> mechanism_from_name(std::string_view name);

inline constexpr int kMinIterations = 4096;
// Far above any server's default (15000); a hostile server must not keep the worker pool busy for minutes.
inline constexpr int kMaxIterations = 1'000'000;

// The password as PBKDF2 takes it. SASLprep (RFC 4013) is only approximated: ASCII and other UTF-8 pass through
// unchanged, without NFKC and without mapping exotic spaces; control characters (C.2.1, C.2.2) and bytes that are not
// UTF-8 are Error::invalid. Passwords already in NFKC, which is nearly all of them, log in; others can be created and
// used by this code but not shared with drivers that normalise.
k8s::Result<k8s::SecretBytes> prepare_password(Mechanism mechanism, std::string_view user,
                                               const k8s::SecretBytes& password);

// Everything that the slow step depends on; a value that may travel to another thread.
struct SaltRequest {
  Mechanism mechanism = Mechanism::scram_sha_256;
  k8s::SecretBytes prepared_password;
  std::string salt;
  int iterations = kMinIterations;

  bool operator==(const SaltRequest&) const = default;
};

// SaltedPassword. About 10 ms at 15000 iterations. Error::invalid for iterations outside kMinIterations …
// kMaxIterations.
k8s::Result<k8s::SecretBytes> salt_password(const SaltRequest& request);

// One log-in, seen from the client. Call in this order: first_message, read_challenge, final_message, verify; an Error
// ends it.
class ScramClient {
 public:
  // The nonce: at least 18 random bytes as printable ASCII without commas, never used twice.
  ScramClient(Mechanism mechanism, std::string user, std::string nonce);

  std::string first_message() const;

  struct Challenge {
    std::string salt;
    int iterations = 0;

    bool operator==(const Challenge&) const = default;
  };
  // What salt_password() needs. Error::unauthenticated when the answer does not continue our nonce or asks for too few
  // iterations.
  k8s::Result<Challenge> read_challenge(std::string_view server_first);

  std::string final_message(const k8s::SecretBytes& salted_password);

  // Error::unauthenticated unless the server has proved that it knows the password too.
  k8s::Result<void> verify(std::string_view server_final) const;

 private:
  std::string first_bare() const;

  Mechanism mechanism_;
  std::string user_;
  std::string nonce_;
  std::string server_first_;
  std::string both_nonces_;
  std::string server_signature_;
};

}  // namespace mongo
