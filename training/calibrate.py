"""Writes into a model's sidecar how its landmarks are used: weight and temperature.

    python training/calibrate.py models/NAME.json

On the validation list. The weights are how far the points go from the contact line's ends to the
landmarks, across and down the picture. For each view, and for a view that is not known, those are
taken with the least cost: the mean error of the points, a quarter of the median error of the
diameter whatever its sign, because landmarks that are in doubt draw together, and half of the
median absolute errors of both coordinates and of the diameter. The temperature divides the landmarks' logits;
the one for which 70 % of the errors fall into their expected 15 to 85 percentile range. The
reliability is how often both points lie within 5 mm over how often the maps expect it.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from scipy import ndimage

from camus import data_root
from export import predictor
from geometry import Square
from hinge import hinge_points, landmark_maps, quantile
from labels import CLASSES, LA, LV
from scores import Exam, exams, length, softmax

VIEWS = {"4CH": "A4C", "2CH": "A2C"}
# The distance from the truth that the confidence speaks of, mm.
NEAR = 5.0
WEIGHTS = np.linspace(0, 1, 11)
# As `HingeOptions` has them: mm, and how finely a network's pixel of 0.4 to 0.7 mm is divided.
SMOOTHING, CHAMBER_LOG_ODDS, PARTS = 1.0, 0.3, 2
TEMPERATURES = np.geomspace(0.25, 2, 43)


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


class Guess:
    """What the network says of one picture, in mm of the picture."""

    def __init__(self, exam: Exam, logits: np.ndarray) -> None:
        self.exam = exam
        self.contact = contact_ends(softmax(logits[: len(CLASSES)]), exam.square)
        self.maps = logits[len(CLASSES) :]
        self.landmark = self.places(1.0, 0.5)

    def places(self, temperature: float, share: float) -> np.ndarray:
        """The quantiles [[left x, y], [right x, y]]."""
        likely = landmark_maps(self.maps / temperature)
        marks = [[quantile(one.sum(0), share), quantile(one.sum(1), share)] for one in likely]
        return self.exam.square.to_mm(np.array(marks))

    def points(self, weight: dict[str, float]) -> np.ndarray:
        if self.contact is None:
            return self.landmark
        return self.contact + np.array([weight["x"], weight["y"]]) * (self.landmark - self.contact)

    def covered(self, points: np.ndarray, temperature: float) -> np.ndarray:
        truth = self.exam.truth
        low, high = (self.places(temperature, share) for share in (0.15, 0.85))
        error = points - truth
        return (error >= points - high) & (error <= points - low)

    def confidence(self, points: np.ndarray, temperature: float) -> float:
        """The maps' probability that both points lie near the truth."""
        size = self.exam.square.size
        v, u = np.mgrid[:size, :size]
        places = self.exam.square.to_mm(np.stack([u, v], -1).reshape(-1, 2))
        likely = landmark_maps(self.maps / temperature).reshape(2, -1)
        inside = [np.hypot(*(places - point).T) <= NEAR for point in points]
        return float(np.prod([one[near].sum() for one, near in zip(likely, inside, strict=True)]))

    def is_near(self, points: np.ndarray) -> bool:
        return bool((np.hypot(*(points - self.exam.truth).T) <= NEAR).all())


def cost(guesses: list[Guess], weight: dict[str, float]) -> float:
    error = np.stack([guess.points(weight) - guess.exam.truth for guess in guesses])
    diameters = [length(guess.points(weight)) - length(guess.exam.truth) for guess in guesses]
    distance = np.hypot(error[..., 0], error[..., 1]).mean()
    typical = np.median(np.abs(error), (0, 1)).sum() + np.median(np.abs(diameters))
    return float(distance + 0.25 * abs(np.median(diameters)) + 0.5 * typical)


def best_weight(guesses: list[Guess]) -> dict[str, float]:
    pairs = [{"x": round(float(x), 2), "y": round(float(y), 2)} for x in WEIGHTS for y in WEIGHTS]
    return min(pairs, key=lambda weight: cost(guesses, weight))


def coverage(guesses: list[Guess], weights: dict[str, dict[str, float]], temperature: float) -> float:
    covered = [guess.covered(guess.points(weights[VIEWS[guess.exam.case.view]]), temperature) for guess in guesses]
    return float(np.mean(covered))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sidecar", type=Path)
    parser.add_argument("--data", help="folder with camus/ and camus_2ch/; or HINGED_TEST_DATA")
    options = parser.parse_args()
    facts = json.loads(options.sidecar.read_text())
    predict = predictor(options.sidecar.with_name(facts["file"]))
    given = [exam for exam in exams(data_root(options.data)) if exam.truth is not None]
    guesses = [Guess(exam, predict(exam.small[None, None])[0]) for exam in given]
    weights = {"apical": best_weight(guesses)}
    for view, code in VIEWS.items():
        weights[code] = best_weight([guess for guess in guesses if guess.exam.case.view == view])
    shares = {round(float(t), 3): coverage(guesses, weights, t) for t in TEMPERATURES}
    temperature = min(shares, key=lambda t: abs(shares[t] - 0.7))
    pairs = [(guess, guess.points(weights[VIEWS[guess.exam.case.view]])) for guess in guesses]
    expected = float(np.mean([guess.confidence(points, temperature) for guess, points in pairs]))
    found = float(np.mean([guess.is_near(points) for guess, points in pairs]))
    reliability = round(min(1.0, found / expected), 3)
    facts["landmarks"] |= {"weight": weights, "temperature": temperature, "reliability": reliability}
    options.sidecar.write_text(json.dumps(facts, indent=2) + "\n")
    print(f"both within {NEAR:g} mm: {found:.3f}, expected {expected:.3f}, reliability {reliability}")
    print(f"weights {weights}, temperature {temperature}: coverage {shares[temperature]:.3f}")


if __name__ == "__main__":
    main()
