# SPDX-License-Identifier: Apache-2.0
"""What was the case at a given moment? Pods, member states, configurations and status, read from the evidence.

Every answer is "as far as was on record by then": a member is in the state that it last wrote into its log, and a
configuration exists from the moment that the first member says it uses it.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
from typing import Any

from tests.e2e.harness import AuditEvent
from tests.e2e.invariants.evidence import Evidence, MongodLine

Moment = datetime.datetime
SERVING = frozenset({"PRIMARY", "SECONDARY", "ARBITER"})
REVISION = "mongodb.sagong.dev/revision"
INSTALLED = "New replica set config in use"
TRANSITION = "Replica set state transition"


@dataclasses.dataclass(frozen=True)
class Pod:
    """One life of a member's pod."""

    name: str
    uid: str
    member: str
    revision: str
    created: Moment
    stopped: Moment | None  # when somebody first asked it to go
    stopped_by: str


@dataclasses.dataclass(frozen=True)
class Voter:
    id: int
    votes: int
    priority: float
    newly_added: bool


@dataclasses.dataclass(frozen=True)
class Config:
    """A configuration as one member took it into use."""

    at: Moment
    member: str
    uid: str
    version: int
    term: int
    id: str  # of the replica set
    members: dict[str, Voter]  # by member name

    @property
    def stamp(self) -> tuple[int, int]:
        return self.term, self.version

    @property
    def voters(self) -> frozenset[str]:
        """Who has a say: the server does not count a vote that is newly added before its member has caught up."""
        return frozenset(name for name, one in self.members.items() if one.votes > 0 and not one.newly_added)

    @property
    def majority(self) -> int:
        return len(self.voters) // 2 + 1


@dataclasses.dataclass(frozen=True)
class StatusWrite:
    at: Moment
    uid: str  # of the custom resource
    spec: dict[str, Any]
    status: dict[str, Any]

    @property
    def operation(self) -> dict[str, Any]:
        return self.status.get("operation") or {}


@dataclasses.dataclass(frozen=True)
class Removal:
    """The operator asked a member's pod to go, and the API server agreed."""

    at: Moment
    pod: str
    member: str
    uid: str  # what the request insisted on; empty: nothing
    verb: str  # "evict" or "delete"


