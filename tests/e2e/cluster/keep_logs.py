# SPDX-License-Identifier: Apache-2.0
"""What did a pod say that is gone by now? The kubelet deletes a pod's logs with the pod; a hard link outlives that.

Runs beside a cluster as one of its components: keep_logs.py SOURCE TARGET
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

EVERY_S = 0.2


def link_new(source: Path, target: Path) -> None:
    for log in source.glob("*/*/*.log"):
        kept = target / log.relative_to(source)
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(log, kept)
            except (FileNotFoundError, FileExistsError):
                pass


def main() -> None:
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    while True:
        link_new(source, target)
        time.sleep(EVERY_S)


if __name__ == "__main__":
    main()
