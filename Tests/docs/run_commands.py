#!/usr/bin/env python3
"""Runs the commands of the documents' fenced `sh` blocks, as printed, in a folder of their own.

    run_commands.py --hinged PROGRAM [--build] DOCUMENT...

Each document gets an empty folder with `studies/`, the synthetic study. Its blocks run one after the other in one
shell, which ends at the first failure. Lines that begin as one in left.txt says are left out and told with the reason.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

# What the documents call the folder of an archive.
ARCHIVE = "/archive/echo"
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def left_out(build: bool) -> list[tuple[str, str]]:
    lines = (ROOT / "Tests/docs/left.txt").read_text().splitlines()
    pairs = [tuple(line.split("\t", 1)) for line in lines if line and not line.startswith("#")]
    return [pair for pair in pairs if not (build and pair[0].startswith("scripts/demo"))]


def blocks(text: str) -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def runnable(block: str, left: list[tuple[str, str]], name: str) -> str:
    kept = []
    for line in block.splitlines():
        reason = next((why for start, why in left if line.startswith(start)), None)
        if reason is None:
            line = re.sub(r"^scripts/", f"{ROOT}/scripts/", line)
            kept.append(line.replace("PATH...", "studies").replace(ARCHIVE, "studies"))
        else:
            print(f"{name}: left out: {line.strip()} ({reason})")
    return "\n".join(kept)


def run(document: pathlib.Path, program: pathlib.Path, left: list[tuple[str, str]], studies: pathlib.Path) -> bool:
    name = str(document.relative_to(ROOT))
    script = "\n".join(runnable(block, left, name) for block in blocks(document.read_text()))
    if not script.strip():
        return True
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(studies, f"{folder}/studies")
        environment = {
            "PATH": f"{program.parent}:{os.environ['PATH']}",
            "HOME": folder,
            "MODEL": str(ROOT / "models/camus-unet-256.onnx"),
        }
        done = subprocess.run(
            ["bash", "-euxo", "pipefail", "-c", script],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=1800,
            check=False,
        )
    commands = [line for line in done.stderr.splitlines() if line.startswith("+ ")]
    for command in commands:
        print(f"{name}: {command}")
    if done.returncode != 0:
        print(f"{name}: FAILED with {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}", file=sys.stderr)
    return done.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hinged", type=pathlib.Path, required=True)
    parser.add_argument("--build", action="store_true", help="also run what builds")
    parser.add_argument("documents", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()
    names = arguments.documents or [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    with tempfile.TemporaryDirectory() as folder:
        demo = [arguments.hinged.resolve(), "demo", "--dir", f"{folder}/demo"]
        subprocess.run(demo, check=True, capture_output=True)
        studies = pathlib.Path(folder) / "studies"
        studies.mkdir()
        for number, file in enumerate(f for f in pathlib.Path(f"{folder}/demo/spool/done").rglob("*") if f.is_file()):
            file.rename(studies / f"clip{number + 1}.dcm")
        left = left_out(arguments.build)
        results = [run(name.resolve(), arguments.hinged.resolve(), left, studies) for name in names]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
