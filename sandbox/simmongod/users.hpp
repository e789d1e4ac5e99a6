// SPDX-License-Identifier: Apache-2.0
// Which users are there, and how are they made? They live in admin.system.users, as the server keeps them.
#pragma once

#include <optional>

#include "sandbox/simmongod/member.hpp"

namespace simmongod {

bool any_user(const Member& member);
// [{role, db}]; empty for __system and for nobody.
bson::Document roles_of(const Member& member, const AuthenticatedUser& user);
std::optional<mongo::StoredCredential> stored_credential_of(const Member& member, const AuthenticatedUser& user,
                                                            mongo::Mechanism mechanism);
// "admin.op" to ["SCRAM-SHA-1", …]; nothing when there is no such user.
std::optional<bson::Array> mechanisms_of(const Member& member, const std::string& qualified);

bson::Document create_user(Member& member, const std::string& db, bson::View command);
bson::Document update_user(Member& member, const std::string& db, bson::View command);
bson::Document drop_user(Member& member, const std::string& db, bson::View command);
bson::Document users_info(const Member& member, const std::string& db, bson::View command);

}  // namespace simmongod
