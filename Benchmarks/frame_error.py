#!/usr/bin/env python3
"""Measures how far the chosen end-diastolic and end-systolic frames are from the true ones.

    frame_error.py HINGED --data DATA [--patients 20] [--seed 1] [--keep FOLDER]

DATA holds camus/. For each patient of the validation list the end-diastolic four-chamber picture is deformed into
the shape of the end-systolic one and back, the speckle moving along, over one and a half beats that begin anywhere
in the cycle. Each cine is written as DICOM without an ECG and measured by `HINGED process`; the frames of the
reference beat are compared with those at which the deformation was least and greatest. Prints the mean absolute
error in frames. Needs numpy, scipy, nibabel and pydicom.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid
from scipy import ndimage
from scipy.interpolate import PchipInterpolator, RBFInterpolator

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY / "training"))

from camus import Case, cases, sector  # noqa: E402
from hinge import hinge_points, largest  # noqa: E402
from labels import LA, LV, MYOCARDIUM  # noqa: E402

FRAME_TIME = 30.0
BEAT = 28
SYSTOLE = 0.38
# Share of the way from end diastole to end systole over a beat: ejection, rapid filling, diastasis, atrial kick.
CYCLE = PchipInterpolator(
    [0, 0.1, 0.2, 0.3, SYSTOLE, 0.47, 0.6, 0.75, 0.88, 1], [0, 0.2, 0.62, 0.92, 1, 0.8, 0.32, 0.2, 0.14, 0]
)


def outline(mask, start, end, count):
    """`count` points along a region's outline from `start` to `end`, (row, column), the way that leads outwards."""
    edge = mask & ~ndimage.binary_erosion(mask)
    centre = np.argwhere(mask).mean(0)
    points = np.argwhere(edge)
    angle = np.arctan2(points[:, 0] - centre[0], points[:, 1] - centre[1])
    points = points[np.argsort(angle)].astype(float)
    first, last = (np.argmin(((points - p) ** 2).sum(1)) for p in (start, end))
    ways = [take(points, first, last), take(points[::-1], len(points) - 1 - first, len(points) - 1 - last)]
    middle = (start + end) / 2
    way = max(ways, key=lambda part: ((part - middle) ** 2).sum(1).max())
    length = np.r_[0, np.cumsum(np.hypot(*np.diff(way, axis=0).T))]
    at = np.linspace(0, length[-1], count)
    return np.stack([np.interp(at, length, ndimage.gaussian_filter1d(way[:, k], 2)) for k in (0, 1)], 1)


def take(points, first, last):
    return np.roll(points, -first, 0)[: (last - first) % len(points) + 1]


def landmarks(labels, sx, sy):
    """Corresponding points of the chambers and the wall, (n, 2) of row and column."""
    hinges = hinge_points(labels, sx, sy)
    if hinges is None:
        return None
    left, right = ((h / [sx, sy] - 0.5)[::-1] for h in hinges)
    ventricle, atrium = largest(labels == LV), largest(labels == LA)
    wall = largest((labels == LV) | (labels == MYOCARDIUM))
    return np.concatenate([outline(m, left, right, n) for m, n in ((ventricle, 24), (atrium, 14), (wall, 20))])


