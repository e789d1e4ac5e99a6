// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/member/dns_message.hpp"

#include <gtest/gtest.h>

#include <random>

namespace mongo::member::dns {
namespace {

using namespace std::string_literals;

const Question kQuestion{.name = "orders-0.db.svc.cluster.local", .type = RecordType::a};
constexpr std::uint16_t kId = 0x1234;

std::string big_endian(std::uint16_t value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
}

std::string labels(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    const std::size_t dot = name.find('.');
    const std::string_view label = name.substr(0, dot);
    out += static_cast<char>(label.size());
    out += label;
    name = dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1);
  }
  return out + '\0';
}

std::string record(const std::string& name, std::uint16_t type, const std::string& data, std::uint16_t its_class = 1) {
  return name + big_endian(type) + big_endian(its_class) + "\0\0\0\1"s +
         big_endian(static_cast<std::uint16_t>(data.size())) + data;
}

// An answer to kQuestion unless told otherwise.
struct Packet {
  std::uint16_t id = kId;
  std::uint16_t flags = 0x8580;
  std::string question = labels(kQuestion.name) + big_endian(1) + big_endian(1);
  std::vector<std::string> answers = {};

  std::string bytes() const {
    std::string out = big_endian(id) + big_endian(flags) + big_endian(1) +
                      big_endian(static_cast<std::uint16_t>(answers.size())) + big_endian(0) + big_endian(0) + question;
    for (const std::string& answer : answers) out += answer;
    return out;
  }
};

const std::string kToQuestion = "\xc0\x0c"s;  // the question's name begins right behind the header

k8s::Result<Answer> decoded(const Packet& packet, const Question& question = kQuestion) {
  return decode_answer(packet.bytes(), kId, question);
}

TEST(DnsMessage, a_query_has_one_question_for_the_absolute_name) {
  const auto query = encode_query(kId, {.name = "a.bc", .type = RecordType::aaaa});
  ASSERT_TRUE(query);
  EXPECT_EQ(*query, "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01"s + "a\x02" + "bc\x00\x00\x1c\x00\x01"s);
  EXPECT_EQ(encode_query(kId, {.name = "a.bc.", .type = RecordType::aaaa}), query);
}

TEST(DnsMessage, names_that_dns_cannot_hold_are_refused) {
  for (const std::string& name : {""s, "."s, "a..b"s, ".a"s, "a.."s, std::string(64, 'x'), std::string(254, 'x')}) {
    const auto query = encode_query(kId, {.name = name});
    ASSERT_FALSE(query) << name;
    EXPECT_EQ(query.error().code, k8s::Code::invalid);
  }
  EXPECT_TRUE(encode_query(kId, {.name = std::string(63, 'x') + ".y"}));
}

TEST(DnsMessage, addresses_behind_a_compression_pointer_are_read) {
  const auto answer =
      decoded({.answers = {record(kToQuestion, 1, "\x0a\x01\x02\x03"), record(kToQuestion, 1, "\x0a\x01\x02\x04")}});
  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_EQ(answer->addresses.size(), 2u);
  EXPECT_EQ(to_text(answer->addresses[0]), "10.1.2.3");
  EXPECT_EQ(to_text(answer->addresses[1]), "10.1.2.4");
}

TEST(DnsMessage, a_pointer_may_end_a_name_that_begins_with_labels) {
  // "db…" begins 9 bytes into the question's name: "\x08orders-0" before it.
  const auto answer = decoded({.answers = {record("\x08orders-0\xc0\x15"s, 1, "\x0a\x01\x02\x03")}});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->addresses.size(), 1u);
}

TEST(DnsMessage, addresses_of_ipv6_are_read) {
  Packet packet{.question = labels(kQuestion.name) + big_endian(28) + big_endian(1)};
  packet.answers = {record(kToQuestion, 28, "\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\7"s)};
  const auto answer = decoded(packet, {.name = kQuestion.name, .type = RecordType::aaaa});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(to_text(answer->addresses.at(0)), "fd00::7");
}

TEST(DnsMessage, names_are_compared_without_regard_to_case) {
  Packet packet{.question = labels("ORDERS-0.db.svc.Cluster.Local") + big_endian(1) + big_endian(1)};
  packet.answers = {record(kToQuestion, 1, "\x0a\x01\x02\x03")};
  EXPECT_EQ(decoded(packet)->addresses.size(), 1u);
}

