# SPDX-License-Identifier: Apache-2.0
"""What does somebody need to understand a failure? All of one namespace in one folder, while it exists."""

from __future__ import annotations

import datetime
import json
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.e2e.steps.install import SERVICE_ACCOUNT
from tests.e2e.steps.world import NOT_YET, World

TAIL = 40


def write_diagnosis(world: World, namespace: str, since: datetime.datetime, folder: Path) -> None:
    """status.yaml, describe.txt, objects.txt, events.txt, operator.log, mongod/<pod>.<uid>.<n>.log, audit.jsonl."""
    folder.mkdir(parents=True, exist_ok=True)
    kubectl = ("--namespace", namespace)
    everything = "mrs,pods,sts,pvc,svc,pdb,configmaps,secrets,leases"
    _write(folder / "status.yaml", lambda: world.kubectl("get", "mrs", "-o", "yaml", *kubectl))
    _write(folder / "describe.txt", lambda: world.kubectl("describe", "mrs,pods", *kubectl))
    _write(folder / "objects.txt", lambda: world.kubectl("get", everything, "-o", "wide", *kubectl))
    _write(folder / "events.txt", lambda: world.kubectl("get", "events", "--sort-by=.lastTimestamp", *kubectl))
    _write(folder / "operator.log", lambda: _merged(world, namespace, f"{SERVICE_ACCOUNT}-*"))
    _copy_member_logs(world, namespace, folder / "mongod")
    _write(folder / "audit.txt", lambda: "".join(_audit_lines(world, namespace, since)))


def summary(folder: Path) -> str:
    """The last words of the operator and the status, for the terminal."""
    parts = []
    for name in ("status.yaml", "operator.log", "events.txt"):
        path = folder / name
        if path.exists():
            lines = path.read_text(errors="replace").splitlines()
            parts.append(f"--- {name}, the last {min(TAIL, len(lines))} lines\n" + "\n".join(lines[-TAIL:]))
    return "\n".join(parts)


def _write(path: Path, produce: Callable[[], str]) -> None:
    """A part that cannot be had says why in its file: the others matter all the same."""
    try:
        path.write_text(produce())
    except NOT_YET as error:
        path.write_text(f"could not be had: {error}\n")


def _merged(world: World, namespace: str, pods: str) -> str:
    lines = sorted(world.kept_logs(namespace, pod=pods), key=lambda line: line.at)
    return "".join(f"{line.pod[-5:]}/{line.restart} {line.text}\n" for line in lines)


def _copy_member_logs(world: World, namespace: str, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for line in world.kept_logs(namespace):
        if line.pod.startswith(SERVICE_ACCOUNT):
            continue
        with (folder / f"{line.pod}.{line.uid[:8]}.{line.container}.{line.restart}.log").open("a") as file:
            file.write(line.text + "\n")


def _audit_lines(world: World, namespace: str, since: datetime.datetime) -> list[str]:
    found = []
    for one in world.audit(since):
        if one.namespace == namespace and one.is_write and one.resource != "leases":
            body = json.dumps(one.request) if one.request and one.resource != "mongoreplicasets" else ""
            found.append(
                f"{one.at:%H:%M:%S.%f} {one.code} {one.user.rpartition(':')[2]} {one.verb} "
                f"{one.resource}{'/' + one.subresource if one.subresource else ''} {one.name} {body[:600]}\n"
            )
    return found
