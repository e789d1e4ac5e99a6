# SPDX-License-Identifier: Apache-2.0
"""M6, M7, M10, M11: how does the replica set's configuration change, and who belongs to it?"""

from __future__ import annotations

import itertools

from tests.e2e.invariants.disruptions import clock
from tests.e2e.invariants.evidence import Evidence
from tests.e2e.invariants.history import SERVING, Config, History, Moment

# A forced reconfiguration adds a random number between 10,000 and 100,000 to the version.
FORCED_JUMP = 1_000


def check_m6(evidence: Evidence) -> list[str]:
    """M6: no reconfiguration is forced."""
    found = [
        f"M6 at {clock(one.at)}: {one.name} with force was sent from {one.source} to {one.target}"
        for one in evidence.commands
        if one.name == "replSetReconfig" and one.body.get("force") not in (None, False, 0)
    ]
    for before, after in _steps(evidence):
        if after.term < 0:
            found.append(f"M6 at {clock(after.at)}: configuration {after.version} has no term: it was forced")
        elif after.version - before.version >= FORCED_JUMP:
            found.append(
                f"M6 at {clock(after.at)}: the configuration went from version {before.version} to {after.version}: "
                "only a forced one jumps like that"
            )
    return found


def check_m7(evidence: Evidence) -> list[str]:
    """M7: one configuration change at a time, one voter per change, on top of what a majority has."""
    found = []
    history = History(evidence)
    by_stamp: dict[tuple[int, int], Config] = {}
    for config in history.configs:
        same = by_stamp.setdefault(config.stamp, config)
        if same.members != config.members:
            found.append(
                f"M7 at {clock(config.at)}: {same.member} and {config.member} use two different configurations "
                f"of version {config.version} in term {config.term}"
            )
    for before, after in _steps(evidence):
        if after.version == before.version:
            continue  # a new primary writes its term into the configuration that is there
        changed = before.voters ^ after.voters
        if len(changed) > 1:
            found.append(
                f"M7 at {clock(after.at)}: version {after.version} changed the votes of {sorted(changed)} at once"
            )
        had = _users(history, before.version, after.at)
        if len(had & before.voters) < before.majority:
            found.append(
                f"M7 at {clock(after.at)}: version {after.version} came while version {before.version} was used by "
                f"{sorted(had & before.voters)} only, no majority of {sorted(before.voters)}"
            )
    return found


def check_m10(evidence: Evidence) -> list[str]:
    """M10: a set is initiated once, when all members answered and after status said so; its id never changes."""
    history = History(evidence)
    found = []
    ids = sorted({config.id for config in history.configs if config.id})
    if len(ids) > 1:
        found.append(f"M10: the members knew more than one replica set: {ids}")
    said = [write.status["replicaSetId"] for write in history.statuses if write.status.get("replicaSetId")]
    for before, after in itertools.pairwise(said):
        if before != after:
            found.append(f"M10: status called the replica set {before} and later {after}")
    births = [config for config in history.configs if config.version == 1 and config.term <= 0]
    if len({config.uid for config in births}) > 1:
        found.append(f"M10: {[config.member for config in births]} were each initiated")
    if births:
        found += _premature(history, births[0])
    return found


def check_m11(evidence: Evidence) -> list[str]:
    """M11: a member joins without a vote and gets it when it serves; it leaves the set before its pod goes."""
    return _joined_wrongly(evidence) + _left_too_early(evidence) + _claims_deleted(evidence)


def _premature(history: History, birth: Config) -> list[str]:
    found = []
    status = history.status_at(birth.at)
    phase = status.operation.get("phase") if status else None
    if phase != "Initiating":
        found.append(f"M10 at {clock(birth.at)}: the set was initiated while status said {phase or 'nothing'}")
    if status and status.status.get("replicaSetId"):
        found.append(f"M10 at {clock(birth.at)}: the set was initiated although status remembered one")
    wanted = status.spec.get("members", 0) if status else 0
    spoke = {line.member for line in history.evidence.mongod if line.at <= birth.at}
    silent = [name for n in range(wanted) if (name := f"{history.evidence.set}-{n}") not in spoke]
    if silent:
        found.append(f"M10 at {clock(birth.at)}: the set was initiated before {silent} could have been asked")
    return found


def _joined_wrongly(evidence: Evidence) -> list[str]:
    history = History(evidence)
    found = []
    for before, after in _steps(evidence):
        for name in sorted(after.members.keys() - before.members.keys()):
            one = after.members[name]
            if one.votes > 0 or one.priority > 0:
                found.append(
                    f"M11 at {clock(after.at)}: {name} joined with {one.votes} votes and priority {one.priority}"
                )
        for name in sorted((after.voters - before.voters) & before.members.keys()):
            state = history.state_at(name, after.at)
            if state not in SERVING or history.is_in_initial_sync(name, after.at):
                found.append(f"M11 at {clock(after.at)}: {name} got its vote while it was {state or 'silent'}")
    return found


def _left_too_early(evidence: Evidence) -> list[str]:
    history = History(evidence)
    found = []
    for one in evidence.requests:
        ours = one.resource == "statefulsets" and one.name.rpartition("-")[0] == evidence.set
        if one.user != evidence.operator or one.verb != "delete" or not ours or not one.succeeded:
            continue
        config = history.config_at(one.at)
        if config is None or history.is_being_deleted(one.at):
            continue
        if one.name in config.members:
            found.append(
                f"M11 at {clock(one.at)}: the StatefulSet of {one.name} was deleted while it was in the replica set"
            )
        elif len(_users(history, config.version, one.at) & config.voters) < config.majority:
            found.append(
                f"M11 at {clock(one.at)}: the StatefulSet of {one.name} was deleted before a majority knew that it left"
            )
    return found


def _claims_deleted(evidence: Evidence) -> list[str]:
    history = History(evidence)
    found = []
    for one in evidence.requests:
        deletes = one.resource == "persistentvolumeclaims" and one.verb == "delete" and one.succeeded
        if one.user != evidence.operator or not deletes or one.name.rpartition("-")[0] != evidence.set:
            continue
        status = history.status_at(one.at)
        policy = status.spec.get("storage", {}).get("reclaimPolicy", "Retain") if status else "Retain"
        if policy != "Delete":
            found.append(f"M11 at {clock(one.at)}: the claim {one.name} was deleted under reclaimPolicy {policy}")
    return found


def _steps(evidence: Evidence) -> list[tuple[Config, Config]]:
    """Each configuration with its successor, by version and term, each at the moment of its first use."""
    first: dict[tuple[int, int], Config] = {}
    for config in History(evidence).configs:
        first.setdefault((config.version, config.term), config)
    ordered = [first[key] for key in sorted(first)]
    return list(itertools.pairwise(ordered))


def _users(history: History, version: int, at: Moment) -> frozenset[str]:
    """Who had taken that version, or a later one, into use by then."""
    return frozenset(config.member for config in history.configs if config.at <= at and config.version >= version)
