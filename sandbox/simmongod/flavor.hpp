// SPDX-License-Identifier: Apache-2.0
// Which server version does the double play, and what differs by version?
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace simmongod {

struct Flavor {
  std::string version = "7.0.14";
  std::array<int, 3> numbers = {7, 0, 14};
  int max_wire_version = 21;
  // Newest first; the first one is what a new set starts with.
  std::vector<std::string> feature_versions = {"7.0", "6.0"};
  // 5.0: slaveDelay became secondaryDelaySecs.
  std::string delay_field = "secondaryDelaySecs";
  // 5.0: a write without a concern is w: majority, unless arbiters make that unsafe.
  bool implicit_majority = true;
  // 6.1: journaling cannot be turned off, replSetGetStatus and hello are otherwise alike. 7.1 renamed code 64.
  bool timeout_has_new_name = false;
  // The recordings' 4.9 development server: internal collections and texts of its own.
  bool development_49 = false;

  bool operator==(const Flavor&) const = default;
};

// "7.0.14", "8.0.4-rc0" …; nothing when it is not a version this double knows (4.4 and later).
std::optional<Flavor> flavor_of(std::string_view version);

// What the recordings in facts/mongod were made with.
Flavor recorded_flavor();

}  // namespace simmongod
