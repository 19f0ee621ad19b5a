#!/usr/bin/env python3
"""Has every reader judge every object of an outbox.

    check_outbox.py [--some-frames] SOURCES OUTBOX

SOURCES is the folder of the files that the outbox was made from. Objects of all kinds have to be there for every
measured clip, segmentations with all frames or, with --some-frames, the measured ones. Exit status 1 and a line for
each fault otherwise.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import pydicom
from pydicom.errors import InvalidDicomError
from pydicom.uid import DeflatedExplicitVRLittleEndian

HERE = pathlib.Path(__file__).resolve().parent
KINDS = [".seg.dcm", ".overlay.dcm", ".ED.png", ".ES.png"]


def sources_by_uid(folder):
    """SOPInstanceUID -> path, of every DICOM file below a folder but the objects of an outbox."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or "outbox" in path.relative_to(folder).parts:
            continue
        try:
            dataset = pydicom.dcmread(path, stop_before_pixels=True)
        except (InvalidDicomError, OSError, EOFError, ValueError):
            continue
        if "SOPInstanceUID" in dataset:
            found[str(dataset.SOPInstanceUID)] = path
    return found


def allowed():
    lines = (HERE / "allowed_complaints.txt").read_text(encoding="utf-8").splitlines()
    return [re.compile(line) for line in lines if line and not line.startswith("#")]


def complaints_of_dciodvfy(path, patterns):
    """Debian's dciodvfy cannot inflate: it judges a deflated object as dcmconv writes it, otherwise unchanged."""
    with tempfile.TemporaryDirectory() as folder:
        inflated = pathlib.Path(folder) / path.name
        if pydicom.dcmread(path, stop_before_pixels=True).file_meta.TransferSyntaxUID == DeflatedExplicitVRLittleEndian:
            subprocess.run(["dcmconv", "+te", path, inflated], check=True)
            path = inflated
        result = subprocess.run(["dciodvfy", "-new", path], capture_output=True, text=True, errors="replace",
                                check=False)
    lines = {line.strip() for line in (result.stdout + result.stderr).splitlines()
             if line.startswith(("Error", "Warning"))}
    return sorted(line for line in lines if not any(pattern.match(line) for pattern in patterns))


def run(*command):
    """What a reader has against an object."""
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, errors="replace",
                            check=False)
    if result.returncode == 0:
        return []
    return [f"{pathlib.Path(str(command[1])).name}: {line}" for line in (result.stderr or result.stdout).splitlines()]


def options_of_dsrdump(study):
    """It gives up a report over a reference to an image whose own UID breaks the rules, unless told not to."""
    uids = [clip["sop_instance_uid"] for clip in study["clips"]]
    return ["-Ee"] if any(re.search(r"(^|\.)0\d", uid) for uid in uids) else []


def script(name, *arguments):
    return run(sys.executable, HERE / name, *arguments)


def faults_of_clip(folder, clip, source, patterns, options):
    uid = clip["sop_instance_uid"]
    for kind in KINDS:
        if not (folder / (uid + kind)).is_file() and clip["status"] == "measured":
            yield f"{uid}{kind} is missing"
    segments, overlay = folder / f"{uid}.seg.dcm", folder / f"{uid}.overlay.dcm"
    for path in [segments, overlay]:
        if path.is_file():
            yield from (f"{path.name}: {line}" for line in complaints_of_dciodvfy(path, patterns))
    if segments.is_file():
        yield from script("read_segments.py", *options, segments, folder / "study.json", source)
    if overlay.is_file():
        yield from script("read_overlay.py", overlay, source)


def faults_of_study(folder, sources, patterns, options):
    record = folder / "study.json"
    study = json.loads(record.read_text(encoding="utf-8"))
    yield from script("check_schema.py", record)
    report = folder / "report.dcm"
    present = [sources[clip["sop_instance_uid"]] for clip in study["clips"] if clip["sop_instance_uid"] in sources]
    images = [clip for clip in study["clips"]
              if clip["status"] != "ignored" and clip["reason"] != "not-ultrasound"]
    if report.is_file():
        yield from (f"report.dcm: {line}" for line in complaints_of_dciodvfy(report, patterns))
        yield from run("dsrdump", *options_of_dsrdump(study), report)
        yield from script("read_report.py", report, record)
        judged = [sources[clip["sop_instance_uid"]] for clip in images if clip["sop_instance_uid"] in sources]
        yield from script("check_against_sources.py", report, *judged)
    elif any(clip["status"] == "measured" for clip in images):
        yield "report.dcm is missing"
    if not present:
        yield "no source of this study was found"
    yield from faults_of_documents(folder, record, patterns)
    for clip in study["clips"]:
        if clip["status"] in ("measured", "indeterminate"):
            yield from faults_of_clip(folder, clip, sources[clip["sop_instance_uid"]], patterns, options)


def faults_of_documents(folder, record, patterns):
    """The documents that a configuration may name, and how all of them refer to the objects."""
    if any((folder / name).is_file() for name in ["report.dcm", "echo.dcm", "keys.dcm"]):
        yield from script("read_references.py", folder)
    if (folder / "report.dcm").is_file():
        yield from script("read_by_dcmqi.py", folder / "report.dcm", record)
    for name, reader in [("echo.dcm", "read_echo.py"), ("keys.dcm", None)]:
        if (folder / name).is_file():
            yield from (f"{name}: {line}" for line in complaints_of_dciodvfy(folder / name, patterns))
            if reader:
                yield from script(reader, folder / name, record)
    if (folder / "report.pdf").is_file():
        printed = folder / "report.pdf.dcm"
        yield from (f"{printed.name}: {line}" for line in complaints_of_dciodvfy(printed, patterns))
        yield from script("read_pdf.py", printed, folder / "report.pdf", record)
    if all((folder / name).is_file() for name in ["report.dcm", "echo.dcm", "fhir.json", "report.pdf"]):
        yield from script("compare_outputs.py", folder)
    if (folder / "fhir.json").is_file():
        yield from script("read_fhir.py", folder / "fhir.json", record)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--some-frames", action="store_true")
    parser.add_argument("sources", type=pathlib.Path)
    parser.add_argument("outbox", type=pathlib.Path)
    arguments = parser.parse_args()
    sources, patterns = sources_by_uid(arguments.sources), allowed()
    studies = sorted(path.parent for path in arguments.outbox.glob("*/study.json"))
    faults = 0
    for folder in studies:
        for fault in faults_of_study(folder, sources, patterns, ["--some"] if arguments.some_frames else []):
            faults += 1
            print(f"{folder.name}: {fault}", file=sys.stderr)
    objects = len(list(arguments.outbox.glob("*/*.dcm")))
    print(f"{len(studies)} studies, {objects} objects, {faults} faults")
    return 1 if faults or not objects else 0


if __name__ == "__main__":
    sys.exit(main())
