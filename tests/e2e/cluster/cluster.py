#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How does a one-node Kubernetes come up, and how does it go away without a trace?

    cluster.py up DIR                  starts it; DIR/kubectl talks to it, DIR/enter runs a command in its network
    cluster.py load DIR IMAGE.tar …    brings images in (mkimage.py writes them)
    cluster.py volumes DIR COUNT       adds empty PersistentVolumes
    cluster.py kubectl DIR ARGUMENT …  kubectl against it
    cluster.py down DIR [--purge]      takes it away, in whatever state it is; DIR/log stays unless purged

Needs root, and the programs of build_tools.py. Every cluster has namespaces and cgroups of its own: several may run
side by side.
"""

from __future__ import annotations

import argparse
import ipaddress
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
from tests.e2e.cluster import build_tools, cgroups, components, keep_logs, node, pki, storage
from tests.e2e.cluster.api import Api, ApiError
from tests.e2e.cluster.layout import (
    API_SERVICE_IP,
    NODE_NAME,
    ClusterError,
    Layout,
    load_layout,
    refuse_private_trees,
)
from tests.e2e.cluster.mkimage import File, Image, write_image
from tests.e2e.cluster.wrappers import write_wrappers

STARTUP_TIMEOUT_S = 120
POD_CIDR = ipaddress.IPv4Network(Layout.pod_cidr)


class Startup:
    """The components started so far. A step that waits notices at once when one of them has died."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.begun = time.monotonic()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, argv: list[str]) -> None:
        self.processes[name] = node.start(self.layout, name, argv)

    def wait(self, what: str, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + STARTUP_TIMEOUT_S
        while not self._is(ready):
            self._check_alive()
            if time.monotonic() > deadline:
                raise ClusterError(f"{what}: not so within {STARTUP_TIMEOUT_S} s. See {self.layout.path('log')}")
            time.sleep(0.05)
        print(f"  {time.monotonic() - self.begun:5.1f} s  {what}", flush=True)

    @staticmethod
    def _is(ready: Callable[[], bool]) -> bool:
        try:
            return ready()
        except (OSError, ApiError):
            return False

    def _check_alive(self) -> None:
        for name, process in self.processes.items():
            if process.poll() is not None:
                log = self.layout.path("log", f"{name}.log")
                raise ClusterError(
                    f"{name} ended with status {process.returncode} while starting. "
                    f"Its last words: {node.tail(log)}. All of it: {log}"
                )


def up(directory: Path, pod_cidr: ipaddress.IPv4Network, volumes: int) -> None:
    layout = _prepare(directory, pod_cidr)
    startup = Startup(layout)
    pki.make_pki(layout)
    cgroups.create(layout)
    startup.processes["node"] = node.start_node(layout)
    startup.start("etcd", components.etcd(layout))
    startup.start("kube-apiserver", components.kube_apiserver(layout))
    startup.start("containerd", components.containerd(layout))
    write_wrappers(layout)
    startup.wait("containerd answers", lambda: _answers(layout, ["ctr", "version"]))
    pause = layout.path("conf", "pause.tar")
    write_image(
        pause, Image([components.PAUSE_IMAGE], [File("/pause", Path(layout.tool("pause")))], entrypoint=["/pause"])
    )
    load(layout, [pause])
    api = Api(layout)
    startup.wait("API server ready", lambda: api.get("/readyz") == "ok")
    for name, argv in _after_api_server(layout).items():
        startup.start(name, argv)
    storage.create_storage_class(api)
    storage.add_volumes(layout, api, volumes)
    startup.wait(
        "cluster DNS and Service network",
        lambda: _reachable(layout, layout.node_ip, 53) and _reachable(layout, API_SERVICE_IP, 443),
    )
    startup.wait("service accounts", lambda: bool(api.get("/api/v1/namespaces/default/serviceaccounts/default")))
    startup.wait("node ready", lambda: _is_ready(api.get(f"/api/v1/nodes/{NODE_NAME}")))
    print(f"{layout.name} is up: {layout.path('kubectl')} get nodes", flush=True)


def down(directory: Path, purge: bool) -> None:
    """Ends every process of the cluster by its id; what they held (mounts, interfaces, rules) the kernel takes back."""
    directory = directory.resolve()
    if not (directory / "cluster.json").exists():
        print(f"no cluster in {directory}: nothing to do")
    else:
        layout = load_layout(directory)
        killed = cgroups.kill_all(layout)
        cgroups.remove(layout)
        for name in ("conf", "pki", "run", "node", "etcd", "volumes"):
            shutil.rmtree(layout.path(name), ignore_errors=True)
        for name in ("kubeconfig", "kubectl", "enter", "resolv.conf", "cluster.json.partial", "cluster.json"):
            layout.path(name).unlink(missing_ok=True)  # cluster.json last: until then `down` can be repeated
        print(f"{layout.name} is down: {killed} processes ended" + ("" if purge else f", logs in {directory / 'log'}"))
    if purge and (directory / "log").exists():
        shutil.rmtree(directory / "log")
    if purge and directory.exists() and not os.listdir(directory):
        directory.rmdir()


def load(layout: Layout, archives: list[Path]) -> None:
    for archive in archives:
        if not archive.is_file():
            raise ClusterError(f"cannot load {archive}: there is no such file. mkimage.py writes image archives")
        node.run_inside(layout, ["ctr", "--namespace", "k8s.io", "images", "import", str(archive.resolve())])


def _prepare(directory: Path, pod_cidr: ipaddress.IPv4Network) -> Layout:
    if os.geteuid() != 0:
        raise ClusterError("a cluster needs namespaces, cgroups and mounts, which only root may make. Run as root")
    absent = build_tools.missing()
    if absent:
        raise ClusterError(f"{', '.join(absent)}: not built yet. Run {build_tools.__file__}")
    directory = directory.resolve()
    refuse_private_trees(directory, build_tools.tools_dir())
    layout = Layout(directory, str(pod_cidr), build_tools.tools_dir())
    if layout.path("cluster.json").exists():
        raise ClusterError(
            f"there is a cluster in {directory} already, or what is left of one. "
            f"Run `cluster.py down {directory}` first"
        )
    shutil.rmtree(layout.path("log"), ignore_errors=True)
    for folder in ("log/pods", "conf", "run", "volumes"):
        layout.path(folder).mkdir(parents=True, exist_ok=True)
    layout.save()
    return layout


def _after_api_server(layout: Layout) -> dict[str, list[str]]:
    return {
        "kubelet": components.kubelet(layout),
        "kube-controller-manager": components.kube_controller_manager(layout),
        "kube-scheduler": components.kube_scheduler(layout),
        "coredns": components.coredns(layout),
        "kube-proxy": components.kube_proxy(layout),
        # by the path below DIR and not as /var/log/pods: a hard link may not cross a mount, not even a bind mount
        "keep-logs": [
            sys.executable,
            keep_logs.__file__,
            str(layout.path("node/log/pods")),
            str(layout.path("log", "pods")),
        ],
    }


def _answers(layout: Layout, argv: list[str]) -> bool:
    try:
        node.run_inside(layout, argv)
    except ClusterError:
        return False
    return True


def _reachable(layout: Layout, host: str, port: int) -> bool:
    with node.network_of(layout), socket.create_connection((host, port), timeout=1):
        return True


def _is_ready(a_node: dict[str, dict[str, list[dict[str, str]]]]) -> bool:
    return any(
        condition["type"] == "Ready" and condition["status"] == "True" for condition in a_node["status"]["conditions"]
    )


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="cluster.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("up", "down", "load", "volumes", "kubectl"):
        commands.add_parser(name).add_argument("directory", type=Path)
    commands.choices["up"].add_argument("--pod-cidr", type=ipaddress.IPv4Network, default=POD_CIDR)
    commands.choices["up"].add_argument("--volumes", type=int, default=40)
    commands.choices["down"].add_argument("--purge", action="store_true", help="remove the logs too")
    commands.choices["load"].add_argument("archives", nargs="+", type=Path)
    commands.choices["volumes"].add_argument("count", type=int)
    commands.choices["kubectl"].add_argument("arguments", nargs=argparse.REMAINDER)
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    given = _parse(arguments)
    try:
        if given.command == "up":
            up(given.directory, given.pod_cidr, given.volumes)
        elif given.command == "down":
            down(given.directory, given.purge)
        elif given.command == "load":
            load(load_layout(given.directory), given.archives)
        elif given.command == "volumes":
            layout = load_layout(given.directory)
            print("\n".join(storage.add_volumes(layout, Api(layout), given.count)))
        else:
            layout = load_layout(given.directory)
            os.execv(layout.path("kubectl"), ["kubectl", *given.arguments])
    except ClusterError as error:
        print(f"cluster: {error}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
