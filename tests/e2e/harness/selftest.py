# SPDX-License-Identifier: Apache-2.0
"""Does the harness itself read and write what it says? Needs no cluster.

python3 -m tests.e2e.harness.selftest [FILE]    FILE gets "passed failed"
"""

from __future__ import annotations

import datetime
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
from pathlib import Path
from typing import Any

from tests.e2e.cluster import cluster, layout, mkimage
from tests.e2e.harness.audit import parse_time, read_audit
from tests.e2e.harness.logs import read_logs


class Scratch(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sagong-selftest-")).resolve()
        self.addCleanup(shutil.rmtree, self.folder)


class ImageTest(Scratch):
    def _layer(self, image: mkimage.Image) -> tuple[dict[str, tarfile.TarInfo], dict[str, Any], list[str]]:
        archive = self.folder / "image.tar"
        mkimage.write_image(archive, image)
        with tarfile.open(archive) as outer:

            def read(name: str) -> Any:
                member = outer.extractfile(name)
                assert member is not None
                return member

            index = json.load(read("index.json"))
            blob = "blobs/sha256/"
            manifest = json.load(read(blob + index["manifests"][0]["digest"].partition(":")[2]))
            config = json.load(read(blob + manifest["config"]["digest"].partition(":")[2]))
            with tarfile.open(fileobj=read(blob + manifest["layers"][0]["digest"].partition(":")[2])) as layer:
                members = {info.name: info for info in layer}
        return (
            members,
            config["config"],
            [entry["annotations"]["io.containerd.image.name"] for entry in index["manifests"]],
        )

    def test_the_same_input_gives_the_same_bytes(self) -> None:
        image = mkimage.Image(["a:1"], [mkimage.File("/usr/bin/env", Path("/usr/bin/env"))], with_libs=True)
        mkimage.write_image(self.folder / "one.tar", image)
        mkimage.write_image(self.folder / "two.tar", image)
        self.assertEqual((self.folder / "one.tar").read_bytes(), (self.folder / "two.tar").read_bytes())

    def test_a_dynamic_program_brings_its_libraries_and_its_loader(self) -> None:
        members, _, _ = self._layer(
            mkimage.Image(["a:1"], [mkimage.File("/bin/x", Path("/usr/bin/env"))], with_libs=True)
        )
        self.assertTrue(any(name.endswith("/libc.so.6") for name in members))
        self.assertTrue(any("/ld-linux" in f"/{name}" for name in members))
        self.assertEqual(members["bin/x"].mode, 0o755)

    def test_user_environment_modes_and_every_tag_arrive(self) -> None:
        members, config, tags = self._layer(
            mkimage.Image(
                ["a:1", "a:2"],
                [mkimage.File("/etc/passwd", b"x")],
                {"/tmp": 0o1777},
                ["/x", "-y"],
                ["z"],
                "999",
                {"K": "V"},
            )
        )
        self.assertEqual(tags, ["a:1", "a:2"])
        self.assertEqual((config["User"], config["Entrypoint"], config["Cmd"]), ("999", ["/x", "-y"], ["z"]))
        self.assertIn("K=V", config["Env"])
        self.assertEqual((members["tmp"].mode, members["etc/passwd"].mode, members["etc"].mode), (0o1777, 0o644, 0o755))

    def test_a_file_given_on_the_command_line_must_exist(self) -> None:
        done = subprocess.run(
            [sys.executable, str(mkimage.__file__), "out.tar", "--tag=a:1", "/nowhere=/x"],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(done.returncode, 2)
        self.assertIn("want an existing file", done.stderr)


class AuditTest(Scratch):
    def _events(self, *events: dict[str, Any], tail: str = "") -> list[Any]:
        log = self.folder / "audit.jsonl"
        log.write_text("".join(json.dumps(event) + "\n" for event in events) + tail)
        return list(read_audit(log))

    @staticmethod
    def _event(**fields: Any) -> dict[str, Any]:
        return {
            "stage": "ResponseComplete",
            "verb": "create",
            "user": {"username": "u"},
            "responseStatus": {"code": 201},
            "requestReceivedTimestamp": "2026-11-21T10:00:00.123456Z",
            "objectRef": {"resource": "pods", "name": "a-0"},
        } | fields

    def test_an_eviction_tells_the_uid_it_insisted_on(self) -> None:
        body = {"kind": "Eviction", "metadata": {"name": "a-0"}, "deleteOptions": {"preconditions": {"uid": "U"}}}
        (event,) = self._events(
            self._event(objectRef={"resource": "pods", "subresource": "eviction", "name": "a-0"}, requestObject=body)
        )
        self.assertEqual(
            (event.precondition_uid, event.subresource, event.is_write, event.succeeded), ("U", "eviction", True, True)
        )

    def test_a_delete_without_precondition_is_seen_as_such(self) -> None:
        (event,) = self._events(
            self._event(
                verb="delete",
                requestObject={"kind": "DeleteOptions"},
                responseObject={"kind": "Pod", "metadata": {"uid": "P"}},
            )
        )
        self.assertEqual((event.precondition_uid, event.uid), ("", "P"))

    def test_a_patch_that_is_a_list_has_no_precondition(self) -> None:
        (event,) = self._events(self._event(verb="patch", requestObject=[{"op": "remove", "path": "/x"}]))
        self.assertEqual(event.precondition_uid, "")

    def test_a_half_written_last_line_is_left_for_later(self) -> None:
        self.assertEqual(len(self._events(self._event(), tail='{"stage": "Resp')), 1)

    def test_times_have_any_number_of_digits(self) -> None:
        zone = datetime.timezone.utc
        self.assertEqual(
            parse_time("2026-11-21T10:00:00.123456789Z"), datetime.datetime(2026, 11, 21, 10, 0, 0, 123456, zone)
        )
        self.assertEqual(parse_time("2026-11-21T10:00:00.5Z"), datetime.datetime(2026, 11, 21, 10, 0, 0, 500000, zone))
        self.assertEqual(parse_time("2026-11-21T10:00:00Z"), datetime.datetime(2026, 11, 21, 10, 0, 0, 0, zone))


class LogsTest(Scratch):
    def test_a_line_that_the_runtime_cut_is_whole_again(self) -> None:
        log = self.folder / "ns_pod-0_uid" / "mongod" / "1.log"
        log.parent.mkdir(parents=True)
        log.write_text(
            "2026-11-21T10:00:00.1Z stdout P one \n"
            "2026-11-21T10:00:00.2Z stdout F two\n"
            "2026-11-21T10:00:00.3Z stderr F \n"
        )
        first, second = read_logs(self.folder, pod="pod-0")
        self.assertEqual((first.text, first.container, first.restart, first.uid), ("one two", "mongod", 1, "uid"))
        self.assertEqual((second.text, second.stream), ("", "stderr"))


class LayoutTest(Scratch):
    def test_two_directories_have_two_names(self) -> None:
        self.assertNotEqual(layout.Layout(Path("/tmp/a")).name, layout.Layout(Path("/tmp/b")).name)

    def test_a_directory_that_the_node_would_not_see_is_refused(self) -> None:
        for path in ("/run/x", "/var/run/x", "/var/lib/x"):
            with self.assertRaisesRegex(layout.ClusterError, "Choose a directory elsewhere"):
                layout.refuse_private_trees(Path(path))

    def test_down_where_nothing_is_does_nothing(self) -> None:
        cluster.down(self.folder / "absent", purge=False)
        self.assertFalse((self.folder / "absent").exists())

    def test_a_recorded_pid_that_means_another_process_by_now_is_not_believed(self) -> None:
        place = layout.Layout(self.folder)
        place.path("run").mkdir()
        place.path("run/x.pid").write_text("1 0\n")
        self.assertIsNone(place.pid("x"))


def main() -> int:
    result = unittest.TextTestRunner(verbosity=1).run(
        unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__])
    )
    failed = len(result.failures) + len(result.errors)
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(f"{result.testsRun - failed} {failed}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
