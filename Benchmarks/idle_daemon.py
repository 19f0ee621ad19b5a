#!/usr/bin/env python3
"""What the daemon costs while nothing happens, and how soon it answers when something does.

An inbox that is only read (`intake = leave`) holds 100,000 files that are done with. Measured from /proc, over the
whole process tree: the share of one processor while idle, the time of a scan, and the time from a study's last byte
to its result, less the quiet period and the work on the study. Exits with 1 where a target is missed.

    idle_daemon.py HINGED [--files N] [--folders N] [--seconds N] [--scan SECONDS] [--studies N]

HINGED is the executable of a release build, for instance .build/release/hinged. Needs Python alone.
"""
import argparse
import json
import os
import pathlib
import signal
import struct
import subprocess
import sys
import tempfile
import time

TARGETS = {"idle_percent": 0.2, "scan_seconds": 1.0, "scans_of_latency": 2.0}


def crc32c(data, table=[]):
    """RFC 3720 appendix B.4, as the journal's lines carry it."""
    if not table:
        for value in range(256):
            for _ in range(8):
                value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
            table.append(value)
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def line(**record):
    """As the journal has it: checksum, blank, text. Members are in the order in which the daemon reads them."""
    text = json.dumps(record, separators=(",", ":")).encode()
    return b"%08x %s\n" % (crc32c(text), text)


def claim(number, files):
    """A line of the journal: files that were read where they lie, and ignored."""
    listed = [
        {"index": index + 1, "source": source, "bytes": size, "modified_ns": modified, "sha256": "0" * 64,
         "decoding_bytes": 0, "state": "ignored", "reason": "not-dicom", "detail": "It is no DICOM file."}
        for index, (source, size, modified) in enumerate(files)]
    return line(
        record="state", claim=number, claimed_at_ms=1, first_seen_at_ms=1, files=listed, phase="settled",
        attempts=0, concluded_at_ms=1)


