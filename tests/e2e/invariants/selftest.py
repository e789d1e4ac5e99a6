# SPDX-License-Identifier: Apache-2.0
"""Can each invariant fail? Fabricated evidence breaks every rule in every way that its check looks for.

python3 -m tests.e2e.invariants.selftest [FILE]    FILE gets "passed failed"
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
import unittest
from pathlib import Path

from tests.e2e.harness.logs import read_logs
from tests.e2e.invariants import CHECKS, check_all
from tests.e2e.invariants.disruptions import check_m1
from tests.e2e.invariants.evidence import read_effects, read_mongod
from tests.e2e.invariants.fabricated import ALL, KUBELET, Story, good_run, initiated, restarts
from tests.e2e.invariants.record import check_record
from tests.e2e.steps import wire_tap


class InvariantTest(unittest.TestCase):
    def broken(self, story: Story, rule: str, words: str) -> None:
        """That rule speaks, with these words; a rule that would speak as well must be meant to."""
        check = next(check for check in CHECKS if check.__name__ == f"check_{rule.lower()}")
        found = check(story.evidence())
        self.assertTrue(any(words in sentence for sentence in found), f"{rule} should say '{words}', said {found}")
        self.assertTrue(all(sentence.startswith(rule) for sentence in found), found)

    def rolled(self) -> Story:
        story = Story()
        initiated(story)
        return story

    def test_a_good_run_breaks_nothing(self) -> None:
        self.assertEqual(check_all(good_run().evidence()), [])

    def test_every_rule_states_itself(self) -> None:
        for check in CHECKS:
            number = check.__name__.removeprefix("check_m")
            self.assertTrue((check.__doc__ or "").startswith(f"M{number}: "), check.__name__)

    def test_a_log_that_was_not_kept_is_missed(self) -> None:
        evidence = self.rolled().evidence()
        kept = tuple(line for line in evidence.mongod if line.uid != "u2")
        found = check_record(dataclasses.replace(evidence, mongod=kept, effects=()))
        self.assertEqual(len(found), 2, found)
        self.assertIn("nothing of what the mongod of orders-2-0 (u2) said was kept", found[0])
        self.assertIn("nothing of what the operator said", found[1])

    def test_a_refused_status_says_nothing_of_the_pod(self) -> None:
        story = good_run()
        refusal = {"kind": "Status", "status": "Failure", "reason": "Conflict", "code": 409}
        story.request("patch", "pods", "orders-0-0", "status", user=KUBELET, uid="never", response=refusal)
        self.assertEqual(check_record(story.evidence()), [])

    # --- M1 ---

    def test_m1_two_members_at_once(self) -> None:
        story = self.rolled()
        story.evicted(2)
        story.evicted(1)
        self.broken(
            story, "M1", "orders-1 was taken down while orders-2, taken down at 12:00:36.000, was not back (ever)"
        )

    def test_m1_the_second_too_early(self) -> None:
        story = self.rolled()
        story.evicted(2)
        story.pod(2, "v2", "r2")
        story.evicted(1)
        story.installs(2)
        story.becomes(2, "SECONDARY")
        self.broken(story, "M1", "orders-1 was taken down while orders-2")

    def test_m1_a_deletion_counts_like_an_eviction(self) -> None:
        story = self.rolled()
        story.deleted("pods", "orders-2-0", uid="u2")
        story.evicted(1)
        self.broken(story, "M1", "orders-1 was taken down")

    def test_m1_knows_that_a_set_that_is_deleted_goes_as_a_whole(self) -> None:
        story = self.rolled()
        story.deleted("mongoreplicasets", "orders", user="admin")
        story.evicted(2)
        story.evicted(1)
        self.assertEqual(check_m1(story.evidence()), [])

    # --- M2 ---

    def test_m2_without_a_majority(self) -> None:
        story = self.rolled()
        story.becomes(1, "RECOVERING", before="SECONDARY")
        story.evicted(2)
        self.broken(story, "M2", "only 1 others served: {'orders-0': 'PRIMARY', 'orders-1': 'RECOVERING'}")

    def test_m2_a_pod_that_somebody_else_took_does_not_serve(self) -> None:
        story = self.rolled()
        story.evicted(1, user="admin")
        story.evicted(2)
        self.broken(story, "M2", "'orders-1': 'no pod'")

    def test_m2_a_configuration_that_is_not_everywhere(self) -> None:
        story = self.rolled()
        story.configures(0, 2, m0=(1, 2.0), m1=(1, 1.0), m2=(1, 1.0))
        story.evicted(2)
        self.broken(story, "M2", "configuration 6 was not everywhere: {'orders-1': 5}")

    # --- M3 ---

    def test_m3_back_before_it_serves(self) -> None:
        story = self.rolled()
        story.evicted(2)
        story.phase("RestartMember", "ComingBack", 2, podUID="u2", revision="r2", commitPoint={"seconds": 1})
        story.pod(2, "v2", "r2")
        story.becomes(2, "RECOVERING")
        story.status(operation=None)
        self.broken(story, "M3", "orders-2 was said to be back, but it was RECOVERING")

    def test_m3_back_while_the_old_pod_is_there(self) -> None:
        story = self.rolled()
        story.phase("RestartMember", "ComingBack", 2, podUID="u2", revision="r2", commitPoint={"seconds": 1})
        story.status(operation=None)
        self.broken(story, "M3", "no other pod was there")

    def test_m3_back_during_initial_sync(self) -> None:
        story = self.rolled()
        story.evicted(2)
        story.phase("RestartMember", "ComingBack", 2, podUID="u2", revision="r2", commitPoint={"seconds": 1})
        story.replaced(2, "v2")
        story.says(2, "Starting initial sync attempt")
        story.status(operation=None)
        self.broken(story, "M3", "it was in initial sync")

    def test_m3_back_with_too_much_lag(self) -> None:
        story = self.rolled()
        restarts(story, 2, "v2", lag=60)
        self.broken(story, "M3", "it lagged by 60 s, more than 10 s")

    def test_m3_no_commit_point(self) -> None:
        story = self.rolled()
        story.phase("RestartMember", "TakingDown", 2, podUID="u2", revision="r2")
        story.evicted(2)
        story.phase("RestartMember", "ComingBack", 2, podUID="u2", revision="r2")
        self.broken(story, "M3", "no commit point was recorded")

    # --- M4, M5 ---

    def test_m4_a_primary_taken_down(self) -> None:
        story = self.rolled()
        story.evicted(0)
        self.broken(story, "M4", "orders-0 was taken down while it was primary")

    def test_m4_handing_over_before_the_others_have_restarted(self) -> None:
        story = self.rolled()
        story.status(members=[{"name": "orders-1", "state": "SECONDARY", "revision": "r1"}])
        story.phase("RestartMember", "HandingOver", 0, podUID="u0", revision="r2")
        self.broken(story, "M4", "the primary orders-0 was to hand over before ['orders-1'] had restarted")

    def test_m4_stepping_down_with_nobody_to_take_over(self) -> None:
        story = self.rolled()
        story.becomes(1, "RECOVERING", before="SECONDARY")
        story.evicted(2, user="admin")
        story.phase("RestartMember", "HandingOver", 0, podUID="u0", revision="r1")
        story.becomes(0, "SECONDARY", before="PRIMARY")
        self.broken(story, "M4", "orders-0 stepped down while no electable secondary was there")

    def test_m5_force_on_the_wire(self) -> None:
        story = self.rolled()
        story.command("replSetStepDown", force=True)
        self.broken(story, "M5", "replSetStepDown with force was sent from 10.0.0.1 to 10.0.0.2")

    def test_m5_force_in_a_members_log(self) -> None:
        story = self.rolled()
        story.says(0, "Slow query", command={"replSetStepDown": 60, "force": True})
        self.broken(story, "M5", "orders-0 was told to step down with force")

    def test_m5_force_in_the_operators_log(self) -> None:
        story = self.rolled()
        story.effect("stepDown", "member 0", because="with force, because nobody can take over")
        self.broken(story, "M5", "the operator's own log speaks of force")

    # --- M6, M7 ---

    def test_m6_force_on_the_wire(self) -> None:
        story = self.rolled()
        story.command("replSetReconfig", force=True)
        self.broken(story, "M6", "replSetReconfig with force was sent")

    def test_m6_a_configuration_without_a_term(self) -> None:
        story = self.rolled()
        story.jumps(1)
        story.installs(0, term=-1)
        self.broken(story, "M6", "has no term")

    def test_m6_a_version_that_jumps(self) -> None:
        story = self.rolled()
        story.jumps(31_414)
        story.configures(0, 1, 2, **ALL)
        self.broken(story, "M6", "went from version 5 to 31420")

    def test_m7_two_votes_at_once(self) -> None:
        story = self.rolled()
        story.configures(0, 1, 2, m0=(1, 1.0), m1=(0, 0.0), m2=(0, 0.0))
        self.broken(story, "M7", "version 6 changed the votes of ['orders-1', 'orders-2'] at once")

    def test_m7_while_the_last_one_is_not_committed(self) -> None:
        story = self.rolled()
        story.configures(0, m0=(1, 1.0), m1=(1, 1.0), m2=(1, 0.0))
        story.configures(0, m0=(1, 1.0), m1=(1, 1.0), m2=(0, 0.0))
        self.broken(story, "M7", "version 7 came while version 6 was used by ['orders-0'] only")

    def test_m7_two_different_ones_of_the_same_version(self) -> None:
        story = self.rolled()
        story.configures(0, **ALL)
        story.jumps(-1)
        story.configures(1, m0=(1, 1.0), m1=(1, 1.0), m2=(0, 0.0))
        self.broken(story, "M7", "orders-0 and orders-1 use two different configurations of version 6 in term 1")

    # --- M8, M9 ---

    def test_m8_an_effect_without_a_fresh_look(self) -> None:
        story = self.rolled()
        story.effect("stepDown", "member 0")
        self.broken(story, "M8", "stepDown member 0 without a fresh look before it")

    def test_m8_a_look_that_is_too_old(self) -> None:
        story = self.rolled()
        story.effect("refresh", "take down orders-2")
        story.wait(60)
        story.effect("evict", "orders-2-0")
        self.broken(story, "M8", "evict orders-2-0 without a fresh look before it")

    def test_m8_one_look_is_good_for_one_effect(self) -> None:
        story = self.rolled()
        story.effect("refresh", "reconfigure")
        story.effect("reconfigure", "a")
        story.effect("reconfigure", "b")
        self.broken(story, "M8", "reconfigure b without a fresh look before it")

    def test_m8_another_pod_than_the_one_on_record(self) -> None:
        story = self.rolled()
        story.phase("RestartMember", "TakingDown", 2, podUID="another", revision="r2")
        story.evicted(2)
        self.broken(story, "M8", "pod u2 of orders-2 was taken down, but what status had recorded before")

    def test_m9_without_a_uid(self) -> None:
        story = self.rolled()
        story.evicted(2, uid="")
        self.broken(story, "M9", "create of pods orders-2-0 without a uid")

    def test_m9_a_claim_without_a_uid(self) -> None:
        story = self.rolled()
        story.deleted("persistentvolumeclaims", "orders-2", uid="")
        self.broken(story, "M9", "delete of persistentvolumeclaims orders-2 without a uid")

    def test_m9_by_collection(self) -> None:
        story = self.rolled()
        story.request("deletecollection", "pods", "")
        self.broken(story, "M9", "pods were deleted by collection")

    def test_m9_a_pod_that_is_as_wanted(self) -> None:
        story = self.rolled()
        story.phase("RestartMember", "TakingDown", 2, podUID="u2", revision="r1")
        story.evicted(2)
        self.broken(story, "M9", "orders-2-0 was taken down though it ran revision r1 as wanted")

    # --- M10, M11 ---

    def test_m10_two_sets(self) -> None:
        story = self.rolled()
        story.installs(2, identity="id-2")
        self.broken(story, "M10", "more than one replica set: ['id-1', 'id-2']")

    def test_m10_initiated_twice(self) -> None:
        story = self.rolled()
        story.initiates(2)
        self.broken(story, "M10", "['orders-0', 'orders-2'] were each initiated")

    def test_m10_a_status_that_changes_its_mind(self) -> None:
        story = self.rolled()
        story.status(replicaSetId="id-2")
        self.broken(story, "M10", "status called the replica set id-1 and later id-2")

    def test_m10_act_before_intent(self) -> None:
        story = Story()
        story.pod(0, "u0")
        story.spec(members=1)
        story.status()
        story.initiates(0)
        self.broken(story, "M10", "the set was initiated while status said nothing")

    def test_m10_over_a_set_that_status_remembers(self) -> None:
        story = Story()
        story.pod(0, "u0")
        story.spec(members=1)
        story.status(replicaSetId="id-0", operation={"phase": "Initiating"})
        story.initiates(0)
        self.broken(story, "M10", "although status remembered one")

    def test_m10_before_all_were_asked(self) -> None:
        story = Story()
        story.pod(0, "u0")
        story.status(operation={"phase": "Initiating"})
        story.initiates(0)
        self.broken(story, "M10", "before ['orders-1', 'orders-2'] could have been asked")

    def test_m11_joining_with_a_vote(self) -> None:
        story = self.rolled()
        story.pod(3, "u3")
        story.configures(0, 1, 2, 3, **ALL, m3=(1, 1.0))
        self.broken(story, "M11", "orders-3 joined with 1 votes and priority 1.0")

    def test_m11_a_vote_before_it_serves(self) -> None:
        story = self.rolled()
        story.pod(3, "u3")
        story.configures(0, 1, 2, 3, **ALL, m3=(0, 0.0))
        story.becomes(3, "STARTUP2")
        story.configures(0, 1, 2, 3, **ALL, m3=(1, 1.0))
        self.broken(story, "M11", "orders-3 got its vote while it was STARTUP2")

    def test_m11_the_pod_before_the_configuration(self) -> None:
        story = self.rolled()
        story.deleted("statefulsets", "orders-2")
        self.broken(story, "M11", "the StatefulSet of orders-2 was deleted while it was in the replica set")

    def test_m11_the_pod_before_a_majority_knows(self) -> None:
        story = self.rolled()
        story.configures(0, m0=(1, 1.0), m1=(1, 1.0))
        story.deleted("statefulsets", "orders-2")
        self.broken(story, "M11", "was deleted before a majority knew that it left")

    def test_m11_a_claim_that_was_to_be_kept(self) -> None:
        story = self.rolled()
        story.deleted("persistentvolumeclaims", "orders-2")
        self.broken(story, "M11", "the claim orders-2 was deleted under reclaimPolicy Retain")


class ReadingTest(unittest.TestCase):
    LINES = (
        '2026-11-21T10:00:00.1Z stdout F {"t":{"$date":"2026-11-21T10:00:00.123+00:00"},"s":"I","c":"REPL","id":21358,'
        '"ctx":"x","msg":"Replica set state transition","attr":{"newState":"PRIMARY","oldState":"SECONDARY"}}\n'
        '2026-11-21T10:00:00.2Z stderr F {"time":"x","level":"info","message":"starting mongod"}\n'
        "2026-11-21T10:00:00.3Z stderr F not JSON\n"
    )
    EFFECT = (
        "2026-11-21T10:00:01.5Z stderr F 2026-11-21T10:00:01.456Z I effect n=7 controller=replicaset key=databases/orders effect=refresh "
        'target="take down orders-2" because="it says \\"now\\"" result=ok\n'
    )

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="sagong-selftest-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def _log(self, pod: str, container: str, text: str) -> None:
        log = self.folder / f"databases_{pod}_uid" / container / "0.log"
        log.parent.mkdir(parents=True)
        log.write_text(text)

    def test_mongod_lines_are_read_and_others_left_out(self) -> None:
        self._log("orders-0-0", "mongod", self.LINES)
        (line,) = read_mongod(read_logs(self.folder))
        self.assertEqual((line.member, line.uid, line.attributes["newState"]), ("orders-0", "uid", "PRIMARY"))
        self.assertEqual(line.at.microsecond, 123_000)

    def test_effects_are_read_with_what_is_quoted(self) -> None:
        self._log("sagong-mongodb-1", "operator", self.EFFECT)
        ((about, effect),) = read_effects(read_logs(self.folder))
        self.assertEqual((about, effect.effect, effect.result), ("databases/orders", "refresh", "ok"))
        self.assertEqual((effect.target, effect.because), ("take down orders-2", 'it says "now"'))

    def test_a_forced_step_down_is_seen_on_the_wire(self) -> None:
        body = b"\x10replSetStepDown\0<\0\0\0\x08force\0\x01\x02$db\0\x06\0\0\0admin\0\0"
        document = (len(body) + 4).to_bytes(4, "little") + body
        size = 16 + 5 + len(document)
        header = b"".join(number.to_bytes(4, "little") for number in (size, 1, 0, wire_tap.OP_MSG, 0))
        ((name, found),) = wire_tap.commands_in(header + b"\0" + document)
        self.assertEqual((name, found["force"], found["replSetStepDown"]), ("replSetStepDown", True, 60))

    def test_a_reply_and_noise_are_no_commands(self) -> None:
        self.assertEqual(list(wire_tap.commands_in(b"GET / HTTP/1.1\r\n\r\n" + b"x" * 40)), [])


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
