# SPDX-License-Identifier: Apache-2.0
"""Deleting the namespace with the set and its operator in it ends within a minute and leaves nothing behind."""

from __future__ import annotations

import time

from tests.e2e.steps.stage import Stage
from tests.e2e.steps.world import ApiError

WITHIN_S = 60


def play(stage: Stage) -> None:
    orders = stage.create()
    with stage.writing(orders):
        time.sleep(1)
    begun = time.monotonic()
    stage.world.kubectl("delete", "namespace", stage.namespace, "--wait=false")
    stage.world.until("the namespace is gone", lambda: _is_gone(stage), timeout_s=WITHIN_S, every_s=0.5)
    stage.facts["gone_s"] = round(time.monotonic() - begun, 1)


def _is_gone(stage: Stage) -> bool:
    try:
        namespace = stage.world.api.get(f"/api/v1/namespaces/{stage.namespace}")
    except ApiError as error:
        return error.code == 404
    stage.facts["last_said"] = [
        one["message"] for one in namespace["status"].get("conditions", []) if one["status"] == "True"
    ]
    return False
