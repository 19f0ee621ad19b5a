"""Writes into a model's sidecar how its landmarks are used: weight and temperature.

    python training/calibrate.py models/NAME.json

On the validation list. The weight is how far the points go from the contact line's ends to the
landmarks; the one with the least mean error is taken. The temperature divides the landmarks'
logits; the one for which 70 % of the errors fall into their expected 15 to 85 percentile range.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from camus import data_root
from export import predictor
from hinge import hinge_points, landmark_maps, quantile
from labels import CLASSES
from scores import Exam, exams, softmax

WEIGHTS = np.linspace(0, 1, 11)
TEMPERATURES = np.geomspace(0.25, 2, 43)


class Guess:
    """What the network says of one picture, in mm of the picture."""

    def __init__(self, exam: Exam, logits: np.ndarray) -> None:
        self.exam = exam
        classes = softmax(logits[: len(CLASSES)])
        labels = exam.square.enlarge(classes).argmax(0).astype(np.uint8)
        self.contact = hinge_points(labels, exam.square.sx, exam.square.sy)
        self.maps = logits[len(CLASSES) :]
        self.landmark = self.places(1.0, 0.5)

    def places(self, temperature: float, share: float) -> np.ndarray:
        """The quantiles [[left x, y], [right x, y]]."""
        likely = landmark_maps(self.maps / temperature)
        marks = [[quantile(one.sum(0), share), quantile(one.sum(1), share)] for one in likely]
        return self.exam.square.to_mm(np.array(marks))

    def points(self, weight: float) -> np.ndarray:
        if self.contact is None:
            return self.landmark
        return self.contact + weight * (self.landmark - self.contact)

    def covered(self, points: np.ndarray, temperature: float) -> np.ndarray:
        truth = self.exam.truth
        low, high = (self.places(temperature, share) for share in (0.15, 0.85))
        error = points - truth
        return (error >= points - high) & (error <= points - low)


def mean_error(guesses: list[Guess], weight: float) -> float:
    error = np.stack([guess.points(weight) - guess.exam.truth for guess in guesses])
    return float(np.hypot(error[..., 0], error[..., 1]).mean())


def coverage(guesses: list[Guess], weight: float, temperature: float) -> float:
    return float(np.mean([guess.covered(guess.points(weight), temperature) for guess in guesses]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sidecar", type=Path)
    parser.add_argument("--data", help="folder with camus/ and camus_2ch/; or HINGED_TEST_DATA")
    options = parser.parse_args()
    facts = json.loads(options.sidecar.read_text())
    predict = predictor(options.sidecar.with_name(facts["file"]))
    given = [exam for exam in exams(data_root(options.data)) if exam.truth is not None]
    guesses = [Guess(exam, predict(exam.small[None, None])[0]) for exam in given]
    errors = {round(float(w), 2): mean_error(guesses, w) for w in WEIGHTS}
    weight = min(errors, key=errors.__getitem__)
    shares = {round(float(t), 3): coverage(guesses, weight, t) for t in TEMPERATURES}
    temperature = min(shares, key=lambda t: abs(shares[t] - 0.7))
    facts["landmarks"] |= {"weight": weight, "temperature": temperature}
    options.sidecar.write_text(json.dumps(facts, indent=2) + "\n")
    print("mean error, mm, by weight:", {w: round(e, 3) for w, e in errors.items()})
    print(f"weight {weight}, temperature {temperature}: coverage {shares[temperature]:.3f}")


if __name__ == "__main__":
    main()
