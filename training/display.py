"""Tells a mirrored display of an apical view by where it is bright around the valve.

A logistic regression on the mean brightness of coarse cells in the heart's own coordinates: right of and towards the
apex from the middle of the hinge points, in units of their distance. What decides is where dark chambers and bright
walls lie, the right heart beside the septum above all. A mirrored picture has the mirrored cells, so the weights of
the right half are those of the left half with the opposite sign. They go into the model's card, one set a view; the
program only ever uses them to have a clip reviewed. Cross-validated over the training list by patient; the validation
list is looked at once, at the end.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from camus import cases, data_root, load_training, shrunk

CELL = 1 / 3
ACROSS, UP = 16, 15
LEFT, BELOW = -8 / 3, -5 / 3
# A cell of which less than this share is in the sector says nothing.
LEAST_SHARE = 0.3
VIEWS = {"A4C": "4CH", "A2C": "2CH"}
FOLDS = 5
SIZE = 320


def ranks(picture: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """The share of the sector's pixels that are darker, half of the equal ones among them: no gain or gamma matters."""
    counts = np.bincount(picture[inside], minlength=256)
    below = np.cumsum(counts) - counts / 2
    return (below / max(counts.sum(), 1))[picture]


def cells(picture: np.ndarray, inside: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Mean rank less one half of each cell, UP x ACROSS from the bottom left; 0 where the sector ends."""
    left, right = points
    distance = np.hypot(*(right - left))
    across = (right - left) / distance
    up = np.array([across[1], -across[0]])
    y, x = np.nonzero(inside)
    offset = (np.stack([x, y], 1) - (left + right) / 2) / distance
    column = np.floor((offset @ across - LEFT) / CELL).astype(int)
    row = np.floor((offset @ up - BELOW) / CELL).astype(int)
    used = (column >= 0) & (column < ACROSS) & (row >= 0) & (row < UP)
    index = (row * ACROSS + column)[used]
    counts = np.bincount(index, minlength=UP * ACROSS)
    sums = np.bincount(index, ranks(picture, inside)[y, x][used], minlength=UP * ACROSS)
    full = (CELL * distance) ** 2
    return np.where(counts >= LEAST_SHARE * full, sums / np.maximum(counts, 1) - 0.5, 0)


def sides(features: np.ndarray) -> np.ndarray:
    """The cells of the left half less those that mirror them, (n, UP * ACROSS / 2)."""
    grid = features.reshape(-1, UP, ACROSS)
    return (grid - grid[:, :, ::-1])[:, :, : ACROSS // 2].reshape(len(features), -1)


def by_patient(features: np.ndarray, patients: list[str]) -> tuple[np.ndarray, list[str]]:
    """The mean over a patient's pictures, as over the frames of a cine."""
    kept = sorted(set(patients))
    return np.stack([features[[p == wanted for p in patients]].mean(0) for wanted in kept]), kept


def fit(inputs: np.ndarray, penalty: float, steps: int = 600) -> np.ndarray:
    """Weights by accelerated gradient descent on the penalised likelihood of every picture being shown as it is and
    not mirrored; that of the mirrored ones is the same."""
    decay = penalty / len(inputs)
    rate = 1 / (0.25 * np.linalg.eigvalsh(inputs.T @ inputs / len(inputs))[-1] + decay)
    weights = ahead = np.zeros(inputs.shape[1])
    for step in range(steps):
        gradient = -(inputs.T @ (1 / (1 + np.exp(inputs @ ahead)))) / len(inputs) + decay * ahead
        following = ahead - rate * gradient
        ahead = following + step / (step + 3) * (following - weights)
        weights = following
    return weights


def figures(odds: np.ndarray, threshold: float) -> dict[str, float]:
    """Of pictures as they are shown and of the same ones mirrored, what share looks mirrored."""
    return {
        "patients": len(odds),
        "flagged as shown": int((odds < -threshold).sum()),
        "flagged mirrored": round(float((-odds < -threshold).mean()), 3),
    }


def crossed(inputs: np.ndarray, penalty: float) -> np.ndarray:
    fold = np.random.default_rng(1).permutation(len(inputs)) % FOLDS
    odds = np.zeros(len(inputs))
    for held in range(FOLDS):
        odds[fold == held] = inputs[fold == held] @ fit(inputs[fold != held], penalty)
    return odds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("card", type=Path, help="the model's card, which takes the weights")
    parser.add_argument("--data", help="folder with camus/ and camus_2ch/; or HINGED_TEST_DATA")
    parser.add_argument("--cache", type=Path, default=Path(__file__).parent / "cache")
    parser.add_argument("--penalty", type=float, default=1.5)
    parser.add_argument("--threshold", type=float, default=2, help="log odds from which a picture looks mirrored")
    options = parser.parse_args()
    root = data_root(options.data)

    used = cases(root, "training")
    pictures, labels, points = load_training(root, SIZE, options.cache)
    seen = [(case, *shrunk(case, SIZE)) for case in cases(root, "validation")]
    weights, validation = {}, {}
    for name, view in VIEWS.items():
        rows = [i for i, case in enumerate(used) if case.view == view and np.isfinite(points[i]).all()]
        features = np.stack([cells(pictures[i], labels[i] > 0, points[i]) for i in rows])
        inputs = sides(by_patient(features, [used[i].patient for i in rows])[0])
        left_out = figures(crossed(inputs, options.penalty), options.threshold)
        model = fit(inputs, options.penalty)
        held = [row for row in seen if row[0].view == view and np.isfinite(row[3]).all()]
        checked = np.stack([cells(picture, classes > 0, places) for _, picture, classes, places in held])
        odds = sides(by_patient(checked, [row[0].patient for row in held])[0]) @ model
        validation[name] = {
            "training list, cross-validated": left_out,
            "validation list": figures(odds, options.threshold),
        }
        weights[name] = [round(float(value), 4) for value in model]
        print(name, validation[name])

    card = json.loads(options.card.read_text())
    card["display"] = {"threshold": options.threshold, "weights": weights, "validation": validation}
    options.card.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
