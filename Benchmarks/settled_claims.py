#!/usr/bin/env python3
"""What a million settled claims cost: a start, resident memory, and `hinged status`.

Makes a spool whose journal has so many settled claims of one study each, lets the daemon upgrade it once, and measures
each start after that until the daemon says that it watches the inbox and until it has looked through it, its resident
memory after that, and `hinged status`. Exits with 1 where a target is missed.

    settled_claims.py HINGED [--claims N] [--forgotten N] [--starts N] [--intake move|leave] [--model FILE]
    settled_claims.py HINGED --rewriting

`--forgotten`: so many studies more whose claims `keep_done_days` forgot. `--rewriting` measures instead for how long the
journal is being rewritten, and nobody else may ask for a claim, when the new book takes in all books before it that it
ever may for being small: 98,000 claims.

HINGED is the executable of a release build. Needs Python alone, and a kilobyte of disk a claim below TMPDIR.
"""
import argparse
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time

TARGETS = {"start_seconds": 2.0, "resident_mb": 300.0, "status_seconds": 1.0}
#: One in so many has a file that is set aside, as in a hospital that drops what is no echo too.
SET_ASIDE_EVERY = 50


def tables():
    """RFC 3720 appendix B.4: of the reflected polynomial, one entry a byte."""
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


TABLE = tables()


def line(text):
    """As the journal has it: checksum (CRC-32C), blank, text."""
    crc = 0xFFFFFFFF
    for byte in text:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 0xFF]
    return b"%08x %s\n" % (crc ^ 0xFFFFFFFF, text)


def claim(number, moves):
    """A settled claim of a study of two files."""
    study = f"1.2.826.0.1.3680043.8.498.{10**37 + number}"
    aside = number % SET_ASIDE_EVERY == 0
    files = []
    for index in (1, 2):
        end = {"state": "used"}
        if aside and index == 2:
            end = {"state": "quarantined", "reason": "truncated", "detail": "The file ends before its pixels do."}
        files.append({
            "index": index, "source": f"{number % 5000}/{number}/IM_{index:04}", "bytes": 4_142_192,
            "modified_ns": 1_700_000_000_000_000_000 + number, "sha256": f"{number * 2 + index:064x}",
            "sop_instance_uid": f"{study}.{index}", "decoding_bytes": 201_852_160, **end})
    record = {
        "record": "state", "claim": number, "study": study, **({"moves": True} if moves else {}),
        "claimed_at_ms": 1_700_000_000_000 + number, "first_seen_at_ms": 1_700_000_000_000 + number,
        "identity": {"PatientID": f"{number:016x}", "PatientName.1": f"{number + 7:016x}"}, "files": files,
        "phase": "settled", "attempts": 1, "published": study, "status": "completed",
        "concluded_at_ms": 1_700_000_001_000 + number}
    return line(json.dumps(record, separators=(",", ":")).encode())


def forgotten(first, count):
    """What the journal keeps of studies whose claims it forgot."""
    studies = [
        {"study": f"1.2.826.0.1.3680043.8.498.{10**37 + number}", "revision": 1,
         "identity": {"PatientID": f"{number:016x}", "PatientName.1": f"{number + 7:016x}"}}
        for number in range(first, first + count)]
    files = {"used": 2 * count} if count else {}
    record = {"record": "forgotten", "last_claim": first - 1 + count, "files": files, "studies": studies}
    return line(json.dumps(record, separators=(",", ":")).encode())


def fill(journal, claims, moves, without=0, version=2):
    with open(journal, "wb", buffering=1 << 20) as lines:
        lines.write(line(b'{"format":"hinged.journal","version":%d}' % version))
        lines.write(forgotten(claims + 1, without) if without else forgotten(1, 0))
        lines.writelines(claim(number, moves) for number in range(1, claims + 1))


def resident_mb(pid, field="VmRSS"):
    for text in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if text.startswith(field + ":"):
            return int(text.split()[1]) / 1024
    return 0.0


def wait_for_a_look(spool, pid):
    """Until the daemon has looked through the inbox; that waits for all claims to be read where the inbox is only read."""
    while True:
        try:
            status = json.loads((spool / "status.json").read_text())
            if status["process"] == pid and status["inbox"].get("lastScan"):
                return
        except (OSError, ValueError):
            pass
        time.sleep(0.05)


