"""Trains the folds one after another, each where it stood; a fold that is done is passed over.

    python training/folds.py --data DATA --runs RUNS

What is not known here is handed on to `train.py`: `--device cuda --bfloat16`, `--threads 1`.
Cost on a processor: 24,000 steps of 4 pictures a fold, some 2.3 hours on two cores of their own.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
STEPS = 24_000
SIZES = "128:0,192:0.35,256:0.65"


def command(run: Path, options: argparse.Namespace, number: int, more: list[str]) -> list[str]:
    """The call of `train.py` for one fold: from the beginning, or from its checkpoint."""
    line = [sys.executable, str(HERE / "train.py"), "--run", str(run), "--fold", f"{number}/{options.folds}"]
    line += ["--steps", str(options.steps), "--sizes", options.sizes, "--seed", str(number)]
    if options.data:
        line += ["--data", options.data]
    if (run / "checkpoint.pt").exists():
        line.append("--resume")
    return line + more


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="folder with camus/ and camus_2ch/; or HINGED_TEST_DATA")
    parser.add_argument("--runs", type=Path, default=HERE / "runs" / "folds")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--sizes", default=SIZES)
    options, more = parser.parse_known_args()
    for number in range(1, options.folds + 1):
        run = options.runs / f"fold{number}"
        if (run / "last.pt").exists():
            print(f"fold {number}: done")
            continue
        began = time.monotonic()
        subprocess.run(command(run, options, number, more), check=True)
        print(f"fold {number}: {(time.monotonic() - began) / 60:.0f} minutes", flush=True)


if __name__ == "__main__":
    main()
