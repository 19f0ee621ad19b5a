#!/usr/bin/env python3
"""What HINGED makes of loops whose view is known: which it takes for apical, and which view it reads from the picture.

    views.py HINGED --data DATA [--only real,cuts] [--keep FOLDER] [--json FILE]

DATA holds dicom/ and views/. `real` is every loop of theirs whose view a person told, each as a study of its own and
without any tag that names a view; loops that come as mp4 are wrapped as uncompressed DICOM. `cuts` is three of them
with the first 0 to 20 frames missing, with every second and third frame alone, and repeated: one verdict is to come
out of each. Prints a line a loop, and the counts. Needs pydicom, numpy and opencv-python-headless.
"""

import argparse
import itertools
import json
import pathlib
import subprocess
import sys
import tempfile
from dataclasses import dataclass

import cv2
import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

# What a person sees, by the file's place below DATA. "zoomed": apical, zoomed on the ventricle, the atrium cut; which
# apical view it is cannot be told for sure. "off-axis": a four-chamber loop that misses the ventricle's axis.
REAL = {
    "dicom/philips_tte/Image-40.dcm": "A4C",
    "dicom/philips_tte/Image-41.dcm": "A2C",
    "dicom/philips_tte/Image-3.dcm": "PLAX",
    "dicom/philips_tte/Image-20.dcm": "PSAX",
    "dicom/philips_tte/Image-22.dcm": "PSAX",
    "dicom/acuson_a4c/DIRW0007.dcm": "A4C",
    "dicom/sonosite_a4c/examples_ybr_color.dcm": "A4C",
    "dicom/toshiba_tte/I_000031.dcm": "PLAX",
    "dicom/toshiba_tte/I_000035.dcm": "PSAX",
    "dicom/toshiba_tte/I_000036.dcm": "A4C under colour",
    "dicom/hp_pediatric/I_000002.dcm": "parasternal",
    "dicom/hp_pediatric/I_000004.dcm": "PSAX",
    "dicom/hp_pediatric/I_000005.dcm": "parasternal, colour",
    "dicom/hp_pediatric/I_000006.dcm": "parasternal, colour",
    **{
        f"dicom/acuson_stress/I_0000{number:02}.dcm": view
        for number, view in zip(
            range(7, 19),
            ("PLAX", "PSAX", "zoomed", "zoomed", "zoomed", "zoomed") * 2,
            strict=True,
        )
    },
    "views/echopedia/A4C/e1_a4c.mp4": "A4C",
    "views/litfl/A4C/l005_a4c.mp4": "A4C",
    "views/litfl/A4C/l006_a4c.mp4": "off-axis",
    "views/litfl/A4C/l091_a4c.mp4": "off-axis",
    "views/litfl/PLAX/l005_plax.mp4": "PLAX",
    "views/litfl/PLAX/l091_plax.mp4": "PLAX",
    "views/litfl/PSAX/l005_psax.mp4": "PSAX",
    "views/litfl/PSAX/l091_psax-1.mp4": "PSAX",
    "views/litfl/PSAX/l091_psax-2.mp4": "PSAX",
    "views/litfl/subcostal/l005_ivc.mp4": "vena cava",
    "views/litfl/subcostal/l005_subcostal.mp4": "subcostal",
    "views/litfl/subcostal/l015_ivc-long.mp4": "vena cava",
    "views/litfl/subcostal/l015_ivc-trans.mp4": "vena cava",
}
CUT = {
    "dicom/philips_tte/Image-40.dcm": "A4C",
    "dicom/philips_tte/Image-41.dcm": "A2C",
    "dicom/acuson_a4c/DIRW0007.dcm": "A4C",
}
MEASURABLE = ("A4C", "A2C")
# Elements that could name the view.
TELLING = (
    "SeriesDescription StudyDescription ProtocolName ViewCodeSequence ViewName StageName ImageComments "
    "PerformedProcedureStepDescription"
).split()


@dataclass
class Loop:
    name: str
    view: str
    dataset: Dataset


def wrapped(path):
    """The grey frames of a video as an uncompressed ultrasound cine without calibration."""
    video = cv2.VideoCapture(str(path))
    rate = video.get(cv2.CAP_PROP_FPS)
    frames = []
    while (read := video.read())[0]:
        frames.append(cv2.cvtColor(read[1], cv2.COLOR_BGR2GRAY))
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.3.1"
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID = meta.MediaStorageSOPClassUID
    dataset.Modality = "US"
    dataset.PatientName = "Loop^Wrapped"
    dataset.PatientID = "WRAPPED"
    dataset.NumberOfFrames = len(frames)
    dataset.Rows, dataset.Columns = frames[0].shape
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7
    dataset.PixelRepresentation = 0
    dataset.FrameTime = f"{1000 / rate:.3f}"
    dataset.FrameIncrementPointer = pydicom.tag.Tag("FrameTime")
    dataset.PixelData = np.stack(frames).tobytes()
    return dataset


def source(path):
    dataset = wrapped(path) if path.suffix == ".mp4" else pydicom.dcmread(path)
    for keyword in TELLING:
        if keyword in dataset:
            delattr(dataset, keyword)
    # One file ends with a delimiter that closes nothing, which pydicom does not write.
    tags = list(dataset.keys())
    for tag in tags:
        if tag.group == 0xFFFE:
            del dataset[tag]
    return dataset


