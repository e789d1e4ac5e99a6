# SPDX-License-Identifier: Apache-2.0
"""Server-side apply and update tracking of built-in kinds."""
from typing import Any

CONFIG_MAP = {"apiVersion": "v1", "plural": "configmaps", "kind": "ConfigMap"}
SECRET = {"apiVersion": "v1", "plural": "secrets", "kind": "Secret"}
SERVICE = {"apiVersion": "v1", "plural": "services", "kind": "Service"}
POD = {"apiVersion": "v1", "plural": "pods", "kind": "Pod"}
NODE = {"apiVersion": "v1", "plural": "nodes", "kind": "Node", "cluster": "yes"}
DEPLOYMENT = {"apiVersion": "apps/v1", "plural": "deployments", "kind": "Deployment"}
STATEFUL_SET = {"apiVersion": "apps/v1", "plural": "statefulsets", "kind": "StatefulSet"}
JOB = {"apiVersion": "batch/v1", "plural": "jobs", "kind": "Job"}
LEASE = {"apiVersion": "coordination.k8s.io/v1", "plural": "leases", "kind": "Lease"}
ROLE = {"apiVersion": "rbac.authorization.k8s.io/v1", "plural": "roles", "kind": "Role"}
PDB = {"apiVersion": "policy/v1", "plural": "poddisruptionbudgets", "kind": "PodDisruptionBudget"}
PVC = {"apiVersion": "v1", "plural": "persistentvolumeclaims", "kind": "PersistentVolumeClaim"}
SERVICE_ACCOUNT = {"apiVersion": "v1", "plural": "serviceaccounts", "kind": "ServiceAccount"}
CSR = {"apiVersion": "certificates.k8s.io/v1", "plural": "certificatesigningrequests", "kind": "CertificateSigningRequest", "cluster": "yes"}


def case(name: str, target: dict[str, str], *steps: dict[str, Any]) -> dict[str, Any]:
    for step in steps:
        if step["do"] in ("apply", "create", "update"):
            step["body"] = {"apiVersion": target["apiVersion"], "kind": target["kind"], "metadata": {}} | step["body"]
    return {"name": name, "target": target, "steps": list(steps)}


def apply(manager: str, body: Any, **more: Any) -> dict[str, Any]:
    return {"do": "apply", "manager": manager, "body": body} | more


def create(manager: str, body: Any) -> dict[str, Any]:
    return {"do": "create", "manager": manager, "body": body}


def update(manager: str, body: Any, **more: Any) -> dict[str, Any]:
    return {"do": "update", "manager": manager, "body": body} | more


def merge_patch(manager: str, body: Any, **more: Any) -> dict[str, Any]:
    return {"do": "merge_patch", "manager": manager, "body": body} | more


def strategic(manager: str, body: Any, **more: Any) -> dict[str, Any]:
    return {"do": "strategic", "manager": manager, "body": body} | more


def workload(containers: list[Any], replicas: int | None = None, **pod: Any) -> dict[str, Any]:
    spec: dict[str, Any] = {"selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": containers} | pod}}
    return {"spec": spec | ({"replicas": replicas} if replicas is not None else {})}