def start(hinged, configuration, spool):
    """Seconds until the daemon watches and until it has looked, resident MB in the ten seconds after that, the most so far,
    seconds of status."""
    begin = time.monotonic()
    daemon = subprocess.Popen([hinged, "run", "--config", configuration], stderr=subprocess.PIPE, text=True)
    try:
        for text in daemon.stderr:
            if "watches the inbox" in text:
                break
        else:
            sys.exit(f"the daemon ended with {daemon.wait()}")
        seconds = time.monotonic() - begin
        wait_for_a_look(spool, daemon.pid)
        look = time.monotonic() - begin
        first = resident_mb(daemon.pid)
        time.sleep(10)
        asked = time.monotonic()
        answer = subprocess.run(
            [hinged, "status", "--config", configuration, "--json"], capture_output=True, text=True, check=False)
        status = time.monotonic() - asked
        files = json.loads(answer.stdout)["files"]
        if not files["reconciles"]:
            sys.exit(f"files do not reconcile: {files}")
        return {"start_seconds": seconds, "look_seconds": look, "resident_mb": max(first, resident_mb(daemon.pid)),
                "most_mb": resident_mb(daemon.pid, "VmHWM"), "status_seconds": status, "taken": files["taken"]}
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait()


#: Books that are not copied when the next of them comes, each being just too large, and what takes in all of them.
BOOKS = (49_000, 24_500, 12_200, 6_100, 3_050, 1_520, 760, 380, 800)
#: More than the daemon leaves a journal long for.
IDLE_LINES = 2_100


def rewriting(hinged, configuration, spool):
    """Seconds from the first byte of a new book to the new journal, with how many claims the book has."""
    journal, settled, first = spool / "journal", spool / "settled", 1
    idle = line(b'{"record":"forget","claims":[]}')
    fill(journal, 0, True, version=3)
    for count in BOOKS:
        with open(journal, "ab") as lines:
            lines.writelines(claim(number, True) for number in range(first, first + count))
            lines.write(idle * (IDLE_LINES + 4 * len(BOOKS)))
        first += count
        settled.mkdir(mode=0o700, exist_ok=True)
        before, old, began = set(os.listdir(settled)), journal.stat().st_ino, None
        daemon = subprocess.Popen([hinged, "run", "--config", configuration], stderr=subprocess.DEVNULL)
        while journal.stat().st_ino == old:
            if began is None and set(os.listdir(settled)) - before:
                began = time.monotonic()
            if daemon.poll() is not None:
                sys.exit(f"the daemon ended with {daemon.returncode}")
            time.sleep(0.001)
        seconds = time.monotonic() - began
        daemon.send_signal(signal.SIGTERM)
        daemon.wait()
    book = max((path for path in settled.iterdir() if path.suffix != ".index"), key=lambda path: path.stat().st_size)
    claims = book.read_bytes().count(b"\n") - 1
    print(f"a book of {claims} claims, {book.stat().st_size >> 20} MiB: {seconds:.2f} s", flush=True)
    if claims != first - 1:
        sys.exit("it does not have all of them")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("hinged")
    parser.add_argument("--claims", type=int, default=1_000_000)
    parser.add_argument("--forgotten", type=int, default=0)
    parser.add_argument("--rewriting", action="store_true")
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--intake", choices=("move", "leave"), default="move")
    parser.add_argument("--model")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        base = pathlib.Path(folder)
        for name in ("in", "out", "spool"):
            (base / name).mkdir(mode=0o700)
        configuration = base / "hinged.conf"
        lines = [f"inbox = {base}/in", f"outbox = {base}/out", f"spool = {base}/spool", "min_free_mb = 0",
                 f"intake = {options.intake}"]
        if options.model:
            lines.append(f"model = {options.model}")
        configuration.write_text("\n".join(lines) + "\n")
        if options.rewriting:
            return rewriting(options.hinged, configuration, base / "spool")
        fill(base / "spool" / "journal", options.claims, options.intake == "move", options.forgotten)
        print(f"journal of {options.claims} claims: {(base / 'spool/journal').stat().st_size >> 20} MiB", flush=True)
        upgrade = start(options.hinged, configuration, base / "spool")
        print("upgrade", json.dumps({key: round(value, 2) for key, value in upgrade.items()}), flush=True)
        runs = [start(options.hinged, configuration, base / "spool") for _ in range(options.starts)]
        if any(run["taken"] != 2 * (options.claims + options.forgotten) for run in runs):
            sys.exit("claims are missing")
        medians = {key: round(statistics.median(run[key] for run in runs), 2) for key in runs[0]}
        print("start  ", json.dumps(medians), flush=True)
        missed = [name for name, limit in TARGETS.items() if medians[name] > limit]
        sys.exit(f"missed: {', '.join(missed)}" if missed else 0)


if __name__ == "__main__":
    main()
