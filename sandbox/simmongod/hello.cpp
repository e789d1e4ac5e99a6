// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/hello.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sandbox/simmongod/users.hpp"

namespace simmongod {
namespace {

bson::Document last_write(const Member& member) {
  bson::Builder write;
  // An arbiter holds no oplog; it repeats what it heard was committed.
  const MemberConfig* own = own_config(member);
  const bool arbiter = own != nullptr && own->arbiter;
  const OpTime applied = arbiter ? member.committed : member.oplog.last();
  const k8s::Wall wall = arbiter ? member.now.wall : member.oplog.last_wall();
  write.append("opTime", applied).append("lastWriteDate", date_of(wall));
  if (member.committed.ts != Timestamp{}) {
    write.append("majorityOpTime", member.committed);
    write.append("majorityWriteDate", date_of(arbiter ? wall : member.oplog.wall_of(member.committed)));
  }
  return write.done();
}

bson::ObjectId election_id(std::int64_t term) {
  bson::ObjectId id;
  id.bytes[0] = 0x7f;
  id.bytes[1] = id.bytes[2] = id.bytes[3] = 0xff;
  for (std::size_t i = 0; i < 8; ++i) id.bytes[4 + i] = static_cast<std::uint8_t>(term >> (56 - 8 * i));
  return id;
}

struct Hosts {
  bson::Array hosts;
  bson::Array passives;
  bson::Array arbiters;
};

Hosts hosts_of(const SetConfig& config) {
  Hosts out;
  for (const MemberConfig& one : config.members) {
    if (one.hidden) continue;
    if (one.arbiter) {
      out.arbiters.append(one.host);
    } else if (one.priority == 0) {
      out.passives.append(one.host);
    } else {
      out.hosts.append(one.host);
    }
  }
  return out;
}

void append_own(const MemberConfig& own, bson::Builder& reply) {
  if (own.arbiter) {
    reply.append("arbiterOnly", true);
  } else if (own.priority == 0) {
    reply.append("passive", true);
  }
  if (own.hidden) reply.append("hidden", true);
  if (own.delay_seconds > 0) reply.append("slaveDelay", own.delay_seconds);
  if (!own.tags.empty()) reply.append("tags", own.tags);
  reply.append("me", own.host);
}

bool reads_as_secondary(const Member& member) {
  if (member.election.leadership == Leadership::elected) return true;
  return state_of(member) == MemberState::secondary;
}

std::optional<Refusal> bad_await(const Member& member, bson::View command) {
  const bool has_version = command.has("topologyVersion");
  if (has_version != command.has("maxAwaitTimeMS")) {
    return Refusal{.code = 31368,
                   .message = has_version ? "A request with a 'topologyVersion' must include 'maxAwaitTimeMS'"
                                          : "A request with 'maxAwaitTimeMS' must include a 'topologyVersion'"};
  }
  if (!has_version) return {};
  const std::int64_t counter = command.number("topologyVersion.counter").value_or(0);
  if (counter < 0) return Refusal{.code = 31372, .message = "topologyVersion must have a non-negative counter"};
  if (command.number("maxAwaitTimeMS").value_or(0) < 0) {
    return Refusal{.code = 31373, .message = "maxAwaitTimeMS must be a non-negative integer"};
  }
  if (command.object_id("topologyVersion.processId") == member.process_id && counter > member.topology_counter) {
    return Refusal{.code = 31382,
                   .message = fmt::format("Received a topology version with counter: {} which is greater than the "
                                          "server topology version counter: {}",
                                          counter, member.topology_counter)};
  }
  return {};
}

}  // namespace

bson::Document hello_topology(const Member& member, HelloName name) {
  const char* const writable = name == HelloName::hello ? "isWritablePrimary" : "ismaster";
  bson::Builder reply;
  reply.append("topologyVersion", topology_version(member));
  const MemberConfig* own = own_config(member);
  if (own == nullptr) {
    reply.append(writable, false).append("secondary", false);
    reply.append("info", "Does not have a valid replica set config").append("isreplicaset", true);
    return reply.done();
  }
  const SetConfig& config = *member.config;
  const Hosts hosts = hosts_of(config);
  if (hosts.hosts.size() > 0) reply.append("hosts", hosts.hosts);
  if (hosts.passives.size() > 0) reply.append("passives", hosts.passives);
  if (hosts.arbiters.size() > 0) reply.append("arbiters", hosts.arbiters);
  reply.append("setName", config.set_name).append("setVersion", static_cast<int>(config.stamp.version));
  reply.append(writable, is_writable(member)).append("secondary", reads_as_secondary(member));
  const std::int64_t primary = is_primary(member) ? own->id : member.primary_id;
  if (const std::string host = host_of(member, primary); !host.empty()) reply.append("primary", host);
  append_own(*own, reply);
  if (is_primary(member)) reply.append("electionId", election_id(member.election.term));
  reply.append("lastWrite", last_write(member));
  return reply.done();
}

bson::Document hello_reply(const Member& member, ReplyTo to, bson::View command) {
  if (member.shutdown.quiescing) {
    const auto left = std::max(member.shutdown.quiesce_until - member.now.monotonic, k8s::Millis(0));
    return bson::Builder()
        .append("topologyVersion", topology_version(member))
        .append("ok", 0.0)
        .append("errmsg", "The server is in quiesce mode and will shut down")
        .append("code", static_cast<int>(Err::shutdown_in_progress))
        .append("codeName", "ShutdownInProgress")
        .append("remainingQuiesceTimeMillis", std::int64_t{left.count()})
        .done();
  }
  const HelloName name = command.first_key() == "hello" ? HelloName::hello : HelloName::is_master;
  bson::Builder reply;
  if (member.options.set_name.empty()) {
    reply.append("topologyVersion", topology_version(member));
    reply.append(name == HelloName::hello ? "isWritablePrimary" : "ismaster", true);
  } else {
    reply.append_all(hello_topology(member, name));
  }
  if (command.flag("helloOk")) reply.append("helloOk", true);
  reply.append("maxBsonObjectSize", 16 * 1024 * 1024).append("maxMessageSizeBytes", 48000000);
  reply.append("maxWriteBatchSize", 100000).append("localTime", date_of(member.now.wall));
  reply.append("logicalSessionTimeoutMinutes", 30);
  const auto client = member.clients.find(to.connection);
  reply.append("connectionId", static_cast<int>(client == member.clients.end() ? 0 : client->second.number));
  reply.append("minWireVersion", 0).append("maxWireVersion", member.options.flavor.max_wire_version);
  reply.append("readOnly", false);
  if (const auto user = command.string("saslSupportedMechs")) {
    if (const auto mechanisms = mechanisms_of(member, *user)) reply.append("saslSupportedMechs", *mechanisms);
  }
  return reply.done();
}

std::optional<bson::Document> hello_command(Member& member, ReplyTo to, bson::View command) {
  if (auto bad = bad_await(member, command)) return refusal_reply(*bad);
  const bool same = command.object_id("topologyVersion.processId") == member.process_id &&
                    command.number("topologyVersion.counter") == member.topology_counter;
  if (!same || member.shutdown.quiescing) return hello_reply(member, to, command);
  const TimerId deadline = after(member, k8s::Millis(*command.number("maxAwaitTimeMS")), [to](Member& later) {
    const auto wait = std::ranges::find(later.hello_waits, to, &HelloWait::to);
    if (wait == later.hello_waits.end()) return;
    const bson::Document asked = std::move(wait->command);
    later.hello_waits.erase(wait);
    answer(later, to, hello_reply(later, to, asked));
  });
  member.hello_waits.push_back(HelloWait{.to = to, .command = bson::Document(command), .deadline = deadline});
  return {};
}

void answer_waiting_hellos(Member& member) {
  std::list<HelloWait> waiting;
  waiting.swap(member.hello_waits);
  for (const HelloWait& wait : waiting) {
    member.timers.cancel(wait.deadline);
    answer(member, wait.to, hello_reply(member, wait.to, wait.command));
  }
}

}  // namespace simmongod
