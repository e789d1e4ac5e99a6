# SPDX-License-Identifier: Apache-2.0
"""Can every house rule fail? For each one a violation, and the rule that finds it."""
from __future__ import annotations

import subprocess
import sys
import tempfile
import unittest
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import house  # noqa: E402

SPDX = "// SPDX-License-Identifier: Apache-2.0\n// What it answers.\n"


class EveryRuleCanFail(unittest.TestCase):
    def setUp(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.root = Path(self._folder.name)
        self.addCleanup(self._folder.cleanup)

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def expect(self, rule: Callable[[house.Tree], Iterator[str]], words: str) -> None:
        found = list(rule(house.Tree(self.root, {})))
        self.assertTrue(any(words in line for line in found), found)

    def test_a_room_that_includes_a_later_one(self) -> None:
        self.write("libk8s/base/a.hpp", SPDX + '#include "libk8s/cache/store.hpp"\n')
        self.expect(house.includes_go_upwards, "must not include room cache")

    def test_the_library_that_includes_an_operator(self) -> None:
        self.write("libk8s/base/a.hpp", SPDX + '#include "operators/mongodb/options.hpp"\n')
        self.expect(house.includes_go_upwards, "must not include operators/")

    def test_a_source_that_does_not_include_its_own_header_first(self) -> None:
        self.write("libk8s/base/a.hpp", SPDX)
        self.write("libk8s/base/a.cpp", SPDX + '#include <string>\n#include "libk8s/base/a.hpp"\n')
        self.expect(house.a_source_includes_its_own_header_first, "does not include libk8s/base/a.hpp first")

    def test_a_header_that_does_not_stand_alone(self) -> None:
        self.write("libk8s/base/a.hpp", SPDX + "inline std::string text();\n")
        self.write("libk8s/base/b.hpp", SPDX + "#include <string>\ninline std::string text();\n")
        house.write_probes(house.Tree(self.root, {}), self.root / "probes")
        compiles = {
            probe.stem: subprocess.run(["g++", "-std=c++20", "-fsyntax-only", "-I", self.root, probe], capture_output=True).returncode == 0
            for probe in (self.root / "probes").glob("*.cpp")
        }
        self.assertEqual(compiles, {"libk8s__base__a": False, "libk8s__base__b": True})

    def test_a_file_that_names_a_json_library(self) -> None:
        self.write("operators/x/a.cpp", SPDX + "#include <nlohmann/json.hpp>\n")
        self.expect(house.libraries_have_one_door, "names a JSON library")

    def test_a_coroutine_and_a_thread(self) -> None:
        self.write("operators/x/a.cpp", SPDX + "void f() { co_await g(); }\n")
        self.write("operators/x/b.cpp", SPDX + "std::thread t;\n")
        self.expect(house.no_coroutines_and_no_threads, "has a coroutine")
        self.expect(house.no_coroutines_and_no_threads, "has a thread")

    def test_a_word_in_a_comment_is_no_coroutine(self) -> None:
        self.write("operators/x/a.cpp", SPDX + "// co_await is not used\n")
        self.assertEqual([], list(house.no_coroutines_and_no_threads(house.Tree(self.root, {}))))

    def test_a_long_file_and_a_long_line(self) -> None:
        self.write("libk8s/base/a.hpp", SPDX + "int x;\n" * 200)
        self.write("libk8s/base/b.hpp", SPDX + "//" + "x" * 130 + "\n")
        self.expect(house.files_are_small, "202 lines")
        self.expect(house.files_are_small, "132 columns")

    def test_a_long_function(self) -> None:
        self.write("libk8s/base/a.cpp", SPDX + "int f(int x) {\n" + "  ++x;\n" * 80 + "}\n")
        self.expect(house.functions_are_short, "a function of 81 lines")

    def test_a_file_without_its_first_lines(self) -> None:
        self.write("libk8s/base/a.hpp", "#pragma once\n")
        self.write("libk8s/base/b.hpp", "// SPDX-License-Identifier: Apache-2.0\n#pragma once\n")
        self.expect(house.every_file_says_what_it_answers, "not the SPDX line")
        self.expect(house.every_file_says_what_it_answers, "does not say what")

    def test_a_room_without_a_purpose(self) -> None:
        self.write("libk8s/utils/a.hpp", SPDX)
        self.expect(house.rooms_have_a_purpose, "a name without a purpose")

    def test_a_map_that_is_not_true(self) -> None:
        self.write("README.md", "| `gone/` | nothing |\n")
        self.write("libk8s/base/a.hpp", SPDX)
        self.expect(house.the_map_is_true, "names gone/")
        self.expect(house.the_map_is_true, "does not name libk8s/")

    def test_a_pure_library_that_asks_the_clock_and_the_environment(self) -> None:
        self.write("a.cpp", "#include <chrono>\n#include <cstdlib>\nlong f() { return getenv(\"X\") != nullptr; }\n"
                            "auto g() { return std::chrono::system_clock::now(); }\n")
        subprocess.run(["g++", "-c", "-o", str(self.root / "a.o"), str(self.root / "a.cpp")], check=True)
        subprocess.run(["ar", "rcs", str(self.root / "libx_core.a"), str(self.root / "a.o")], check=True)
        found = list(house.pure_libraries_reach_for_nothing(self.root))
        self.assertTrue(any("getenv" in line for line in found), found)
        self.assertTrue(any("system_clock3now" in line for line in found), found)


if __name__ == "__main__":
    unittest.main()
