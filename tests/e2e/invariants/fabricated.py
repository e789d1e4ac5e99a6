# SPDX-License-Identifier: Apache-2.0
"""How does the evidence of a run look? A story-teller for the self-test: each call is one thing that went on record."""

from __future__ import annotations

import datetime
from typing import Any

from tests.e2e.harness import AuditEvent
from tests.e2e.invariants.evidence import Effect, Evidence, MongodLine
from tests.e2e.invariants.history import INSTALLED, REVISION, TRANSITION
from tests.e2e.steps.install import user_of
from tests.e2e.steps.wire_tap import Command

NAMESPACE, SET = "databases", "orders"
BEGIN = datetime.datetime(2026, 11, 21, 12, 0, tzinfo=datetime.timezone.utc)
OPERATOR = user_of(NAMESPACE)
KUBELET = "system:node:node1"
STATEFUL_SETS = "system:serviceaccount:kube-system:statefulset-controller"


class Story:
    """Time passes by a second with each call. Members are named by their ordinal."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._requests: list[AuditEvent] = []
        self._mongod: list[MongodLine] = []
        self._effects: list[Effect] = []
        self._commands: list[Command] = []
        self.pods: dict[int, str] = {}
        self._spec: dict[str, Any] = {
            "members": 3,
            "update": {"maxLagSeconds": 10},
            "storage": {"reclaimPolicy": "Retain"},
        }
        self._status: dict[str, Any] = {}
        self._config: dict[int, tuple[int, float]] = {}
        self._version, self.term, self._id = 0, 1, "id-1"

    def evidence(self) -> Evidence:
        return Evidence(
            NAMESPACE, SET, tuple(self._requests), tuple(self._mongod), tuple(self._effects), tuple(self._commands)
        )

    # --- what happens in a cluster ---

    def pod(self, ordinal: int, uid: str, revision: str = "r1") -> None:
        self.pods[ordinal] = uid
        body = {"metadata": {"name": self._pod(ordinal), "uid": uid, "annotations": {REVISION: revision}}}
        self.request("create", "pods", self._pod(ordinal), user=STATEFUL_SETS, uid=uid, response=body)
        conditions = [{"type": "Ready", "status": "True"}]
        answer = body | {"status": {"conditions": conditions}}
        self.request("patch", "pods", self._pod(ordinal), "status", user=KUBELET, uid=uid, response=answer)
        self.says(ordinal, "Waiting for connections")

    def evicted(self, ordinal: int, uid: str | None = None, user: str = OPERATOR) -> None:
        """uid "" insists on nothing."""
        insisted = self.pods[ordinal] if uid is None else uid
        options = {"preconditions": {"uid": insisted}} if insisted else {}
        self.request("create", "pods", self._pod(ordinal), "eviction", user, request={"deleteOptions": options})

    def replaced(self, ordinal: int, uid: str, revision: str = "r2") -> None:
        """The new pod comes up and serves."""
        self.pod(ordinal, uid, revision)
        self.installs(ordinal)
        self.becomes(ordinal, "SECONDARY")

    def deleted(self, resource: str, name: str, user: str = OPERATOR, uid: str = "some") -> None:
        options = {"preconditions": {"uid": uid}} if uid else {}
        self.request("delete", resource, name, user=user, request=options)

    def request(
        self,
        verb: str,
        resource: str,
        name: str,
        subresource: str = "",
        user: str = OPERATOR,
        uid: str = "",
        request: Any = None,
        response: Any = None,
    ) -> None:
        at = self._tick()
        self._requests.append(
            AuditEvent(at, user, "", verb, "", resource, subresource, NAMESPACE, name, uid, 200, request, response)
        )

    # --- what mongod says ---

    def says(self, ordinal: int, message: str, **attributes: Any) -> None:
        self._mongod.append(MongodLine(self._tick(), f"{SET}-{ordinal}", self.pods[ordinal], 0, message, attributes))

    def becomes(self, ordinal: int, state: str, before: str = "") -> None:
        self.says(ordinal, TRANSITION, newState=state, oldState=before)

    def configures(self, *installers: int, **members: tuple[int, float]) -> None:
        """The next version, with m0=(votes, priority) …, taken into use by these members in turn."""
        self._version += 1
        self._config = {int(name[1:]): value for name, value in members.items()}
        for ordinal in installers:
            self.installs(ordinal)

    def initiates(self, ordinal: int) -> None:
        """Version 1, of this member alone, before any term."""
        self._version, self._config = 1, {ordinal: (1, 1.0)}
        self.installs(ordinal, term=0)

    def jumps(self, versions: int) -> None:
        """The next configuration is not the next version."""
        self._version += versions

    def installs(self, ordinal: int, term: int | None = None, identity: str | None = None) -> None:
        members = [
            {"_id": n, "host": f"{SET}-{n}.{NAMESPACE}.svc.cluster.local:27017", "votes": votes, "priority": priority}
            for n, (votes, priority) in self._config.items()
        ]
        config = {
            "version": self._version,
            "term": self.term if term is None else term,
            "members": members,
            "settings": {"replicaSetId": {"$oid": identity or self._id}},
        }
        self.says(ordinal, INSTALLED, config=config)

    # --- what the operator says ---

    def status(self, **changes: Any) -> None:
        self._status = {key: value for key, value in (self._status | changes).items() if value is not None}
        body = {"metadata": {"uid": "cr"}, "spec": dict(self._spec), "status": dict(self._status)}
        self.request("patch", "mongoreplicasets", SET, "status", uid="cr", response=body)

    def phase(self, kind: str, phase: str, member: int, **more: Any) -> None:
        self.status(operation={"type": kind, "phase": phase, "member": member, **more})

    def effect(self, effect: str, target: str = "", result: str = "ok", because: str = "") -> None:
        self._effects.append(Effect(self._tick(), effect, target, result, because))

    def command(self, name: str, **body: Any) -> None:
        self._commands.append(Command(self._tick(), "10.0.0.1", "10.0.0.2", name, body))

    def spec(self, **changes: Any) -> None:
        self._spec |= changes

    def wait(self, seconds: float) -> None:
        self._seconds += seconds

    def _pod(self, ordinal: int) -> str:
        return f"{SET}-{ordinal}-0"

    def _tick(self) -> datetime.datetime:
        self._seconds += 1
        return BEGIN + datetime.timedelta(seconds=self._seconds)


ALL = {"m0": (1, 1.0), "m1": (1, 1.0), "m2": (1, 1.0)}


def initiated(story: Story) -> None:
    """Three pods, one of them initiated, the others joined as they should."""
    for ordinal in (0, 1, 2):
        story.pod(ordinal, f"u{ordinal}")
    story.phase("Initialise", "Initiating", 0)
    story.effect("refresh", "initiate")
    story.initiates(0)
    story.effect("initiate", "member 0")
    story.becomes(0, "PRIMARY")
    story.status(operation=None, replicaSetId="id-1", primary="orders-0", revision="r1")
    joins(story, 1, voters={"m0": (1, 1.0)})
    joins(story, 2, voters={"m0": (1, 1.0), "m1": (1, 1.0)})


def joins(story: Story, ordinal: int, voters: dict[str, tuple[int, float]]) -> None:
    """Without a vote first; with one when it serves."""
    present = [int(name[1:]) for name in voters]
    story.effect("refresh", "reconfigure")
    story.configures(*present, ordinal, **voters, **{f"m{ordinal}": (0, 0.0)})
    story.effect("reconfigure", f"add {ordinal}")
    story.becomes(ordinal, "SECONDARY")
    story.effect("refresh", "reconfigure")
    story.configures(*present, ordinal, **voters, **{f"m{ordinal}": (1, 1.0)})
    story.effect("reconfigure", f"set {ordinal}")


def restarts(story: Story, ordinal: int, uid: str, lag: int = 0) -> None:
    """One member, by the book."""
    old = story.pods[ordinal]
    story.phase("RestartMember", "TakingDown", ordinal, podUID=old, revision="r2")
    story.effect("refresh", f"take down orders-{ordinal}")
    story.evicted(ordinal)
    story.effect("evict", f"orders-{ordinal}-0")
    story.phase("RestartMember", "ComingBack", ordinal, podUID=old, revision="r2", commitPoint={"seconds": 1})
    story.replaced(ordinal, uid)
    story.status(operation=None, members=[{"name": f"orders-{ordinal}", "state": "SECONDARY", "lagSeconds": lag}])


def good_run() -> Story:
    """Start, a roll of all three with a hand-over from 0 to 1, and scaling down to one less."""
    story = Story()
    initiated(story)
    restarts(story, 2, "v2")
    restarts(story, 1, "v1")
    rolled = [{"name": f"orders-{n}", "state": "SECONDARY", "revision": "r2"} for n in (1, 2)]
    story.status(members=rolled)
    story.phase("RestartMember", "HandingOver", 0, podUID="u0", revision="r2", successor=1)
    story.effect("refresh", "hand over")
    story.becomes(0, "SECONDARY", before="PRIMARY")
    story.effect("stepDown", "member 0")
    story.term = 2
    story.becomes(1, "PRIMARY")
    for ordinal in (1, 2, 0):
        story.installs(ordinal)
    restarts(story, 0, "v0")
    leaves(story, 2)
    return story


def leaves(story: Story, ordinal: int) -> None:
    """The last of three, by the book."""
    story.spec(members=2)
    story.phase("ScaleDown", "Demoting", ordinal)
    for members in (
        {"m0": (1, 1.0), "m1": (1, 1.0), f"m{ordinal}": (1, 0.0)},
        {"m0": (1, 1.0), "m1": (1, 1.0), f"m{ordinal}": (0, 0.0)},
        {"m0": (1, 1.0), "m1": (1, 1.0)},
    ):
        story.effect("refresh", "reconfigure")
        story.configures(1, 0, **members)
        story.effect("reconfigure", "set")
    story.phase("ScaleDown", "Shrinking", ordinal)
    story.deleted("statefulsets", f"orders-{ordinal}")
    story.status(operation=None)
