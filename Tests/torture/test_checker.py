"""What the checker and the tally make of folders that a test puts there: each fault is found, and nothing else."""

import hashlib
import json
import shutil
import tempfile
import unittest
from dataclasses import dataclass, field
from pathlib import Path

from checker import PUBLISHED, Checker
from tally import is_at_rest


@dataclass
class Drop:
    study: str
    instance: str
    content: bytes
    status: str | None = PUBLISHED

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass
class Scene:
    root: Path
    settings: dict = field(default_factory=dict)
    drops: list[Drop] = field(default_factory=list)

    def __post_init__(self):
        self.inbox, self.outbox, self.spool = (self.root / name for name in ("in", "out", "spool"))
        for folder in (self.inbox, self.outbox, self.spool):
            folder.mkdir()

    def drop(self, study: str, index: int, place: str = "spool/done", **settings) -> Drop:
        """A clip, and where it lies."""
        drop = Drop(study, f"{study}.{index}", f"{study} {index}".encode(), **settings)
        self.drops.append(drop)
        self.put(drop, place)
        return drop

    def put(self, drop: Drop, place: str) -> Path:
        folder = self.root / place
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{drop.instance}-{len(list(folder.iterdir()))}"
        path.write_bytes(drop.content)
        return path

    def publish(self, name: str, drops: list[Drop], status: str = "excluded", configuration: str = "c") -> Path:
        folder = self.outbox / name
        folder.mkdir()
        record = {
            "clips": [{"sop_instance_uid": drop.instance, "status": status} for drop in drops],
            "inputs": [
                {"sop_instance_uid": drop.instance, "sha256": drop.sha256, "state": "used"} for drop in drops
            ],
            "model": {"sha256": "m"}, "software": {"version": "1"}, "configuration": {"sha256": configuration},
        }  # fmt: skip
        (folder / "study.json").write_text(json.dumps(record))
        (folder / "log.jsonl").write_text('{"event": "published"}\n')
        (folder / "index.html").write_text("<html></html>")
        return folder


class Case(unittest.TestCase):
    def setUp(self):
        self.root = Path(tempfile.mkdtemp(prefix="checker-"))
        self.addCleanup(shutil.rmtree, self.root)
        self.count = 0

    def scene(self, **settings) -> Scene:
        self.count += 1
        root = self.root / str(self.count)
        root.mkdir()
        return Scene(root, settings)


class RestTests(Case):
    def test_a_study_is_at_rest_when_every_clip_is_told_of(self):
        scene = self.scene(intake="leave")
        clips = [scene.drop("1.2.1", index, "in") for index in (1, 2)]
        self.assertFalse(is_at_rest(scene))
        # The first clip alone, then the second alone: each time one of them is missing.
        for clip in clips:
            folder = scene.publish("1.2.1", [clip])
            self.assertFalse(is_at_rest(scene), clip.instance)
            shutil.rmtree(folder)
        scene.publish("1.2.1", clips[:1])
        scene.publish("1.2.1.r2", clips)
        self.assertTrue(is_at_rest(scene))

    def test_the_last_revision_counts(self):
        scene = self.scene(intake="leave")
        clips = [scene.drop("1.2.1", index, "in") for index in range(1, 11)]
        for number in range(1, 11):
            scene.publish("1.2.1" + (f".r{number}" if number > 1 else ""), clips[:number])
            self.assertEqual(is_at_rest(scene), number == 10)

    def test_every_study_is_waited_for_but_one_that_may_be_set_aside(self):
        scene = self.scene(intake="leave")
        first = scene.drop("1.2.1", 1, "in")
        scene.drop("1.2.2", 1, "in", status=None)
        scene.publish("1.2.1", [first])
        self.assertTrue(is_at_rest(scene))
        scene.drop("1.2.3", 1, "in")
        self.assertFalse(is_at_rest(scene))

    def test_files_that_are_moved_are_counted_where_they_end(self):
        scene = self.scene()
        scene.drop("1.2.1", 1)
        second = scene.drop("1.2.1", 2, "in")
        self.assertFalse(is_at_rest(scene))
        path = scene.put(second, "spool/claimed/c2")
        scene.put(second, "spool/quarantine/c2")
        self.assertFalse(is_at_rest(scene))
        path.unlink()
        self.assertTrue(is_at_rest(scene))

    def test_files_that_are_not_kept_are_known_by_their_results(self):
        scene = self.scene(keep_done_days=0)
        drop = scene.drop("1.2.1", 1)
        self.assertFalse(is_at_rest(scene))
        scene.publish("1.2.1", [drop])
        shutil.rmtree(scene.spool / "done")
        self.assertTrue(is_at_rest(scene))
        scene.put(drop, "in")
        self.assertFalse(is_at_rest(scene))


