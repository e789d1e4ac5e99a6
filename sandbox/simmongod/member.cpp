// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/member.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "operators/mongodb/wire/scram_keys.hpp"
#include "sandbox/simmongod/auth.hpp"
#include "sandbox/simmongod/bson_text.hpp"
#include "sandbox/simmongod/hello.hpp"
#include "sandbox/simmongod/parameters.hpp"

namespace simmongod {
namespace {

constexpr std::size_t kRecentLogLines = 1024;

std::string log_date(k8s::Wall wall) {
  const std::string text = k8s::to_rfc3339_micro(wall);  // 2026-11-21T13:51:07.123456Z
  return text.substr(0, 23) + "+00:00";
}

std::string random_bytes(Member& member, std::size_t count) {
  std::string bytes;
  while (bytes.size() < count) {
    const std::uint64_t word = member.random.next();
    for (std::size_t i = 0; i < 8 && bytes.size() < count; ++i) bytes += static_cast<char>(word >> (8 * i));
  }
  return bytes;
}

// Real servers sign the cluster time with keys that only members hold; drivers carry the bytes and never look inside.
bson::Document cluster_time(const Member& member, bool with_keys) {
  std::string hash(20, '\0');
  if (with_keys) {
    hash = mongo::hash(mongo::Mechanism::scram_sha_1, fmt::format("{}.{}", member.clock.t, member.clock.i));
  }
  const std::int64_t key = with_keys ? 7710617695447678980 : 0;
  return bson::Document{
      {"clusterTime", member.clock},
      {"signature", bson::Document{{"hash", bson::Binary{.bytes = hash, .subtype = 0}}, {"keyId", key}}}};
}

void append_gossip(const Member& member, ConnectionId connection, bson::Builder& reply) {
  if (member.options.set_name.empty()) return;
  const bool trusted = may_advance_clock(member, connection);
  const MemberConfig* own = own_config(member);
  const bool keys_exist = own != nullptr && !own->arbiter && !member.oplog.empty();
  if (!trusted && !keys_exist) return;
  reply.append("$clusterTime", cluster_time(member, !trusted));
  reply.append("operationTime", member.oplog.last().ts);
}

}  // namespace

std::string_view state_name(MemberState state) {
  switch (state) {
    case MemberState::startup: return "STARTUP";
    case MemberState::primary: return "PRIMARY";
    case MemberState::secondary: return "SECONDARY";
    case MemberState::recovering: return "RECOVERING";
    case MemberState::startup2: return "STARTUP2";
    case MemberState::unknown: return "UNKNOWN";
    case MemberState::arbiter: return "ARBITER";
    case MemberState::down: return "DOWN";
    case MemberState::rollback: return "ROLLBACK";
    case MemberState::removed: return "REMOVED";
  }
  return "UNKNOWN";
}

Member::Member(Options its_options, k8s::Random& its_random)
    : options(std::move(its_options)), random(its_random), oplog(options.oplog_bytes) {
  parameters = default_parameters(options);
  prepare_system_credentials(*this);
}

MemberState state_of(const Member& member) {
  if (!member.config) return MemberState::startup;
  if (member.self < 0) return MemberState::removed;
  if (member.election.leadership != Leadership::none) return MemberState::primary;
  if (own_config(member)->arbiter) return MemberState::arbiter;
  if (member.following == MemberState::secondary && member.maintenance > 0) return MemberState::recovering;
  return member.following;
}

bool is_primary(const Member& member) {
  return member.election.leadership != Leadership::none;
}

bool is_writable(const Member& member) {
  return member.election.leadership == Leadership::writable && !member.shutdown.quiescing;
}

const MemberConfig* own_config(const Member& member) {
  if (!member.config || member.self < 0) return nullptr;
  return &member.config->members[static_cast<std::size_t>(member.self)];
}

std::int64_t own_id(const Member& member) {
  const MemberConfig* own = own_config(member);
  return own == nullptr ? -1 : own->id;
}

int index_of_id(const Member& member, std::int64_t id) {
  if (!member.config) return -1;
  const auto found = std::ranges::find(member.config->members, id, &MemberConfig::id);
  return found == member.config->members.end() ? -1 : static_cast<int>(found - member.config->members.begin());
}

std::string host_of(const Member& member, std::int64_t id) {
  const MemberConfig* found = member.config ? member.config->by_id(id) : nullptr;
  return found == nullptr ? std::string() : found->host;
}

void answer(Member& member, ReplyTo to, bson::Document body) {
  bson::Builder reply;
  const auto code = body.number("code");
  const bool refused = body.real("ok") == 0.0;
  if (refused && code && tells_topology(static_cast<int>(*code)) && !body.has("topologyVersion")) {
    reply.append("topologyVersion", topology_version(member));
  }
  reply.append_all(body);
  if (!body.has("ok")) reply.append("ok", 1.0);
  append_gossip(member, to.connection, reply);
  member.outputs.push_back(output::Reply{.to = to, .body = reply.done()});
}

void ask_peer(Member& member, const std::string& host, Channel channel, bson::Document body, k8s::Millis timeout,
              PeerCallback callback) {
  const std::uint64_t token = ++member.last_token;
  member.peer_calls.emplace(token, std::move(callback));
  member.outputs.push_back(output::PeerRequest{
      .token = token, .host = host, .channel = channel, .db = "admin", .body = std::move(body), .timeout = timeout});
}

void find_self(Member& member, const SetConfig& config, SelfCallback callback) {
  const std::uint64_t token = ++member.last_token;
  member.self_calls.emplace(token, std::move(callback));
  output::FindSelf find{.token = token, .hosts = {}};
  for (const MemberConfig& one : config.members) find.hosts.push_back(one.host);
  member.outputs.push_back(std::move(find));
}

TimerId after(Member& member, k8s::Millis delay, Action action) {
  return member.timers.at(member.now.monotonic + delay, std::move(action));
}

void log(Member& member, const LogWords& words, const bson::Document& attributes) {
  std::string line = fmt::format(R"({{"t":{{"$date":"{}"}},"s":"I",  "c":{:<11}"id":{:<8}"ctx":"simmongod","msg":{})",
                                 log_date(member.now.wall), "\"" + std::string(words.component) + "\",",
                                 std::to_string(words.id) + ",", json_string(words.message));
  if (!attributes.empty()) line += ",\"attr\":" + relaxed_json(attributes);
  line += "}";
  ++member.log_lines;
  member.recent_log.push_back(line);
  if (member.recent_log.size() > kRecentLogLines) member.recent_log.pop_front();
  member.outputs.push_back(output::LogLine{std::move(line)});
}

void record(Member& member, bson::Document entry, output::Durability durability) {
  member.outputs.push_back(output::Append{.record = std::move(entry), .durability = durability});
}

void topology_changed(Member& member) {
  ++member.topology_counter;
  answer_waiting_hellos(member);
}

void set_following(Member& member, MemberState state) {
  const MemberState before = state_of(member);
  member.following = state;
  state_may_have_changed(member, before);
}

void state_may_have_changed(Member& member, MemberState before) {
  const MemberState now = state_of(member);
  if (now == before) return;
  log(member, {"REPL", 21358, "Replica set state transition"},
      bson::Document{{"newState", state_name(now)}, {"oldState", state_name(before)}});
  topology_changed(member);
}

Timestamp next_timestamp(Member& member) {
  const auto seconds =
      static_cast<std::uint32_t>(std::chrono::duration_cast<k8s::Seconds>(member.now.wall.time_since_epoch()).count());
  if (seconds > member.clock.t) {
    member.clock = Timestamp{.t = seconds, .i = 1};
  } else {
    ++member.clock.i;
  }
  return member.clock;
}

bson::ObjectId new_object_id(Member& member) {
  bson::ObjectId id;
  const auto seconds =
      static_cast<std::uint32_t>(std::chrono::duration_cast<k8s::Seconds>(member.now.wall.time_since_epoch()).count());
  const std::string tail = random_bytes(member, 8);
  for (std::size_t i = 0; i < 4; ++i) id.bytes[i] = static_cast<std::uint8_t>(seconds >> (24 - 8 * i));
  for (std::size_t i = 0; i < 8; ++i) id.bytes[4 + i] = static_cast<std::uint8_t>(tail[i]);
  return id;
}

bson::Binary new_uuid(Member& member) {
  std::string bytes = random_bytes(member, 16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  return bson::Binary{.bytes = std::move(bytes), .subtype = 4};
}

bson::Date date_of(k8s::Wall wall) {
  return bson::Date{std::chrono::duration_cast<k8s::Millis>(wall.time_since_epoch()).count()};
}

k8s::Millis random_up_to(Member& member, k8s::Millis limit) {
  return k8s::Millis(static_cast<std::int64_t>(member.random.unit() * static_cast<double>(limit.count())));
}

bson::Document topology_version(const Member& member) {
  return bson::Document{{"processId", member.process_id}, {"counter", member.topology_counter}};
}

}  // namespace simmongod
