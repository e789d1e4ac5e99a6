// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/member/files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "operators/mongodb/member/log_line.hpp"

namespace mongo::member {
namespace {

struct Folder {
  std::string path = ::testing::TempDir() + "member-files-" + std::to_string(::getpid());
  Folder() {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

mode_t mode_of(const std::string& path) {
  struct stat info = {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
}

TEST(Files, a_file_is_put_in_place_with_exactly_its_mode_whatever_the_umask) {
  const Folder folder;
  const mode_t before = ::umask(0377);
  const auto put = put_file(folder.path + "/keyfile", "secret", 0400);
  const auto program = put_file(folder.path + "/program", "binary", 0555);
  ::umask(before);
  ASSERT_TRUE(put && program);
  EXPECT_EQ(mode_of(folder.path + "/keyfile"), 0400u);
  EXPECT_EQ(mode_of(folder.path + "/program"), 0555u);
  EXPECT_EQ(read_file(folder.path + "/keyfile"), k8s::Result<std::string>("secret"));
}

TEST(Files, a_file_that_is_there_and_a_rest_of_a_killed_run_are_replaced) {
  const Folder folder;
  ASSERT_TRUE(put_file(folder.path + "/keyfile", "old", 0400));
  ASSERT_TRUE(put_file(folder.path + "/keyfile.new", "half", 0400));
  ASSERT_TRUE(put_file(folder.path + "/keyfile", "new", 0400));
  EXPECT_EQ(read_file(folder.path + "/keyfile"), k8s::Result<std::string>("new"));
  EXPECT_FALSE(std::filesystem::exists(folder.path + "/keyfile.new"));
}

TEST(Files, what_is_missing_or_too_large_is_said) {
  const Folder folder;
  EXPECT_EQ(read_file(folder.path + "/nothing").error().code, k8s::Code::not_found);
  ASSERT_TRUE(put_file(folder.path + "/large", std::string(100, 'x'), 0400));
  EXPECT_EQ(read_file(folder.path + "/large", 99).error().code, k8s::Code::invalid);
  EXPECT_EQ(put_file(folder.path + "/no/folder", "x", 0400).error().code, k8s::Code::not_found);
}

TEST(LogLine, a_line_is_one_json_object_like_mongods_own) {
  EXPECT_EQ(log_line(k8s::Wall{}, "start", k8s::LogLevel::warning, "a \"b\"", {{"path", "/x\\y\n\x01"}}),
            R"({"t":{"$date":"1970-01-01T00:00:00.000000Z"},"s":"W","c":"SAGONG","ctx":"start","msg":"a \"b\"",)"
            R"("attr":{"path":"/x\\y\n\u0001"}})");
  EXPECT_EQ(log_line(k8s::Wall{}, "x", k8s::LogLevel::info, "m", {}),
            R"({"t":{"$date":"1970-01-01T00:00:00.000000Z"},"s":"I","c":"SAGONG","ctx":"x","msg":"m"})");
}

}  // namespace
}  // namespace mongo::member
