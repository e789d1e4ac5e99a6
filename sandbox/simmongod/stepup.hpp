// SPDX-License-Identifier: Apache-2.0
// What does a member do that has just been elected, before it takes writes?
#pragma once

#include "sandbox/simmongod/member.hpp"

namespace simmongod {

void win_election(Member& member, const std::string& reason);
// Each 10 s without a write: a no-op entry, so that lag and commit points keep moving.
void write_periodic_noops(Member& member);

}  // namespace simmongod
