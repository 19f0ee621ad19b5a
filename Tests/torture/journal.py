"""The daemon's journal, made long enough to be worth a rewriting: settled claims then go into a book."""

import json
import random
from pathlib import Path

#: `StudyStore`'s.
LINES_WORTH_COMPACTING = 2_000
LINES_A_LINE = 4
#: Records that a study adds, some of them.
MARGIN = 12


def line(text: str) -> bytes:
    """As the journal has it: checksum (CRC-32C), blank, text."""
    checksum = 0xFFFFFFFF
    for byte in text.encode():
        checksum ^= byte
        for _ in range(8):
            checksum = checksum >> 1 ^ (0x82F63B78 if checksum & 1 else 0)
    return f"{checksum ^ 0xFFFFFFFF:08x} {text}\n".encode()


IDLE_LINE = line('{"record":"forget","claims":[]}')


def lengthen(path: Path, source: random.Random | None = None) -> bool:
    """By lines that say nothing. The next start rewrites it, or with a source, half of the time, the daemon in the middle
    of its work. Returns whether it was done: a line that a crash tore stays the last one."""
    content = path.read_bytes() if path.exists() else b""
    if not content.endswith(b"\n"):
        return False
    lines = content.splitlines()
    worthwhile = LINES_WORTH_COMPACTING + LINES_A_LINE * needed(lines)
    more = -source.randint(0, MARGIN) if source and source.random() < 0.5 else 1
    with path.open("ab") as journal:
        journal.write(IDLE_LINE * max(0, worthwhile + more - len(lines)))
    return True


def needed(lines: list[bytes]) -> int:
    """Lines that tell the same, as `Ledger.lineCount` counts them."""
    unfinished, books, forgotten = set(), 0, 0
    for record in map(record_of, lines):
        kind, claim = record.get("record"), record.get("claim")
        if kind in ("claim", "state") and record.get("phase") != "settled":
            unfinished.add(claim)
        elif kind == "settled":
            unfinished.discard(claim)
        elif kind == "forget":
            unfinished -= set(record["claims"])
        elif kind == "book":
            books += 1
        elif kind == "forgotten":
            forgotten = len(record["studies"])
    return len(unfinished) + books + forgotten + 2


def has_settled(path: Path) -> bool:
    """Whether there are claims to bring into a book, as far as can be told from outside."""
    content = path.read_bytes() if path.exists() else b""
    return b'"record":"settled"' in content or b'"phase":"settled"' in content


def record_of(text: bytes) -> dict:
    try:
        return json.loads(text[9:])
    except ValueError:
        return {}
