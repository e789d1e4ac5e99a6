# SPDX-License-Identifier: Apache-2.0
"""Which images does an e2e run need, and what is in them?

sagong.dev/mongodb-operator:dev          our operator, and the helper that its pods copy from it
docker.io/library/mongo:8.0.12, 8.0.15   one and the same mongod under two versions: a real one (MONGOD, or on PATH)
                                         if there is one, else our double
docker.io/library/mongo:8.0.99-broken    a mongod that exits 1 whatever it is asked
docker.io/library/mongo:8.0.98-broken    a mongod that accepts its configuration and exits 1 when started
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.e2e.cluster.layout import ClusterError
from tests.e2e.cluster.mkimage import File, Image, write_image
from tests.e2e.harness.cluster import REPOSITORY

OPERATOR_IMAGE = "sagong.dev/mongodb-operator:dev"
OPERATOR_UID, MONGOD_UID = 65532, 999
MONGO = "docker.io/library/mongo"
VERSIONS = ("8.0.12", "8.0.15")
BROKEN_VERSION, BROKEN_AT_START_VERSION = "8.0.99-broken", "8.0.98-broken"
BUILD = REPOSITORY / "build" / "release"
NSSWITCH = File("/etc/nsswitch.conf", b"hosts: files dns\n")


def mongod_program(build: Path = BUILD) -> tuple[Path, str]:
    """The mongod under test, and whether it is "real" or "simulated"."""
    named = os.environ.get("MONGOD")
    if named and not os.access(named, os.X_OK):
        raise ClusterError(
            f"MONGOD={named} is not a program. Correct it, or unset it to use the one on PATH or our double"
        )
    real = named or shutil.which("mongod")
    if real:
        return Path(real).resolve(), "real"
    return _built(build, "sagong-simmongod"), "simulated"


def build_images(target: Path, build: Path = BUILD) -> list[Path]:
    """Writes all archives into `target` and returns their paths, for Cluster.load."""
    return [
        operator_image(target, build),
        *(mongod_image(target, version, build) for version in VERSIONS),
        broken_image(target, BROKEN_VERSION),
        broken_image(target, BROKEN_AT_START_VERSION, "-DPASSES_PREFLIGHT"),
    ]


def operator_image(target: Path, build: Path = BUILD) -> Path:
    files = [File(f"/usr/bin/{name}", _built(build, name)) for name in ("sagong-mongodb", "sagong-member")]
    return _write(
        target / "mongodb-operator.tar",
        Image(
            [OPERATOR_IMAGE],
            [*files, *_accounts("nonroot", OPERATOR_UID), NSSWITCH],
            {"/tmp": 0o1777},
            entrypoint=["/usr/bin/sagong-mongodb"],
            user=str(OPERATOR_UID),
            with_libs=True,
        ),
    )


def mongod_image(target: Path, version: str, build: Path = BUILD) -> Path:
    program, _ = mongod_program(build)
    return _write(target / f"mongo-{version}.tar", _mongo(version, program))


def broken_image(target: Path, version: str, *flags: str) -> Path:
    program = target / f"mongod-{version}"
    target.mkdir(parents=True, exist_ok=True)
    source = Path(__file__).with_name("broken_mongod.c")
    subprocess.run(["gcc", "-static", "-O2", "-s", *flags, "-o", str(program), str(source)], check=True)
    return _write(target / f"mongo-{version}.tar", _mongo(version, program))


def _mongo(version: str, program: Path) -> Image:
    return Image(
        [f"{MONGO}:{version}"],
        [File("/usr/bin/mongod", program), *_accounts("mongodb", MONGOD_UID), NSSWITCH],
        {"/tmp": 0o1777, "/data/db": 0o1777, "/data/configdb": 0o1777},
        command=["mongod"],
        user=str(MONGOD_UID),
        environment={"MONGO_VERSION": version},
        with_libs=True,
    )


def _accounts(name: str, uid: int) -> list[File]:
    passwd = f"root:x:0:0:root:/root:/sbin/nologin\n{name}:x:{uid}:{uid}:{name}:/data/db:/sbin/nologin\n"
    group = f"root:x:0:\n{name}:x:{uid}:\n"
    return [File("/etc/passwd", passwd.encode()), File("/etc/group", group.encode())]


def _built(build: Path, name: str) -> Path:
    for path in (build / "bin" / name, build / name):
        if path.is_file():
            return path
    raise ClusterError(f"{name} is not built: nothing in {build / 'bin'}. Run `./dev build` first")


def _write(archive: Path, image: Image) -> Path:
    write_image(archive, image)
    return archive
