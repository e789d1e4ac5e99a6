# SPDX-License-Identifier: Apache-2.0
"""How does a test talk to the cluster's API server without starting a kubectl each time?

    api = Api(layout)
    api.get("/api/v1/namespaces/default/pods")["items"]
    api.post("/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}})

One HTTPS connection with the administrator's certificate, opened inside the cluster's network and kept. Not for use by
several threads at once: make one Api per thread.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from typing import Any

from tests.e2e.cluster.layout import API_PORT, Layout
from tests.e2e.cluster.node import network_of

MERGE_PATCH = "application/merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"


class ApiError(Exception):
    """The API server refused: `code` (404, 409 …), `reason` (NotFound, Conflict …) and its sentence."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(f"{code} {reason}: {message}")
        self.code, self.reason, self.message = code, reason, message


class Api:
    def __init__(self, layout: Layout, timeout_s: float = 30) -> None:
        self._layout, self._timeout_s = layout, timeout_s
        self._tls = ssl.create_default_context(cafile=str(layout.path("pki", "ca.crt")))
        self._tls.load_cert_chain(str(layout.path("pki", "admin.crt")), str(layout.path("pki", "admin.key")))
        self._connection: http.client.HTTPSConnection | None = None

    def get(self, path: str) -> Any:
        """Parsed JSON, or text where the server answers with text (/readyz, /metrics, pod logs)."""
        return self._request("GET", path)

    def post(self, path: str, body: Any) -> Any:
        return self._request("POST", path, body)

    def put(self, path: str, body: Any) -> Any:
        return self._request("PUT", path, body)

    def patch(self, path: str, body: Any, content_type: str = MERGE_PATCH) -> Any:
        return self._request("PATCH", path, body, content_type)

    def delete(self, path: str, body: Any = None) -> Any:
        return self._request("DELETE", path, body)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _request(self, method: str, path: str, body: Any = None, content_type: str = "application/json") -> Any:
        try:
            return self._once(method, path, body, content_type)
        except (http.client.HTTPException, OSError):
            self.close()
            if method != "GET":  # a write whose answer was lost may have happened: the caller decides
                raise
        try:
            return self._once(method, path, body, content_type)
        except (http.client.HTTPException, OSError):
            self.close()
            raise

    def _once(self, method: str, path: str, body: Any, content_type: str) -> Any:
        if self._connection is None:
            self._connection = _Connection(self._layout, self._tls, self._timeout_s)
        data = None if body is None else json.dumps(body).encode()
        self._connection.request(method, path, data, {"Content-Type": content_type, "Accept": "application/json, */*"})
        response = self._connection.getresponse()
        text = response.read().decode(errors="replace")
        is_json = response.headers.get_content_type() == "application/json"
        answer: Any = json.loads(text) if is_json else text
        if response.status >= 400:
            reason = answer.get("reason", "") if is_json else response.reason
            raise ApiError(response.status, reason, answer.get("message", text) if is_json else text)
        return answer


class _Connection(http.client.HTTPSConnection):
    def __init__(self, layout: Layout, tls: ssl.SSLContext, timeout_s: float) -> None:
        super().__init__("127.0.0.1", API_PORT, context=tls, timeout=timeout_s)
        self._layout = layout

    def connect(self) -> None:
        with network_of(self._layout):
            super().connect()
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
