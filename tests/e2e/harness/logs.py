# SPDX-License-Identifier: Apache-2.0
"""What did a container say, even one whose pod is gone? Reads the logs that cluster/keep_logs.py kept."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.harness.audit import parse_time


@dataclasses.dataclass(frozen=True)
class LogLine:
    at: datetime.datetime  # when the container runtime read it
    namespace: str
    pod: str
    uid: str  # of the pod
    container: str
    restart: int  # 0 for the container's first run in this pod
    stream: str  # stdout or stderr
    text: str


def read_logs(kept: Path, namespace: str = "*", pod: str = "*", container: str = "*") -> Iterator[LogLine]:
    """Lines of every matching container that ever ran, one container after the other (sort by `at` to merge them)."""
    for log in sorted(kept.glob(f"{namespace}_{pod}_*/{container}/*.log")):
        yield from _read(log)


def _read(log: Path) -> Iterator[LogLine]:
    namespace, pod, uid = log.parent.parent.name.split("_")
    begun = ""  # the runtime cuts a long line into parts (tag P) and a last one (tag F)
    with log.open(errors="replace") as lines:
        for line in lines:
            if not line.endswith("\n"):
                return
            at, stream, tag, text = line.rstrip("\n").split(" ", 3)
            begun += text
            if tag == "F":
                yield LogLine(parse_time(at), namespace, pod, uid, log.parent.name, int(log.stem), stream, begun)
                begun = ""
