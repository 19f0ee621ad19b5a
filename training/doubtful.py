"""Pictures of CAMUS whose labels are in doubt, and what training does with each: `doubtful.csv`."""

import csv
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent / "doubtful.csv"
TREATMENTS = ("left out", "used")


@dataclass(frozen=True)
class Doubt:
    """One picture, why it is in doubt, and whether training uses it as it is."""

    picture: str
    training: str
    reason: str


def doubtful(file: Path = FILE) -> list[Doubt]:
    with file.open(newline="") as lines:
        doubts = [Doubt(**row) for row in csv.DictReader(lines)]
    for doubt in doubts:
        if doubt.training not in TREATMENTS:
            raise ValueError(f"{file.name}: {doubt.picture}: training is {doubt.training!r}, not one of {TREATMENTS}")
    return doubts


def left_out(file: Path = FILE) -> set[str]:
    """The names of the pictures that train nothing."""
    return {doubt.picture for doubt in doubtful(file) if doubt.training == "left out"}
