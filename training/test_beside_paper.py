"""The figures that stand beside the paper's: `python -m unittest discover training`."""

import unittest

from beside_paper import MISSING, figures
from card import PAPER_ROWS, paper_rows

TRUTH = [{"side": "left", "x": 100, "y": 200}, {"side": "right", "x": 160, "y": 200}]


def case(phase: str, dx: float = 0, dy: float = 0, wider: float = 0, missing: bool = False) -> dict:
    """Pixels of 0.5 x 0.25 mm; points moved by pixels, a diameter that is too wide by mm."""
    points = [{"side": point["side"], "x": point["x"] + dx, "y": point["y"] + dy} for point in TRUTH]
    return {
        "phase": phase,
        "spacing_mm": {"x": 0.5, "y": 0.25},
        "dice": {"lv": 0.9 if phase == "ED" else 0.8, "la": 0.7},
        "truth_points": TRUTH,
        "truth_diameter_mm": 30.0,
        "hinge_points": None if missing else points,
        "annulus_diameter_mm": None if missing else 30.0 + wider,
    }


class Figures(unittest.TestCase):
    def test_are_in_millimetres_of_the_pictures_own_spacing(self) -> None:
        found = figures([case("ED", dx=6, dy=-16), case("ES", dx=-6, dy=16)])
        self.assertEqual((found["median_dx"], found["median_dy"], found["mean_distance"]), (3, 4, 5))

    def test_count_a_missing_point_as_ten_millimetres(self) -> None:
        found = figures([case("ED"), case("ES", missing=True)])
        self.assertEqual(found["mean_distance"], MISSING / 2)
        self.assertEqual((found["pictures"], found["with_points"]), (2, 1))

    def test_set_the_median_error_of_the_diameter_against_the_median_true_one(self) -> None:
        found = figures([case("ED", wider=w) for w in (-1.5, 3, 6)] + [case("ES", missing=True)])
        self.assertEqual(found["ED"], {"dice_lv": 0.9, "diameter_bias": 0.1})
        self.assertEqual(found["ES"], {"dice_lv": 0.8, "diameter_bias": None})
        self.assertEqual(found["diameter_median_absolute"], 3)

    def test_fill_every_row_of_the_card_where_no_point_was_found(self) -> None:
        rows = paper_rows(figures([case("ED", missing=True), case("ES", missing=True)]))
        self.assertEqual(rows, ["0.900 / 0.800", "0.700", "10.00, 10.00", "10.00", "- / -", "-", "0 of 2"])
        self.assertEqual(len(rows), len(PAPER_ROWS))


if __name__ == "__main__":
    unittest.main()
