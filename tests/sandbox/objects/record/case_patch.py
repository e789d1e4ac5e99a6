# SPDX-License-Identifier: Apache-2.0
"""JSON patch, merge patch and strategic merge patch."""
from typing import Any

CONFIG_MAP = {"apiVersion": "v1", "plural": "configmaps", "kind": "ConfigMap"}
THING = {"apiVersion": "example.com/v1", "plural": "things", "kind": "Thing"}
DEPLOYMENT = {"apiVersion": "apps/v1", "plural": "deployments", "kind": "Deployment"}
SERVICE = {"apiVersion": "v1", "plural": "services", "kind": "Service"}
POD = {"apiVersion": "v1", "plural": "pods", "kind": "Pod"}
NODE = {"apiVersion": "v1", "plural": "nodes", "kind": "Node", "cluster": "yes"}
SERVICE_ACCOUNT = {"apiVersion": "v1", "plural": "serviceaccounts", "kind": "ServiceAccount"}


def case(name: str, target: dict[str, str], body: Any, *patches: tuple[str, Any]) -> dict[str, Any]:
    create = {"do": "create", "manager": "a", "body": {"apiVersion": target["apiVersion"], "kind": target["kind"], "metadata": {}} | body}
    return {"name": name, "target": target, "steps": [create, *({"do": do, "manager": "b", "body": patch} for do, patch in patches)]}


def op(verb: str, path: str, **more: Any) -> dict[str, Any]:
    return {"op": verb, "path": path} | {key.rstrip("_"): value for key, value in more.items()}


def jp(*operations: Any) -> tuple[str, Any]:
    return "json_patch", list(operations)


def sp(patch: Any) -> tuple[str, Any]:
    return "strategic", patch


def pod(patch: Any) -> tuple[str, Any]:
    return sp({"spec": {"template": {"spec": patch}}})


DATA = {"data": {"x": "1", "y": "2"}}
SPEC = {"spec": {"plain": ["a", "b", "c"], "struct": {"a": "1", "inner": {"x": 1}}, "free": {"a/b": 1, "m~n": 2, "list": [1, [2, 3]]}}}
C = {"name": "c", "image": "i", "env": [{"name": "X", "value": "1"}, {"name": "Y", "value": "2"}], "args": ["p", "q"],
     "ports": [{"containerPort": 80, "name": "http"}, {"containerPort": 81, "name": "other"}], "volumeMounts": [{"name": "v", "mountPath": "/v"}]}
D = {"name": "d", "image": "j"}
WORKLOAD = {"spec": {"selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "b"}}, "spec": {
    "containers": [C, D], "volumes": [{"name": "v", "emptyDir": {}}, {"name": "w", "configMap": {"name": "cm"}}], "nodeSelector": {"n": "1", "m": "2"},
    "tolerations": [{"key": "k", "operator": "Exists"}], "imagePullSecrets": [{"name": "s"}], "hostAliases": [{"ip": "1.1.1.1", "hostnames": ["h"]}]}}}}
