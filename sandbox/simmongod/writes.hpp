// SPDX-License-Identifier: Apache-2.0
// insert, update, delete, findAndModify: on a writable primary, one oplog entry per changed document; statements of a
// retryable write that were done before answer as they did then.
#pragma once

#include <optional>

#include "sandbox/simmongod/member.hpp"

namespace simmongod {

std::optional<bson::Document> write_command(Member& member, ReplyTo to, const std::string& db, bson::View command);
std::optional<bson::Document> find_and_modify(Member& member, ReplyTo to, const std::string& db, bson::View command);

}  // namespace simmongod
