// SPDX-License-Identifier: Apache-2.0
// Where does an answer of the double differ from the recorded one? Field by field: names, BSON types, and values
// wherever they do not depend on host, time, identity or luck.
#pragma once

#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "operators/mongodb/wire/bson.hpp"
#include "sandbox/simmongod/bson_order.hpp"
#include "sandbox/simmongod/bson_text.hpp"

namespace simmongod::replay {

struct Difference {
  std::string field;
  std::string what;
};

// Values under these names are numbers of a clock, a connection, a process or a disk; whose heartbeat came first
// decides who syncs from whom.
inline const std::set<std::string, std::less<>> kLooseEverywhere{
    "counter",   "connectionId",   "keyId",          "uptime",      "uptimeMillis", "uptimeEstimate",   "pid",
    "pingMs",    "syncSourceHost", "syncSourceId",   "infoMessage", "timeMillis",   "host_text",        "sizeOnDisk",
    "totalSize", "storageSize",    "totalIndexSize", "_id_",        "x_1",          "totalLinesWritten"};

// What else is loose in the answer to one command; "*": all values.
inline const std::map<std::string, std::set<std::string, std::less<>>, std::less<>> kLooseIn{
    {"hostInfo", {"*"}},
    {"serverStatus", {"*"}},
    {"getLog", {"*"}},
    {"currentOp", {"inprog"}},
    {"buildInfo", {"gitVersion", "openssl", "buildEnvironment"}},
    {"dbHash", {"host"}},
    {"find", {"id"}},
    {"usersInfo", {"salt", "storedKey", "serverKey"}},
};

inline std::string without_luck(std::string text) {
  static const std::vector<std::pair<std::regex, std::string>> kRules{
      {std::regex(R"(\d{4}-\d\d-\d\dT[\d:.]+\+00:00)"), "DATE"},
      {std::regex(R"(UUID\("[^"]*"\))"), "UUID"},
      {std::regex(R"(Timestamp\(\d+, \d+\))"), "TIMESTAMP"},
      {std::regex(R"(BinData\(0, [0-9A-F]+\))"), "BINARY"},
      {std::regex(R"(keyId: \d+)"), "KEY"},
      {std::regex(R"(\b[0-9a-f]{24}\b)"), "ID"}};
  for (const auto& [pattern, word] : kRules) text = std::regex_replace(text, pattern, word);
  return text;
}

class Comparison {
  using Document = bson::Document;

 public:
  explicit Comparison(const std::string& command) : by_name_(command == "listCollections") {
    const auto found = kLooseIn.find(command);
    if (found != kLooseIn.end()) loose_ = found->second;
  }

  std::vector<Difference> compare(bson::View recorded, bson::View got) {
    document("", recorded, got, loose_.contains("*"));
    return std::move(found_);
  }

 private:
  static std::string at(const std::string& path, std::string_view key) {
    return path.empty() ? std::string(key) : path + "." + std::string(key);
  }
  static std::optional<bson::Element> field(bson::View document, std::string_view key) {
    for (const bson::Element& one : document) {
      if (one.key == key) return one;
    }
    return {};
  }
  void differ(const std::string& path, std::string what) { found_.push_back({path, std::move(what)}); }

  void document(const std::string& path, bson::View recorded, bson::View got, bool loose) {
    for (const bson::Element& one : recorded) {
      const auto other = field(got, one.key);
      if (!other) {
        differ(at(path, one.key), "missing");
        continue;
      }
      const bool looser = loose || kLooseEverywhere.contains(one.key) || loose_.contains(one.key);
      value(at(path, one.key), one, *other, looser);
    }
    for (const bson::Element& one : got) {
      if (!field(recorded, one.key)) differ(at(path, one.key), "not in the recording");
    }
  }

  void value(const std::string& path, const bson::Element& recorded, const bson::Element& got, bool loose) {
    // The recorder replaced what was too long.
    if (recorded.string() == "omitted") return;
    if (recorded.type != got.type) {
      return differ(path, "type " + std::to_string(static_cast<int>(recorded.type)) + " became " +
                              std::to_string(static_cast<int>(got.type)));
    }
    if (recorded.is_document()) return document(path, recorded.sub(), got.sub(), loose);
    if (recorded.is_array()) return array(path, recorded.sub(), got.sub(), loose);
    if (loose) return;
    switch (recorded.type) {
      case bson::Type::date:
      case bson::Type::timestamp:
      case bson::Type::object_id:
      case bson::Type::binary: return;
      case bson::Type::string:
        if (without_luck(*recorded.string()) != without_luck(*got.string())) {
          differ(path, "\"" + *recorded.string() + "\" became \"" + *got.string() + "\"");
        }
        return;
      default:
        if (recorded.raw != got.raw) differ(path, shell_text(recorded) + " became " + shell_text(got));
    }
  }

  void array(const std::string& path, bson::View recorded, bson::View got, bool loose) {
    if (loose) return;
    if (recorded.size() != got.size()) {
      return differ(path, std::to_string(recorded.size()) + " elements became " + std::to_string(got.size()));
    }
    // A catalogue has no order.
    if (path == "cursor.firstBatch" && by_name_) return document(path, sorted(recorded), sorted(got), loose);
    document(path, recorded, got, loose);
  }

  static Document sorted(bson::View list) {
    std::map<std::string, bson::Value> by_name;
    for (const bson::Element& one : list) by_name[one.sub().string("name").value_or("")] = bson::Value(one);
    bson::Array out;
    for (const auto& [name, value] : by_name) out.append(value);
    return out.as_document();
  }

  bool by_name_ = false;
  std::set<std::string, std::less<>> loose_;
  std::vector<Difference> found_;
};

}  // namespace simmongod::replay
