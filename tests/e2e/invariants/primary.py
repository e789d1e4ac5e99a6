# SPDX-License-Identifier: Apache-2.0
"""M4, M5: how does a primary give way?"""

from __future__ import annotations

import datetime
import re

from tests.e2e.invariants.disruptions import clock
from tests.e2e.invariants.evidence import Evidence
from tests.e2e.invariants.history import History, StatusWrite

INSTANT = datetime.timedelta(microseconds=1)  # before a removal, its pod is still there


def check_m4(evidence: Evidence) -> list[str]:
    """M4: the primary goes last, and steps down only when another member could take over at once."""
    return _primary_taken_down(evidence) + _handed_over_too_early(evidence) + _stepped_down_alone(evidence)


def check_m5(evidence: Evidence) -> list[str]:
    """M5: nobody is ever forced to step down."""
    found = [
        f"M5 at {clock(one.at)}: replSetStepDown with force was sent from {one.source} to {one.target}"
        for one in evidence.commands
        if one.name == "replSetStepDown" and one.body.get("force") not in (None, False, 0)
    ]
    for line in evidence.mongod:
        command = line.attributes.get("command")
        given = command if isinstance(command, dict) else line.attributes
        steps_down = "replSetStepDown" in given or line.message.startswith("Attempting to step down")
        if steps_down and given.get("force") not in (None, False, 0):
            found.append(f"M5 at {clock(line.at)}: {line.member} was told to step down with force")
    found += [
        f"M5 at {clock(one.at)}: the operator's own log speaks of force: {one.target} {one.because}"
        for one in evidence.effects
        if one.effect == "stepDown" and re.search(r"\bforce\b", f"{one.target} {one.because}")
    ]
    return found


def _primary_taken_down(evidence: Evidence) -> list[str]:
    history = History(evidence)
    found = []
    for removal in history.removals:
        config = history.config_at(removal.at)
        if config is None or len(config.voters) == 1 or history.is_being_deleted(removal.at):
            continue
        if history.state_at(removal.member, removal.at - INSTANT) == "PRIMARY":
            found.append(f"M4 at {clock(removal.at)}: {removal.member} was taken down while it was primary")
    return found


def _handed_over_too_early(evidence: Evidence) -> list[str]:
    """Entering HandingOver for a restart: every other healthy member has the revision already."""
    found = []
    previous: StatusWrite | None = None
    for write in History(evidence).statuses:
        entered = write.operation.get("phase") == "HandingOver" and write.operation.get("type") == "RestartMember"
        was = previous.operation if previous else {}
        if entered and was.get("phase") != "HandingOver":
            leader = f"{evidence.set}-{write.operation.get('member', 0)}"
            wanted = write.operation.get("revision")
            still = [
                one["name"]
                for one in write.status.get("members") or []
                if one["name"] != leader and one.get("state") == "SECONDARY" and one.get("revision") != wanted
            ]
            if still:
                found.append(
                    f"M4 at {clock(write.at)}: the primary {leader} was to hand over before {still} had restarted"
                )
        previous = write
    return found


def _stepped_down_alone(evidence: Evidence) -> list[str]:
    """A step-down that the operator asked for, with nobody there to take over."""
    history = History(evidence)
    found = []
    for line in history.steps_down():
        status = history.status_at(line.at)
        operation = status.operation if status else {}
        asked = operation.get("phase") == "HandingOver"
        config = history.config_at(line.at)
        if not asked or config is None or f"{evidence.set}-{operation.get('member', 0)}" != line.member:
            continue
        ready = [
            name
            for name, one in config.members.items()
            if name != line.member
            and one.votes > 0
            and one.priority > 0
            and history.state_at(name, line.at) in ("SECONDARY", "PRIMARY")
        ]
        if not ready:
            found.append(f"M4 at {clock(line.at)}: {line.member} stepped down while no electable secondary was there")
    return found
