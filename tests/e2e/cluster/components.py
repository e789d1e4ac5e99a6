# SPDX-License-Identifier: Apache-2.0
"""With which command line and configuration does each component run?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.e2e.cluster.layout import API_PORT, CLUSTER_DOMAIN, NODE_NAME, SERVICE_CIDR, Layout

HERE = Path(__file__).resolve().parent
PAUSE_IMAGE = "sagong.dev/pause:dev"
ETCD_URL = "http://127.0.0.1:2379"
CONTAINERD_SOCKET = "/run/containerd/containerd.sock"  # in the node's own /run


def etcd(layout: Layout) -> list[str]:
    peer = "http://127.0.0.1:2380"
    # No fsync: the data lives as long as the test.
    return [
        layout.tool("etcd"),
        f"--name={NODE_NAME}",
        f"--data-dir={layout.path('etcd')}",
        f"--listen-client-urls={ETCD_URL}",
        f"--advertise-client-urls={ETCD_URL}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster={NODE_NAME}={peer}",
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def kube_apiserver(layout: Layout) -> list[str]:
    pki = layout.path("pki")
    return [
        layout.tool("kube-apiserver"),
        f"--etcd-servers={ETCD_URL}",
        f"--secure-port={API_PORT}",
        f"--advertise-address={layout.node_ip}",
        f"--service-cluster-ip-range={SERVICE_CIDR}",
        "--allow-privileged",
        f"--tls-cert-file={pki}/apiserver.crt",
        f"--tls-private-key-file={pki}/apiserver.key",
        f"--client-ca-file={pki}/ca.crt",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={pki}/sa.pub",
        f"--service-account-signing-key-file={pki}/sa.key",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--enable-bootstrap-token-auth",
        "--kubelet-preferred-address-types=InternalIP",
        f"--kubelet-client-certificate={pki}/kubelet-client.crt",
        f"--kubelet-client-key={pki}/kubelet-client.key",
        # blocking, and too large to rotate: the record of a run is complete
        f"--audit-policy-file={HERE}/audit-policy.yaml",
        f"--audit-log-path={layout.path('log', 'audit.jsonl')}",
        "--audit-log-mode=blocking",
        "--audit-log-maxsize=8192",
    ]


def kube_controller_manager(layout: Layout) -> list[str]:
    pki = layout.path("pki")
    return [
        layout.tool("kube-controller-manager"),
        f"--kubeconfig={layout.path('conf', 'controller-manager.kubeconfig')}",
        f"--service-account-private-key-file={pki}/sa.key",
        f"--root-ca-file={pki}/ca.crt",
        "--use-service-account-credentials",
        f"--cluster-signing-cert-file={pki}/ca.crt",
        f"--cluster-signing-key-file={pki}/ca.key",
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        "--controllers=*,bootstrap-signer-controller,token-cleaner-controller",
        "--kube-api-qps=200",
        "--kube-api-burst=400",
        "--flex-volume-plugin-dir=/var/lib/kubelet/volume-plugins",
    ]  # it makes this directory: not on the machine itself


def kube_scheduler(layout: Layout) -> list[str]:
    return [
        layout.tool("kube-scheduler"),
        f"--kubeconfig={layout.path('conf', 'scheduler.kubeconfig')}",
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        "--kube-api-qps=200",
        "--kube-api-burst=400",
    ]


def kube_proxy(layout: Layout) -> list[str]:
    # Masquerading everything keeps Service traffic between two pods of the bridge on the way back through the node,
    # whether or not the machine has br_netfilter.
    return [
        layout.tool("kube-proxy"),
        f"--kubeconfig={layout.path('conf', 'proxy.kubeconfig')}",
        f"--hostname-override={NODE_NAME}",
        "--proxy-mode=iptables",
        "--masquerade-all",
        f"--cluster-cidr={layout.pod_cidr}",
        f"--bind-address={layout.node_ip}",
        "--metrics-bind-address=127.0.0.1:10249",
        "--healthz-bind-address=127.0.0.1:10256",
        "--conntrack-max-per-core=0",
        "--iptables-min-sync-period=100ms",
    ]


def coredns(layout: Layout) -> list[str]:
    conf = layout.path("conf", "Corefile")
    conf.write_text(f"""{CLUSTER_DOMAIN} in-addr.arpa {{
  bind {layout.node_ip}
  kubernetes {CLUSTER_DOMAIN} in-addr.arpa {{
    kubeconfig {layout.path("conf", "coredns.kubeconfig")} sagong
    ttl 1
  }}
  errors
}}
""")
    return [layout.tool("coredns"), "-conf", str(conf)]


def containerd(layout: Layout) -> list[str]:
    _write_json(
        layout.path("conf", "cni", "10-bridge.conflist"),
        {
            "cniVersion": "0.4.0",
            "name": "sagong",
            "plugins": [
                {
                    "type": "bridge",
                    "bridge": "cni0",
                    "isGateway": True,
                    "hairpinMode": True,
                    "ipam": {
                        "type": "host-local",
                        "ranges": [[{"subnet": layout.pod_cidr}]],
                        "routes": [{"dst": "0.0.0.0/0"}],
                    },
                }
            ],
        },
    )
    conf = layout.path("conf", "containerd.toml")
    conf.write_text(f"""version = 2
