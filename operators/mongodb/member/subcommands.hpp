// SPDX-License-Identifier: Apache-2.0
// What can sagong-member do? One function per subcommand; each returns the exit code, or does not return because it has
// become mongod. Who calls which, when: operators/mongodb/manifests/member.cpp.
#pragma once

#include <string>

#include "libk8s/base/clock.hpp"
#include "operators/mongodb/member/verdicts.hpp"

namespace mongo::member {

// As a shell says it: there is no such program, and there is one but it cannot be run.
inline constexpr int kExitNotFound = 127;
inline constexpr int kExitCannotRun = 126;

// Init container: this very program to `destination`, mode 0555.
int install(const std::string& destination, const k8s::Clock& clock);

struct StartOptions {
  std::string host;  // "orders-0.databases.svc.cluster.local:27017": this member in the replica set configuration
  std::string config;
  std::string keyfile_source;  // as the Secret volume shows it: of root, with a group bit
  std::string keyfile;         // as mongod wants it: its own, mode 0400, in memory
  std::string pod_ip;
};
// The mongod container: keyfile, wait for the name, bind list, then exec mongod. Never touches the data directory.
int start(const StartOptions& options, const k8s::Clock& clock);

// The preflight pod: exec `mongod --outputConfig`, which exits 0 or 2 with one line. The keyfile that the configuration
// names is not there, and --outputConfig does not look. Says nothing itself unless mongod does not run at all: the
// pod's log is its termination message.
int preflight(const std::string& config, const k8s::Clock& clock);

// Exit code 0 or 1 and one line on standard output.
int probe(Probe question, const std::string& pod_ip, const k8s::Clock& clock);

// Before SIGTERM: a primary hands over. Always 0, because a failing hook changes nothing about the pod's end.
int prestop(const std::string& keyfile, const std::string& pod_ip, const k8s::Clock& clock);

// The first mongod of PATH or /usr/bin that may be run; empty when there is none.
std::string find_mongod();
// Runs `mongod --version`: empty when it works, else why not, in a sentence.
std::string try_mongod(const std::string& mongod);

}  // namespace mongo::member
