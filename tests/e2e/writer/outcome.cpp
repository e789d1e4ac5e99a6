// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/writer/outcome.hpp"

#include "operators/mongodb/wire/server_error.hpp"

namespace e2e::writer {

EventKind outcome_of(const k8s::Result<mongo::bson::Document>& reply) {
  // Stricter than the wire client's own judgement: any writeErrors beside ok: 1 leave it open.
  if (reply && mongo::check_reply(*reply) && !reply->sub("writeErrors").empty()) return EventKind::unknown;
  switch (mongo::classify_write(reply)) {
    case mongo::WriteOutcome::acknowledged: return reply->number("n") == 1 ? EventKind::ok : EventKind::unknown;
    case mongo::WriteOutcome::failed: return EventKind::fail;
    case mongo::WriteOutcome::unknown: return EventKind::unknown;
  }
  return EventKind::unknown;
}

}  // namespace e2e::writer
