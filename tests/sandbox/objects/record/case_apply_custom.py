# SPDX-License-Identifier: Apache-2.0
"""Server-side apply and update tracking of a custom resource."""
from typing import Any

TARGET = {"apiVersion": "example.com/v1", "plural": "things", "kind": "Thing"}


def thing(spec: Any = None, status: Any = None, **metadata: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": dict(metadata)}
    if spec is not None:
        body["spec"] = spec
    if status is not None:
        body["status"] = status
    return body


def apply(manager: str, spec: Any = None, force: bool = False, pause: bool = False, **more: Any) -> dict[str, Any]:
    step: dict[str, Any] = {"do": "apply", "manager": manager, "body": thing(spec, **more)}
    return step | ({"force": True} if force else {}) | ({"pause": True} if pause else {})


def apply_status(manager: str, status: Any, force: bool = False, **more: Any) -> dict[str, Any]:
    return {"do": "apply", "manager": manager, "subresource": "status", "body": thing(None, status, **more)} | ({"force": True} if force else {})


def create(manager: str, spec: Any = None, **more: Any) -> dict[str, Any]:
    return {"do": "create", "manager": manager, "body": thing(spec, **more)}


def update(manager: str, spec: Any = None, pause: bool = False, **more: Any) -> dict[str, Any]:
    return {"do": "update", "manager": manager, "body": thing(spec, **more)} | ({"pause": True} if pause else {})


def update_status(manager: str, status: Any, spec: Any = None, **more: Any) -> dict[str, Any]:
    return {"do": "update", "manager": manager, "subresource": "status", "body": thing(spec, status, **more)}


def merge_patch(manager: str, body: Any, subresource: str = "") -> dict[str, Any]:
    return {"do": "merge_patch", "manager": manager, "body": body} | ({"subresource": subresource} if subresource else {})


def case(name: str, *steps: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "target": TARGET, "steps": list(steps)}


MEMBER = {"name": "m", "value": "1"}
CASES = [
    case("an apply creates", apply("a", {"replicas": 3, "size": "s", "enabled": True, "ratio": 0.5, "port": "http"})),
    case("an int or string may be an int", apply("a", {"port": 80}), apply("b", {"port": "http"}), apply("b", {"port": "http"}, force=True)),
    case("a conflict names manager and field", apply("a", {"replicas": 3}), apply("b", {"replicas": 4})),
    case("two managers may own one value", apply("a", {"replicas": 3}), apply("b", {"replicas": 3})),
    case("co-owners conflict both", apply("a", {"replicas": 3}), apply("b", {"replicas": 3}), apply("c", {"replicas": 4})),
    case("several conflicts", apply("a", {"replicas": 3, "size": "s"}), apply("b", {"enabled": True}), apply("c", {"replicas": 4, "size": "m", "enabled": False})),
    case("force takes ownership", apply("a", {"replicas": 3, "size": "s"}), apply("b", {"replicas": 4}, force=True)),
    case("force takes the last field", apply("a", {"replicas": 3}), apply("b", {"replicas": 4}, force=True)),
    case("a field no longer applied goes", apply("a", {"replicas": 3, "size": "s"}), apply("a", {"replicas": 3})),
    case("a field no longer applied stays for its co-owner", apply("a", {"replicas": 3, "size": "s"}), apply("b", {"size": "s"}), apply("a", {"replicas": 3})),
    case("giving up everything", apply("a", {"replicas": 3}), apply("a", None)),
    case("an empty spec", apply("a", {})),
    case("an empty spec after a full one", apply("a", {"replicas": 3}), apply("a", {})),
    case("a no-op apply changes nothing", apply("a", {"replicas": 3}), apply("a", {"replicas": 3}, pause=True)),
    case("a changing apply moves the time", apply("a", {"replicas": 3}), apply("a", {"replicas": 4}, pause=True)),
    case("a co-owner without a change", apply("a", {"replicas": 3}), apply("b", {"replicas": 3}, pause=True), apply("b", {"replicas": 3})),
    case("an apply over a create", create("a", {"replicas": 3, "size": "s"}), apply("b", {"size": "m"}), apply("b", {"size": "m"}, force=True)),
    case("a create is tracked", create("a", {"replicas": 3, "granular": {"x": "1"}, "plain": ["x"], "names": ["x"], "members": [MEMBER]})),
    case("an update takes what it changes", create("a", {"replicas": 3, "size": "s"}), update("b", {"replicas": 4, "size": "s"}, pause=True)),
    case("an update that changes nothing", create("a", {"replicas": 3}), update("b", {"replicas": 3})),
    case("an update that removes", create("a", {"replicas": 3, "size": "s"}), update("b", {"replicas": 3})),
    case("an update takes from an applier", apply("a", {"replicas": 3, "size": "s"}), update("b", {"replicas": 4, "size": "s"}), apply("a", {"replicas": 3, "size": "s"})),
    case("an update by the creator again", create("a", {"replicas": 3}), update("a", {"replicas": 4, "size": "s"}, pause=True)),
    case("one name applies and updates", apply("a", {"replicas": 3}), update("a", {"replicas": 4})),
    case("granular maps", apply("a", {"granular": {"x": "1"}}), apply("b", {"granular": {"y": "2"}}), apply("a", {"granular": {"x": "2"}}), apply("a", {})),
    case("granular maps conflict by key", apply("a", {"granular": {"x": "1", "y": "1"}}), apply("b", {"granular": {"x": "2"}})),
    case("an empty granular map", apply("a", {"granular": {}}), apply("b", {"granular": {"x": "1"}}), apply("a", {"granular": {}})),
    case("atomic maps are whole", apply("a", {"whole": {"x": "1"}}), apply("b", {"whole": {"y": "2"}}), apply("b", {"whole": {"y": "2"}}, force=True)),
    case("an atomic map the same", apply("a", {"whole": {"x": "1"}}), apply("b", {"whole": {"x": "1"}})),
    case("structs", apply("a", {"struct": {"a": "1", "inner": {"x": 1}}}), apply("b", {"struct": {"b": "1", "inner": {"y": 1}}}), apply("a", {"struct": {"a": "1"}}), apply("b", {})),
    case("an empty struct is owned", apply("a", {"struct": {}}), apply("a", {"struct": {"inner": {}}})),
    case("atomic structs", apply("a", {"wholeStruct": {"a": "1"}}), apply("b", {"wholeStruct": {"b": "1"}}), apply("b", {"wholeStruct": {"b": "1"}}, force=True)),
    case("atomic lists", apply("a", {"plain": ["x", "y"]}), apply("b", {"plain": ["y", "x"]}), apply("b", {"plain": ["z"]}, force=True)),
    case("an atomic list with duplicates", apply("a", {"plain": ["x", "x"]})),
    case("sets unite", apply("a", {"names": ["x", "y"]}), apply("b", {"names": ["y", "z"]}), apply("a", {"names": ["x"]}), apply("b", {"names": ["z"]})),
    case("sets keep order", apply("a", {"names": ["c", "a"]}), apply("b", {"names": ["b", "a"]}), apply("c", {"names": ["a", "c", "d"]})),
    case("a set with duplicates", apply("a", {"names": ["x", "x"]})),
    case("a set of numbers", apply("a", {"numbers": [3, 1]}), apply("b", {"numbers": [2, 1]})),
    case("a set with markup", apply("a", {"names": ["<a&b>", "\"q\""]})),
    case("list maps merge by key", apply("a", {"members": [{"name": "m", "value": "1"}]}), apply("b", {"members": [{"name": "n", "value": "2"}]}),
         apply("b", {"members": [{"name": "m", "value": "2"}, {"name": "n", "value": "2"}]}), apply("a", {"members": []})),
    case("a key alone is owned", apply("a", {"members": [{"name": "m"}]}), apply("b", {"members": [{"name": "m", "value": "1"}]}), apply("a", {"members": []}), apply("b", {"members": []})),
    case("a list map item without its key", apply("a", {"members": [{"value": "1"}]})),
    case("a list map with duplicates", apply("a", {"members": [MEMBER, MEMBER]})),
    case("list map order", apply("a", {"members": [{"name": "c"}, {"name": "a"}]}), apply("b", {"members": [{"name": "b"}, {"name": "a"}, {"name": "c"}]}), apply("a", {"members": [{"name": "d"}, {"name": "c"}]})),
    case("sets inside list maps", apply("a", {"members": [{"name": "m", "tags": ["x"]}]}), apply("b", {"members": [{"name": "m", "tags": ["y"]}]}), apply("a", {"members": [{"name": "m"}]})),
    case("keys have defaults", apply("a", {"ports": [{"port": 80}]}), apply("b", {"ports": [{"port": 80, "protocol": "TCP", "name": "x"}]}), apply("b", {"ports": [{"port": 80, "protocol": "UDP"}]})),
    case("unknown fields are not declared", apply("a", {"unknown": 1})),
    case("a wrong type", apply("a", {"replicas": "three"})),
    case("a map where a string belongs", apply("a", {"size": {"a": 1}})),
    case("a number where a string belongs", apply("a", {"size": 3})),
    case("a string where a map belongs", apply("a", {"struct": "x"})),
    case("a string where a list belongs", apply("a", {"names": "x"})),
    case("a number where a boolean belongs", apply("a", {"enabled": 1})),
    case("a null scalar", apply("a", {"size": None})),
    case("a null that is allowed", apply("a", {"note": None}), apply("b", {"note": "x"}), apply("b", {"note": "x"}, force=True)),
    case("a null struct", apply("a", {"struct": None})),
    case("free fields are owned one by one", apply("a", {"free": {"x": {"y": 1}, "list": [1, 2], "text": "t"}}), apply("b", {"free": {"x": {"z": 1}}}), apply("b", {"free": {"list": [1]}})),
    case("half known", apply("a", {"half": {"known": "k", "list": ["x"], "other": {"a": 1}}}), apply("b", {"half": {"other": {"b": 2}}})),
    case("embedded resources", apply("a", {"embedded": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "labels": {"a": "b"}}, "spec": {"x": 1}}})),
    case("labels and annotations", apply("a", {}, labels={"x": "1"}, annotations={"k": "v"}), apply("b", {}, labels={"y": "1"}), apply("a", {}, labels={"x": "2"}), apply("b", {}, labels={"x": "3"})),
    case("finalizers are a set", apply("a", {}, finalizers=["example.com/a"]), apply("b", {}, finalizers=["example.com/b"]), apply("a", {}, finalizers=[]), apply("b", {})),
    case("owners merge by uid", apply("a", {}, ownerReferences=[{"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "u1"}]), apply("b", {}, ownerReferences=[{"apiVersion": "v1", "kind": "Pod", "name": "q", "uid": "u2"}])),
    case("managed fields may not be applied", apply("a", {}, managedFields=[{"manager": "x"}])),
    case("status through the main door is ignored", apply("a", {"replicas": 1}, status={"phase": "x"})),
    case("status has its own owners", apply("a", {"replicas": 1}), apply_status("a", {"phase": "x"}), apply_status("b", {"phase": "y"}), apply_status("b", {"phase": "y"}, force=True)),
    case("spec through status is ignored", apply("a", {"replicas": 1}), {"do": "apply", "manager": "b", "subresource": "status", "body": thing({"replicas": 9}, {"phase": "x"}, labels={"l": "1"})}),
    case("conditions by type", apply("a", {}), apply_status("x", {"conditions": [{"type": "A", "status": "True"}]}), apply_status("y", {"conditions": [{"type": "B", "status": "True"}]}), apply_status("x", {"conditions": []})),
    case("a status update is tracked apart", create("a", {"replicas": 1}), update_status("b", {"phase": "x", "count": 1}, {"replicas": 1}), update_status("b", {"phase": "x", "count": 2}, {"replicas": 7}, labels={"l": "1"})),
    case("a merge patch is an update", apply("a", {"replicas": 1, "granular": {"x": "1"}}), merge_patch("b", {"spec": {"replicas": 2, "granular": {"y": "2"}}}), merge_patch("b", {"spec": {"granular": None}})),
    case("a merge patch of status", apply("a", {"replicas": 1}), merge_patch("b", {"status": {"phase": "p"}}, "status")),
    case("cleared managed fields", apply("a", {"replicas": 1}), merge_patch("b", {"metadata": {"managedFields": [{}]}}), merge_patch("b", {"spec": {"replicas": 2}}), apply("c", {"size": "s"}), apply("c", {"replicas": 3})),
    case("cleared by an empty list", apply("a", {"replicas": 1}), merge_patch("b", {"metadata": {"managedFields": []}})),
    case("eleven updaters", *[create("u0", {"granular": {"k0": "v"}}), *[merge_patch(f"u{i}", {"spec": {"granular": {f"k{i}": "v"}}}) for i in range(1, 14)]]),
    case("an applied item emptied by its owner", apply("a", {"members": [MEMBER]}), update("b", {"members": [{"name": "m", "value": "9"}]}), apply("a", {"members": []})),
    case("another's leaf keeps a struct", apply("a", {"struct": {"a": "1"}}), update("b", {"struct": {"a": "1", "b": "2"}}), apply("a", {})),
    case("an updater keeps what an applier drops", apply("a", {"size": "s", "replicas": 1}), update("b", {"size": "t", "replicas": 1}), apply("a", {"replicas": 1})),
    case("duplicates made by an update", apply("a", {"names": ["x"]}), update("b", {"names": ["x", "x"]})),
    case("the client side annotation allows", create("kubectl-client-side-apply", {"replicas": 1, "size": "s"}, annotations={
        "kubectl.kubernetes.io/last-applied-configuration": '{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"annotations":{},"name":"c77","namespace":"default"},"spec":{"replicas":1,"size":"s"}}\n'}),
         apply("kubectl", {"replicas": 2, "size": "s"})),
    case("the client side annotation allows only what still stands", create("kubectl-client-side-apply", {"replicas": 5, "size": "s"}, annotations={
        "kubectl.kubernetes.io/last-applied-configuration": '{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"c78","namespace":"default"},"spec":{"replicas":1,"size":"s"}}\n'}),
         apply("kubectl", {"replicas": 2, "size": "t"})),
    case("an apply of another kind's version", {"do": "apply", "manager": "a", "body": {"apiVersion": "example.com/v2", "kind": "Thing", "metadata": {}, "spec": {}}}),
]
