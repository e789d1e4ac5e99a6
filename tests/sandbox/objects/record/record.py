#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts every case of the case_*.py files to a real kube-apiserver and writes what it answered to ../cases/*.json.

    record.py --tools DIR [--only NAME]

A case is a name, a target and a list of steps; a step is what is asked. The answer goes beside it: status, and the object without what differs
from run to run (uid, resourceVersion, creationTimestamp, generation, selfLink) or the Status.
"""
from __future__ import annotations

import argparse
import copy
import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[3]))
from tests.sandbox.objects.record.real_server import RealServer  # noqa: E402

CONTENT = {"apply": "application/apply-patch+yaml", "json_patch": "application/json-patch+json", "merge_patch": "application/merge-patch+json",
           "strategic": "application/strategic-merge-patch+json"}


def stripped(body: Any) -> Any:
    if isinstance(body, dict) and isinstance(body.get("metadata"), dict):
        body = copy.deepcopy(body)
        for key in ("uid", "resourceVersion", "creationTimestamp", "generation", "selfLink"):
            body["metadata"].pop(key, None)
    return body


def path_of(target: dict[str, str], name: str | None, subresource: str) -> str:
    prefix = "/apis/" if "/" in target["apiVersion"] else "/api/"
    namespace = "" if target.get("cluster") else "/namespaces/default"
    return f"{prefix}{target['apiVersion']}{namespace}/{target['plural']}" + (f"/{name}" if name else "") + (f"/{subresource}" if subresource else "")


def ask(server: RealServer, target: dict[str, str], name: str, step: dict[str, Any]) -> None:
    subresource, body = step.get("subresource", ""), copy.deepcopy(step.get("body"))
    query = [f"fieldManager={step['manager']}"] if "manager" in step else []
    query += ["force=true"] if step.get("force") else []
    query += [f"fieldValidation={step['validation']}"] if "validation" in step else []
    query += ["dryRun=All"] if step.get("dry") else []
    if isinstance(body, dict) and "metadata" in body and step["do"] in ("create", "update", "apply"):
        body["metadata"].setdefault("name", name)
    if step["do"] == "create":
        method, path = "POST", path_of(target, None, "")
    else:
        method, path = {"update": "PUT", "delete": "DELETE", "get": "GET"}.get(step["do"], "PATCH"), path_of(target, name, subresource)
    if step["do"] == "update":
        code, live = server.request("GET", path_of(target, name, ""))
        if code == 200:
            body["metadata"].setdefault("resourceVersion", live["metadata"]["resourceVersion"])
    code, answer = server.request(method, path + ("?" + "&".join(query) if query else ""), body, CONTENT.get(step["do"], "application/json"))
    step["code"], step["answer"] = code, stripped(answer)
    if server.warnings:
        step["warnings"] = server.warnings


def record(server: RealServer, cases: list[dict[str, Any]], file: Path) -> None:
    for number, case in enumerate(cases):
        name = case["target"].get("name", f"c{number}")
        for step in case["steps"]:
            if step.pop("pause", False):
                time.sleep(1.1)  # times of managed fields are whole seconds
            ask(server, case["target"], name, step)
        server.request("DELETE", path_of(case["target"], name, ""))
    file.write_text("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n", encoding="utf-8")
    print(f"{file.name}: {len(cases)} cases")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tools", type=Path, required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--port", type=int, help="of a RealServer that runs already")
    arguments = parser.parse_args()
    server = RealServer(arguments.tools)
    if arguments.port:
        server.port = arguments.port
        record_all(server, arguments.only)
    else:
        with server:
            record_all(server, arguments.only)


def record_all(server: RealServer, only: str) -> None:
    for crd in sorted(HERE.glob("*_crd.json")):
        body = json.loads(crd.read_text())
        server.request("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", body)
        while server.request("GET", f"/apis/example.com/v1/namespaces/default/{body['spec']['names']['plural']}")[0] != 200:
            time.sleep(0.5)
    time.sleep(2)  # the OpenAPI of the CRD follows a little later
    for module in sorted(HERE.glob("case_*.py")):
        if only in module.stem:
            cases = importlib.import_module(f"tests.sandbox.objects.record.{module.stem}").CASES
            record(server, cases, HERE.parent / "cases" / (module.stem.removeprefix("case_") + ".json"))


if __name__ == "__main__":
    main()
