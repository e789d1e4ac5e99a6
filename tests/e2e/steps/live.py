# SPDX-License-Identifier: Apache-2.0
"""What is the replica set doing, and why? A table that is redrawn in place on a terminal, and appended to elsewhere."""

from __future__ import annotations

import shutil
import sys
import textwrap
import time
from collections.abc import Callable
from typing import Any, TextIO

from tests.e2e.steps.replica_set import Object, condition, member_statuses, operation, why
from tests.e2e.steps.watch import Snapshot, Watch
from tests.e2e.steps.world import ClusterError

COLUMNS = ("MEMBER", "STATE", "LAG", "REVISION", "READY", "NODE")
UP, CLEAR_LINE, CLEAR_BELOW, BOLD, DIM, PLAIN = "\033[{}A", "\033[2K", "\033[J", "\033[1m", "\033[2m", "\033[0m"
MEMBER_WORDS = "{name} {state}{lag} {revision}{ready}"


def headline(an_object: Object) -> str:
    status = an_object.get("status", {})
    ready = condition(an_object, "Ready").get("status", "?")
    return (
        f"{an_object['metadata']['name']}: ready {ready}, primary {status.get('primary') or 'none'}, "
        f"term {status.get('term', '-')}, version {status.get('version') or '-'}, "
        f"{status.get('readyReplicas', 0)} of {an_object['spec'].get('members')} members"
    )


def doing(an_object: Object) -> str:
    """Type and phase of the operation, then the sentence."""
    present = operation(an_object)
    step = f"{present.type}/{present.phase} of {an_object['metadata']['name']}-{present.member}" if present else ""
    return f"{step} | {why(an_object)}" if step else why(an_object)


def table(an_object: Object) -> list[str]:
    """The members as columns, in the order of their ordinals."""
    rows = [COLUMNS]
    for member in member_statuses(an_object):
        rows.append(
            (
                member.get("name", "?"),
                member.get("state", "?"),
                f"{member.get('lagSeconds', 0)} s",
                member.get("revision", "") or "-",
                "yes" if member.get("ready") else "no",
                member.get("node", "") or "-",
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def one_line(an_object: Object) -> str:
    """The same for a log: only what differs between members."""
    members = []
    for member in member_statuses(an_object):
        lag = f"+{member['lagSeconds']}s" if member.get("lagSeconds") else ""
        ready = "" if member.get("ready") else " (not ready)"
        members.append(
            MEMBER_WORDS.format(
                name=member.get("name", "?"),
                state=member.get("state", "?"),
                lag=lag,
                revision=(member.get("revision", "") or "-")[:6],
                ready=ready,
            )
        )
    return f"{', '.join(members) or 'no members yet'} | {doing(an_object)}"


class Screen:
    """Shows snapshots. On a terminal the table stays where it is; `say` prints above it."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._begun = time.monotonic()
        self._is_terminal = self._out.isatty()
        self._drawn = 0
        self._last = ""

    def seconds(self) -> float:
        return time.monotonic() - self._begun

    def say(self, text: str, strong: bool = False) -> None:
        self._erase()
        words = f"{BOLD}{text}{PLAIN}" if strong and self._is_terminal else text
        self._out.write(f"{self.seconds():6.1f} s  {words}\n")
        self._out.flush()

    def plain(self, text: str = "") -> None:
        self._erase()
        self._out.write(text + "\n")
        self._out.flush()

    def show(self, snapshot: Snapshot) -> None:
        if snapshot.set is None:
            return
        if self._is_terminal:
            self._draw(snapshot.set)
        else:
            line = one_line(snapshot.set)
            if line != self._last:
                self._last = line
                self._out.write(f"{self.seconds():6.1f} s    {line}\n")
                self._out.flush()

    def leave(self) -> None:
        """What is on the terminal stays there; the next table is drawn below."""
        self._drawn, self._last = 0, ""

    def _draw(self, an_object: Object) -> None:
        width = max(40, shutil.get_terminal_size((100, 30)).columns)
        lines = [f"{self.seconds():6.1f} s  {BOLD}{headline(an_object)[: width - 12]}{PLAIN}"]
        lines += [f"          {line[: width - 10]}" for line in table(an_object)]
        wrapped = textwrap.wrap(doing(an_object), width - 12)[:3]
        lines += [f"          {DIM}{line}{PLAIN}" for line in wrapped]
        self._erase()
        self._out.write("".join(f"{CLEAR_LINE}{line}\n" for line in lines))
        self._out.flush()
        self._drawn = len(lines)

    def _erase(self) -> None:
        if self._drawn:
            self._out.write(UP.format(self._drawn) + CLEAR_BELOW)
            self._drawn = 0


def follow(
    screen: Screen, watch: Watch, what: str, reached: Callable[[Object], Any], timeout_s: float, every_s: float = 0.2
) -> Object:
    """Shows the set until `reached` says yes to it, and returns it."""
    deadline = time.monotonic() + timeout_s
    while True:
        snapshot = watch.latest
        screen.show(snapshot)
        if snapshot.set is not None and reached(snapshot.set):
            screen.leave()
            return snapshot.set
        if time.monotonic() > deadline:
            screen.leave()
            last = doing(snapshot.set) if snapshot.set else "there is no such object"
            raise ClusterError(f"not so within {timeout_s:.0f} s: {what}. Last seen: {last}")
        time.sleep(every_s)
