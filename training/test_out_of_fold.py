"""Figures of errors that are known: `python -m unittest discover training`."""

import tempfile
import unittest
from pathlib import Path

import numpy as np

import predictions
from camus import Case
from contours import distances
from figures import MISSING, Errors, figures
from floor import between_networks, turned, within_patients
from geometry import Square
from labels import LA, LV
from scores import Exam


def errors(name: str, x: float) -> Errors:
    return Errors(name, {"chosen": np.array([[x, 0.0], [-x, 0.0]])}, {"chosen": -2 * x}, {"lv_dice": 0.9}, True)


class Figures(unittest.TestCase):
    def test_every_picture_counts_one_without_points_as_far(self) -> None:
        lost = Errors("patient0003_4CH_ED", {}, {}, {"lv_dice": 0.3}, True)
        unknown = Errors("patient0004_4CH_ED", {}, {}, {"lv_dice": 0.3}, False)
        given = [errors("patient0001_4CH_ED", 1.0), errors("patient0002_4CH_ED", 3.0), lost, unknown]
        line = figures(given)["4CH ED"]
        self.assertEqual((line["pictures"], line["with_truth"], line["chosen"]["missing"]), (4, 3, 1))
        self.assertAlmostEqual(line["chosen"]["mean_distance"], (1 + 3 + MISSING) / 3, places=3)
        self.assertAlmostEqual(line["chosen"]["diameter_mean_error"], -4)
        self.assertAlmostEqual(line["chosen"]["within_2_mm"], 1 / 3, places=3)
        self.assertAlmostEqual(line["lv_dice"], (0.9 + 0.9 + 0.3 + 0.3) / 4)

    def test_views_and_phases_stand_apart(self) -> None:
        found = figures([errors("patient0001_4CH_ED", 1), errors("patient0001_2CH_ES", 2)])
        self.assertEqual(set(found), {"4CH", "4CH ED", "2CH", "2CH ES"})
        self.assertAlmostEqual(found["2CH"]["chosen"]["mean_distance"], 2)


class Contours(unittest.TestCase):
    def test_distances_of_two_shifted_rectangles(self) -> None:
        a, b = np.zeros((40, 60), bool), np.zeros((40, 60), bool)
        a[10:20, 10:30] = True
        b[10:20, 13:33] = True
        found = distances(a, b, 0.5, 2.0)
        assert found is not None
        self.assertAlmostEqual(found[1], 3 * 0.5)
        self.assertTrue(0 < found[0] < 1.5)
        self.assertIsNone(distances(a, np.zeros_like(a), 1, 1))


class Floor(unittest.TestCase):
    def test_along_and_across_turn_with_the_line(self) -> None:
        truth = np.array([[0.0, 0.0], [0.0, 30.0]])
        found = turned(np.array([[0.0, 2.0], [1.0, 0.0]]), truth)
        np.testing.assert_allclose(found, [[2, 0], [0, 1]], atol=1e-12)

    def test_tells_what_networks_share_from_what_is_their_own(self) -> None:
        random = np.random.default_rng(1)
        names = [f"patient{n:04}_4CH_ED" for n in range(4000)]
        shared = random.normal(0, 2, (4000, 2, 2))
        one, two = ({n: shared[i] + random.normal(0, 1, (2, 2)) for i, n in enumerate(names)} for _ in range(2))
        found = between_networks(one, two, "4CH")
        assert found is not None
        for side in ("left", "right"):
            self.assertAlmostEqual(found["share_of_variance_that_is_each_ones_own"][side]["along"], 0.2, delta=0.03)

    def test_phases_of_a_patient_agree_as_far_as_they_share(self) -> None:
        random = np.random.default_rng(2)
        given = {}
        for n in range(3000):
            common = random.normal(0, 1, (2, 2))
            for phase in ("ED", "ES"):
                given[f"patient{n:04}_2CH_{phase}"] = common + random.normal(0, 1, (2, 2))
        found = within_patients(given, "2CH")
        self.assertAlmostEqual(found["correlation_of_phases"]["left"]["across"], 0.5, delta=0.05)


class Kept(unittest.TestCase):
    def test_what_is_written_is_read(self) -> None:
        truth = np.zeros((256, 256), np.uint8)
        truth[60:120, 90:160] = LV
        truth[120:170, 100:150] = LA
        logits = np.full((6, 256, 256), -6, np.float32)
        for label in range(4):
            logits[label][truth == label] = 6
        square = Square(256, 256, 0.5, 0.5)
        places = np.array([[49.75, 59.75], [75.25, 59.75]])
        v, u = np.mgrid[:256, :256]
        for side, (x, y) in enumerate(places):
            logits[4 + side] = -((u * 0.5 + 0.25 - x) ** 2 + (v * 0.5 + 0.25 - y) ** 2) / 8
        case = Case("patient0001", "4CH", "ED", Path())
        exam = Exam(case, square, np.zeros((256, 256)), truth, places)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{case.name}.npz"
            predictions.write(path, exam, logits)
            read = predictions.read(path)
        assert read.guess is not None and read.plain is not None
        self.assertEqual((read.patient, read.view, read.phase), ("patient0001", "4CH", "ED"))
        self.assertEqual(read.scores["lv_dice"], 1)
        np.testing.assert_array_equal(read.labels, truth)
        np.testing.assert_allclose(read.guess.landmark, places, atol=0.05)
        np.testing.assert_allclose(read.guess.contact(0.0), read.plain, atol=1.0)


if __name__ == "__main__":
    unittest.main()
