# SPDX-License-Identifier: Apache-2.0
"""Was an acknowledged write lost? Runs sagong-mongo-writer beside whatever happens, and lets it judge afterwards.

    with Writer(world, "databases", "orders", folder) as writer:   # returns once the first writes are acknowledged
        …
    verdict = writer.verdict

The writer dials pod addresses, never names: a watch keeps them current in its members file.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.e2e.harness.cluster import REPOSITORY
from tests.e2e.steps.replica_set import MEMBER_LABEL, Object
from tests.e2e.steps.watch import Snapshot, Watch
from tests.e2e.steps.world import ClusterError, World

PROGRAM = REPOSITORY / "build" / "release" / "bin" / "sagong-mongo-writer"
PORT = 27017
FIRST_WRITES = 20


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What sagong-mongo-writer check said."""

    acknowledged: int
    unknown: int
    lost: int
    longest_gap_s: float
    raw: dict[str, Any]

    def faults(self) -> list[str]:
        """One sentence per thing that must never be."""
        found = []
        for key, sentence in (
            ("lost", "acknowledged writes are missing on a member"),
            ("phantom", "documents are there that were never written or surely failed"),
            ("duplicates", "documents are there more than once"),
            ("counter_lost", "acknowledged increments are missing"),
            ("counter_phantom", "more increments are there than were made"),
        ):
            if self.raw.get(key, 0) > 0:
                found.append(f"{self.raw[key]} {sentence}")
        if not self.raw.get("all_read", False):
            found.append("not every member could be read: " + json.dumps(self.raw.get("per_member")))
        counts = {(one.get("count"), one.get("hash")) for one in self.raw.get("per_member", {}).values()}
        if len(counts) > 1:
            found.append("the members do not hold the same documents: " + json.dumps(self.raw.get("per_member")))
        return found


class Writer:
    """Writes with {w: majority, j: true} from entering the `with` block until leaving it, then reads every member."""

    def __init__(
        self, world: World, namespace: str, name: str, folder: Path, rate: int = 100, writers: int = 4, tag: str = ""
    ) -> None:
        self.world, self.namespace, self.name, self.folder = world, namespace, name, folder
        self._rate, self._writers = rate, writers
        self.log = folder / f"writer{tag}.log"
        self._members, self._keyfile = folder / f"members{tag}.txt", folder / f"keyfile{tag}"
        self._output = folder / f"writer{tag}.out"
        self._verdict_file = folder / f"verdict{tag}.json"
        self._watch = Watch(world, namespace, name)
        self._watch.listen(self._write_members)
        self._process: subprocess.Popen[Any] | None = None
        self.verdict: Verdict | None = None

    def __enter__(self) -> Writer:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log.unlink(missing_ok=True)
        self.read_keyfile()
        self._watch.start()
        self.world.until("the members' addresses are known", self._members.exists, timeout_s=15)
        arguments = [*self._target(), "--rate", str(self._rate), "--writers", str(self._writers), "--counter"]
        with self._output.open("ab") as output:
            self._process = self.world.start(
                [str(_program()), *arguments, "--until-stdin-closes"],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
            )
        try:
            self.world.until("the first writes are acknowledged", self._writes, timeout_s=30)
        except BaseException:
            self._end()
            self._watch.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._end()
            self.verdict = self.check(settle_s=30 if error is None else 5)
        except ClusterError:
            if error is None:  # otherwise what went wrong before is what matters
                raise
        finally:
            self._watch.stop()
            self._keyfile.unlink(missing_ok=True)

    def read_keyfile(self) -> None:
        """From the set's Secret, as an administrator: the writer logs in as __system."""
        path = f"/api/v1/namespaces/{self.namespace}/secrets/{self.name}-keyfile"
        data = self.world.api.get(path)["data"]
        descriptor = os.open(self._keyfile, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64decode(data["keyfile"]))

    def check(self, settle_s: int = 30) -> Verdict:
        """Reads every member directly and compares with the log of this run."""
        argv = [str(_program()), "check", *self._target(), "--settle", str(settle_s)]
        done = self.world.run(argv, timeout_s=settle_s + 120, check=False)
        try:
            raw = json.loads(done.stdout)
        except json.JSONDecodeError:
            raise ClusterError(
                f"the loss check ended with status {done.returncode}: {done.stderr.strip() or done.stdout.strip()}"
            ) from None
        self._verdict_file.write_text(json.dumps(raw, indent=2) + "\n")
        return Verdict(raw["acknowledged"], raw["unknown"], raw["lost"], raw["longest_gap_s"], raw)

    def check_later(self) -> Verdict:
        """The same once more: for a set that was deleted and made again meanwhile, with another keyfile."""
        self.read_keyfile()
        try:
            with Watch(self.world, self.namespace, self.name) as watch:
                watch.listen(self._write_members)
                time.sleep(1)
                return self.check()
        finally:
            self._keyfile.unlink(missing_ok=True)

    def acknowledged(self) -> int:
        """So far, by the writer's own log."""
        if not self.log.exists():
            return 0
        with self.log.open("rb") as lines:
            return sum(1 for line in lines if line.startswith(b"ok "))

    def _target(self) -> list[str]:
        return ["--members", str(self._members), "--keyfile", str(self._keyfile), "--log", str(self.log)]

    def _writes(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise ClusterError(f"the writer ended at once: {self._output.read_text().strip()}")
        return self.acknowledged() >= FIRST_WRITES

    def _end(self) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise ClusterError("the writer did not end within 30 s of SIGTERM") from None
        if self._process.returncode != 0:
            raise ClusterError(
                f"the writer ended with status {self._process.returncode}: {self._output.read_text().strip()[-500:]}"
            )

    def _write_members(self, snapshot: Snapshot) -> None:
        lines = "".join(f"{name} {address}:{PORT}\n" for name, address in sorted(addresses(snapshot.pods).items()))
        if not lines or (self._members.exists() and self._members.read_text() == lines):
            return
        partial = self._members.with_suffix(".partial")
        partial.write_text(lines)
        partial.rename(self._members)


def addresses(pods: tuple[Object, ...]) -> dict[str, str]:
    """Member name to pod address, of pods whose mongod may run."""
    found = {}
    for pod in pods:
        ordinal = pod["metadata"]["labels"].get(MEMBER_LABEL)
        status = pod.get("status", {})
        if ordinal is not None and status.get("podIP") and status.get("phase") == "Running":
            found[pod["metadata"]["name"].removesuffix("-0")] = status["podIP"]
    return found


def _program() -> Path:
    if not PROGRAM.is_file():
        raise ClusterError(f"{PROGRAM} is not built. Run `./dev build` first")
    return PROGRAM
