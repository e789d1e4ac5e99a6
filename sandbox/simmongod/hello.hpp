// SPDX-License-Identifier: Apache-2.0
// What does a member say to "hello", now or when something changes?
// https://www.mongodb.com/docs/manual/reference/command/hello/
#pragma once

#include <optional>

#include "sandbox/simmongod/member.hpp"

namespace simmongod {

enum class HelloName { hello, is_master };

// Nothing: the answer comes when the topology changes or maxAwaitTimeMS is over.
std::optional<bson::Document> hello_command(Member& member, ReplyTo to, bson::View command);
bson::Document hello_reply(const Member& member, ReplyTo to, bson::View command);
void answer_waiting_hellos(Member& member);

// {replSetName …}: the part of hello that serverStatus.repl repeats.
bson::Document hello_topology(const Member& member, HelloName name);

}  // namespace simmongod
