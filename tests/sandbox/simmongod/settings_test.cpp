// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/io/settings.hpp"

#include <gtest/gtest.h>

namespace simmongod {
namespace {

std::variant<Settings, BadSettings> from_file(const std::string& content, std::vector<std::string> more = {}) {
  std::vector<std::string> words{"-f", "mongod.conf"};
  words.insert(words.end(), more.begin(), more.end());
  return parse_settings(words, [&content](const std::string&, std::string&) { return std::optional(content); });
}

std::string line_of(const std::variant<Settings, BadSettings>& parsed) {
  const auto* bad = std::get_if<BadSettings>(&parsed);
  return bad == nullptr ? "" : bad->line;
}

TEST(Settings, an_operators_json_configuration_is_yaml_too) {
  const auto parsed = from_file(R"({"net": {"port": 27017, "bindIp": "10.0.0.1,127.0.0.1"},
    "replication": {"replSetName": "rs0"}, "storage": {"dbPath": "/data/db",
    "wiredTiger": {"engineConfig": {"cacheSizeGB": 0.25}}},
    "security": {"keyFile": "/k", "authorization": "enabled"},
    "setParameter": {"enableLocalhostAuthBypass": false}})");
  ASSERT_EQ(line_of(parsed), "");
  const auto& settings = std::get<Settings>(parsed);
  EXPECT_EQ(settings.number("net.port", 0), 27017);
  EXPECT_EQ(settings.text("replication.replSetName"), "rs0");
  EXPECT_EQ(settings.parameters.at("enableLocalhostAuthBypass"), "false");
}

TEST(Settings, the_recorded_errors_are_told_word_for_word) {
  EXPECT_EQ(line_of(from_file("net:\n  prt: 27017\n")), "Unrecognized option: net.prt");
  EXPECT_TRUE(line_of(from_file("net:\n\tport: 1\n")).starts_with("Error parsing YAML config file: "));
  EXPECT_TRUE(line_of(from_file("net:\n  port: abc\n")).starts_with("Error parsing option \"net.port\" as int: "));
}

TEST(Settings, the_command_line_is_shown_as_the_server_shows_it) {
  const auto parsed =
      parse_settings({"--dbpath", "/data/db", "--port", "27100", "--logpath", "/l", "--logappend", "--replSet", "rs0",
                      "--setParameter", "enableTestCommands=0", "--wiredTigerCacheSizeGB", "0.25"},
                     {});
  ASSERT_EQ(line_of(parsed), "");
  const auto document = std::get<Settings>(parsed).parsed();
  EXPECT_EQ(document.string("replication.replSet"), "rs0");
  EXPECT_EQ(document.string("setParameter.enableTestCommands"), "0");
  EXPECT_EQ(document.string("systemLog.destination"), "file");
  EXPECT_EQ(document.real("storage.wiredTiger.engineConfig.cacheSizeGB"), 0.25);
}

TEST(Settings, an_unknown_flag_is_refused) {
  EXPECT_NE(line_of(parse_settings({"--nosuch"}, {})), "");
  EXPECT_NE(line_of(parse_settings({"--port"}, {})), "");
}

}  // namespace
}  // namespace simmongod
