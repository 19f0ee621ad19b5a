#!/usr/bin/env python3
"""A whole study, as a scanner sends it: 80 clips of which eight are apical, from the files to the published results.

The study is made of public loops, each copied under a UID of its own: four clips each of the four- and of the
two-chamber view, and parasternal, colour, Doppler and still pictures for the rest. Beside it, in turns, what a user
would write for one of its clips (reference_walk.py).

    whole_study.py HINGED MODEL.onnx --data DATA [--clips N] [--threads N] [--rounds N] [--keep FOLDER]

Prints medians of time on the clock, processor time and peak of resident memory, and what became of each kind of clip.
Needs what reference_walk.py needs; with --rounds 0 the study is only made, in --keep.
"""
import argparse
import json
import pathlib
import statistics
import sys
import tempfile

import pydicom

from compare_walk import measured_with_processors

HERE = pathlib.Path(__file__).resolve().parent
STUDY = "1.2.826.0.1.3680043.2.1125.80"
APICAL = ["philips_tte/Image-40.dcm", "philips_tte/Image-41.dcm"]
OTHERS = [
    "philips_tte/Image-3.dcm", "philips_tte/Image-20.dcm", "philips_tte/Image-22.dcm", "toshiba_tte/I_000034.dcm",
    "toshiba_tte/I_000035.dcm", "toshiba_tte/I_000036.dcm", "misc/US1_UNCI.dcm", "misc/examples_rgb_color.dcm",
    "misc/YBR_422.dcm", "hp_pediatric/I_000002.dcm", "acuson_stress/I_000013.dcm", "misc/US-PAL-8-10x-echo",
]


def make_study(data, folder, clips):
    """The files in the order in which a scanner numbers them: apical ones amid the others."""
    kinds = {}
    for number in range(clips):
        apical = number % 10 == 4
        source = APICAL[number // 10 % 2] if apical else OTHERS[number % len(OTHERS)]
        dataset = pydicom.dcmread(data / "dicom" / source)
        dataset.StudyInstanceUID = STUDY
        dataset.SeriesInstanceUID = f"{STUDY}.1"
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"{STUDY}.1.{number + 1}"
        dataset.PatientID, dataset.PatientName, dataset.PatientBirthDate = "STUDY", "Study^Whole", ""
        dataset.InstanceNumber = number + 1
        dataset.save_as(folder / f"IM{number + 1:03}.dcm", enforce_file_format=False)
        kinds[dataset.SOPInstanceUID] = source
    return kinds


def published(outbox, kinds):
    """By kind of clip how many there are and how many were measured, and the times of the study's stages."""
    record = json.loads((outbox / STUDY / "study.json").read_text())
    rows = {}
    for clip in record["clips"]:
        row = rows.setdefault(kinds[clip["sop_instance_uid"]], [0, 0])
        row[0] += 1
        row[1] += clip["status"] == "measured"
    return rows, record.get("timings_ms", {})


def main():
    options = parse()
    with tempfile.TemporaryDirectory(prefix="hinged-study-") as scratch:
        scratch = pathlib.Path(scratch)
        study = options.keep or scratch / "study"
        study.mkdir(parents=True, exist_ok=True)
        kinds = make_study(options.data, study, options.clips)
        total = sum(path.stat().st_size for path in study.iterdir())
        print(f"{len(kinds)} clips, {total / 1e6:.0f} MB\n")
        runs = {"hinged": [], "reference": []}
        for turn in range(options.rounds):
            out = scratch / str(turn)
            runs["hinged"].append(measured_with_processors([
                options.hinged, "process", study, "--model", options.model, "--outbox", out / "outbox",
                "--threads", options.threads]))
            runs["reference"].append(measured_with_processors([
                sys.executable, HERE / "reference_walk.py", options.model, options.data / "dicom" / APICAL[0],
                out / "reference", options.threads]))
        if not options.rounds:
            return
        report(runs, *published(out / "outbox", kinds))


def report(runs, rows, timings):
    medians = {name: [statistics.median(column) for column in zip(*each)] for name, each in runs.items()}
    print("| | seconds | of processors | MB |\n|---|---|---|---|")
    for name, (seconds, processor, megabytes) in medians.items():
        print(f"| {name} | {seconds:.2f} | {processor:.2f} | {megabytes:.0f} |")
    ratios = [ours / theirs for ours, theirs in zip(medians["hinged"], medians["reference"])]
    print(f"| ratio | {ratios[0]:.2f} | {ratios[1]:.2f} | {ratios[2]:.2f} |\n")
    print("| clips | number | measured |\n|---|---|---|")
    for source, (count, measured_clips) in sorted(rows.items()):
        print(f"| {source} | {count} | {measured_clips} |")
    print(f"\nStages of the study, ms: {json.dumps(timings)}")


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hinged", type=pathlib.Path)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--data", type=pathlib.Path, required=True, help="folder with dicom/")
    parser.add_argument("--clips", type=int, default=80)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=pathlib.Path, help="where the study's files are left")
    return parser.parse_args()


if __name__ == "__main__":
    main()
