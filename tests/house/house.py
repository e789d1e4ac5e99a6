# SPDX-License-Identifier: Apache-2.0
"""Is the house as drawn? Rules of docs/architecture.md and docs/style.md that a machine can check.

    house.py [--root DIR] [--archives DIR] [--write-probes DIR]

Prints one line per violation and exits 1 if there is any. Each rule is a function from a tree to violations; selftest.py shows for every
one of them a violation that it finds.
"""
from __future__ import annotations

import argparse
import dataclasses
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
# A room includes only rooms before it.
ROOMS = ["base", "json", "api", "apply", "transport", "auth", "client", "cache", "queue", "election", "events", "metrics", "health", "runtime"]
# What lies at the top, and what it may lean on.
LAYERS = {
    "libk8s": {"libk8s"},
    "operators": {"libk8s", "operators"},
    "sandbox": {"libk8s", "operators", "sandbox"},
    "tests": {"libk8s", "operators", "sandbox", "tests"},
    "bench": {"libk8s", "operators", "sandbox", "tests", "bench"},
    "examples": {"libk8s", "examples"},
}
HEADER_LINES, SOURCE_LINES, TEST_LINES, FUNCTION_LINES, COLUMNS = 150, 400, 500, 70, 120
BANNED_NAMES = {"utils", "util", "common", "helpers", "helper", "misc", "types.hpp", "utils.hpp", "common.hpp"}
JSON_LIBRARIES = re.compile(r'#include <(nlohmann/|simdjson)')
COROUTINE = re.compile(r"\bco_(await|return|yield)\b")
THREAD = re.compile(r"\bstd::(thread|jthread|async|mutex)\b")
INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
# Undefined symbols that would let a pure library reach for the world.
IMPURE = re.compile(
    r"^(clock_gettime|clock_nanosleep|gettimeofday|time|nanosleep|usleep|getenv|secure_getenv|open|open64|openat|openat64|creat|fopen|fopen64|"
    r"socket|connect|bind|listen|accept|accept4|send|recv|sendto|recvfrom|sendmsg|recvmsg|getaddrinfo|gethostbyname|epoll_create1|poll|select|"
    r"pthread_create|fork|vfork|execve|posix_spawn|system|kill|raise|signal|sigaction|getrandom|getentropy|rand|random|arc4random|RAND_bytes|"
    r"_ZNSt6chrono3_V212(system|steady)_clock3nowEv|_ZNSt13random_device.*|_ZNSt13basic_filebuf.*|_ZNSt6thread.*|_ZNSt10filesystem.*)$")


@dataclasses.dataclass(frozen=True)
class Tree:
    root: Path
    allowed: dict[str, dict[str, str]]  # rule -> path -> reason

    def sources(self, *endings: str) -> Iterator[tuple[str, str]]:
        for top in LAYERS:
            for path in sorted((self.root / top).rglob("*")):
                if path.suffix in endings and path.is_file() and "__pycache__" not in path.parts:
                    yield str(path.relative_to(self.root)), path.read_text(encoding="utf-8")

    def excused(self, rule: str, path: str) -> bool:
        return path in self.allowed.get(rule, {})


def load(root: Path) -> Tree:
    listed = root / "tests/house/allowed.json"
    return Tree(root, json.loads(listed.read_text()) if listed.exists() else {})


def room_of(path: str) -> str | None:
    parts = path.split("/")
    return parts[1] if parts[0] == "libk8s" and len(parts) > 2 else None


def includes_go_upwards(tree: Tree) -> Iterator[str]:
    """A room of libk8s includes only rooms before it; a layer only layers below it."""
    for path, text in tree.sources(".hpp", ".cpp"):
        top, room = path.split("/")[0], room_of(path)
        for included in INCLUDE.findall(text):
            target, target_room = included.split("/")[0], room_of(included)
            if target not in LAYERS:
                yield f"{path}: includes \"{included}\": write it from the repository's root"
            elif target not in LAYERS[top]:
                yield f"{path}: {top}/ must not include {target}/"
            elif room in ROOMS and target_room in ROOMS and ROOMS.index(target_room) > ROOMS.index(room):
                if not tree.excused("includes_go_upwards", path):
                    yield f"{path}: room {room} must not include room {target_room}"


def a_source_includes_its_own_header_first(tree: Tree) -> Iterator[str]:
    """So that every build shows that header to stand alone."""
    for path, text in tree.sources(".cpp"):
        own = path.removesuffix(".cpp") + ".hpp"
        first = re.search(r'^#include [<"]([^>"]+)[>"]', text, re.MULTILINE)
        if (tree.root / own).exists() and (first is None or first.group(1) != own):
            yield f"{path}: does not include {own} first"


def headers_without_a_source(tree: Tree) -> list[str]:
    """No source shows that they stand alone: the clang pass checks each by itself."""
    return [path for path, _ in tree.sources(".hpp") if not (tree.root / path).with_suffix(".cpp").exists()]


def write_probes(tree: Tree, target: Path) -> None:
    """One source per such header, with nothing in it but its include."""
    wanted = {}
    for header in headers_without_a_source(tree):
        wanted[target / (header.replace("/", "__").removesuffix(".hpp") + ".cpp")] = f'#include "{header}"\n'
    target.mkdir(parents=True, exist_ok=True)
    for old in set(target.glob("*.cpp")) - set(wanted):
        old.unlink()
    for path, text in wanted.items():
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


