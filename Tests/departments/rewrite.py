"""Writes a loop as departments send it: every kind of fault that files come with and that costs no picture.
usage: rewrite.py LOOP.dcm FOLDER [KIND ...]
Needs pydicom, numpy and pillow. A kind is written to FOLDER/KIND.dcm. FOLDER/plain.dcm is the loop without a fault, its
luma uncompressed, which all kinds are made from."""

import copy
import io
import struct
import sys
from pathlib import Path

import numpy as np
import pydicom
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.pixels import pixel_array
from pydicom.uid import ExplicitVRLittleEndian, JPEGBaseline8Bit, RLELossless

LEVELS = np.arange(256)


def luma(ds):
    """Frames x rows x columns."""
    frames = []
    for index in range(int(ds.NumberOfFrames)):
        pixels = pixel_array(ds, index=index, raw=True)
        frames.append(pixels if pixels.ndim == 2 else pixels[..., 0])
    return np.stack(frames).astype("uint8")


def native(ds, pixels, model):
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.PixelData = pixels.tobytes() + b"\0" * (pixels.size % 2)
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = False
    ds.PhotometricInterpretation = model
    ds.SamplesPerPixel = 1 if pixels.ndim == 3 else 3
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit = 7
    if pixels.ndim == 4:
        ds.PlanarConfiguration = 0
    elif "PlanarConfiguration" in ds:
        del ds.PlanarConfiguration
    ds.Rows, ds.Columns, ds.NumberOfFrames = pixels.shape[1], pixels.shape[2], len(pixels)


def jpeg(frame, **options):
    stream = io.BytesIO()
    Image.fromarray(frame).save(stream, "JPEG", **{"quality": 95, "subsampling": 0, **options})
    return stream.getvalue()


def compressed(ds, streams, model="MONOCHROME2", samples=1, table=True):
    ds.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    ds.PixelData = encapsulate(streams, has_bot=table)
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    ds.PhotometricInterpretation, ds.SamplesPerPixel = model, samples
    if samples == 3:
        ds.PlanarConfiguration = 0


def tinted(lut):
    def rewrite(ds, gray):
        native(ds, np.clip(lut, 0, 255).round().astype("uint8")[gray], "RGB")

    return rewrite


def lut(red, green, blue):
    return np.stack([LEVELS * red, LEVELS * green, LEVELS * blue], -1)


def tinted_jpeg(ds, gray):
    colours = np.clip(lut(1, 0.85, 0.62), 0, 255).round().astype("uint8")
    compressed(ds, [jpeg(colours[frame], subsampling=1) for frame in gray], "YBR_FULL_422", 3)


def palette(ds, gray):
    native(ds, gray, "PALETTE COLOR")
    for name, values in zip(("Red", "Green", "Blue"), (LEVELS, LEVELS * 0.8, LEVELS * 0.5), strict=True):
        number = pydicom.datadict.tag_for_keyword(f"{name}PaletteColorLookupTableDescriptor")
        ds.add_new(number, "US", [256, 0, 8])
        ds.add_new(number + 0x100, "OW", values.astype("uint8").tobytes())


def ybr_labelled_rgb(ds, gray):
    chroma = np.full_like(gray, 128)
    native(ds, np.stack([gray, chroma, chroma], -1), "RGB")


def rgb_labelled_ybr(ds, gray):
    native(ds, np.repeat(gray[..., None], 3, -1), "YBR_FULL_422")


def title_bar(ds, gray):
    """Over the topmost rows, where no ultrasound is."""
    colours = np.repeat(gray[..., None], 3, -1)
    colours[:, :12] = (40, 70, 160)
    native(ds, colours, "RGB")


def step(ds):
    if "FrameTimeVector" in ds:
        return float(np.median([float(v) for v in ds.FrameTimeVector][1:]))
    return float(ds.FrameTime)


def without_time(ds):
    for keyword in ("FrameTime", "FrameTimeVector", "FrameIncrementPointer"):
        if keyword in ds:
            delattr(ds, keyword)


def timed(change):
    def rewrite(ds, gray):
        native(ds, gray, "MONOCHROME2")
        milliseconds = step(ds)
        without_time(ds)
        change(ds, milliseconds, len(gray))

    return rewrite


def duration(ds, milliseconds, count):
    ds.EffectiveDuration = f"{milliseconds * count / 1000:.5f}"


def vector(change):
    def rewrite(ds, milliseconds, count):
        times = [0.0] + [milliseconds] * (count - 1)
        change(times, milliseconds)
        ds.FrameTimeVector = [f"{time:.3f}" for time in times]
        ds.FrameIncrementPointer = 0x00181065

    return rewrite


def zero_step(times, milliseconds):
    middle = len(times) // 2
    times[middle : middle + 2] = [0.0, 2 * milliseconds]


def cumulative(times, milliseconds):
    times[:] = [index * milliseconds for index in range(len(times))]


def tenth(ds, milliseconds, count):
    ds.FrameTime = "0.1"
    ds.ActualFrameDuration = str(round(milliseconds))


