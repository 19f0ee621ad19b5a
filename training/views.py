"""Tells apical four-chamber from two-chamber pictures, as shown or mirrored, by where it is bright around the valve.

A multinomial logistic regression on the mean brightness of coarse cells in the heart's own coordinates: right of and
towards the apex from the middle of the hinge points, in units of their distance. What decides is where dark chambers
and bright walls lie, the right heart beside the septum above all; cells of a centimetre see neither speckle nor the
grid that a picture was stored on. The weights go into the model's card. Cross-validated over the training list by
patient; the validation list is looked at once, at the end.
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
NAMES = ("A4C", "A4C mirrored", "A2C", "A2C mirrored")
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
    across = (right - left) / np.hypot(*(right - left))
    up = np.array([across[1], -across[0]])
    distance = np.hypot(*(right - left))
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


def mirrored(features: np.ndarray) -> np.ndarray:
    """The cells are symmetric about the middle, so that a mirrored picture has the mirrored cells."""
    return features.reshape(-1, UP, ACROSS)[:, :, ::-1].reshape(len(features), -1)


def fit(features: np.ndarray, classes: np.ndarray, penalty: float, steps: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Weights (4, cells) and offsets (4,) by accelerated gradient descent on the penalised likelihood."""
    target = np.eye(len(NAMES))[classes]
    inputs = np.hstack([features, np.ones((len(features), 1))])
    decay = np.r_[np.full(features.shape[1], penalty / len(inputs)), 1e-6]
    rate = 1 / (0.5 * np.linalg.eigvalsh(inputs.T @ inputs / len(inputs))[-1] + decay.max())
    weights = ahead = np.zeros((len(NAMES), inputs.shape[1]))
    for step in range(steps):
        gradient = (probabilities(inputs @ ahead.T) - target).T @ inputs / len(inputs) + decay * ahead
        following = ahead - rate * gradient
        ahead = following + step / (step + 3) * (following - weights)
        weights = following
    return weights[:, :-1], weights[:, -1]


def probabilities(logits: np.ndarray) -> np.ndarray:
    raised = np.exp(logits - logits.max(1, keepdims=True))
    return raised / raised.sum(1, keepdims=True)


def both_ways(features: np.ndarray, is_four: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every picture as it is and mirrored, with its class."""
    shown = np.where(is_four, 0, 2)
    return np.vstack([features, mirrored(features)]), np.r_[shown, shown + 1]


def by_patient(features: np.ndarray, keys: list[tuple[str, str]]) -> tuple[np.ndarray, list[tuple[str, str]]]:
    """The mean over a patient's pictures of one view, as over the frames of a cine."""
    kept = sorted(set(keys))
    rows = [[i for i, key in enumerate(keys) if key == wanted] for wanted in kept]
    return np.stack([features[row].mean(0) for row in rows]), kept


def told(features: np.ndarray, keys: list[tuple[str, str]], model: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """For each patient and view, shown and mirrored: the true class and the probabilities, (n, 1 + 4)."""
    means, kept = by_patient(features, keys)
    every, classes = both_ways(means, np.array([view == "4CH" for _, view in kept]))
    return np.hstack([classes[:, None], probabilities(every @ model[0].T + model[1])])


def figures(rows: np.ndarray, threshold: float) -> dict:
    """How often the four-chamber view, as shown or mirrored, is claimed, and how often wrongly."""
    claimed = (rows[:, 1:3].max(1) >= threshold) & (rows[:, 1:].argmax(1) < 2)
    right = rows[:, 1:].argmax(1) == rows[:, 0]
    four = rows[:, 0] < 2
    return {
        "most likely is right": round(float(right.mean()), 4),
        "four-chamber claimed": round(float((claimed & right)[four].mean()), 4),
        "wrong claims": int((claimed & ~right).sum()),
        "of": len(rows),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("card", type=Path, help="the model's card, which takes the weights")
    parser.add_argument("--data", help="folder with camus/ and camus_2ch/; or HINGED_TEST_DATA")
    parser.add_argument("--cache", type=Path, default=Path(__file__).parent / "cache")
    parser.add_argument("--penalty", type=float, default=10)
    parser.add_argument("--threshold", type=float, default=0.95)
    options = parser.parse_args()
    root = data_root(options.data)

    used = cases(root, "training")
    pictures, labels, points = load_training(root, SIZE, options.cache)
    whole = [i for i in range(len(used)) if np.isfinite(points[i]).all()]
    features = np.stack([cells(pictures[i], labels[i] > 0, points[i]) for i in whole])
    keys = [(used[i].patient, used[i].view) for i in whole]
    is_four = np.array([view == "4CH" for _, view in keys])

    patients = sorted({patient for patient, _ in keys})
    fold_of = {patient: i % FOLDS for i, patient in enumerate(np.random.default_rng(1).permutation(patients))}
    fold = np.array([fold_of[patient] for patient, _ in keys])
    left_out = []
    for held in range(FOLDS):
        model = fit(*both_ways(features[fold != held], is_four[fold != held]), options.penalty)
        rows = np.flatnonzero(fold == held)
        left_out.append(told(features[rows], [keys[i] for i in rows], model))
    crossed = figures(np.vstack(left_out), options.threshold)
    print("training list, cross-validated by patient:", crossed)

    model = fit(*both_ways(features, is_four), options.penalty)
    seen = [(case, *shrunk(case, SIZE)) for case in cases(root, "validation")]
    seen = [row for row in seen if np.isfinite(row[3]).all()]
    checked = np.stack([cells(picture, labels > 0, points) for _, picture, labels, points in seen])
    held_out = figures(told(checked, [(row[0].patient, row[0].view) for row in seen], model), options.threshold)
    print("validation list:", held_out)

    card = json.loads(options.card.read_text())
    card["views"] = {
        "threshold": options.threshold,
        "offsets": [round(float(value), 5) for value in model[1]],
        "weights": [[round(float(value), 5) for value in row] for row in model[0]],
        "validation": {"training list, cross-validated": crossed, "validation list": held_out},
    }
    options.card.write_text(json.dumps(card, indent=2) + "\n")


if __name__ == "__main__":
    main()
