// SPDX-License-Identifier: Apache-2.0
// How does a member's container become mongod? Runs on a read-only root file system as the image's mongodb user.
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "operators/mongodb/member/dns_client.hpp"
#include "operators/mongodb/member/files.hpp"
#include "operators/mongodb/member/log_line.hpp"
#include "operators/mongodb/member/mongod_command.hpp"
#include "operators/mongodb/member/resolv_conf.hpp"
#include "operators/mongodb/member/subcommands.hpp"
#include "operators/mongodb/wire/keyfile.hpp"

namespace mongo::member {
namespace {

class RealSleeper final : public Sleeper {
 public:
  void sleep(k8s::Millis duration) override { std::this_thread::sleep_for(duration); }
};

// The first process of a container ignores SIGTERM unless it says otherwise, and the wait may be long. mongod sets its
// own handlers; exec resets this one.
void end_when_told() {
  struct sigaction action = {};
  action.sa_handler = [](int signal) { ::_exit(128 + signal); };
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
}

k8s::Result<void> copy_keyfile(const StartOptions& options) {
  const auto content = read_secret_file(options.keyfile_source);
  if (!content) return content.error();
  // mongod would stop with code 30 or 12 and a long log; this says it in one line.
  if (const auto keys = parse_keyfile(*content); !keys) return k8s::in_context(options.keyfile_source, keys.error());
  return put_file(options.keyfile, content->expose(), 0400);
}

void wait_for_own_name(const HostPort& host, const IpAddress& pod, const k8s::Clock& clock, k8s::Log& log) {
  const auto resolv_conf = read_file("/etc/resolv.conf");
  DnsClient dns(nameservers(resolv_conf ? *resolv_conf : std::string()), clock);
  RealSleeper sleeper;
  const auto result = wait_for_name({.host = host.host, .wanted = pod}, dns, sleeper, clock, log);
  const std::string waited = std::to_string(result.waited.count());
  if (result.resolved) {
    log.info("the member's name leads to this pod",
             {{"host", host.host}, {"address", result.last_seen}, {"waitedMillis", waited}});
  } else {
    log.error(
        "THE MEMBER'S NAME DOES NOT LEAD TO THIS POD: starting mongod anyway; until it does, this member cannot find "
        "itself "
        "in the replica set (state REMOVED). Look at the Service of that name and at the cluster's DNS",
        {{"host", host.host}, {"want", to_text(pod)}, {"got", result.last_seen}, {"waitedMillis", waited}});
  }
}

// Does not return unless it fails.
int become(const std::vector<std::string>& command, k8s::Log& log) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments.front(), arguments.data());
  const int number = errno;
  log.error("mongod could not be run", {{"program", command.front()}, {"error", std::strerror(number)}});
  return number == ENOENT ? kExitNotFound : kExitCannotRun;
}

}  // namespace

std::string find_mongod() {
  const char* path = std::getenv("PATH");
  for (const std::string& candidate : mongod_candidates(path == nullptr ? "" : path)) {
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return {};
}

int start(const StartOptions& options, const k8s::Clock& clock) {
  StderrLog log(clock, "start");
  end_when_told();
  const auto host = parse_host_port(options.host);
  const auto pod = parse_address(options.pod_ip);
  if (!host || !pod) {
    log.error("wrong usage: --host takes NAME:PORT, and the environment's POD_IP an address",
              {{"host", options.host}, {"POD_IP", options.pod_ip}});
    return 2;
  }
  const std::string mongod = find_mongod();
  if (mongod.empty()) {
    log.error("this image has no mongod on its PATH or in /usr/bin: use a MongoDB server image", {});
    return kExitNotFound;
  }
  if (const auto copied = copy_keyfile(options); !copied) {
    log.error("the keyfile could not be put in place", {{"error", k8s::to_string(copied.error())}});
    return 1;
  }
  log.info("the keyfile is in place", {{"path", options.keyfile}});

  wait_for_own_name(*host, *pod, clock, log);

  const Peer loopback{.address = loopback_like(*pod), .port = host->port};
  const std::string claim = "sagong-member/" + to_text(loopback.address) + ":" + std::to_string(loopback.port);
  const bool loopback_is_free = loopback.address != *pod && claim_until_exit(claim) && is_free_to_bind(loopback);
  const auto command = mongod_command(mongod, options.config, *pod, loopback_is_free);
  std::string text;
  for (const std::string& word : command) text += (text.empty() ? "" : " ") + word;
  log.info("starting mongod", {{"command", text}});
  return become(command, log);
}

int preflight(const std::string& config, const k8s::Clock& clock) {
  StderrLog log(clock, "preflight");
  const std::string mongod = find_mongod();
  if (mongod.empty()) {
    log.error("this image has no mongod on its PATH or in /usr/bin: use a MongoDB server image", {});
    return kExitNotFound;
  }
  if (const std::string problem = try_mongod(mongod); !problem.empty()) {
    log.error(problem, {{"program", mongod}});
    return kExitCannotRun;
  }
  return become({mongod, "--config", config, "--outputConfig"}, log);
}

}  // namespace mongo::member