C = {"name": "c", "image": "i"}
CASES = [
    case("config map data is granular", CONFIG_MAP, apply("a", {"data": {"x": "1"}}), apply("b", {"data": {"y": "2"}}), apply("b", {"data": {"x": "2"}}), apply("a", {"data": {}}), apply("a", {})),
    case("config map created and updated", CONFIG_MAP, create("a", {"data": {"x": "1"}, "binaryData": {"b": "AAAA"}}), update("b", {"data": {"x": "2", "y": "3"}}), merge_patch("c", {"data": {"y": None}})),
    case("an empty list of managed fields", CONFIG_MAP, apply("a", {"data": {"x": "1"}}), merge_patch("b", {"metadata": {"managedFields": []}}), apply("c", {"data": {"x": "1"}})),
    case("managed fields cleared by one empty entry", CONFIG_MAP, apply("a", {"data": {"x": "1"}}), merge_patch("b", {"metadata": {"managedFields": [{}]}}), update("c", {"data": {"x": "3"}}), apply("d", {"data": {"x": "4"}})),
    case("managed fields rewritten by a client", CONFIG_MAP, apply("a", {"data": {"x": "1"}}), merge_patch("b", {"metadata": {"managedFields": [
        {"manager": "z", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1", "time": "2020-01-01T00:00:00Z", "fieldsV1": {"f:data": {"f:x": {}}}}]}})),
    case("a deployment applied", DEPLOYMENT, apply("a", workload([C], 1)), apply("b", {"spec": {"replicas": 2}}), apply("b", {"spec": {"replicas": 2}}, force=True), apply("a", workload([C]))),
    case("a deployment created owns its defaults", DEPLOYMENT, create("a", workload([C])), apply("b", workload([C], 1)), apply("b", workload([C], 3))),
    case("containers merge by name", DEPLOYMENT, apply("a", workload([C])), apply("b", {"spec": {"template": {"spec": {"containers": [{"name": "d", "image": "j"}]}}}}),
         apply("b", {"spec": {"template": {"spec": {"containers": [{"name": "c", "image": "j"}, {"name": "d", "image": "j"}]}}}}), apply("b", {"spec": {}})),
    case("ports have two keys and a default", DEPLOYMENT, apply("a", workload([C | {"ports": [{"containerPort": 80}]}])), apply("a", workload([C | {"ports": [{"containerPort": 80}, {"containerPort": 80, "protocol": "UDP"}]}])), apply("a", workload([C]))),
    case("a port without its number", DEPLOYMENT, apply("a", workload([C | {"ports": [{"name": "x"}]}]))),
    case("environment by name", DEPLOYMENT, apply("a", workload([C | {"env": [{"name": "X", "value": "1"}]}])), apply("b", {"spec": {"template": {"spec": {"containers": [{"name": "c", "env": [{"name": "Y", "value": "2"}]}]}}}}), apply("a", workload([C]))),
    case("args are atomic", DEPLOYMENT, apply("a", workload([C | {"args": ["x", "y"]}])), apply("b", {"spec": {"template": {"spec": {"containers": [{"name": "c", "args": ["x"]}]}}}})),
    case("volumes and their mounts", DEPLOYMENT, apply("a", workload([C | {"volumeMounts": [{"name": "v", "mountPath": "/v"}]}], volumes=[{"name": "v", "emptyDir": {}}])), apply("a", workload([C]))),
    case("resources are granular quantities", DEPLOYMENT, apply("a", workload([C | {"resources": {"limits": {"cpu": "1000m", "memory": "1Gi"}}}])), apply("b", {"spec": {"template": {"spec": {"containers": [{"name": "c", "resources": {"limits": {"cpu": 2}}}]}}}})),
    case("a node selector is atomic", DEPLOYMENT, apply("a", workload([C], nodeSelector={"x": "1"})), apply("b", {"spec": {"template": {"spec": {"nodeSelector": {"y": "1"}}}}})),
    case("a selector is atomic", DEPLOYMENT, apply("a", workload([C])), apply("b", {"spec": {"selector": {"matchLabels": {"a": "b", "c": "d"}}}})),
    case("tolerations are atomic", DEPLOYMENT, apply("a", workload([C], tolerations=[{"key": "k", "operator": "Exists"}])), apply("a", workload([C]))),
    case("spread constraints have two keys", DEPLOYMENT, apply("a", workload([C], topologySpreadConstraints=[{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}]))),
    case("a strategy", DEPLOYMENT, apply("a", {"spec": workload([C])["spec"] | {"strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": "25%"}}}}), apply("a", workload([C]))),
    case("unknown fields", DEPLOYMENT, apply("a", workload([C | {"foo": 1}]))),
    case("a wrong type", DEPLOYMENT, apply("a", {"spec": workload([C])["spec"] | {"replicas": "x"}})),
    case("duplicate containers", DEPLOYMENT, apply("a", workload([C, C]))),
    case("status of a deployment", DEPLOYMENT, apply("a", workload([C])), apply("x", {"status": {"replicas": 1, "conditions": [{"type": "Available", "status": "True", "lastUpdateTime": "2026-01-01T00:00:00Z"}]}}, subresource="status"),
         merge_patch("y", {"status": {"readyReplicas": 1}}, subresource="status"), apply("z", {"status": {"replicas": 2}, "spec": {"replicas": 9}, "metadata": {"labels": {"x": "y"}}}, subresource="status", force=True)),
    case("status through the main door", DEPLOYMENT, apply("a", workload([C]) | {"status": {"replicas": 3}})),
    case("a stateful set", STATEFUL_SET, apply("a", {"spec": workload([C], 3)["spec"] | {"serviceName": "s", "volumeClaimTemplates": [{"metadata": {"name": "d"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}]}}),
         merge_patch("b", {"status": {"replicas": 1, "currentReplicas": 1, "observedGeneration": 1}}, subresource="status"), strategic("c", {"spec": {"template": {"spec": {"containers": [{"name": "c", "image": "j"}]}}}})),
    case("a service", SERVICE, apply("a", {"spec": {"selector": {"a": "b"}, "ports": [{"port": 80}]}}), apply("a", {"spec": {"selector": {"a": "b"}, "ports": [{"port": 80}, {"port": 81, "name": "x"}]}}),
         apply("b", {"spec": {"ports": [{"port": 80, "protocol": "TCP", "name": "y"}]}}), apply("b", {"spec": {"publishNotReadyAddresses": True, "selector": {"x": "y"}}})),
    case("a headless service created", SERVICE, create("a", {"spec": {"clusterIP": "None", "selector": {"a": "b"}, "ports": [{"port": 80, "name": "x", "targetPort": "p"}]}}), update("b", {"spec": {"clusterIP": "None", "selector": {"a": "c"}, "ports": [{"port": 80, "name": "x", "targetPort": "p"}]}})),
    case("a secret", SECRET, apply("a", {"data": {"x": "AAAA"}, "type": "Opaque"}), apply("b", {"data": {"y": "AAAA"}, "immutable": False})),
    case("a secret with text", SECRET, create("a", {"stringData": {"x": "y"}})),
    case("a pod", POD, create("a", {"spec": {"containers": [C]}}), merge_patch("k", {"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}], "podIPs": [{"ip": "10.0.0.1"}], "podIP": "10.0.0.1",
         "containerStatuses": [{"name": "c", "image": "i", "imageID": "", "ready": True, "restartCount": 0, "state": {}, "lastState": {}}]}}, subresource="status"), strategic("l", {"status": {"conditions": [{"type": "X", "status": "True"}]}}, subresource="status"),
         strategic("m", {"metadata": {"labels": {"x": "y"}}, "spec": {"containers": [{"name": "c", "image": "j"}]}})),
    case("a pod applied", POD, apply("a", {"spec": {"containers": [C | {"securityContext": {"capabilities": {"drop": ["ALL"]}}}], "hostAliases": [{"ip": "1.1.1.1", "hostnames": ["x"]}], "imagePullSecrets": [{"name": "s"}]}}),
         apply("b", {"metadata": {"finalizers": ["example.com/f"]}}), apply("b", {})),
    case("a node and its taints", NODE, create("a", {"spec": {"taints": [{"key": "k", "effect": "NoSchedule"}]}}), apply("b", {"spec": {"unschedulable": True, "taints": [{"key": "k", "effect": "NoSchedule"}]}}), merge_patch("c", {"status": {"capacity": {"cpu": "4"}, "addresses": [{"type": "Hostname", "address": "h"}]}}, subresource="status")),
    case("a lease", LEASE, create("a", {"spec": {"holderIdentity": "x", "leaseDurationSeconds": 15, "renewTime": "2026-01-01T00:00:00.000000Z"}}), update("a", {"spec": {"holderIdentity": "x", "leaseDurationSeconds": 15, "renewTime": "2026-01-01T00:00:02.000000Z"}}, pause=True), apply("b", {"spec": {"holderIdentity": "y"}}, force=True)),
    case("a role's rules are atomic", ROLE, apply("a", {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}), apply("b", {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}]})),
    case("a budget", PDB, apply("a", {"spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"a": "b"}}}}), merge_patch("b", {"status": {"disruptionsAllowed": 1, "currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1}}, subresource="status"), apply("a", {"spec": {"minAvailable": "50%", "selector": {"matchLabels": {"a": "b"}}}})),
    case("a claim", PVC, apply("a", {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}), merge_patch("b", {"status": {"phase": "Bound", "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"]}}, subresource="status")),
    case("a job", JOB, apply("a", {"spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [C]}}}}), merge_patch("b", {"status": {"active": 1, "startTime": "2026-01-01T00:00:00Z"}}, subresource="status")),
    case("a service account's secrets", SERVICE_ACCOUNT, apply("a", {"imagePullSecrets": [{"name": "x"}]}), apply("b", {"imagePullSecrets": [{"name": "y"}], "automountServiceAccountToken": False})),
    case("a signing request approved", CSR, create("a", {"spec": {"request": "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIZk1JR0hBZ0VBTUNVeEZEQVNCZ05WQkFvVEMyVjRZVzF3YkdVdVkyOXRNUTB3Q3dZRFZRUURFd1IwWlhOMApNRmt3RXdZSEtvWkl6ajBDQVFZSUtvWkl6ajBEQVFjRFFnQUU=", "signerName": "example.com/x", "usages": ["client auth"]}})),
]
