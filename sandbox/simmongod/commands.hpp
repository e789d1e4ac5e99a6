// SPDX-License-Identifier: Apache-2.0
// Which room answers a command, and what is asked before it may: its name, the rights of whoever sent it, a primary.
#pragma once

#include "sandbox/simmongod/member.hpp"

namespace simmongod {

void run_command(Member& member, ReplyTo to, const std::string& db, const bson::Document& command);

}  // namespace simmongod
