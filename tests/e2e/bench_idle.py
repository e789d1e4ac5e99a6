#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What does the operator cost while nothing happens, and how many effects does a roll take?

    python3 -m tests.e2e.bench_idle [--json FILE] [--seconds N]

One set of three on the real one-node cluster, at rest: memory from /proc, API requests from the audit log, commands to
each member counted on the wire (so it does not matter which mongod it is), effects from the operator's own /metrics.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.e2e.harness.cluster import REPOSITORY
from tests.e2e.harness.mongo_images import VERSIONS, mongod_program
from tests.e2e.steps.install import install_crd
from tests.e2e.steps.real_cluster import bring_up, end_on_sigterm, results
from tests.e2e.steps.replica_set import ReplicaSet
from tests.e2e.steps.stage import Stage
from tests.e2e.steps.wire_tap import WireTap
from tests.e2e.steps.world import ClusterError, now

NAMESPACE = "bench"
BINARIES = ("sagong-mongodb", "sagong-member")
EFFECTS = re.compile(r'sagong_effects_total\{.*effect="(\w+)".*result="(\w+)".*\}')
SETTLE_S = 5


def measure(seconds: float) -> dict[str, Any]:
    with bring_up("bench", volumes=4) as world, WireTap(world.layout) as tap:
        install_crd(world)
        stage = Stage(world, NAMESPACE, results("bench"), tap=tap)
        stage.install()
        orders = stage.create()
        orders.settle_and_stay(quiet_s=SETTLE_S)
        facts = at_rest(stage, orders, seconds)
        facts["effects_per_roll"] = effects_of_a_roll(stage, orders)
        return facts


def at_rest(stage: Stage, orders: ReplicaSet, seconds: float) -> dict[str, Any]:
    assert stage.tap is not None
    begun = now()
    requests, writes = stage.operator.requests(seconds)
    per_minute = 60 / seconds
    source = stage.operator.pod()["status"]["podIP"]
    commands = {
        pod["metadata"]["name"].removesuffix("-0"): stage.tap.counts(source, pod["status"]["podIP"], begun)
        for pod in orders.pods()
    }
    metrics = stage.operator.metrics()
    return {
        "operator_rss_mib": round(stage.operator.rss_mib(), 1),
        "lease_requests_per_minute": round(stage.operator.lease_requests(begun) * per_minute, 1),
        "api_requests_per_minute": round(requests * per_minute, 1),
        "api_writes_per_minute": round(writes * per_minute, 1),
        "mongod_commands_per_member_and_minute": {
            name: round(sum(counts.values()) * per_minute, 1) for name, counts in commands.items()
        },
        "mongod_commands": {name: dict(sorted(counts.items())) for name, counts in commands.items()},
        "reconciles": sum(
            value for key, value in metrics.items() if key.startswith("controller_runtime_reconcile_total")
        ),
    }


def effects_of_a_roll(stage: Stage, orders: ReplicaSet) -> dict[str, int]:
    before = _effects(stage)
    orders.change(version=VERSIONS[1])
    orders.settle(timeout_s=240)
    orders.settle_and_stay(quiet_s=SETTLE_S)
    return dict(sorted((_effects(stage) - before).items()))


def _effects(stage: Stage) -> Counter[str]:
    """Effects that were carried out or tried, by name; those that were refused apart."""
    found: Counter[str] = Counter()
    for sample, value in stage.operator.metrics().items():
        if match := EFFECTS.fullmatch(sample):
            found[match[1] if match[2] == "ok" else f"{match[1]} ({match[2]})"] += int(value)
    return found


def sizes() -> dict[str, float]:
    folder = REPOSITORY / "build" / "release" / "bin"
    return {name: round((folder / name).stat().st_size / 2**20, 2) for name in BINARIES if (folder / name).is_file()}


def machine() -> str:
    model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.M)
    memory = re.search(r"^MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())
    gib = round(int(memory[1]) / 2**20) if memory else 0
    return f"{os.cpu_count()} x {model[1] if model else platform.machine()}, {gib} GiB, Linux {platform.release()}"


def rows(facts: dict[str, Any]) -> list[tuple[str, str]]:
    commands = facts["mongod_commands_per_member_and_minute"]
    effects = facts["effects_per_roll"]
    return [
        ("operator, resident memory", f"{facts['operator_rss_mib']} MiB"),
        *((f"{name}, file", f"{size} MiB") for name, size in facts["binary_mib"].items()),
        ("Lease requests per minute", f"{facts['lease_requests_per_minute']}"),
        ("other API requests per minute at rest", f"{facts['api_requests_per_minute']}"),
        ("API writes among them", f"{facts['api_writes_per_minute']}"),
        ("mongod commands per member and minute", ", ".join(f"{name} {count}" for name, count in commands.items())),
        (
            "effects of a roll of three",
            f"{sum(effects.values())}: " + ", ".join(f"{k} {v}" for k, v in effects.items()),
        ),
    ]


def show(facts: dict[str, Any]) -> None:
    print(f"\n{facts['date']}, {facts['machine']}, mongod {facts['mongod']}: {facts['command']}\n")
    width = max(len(name) for name, _ in rows(facts))
    for name, value in rows(facts):
        print(f"| {name:<{width}} | {value} |")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="./dev bench idle", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    parser.add_argument("--seconds", type=float, default=60, help="how long at rest (default 60)")
    given = parser.parse_args(arguments)
    end_on_sigterm()
    begun = time.monotonic()
    try:
        facts = measure(given.seconds)
    except (ClusterError, AssertionError) as error:
        print(f"bench idle: {error}", file=sys.stderr)
        return 1
    facts |= {
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "command": "./dev bench idle",
        "mongod": mongod_program()[1],
        "at_rest_s": given.seconds,
        "binary_mib": sizes(),
        "took_s": round(time.monotonic() - begun, 1),
    }
    show(facts)
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(json.dumps(facts, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
