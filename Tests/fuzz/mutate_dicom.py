"""Changes to DICOM files that know what they change: lengths, sequences, RLE headers, JPEG markers, regions, frame counts,
identities, transfer syntaxes. Each takes a picture and a source of chance, and leaves the picture wrong."""

import random
import struct
from collections.abc import Callable
from dataclasses import dataclass

from dicom_picture import BIG, DEFLATED, EXPLICIT, IMPLICIT, RLE, UNDEFINED, Picture, picture

SYNTAXES = [
    IMPLICIT, EXPLICIT, BIG, DEFLATED, RLE, "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51",
    "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81",
    "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.102", "1.2.840.10008.1.2.4.107",
    "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.110", "1.2.840.113619.5.2", "", "1.2.3", "x" * 64, "1" * 70,
]  # fmt: skip
TEXTS = [
    "", " ", "../../../etc/passwd", "1.2.3/../4", "1..2", ".1", "1.2.", "0" * 64, "1." + "9" * 63, "1.2.\x003", "a\\b\\c",
    "<script>alert(1)</script>", "\x1b[2J\x1b]0;x\x07", "=cmd|' /C calc'!A0", '","=1+1', "\r\n# TYPE x counter\r\n",
    "\xff\xfe\xfd", "\u202etxt.exe", "%s%n%d", "${PATH}", "x" * 5000, "A^B=C^D=E", "-", "\x0e\x0f\x1b$B", "NaN", "1e999",
]  # fmt: skip
NUMBERS = [
    "0", "-1", "1", "7", "8", "9", "1000", "65536", "2147483647", "-2147483648", "99999999999", "1e308", "1e-300", "1e5",
    "8.5", "x",
]  # fmt: skip


def lengths(one: Picture, source: random.Random) -> None:
    element = source.choice(one.elements())
    odd = [
        0,
        1,
        element.length + 1,
        element.length - 1,
        element.length + 2,
        len(one.content),
        0xFFFE,
        0x7FFFFFFF,
        0xFFFFFFFE,
    ]
    one.set_length(element, source.choice([*odd, UNDEFINED, source.getrandbits(32)]) & UNDEFINED)


def sequences(one: Picture, source: random.Random) -> None:
    place = source.choice([element.start for element in one.elements() if element.depth == 0])
    change = source.randrange(4)
    if change == 0:
        levels = source.choice([3, 30, 300, 3_000, 30_000])
        one.content[place:place] = _opening(one) * levels + (_closing(one) * levels if source.random() < 0.7 else b"")
    elif change == 1:
        one.content[place:place] = source.choice([_opening(one), _closing(one), _closing(one)[:8], _opening(one)[-8:]])
    elif change == 2:
        for element in one.find(0x0018, 0x6011):
            one.set_length(element, source.choice([0, 4, 8, UNDEFINED, element.length + 8, 1 << 20]))
    else:
        items = [element for element in one.elements() if element.tag[0] == 0xFFFE]
        if items:
            item = source.choice(items)
            tag = (0xFFFE, source.choice([0xE00D, 0xE0DD, 0xE000, 0xE001, 0]))
            struct.pack_into(one.order + "HH", one.content, item.start, *tag)


def _opening(one: Picture) -> bytes:
    """A sequence of an item, both of undefined length: ReferencedImageSequence."""
    head = struct.pack(one.order + "HH", 0x0008, 0x1140) + (b"SQ\0\0" if one.is_explicit else b"")
    item = struct.pack(one.order + "HHI", 0xFFFE, 0xE000, UNDEFINED)
    return head + struct.pack(one.order + "I", UNDEFINED) + item


def _closing(one: Picture) -> bytes:
    ends = [struct.pack(one.order + "HHI", 0xFFFE, mark, 0) for mark in (0xE00D, 0xE0DD)]
    return b"".join(ends)


def rle(one: Picture, source: random.Random) -> None:
    frame = source.choice(one.fragments()[1:])
    change = source.randrange(4)
    if change == 0:
        word = source.randrange(16)
        one.set_number(frame, 4 * word, "I", source.choice([0, 1, 3, 15, 16, 63, 64, frame.length, UNDEFINED]))
    elif change == 1:
        one.set_number(frame, 4 * source.randrange(4), "I", source.getrandbits(source.choice([8, 16, 32])))
    elif change == 2:
        for _ in range(source.choice([1, 4, 40])):
            one.content[frame.value + 64 + source.randrange(frame.length - 64)] = source.choice(
                [0x80, 0x81, 0x7F, 0xFF, 0]
            )
    else:
        one.set_value(frame, bytes(one.content[frame.value : frame.value + source.randrange(frame.length)]))


