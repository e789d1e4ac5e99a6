# SPDX-License-Identifier: Apache-2.0
"""Who asked the API server for what, and when? Reads the audit log of a cluster (cluster/audit-policy.yaml).

Bodies are there for the custom resources, pods, evictions, StatefulSets, claims, Services and disruption budgets;
Secrets never have one. Get, list and watch are on record for service accounts outside kube-system only: the operators.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

READS = frozenset({"get", "list", "watch"})


@dataclasses.dataclass(frozen=True)
class AuditEvent:
    at: datetime.datetime  # when the API server received it
    user: str
    user_agent: str
    verb: str
    group: str
    resource: str
    subresource: str
    namespace: str
    name: str
    uid: str  # of the object; empty where neither request nor answer names it
    code: int  # HTTP status of the answer
    request: Any  # body, or None
    response: Any

    @property
    def is_write(self) -> bool:
        return self.verb not in READS

    @property
    def succeeded(self) -> bool:
        return 200 <= self.code < 300

    @property
    def precondition_uid(self) -> str:
        """The uid that a delete or an eviction insisted on; empty when it did not."""
        body = self.request if isinstance(self.request, dict) else {}
        options = body.get("deleteOptions") or body  # an Eviction carries DeleteOptions, a delete is one
        return str((options.get("preconditions") or {}).get("uid", ""))


def read_audit(log: Path, since: datetime.datetime | None = None) -> Iterator[AuditEvent]:
    """The events in the order of the log; a last line that is still being written is left out."""
    with log.open() as lines:
        for line in lines:
            if not line.endswith("\n"):
                return
            event = _parse(json.loads(line))
            if event is not None and (since is None or event.at >= since):
                yield event


def _parse(raw: dict[str, Any]) -> AuditEvent | None:
    if raw["stage"] not in ("ResponseComplete", "Panic"):
        return None  # ResponseStarted of a watch: its completion follows
    reference = raw.get("objectRef") or {}
    request, response = raw.get("requestObject"), raw.get("responseObject")
    metadata = _metadata(response) or _metadata(request)
    return AuditEvent(
        at=parse_time(raw["requestReceivedTimestamp"]),
        user=raw["user"].get("username", ""),
        user_agent=raw.get("userAgent", ""),
        verb=raw["verb"],
        group=reference.get("apiGroup", ""),
        resource=reference.get("resource", ""),
        subresource=reference.get("subresource", ""),
        namespace=reference.get("namespace", ""),
        name=reference.get("name", "") or metadata.get("name", ""),
        uid=reference.get("uid", "") or metadata.get("uid", "") or _details_uid(response),
        code=raw.get("responseStatus", {}).get("code", 0),
        request=request,
        response=response,
    )


def _metadata(body: Any) -> dict[str, Any]:
    return (body.get("metadata") or {}) if isinstance(body, dict) and body.get("kind") != "Status" else {}


def _details_uid(body: Any) -> str:
    return str((body.get("details") or {}).get("uid", "")) if isinstance(body, dict) else ""


def parse_time(text: str) -> datetime.datetime:
    """A Kubernetes timestamp, with or without fractions of a second, however many digits."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    at = datetime.datetime.fromisoformat(whole).replace(tzinfo=datetime.timezone.utc)
    return at + datetime.timedelta(microseconds=int(fraction.ljust(6, "0")[:6]) if fraction else 0)
