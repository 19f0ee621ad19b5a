"""Draws pictures with their truth and, where it is kept, the prediction, many on one sheet, to be looked at.

    python training/contact_sheet.py --data DATA --out SHEET.png patient0001_4CH_ED ...
    python training/contact_sheet.py --data DATA --out SHEET.png --predictions PREDICTIONS --worst 10

Truth: ventricle green, atrium yellow, hinge points white. Prediction: ventricle cyan, atrium orange, points pink.
The sheets show pictures of CAMUS: they are not part of this repository.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from camus import data_root, every_case
from contours import boundary
from labels import LA, LV
from predictions import Prediction, read
from scores import Exam, exams_of

SCALE, COLUMNS, TITLE = 2, 4, 14
TRUTH = {LV: (0, 220, 0), LA: (240, 220, 0)}
FOUND = {LV: (0, 220, 255), LA: (255, 140, 0)}


def panel(exam: Exam, found: Prediction | None, size: int = 256) -> Image.Image:
    """The network's square, enlarged, with both outlines and points."""
    grey = (exam.small * 255).clip(0, 255).astype(np.uint8)
    image = Image.fromarray(grey).resize((size * SCALE, size * SCALE), Image.Resampling.BILINEAR).convert("RGB")
    pixels = np.asarray(image).copy()
    outline(pixels, exam.square.shrink_labels(exam.labels, 4), TRUTH)
    if found is not None:
        outline(pixels, found.labels, FOUND)
    sheet = Image.new("RGB", (size * SCALE, size * SCALE + TITLE))
    sheet.paste(Image.fromarray(pixels), (0, TITLE))
    draw = ImageDraw.Draw(sheet)
    draw.text((2, 1), title(exam, found), fill=(255, 255, 255))
    points(draw, exam, exam.truth, (255, 255, 255))
    if found is not None and found.guess is not None:
        points(draw, exam, found.guess.landmark, (255, 80, 216))
    return sheet


def title(exam: Exam, found: Prediction | None) -> str:
    text = exam.case.name
    if exam.truth is not None:
        text += f" d {np.hypot(*(exam.truth[1] - exam.truth[0])):.1f}"
    if found is not None:
        text += f" LV {found.scores['lv_dice']:.2f} LA {found.scores['la_dice']:.2f}"
    return text


def outline(pixels: np.ndarray, labels: np.ndarray, colours: dict[int, tuple[int, int, int]]) -> None:
    for label, colour in colours.items():
        large = np.kron(labels == label, np.ones((SCALE, SCALE), bool))
        pixels[boundary(large)] = colour


def points(draw: ImageDraw.ImageDraw, exam: Exam, places: np.ndarray | None, colour: tuple[int, int, int]) -> None:
    if places is None:
        return
    for u, v in (exam.square.from_mm(places) + 0.5) * SCALE:
        draw.ellipse((u - 4, v - 4 + TITLE, u + 4, v + 4 + TITLE), outline=colour, width=2)


def distance(one: Prediction) -> float:
    """Of the landmarks' worse point from the truth, mm."""
    if one.guess is None:
        return float("inf")
    return float(np.hypot(*(one.guess.landmark - one.guess.truth).T).max())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--data", help="folder with camus/ and camus_2ch/; or HINGED_TEST_DATA")
    parser.add_argument("--predictions", type=Path, help="what out_of_fold.py predict wrote")
    parser.add_argument("--worst", type=int, default=0, help="also the worst so many of the predictions")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    kept = {path.stem: path for path in options.predictions.rglob("*.npz")} if options.predictions else {}
    names = list(options.names)
    if options.worst:
        ranked = sorted(map(read, kept.values()), key=distance, reverse=True)
        names += [one.name for one in ranked[: options.worst]]
    cases = {case.name: case for case in every_case(data_root(options.data))}
    panels = [panel(exams_of([cases[name]], 256)[0], read(kept[name]) if name in kept else None) for name in names]
    width, height = panels[0].size
    rows = -(-len(panels) // COLUMNS)
    sheet = Image.new("RGB", (width * min(COLUMNS, len(panels)), height * rows))
    for number, one in enumerate(panels):
        sheet.paste(one, (number % COLUMNS * width, number // COLUMNS * height))
    sheet.save(options.out)


if __name__ == "__main__":
    main()
