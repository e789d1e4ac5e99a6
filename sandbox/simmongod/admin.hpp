// SPDX-License-Identifier: Apache-2.0
// What does a server say about itself, and what may be switched while it runs?
#pragma once

#include <optional>

#include "sandbox/simmongod/member.hpp"

namespace simmongod {

bson::Document build_info(const Member& member);
bson::Document host_info(const Member& member);
bson::Document command_line(const Member& member);
bson::Document get_log(const Member& member, bson::View command);
bson::Document fsync_command(Member& member, bson::View command);
bson::Document fsync_unlock(Member& member);
bson::Document current_op(const Member& member, bson::View command);
bson::Document get_default_concerns(const Member& member);
bson::Document set_default_concerns(Member& member, bson::View command);
bson::Document set_feature_version(Member& member, bson::View command);
bson::Document maintenance_command(Member& member, bson::View command);

// server_status.cpp: the sections that operators read; storage engine statistics are not modelled.
bson::Document server_status(const Member& member);

}  // namespace simmongod
