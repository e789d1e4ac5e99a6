# SPDX-License-Identifier: Apache-2.0
"""What can a scenario do to a cluster, and what can it ask of it?

    with Cluster(cluster_directory("comes_up")) as cluster:
        cluster.load(*images)
        cluster.apply(Path("examples/mongodb/replica-set.yaml"), namespace="default")
        cluster.wait("mrs/example", "condition=Ready", timeout_s=120)
        cluster.signal("example-0-0", "mongod", signal.SIGSTOP)

`api` is the quick way in (no process per call); `kubectl` is what a user would type.
"""

from __future__ import annotations

import datetime
import json
import os
import signal as signals
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from tests.e2e.cluster import cgroups, node, storage
from tests.e2e.cluster.api import Api, ApiError
from tests.e2e.cluster.layout import ClusterError, Layout, load_layout
from tests.e2e.harness.audit import AuditEvent, read_audit
from tests.e2e.harness.logs import LogLine, read_logs

REPOSITORY = Path(__file__).resolve().parents[3]
PROGRAM = REPOSITORY / "tests/e2e/cluster/cluster.py"
Manifest = str | Path | Mapping[str, Any] | Sequence[Mapping[str, Any]]
T = TypeVar("T")


class KubectlError(ClusterError):
    """kubectl ended with another status than 0; the message is what it printed on stderr."""


def cluster_directory(name: str) -> Path:
    """Where the cluster of that name lives: `./dev shell NAME` and `./dev clean` look here."""
    return Path(os.environ.get("SAGONG_CLUSTERS") or REPOSITORY / "build" / "clusters") / name


