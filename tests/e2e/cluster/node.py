# SPDX-License-Identifier: Apache-2.0
"""What does the node's inside look like, and how does a process get there?

One process holds a network and a mount namespace open. All components live in both, so when the last process of the
cluster dies, its interfaces, iptables rules, mounts, pod network namespaces and sockets vanish with it: there is
nothing to unmount. In the mount namespace /run is empty, /var/lib and /var/log are the cluster's own, and the kernel
settings that a kubelet insists on changing for the whole machine already look as it wants them.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.cluster import cgroups
from tests.e2e.cluster.layout import SERVICE_CIDR, ClusterError, Layout, start_time

# The kubelet writes these machine-wide settings unless they read as follows (pkg/kubelet/cm, setupKernelTunables).
KUBELET_TUNABLES = {
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}
CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def start_node(layout: Layout) -> subprocess.Popen[bytes]:
    """Starts the process that holds the namespaces, with its mounts made and its bridge up."""
    for folder in ("node/lib", "node/log", "node/sys"):
        layout.path(folder).mkdir(parents=True, exist_ok=True)
    argv = ["unshare", "--net", "--mount", "--propagation", "private", "sh", "-euc", _setup_script(layout)]
    with layout.path("log", "node.log").open("ab") as log:
        holder = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
            preexec_fn=lambda: cgroups.join(layout),
        )
    record(layout, "node", holder)
    assert holder.stdout is not None
    if holder.stdout.readline() != b"ready\n":
        raise ClusterError(
            f"the node's namespaces could not be made: {tail(layout.path('log', 'node.log'))}. "
            "This needs root with CAP_SYS_ADMIN and CAP_NET_ADMIN (a privileged container, or a machine)"
        )
    holder.stdout.close()
    return holder


def start(layout: Layout, name: str, argv: list[str]) -> subprocess.Popen[bytes]:
    """Starts a component inside the node, its output in DIR/log/NAME.log and its pid in DIR/run/NAME.pid."""
    inside = ["nsenter", f"--net={layout.network()}", f"--mount={layout.mounts()}", "--", *argv]
    with layout.path("log", f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            inside,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=lambda: cgroups.join(layout),
        )
    record(layout, name, process)
    return process


def run_inside(layout: Layout, argv: list[str]) -> str:
    """Runs a command with the node's view of network and files, and returns what it printed."""
    inside = ["nsenter", f"--net={layout.network()}", f"--mount={layout.mounts()}", "--", *argv]
    done = subprocess.run(inside, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ClusterError(f"`{shlex.join(argv)}` failed inside the node: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


@contextlib.contextmanager
def network_of(layout: Layout) -> Iterator[None]:
    """The calling thread is in the cluster's network meanwhile; a socket opened there stays there afterwards."""
    with open("/proc/thread-self/ns/net", "rb") as before, layout.network().open("rb") as cluster:
        _set_network(cluster.fileno())
        try:
            yield
        finally:
            _set_network(before.fileno())


def record(layout: Layout, name: str, process: subprocess.Popen[bytes]) -> None:
    layout.path("run", f"{name}.pid").write_text(f"{process.pid} {start_time(process.pid)}\n")


def tail(log: Path, lines: int = 5) -> str:
    text = log.read_text(errors="replace").strip() if log.exists() else ""
    return " | ".join(text.splitlines()[-lines:]) or f"{log} is empty"


def _set_network(descriptor: int) -> None:
    if _libc.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), f"setns: {os.strerror(ctypes.get_errno())}")


def _setup_script(layout: Layout) -> str:
    quote = shlex.quote
    lines = ["mount -n -t tmpfs -o mode=755 sagong-run /run"]
    for tree in ("lib", "log"):
        lines.append(f"mount -n --bind {quote(str(layout.path('node', tree)))} /var/{tree}")
    for setting, value in KUBELET_TUNABLES.items():
        shown = layout.path("node/sys", setting.replace("/", "."))
        shown.write_text(value + "\n")
        lines.append(f"[ ! -e /proc/sys/{setting} ] || mount -n --bind {quote(str(shown))} /proc/sys/{setting}")
    lines += [
        "mount -n --make-rshared /",  # pods with mount propagation need shared mounts; the machine's own stay untouched
        "ip link set lo up",
        # The bridge exists before the first pod, so that node, DNS and API server have an address on it.
        "ip link add cni0 type bridge",
        f"ip addr add {layout.node_prefix} dev cni0",
        "ip link set cni0 up",
        f"ip route add {SERVICE_CIDR} dev cni0",  # so that Services answer on the node too, which has no default route
        "echo 1 > /proc/sys/net/ipv4/ip_forward",
        "echo ready",
        f"exec {quote(layout.tool('pause'))} >/dev/null",
    ]
    return "\n".join(lines)
