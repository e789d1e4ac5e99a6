// SPDX-License-Identifier: Apache-2.0
// The recorded cases, put to the double in the same topology: reads the files, prepares each command, remembers what
// differed.
#pragma once

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "operators/mongodb/wire/bson_edit.hpp"
#include "operators/mongodb/wire/bson_json.hpp"
#include "sandbox/simmongod/io/settings.hpp"
#include "sandbox/simmongod/world/world.hpp"
#include "tests/sandbox/simmongod/replay/comparison.hpp"

namespace simmongod::replay {

using bson::Array;
using bson::Document;

inline std::string read_text(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

inline const std::string kFacts = std::string(SAGONG_SOURCE_DIR) + "/tests/sandbox/simmongod/facts/";

inline std::string host(std::int64_t member) {
  return "127.0.0.1" + std::to_string(member) + ":2710" + std::to_string(member);
}

// As the members were started when the facts were recorded.
inline Options recorded_options(std::int64_t member, bool keyfile) {
  Options options;
  options.argv = {"mongod",
                  "--dbpath",
                  "/data/db",
                  "--port",
                  std::to_string(27100 + member),
                  "--bind_ip",
                  "127.0.0.1" + std::to_string(member),
                  "--logpath",
                  "/var/log/mongod.log",
                  "--logappend",
                  "--oplogSize",
                  "64",
                  "--wiredTigerCacheSizeGB",
                  "0.25",
                  "--setParameter",
                  "enableTestCommands=0",
                  "--replSet",
                  "rs0"};
  const auto parsed = parse_settings({options.argv.begin() + 1, options.argv.end()}, {});
  options.parsed = std::get<Settings>(parsed).parsed();
  options.set_name = "rs0";
  options.host_text = "vm:27100";
  options.flavor = recorded_flavor();
  if (keyfile) options.keys.emplace_back("aGVsbG8sIHRoaXMgaXMgYSBrZXk=");
  return options;
}

class Recording {
 public:
  struct Result {
    std::string name;
    std::vector<Difference> differences;
  };

  explicit Recording(World& world) : world_(world) {}

  void open(const std::string& file) {
    file_ = file;
    cases_.clear();
    const auto document = bson::from_json(read_text(kFacts + file + ".json"));
    if (!document) return;
    for (const bson::Element& one : *document) cases_.emplace_back(one.sub());
  }
  std::size_t size() const { return cases_.size(); }
  const Document& at(std::size_t index) const { return cases_.at(index); }
  bool has_command(std::size_t index) const { return at(index).sub("command").size() > 0; }
  std::string host_of(std::size_t index) const { return host(at(index).number("member").value_or(0)); }

  // The case's command as it is sent here.
  Document prepared(std::size_t index) const {
    Document command(at(index).sub("command"));
    if (file_ != "06-auth") command = bson::without(command, "$clusterTime");
    const auto actual = world_.is_running(host_of(index)) ? world_.member(host_of(index)).config : std::nullopt;
    const auto id = command.object_id("replSetReconfig.settings.replicaSetId");
    if (id && id->hex() != kForeignSet && actual && actual->replica_set_id) {
      command = bson::with(command, "replSetReconfig.settings.replicaSetId", *actual->replica_set_id);
    }
    if (const auto counter = command.number("topologyVersion.counter")) {
      const Member& member = world_.member(host_of(index));
      const std::int64_t now = *counter < 0 ? -1 : member.topology_counter;
      command = bson::with(command, "topologyVersion", Document{{"processId", member.process_id}, {"counter", now}});
    }
    if (!command.has("$db")) {
      command = bson::Builder(command).append("$db", at(index).string("db").value_or("admin")).done();
    }
    if (!command.has("$readPreference")) {
      command = bson::Builder(command).append("$readPreference", Document{{"mode", "primaryPreferred"}}).done();
    }
    return command;
  }

  World::Ticket send(std::size_t index, ConnectionId connection = 0) {
    world_.run_for(kBetween);
    return world_.send(host_of(index), connection, at(index).string("db").value_or("admin"), prepared(index));
  }
  Document collect(std::size_t index, World::Ticket ticket) {
    Document reply;
    world_.run_until([&] {
      const auto got = world_.take(ticket);
      if (got) reply = *got;
      return got.has_value();
    });
    judge(index, reply);
    return reply;
  }
  Document run(std::size_t index, ConnectionId connection = 0) { return collect(index, send(index, connection)); }
  Document run(std::size_t index, const Document& command, ConnectionId connection = 0) {
    return collect(index, world_.send(host_of(index), connection, at(index).string("db").value_or("admin"), command));
  }
  void run_range(std::size_t first, std::size_t last) {
    for (std::size_t i = first; i <= last; ++i) {
      if (has_command(i)) run(i);
    }
  }

  void judge(std::size_t index, const Document& reply) {
    const std::string command(at(index).sub("command").first_key());
    Result result;
    result.name = file_ + "/" + std::to_string(index) + " " + at(index).string("case").value_or("");
    result.differences = Comparison(command).compare(at(index).sub("reply"), reply);
    results_.push_back(std::move(result));
  }
  const std::vector<Result>& results() const { return results_; }

  // What the recorder needed between two commands.
  static constexpr k8s::Millis kBetween{4};
  // The id that one case brings from elsewhere on purpose.
  static constexpr std::string_view kForeignSet = "6b019c6c0ed79154d9ddf12f";

 private:
  World& world_;
  std::string file_;
  std::vector<Document> cases_;
  std::vector<Result> results_;
};

}  // namespace simmongod::replay
