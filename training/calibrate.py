"""Writes into a model's sidecar how its landmarks are used: weight, temperature and reliability.

    python training/calibrate.py models/NAME.json

The weights are how far the points go from the contact line's ends to the landmarks, across and down the picture. For
each view, and for a view that is not known, those are taken with the least cost: the mean error of the points, a
quarter of the median error of the diameter whatever its sign, because landmarks that are in doubt draw together, and
half of the median absolute errors of both coordinates and of the diameter. The temperature divides the landmarks'
logits; the one for which 70 % of the errors fall into their expected 15 to 85 percentile range. The reliability is how
often both points lie within 5 mm over how often the maps expect it.

All come from the validation list: the network was fitted to the training list, and is nearer and surer there.
`--training` says how much, with what was found. All is cross-validated: found on four fifths of the list's patients,
tried on the others. So is a table of the points' median errors by view: whether to subtract it helps. It is written
down and not used.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import ndimage

from camus import cases, data_root
from export import predictor
from geometry import Square
from hinge import hinge_points, quantile
from labels import CLASSES, LA, LV
from scores import Exam, exams_of, length, softmax

VIEWS = {"4CH": "A4C", "2CH": "A2C"}
FOLDS = 5
# The distance from the truth that the confidence speaks of, mm.
NEAR = 5.0
WEIGHTS = np.linspace(0, 1, 11)
# As `HingeOptions` has them: mm, and how finely a network's pixel of 0.4 to 0.7 mm is divided.
SMOOTHING, CHAMBER_LOG_ODDS, PARTS = 1.0, 0.6, 2
TEMPERATURES = np.geomspace(0.25, 2, 43)
# What lies so far below a map's peak weighs nothing at any of the temperatures.
DEEPEST = 14 * TEMPERATURES[-1]


def contact_ends(classes: np.ndarray, square: Square) -> np.ndarray | None:
    """The ends of the contact line as the program takes them: smoothed, and finer than the network's pixels."""
    sigma = SMOOTHING / square.side
    smooth = ndimage.gaussian_filter(classes, (0, sigma, sigma), mode="nearest", truncate=3)
    fine = divided(smooth, PARTS)
    fine[[LV, LA]] *= np.exp(CHAMBER_LOG_ODDS)
    points = hinge_points(fine.argmax(0).astype(np.uint8), square.side / PARTS, square.side / PARTS)
    return None if points is None else points - np.array(square.offset)


def divided(maps: np.ndarray, parts: int) -> np.ndarray:
    """Each pixel in parts x parts, bilinear."""
    size = maps.shape[-1]
    places = np.clip((np.arange(size * parts) + 0.5) / parts - 0.5, 0, size - 1)
    before = places.astype(int)
    after = np.minimum(before + 1, size - 1)
    share = (places - before).astype(np.float32)
    down = maps[:, before] * (1 - share)[:, None] + maps[:, after] * share[:, None]
    return down[:, :, before] * (1 - share) + down[:, :, after] * share


@dataclass(frozen=True)
class Map:
    """The part of a landmark map that weighs anything."""

    logits: np.ndarray
    # u, v of its first pixel on the network's grid.
    corner: np.ndarray

    @staticmethod
    def of(logits: np.ndarray) -> "Map":
        v, u = np.nonzero(logits > logits.max() - DEEPEST)
        part = logits[v.min() : v.max() + 1, u.min() : u.max() + 1]
        return Map(part.astype(np.float32), np.array([u.min(), v.min()]))

    def likely(self, temperature: float) -> np.ndarray:
        powers = np.exp((self.logits.astype(np.float64) - self.logits.max()) / temperature)
        return powers / powers.sum()

    def quantiles(self, temperature: float, shares: tuple[float, ...]) -> np.ndarray:
        """[[u, v]] of each share."""
        likely = self.likely(temperature)
        sums = likely.sum(0), likely.sum(1)
        return np.array([[quantile(one, share) for one in sums] for share in shares]) + self.corner


