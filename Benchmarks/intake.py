#!/usr/bin/env python3
"""What it costs the daemon to see a drop of many small files: processor time a file, and time until all were read.

Files of 8 x 8 pixels, so that what is measured is the way to a header and not a digest. Measured from /proc, over
the whole process tree, from the drop until every study waits for its quiet period with all of its files.

    intake.py HINGED [--files N] [--studies N]

HINGED is the executable of a release build, for instance .build/release/hinged. Needs Python alone.
"""
import argparse
import json
import os
import pathlib
import tempfile
import time

from idle_daemon import Daemon, cpu_seconds, dicom

# Longer than the drop takes, below the limit's default: no study is claimed while its files are counted.
QUIET_SECONDS = 890


def prepare(folder, studies, files):
    """A folder beside the inbox that a rename puts into it."""
    drop = folder / "drop"
    for study in range(studies):
        place = drop / f"study{study}"
        place.mkdir(parents=True)
        for file in range(files // studies):
            (place / f"IM{file}").write_bytes(dicom(f"1.2.3.{study}", f"1.2.3.{study}.1.{file}"))
    return drop


def studies_with_all(daemon, files):
    """Studies of which as many files were read."""
    try:
        pending = json.loads((daemon.spool / "status.json").read_text())["pending"]
    except FileNotFoundError:
        return 0
    return sum(study.get("files", len(study["paths"])) >= files for study in pending)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hinged")
    parser.add_argument("--files", type=int, default=6_000)
    parser.add_argument("--studies", type=int, default=60)
    options = parser.parse_args()
    files = options.files // options.studies * options.studies
    with tempfile.TemporaryDirectory(prefix="hinged-intake-") as folder:
        folder = pathlib.Path(folder)
        drop = prepare(folder, options.studies, files)
        with Daemon(options.hinged, folder, 1, quiet_seconds=QUIET_SECONDS) as daemon:
            daemon.wait_until_known(0)
            time.sleep(2)
            before, start = cpu_seconds(daemon.process.pid), time.monotonic()
            os.rename(drop, daemon.inbox / "drop")
            while studies_with_all(daemon, files // options.studies) < options.studies:
                daemon.status()
                time.sleep(0.2)
            seconds = time.monotonic() - start
            processor = cpu_seconds(daemon.process.pid) - before
    print(json.dumps({
        "files": files, "studies": options.studies, "seconds": round(seconds, 2),
        "processor_ms_a_file": round(1000 * processor / files, 2)}, indent=2))


if __name__ == "__main__":
    main()
