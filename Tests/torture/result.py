"""A published result as its readers find it: what it tells, and whether it is whole."""

import hashlib
import json
import os
import struct
from pathlib import Path

INDEX = {"index.html", "index-data", "index.jsonl", "measurements.csv"}
OUTPUTS = {"sr", "seg", "overlay", "png", "html"}
UNDEFINED = 0xFFFFFFFF


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def files_below(folder: Path) -> list[Path]:
    """Also while a daemon moves them: what is gone is not told of."""
    return [Path(parent, name) for parent, _, names in os.walk(folder) for name in names]


def results(outbox: Path) -> dict[str, Path]:
    """What readers of the outbox see, by name."""
    seen = {path.name: path for path in outbox.iterdir() if not path.name.startswith(".")}
    return {name: path for name, path in seen.items() if name not in INDEX}


def latest(outbox: Path) -> dict[str, Path]:
    """The last revision of each study, by the study's UID."""
    found = sorted(results(outbox).items(), key=lambda item: (len(item[0]), item[0]))
    return {name.split(".r")[0]: path for name, path in found}


def index_faults(outbox: Path) -> list[str]:
    """What the index of an outbox tells that is not so, once it was brought up to date."""
    try:
        lines = [json.loads(line) for line in (outbox / "index.jsonl").read_text().splitlines()]
        rows = (outbox / "measurements.csv").read_text().splitlines()
        told = sorted(line["folder"] for line in lines)
    except (OSError, ValueError, KeyError) as error:
        return [f"the index cannot be read: {type(error).__name__} {error}"]
    last = latest(outbox)
    there = sorted(path.name for path in last.values())
    faults = [] if told == there else [f"the index tells of {told}, and there are {there}"]
    text = "".join(path.read_text() for path in sorted((outbox / "index-data").glob("*.js")) if path.name != "list.js")
    for uid, path in last.items():
        revision = int(path.name.removeprefix(uid).removeprefix(".r") or 1)
        if f'["{uid}",{revision},' not in text:
            faults.append(f"the page's rows lack {path.name}")
    if len(rows) != len(there) + 1:
        faults.append(f"the table has {len(rows) - 1} rows, and there are {len(there)} studies")
    return faults + ([] if "\0" not in text + "".join(rows) else ["the index has zeros in it"])


def record(folder: Path) -> dict:
    return json.loads((folder / "study.json").read_text())


def study(folder: Path) -> dict:
    """The record; one that tells of nothing where it cannot be read, which is told of by itself (`unsound`)."""
    try:
        return record(folder)
    except (OSError, ValueError):
        return {"inputs": [], "clips": [], "model": {"sha256": None}, "software": {"version": None}}


def inputs(folder: Path) -> list[tuple[str, str]]:
    return [(entry["sha256"], entry["state"]) for entry in study(folder)["inputs"]]


def instances(folder: Path) -> set[str]:
    """Those of all files that it tells of."""
    return {entry["sop_instance_uid"] for entry in study(folder)["inputs"]}


def statuses(folder: Path) -> dict[str, str]:
    return {clip["sop_instance_uid"]: clip["status"] for clip in study(folder)["clips"]}


def configuration(folder: Path) -> str | None:
    """The digest of all settings that it depends on."""
    return (study(folder).get("configuration") or {}).get("sha256")


def work(folder: Path) -> tuple:
    """What may be told once only: the same files, looked at by the same model, settings and version."""
    told = study(folder)
    return (
        frozenset(inputs(folder)), configuration(folder), told["model"]["sha256"], told["software"]["version"],
    )  # fmt: skip


def refused(folder: Path) -> list[str]:
    """How the names end of objects that the result says could not be made of such a file."""
    ends = {"report-refused": "report.dcm", "segments-refused": ".seg.dcm", "overlay-refused": ".overlay.dcm"}
    try:
        events = [json.loads(line)["event"] for line in (folder / "log.jsonl").read_text().splitlines()]
    except (OSError, ValueError, KeyError):
        # That the log is missing or torn is told of by itself.
        return []
    return [ends[event] for event in events if event in ends]


def unsound(folder: Path, outputs: str | None) -> list[str]:
    """What a result lacks, or what in it does not end as it must.

    `outputs` is the configuration's: names by comma, or all of them.
    """
    try:
        told = record(folder)
    except (OSError, ValueError) as error:
        return [f"study.json: {type(error).__name__}"]
    names = {path.name for path in files_below(folder)}
    wanted = wanted_of(told, {name.strip() for name in outputs.split(",")} if outputs else OUTPUTS)
    excused = tuple(refused(folder))
    wanted = {name for name in wanted if not name.endswith(excused)}
    faults = [f"{name} is missing" for name in wanted - names]
    faults += [f"{name} was left" for name in names if name.startswith(".")]
    if not told["inputs"]:
        faults.append("it tells of no input")
    return faults + [f"{name} is torn" for name in sorted(names) if not ends_well(folder / name)]


def wanted_of(told: dict, outputs: set[str]) -> set[str]:
    """The files that a result with this record is to have."""
    ends = {"seg": [".seg.dcm"], "overlay": [".overlay.dcm"], "png": [".ED.png", ".ES.png"]}
    measured = [clip["sop_instance_uid"] for clip in told["clips"] if clip["status"] == "measured"]
    wanted = {"study.json", "log.jsonl"} | ({"index.html"} if "html" in outputs else set())
    if measured and "sr" in outputs:
        wanted.add("report.dcm")
    return wanted | {uid + end for uid in measured for name in outputs for end in ends.get(name, [])}


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
