# SPDX-License-Identifier: Apache-2.0
"""How is the operator installed? With what is shipped: crds/ and operators/mongodb/install/, into one namespace."""

from __future__ import annotations

from tests.e2e.harness.cluster import REPOSITORY
from tests.e2e.steps.world import World

CRD = REPOSITORY / "crds" / "mongoreplicasets.yaml"
INSTALL = REPOSITORY / "operators" / "mongodb" / "install"
EXAMPLE = REPOSITORY / "examples" / "mongodb" / "replica-set.yaml"
SERVICE_ACCOUNT = DEPLOYMENT = "sagong-mongodb"


def user_of(namespace: str) -> str:
    """The operator as the API server knows it."""
    return f"system:serviceaccount:{namespace}:{SERVICE_ACCOUNT}"


def install_crd(world: World) -> None:
    world.apply(CRD)
    world.kubectl("wait", "--for=condition=Established", "crd/mongoreplicasets.mongodb.sagong.dev", "--timeout=30s")


def install_operator(world: World, namespace: str, timeout_s: float = 90) -> None:
    """Makes the namespace, applies the folder as a user would, and waits until the operator is ready."""
    world.kubectl("create", "namespace", namespace)
    world.apply(INSTALL, namespace=namespace)
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/{DEPLOYMENT}"
    world.until(
        f"the operator in {namespace} is ready",
        lambda: world.api.get(path).get("status", {}).get("readyReplicas", 0) == 1,
        timeout_s=timeout_s,
    )
