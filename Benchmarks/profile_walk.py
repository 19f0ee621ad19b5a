#!/usr/bin/env python3
"""Says where the processor time of `hinged process` goes, by part of the walk.

    profile_walk.py HINGED CLIP.dcm ... [--threads N] [--runs N]

Samples the program and its decoders with Linux perf and takes each sample for the innermost call that names a part.
Needs perf (Debian: linux-perf) and the right to use it; a program built in release, whose symbols are not stripped.
"""
import argparse
import collections
import os
import pathlib
import shutil
import subprocess
import tempfile

# The first part that matches a frame, from the innermost frame outwards; within a frame, in this order. A frame is a
# symbol, or the library's name where it has none.
PARTS = [
    ("pictures to JPEG", ("libjpeg.so", "hd_jpeg_encode")),
    ("pictures to PNG", ("PNGEncoder", "libpng")),
    ("drawing", ("OverlayCine", "OverlayPNG", "Canvas.", "CineFrame", "ClipWriter")),
    ("contours", ("outlines(", "SegmentationObject", "Outline")),
    ("page and objects", ("HTMLReport", "StructuredReport", "OverlayCineObject", "StudyJSON", "StudyWriter",
                          "writeRecord", "hd_report", "hd_object")),
    ("network", ("ck_", "int8_", "bf16_", "fp32_", "direct_", "winograd", "Inference.", "CompiledModel",
                 "tile", "_unit")),
    ("labels and points", ("Hinge", "ConnectedComponents", "DistanceTransform", "ParabolaEnvelope", "BinaryMask",
                           "LabelMask", "SmoothField", "Segmentation.init", "FrameFinding", "LandmarkMap",
                           "ChamberMasks", "ContactLine", "RunLengthMask", "pointwise")),
    ("picture to the network", ("Preprocessing", "AxisResampling", "InputGeometry")),
    ("which frames, which view", ("ClipAnalysis", "ClipSampling", "AreaCurve", "ValveSurroundings", "ClipDoubt",
                                  "FrameLoop", "SegmentedClip")),
    ("checksums", ("SHA256", "PixelDigest", "KeyedHash")),
]
DECODER = ("decoder: JPEG", "decoder: luma", "decoder: the rest")


def main():
    arguments = parse()
    parts, total = collections.Counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        for run in range(arguments.runs):
            for stack in sampled(arguments, pathlib.Path(folder), run):
                parts[part_of(stack)] += 1
                total += 1
    print(f"| part | share of {total} samples |\n|---|---|")
    for part, count in parts.most_common():
        print(f"| {part} | {100 * count / total:.1f} % |")


def sampled(arguments, folder, run):
    """The stacks of one run, innermost frame first, each led by the program's name."""
    data, clips = folder / f"{run}.perf", folder / "clips"
    clips.mkdir(exist_ok=True)
    for clip in arguments.clips:
        shutil.copy(clip, clips)
    subprocess.run(
        ["perf", "record", "-q", "-F", "997", "-g", "-o", data, arguments.hinged, "process", clips, "--outbox",
         folder / f"outbox-{run}", "--threads", str(arguments.threads)],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    script = subprocess.run(["perf", "script", "-i", data, "-F", "comm,ip,sym,dso"], check=True,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    text = demangled(script).decode(errors="replace")
    for block in text.split("\n\n"):
        lines = [line for line in block.split("\n") if line.strip()]
        if lines:
            yield lines


def demangled(script):
    try:
        return subprocess.run(["swift", "demangle", "--simplified"], input=script, check=True,
                              stdout=subprocess.PIPE).stdout
    except OSError:
        return script


def part_of(stack):
    program, frames = stack[0].strip(), stack[1:]
    # The decoder is executed by way of /proc/self/exe, and names what it forks.
    if program in ("exe", "hinged-nursery", "hinged-decoder"):
        if any("libijg" in frame or "jpeg8_" in frame or "libjpeg" in frame for frame in frames[:1]):
            return DECODER[0]
        return DECODER[1] if any("Luma" in frame or "luma" in frame for frame in frames) else DECODER[2]
    for frame in frames:
        for part, words in PARTS:
            if any(word in frame for word in words):
                return part
    return "system calls" if frames and "[kernel" in frames[0] else "the rest"


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hinged", type=pathlib.Path)
    parser.add_argument("clips", type=pathlib.Path, nargs="+", metavar="CLIP.dcm")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
