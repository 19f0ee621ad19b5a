"""Calibration on guesses whose errors are known: `python -m unittest discover training`."""

import unittest

import numpy as np

from geometry import Square
from guess import NEAR, TEMPERATURES, Guess, Map
from use import Use, best_odds, best_weight, cross_validated

SQUARE = Square(256, 256, 1, 1)
TRUTH = np.array([[100.0, 120.0], [140.0, 120.0]])
# Of the maps and of the points' errors, mm.
CLAIMED, REAL = 2.0, 1.6


def guess(random: np.random.Generator, patient: str, view: str = "4CH", real: float = REAL) -> Guess:
    """Landmarks whose maps claim `CLAIMED` and err by `real`; contact ends right across, 6 mm off in depth."""
    centres = TRUTH + random.normal(0, real, (2, 2))
    v, u = np.mgrid[:256, :256]
    apart = [np.hypot(*(SQUARE.to_mm(np.stack([u, v], -1)) - centre).transpose(2, 0, 1)) for centre in centres]
    maps = [Map.of(-(r**2) / (2 * CLAIMED**2)) for r in apart]
    contact = TRUTH + np.array([0.0, 6.0]) * random.choice([-1, 1], (2, 1))
    return Guess(view, patient, SQUARE, TRUTH, {0.0: contact}, maps)


def guesses(seed: int, count: int, real: float = REAL) -> list[Guess]:
    random = np.random.default_rng(seed)
    return [guess(random, f"patient{k // 2:04}", ("4CH", "2CH")[k % 2], real) for k in range(count)]


def stretched(one: Guess, seed: int) -> Guess:
    """Its truth moved across, so that errors across are larger than those down."""
    one.truth = one.truth + np.random.default_rng(seed).normal(0, 1, (2, 2)) * (3.0, 0.0)
    return one


class Calibration(unittest.TestCase):
    def test_takes_each_coordinate_from_what_sees_it_best(self) -> None:
        weight = best_weight(guesses(1, 40), 0.0)
        self.assertEqual(weight["x"], 0)
        self.assertGreaterEqual(weight["y"], 0.9)

    def test_the_odds_are_those_whose_ends_are_nearest(self) -> None:
        found = guesses(5, 40)
        for one in found:
            ends = one.contacts[0.0]
            assert ends is not None
            one.contacts |= {0.3: one.truth.copy(), 0.6: ends + 3}
        self.assertEqual(best_odds(found), 0.3)

    def test_the_temperature_is_that_of_the_errors_variance(self) -> None:
        sure = {"x": 1.0, "y": 1.0}
        found = guesses(2, 400)
        use = Use({"A4C": sure, "A2C": sure}, 0.0, 1.0, 1.0, {})
        shares = {float(t): use.coverage(found, float(t)) for t in TEMPERATURES}
        best = min(shares, key=lambda t: abs(shares[t] - 0.7))
        self.assertAlmostEqual(best, (REAL / CLAIMED) ** 2, delta=0.08)
        self.assertAlmostEqual(shares[best], 0.7, delta=0.02)

    def test_each_axis_is_stretched_to_its_own_errors(self) -> None:
        found = [stretched(one, seed) for seed, one in enumerate(guesses(7, 400))]
        use = Use.found_on(found, {"A4C": {"x": 1.0, "y": 1.0}, "A2C": {"x": 1.0, "y": 1.0}})
        self.assertGreater(use.scale[0], 1.2)
        self.assertLess(use.scale[1], 0.8)
        np.testing.assert_allclose(use.axis_coverage(found), 0.7, atol=0.03)

    def test_claims_less_where_points_are_near_less_often_than_the_maps_expect(self) -> None:
        random = np.random.default_rng(3)
        lost = [
            guess(random, f"patient{k:04}", view, real=20.0 if k % 4 == 0 else 0.1)
            for view in ("4CH", "2CH")
            for k in range(40)
        ]
        use = Use.found_on(lost)
        near = np.mean([one.is_near(use.points(one)) for one in lost])
        self.assertLess(near, 0.85)
        self.assertLess(use.reliability, 1)
        self.assertAlmostEqual(use.nearness(lost)[1], near, delta=0.01)

    def test_folds_tell_what_was_found_without_their_patients(self) -> None:
        lines = cross_validated(guesses(4, 80))
        self.assertEqual(len(lines), 5)
        self.assertAlmostEqual(np.mean([line["coverage"] for line in lines]), 0.7, delta=0.15)
        self.assertTrue(all(line["both_within_5_mm"] > 0.9 for line in lines))

    def test_confidence_is_the_maps_weight_within_reach(self) -> None:
        one = guess(np.random.default_rng(6), "patient0001", real=0.0)
        expected = 1 - np.exp(-(NEAR**2) / (2 * CLAIMED**2))
        self.assertAlmostEqual(one.confidence(TRUTH, 1.0), expected**2, delta=0.02)


if __name__ == "__main__":
    unittest.main()