class CheckerTests(Case):
    def good(self, **settings) -> tuple[Scene, Drop]:
        scene = self.scene(**settings)
        drop = scene.drop("1.2.1", 1)
        scene.publish("1.2.1", [drop])
        return scene, drop

    def judged(self, scene: Scene, checker: Checker | None = None) -> str:
        verdict = (checker or Checker(scene)).judge()
        return " / ".join(
            f"{kind}: {sentence}" for kind in ("lost", "doubled", "half") for sentence in getattr(verdict, kind)
        )

    def test_what_is_as_it_should_be_gives_no_word(self):
        for settings in ({}, {"outputs": "html"}, {"outputs": "sr, seg"}, {"keep_done_days": 0}):
            self.assertEqual(self.judged(self.good(**settings)[0]), "")

    def test_files_are_counted(self):
        scene, drop = self.good()
        path = scene.put(drop, "spool/done")
        self.assertIn("doubled: " + drop.sha256, self.judged(scene))
        path.rename(scene.inbox / "left")
        self.assertIn("lost: left is left in in", self.judged(scene))
        (scene.inbox / "left").unlink()
        shutil.rmtree(scene.spool / "done")
        self.assertEqual(self.judged(scene), f"lost: {drop.sha256} is lost")

    def test_what_was_set_aside_needs_a_reason(self):
        scene, _ = self.good()
        drop = scene.drop("1.2.2", 1, "spool/quarantine/c2", status=None)
        self.assertIn("without a reason", self.judged(scene))
        name = next((scene.spool / "quarantine/c2").iterdir()).name
        reason = {"files": [{"name": name, "reason": "truncated"}]}
        (scene.spool / "quarantine/c2/reason.json").write_text(json.dumps(reason))
        self.assertEqual(self.judged(scene), "", drop.instance)

    def test_inputs_that_retention_removed_must_have_been_told_of(self):
        scene, drop = self.good(keep_done_days=0)
        shutil.rmtree(scene.spool / "done")
        self.assertEqual(self.judged(scene), "")
        other = scene.drop("1.2.2", 1, "spool/done", status=None)
        shutil.rmtree(scene.spool / "done")
        self.assertEqual(self.judged(scene), f"lost: {other.sha256} is lost", drop.instance)

    def test_work_that_is_left_lying_is_half_done(self):
        for place in ("spool/claimed/c1", "out/.staging/1.2.1-c1"):
            scene, drop = self.good()
            scene.put(drop, place)
            self.assertIn("half: ", self.judged(scene), place)

    def test_results_are_whole(self):
        for name in ("study.json", "log.jsonl", "index.html"):
            for change in (Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:-3])):
                scene, _ = self.good()
                change(scene.outbox / "1.2.1" / name)
                self.assertIn(f"1.2.1: {name}", " ".join(Checker(scene).look()))
                self.assertIn(f"half: 1.2.1: {name}", self.judged(scene))

    def test_measured_clips_have_all_outputs(self):
        scene = self.scene()
        scene.publish("1.2.1", [scene.drop("1.2.1", 1)], status="measured")
        ends = ("1.2.1.1.seg.dcm", "1.2.1.1.overlay.dcm", "1.2.1.1.ED.png", "1.2.1.1.ES.png", "report.dcm")
        faults = Checker(scene).look()
        self.assertEqual(sorted(faults), sorted(f"1.2.1: {name} is missing" for name in ends))

    def test_what_was_published_stays_as_it_was(self):
        scene, _ = self.good()
        checker = Checker(scene)
        self.assertEqual(checker.look(), [])
        (scene.outbox / "1.2.1" / "index.html").write_text("<p></html>")
        self.assertIn("is not what was published", self.judged(scene, checker))

    def test_the_same_work_is_told_once(self):
        scene, drop = self.good()
        scene.publish("1.2.1.r2", [drop], configuration="another")
        self.assertEqual(self.judged(scene), "")
        scene.publish("1.2.1.r3", [drop])
        self.assertEqual(self.judged(scene), "doubled: 1.2.1 was published twice with the same files")

    def test_revisions_follow_on_each_other_and_the_last_tells_of_all(self):
        scene, drop = self.good()
        second = scene.drop("1.2.1", 2)
        self.assertIn("1.2.1.2 is None in 1.2.1", self.judged(scene))
        scene.publish("1.2.1.r2", [drop, second])
        self.assertEqual(self.judged(scene), "")
        (scene.outbox / "1.2.1").rename(scene.outbox / "1.2.1.r7")
        self.assertIn("not in order", self.judged(scene))

    def test_a_status_that_was_asked_for_is_that_of_the_clip(self):
        scene = self.scene(outputs="html")
        scene.publish("1.2.1", [scene.drop("1.2.1", 1, status="measured")])
        self.assertIn("1.2.1.1 is excluded in 1.2.1 and not measured", self.judged(scene))

    def test_results_of_what_was_never_dropped_are_none(self):
        scene, _ = self.good()
        scene.publish("1.2.9", [Drop("1.2.9", "1.2.9.1", b"foreign")])
        self.assertEqual(self.judged(scene), "doubled: 1.2.9 is of files that were never dropped")


if __name__ == "__main__":
    unittest.main()
