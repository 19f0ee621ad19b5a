#!/usr/bin/env python3
"""What one more result costs the index of a large outbox, and how soon its page opens and filters in Chromium.

    outbox_index.py HINGED STUDY_JSON CLIP [--studies N] [--results N] [--chromium PROGRAM] [--model FILE]

The outbox is filled with copies of one real study.json, each under a UID of its own; of every three one patient's, as the
start of a report.dcm beside it says. A real daemon then publishes CLIP, an ultrasound file of any kind, under new UIDs, as
one more study of a patient that is there. Of each result: the milliseconds from the last change of its study.json to that
of the index's list, which is written last and waits for whatever else the machine does; and the bytes that the index wrote,
by the sizes of the files that it replaced and the growth of those that it added to. Needs pydicom.
"""

import argparse
import io
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import pydicom

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "Tests/neighbours"))
from browser import Browser  # noqa: E402


BORN = "19500102"


def patient(number):
    return f"P{number // 3:07d}"


def report_start():
    """The start of a report, up to its patient and from there on."""
    start = pydicom.Dataset()
    start.StudyDate, start.StudyDescription = "20260131", "Echo"
    start.PatientName, start.PatientID, start.PatientBirthDate = "Doe^Jane", patient(0), BORN
    start.file_meta = pydicom.dataset.FileMetaDataset()
    start.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    start.file_meta.MediaStorageSOPClassUID = pydicom.uid.ComprehensiveSRStorage
    start.file_meta.MediaStorageSOPInstanceUID = "1.2"
    file = io.BytesIO()
    pydicom.dcmwrite(file, start, enforce_file_format=True)
    return file.getvalue().split(patient(0).encode(), 1)


def fill(outbox, record, studies):
    for clip in record["clips"]:
        clip.pop("curves", None)
    before, after = json.dumps(record).split(json.dumps(record["study"]["uid"]), 1)
    start = report_start()
    for number in range(studies):
        folder = outbox / f"1.2.826.0.1.{number}"
        folder.mkdir()
        (folder / "study.json").write_text(f'{before}"{folder.name}"{after}')
        (folder / "report.dcm").write_bytes(patient(number).encode().join(start))


def index_files(outbox):
    files = [outbox / name for name in ("index.jsonl", "measurements.csv", "index.html")]
    return {path: path.stat() for path in files + list((outbox / "index-data").iterdir())}


def written(before, after):
    """Bytes: of a new inode all, of an old one what was added."""
    total = 0
    for path, now in after.items():
        then = before.get(path)
        if then is None or then.st_ino != now.st_ino:
            total += now.st_size
        else:
            total += max(0, now.st_size - then.st_size)
    return total


def resident(process, field):
    """Megabytes, of the process alone."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(status.split(field + ":")[1].split()[0]) / 1024


def wait(is_true, what, seconds=900):
    end = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > end:
            raise SystemExit(f"never came: {what}")
        time.sleep(0.05)


def publish(work, clip, number):
    outbox, listed = work / "out", work / "out/index-data/list.js"
    before = index_files(outbox)
    uid = f"1.2.826.0.2.{number}"
    clip.StudyInstanceUID, clip.SOPInstanceUID = uid, uid + ".1"
    clip.file_meta.MediaStorageSOPInstanceUID = uid + ".1"
    clip.PatientID, clip.PatientBirthDate = patient(3 * number), BORN
    clip.save_as(work / f"in/{uid}")
    record = outbox / uid / "study.json"
    wait(record.exists, uid)
    wait(lambda: listed.stat().st_mtime_ns > record.stat().st_mtime_ns, "its row")
    time.sleep(0.3)
    after = index_files(outbox)
    return (after[listed].st_mtime_ns - record.stat().st_mtime_ns) / 1e6, written(before, after)


def open_page(chromium, outbox):
    with Browser(chromium, outbox) as browser:
        browser.size(1400, 900)
        opened, complete = [], []
        for _ in range(3):
            start = time.monotonic()
            browser.open(outbox / "index.html")
            browser.wait("!!document.querySelector('#rows a')", 120)
            opened.append(time.monotonic() - start)
            browser.wait("document.documentElement.dataset.studies !== undefined", 120)
            complete.append(time.monotonic() - start)
        took = browser.value(
            "(() => { const start = performance.now(); document.querySelector('[data-show=review]').click();"
            "document.getElementById('rows').offsetHeight; return performance.now() - start; })()"
        )
        assert not browser.complaints, browser.complaints
        count = browser.value("document.documentElement.dataset.studies")
        return statistics.median(opened), statistics.median(complete), took / 1000, count


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("hinged")
    parser.add_argument("study_json", type=pathlib.Path)
    parser.add_argument("clip")
    parser.add_argument("--studies", type=int, default=100_000)
    parser.add_argument("--results", type=int, default=10)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--model", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        for name in ("in", "out", "spool"):
            (work / name).mkdir()
        fill(work / "out", json.loads(options.study_json.read_text()), options.studies)
        lines = [f"{key} = {work / name}" for key, name in (("inbox", "in"), ("outbox", "out"), ("spool", "spool"))]
        lines += ["quiet_seconds = 0.5", "scan_seconds = 0.2", "outputs = sr, html", "min_free_mb = 0"]
        lines += [f"model = {options.model.resolve()}"] if options.model else []
        (work / "hinged.conf").write_text("\n".join(lines) + "\n")
        with open(work / "log", "w") as log:
            daemon = subprocess.Popen([options.hinged, "run", "--config", str(work / "hinged.conf")], stderr=log)
        try:
            # Of a new index the page is written last.
            first = work / "out/index.html"
            wait(lambda: first.exists() or daemon.poll() is not None, "the first index", 3600)
            most = resident(daemon, "VmHWM")
            if daemon.poll() is not None:
                raise SystemExit((work / "log").read_text())
            clip = pydicom.dcmread(options.clip)
            # The first may be gathered into the update of the start.
            publish(work, clip, 0)
            costs = [publish(work, clip, number + 1) for number in range(options.results)]
            now = resident(daemon, "VmRSS")
        finally:
            daemon.terminate()
            daemon.wait()
        opened, complete, filtered, count = open_page(options.chromium, work / "out")
    print(
        f"{count} studies: one more result {statistics.median(c[0] for c in costs):.0f} ms in the median,"
        f" {max(c[0] for c in costs):.0f} ms at most, {max(c[1] for c in costs) / 1000:.0f} kB written at most;"
        f" the page shows the newest in {opened:.2f} s and all in {complete:.2f} s (medians of three), and filters in"
        f" {filtered:.2f} s; the daemon had {most:.0f} MB at most while it"
        f" made the index, and {now:.0f} MB afterwards"
    )


if __name__ == "__main__":
    main()
