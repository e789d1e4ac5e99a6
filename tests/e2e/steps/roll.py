# SPDX-License-Identifier: Apache-2.0
"""How did a rolling change go? Who went down in which order, who took over from whom, how many were down at once."""

from __future__ import annotations

import dataclasses

from tests.e2e.invariants.evidence import Evidence
from tests.e2e.invariants.history import History, Moment
from tests.e2e.steps.replica_set import Object, member_statuses


@dataclasses.dataclass(frozen=True)
class Roll:
    """What status said before and after."""

    set: str
    members: tuple[str, ...]
    primary_before: str
    primary_after: str
    elections: int  # by how much the term grew
    seconds: float
    since: Moment

    @staticmethod
    def between(before: Object, after: Object, since: Moment, seconds: float) -> Roll:
        return Roll(
            after["metadata"]["name"],
            tuple(one["name"] for one in member_statuses(after)),
            before["status"].get("primary", ""),
            after["status"].get("primary", ""),
            after["status"]["term"] - before["status"]["term"],
            round(seconds, 1),
            since,
        )


def order_faults(evidence: Evidence, roll: Roll) -> list[str]:
    """Each member once, secondaries first, the primary last."""
    order = [one.member for one in History(evidence).removals if one.at >= roll.since]
    if sorted(order) != sorted(roll.members):
        return [f"members went down in the order {order}, each of {list(roll.members)} was to go once"]
    if order[-1] != roll.primary_before:
        return [f"members went down in the order {order}, but {roll.primary_before} was primary and was to go last"]
    return []


def successor_faults(evidence: Evidence, roll: Roll) -> list[str]:
    """A successor was chosen before the primary gave way, and that member is primary now."""
    chosen = [
        f"{roll.set}-{write.operation['successor']}"
        for write in History(evidence).statuses
        if write.at >= roll.since and write.operation.get("phase") == "HandingOver" and "successor" in write.operation
    ]
    if not chosen:
        return ["no successor was chosen before the primary gave way"]
    if roll.primary_after != chosen[-1]:
        return [f"{chosen[-1]} was chosen as successor, but {roll.primary_after} is primary"]
    return []


def stalls(evidence: Evidence, since: Moment) -> list[str]:
    """What was called Stalled since, each sentence once: a good change never is."""
    said = []
    for write in History(evidence).statuses:
        for one in write.status.get("conditions") or []:
            sentence = f"{one.get('reason')}: {one.get('message', '')}"
            if write.at >= since and one["type"] == "Stalled" and one["status"] == "True" and sentence not in said:
                said.append(sentence)
    return said


def most_down_at_once(evidence: Evidence, since: Moment) -> int:
    """The most members whose pod had been asked to go and whose next one did not serve yet, at any moment since."""
    history = History(evidence)
    changes: list[tuple[Moment, int]] = []
    for pod in history.pods:
        if pod.stopped is None or pod.stopped < since or history.is_being_deleted(pod.stopped):
            continue
        config = history.config_at(pod.stopped)
        if config is None or pod.member not in config.members:
            continue
        changes.append((pod.stopped, 1))
        back = history.serves_again(pod.member, pod.uid, pod.stopped)
        if back is not None:
            changes.append((back, -1))
    most = down = 0
    for _, change in sorted(changes):
        down += change
        most = max(most, down)
    return most
