# SPDX-License-Identifier: Apache-2.0
"""A new version restarts every member one at a time, the primary last and after handing over, and no write is lost."""

from __future__ import annotations

import time

from tests.e2e.steps.replica_set import ReplicaSet
from tests.e2e.steps.roll import Roll, most_down_at_once, order_faults, stalls, successor_faults
from tests.e2e.steps.stage import NEW, OLD, Stage
from tests.e2e.steps.world import now

ROLLS, ROLLS_FULL = 1, 10


def play(stage: Stage) -> None:
    orders = stage.create()
    rolls: list[Roll] = []
    for number in range(ROLLS_FULL if stage.full else ROLLS):
        with stage.writing(orders):
            rolls.append(roll_to(orders, NEW if number % 2 == 0 else OLD))
        stage.facts |= facts_of(stage, rolls)
        evidence = stage.evidence()
        faults = order_faults(evidence, rolls[-1]) + successor_faults(evidence, rolls[-1])
        assert not faults, "; ".join(faults)
        most = most_down_at_once(evidence, rolls[-1].since)
        assert most == 1, f"{most} members were down at once"
        said = stalls(evidence, rolls[-1].since)
        assert not said, f"a roll that goes well was called Stalled: {'; '.join(said)}"
        assert rolls[-1].elections == 1, f"the roll took {rolls[-1].elections} elections, wanted 1"


def roll_to(orders: ReplicaSet, version: str, timeout_s: float = 240) -> Roll:
    before, since, begun = orders.get(), now(), time.monotonic()
    orders.change(version=version)
    after = orders.settle(timeout_s)
    seconds = time.monotonic() - begun
    after = orders.settle_and_stay(quiet_s=1)
    assert after["status"]["version"] == version, (
        f"the oldest member runs {after['status']['version']}, wanted {version}"
    )
    return Roll.between(before, after, since, seconds)


def facts_of(stage: Stage, rolls: list[Roll]) -> dict[str, object]:
    return {
        "rolls": len(rolls),
        "roll_s": [roll.seconds for roll in rolls],
        "elections": [roll.elections for roll in rolls],
        "longest_write_gap_s": [round(verdict.longest_gap_s, 2) for verdict in stage.verdicts],
    }
