// SPDX-License-Identifier: Apache-2.0
// How does a run of writers go from its first to its last write?
#pragma once

#include <cstdint>
#include <string>

#include "libk8s/base/secret_bytes.hpp"

namespace e2e::writer {

struct Target {
  std::string members_path;
  std::string keyfile_path;
  std::string database = "sagong";
  std::string collection = "writer";
  std::string log_path;
};

struct RunOptions {
  Target target;
  std::int64_t seconds = 0;  // 0: until SIGTERM, SIGINT or the end of standard input
  bool until_stdin_closes = false;
  std::int64_t rate = 100;  // writes per second of all writers together; 0: as fast as they can
  int writers = 4;
  bool counter = false;
};

// The exit code: 0 once every write has an outcome in the log, 2 when it could not begin. Prints one JSON line of
// counts.
int run_writers(const RunOptions& options);

// Reads every member, compares with the log, prints JSON. 0: clean; 1: something lost, phantom or duplicate; 2: not all
// could be read. Waits until the members are equal, `settle_seconds` at most.
int run_check(const Target& target, std::int64_t settle_seconds);

// The counter of a run is one document of the collection "<collection>_counter".
std::string counter_collection(const Target& target);

// The first key of the keyfile; prints why not and gives an empty one.
k8s::SecretBytes read_key(const std::string& path);

}  // namespace e2e::writer
