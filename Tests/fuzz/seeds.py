"""Seed corpora for the fuzz targets, made of the project's own fixtures: scripts/fuzz starts this."""

import gzip
import io
import json
import shutil
import signal
import struct
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "torture"))

import cine
import mutate
from dicom_picture import picture

ROOT = Path(__file__).parent.parent.parent
#: The places of these in `DICOMBytes.Syntax` without those that are not supported, for the target `frames`.
FRAME_SYNTAXES = {
    "1.2.840.10008.1.2.1": 1, "1.2.840.10008.1.2.2": 2, "1.2.840.10008.1.2.4.50": 3, "1.2.840.10008.1.2.4.70": 4,
    "1.2.840.10008.1.2.4.80": 5, "1.2.840.10008.1.2.5": 6,
}  # fmt: skip


def main() -> None:
    program, out = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    shutil.rmtree(out, ignore_errors=True)
    work = out / "work"
    work.mkdir(parents=True)
    files = mutate.originals(work)
    small = [shortened(content) for content in files[:1]]
    put(out, "dicom", files + small)
    put(out, "frames", [seed for content in files for seed in frames(content)])
    put(out, "messages", [message for content in files[:2] for message in messages(program, work, content)])
    networks = [path.read_bytes() for path in sorted((ROOT / "Tests/InferenceTests/Fixtures").glob("*.onnx"))]
    put(out, "onnx", [*networks, cine.network()[0]])
    put(out, "nifti", [nifti(2, 6, 4), nifti(4, 3, 3), nifti(16, 2, 2)])
    put(out, "gzip", [gzip.compress(b""), gzip.compress(nifti(2, 6, 4)), gzip.compress(bytes(4_000))])
    put(out, "archive", archives(small[0]))
    put(out, "metaimage", [metaimage()])
    shipped = (ROOT / "config/hinged.conf").read_text()
    put(out, "configuration", [shipped.encode(), shipped.replace("\n#", "\n").encode()])
    put(out, "card", [path.read_bytes() for path in sorted((ROOT / "models").glob("*.json"))] + [cine.network()[1]])
    manifest, journal, records = life(program, work)
    put(out, "manifest", [manifest])
    put(out, "journal", [journal])
    put(out, "study", records)
    shutil.rmtree(work)


def put(out: Path, target: str, seeds: list[bytes]) -> None:
    folder = out / target
    folder.mkdir()
    for index, seed in enumerate(seeds):
        (folder / f"seed-{index}").write_bytes(seed)


def archives(content: bytes) -> list[bytes]:
    """A file and a text in each form; an archive in an archive; a long name and a link, as tar has them."""
    files = {"DICOM/IM1": content, "README": b"a text", "n" * 120: b""}
    seeds = []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", method) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
            archive.comment = b"a comment"
        seeds.append(target.getvalue())
    for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        target = io.BytesIO()
        with tarfile.open(fileobj=target, mode="w", format=form) as archive:
            for name, data in files.items():
                entry = tarfile.TarInfo(name if form != tarfile.USTAR_FORMAT else name[:90])
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
            link = tarfile.TarInfo("link")
            link.type, link.linkname = tarfile.SYMTYPE, "IM1"
            archive.addfile(link)
        seeds += [target.getvalue(), gzip.compress(target.getvalue())]
    return [*seeds, gzip.compress(seeds[0]), gzip.compress(content)]


def shortened(content: bytes) -> bytes:
    """One frame of 8 rows and columns."""
    one = picture(content)
    for tag, value in ((0x0010, 8), (0x0011, 8)):
        one.set_number(one.find(0x0028, tag)[0], 0, "H", value)
    one.set_value(one.find(0x7FE0, 0x0010)[0], bytes(64))
    one.set_value(one.find(0x0028, 0x0008)[0], b"1")
    return one.file()


