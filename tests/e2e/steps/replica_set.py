# SPDX-License-Identifier: Apache-2.0
"""What does a MongoReplicaSet say about itself, and how is it changed?"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from typing import Any

from tests.e2e.steps.world import NOT_YET, ApiError, ClusterError, World

GROUP = "/apis/mongodb.sagong.dev/v1alpha1"
MEMBER_PODS = "mongodb.sagong.dev/component=member"
MEMBER_LABEL = "mongodb.sagong.dev/member"
SET_LABEL = "mongodb.sagong.dev/replica-set"
Object = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Operation:
    """status.operation, as far as it says which step of what is under way."""

    type: str
    phase: str
    member: int
    successor: int | None
    because: str

    def __str__(self) -> str:
        return f"{self.type}/{self.phase} of member {self.member}"


def condition(an_object: Object, kind: str) -> Object:
    """That condition, or an empty one."""
    found = [one for one in an_object.get("status", {}).get("conditions", []) if one["type"] == kind]
    return found[0] if found else {}


def holds(an_object: Object, kind: str) -> bool:
    """The condition is True and about the present spec."""
    one = condition(an_object, kind)
    return one.get("status") == "True" and one.get("observedGeneration") == an_object["metadata"]["generation"]


def operation(an_object: Object) -> Operation | None:
    raw = an_object.get("status", {}).get("operation")
    if not raw:
        return None
    return Operation(
        raw.get("type", ""), raw.get("phase", ""), raw.get("member", 0), raw.get("successor"), raw.get("because", "")
    )


def member_statuses(an_object: Object) -> list[Object]:
    return list(an_object.get("status", {}).get("members") or [])


def is_settled(an_object: Object) -> bool:
    """Ready as the present spec wants it, nothing under way, nothing left to do."""
    status = an_object.get("status", {})
    reconciling = condition(an_object, "Reconciling")
    return (
        status.get("observedGeneration") == an_object["metadata"]["generation"]
        and holds(an_object, "Ready")
        and reconciling.get("status") == "False"
        and not holds(an_object, "Stalled")
        and operation(an_object) is None
        and not status.get("preview")
        and status.get("readyReplicas") == an_object["spec"]["members"]
        and len(member_statuses(an_object)) == an_object["spec"]["members"]
    )


def why(an_object: Object) -> str:
    """The sentence that says most: why it is stalled, what is being done, or that all is well."""
    for kind in ("Stalled", "Reconciling", "Ready"):
        one = condition(an_object, kind)
        if one.get("message") and (one.get("status") == "True" or kind == "Ready"):
            return f"{one.get('reason', '')}: {one['message']}"
    return "the operator has not looked yet"


class ReplicaSet:
    """One MongoReplicaSet by name, for the main thread."""

    def __init__(self, world: World, namespace: str, name: str = "orders") -> None:
        self.world, self.namespace, self.name = world, namespace, name
        self.path = f"{GROUP}/namespaces/{namespace}/mongoreplicasets/{name}"

    def get(self) -> Object:
        answer: Object = self.world.api.get(self.path)
        return answer

    def exists(self) -> bool:
        try:
            self.get()
        except ApiError as error:
            if error.code == 404:
                return False
            raise
        return True

    def change(self, **spec: Any) -> int:
        """Merge-patches the spec (None removes a field) and returns the new generation."""
        return int(self.world.api.patch(self.path, {"spec": spec})["metadata"]["generation"])

    def scale(self, members: int) -> None:
        """By `kubectl scale`, as a user or an autoscaler does."""
        self.world.kubectl("scale", f"mrs/{self.name}", f"--replicas={members}", "--namespace", self.namespace)

    def settle(self, timeout_s: float = 180) -> Object:
        return self.reaches("it is as its spec says", is_settled, timeout_s)

    def reaches(self, what: str, predicate: Callable[[Object], bool], timeout_s: float) -> Object:
        """Waits until the predicate holds for it; if it never does, says what the set has to say for itself."""
        last = "it could not be read"
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            try:
                present = self.get()
            except NOT_YET as error:
                last = str(error)
            else:
                if predicate(present):
                    return present
                step = operation(present)
                last = f"{step}, {why(present)}" if step else why(present)
            time.sleep(0.2)
        raise ClusterError(f"{self.namespace}/{self.name}: not so within {timeout_s:.0f} s: {what}. It says: {last}")

    def settle_and_stay(self, quiet_s: float = 3, timeout_s: float = 180) -> Object:
        """Settled for so long without a break: what has only not begun yet does not count."""
        deadline = time.monotonic() + timeout_s
        while True:
            settled = self.settle(max(1.0, deadline - time.monotonic()))
            since = time.monotonic()
            while is_settled(self.get()):
                if time.monotonic() - since > quiet_s:
                    return settled
                time.sleep(0.2)

    def stalls(self, timeout_s: float = 60, reason: str = "") -> Object:
        """Waits for the Stalled condition about the present spec and returns the condition."""

        def is_stalled(present: Object) -> bool:
            return holds(present, "Stalled") and reason in ("", condition(present, "Stalled").get("reason"))

        what = f"it is Stalled{' with ' + reason if reason else ''}"
        return condition(self.reaches(what, is_stalled, timeout_s), "Stalled")

    def pods(self) -> list[Object]:
        selector = f"{SET_LABEL}={self.name},{MEMBER_PODS}"
        found = self.world.api.get(f"/api/v1/namespaces/{self.namespace}/pods?labelSelector={selector}")["items"]
        return sorted(found, key=lambda pod: int(pod["metadata"]["labels"].get(MEMBER_LABEL, 0)))

    def pod_uids(self) -> dict[str, str]:
        return {pod["metadata"]["name"]: pod["metadata"]["uid"] for pod in self.pods()}

    def claims(self) -> dict[str, Object]:
        found = self.world.api.get(f"/api/v1/namespaces/{self.namespace}/persistentvolumeclaims")["items"]
        return {
            one["metadata"]["name"]: one
            for one in found
            if one["metadata"].get("labels", {}).get(SET_LABEL) == self.name
        }

    def events(self, reason: str = "") -> list[Object]:
        """events.k8s.io about this set, oldest first."""
        found = self.world.api.get(f"/apis/events.k8s.io/v1/namespaces/{self.namespace}/events")["items"]
        ours = [
            one
            for one in found
            if one.get("regarding", {}).get("kind") == "MongoReplicaSet"
            and one["regarding"].get("name") == self.name
            and reason in ("", one.get("reason"))
        ]
        return sorted(ours, key=lambda one: one.get("eventTime") or one["metadata"]["creationTimestamp"])
