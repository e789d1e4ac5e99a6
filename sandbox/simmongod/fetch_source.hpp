// SPDX-License-Identifier: Apache-2.0
// What does a sync source give its followers? The private commands between doubles, all of them OP_MSG on the ordinary
// port, for __system only when there is a keyfile:
//
//   simFetch    {after: optime, committed: optime, maxAwaitTimeMS}     -> {entries: […], metadata}  waits while there
//   are none simCommon   {optimes: [newest … oldest]}                            -> {optime, metadata}        the
//   newest that both have simClone    {ns, record}                                            -> {collections |
//   documents, next …, optime}
#pragma once

#include <optional>

#include "sandbox/simmongod/member.hpp"

namespace simmongod {

std::optional<bson::Document> fetch_command(Member& member, ReplyTo to, bson::View command);
bson::Document common_command(Member& member, bson::View command);
bson::Document clone_command(Member& member, bson::View command);

// There is something new for those who wait: entries, a commit point, or another state.
void wake_tails(Member& member);

}  // namespace simmongod
