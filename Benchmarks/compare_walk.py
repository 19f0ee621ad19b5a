#!/usr/bin/env python3
"""Compares the way from a clip to its results with that of reference_walk.py, in turns.

    compare_walk.py HINGED MODEL.onnx CLIP.dcm [--threads N] [--rounds N] [--outputs LIST]

Prints medians of the time on the clock, of the processor time and of the peak of resident memory, summed over all
processes of a run. Needs what reference_walk.py needs.
"""
import argparse
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent


def main():
    arguments = parse()
    runs = {"hinged": [], "reference": []}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        configuration = folder / "hinged.conf"
        configuration.write_text(f"inbox = {folder}/in\noutbox = {folder}/out\nspool = {folder}/spool\n"
                                 f"outputs = {arguments.outputs}\n")
        for turn in range(arguments.rounds):
            threads, out = str(arguments.threads), folder / f"{turn}"
            runs["hinged"].append(measured_with_processors([
                arguments.hinged, "process", arguments.clip, "--config", configuration, "--model", arguments.model,
                "--outbox", out / "hinged", "--threads", threads]))
            runs["reference"].append(measured_with_processors([
                sys.executable, HERE / "reference_walk.py", arguments.model, arguments.clip, out / "reference",
                threads]))
    print("| | seconds | of processors | MB |\n|---|---|---|---|")
    medians = {name: [statistics.median(column) for column in zip(*each)] for name, each in runs.items()}
    for name, (seconds, processor, megabytes) in medians.items():
        print(f"| {name} | {seconds:.2f} | {processor:.2f} | {megabytes:.0f} |")
    ratios = [ours / theirs for ours, theirs in zip(medians["hinged"], medians["reference"])]
    print("| ratio | " + " | ".join(f"1/{1 / ratio:.1f}" for ratio in ratios) + " |")


def measured_with_processors(command):
    """Seconds on the clock and of processors, and the peak of resident megabytes of all processes of the command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds, megabytes = measured(command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, megabytes


def measured(command):
    """Seconds, and the peak of resident megabytes of the process and those below it."""
    start, peak = time.monotonic(), 0
    process = subprocess.Popen([str(each) for each in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               start_new_session=True)
    while process.poll() is None:
        peak = max(peak, resident(process.pid))
        time.sleep(0.005)
    seconds = time.monotonic() - start
    if process.returncode:
        sys.exit(f"{command[0]}: {process.stderr.read().decode().strip()}")
    return seconds, peak / 1e6


def resident(session):
    total = 0
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            fields = pathlib.Path(entry.path, "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == session:
                total += int(pathlib.Path(entry.path, "statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
        except OSError:
            continue
    return total


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hinged", type=pathlib.Path)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("clip", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--outputs", default="sr, png, html")
    return parser.parse_args()


if __name__ == "__main__":
    main()
