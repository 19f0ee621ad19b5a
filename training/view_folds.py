"""What the view head can do on patients and scanners that it did not see; `view_head.py --folds` runs it.

A clip is the two pictures of a patient and view, or a loop. The head of a fold did not see its patients; the network
under it saw those of the training list, not those of the validation list, so that the latter's figures are the ones
that owe nothing to it.
"""

import numpy as np
from scipy.optimize import minimize_scalar

import split
from view_head import CLAIMED_WRONGLY, OTHER, Set, fit, logits_of, scaling

FOLDS = 5
VIEWS = ("A4C", "A2C", "other")


def folds(groups: np.ndarray, seed: int) -> dict[str, int]:
    """The fold of each patient among the groups."""
    patients = sorted({group for group in groups if group.startswith("patient")})
    dealt = enumerate(split.folds([patients], FOLDS, seed))
    return {patient: number for number, fold in dealt for patient in fold}


def family(logits: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities of A4C, A2C and other, from a clip's mean logits."""
    z = logits / temperature
    p = np.exp(z - z.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    return np.stack([p[..., 0] + p[..., 1], p[..., 2] + p[..., 3], p[..., OTHER]], -1)


def clips(given: Set, logits: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Names, mean logits and classes of the clips of the wanted pictures."""
    names = np.array([f"{g} {k // 2}" if k < OTHER else g for g, k in zip(given.groups, given.classes, strict=True)])
    found = np.unique(names[wanted])
    means = np.stack([logits[wanted & (names == name)].mean(0) for name in found])
    kinds = np.array([given.classes[wanted & (names == name)][0] for name in found])
    return found, means, kinds


def temperature_of(means: np.ndarray, truth: np.ndarray) -> float:
    """That at which the clips' views are likeliest."""

    def surprise(log: float) -> float:
        return -np.log(family(means, np.exp(log))[np.arange(len(truth)), truth] + 1e-12).mean()

    return float(np.exp(minimize_scalar(surprise, bounds=(-1.5, 1.5), method="bounded").x))


def least_claim(p: np.ndarray, truth: np.ndarray) -> float:
    """The least threshold, to a hundredth, at which fewer clips are claimed wrongly than may be."""
    top = p[:, :2].argmax(1)
    for claim in np.arange(0.5, 1, 0.01):
        wrong = (p[:, :2].max(1) >= claim) & (top != truth)
        if wrong.mean() < CLAIMED_WRONGLY:
            return round(float(claim), 2)
    return 1.0


def figures(p: np.ndarray, truth: np.ndarray, claim: float) -> dict:
    top, sure = p.argmax(1), p.max(1)
    claimed = (sure >= claim) & (top < 2)
    return {
        "clips": len(truth),
        "right": round(float((top == truth).mean()), 4),
        "claimed": round(float(claimed.mean()), 4),
        "claimed_wrongly": int((claimed & (top != truth)).sum()),
        "taken_for_none": int((top == 2).sum()),
    }


def out_of_fold(given: Set, seed: int) -> np.ndarray:
    """Logits of every CAMUS picture by a head that did not see its patient, of every loop by one without its folder."""
    logits = np.zeros((len(given), 5), np.float32)
    scale = scaling(given.maps)
    place = folds(given.groups, seed)
    fold = np.array([place.get(group, -1) for group in given.groups])
    for number in range(FOLDS):
        held = fold == number
        logits[held] = logits_of(fit(given, ~held, scale, seed + number), given.maps[held], scale)
        print(f"fold {number + 1} of {FOLDS}", flush=True)
    for folder in sorted(set(given.scanners) - {""}):
        held = given.scanners == folder
        logits[held] = logits_of(fit(given, ~held, scale, seed), given.maps[held], scale)
        print(f"without {folder}", flush=True)
    return logits


def report(given: Set, seed: int) -> dict:
    """Temperature, threshold and figures, for the card."""
    logits = out_of_fold(given, seed)
    camus = np.array([group.startswith("patient") for group in given.groups])
    shown = camus & np.isin(given.kinds, ("training", "validation"))
    _, means, kinds = clips(given, logits, shown)
    temperature = temperature_of(means, kinds // 2)
    p = family(means, temperature)
    claim = least_claim(p, kinds // 2)
    result = {"temperature": round(temperature, 3), "claim": claim, "seed": seed}
    result["out_of_fold"] = figures(p, kinds // 2, claim)
    _, means, kinds = clips(given, logits, camus & (given.kinds == "validation"))
    result["validation_list"] = figures(family(means, temperature), kinds // 2, claim)
    mirrored = camus & np.isin(given.kinds, ("training", "validation", "mirrored"))
    _, means, kinds = clips(given, logits, mirrored & (given.kinds == "mirrored"))
    odds = np.logaddexp(means[:, 1], means[:, 3]) - np.logaddexp(means[:, 0], means[:, 2])
    result["mirrored_told"] = round(float((odds > 0).mean()), 4)
    names, means, kinds = clips(given, logits, (given.scanners != "") & (given.kinds == "loop"))
    p = family(means, temperature)
    result["loops_without_their_scanner"] = {
        name.split()[0]: {view: round(float(q), 3) for view, q in zip(VIEWS, p[at], strict=True)}
        for at, name in enumerate(names)
    }
    return result