def deformed(picture, diastole, systole, share):
    """The picture with its landmarks `share` of the way from `diastole` to `systole`."""
    rows, cols = picture.shape
    now = diastole + share * (systole - diastole)
    inside = sector(picture)
    edge = np.argwhere(inside & ~ndimage.binary_erosion(inside, border_value=0))
    rim = edge[:: max(1, len(edge) // 40)]
    places = np.concatenate([now, rim])
    moves = np.concatenate([diastole - now, np.zeros_like(rim)])
    step = 12
    grid = np.stack(np.meshgrid(np.arange(0, rows + step, step), np.arange(0, cols + step, step), indexing="ij"), -1)
    field = RBFInterpolator(places, moves, smoothing=20.0)(grid.reshape(-1, 2)).reshape(grid.shape)
    y, x = np.mgrid[:rows, :cols]
    move = [ndimage.map_coordinates(field[..., k], [y / step, x / step], order=1) for k in (0, 1)]
    return inside * ndimage.map_coordinates(picture.astype(float), [y + move[0], x + move[1]], order=1)


def cine(ed: Case, es: Case, random):
    """Frames, spacing, and the true frames of end diastole and end systole; None without hinge points."""
    picture, sx, sy = ed.picture()
    diastole, systole = (landmarks(case.labels(), *case.picture()[1:]) for case in (ed, es))
    if diastole is None or systole is None:
        return None
    rows, cols = es.picture()[0].shape
    systole = systole - [(rows - picture.shape[0]) / 2, (cols - picture.shape[1]) / 2]
    start = random.uniform(0, BEAT)
    phase = (np.arange(int(1.5 * BEAT)) + start) / BEAT
    shares = CYCLE(phase % 1)
    frames = [deformed(picture, diastole, systole, share) for share in shares]
    frames = [f * (1 + 0.05 * ndimage.gaussian_filter(random.standard_normal(f.shape), 1)) for f in frames]
    # Those before and after the cine too: its first frame may be the one nearest to an end diastole.
    true_ed = [k * BEAT - start for k in range(4)]
    true_es = [(k + SYSTOLE) * BEAT - start for k in range(4)]
    return np.stack(frames).clip(0, 255).round().astype(np.uint8), (sx, sy), true_ed, true_es


def write(path, frames, spacing, number):
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.3.1"
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["frame-error", str(number)])
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    file = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    file.SOPClassUID, file.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    file.StudyInstanceUID = generate_uid(entropy_srcs=["frame-error-study", str(number)])
    file.SeriesInstanceUID = generate_uid(entropy_srcs=["frame-error-series", str(number)])
    file.Modality, file.PatientID, file.PatientName = "US", "", ""
    file.StudyDate = file.StudyTime = file.StudyID = file.AccessionNumber = ""
    file.ImageType = ["ORIGINAL", "PRIMARY"]
    file.NumberOfFrames, file.Rows, file.Columns = frames.shape
    file.FrameTime, file.FrameIncrementPointer = str(FRAME_TIME), 0x00181063
    file.SamplesPerPixel, file.PhotometricInterpretation = 1, "MONOCHROME2"
    file.BitsAllocated = file.BitsStored = 8
    file.HighBit, file.PixelRepresentation = 7, 0
    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 0
    region.RegionLocationMinX0, region.RegionLocationMinY0 = 0, 0
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = frames.shape[2] - 1, frames.shape[1] - 1
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX, region.PhysicalDeltaY = spacing[0] / 10, spacing[1] / 10
    file.SequenceOfUltrasoundRegions = [region]
    file.PixelData = frames.tobytes()
    file.save_as(path, enforce_file_format=True)
    return file.StudyInstanceUID


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hinged")
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--patients", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=pathlib.Path, help="where cines and results stay")
    options = parser.parse_args()
    random = np.random.default_rng(options.seed)
    folder = options.keep or pathlib.Path(tempfile.mkdtemp(prefix="frame-error-"))
    inputs, outbox = folder / "cines", folder / "outbox"
    inputs.mkdir(parents=True, exist_ok=True)
    pairs = cases(options.data, "validation", ("4CH",))[: 2 * options.patients]
    truth = {}
    for number, (ed, es) in enumerate(zip(pairs[::2], pairs[1::2], strict=True)):
        made = cine(ed, es, random)
        if made is not None:
            frames, spacing, true_ed, true_es = made
            truth[write(inputs / f"{ed.patient}.dcm", frames, spacing, number)] = (ed.patient, true_ed, true_es)
    command = [options.hinged, "process", str(inputs), "--outbox", str(outbox), "--view", "A4C"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    errors = {"ED": [], "ES": []}
    for uid, (patient, true_ed, true_es) in truth.items():
        clip = json.loads((outbox / uid / "study.json").read_text())["clips"][0]
        beat = next((beat for beat in clip["beats"] if beat["reference"]), None)
        if beat is None:
            print(f"{patient}: no beat ({clip['reason']})")
            continue
        for phase, key, true in (("ED", "ed_frame", true_ed), ("ES", "es_frame", true_es)):
            errors[phase].append(min((beat[key] - t for t in true), key=abs))
        print(f"{patient}: ED {errors['ED'][-1]:+.1f}, ES {errors['ES'][-1]:+.1f} frames")
    for phase, found in errors.items():
        print(f"{phase}: mean absolute error {np.abs(found).mean():.2f} frames, mean {np.mean(found):+.2f}, "
              f"{len(found)} of {len(truth)} cines, {FRAME_TIME:g} ms a frame")


if __name__ == "__main__":
    main()
