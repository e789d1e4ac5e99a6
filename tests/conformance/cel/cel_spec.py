#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Does our CEL do what cel-spec says? Runs its simple test cases through cel-spec-runner.

    cel_spec.py --runner build/release/bin/cel-spec-runner [--json FILE] [--show WHAT] [case…]

The cases are not in this tree: module cel.dev/expr comes from the Go module proxy (GOPROXY, else proxy.golang.org) at the version
below, is checked against its digest and kept under ~/.cache/sagong/. not_claimed.json says what is left out and why; every other
case must pass. Prints a line per file, then every case that differs; exits 1 if there is one. --show not-claimed prints
those too. Names of cases (file/section/name, with * and ?) restrict the run.
"""
from __future__ import annotations

import argparse
import collections
import fnmatch
import hashlib
import json
import os
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from cases import Unsupported, convert, text  # noqa: E402
from textproto import Message, parse  # noqa: E402

MODULE, VERSION = "cel.dev/expr", "v0.25.1"
SHA256 = "12652bea2461aa29004d23052d3a08cb5911ab0a652469ef5da6efb37c12ee87"
CASES = f"{MODULE}@{VERSION}/tests/simple/testdata/"


def proxies() -> list[str]:
    named = [part for part in os.environ.get("GOPROXY", "").replace("|", ",").split(",") if part.startswith(("http://", "https://"))]
    return named or ["https://proxy.golang.org"]


def module_zip() -> Path:
    cached = Path(os.environ.get("SAGONG_CACHE", Path.home() / ".cache/sagong")) / "cel-spec" / f"{VERSION}.zip"
    if not cached.exists():
        problems = []
        for proxy in proxies():
            try:
                with urllib.request.urlopen(f"{proxy.rstrip('/')}/{MODULE}/@v/{VERSION}.zip", timeout=60) as reply:
                    content = reply.read()
                break
            except OSError as error:
                problems.append(f"{proxy}: {error}")
        else:
            sys.exit("cel-spec: no proxy has the module: " + "; ".join(problems))
        cached.parent.mkdir(parents=True, exist_ok=True)
        partial = cached.with_suffix(f".{os.getpid()}")
        partial.write_bytes(content)
        partial.rename(cached)
    digest = hashlib.sha256(cached.read_bytes()).hexdigest()
    if digest != SHA256:
        sys.exit(f"cel-spec: {cached} has sha256 {digest}, not {SHA256}: remove it")
    return cached


def all_cases() -> Iterator[tuple[str, str, Message]]:
    """File, file/section/name, case."""
    with zipfile.ZipFile(module_zip()) as archive:
        for path in sorted(archive.namelist()):
            if not path.startswith(CASES) or not path.endswith(".textproto"):
                continue
            content = parse(archive.read(path).decode())
            file = path.removeprefix(CASES).removesuffix(".textproto")
            for section in content.get("section", []):
                for case in section.get("test", []):
                    yield file, f"{file}/{text(section['name'][0])}/{text(case['name'][0])}", case


def not_claimed() -> dict[str, str]:
    """Pattern of a case -> reason."""
    listed = json.loads((HERE / "not_claimed.json").read_text())
    return {pattern: entry["reason"] for entry in listed for pattern in entry["cases"]}


def run(runner: Path, cases: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    reply = subprocess.run([str(runner)], input=lines, capture_output=True, text=True, check=False, timeout=600)
    if reply.returncode != 0:
        sys.exit(f"cel-spec: the runner ended with {reply.returncode}: {reply.stderr[-2000:]}")
    return {verdict["id"]: verdict for verdict in map(json.loads, reply.stdout.splitlines())}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runner", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--show", choices=["not-claimed"])
    parser.add_argument("case", nargs="*", default=["*"])
    arguments = parser.parse_args()

    excused, used = not_claimed(), set()
    files: dict[str, str] = {}
    lines: dict[str, dict[str, Any]] = {}
    verdicts: dict[str, dict[str, Any]] = {}
    for file, identity, case in all_cases():
        if not any(fnmatch.fnmatchcase(identity, wanted) for wanted in arguments.case):
            continue
        while identity in files:
            identity += "'"
        files[identity] = file
        try:
            lines[identity] = convert(case, identity)
        except Unsupported as problem:
            verdicts[identity] = {"verdict": "differing", "got": f"needs {problem}"}
    verdicts |= run(arguments.runner, list(lines.values()))

    counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    differing, left_out = [], []
    for identity, file in files.items():
        verdict = verdicts[identity]
        pattern = next((pattern for pattern in excused if fnmatch.fnmatchcase(identity, pattern)), None)
        if pattern is not None:
            used.add(pattern)
            counts[file]["not claimed"] += 1
            left_out.append((identity, verdict, excused[pattern]))
        else:
            counts[file][verdict["verdict"]] += 1
            if verdict["verdict"] != "passed":
                differing.append((identity, verdict))

    total: collections.Counter[str] = collections.Counter()
    for file, count in counts.items():
        total += count
        print(f"{file:16} {count['passed']:5} passed {count['differing']:5} differing {count['not claimed']:5} not claimed")
    print(f"{'all':16} {total['passed']:5} passed {total['differing']:5} differing {total['not claimed']:5} not claimed")
    for identity, verdict in differing:
        print(f"\nDIFFERS {identity}\n  expr   {lines.get(identity, {}).get('expr')}\n  wanted "
              f"{ {key: lines.get(identity, {}).get(key) for key in ('value', 'error', 'type') if key in lines.get(identity, {})} }"
              f"\n  got    {verdict['got']}")
    if arguments.show == "not-claimed":
        for identity, verdict, reason in left_out:
            print(f"\nNOT CLAIMED {identity} ({reason}): {verdict['verdict']}: {verdict['got']}")
    unused = sorted(set(excused) - used) if arguments.case == ["*"] else []
    for pattern in unused:
        print(f"not_claimed.json: {pattern} names no case")
    if arguments.json:
        arguments.json.write_text(json.dumps({"version": VERSION, "passed": total["passed"], "differing": total["differing"],
                                              "not_claimed": total["not claimed"]}, indent=2) + "\n")
    return 1 if differing or unused else 0


if __name__ == "__main__":
    sys.exit(main())
