# SPDX-License-Identifier: Apache-2.0
"""Who may speak to whom: one throw-away authority, a key per component, and the kubeconfigs that carry them."""

from __future__ import annotations

import base64
import json
import subprocess

from tests.e2e.cluster.layout import API_PORT, API_SERVICE_IP, CLUSTER_DOMAIN, NODE_NAME, ClusterError, Layout

# file name -> subject; the names are the ones that Kubernetes' own RBAC bindings expect
SUBJECTS = {
    "apiserver": "/CN=kube-apiserver",
    "kubelet-client": "/O=system:masters/CN=apiserver-kubelet-client",
    "admin": "/O=system:masters/CN=admin",
    "controller-manager": "/CN=system:kube-controller-manager",
    "scheduler": "/CN=system:kube-scheduler",
    "node": f"/O=system:nodes/CN=system:node:{NODE_NAME}",
    "proxy": "/CN=system:kube-proxy",
    "coredns": "/O=system:masters/CN=coredns",
}
KUBECONFIGS = ("admin", "controller-manager", "scheduler", "node", "proxy", "coredns")
NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650"]


def make_pki(layout: Layout) -> None:
    """Writes DIR/pki and one kubeconfig per client; DIR/kubeconfig is the administrator's."""
    pki = layout.path("pki")
    pki.mkdir(mode=0o700, exist_ok=True)
    _openssl(
        "req", "-x509", *NEW_KEY, "-keyout", str(pki / "ca.key"), "-out", str(pki / "ca.crt"), "-subj", "/CN=sagong-ca"
    )
    _openssl("ecparam", "-genkey", "-name", "prime256v1", "-noout", "-out", str(pki / "sa.key"))
    _openssl("ec", "-in", str(pki / "sa.key"), "-pubout", "-out", str(pki / "sa.pub"))
    for name, subject in SUBJECTS.items():
        _certificate(layout, name, subject)
    for name in KUBECONFIGS:
        layout.path("conf", f"{name}.kubeconfig").write_text(_kubeconfig(layout, name))
    layout.path("kubeconfig").write_text(_kubeconfig(layout, "admin"))
    layout.path("kubeconfig").chmod(0o600)


def _certificate(layout: Layout, name: str, subject: str) -> None:
    pki = layout.path("pki")
    names = [
        "localhost",
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        f"kubernetes.default.svc.{CLUSTER_DOMAIN}",
    ]
    addresses = ["127.0.0.1", API_SERVICE_IP, layout.node_ip]
    alternatives = ",".join([f"DNS:{n}" for n in names] + [f"IP:{a}" for a in addresses])
    _openssl(
        "req",
        "-x509",
        "-CA",
        str(pki / "ca.crt"),
        "-CAkey",
        str(pki / "ca.key"),
        *NEW_KEY,
        "-keyout",
        str(pki / f"{name}.key"),
        "-out",
        str(pki / f"{name}.crt"),
        "-subj",
        subject,
        "-addext",
        "basicConstraints=critical,CA:FALSE",
        "-addext",
        "extendedKeyUsage=clientAuth,serverAuth",
        "-addext",
        f"subjectAltName={alternatives}",
    )


def _kubeconfig(layout: Layout, user: str) -> str:
    def inline(name: str) -> str:
        return base64.b64encode(layout.path("pki", name).read_bytes()).decode()

    cluster = {"server": f"https://127.0.0.1:{API_PORT}", "certificate-authority-data": inline("ca.crt")}
    client = {"client-certificate-data": inline(f"{user}.crt"), "client-key-data": inline(f"{user}.key")}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "sagong",
        "clusters": [{"name": "sagong", "cluster": cluster}],
        "users": [{"name": user, "user": client}],
        "contexts": [{"name": "sagong", "context": {"cluster": "sagong", "user": user}}],
    }
    return json.dumps(config, indent=2) + "\n"  # JSON is YAML


def _openssl(*arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ClusterError(
            f"openssl {arguments[0]} failed: {done.stderr.strip()}. OpenSSL 3 is needed (`./dev` installs it)"
        )