def fill(inbox, journal, folders, files):
    with open(journal, "wb") as lines:
        lines.write(line(format="hinged.journal", version=3))
        lines.write(line(record="forgotten", last_claim=0, files={}, studies=[]))
        for folder in range(folders):
            name = f"study{folder}"
            (inbox / name).mkdir()
            known = []
            for file in range(files // folders):
                path = inbox / name / f"IM{file}"
                path.write_bytes(b"x")
                known.append((f"{name}/IM{file}", 1, path.stat().st_mtime_ns))
            lines.write(claim(folder + 1, known))


def cpu_seconds(process):
    """Of a process, of its living descendants, and of those that it has waited for."""
    ticks, children = 0, [process]
    while children:
        pid = children.pop()
        try:
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += sum(int(fields[index]) for index in (11, 12, 13, 14))
            for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
                children += map(int, (task / "children").read_text().split())
        except (FileNotFoundError, ProcessLookupError):
            pass
    return ticks / os.sysconf("SC_CLK_TCK")


def dicom(study, instance):
    """A still ultrasound picture of 8 x 8 pixels, explicit VR little endian."""
    def element(tag, vr, value):
        value = value.encode() if isinstance(value, str) else value
        value += (b"\0" if vr in ("UI", "OB") else b" ") * (len(value) % 2)
        length = b"\0\0" + struct.pack("<I", len(value)) if vr == "OB" else struct.pack("<H", len(value))
        return struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr.encode() + length + value

    def number(value):
        return struct.pack("<H", value)

    sop_class = "1.2.840.10008.5.1.4.1.1.6.1"
    meta = b"".join([
        element(0x00020001, "OB", b"\0\1"), element(0x00020002, "UI", sop_class),
        element(0x00020003, "UI", instance), element(0x00020010, "UI", "1.2.840.10008.1.2.1"),
        element(0x00020012, "UI", "1.2.3")])
    body = b"".join([
        element(0x00080016, "UI", sop_class), element(0x00080018, "UI", instance),
        element(0x00080060, "CS", "US"), element(0x00100020, "LO", "nobody"),
        element(0x0020000D, "UI", study), element(0x0020000E, "UI", study + ".1"),
        element(0x00280002, "US", number(1)), element(0x00280004, "CS", "MONOCHROME2"),
        element(0x00280010, "US", number(8)), element(0x00280011, "US", number(8)),
        element(0x00280100, "US", number(8)), element(0x00280101, "US", number(8)),
        element(0x00280102, "US", number(7)), element(0x00280103, "US", number(0)),
        element(0x7FE00010, "OB", bytes(64))])
    return bytes(128) + b"DICM" + element(0x00020000, "UL", struct.pack("<I", len(meta))) + meta + body


class Daemon:
    def __init__(self, hinged, folder, scan_seconds, quiet_seconds):
        self.folder, self.quiet = folder, quiet_seconds
        self.inbox, self.outbox, self.spool = (folder / name for name in ("inbox", "outbox", "spool"))
        for path in (self.inbox, self.outbox, self.spool):
            path.mkdir(mode=0o700)
        self.configuration = folder / "hinged.conf"
        self.configuration.write_text(
            f"inbox = {self.inbox}\noutbox = {self.outbox}\nspool = {self.spool}\nintake = leave\n"
            f"scan_seconds = {scan_seconds}\nquiet_seconds = {quiet_seconds}\nmin_free_mb = 0\n"
            f"metrics = {folder / 'hinged.prom'}\n")
        self.command = [hinged, "run", "--config", str(self.configuration)]

    def __enter__(self):
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(self.command, stderr=log)
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def status(self):
        if self.process.poll() is not None:
            sys.exit((self.folder / "log").read_text() + "the daemon has ended")
        try:
            return json.loads((self.spool / "status.json").read_text())["inbox"]
        except FileNotFoundError:
            return {"knownFiles": 0, "scanMilliseconds": 0}

    def wait_until_known(self, files):
        """Gives the longest scan up to then: one that lists every folder is among them."""
        longest = 0
        while True:
            status = self.status()
            longest = max(longest, status["scanMilliseconds"])
            if status["knownFiles"] >= files:
                return longest / 1000
            time.sleep(0.05)

    def latency(self, study):
        """Seconds from the last byte to the result, less the quiet period and the work on the study."""
        path = self.folder / study
        path.write_bytes(dicom(study, study + ".2"))
        target, result = self.inbox / study, self.outbox / study
        start = time.monotonic()
        os.rename(path, target)
        while not result.exists():
            self.status()
            time.sleep(0.005)
        seconds = time.monotonic() - start
        record = json.loads((result / "study.json").read_text())
        return seconds - self.quiet - record["timings_ms"]["total"] / 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hinged")
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--folders", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--scan", type=float, default=5)
    parser.add_argument("--studies", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hinged-idle-") as folder:
        daemon = Daemon(options.hinged, pathlib.Path(folder), options.scan, quiet_seconds=2 * options.scan)
        fill(daemon.inbox, daemon.spool / "journal", options.folders, options.files)
        with daemon:
            scan = daemon.wait_until_known(options.files // options.folders * options.folders)
            time.sleep(3 * options.scan)
            before, start = cpu_seconds(daemon.process.pid), time.monotonic()
            time.sleep(options.seconds)
            idle = (cpu_seconds(daemon.process.pid) - before) / (time.monotonic() - start)
            passing = daemon.status()["scanMilliseconds"] / 1000
            latencies = [daemon.latency(f"1.2.3.{number}") for number in range(options.studies)]
    figures = {
        "known_files": options.files, "idle_percent": round(100 * idle, 3), "scan_seconds": round(scan, 3),
        "idle_scan_seconds": round(passing, 4),
        "scans_of_latency": round(max(latencies, default=0) / options.scan, 2)}
    print(json.dumps(figures, indent=2))
    missed = [name for name, target in TARGETS.items() if figures[name] > target]
    if missed:
        sys.exit("missed: " + ", ".join(missed))


if __name__ == "__main__":
    main()
