"""What a network says of a picture, kept in a file: enough for every choice made after training.

Of a picture: the truth, the ends of the contact line for several odds of the chambers, the plain
line's ends, the landmark maps where they weigh anything, the labels on the network's grid, and scores.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from camus import Case
from contours import distances
from export import predictor
from geometry import Square
from guess import LOG_ODDS, Guess, Map, contact_ends
from hinge import hinge_points
from labels import CLASSES, LA, LV, MYOCARDIUM
from scores import Exam, Predict, dice, exams_of, softmax
from unet import UNet

NOWHERE = np.full((2, 2), np.nan)


@dataclass(frozen=True)
class Prediction:
    """One picture's, read back."""

    name: str
    guess: Guess | None
    # Ends of the plain contact line [[left x, y], [right x, y]], mm, or None.
    plain: np.ndarray | None
    # On the network's grid.
    labels: np.ndarray
    scores: dict[str, float]
    square: Square

    @property
    def patient(self) -> str:
        return self.name.split("_")[0]

    @property
    def view(self) -> str:
        return self.name.split("_")[1]

    @property
    def phase(self) -> str:
        return self.name.split("_")[2]


def known(points: np.ndarray) -> np.ndarray | None:
    return None if np.isnan(points).any() else points


def write(path: Path, exam: Exam, logits: np.ndarray) -> None:
    classes = softmax(logits[: len(CLASSES)])
    square = exam.square
    guess_maps = [Map.of(one) for one in logits[len(CLASSES) :]]
    labels = square.enlarge(classes).argmax(0).astype(np.uint8)
    plain = hinge_points(labels, square.sx, square.sy)
    contacts = contact_ends(classes, square, LOG_ODDS)
    stored = {
        "square": np.array([square.rows, square.cols, square.sx, square.sy]),
        "truth": NOWHERE if exam.truth is None else exam.truth,
        "plain": NOWHERE if plain is None else plain,
        "contacts": np.stack([NOWHERE if contacts[odds] is None else contacts[odds] for odds in LOG_ODDS]),
        "labels": classes.argmax(0).astype(np.uint8),
        "scores": np.array(json.dumps(scores_of(labels, exam))),
    }
    for side, one in zip(("left", "right"), guess_maps, strict=True):
        stored |= {f"{side}_map": one.logits.astype(np.float16), f"{side}_corner": one.corner}
    fresh = path.with_suffix(".new.npz")
    np.savez_compressed(fresh, **stored)
    fresh.replace(path)


def scores_of(labels: np.ndarray, exam: Exam) -> dict[str, float]:
    """Dice, distances in mm and areas in cm2 on the truth's grid."""
    sx, sy = exam.square.sx, exam.square.sy
    scores: dict[str, float] = {}
    for key, label in (("lv", LV), ("myocardium", MYOCARDIUM), ("la", LA)):
        found, truth = labels == label, exam.labels == label
        scores[f"{key}_dice"] = dice(found, truth)
        scores[f"{key}_area"], scores[f"{key}_true_area"] = (float(m.sum()) * sx * sy / 100 for m in (found, truth))
        apart = distances(found, truth, sx, sy)
        if apart:
            scores[f"{key}_mean_distance"], scores[f"{key}_hausdorff"] = apart
    return scores


def read(path: Path) -> Prediction:
    stored = np.load(path)
    name = path.stem
    rows, cols, sx, sy = stored["square"].tolist()
    square = Square(int(rows), int(cols), sx, sy)
    truth = known(stored["truth"])
    guess = None
    if truth is not None:
        maps = [Map(stored[f"{side}_map"].astype(np.float32), stored[f"{side}_corner"]) for side in ("left", "right")]
        contacts = {odds: known(ends) for odds, ends in zip(LOG_ODDS, stored["contacts"], strict=True)}
        patient, view, _ = name.split("_")
        guess = Guess(view, patient, square, truth, contacts, maps)
    scores = json.loads(str(stored["scores"]))
    return Prediction(name, guess, known(stored["plain"]), stored["labels"], scores, square)


def predictor_of(weights: Path) -> Predict:
    """Of an ONNX file, or of weights that `train.py` wrote."""
    if weights.suffix == ".onnx":
        return predictor(weights)
    net = UNet()
    net.load_state_dict(torch.load(weights, weights_only=True, map_location="cpu"))
    net.eval()

    def predict(small: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return net(torch.from_numpy(small)).numpy()

    return predict


def predict(weights: Path, cases: list[Case], folder: Path) -> int:
    """Writes a file for each case that has none by these weights; how many were written."""
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    mark = folder / "weights.sha256"
    if not mark.exists() or mark.read_text().strip() != digest:
        for old in folder.glob("*.npz"):
            old.unlink()
        folder.mkdir(parents=True, exist_ok=True)
        mark.write_text(digest + "\n")
    ask = predictor_of(weights)
    missing = [case for case in cases if not (folder / f"{case.name}.npz").exists()]
    for case in missing:
        exam = exams_of([case], 256)[0]
        logits = ask(exam.small[None, None].astype(np.float32))[0]
        write(folder / f"{case.name}.npz", exam, logits)
    return len(missing)
