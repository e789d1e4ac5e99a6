# SPDX-License-Identifier: Apache-2.0
"""Did a run keep the invariants of a replica set (M1–M11 of research/reliability.md)? One function per rule.

Each takes the evidence of one replica set and returns a sentence per violation; its docstring is the rule.
"""

from __future__ import annotations

from tests.e2e.invariants.configuration import check_m6, check_m7, check_m10, check_m11
from tests.e2e.invariants.disruptions import check_m1, check_m2, check_m3, check_m8, check_m9
from tests.e2e.invariants.evidence import Evidence, gather
from tests.e2e.invariants.primary import check_m4, check_m5
from tests.e2e.invariants.record import check_record

CHECKS = (
    check_m1, check_m2, check_m3, check_m4, check_m5, check_m6, check_m7, check_m8, check_m9, check_m10, check_m11,
)  # fmt: skip

__all__ = ["CHECKS", "Evidence", "check_all", "gather"]


def check_all(evidence: Evidence) -> list[str]:
    return [f"{evidence.set}: {violation}" for check in (check_record, *CHECKS) for violation in check(evidence)]
