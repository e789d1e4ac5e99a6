// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "libk8s/auth/credentials.hpp"
#include "tests/libk8s/auth/auth_test_files.hpp"
#include "tests/libk8s/transport/test_certificates.hpp"

namespace k8s::testing {
namespace {

struct FileCredentialsTest : ::testing::Test {
  FakeFiles files;
  FakeClock clock;

  std::string token_of(FileCredentials& credentials) {
    const Result<Credentials> now = credentials.current();
    return now ? std::string{now->token.expose()} : now.error().message;
  }
};

TEST_F(FileCredentialsTest, a_token_file_is_read_again_after_a_minute_and_not_before) {
  files.content["/t"] = "one\n";
  FileCredentials credentials({.token_file = "/t"}, files, clock);
  EXPECT_EQ(token_of(credentials), "one");
  files.content["/t"] = "two";
  clock.now += Millis{59'999};
  EXPECT_EQ(token_of(credentials), "one");
  EXPECT_EQ(files.reads, 1);
  clock.now += Millis{1};
  EXPECT_EQ(token_of(credentials), "two");
}

TEST_F(FileCredentialsTest, after_a_refusal_it_is_read_again_at_once) {
  files.content["/t"] = "one";
  FileCredentials credentials({.token_file = "/t"}, files, clock);
  EXPECT_EQ(token_of(credentials), "one");
  files.content["/t"] = "two";
  credentials.expire();
  EXPECT_EQ(token_of(credentials), "two");
}

TEST_F(FileCredentialsTest, a_file_that_vanishes_leaves_the_last_token_in_force) {
  files.content["/t"] = "one";
  FileCredentials credentials({.token_file = "/t"}, files, clock);
  EXPECT_EQ(token_of(credentials), "one");
  files.content.clear();
  clock.now += Millis{60'000};
  EXPECT_EQ(token_of(credentials), "one");
  EXPECT_EQ(token_of(credentials), "one");
  EXPECT_EQ(files.reads, 2);
}

TEST_F(FileCredentialsTest, with_nothing_ever_read_there_are_no_credentials_and_each_request_looks_again) {
  FileCredentials credentials({.token_file = "/t"}, files, clock);
  EXPECT_EQ(credentials.current().error(),
            (Error{.code = Code::unauthenticated, .message = "token: cannot read /t: No such file or directory"}));
  files.content["/t"] = " \n";
  EXPECT_EQ(credentials.current().error().message, "token: /t is empty");
  files.content["/t"] = "one";
  EXPECT_EQ(token_of(credentials), "one");
}

TEST_F(FileCredentialsTest, the_identity_is_the_same_pointer_until_its_files_change) {
  const Authority& authority = Authority::shared();
  files.content = {
      {"/ca", "CA"}, {"/c", authority.client.certificate_pem()}, {"/k", authority.client.key_pem()}, {"/t", "one"}};
  FileCredentials credentials({.ca_file = "/ca", .certificate_file = "/c", .key_file = "/k", .token_file = "/t"}, files,
                              clock);
  const auto first = credentials.current()->tls;
  EXPECT_EQ(first->ca_pem, "CA");
  files.content["/t"] = "two";
  credentials.expire();
  EXPECT_EQ(credentials.current()->tls, first);
  EXPECT_EQ(credentials.current()->token.expose(), "two");

  files.content["/c"] = authority.server.certificate_pem();
  files.content["/k"] = authority.server.key_pem();
  credentials.expire();
  EXPECT_NE(credentials.current()->tls, first);
}

TEST_F(FileCredentialsTest, a_rotation_half_done_is_not_taken_up) {
  const Authority& authority = Authority::shared();
  files.content = {{"/c", authority.client.certificate_pem()}, {"/k", authority.client.key_pem()}};
  FileCredentials credentials({.certificate_file = "/c", .key_file = "/k"}, files, clock);
  const auto first = credentials.current()->tls;
  files.content["/c"] = authority.server.certificate_pem();
  credentials.expire();
  EXPECT_EQ(credentials.current()->tls, first);
}

TEST_F(FileCredentialsTest, a_key_without_certificate_or_of_another_one_is_refused) {
  const Authority& authority = Authority::shared();
  files.content = {{"/k", authority.client.key_pem()}};
  FileCredentials alone({.key_file = "/k"}, files, clock);
  EXPECT_EQ(alone.current().error().code, Code::unauthenticated);
  FileCredentials other({.certificate_pem = authority.server.certificate_pem(), .key_file = "/k"}, files, clock);
  EXPECT_EQ(other.current().error().message,
            "the client key is not the key of the client certificate (or one of the two is not PEM)");
}

}  // namespace
}  // namespace k8s::testing
