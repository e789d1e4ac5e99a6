# SPDX-License-Identifier: Apache-2.0
"""What does the operator's own process do and cost? Its pod, its memory, its metrics, its end by SIGKILL."""

from __future__ import annotations

import datetime
import re
import signal
import time
from pathlib import Path
from typing import Any

from tests.e2e.steps.install import SERVICE_ACCOUNT, user_of
from tests.e2e.steps.world import NOT_YET, ClusterError, World, now

CONTAINER = "operator"
LEASES = "leases"
PORT = 8080
METRIC = re.compile(r"^(\w+)(?:\{(.*)\})? ([0-9.eE+-]+|NaN)$")


class Operator:
    def __init__(self, world: World, namespace: str) -> None:
        self.world, self.namespace = world, namespace

    def pod(self) -> dict[str, Any]:
        """The youngest pod of the Deployment that is not on its way out."""
        path = f"/api/v1/namespaces/{self.namespace}/pods?labelSelector=app.kubernetes.io/name={SERVICE_ACCOUNT}"
        pods = [one for one in self.world.api.get(path)["items"] if "deletionTimestamp" not in one["metadata"]]
        if not pods:
            raise ClusterError(f"there is no operator pod in {self.namespace}")
        newest: dict[str, Any] = max(pods, key=lambda one: one["metadata"]["creationTimestamp"])
        return newest

    def name(self) -> str:
        return str(self.pod()["metadata"]["name"])

    def rss_mib(self) -> float:
        """Resident memory of its container's processes, from /proc."""
        total = 0
        for pid in self.world.container_pids(self.name(), CONTAINER, self.namespace):
            status = Path(f"/proc/{pid}/status").read_text()
            total += int(re.search(r"^VmRSS:\s+(\d+) kB", status, re.M)[1])  # type: ignore[index]
        return total / 1024

    def metrics(self) -> dict[str, float]:
        """Every sample of /metrics by its name and labels, as printed."""
        address = self.pod()["status"]["podIP"]
        with self.world.connect(address, PORT) as connection:
            connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: operator\r\nConnection: close\r\n\r\n")
            text = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
        return {
            line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if METRIC.match(line)
        }

    def requests(self, seconds: float) -> tuple[int, int]:
        """How many API requests, and writes among them, it makes in so many seconds from now, its Lease excepted."""
        since = now()
        time.sleep(seconds)
        until = now()
        time.sleep(0.3)  # the record is written when a request ends
        ours = [
            event
            for event in self.world.audit(since)
            if event.user == user_of(self.namespace) and event.resource != LEASES and event.at <= until
        ]
        return len(ours), sum(1 for event in ours if event.is_write)

    def lease_requests(self, since: datetime.datetime) -> int:
        """How often it has asked for, or renewed, its Lease since then."""
        ours = user_of(self.namespace)
        return sum(1 for event in self.world.audit(since) if event.user == ours and event.resource == LEASES)

    def kill(self) -> None:
        """SIGKILL, as when memory runs out; the kubelet starts it again. Nothing happens if it is not running."""
        try:
            self.world.signal(self.name(), CONTAINER, signal.SIGKILL, self.namespace)
        except (*NOT_YET, ProcessLookupError):
            pass

    def is_running(self) -> bool:
        try:
            return bool(self.world.container_pids(self.name(), CONTAINER, self.namespace))
        except NOT_YET:
            return False

    def revive(self, timeout_s: float = 60) -> None:
        """Waits until it runs again. Where the kubelet holds a container back that died often, a new pod takes over."""

        def look() -> bool:
            statuses = self.pod()["status"].get("containerStatuses", [])
            waiting = [one["state"]["waiting"].get("reason") for one in statuses if "waiting" in one["state"]]
            if "CrashLoopBackOff" in waiting:
                self.world.api.delete(
                    f"/api/v1/namespaces/{self.namespace}/pods/{self.name()}", {"gracePeriodSeconds": 0}
                )
                return False
            return any("running" in one["state"] for one in statuses) and self.is_running()

        self.world.until("the operator runs again", look, timeout_s, every_s=0.2)
