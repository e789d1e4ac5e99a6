# SPDX-License-Identifier: Apache-2.0
"""What does a scenario play on? A namespace with the operator in it, a writer if need be, a place for its files."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml

from tests.e2e.harness.mongo_images import VERSIONS
from tests.e2e.invariants.evidence import Evidence, gather
from tests.e2e.steps.install import EXAMPLE, install_operator
from tests.e2e.steps.operator import Operator
from tests.e2e.steps.replica_set import Object, ReplicaSet
from tests.e2e.steps.wire_tap import Command, WireTap
from tests.e2e.steps.world import World, now
from tests.e2e.steps.writer import Verdict, Writer

OLD, NEW = VERSIONS


@dataclasses.dataclass
class Stage:
    world: World
    namespace: str
    folder: Path  # build/e2e/<scenario>
    full: bool = False
    tap: WireTap | None = None
    since: datetime.datetime = dataclasses.field(default_factory=now)
    verdicts: list[Verdict] = dataclasses.field(default_factory=list)
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)  # into the JSON report

    def __post_init__(self) -> None:
        self.operator = Operator(self.world, self.namespace)

    def install(self) -> None:
        install_operator(self.world, self.namespace)

    def manifest(self, name: str = "orders", **spec: Any) -> Object:
        """The shipped example, with another name or spec fields."""
        manifest: Object = yaml.safe_load(EXAMPLE.read_text())
        manifest["metadata"]["name"] = name
        manifest["spec"] |= spec
        return manifest

    def create(self, name: str = "orders", **spec: Any) -> ReplicaSet:
        """Applies it and waits until it is as the spec says."""
        self.world.apply(self.manifest(name, **spec), namespace=self.namespace)
        replica_set = ReplicaSet(self.world, self.namespace, name)
        replica_set.settle()
        return replica_set

    def evidence(self, name: str = "orders") -> Evidence:
        """What is on record about that replica set so far."""
        return next(one for one in gather(self.world, self.namespace, self.since, self.commands()) if one.set == name)

    def commands(self) -> list[Command]:
        """What travelled between pods, where somebody listens."""
        return [one for one in self.tap.commands if one.at >= self.since] if self.tap else []

    def writing(self, replica_set: ReplicaSet, **options: Any) -> Writing:
        """`with stage.writing(orders): …` writes meanwhile; afterwards nothing may be lost."""
        return Writing(self, replica_set, options)


class Writing(Writer):
    """A Writer whose verdict counts for the scenario."""

    def __init__(self, stage: Stage, replica_set: ReplicaSet, options: dict[str, Any]) -> None:
        tag = f"-{len(stage.verdicts)}" if stage.verdicts else ""
        super().__init__(stage.world, stage.namespace, replica_set.name, stage.folder, tag=tag, **options)
        self._stage = stage

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        if self.verdict is None:
            return
        self._stage.verdicts.append(self.verdict)
        faults = self.verdict.faults()
        if error is None or self.verdict.lost:
            assert not faults, f"the loss check failed: {'; '.join(faults)}"
