// SPDX-License-Identifier: Apache-2.0
// Is the difference between two observations of a member worth waking its set's controller?
//
// Yes: reach, role, state, term, primary, configuration, versions, sync source, what it believes of the others, an
// answered or failed epoch, a lag or oplog window that has moved into another bucket, a heartbeat that has become
// overdue. No: optimes that advance, ages, the time.
#pragma once

#include "operators/mongodb/monitor/member_facts.hpp"

namespace mongodb {

bool is_significant(const MemberFacts& before, const MemberFacts& after);

// 0: up to ten seconds; then one bucket per doubling.
int lag_bucket(std::int64_t seconds);

}  // namespace mongodb
