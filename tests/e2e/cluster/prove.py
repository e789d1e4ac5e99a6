# SPDX-License-Identifier: Apache-2.0
"""Is the cluster a real one, and does it leave no trace? Needs root and the programs of build_tools.py; about a minute.

    python3 -m tests.e2e.cluster.prove

Two clusters side by side each run a StatefulSet of one pod: non-root, read-only root file system, a claim of the
default class. The pod is reached by address, name and Service, stopped, evicted, killed; the audit log and the kept
logs must tell it. Then one is taken down as it should be, the other after its components have been killed. Last, a
half-done `up` is killed.
"""

from __future__ import annotations

import concurrent.futures
import functools
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.e2e.cluster import cgroups
from tests.e2e.cluster import cluster as program
from tests.e2e.cluster.layout import Layout, start_time
from tests.e2e.cluster.mkimage import File, Image, write_image
from tests.e2e.harness import ApiError, Cluster

IMAGE = "docker.io/library/sagong-probe:dev"
HOST_PATHS = [
    "/var/lib/kubelet",
    "/var/lib/cni",
    "/var/lib/containerd",
    "/var/log/pods",
    "/var/log/containers",
    "/opt/containerd",
    "/run/containerd",
    "/run/netns",
    "/run/xtables.lock",
    "/usr/libexec/kubernetes",
    "/etc/cni",
    "/run/kubernetes",
]
SETTINGS = ["vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops", "net/ipv4/ip_forward"]


def traces(directory: Path) -> list[str]:
    """What of a cluster is left on the machine: its processes, cgroups, and mounts in any namespace."""
    name = Layout(directory).name
    found = [str(path) for root in cgroups.roots() for path in root.glob(name)]
    for process in Path("/proc").glob("[0-9]*"):
        if start_time(int(process.name)) is None:
            continue  # gone, or a zombie: it holds nothing
        try:
            if name in (process / "cgroup").read_text() or str(directory) in (process / "mountinfo").read_text():
                found.append(f"process {process.name}")
        except OSError:  # it ended while we looked
            continue
    return found


def machine() -> dict[str, str]:
    """What a kubelet or containerd would change on a machine that it has for itself."""
    paths = {path: str(os.path.exists(path)) for path in HOST_PATHS}
    return paths | {setting: Path("/proc/sys", setting).read_text() for setting in SETTINGS}


def exercise(cluster: Cluster, archive: Path) -> dict[str, float]:
    measured = {}
    begun = time.monotonic()
    cluster.up()
    measured["up"] = time.monotonic() - begun
    cluster.load(archive)
    begun = time.monotonic()
    cluster.apply(_objects())
    first = cluster.until("the pod is ready", lambda: _ready(cluster))
    measured["pod ready"] = time.monotonic() - begun
    assert cluster.logs("probe-0", "probe").startswith("uid=999 gid=999 data=yes root=no"), cluster.logs(
        "probe-0", "probe"
    )
    _reach(cluster, first["status"]["podIP"])
    _stop_and_continue(cluster, first["status"]["podIP"])
    begun = time.monotonic()
    uid = first["metadata"]["uid"]
    cluster.evict("probe-0", uid=uid)
    cluster.until("another pod is ready", lambda: _ready(cluster, not_uid=uid))
    measured["evicted, back"] = time.monotonic() - begun
    try:
        cluster.evict("probe-0", uid=uid)
        raise AssertionError("an eviction with the uid of a pod that is gone was accepted")
    except ApiError as error:
        assert error.code == 409, error
    cluster.signal("probe-0", "probe", signal.SIGKILL)
    cluster.until("restarted", lambda: _restarts(cluster) == 1)
    _recorded(cluster, uid)
    return measured


def _ready(cluster: Cluster, not_uid: str = "") -> Any:
    pod = cluster.pod("probe-0")
    ready = {"type": "Ready", "status": "True"}.items()
    is_ready = any(ready <= condition.items() for condition in pod["status"].get("conditions", []))
    return pod if is_ready and pod["metadata"]["uid"] != not_uid else None


def _restarts(cluster: Cluster) -> int:
    pod = _ready(cluster)
    return int(pod["status"]["containerStatuses"][0]["restartCount"]) if pod else 0


def _reach(cluster: Cluster, address: str) -> None:
    service = cluster.api.get("/api/v1/namespaces/default/services/probe-vip")["spec"]["clusterIP"]
    for host, port in ((address, 8080), (service, 80)):
        greeting = cluster.until(f"{host} answers", functools.partial(_read, cluster, host, port))
        assert greeting == b"hello from probe-0\n", greeting
    by_name = "exec 3<>/dev/tcp/probe-0.probe.default.svc.cluster.local/8080; cat <&3"
    assert cluster.run(["bash", "-c", by_name]).stdout == "hello from probe-0\n"


