"""Runs an ONNX model over the CAMUS validation list and prints its figures."""

import argparse
import json
from pathlib import Path

from camus import data_root
from export import predictor
from scores import exams, table, validate

COLUMNS = (
    ("pictures", "n", 5, 0),
    ("dice_lv", "LV", 7, 3),
    ("dice_myocardium", "myo", 7, 3),
    ("dice_la", "LA", 7, 3),
    ("found", "found", 7, 3),
    ("median_dx", "|dx|", 7, 2),
    ("median_dy", "|dy|", 7, 2),
    ("median_distance", "median", 8, 2),
    ("mean_distance", "mean", 7, 2),
    ("diameter_bias", "diameter", 10, 2),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", help="folder with camus/ and camus_2ch/; or HINGED_TEST_DATA")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--worst", type=int, default=0, help="also name the worst pictures")
    options = parser.parse_args()
    rows = validate(exams(data_root(options.data)), predictor(options.model))
    figures = table(rows)
    if options.json:
        print(json.dumps(figures, indent=2))
        return
    print("Dice (mean) of LV cavity, myocardium, LA; share of pictures with points;")
    print("hinge errors in mm: median |dx|, |dy|, distance (median, mean); diameter, median error")
    print(f"{'':8}" + "".join(f"{head:>{width}}" for _, head, width, _ in COLUMNS))
    for name, line in figures.items():
        cells = (f"{line.get(key, float('nan')):{width}.{digits}f}" for key, _, width, digits in COLUMNS)
        print(f"{name:8}" + "".join(cells))
    scored = [row for row in rows if row["error"] is not None]
    scored.sort(key=lambda row: -float((row["error"] ** 2).sum()))
    for row in scored[: options.worst]:
        print(row["name"], row["error"].round(1).tolist(), f"LV {row['lv']:.2f} LA {row['la']:.2f}")


if __name__ == "__main__":
    main()