def jpeg(one: Picture, source: random.Random) -> None:
    frame = source.choice(one.fragments()[1:])
    data = bytearray(one.content[frame.value : frame.value + frame.length])
    marks = _segments(data)
    at = source.choice(marks) if marks else 2
    change = source.randrange(6)
    if change == 0:
        data[at + 1] = source.choice(
            [0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xC9, 0xDA, 0xD8, 0xD9, 0xDD, 0xE0, 0xEE, 0xF7, 0xF8, 0]
        )
    elif change == 1:
        struct.pack_into(">H", data, at + 2, source.choice([0, 1, 2, 3, 0xFFFF, source.getrandbits(16)]))
    elif change == 2:
        frames = [mark for mark in marks if data[mark + 1] in (0xC0, 0xC1, 0xC3, 0xF7)]
        offset = source.randrange(4, 12)
        if frames:
            data[frames[0] + offset] = source.choice([0, 1, 2, 3, 4, 8, 16, 64, 128, 255])
    elif change == 3:
        del data[at : at + source.choice([1, 2, 4, 20])]
    elif change == 4:
        for _ in range(source.choice([1, 5, 50])):
            data[source.randrange(2, len(data))] = source.randrange(256)
    else:
        del data[source.randrange(2, len(data)) :]
        if source.random() < 0.5:
            data += b"\xff\xd9"
    one.set_value(frame, bytes(data))


def _segments(data: bytes) -> list[int]:
    found, at = [], 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        found.append(at)
        if data[at + 1] == 0xDA:
            break
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    return found


def fragments(one: Picture, source: random.Random) -> None:
    items = one.fragments()
    change = source.randrange(5)
    item = source.choice(items)
    if change == 0:
        one.set_length(item, source.choice([0, 1, 2, item.length + 2, UNDEFINED, 0x7FFFFFFF]))
    elif change == 1:
        one.set_value(items[0], bytes(source.randrange(256) for _ in range(4 * source.choice([1, 8, 9]))))
    elif change == 2:
        one.content[item.start : item.start] = struct.pack("<HHI", 0xFFFE, 0xE000, 0) * source.choice([1, 2, 500])
    elif change == 3:
        del one.content[item.start : item.value + item.length]
    else:
        one.content[item.start : item.start] = one.content[item.start : item.value + item.length] * source.choice(
            [1, 8]
        )


def regions(one: Picture, source: random.Random) -> None:
    inner = [
        element for element in one.elements() if element.tag[0] == 0x0018 and element.tag[1] in range(0x6012, 0x6030)
    ]
    for _ in range(source.choice([1, 2, 4])):
        element = source.choice(inner)
        if element.length == 8:
            values = [0.0, -0.1, 1e-30, 1e30, 1e308, float("nan"), float("inf"), -float("inf"), 0.2]
            one.set_number(element, 0, "d", source.choice(values))
        elif element.length == 4:
            one.set_number(element, 0, "I", source.choice([0, 1, 63, 64, 65, 0x7FFFFFFF, 0x80000000, UNDEFINED]))
        elif element.length == 2:
            one.set_number(element, 0, "H", source.choice([0, 1, 2, 3, 4, 5, 0x7FFF, 0xFFFF]))


def frames(one: Picture, source: random.Random) -> None:
    change = source.randrange(4)
    if change == 0:
        for element in one.find(0x0028, 0x0008):
            one.set_value(element, source.choice(NUMBERS).encode())
    elif change == 1:
        tag = source.choice([0x0002, 0x0010, 0x0011, 0x0100, 0x0101, 0x0102, 0x0103])
        for element in one.find(0x0028, tag):
            one.set_number(
                element, 0, "H", source.choice([0, 1, 2, 3, 7, 8, 9, 12, 16, 32, 63, 65, 128, 0x7FFF, 0xFFFF])
            )
    elif change == 2:
        for element in one.find(0x0018, 0x1063):
            one.set_value(element, source.choice(NUMBERS).encode())
    else:
        models = ["RGB", "YBR_FULL", "YBR_FULL_422", "PALETTE COLOR", "MONOCHROME1", "YBR_ICT", "HSV", "", "x" * 99]
        for element in one.find(0x0028, 0x0004):
            one.set_value(element, source.choice(models).encode())


