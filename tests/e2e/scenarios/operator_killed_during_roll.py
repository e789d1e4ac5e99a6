# SPDX-License-Identifier: Apache-2.0
"""The operator is killed (SIGKILL) as it enters each phase of a roll, and the roll still ends, one member at a time."""

from __future__ import annotations

import random
import time

from tests.e2e.steps.replica_set import ReplicaSet, is_settled, operation
from tests.e2e.steps.roll import most_down_at_once
from tests.e2e.steps.stage import NEW, OLD, Stage
from tests.e2e.steps.world import NOT_YET, ClusterError, now

ROLL_WITHIN_S = 600
RANDOM_KILLS = 20
EVERY_PHASE = {"TakingDown", "ComingBack", "HandingOver"}


def play(stage: Stage) -> None:
    orders = stage.create()
    since = now()
    with stage.writing(orders):
        killed = _kill_in_every_phase(stage, orders)
    stage.facts["killed_in"] = killed
    phases = {one.partition("/")[2].partition(" ")[0] for one in killed}
    assert phases >= EVERY_PHASE, f"the operator was killed in {sorted(phases)} only, wanted {sorted(EVERY_PHASE)}"
    if stage.full:
        with stage.writing(orders):
            stage.facts["random_kills"] = _kill_at_random(stage, orders)
    most = most_down_at_once(stage.evidence(), since)
    assert most == 1, f"{most} members were down at once"


def _kill_in_every_phase(stage: Stage, orders: ReplicaSet) -> list[str]:
    killed: list[str] = []
    orders.change(version=NEW)
    deadline = time.monotonic() + ROLL_WITHIN_S
    while True:
        try:
            present = orders.get()
        except NOT_YET:
            continue
        step = operation(present)
        if step is not None and str(step) not in killed:
            killed.append(str(step))
            stage.operator.kill()
            stage.operator.revive()
        elif step is None and is_settled(present) and present["spec"]["version"] == present["status"].get("version"):
            return killed
        if time.monotonic() > deadline:
            raise ClusterError(f"the roll did not end within {ROLL_WITHIN_S} s; the operator was killed in {killed}")
        time.sleep(0.02)


def _kill_at_random(stage: Stage, orders: ReplicaSet) -> list[float]:
    """Rolls to and fro until the operator has been killed so often; returns when, in seconds since the first roll."""
    chance = random.Random(4)
    kills: list[float] = []
    begun, version = time.monotonic(), OLD
    orders.change(version=version)
    while len(kills) < RANDOM_KILLS:
        time.sleep(chance.uniform(0.2, 8))
        if is_settled(orders.get()):
            version = NEW if version == OLD else OLD
            orders.change(version=version)
            continue
        kills.append(round(time.monotonic() - begun, 1))
        stage.operator.kill()
        stage.operator.revive()
    orders.settle(ROLL_WITHIN_S)
    return kills
