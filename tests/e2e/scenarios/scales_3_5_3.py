# SPDX-License-Identifier: Apache-2.0
"""`kubectl scale` to five members and back: they join and leave one at a time, claims stay, nothing is lost."""

from __future__ import annotations

import time

from tests.e2e.steps.replica_set import ReplicaSet
from tests.e2e.steps.stage import Stage


def play(stage: Stage) -> None:
    orders = stage.create()
    with stage.writing(orders):
        stage.facts["up_s"] = _scale(orders, 5)
        stage.facts["down_s"] = _scale(orders, 3)
    stage.facts["longest_write_gap_s"] = round(stage.verdicts[-1].longest_gap_s, 2)
    claims = sorted(orders.claims())
    assert claims == [f"orders-{n}" for n in range(5)], (
        f"after scaling down the claims are {claims}, all five were to stay"
    )
    left = sorted(one["metadata"]["name"] for one in orders.pods())
    assert left == [f"orders-{n}-0" for n in range(3)], f"after scaling down the pods are {left}"


def _scale(orders: ReplicaSet, members: int) -> float:
    begun = time.monotonic()
    orders.scale(members)
    settled = orders.settle(timeout_s=240)
    seconds = round(time.monotonic() - begun, 1)
    replicas = settled["status"]["replicas"]
    assert replicas == members, f"the configuration has {replicas} members, wanted {members}"
    budget = orders.world.kubectl_json("get", "pdb", orders.name, "--namespace", orders.namespace)
    least = budget["spec"]["minAvailable"]
    assert least == members - 1, f"the disruption budget keeps {least} of {members}, wanted {members - 1}"
    return seconds
