# SPDX-License-Identifier: Apache-2.0
"""What is on record about one replica set? Four sources, each reduced to plain values, oldest first.

audit log       who asked the API server for what, with bodies          -> requests
mongod's logs   JSON lines of every member that ever ran                -> mongod
operator's log  `effect` lines: what it did, to what, because of what   -> effects
the wire        commands between pods, where it was listened to         -> commands
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from tests.e2e.harness import AuditEvent, LogLine
from tests.e2e.harness.audit import parse_time
from tests.e2e.steps.install import SERVICE_ACCOUNT, user_of
from tests.e2e.steps.wire_tap import Command
from tests.e2e.steps.world import World

EFFECT = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|\S*)')
DISRUPTIVE = frozenset({"evict", "stepDown", "reconfigure", "initiate"})


@dataclasses.dataclass(frozen=True)
class MongodLine:
    at: datetime.datetime
    member: str  # "orders-0"
    uid: str  # of the pod
    restart: int  # 0: the container's first run in that pod
    message: str
    attributes: dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Effect:
    at: datetime.datetime  # when it was over
    effect: str
    target: str
    result: str
    because: str = ""


@dataclasses.dataclass(frozen=True)
class Evidence:
    namespace: str
    set: str
    requests: tuple[AuditEvent, ...] = ()
    mongod: tuple[MongodLine, ...] = ()
    effects: tuple[Effect, ...] = ()
    commands: tuple[Command, ...] = ()

    @property
    def operator(self) -> str:
        """The operator's user: every copy of it has this one."""
        return user_of(self.namespace)

    def is_member_pod(self, name: str) -> bool:
        return re.fullmatch(re.escape(self.set) + r"-\d+-0", name) is not None


def gather(world: World, namespace: str, since: datetime.datetime, commands: Iterable[Command] = ()) -> list[Evidence]:
    """One Evidence per replica set that the namespace had."""
    requests = sorted(
        (event for event in world.audit(since) if event.namespace == namespace), key=lambda event: event.at
    )
    mongod = sorted(read_mongod(world.kept_logs(namespace, container="mongod")), key=lambda line: line.at)
    effects = sorted(
        read_effects(world.kept_logs(namespace, pod=f"{SERVICE_ACCOUNT}-*", container="operator")),
        key=lambda pair: pair[1].at,
    )
    names = sorted({one.name for one in requests if one.resource == "mongoreplicasets" and one.name})
    found = []
    for name in names:
        whole = Evidence(namespace, name)
        ours = tuple(line for line in mongod if whole.is_member_pod(line.member + "-0"))
        acts = tuple(effect for about, effect in effects if about in (name, f"{namespace}/{name}"))
        found.append(
            dataclasses.replace(whole, requests=tuple(requests), mongod=ours, effects=acts, commands=tuple(commands))
        )
    return [one for one in found if one.mongod or one.effects or _has_status(one)]


def _has_status(evidence: Evidence) -> bool:
    """The operator has looked at it: there must be more on record than this."""
    return any(
        (one.resource, one.subresource, one.name) == ("mongoreplicasets", "status", evidence.set) and one.succeeded
        for one in evidence.requests
    )


def read_mongod(lines: Iterable[LogLine]) -> Iterator[MongodLine]:
    """mongod's own lines; what sagong-member says before it becomes mongod has no `t`."""
    for line in lines:
        if not line.text.startswith("{"):
            continue
        try:
            raw = json.loads(line.text)
            at = parse_mongod_time(raw["t"]["$date"])
        except (ValueError, KeyError, TypeError):
            continue
        attributes = raw.get("attr") or {}
        yield MongodLine(at, line.pod.removesuffix("-0"), line.uid, line.restart, raw.get("msg", ""), attributes)


def parse_mongod_time(text: str) -> datetime.datetime:
    """ "2026-11-21T15:02:03.123+00:00", or with Z."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def read_effects(lines: Iterable[LogLine]) -> Iterator[tuple[str, Effect]]:
    """(name of the replica set, effect) of the operator's logfmt lines `… I effect n=7 key=… effect=… target=…`."""
    for line in lines:
        at, _, rest = line.text.partition(" ")
        _, _, words = rest.partition(" ")
        if not words.startswith("effect "):
            continue
        fields = {key: _unquoted(value) for key, value in EFFECT.findall(words)}
        try:
            when = parse_time(at)
        except ValueError:
            continue
        yield (
            fields.get("key", ""),
            Effect(
                when,
                fields.get("effect", ""),
                fields.get("target", ""),
                fields.get("result", ""),
                fields.get("because", ""),
            ),
        )


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