class Cluster:
    """A one-node cluster. As a context manager it comes up and goes away; the logs stay in `directory/log`."""

    def __init__(self, directory: Path, *, volumes: int = 40, keep: bool = False) -> None:
        self.directory, self.keep = directory.resolve(), keep
        self._volumes = volumes
        self._layout: Layout | None = None
        self._api: Api | None = None
        self._started: list[subprocess.Popen[Any]] = []

    def __enter__(self) -> Cluster:
        try:
            return self.up()
        except BaseException:
            self.down()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_started()
        if not self.keep:
            self.down()

    # --- its life ---

    def up(self) -> Cluster:
        """Takes away what an earlier run left in the directory, then starts a new cluster."""
        self.down()
        _script("up", str(self.directory), "--volumes", str(self._volumes))
        return self.attach()

    def attach(self) -> Cluster:
        """Uses the cluster that runs in the directory already (one that was kept)."""
        self._layout = load_layout(self.directory)
        self._api = Api(self._layout)
        return self

    def down(self) -> None:
        if self._api is not None:
            self._api.close()
        self._layout = self._api = None
        if (self.directory / "cluster.json").exists():
            _script("down", str(self.directory))

    def load(self, *archives: Path) -> None:
        """Brings image archives in; pods use them with imagePullPolicy IfNotPresent or Never."""
        _script("load", str(self.directory), *map(str, archives))

    def add_volumes(self, count: int) -> list[str]:
        """More empty PersistentVolumes: a released one is not used again."""
        return storage.add_volumes(self.layout, self.api, count)

    # --- asking and changing ---

    @property
    def layout(self) -> Layout:
        if self._layout is None:
            raise ClusterError(f"the cluster in {self.directory} is not up: call up() or attach() first")
        return self._layout

    @property
    def api(self) -> Api:
        """For this thread only; another thread makes its own: Api(cluster.layout)."""
        assert self.layout and self._api
        return self._api

    def kubectl(self, *arguments: str, stdin: str | None = None, timeout_s: float = 60) -> str:
        """What kubectl prints; KubectlError when it fails."""
        done = subprocess.run(
            [str(self.directory / "kubectl"), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        if done.returncode != 0:
            raise KubectlError(done.stderr.strip() or f"kubectl {' '.join(arguments)}: status {done.returncode}")
        return done.stdout

    def kubectl_json(self, *arguments: str, timeout_s: float = 60) -> Any:
        return json.loads(self.kubectl(*arguments, "-o", "json", timeout_s=timeout_s))

    def apply(self, manifest: Manifest, namespace: str | None = None) -> str:
        """`kubectl apply` of a file or folder (Path), YAML text, an object, or a list of objects."""
        where = ["--namespace", namespace] if namespace else []
        if isinstance(manifest, Path):
            return self.kubectl("apply", *where, "-f", str(manifest.resolve()))
        if not isinstance(manifest, (str, Mapping)):
            manifest = {"apiVersion": "v1", "kind": "List", "items": list(manifest)}
        text = manifest if isinstance(manifest, str) else json.dumps(manifest)
        return self.kubectl("apply", *where, "-f", "-", stdin=text)

    def wait(self, what: str, condition: str, namespace: str = "default", timeout_s: float = 60) -> None:
        """`kubectl wait`: wait("pod/a", "condition=Ready"), wait("pod/a", "delete"), wait("sts/a", "jsonpath=…")."""
        self.kubectl(
            "wait",
            what,
            f"--for={condition}",
            "--namespace",
            namespace,
            f"--timeout={timeout_s}s",
            timeout_s=timeout_s + 10,
        )

    def until(self, sentence: str, look: Callable[[], T], timeout_s: float = 60, every_s: float = 0.1) -> T:
        """Looks until the answer is truthy and returns it; an API error, or a refused connection, counts as not yet."""
        deadline = time.monotonic() + timeout_s
        last: object = None
        while True:
            try:
                if answer := look():
                    return answer
                last = answer
            except (ApiError, OSError, KubectlError) as error:
                last = error
            if time.monotonic() > deadline:
                raise ClusterError(
                    f"not so within {timeout_s:.0f} s: {sentence}. Last seen: {last!r}. Logs: {self.directory / 'log'}"
                )
            time.sleep(every_s)

    def pod(self, name: str, namespace: str = "default") -> Any:
        return self.api.get(f"/api/v1/namespaces/{namespace}/pods/{name}")

    def evict(self, name: str, namespace: str = "default", uid: str | None = None) -> None:
        """Asks for an eviction, as a drain does; ApiError 429 when a disruption budget forbids it."""
        options = {"preconditions": {"uid": uid}} if uid else {}
        self.api.post(
            f"/api/v1/namespaces/{namespace}/pods/{name}/eviction",
            {
                "apiVersion": "policy/v1",
                "kind": "Eviction",
                "metadata": {"name": name, "namespace": namespace},
                "deleteOptions": options,
            },
        )

    # --- its record ---

    def logs(self, pod: str, container: str, namespace: str = "default", previous: bool = False) -> str:
        """What a container that still exists has printed."""
        query = f"?container={container}" + ("&previous=true" if previous else "")
        return str(self.api.get(f"/api/v1/namespaces/{namespace}/pods/{pod}/log{query}"))

    def kept_logs(self, namespace: str = "*", pod: str = "*", container: str = "*") -> Iterator[LogLine]:
        """What containers have printed, those of deleted pods included. Works after `down` as well."""
        return read_logs(self.directory / "log" / "pods", namespace, pod, container)

    def audit(self, since: datetime.datetime | None = None) -> Iterator[AuditEvent]:
        """Every recorded API request, oldest first. Works after `down` as well."""
        return read_audit(self.directory / "log" / "audit.jsonl", since)

    # --- inside its network ---

    def run(self, argv: Sequence[str], timeout_s: float = 60, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Runs a program of this machine in the cluster's network, with its DNS and KUBECONFIG, until it ends."""
        done = subprocess.run(
            [str(self.directory / "enter"), *argv], capture_output=True, text=True, timeout=timeout_s, check=False
        )
        if check and done.returncode != 0:
            raise ClusterError(
                f"{' '.join(argv)}: status {done.returncode}: {done.stderr.strip() or done.stdout.strip()}"
            )
        return done

    def start(self, argv: Sequence[str], **options: Any) -> subprocess.Popen[Any]:
        """Like run, but returns at once; `options` go to Popen. What still runs when the `with` block ends is ended."""
        process = subprocess.Popen([str(self.directory / "enter"), *argv], **options)
        self._started.append(process)
        return process

    def stop_started(self) -> None:
        for process in self._started:
            if process.poll() is None:
                process.kill()
                process.wait()
        self._started.clear()

    def connect(self, host: str, port: int, timeout_s: float = 5) -> socket.socket:
        """A connection from the node to a pod or Service address."""
        with node.network_of(self.layout):
            return socket.create_connection((host, port), timeout_s)

    # --- faults ---

    def container_pids(self, pod: str, container: str, namespace: str = "default") -> list[int]:
        """This machine's process ids of a running container."""
        statuses = self.pod(pod, namespace)["status"].get("containerStatuses", [])
        ids = [
            status["containerID"].rpartition("/")[2]
            for status in statuses
            if status["name"] == container and "running" in status["state"]
        ]
        if not ids:
            raise ClusterError(f"pod {namespace}/{pod} has no running container {container}")
        return sorted(
            {pid for group in cgroups.container_groups(self.layout, ids[0]) for pid in cgroups.members(group)}
        )

    def signal(self, pod: str, container: str, number: signals.Signals, namespace: str = "default") -> list[int]:
        """Sends a signal (SIGSTOP, SIGCONT, SIGKILL …) to all processes of a container, and returns their ids."""
        pids = self.container_pids(pod, container, namespace)
        for pid in pids:
            os.kill(pid, number)
        return pids

    def component_pid(self, name: str) -> int:
        """The process id of etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kubelet, containerd …"""
        pid = self.layout.pid(name)
        if pid is None:
            raise ClusterError(
                f"the component {name} does not run. Its log: {self.directory / 'log' / (name + '.log')}"
            )
        return pid

    def signal_component(self, name: str, number: signals.Signals) -> None:
        os.kill(self.component_pid(name), number)


def _script(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ClusterError(
            done.stderr.strip().removeprefix("cluster: ") or f"cluster.py {arguments[0]}: status {done.returncode}"
        )
