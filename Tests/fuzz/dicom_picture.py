"""The structure of a DICOM file's bytes, as PS3.5 has it and no deeper, so that it also walks files that are wrong
already."""

import struct
import zlib
from dataclasses import dataclass

LONG_FORMS = {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"UC", b"UN", b"UR", b"UT", b"SV", b"UV"}
SEQUENCE_MARKS = {(0xFFFE, 0xE000), (0xFFFE, 0xE00D), (0xFFFE, 0xE0DD)}
UNDEFINED = 0xFFFFFFFF
PIXEL_DATA = (0x7FE0, 0x0010)
IMPLICIT, EXPLICIT, BIG = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"
DEFLATED, RLE = "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.5"


@dataclass(frozen=True)
class Element:
    """Where one element of the data set stands in the file's bytes."""

    tag: tuple[int, int]
    vr: bytes
    start: int
    length_at: int
    length_bytes: int
    value: int
    length: int
    depth: int


@dataclass
class Picture:
    """A file that is right, to be made wrong. A deflated one is held inflated and is deflated again at the end."""

    syntax: str
    content: bytearray
    data_set: int

    @property
    def order(self) -> str:
        return ">" if self.syntax == BIG else "<"

    @property
    def is_explicit(self) -> bool:
        return self.syntax != IMPLICIT

    def elements(self) -> list[Element]:
        found, at, depth, ends = [], self.data_set, 0, []
        while at + 8 <= len(self.content):
            while ends and at >= ends[-1]:
                ends.pop()
            element = self._element(at, depth + len(ends))
            if not element:
                break
            found.append(element)
            enters = element.tag == (0xFFFE, 0xE000) or element.vr == b"SQ"
            is_pixels = element.tag == PIXEL_DATA and element.length == UNDEFINED
            if element.tag in ((0xFFFE, 0xE00D), (0xFFFE, 0xE0DD)):
                depth = max(0, depth - 1)
            elif element.length == UNDEFINED:
                depth += 1
            elif enters and not self._in_pixels(found):
                ends.append(element.value + element.length)
            skips = element.length != UNDEFINED and (not enters or self._in_pixels(found)) and not is_pixels
            at = element.value + (element.length if skips else 0)
        return found

    @staticmethod
    def _in_pixels(found: list[Element]) -> bool:
        return any(one.tag == PIXEL_DATA for one in found[-40:])

    def _element(self, at: int, depth: int) -> Element | None:
        order = self.order
        tag = struct.unpack_from(order + "HH", self.content, at)
        vr, length_at, width = b"", at + 4, 4
        if tag not in SEQUENCE_MARKS and self.is_explicit:
            vr = bytes(self.content[at + 4 : at + 6])
            length_at, width = (at + 8, 4) if vr in LONG_FORMS else (at + 6, 2)
        elif tag == (0x0018, 0x6011):
            vr = b"SQ"
        if length_at + width > len(self.content):
            return None
        length = struct.unpack_from(order + ("I" if width == 4 else "H"), self.content, length_at)[0]
        return Element(tag, vr, at, length_at, width, length_at + width, length, depth)

    def find(self, group: int, element: int) -> list[Element]:
        return [one for one in self.elements() if one.tag == (group, element)]

    def fragments(self) -> list[Element]:
        """Of compressed pixels, the offset table first."""
        elements = self.elements()
        at = next((index for index, one in enumerate(elements) if one.tag == PIXEL_DATA), len(elements))
        return [one for one in elements[at + 1 :] if one.tag == (0xFFFE, 0xE000)]

    def set_length(self, element: Element, length: int) -> None:
        form = "I" if element.length_bytes == 4 else "H"
        limit = (1 << 8 * element.length_bytes) - 1
        struct.pack_into(self.order + form, self.content, element.length_at, length & limit)

    def set_value(self, element: Element, value: bytes) -> None:
        """With the element's length, and not those of what it stands in."""
        if len(value) % 2:
            value += b"\0" if element.vr in (b"UI", b"OB") else b" "
        if element.length_bytes == 2:
            value = value[:0xFFFE]
        self.content[element.value : element.value + element.length] = value
        self.set_length(element, len(value))

    def set_number(self, element: Element, offset: int, form: str, value) -> None:
        size = struct.calcsize(form)
        if element.value + offset + size <= len(self.content):
            struct.pack_into(self.order + form, self.content, element.value + offset, value)

    def file(self) -> bytes:
        if self.syntax != DEFLATED:
            return bytes(self.content)
        packer = zlib.compressobj(wbits=-15)
        body = packer.compress(bytes(self.content[self.data_set :])) + packer.flush()
        return bytes(self.content[: self.data_set]) + body


def picture(content: bytes) -> Picture:
    """Of a file with preamble and file meta information."""
    length = struct.unpack_from("<I", content, 140)[0]
    data_set = 144 + length
    at = content.index(b"\x02\x00\x10\x00UI")
    size = struct.unpack_from("<H", content, at + 6)[0]
    syntax = content[at + 8 : at + 8 + size].rstrip(b"\0 ").decode()
    body = content[data_set:]
    if syntax == DEFLATED:
        body = zlib.decompressobj(wbits=-15).decompress(body)
    return Picture(syntax, bytearray(content[:data_set] + body), data_set)
