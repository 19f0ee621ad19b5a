#!/usr/bin/env python3
"""The memory that a long loop takes: a public loop enlarged and repeated to so many frames, and measured.

    long_loop.py HINGED MODEL.onnx CLIP.dcm [--frames N] [--columns N] [--threads N] [--keep FILE]

CLIP is a loop of JPEG frames (Image-40.dcm of the public Philips study). Prints the peak of resident memory of the
program and its decoders together. Needs pydicom, pylibjpeg and Pillow.
"""
import argparse
import io
import pathlib
import tempfile

import pydicom
from PIL import Image
from pydicom.encaps import encapsulate

from compare_walk import measured


def make_loop(source, target, frames, columns):
    dataset = pydicom.dcmread(source)
    rows, scale = columns * dataset.Rows // dataset.Columns, columns / dataset.Columns
    pictures = []
    for frame in dataset.pixel_array:
        # Of luma and chroma as they are stored, the luma: the loop is gray.
        gray = Image.fromarray(frame[..., 0]).resize((columns, rows), Image.BICUBIC).convert("RGB")
        file = io.BytesIO()
        gray.save(file, "JPEG", quality=90, subsampling=1)
        pictures.append(file.getvalue())
    # There and back again, so that nothing jumps.
    cycle = pictures + pictures[-2:0:-1]
    dataset.PixelData = encapsulate([cycle[index % len(cycle)] for index in range(frames)])
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = frames, rows, columns
    for region in dataset.SequenceOfUltrasoundRegions:
        for name in ("RegionLocationMinX0", "RegionLocationMinY0", "RegionLocationMaxX1", "RegionLocationMaxY1"):
            setattr(region, name, int(getattr(region, name) * scale))
        region.PhysicalDeltaX /= scale
        region.PhysicalDeltaY /= scale
    for name in ("RWaveTimeVector", "FrameTimeVector"):
        if name in dataset:
            delattr(dataset, name)
    dataset.save_as(target, enforce_file_format=False)
    return frames, rows, columns


def main():
    options = parse()
    with tempfile.TemporaryDirectory(prefix="hinged-loop-") as scratch:
        scratch = pathlib.Path(scratch)
        loop = options.keep or scratch / "loop.dcm"
        print("%d frames of %d x %d" % make_loop(options.clip, loop, options.frames, options.columns))
        seconds, megabytes = measured([
            options.hinged, "process", loop, "--model", options.model, "--outbox", scratch / "outbox", "--threads",
            options.threads])
        print(f"{megabytes:.0f} MB, {seconds:.0f} s")


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hinged", type=pathlib.Path)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("clip", type=pathlib.Path)
    parser.add_argument("--frames", type=int, default=500)
    parser.add_argument("--columns", type=int, default=1024)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--keep", type=pathlib.Path, help="where the loop is left")
    return parser.parse_args()


if __name__ == "__main__":
    main()
