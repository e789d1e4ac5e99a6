// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/wire/scram_keys.hpp"

#include <array>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "libk8s/base/check.hpp"
#include "operators/mongodb/wire/utf8.hpp"

namespace mongo {
namespace {

const EVP_MD* digest_of(Mechanism mechanism) {
  return mechanism == Mechanism::scram_sha_1 ? EVP_sha1() : EVP_sha256();
}

const unsigned char* unsigned_bytes(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::string digest(const EVP_MD* kind, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int size = 0;
  k8s::check(EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, kind, nullptr) == 1, "a hash cannot fail");
  return {reinterpret_cast<const char*>(out.data()), size};
}

bool is_prohibited(char32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0);
}

}  // namespace

std::string hash(Mechanism mechanism, std::string_view bytes) {
  return digest(digest_of(mechanism), bytes);
}

std::string hmac(Mechanism mechanism, std::string_view key, std::string_view message) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int size = 0;
  const auto* made = HMAC(digest_of(mechanism), key.data(), static_cast<int>(key.size()), unsigned_bytes(message),
                          message.size(), out.data(), &size);
  k8s::check(made != nullptr, "an HMAC cannot fail");
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string md5_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : digest(EVP_md5(), bytes)) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string exclusive_or(std::string_view a, std::string_view b) {
  k8s::check(a.size() == b.size(), "exclusive or of different sizes");
  std::string out(a);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<char>(out[i] ^ b[i]);
  return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::optional<std::string_view> scram_attribute(std::string_view message, char name) {
  while (!message.empty()) {
    const std::size_t comma = message.find(',');
    const std::string_view attribute = message.substr(0, comma);
    if (attribute.size() >= 2 && attribute[0] == name && attribute[1] == '=') return attribute.substr(2);
    if (comma == std::string_view::npos) break;
    message.remove_prefix(comma + 1);
  }
  return std::nullopt;
}

std::string escape_user(std::string_view user) {
  std::string text;
  for (const char c : user) {
    if (c == '=') {
      text += "=3D";
    } else if (c == ',') {
      text += "=2C";
    } else {
      text += c;
    }
  }
  return text;
}

std::optional<std::string> unescape_user(std::string_view text) {
  std::string user;
  while (!text.empty()) {
    if (text[0] != '=') {
      user += text[0];
      text.remove_prefix(1);
      continue;
    }
    const std::string_view escape = text.substr(0, 3);
    if (escape != "=3D" && escape != "=2C") return std::nullopt;
    user += escape == "=3D" ? '=' : ',';
    text.remove_prefix(escape.size());
  }
  return user;
}

std::string_view name(Mechanism mechanism) {
  switch (mechanism) {
    case Mechanism::scram_sha_1: return "SCRAM-SHA-1";
    case Mechanism::scram_sha_256: return "SCRAM-SHA-256";
  }
  return "";
}

std::optional<Mechanism> mechanism_from_name(std::string_view text) {
  for (const Mechanism mechanism : {Mechanism::scram_sha_1, Mechanism::scram_sha_256}) {
    if (name(mechanism) == text) return mechanism;
  }
  return std::nullopt;
}

k8s::Result<k8s::SecretBytes> prepare_password(Mechanism mechanism, std::string_view user,
                                               const k8s::SecretBytes& password) {
  const auto refused = [](std::string_view why) {
    return k8s::Error{.code = k8s::Code::invalid, .message = "the password " + std::string(why)};
  };
  if (password.empty()) return refused("is empty");
  std::string_view rest = password.expose();
  while (!rest.empty()) {
    const auto point = take_code_point(rest);
    if (!point) return refused("is not UTF-8");
    if (is_prohibited(*point)) return refused("contains a control character");
  }
  if (mechanism == Mechanism::scram_sha_256) return password;
  const k8s::SecretBytes joined(std::string(user) + ":mongo:" + std::string(password.expose()));
  return k8s::SecretBytes(md5_hex(joined.expose()));
}

k8s::Result<k8s::SecretBytes> salt_password(const SaltRequest& request) {
  if (request.iterations < kMinIterations || request.iterations > kMaxIterations) {
    return k8s::Error{.code = k8s::Code::invalid,
                      .message = "SCRAM iteration count " + std::to_string(request.iterations) + " is refused"};
  }
  const EVP_MD* kind = digest_of(request.mechanism);
  const std::string_view password = request.prepared_password.expose();
  std::string key(static_cast<std::size_t>(EVP_MD_get_size(kind)), '\0');
  const int made = PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), unsigned_bytes(request.salt),
                                     static_cast<int>(request.salt.size()), request.iterations, kind,
                                     static_cast<int>(key.size()), reinterpret_cast<unsigned char*>(key.data()));
  k8s::check(made == 1, "PBKDF2 cannot fail");
  return k8s::SecretBytes(std::move(key));
}

}  // namespace mongo
