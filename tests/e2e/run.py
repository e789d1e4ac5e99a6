#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which scenarios hold on a real cluster?

    python3 -m tests.e2e.run [--list] [--full] [--keep] [--json FILE] [scenario…]

One cluster (build/clusters/e2e) serves all scenarios; each gets a namespace with an operator of its own, a writer
where something is disturbed, and the invariants M1–M11 afterwards. One line per scenario; what a failure needs to be
understood is in build/e2e/<scenario>/. The last line is `N passed, N failed`; the exit status is
0 only without failures.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from tests.e2e import scenarios
from tests.e2e.harness.mongo_images import mongod_program
from tests.e2e.invariants import check_all, gather
from tests.e2e.steps.diagnosis import summary, write_diagnosis
from tests.e2e.steps.install import install_crd
from tests.e2e.steps.real_cluster import RealCluster, bring_up, end_on_sigterm, ensure_volumes, results
from tests.e2e.steps.stage import Stage
from tests.e2e.steps.wire_tap import WireTap
from tests.e2e.steps.world import NOT_YET, ClusterError

RESULTS = results("e2e")
VOLUMES_EACH = 8  # five members, and one or two sets more
SETTLE_S = 60


@dataclasses.dataclass
class Result:
    name: str
    seconds: float
    ok: bool
    acknowledged: int
    unknown: int
    lost: int
    violations: list[str]
    why: str
    facts: dict[str, Any]

    def line(self) -> str:
        words = f"{'ok    ' if self.ok else 'FAILED'}  {self.name:<28} {self.seconds:6.1f} s"
        if self.acknowledged:
            words += f"  acknowledged {self.acknowledged}, unknown {self.unknown}, lost {self.lost}"
        words += f"  violations {len(self.violations)}"
        return words + (f"\n        {self.why}" if self.why else "")


def play(name: str, world: RealCluster, full: bool) -> Result:
    """One scenario from its namespace to its verdict."""
    folder = RESULTS / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    begun, why = time.monotonic(), ""
    violations: list[str] = []
    with WireTap(world.layout) as tap:
        stage = Stage(world, "e2e-" + name.replace("_", "-"), folder, full, tap)
        try:
            ensure_volumes(world, VOLUMES_EACH)
            stage.install()
            scenarios.module(name).play(stage)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong, the other scenarios are played
            why = str(error) if isinstance(error, AssertionError | ClusterError) else f"{type(error).__name__}: {error}"
            (folder / "failure.txt").write_text(traceback.format_exc())
        violations = _violations(stage)
    seconds = time.monotonic() - begun
    ok = not why and not violations
    if not ok:
        write_diagnosis(world, stage.namespace, stage.since, folder)
    result = Result(
        name,
        round(seconds, 1),
        ok,
        sum(one.acknowledged for one in stage.verdicts),
        sum(one.unknown for one in stage.verdicts),
        sum(one.lost for one in stage.verdicts),
        violations,
        why,
        stage.facts,
    )
    (folder / "result.json").write_text(json.dumps(dataclasses.asdict(result), indent=2) + "\n")
    return result


def _violations(stage: Stage) -> list[str]:
    found = []
    for evidence in gather(stage.world, stage.namespace, stage.since, stage.commands()):
        found += check_all(evidence)
    (stage.folder / "commands.txt").write_text("".join(f"{one.line()}\n" for one in stage.commands() if one.body))
    (stage.folder / "violations.txt").write_text("".join(f"{one}\n" for one in found))
    return found


def sweep(world: RealCluster, namespace: str) -> None:
    """Takes the sets away first, so that the operator can let go of them, then the namespace; does not wait for it."""
    try:
        world.kubectl("delete", "mrs", "--all", "--namespace", namespace, "--wait=false")
        world.until(
            "the sets are gone",
            lambda: not world.kubectl_json("get", "mrs", "--namespace", namespace)["items"],
            timeout_s=SETTLE_S,
            every_s=0.5,
        )
    except NOT_YET as error:
        print(f"        in {namespace}: {str(error).splitlines()[0]}", flush=True)
    try:
        world.kubectl("delete", "namespace", namespace, "--wait=false", "--ignore-not-found")
    except NOT_YET as error:
        print(f"        {namespace} cannot be deleted: {str(error).splitlines()[0]}", flush=True)


def is_healthy(world: RealCluster) -> bool:
    try:
        return bool(world.api.get("/readyz") == "ok")
    except NOT_YET:
        return False


def play_all(names: list[str], full: bool, keep: bool) -> list[Result]:
    results: list[Result] = []
    world: RealCluster | None = None
    try:
        for name in names:
            if world is None or not is_healthy(world):
                world = _new_cluster(keep)
            result = play(name, world, full)
            results.append(result)
            print(result.line(), flush=True)
            for violation in result.violations[:10]:
                print(f"        {violation}", flush=True)
            if not result.ok:
                print(f"        all of it: {RESULTS / name}", flush=True)
                (RESULTS / name / "summary.txt").write_text(summary(RESULTS / name))
            if not keep or name != names[-1]:
                sweep(world, "e2e-" + name.replace("_", "-"))
    finally:
        if world is not None:
            world.stop_started()
            if not keep:
                world.down()
    return results


def _new_cluster(keep: bool) -> RealCluster:
    world = bring_up("e2e", volumes=2 * VOLUMES_EACH, keep=keep)
    install_crd(world)
    return world


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev e2e", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--list", action="store_true", help="say which scenarios there are")
    parser.add_argument("--full", action="store_true", help="more rolls and more kills")
    parser.add_argument(
        "--keep", action="store_true", help="leave the cluster up, with the last scenario's namespace in it"
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write e2e[].{name,seconds,ok,acknowledged,lost,violations}"
    )
    parser.add_argument("scenarios", nargs="*", metavar="scenario", help="which ones (default: all)")
    given = parser.parse_args(arguments)
    unknown = [name for name in given.scenarios if name not in scenarios.NAMES]
    if unknown:
        parser.error(f"there is no scenario {', '.join(unknown)}. There are: {' '.join(scenarios.NAMES)}")
    return given


def main(arguments: list[str]) -> int:
    given = _parse(arguments)
    if given.list:
        for name in scenarios.NAMES:
            print(f"{name:<28} {scenarios.sentence(name)}")
        return 0
    end_on_sigterm()
    names = given.scenarios or list(scenarios.NAMES)
    _, kind = mongod_program()
    print(f"{len(names)} scenarios, mongod is {kind}", flush=True)
    try:
        results = play_all(names, given.full, given.keep)
    except ClusterError as error:
        print(f"e2e: {error}", file=sys.stderr)
        print(f"0 passed, {len(names)} failed")
        return 1
    if given.json:
        report = {"mongod": kind, "e2e": [dataclasses.asdict(result) for result in results]}
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(json.dumps(report, indent=2) + "\n")
    failed = sum(1 for result in results if not result.ok)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
