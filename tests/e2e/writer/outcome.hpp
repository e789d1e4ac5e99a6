// SPDX-License-Identifier: Apache-2.0
// Did one write of one document happen? "ok: 1 is not an acknowledgement" (facts/mongod/README.md).
#pragma once

#include "libk8s/base/result.hpp"
#include "operators/mongodb/wire/bson.hpp"
#include "tests/e2e/writer/event_log.hpp"

namespace e2e::writer {

// ok for ok: 1 with n: 1 and neither writeErrors nor writeConcernError; fail where it was surely not done; else
// unknown.
EventKind outcome_of(const k8s::Result<mongo::bson::Document>& reply);

}  // namespace e2e::writer
