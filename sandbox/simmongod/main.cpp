// SPDX-License-Identifier: Apache-2.0
// sagong-simmongod: a double of mongod, for demos and tests where no real one is at hand.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "sandbox/simmongod/io/server.hpp"
#include "sandbox/simmongod/io/startup.hpp"

namespace {

using namespace simmongod;

std::optional<std::string> read_file(const std::string& path, std::string& why) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    why = "No such file or directory";
    return {};
  }
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> out;
  std::stringstream rest(list);
  for (std::string one; std::getline(rest, one, ',');) {
    const std::size_t first = one.find_first_not_of(' ');
    if (first != std::string::npos) out.push_back(one.substr(first, one.find_last_not_of(' ') - first + 1));
  }
  return out;
}

int serve(const Settings& settings, const std::vector<std::string>& argv, const std::string& version) {
  LogSink log;
  if (const auto path = settings.text("systemLog.path");
      path && !log.open(*path, settings.flag("systemLog.logAppend"))) {
    std::cerr << "Failed to open " << *path << '\n';
    return 1;
  }
  auto options = make_options(settings, version, log);
  if (!options) return 1;
  options->argv = argv;
  log.say({'I', "CONTROL", 4615611, "MongoDB starting"},
          mongo::bson::Document{
              {"pid", options->pid}, {"port", static_cast<int>(options->port)}, {"double", "sagong-simmongod"}});
  const std::string directory = settings.text("storage.dbPath").value_or("/data/db");
  DirectoryLock lock;
  if (!lock.take(directory, log)) return 100;
  const auto port = static_cast<int>(options->port);
  Server server(*std::move(options), log);
  if (const auto opened = server.open_journal(directory); !opened) {
    log.say({'E', "STORAGE", 20557, "DBException in initAndListen, terminating"},
            mongo::bson::Document{{"error", opened.error().message}});
    return 100;
  }
  auto addresses = split(settings.text("net.bindIp").value_or("localhost"));
  if (settings.flag("net.bindIpAll")) addresses = {"0.0.0.0"};
  for (std::string& address : addresses) address = address == "*" ? "0.0.0.0" : address;
  if (const auto listening = server.listen(addresses); !listening) {
    log.say({'E', "CONTROL", 20568, "Error setting up listener"},
            mongo::bson::Document{{"error", listening.error().message}});
    return 48;
  }
  log.say({'I', "NETWORK", 23016, "Waiting for connections"}, mongo::bson::Document{{"port", port}, {"ssl", "off"}});
  return server.run();
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv, argv + argc);
  const char* const chosen = std::getenv("MONGO_VERSION");
  const std::string version = chosen == nullptr || *chosen == '\0' ? "7.0.14" : chosen;
  const auto parsed = parse_settings({words.begin() + 1, words.end()}, read_file);
  if (const auto* bad = std::get_if<BadSettings>(&parsed)) {
    std::cerr << bad->line << "\ntry '" << words.front() << " --help' for more information\n";
    return 2;
  }
  const auto& settings = std::get<Settings>(parsed);
  if (settings.help) {
    std::cout << "sagong-simmongod: answers as a mongod replica set member does; takes mongod's options and "
                 "configuration file.\n"
                 "The version it claims comes from MONGO_VERSION (7.0.14).\n";
    return 0;
  }
  if (settings.version) {
    std::cout << "db version v" << version << "\nBuild Info: {\n    \"version\": \"" << version
              << "\",\n    \"gitVersion\": \"sagong-simmongod\"\n}\n";
    return 0;
  }
  if (settings.output_config) {
    std::cout << settings.yaml();
    return 0;
  }
  return serve(settings, words, version);
}
