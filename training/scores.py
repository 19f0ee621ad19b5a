"""Scores on the validation list: Dice of the chambers, errors of the hinge points."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from camus import Case, cases
from geometry import Square
from hinge import hinge_points, landmark_points
from labels import CLASSES, LA, LV, MYOCARDIUM

Predict = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Exam:
    """A validation picture as the network sees it, and its truth at its own grid."""

    case: Case
    square: Square
    small: np.ndarray
    labels: np.ndarray
    truth: np.ndarray | None


def exams(root: Path, size: int = 256) -> list[Exam]:
    """The validation list."""
    return exams_of(cases(root, "validation"), size)


def exams_of(given: list[Case], size: int) -> list[Exam]:
    found = []
    for case in given:
        picture, sx, sy = case.picture()
        labels = case.labels()
        square = Square(*picture.shape, sx, sy, size)
        small = square.shrink(picture) / 255
        found.append(Exam(case, square, small, labels, hinge_points(labels, sx, sy)))
    return found


def dice(a: np.ndarray, b: np.ndarray) -> float:
    total = a.sum() + b.sum()
    return float(2 * (a & b).sum() / total) if total else 1.0


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(0, keepdims=True))
    return powers / powers.sum(0, keepdims=True)


def rate(exam: Exam, logits: np.ndarray) -> dict:
    """Scores of one picture: Dice, and for each way to take the points their errors.

    An error is predicted minus true, mm, [[x, y], [x, y]].
    """
    classes = softmax(logits[: len(CLASSES)])
    labels = exam.square.enlarge(classes).argmax(0).astype(np.uint8)
    contact = hinge_points(labels, exam.square.sx, exam.square.sy)
    row: dict = {"view": exam.case.view, "phase": exam.case.phase, "name": exam.case.name}
    for key, label in (("lv", LV), ("myocardium", MYOCARDIUM), ("la", LA)):
        row[key] = dice(labels == label, exam.labels == label)
    row["found"] = contact is not None
    compare(row, "", contact, exam.truth)
    if len(logits) > len(CLASSES):
        landmark = exam.square.to_mm(landmark_points(logits[len(CLASSES) :]))
        fused = landmark if contact is None else (landmark + contact) / 2
        compare(row, "landmark_", landmark, exam.truth)
        compare(row, "fused_", fused, exam.truth)
    return row


def compare(row: dict, way: str, points: np.ndarray | None, truth: np.ndarray | None) -> None:
    known = points is not None and truth is not None
    row[f"{way}error"] = points - truth if known else None
    row[f"{way}diameter"] = length(points) - length(truth) if known else None


def length(points: np.ndarray) -> float:
    return float(np.hypot(*(points[1] - points[0])))


def summary(rows: list[dict]) -> dict:
    """Figures over some rows: Dice means, hinge errors in mm, share with points."""
    figures: dict = {"pictures": len(rows)}
    for key in ("lv", "myocardium", "la"):
        figures[f"dice_{key}"] = float(np.mean([row[key] for row in rows]))
    figures["found"] = float(np.mean([row["found"] for row in rows]))
    for way in ("", "landmark_", "fused_"):
        given = [row for row in rows if row.get(f"{way}error") is not None]
        if given:
            error = np.stack([row[f"{way}error"] for row in given])
            distance = np.hypot(error[..., 0], error[..., 1])
            figures[f"{way}median_dx"] = float(np.median(np.abs(error[..., 0])))
            figures[f"{way}median_dy"] = float(np.median(np.abs(error[..., 1])))
            figures[f"{way}median_distance"] = float(np.median(distance))
            figures[f"{way}mean_distance"] = float(distance.mean())
            diameters = [row[f"{way}diameter"] for row in given]
            figures[f"{way}diameter_bias"] = float(np.median(diameters))
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in figures.items()}


def table(rows: list[dict]) -> dict[str, dict]:
    """`summary` for every view, and for every view and phase."""
    out = {}
    for view in sorted({row["view"] for row in rows}, reverse=True):
        of_view = [row for row in rows if row["view"] == view]
        out[view] = summary(of_view)
        for phase in ("ED", "ES"):
            out[f"{view} {phase}"] = summary([r for r in of_view if r["phase"] == phase])
    return out


def validate(given: list[Exam], predict: Predict) -> list[dict]:
    """`predict` maps (n, 1, size, size) to logits (n, 4, size, size)."""
    rows = []
    for start in range(0, len(given), 8):
        part = given[start : start + 8]
        logits = predict(np.stack([exam.small for exam in part])[:, None])
        rows += [rate(exam, one) for exam, one in zip(part, logits, strict=True)]
    return rows