def identities(one: Picture, source: random.Random) -> None:
    tags = [(0x0008, 0x0016), (0x0008, 0x0018), (0x0010, 0x0010), (0x0010, 0x0020), (0x0020, 0x000D), (0x0020, 0x000E)]
    for _ in range(source.choice([1, 1, 2])):
        for element in one.find(*source.choice(tags)):
            if source.random() < 0.1:
                del one.content[element.start : element.value + element.length]
            else:
                one.set_value(element, source.choice(TEXTS).encode("latin-1", errors="replace"))


def transfer_syntaxes(one: Picture, source: random.Random) -> None:
    """The file says that it is encoded in another way than it is; its meta information stays well formed."""
    at = one.content.index(b"\x02\x00\x10\x00UI")
    size = struct.unpack_from("<H", one.content, at + 6)[0]
    other = source.choice([uid for uid in SYNTAXES if uid != one.syntax]).encode()
    other += b"\0" * (len(other) % 2)
    one.content[at + 6 : at + 8 + size] = struct.pack("<H", len(other)) + other
    one.data_set += len(other) - size
    struct.pack_into("<I", one.content, 140, one.data_set - 144)


def meta(one: Picture, source: random.Random) -> None:
    change = source.randrange(4)
    if change == 0:
        struct.pack_into("<I", one.content, 140, source.choice([0, 1, 2, 1 << 16, UNDEFINED, source.getrandbits(32)]))
    elif change == 1:
        one.content[128 : source.choice([129, 132, 140])] = source.choice([b"", b"DICX", b"\0\0\0\0"])
    elif change == 2:
        del one.content[: source.choice([1, 128, 132, one.data_set])]
    else:
        for _ in range(source.choice([1, 3, 9])):
            one.content[source.randrange(132, one.data_set)] = source.randrange(256)


def representations(one: Picture, source: random.Random) -> None:
    """Value representations that do not suit, elements twice or out of their order."""
    element = source.choice(one.elements())
    change = source.randrange(3)
    if change == 0 and one.is_explicit and element.vr:
        vrs = [b"UN", b"SQ", b"OB", b"US", b"FD", b"DS", b"PN", b"AT", b"??", b"\0\0", b"UT", b"OW"]
        one.content[element.start + 4 : element.start + 6] = source.choice(vrs)
    elif change == 1 and element.length < 1 << 16:
        whole = one.content[element.start : element.value + element.length]
        one.content[element.start : element.start] = whole * source.choice([1, 2, 200])
    else:
        struct.pack_into(one.order + "HH", one.content, element.start, source.getrandbits(16), source.getrandbits(16))


def flips(one: Picture, source: random.Random) -> None:
    for _ in range(source.choice([1, 3, 10, 100])):
        one.content[source.randrange(len(one.content))] ^= 1 << source.randrange(8)


def cuts(one: Picture, source: random.Random) -> None:
    del one.content[source.randrange(len(one.content)) :]


@dataclass(frozen=True)
class Kind:
    """A kind of change, and which files it can be made to."""

    name: str
    change: Callable[[Picture, random.Random], None]
    suits: Callable[[str], bool] = lambda syntax: True


def _is_jpeg(syntax: str) -> bool:
    return syntax.startswith("1.2.840.10008.1.2.4")


KINDS = [
    Kind("lengths", lengths), Kind("sequences", sequences), Kind("RLE", rle, lambda syntax: syntax == RLE),
    Kind("JPEG", jpeg, _is_jpeg), Kind("fragments", fragments, lambda syntax: syntax == RLE or _is_jpeg(syntax)),
    Kind("regions", regions), Kind("frames", frames), Kind("identities", identities),
    Kind("transfer syntaxes", transfer_syntaxes), Kind("meta information", meta),
    Kind("representations", representations), Kind("flips", flips), Kind("cuts", cuts),
]  # fmt: skip


def mutated(content: bytes, kind: Kind, source: random.Random) -> bytes:
    """Sometimes twice, so that changes meet."""
    one = picture(content)
    for _ in range(source.choice([1, 1, 1, 2])):
        try:
            kind.change(one, source)
        except (IndexError, ValueError, struct.error):
            # The first change left nothing to make a second one to.
            break
    return one.file()