TEST(DnsMessage, an_alias_is_followed_within_the_message) {
  const auto answer = decoded(
      {.answers = {record(kToQuestion, 5, labels("other.local")), record(labels("OTHER.local"), 1, "\x0a\1\1\1")}});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->addresses.size(), 1u);
}

TEST(DnsMessage, records_of_other_names_types_and_classes_are_not_ours) {
  const auto answer = decoded({.answers = {record(labels("evil.local"), 1, "\x0a\1\1\1"),
                                           record(kToQuestion, 16, "text"), record(kToQuestion, 1, "\x0a\1\1\2", 3)}});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_TRUE(answer->exists);
  EXPECT_TRUE(answer->addresses.empty());
}

TEST(DnsMessage, a_name_that_does_not_exist_is_an_answer) {
  EXPECT_EQ(decoded({.flags = 0x8183}), (Answer{.exists = false}));
}

TEST(DnsMessage, a_server_that_cannot_tell_is_no_answer) {
  const auto answer = decoded({.flags = 0x8182});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, k8s::Code::unavailable);
  EXPECT_EQ(answer.error().remote_code, 2);
}

TEST(DnsMessage, a_truncated_answer_says_so_and_gives_no_addresses) {
  EXPECT_EQ(decoded({.flags = 0x8380, .answers = {record(kToQuestion, 1, "\x0a\1\1\1")}}), (Answer{.truncated = true}));
}

TEST(DnsMessage, an_answer_to_anything_but_this_question_is_refused) {
  const std::vector<Packet> packets{
      {.id = 0x1235},
      {.flags = 0x0100},  // a query
      {.flags = 0x9180},  // another opcode
      {.question = labels("orders-1.db.svc.cluster.local") + big_endian(1) + big_endian(1)},
      {.question = labels(kQuestion.name) + big_endian(28) + big_endian(1)},
      {.question = labels(kQuestion.name) + big_endian(1) + big_endian(3)},
      // One label with dots in it reads like the name and is not.
      {.question = "\x1d" + kQuestion.name + "\0"s + big_endian(1) + big_endian(1)},
  };
  for (const Packet& packet : packets) {
    const auto answer = decoded(packet);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, k8s::Code::invalid);
  }
}

TEST(DnsMessage, pointers_that_go_forward_or_in_circles_are_refused) {
  const std::size_t first_answer = Packet{}.bytes().size();
  const auto to = [](std::size_t offset) { return big_endian(static_cast<std::uint16_t>(0xc000 | offset)); };
  for (const std::string& name : {to(first_answer), to(first_answer + 2), to(0x3fff), "\x01"s + "a" + to(first_answer),
                                  to(first_answer + 2) + to(first_answer)}) {
    EXPECT_FALSE(decoded({.answers = {record(name, 1, "\x0a\1\1\1")}}));
  }
  // The question's own name may not point at itself either.
  EXPECT_FALSE(decoded({.question = "\xc0\x0c"s + big_endian(1) + big_endian(1)}));
}

TEST(DnsMessage, reserved_label_types_and_wrong_lengths_are_refused) {
  EXPECT_FALSE(decoded({.answers = {record("\x40"
                                           "a"s +
                                               '\0',
                                           1, "\x0a\1\1\1")}}));
  EXPECT_FALSE(decoded({.answers = {record(kToQuestion, 1, "\x0a\1\1")}}));
  EXPECT_FALSE(decoded({.answers = {record(kToQuestion, 5, labels("a.b") + "more")}}));
}

TEST(DnsMessage, a_message_cut_anywhere_is_refused) {
  const std::string whole =
      Packet{.answers = {record(kToQuestion, 5, labels("other.local")), record(labels("other.local"), 1, "\x0a\1\1\1")}}
          .bytes();
  ASSERT_TRUE(decode_answer(whole, kId, kQuestion));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(decode_answer(std::string_view(whole).substr(0, size), kId, kQuestion)) << size;
  }
}

TEST(DnsMessage, no_damage_to_a_message_is_more_than_an_error) {
  const std::string whole =
      Packet{.answers = {record(kToQuestion, 1, "\x0a\1\1\1"), record(kToQuestion, 5, labels("o.l"))}}.bytes();
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string damaged = whole;
    for (int k = 0; k < 3; ++k) damaged[random() % damaged.size()] = static_cast<char>(random());
    (void)decode_answer(damaged, kId, kQuestion);
  }
}

}  // namespace
}  // namespace mongo::member::dns