def alone(dataset, number):
    """As an instance and a study of its own."""
    dataset.StudyInstanceUID = generate_uid(entropy_srcs=["views", str(number)])
    dataset.SeriesInstanceUID = generate_uid(entropy_srcs=["views series", str(number)])
    dataset.SOPInstanceUID = generate_uid(entropy_srcs=["views instance", str(number)])
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    return dataset


def chosen(path, indices):
    """A cine of the frames with these indices; each keeps the time since the frame before it."""
    dataset = source(path)
    count = int(dataset.NumberOfFrames)
    frames = list(generate_frames(dataset.PixelData, number_of_frames=count))
    step = float(np.median([float(each) for each in dataset.FrameTimeVector][1:]))
    steps = [step * abs(b - a) if abs(b - a) < count - 1 else step for a, b in itertools.pairwise(indices)]
    dataset.FrameTimeVector = [0, *(round(each, 3) for each in steps)]
    dataset.NumberOfFrames = len(indices)
    dataset.PixelData = encapsulate([frames[index] for index in indices])
    for keyword in ("RWaveTimeVector", "EffectiveDuration"):
        if keyword in dataset:
            delattr(dataset, keyword)
    return dataset


def cuts(data):
    for place, view in CUT.items():
        path = data / place
        count = int(pydicom.dcmread(path, stop_before_pixels=True).NumberOfFrames)
        ways = {f"first {k} missing": list(range(k, count)) for k in range(21)}
        ways |= {f"every {n}. frame": list(range(0, count, n)) for n in (2, 3)}
        ways |= {"last 10 missing": list(range(count - 10)), "twice": list(range(count)) * 2}
        for way, indices in ways.items():
            yield Loop(f"{path.name}, {way}", view, chosen(path, indices))


def verdict(study):
    clip = study["clips"][0]
    view = clip["view"]
    return {
        "status": clip["status"],
        "reason": clip["reason"],
        "view": view["code"],
        "source": view["source"],
        "probability": view.get("probability"),
        "candidates": view.get("candidates"),
        "mirrored": view["mirrored"],
        "diameter": next((each.get("annulus_diameter_mm") for each in clip["measurements"]), None),
        "reviews": sorted({reason for each in clip["measurements"] for reason in each["review_reasons"]}),
    }


def run(hinged, loops, folder):
    inputs, outbox = folder / "in", folder / "out"
    inputs.mkdir(parents=True)
    studies = []
    for number, loop in enumerate(loops):
        dataset = alone(loop.dataset, number)
        dataset.save_as(inputs / f"{number:04}.dcm", enforce_file_format=True)
        studies.append((loop.name, loop.view, dataset.StudyInstanceUID))
        loop.dataset = None
    done = subprocess.run(
        [hinged, "process", inputs, "--outbox", outbox],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{hinged} ended with {done.returncode}: {done.stderr[-2000:]}")
    for name, view, uid in studies:
        study = json.loads((outbox / uid / "study.json").read_text())
        yield {"name": name, "shows": view} | verdict(study)


def line(found):
    candidates = found["candidates"] or {}
    told = " ".join(f"{view} {candidates[view]:.3f}" for view in ("A4C", "A2C", "other") if view in candidates)
    size = f"{found['diameter']:.1f} mm" if found["diameter"] else ""
    what = f"{found['status']} {found['reason'] or ''}".strip()
    return f"{found['name']:52} {found['shows']:20} {found['view']:7} {found['source']:8} {told:34} {what:32} {size}"


def summary(part, found):
    apical = [each for each in found if each["shows"] in MEASURABLE]
    others = [each for each in found if each["shows"] not in (*MEASURABLE, "off-axis", "zoomed")]
    claimed = [each for each in found if each["source"] == "picture"]
    yield f"{part}: A4C and A2C refused as not apical: {sum(e['reason'] == 'not-apical' for e in apical)} of {len(apical)}"
    yield f"{part}: A4C and A2C claimed: {sum(e['source'] == 'picture' for e in apical)} of {len(apical)}"
    yield f"{part}: wrong claims: {sum(each['view'] != each['shows'] for each in claimed if each['shows'] != 'zoomed')}"
    yield f"{part}: other views measured or claimed: {sum(e['status'] == 'measured' or e in claimed for e in others)} of {len(others)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hinged", type=pathlib.Path)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--only", default="real,cuts")
    parser.add_argument("--keep", type=pathlib.Path, help="leave inputs and results in this folder")
    parser.add_argument("--json", type=pathlib.Path, help="the table for a program")
    options = parser.parse_args()
    parts = {
        "real": lambda: (Loop(pathlib.Path(p).stem, view, source(options.data / p)) for p, view in REAL.items()),
        "cuts": lambda: cuts(options.data),
    }
    table = {}
    with tempfile.TemporaryDirectory() as scratch:
        for part in options.only.split(","):
            table[part] = list(run(options.hinged, parts[part](), (options.keep or pathlib.Path(scratch)) / part))
            print(*map(line, table[part]), *summary(part, table[part]), sep="\n", flush=True)
    if options.json:
        options.json.write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()
