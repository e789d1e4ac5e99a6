# SPDX-License-Identifier: Apache-2.0
"""What must hold on a real cluster? One module per scenario: its docstring is the sentence, `play` is the play.

A scenario raises (AssertionError, ClusterError) when the sentence does not hold. The runner gives it a namespace with
the operator installed, and checks the invariants of tests/e2e/invariants afterwards.
"""

from __future__ import annotations

import importlib
from types import ModuleType

NAMES = (
    "comes_up",
    "rolls_under_load",
    "operator_killed_during_roll",
    "all_pods_deleted_at_once",
    "scales_3_5_3",
    "bad_image_then_fix_forward",
    "bad_inputs",
    "set_deleted",
    "namespace_deleted",
)


def module(name: str) -> ModuleType:
    return importlib.import_module(f"tests.e2e.scenarios.{name}")


def sentence(name: str) -> str:
    return (module(name).__doc__ or "").strip().splitlines()[0]
