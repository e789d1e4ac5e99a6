# SPDX-License-Identifier: Apache-2.0
"""A version that cannot start stalls with a sentence and spares the running members; the next good version rolls."""

from __future__ import annotations

from typing import Any

from tests.e2e.harness.mongo_images import BROKEN_AT_START_VERSION, BROKEN_VERSION
from tests.e2e.scenarios.rolls_under_load import roll_to
from tests.e2e.steps.complaint import expect_complaint
from tests.e2e.steps.replica_set import ReplicaSet
from tests.e2e.steps.stage import NEW, OLD, Stage


def play(stage: Stage) -> None:
    orders = stage.create()
    uids = orders.pod_uids()
    with stage.writing(orders):
        orders.change(version=BROKEN_VERSION)
        said = expect_complaint(
            orders, "PreflightFailed", BROKEN_VERSION, "broken on purpose", "the running members are untouched"
        )
        stage.facts["refused_by_preflight"] = said
        assert orders.pod_uids() == uids, "members were restarted for a version that cannot start"
        roll_to(orders, NEW)

        uids = orders.pod_uids()
        orders.change(version=BROKEN_AT_START_VERSION)
        said = expect_complaint(orders, "MemberNotBack", "The other members are left alone", timeout_s=120)
        stage.facts["stopped_at_the_first_member"] = said
        assert len(_changed(orders, uids)) == 1, f"more than one member was restarted: {_changed(orders, uids)}"
        orders.change(version=OLD)
        settled = orders.settle(timeout_s=240)
        assert settled["status"]["version"] == OLD, (
            f"the oldest member runs {settled['status']['version']}, wanted {OLD}"
        )
        orders.settle_and_stay(quiet_s=1)


def _changed(orders: ReplicaSet, before: dict[str, Any]) -> list[str]:
    return sorted(name for name, uid in orders.pod_uids().items() if before.get(name) != uid)
