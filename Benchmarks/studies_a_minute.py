#!/usr/bin/env python3
"""How many studies of some clips are done in a minute: by the daemon, by `process` and by `batch run`.

    studies_a_minute.py HINGED MODEL.onnx CLIP.dcm ... [--studies N] [--ways daemon,process,batch]

The clips (Image-40.dcm and Image-41.dcm of the public Philips study) are copied into each study under UIDs of its own.
The daemon's time is from the drop to the last published result, less the quiet period. Prints the time on the clock, the
processor time a study, with all processes, and the studies a minute. Needs pydicom.
"""
import argparse
import os
import pathlib
import resource
import signal
import subprocess
import tempfile
import time

import pydicom

from idle_daemon import cpu_seconds

ROOT = "1.2.826.0.1.3680043.2.1125.77"
QUIET = 5


def make_studies(folder, clips, studies):
    for number in range(studies):
        (folder / f"study{number}").mkdir(parents=True)
    for place, clip in enumerate(clips):
        dataset = pydicom.dcmread(clip)
        for number in range(studies):
            study = f"{ROOT}.{number}"
            dataset.StudyInstanceUID, dataset.SeriesInstanceUID = study, f"{study}.1"
            dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"{study}.1.{place + 1}"
            dataset.PatientID = dataset.PatientName = f"STUDY{number}"
            dataset.save_as(folder / f"study{number}" / f"IM{place}.dcm", enforce_file_format=False)


def children_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def by_command(command):
    before, start = children_seconds(), time.monotonic()
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - start, children_seconds() - before


def by_daemon(options, given, folder):
    inbox, outbox, spool = (folder / name for name in ("inbox", "outbox", "spool"))
    for path in (inbox, outbox, spool):
        path.mkdir(mode=0o700)
    configuration = folder / "hinged.conf"
    configuration.write_text(
        f"inbox = {inbox}\noutbox = {outbox}\nspool = {spool}\nintake = leave\nscan_seconds = 1\n"
        f"quiet_seconds = {QUIET}\nmin_free_mb = 0\nmodel = {options.model.resolve()}\n")
    daemon = subprocess.Popen([options.hinged, "run", "--config", configuration], stderr=subprocess.DEVNULL)
    try:
        while not (spool / "status.json").exists():
            time.sleep(0.05)
        before, start = cpu_seconds(daemon.pid), time.monotonic()
        os.rename(given, inbox / "drop")
        while len(list(outbox.glob(f"{ROOT}.*/study.json"))) < options.studies:
            time.sleep(0.05)
        return time.monotonic() - start - QUIET, cpu_seconds(daemon.pid) - before
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait()


def main():
    options = parse()
    print("| way | seconds | processor seconds a study | studies a minute |\n|---|---|---|---|")
    for way in options.ways.split(","):
        with tempfile.TemporaryDirectory(prefix="hinged-minute-") as folder:
            folder = pathlib.Path(folder)
            given, common = folder / "given", ["--outbox", folder / "out", "--model", options.model]
            make_studies(given, options.clips, options.studies)
            if way == "daemon":
                seconds, processor = by_daemon(options, given, folder)
            elif way == "process":
                seconds, processor = by_command([options.hinged, "process", given, *common])
            else:
                by_command([options.hinged, "batch", "plan", given, "--out", folder / "manifest"])
                seconds, processor = by_command(
                    [options.hinged, "batch", "run", folder / "manifest", "--shard", "1/1", *common])
        print(f"| {way} | {seconds:.1f} | {processor / options.studies:.2f} | {60 * options.studies / seconds:.0f} |",
              flush=True)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hinged", type=pathlib.Path)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("clips", type=pathlib.Path, nargs="+", metavar="CLIP.dcm")
    parser.add_argument("--studies", type=int, default=10)
    parser.add_argument("--ways", default="daemon,process,batch")
    return parser.parse_args()


if __name__ == "__main__":
    main()
