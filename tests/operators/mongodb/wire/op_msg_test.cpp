// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/wire/op_msg.hpp"

#include <gtest/gtest.h>

#include "operators/mongodb/wire/crc32c.hpp"
#include "operators/mongodb/wire/little_endian.hpp"

namespace mongo {
namespace {

Message ping() {
  return Message{.request_id = 7, .response_to = 0, .body = {{"ping", 1}, {"$db", "admin"}}};
}

std::string frame_of(std::uint32_t flags, std::string_view sections, std::int32_t op = kOpMsg) {
  std::string frame;
  append_uint32(frame, static_cast<std::uint32_t>(20 + sections.size()));
  append_int32(frame, 1);
  append_int32(frame, 2);
  append_int32(frame, op);
  append_uint32(frame, flags);
  return frame + std::string(sections);
}

std::string body_section(const bson::Document& document) {
  return std::string(1, '\0') + std::string(document.bytes());
}

std::string sequence_section(std::string_view name, const std::vector<bson::Document>& documents) {
  std::string content = std::string(name) + '\0';
  for (const bson::Document& document : documents) content += document.bytes();
  std::string section(1, '\1');
  append_uint32(section, static_cast<std::uint32_t>(content.size() + 4));
  return section + content;
}

TEST(OpMsg, a_message_survives_the_wire_with_and_without_checksum) {
  Message message = ping();
  message.more_to_come = true;
  message.exhaust_allowed = true;
  for (const Checksum checksum : {Checksum::absent, Checksum::present}) {
    const auto frame = encode(message, checksum);
    ASSERT_TRUE(frame);
    EXPECT_EQ(decode(*frame), k8s::Result<Message>(message));
  }
}

TEST(OpMsg, the_checksum_is_crc32c_and_one_changed_byte_is_noticed) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
  const std::string good = *encode(ping(), Checksum::present);
  for (std::size_t at = 4; at < good.size(); ++at) {
    if (at >= 16 && at < 20) continue;  // the flag that says there is a checksum
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    EXPECT_FALSE(decode(bad)) << at;
  }
}

TEST(OpMsg, document_sequences_are_read_as_arrays_of_the_body) {
  const bson::Document body{{"insert", "c"}};
  const std::string sequence = sequence_section("documents", {{{"_id", 1}}, {{"_id", 2}}});
  const bson::Document merged{{"insert", "c"},
                              {"documents", bson::Array{bson::Document{{"_id", 1}}, bson::Document{{"_id", 2}}}}};
  EXPECT_EQ(decode(frame_of(0, body_section(body) + sequence))->body, merged);
  EXPECT_EQ(decode(frame_of(0, sequence + body_section(body)))->body, merged);
}

TEST(OpMsg, malformed_messages_are_errors) {
  const std::string body = body_section({{"ping", 1}});
  const std::string sequence = sequence_section("documents", {{{"_id", 1}}});
  std::string many = body;
  for (int i = 0; i < 20; ++i) many += sequence_section("s" + std::to_string(i), {});
  std::string long_sequence = sequence;
  long_sequence[1] = static_cast<char>(long_sequence[1] + 1);
  const std::vector<std::string> bad = {
      frame_of(0, ""),                                   // no section
      frame_of(0, sequence),                             // no body
      frame_of(0, body + body),                          // two bodies
      frame_of(0, body + std::string(1, '\2')),          // unknown kind
      frame_of(0, body + sequence + sequence),           // the same name twice
      frame_of(0, body + sequence_section("ping", {})),  // a name that the body has
      frame_of(0, body + sequence_section("", {})),      // no name
      frame_of(0, body + long_sequence),                 // longer than the frame
      frame_of(0, body + std::string("\1\3\0\0\0", 5)),  // shorter than itself
      frame_of(0, body + std::string(1, '\1')),          // cut off
      frame_of(0, many),                                 // too many
      frame_of(4, body),                                 // a required flag nobody knows
      frame_of(1, std::string("ab")),                    // no room for the checksum
      frame_of(0, body, 2012),                           // compressed
      frame_of(0, body) + "x",                           // longer than it says
  };
  for (std::size_t i = 0; i < bad.size(); ++i) {
    const auto message = decode(bad[i]);
    ASSERT_FALSE(message) << i;
    EXPECT_EQ(message.error().code, k8s::Code::invalid) << i;
  }
  EXPECT_TRUE(decode(frame_of(1u << 20, body)));  // optional flags may be ignored
}

TEST(OpMsg, every_cut_of_a_frame_is_an_error_and_never_a_crash) {
  const std::string good = frame_of(0, body_section({{"a", "b"}}) + sequence_section("documents", {{{"_id", 1}}}));
  ASSERT_TRUE(decode(good));
  for (std::size_t size = 0; size < good.size(); ++size) {
    std::string cut = good.substr(0, size);
    EXPECT_FALSE(decode(cut));
    if (size < 20) continue;
    std::string length;
    append_uint32(length, static_cast<std::uint32_t>(size));
    cut.replace(0, 4, length);
    // A cut between two sections is a smaller message; anywhere else it is malformed.
    const auto message = decode(cut);
    EXPECT_TRUE(!message || message->body == (bson::Document{{"a", "b"}})) << size;
  }
}

TEST(OpMsg, a_message_above_the_limit_is_not_encoded) {
  const Message message{.body = {{"x", std::string(kMaxMessageBytes, 'x')}}};
  EXPECT_EQ(encode(message).error().code, k8s::Code::invalid);
}

TEST(FrameReader, every_split_of_the_stream_gives_the_same_frames) {
  const std::string first = *encode(ping());
  const std::string second = *encode(Message{.request_id = 8, .body = {{"hello", 1}}}, Checksum::present);
  const std::string stream = first + second + first;
  for (std::size_t a = 0; a <= stream.size(); ++a) {
    for (std::size_t b = a; b <= stream.size(); b += 7) {
      FrameReader reader;
      std::vector<std::string> frames;
      for (const std::string& part : {stream.substr(0, a), stream.substr(a, b - a), stream.substr(b)}) {
        reader.feed(part);
        for (auto frame = reader.next(); frame && *frame; frame = reader.next()) frames.push_back(**frame);
      }
      ASSERT_EQ(frames, (std::vector<std::string>{first, second, first})) << a << " " << b;
      EXPECT_EQ(reader.pending(), 0u);
    }
  }
}

TEST(FrameReader, an_impossible_length_is_an_error_ever_after) {
  for (const std::uint32_t size : {0u, 15u, 48'000'001u, 0xFFFFFFFFu}) {
    FrameReader reader;
    std::string header;
    append_uint32(header, size);
    reader.feed(header);
    EXPECT_FALSE(reader.next());
    reader.feed(*encode(ping()));
    EXPECT_FALSE(reader.next());
  }
}

}  // namespace
}  // namespace mongo
