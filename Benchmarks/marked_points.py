#!/usr/bin/env python3
"""Hinge points that HINGED finds in loops of other scanners than CAMUS's, against points marked by eye.

    marked_points.py HINGED --data DATA [--keep FOLDER]

marked_points.csv beside this file has the marks: four frames of each loop (end diastole, end systole, two between),
each marked twice, four hours apart, without sight of the first marks and of what HINGED finds. x and y are pixels of
the stored frame from the centre of its first pixel. No cardiologist made them, so they are no truth: the distance
between the two passes is what they are good for, and stands beside HINGED's distance from their mean. Distances are in
millimetres where HINGED trusts the file's calibration, and in parts of the marked annulus everywhere.
"""

import argparse
import csv
import json
import math
import pathlib
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict

SIDES = ("left", "right")


def marks():
    """By loop and frame: the points of each pass, by side. And each loop's view."""
    passes, views = defaultdict(list), {}
    with (pathlib.Path(__file__).parent / "marked_points.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            points = {side: (float(row[f"{side}_x"]), float(row[f"{side}_y"])) for side in SIDES}
            passes[row["loop"], int(row["frame"])].append(points)
            views[row["loop"]] = row["view"]
    return passes, views


def clip_of(hinged, path, view, outbox):
    """The clip of `study.json`, which has the points of every frame."""
    command = [hinged, "process", str(path), "--view", view, "--outbox", str(outbox), "--quiet"]
    subprocess.run(command, check=True)
    (study,) = outbox.glob("*/study.json")
    (clip,) = json.loads(study.read_text())["clips"]
    return clip


def compared(clip, passes):
    """Distances of a frame's points, of the two passes and of HINGED's point from their mean: side, mm or None, part."""
    spacing = clip["spacing"]
    scale = (spacing["x_mm"], spacing["y_mm"]) if spacing else (1.0, 1.0)
    curves = clip["curves"]
    for frame, (first, second) in sorted(passes.items()):
        mean = {side: [statistics.fmean(pair) for pair in zip(first[side], second[side])] for side in SIDES}
        width = distance(mean["left"], mean["right"], scale)
        for side in SIDES:
            found = curves[side][curves["frames"].index(frame)]
            repeated = distance(first[side], second[side], scale)
            error = distance(found, mean[side], scale) if found else math.nan
            yield frame, side, repeated, error, width


def distance(one, other, scale):
    return math.hypot(*((a - b) * unit for a, b, unit in zip(one, other, scale)))


def table(hinged, data, folder):
    passes, views = marks()
    lines = []
    for number, (loop, view) in enumerate(views.items()):
        clip = clip_of(hinged, data / loop, view, folder / str(number))
        frames = {frame: pair for (name, frame), pair in passes.items() if name == loop}
        unit = "mm" if clip["spacing"] else "px"
        for frame, side, repeated, error, width in compared(clip, frames):
            lines.append((loop, frame, side, repeated, error, unit, repeated / width, error / width))
    return lines


def told(lines):
    print(f"{'loop':42} {'frame':>5} {'point':5} {'passes':>7} {'hinged':>7}")
    for loop, frame, side, repeated, error, unit, _, _ in lines:
        print(f"{loop:42} {frame:5} {side:5} {repeated:7.1f} {error:7.1f} {unit}")
    print()
    groups = {loop: [line for line in lines if line[0] == loop] for loop in dict.fromkeys(line[0] for line in lines)}
    for name, group in {**groups, "all": lines}.items():
        found = [line for line in group if not math.isnan(line[4])]
        parts = [f"{statistics.fmean(line[column] for line in found):6.1%} of the annulus" for column in (6, 7)]
        if group[0][5] == "mm" and name != "all":
            parts = [f"{statistics.fmean(line[column] for line in found):5.2f} mm" for column in (3, 4)]
        print(f"{name:42} passes {parts[0]}, hinged {parts[1]}, {len(found)} of {len(group)} points found")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hinged")
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--keep", type=pathlib.Path, help="keep the outboxes here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lines = table(options.hinged, options.data, options.keep or pathlib.Path(folder))
    told(lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
