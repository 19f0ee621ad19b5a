"""Decides what was lost, doubled or half published. It knows what was dropped and what came out, and nothing of how
the daemon works: neither its journal nor its log. The torture and the suite's end-to-end tests (judge.py) both go by
what it says."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from result import digest, files_below, inputs, instances, results, statuses, unsound, work

#: The status of a drop whose instance is to be told of in the last revision, whatever came of it.
PUBLISHED = "published"


class Dropped(Protocol):
    """A file that was dropped, and what is to come of it."""

    study: str
    instance: str
    sha256: str
    #: The status of its clip in the last revision, or `PUBLISHED`; `None` where the study may end in quarantine as
    #: well, and where the file is no study's.
    status: str | None


class Scene(Protocol):
    """What the checker looks at."""

    inbox: Path
    outbox: Path
    spool: Path
    #: Keys of the configuration.
    settings: dict
    drops: list[Dropped]


@dataclass
class Verdict:
    """A sentence for each fault."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)

    @property
    def sentences(self) -> list[str]:
        return self.lost + self.doubled + self.half


def leaves_inputs(scene: Scene) -> bool:
    """The inbox is only read."""
    return scene.settings.get("intake") == "leave"


def keeps_inputs(scene: Scene) -> bool:
    """What was processed stays in the spool for ever."""
    return scene.settings.get("keep_done_days") is None


class Checker:
    """Of one scene, for all its life: what was once published must stay as it was."""

    def __init__(self, scene: Scene, seen: dict[str, dict[str, str]] | None = None):
        self.scene = scene
        #: Digests by file, by result.
        self.seen = seen or {}

    def look(self) -> list[str]:
        """What is half published at this moment."""
        faults = []
        for name, folder in results(self.scene.outbox).items():
            if name not in self.seen:
                faults += [f"{name}: {fault}" for fault in unsound(folder, self.scene.settings.get("outputs"))]
                self.seen[name] = {path.name: digest(path) for path in files_below(folder)}
        return faults

    def judge(self) -> Verdict:
        """After all is done."""
        verdict = Verdict(half=self.look())
        self._ends(verdict)
        self._publications(verdict)
        for name, known in self.seen.items():
            folder = self.scene.outbox / name
            if {path.name: digest(path) for path in files_below(folder)} != known:
                verdict.lost.append(f"{name} is not what was published")
        return verdict

    def _ends(self, verdict: Verdict) -> None:
        """Every content ends as often as it was dropped, with a reason where it was set aside."""
        scene, ends = self.scene, Counter()
        is_left = leaves_inputs(scene)
        places = [scene.inbox] if is_left else [scene.spool / "done", scene.spool / "quarantine"]
        for place in places:
            for path in files_below(place):
                if path.name != "reason.json":
                    ends[digest(path)] += 1
                    if place.name == "quarantine" and not has_reason(path):
                        verdict.lost.append(f"{path.name} is in quarantine without a reason")
        dropped = Counter(drop.sha256 for drop in scene.drops)
        # What retention removed must have been told of before.
        told = set() if keeps_inputs(scene) else self._told()
        verdict.lost += [f"{sha} is lost" for sha in (dropped - ends).elements() if sha not in told]
        verdict.doubled += [f"{sha} is there too often" for sha in (ends - dropped).elements()]
        for name in [] if is_left else ["in"]:
            verdict.lost += [f"{path.relative_to(scene.inbox)} is left in {name}" for path in files_below(scene.inbox)]
        for folder in (scene.spool / "claimed", scene.outbox / ".staging"):
            verdict.half += [f"{path.name} is left in {folder.name}" for path in files_below(folder)]

    def _told(self) -> set[str]:
        return {sha256 for folder in results(self.scene.outbox).values() for sha256, _ in inputs(folder)}

    def _publications(self, verdict: Verdict) -> None:
        """Revisions follow on each other, none tells what another told, and the last tells of all files."""
        found = results(self.scene.outbox)
        wanted: dict[str, dict[str, str]] = {}
        for drop in self.scene.drops:
            if drop.status:
                wanted.setdefault(drop.study, {})[drop.instance] = drop.status
        contents = {drop.sha256 for drop in self.scene.drops}
        verdict.doubled += [
            f"{name} is of files that were never dropped" for name, path in found.items()
            if not contents.issuperset(sha256 for sha256, _ in inputs(path))
        ]  # fmt: skip
        for study, clips in wanted.items():
            names = [study] + [f"{study}.r{number}" for number in range(2, len(found) + 2)]
            chain = [found[name] for name in names if name in found]
            if not chain or [path.name for path in chain] != names[: len(chain)]:
                verdict.lost.append(f"{study} was not published, or not in order")
                continue
            told = [work(path) for path in chain]
            if len(set(told)) < len(told):
                verdict.doubled.append(f"{study} was published twice with the same files")
            states = dict.fromkeys(instances(chain[-1]), PUBLISHED)
            found_states = statuses(chain[-1])
            for instance, status in clips.items():
                state = states.get(instance) if status == PUBLISHED else found_states.get(instance)
                if state != status:
                    verdict.lost.append(f"{instance} is {state} in {chain[-1].name} and not {status}")


def has_reason(path: Path) -> bool:
    try:
        reason = json.loads((path.parent / "reason.json").read_text())
        return any(entry["name"] == path.name and entry["reason"] for entry in reason["files"])
    except (OSError, ValueError, KeyError):
        return False
