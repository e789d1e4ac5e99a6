// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/replica_set/last_words.hpp"

#include <gtest/gtest.h>

namespace mongodb {
namespace {

TEST(LastWords, the_last_failure_counts_and_not_the_farewell_after_it) {
  EXPECT_EQ(last_words(R"({"t":{"$date":"2026-11-21T17:31:54.5Z"},"s":"I","c":"CONTROL","msg":"MongoDB starting"}
)"
                       R"({"s":"E","c":"CONTROL","msg":"DBException in initAndListen, terminating",)"
                       R"("attr":{"error":"DBPathInUse: Unable to lock the lock file"}}
)"
                       R"({"t":{"$date":"2026-11-21T17:31:54.7Z"},"s":"I","msg":"Shutting down","attr":{"exitCode":100}}
)"),
            "DBException in initAndListen, terminating: DBPathInUse: Unable to lock the lock file");
}

TEST(LastWords, an_error_that_is_a_document_is_told_by_its_errmsg) {
  EXPECT_EQ(last_words(R"({"s":"E","msg":"Error setting up listener",)"
                       R"("attr":{"error":{"code":9001,"errmsg":"Address already in use"}}})"),
            "Error setting up listener: Address already in use");
}

TEST(LastWords, without_a_failure_the_last_line_counts) {
  EXPECT_EQ(last_words("{\"s\":\"I\",\"msg\":\"starting\"}\nUnrecognized option: net.prt\ntry --help\n\n"),
            "Unrecognized option: net.prt; try --help");
  EXPECT_EQ(last_words("one\n{\"s\":\"I\",\"msg\":\"two\"}"), "two");
}

TEST(LastWords, a_line_whose_beginning_was_cut_off_is_taken_as_it_is) {
  EXPECT_EQ(last_words("\",\"msg\":\"x\"}"), "\",\"msg\":\"x\"}");
  EXPECT_EQ(last_words("{\"msg\":\"x"), "{\"msg\":\"x");
}

TEST(LastWords, the_same_failure_gives_the_same_words_at_any_time) {
  const auto at = [](const char* time) {
    return last_words(std::string("{\"t\":{\"$date\":\"") + time + "\"},\"s\":\"F\",\"msg\":\"broken\"}");
  };
  EXPECT_EQ(at("2026-11-21T17:31:54Z"), at("2026-11-21T17:35:54Z"));
}

TEST(LastWords, they_are_short_and_do_not_end_inside_a_character) {
  std::string words = last_words("x" + std::string(398, 'x') + "사공");
  EXPECT_EQ(words, std::string(399, 'x') + "…");
  EXPECT_EQ(last_words(""), "");
  EXPECT_EQ(last_words("\n \n"), "");
}

}  // namespace
}  // namespace mongodb
