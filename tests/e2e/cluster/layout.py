# SPDX-License-Identifier: Apache-2.0
"""Where is everything that belongs to one cluster?

DIR/cluster.json        names and addresses; written first, so that `down` can clean up whatever came after
DIR/kubeconfig          for any client that runs inside the cluster's network (DIR/enter gives one)
DIR/kubectl, DIR/enter  wrappers: kubectl, or any command, inside the cluster's network
DIR/log/                one log per component, audit.jsonl, pods/<namespace>_<pod>_<uid>/<container>/<n>.log
DIR/pki, DIR/conf       certificates and configuration files
DIR/run/<name>.pid      "pid start-time" of each component; `node` is the process that holds the namespaces open
DIR/node/{lib,log}      what the node's processes see as /var/lib and /var/log
DIR/volumes/            directories behind the pre-made PersistentVolumes
"""

from __future__ import annotations

import dataclasses
import hashlib
import ipaddress
import json
from pathlib import Path

NODE_NAME = "node1"
SERVICE_CIDR = "10.96.0.0/16"
API_SERVICE_IP = "10.96.0.1"
API_PORT = 6443
CLUSTER_DOMAIN = "cluster.local"
# The node's processes get their own versions of these, so nothing of a cluster may live below them.
PRIVATE_TREES = ("/run", "/var/lib", "/var/log")


class ClusterError(Exception):
    """What went wrong, why, and what to do next, in one message."""


@dataclasses.dataclass(frozen=True)
class Layout:
    """Names, addresses and paths of one cluster. Two directories never share a name, so two clusters never meet."""

    directory: Path
    pod_cidr: str = "10.244.0.0/24"
    tools: Path = Path()

    @property
    def name(self) -> str:
        return "sagong-" + hashlib.sha256(str(self.directory).encode()).hexdigest()[:8]

    @property
    def node_ip(self) -> str:
        return str(next(ipaddress.ip_network(self.pod_cidr).hosts()))

    @property
    def node_prefix(self) -> str:
        return f"{self.node_ip}/{ipaddress.ip_network(self.pod_cidr).prefixlen}"

    def path(self, *parts: str) -> Path:
        return self.directory.joinpath(*parts)

    def tool(self, name: str) -> str:
        return str(self.tools / name)

    def pid(self, component: str) -> int | None:
        """The component's process id, or None when it was never started or is gone."""
        try:
            pid, started = self.path("run", f"{component}.pid").read_text().split()
        except (FileNotFoundError, ValueError):
            return None
        return int(pid) if start_time(int(pid)) == started else None

    def network(self) -> Path:
        """The cluster's network namespace, for setns and `nsenter --net`."""
        return Path(f"/proc/{self._holder()}/ns/net")

    def mounts(self) -> Path:
        """The cluster's mount namespace, where containerd's socket and the pods' volumes are."""
        return Path(f"/proc/{self._holder()}/ns/mnt")

    def _holder(self) -> int:
        pid = self.pid("node")
        if pid is None:
            raise ClusterError(
                f"the cluster in {self.directory} is not running: its namespaces are gone. "
                f"Run `cluster.py down {self.directory}`, then `up` again"
            )
        return pid

    def save(self) -> None:
        state = {"name": self.name, "pod_cidr": self.pod_cidr, "node_ip": self.node_ip, "tools": str(self.tools)}
        partial = self.path("cluster.json.partial")
        partial.write_text(json.dumps(state, indent=2) + "\n")
        partial.rename(self.path("cluster.json"))


def load_layout(directory: Path) -> Layout:
    """The layout of a cluster that `up` has started in `directory`."""
    directory = directory.resolve()
    try:
        state = json.loads((directory / "cluster.json").read_text())
    except FileNotFoundError:
        raise ClusterError(
            f"there is no cluster in {directory}: no cluster.json. Start one with `cluster.py up {directory}`"
        ) from None
    return Layout(directory, state["pod_cidr"], Path(state["tools"]))


def refuse_private_trees(*paths: Path) -> None:
    for path in paths:
        for tree in PRIVATE_TREES:
            if path.resolve().is_relative_to(Path(tree).resolve()):
                raise ClusterError(
                    f"{path} lies below {tree}, which the node's processes see their own version of. "
                    "Choose a directory elsewhere"
                )


def start_time(pid: int) -> str | None:
    """When a process started, in clock ticks since boot: with the pid it names one process for ever."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat.rpartition(")")[2].split()  # the command name may hold spaces and brackets
    return None if fields[0] == "Z" else fields[19]
