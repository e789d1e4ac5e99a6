// SPDX-License-Identifier: Apache-2.0
// What does a member ask of the world, and how is it started? All its effects are values that somebody else carries
// out.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "libk8s/base/clock.hpp"
#include "libk8s/base/secret_bytes.hpp"
#include "operators/mongodb/wire/bson.hpp"
#include "sandbox/simmongod/flavor.hpp"

namespace simmongod {

namespace bson = mongo::bson;

// The time of one input. Nothing inside asks for the time by itself.
struct Now {
  k8s::Monotonic monotonic{};
  k8s::Wall wall{};
};

using ConnectionId = std::uint64_t;

struct ReplyTo {
  ConnectionId connection = 0;
  std::int32_t request = 0;

  bool operator==(const ReplyTo&) const = default;
};

// A connection answers in order: what may wait for seconds has one of its own.
enum class Channel { control, fetch, position };

namespace output {

struct Reply {
  ReplyTo to;
  bson::Document body;
};
// Answered by Mongod::peer_replied(token, …), exactly once.
struct PeerRequest {
  std::uint64_t token = 0;
  std::string host;
  Channel channel = Channel::control;
  std::string db;
  bson::Document body;
  k8s::Millis timeout{};
};
// Which of these hosts is this process? Answered by Mongod::self_found(token, index or -1).
struct FindSelf {
  std::uint64_t token = 0;
  std::vector<std::string> hosts;
};
enum class Durability { buffered, synced };
// One record at the end of the journal. Outputs after a synced one happen after it is on disk.
struct Append {
  bson::Document record;
  Durability durability = Durability::buffered;
};
struct LogLine {
  std::string text;
};
struct Exit {
  int code = 0;
};

}  // namespace output

using Output =
    std::variant<output::Reply, output::PeerRequest, output::FindSelf, output::Append, output::LogLine, output::Exit>;

struct Options {
  // Empty: a server of its own, without a replica set.
  std::string set_name;
  // "hostname:port", as serverStatus shows it.
  std::string host_text = "localhost:27017";
  std::uint16_t port = 27017;
  std::int64_t pid = 1;
  // Keys of the keyfile; authentication is on when there is one, or when `authorization` says so.
  std::vector<k8s::SecretBytes> keys;
  bool authorization = false;
  Flavor flavor;
  std::vector<std::string> argv;
  // getCmdLineOpts.parsed
  bson::Document parsed;
  // --setParameter
  bson::Document parameters;
  std::size_t oplog_bytes = std::size_t{256} * 1024 * 1024;
  // How long an initial sync takes at least.
  k8s::Millis initial_sync_min{300};
  int scram_sha_1_iterations = 10000;
  int scram_sha_256_iterations = 15000;
};

}  // namespace simmongod
