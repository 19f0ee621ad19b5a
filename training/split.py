"""Which patients a run trains on and which it never sees."""

import json
import random
from dataclasses import asdict, dataclass
from pathlib import Path

# CAMUS holds one picture under both names (four-chamber, end diastole): they stay together.
TWINS = (("patient0033", "patient0068"),)


def folds(lists: list[list[str]], count: int, seed: int) -> list[list[str]]:
    """`count` disjoint groups of patients that make up all lists, each dealt evenly.

    Each list is shuffled and dealt by itself, so every fold has its share of the official
    validation list; twins are dealt as one.
    """
    dealt: list[list[str]] = [[] for _ in range(count)]
    shuffle = random.Random(seed)
    at = 0
    for patients in lists:
        pairs = [pair for pair in TWINS if set(pair) <= set(patients)]
        paired = {patient for pair in pairs for patient in pair}
        units = [*pairs, *((patient,) for patient in sorted(patients) if patient not in paired)]
        shuffle.shuffle(units)
        for unit in units:
            dealt[at % count] += unit
            at += 1
    return [sorted(fold) for fold in dealt]


@dataclass(frozen=True)
class Split:
    """The names of a run's training pictures, and the patients it holds out."""

    fold: str
    seed: int
    training: list[str]
    held_out: list[str]

    @staticmethod
    def of(fold: str, lists: list[list[str]], pictures: dict[str, str], seed: int) -> "Split":
        """`fold` is `K/N` with K from 1, or `all` to hold nobody out; `pictures` is name to patient."""
        held_out: list[str] = []
        if fold != "all":
            number, count = (int(part) for part in fold.split("/"))
            if not 1 <= number <= count or count < 2:
                raise ValueError(f"--fold {fold}: K/N with 1 <= K <= N and N of 2 or more")
            held_out = folds(lists, count, seed)[number - 1]
        training = [name for name, patient in pictures.items() if patient not in set(held_out)]
        return Split(fold, seed, training, held_out)

    @staticmethod
    def read(path: Path) -> "Split":
        return Split(**json.loads(path.read_text()))

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")
