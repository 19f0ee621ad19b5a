"""Small DICOM cines with a heart that a small network can see, written byte by byte (PS3.5, PS3.10).

Each structure has a grey value of its own, and the network tells them apart by it, so that a clip of 8 frames and
64 x 64 pixels goes through the whole walk: decoding, segmentation, hinge points, beats, every output.
"""

import functools
import hashlib
import json
import random
import struct
from dataclasses import dataclass

SIDE = 64
FRAMES = 8
BACKGROUND, VENTRICLE, MYOCARDIUM, ATRIUM = 40, 160, 100, 220
NOISE = 14


@dataclass(frozen=True)
class File:
    """A file as it is dropped."""

    study: str
    instance: str
    content: bytes

    @functools.cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def _element(tag: int, vr: str, value: bytes) -> bytes:
    if len(value) % 2:
        value += b"\0" if vr in ("UI", "OB") else b" "
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr.encode()
    if vr in ("OB", "OW", "SQ", "UN"):
        return head + b"\0\0" + struct.pack("<I", len(value)) + value
    return head + struct.pack("<H", len(value)) + value


def _encode(vr: str, value) -> bytes:
    if vr == "US":
        return struct.pack("<H", value)
    if vr == "UL":
        return struct.pack("<I", value)
    if vr == "FD":
        return struct.pack("<d", value)
    return value if isinstance(value, bytes) else str(value).encode()


def _dataset(elements: dict) -> bytes:
    return b"".join(_element(tag, vr, _encode(vr, value)) for tag, (vr, value) in sorted(elements.items()))


def _regions() -> bytes:
    item = _dataset(
        {
            0x00186012: ("US", 1), 0x00186014: ("US", 1), 0x00186016: ("UL", 0),
            0x00186018: ("UL", 0), 0x0018601A: ("UL", 0), 0x0018601C: ("UL", SIDE - 1), 0x0018601E: ("UL", SIDE - 1),
            0x00186024: ("US", 3), 0x00186026: ("US", 3), 0x0018602C: ("FD", 0.2), 0x0018602E: ("FD", 0.2),
        }
    )  # fmt: skip
    return struct.pack("<HHI", 0xFFFE, 0xE000, len(item)) + item


def write(study: str, instance: str, pixels: bytes, name: str = "Torture^Test", patient: str = "T1") -> File:
    """A multi-frame ultrasound object of those pixels."""
    sop_class, frames = "1.2.840.10008.5.1.4.1.1.3.1", len(pixels) // (SIDE * SIDE)
    body = _dataset(
        {
            0x00080016: ("UI", sop_class), 0x00080018: ("UI", instance), 0x00080020: ("DA", "20240101"),
            0x00080030: ("TM", "120000"), 0x00080060: ("CS", "US"), 0x00100010: ("PN", name),
            0x00100020: ("LO", patient), 0x00181063: ("DS", "100"), 0x00186011: ("SQ", _regions()),
            0x00186060: ("FL", struct.pack("<2f", 0, 700)),
            0x0020000D: ("UI", study), 0x0020000E: ("UI", study + ".0"), 0x00280002: ("US", 1),
            0x00280004: ("CS", "MONOCHROME2"), 0x00280008: ("IS", frames), 0x00280010: ("US", SIDE),
            0x00280011: ("US", SIDE), 0x00280100: ("US", 8), 0x00280101: ("US", 8), 0x00280102: ("US", 7),
            0x00280103: ("US", 0), 0x7FE00010: ("OB", pixels),
        }
    )  # fmt: skip
    meta = _dataset(
        {
            0x00020001: ("OB", b"\0\1"), 0x00020002: ("UI", sop_class), 0x00020003: ("UI", instance),
            0x00020010: ("UI", "1.2.840.10008.1.2.1"), 0x00020012: ("UI", "2.25.1"),
        }
    )  # fmt: skip
    head = _element(0x00020000, "UL", struct.pack("<I", len(meta)))
    return File(study, instance, bytes(128) + b"DICM" + head + meta + body)