def frames(content: bytes) -> list[bytes]:
    """What the target takes apart again: how the pixels are stored, then one frame of them."""
    one = picture(content)
    if one.syntax not in FRAME_SYNTAXES:
        return []
    is_colour = one.find(0x0028, 0x0006) != []
    head = bytes([FRAME_SYNTAXES[one.syntax], 2 if is_colour else 0, 63, 63, 0, 0, 0, 0])
    items = one.fragments()
    pixels = items[1] if items else one.find(0x7FE0, 0x0010)[0]
    return [head + bytes(one.content[pixels.value : pixels.value + min(pixels.length, 12_288)])]


def messages(program: Path, work: Path, content: bytes) -> list[bytes]:
    """What a decode worker says of a file."""
    path = work / "message.dcm"
    path.write_bytes(content)
    words = [program, "decode-worker", "1000000", "100", "10000000", "256", "60", "0", "chroma"]
    said = subprocess.run(["sh", "-c", 'exec "$@" 3<"$0"', path, *words], stdout=subprocess.PIPE, check=True).stdout
    found, at = [], 0
    while at < len(said):
        end = at + 5 + struct.unpack_from("<I", said, at + 1)[0]
        found.append(said[at:end])
        at = end
    return found + [b"X\x12\0\0\0corrupt\nIt is bad."]


def nifti(datatype: int, width: int, height: int) -> bytes:
    head = bytearray(352)
    struct.pack_into("<i", head, 0, 348)
    struct.pack_into("<8h", head, 40, 2, width, height, 1, 1, 1, 1, 1)
    struct.pack_into("<h", head, 70, datatype)
    struct.pack_into("<3f", head, 80, 0.5, 0.5, 1)
    struct.pack_into("<2f", head, 108, 352, 1)
    head[344:348] = b"n+1\0"
    code = {2: "B", 4: "h", 16: "f"}[datatype]
    return bytes(head) + struct.pack(f"<{width * height}{code}", *([3] * width * height))


def metaimage() -> bytes:
    fields = {
        "NDims": "2", "DimSize": "6 4", "ElementSpacing": "0.5 0.5", "ElementType": "MET_UCHAR",
        "BinaryData": "True", "CompressedData": "False", "ElementDataFile": "picture.raw",
    }  # fmt: skip
    return "".join(f"{name} = {value}\n" for name, value in fields.items()).encode()


def life(program: Path, work: Path) -> tuple[bytes, bytes, list[bytes]]:
    """A manifest, a journal and results of a daemon that takes three studies, one of them no good."""
    model, card = cine.network()
    (work / "grey.onnx").write_bytes(model)
    (work / "grey.json").write_bytes(card)
    for name in ("in", "out", "spool"):
        (work / name).mkdir()
    for number in range(2):
        (work / "in" / f"{number}.dcm").write_bytes(cine.loop(f"1.2.{number + 1}", 1, number).content)
    (work / "in" / "bad.dcm").write_bytes(cine.loop("1.2.9", 1, 9).content[:3_000])
    run([program, "batch", "plan", work / "in", "--out", work / "manifest", "--quiet"])
    lines = {
        "inbox": work / "in", "outbox": work / "out", "spool": work / "spool", "scan_seconds": 0.1,
        "quiet_seconds": 0.3, "limit_seconds": 1, "min_free_mb": 0, "model": work / "grey.onnx", "outputs": "html",
    }  # fmt: skip
    (work / "conf").write_text("".join(f"{key} = {value}\n" for key, value in lines.items()))
    daemon = subprocess.Popen([program, "run", "--config", work / "conf"], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while len(list((work / "spool").glob("*/*/*.dcm"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1)
    daemon.send_signal(signal.SIGTERM)
    daemon.wait()
    records = [path.read_bytes() for path in sorted((work / "out").glob("*/study.json"))]
    if not records or not all(json.loads(record) for record in records):
        raise SystemExit("the daemon published nothing")
    return (work / "manifest").read_bytes(), (work / "spool" / "journal").read_bytes(), records


def run(words: list) -> None:
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
