"""Mutated DICOM files through the real daemon, good studies among them: scripts/mutate starts this.

Each file is a study of its own, some with a good clip beside it. Every one of them has to be used or to end with a
stated reason, every good study has to be measured, and the daemon has to live. The checker is that of the torture,
which knows what was dropped and what came out and nothing else."""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "torture"))

import cine
import mutate_archive
from checker import Checker
from dicom_picture import picture
from mutate_dicom import KINDS, Kind, mutated
from result import files_below, results, study
from tally import is_at_rest
from world import Tools, World, until

PLACEHOLDER = "1.2.7777777"
#: Changes to these do not touch what makes a file belong to its study: a good clip beside it must be measured.
PIXELS = {"RLE", "JPEG", "fragments", "frames", "transfer syntaxes", "regions"}
#: One good study to so many files.
GOOD_EVERY = 20
#: A batch that has not come to its end by then hangs. Half a thousand files take some tens of seconds.
END_SECONDS = 600


@dataclass
class Row:
    """What came of the files of one kind."""

    files: int = 0
    measured: int = 0
    reasons: Counter = field(default_factory=Counter)
    good: int = 0
    deaths: int = 0
    hangs: int = 0


def main() -> int:
    options = parsed()
    source = random.Random(options.seed)
    rows: dict[str, Row] = {}
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="mutate-", dir=options.dir) as folder:
        tools = Tools(options.program, "", folder, None)
        for number, (name, files) in enumerate(batches(options, source, Path(folder))):
            row = rows.setdefault(name, Row())
            faults += [f"{name}: {fault}" for fault in run(tools, row, files, source, number, Path(options.state))]
            print(f"{sum(row.files for row in rows.values())} files, {len(faults)} faults", file=sys.stderr, flush=True)
    print(table(rows))
    for fault in faults[:100]:
        print(f"FAULT {fault}")
    return 1 if faults else 0


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/mutate", description=__doc__)
    parser.add_argument("--files", type=int, default=2_000, help="how many mutated files (2000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="kinds, by comma: " + ", ".join(names()))
    parser.add_argument("--corpus", action="append", default=[], help="a folder whose files are dropped as they are")
    parser.add_argument("--batch", type=int, default=500, help="files for one daemon (500)")
    parser.add_argument("--state", default=".build/mutate", help="where files that did harm are kept (.build/mutate)")
    parser.add_argument("--dir", help="where the worlds are made")
    parser.add_argument("--program", required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


def names() -> list[str]:
    return [*(kind.name for kind in KINDS), mutate_archive.NAME]


def batches(options: argparse.Namespace, source: random.Random, folder: Path):
    """Of one kind each, so that a death has its kind: its name and its drops, each of one or two files."""
    for corpus in options.corpus:
        paths = sorted(path for path in Path(corpus).rglob("*") if path.is_file())
        for start in range(0, len(paths), options.batch):
            part = paths[start : start + options.batch]
            yield Path(corpus).name, [[cine.File(path.name, "", path.read_bytes())] for path in part]
    wanted = options.only.split(",") if options.only else names()
    kinds = [kind for kind in [*KINDS, None] if (kind.name if kind else mutate_archive.NAME) in wanted]
    bases = {content: picture(content).syntax for content in originals(folder)}
    number, per_kind = 0, -(-options.files // len(kinds))
    for start in range(0, per_kind, options.batch):
        for kind in kinds:
            files = []
            for _ in range(min(options.batch, per_kind - start, max(0, options.files - number))):
                number += 1
                uid = 1_000_000 + number
                files.append(drop(kind, bases, source, uid) if kind else archive(source, uid))
            if files:
                yield kind.name if kind else mutate_archive.NAME, files


def originals(folder: Path) -> list[bytes]:
    """One loop in every transfer syntax, grey and in colour, by DCMTK's own tools."""
    grey = cine.loop(PLACEHOLDER, 1, 3).content
    found = []
    for name, content in (("grey", grey), ("colour", coloured(grey))):
        path = folder / name
        path.write_bytes(content)
        found.append(content)
        words = ["dcmconv +ti", "dcmconv +tb", "dcmconv +td", "dcmcrle", "dcmcjpeg +eb", "dcmcjpeg +e1", "dcmcjpls"]
        for index, command in enumerate(words):
            target = folder / f"{name}-{index}"
            subprocess.run([*command.split(), path, target], check=True)
            found.append(target.read_bytes())
    return found


def coloured(content: bytes) -> bytes:
    one = picture(content)
    pixels = one.find(0x7FE0, 0x0010)[0]
    one.set_value(pixels, bytes(b for b in one.content[pixels.value : pixels.value + pixels.length] for _ in range(3)))
    model = one.find(0x0028, 0x0004)[0]
    one.set_value(model, b"RGB")
    at = one.find(0x0028, 0x0008)[0].start
    one.content[at:at] = b"\x28\x00\x06\x00US\x02\x00\x00\x00"
    one.set_number(one.find(0x0028, 0x0002)[0], 0, "H", 3)
    return one.file()


def drop(kind: Kind, bases: dict[bytes, str], source: random.Random, number: int) -> list[cine.File]:
    """A mutated file under a study's name of its own, and sometimes a good one beside it."""
    uid = f"1.2.{number}"
    base = source.choice([base for base, syntax in bases.items() if kind.suits(syntax)])
    one = picture(base)
    one.content = bytearray(bytes(one.content).replace(PLACEHOLDER.encode(), uid.encode()))
    files = [cine.File(uid, f"{uid}.1", mutated(one.file(), kind, source))]
    if kind.name in PIXELS and source.random() < 0.2:
        files.append(cine.loop(uid, 2, number))
    return files


def archive(source: random.Random, number: int) -> list[cine.File]:
    """A mutated archive with a good study in it."""
    uid = f"1.2.{number}"
    content = mutate_archive.packed("IM1", cine.loop(uid, 1, number).content, source)
    return [cine.File(uid, "", mutate_archive.mutated(content, source))]


def run(
    tools: Tools, row: Row, drops: list[list[cine.File]], source: random.Random, number: int, state: Path
) -> list[str]:
    """One daemon over one batch; all outputs are written in some of them."""
    settings = {"attempts": 3, "limit_seconds": 3, "outputs": None if number % 4 == 0 else "html", "backlog": 16}
    world = World(tools, settings)
    checker = Checker(world)
    world.start()
    for index, files in enumerate(drops):
        world.drop(files[:1], status=None, folder=f"m{index}")
        if len(files) > 1:
            world.drop(files[1:], folder=f"m{index}-beside")
        if index % GOOD_EVERY == 0:
            world.study(5_000_000 + 10_000 * number + index)
            row.good += 1
    row.files += len(drops)
    row.deaths += bring_to_end(world, row)
    status = world.stop()
    sentences = checker.judge().sentences
    faults = [fault for fault in sentences if not is_to_be_expected(fault, drops)] + world.problems
    if status not in (0, -9):
        faults.append(f"the daemon ended with {status}")
    faults += count(world, row, [files[0] for files in drops])
    if faults:
        keep(world, drops, faults, state / f"batch-{number}")
    world.remove()
    return faults


def is_to_be_expected(fault: str, drops: list[list[cine.File]]) -> bool:
    return has_fewer_outputs(fault, drops) or is_from_archive(fault, drops)


def is_from_archive(fault: str, drops: list[list[cine.File]]) -> bool:
    """What comes out of a mutated archive the checker cannot know; that the archive itself is there once, it does."""
    dropped = {file.sha256 for files in drops for file in files}
    is_archive = all(not file.instance for files in drops for file in files)
    if fault.endswith(" is there too often"):
        return is_archive and fault.split()[0] not in dropped
    return is_archive and fault.endswith(" is of files that were never dropped")


def has_fewer_outputs(fault: str, drops: list[list[cine.File]]) -> bool:
    """The checker expects all outputs of a measured clip. A mutated one may be measured in one phase, and one whose
    SeriesInstanceUID is none cannot be referred to by objects."""
    uids = {files[0].study for files in drops}
    return fault.split(":")[0] in uids and fault.endswith(" is missing")


def bring_to_end(world: World, row: Row) -> int:
    """A daemon that dies is started again; how often it did."""
    deaths, deadline = 0, time.monotonic() + END_SECONDS
    while time.monotonic() < deadline:
        if (
            until(lambda: is_at_rest(world) or not world.is_running, deadline - time.monotonic(), 0.1)
            and world.is_running
        ):
            return deaths
        if not world.is_running:
            deaths += 1
            world.kill()
            world.start()
    row.hangs += 1
    world.problems.append("not everything came to its end")
    return deaths


def count(world: World, row: Row, files: list[cine.File]) -> list[str]:
    """How each file ended; one without a reason, that was not used either, is a fault."""
    ends = ignored(world) | refusals(world) | uses(world)
    faults = []
    for file in files:
        end = ends.get(file.sha256)
        if end is None:
            faults.append(f"{file.sha256} ended without a reason")
        elif end == "measured":
            row.measured += 1
        else:
            row.reasons[end] += 1
    return faults


def refusals(world: World) -> dict[str, str]:
    found = {}
    for path in files_below(world.spool / "quarantine"):
        if path.name == "reason.json":
            for entry in json.loads(path.read_text())["files"]:
                found[entry["sha256"]] = entry["reason"]
    return {sha256: reason for sha256, reason in found.items() if reason}


def ignored(world: World) -> dict[str, str]:
    """Files that are no part of a study end in `done` without a result; their reason stands in the journal alone, or in
    the book that it was settled into."""
    found = {}
    books = [path for path in (world.spool / "settled").glob("*") if path.suffix != ".index"]
    for line in [line for path in [world.spool / "journal", *books] for line in path.read_text().splitlines()]:
        record = json.loads(line[9:])
        for file in record["files"] if record.get("record") in ("claim", "state") else []:
            if file.get("state") == "ignored":
                found[file["sha256"]] = file["reason"]
            elif record.get("is_archive"):
                found[file["sha256"]] = "unpacked"
    return found


def uses(world: World) -> dict[str, str]:
    """Of each file of a result: the reason of its clip, or its status where it needs none."""
    found = {}
    for folder in results(world.outbox).values():
        record = study(folder)
        clips = {clip["sop_instance_uid"]: clip for clip in record["clips"]}
        for entry in record["inputs"]:
            clip = clips.get(entry["sop_instance_uid"]) or {}
            found[entry["sha256"]] = entry["reason"] or clip.get("reason") or clip.get("status")
    return {sha256: end for sha256, end in found.items() if end}


def keep(world: World, drops: list[list[cine.File]], faults: list[str], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "log").write_bytes(world.log.read_bytes())
    (folder / "faults").write_text("\n".join(faults))
    for index, files in enumerate(drops):
        (folder / f"{index}.dcm").write_bytes(files[0].content)


def table(rows: dict[str, Row]) -> str:
    whole = Row()
    for row in rows.values():
        for name in ("files", "measured", "good", "deaths", "hangs"):
            setattr(whole, name, getattr(whole, name) + getattr(row, name))
        whole.reasons += row.reasons
    lines = ["| kind | files | measured | good studies among them | deaths | hangs | others, by reason |"]
    lines.append("|---|---|---|---|---|---|---|")
    for name, row in [*rows.items(), ("all", whole)]:
        reasons = ", ".join(f"{reason} {count}" for reason, count in row.reasons.most_common())
        figures = [row.files, row.measured, row.good, row.deaths, row.hangs]
        lines.append(f"| {name} | " + " | ".join(f"{figure:,}" for figure in figures) + f" | {reasons} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
