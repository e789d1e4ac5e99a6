#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes kinds.json from the discovery and OpenAPI v3 of a running kube-apiserver: names, types, list types, merge keys, defaults. No prose.

    generate.py --tools DIR     DIR holds etcd and kube-apiserver; both run for the time this takes

The notation: a schema that is one string is "type", "type:format" or "*Definition"; anything else is an object with OpenAPI's own keywords.
x-zero and x-zero-null name the members that Go writes even when nobody set them: with their zero value, or as null.
x-key-default is a default that only identifies a list item which leaves that key out. Defaults that are Go's zero values are no facts: dropped.
"""
from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(ROOT))
from tests.sandbox.objects.record.real_server import RealServer  # noqa: E402

GROUP_VERSIONS = ["v1", "apiregistration.k8s.io/v1", "apps/v1", "events.k8s.io/v1", "authentication.k8s.io/v1", "authorization.k8s.io/v1", "batch/v1",
                  "certificates.k8s.io/v1", "networking.k8s.io/v1", "policy/v1", "rbac.authorization.k8s.io/v1", "storage.k8s.io/v1",
                  "admissionregistration.k8s.io/v1", "apiextensions.k8s.io/v1", "scheduling.k8s.io/v1", "coordination.k8s.io/v1",
                  "discovery.k8s.io/v1"]
LEFT_OUT = {"bindings", "componentstatuses", "podtemplates", "replicationcontrollers", "ipaddresses", "servicecidrs", "ingressclasses",
            "volumeattributesclasses", "validatingadmissionpolicies", "validatingadmissionpolicybindings", "apiservices"}
# Definitions that are sent and answered without being a resource.
EXTRA = ["io.k8s.apimachinery.pkg.apis.meta.v1.Status", "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions",
         "io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent"]
# Times that are no pointers: written as null when unset. OpenAPI does not tell them from the others; seen in answers of the server.
CORE, APPS = "io.k8s.api.core.v1.", "io.k8s.api.apps.v1."
NULL_TIMES = {
    APPS + "DeploymentCondition": ["lastTransitionTime", "lastUpdateTime"], APPS + "ReplicaSetCondition": ["lastTransitionTime"],
    APPS + "StatefulSetCondition": ["lastTransitionTime"], APPS + "DaemonSetCondition": ["lastTransitionTime"],
    CORE + "PodCondition": ["lastProbeTime", "lastTransitionTime"], CORE + "NodeCondition": ["lastHeartbeatTime", "lastTransitionTime"],
    CORE + "PersistentVolumeClaimCondition": ["lastProbeTime", "lastTransitionTime"], CORE + "NamespaceCondition": ["lastTransitionTime"],
    CORE + "ContainerStateRunning": ["startedAt"], CORE + "ContainerStateTerminated": ["finishedAt", "startedAt"],
    "io.k8s.api.events.v1.Event": ["deprecatedFirstTimestamp", "deprecatedLastTimestamp"], CORE + "Event": ["eventTime", "firstTimestamp", "lastTimestamp"],
    "io.k8s.api.batch.v1.JobCondition": ["lastProbeTime", "lastTransitionTime"],
    "io.k8s.api.certificates.v1.CertificateSigningRequestCondition": ["lastTransitionTime", "lastUpdateTime"],
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionCondition": ["lastTransitionTime"],
}
PREFIX = "#/components/schemas/"
KEPT = ["type", "format", "required", "enum", "nullable", "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type",
        "x-kubernetes-patch-merge-key", "x-kubernetes-patch-strategy", "x-kubernetes-group-version-kind", "x-kubernetes-int-or-string",
        "x-kubernetes-preserve-unknown-fields", "oneOf", "default", "x-key-default", "x-zero",
        "x-zero-null"]
ZEROES = ({}, "", 0, False)


def reference(node: dict[str, Any]) -> str | None:
    ref = node.get("$ref") or (node["allOf"][0].get("$ref") if len(node.get("allOf", [])) == 1 else None)
    return ref.removeprefix(PREFIX) if ref else None


def compact(node: dict[str, Any]) -> Any:
    out: dict[str, Any] = {key: node[key] for key in KEPT if key in node}
    if out.get("default") in ZEROES or out.get("default", 1) is None:
        out.pop("default", None)
    if ref := reference(node):
        out["$ref"] = ref
    if "properties" in node:
        out["properties"] = {name: compact(child) for name, child in sorted(node["properties"].items())}
    if "items" in node:
        out["items"] = compact(node["items"])
    if isinstance(node.get("additionalProperties"), dict):
        out["additionalProperties"] = compact(node["additionalProperties"])
    elif "additionalProperties" in node:
        out["additionalProperties"] = node["additionalProperties"]
    if set(out) == {"$ref"}:
        return "*" + out["$ref"]
    if set(out) <= {"type", "format"} and "type" in out:
        return ":".join(out[key] for key in ("type", "format") if key in out)
    return out


def note_key_defaults(definitions: dict[str, Any]) -> None:
    """Marks the defaults by which an item is identified when it leaves a key out."""
    for root in definitions.values():
        for node in nodes(root):
            keys = node.get("x-kubernetes-list-map-keys") or ([node["x-kubernetes-patch-merge-key"]] if "x-kubernetes-patch-merge-key" in node else [])
            target = definitions.get(reference(node["items"]) or "") if keys and "items" in node else None
            for key in keys if target else []:
                if key in target["properties"] and "default" in target["properties"][key]:
                    target["properties"][key]["x-key-default"] = target["properties"][key]["default"]


def note_zero_values(definitions: dict[str, Any]) -> None:
    """A stated default that is Go's zero value marks a member that is neither a pointer nor left out when empty."""
    for definition, root in definitions.items():
        members = root.get("properties", {})
        zero = [name for name, node in members.items() if "default" in node and node["default"] in ZEROES]
        null = [name for name in root.get("required", []) if "default" not in members[name] and members[name].get("type") not in ("string", "integer", "boolean")]
        if zero:
            root["x-zero"] = sorted(zero)
        null += [member for member in NULL_TIMES.get(definition, []) if member not in null]
        if null:
            root["x-zero-null"] = sorted(null)


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A schema and every schema below it. (Property names may look like keywords: JSONSchemaProps.)"""
    yield node
    below = list(node.get("properties", {}).values()) + [node.get("items"), node.get("additionalProperties")]
    for child in below:
        if isinstance(child, dict):
            yield from nodes(child)


def references(root: dict[str, Any]) -> set[str]:
    return {name for node in nodes(root) if (name := reference(node))}


def reachable(definitions: dict[str, Any], roots: list[str]) -> list[str]:
    seen: set[str] = set()
    todo = list(roots)
    while todo:
        name = todo.pop()
        if name not in seen and name in definitions:
            seen.add(name)
            todo += references(definitions[name])
    return sorted(seen)


def kinds_of(server: RealServer, group_version: str) -> list[dict[str, Any]]:
    group, _, version = group_version.rpartition("/")
    _, listing = server.request("GET", ("/apis/" if group else "/api/") + group_version)
    kinds: dict[str, dict[str, Any]] = {}
    for resource in sorted(listing["resources"], key=lambda r: (r["name"].split("/")[0], r["name"])):
        plural, _, sub = resource["name"].partition("/")
        if plural in LEFT_OUT:
            continue
        if not sub:
            kinds[plural] = {"group": group, "version": version, "kind": resource["kind"], "plural": plural, "singular": resource["singularName"],
                             "namespaced": resource["namespaced"], "verbs": resource["verbs"], "shortNames": resource.get("shortNames", []),
                             "categories": resource.get("categories", []), "subresources": []}
        elif plural in kinds:
            kinds[plural]["subresources"].append({"name": sub, "group": resource.get("group", group), "version": resource.get("version", version),
                                                  "kind": resource["kind"], "verbs": resource["verbs"]})
    return list(kinds.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tools", type=Path, required=True)
    parser.add_argument("--port", type=int, help="of a RealServer that runs already")
    arguments = parser.parse_args()
    server = RealServer(arguments.tools)
    if arguments.port:
        server.port = arguments.port
        write(server)
    else:
        with server:
            write(server)


def write(server: RealServer) -> None:
    kinds: list[dict[str, Any]] = []
    definitions: dict[str, Any] = {}
    for group_version in GROUP_VERSIONS + ["autoscaling/v1"]:
        if group_version != "autoscaling/v1":
            kinds += kinds_of(server, group_version)
        path = f"/openapi/v3/{'apis' if '/' in group_version else 'api'}/{group_version}"
        definitions.update(server.request("GET", path)[1]["components"]["schemas"])
    note_key_defaults(definitions)
    note_zero_values(definitions)
    wanted = {(k["group"], k["version"], k["kind"]) for k in kinds}
    wanted |= {(s["group"], s["version"], s["kind"]) for k in kinds for s in k["subresources"]}
    wanted |= {(group, version, kind + "List") for group, version, kind in wanted}
    roots = list(EXTRA)
    for name, node in definitions.items():
        named = node.get("x-kubernetes-group-version-kind", [])
        if any((gvk["group"], gvk["version"], gvk["kind"]) in wanted for gvk in named):
            roots.append(name)
        if len(named) > 1:  # meta kinds are listed once per group version that takes them
            node["x-kubernetes-group-version-kind"] = [gvk for gvk in named if (gvk["group"], gvk["version"]) in {k[:2] for k in wanted}]
    lines = ["{", '"kinds": [']
    lines += [",\n".join(json.dumps(kind, separators=(",", ":")) for kind in kinds), "],", '"definitions": {']
    lines.append(",\n".join(f"{json.dumps(name)}:{json.dumps(compact(definitions[name]), separators=(',', ':'))}" for name in reachable(definitions, roots)))
    lines += ["}", "}"]
    (HERE / "kinds.json").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(kinds)} kinds, {len(reachable(definitions, roots))} definitions")


if __name__ == "__main__":
    main()
