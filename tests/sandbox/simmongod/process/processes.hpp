// SPDX-License-Identifier: Apache-2.0
// Real sagong-simmongod processes on loopback addresses of their own, and a client that waits for its answers.
#pragma once

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libk8s/base/system_clock.hpp"
#include "operators/mongodb/wire/connection.hpp"

namespace simmongod::testing {

using mongo::bson::Array;
using mongo::bson::Document;

inline const std::string kKey = "c2Fnb25nLXNpbW1vbmdvZC10ZXN0LWtleQ==";

// Addresses that no other test process uses at the same time.
inline std::string address(int member) {
  const int pid = ::getpid();
  return "127." + std::to_string(16 + (pid >> 12) % 200) + "." + std::to_string((pid >> 4) & 0xff) + "." +
         std::to_string((pid & 0xf) * 8 + member + 1);
}
constexpr int kPort = 28917;
inline std::string host(int member) {
  return address(member) + ":" + std::to_string(kPort);
}

class Processes {
 public:
  Processes() {
    char pattern[] = "/tmp/simmongod-test-XXXXXX";
    directory_ = ::mkdtemp(pattern);
    std::ofstream(directory_ + "/key") << kKey << '\n';
    std::filesystem::permissions(directory_ + "/key", std::filesystem::perms::owner_read);
  }
  ~Processes() {
    for (const auto& [member, pid] : pids_) {
      ::kill(pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
    }
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;

  const std::string& directory() const { return directory_; }

  void start(int member) {
    const std::string data = directory_ + "/data" + std::to_string(member);
    std::filesystem::create_directories(data);
    pids_[member] =
        spawn({"--replSet", "rs0", "--port", std::to_string(kPort), "--bind_ip", address(member), "--dbpath", data,
               "--keyFile", directory_ + "/key", "--setParameter", "enableLocalhostAuthBypass=false", "--setParameter",
               "shutdownTimeoutMillisForSignaledShutdown=300"},
              directory_ + "/log" + std::to_string(member));
  }
  void signal(int member, int number) { ::kill(pids_.at(member), number); }
  // The exit code; -1 for a death by signal.
  int wait(int member) { return wait_for(std::exchange(pids_[member], 0), member); }

  // Runs to its end.
  int run(const std::vector<std::string>& arguments, const std::string& output) {
    return wait_for(spawn(arguments, output), -1);
  }

 private:
  static pid_t spawn(const std::vector<std::string>& arguments, const std::string& output) {
    const std::string program = std::string(SAGONG_BINARY_DIR) + "/bin/sagong-simmongod";
    std::vector<std::string> words{program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    pid_t pid = 0;
    posix_spawn(&pid, program.c_str(), &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
  }
  int wait_for(pid_t pid, int member) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    pids_.erase(member);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  std::string directory_;
  std::map<int, pid_t> pids_;
};

// One connection per member, as __system; commands one at a time. Empty: no answer.
class Client {
 public:
  Document run(int member, const std::string& db, const Document& body) {
    if (!connections_.contains(member)) open(member);
    Document out;
    bool done = false;
    connections_.at(member)->run({.db = db, .body = body, .intent = mongo::Intent::write, .deadline = in(10)},
                                 [&](const k8s::Result<Document>& reply) {
                                   if (reply) out = *reply;
                                   done = true;
                                 });
    loop_.restart();
    while (!done) loop_.run_one();
    if (out.empty()) connections_.erase(member);
    return out;
  }
  bool until(const std::function<bool()>& holds, int seconds) {
    const auto deadline = in(seconds);
    while (!holds()) {
      if (clock_.monotonic() > deadline) return false;
      ::usleep(20'000);
    }
    return true;
  }
  bool is_primary(int member) { return run(member, "admin", Document{{"hello", 1}}).flag("isWritablePrimary"); }

 private:
  k8s::Monotonic in(int seconds) const { return clock_.monotonic() + k8s::Seconds(seconds); }
  void open(int member) {
    mongo::LinkOptions options{.endpoint = {.host = address(member), .port = kPort},
                               .identity = mongo::Identity::system(k8s::SecretBytes(kKey))};
    connections_[member] = std::make_unique<mongo::Connection>(context_, options);
    connections_[member]->open(in(10), [](const k8s::Result<void>&) {});
  }

  boost::asio::io_context loop_;
  k8s::SystemClock clock_;
  mongo::ThreadWorkerPool pool_{loop_};
  mongo::KeyDeriver keys_{pool_};
  mongo::WireContext context_{.loop = loop_, .clock = clock_, .keys = keys_};
  std::map<int, std::unique_ptr<mongo::Connection>> connections_;
};

}  // namespace simmongod::testing
