#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What does a user see, from one `kubectl apply` to a replica set that is changed under load without losing a write?

    python3 -m tests.e2e.demo [--keep] [--json FILE]

A real one-node Kubernetes, the operator as it is shipped, examples/mongodb/replica-set.yaml as it is. Then, while a
writer runs: a version that restarts every member, and `kubectl scale` to five and back to three. Last, ten seconds of
rest. Ends with what was measured and what was checked; the exit status is 0 only if every check holds.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from tests.e2e.harness.mongo_images import VERSIONS, mongod_program
from tests.e2e.invariants import CHECKS, check_all, gather
from tests.e2e.invariants.evidence import Evidence
from tests.e2e.steps.diagnosis import write_diagnosis
from tests.e2e.steps.install import EXAMPLE, install_crd, install_operator
from tests.e2e.steps.live import Screen, follow
from tests.e2e.steps.operator import Operator
from tests.e2e.steps.real_cluster import bring_up, end_on_sigterm, results, wrapper
from tests.e2e.steps.replica_set import Object, ReplicaSet, is_settled
from tests.e2e.steps.roll import Roll, most_down_at_once, order_faults, stalls, successor_faults
from tests.e2e.steps.watch import Watch
from tests.e2e.steps.wire_tap import WireTap
from tests.e2e.steps.world import ClusterError, World, now
from tests.e2e.steps.writer import Writer

CLUSTER, NAMESPACE, SET = "demo", "databases", "orders"
FOLDER = results("demo")
REST_S = 10
MOST_WRITE_GAP_S = 12.0  # M15: one election, 99th percentile
PROMISED = (
    "mongod",
    "ready_s",
    "elections",
    "longest_write_gap_s",
    "acknowledged",
    "lost",
    "idle_api_writes",
    "operator_rss_mib",
)
SAYINGS = {
    "real": "mongod is real: {}",
    "simulated": "mongod is SIMULATED by our double (no mongod on PATH, MONGOD unset): what follows tells about "
    "our own logic, not about MongoDB's speed",
}


