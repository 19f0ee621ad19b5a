"""Writes the hinge errors of an evaluation into a model's card.

    python training/hinge_errors.py models/NAME.json EVALUATION.json...

The evaluations come from `hinged evaluate` over the validation list. For each view and phase, and for all apical
pictures together, the card gets the 15 and 85 percentile of each point's error in x and y (prediction minus truth,
mm) and the share of pictures with both points within 5 mm. A picture without points counts as one that is not.
"""

import argparse
import json
import math
import pathlib

VIEWS = {"4CH": "A4C", "2CH": "A2C"}
WITHIN = 5.0


def percentile(values: list[float], share: float) -> float:
    """Linear interpolation between the closest ranks, as NumPy's default."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def errors_of(case: dict) -> dict[str, tuple[float, float]]:
    """Prediction minus truth in mm, by side; empty where either is missing."""
    found = {point["side"]: point for point in case.get("hinge_points") or []}
    truth = {point["side"]: point for point in case.get("truth_points") or []}
    spacing = case["spacing_mm"]
    return {
        side: (
            (found[side]["x"] - truth[side]["x"]) * spacing["x"],
            (found[side]["y"] - truth[side]["y"]) * spacing["y"],
        )
        for side in found.keys() & truth.keys()
    }


def summary(cases: list[dict]) -> dict:
    errors = [errors_of(case) for case in cases if case.get("truth_points")]
    entry: dict = {}
    for side in ("left", "right"):
        values = [error[side] for error in errors if side in error]
        entry[side] = {
            axis: [round(percentile([value[i] for value in values], share), 2) for share in (0.15, 0.85)]
            for i, axis in enumerate("xy")
        }
    near = [len(error) == 2 and all(math.hypot(*value) <= WITHIN for value in error.values()) for error in errors]
    entry["both_within_5_mm"] = round(sum(near) / len(near), 3)
    entry["pictures"] = len(near)
    return entry


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("card", type=pathlib.Path)
    parser.add_argument("evaluation", type=pathlib.Path, nargs="+")
    options = parser.parse_args()
    cases = [case for path in options.evaluation for case in json.loads(path.read_text())["cases"]]
    card = json.loads(options.card.read_text())
    card["hinge_errors"] = {}
    for name, members in [(VIEWS[view], [view]) for view in VIEWS] + [("apical", list(VIEWS))]:
        chosen = [case for case in cases if case["view"] in members]
        if chosen:
            card["hinge_errors"][name] = {
                phase: summary([case for case in chosen if case["phase"] == phase]) for phase in ("ED", "ES")
            }
    options.card.write_text(json.dumps(card, indent=2) + "\n")


if __name__ == "__main__":
    main()
