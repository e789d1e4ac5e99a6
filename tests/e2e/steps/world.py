# SPDX-License-Identifier: Apache-2.0
"""What must a place offer so that the steps can run on it? The real one-node cluster does, and so can a sandbox.

`World` is deliberately what `harness.Cluster` has, plus `client()`: an API client for one more thread.
"""

from __future__ import annotations

import datetime
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from tests.e2e.harness import ApiError, AuditEvent, ClusterError, KubectlError, LogLine

__all__ = ["NOT_YET", "ApiError", "Client", "ClusterError", "KubectlError", "World", "now"]

T = TypeVar("T")
# What a look at a cluster in turmoil may raise, and what only means "look again".
NOT_YET = (ApiError, ClusterError, OSError)


class Client(Protocol):
    """HTTP verbs on the API server, for one thread. Failures are ApiError."""

    def get(self, path: str) -> Any: ...

    def post(self, path: str, body: Any) -> Any: ...

    def patch(self, path: str, body: Any) -> Any: ...

    def delete(self, path: str, body: Any = None) -> Any: ...

    def close(self) -> None: ...


class World(Protocol):
    """A Kubernetes: asking and changing, its record, programs that reach its pods, and faults."""

    directory: Path

    @property
    def api(self) -> Client: ...  # the main thread's

    def client(self) -> Client: ...  # another thread's own

    def kubectl(self, *arguments: str, stdin: str | None = None, timeout_s: float = 60) -> str: ...

    def kubectl_json(self, *arguments: str, timeout_s: float = 60) -> Any: ...

    def apply(
        self, manifest: str | Path | Mapping[str, Any] | Sequence[Mapping[str, Any]], namespace: str | None = None
    ) -> str: ...

    def until(self, sentence: str, look: Callable[[], T], timeout_s: float = 60, every_s: float = 0.1) -> T: ...

    def kept_logs(self, namespace: str = "*", pod: str = "*", container: str = "*") -> Iterator[LogLine]: ...

    def audit(self, since: datetime.datetime | None = None) -> Iterator[AuditEvent]: ...

    def run(self, argv: Sequence[str], timeout_s: float = 60, check: bool = True) -> subprocess.CompletedProcess[str]:
        """A program of this machine, with pods and Services in reach."""
        ...

    def start(self, argv: Sequence[str], **options: Any) -> subprocess.Popen[Any]: ...

    def connect(self, host: str, port: int, timeout_s: float = 5) -> socket.socket:
        """A connection to a pod or Service address."""
        ...

    def container_pids(self, pod: str, container: str, namespace: str = "default") -> list[int]: ...

    def signal(self, pod: str, container: str, number: signal.Signals, namespace: str = "default") -> list[int]: ...


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)