def japanese(ds, gray):
    native(ds, gray, "MONOCHROME2")
    ds.SpecificCharacterSet = ["ISO 2022 IR 13", "ISO 2022 IR 87"]
    ds.PatientName = "\uff94\uff8f\uff80\uff9e^\uff80\uff9b\uff73=\u5c71\u7530^\u592a\u90ce"


def padded(ds, gray):
    compressed(ds, [jpeg(frame) + bytes(1000 + index) for index, frame in enumerate(gray)])


def one_frame_more(ds, gray):
    ds.NumberOfFrames = len(gray)
    compressed(ds, [jpeg(frame) for frame in list(gray) + [gray[-1]]], table=False)


def rle_fragments(ds, gray):
    native(ds, gray, "MONOCHROME2")
    ds.compress(RLELossless, generate_instance_uid=False)
    items, offsets, offset = [], [], 0
    for frame in pydicom.encaps.generate_frames(ds.PixelData, number_of_frames=len(gray)):
        offsets.append(offset)
        for start in range(0, len(frame), 16384):
            items.append(frame[start : start + 16384])
            offset += 8 + len(items[-1])
    table = struct.pack(f"<{len(offsets)}I", *offsets)
    ds.PixelData = b"".join(struct.pack("<HHI", 0xFFFE, 0xE000, len(part)) + part for part in [table, *items])


def no_count(ds, gray):
    native(ds, gray, "MONOCHROME2")
    del ds.NumberOfFrames


def private_sequence(contents):
    """`contents` before the element (0028,0002)."""
    end = struct.pack("<HHI", 0xFFFE, 0xE00D, 0)
    body = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF) + contents + end + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    creator = b"\x21\x00\xf0\x00LO\x08\x00TESTPRIV"
    inserted = creator + b"\x21\x00\x01\xf0SQ\0\0\xff\xff\xff\xff" + body
    return lambda data: data.replace(b"\x28\x00\x02\x00US", inserted + b"\x28\x00\x02\x00US", 1)


KINDS = {
    "plain": lambda ds, gray: native(ds, gray, "MONOCHROME2"),
    "copper": tinted(lut(1.25, 0.78, 0.5)),
    "blue": tinted(lut(0.35, 0.5, 1)),
    "green": tinted(lut(0.2, 1, 0.3)),
    "amber": tinted(lut(1, 0.7, 0)),
    "hot": tinted(np.stack([LEVELS * 2.7, LEVELS * 2.7 - 255, LEVELS * 2.7 - 510], -1)),
    "sepia-jpeg": tinted_jpeg,
    "palette": palette,
    "ybr-labelled-rgb": ybr_labelled_rgb,
    "rgb-labelled-ybr": rgb_labelled_ybr,
    "title-bar": title_bar,
    "cine-rate": timed(lambda ds, ms, n: setattr(ds, "CineRate", str(round(1000 / ms)))),
    "effective-duration": timed(duration),
    "tenth-of-a-millisecond": timed(tenth),
    "zero-step": timed(vector(zero_step)),
    "cumulative": timed(vector(cumulative)),
    "surplus-entry": timed(vector(lambda times, ms: times.append(0.0))),
    "japanese": japanese,
    "padding": padded,
    "one-frame-more": one_frame_more,
    "rle-fragments": rle_fragments,
    "no-count": no_count,
    "private-sequence": lambda ds, gray: native(ds, gray, "MONOCHROME2"),
    "trailing-zeros": lambda ds, gray: native(ds, gray, "MONOCHROME2"),
}
BYTES = {
    "private-sequence": private_sequence(struct.pack("<HHI", 0x21, 0xF002, 4) + b"ABCD"),
    "trailing-zeros": lambda data: data + bytes(2048),
}


def rewrite(source, gray, kind, folder):
    ds = copy.deepcopy(source)
    number = str(list(KINDS).index(kind) + 1)
    # Each is a study of its own, of nobody.
    for level, keyword in enumerate(("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"), start=1):
        setattr(ds, keyword, f"2.25.77.{level}.{number}")
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.PatientName, ds.PatientID = "Test^Department", "T1"
    KINDS[kind](ds, gray)
    path = Path(folder) / f"{kind}.dcm"
    ds.save_as(path, enforce_file_format=True)
    if kind in BYTES:
        path.write_bytes(BYTES[kind](path.read_bytes()))
    return path


def main(loop, folder, *kinds):
    source = pydicom.dcmread(loop)
    source._dict.pop(pydicom.tag.Tag(0xFFFE, 0xE0DD), None)  # Acuson's loops end with a delimiter too many.
    gray = luma(source)
    # Evenly, so that every way to state the time states the same.
    milliseconds = step(source)
    without_time(source)
    source.FrameTime, source.FrameIncrementPointer = f"{milliseconds:.3f}", 0x00181063
    Path(folder).mkdir(parents=True, exist_ok=True)
    for kind in kinds or KINDS:
        print(rewrite(source, gray, kind, folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
