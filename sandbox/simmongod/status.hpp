// SPDX-License-Identifier: Apache-2.0
// What does this member believe of the whole set?
// https://www.mongodb.com/docs/manual/reference/command/replSetGetStatus/
#pragma once

#include "sandbox/simmongod/member.hpp"

namespace simmongod {

bson::Document status_command(const Member& member);

}  // namespace simmongod
