#!/usr/bin/env python3
"""Reads an overlay cine with pydicom and compares it with the clip that it was made from.

    read_overlay.py CLIP.overlay.dcm SOURCE.dcm

Every frame has to decode, timing has to be the source's, something has to be drawn in colour, and what lies outside
of the source's 2D regions has to be black. Exit status 1 and a line for each mismatch otherwise.
"""

import argparse
import sys

import numpy as np
import pydicom
from pydicom.pixels import pixel_array

# JPEG smears what is inside over the rest of its blocks, which are 16 pixels wide.
BLOCK = 16
SMEAR = 64
BLACK = 2
TIMES = ["FrameTime", "FrameTimeVector"]


def outside_of_regions(source, margin):
    outside = np.ones((source.Rows, source.Columns), dtype=bool)
    for region in source.get("SequenceOfUltrasoundRegions", []):
        if region.RegionLocationMaxX1 > source.Columns or region.RegionLocationMaxY1 > source.Rows:
            # The picture was made smaller and its header was not: nothing tells where the region is.
            return np.zeros_like(outside)
        if region.RegionSpatialFormat == 1:
            outside[max(0, region.RegionLocationMinY0 - margin):region.RegionLocationMaxY1 + 1 + margin,
                    max(0, region.RegionLocationMinX0 - margin):region.RegionLocationMaxX1 + 1 + margin] = False
    return outside


def has_colour(frame):
    channels = frame.astype(int)
    return (channels.max(axis=-1) - channels.min(axis=-1)).max() > 60


def picture_errors(overlay, source):
    frames = pixel_array(overlay)
    if frames.shape != (source.NumberOfFrames, source.Rows, source.Columns, 3):
        yield f"the frames have the shape {frames.shape}"
        return
    for margin, limit in [(0, SMEAR), (BLOCK, BLACK)]:
        outside = outside_of_regions(source, margin)
        if outside.any() and frames[:, outside].max() > limit:
            yield f"{frames[:, outside].max()} is shown {margin} pixels outside of the region"
    if not all(has_colour(frame) for frame in frames):
        yield "a frame has nothing drawn on it"


def timing_errors(overlay, source):
    for keyword in TIMES:
        if source.get(keyword) and keyword in overlay and not np.allclose(
                np.array(overlay[keyword].value, dtype=float), np.array(source[keyword].value, dtype=float)):
            yield f"{keyword} differs from the source's"
    if any(source.get(keyword) for keyword in TIMES) and not any(keyword in overlay for keyword in TIMES):
        yield "the source's timing is missing"
    if overlay[overlay.FrameIncrementPointer].value in (None, ""):
        yield "FrameIncrementPointer points to nothing"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("overlay")
    parser.add_argument("source")
    arguments = parser.parse_args()
    overlay = pydicom.dcmread(arguments.overlay)
    source = pydicom.dcmread(arguments.source, stop_before_pixels=True)
    complaints = [*picture_errors(overlay, source), *timing_errors(overlay, source)]
    if overlay.SourceImageSequence[0].ReferencedSOPInstanceUID != source.SOPInstanceUID:
        complaints.append("the overlay does not name its source")
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    print(f"{overlay.NumberOfFrames} frames, {len(complaints)} mismatches")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
