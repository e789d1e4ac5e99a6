# SPDX-License-Identifier: Apache-2.0
"""Who sent which command to which mongod? Listens to the pods' network, as long as it is not encrypted.

A mongod says little of the commands that it was given, and nothing of a `force`. What travelled on the wire is evidence
that neither our operator nor a double can colour. Only requests between two pods are seen, each once: what a pod sends
arrives on its own interface of the node before it leaves on another. All protocols are listened to (ETH_P_ALL), because
the bridge takes what it forwards before any single protocol's listener sees it.

    IPv4 | TCP, port 27017 | length request_id response_to opcode=2013 flags kind=0 BSON document
"""

from __future__ import annotations

import ctypes
import dataclasses
import datetime
import json
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from tests.e2e.cluster import node
from tests.e2e.cluster.layout import Layout

MONGOD_PORT, OP_MSG, HEADER = 27017, 2013, 16
ETH_P_ALL, PACKET_OUTGOING, SO_ATTACH_FILTER = 0x0003, 4, 26
# Of these the whole document is kept; of others only the name, so that no data and no credentials are.
KEPT = frozenset(
    {"replSetInitiate", "replSetReconfig", "replSetStepDown", "replSetFreeze", "replSetSyncFrom", "shutdown"}
)
# Between members: not somebody's orders.
BETWEEN_MEMBERS = frozenset(
    {"replSetHeartbeat", "replSetRequestVotes", "replSetUpdatePosition", "getMore", "simFetch", "simCommon"}
)


@dataclasses.dataclass(frozen=True)
class Command:
    at: datetime.datetime
    source: str  # address of the pod that sent it
    target: str
    name: str
    body: dict[str, Any]  # of the commands in KEPT

    def line(self) -> str:
        return f"{self.at:%H:%M:%S.%f} {self.source} -> {self.target} {self.name} {json.dumps(self.body)}"


def commands_in(payload: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    """The commands of one TCP segment that begins with a message; anything else gives none."""
    while len(payload) >= HEADER + 10:
        length, _, response_to, opcode = struct.unpack_from("<iiii", payload)
        if opcode != OP_MSG or response_to != 0 or not HEADER < length <= 48_000_000 or payload[HEADER + 4] != 0:
            return
        name = _first_key(payload, HEADER + 5)
        if name is None:
            return
        body = {}
        if name in KEPT and length <= len(payload):
            body = parse_document(payload, HEADER + 5)
        yield name, body
        payload = payload[length:]


def parse_document(data: bytes, at: int) -> dict[str, Any]:
    """BSON, as far as replica set commands need it; an unknown type ends the document."""
    end = at + struct.unpack_from("<i", data, at)[0] - 1
    at += 4
    found: dict[str, Any] = {}
    while at < end and data[at] != 0:
        kind = data[at]
        stop = data.index(0, at + 1)
        key = data[at + 1 : stop].decode(errors="replace")
        at = stop + 1
        if kind in (0x03, 0x04):
            inner = parse_document(data, at)
            found[key] = inner if kind == 0x03 else list(inner.values())
            at += struct.unpack_from("<i", data, at)[0]
        elif kind == 0x02:
            size = struct.unpack_from("<i", data, at)[0]
            found[key] = data[at + 4 : at + 3 + size].decode(errors="replace")
            at += 4 + size
        elif kind == 0x08:
            found[key] = data[at] != 0
            at += 1
        elif kind in (0x01, 0x10, 0x12, 0x09, 0x11):
            layout = {0x01: "<d", 0x10: "<i", 0x12: "<q", 0x09: "<q", 0x11: "<Q"}[kind]
            found[key] = struct.unpack_from(layout, data, at)[0]
            at += struct.calcsize(layout)
        elif kind == 0x07:
            found[key] = data[at : at + 12].hex()
            at += 12
        elif kind == 0x05:
            size = struct.unpack_from("<i", data, at)[0]
            at += 5 + size
        elif kind == 0x0A:
            found[key] = None
        else:
            return found
    return found


class WireTap:
    """Collects commands from entering the `with` block until leaving it."""

    def __init__(self, layout: Layout) -> None:
        with node.network_of(layout):
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
        self._socket.settimeout(0.2)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        _only_to_mongod(self._socket)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="wire tap")
        self.commands: list[Command] = []

    def __enter__(self) -> WireTap:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=5)
        self._socket.close()

    def counts(self, source: str, target: str, since: datetime.datetime) -> Counter[str]:
        """How often each command went from one pod to another."""
        return Counter(
            one.name for one in self.commands if one.at >= since and (one.source, one.target) == (source, target)
        )

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                packet, address = self._socket.recvfrom(65536)
            except TimeoutError:
                continue
            if address[2] == PACKET_OUTGOING:
                continue
            self._take(packet)

    def _take(self, packet: bytes) -> None:
        ip_header = (packet[0] & 0x0F) * 4
        total = struct.unpack_from(">H", packet, 2)[0] or len(packet)
        tcp_header = (packet[ip_header + 12] >> 4) * 4
        payload = packet[ip_header + tcp_header : total]
        at = datetime.datetime.now(datetime.timezone.utc)
        source, target = socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20])
        for name, body in commands_in(payload):
            if name not in BETWEEN_MEMBERS:
                self.commands.append(Command(at, source, target, name, body))


def _first_key(payload: bytes, at: int) -> str | None:
    """The name of a command is the first key of its document."""
    stop = payload.find(b"\0", at + 5, at + 5 + 64)
    name = payload[at + 5 : stop].decode(errors="replace") if stop > 0 else ""
    return name if name.isidentifier() else None


def _only_to_mongod(listener: socket.socket) -> None:
    """A classic BPF program in the kernel: TCP to port 27017, in a packet that is no later fragment."""
    program = [
        (0x30, 0, 0, 0),  # version and header length
        (0x54, 0, 0, 0xF0),
        (0x15, 0, 8, 0x40),  # IPv4?
        (0x30, 0, 0, 9),  # protocol
        (0x15, 0, 6, 6),  # TCP?
        (0x28, 0, 0, 6),  # flags and fragment offset
        (0x45, 4, 0, 0x1FFF),  # later fragment?
        (0xB1, 0, 0, 0),  # X = IP header length
        (0x48, 0, 0, 2),  # destination port
        (0x15, 0, 1, MONGOD_PORT),
        (0x06, 0, 0, 0x40000),
        (0x06, 0, 0, 0),
    ]
    code = b"".join(struct.pack("HBBI", *line) for line in program)
    held = ctypes.create_string_buffer(code)
    listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", len(program), ctypes.addressof(held)))
