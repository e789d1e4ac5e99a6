// SPDX-License-Identifier: Apache-2.0
// What does a replica set configuration say, and may it be installed? Every text is the server's own.
// https://www.mongodb.com/docs/manual/reference/replica-configuration/
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "operators/mongodb/wire/bson.hpp"
#include "sandbox/simmongod/errors.hpp"
#include "sandbox/simmongod/flavor.hpp"

namespace simmongod {

struct MemberConfig {
  std::int64_t id = 0;
  std::string host;
  bool arbiter = false;
  bool build_indexes = true;
  bool hidden = false;
  double priority = 1;
  bson::Document tags;
  std::int64_t delay_seconds = 0;
  std::int64_t votes = 1;
  // Set by the primary when a voter joins, removed by it once the member has synced; never shown to clients.
  bool newly_added = false;
  bson::Document horizons;

  bool is_voter() const { return votes == 1 && !newly_added; }
  bool is_electable() const { return priority > 0 && !arbiter && !newly_added; }

  bool operator==(const MemberConfig&) const = default;
};

// Configurations are ordered by term first; a forced one has no term (-1) and wins by version alone.
struct ConfigStamp {
  std::int64_t version = 0;
  std::int64_t term = -1;

  bool operator==(const ConfigStamp&) const = default;
  std::strong_ordering operator<=>(const ConfigStamp& other) const {
    if (term == -1 || other.term == -1 || term == other.term) return version <=> other.version;
    return term <=> other.term;
  }
};
// "{version: 1, term: 0}"
std::string to_string(const ConfigStamp& stamp);

struct SetConfig {
  std::string set_name;
  ConfigStamp stamp;
  std::vector<MemberConfig> members;
  bool journal_default = true;
  bool chaining_allowed = true;
  std::int64_t heartbeat_interval_ms = 2000;
  std::int64_t heartbeat_timeout_s = 10;
  std::int64_t election_timeout_ms = 10000;
  std::int64_t catch_up_timeout_ms = -1;
  std::int64_t catch_up_takeover_delay_ms = 30000;
  bson::Document modes;
  bson::Document defaults{{"w", 1}, {"wtimeout", 0}};
  std::optional<bson::ObjectId> replica_set_id;

  int voters() const;
  // Voters that hold data: whose acknowledgement w: "majority" counts.
  int writable_voters() const;
  int vote_majority() const { return voters() / 2 + 1; }
  int write_majority() const;
  const MemberConfig* by_id(std::int64_t id) const;
  // -1 when nobody has this host.
  int index_of_host(std::string_view host) const;

  bool operator==(const SetConfig&) const = default;
};

// Reads the document; says what is wrong as the server's IDL parser does (code 93).
std::variant<SetConfig, Refusal> parse_config(bson::View document, const Flavor& flavor);

enum class NewlyAdded { hide, show };
bson::Document to_document(const SetConfig& config, const Flavor& flavor, NewlyAdded newly_added);

// Rules that a configuration must keep by itself. The text only: the code depends on who asks (93 or 103).
std::optional<std::string> validate_config(const SetConfig& config);

// Rules between the installed configuration and its successor (103).
std::optional<std::string> validate_change(const SetConfig& old_config, const SetConfig& new_config, bool force);

}  // namespace simmongod
