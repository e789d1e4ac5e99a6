# SPDX-License-Identifier: Apache-2.0
"""All member pods are deleted at once: the same set comes back, nothing is initiated again, nothing is lost."""

from __future__ import annotations

import time

from tests.e2e.steps.replica_set import MEMBER_PODS, is_settled
from tests.e2e.steps.stage import Stage


def play(stage: Stage) -> None:
    orders = stage.create()
    before, uids = orders.get()["status"]["replicaSetId"], orders.pod_uids()
    with stage.writing(orders):
        begun = time.monotonic()
        stage.world.api.delete(f"/api/v1/namespaces/{stage.namespace}/pods?labelSelector={MEMBER_PODS}")
        stage.world.until(
            "every pod has been replaced",
            lambda: len(now := orders.pod_uids()) == len(uids) and not set(now.values()) & set(uids.values()),
            timeout_s=150,
        )
        stage.world.until("the set is well again", lambda: is_settled(orders.get()), timeout_s=180)
        stage.facts["whole_again_s"] = round(time.monotonic() - begun, 1)
        orders.settle_and_stay(quiet_s=2)
    after = orders.get()["status"]["replicaSetId"]
    assert after == before, f"the replica set was {before} and is now {after}"
    stage.facts["longest_write_gap_s"] = round(stage.verdicts[-1].longest_gap_s, 2)
