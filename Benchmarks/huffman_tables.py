#!/usr/bin/env python3
"""Makes the Huffman tables that overlay pictures are encoded with (Sources/CDCMTK/huffman_tables.hpp).

    huffman_tables.py OVERLAY.dcm ... > Sources/CDCMTK/huffman_tables.hpp

The overlay cines' frames have to be encoded with tables of their own, as libjpeg's `optimize_coding` makes them: the
length of a symbol's code says how often it came. The mean over all frames gives one set of tables, in which every symbol
that an 8-bit picture may need has a code (ITU-T T.81, annex K.2). Needs pydicom.
"""
import sys

import pydicom
from pydicom.encaps import generate_frames

DC, AC = 0, 1
#: Of 8-bit samples: sizes of differences, and runs of zeros with sizes, with the end of a block and the run of sixteen.
SYMBOLS = {DC: list(range(12)), AC: [0x00, 0xF0] + [run << 4 | size for run in range(16) for size in range(1, 11)]}
#: Of a symbol that no frame had.
UNSEEN = 2.0 ** -20
LONGEST = 16


def main():
    shares = {}
    frames = 0
    for path in sys.argv[1:]:
        dataset = pydicom.dcmread(path)
        for frame in generate_frames(dataset.PixelData, number_of_frames=int(dataset.NumberOfFrames)):
            frames += 1
            for key, symbol, length in tables(frame):
                shares.setdefault(key, {}).setdefault(symbol, 0.0)
                shares[key][symbol] += 2.0 ** -length
    print(HEADER)
    for (kind, number), name in sorted(NAMES.items()):
        counts = {symbol: shares[kind, number].get(symbol, 0) / frames + UNSEEN for symbol in SYMBOLS[kind]}
        print_table(name, lengths(counts))
    print("}  // namespace hd")


def tables(jpeg):
    """Each symbol of each DHT segment with the length of its code."""
    place = 2
    while jpeg[place + 1] != 0xDA:
        marker, length = jpeg[place + 1], int.from_bytes(jpeg[place + 2:place + 4], "big")
        at, end = place + 4, place + 2 + length
        while marker == 0xC4 and at < end:
            key, counts = (jpeg[at] >> 4, jpeg[at] & 15), jpeg[at + 1:at + 17]
            at += 17
            for size, count in enumerate(counts, 1):
                for symbol in jpeg[at:at + count]:
                    yield key, symbol, size
                at += count
        place += 2 + length


def lengths(counts):
    """Of each symbol, by package and merge; one code of the longest ones stays free, since all ones is none."""
    items = sorted([(count, [symbol]) for symbol, count in counts.items()] + [(0.0, [None])], key=lambda item: item[0])
    packages = []
    for _ in range(LONGEST):
        merged = sorted(items + packages, key=lambda item: item[0])
        packages = [(a[0] + b[0], a[1] + b[1]) for a, b in zip(merged[::2], merged[1::2])]
    found = {}
    for _, members in packages[:len(items) - 1]:
        for symbol in members:
            found[symbol] = found.get(symbol, 0) + 1
    free = found.pop(None)
    assert free == max(list(found.values()) + [free])
    return found


def print_table(name, found):
    order = sorted(found, key=lambda symbol: (found[symbol], symbol))
    counts = [sum(length == size for length in found.values()) for size in range(1, LONGEST + 1)]
    print(f"constexpr HuffmanTable {name} = {{")
    print("    {" + ", ".join(map(str, counts)) + "},")
    rows = [", ".join(f"0x{symbol:02x}" for symbol in order[at:at + 18]) for at in range(0, len(order), 18)]
    print("    {" + ",\n     ".join(rows) + "}};\n")


NAMES = {(DC, 0): "lumaDC", (DC, 1): "chromaDC", (AC, 0): "lumaAC", (AC, 1): "chromaAC"}

HEADER = """/// Huffman tables for pictures of ultrasound with lines drawn on them. Made by Benchmarks/huffman_tables.py.
#pragma once

#include <cstdint>

namespace hd {

/// As a DHT segment has it (ITU-T T.81, B.2.4.2).
struct HuffmanTable {
  /// How many codes there are of 1 to 16 bits.
  uint8_t counts[16];
  /// Their symbols, the shortest code's first.
  uint8_t symbols[162];
};
"""

if __name__ == "__main__":
    main()