PORTS = {"spec": {"selector": {"a": "b"}, "ports": [{"name": "x", "port": 80}, {"name": "y", "port": 81}], "externalIPs": ["1.2.3.4"]}}
CASES = [
    case("add, replace, remove", CONFIG_MAP, DATA, jp(op("add", "/data/z", value="3"), op("replace", "/data/x", value="9"), op("remove", "/data/y"))),
    case("add replaces", CONFIG_MAP, DATA, jp(op("add", "/data/x", value="3"))),
    case("add without parent", CONFIG_MAP, DATA, jp(op("add", "/no/where", value="3"))),
    case("replace what is not there", CONFIG_MAP, DATA, jp(op("replace", "/data/q", value="3"))),
    case("remove what is not there", CONFIG_MAP, DATA, jp(op("remove", "/data/q"))),
    case("remove below what is not there", CONFIG_MAP, DATA, jp(op("remove", "/data/q/r"))),
    case("test holds", CONFIG_MAP, DATA, jp(op("test", "/data/x", value="1"), op("replace", "/data/x", value="2"))),
    case("test fails", CONFIG_MAP, DATA, jp(op("test", "/data/x", value="2"))),
    case("test of what is not there", CONFIG_MAP, DATA, jp(op("test", "/data/q", value="2"))),
    case("test of null where nothing is", CONFIG_MAP, DATA, jp(op("test", "/data/q", value=None))),
    case("test of a map", CONFIG_MAP, DATA, jp(op("test", "/data", value={"y": "2", "x": "1"}))),
    case("move", CONFIG_MAP, DATA, jp(op("move", "/data/z", from_="/data/x"))),
    case("move what is not there", CONFIG_MAP, DATA, jp(op("move", "/data/z", from_="/data/q"))),
    case("copy", CONFIG_MAP, DATA, jp(op("copy", "/data/z", from_="/data/x"))),
    case("copy what is not there", CONFIG_MAP, DATA, jp(op("copy", "/data/z", from_="/data/q"))),
    case("an unknown operation", CONFIG_MAP, DATA, jp(op("spin", "/data/x"))),
    case("no path", CONFIG_MAP, DATA, jp({"op": "add", "value": "1"})),
    case("no value", CONFIG_MAP, DATA, jp(op("add", "/data/z"))),
    case("a patch that is a map", CONFIG_MAP, DATA, ("json_patch", {"data": {"x": "2"}})),
    case("an empty patch", CONFIG_MAP, DATA, jp()),
    case("list items", THING, SPEC, jp(op("add", "/spec/plain/1", value="n"), op("add", "/spec/plain/-", value="z"), op("remove", "/spec/plain/0"), op("replace", "/spec/plain/0", value="m"))),
    case("a list index beyond the end", THING, SPEC, jp(op("add", "/spec/plain/9", value="n"))),
    case("a list index at the end", THING, SPEC, jp(op("add", "/spec/plain/3", value="n"))),
    case("remove beyond the end", THING, SPEC, jp(op("remove", "/spec/plain/3"))),
    case("replace beyond the end", THING, SPEC, jp(op("replace", "/spec/plain/3", value="n"))),
    case("a negative index", THING, SPEC, jp(op("remove", "/spec/plain/-1"))),
    case("an index that is no number", THING, SPEC, jp(op("add", "/spec/plain/x", value="n"))),
    case("test of a list item", THING, SPEC, jp(op("test", "/spec/plain/1", value="b"), op("move", "/spec/plain/0", from_="/spec/plain/2"))),
    case("escapes", THING, SPEC, jp(op("replace", "/spec/free/a~1b", value=5), op("replace", "/spec/free/m~0n", value=6))),
    case("nested lists", THING, SPEC, jp(op("add", "/spec/free/list/1/0", value=9), op("copy", "/spec/free/copy", from_="/spec/free/list"))),
    case("a null value", THING, SPEC, jp(op("replace", "/spec/free/list", value=None))),
    case("the whole document", THING, SPEC, jp(op("replace", "", value={}))),
    case("merge patch of lists and nulls", THING, SPEC, ("merge_patch", {"spec": {"plain": ["z"], "struct": {"a": None, "b": "2"}, "free": {"new": {"x": None, "y": 1}}}})),
    case("merge patch into a scalar", THING, SPEC, ("merge_patch", {"spec": {"free": {"a/b": {"deep": 1}}}})),
    case("a merge patch that is a list", THING, SPEC, ("merge_patch", [1])),
    case("strategic of a custom resource", THING, SPEC, sp({"spec": {"replicas": 1}})),
    case("containers by name", DEPLOYMENT, WORKLOAD, pod({"containers": [{"name": "c", "image": "new"}, {"name": "e", "image": "k"}]})),
    case("delete a container", DEPLOYMENT, WORKLOAD, pod({"containers": [{"name": "d", "$patch": "delete"}]})),
    case("replace all containers", DEPLOYMENT, WORKLOAD, pod({"containers": [{"$patch": "replace"}, {"name": "z", "image": "z"}]})),
    case("replace one container", DEPLOYMENT, WORKLOAD, pod({"containers": [{"name": "c", "image": "z", "$patch": "replace"}]})),
    case("merge explicitly", DEPLOYMENT, WORKLOAD, pod({"containers": [{"name": "c", "image": "z", "$patch": "merge"}]})),
    case("an unknown directive", DEPLOYMENT, WORKLOAD, pod({"containers": [{"name": "c", "$patch": "frob"}]})),
    case("order of containers", DEPLOYMENT, WORKLOAD, pod({"$setElementOrder/containers": [{"name": "d"}, {"name": "c"}], "containers": [{"name": "c", "image": "n"}]})),
    case("order with a new one", DEPLOYMENT, WORKLOAD, pod({"$setElementOrder/containers": [{"name": "e"}, {"name": "c"}], "containers": [{"name": "e", "image": "n"}]})),
    case("order alone", DEPLOYMENT, WORKLOAD, pod({"$setElementOrder/containers": [{"name": "d"}, {"name": "c"}]})),
    case("environment by name", DEPLOYMENT, WORKLOAD, pod({"containers": [{"name": "c", "env": [{"name": "Y", "value": "9"}, {"name": "Z", "value": "3"}, {"name": "X", "$patch": "delete"}]}]})),
    case("order of environment", DEPLOYMENT, WORKLOAD, pod({"$setElementOrder/containers": [{"name": "c"}, {"name": "d"}], "containers": [{"name": "c", "$setElementOrder/env": [{"name": "Z"}, {"name": "Y"}, {"name": "X"}], "env": [{"name": "Z", "value": "1"}]}]})),
    case("ports by number", DEPLOYMENT, WORKLOAD, pod({"containers": [{"name": "c", "ports": [{"containerPort": 80, "name": "web"}]}]})),
    case("mounts by path", DEPLOYMENT, WORKLOAD, pod({"containers": [{"name": "c", "volumeMounts": [{"mountPath": "/w", "name": "w"}]}]})),
    case("args are replaced", DEPLOYMENT, WORKLOAD, pod({"containers": [{"name": "c", "args": ["r"]}]})),
    case("tolerations are replaced", DEPLOYMENT, WORKLOAD, pod({"tolerations": [{"key": "z", "operator": "Exists"}]})),
    case("volumes keep keys", DEPLOYMENT, WORKLOAD, pod({"volumes": [{"name": "v", "$retainKeys": ["name", "secret"], "secret": {"secretName": "s"}}]})),
    case("a volume of two sources", DEPLOYMENT, WORKLOAD, pod({"volumes": [{"name": "v", "secret": {"secretName": "s"}}]})),
    case("a strategy keeps keys", DEPLOYMENT, WORKLOAD, sp({"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}})),
    case("keys kept that are not listed", DEPLOYMENT, WORKLOAD, sp({"spec": {"strategy": {"$retainKeys": ["rollingUpdate"], "type": "Recreate"}}})),
    case("replace a map", DEPLOYMENT, WORKLOAD, pod({"nodeSelector": {"$patch": "replace", "z": "9"}})),
    case("delete a map", DEPLOYMENT, WORKLOAD, pod({"nodeSelector": {"$patch": "delete"}})),
    case("a null deletes", DEPLOYMENT, WORKLOAD, pod({"nodeSelector": {"n": None}, "tolerations": None, "imagePullSecrets": None})),
    case("an item without its merge key", DEPLOYMENT, WORKLOAD, pod({"containers": [{"image": "x"}]})),
    case("a map where a list belongs", DEPLOYMENT, WORKLOAD, pod({"containers": {"name": "c"}})),
    case("a text where a map belongs", DEPLOYMENT, WORKLOAD, sp({"spec": {"strategy": "x"}})),
    case("unknown fields", DEPLOYMENT, WORKLOAD, sp({"spec": {"foo": {"bar": 1}}})),
    case("labels", DEPLOYMENT, WORKLOAD, sp({"metadata": {"labels": {"x": "y"}, "annotations": {"k": "v"}}}), sp({"metadata": {"labels": {"x": None}}})),
    case("finalizers unite", CONFIG_MAP, {"metadata": {"finalizers": ["a.b/one", "a.b/two"]}}, sp({"metadata": {"finalizers": ["a.b/three", "a.b/one"]}}),
         sp({"metadata": {"$deleteFromPrimitiveList/finalizers": ["a.b/one", "a.b/none"]}}), sp({"metadata": {"$setElementOrder/finalizers": ["a.b/three", "a.b/two"]}}),
         sp({"metadata": {"$setElementOrder/finalizers": ["a.b/new", "a.b/two"], "finalizers": ["a.b/new"]}}), sp({"metadata": {"finalizers": None}})),
    case("owners by uid", CONFIG_MAP, {"metadata": {"ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "1"}]}},
         sp({"metadata": {"ownerReferences": [{"uid": "2", "apiVersion": "v1", "kind": "Pod", "name": "q"}]}}), sp({"metadata": {"ownerReferences": [{"uid": "1", "$patch": "delete"}]}})),
    case("service ports by number", SERVICE, PORTS, sp({"spec": {"ports": [{"port": 81, "name": "z"}, {"port": 82, "name": "w"}]}}), sp({"spec": {"ports": [{"port": 80, "$patch": "delete"}]}}), sp({"spec": {"selector": {"c": "d"}, "externalIPs": ["5.6.7.8"]}})),
    case("taints", NODE, {"spec": {"taints": [{"key": "a", "effect": "NoSchedule"}]}}, sp({"spec": {"taints": [{"key": "b", "effect": "NoSchedule"}]}})),
    case("secrets of an account", SERVICE_ACCOUNT, {"secrets": [{"name": "x"}]}, sp({"secrets": [{"name": "y"}], "imagePullSecrets": [{"name": "z"}]})),
    case("merge explicitly at the top", CONFIG_MAP, DATA, sp({"$patch": "merge", "data": {"z": "1"}})),
    case("replace the whole object", CONFIG_MAP, DATA, sp({"$patch": "replace", "metadata": {"name": "c74"}, "data": {"z": "1"}})),
    case("a strategic patch that is a list", CONFIG_MAP, DATA, sp([1])),
    case("deleting from a list that is not there", CONFIG_MAP, DATA, sp({"metadata": {"$deleteFromPrimitiveList/finalizers": ["a.b/c"]}})),
    case("ordering a list that is not there", CONFIG_MAP, DATA, sp({"metadata": {"$setElementOrder/finalizers": ["a.b/c"]}})),
    case("duplicates in the patch", DEPLOYMENT, WORKLOAD, pod({"containers": [{"name": "c", "image": "1"}, {"name": "c", "args": ["2"]}]})),
    case("nulls in new items", DEPLOYMENT, WORKLOAD, pod({"containers": [{"name": "n", "image": "x", "args": None}]})),
    case("an empty list", DEPLOYMENT, WORKLOAD, pod({"containers": [], "tolerations": []})),
]
