# SPDX-License-Identifier: Apache-2.0
"""A real etcd and kube-apiserver on loopback ports of their own, for as long as a `with` block lasts.

Needs a folder with both binaries and openssl. Nothing is kept: the data folder goes with the block.
"""
from __future__ import annotations

import http.client
import json
import socket
import ssl
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

TOKEN = "recorder-token"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RealServer:
    """request() answers (HTTP status, decoded body)."""

    def __init__(self, tools: Path) -> None:
        self.tools = tools
        self.port = _free_port()
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "RealServer":
        self._folder = tempfile.TemporaryDirectory(prefix="objects-record-")
        folder = Path(self._folder.name)
        client, peer = _free_port(), _free_port()
        key, cert, users = folder / "sa.key", folder / "sa.crt", folder / "users.csv"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=recorder"],
                       check=True, capture_output=True)
        users.write_text(f'{TOKEN},recorder,1,"system:masters"\n')
        self._start("etcd", "--data-dir", folder / "etcd", "--listen-client-urls", f"http://127.0.0.1:{client}", "--advertise-client-urls",
                    f"http://127.0.0.1:{client}", "--listen-peer-urls", f"http://127.0.0.1:{peer}", "--initial-advertise-peer-urls",
                    f"http://127.0.0.1:{peer}", "--initial-cluster", f"default=http://127.0.0.1:{peer}", "--unsafe-no-fsync")
        self._start("kube-apiserver", f"--etcd-servers=http://127.0.0.1:{client}", "--bind-address=127.0.0.1", f"--secure-port={self.port}",
                    f"--cert-dir={folder}", "--authorization-mode=AlwaysAllow", f"--token-auth-file={users}", "--service-cluster-ip-range=10.96.0.0/16",
                    "--service-account-issuer=https://kubernetes.default.svc", f"--service-account-key-file={cert}",
                    f"--service-account-signing-key-file={key}", "--disable-admission-plugins=ServiceAccount")
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            try:
                if self.request("GET", "/readyz")[0] == 200:
                    return self
            except OSError:
                pass
            time.sleep(0.3)
        self.__exit__()
        raise RuntimeError("kube-apiserver did not become ready")

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._processes):
            process.terminate()
            process.wait()
        self._folder.cleanup()

    def _start(self, name: str, *arguments: object) -> None:
        log = open(Path(self._folder.name) / f"{name}.log", "wb")
        self._processes.append(subprocess.Popen([str(self.tools / name), *map(str, arguments)], stdout=log, stderr=log))

    def request(self, method: str, path: str, body: Any = None, content_type: str = "application/json") -> tuple[int, Any]:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        link = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=context)
        payload = None if body is None else json.dumps(body)
        link.request(method, path, payload, {"Authorization": f"Bearer {TOKEN}", "Content-Type": content_type, "Accept": "application/json"})
        answer = link.getresponse()
        self.warnings = [value for name, value in answer.getheaders() if name.lower() == "warning"]
        text = answer.read().decode()
        link.close()
        try:
            return answer.status, json.loads(text)
        except json.JSONDecodeError:
            return answer.status, text
