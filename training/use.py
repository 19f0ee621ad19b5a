"""How a model's landmarks are used: found on guesses whose truth is known, and tried on others."""

from dataclasses import dataclass, replace

import numpy as np

from guess import TEMPERATURES, Guess

VIEWS = {"4CH": "A4C", "2CH": "A2C"}
FOLDS = 5
WEIGHTS = np.linspace(0, 1, 11)
# By how much a range may be stretched.
SCALES = np.arange(0.5, 2.001, 0.05).round(2)
SHARES = [{"x": round(float(x), 2), "y": round(float(y), 2)} for x in WEIGHTS for y in WEIGHTS]


def lengths(points: np.ndarray) -> np.ndarray:
    """Of (n, 2, 2) points, the distances of left and right."""
    return np.hypot(*(points[:, 1] - points[:, 0]).T)


class Stack:
    """The points of some guesses as arrays (n, 2, 2), to try weights on."""

    def __init__(self, guesses: list[Guess], log_odds: float) -> None:
        self.contact = np.stack([guess.contact(log_odds) for guess in guesses])
        self.landmark = np.stack([guess.landmark for guess in guesses])
        self.truth = np.stack([guess.truth for guess in guesses])

    def points(self, weight: dict[str, float]) -> np.ndarray:
        return self.contact + np.array([weight["x"], weight["y"]]) * (self.landmark - self.contact)

    def cost(self, weight: dict[str, float]) -> float:
        """The mean error of the points, a quarter of the diameter's mean error whatever its sign, and half of the
        median absolute errors of both coordinates and of the diameter."""
        points = self.points(weight)
        error = points - self.truth
        diameters = lengths(points) - lengths(self.truth)
        typical = np.median(np.abs(error), (0, 1)).sum() + np.median(np.abs(diameters))
        return float(mean_distance(error) + 0.25 * abs(np.mean(diameters)) + 0.5 * typical)


def best_weight(guesses: list[Guess], log_odds: float) -> dict[str, float]:
    stack = Stack(guesses, log_odds)
    return min(SHARES, key=stack.cost)


def best_odds(guesses: list[Guess]) -> float:
    """Of those that all guesses have, with the best weights of each view; one for all views."""
    of_views = [of_view(guesses, view) for view in VIEWS]

    def cost(log_odds: float) -> float:
        stacks = [Stack(part, log_odds) for part in of_views if part]
        return sum(min(stack.cost(weight) for weight in SHARES) for stack in stacks)

    return min(guesses[0].contacts, key=cost)


@dataclass(frozen=True)
class Use:
    """How a model's landmarks are used."""

    weights: dict[str, dict[str, float]]
    log_odds: float
    temperature: float
    reliability: float
    # Median errors [[left x, y], [right x, y]] by view, mm.
    bias: dict[str, np.ndarray]
    # By how much the ranges are stretched across and down.
    scale: tuple[float, float] = (1.0, 1.0)

    @staticmethod
    def found_on(guesses: list[Guess], weights: dict[str, dict[str, float]] | None = None) -> "Use":
        """`weights`, where given, are kept."""
        odds = best_odds(guesses)
        if weights is None:
            weights = {"apical": best_weight(guesses, odds)}
            for view, code in VIEWS.items():
                weights[code] = best_weight(of_view(guesses, view), odds)
        use = Use(weights, odds, 1.0, 1.0, {})
        shares = {float(t): use.coverage(guesses, float(t)) for t in TEMPERATURES}
        use = replace(use, temperature=min(shares, key=lambda t: abs(shares[t] - 0.7)))
        near, expected = use.nearness(guesses)
        bias = {code: np.median(use.errors(of_view(guesses, view)), 0) for view, code in VIEWS.items()}
        reliability = round(float(min(1.0, near / expected)), 3)
        return replace(use, reliability=reliability, bias=bias, scale=use.best_scale(guesses))

    def best_scale(self, guesses: list[Guess]) -> tuple[float, float]:
        """Of each axis the one at which 70 % of its errors lie in their range."""
        shares = {float(s): replace(self, scale=(s, s)).axis_coverage(guesses) for s in SCALES}
        across, down = (min(shares, key=lambda s, axis=axis: abs(shares[s][axis] - 0.7)) for axis in (0, 1))
        return across, down

    def points(self, guess: Guess) -> np.ndarray:
        return guess.points(self.weights[VIEWS[guess.view]], self.log_odds)

    def errors(self, guesses: list[Guess]) -> np.ndarray:
        return np.stack([self.points(guess) - guess.truth for guess in guesses])

    def diameter_errors(self, guesses: list[Guess]) -> np.ndarray:
        points = np.stack([self.points(guess) for guess in guesses])
        return lengths(points) - lengths(np.stack([guess.truth for guess in guesses]))

    def axis_coverage(self, guesses: list[Guess]) -> np.ndarray:
        """The share of errors across and down that lie in their range."""
        inside = [guess.covered(self.points(guess), self.temperature, self.scale) for guess in guesses]
        return np.mean(inside, axis=(0, 1))

    def coverage(self, guesses: list[Guess], temperature: float) -> float:
        return float(np.mean([guess.covered(self.points(guess), temperature) for guess in guesses]))

    def nearness(self, guesses: list[Guess]) -> tuple[float, float]:
        """How often both points lie near the truth, and how often they are expected to."""
        near = np.mean([guess.is_near(self.points(guess)) for guess in guesses])
        expected = np.mean([guess.confidence(self.points(guess), self.temperature) for guess in guesses])
        return float(near), float(expected) * self.reliability

    def tried_on(self, guesses: list[Guess]) -> dict[str, float]:
        near, expected = self.nearness(guesses)
        straight = np.stack([self.bias[VIEWS[guess.view]] for guess in guesses])
        errors = self.errors(guesses)
        return {
            "coverage": float(self.axis_coverage(guesses).mean()),
            "coverage_across": float(self.axis_coverage(guesses)[0]),
            "coverage_down": float(self.axis_coverage(guesses)[1]),
            "both_within_5_mm": near,
            "confidence": expected,
            "mean_distance": mean_distance(errors),
            "mean_distance_without_bias": mean_distance(errors - straight),
            "diameter_mean_error": float(self.diameter_errors(guesses).mean()),
        }


def of_view(guesses: list[Guess], view: str) -> list[Guess]:
    return [guess for guess in guesses if guess.view == view]


def mean_distance(errors: np.ndarray) -> float:
    return float(np.hypot(errors[..., 0], errors[..., 1]).mean())


def cross_validated(
    guesses: list[Guess], weights: dict[str, dict[str, float]] | None = None
) -> list[dict[str, float]]:
    """Figures of each fifth of the patients by what was found on the others."""
    patients = sorted({guess.patient for guess in guesses})
    fold = {patient: number % FOLDS for number, patient in enumerate(patients)}
    lines = []
    for number in range(FOLDS):
        use = Use.found_on([guess for guess in guesses if fold[guess.patient] != number], weights)
        tried = use.tried_on([guess for guess in guesses if fold[guess.patient] == number])
        lines.append({key: round(value, 3) for key, value in tried.items()})
    return lines
