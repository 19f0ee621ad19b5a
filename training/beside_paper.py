"""Writes into a model's card how the paper's own recipe does on the same pictures.

    python training/beside_paper.py models/NAME.json --run training/runs/paper \
        --held-out EVALUATION.json... --recipe EVALUATION.json... --shipped EVALUATION.json...

The evaluations come from `hinged evaluate`: of the recipe's network with `--points plain` over its held-out patients
(`--held-out`) and over the validation list (`--recipe`), and of the model of the card over the validation list
(`--shipped`).
"""

import argparse
import json
import math
import pathlib
import statistics

from card import card
from hinge_errors import VIEWS, errors_of

# A point that is missing counts as this far off, in each direction and in all; mm.
MISSING = 10.0


def errors(case: dict) -> list[tuple[float, float, float]]:
    """|dx|, |dy| and the distance of each point."""
    found = errors_of(case)
    return [
        (abs(found[side][0]), abs(found[side][1]), math.hypot(*found[side])) if side in found else (MISSING,) * 3
        for side in ("left", "right")
    ]


def figures(cases: list[dict]) -> dict:
    """Of pictures of one view whose true points are known; lengths in mm."""
    across, down, apart = zip(*(error for case in cases for error in errors(case)), strict=True)
    diameters = [abs(case["annulus_diameter_mm"] - case["truth_diameter_mm"]) for case in with_diameter(cases)]
    entry = {
        "pictures": len(cases),
        "with_points": sum(len(errors_of(case)) == 2 for case in cases),
        "dice_la": round(statistics.mean(case["dice"]["la"] for case in cases), 4),
        "median_dx": round(statistics.median(across), 3),
        "median_dy": round(statistics.median(down), 3),
        "mean_distance": round(statistics.mean(apart), 3),
        "diameter_median_absolute": round(statistics.median(diameters), 3) if diameters else None,
    }
    for phase in ("ED", "ES"):
        chosen = [case for case in cases if case["phase"] == phase]
        dice = round(statistics.mean(case["dice"]["lv"] for case in chosen), 4)
        entry[phase] = {"dice_lv": dice, "diameter_bias": diameter_bias(chosen)}
    return entry


def with_diameter(cases: list[dict]) -> list[dict]:
    return [case for case in cases if case.get("annulus_diameter_mm") is not None]


def diameter_bias(cases: list[dict]) -> float | None:
    """Median error over median true one, of the pictures with a diameter."""
    found = with_diameter(cases)
    if not found:
        return None
    error = statistics.median(case["annulus_diameter_mm"] - case["truth_diameter_mm"] for case in found)
    return round(error / statistics.median(case["truth_diameter_mm"] for case in found), 4)


def by_view(paths: list[pathlib.Path]) -> dict:
    cases = [case for path in paths for case in json.loads(path.read_text())["cases"]]
    known = [case for case in cases if case.get("truth_points")]
    return {name: figures([case for case in known if case["view"] == view]) for view, name in VIEWS.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sidecar", type=pathlib.Path)
    parser.add_argument("--run", type=pathlib.Path, required=True)
    for name in ("held-out", "recipe", "shipped"):
        parser.add_argument(f"--{name}", type=pathlib.Path, nargs="+", required=True)
    options = parser.parse_args()
    recipe = json.loads((options.run / "recipe.json").read_text())
    log = [json.loads(line) for line in (options.run / "log.jsonl").read_text().splitlines()]
    epochs = [line for line in log if "epoch" in line]
    facts = json.loads(options.sidecar.read_text())
    facts["beside_paper"] = {
        "size": recipe["size"],
        "epochs": len(epochs),
        "epochs_of_recipe": recipe["epochs"],
        "epoch_chosen": max(epochs, key=lambda line: chosen_by(line["validation"]))["epoch"],
        "seed": recipe["seed"],
        "held_out": by_view(options.held_out),
        "recipe": by_view(options.recipe),
        "shipped": by_view(options.shipped),
    }
    options.sidecar.write_text(json.dumps(facts, indent=2) + "\n")
    options.sidecar.with_suffix(".md").write_text(card(facts))


def chosen_by(validation: dict) -> float:
    return validation["4CH"]["dice_lv"] + validation["2CH"]["dice_lv"]


if __name__ == "__main__":
    main()
