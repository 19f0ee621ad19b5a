"""What the folds' networks say of the patients they did not see, and what to choose by it.

    python training/out_of_fold.py predict --data DATA --runs RUNS --out PREDICTIONS
    python training/out_of_fold.py choose --data DATA --out PREDICTIONS --json FIGURES

`predict` keeps a file a picture (`predictions.py`), of each fold that is done; a second call goes on.
`choose` finds the weights of the points, the chambers' odds, the temperature and the reliability on all
of them, and judges each choice nested: a fold's figures are by what was found on the other folds. A
picture without points counts as 10 mm. The official validation list stands apart beside all patients.
`predict-list --weights FILE` asks one network about the validation list: a second opinion for `floor.py`.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from camus import cases as cases_of_list
from camus import data_root, every_case, patients_of
from figures import Errors, figures, folds_spread
from predictions import Prediction, predict, read
from split import Split
from use import Use


def done_folds(runs: Path) -> list[Path]:
    return sorted(run for run in runs.glob("fold*") if (run / "last.pt").exists() and (run / "split.json").exists())


def predict_all(options: argparse.Namespace) -> None:
    cases = every_case(data_root(options.data))
    for run in done_folds(options.runs):
        held_out = set(Split.read(run / "split.json").held_out)
        of_fold = [case for case in cases if case.patient in held_out]
        written = predict(run / "last.pt", of_fold, options.out / run.name)
        print(f"{run.name}: {written} of {len(of_fold)} pictures predicted", flush=True)


def predict_list(options: argparse.Namespace) -> None:
    cases = cases_of_list(data_root(options.data), "validation")
    written = predict(options.weights, cases, options.out)
    print(f"{options.weights.name}: {written} of {len(cases)} pictures predicted")


def read_folds(folder: Path) -> dict[str, list[Prediction]]:
    return {
        fold.name: [read(path) for path in sorted(fold.glob("*.npz"))]
        for fold in sorted(folder.iterdir())
        if (fold / "weights.sha256").exists()
    }


def nested(folds: dict[str, list[Prediction]]) -> tuple[list[Errors], dict[str, dict]]:
    """The errors of every picture by what the other folds chose, and each fold's choice and how it did."""
    errors, lines = [], {}
    for name, fold in folds.items():
        others = [one.guess for other, part in folds.items() if other != name for one in part if one.guess]
        use = Use.found_on(others)
        given = [one.guess for one in fold if one.guess]
        lines[name] = told(use) | {key: round(value, 3) for key, value in use.tried_on(given).items()}
        errors += [Errors.of(one, {"chosen": use.points(one.guess)} if one.guess else {}) for one in fold]
    return errors, lines


def told(use: Use) -> dict:
    return {
        "weights": use.weights,
        "log_odds": use.log_odds,
        "temperature": round(use.temperature, 3),
        "reliability": use.reliability,
        "range_scale": dict(zip("xy", use.scale, strict=True)),
        "bias_mm": {view: error.round(2).tolist() for view, error in use.bias.items()},
    }


def choose(options: argparse.Namespace) -> None:
    folds = read_folds(options.out)
    if len(folds) < 2:
        raise SystemExit(f"{options.out}: choices need the predictions of two folds or more, it has {len(folds)}")
    errors, lines = nested(folds)
    use = Use.found_on([one.guess for fold in folds.values() for one in fold if one.guess])
    validation = set(patients_of(data_root(options.data), "validation"))
    result = {
        "folds": len(folds),
        "pictures": len(errors),
        "choice": told(use),
        "nested": lines,
        "all": figures(errors),
        "validation_list": figures([one for one in errors if one.patient in validation]),
        "fold_to_fold": folds_spread([[one for one in errors if one.name in names(fold)] for fold in folds.values()]),
    }
    text = json.dumps(result, indent=2)
    if options.json:
        options.json.write_text(text + "\n")
    print(text)


def names(fold: list[Prediction]) -> set[str]:
    return {one.name for one in fold}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("predict", "predict-list", "choose"))
    parser.add_argument("--data", help="folder with camus/ and camus_2ch/; or HINGED_TEST_DATA")
    parser.add_argument("--runs", type=Path, default=Path(__file__).parent / "runs" / "folds")
    parser.add_argument("--out", type=Path, required=True, help="folder of the predictions")
    parser.add_argument("--weights", type=Path, help="of predict-list: an ONNX file, or weights of train.py")
    parser.add_argument("--json", type=Path, help="where choose writes its figures, too")
    options = parser.parse_args()
    np.seterr(all="raise", under="ignore")
    {"predict": predict_all, "predict-list": predict_list, "choose": choose}[options.what](options)


if __name__ == "__main__":
    main()
