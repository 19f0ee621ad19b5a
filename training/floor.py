"""How much of the points' errors is the network's, how much the labels': an estimate.

    python training/floor.py PREDICTIONS [--other PREDICTIONS_OF_ANOTHER_NETWORK] --json FILE

Three things are known. The error of end diastole and that of end systole of one patient have a network, a
heart and a window in common, but not the hand that drew the label twice: what correlates is systematic. Two
networks that were trained apart, on a picture that neither saw, share the label and not the chance of their
training: half of the variance of their difference is each one's own. And CAMUS holds one picture twice, whose
two labels differ. Errors are taken along the true contact line (to the right) and across it (to the apex).
"""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from predictions import Prediction, read
from split import TWINS

SIDES = ("left", "right")
DIRECTIONS = ("along", "across")


def turned(error: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Errors [[x, y], [x, y]] as [[along, across], ...] of the line from the left to the right true point."""
    along = (truth[1] - truth[0]) / np.hypot(*(truth[1] - truth[0]))
    up = np.array([along[1], -along[0]])
    return np.stack([error @ along, error @ up], -1)


def errors_of(predictions: Iterable[Prediction]) -> dict[str, np.ndarray]:
    """By name; of the points between contact line and landmarks, which any choice of weights is near."""
    found = {}
    for one in predictions:
        if one.guess is not None:
            middle = one.guess.points({"x": 0.5, "y": 0.5}, 0.3)
            found[one.name] = turned(middle - one.guess.truth, one.guess.truth)
    return found


def table(values: np.ndarray) -> dict[str, dict[str, float]]:
    """(2 sides, 2 directions) by their names."""
    return {
        side: {way: round(float(values[i, j]), 3) for j, way in enumerate(DIRECTIONS)} for i, side in enumerate(SIDES)
    }


def correlation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Of (n, 2, 2) errors, by side and direction."""
    a, b = a - a.mean(0), b - b.mean(0)
    return (a * b).sum(0) / np.sqrt((a * a).sum(0) * (b * b).sum(0))


def within_patients(errors: dict[str, np.ndarray], view: str) -> dict:
    """Agreement of the two phases' errors."""
    diastoles = [name for name in errors if f"{view}_ED" in name and name.replace("_ED", "_ES") in errors]
    a = np.stack([errors[name] for name in diastoles])
    b = np.stack([errors[name.replace("_ED", "_ES")] for name in diastoles])
    return {
        "patients": len(diastoles),
        "standard_deviation_mm": table(np.concatenate([a, b]).std(0)),
        "mean_mm": table(np.concatenate([a, b]).mean(0)),
        "correlation_of_phases": table(correlation(a, b)),
    }


def between_networks(errors: dict[str, np.ndarray], others: dict[str, np.ndarray], view: str) -> dict | None:
    """What two networks share, on pictures that neither saw."""
    names = sorted(name for name in errors.keys() & others.keys() if f"_{view}_" in name)
    if len(names) < 10:
        return None
    a, b = (np.stack([part[name] for name in names]) for part in (errors, others))
    own = (a - b).var(0) / 2
    all_of_it = (a.var(0) + b.var(0)) / 2
    distances = [np.hypot(part[..., 0], part[..., 1]).mean() for part in (a, b, (a + b) / 2, a - b)]
    keys = ("mean_distance_mm", "other_mean_distance_mm", "mean_distance_of_their_mean_mm", "apart_mean_mm")
    return {
        "pictures": len(names),
        "correlation_of_networks": table(correlation(a, b)),
        "share_of_variance_that_is_each_ones_own": table(own / all_of_it),
        **{key: round(float(value), 3) for key, value in zip(keys, distances, strict=True)},
    }


def twins(predictions: dict[str, Prediction]) -> list[dict]:
    """The one picture under two names: what its two labels differ by."""
    found = []
    for pair in TWINS:
        both = [predictions.get(f"{patient}_4CH_ED") for patient in pair]
        if all(one is not None and one.guess is not None for one in both):
            difference = both[0].guess.truth - both[1].guess.truth
            found.append({"patients": pair, "labels_apart_mm": np.hypot(*difference.T).round(2).tolist()})
    return found


def every(folder: Path) -> list[Prediction]:
    return [read(path) for path in sorted(folder.rglob("*.npz"))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("predictions", type=Path, help="what out_of_fold.py predict wrote")
    parser.add_argument("--other", type=Path, help="what out_of_fold.py predict-list wrote of another network")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    given = every(options.predictions)
    errors = errors_of(given)
    others = errors_of(every(options.other)) if options.other else {}
    result: dict = {"twins": twins({one.name: one for one in given})}
    for view in ("4CH", "2CH"):
        result[view] = within_patients(errors, view) | {"two_networks": between_networks(errors, others, view)}
    text = json.dumps(result, indent=2)
    if options.json:
        options.json.write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
