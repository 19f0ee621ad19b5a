"""Decides what was lost, doubled or half published. It knows what was dropped and what came out, and nothing of how
the daemon works: neither its journal nor its log."""

import hashlib
import json
import os
import struct
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from world import World

INDEX = {"index.html", "index-data", "index.jsonl", "measurements.csv"}
UNDEFINED = 0xFFFFFFFF


@dataclass
class Verdict:
    """A sentence for each fault."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)

    @property
    def sentences(self) -> list[str]:
        return self.lost + self.doubled + self.half


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def files_below(folder: Path) -> list[Path]:
    """Also while a daemon moves them: what is gone is not told of."""
    return [Path(parent, name) for parent, _, names in os.walk(folder) for name in names]


def results(outbox: Path) -> dict[str, Path]:
    """What readers of the outbox see, by name."""
    seen = {path.name: path for path in outbox.iterdir() if not path.name.startswith(".")}
    return {name: path for name, path in seen.items() if name not in INDEX}


class Checker:
    """Of one world, for all its life: what was once published must stay as it was."""

    def __init__(self, world: World):
        self.world = world
        self._seen: dict[str, dict[str, str]] = {}

    def look(self) -> list[str]:
        """What is half published at this moment."""
        faults = []
        for name, folder in results(self.world.outbox).items():
            if name not in self._seen:
                faults += [f"{name}: {fault}" for fault in unsound(folder, self.world.settings.get("outputs"))]
                self._seen[name] = {path.name: digest(path) for path in files_below(folder)}
        return faults

    def judge(self) -> Verdict:
        """After all is done."""
        verdict = Verdict(half=self.look())
        self._ends(verdict)
        self._publications(verdict)
        for name, known in self._seen.items():
            folder = self.world.outbox / name
            if {path.name: digest(path) for path in files_below(folder)} != known:
                verdict.lost.append(f"{name} is not what was published")
        return verdict

    def _ends(self, verdict: Verdict) -> None:
        """Every content ends as often as it was dropped, with a reason where it was set aside."""
        world, ends = self.world, Counter()
        is_left = world.settings.get("intake") == "leave"
        places = [world.inbox] if is_left else [world.spool / "done", world.spool / "quarantine"]
        for place in places:
            for path in files_below(place):
                if path.name != "reason.json":
                    ends[digest(path)] += 1
                    if place.name == "quarantine" and not has_reason(path):
                        verdict.lost.append(f"{path.name} is in quarantine without a reason")
        dropped = Counter(drop.file.sha256 for drop in world.drops)
        verdict.lost += [f"{sha} is lost" for sha in (dropped - ends).elements()]
        verdict.doubled += [f"{sha} is there too often" for sha in (ends - dropped).elements()]
        for name in [] if is_left else ["in"]:
            verdict.lost += [f"{path.name} is left in {name}" for path in files_below(world.inbox)]
        for folder in (world.spool / "claimed", world.outbox / ".staging"):
            verdict.half += [f"{path.name} is left in {folder.name}" for path in files_below(folder)]

    def _publications(self, verdict: Verdict) -> None:
        """Revisions follow on each other, none tells what another told, and the last tells of all files."""
        found = results(self.world.outbox)
        wanted: dict[str, dict[str, str]] = {}
        for drop in self.world.drops:
            if drop.status:
                wanted.setdefault(drop.file.study, {})[drop.file.instance] = drop.status
        contents = {drop.file.sha256 for drop in self.world.drops}
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
            told = [frozenset(inputs(path)) for path in chain]
            if len(set(told)) < len(told):
                verdict.doubled.append(f"{study} was published twice with the same files")
            states = statuses(chain[-1])
            for instance, status in clips.items():
                if states.get(instance) != status:
                    verdict.lost.append(f"{instance} is {states.get(instance)} in {chain[-1].name} and not {status}")


def has_reason(path: Path) -> bool:
    try:
        reason = json.loads((path.parent / "reason.json").read_text())
        return any(entry["name"] == path.name and entry["reason"] for entry in reason["files"])
    except (OSError, ValueError, KeyError):
        return False


def study(folder: Path) -> dict:
    return json.loads((folder / "study.json").read_text())


def inputs(folder: Path) -> list[tuple[str, str]]:
    return [(entry["sha256"], entry["state"]) for entry in study(folder)["inputs"]]


def statuses(folder: Path) -> dict[str, str]:
    return {clip["sop_instance_uid"]: clip["status"] for clip in study(folder)["clips"]}


def refused(folder: Path) -> list[str]:
    """How the names end of objects that the result says could not be made of such a file."""
    ends = {"report-refused": "report.dcm", "segments-refused": ".seg.dcm", "overlay-refused": ".overlay.dcm"}
    try:
        lines = (folder / "log.jsonl").read_text().splitlines()
    except OSError:
        return []
    return [ends[event] for event in (json.loads(line)["event"] for line in lines) if event in ends]


def unsound(folder: Path, outputs: str | None) -> list[str]:
    """What a result lacks, or what in it does not end as it must. All outputs are asked for, or `html` alone."""
    try:
        record = study(folder)
    except (OSError, ValueError) as error:
        return [f"study.json: {type(error).__name__}"]
    names = {path.name for path in files_below(folder)}
    wanted = {"study.json", "log.jsonl", "index.html"}
    for clip in record["clips"]:
        if clip["status"] == "measured" and outputs is None:
            wanted |= {clip["sop_instance_uid"] + end for end in (".seg.dcm", ".overlay.dcm", ".ED.png", ".ES.png")}
            wanted.add("report.dcm")
    wanted -= {name for name in wanted if any(name.endswith(end) for end in refused(folder))}
    faults = [f"{name} is missing" for name in wanted - names]
    faults += [f"{name} was left" for name in names if name.startswith(".")]
    if not record["inputs"]:
        faults.append("it tells of no input")
    return faults + [f"{name} is torn" for name in sorted(names) if not ends_well(folder / name)]


def ends_well(path: Path) -> bool:
    content = path.read_bytes()
    try:
        match path.suffix:
            case ".dcm":
                return content[128:132] == b"DICM" and walk(content, 132) == len(content)
            case ".png":
                return content[:8] == b"\x89PNG\r\n\x1a\n" and content[-8:-4] == b"IEND"
            case ".jpg":
                return content[:2] == b"\xff\xd8" and content[-2:] == b"\xff\xd9"
            case ".html":
                return content.rstrip().endswith(b"</html>")
            case ".jsonl":
                return content.endswith(b"\n") and all(json.loads(line) for line in content.splitlines())
            case _:
                return bool(json.loads(content))
    except (ValueError, struct.error, IndexError):
        return False


def walk(content: bytes, at: int, end: int | None = None) -> int:
    """Where the elements end that begin at `at`: explicit little endian (PS3.5 7.1), the only one that is written."""
    while at < (len(content) if end is None else end):
        group, element = struct.unpack_from("<HH", content, at)
        if (group, element) in ((0xFFFE, 0xE00D), (0xFFFE, 0xE0DD)):
            return at + 8
        if group == 0xFFFE:
            at = value_end(content, at + 8, struct.unpack_from("<I", content, at + 4)[0])
            continue
        representation = content[at + 4 : at + 6]
        if representation in (b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"UC", b"UN", b"UR", b"UT"):
            at = value_end(content, at + 12, struct.unpack_from("<I", content, at + 8)[0])
        else:
            at += 8 + struct.unpack_from("<H", content, at + 6)[0]
    return at


def value_end(content: bytes, at: int, length: int) -> int:
    return walk(content, at) if length == UNDEFINED else at + length
