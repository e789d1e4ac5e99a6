# SPDX-License-Identifier: Apache-2.0
"""Which processes belong to a cluster? Those in its cgroup: every component and every container is born there.

    <hierarchy>/<cluster name>/components    etcd, API server, containerd and its shims, kubelet …
    <hierarchy>/<cluster name>/pods          the kubelet's cgroupRoot

The same tree is made in every v1 hierarchy, or once on v2. Membership survives a crash of whoever started the process,
so `down` can find everything without having been told, and kills by process id only what it finds there.
"""

from __future__ import annotations

import errno
import os
import select
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.cluster.layout import ClusterError, Layout

UNIFIED = Path("/sys/fs/cgroup")


def is_unified() -> bool:
    return (UNIFIED / "cgroup.controllers").exists()


def roots() -> list[Path]:
    """The mount point of each hierarchy: one on v2, about ten on v1 (among them a v2 one without controllers)."""
    if is_unified():
        return [UNIFIED]
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    found = [Path(mount[1]) for mount in mounts if mount[2] in ("cgroup", "cgroup2")]
    if not found:
        raise ClusterError(
            "no cgroup hierarchy is mounted, and the kubelet needs one. "
            "Run on a machine with systemd, or mount cgroup2 on /sys/fs/cgroup"
        )
    return found


def create(layout: Layout) -> None:
    for root in roots():
        if is_unified():
            _delegate(root)
        for part in ("", "components", "pods"):
            group = root / layout.name / part
            group.mkdir(exist_ok=True)
            _inherit_cpuset(group)
        if is_unified():
            _delegate(root / layout.name)


def join(layout: Layout) -> None:
    """Moves the calling process into the cluster's cgroups; its children follow."""
    for root in roots():
        (root / layout.name / "components" / "cgroup.procs").write_text(str(os.getpid()))


def pids(layout: Layout) -> list[int]:
    """Every process of the cluster, containers included."""
    found = {pid for root in roots() for group in _tree(root / layout.name) for pid in members(group)}
    return sorted(found)


def members(group: Path) -> list[int]:
    try:
        return [int(pid) for pid in (group / "cgroup.procs").read_text().split()]
    except OSError:  # the group went away while we looked
        return []


def container_groups(layout: Layout, container_id: str) -> list[Path]:
    """The cgroups of one container: one per hierarchy."""
    return [group for root in roots() for group in (root / layout.name / "pods").rglob(container_id)]


def kill_all(layout: Layout, timeout_s: float = 20) -> int:
    """Kills every process of the cluster, waits until each has let go of all it held, returns how many there were."""
    killed: set[int] = set()
    deadline = time.monotonic() + timeout_s
    while alive := pids(layout):
        if time.monotonic() > deadline:
            raise ClusterError(
                f"processes {alive} of {layout.name} do not die after SIGKILL: they hang in the kernel. "
                "Look at /proc/<pid>/stack, then run `down` again"
            )
        dying = {pid: descriptor for pid in alive if (descriptor := _kill(layout, pid)) is not None}
        killed |= dying.keys()
        for descriptor in dying.values():
            select.select([descriptor], [], [], max(0, deadline - time.monotonic()))
            os.close(descriptor)
    return len(killed)


def remove(layout: Layout, timeout_s: float = 10) -> None:
    """Removes the cgroups; the kernel may need a moment after the last process."""
    deadline = time.monotonic() + timeout_s
    while left := [group for root in roots() for group in _tree(root / layout.name)]:
        for group in left:
            try:
                group.rmdir()
            except OSError as error:
                if time.monotonic() > deadline:
                    raise ClusterError(
                        f"cannot remove the cgroup {group}: {error.strerror}. Run `down` again"
                    ) from error
        time.sleep(0.02)


def _kill(layout: Layout, pid: int) -> int | None:
    """A descriptor of the process that was killed, or None when it was not the cluster's or already gone."""
    # The descriptor pins the process: the check and the signal are about the same one, even if the number is reused.
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return None
    try:
        if f"/{layout.name}/" in Path(f"/proc/{pid}/cgroup").read_text():
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            return descriptor
    except (ProcessLookupError, FileNotFoundError):
        pass
    os.close(descriptor)
    return None


def _tree(group: Path) -> Iterator[Path]:
    """The group and everything below it, deepest first."""
    if group.is_dir():
        for path, _, _ in os.walk(group, topdown=False):
            yield Path(path)


def _inherit_cpuset(group: Path) -> None:
    for name in ("cpuset.cpus", "cpuset.mems"):  # v1: a process may only join a group that has both
        if not is_unified() and (group / name).exists() and not (group / name).read_text().strip():
            (group / name).write_text((group.parent / name).read_text())


def _delegate(group: Path) -> None:
    wanted = " ".join(f"+{name}" for name in (group / "cgroup.controllers").read_text().split())
    try:
        (group / "cgroup.subtree_control").write_text(wanted)
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        # Inside a container the visible root may hold processes, which v2 forbids next to controllers: give them a
        # leaf.
        leaf = group / "init"
        leaf.mkdir(exist_ok=True)
        for pid in members(group):
            (leaf / "cgroup.procs").write_text(str(pid))
        (group / "cgroup.subtree_control").write_text(wanted)
