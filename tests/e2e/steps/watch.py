# SPDX-License-Identifier: Apache-2.0
"""What happens to a replica set meanwhile? A thread that looks several times a second and tells its listeners."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from tests.e2e.steps.replica_set import GROUP, MEMBER_PODS, SET_LABEL, Object
from tests.e2e.steps.world import NOT_YET, ApiError, Client, World


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """The custom resource (None: there is none) and its member pods, seen at one moment."""

    at: float = 0.0  # time.monotonic()
    set: Object | None = None
    pods: tuple[Object, ...] = ()


Listener = Callable[[Snapshot], None]


class Watch:
    """Listeners are called on its own thread, after each look that succeeded; an error comes out of stop()."""

    def __init__(self, world: World, namespace: str, name: str = "orders", every_s: float = 0.2) -> None:
        self._world, self._every_s = world, every_s
        self._set_path = f"{GROUP}/namespaces/{namespace}/mongoreplicasets/{name}"
        self._pods_path = f"/api/v1/namespaces/{namespace}/pods?labelSelector={SET_LABEL}={name},{MEMBER_PODS}"
        self._listeners: list[Listener] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name=f"watch {namespace}/{name}")
        self._error: BaseException | None = None
        self.latest = Snapshot()

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def start(self) -> Watch:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=35)
        if self._error is not None:
            raise self._error

    def __enter__(self) -> Watch:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        client = self._world.client()
        try:
            while not self._stop.is_set():
                try:
                    self.latest = self._look(client)
                except NOT_YET:
                    client.close()
                else:
                    for listener in self._listeners:
                        listener(self.latest)
                self._stop.wait(self._every_s)
        except BaseException as error:  # noqa: BLE001 - handed to whoever stops the watch
            self._error = error
        finally:
            client.close()

    def _look(self, client: Client) -> Snapshot:
        return Snapshot(time.monotonic(), _or_none(client, self._set_path), tuple(client.get(self._pods_path)["items"]))


def _or_none(client: Client, path: str) -> Any:
    try:
        return client.get(path)
    except ApiError as error:
        if error.code == 404:
            return None
        raise
