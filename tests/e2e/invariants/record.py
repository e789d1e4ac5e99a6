# SPDX-License-Identifier: Apache-2.0
"""Is the record whole? Rules that find nothing wrong in an empty log prove nothing."""

from __future__ import annotations

from tests.e2e.invariants.evidence import Evidence
from tests.e2e.invariants.history import History


def check_record(evidence: Evidence) -> list[str]:
    """Every member pod that was ever ready has left its mongod's log, and the operator that changed status its own."""
    history = History(evidence)
    spoke = {line.uid for line in evidence.mongod}
    ready = _ready_uids(evidence)
    found = [
        f"record: nothing of what the mongod of {pod.name} ({pod.uid}) said was kept"
        for pod in history.pods
        if pod.uid in ready and pod.uid not in spoke
    ]
    if history.statuses and not evidence.effects:
        found.append("record: nothing of what the operator said was kept")
    return found


def _ready_uids(evidence: Evidence) -> set[str]:
    found = set()
    for one in evidence.requests:
        if one.resource != "pods" or one.subresource != "status" or not isinstance(one.response, dict):
            continue
        if one.response.get("kind") == "Status":  # a refusal
            continue
        conditions = (one.response.get("status") or {}).get("conditions") or []
        if any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions):
            found.add(one.uid)
    return found
