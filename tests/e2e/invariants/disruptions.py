# SPDX-License-Identifier: Apache-2.0
"""M1, M2, M3, M8, M9: may this member go down now, and is the last one back?"""

from __future__ import annotations

import datetime
import itertools

from tests.e2e.invariants.evidence import DISRUPTIVE, Effect, Evidence
from tests.e2e.invariants.history import SERVING, Config, History, Moment, Removal

# An effect rests on facts that were asked for at most so long before it (its grounds are good for 5 s, a step-down may
# then take 20 s until it is over and logged).
REFRESH_WITHIN = datetime.timedelta(seconds=30)


def clock(at: Moment) -> str:
    return at.strftime("%H:%M:%S.%f")[:-3]


def check_m1(evidence: Evidence) -> list[str]:
    """M1: the operator takes down at most one member at a time, counting the removals of every copy of it."""
    history = History(evidence)
    found = []
    removals = _of_members(history)
    for index, second in enumerate(removals):
        for first in removals[:index]:
            if first.member == second.member:
                continue
            back = _back(history, first)
            if back is None or back > second.at:
                found.append(
                    f"M1 at {clock(second.at)}: {second.member} was taken down while {first.member}, "
                    f"taken down at {clock(first.at)}, was not back ({'ever' if back is None else clock(back)})"
                )
    return found


def check_m2(evidence: Evidence) -> list[str]:
    """M2: before a member goes down, the healthy voters without it are a majority, and all use one configuration."""
    history = History(evidence)
    found = []
    for removal in _of_members(history):
        config = history.config_at(removal.at)
        assert config is not None
        if len(config.voters) == 1 or removal.member not in config.voters:
            continue
        others = sorted(config.voters - {removal.member})
        healthy = [name for name in others if history.is_serving(name, removal.at)]
        if len(healthy) < config.majority:
            states = {name: history.state_at(name, removal.at) or "no pod" for name in others}
            found.append(
                f"M2 at {clock(removal.at)}: {removal.member} was taken down while of {len(config.voters)} voters "
                f"only {len(healthy)} others served: {states}"
            )
        behind = {
            name: version for name in healthy if (version := history.version_at(name, removal.at)) != config.version
        }
        if behind:
            found.append(
                f"M2 at {clock(removal.at)}: {removal.member} was taken down while configuration {config.version} "
                f"was not everywhere: {behind}"
            )
    return found


def check_m3(evidence: Evidence) -> list[str]:
    """M3: a member counts as back only when it serves, is not in initial sync and lags no more than the limit."""
    history = History(evidence)
    found = []
    for before, after in itertools.pairwise(history.statuses):
        operation = before.operation
        ended = operation.get("phase") == "ComingBack" and after.operation.get("phase") != "ComingBack"
        if before.uid != after.uid or not ended or operation.get("type") != "RestartMember":
            continue
        ordinal = operation.get("member", 0)
        member = f"{evidence.set}-{ordinal}"
        if after.operation.get("member", -1) == ordinal and after.operation.get("phase") == "TakingDown":
            continue  # replaced again: it was never said to be back
        if ordinal >= after.spec.get("members", 0):
            continue  # not wanted any more
        found += [
            f"M3 at {clock(after.at)}: {member} was said to be back, but {why}"
            for why in _not_back(history, member, str(operation.get("podUID", "")), after.at, after.status, after.spec)
        ]
    for before, after in itertools.pairwise(history.statuses):
        down = before.operation.get("phase") == "TakingDown" and after.operation.get("phase") == "ComingBack"
        if down and after.status.get("primary") and not after.operation.get("commitPoint"):
            found.append(f"M3 at {clock(after.at)}: a member went down and no commit point was recorded for its return")
    return found


