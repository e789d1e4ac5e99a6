# SPDX-License-Identifier: Apache-2.0
"""The shipped example becomes three healthy members, one of them a primary that takes writes, and is at rest."""

from __future__ import annotations

import time

from tests.e2e.steps.install import EXAMPLE
from tests.e2e.steps.replica_set import ReplicaSet, condition, member_statuses
from tests.e2e.steps.stage import OLD, Stage

REST_S = 10


def play(stage: Stage) -> None:
    begun = time.monotonic()
    stage.world.apply(EXAMPLE, namespace=stage.namespace)
    orders = ReplicaSet(stage.world, stage.namespace)
    settled = orders.settle()
    stage.facts["ready_s"] = round(time.monotonic() - begun, 1)

    status = settled["status"]
    states = sorted(one["state"] for one in member_statuses(settled))
    assert states == ["PRIMARY", "SECONDARY", "SECONDARY"], f"the members are {states}"
    assert status["replicaSetId"], "status does not remember the replica set id"
    assert status["version"] == OLD, f"the version is {status['version']}, wanted {OLD}"
    assert condition(settled, "Stalled")["status"] == "False", condition(settled, "Stalled")
    for name, claim in orders.claims().items():
        marked = claim["metadata"].get("annotations", {}).get("mongodb.sagong.dev/replica-set-id")
        assert marked == status["replicaSetId"], (
            f"the claim {name} is of replica set {marked}, not {status['replicaSetId']}"
        )
    _kubectl_shows_it(stage, orders, status["primary"])

    with stage.writing(orders):
        time.sleep(2)
    orders.settle_and_stay(quiet_s=2)
    requests, writes = stage.operator.requests(REST_S)
    stage.facts |= {"idle_api_requests": requests, "idle_api_writes": writes}
    assert writes == 0, f"{writes} API writes within {REST_S} s at rest"


def _kubectl_shows_it(stage: Stage, orders: ReplicaSet, primary: str) -> None:
    columns = stage.world.kubectl("get", "mrs", orders.name, "--namespace", stage.namespace).splitlines()[-1].split()
    assert columns[:5] == [orders.name, "True", "3", "3", primary], f"`kubectl get mrs` prints {columns}"
    stage.world.kubectl("wait", f"mrs/{orders.name}", "--for=condition=Ready", "-n", stage.namespace, "--timeout=5s")
    service = stage.world.kubectl_json("get", "service", f"{orders.name}-primary", "--namespace", stage.namespace)
    chosen = service["spec"]["selector"]["statefulset.kubernetes.io/pod-name"]
    assert chosen == f"{primary}-0", f"the primary Service selects {chosen}, the primary is {primary}"
