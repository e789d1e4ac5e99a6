// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/member/mongod_command.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <csignal>

namespace mongo::member {

std::vector<std::string> mongod_candidates(std::string_view path) {
  std::vector<std::string> found;
  const auto add = [&](std::string_view folder) {
    if (!folder.starts_with('/')) return;
    std::string candidate = std::string(folder) + (folder.ends_with('/') ? "mongod" : "/mongod");
    if (std::find(found.begin(), found.end(), candidate) == found.end()) found.push_back(std::move(candidate));
  };
  while (!path.empty()) {
    const std::size_t colon = path.find(':');
    add(path.substr(0, colon));
    path = colon == std::string_view::npos ? std::string_view{} : path.substr(colon + 1);
  }
  add("/usr/bin");
  return found;
}

IpAddress loopback_like(const IpAddress& pod) {
  return *parse_address(pod.is_v6() ? "::1" : "127.0.0.1");
}

std::vector<std::string> mongod_command(const std::string& mongod, const std::string& config, const IpAddress& pod,
                                        bool loopback_is_free) {
  std::string bind = to_text(pod);
  const IpAddress loopback = loopback_like(pod);
  if (loopback_is_free && loopback != pod) bind += "," + to_text(loopback);
  std::vector<std::string> command{mongod, "--config", config, "--bind_ip", bind};
  if (pod.is_v6()) command.emplace_back("--ipv6");
  return command;
}

std::string why_it_does_not_run(int wait_status, std::string_view output) {
  std::string said(output);
  while (!said.empty() && (said.back() == '\n' || said.back() == ' ')) said.pop_back();
  if (!said.empty()) said = ": " + said;
  if (WIFSIGNALED(wait_status)) {
    const int signal = WTERMSIG(wait_status);
    if (signal == SIGILL) {
      return "mongod needs CPU instructions that this node does not have (MongoDB 5.0 and later need AVX)" + said;
    }
    if (signal == SIGKILL) return "mongod was killed, perhaps for lack of memory" + said;
    return "mongod ended with signal " + std::to_string(signal) + said;
  }
  if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0) return {};
  return "mongod --version ended with exit code " + std::to_string(WEXITSTATUS(wait_status)) + said;
}

}  // namespace mongo::member