def check_m8(evidence: Evidence) -> list[str]:
    """M8: right before each disruptive effect the topology is read again, and the effect is of the phase on record."""
    history = History(evidence)
    found = []
    refreshed: Effect | None = None
    for effect in evidence.effects:
        if effect.effect == "refresh" and effect.result == "ok":
            refreshed = effect
        if effect.effect not in DISRUPTIVE or effect.result in ("conflict", "refused", "dry_run"):
            continue
        if refreshed is None or effect.at - refreshed.at > REFRESH_WITHIN:
            found.append(f"M8 at {clock(effect.at)}: {effect.effect} {effect.target} without a fresh look before it")
        refreshed = None
    for removal in _of_members(history):
        status = history.status_at(removal.at)
        operation = status.operation if status else {}
        expected = ("RestartMember", "TakingDown", int(removal.member.rpartition("-")[2]), removal.uid)
        on_record = tuple(operation.get(key) for key in ("type", "phase", "member", "podUID"))
        if (on_record[0], on_record[1], on_record[2] or 0, on_record[3]) != expected:
            found.append(
                f"M8 at {clock(removal.at)}: pod {removal.uid} of {removal.member} was taken down, "
                f"but what status had recorded before was {on_record}"
            )
    return found


def check_m9(evidence: Evidence) -> list[str]:
    """M9: every pod and claim goes by its uid, and a pod only when it does not run the revision that is wanted."""
    history = History(evidence)
    found = []
    for one in evidence.requests:
        if one.user != evidence.operator or one.subresource not in ("", "eviction") or not one.succeeded:
            continue
        resources = ("pods", "persistentvolumeclaims", "statefulsets")
        removes = one.resource in resources and (one.verb == "delete" or one.subresource == "eviction")
        if removes and not one.precondition_uid:
            found.append(f"M9 at {clock(one.at)}: {one.verb} of {one.resource} {one.name} without a uid")
        if one.verb == "deletecollection":
            found.append(f"M9 at {clock(one.at)}: {one.resource} were deleted by collection, whatever their uids")
    for removal in history.removals:
        pod = history.pod_of(removal.uid) or history.pod_at(
            removal.member, removal.at - datetime.timedelta(microseconds=1)
        )
        status = history.status_at(removal.at)
        wanted = (status.operation.get("revision") or status.status.get("revision", "")) if status else ""
        if pod is not None and wanted and pod.revision == wanted:
            found.append(
                f"M9 at {clock(removal.at)}: {removal.pod} was taken down though it ran revision {wanted} as wanted"
            )
    return found


def _of_members(history: History) -> list[Removal]:
    """Removals of pods that were in the replica set then, and not because the whole set goes."""
    found = []
    for removal in history.removals:
        config = history.config_at(removal.at)
        if config is not None and removal.member in config.members and not history.is_being_deleted(removal.at):
            found.append(removal)
    return found


def _back(history: History, removal: Removal) -> Moment | None:
    """When the member served again, or had left the configuration."""
    served = history.serves_again(removal.member, removal.uid, removal.at)
    left = _left(history.configs, removal)
    moments = [moment for moment in (served, left) if moment is not None]
    return min(moments) if moments else None


def _left(configs: list[Config], removal: Removal) -> Moment | None:
    return next(
        (config.at for config in configs if config.at > removal.at and removal.member not in config.members), None
    )


def _not_back(
    history: History, member: str, old_uid: str, at: Moment, status: dict[str, object], spec: dict[str, object]
) -> list[str]:
    pod = history.pod_at(member, at)
    why = []
    if pod is None or pod.uid == old_uid:
        return ["no other pod was there"]
    state = history.state_at(member, at)
    if state not in SERVING:
        why.append(f"it was {state or 'silent'}")
    if history.is_in_initial_sync(member, at):
        why.append("it was in initial sync")
    update = spec.get("update")
    limit = update.get("maxLagSeconds", 10) if isinstance(update, dict) else 10
    members = status.get("members")
    for one in members if isinstance(members, list) else []:
        if one.get("name") == member and one.get("lagSeconds", 0) > limit:
            why.append(f"it lagged by {one['lagSeconds']} s, more than {limit} s")
    return why
