#!/usr/bin/env python3
"""Reads a segmentation with highdicom and compares it with study.json and with the clip that it was made from.

    read_segments.py [--some] CLIP.seg.dcm study.json SOURCE.dcm

Segments, frames and the frames that they refer to have to be there, with --some those that were measured at least; masks
have the area that the curves of study.json state and lie inside its outlines. Exit status 1 and a line for each
mismatch otherwise.
"""

import argparse
import json
import sys

import highdicom as hd
import numpy as np
import pydicom
from PIL import Image, ImageDraw
from pydicom.sr.codedict import codes

SEGMENTS = {1: codes.SCT.LeftVentricle, 2: codes.SCT.LeftVentricleMyocardium, 3: codes.SCT.LeftAtrium}
# Masks are made from outlines, which smooth the steps of the network's grid.
AREA_TOLERANCE = 0.03
# Pixels of an outline's border that two ways of filling it may judge differently, as a share of its length.
BORDER_TOLERANCE = 1.0


def source_frames(segmentation):
    """The frames of the source that the object has, 0-based."""
    return sorted({int(group.DerivationImageSequence[0].SourceImageSequence[0].ReferencedFrameNumber) - 1
                   for group in segmentation.PerFrameFunctionalGroupsSequence})


def masks_by_frame(segmentation, clip, frames):
    """segment number -> {frame: rows x columns}, by the source frames that highdicom finds."""
    pixels = segmentation.get_pixels_by_source_frame(
        source_sop_instance_uid=clip["sop_instance_uid"], source_frame_numbers=[frame + 1 for frame in frames],
        segment_numbers=list(SEGMENTS))
    return {number: dict(zip(frames, pixels[..., index].astype(bool))) for index, number in enumerate(SEGMENTS)}


def description_errors(segmentation, source):
    for number, code in SEGMENTS.items():
        segment = segmentation.get_segment_description(number)
        if segment.segmented_property_type != code:
            yield f"segment {number} is {segment.segmented_property_type}"
        if segment.segmented_property_category != codes.SCT.AnatomicalStructure:
            yield f"the category of segment {number} is {segment.segmented_property_category}"
        if segment.algorithm_type.value != "AUTOMATIC" or segment.algorithm_identification is None:
            yield f"segment {number} does not say which algorithm made it"
    if (segmentation.Rows, segmentation.Columns) != (source.Rows, source.Columns):
        yield "the segmentation has another size than its source"
    if "FrameOfReferenceUID" in segmentation and "FrameOfReferenceUID" not in source:
        yield "the segmentation states a frame of reference that its source has not"


def area_errors(masks, clip):
    curves = clip["curves"]
    for frame, area in zip(curves["frames"], curves["lv_area_px2"]):
        if area is None or frame not in masks[1]:
            continue
        found = int(masks[1][frame].sum())
        if abs(found - area) > max(AREA_TOLERANCE * area, 4):
            yield f"frame {frame}: the left ventricle has {found} pixels, study.json says {area}"


def filled(points, shape):
    # At four times the size, whose pixel centres lie where a pixel's corners were.
    scale = 4
    image = Image.new("1", (shape[1] * scale, shape[0] * scale))
    ImageDraw.Draw(image).polygon([((x + 0.5) * scale - 0.5, (y + 0.5) * scale - 0.5) for x, y in points], fill=1)
    parts = np.asarray(image).reshape(shape[0], scale, shape[1], scale)
    return parts.mean(axis=(1, 3)) >= 0.5


def outline_errors(masks, clip):
    for measurement in clip["measurements"]:
        for number, name in [(1, "lv"), (3, "la")]:
            points = measurement.get("contours", {}).get(name)
            if not points:
                continue
            mask = masks[number][measurement["frame"]]
            # Where both chambers claim a pixel, the ventricle has it.
            wanted = filled(points, mask.shape) & ~(masks[1][measurement["frame"]] if number == 3 else False)
            steps = np.diff(np.array([*points, points[0]]), axis=0)
            length = np.hypot(*steps.T).sum()
            if (wanted ^ mask).sum() > BORDER_TOLERANCE * length:
                yield f"{measurement['phase']}: the mask of {name} does not fill its outline"


def overlap_errors(masks):
    for planes in zip(*(mask.values() for mask in masks.values())):
        if sum(plane.astype(int) for plane in planes).max() > 1:
            yield "segments overlap"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--some", action="store_true")
    parser.add_argument("segmentation")
    parser.add_argument("study")
    parser.add_argument("source")
    arguments = parser.parse_args()
    segmentation = hd.seg.Segmentation.from_dataset(pydicom.dcmread(arguments.segmentation), copy=False)
    source = pydicom.dcmread(arguments.source, stop_before_pixels=True)
    with open(arguments.study, encoding="utf-8") as file:
        clips = json.load(file)["clips"]
    (clip,) = [clip for clip in clips if clip["sop_instance_uid"] == source.SOPInstanceUID]
    frames = source_frames(segmentation)
    masks = masks_by_frame(segmentation, clip, frames)
    complaints = [*description_errors(segmentation, source), *area_errors(masks, clip),
                  *outline_errors(masks, clip), *overlap_errors(masks)]
    needed = {measurement["frame"] for measurement in clip["measurements"]} if arguments.some else set(
        range(clip["frames"]))
    if segmentation.NumberOfFrames != len(frames) * len(SEGMENTS) or needed - set(frames):
        complaints.append("frames are missing")
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    print(f"{segmentation.NumberOfFrames} frames, {len(complaints)} mismatches")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
