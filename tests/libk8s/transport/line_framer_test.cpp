// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "libk8s/transport/line_framer.hpp"

namespace k8s {
namespace {

std::vector<std::string> lines_of(LineFramer& framer, std::string_view bytes) {
  std::vector<std::string> lines;
  for (;;) {
    const auto line = framer.next(bytes);
    EXPECT_TRUE(line);
    if (!line || !*line) return lines;
    lines.emplace_back(**line);
  }
}

TEST(LineFramer, every_way_to_cut_the_stream_gives_the_same_documents) {
  const std::string stream = "{\"a\":1}\n\n{\"b\":\"x\"}\r\n{}\n";
  for (std::size_t first = 0; first <= stream.size(); ++first) {
    for (std::size_t second = first; second <= stream.size(); ++second) {
      LineFramer framer;
      std::vector<std::string> lines;
      for (const std::string& part :
           {stream.substr(0, first), stream.substr(first, second - first), stream.substr(second)}) {
        for (std::string& line : lines_of(framer, part)) lines.push_back(std::move(line));
      }
      ASSERT_EQ(lines, (std::vector<std::string>{"{\"a\":1}", "{\"b\":\"x\"}", "{}"})) << first << " " << second;
      ASSERT_EQ(framer.pending(), 0u);
    }
  }
}

TEST(LineFramer, only_the_unfinished_document_is_kept) {
  LineFramer framer;
  EXPECT_EQ(lines_of(framer, "one\ntwo\nthr"), (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(framer.pending(), 3u);
  EXPECT_EQ(lines_of(framer, "ee\n"), (std::vector<std::string>{"three"}));
  EXPECT_EQ(framer.pending(), 0u);
}

TEST(LineFramer, a_whole_document_is_a_view_into_the_input) {
  LineFramer framer;
  const std::string bytes = "whole\n";
  std::string_view input = bytes;
  const auto line = framer.next(input);
  ASSERT_TRUE(line && *line);
  EXPECT_EQ((*line)->data(), bytes.data());
}

TEST(LineFramer, a_document_above_the_cap_is_an_error_whether_or_not_its_end_has_come) {
  for (const char* bytes : {"123456789", "123456789\n"}) {
    LineFramer framer(8);
    std::string_view input = bytes;
    const auto line = framer.next(input);
    ASSERT_FALSE(line);
    EXPECT_EQ(line.error(), (Error{.code = Code::internal, .message = "a watch event is longer than 8 bytes"}));
  }
  LineFramer framer(8);
  EXPECT_EQ(lines_of(framer, "12345678\n1234"), (std::vector<std::string>{"12345678"}));
  std::string_view more = "56789";
  EXPECT_FALSE(framer.next(more));
}

TEST(LineFramer, a_long_document_in_single_bytes_takes_linear_time) {
  LineFramer framer;
  std::size_t lines = 0;
  for (std::size_t i = 0; i < (8u << 20); ++i) lines += lines_of(framer, "x").size();
  lines += lines_of(framer, "\n").size();
  EXPECT_EQ(lines, 1u);
}

}  // namespace
}  // namespace k8s
