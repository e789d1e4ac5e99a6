# SPDX-License-Identifier: Apache-2.0
"""How does a person or a test get at the cluster from a shell? DIR/kubectl, and DIR/enter for any other command."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from tests.e2e.cluster.layout import CLUSTER_DOMAIN, Layout

RESOLV_CONF = f"""search default.svc.{CLUSTER_DOMAIN} svc.{CLUSTER_DOMAIN} {CLUSTER_DOMAIN}
nameserver NODE_IP
options ndots:5 timeout:1
"""

# kubectl keeps what it discovered per server address, and every cluster has the same: hence a cache for each.
KUBECTL = """#!/bin/sh
# kubectl against this cluster.
export KUBECONFIG=KUBECONFIG_FILE KUBECACHEDIR=KUBECTL_CACHE
exec nsenter --net=NETWORK -- TOOLS/kubectl "$@"
"""

ENTER = """#!/bin/sh
# Runs a command in this cluster's network, with its DNS and kubectl; everything else is the machine's own.
export KUBECONFIG=KUBECONFIG_FILE KUBECACHEDIR=KUBECTL_CACHE PATH=TOOLS:"$PATH" CLUSTER_RESOLV_CONF=RESOLV_CONF_FILE
exec nsenter --net=NETWORK -- unshare --mount --propagation private -- sh -c '
  mount -n --bind "$CLUSTER_RESOLV_CONF" "$(readlink -f /etc/resolv.conf)" && exec "$@"' enter "$@"
"""


def write_wrappers(layout: Layout) -> None:
    layout.path("resolv.conf").write_text(RESOLV_CONF.replace("NODE_IP", layout.node_ip))
    values = {
        "KUBECONFIG_FILE": layout.path("kubeconfig"),
        "KUBECTL_CACHE": layout.path("run", "kubectl"),
        "RESOLV_CONF_FILE": layout.path("resolv.conf"),
        "NETWORK": layout.network(),
        "TOOLS": layout.tools,
    }
    _write(layout.path("kubectl"), KUBECTL, values)
    _write(layout.path("enter"), ENTER, values)


def _write(path: Path, template: str, values: dict[str, Path]) -> None:
    for name, value in values.items():
        template = template.replace(name, shlex.quote(str(value)))
    path.write_text(template)
    os.chmod(path, 0o755)
