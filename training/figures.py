"""Figures of hinge points and labels over pictures, every picture counting."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from predictions import Prediction

# What a point that is missing counts as, mm.
MISSING = 10.0


@dataclass(frozen=True)
class Errors:
    """One picture's: by the way the points are taken, predicted minus true [[left x, y], [right x, y]] in mm."""

    name: str
    ways: dict[str, np.ndarray]
    diameters: dict[str, float]
    scores: dict[str, float]
    has_truth: bool

    @property
    def patient(self) -> str:
        return self.name.split("_")[0]

    @staticmethod
    def of(one: Prediction, more: dict[str, np.ndarray]) -> "Errors":
        """Of the plain contact line and the landmarks, and of `more` points."""
        if one.guess is None:
            return Errors(one.name, {}, {}, one.scores, False)
        points = {"plain": one.plain, "landmarks": one.guess.landmark} | more
        truth = one.guess.truth
        ways = {way: given - truth for way, given in points.items() if given is not None}
        lengths = {way: length(given) - length(truth) for way, given in points.items() if given is not None}
        return Errors(one.name, ways, lengths, one.scores, True)


def length(points: np.ndarray) -> float:
    return float(np.hypot(*(points[1] - points[0])))


def figures(errors: list[Errors]) -> dict[str, dict]:
    """`group` for each view, and for each view and phase."""
    found = {}
    for view in ("4CH", "2CH"):
        for phase in ("", "_ED", "_ES"):
            part = [one for one in errors if f"{view}{phase}" in one.name]
            if part:
                found[f"{view}{phase}".replace("_", " ")] = group(part)
    return found


def group(errors: list[Errors]) -> dict:
    true = [one for one in errors if one.has_truth]
    line: dict = {"pictures": len(errors), "with_truth": len(true)}
    for key in sorted({key for one in errors for key in one.scores if not key.endswith("area")}):
        line[key] = round(float(np.mean([one.scores[key] for one in errors if key in one.scores])), 4)
    ways = sorted({way for one in true for way in one.ways})
    return line | {way: of_way(true, way) for way in ways}


def of_way(true: list[Errors], way: str) -> dict[str, float]:
    """Lengths in mm, shares from 0 to 1."""
    nowhere = np.full((2, 2), MISSING / np.sqrt(2))
    error = np.stack([one.ways.get(way, nowhere) for one in true])
    distance = np.hypot(error[..., 0], error[..., 1])
    diameters = np.array([one.diameters[way] for one in true if way in one.diameters])
    values = {
        "missing": sum(way not in one.ways for one in true),
        "mean_distance": distance.mean(),
        "left_mean_distance": distance[:, 0].mean(),
        "right_mean_distance": distance[:, 1].mean(),
        "median_dx": np.median(np.abs(error[..., 0])),
        "median_dy": np.median(np.abs(error[..., 1])),
        "diameter_mean_error": diameters.mean(),
        "diameter_median_error": np.median(diameters),
        "diameter_median_absolute": np.median(np.abs(diameters)),
        "worst_twentieth_mean_distance": np.sort(distance.mean(1))[-max(1, len(true) // 20) :].mean(),
    }
    values |= {f"within_{reach}_mm": (distance <= reach).mean() for reach in (2, 3, 5)}
    return {key: round(float(value), 4) for key, value in values.items()}


def folds_spread(folds: list[list[Errors]]) -> dict[str, dict[str, list[float]]]:
    """Of each view the folds' own figures, one beside the other, by the chosen way."""
    wanted: dict[str, Callable[[dict], float]] = {
        "mean_distance": lambda line: line["chosen"]["mean_distance"],
        "diameter_mean_error": lambda line: line["chosen"]["diameter_mean_error"],
        "lv_dice": lambda line: line["lv_dice"],
    }
    spread: dict[str, dict[str, list[float]]] = {}
    for view in ("4CH", "2CH"):
        lines = [figures(fold)[view] for fold in folds]
        spread[view] = {key: [take(line) for line in lines] for key, take in wanted.items()}
    return spread
