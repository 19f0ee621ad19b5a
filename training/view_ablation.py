"""Whether the view head reads the heart or the frame around it.

    view_ablation.py MODEL.onnx --data DATA

In CAMUS the sector's shape goes with the view, so a head could learn it. Prints what the model's own head says of the
validation list as it is, with one and the same sector cut out of every picture, with the sector of a random picture of
the other view, and of sectors of one grey; its head was trained on these patients too, what counts is the difference.
Then what a head learns that sees sectors of one grey alone, out of fold. Some five minutes on two cores.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from camus import Case, cases, data_root, sector
from view_folds import FOLDS, clips, family, figures, folds
from view_head import Set, Taps, fit, logits_of, scaling
from view_pictures import SIZE, square

SEED = 1
GREY = 0.4


def one_sector() -> np.ndarray:
    """Narrower than any of CAMUS's."""
    y, x = np.mgrid[:SIZE, :SIZE]
    angle, radius = np.arctan2(x - SIZE / 2, y - 2), np.hypot(x - SIZE / 2, y - 2)
    return (abs(angle) < np.deg2rad(30)) & (radius > 6) & (radius < 215)


def shape(z: np.ndarray) -> np.ndarray:
    return sector((z * 255).astype(np.uint8))


def sector_alone(root: Path, taps: Taps, seed: int) -> dict:
    """What the sector's shape tells of the view: a head trained and tried, out of fold, on pictures whose sector is one
    grey. Half right is chance."""
    maps, kinds, groups = [], [], []
    for list_name in ("training", "validation"):
        for case in cases(root, list_name):
            z, _ = square(case)
            maps.append(taps(np.where(sector((z * 255).astype(np.uint8)), 0.4, 0)))
            kinds.append(0 if case.view == "4CH" else 2)
            groups.append(case.patient)
    given = Set(np.stack(maps), np.array(kinds), np.array(groups), np.array(["training"] * len(kinds)))
    scale, place = scaling(given.maps), folds(given.groups, seed)
    fold = np.array([place[group] for group in groups])
    logits = np.zeros((len(given), 5), np.float32)
    for number in range(FOLDS):
        held = fold == number
        logits[held] = logits_of(fit(given, ~held, scale, seed + number), given.maps[held], scale)
    _, means, kinds = clips(given, logits, np.ones(len(given), bool))
    return figures(family(means, 1), kinds // 2, 0.94)


def cut(model: Path, root: Path) -> dict[str, dict]:
    """The model's head on the validation list, by what was done to the pictures."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    view = json.loads(model.with_suffix(".json").read_text())["view"]
    given = {case: square(case)[0] for case in cases(root, "validation")}
    rng = np.random.default_rng(SEED)

    def other(case: Case) -> np.ndarray:
        others = [each for each in given if each.view != case.view]
        return shape(given[others[rng.integers(len(others))]])

    ways = {
        "as it is": lambda case, z: z,
        "one sector": lambda case, z: z * one_sector(),
        "sector of the other view": lambda case, z: z * other(case),
        "sector alone": lambda case, z: np.where(shape(z), GREY, 0),
    }
    result = {}
    for way, change in ways.items():
        told: dict[tuple[str, str], list[np.ndarray]] = {}
        for case, z in given.items():
            x = change(case, z)[None, None].astype(np.float32)
            told.setdefault((case.patient, case.view), []).append(session.run(["view"], {"input": x})[0].reshape(-1))
        p = np.stack([family(np.mean(logits, 0), view["temperature"]) for logits in told.values()])
        result[way] = figures(p, np.array([0 if name == "4CH" else 1 for _, name in told]), view["claim"])
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", help="folder with camus/ and camus_2ch/; or HINGED_TEST_DATA")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    root = data_root(options.data)
    print(json.dumps(cut(options.model, root), indent=2))
    print(json.dumps(sector_alone(root, Taps(options.model, options.threads), SEED), indent=2))


if __name__ == "__main__":
    main()
