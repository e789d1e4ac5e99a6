// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <sstream>

#include "tests/sandbox/simmongod/process/processes.hpp"

namespace simmongod::testing {
namespace {

Document initiate() {
  Array members;
  for (int i = 0; i < 3; ++i) members.append(Document{{"_id", i}, {"host", host(i)}});
  // Shorter than by default: the first election of a set of three waits for it.
  return Document{
      {"replSetInitiate",
       Document{{"_id", "rs0"}, {"members", members}, {"settings", Document{{"electionTimeoutMillis", 1500}}}}}};
}

int primary_of(Client& client) {
  for (int i = 0; i < 3; ++i) {
    if (client.is_primary(i)) return i;
  }
  return -1;
}

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

TEST(Process, three_members_with_a_keyfile_keep_majority_writes_over_a_terminated_and_a_killed_primary) {
  Processes processes;
  Client client;
  for (int i = 0; i < 3; ++i) processes.start(i);
  ASSERT_TRUE(client.until(
      [&] {
        for (int i = 0; i < 3; ++i) {
          if (client.run(i, "admin", Document{{"ping", 1}}).empty()) return false;
        }
        return true;
      },
      10));
  const Document initiated = client.run(0, "admin", initiate());
  ASSERT_EQ(initiated.real("ok"), 1.0) << initiated.string("errmsg").value_or("");
  std::set<int> acknowledged;
  int next = 0;
  const auto write_some = [&](int primary) {
    for (int i = 0; i < 20; ++i) {
      const int id = next++;
      const Document reply =
          client.run(primary, "t",
                     Document{{"insert", "c"},
                              {"documents", Array{Document{{"_id", id}}}},
                              {"writeConcern", Document{{"w", "majority"}, {"j", true}, {"wtimeout", 8000}}}});
      const bool acked = reply.real("ok") == 1.0 && !reply.has("writeErrors") && !reply.has("writeConcernError");
      if (acked) acknowledged.insert(id);
    }
  };
  ASSERT_TRUE(client.until([&] { return primary_of(client) >= 0; }, 15));
  int primary = primary_of(client);
  write_some(primary);
  EXPECT_EQ(acknowledged.size(), 20u);

  processes.signal(primary, SIGTERM);
  EXPECT_EQ(processes.wait(primary), 0);
  ASSERT_TRUE(client.until([&] { return primary_of(client) >= 0; }, 10));
  const int second = primary_of(client);
  EXPECT_NE(second, primary);
  processes.start(primary);
  write_some(second);

  processes.signal(second, SIGKILL);
  processes.wait(second);
  ASSERT_TRUE(client.until([&] { return primary_of(client) >= 0 && primary_of(client) != second; }, 15));
  processes.start(second);
  primary = primary_of(client);
  write_some(primary);
  EXPECT_GE(acknowledged.size(), 60u);
  const Document found = client.run(primary, "t", Document{{"find", "c"}, {"batchSize", 1000}});
  std::set<int> kept;
  for (const auto& one : found.sub("cursor.firstBatch"))
    kept.insert(static_cast<int>(one.sub().number("_id").value_or(-1)));
  for (const int id : acknowledged) EXPECT_TRUE(kept.contains(id)) << id;
}

TEST(Process, a_data_directory_belongs_to_one_process_and_must_be_there) {
  Processes processes;
  processes.start(0);
  Client client;
  ASSERT_TRUE(client.until([&] { return !client.run(0, "admin", Document{{"ping", 1}}).empty(); }, 10));
  const std::string output = processes.directory() + "/second";
  EXPECT_EQ(
      processes.run({"--dbpath", processes.directory() + "/data0", "--port", "28999", "--bind_ip", address(1)}, output),
      100);
  EXPECT_NE(content_of(output).find("DBPathInUse"), std::string::npos);
  EXPECT_EQ(processes.run({"--dbpath", processes.directory() + "/none", "--bind_ip", address(1)}, output), 100);
}

TEST(Process, wrong_settings_end_it_with_the_recorded_codes) {
  Processes processes;
  const std::string output = processes.directory() + "/out";
  const auto write = [&](const std::string& name, const std::string& content, unsigned mode) {
    const std::string path = processes.directory() + "/" + name;
    std::ofstream(path) << content;
    std::filesystem::permissions(path, static_cast<std::filesystem::perms>(mode));
    return path;
  };
  EXPECT_EQ(processes.run({"--outputConfig", "-f", write("good", "net: {port: 27017}\n", 0600)}, output), 0);
  EXPECT_NE(content_of(output).find("port: 27017"), std::string::npos);
  EXPECT_EQ(processes.run({"--outputConfig", "-f", write("bad", "net: {prt: 27017}\n", 0600)}, output), 2);
  EXPECT_NE(content_of(output).find("Unrecognized option: net.prt"), std::string::npos);
  const std::string data = processes.directory();
  EXPECT_EQ(processes.run({"--dbpath", data, "--keyFile", write("open", kKey, 0644)}, output), 1);
  EXPECT_NE(content_of(output).find("\"code\":30"), std::string::npos);
  EXPECT_EQ(processes.run({"--dbpath", data, "--keyFile", write("odd", "abc!defgh", 0400)}, output), 1);
  EXPECT_NE(content_of(output).find("\"code\":12"), std::string::npos);
  EXPECT_EQ(processes.run({"--dbpath", data, "--keyFile", write("short", "abc", 0400)}, output), 1);
  EXPECT_EQ(processes.run({"--dbpath", data, "--setParameter", "noSuch=1"}, output), 1);
}

}  // namespace
}  // namespace simmongod::testing
