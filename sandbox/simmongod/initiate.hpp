// SPDX-License-Identifier: Apache-2.0
// How does a set begin?
#pragma once

#include <optional>

#include "sandbox/simmongod/member.hpp"

namespace simmongod {

std::optional<bson::Document> initiate_command(Member& member, ReplyTo to, bson::View command);

}  // namespace simmongod
