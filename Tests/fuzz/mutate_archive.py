"""Mutated archives for mutate.py: a good study in each form, with bytes changed, cut out, doubled or cut off."""

import gzip
import io
import random
import tarfile
import zipfile

NAME = "archives"


def packed(name: str, content: bytes, source: random.Random) -> bytes:
    """The file with a text beside it, in a form by chance; gzip alone has the file alone."""
    form = source.choice(("zip", "deflated", "tar", "tgz", "gz", "nested"))
    if form == "gz":
        return gzip.compress(content)
    if form in ("zip", "deflated", "nested"):
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED if form == "zip" else zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"study/{name}", content)
            archive.writestr("README", f"beside {name}")
        return tar("inner.zip", target.getvalue()) if form == "nested" else target.getvalue()
    whole = tar(f"study/{name}", content)
    return gzip.compress(whole) if form == "tgz" else whole


def tar(name: str, content: bytes) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return target.getvalue()


def mutated(content: bytes, source: random.Random) -> bytes:
    """One in ten stays as it is. Changes go to the ends as often as to the middle: that is where the directories are."""
    if source.random() < 0.1:
        return content
    changed = bytearray(content)
    for _ in range(source.choice((1, 1, 2, 5))):
        length = len(changed)
        if length < 200:
            break
        near = source.choice((source.randrange(length), source.randrange(min(600, length))))
        place = source.choice((near, length - 1 - near))
        match source.choice(("byte", "byte", "number", "out", "twice", "cut")):
            case "byte":
                changed[place] = source.randrange(256)
            case "number":
                changed[place : place + 4] = source.choice((b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f"))
            case "out":
                del changed[place : place + source.randrange(1, 40)]
            case "twice":
                changed[place:place] = changed[place : place + source.randrange(1, 600)]
            case "cut":
                del changed[max(100, place) :]
    return bytes(changed)