def _read(cluster: Cluster, host: str, port: int) -> bytes:
    with cluster.connect(host, port, timeout_s=1) as connection:
        return connection.recv(100)


def _stop_and_continue(cluster: Cluster, address: str) -> None:
    cluster.signal("probe-0", "probe", signal.SIGSTOP)
    try:
        raise AssertionError(f"a stopped container answered: {_read(cluster, address, 8080)!r}")
    except TimeoutError:
        cluster.signal("probe-0", "probe", signal.SIGCONT)


def _recorded(cluster: Cluster, evicted_uid: str) -> None:
    events = [event for event in cluster.audit() if event.resource == "pods" and event.name == "probe-0"]
    assert [
        (event.code, event.precondition_uid, event.user) for event in events if event.subresource == "eviction"
    ] == [(201, evicted_uid, "admin"), (409, evicted_uid, "admin")], events
    assert any(
        event.verb == "delete" and event.uid == evicted_uid and event.user.startswith("system:node:")
        for event in events
    )
    assert any(event.resource == "persistentvolumeclaims" and event.uid and event.response for event in cluster.audit())
    assert not [event for event in cluster.audit() if event.resource == "secrets" and (event.request or event.response)]
    cluster.until(
        "three runs of the container are on record",
        lambda: len(list(cluster.kept_logs(pod="probe-0"))) == 3,
        timeout_s=5,
    )


def kill_half_done_up(directory: Path, after_s: float) -> None:
    process = subprocess.Popen([sys.executable, program.__file__, "up", str(directory)], stdout=subprocess.DEVNULL)
    time.sleep(after_s)
    process.kill()
    process.wait()
    program.down(directory, purge=True)
    assert not traces(directory), traces(directory)


def main() -> int:
    before = machine()
    with tempfile.TemporaryDirectory(prefix="sagong-prove-") as scratch:
        folder = Path(scratch).resolve()
        server, archive = folder / "probe", folder / "probe.tar"
        subprocess.run(
            ["gcc", "-static", "-O2", "-o", str(server), str(Path(__file__).with_name("probe_server.c"))], check=True
        )
        write_image(archive, Image([IMAGE], [File("/probe", server)], entrypoint=["/probe"], user="999"))
        clusters = [Cluster(folder / name) for name in ("one", "two")]
        try:
            with concurrent.futures.ThreadPoolExecutor() as pool:
                for measured in pool.map(exercise, clusters, [archive] * 2):
                    print("; ".join(f"{what} {seconds:.1f} s" for what, seconds in measured.items()), flush=True)
            assert traces(clusters[0].directory), "a running cluster must be seen, or the check below means nothing"
            for component in ("containerd", "kubelet", "node", "kube-apiserver"):
                clusters[1].signal_component(component, signal.SIGKILL)
        finally:
            begun = time.monotonic()
            for cluster in clusters:
                cluster.down()
        print(f"both down in {time.monotonic() - begun:.1f} s", flush=True)
        left = [trace for cluster in clusters for trace in traces(cluster.directory)]
        assert not left, left
        for after_s in (0.3, 0.6, 1.5, 5):
            kill_half_done_up(folder / "half", after_s)
    assert machine() == before, (before, machine())
    print("no trace left")
    return 0


def _objects() -> list[dict[str, Any]]:
    labels = {"app": "probe"}
    container = {
        "name": "probe",
        "image": IMAGE,
        "imagePullPolicy": "Never",
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
        "securityContext": {
            "readOnlyRootFilesystem": True,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        },
        "readinessProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 1},
    }
    security = {
        "runAsNonRoot": True,
        "runAsUser": 999,
        "runAsGroup": 999,
        "fsGroup": 999,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    claim = {
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }

    def service(name: str, spec: dict[str, Any]) -> dict[str, Any]:
        return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": {"selector": labels} | spec}

    return [
        service("probe", {"clusterIP": "None", "ports": [{"port": 8080}]}),
        service("probe-vip", {"ports": [{"port": 80, "targetPort": 8080}]}),
        {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": {"name": "probe"},
            "spec": {
                "serviceName": "probe",
                "selector": {"matchLabels": labels},
                "volumeClaimTemplates": [claim],
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {
                        "terminationGracePeriodSeconds": 1,
                        "containers": [container],
                        "securityContext": security,
                    },
                },
            },
        },
    ]


if __name__ == "__main__":
    sys.exit(main())
