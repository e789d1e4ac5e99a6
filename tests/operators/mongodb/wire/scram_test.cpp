// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/wire/scram.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "operators/mongodb/wire/base64.hpp"
#include "operators/mongodb/wire/bson_json.hpp"
#include "operators/mongodb/wire/keyfile.hpp"
#include "operators/mongodb/wire/scram_keys.hpp"
#include "operators/mongodb/wire/scram_server.hpp"

namespace mongo {
namespace {

k8s::SecretBytes secret(std::string_view text) {
  return k8s::SecretBytes(std::string(text));
}

k8s::SecretBytes salted(Mechanism mechanism, std::string_view prepared, const std::string& salt, int iterations) {
  return *salt_password(
      {.mechanism = mechanism, .prepared_password = secret(prepared), .salt = salt, .iterations = iterations});
}

TEST(Scram, the_exchange_of_rfc_7677_for_sha_256) {
  ScramClient client(Mechanism::scram_sha_256, "user", "rOprNGfwEbeRWgbNEkqO");
  EXPECT_EQ(client.first_message(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
  const auto challenge =
      client.read_challenge("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
  ASSERT_TRUE(challenge);
  const auto key = salted(Mechanism::scram_sha_256, "pencil", challenge->salt, challenge->iterations);
  EXPECT_EQ(
      client.final_message(key),
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  EXPECT_TRUE(client.verify("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
  EXPECT_EQ(client.verify("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=").error().code, k8s::Code::unauthenticated);
  EXPECT_FALSE(client.verify("e=invalid-proof"));
  EXPECT_FALSE(client.verify(""));
}

TEST(Scram, the_exchange_of_rfc_5802_for_sha_1) {
  ScramClient client(Mechanism::scram_sha_1, "user", "fyko+d2lbbFgONRv9qkxdawL");
  const auto challenge =
      client.read_challenge("r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096");
  ASSERT_TRUE(challenge);
  const auto key = salted(Mechanism::scram_sha_1, "pencil", challenge->salt, challenge->iterations);
  EXPECT_EQ(client.final_message(key),
            "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
  EXPECT_TRUE(client.verify("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="));
}

TEST(Scram, the_keys_that_a_real_mongod_stored_for_a_password_beyond_ascii) {
  std::ifstream file(SAGONG_SOURCE_DIR "/tests/operators/mongodb/monitor/replies/credentials.json");
  std::stringstream text;
  text << file.rdbuf();
  const bson::Document recorded = *bson::from_json(text.str());
  for (const Mechanism mechanism : {Mechanism::scram_sha_1, Mechanism::scram_sha_256}) {
    const bson::Document stored(recorded.sub("users.0.credentials." + std::string(name(mechanism))));
    ASSERT_FALSE(stored.empty());
    const std::string salt = *from_base64(*stored.string("salt"));
    const int iterations = static_cast<int>(*stored.number("iterationCount"));
    const auto prepared = prepare_password(mechanism, "op", secret("p@ss:/w%rd\u00e9"));
    ASSERT_TRUE(prepared);
    const auto credential =
        stored_credential(mechanism, salted(mechanism, prepared->expose(), salt, iterations), salt, iterations);
    EXPECT_EQ(to_base64(credential.stored_key), stored.string("storedKey")) << name(mechanism);
    EXPECT_EQ(to_base64(credential.server_key), stored.string("serverKey")) << name(mechanism);
  }
}

// Both sides of one log-in; the server's last word, or why not.
k8s::Result<std::string> log_in(Mechanism mechanism, std::string_view right, std::string_view given) {
  const std::string salt = "0123456789abcdef";
  const auto credential = stored_credential(mechanism, salted(mechanism, right, salt, 4096), salt, 4096);
  ScramClient client(mechanism, "a=b,c", "clientnonce");
  ScramServer server(mechanism);
  const auto first = server.read_first(client.first_message());
  if (!first) return first.error();
  EXPECT_EQ(first->user, "a=b,c");
  const auto challenge = client.read_challenge(server.challenge(credential, "servernonce"));
  if (!challenge) return challenge.error();
  auto last = server.finish(client.final_message(salted(mechanism, given, challenge->salt, challenge->iterations)));
  if (last && !client.verify(*last)) return k8s::Error{.message = "the client does not believe the server"};
  return last;
}

TEST(Scram, our_client_and_our_server_agree_and_a_wrong_password_is_refused) {
  for (const Mechanism mechanism : {Mechanism::scram_sha_1, Mechanism::scram_sha_256}) {
    EXPECT_TRUE(log_in(mechanism, "secret", "secret"));
    EXPECT_EQ(log_in(mechanism, "secret", "Secret").error().code, k8s::Code::unauthenticated);
  }
}

TEST(Scram, a_server_that_weakens_the_exchange_is_refused) {
  const auto challenged = [](std::string_view text) {
    return ScramClient(Mechanism::scram_sha_256, "u", "nonce").read_challenge(text).has_value();
  };
  EXPECT_TRUE(challenged("r=nonceX,s=QSXCR+Q6sek8bf92,i=4096"));
  EXPECT_FALSE(challenged("r=nonceX,s=QSXCR+Q6sek8bf92,i=4095"));
  EXPECT_FALSE(challenged("r=nonceX,s=QSXCR+Q6sek8bf92,i=99999999"));
  EXPECT_FALSE(challenged("r=nonceX,s=QSXCR+Q6sek8bf92,i=5000x"));
  EXPECT_FALSE(challenged("r=nonce,s=QSXCR+Q6sek8bf92,i=4096"));
  EXPECT_FALSE(challenged("r=otherX,s=QSXCR+Q6sek8bf92,i=4096"));
  EXPECT_FALSE(challenged("r=nonceX,s=***,i=4096"));
  EXPECT_FALSE(challenged("r=nonceX,s=,i=4096"));
  EXPECT_FALSE(challenged("r=nonceX,i=4096"));
  EXPECT_FALSE(challenged("m=ext,r=nonceX,s=QSXCR+Q6sek8bf92,i=4096"));
  EXPECT_FALSE(challenged(""));
}

TEST(Scram, a_client_that_changes_the_exchange_is_refused) {
  const auto finished = [](std::string_view final_message) {
    ScramServer server(Mechanism::scram_sha_256);
    EXPECT_TRUE(server.read_first("n,,n=u,r=abc"));
    server.challenge({.salt = "s", .iterations = 4096, .stored_key = std::string(32, 'k'), .server_key = "x"}, "def");
    return server.finish(final_message).has_value();
  };
  EXPECT_FALSE(finished(""));
  EXPECT_FALSE(finished("c=biws,r=abcdef"));
  EXPECT_FALSE(finished("c=biws,r=abcdef,p=AAAA"));
  EXPECT_FALSE(finished("c=biws,r=abc,p=AAAA"));
  EXPECT_FALSE(finished("c=eSws,r=abcdef,p=AAAA"));
  EXPECT_FALSE(ScramServer(Mechanism::scram_sha_1).read_first("y,,n=u,r=abc"));
  EXPECT_FALSE(ScramServer(Mechanism::scram_sha_1).read_first("n,,n=u=,r=abc"));
  EXPECT_FALSE(ScramServer(Mechanism::scram_sha_1).finish("c=biws,r=,p=AAAA"));
}

TEST(Scram, passwords_with_control_characters_or_without_utf8_are_refused) {
  const auto accepted = [](std::string_view password) {
    return prepare_password(Mechanism::scram_sha_256, "u", secret(password)).has_value();
  };
  EXPECT_TRUE(accepted("p@ss w:/%rd\u00e9\u4e2d"));
  EXPECT_FALSE(accepted(""));
  EXPECT_FALSE(accepted("a\nb"));
  EXPECT_FALSE(accepted(std::string_view("a\0b", 3)));
  EXPECT_FALSE(accepted("a\x7F"));
  EXPECT_FALSE(accepted("a\u0085"));
  EXPECT_FALSE(accepted("\xFF"));
  EXPECT_EQ(prepare_password(Mechanism::scram_sha_1, "user", secret("pencil"))->expose(),
            "1c33006ec1ffd90f9cadcbcc0e118200");
}

TEST(Base64, is_strict_and_inverse) {
  for (std::size_t size = 0; size < 8; ++size) {
    const std::string bytes = std::string("\xFF\x00\x10\xAB\xCD\xEF\x01\x02", 8).substr(0, size);
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
  }
  for (const std::string_view bad : {"A", "AA", "AAA", "A===", "AB==", "AAB=", "A A=", "AA=A", "AAAA=", "===="}) {
    EXPECT_EQ(from_base64(bad), std::nullopt) << bad;
  }
}

TEST(Keyfile, one_key_loses_its_white_space) {
  const auto keys = parse_keyfile(secret("abcd+/\n  EFGH12==\r\n\n"));
  ASSERT_TRUE(keys);
  ASSERT_EQ(keys->size(), 1u);
  EXPECT_EQ(keys->front().expose(), "abcd+/EFGH12==");
}

TEST(Keyfile, a_yaml_list_holds_several_keys) {
  const auto keys = parse_keyfile(secret("---\n- firstkey # new\n- \"second\n   key\"\n# old\n-\n  'thirdkey'\n"));
  ASSERT_TRUE(keys) << keys.error().message;
  ASSERT_EQ(keys->size(), 3u);
  EXPECT_EQ((*keys)[0].expose(), "firstkey");
  EXPECT_EQ((*keys)[1].expose(), "secondkey");
  EXPECT_EQ((*keys)[2].expose(), "thirdkey");
}

TEST(Keyfile, what_mongod_would_refuse_is_refused_without_showing_the_key) {
  EXPECT_FALSE(parse_keyfile(secret("")));
  EXPECT_FALSE(parse_keyfile(secret(" \n")));
  EXPECT_FALSE(parse_keyfile(secret("short")));
  EXPECT_TRUE(parse_keyfile(secret("sixsix")));
  EXPECT_TRUE(parse_keyfile(secret(std::string(1024, 'a'))));
  EXPECT_FALSE(parse_keyfile(secret(std::string(1025, 'a'))));
  EXPECT_FALSE(parse_keyfile(secret("firstkey\n- secondkey")));
  EXPECT_FALSE(parse_keyfile(secret("- firstkey\n- x")));
  const auto refused = parse_keyfile(secret("- firstkey\n- sec!ond!key"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "keyfile: key 2 has a character outside the base64 alphabet");
}

}  // namespace
}  // namespace mongo