def libraries_have_one_door(tree: Tree) -> Iterator[str]:
    """Only libk8s/json names the JSON libraries."""
    for path, text in tree.sources(".hpp", ".cpp"):
        if JSON_LIBRARIES.search(text) and not path.startswith("libk8s/json/") and not tree.excused("libraries_have_one_door", path):
            yield f"{path}: names a JSON library: use libk8s/json"


def no_coroutines_and_no_threads(tree: Tree) -> Iterator[str]:
    """g++ 12 miscompiles coroutines; threads live in libraries and in the worker pool."""
    for path, text in tree.sources(".hpp", ".cpp"):
        code = re.sub(r"//.*", "", text)
        if COROUTINE.search(code):
            yield f"{path}: has a coroutine"
        if THREAD.search(code) and not tree.excused("no_coroutines_and_no_threads", path):
            yield f"{path}: has a thread or a mutex"


def files_are_small(tree: Tree) -> Iterator[str]:
    """Header, source and line lengths; one idea per file."""
    for path, text in tree.sources(".hpp", ".cpp"):
        lines = text.splitlines()
        most = TEST_LINES if path.startswith(("tests/", "bench/")) else HEADER_LINES if path.endswith(".hpp") else SOURCE_LINES
        if len(lines) > most and not tree.excused("files_are_small", path):
            yield f"{path}: {len(lines)} lines, more than {most}"
        for number, line in enumerate(lines, 1):
            if len(line) > COLUMNS and not tree.excused("lines_are_short", path):
                yield f"{path}:{number}: {len(line)} columns, more than {COLUMNS}"


def functions_are_short(tree: Tree) -> Iterator[str]:
    """No function over 70 lines, by its braces at the left margin or one step in."""
    for path, text in tree.sources(".cpp", ".hpp"):
        start = None
        for number, line in enumerate(text.splitlines(), 1):
            if re.match(r"^(?: )?[A-Za-z_~:<].*\)[^;]*\{$", line) and not re.match(r"^ ?(namespace|struct|class|enum|extern)\b", line):
                start = number
            elif re.match(r"^ ?\}", line) and start is not None:
                if number - start > FUNCTION_LINES and not tree.excused("functions_are_short", path):
                    yield f"{path}:{start}: a function of {number - start} lines, more than {FUNCTION_LINES}"
                start = None


def every_file_says_what_it_answers(tree: Tree) -> Iterator[str]:
    """The SPDX line first; then a header says what it is for."""
    for path, text in tree.sources(".hpp", ".cpp", ".py"):
        lines = text.splitlines()
        mark = "# " if path.endswith(".py") else "// "
        head = [line for line in lines[:3] if not line.startswith("#!")]
        if not head or head[0] != mark + "SPDX-License-Identifier: Apache-2.0":
            yield f"{path}: the first line is not the SPDX line"
        elif path.endswith(".hpp") and (len(lines) < 2 or not lines[1].startswith("// ")):
            yield f"{path}: the second line does not say what the header answers"


def rooms_have_a_purpose(tree: Tree) -> Iterator[str]:
    """No utils, common or helpers: such a name is a room without a purpose."""
    for top in LAYERS:
        for path in sorted((tree.root / top).rglob("*")):
            if path.name in BANNED_NAMES and "__pycache__" not in path.parts:
                yield f"{path.relative_to(tree.root)}: a name without a purpose"


def the_map_is_true(tree: Tree) -> Iterator[str]:
    """Folders that the README's map names exist, and every top-level folder is on the map."""
    readme = tree.root / "README.md"
    if not readme.exists():
        yield "README.md: missing"
        return
    named = set(re.findall(r"^\| `([\w./-]+)/` \|", readme.read_text(), re.MULTILINE))
    for name in sorted(named):
        if not (tree.root / name).is_dir():
            yield f"README.md: names {name}/, which does not exist"
    known = {name.split("/")[0] for name in named}
    for path in sorted(tree.root.iterdir()):
        if path.is_dir() and not path.name.startswith((".", "build", "__")) and path.name not in known:
            yield f"README.md: does not name {path.name}/"


def pure_libraries_reach_for_nothing(archives: Path) -> Iterator[str]:
    """No clock, environment, file, socket, thread or entropy symbol in a *_core archive."""
    found = sorted(archives.rglob("lib*_core.a"))
    if not found:
        yield f"{archives}: no lib*_core.a: build first"
    for archive in found:
        listing = subprocess.run(["nm", "-u", str(archive)], capture_output=True, text=True, check=False).stdout
        member = ""
        for line in listing.splitlines():
            if line.endswith(":"):
                member = line[:-1]
            symbol = line.strip().removeprefix("U ").strip().split("@")[0]
            if IMPURE.match(symbol):
                yield f"{archive.name}({member}): {symbol}"


TREE_RULES: list[Callable[[Tree], Iterator[str]]] = [
    includes_go_upwards, a_source_includes_its_own_header_first, libraries_have_one_door, no_coroutines_and_no_threads, files_are_small, functions_are_short,
    every_file_says_what_it_answers, rooms_have_a_purpose, the_map_is_true,
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=HERE.parents[1])
    parser.add_argument("--archives", type=Path)
    parser.add_argument("--write-probes", type=Path, metavar="DIR", help="only write a source per header that has none")
    arguments = parser.parse_args()
    tree = load(arguments.root)
    if arguments.write_probes:
        write_probes(tree, arguments.write_probes)
        return 0
    violations = [f"{rule.__name__}: {line}" for rule in TREE_RULES for line in rule(tree)]
    if arguments.archives:
        violations += [f"pure_libraries_reach_for_nothing: {line}" for line in pure_libraries_reach_for_nothing(arguments.archives)]
    print("\n".join(violations) or "the house is as drawn")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