class Guess:
    """What the network says of one picture, in mm of the picture."""

    def __init__(
        self, view: str, patient: str, square: Square, truth: np.ndarray, contact: np.ndarray | None, maps: list[Map]
    ) -> None:
        self.view, self.patient, self.square, self.truth = view, patient, square, truth
        self.contact, self.maps = contact, maps
        self.landmark = self.places(1.0, (0.5,))[0]
        self.ranges = {float(t): self.places(float(t), (0.15, 0.85)) for t in TEMPERATURES}

    @classmethod
    def of(cls, exam: Exam, logits: np.ndarray) -> "Guess":
        contact = contact_ends(softmax(logits[: len(CLASSES)]), exam.square)
        maps = [Map.of(one) for one in logits[len(CLASSES) :]]
        return cls(exam.case.view, exam.case.patient, exam.square, exam.truth, contact, maps)

    def places(self, temperature: float, shares: tuple[float, ...]) -> np.ndarray:
        """Of each share [[left x, y], [right x, y]]."""
        marks = np.stack([one.quantiles(temperature, shares) for one in self.maps], 1)
        return self.square.to_mm(marks)

    def points(self, weight: dict[str, float]) -> np.ndarray:
        if self.contact is None:
            return self.landmark
        return self.contact + np.array([weight["x"], weight["y"]]) * (self.landmark - self.contact)

    def covered(self, points: np.ndarray, temperature: float) -> np.ndarray:
        low, high = self.ranges[temperature]
        error = points - self.truth
        return (error >= points - high) & (error <= points - low)

    def confidence(self, points: np.ndarray, temperature: float) -> float:
        """The maps' probability that both points lie near the truth."""
        shares = []
        for one, point in zip(self.maps, points, strict=True):
            likely = one.likely(temperature)
            v, u = np.indices(likely.shape)
            places = self.square.to_mm(np.stack([u, v], -1) + one.corner)
            shares.append(likely[np.hypot(*np.moveaxis(places - point, -1, 0)) <= NEAR].sum())
        return float(np.prod(shares))

    def is_near(self, points: np.ndarray) -> bool:
        return bool((np.hypot(*(points - self.truth).T) <= NEAR).all())


def cost(guesses: list[Guess], weight: dict[str, float]) -> float:
    error = np.stack([guess.points(weight) - guess.truth for guess in guesses])
    diameters = [length(guess.points(weight)) - length(guess.truth) for guess in guesses]
    distance = np.hypot(error[..., 0], error[..., 1]).mean()
    typical = np.median(np.abs(error), (0, 1)).sum() + np.median(np.abs(diameters))
    return float(distance + 0.25 * abs(np.median(diameters)) + 0.5 * typical)


def best_weight(guesses: list[Guess]) -> dict[str, float]:
    pairs = [{"x": round(float(x), 2), "y": round(float(y), 2)} for x in WEIGHTS for y in WEIGHTS]
    return min(pairs, key=lambda weight: cost(guesses, weight))


