# SPDX-License-Identifier: Apache-2.0
"""How does the real one-node cluster come up with our images in it?"""

from __future__ import annotations

import concurrent.futures
import os
import signal
import sys
from pathlib import Path

from tests.e2e.cluster import cgroups
from tests.e2e.cluster.api import Api
from tests.e2e.harness import Cluster, cluster_directory
from tests.e2e.harness.cluster import REPOSITORY
from tests.e2e.harness.mongo_images import build_images

IMAGES = REPOSITORY / "build" / "images"
CPU_WEIGHTS = {"cpu.shares": "16384", "cpu.weight": "1600"}  # cgroup v1, v2: sixteen times the default


class RealCluster(Cluster):
    """harness.Cluster as a steps.world.World."""

    def __enter__(self) -> RealCluster:
        """It is up already, see bring_up: leaving the `with` block takes it away."""
        return self

    def client(self) -> Api:
        return Api(self.layout)


def bring_up(name: str, volumes: int, keep: bool = False) -> RealCluster:
    """A new cluster of that name with our images loaded, which `with bring_up(…) as world` takes away again."""
    world = RealCluster(cluster_directory(name), volumes=volumes, keep=keep)
    try:
        with concurrent.futures.ThreadPoolExecutor() as pool:
            archives = pool.submit(build_images, IMAGES)
            world.up()
            _give_weight(world)
            world.load(*archives.result())
    except BaseException:
        world.down()
        raise
    return world


def _give_weight(world: RealCluster) -> None:
    """The scheduler weighs a group like one process: beside ten compilers a whole cluster would starve."""
    for root in cgroups.roots():
        for name, weight in CPU_WEIGHTS.items():
            setting = root / world.layout.name / name
            if setting.exists():
                setting.write_text(weight)


def end_on_sigterm() -> None:
    """SIGTERM unwinds like an exception, so that a cluster is taken away whatever ends the run."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))


def ensure_volumes(world: RealCluster, wanted: int) -> None:
    """A released volume is not used again: adds new ones until so many are free."""
    volumes = world.api.get("/api/v1/persistentvolumes")["items"]
    free = sum(1 for volume in volumes if volume.get("status", {}).get("phase") in ("Available", "Pending"))
    if free < wanted:
        world.add_volumes(wanted - free)


def results(name: str) -> Path:
    """Where a run leaves what it found: build/NAME, unless SAGONG_RESULTS names another place than build."""
    return Path(os.environ.get("SAGONG_RESULTS") or REPOSITORY / "build") / name


def wrapper(path: Path) -> str:
    """A path as somebody in the repository's folder would type it."""
    return str(path.relative_to(REPOSITORY)) if path.is_relative_to(REPOSITORY) else str(path)
