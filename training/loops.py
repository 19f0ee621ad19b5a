"""Real loops of known views, cropped to the ultrasound sector as the program crops them.

The table is what a person sees. `apical` is an apical loop that is zoomed on the ventricle, so that which one cannot be
told for sure; the off-axis loops are left out. A loop is the reading of one file: DICOM or mp4.
"""

from pathlib import Path

import cv2
import numpy as np
import pydicom
from pydicom.pixels import apply_color_lut, pixel_array
from scipy import ndimage

from geometry import Square
from view_pictures import SIZE

A4C = [
    "dicom/acuson_a4c/DIRW0007.dcm",
    "dicom/philips_tte/Image-40.dcm",
    "dicom/sonosite_a4c/examples_ybr_color.dcm",
    "dicom/toshiba_tte/I_000036.dcm",
    "views/litfl/A4C/l005_a4c.mp4",
    "views/echopedia/A4C/e1_a4c.mp4",
]
A2C = ["dicom/philips_tte/Image-41.dcm"]
APICAL = [f"dicom/acuson_stress/I_0000{number:02}.dcm" for number in (9, 10, 11, 15, 16, 17)]
OTHER = [
    "dicom/philips_tte/Image-3.dcm",
    "dicom/philips_tte/Image-20.dcm",
    "dicom/philips_tte/Image-22.dcm",
    "dicom/toshiba_tte/I_000031.dcm",
    "dicom/toshiba_tte/I_000035.dcm",
    "dicom/acuson_stress/I_000007.dcm",
    "dicom/acuson_stress/I_000008.dcm",
    "dicom/acuson_stress/I_000013.dcm",
    "dicom/acuson_stress/I_000014.dcm",
    "dicom/hp_pediatric/I_000002.dcm",
    "dicom/hp_pediatric/I_000004.dcm",
    "dicom/hp_pediatric/I_000005.dcm",
    "dicom/hp_pediatric/I_000006.dcm",
    "dicom/misc/0020.DCM",
    "dicom/misc/US-PAL-8-10x-echo",
    "dicom/misc/IM00001.fragmented_no_bot_jpeg_baseline.50.dcm",
    "views/litfl/PLAX/l005_plax.mp4",
    "views/litfl/PLAX/l091_plax.mp4",
    "views/litfl/PSAX/l005_psax.mp4",
    "views/litfl/PSAX/l091_psax-1.mp4",
    "views/litfl/PSAX/l091_psax-2.mp4",
    "views/litfl/subcostal/l005_ivc.mp4",
    "views/litfl/subcostal/l005_subcostal.mp4",
    "views/litfl/subcostal/l015_ivc-long.mp4",
    "views/litfl/subcostal/l015_ivc-trans.mp4",
]
SHOWS = {
    **{name: "A4C" for name in A4C},
    **{name: "A2C" for name in A2C},
    **{name: "apical, zoomed" for name in APICAL},
    **{name: "another view" for name in OTHER},
}
# Frames that each loop gives.
FRAMES = 24


def squares(path: Path) -> list[np.ndarray]:
    """Frames of a loop, spread over it, as the network sees them, 0 to 1."""
    frames, box, spacing = read(path)
    left, top, right, bottom = box
    frames = frames[:, top:bottom, left:right]
    places = (2 * np.arange(FRAMES) + 1) * len(frames) // (2 * FRAMES)
    frames = frames[np.unique(places.clip(0, len(frames) - 1))]
    inside = np.argwhere(moving_sector(frames))
    (top, left), (bottom, right) = inside.min(0), inside.max(0) + 1
    onto = Square(bottom - top, right - left, *spacing, SIZE)
    return [onto.shrink(frame[top:bottom, left:right]).clip(0, 255) / 255 for frame in frames]


def read(path: Path) -> tuple[np.ndarray, tuple[int, int, int, int], tuple[float, float]]:
    """Grey frames (T, H, W), the 2D region's left, top, right and bottom, and its spacing x, y in any unit."""
    if path.suffix == ".mp4":
        frames = video(path)
        return frames, (0, 0, frames.shape[2], frames.shape[1]), (1, 1)
    dataset = pydicom.dcmread(path)
    pixels = pixel_array(path)
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        pixels = np.stack([(apply_color_lut(frame, dataset) >> 8).astype(np.uint8) for frame in pixels])
    if pixels.ndim == 4:
        pixels = (pixels @ [0.299, 0.587, 0.114]).round().astype(np.uint8)
    return pixels, *region(dataset, *pixels.shape[1:])


def video(path: Path) -> np.ndarray:
    source, frames = cv2.VideoCapture(str(path)), []
    while (taken := source.read())[0]:
        frames.append(cv2.cvtColor(taken[1], cv2.COLOR_BGR2GRAY))
    return np.stack(frames)


def region(dataset: pydicom.Dataset, rows: int, cols: int) -> tuple[tuple[int, int, int, int], tuple[float, float]]:
    """The largest 2D tissue or flow region that lies in the picture, else all of it."""
    found = [
        each
        for each in dataset.get("SequenceOfUltrasoundRegions", [])
        if each.RegionSpatialFormat == 1
        and each.RegionDataType in (1, 2)
        and each.RegionLocationMaxX1 <= cols
        and each.RegionLocationMaxY1 <= rows
    ]
    if not found:
        return (0, 0, cols, rows), (1, 1)
    x0, y0, x1, y1 = max(
        (
            (each.RegionLocationMinX0, each.RegionLocationMinY0, each.RegionLocationMaxX1, each.RegionLocationMaxY1)
            for each in found
        ),
        key=lambda box: (box[2] - box[0]) * (box[3] - box[1]),
    )
    return (x0, y0, x1 + 1, y1 + 1), (abs(found[0].PhysicalDeltaX), abs(found[0].PhysicalDeltaY))


def moving_sector(frames: np.ndarray) -> np.ndarray:
    """The convex hull of what changes; `SectorMask` in the program does the same."""
    change = frames.max(0).astype(int) - frames.min(0)
    lit = (frames > 6).sum(0) >= max(2, int(np.ceil(0.08 * len(frames))))
    side = min(change.shape)
    mask = ((change > 12) & lit).astype(np.uint8)
    margin = int(0.05 * side) + 2
    mask = np.pad(mask, margin)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, disc(0.012 * side))
    mask = ndimage.binary_fill_holes(mask).astype(np.uint8)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, disc(0.02 * side))[margin:-margin, margin:-margin]
    pieces, _ = ndimage.label(mask, np.ones((3, 3)))
    largest = np.argwhere(pieces == 1 + np.bincount(pieces.ravel())[1:].argmax())
    hull = cv2.convexHull(np.ascontiguousarray(largest[:, ::-1], np.int32))
    return cv2.fillConvexPoly(np.zeros(mask.shape, np.uint8), hull, 1) > 0


def disc(radius: float) -> np.ndarray:
    reach = int(max(radius, 0.5))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    return (x * x + y * y <= max(radius, 0.5) ** 2).astype(np.uint8)
