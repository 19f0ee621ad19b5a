"""Holds the results of a rewritten loop against those of the plain one.
usage: compare.py OUTBOX FOLDER
FOLDER holds the rewritten loops. Prints a line a kind: the largest distance of a hinge point in pixels, the diameters, and
what is told. Exit status 1 where a kind is not measured as the plain loop is, or has no result."""

import json
import math
import sys
from pathlib import Path

# Pixels. Compression, and a brightness that comes back from a colour map, move points by less.
NEAR = 3.0


def clips(outbox):
    found = {}
    for path in sorted(Path(outbox).glob("*/study.json")):
        for clip in json.loads(path.read_text())["clips"]:
            found[Path(clip["file"]).stem] = clip
    return found


def points(clip):
    return {
        (m["phase"], p["side"]): (p["x"], p["y"]) for m in clip["measurements"] for p in m["hinge_points"]
    }


def beats(clip):
    return [(beat["ed_frame"], beat["es_frame"]) for beat in clip["beats"]]


def main(outbox, folder):
    all_clips = clips(outbox)
    plain = all_clips.pop("plain")
    kinds = {path.stem for path in Path(folder).glob("*.dcm")} - {"plain"}
    wrong = len(kinds - all_clips.keys())
    for kind in sorted(kinds - all_clips.keys()):
        print(f"WRONG  {kind:24} no result")
    for kind, clip in sorted(all_clips.items()):
        truth, found = points(plain), points(clip)
        same = clip["status"] == plain["status"] and truth.keys() == found.keys()
        worst = max((math.dist(truth[k], found[k]) for k in truth), default=0.0) if same else math.inf
        told = sorted({reason for m in clip["measurements"] for reason in m["review_reasons"]})
        right = worst <= NEAR and beats(clip) == beats(plain)
        wrong += not right
        diameters = [round(m["annulus_diameter_px"], 1) for m in clip["measurements"]]
        print(
            f"{'right' if right else 'WRONG'}  {kind:24} {clip['status']} {clip['reason'] or ''} {worst:.2f} px "
            f"{diameters} {clip['frame_time_ms']} ms {' '.join(told)}"
        )
    print(f"{len(kinds) - wrong} of {len(kinds)} as the plain loop: {plain['status']} {beats(plain)}")
    return 1 if wrong or not kinds else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
