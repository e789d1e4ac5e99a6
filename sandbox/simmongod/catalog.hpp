// SPDX-License-Identifier: Apache-2.0
// Which collections and indexes are there, and how are they made and dropped?
#pragma once

#include <optional>

#include "sandbox/simmongod/member.hpp"

namespace simmongod {

bson::Document list_databases(const Member& member, bson::View command);
bson::Document list_collections(Member& member, ReplyTo to, const std::string& db, bson::View command);
bson::Document list_indexes(Member& member, ReplyTo to, const std::string& db, bson::View command);
bson::Document db_hash(const Member& member, const std::string& db, bson::View command);
bson::Document coll_stats(const Member& member, const std::string& db, bson::View command);
bson::Document validate_collection(const Member& member, const std::string& db, bson::View command);
bson::Document db_stats(const Member& member, const std::string& db);

// catalog_changes.cpp: on a primary; the caller waits for the write concern.
bson::Document create_collection(Member& member, const std::string& db, bson::View command);
bson::Document drop_collection(Member& member, const std::string& db, bson::View command);
bson::Document drop_database(Member& member, const std::string& db);
bson::Document rename_collection(Member& member, bson::View command);
bson::Document create_indexes(Member& member, const std::string& db, bson::View command);
bson::Document drop_indexes(Member& member, const std::string& db, bson::View command);
bson::Document apply_ops(Member& member, bson::View command);

}  // namespace simmongod
