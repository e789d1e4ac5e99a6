# SPDX-License-Identifier: Apache-2.0
"""What cannot work is refused with a sentence or stalls with one, spares running members, and reverting recovers."""

from __future__ import annotations

import copy
from typing import Any

from tests.e2e.steps.complaint import expect_complaint, expect_refusal
from tests.e2e.steps.replica_set import GROUP, ReplicaSet
from tests.e2e.steps.stage import Stage
from tests.e2e.steps.world import ApiError

REFUSED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "an even number of members": ({"members": 4}, ("even number", "1, 3, 5 or 7")),
    "no members": ({"members": 0}, ("a replica set needs a member",)),
    "nine members": ({"members": 9}, ("at most seven",)),
    "another volume size": ({"storage": {"size": "2Gi"}}, ("spec.storage.size cannot be changed yet", "set it back")),
    "another storage class": ({"storage": {"storageClassName": "fast"}}, ("cannot be changed yet",)),
    "half a version": ({"version": "8.0"}, ("no full MongoDB version",)),
}
# name -> (spec, spec that takes it back, reason, words)
STALLED: dict[str, tuple[dict[str, Any], dict[str, Any], str, tuple[str, ...]]] = {
    "an option that mongod does not know": (
        {"mongod": {"config": {"net": {"prt": 27018}}}},
        {"mongod": {"config": {"net": None}}},
        "PreflightFailed",
        ("net.prt", "the running members are untouched", "revert"),
    ),
    "an option that the operator sets": (
        {"mongod": {"config": {"net": {"port": 27018}}}},
        {"mongod": {"config": {"net": None}}},
        "InvalidSpec",
        ("net.port", "the operator sets itself", "remove it"),
    ),
    "an image that nobody has": (
        {"image": "registry.invalid/mongo:none"},
        {"image": None},
        "PreflightCannotRun",
        ("registry.invalid/mongo:none", "the running members are untouched"),
    ),
}


def play(stage: Stage) -> None:
    orders = stage.create()
    uids = orders.pod_uids()
    said: dict[str, str] = {}
    said["a name that is too long"] = expect_refusal(
        lambda: stage.world.apply(stage.manifest("o" * 51), namespace=stage.namespace), "longer than 50 characters"
    )
    for name, (spec, words) in REFUSED.items():
        said[name] = expect_refusal(lambda spec=spec: orders.change(**copy.deepcopy(spec)), *words)  # type: ignore[misc]
    with stage.writing(orders, rate=20):
        for name, (spec, back, reason, words) in STALLED.items():
            orders.change(**copy.deepcopy(spec))
            said[name] = expect_complaint(orders, reason, *words)
            assert orders.pod_uids() == uids, f"{name}: running members were touched"
            orders.change(**copy.deepcopy(back))
            orders.settle()
            assert orders.pod_uids() == uids, f"{name}: reverting touched running members"
        said["a keyfile that is gone"] = _keyfile_gone(stage, orders)
        assert orders.pod_uids() == uids, "the missing keyfile: running members were touched"
    stage.facts["said"] = said
    _starts_wrong_and_recovers(stage)


def _keyfile_gone(stage: Stage, orders: ReplicaSet) -> str:
    """The operator may not watch Secrets: it looks every ten minutes, and when it starts."""
    secrets = f"/api/v1/namespaces/{stage.namespace}/secrets"
    path = f"{secrets}/{orders.name}-keyfile"
    secret = stage.world.api.get(path)
    stage.world.api.delete(path)
    stage.operator.kill()
    stage.operator.revive()
    try:
        said = expect_complaint(orders, "KeyfileMissing", "put it back")
        assert not _exists(stage, path), "the operator made another keyfile, which the running members do not know"
        return said
    finally:
        _put_back(stage, secrets, secret)
        orders.settle()


def _put_back(stage: Stage, secrets: str, secret: dict[str, Any]) -> None:
    path = f"{secrets}/{secret['metadata']['name']}"
    for field in ("resourceVersion", "uid", "creationTimestamp", "managedFields"):
        secret["metadata"].pop(field, None)
    if _exists(stage, path):  # another one: its operator believes in it for ten minutes
        stage.world.api.delete(path)
        stage.operator.kill()
    stage.world.api.post(secrets, secret)
    stage.operator.revive()


def _exists(stage: Stage, path: str) -> bool:
    try:
        return bool(stage.world.api.get(path))
    except ApiError as error:
        if error.code == 404:
            return False
        raise


def _starts_wrong_and_recovers(stage: Stage) -> None:
    """A set that is wrong from its birth says so too, and the corrected spec brings it up."""
    name = "wrong"
    manifest = stage.manifest(name, members=1, mongod={"config": {"net": {"prt": 1}}})
    stage.world.apply(manifest, namespace=stage.namespace)
    wrong = ReplicaSet(stage.world, stage.namespace, name)
    stage.facts["said"]["wrong from the beginning"] = expect_complaint(
        wrong, "PreflightFailed", "net.prt", "correct the spec"
    )
    wrong.change(mongod={"config": {"net": None}})
    wrong.settle()
    stage.world.api.delete(f"{GROUP}/namespaces/{stage.namespace}/mongoreplicasets/{name}")