class History:
    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence

    # --- pods ---

    @functools.cached_property
    def pods(self) -> list[Pod]:
        created = [
            one
            for one in self.evidence.requests
            if _is(one, "create", "pods") and one.succeeded and self.evidence.is_member_pod(one.name)
        ]
        return [self._life(one) for one in created]

    def pod_at(self, member: str, at: Moment) -> Pod | None:
        """The member's pod, unless it had been asked to go by then."""
        alive = [
            pod
            for pod in self.pods
            if pod.member == member and pod.created <= at and (pod.stopped is None or pod.stopped > at)
        ]
        return alive[-1] if alive else None

    def pod_of(self, uid: str) -> Pod | None:
        return next((pod for pod in self.pods if pod.uid == uid), None)

    @functools.cached_property
    def removals(self) -> list[Removal]:
        found = []
        for one in self.evidence.requests:
            verb = _removal_verb(one)
            if verb and one.user == self.evidence.operator and self.evidence.is_member_pod(one.name):
                found.append(Removal(one.at, one.name, one.name.removesuffix("-0"), one.precondition_uid, verb))
        return found

    # --- what mongod said ---

    @functools.cached_property
    def states(self) -> list[tuple[Moment, str, str, str]]:
        """(when, member, pod uid, state): transitions, and STARTUP at the first line of each run."""
        found, runs = [], set()
        for line in self.evidence.mongod:
            run = (line.uid, line.restart)
            if run not in runs:
                runs.add(run)
                found.append((line.at, line.member, line.uid, "STARTUP"))
            if line.message == TRANSITION:
                found.append((line.at, line.member, line.uid, str(line.attributes.get("newState", ""))))
        return found

    def state_at(self, member: str, at: Moment) -> str:
        """Its last word, or "" while no pod of it is there to serve."""
        pod = self.pod_at(member, at)
        if pod is None:
            return ""
        said = [state for when, _, uid, state in self.states if uid == pod.uid and when <= at]
        return said[-1] if said else ""

    def is_serving(self, member: str, at: Moment) -> bool:
        return self.state_at(member, at) in SERVING

    def is_in_initial_sync(self, member: str, at: Moment) -> bool:
        pod = self.pod_at(member, at)
        said = [line.message.lower() for line in self.evidence.mongod if pod and line.uid == pod.uid and line.at <= at]
        marks = [word for word in said if word.startswith(("starting initial sync", "initial sync done"))]
        return bool(marks) and marks[-1].startswith("starting")

    def serves_again(self, member: str, not_uid: str, after: Moment) -> Moment | None:
        """When another pod of that member first served after that."""
        for when, who, uid, state in self.states:
            if who == member and uid != not_uid and when > after and state in SERVING:
                return when
        return None

    @functools.cached_property
    def elections(self) -> list[tuple[Moment, str]]:
        return [(when, member) for when, member, _, state in self.states if state == "PRIMARY"]

    @functools.cached_property
    def configs(self) -> list[Config]:
        return [config for line in self.evidence.mongod if (config := _config(line))]

    def config_at(self, at: Moment) -> Config | None:
        """The newest by (term, version) that anybody used by then. A forced one (term -1) counts by its version."""
        known = [config for config in self.configs if config.at <= at]
        return max(known, key=lambda config: (config.version, config.term)) if known else None

    def version_at(self, member: str, at: Moment) -> int:
        """Of the configuration that the member uses; -1: none."""
        pod = self.pod_at(member, at)
        used = [config.version for config in self.configs if pod and config.uid == pod.uid and config.at <= at]
        return used[-1] if used else -1

    def steps_down(self) -> list[MongodLine]:
        return [
            line
            for line in self.evidence.mongod
            if line.message.startswith("Replica set state transition")
            and line.attributes.get("oldState") == "PRIMARY"
            and line.attributes.get("newState") == "SECONDARY"
        ]

    # --- what the operator said ---

    @functools.cached_property
    def statuses(self) -> list[StatusWrite]:
        found = []
        for one in self.evidence.requests:
            about_us = one.resource == "mongoreplicasets" and one.name == self.evidence.set
            if (
                about_us
                and one.subresource == "status"
                and one.succeeded
                and one.is_write
                and _has_status(one.response)
            ):
                found.append(StatusWrite(one.at, one.uid, one.response.get("spec", {}), one.response["status"]))
        return found

    def status_at(self, at: Moment) -> StatusWrite | None:
        written = [one for one in self.statuses if one.at <= at]
        return written[-1] if written else None

    def is_being_deleted(self, at: Moment) -> bool:
        """Somebody asked for the custom resource, or its namespace, to go, and no new one was made since."""
        going = False
        for one in self.evidence.requests:
            if one.at > at or not one.succeeded or one.resource != "mongoreplicasets" or one.subresource:
                continue
            if one.name not in ("", self.evidence.set):
                continue
            going = one.verb in ("delete", "deletecollection") or (going and one.verb != "create")
        return going

    def _life(self, one: AuditEvent) -> Pod:
        metadata = (one.response or one.request or {}).get("metadata", {})
        stopped = [
            request for request in self.evidence.requests if request.at >= one.at and _stops(request, one.name, one.uid)
        ]
        return Pod(
            one.name,
            one.uid,
            one.name.removesuffix("-0"),
            metadata.get("annotations", {}).get(REVISION, ""),
            one.at,
            stopped[0].at if stopped else None,
            stopped[0].user if stopped else "",
        )


def _is(one: AuditEvent, verb: str, resource: str, subresource: str = "") -> bool:
    return (one.verb, one.resource, one.subresource) == (verb, resource, subresource)


def _removal_verb(one: AuditEvent) -> str:
    if not one.succeeded:
        return ""
    if _is(one, "create", "pods", "eviction"):
        return "evict"
    return "delete" if _is(one, "delete", "pods") else ""


def _stops(one: AuditEvent, name: str, uid: str) -> bool:
    if not one.succeeded:
        return False
    if _is(one, "deletecollection", "pods"):
        return True
    if one.name != name or not _removal_verb(one):
        return False
    meant = one.precondition_uid or (one.uid if one.verb == "delete" else "")
    return meant in ("", uid)


def _has_status(response: Any) -> bool:
    return isinstance(response, dict) and isinstance(response.get("status"), dict)


def _config(line: MongodLine) -> Config | None:
    raw = line.attributes.get("config")
    if line.message != INSTALLED or not isinstance(raw, dict):
        return None
    members = {
        str(one["host"]).partition(".")[0]: Voter(
            int(one.get("_id", -1)),
            int(one.get("votes", 1)),
            float(one.get("priority", 1)),
            bool(one.get("newlyAdded", False)),
        )
        for one in raw.get("members", [])
    }
    identity = (raw.get("settings") or {}).get("replicaSetId") or {}
    return Config(
        line.at,
        line.member,
        line.uid,
        int(raw.get("version", -1)),
        int(raw.get("term", -1)),
        str(identity.get("$oid", "") if isinstance(identity, dict) else identity),
        members,
    )
