// SPDX-License-Identifier: Apache-2.0
// How does a member go away when it is told to? A primary hands over, then everybody keeps answering hello with 91 for
// the quiesce period so that clients look elsewhere, then the process ends.
#pragma once

#include <optional>

#include "sandbox/simmongod/member.hpp"

namespace simmongod {

// SIGTERM.
void begin_shutdown(Member& member);
// {shutdown: 1, force, timeoutSecs}
std::optional<bson::Document> shutdown_command(Member& member, ReplyTo to, bson::View command);

}  // namespace simmongod
