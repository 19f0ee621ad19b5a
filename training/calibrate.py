"""Writes into a model's sidecar how its landmarks are used: weight, temperature and reliability.

    python training/calibrate.py models/NAME.json

The weights are how far the points go from the contact line's ends to the landmarks, across and down the picture. For
each view, and for a view that is not known, those are taken with the least cost (`use.py`): the mean error of the
points, a quarter of the mean error of the diameter whatever its sign, because landmarks that are in doubt draw
together, and half of the median absolute errors of both coordinates and of the diameter. The chambers' odds in the
smoothed labels are those of the sidecar (`chamber_log_odds`), and `--keep-weights` keeps its weights. The temperature divides the landmarks' logits; the one for which 70 % of the
errors fall into their expected 15 to 85 percentile range, and the ranges are stretched across and down
(`range_scale`) so that it is 70 % of each axis. The reliability is how often both points lie within 5 mm
over how often the maps expect it.

All come from the validation list: the network was fitted to the training list, and is nearer and surer there.
`--training` says how much, with what was found. All is cross-validated: found on four fifths of the list's patients,
tried on the others. So is a table of the points' median errors by view: whether to subtract it helps. It is written
down and not used.
"""

import argparse
import json
from pathlib import Path

from camus import cases, data_root
from export import predictor
from guess import Guess
from scores import exams_of
from use import Use, cross_validated


def guesses_of(root: Path, split: str, model: Path, log_odds: float) -> list[Guess]:
    """One picture after the other: their maps as a whole would not fit into memory."""
    predict = predictor(model)
    found = []
    for case in cases(root, split):
        exam = exams_of([case], 256)[0]
        if exam.truth is not None:
            found.append(Guess.of(exam, predict(exam.small[None, None])[0], (log_odds,)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sidecar", type=Path)
    parser.add_argument("--data", help="folder with camus/ and camus_2ch/; or HINGED_TEST_DATA")
    parser.add_argument(
        "--training", action="store_true", help="say how the training list does, too: four minutes more"
    )
    parser.add_argument("--keep-weights", action="store_true", help="keep how far the points go to the landmarks")
    options = parser.parse_args()
    facts = json.loads(options.sidecar.read_text())
    root, model = data_root(options.data), options.sidecar.with_name(facts["file"])
    # `HingeOptions` has this where the sidecar has none.
    log_odds = facts["landmarks"].get("chamber_log_odds", {}).get("apical", 0.6)
    weights = facts["landmarks"]["weight"] if options.keep_weights else None
    guesses = guesses_of(root, "validation", model, log_odds)
    folds = cross_validated(guesses, weights)
    use = Use.found_on(guesses, weights)
    facts["landmarks"] |= {
        "weight": use.weights,
        "temperature": round(use.temperature, 3),
        "reliability": use.reliability,
        "range_scale": dict(zip("xy", use.scale, strict=True)),
    }
    bias = {
        view: {"left": error[0].round(2).tolist(), "right": error[1].round(2).tolist()}
        for view, error in use.bias.items()
    }
    facts["calibration"] = {"lists": ["validation"], "folds": folds, "bias_mm": bias, "bias_is_subtracted": False}
    options.sidecar.write_text(json.dumps(facts, indent=2) + "\n")
    tried = {"validation": use.tried_on(guesses)}
    if options.training:
        tried["training"] = use.tried_on(guesses_of(root, "training", model, log_odds))
    for name, line in (*enumerate(folds, 1), *tried.items()):
        print(name, " ".join(f"{key} {value:.3f}" for key, value in line.items()))
    print(
        f"weights {use.weights}, temperature {use.temperature:.3f}, reliability {use.reliability}, "
        f"ranges stretched {use.scale[0]} across and {use.scale[1]} down"
    )


if __name__ == "__main__":
    main()