class Checks:
    """What was checked, in the order in which it was."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.all: list[tuple[bool, str]] = []

    def check(self, holds: bool, sentence: str, otherwise: str = "") -> None:
        self.all.append((holds, sentence if holds or not otherwise else f"{sentence}: {otherwise}"))

    def none_of(self, faults: list[str], sentence: str) -> None:
        self.check(not faults, sentence, "; ".join(faults))

    def failed(self) -> list[str]:
        return [sentence for holds, sentence in self.all if not holds]

    def show(self) -> None:
        for holds, sentence in self.all:
            self._screen.plain(f"  {'✓' if holds else '✗'} {sentence}")


class Demo:
    """The acts, in order. Each leaves what it measured in `facts`."""

    def __init__(self, world: World, screen: Screen, tap: WireTap) -> None:
        self.world, self.screen, self.tap = world, screen, tap
        self.checks = Checks(screen)
        self.facts: dict[str, Any] = {}
        self.begun = now()
        self.orders = ReplicaSet(world, NAMESPACE, SET)
        self.operator = Operator(world, NAMESPACE)
        self.watch = Watch(world, NAMESPACE, SET)

    def play(self) -> None:
        self.screen.say("install the CustomResourceDefinition and the operator, into one namespace", strong=True)
        install_crd(self.world)
        install_operator(self.world, NAMESPACE)
        with self.watch:
            self.apply()
            with Writer(self.world, NAMESPACE, SET, FOLDER) as writer:
                self.screen.say("a writer inserts with {w: majority, j: true} from now on")
                roll = self.roll()
                self.scale(5)
                self.scale(3)
            self.judge_writes(writer)
            self.rest()
        self.judge_record(roll)

    def apply(self) -> None:
        self.screen.say(f"kubectl apply -f {wrapper(EXAMPLE)}", strong=True)
        begun = time.monotonic()
        self.world.apply(EXAMPLE, namespace=NAMESPACE)
        settled = self.follow("the replica set is Ready", is_settled, 180)
        self.facts["ready_s"] = round(time.monotonic() - begun, 1)
        self.screen.say(f"Ready after {self.facts['ready_s']} s; {settled['status']['primary']} is primary")

    def roll(self) -> Roll:
        old, new = VERSIONS
        self.screen.say(f"spec.version {old} -> {new}: every member must restart", strong=True)
        before, since, begun = self.orders.get(), now(), time.monotonic()
        self.orders.change(version=new)
        after = self.follow(
            f"every member runs {new}", lambda one: is_settled(one) and one["status"]["version"] == new, 240
        )
        roll = Roll.between(before, after, since, time.monotonic() - begun)
        self.facts |= {"roll_s": roll.seconds, "elections": roll.elections}
        self.checks.check(after["status"]["version"] == new, f"every member runs {new} and the set is Ready")
        self.checks.check(roll.elections == 1, "the roll costs one election", f"the term grew by {roll.elections}")
        return roll

    def scale(self, members: int) -> None:
        self.screen.say(f"kubectl scale mrs/{SET} --replicas={members}", strong=True)
        begun = time.monotonic()
        self.orders.scale(members)
        settled = self.follow(
            f"there are {members} members", lambda one: one["spec"]["members"] == members and is_settled(one), 240
        )
        self.facts[f"scale_to_{members}_s"] = round(time.monotonic() - begun, 1)
        self.checks.check(
            settled["status"]["replicas"] == members and len(self.orders.pods()) == members,
            f"`kubectl scale` to {members}: so many members are in the set, and so many pods there",
        )
        if members == 3:
            claims = sorted(self.orders.claims())
            self.checks.check(len(claims) == 5, "the claims of the members that left are kept", f"there are {claims}")

    def judge_writes(self, writer: Writer) -> None:
        verdict = writer.verdict
        assert verdict is not None
        self.facts |= {
            "acknowledged": verdict.acknowledged,
            "unknown": verdict.unknown,
            "lost": verdict.lost,
            "longest_write_gap_s": round(verdict.longest_gap_s, 2),
        }
        self.checks.none_of(
            verdict.faults(), f"none of {verdict.acknowledged} acknowledged writes is lost; every member holds the same"
        )
        self.checks.check(
            verdict.longest_gap_s <= MOST_WRITE_GAP_S,
            f"the longest time without an acknowledged write is at most {MOST_WRITE_GAP_S:.0f} s",
            f"{verdict.longest_gap_s:.1f} s",
        )

    def rest(self) -> None:
        self.screen.say(f"{REST_S} s of rest", strong=True)
        self.orders.settle_and_stay(quiet_s=2)
        requests, writes = self.operator.requests(REST_S)
        self.facts |= {
            "idle_api_requests": requests,
            "idle_api_writes": writes,
            "operator_rss_mib": round(self.operator.rss_mib(), 1),
        }
        self.checks.check(
            writes == 0, f"{REST_S} s at rest: the operator writes nothing but its Lease", f"{writes} writes"
        )

    def judge_record(self, roll: Roll) -> None:
        commands = [one for one in self.tap.commands if one.at >= self.begun]
        evidence = next(one for one in gather(self.world, NAMESPACE, self.begun, commands) if one.set == SET)
        self.checks.none_of(
            order_faults(evidence, roll), "the secondaries restarted first, the primary last, each once"
        )
        self.checks.none_of(
            successor_faults(evidence, roll), "the primary handed over to the successor that was chosen"
        )
        most = most_down_at_once(evidence, roll.since)
        self.facts["most_down_at_once"] = most
        self.checks.check(most == 1, "never more than one member was down", f"{most} were down at once")
        self.checks.none_of(stalls(evidence, self.begun), "nothing was called Stalled, for all went well")
        self.judge_invariants(evidence)

    def judge_invariants(self, evidence: Evidence) -> None:
        violations = check_all(evidence)
        self.facts["violations"] = violations
        self.checks.none_of(
            violations, f"the invariants M1 to M{len(CHECKS)} hold for all that was recorded (API, mongod logs, wire)"
        )

    def follow(self, what: str, reached: Any, timeout_s: float) -> Object:
        generation = self.orders.get()["metadata"]["generation"]
        return follow(
            self.screen,
            self.watch,
            what,
            lambda one: one["metadata"]["generation"] >= generation and reached(one),
            timeout_s,
        )


def show_facts(screen: Screen, facts: dict[str, Any], kind: str) -> None:
    rows = [
        ("Ready after `kubectl apply`", f"{facts.get('ready_s', '-')} s"),
        ("a new version, three members", f"{facts.get('roll_s', '-')} s, {facts.get('elections', '-')} election"),
        ("scale to five, back to three", f"{facts.get('scale_to_5_s', '-')} s, {facts.get('scale_to_3_s', '-')} s"),
        ("writes acknowledged / unknown / lost",
         f"{facts.get('acknowledged', '-')} / {facts.get('unknown', '-')} / {facts.get('lost', '-')}"),
        ("longest time without a write", f"{facts.get('longest_write_gap_s', '-')} s"),
        ("API writes in 10 s at rest", f"{facts.get('idle_api_writes', '-')}"),
        ("operator's memory (RSS)", f"{facts.get('operator_rss_mib', '-')} MiB"),
    ]  # fmt: skip
    screen.plain()
    screen.plain(f"measured on this machine, mongod {kind}")
    for name, value in rows:
        screen.plain(f"  {name:<38} {value}")
    screen.plain()


def say_how_to_go_on(screen: Screen, directory: Path) -> None:
    screen.plain()
    screen.plain("The cluster is left up:")
    screen.plain(f"  {wrapper(directory)}/kubectl -n {NAMESPACE} get mrs,pods,sts,pvc,svc,events")
    screen.plain(f"  {wrapper(directory)}/kubectl -n {NAMESPACE} describe mrs {SET}")
    screen.plain(f"  {wrapper(directory)}/kubectl explain mrs.spec")
    screen.plain(
        "  ./dev shell              a shell in the cluster's network: kubectl is set up, names of members resolve"
    )
    screen.plain("  ./dev clean              takes it away, and build/ with it")
    screen.plain(f"  python3 tests/e2e/cluster/cluster.py down {wrapper(directory)}    takes only the cluster away")


def run(keep: bool, screen: Screen) -> tuple[dict[str, Any], list[str]]:
    program, kind = mongod_program()
    FOLDER.mkdir(parents=True, exist_ok=True)
    screen.plain(SAYINGS[kind].format(program))
    screen.say("bring up a one-node Kubernetes, build and load the images", strong=True)
    with bring_up(CLUSTER, volumes=8, keep=keep) as world, WireTap(world.layout) as tap:
        demo = Demo(world, screen, tap)
        try:
            demo.play()
        except (ClusterError, AssertionError) as error:
            screen.leave()
            demo.checks.check(False, "the demo comes to its end", str(error))
        failed = demo.checks.failed()
        if failed:
            write_diagnosis(world, NAMESPACE, demo.begun, FOLDER)
        show_facts(screen, demo.facts, kind)
        demo.checks.show()
        if failed:
            screen.plain(f"what went on is in {wrapper(FOLDER)}")
        if keep:
            say_how_to_go_on(screen, world.directory)
        return {"mongod": kind} | demo.facts, failed


def report(facts: dict[str, Any], failed: list[str]) -> dict[str, Any]:
    """The keys that are promised come first and are always there."""
    known = {key: facts.get(key) for key in PROMISED} | {"checks_failed": len(failed)}
    return known | {key: value for key, value in facts.items() if key not in known} | {"failed": failed}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="./dev demo", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--keep", action="store_true", help="leave the cluster up and say how to use it")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the measured facts")
    given = parser.parse_args(arguments)
    end_on_sigterm()
    screen = Screen()
    try:
        facts, failed = run(given.keep, screen)
    except ClusterError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(json.dumps(report(facts, failed), indent=2) + "\n")
    screen.plain()
    screen.plain(f"{len(failed)} checks failed" if failed else "all checks hold")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
