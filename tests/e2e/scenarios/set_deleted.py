# SPDX-License-Identifier: Apache-2.0
"""Deleting the set stops the primary last and keeps the claims; one of the same name finds its data again."""

from __future__ import annotations

import time

from tests.e2e.steps.install import user_of
from tests.e2e.steps.replica_set import ReplicaSet
from tests.e2e.steps.stage import Stage


def play(stage: Stage) -> None:
    orders = stage.create()
    before = orders.get()["status"]
    with stage.writing(orders) as writer:
        time.sleep(2)
    begun = time.monotonic()
    stage.world.kubectl("delete", "mrs", orders.name, "--namespace", stage.namespace, "--wait=false")
    stage.world.until("the set is gone", lambda: not orders.exists(), timeout_s=120)
    stage.world.until("its pods are gone", lambda: not orders.pods(), timeout_s=120)
    stage.facts["deleted_s"] = round(time.monotonic() - begun, 1)
    _primary_went_last(stage, before["primary"])
    going = [name for name, claim in orders.claims().items() if "deletionTimestamp" in claim["metadata"]]
    assert sorted(orders.claims()) == ["orders-0", "orders-1", "orders-2"], (
        f"of the claims {sorted(orders.claims())} are left"
    )
    assert not going, f"the claims {going} are being deleted"

    again = stage.create()
    after = again.get()["status"]
    assert after["replicaSetId"] == before["replicaSetId"], (
        f"the new set is {after['replicaSetId']}, the claims hold {before['replicaSetId']}"
    )
    assert after["term"] > before["term"], (
        f"the term went from {before['term']} to {after['term']}: the history did not go on"
    )
    verdict = writer.check_later()
    assert not verdict.faults(), f"after the set was made again: {'; '.join(verdict.faults())}"
    _claims_can_go(stage, again)


def _primary_went_last(stage: Stage, primary: str) -> None:
    order = [
        event.name
        for event in stage.world.audit(stage.since)
        if (event.user, event.verb, event.resource) == (user_of(stage.namespace), "delete", "statefulsets")
        and event.namespace == stage.namespace
        and event.succeeded
    ]
    stage.facts["order"] = order
    assert sorted(set(order)) == ["orders-0", "orders-1", "orders-2"], f"the operator deleted the StatefulSets {order}"
    assert order[-1] == primary, f"members were deleted in the order {order}, {primary} was primary"


def _claims_can_go(stage: Stage, orders: ReplicaSet) -> None:
    """With reclaimPolicy Delete the data goes too."""
    orders.change(storage={"reclaimPolicy": "Delete"})
    orders.settle()
    stage.world.kubectl("delete", "mrs", orders.name, "--namespace", stage.namespace, "--wait=false")
    stage.world.until("the set is gone", lambda: not orders.exists(), timeout_s=120)
    stage.world.until("its claims are gone", lambda: not orders.claims(), timeout_s=60)