def _shade(x: float, y: float, squeeze: float) -> int:
    """Ventricle above, atrium beneath, myocardium around the ventricle, open towards the atrium."""
    across = (x - 32) / squeeze
    if y < 38 and across**2 / 81 + (y - 38) ** 2 / 784 < 1:
        return VENTRICLE
    if y >= 38 and (x - 32) ** 2 / 81 + (y - 38) ** 2 / 256 < 1:
        return ATRIUM
    if y < 38 and across**2 / 196 + (y - 38) ** 2 / 1156 < 1:
        return MYOCARDIUM
    return BACKGROUND


@functools.cache
def _still(frame: int) -> bytes:
    squeeze = (1.0, 0.95, 0.85, 0.75, 0.75, 0.85, 0.95, 1.0)[frame % FRAMES]
    return bytes(_shade(x, y, squeeze) for y in range(SIDE) for x in range(SIDE))


@functools.cache
def _noise(seed: int) -> bytes:
    source = random.Random(seed)
    return bytes(source.randrange(2 * NOISE) for _ in range(SIDE * SIDE))


def pixels(seed: int) -> bytes:
    """Frames of a beating heart; `seed` tells clips apart."""
    frames = []
    for frame in range(FRAMES):
        noise = _noise((seed * 7 + frame) % 101)
        still = bytearray(a + b - NOISE for a, b in zip(_still(frame), noise, strict=True))
        still[:8] = struct.pack("<Q", 0x2020202020202020 + seed)
        frames.append(bytes(still))
    return b"".join(frames)


def loop(study: str, index: int, seed: int, **texts: str) -> File:
    return write(study, f"{study}.{index}", pixels(seed), **texts)


def _varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def _field(number: int, value) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    value = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _tensor(name: str, dimensions: list[int], values: list[float]) -> bytes:
    body = b"".join(_field(1, size) for size in dimensions) + _field(2, 1) + _field(8, name)
    return body + _field(9, struct.pack(f"<{len(values)}f", *values))


def _value(name: str, dimensions: list[int]) -> bytes:
    shape = b"".join(_field(1, _field(1, size)) for size in dimensions)
    return _field(1, name) + _field(2, _field(1, _field(1, 1) + _field(2, shape)))


def network() -> tuple[bytes, bytes]:
    """An ONNX network of one convolution that labels by grey value, and its card.

    Lines of rising slope whose upper envelope changes halfway between two grey values.
    """
    order = [(BACKGROUND, 0), (MYOCARDIUM, 2), (VENTRICLE, 1), (ATRIUM, 3)]
    weights, biases, bias = [0.0] * 4, [0.0] * 4, 0.0
    for rank, (value, label) in enumerate(order):
        if rank:
            bias -= 40 * (order[rank - 1][0] + value) / 2 / 255
        weights[label], biases[label] = 40.0 * rank, bias
    node = b"".join(_field(1, name) for name in ("input", "weights", "biases")) + _field(2, "logits")
    graph = _field(1, node + _field(4, "Conv")) + _field(2, "grey")
    graph += _field(5, _tensor("weights", [4, 1, 1, 1], weights)) + _field(5, _tensor("biases", [4], biases))
    graph += _field(11, _value("input", [1, 1, SIDE, SIDE])) + _field(12, _value("logits", [1, 4, SIDE, SIDE]))
    model = _field(1, 8) + _field(7, graph) + _field(8, _field(2, 13))
    labels = ["background", "LV cavity", "LV myocardium", "left atrium"]
    card = {
        "name": "grey", "version": "1", "sha256": hashlib.sha256(model).hexdigest(), "licence": "none",
        "input": {"width": SIDE, "height": SIDE, "channels": 1},
        "classes": [{"index": index, "label": label} for index, label in enumerate(labels)],
    }  # fmt: skip
    return model, json.dumps(card).encode()