@dataclass(frozen=True)
class Use:
    """How a model's landmarks are used."""

    weights: dict[str, dict[str, float]]
    temperature: float
    reliability: float
    # Median errors [[left x, y], [right x, y]] by view, mm.
    bias: dict[str, np.ndarray]

    @staticmethod
    def found_on(guesses: list[Guess]) -> "Use":
        weights = {"apical": best_weight(guesses)}
        for view, code in VIEWS.items():
            weights[code] = best_weight(of_view(guesses, view))
        use = Use(weights, 1.0, 1.0, {})
        shares = {float(t): use.coverage(guesses, float(t)) for t in TEMPERATURES}
        use = Use(weights, min(shares, key=lambda t: abs(shares[t] - 0.7)), 1.0, {})
        near, expected = use.nearness(guesses)
        bias = {code: np.median(use.errors(of_view(guesses, view)), 0) for view, code in VIEWS.items()}
        return Use(weights, use.temperature, round(float(min(1.0, near / expected)), 3), bias)

    def points(self, guess: Guess) -> np.ndarray:
        return guess.points(self.weights[VIEWS[guess.view]])

    def errors(self, guesses: list[Guess]) -> np.ndarray:
        return np.stack([self.points(guess) - guess.truth for guess in guesses])

    def coverage(self, guesses: list[Guess], temperature: float) -> float:
        return float(np.mean([guess.covered(self.points(guess), temperature) for guess in guesses]))

    def nearness(self, guesses: list[Guess]) -> tuple[float, float]:
        """How often both points lie near the truth, and how often they are expected to."""
        near = np.mean([guess.is_near(self.points(guess)) for guess in guesses])
        expected = np.mean([guess.confidence(self.points(guess), self.temperature) for guess in guesses])
        return float(near), float(expected) * self.reliability

    def tried_on(self, guesses: list[Guess]) -> dict[str, float]:
        near, expected = self.nearness(guesses)
        straight = np.stack([self.bias[VIEWS[guess.view]] for guess in guesses])
        errors = self.errors(guesses)
        return {
            "coverage": self.coverage(guesses, self.temperature),
            "both_within_5_mm": near,
            "confidence": expected,
            "mean_distance": mean_distance(errors),
            "mean_distance_without_bias": mean_distance(errors - straight),
        }


def of_view(guesses: list[Guess], view: str) -> list[Guess]:
    return [guess for guess in guesses if guess.view == view]


def mean_distance(errors: np.ndarray) -> float:
    return float(np.hypot(errors[..., 0], errors[..., 1]).mean())


def cross_validated(guesses: list[Guess]) -> list[dict[str, float]]:
    """Figures of each fifth of the patients by what was found on the others."""
    patients = sorted({guess.patient for guess in guesses})
    fold = {patient: number % FOLDS for number, patient in enumerate(patients)}
    lines = []
    for number in range(FOLDS):
        use = Use.found_on([guess for guess in guesses if fold[guess.patient] != number])
        tried = use.tried_on([guess for guess in guesses if fold[guess.patient] == number])
        lines.append({key: round(value, 3) for key, value in tried.items()})
    return lines


def guesses_of(root: Path, split: str, model: Path) -> list[Guess]:
    """One picture after the other: their maps as a whole would not fit into memory."""
    predict = predictor(model)
    found = []
    for case in cases(root, split):
        exam = exams_of([case], 256)[0]
        if exam.truth is not None:
            found.append(Guess.of(exam, predict(exam.small[None, None])[0]))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sidecar", type=Path)
    parser.add_argument("--data", help="folder with camus/ and camus_2ch/; or HINGED_TEST_DATA")
    parser.add_argument(
        "--training", action="store_true", help="say how the training list does, too: four minutes more"
    )
    options = parser.parse_args()
    facts = json.loads(options.sidecar.read_text())
    root, model = data_root(options.data), options.sidecar.with_name(facts["file"])
    guesses = guesses_of(root, "validation", model)
    folds = cross_validated(guesses)
    use = Use.found_on(guesses)
    facts["landmarks"] |= {
        "weight": use.weights,
        "temperature": round(use.temperature, 3),
        "reliability": use.reliability,
    }
    bias = {
        view: {"left": error[0].round(2).tolist(), "right": error[1].round(2).tolist()}
        for view, error in use.bias.items()
    }
    facts["calibration"] = {"lists": ["validation"], "folds": folds, "bias_mm": bias, "bias_is_subtracted": False}
    options.sidecar.write_text(json.dumps(facts, indent=2) + "\n")
    tried = {"validation": use.tried_on(guesses)}
    if options.training:
        tried["training"] = use.tried_on(guesses_of(root, "training", model))
    for name, line in (*enumerate(folds, 1), *tried.items()):
        print(name, " ".join(f"{key} {value:.3f}" for key, value in line.items()))
    print(f"weights {use.weights}, temperature {use.temperature:.3f}, reliability {use.reliability}")


if __name__ == "__main__":
    main()
