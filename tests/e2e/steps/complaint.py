# SPDX-License-Identifier: Apache-2.0
"""Does the operator, or the API server, say what is wrong with a spec in a sentence that helps?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.e2e.steps.replica_set import ReplicaSet
from tests.e2e.steps.world import ApiError, KubectlError


def expect_complaint(orders: ReplicaSet, reason: str, *words: str, timeout_s: float = 60) -> str:
    """A Stalled condition with that reason and these words, and a Warning Event that says so. Returns the sentence."""
    condition = orders.stalls(timeout_s, reason)
    message = str(condition.get("message", ""))
    missing = [word for word in words if word not in message]
    assert not missing, f"the Stalled condition does not say {missing}: {message}"
    orders.world.until(
        f"a Warning Event says {reason} as the condition does",
        lambda: any(_says(event, message) for event in orders.events(reason)),
        timeout_s=15,
    )
    return message


def expect_refusal(act: Callable[[], Any], *words: str) -> str:
    """The API server refuses, and its sentence has these words. Returns it."""
    try:
        act()
    except (ApiError, KubectlError) as error:
        message = str(error)
    else:
        raise AssertionError(f"this was to be refused with {list(words)}, and it was accepted")
    missing = [word for word in words if word not in message]
    assert not missing, f"the refusal does not say {missing}: {message}"
    return message


def _says(event: dict[str, Any], message: str) -> bool:
    # An Event's note is cut at 1 KiB.
    return event.get("type") == "Warning" and message.startswith(str(event.get("note", "")).removesuffix("…")[:400])
