#!/usr/bin/env python3
"""Times `hinged batch merge` over many results: copies of one real study.json, each under a UID of its own.

    Benchmarks/batch_merge.py HINGED STUDY_JSON [--studies 100000] [--folder DIR]

Prints seconds, the peak memory of the program and of its children (sort), and what the merge says of its counts.
"""

import argparse
import hashlib
import json
import pathlib
import resource
import shutil
import subprocess
import tempfile
import time


def manifest_line(uid: str, instances: list[str]) -> str:
    files = [
        {"path": f"/in/{uid}/{i}", "size": 1, "modified_ns": 1, "instance": instance, "identity": "0" * 64}
        for i, instance in enumerate(instances)
    ]
    return json.dumps({"study": uid, "frames": 100, "files": files}, separators=(",", ":")) + "\n"


def write_archive(folder: pathlib.Path, record: dict, studies: int) -> None:
    """The outbox with its results, and the manifest that planned them."""
    before, after = json.dumps(record, indent=2).split(json.dumps(record["study"]["uid"]), 1)
    instances = [entry["sop_instance_uid"] for entry in record["inputs"]]
    digest = hashlib.sha256()
    with open(folder / "plan", "w") as plan:

        def add(line: str) -> None:
            digest.update(line.encode())
            plan.write(line)

        header = {"schema": "hinged.manifest/1", "version": "0", "part_of": None}
        add(json.dumps(header, separators=(",", ":")) + "\n")
        for index in range(studies):
            uid = f"1.2.826.0.1.{index}"
            (folder / "out" / uid).mkdir(parents=True)
            (folder / "out" / uid / "study.json").write_text(f'{before}"{uid}"{after}')
            add(manifest_line(uid, instances))
        end = {"studies": studies, "files": studies * len(instances), "problems": 0, "sha256": digest.hexdigest()}
        plan.write(json.dumps({"end": end}, separators=(",", ":")) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("hinged")
    parser.add_argument("study_json", type=pathlib.Path)
    parser.add_argument("--studies", type=int, default=100_000)
    parser.add_argument("--folder", help="where the archive is made (default: the temporary folder)")
    arguments = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(dir=arguments.folder))
    try:
        record = json.loads(arguments.study_json.read_text())
        write_archive(folder, record, arguments.studies)
        start = time.monotonic()
        command = [arguments.hinged, "batch", "merge", folder / "plan", "--outbox", folder / "out"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - start
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(
            f"{seconds:.1f} s, {usage.ru_utime + usage.ru_stime:.1f} s of processor time, "
            f"peak {usage.ru_maxrss >> 10} MB, exit {result.returncode}: {result.stderr.strip()}"
        )
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
