// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/member/mongod_command.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include "operators/mongodb/member/resolv_conf.hpp"

namespace mongo::member {
namespace {

using Words = std::vector<std::string>;

TEST(MongodCommand, mongod_binds_to_the_pods_address_and_to_loopback_when_that_is_free) {
  const IpAddress pod = *parse_address("10.1.2.3");
  EXPECT_EQ(mongod_command("/usr/bin/mongod", "/c", pod, true),
            (Words{"/usr/bin/mongod", "--config", "/c", "--bind_ip", "10.1.2.3,127.0.0.1"}));
  EXPECT_EQ(mongod_command("/usr/bin/mongod", "/c", pod, false),
            (Words{"/usr/bin/mongod", "--config", "/c", "--bind_ip", "10.1.2.3"}));
}

TEST(MongodCommand, an_ipv6_pod_gets_ipv6_and_its_loopback) {
  EXPECT_EQ(mongod_command("/m", "/c", *parse_address("fd00::3"), true),
            (Words{"/m", "--config", "/c", "--bind_ip", "fd00::3,::1", "--ipv6"}));
}

TEST(MongodCommand, an_address_is_never_bound_twice) {
  EXPECT_EQ(mongod_command("/m", "/c", *parse_address("127.0.0.1"), true).at(4), "127.0.0.1");
}

TEST(MongodCommand, mongod_is_looked_for_on_the_path_and_then_in_usr_bin) {
  EXPECT_EQ(mongod_candidates("/opt/bin:bin::/usr/local/bin/:/opt/bin"),
            (Words{"/opt/bin/mongod", "/usr/local/bin/mongod", "/usr/bin/mongod"}));
  EXPECT_EQ(mongod_candidates(""), (Words{"/usr/bin/mongod"}));
}

TEST(MongodCommand, a_trial_run_that_ends_badly_is_put_into_words) {
  const auto exited = [](int code) { return code << 8; };
  EXPECT_EQ(why_it_does_not_run(exited(0), "db version v8.0.12\n"), "");
  EXPECT_EQ(why_it_does_not_run(SIGILL, ""),
            "mongod needs CPU instructions that this node does not have (MongoDB 5.0 and later need AVX)");
  EXPECT_EQ(why_it_does_not_run(exited(126), "it cannot be executed here\n"),
            "mongod --version ended with exit code 126: it cannot be executed here");
  EXPECT_EQ(why_it_does_not_run(SIGKILL, ""), "mongod was killed, perhaps for lack of memory");
  EXPECT_EQ(why_it_does_not_run(SIGSEGV, ""), "mongod ended with signal 11");
}

TEST(IpAddress, both_families_are_read_and_nothing_else) {
  EXPECT_EQ(to_text(*parse_address("0:0:0:0:0:0:0:1")), "::1");
  for (const char* text : {"", "10.1.2", "10.1.2.3.4", "010.1.2.3x", "localhost", "[::1]", "fe80::1%eth0"})
    EXPECT_FALSE(parse_address(text)) << text;
}

TEST(IpAddress, a_host_has_a_name_and_a_port) {
  EXPECT_EQ(parse_host_port("a.b:27017"), (HostPort{.host = "a.b", .port = 27017}));
  for (const char* text : {"", "a.b", ":27017", "a:0", "a:65536", "a:", "a:1x"})
    EXPECT_FALSE(parse_host_port(text)) << text;
}

Words texts(std::string_view resolv_conf) {
  Words all;
  for (const IpAddress& server : nameservers(resolv_conf)) all.push_back(to_text(server));
  return all;
}

TEST(ResolvConf, nameservers_come_in_the_order_of_the_file_three_at_most) {
  EXPECT_EQ(texts("search db.svc.cluster.local svc.cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n"),
            (Words{"10.96.0.10"}));
  EXPECT_EQ(texts("nameserver 1.1.1.1\n nameserver\tfd00::a \nnameserver 2.2.2.2\r\nnameserver 3.3.3.3"),
            (Words{"1.1.1.1", "fd00::a", "2.2.2.2"}));
}

TEST(ResolvConf, comments_and_lines_that_make_no_sense_are_skipped) {
  EXPECT_EQ(texts("# nameserver 1.1.1.1\n;nameserver 1.1.1.1\nnameserver\nnameserver fe80::1%eth0\nnameservers "
                  "9.9.9.9\nnameserver 2.2.2.2"),
            (Words{"2.2.2.2"}));
}

TEST(ResolvConf, without_any_it_is_the_local_host) {
  EXPECT_EQ(texts(""), (Words{"127.0.0.1"}));
}

}  // namespace
}  // namespace mongo::member
