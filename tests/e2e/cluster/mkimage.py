#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How does a program become a container image without a container engine or a registry?

    mkimage.py OUT.tar --tag NAME:TAG [--tag …] --with-libs --user 65532 --entrypoint "/usr/bin/x" build/x=/usr/bin/x

OUT.tar is an OCI image layout with one layer; the same input gives the same bytes. `--with-libs` adds exactly the
shared objects that the programs need, the ELF interpreter included, each at the path where the loader looks for it.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import io
import json
import os
import platform
import shlex
import stat
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@dataclasses.dataclass(frozen=True)
class File:
    """A file of the image: bytes, or a path to read them from. Mode None: executable if the source is."""

    destination: str
    content: bytes | Path
    mode: int | None = None

    def read(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()

    def permissions(self) -> int:
        if self.mode is not None:
            return self.mode
        executable = isinstance(self.content, Path) and self.content.stat().st_mode & stat.S_IXUSR
        return 0o755 if executable else 0o644


@dataclasses.dataclass(frozen=True)
class Image:
    tags: list[str]
    files: list[File]
    directories: dict[str, int] = dataclasses.field(default_factory=dict)
    entrypoint: list[str] = dataclasses.field(default_factory=list)
    command: list[str] = dataclasses.field(default_factory=list)
    user: str = ""
    environment: dict[str, str] = dataclasses.field(default_factory=dict)
    with_libs: bool = False


def write_image(out: Path, image: Image) -> None:
    """Writes the archive; `cluster.py load DIR OUT` brings it into a cluster under all its tags."""
    layer = _layer(image)
    config = _json(
        {
            "architecture": ARCHITECTURES[platform.machine()],
            "os": "linux",
            "config": _runtime_config(image),
            "rootfs": {"type": "layers", "diff_ids": [_digest(layer)]},
            "history": [],
        }
    )
    manifest = _json(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {
                "mediaType": "application/vnd.oci.image.config.v1+json",
                "digest": _digest(config),
                "size": len(config),
            },
            "layers": [
                {"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": _digest(layer), "size": len(layer)}
            ],
        }
    )
    index = _json(
        {
            "schemaVersion": 2,
            "manifests": [
                {
                    "mediaType": MANIFEST,
                    "digest": _digest(manifest),
                    "size": len(manifest),
                    "annotations": {"io.containerd.image.name": tag, "org.opencontainers.image.ref.name": tag},
                }
                for tag in image.tags
            ],
        }
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(out.name + ".partial")
    with tarfile.open(partial, "w", format=tarfile.USTAR_FORMAT) as tar:
        _add_file(tar, "oci-layout", b'{"imageLayoutVersion":"1.0.0"}', 0o644)
        _add_file(tar, "index.json", index, 0o644)
        for blob in (layer, config, manifest):
            _add_file(tar, "blobs/sha256/" + hashlib.sha256(blob).hexdigest(), blob, 0o644)
    partial.rename(out)


def shared_objects(program: Path) -> list[str]:
    """Absolute paths of what the loader maps for a program, its interpreter included; empty for a static one."""
    done = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        if "not a dynamic executable" in done.stdout + done.stderr:
            return []
        raise SystemExit(f"mkimage: ldd {program} failed: {done.stderr.strip()}")
    found = []
    for line in done.stdout.splitlines():
        if "not found" in line:
            raise SystemExit(f"mkimage: {program} needs {line.split()[0]}, which is not installed. Install its package")
        found += [word for word in line.split() if word.startswith("/")]
    return found


def _layer(image: Image) -> bytes:
    files = {file.destination: file for file in image.files}
    if image.with_libs:
        for file in image.files:
            if isinstance(file.content, Path) and file.permissions() & stat.S_IXUSR:
                for library in shared_objects(file.content):
                    files.setdefault(library, File(library, Path(library), 0o755))
    directories = dict.fromkeys(_parents(files.keys() | image.directories.keys()), 0o755) | image.directories
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for directory, mode in sorted(directories.items()):
            info = tarfile.TarInfo(directory.strip("/"))
            info.type, info.mode = tarfile.DIRTYPE, mode
            tar.addfile(info)
        for _, file in sorted(files.items()):
            _add_file(tar, file.destination.strip("/"), file.read(), file.permissions())
    return buffer.getvalue()


def _parents(paths: Iterable[str]) -> set[str]:
    return {str(parent) for path in paths for parent in PurePosixPath(path).parents} - {"/", "."}


def _runtime_config(image: Image) -> dict[str, Any]:
    environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"} | image.environment
    config: dict[str, Any] = {"Env": [f"{name}={value}" for name, value in environment.items()]}
    if image.entrypoint:
        config["Entrypoint"] = image.entrypoint
    if image.command:
        config["Cmd"] = image.command
    if image.user:
        config["User"] = image.user
    return config


def _add_file(tar: tarfile.TarFile, name: str, data: bytes, mode: int) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), mode
    tar.addfile(info, io.BytesIO(data))


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _digest(blob: bytes) -> str:
    return "sha256:" + hashlib.sha256(blob).hexdigest()


def _parse(arguments: list[str]) -> tuple[Path, Image]:
    parser = argparse.ArgumentParser(prog="mkimage.py", description="Write an OCI image archive from files.")
    parser.add_argument("out", type=Path, help="archive to write")
    parser.add_argument("files", nargs="+", metavar="SRC=/dest", help="file to put into the image")
    parser.add_argument("--tag", action="append", required=True, help="name of the image; may be repeated")
    parser.add_argument("--entrypoint", default="", help="command line that always runs")
    parser.add_argument("--cmd", default="", help="default arguments")
    parser.add_argument("--user", default="", help="uid[:gid] the container runs as")
    parser.add_argument("--env", action="append", default=[], metavar="K=V")
    parser.add_argument(
        "--dir", action="append", default=[], metavar="PATH:MODE", help="directory to make, mode in octal"
    )
    parser.add_argument("--with-libs", action="store_true", help="add the shared objects that the programs need")
    given = parser.parse_args(arguments)
    pairs = [(source, destination) for source, _, destination in (item.partition("=") for item in given.files)]
    for source, destination in pairs:
        if not destination.startswith("/") or not os.path.isfile(source):
            parser.error(f"'{source}={destination}': want an existing file, '=', and an absolute path in the image")
    directories = {path: int(mode, 8) for path, _, mode in (item.rpartition(":") for item in given.dir)}
    environment = {name: value for name, _, value in (item.partition("=") for item in given.env)}
    return given.out, Image(
        given.tag,
        [File(destination, Path(source)) for source, destination in pairs],
        directories,
        shlex.split(given.entrypoint),
        shlex.split(given.cmd),
        given.user,
        environment,
        given.with_libs,
    )


if __name__ == "__main__":
    write_image(*_parse(sys.argv[1:]))