[plugins."io.containerd.internal.v1.opt"]
  path = "/var/lib/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE_IMAGE}"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "{_snapshotter(layout)}"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{layout.path("conf", "cni")}"
""")
    return ["containerd", "--config", str(conf), "--log-level", "warn"]


def kubelet(layout: Layout) -> list[str]:
    conf = layout.path("conf", "kubelet.json")
    _write_json(
        conf,
        {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "authentication": {
                "anonymous": {"enabled": False},
                "webhook": {"enabled": True},
                "x509": {"clientCAFile": str(layout.path("pki", "ca.crt"))},
            },
            "authorization": {"mode": "Webhook"},
            "containerRuntimeEndpoint": f"unix://{CONTAINERD_SOCKET}",
            "cgroupDriver": "cgroupfs",
            "cgroupRoot": f"/{layout.name}/pods",
            "failCgroupV1": False,
            "failSwapOn": False,
            "localStorageCapacityIsolation": False,
            "evictionHard": {"imagefs.available": "0%", "nodefs.available": "0%", "memory.available": "0%"},
            "imageGCHighThresholdPercent": 100,  # images cannot be pulled again: never collect one
            "clusterDNS": [layout.node_ip],
            "clusterDomain": CLUSTER_DOMAIN,
            "resolvConf": "/dev/null",
            "healthzBindAddress": "127.0.0.1",
            "volumePluginDir": "/var/lib/kubelet/volume-plugins",
            "configMapAndSecretChangeDetectionStrategy": "Watch",
            "syncFrequency": "3s",
            "nodeStatusUpdateFrequency": "2s",
            "nodeStatusReportFrequency": "30s",
            "kubeAPIQPS": 200,
            "kubeAPIBurst": 400,
            "containerLogMaxSize": "4Gi",  # a log that rotates away cannot be judged
        },
    )
    return [
        layout.tool("kubelet"),
        f"--config={conf}",
        f"--kubeconfig={layout.path('conf', 'node.kubeconfig')}",
        f"--hostname-override={NODE_NAME}",
        f"--node-ip={layout.node_ip}",
    ]


def _snapshotter(layout: Layout) -> str:
    """overlayfs cannot be stacked on itself: inside a container whose disk is an overlay, images are copied instead."""
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    holding = [(len(point), kind) for point, kind in mounts if layout.directory.is_relative_to(point)]
    return "native" if max(holding)[1] == "overlay" else "overlayfs"


def _write_json(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n")
