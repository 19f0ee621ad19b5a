"""Folds, schedule and the list of doubtful pictures: `python -m unittest discover training`."""

import tempfile
import unittest
from pathlib import Path

from doubtful import doubtful, left_out
from schedule import LAST_STRENGTH, Schedule
from split import TWINS, Split, folds

TRAINING = [f"patient{n:04}" for n in range(1, 400)]
VALIDATION = [f"patient{n:04}" for n in range(401, 451)]


class Folds(unittest.TestCase):
    def test_every_patient_is_in_one_fold_and_each_list_is_dealt_evenly(self) -> None:
        for seed in range(20):
            dealt = folds([TRAINING, VALIDATION], 5, seed)
            self.assertEqual(sorted(patient for fold in dealt for patient in fold), sorted(TRAINING + VALIDATION))
            for fold in dealt:
                self.assertIn(len(set(fold) & set(VALIDATION)), (9, 10, 11))
                self.assertIn(len(fold), range(88, 93))

    def test_twins_stay_together(self) -> None:
        for seed in range(20):
            for fold in folds([TRAINING, VALIDATION], 5, seed):
                for pair in TWINS:
                    self.assertIn(len(set(pair) & set(fold)), (0, 2))

    def test_the_seed_decides(self) -> None:
        lists = [TRAINING, VALIDATION]
        self.assertEqual(folds(lists, 5, 1), folds([sorted(part, reverse=True) for part in lists], 5, 1))
        self.assertNotEqual(folds(lists, 5, 1), folds(lists, 5, 2))


class Splits(unittest.TestCase):
    def setUp(self) -> None:
        patients = TRAINING + VALIDATION
        self.pictures = {f"{patient}_4CH_{phase}": patient for patient in patients for phase in ("ED", "ES")}

    def test_no_picture_of_a_held_out_patient_is_trained_on(self) -> None:
        for number in range(1, 6):
            split = Split.of(f"{number}/5", [TRAINING, VALIDATION], self.pictures, 1)
            trained = {self.pictures[name] for name in split.training}
            self.assertFalse(trained & set(split.held_out))
            self.assertEqual(trained | set(split.held_out), set(TRAINING + VALIDATION))

    def test_all_holds_nobody_out(self) -> None:
        split = Split.of("all", [TRAINING, VALIDATION], self.pictures, 1)
        self.assertEqual((len(split.training), split.held_out), (len(self.pictures), []))

    def test_what_is_written_is_read(self) -> None:
        split = Split.of("2/5", [TRAINING, VALIDATION], self.pictures, 3)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "split.json"
            split.write(path)
            self.assertEqual(Split.read(path), split)

    def test_refuses_folds_that_are_not_there(self) -> None:
        for fold in ("0/5", "6/5", "1/1"):
            with self.assertRaises(ValueError):
                Split.of(fold, [TRAINING, VALIDATION], self.pictures, 1)


class Schedules(unittest.TestCase):
    def test_sizes_follow_the_share(self) -> None:
        schedule = Schedule(1e-3, Schedule.sizes_from("128:0,192:0.35,256:0.65"))
        for share, size in ((0, 128), (0.34, 128), (0.35, 192), (0.64, 192), (0.65, 256), (1, 256)):
            self.assertEqual(schedule.size(share), size)
        self.assertEqual([schedule.strength(share) for share in (0.64, 0.65)], [1.0, LAST_STRENGTH])

    def test_the_rate_goes_up_and_then_only_down(self) -> None:
        schedule = Schedule(2e-3, ((0.0, 256),))
        rates = [schedule.rate(n / 100) for n in range(101)]
        top = rates.index(max(rates))
        self.assertEqual((top, round(rates[top], 6)), (4, 2e-3))
        self.assertEqual(rates[top:], sorted(rates[top:], reverse=True))
        self.assertAlmostEqual(rates[-1], 2e-3 * 0.002)

    def test_refuses_sizes_that_cannot_be(self) -> None:
        for text in ("100:0", "192:0.1", "256:0,192:0.5,128:0.2"):
            with self.assertRaises(ValueError):
                Schedule.sizes_from(text)


class Doubts(unittest.TestCase):
    def test_the_exchanged_and_the_broken_train_nothing(self) -> None:
        expected = {"patient0185_2CH_ED", "patient0185_2CH_ES", "patient0418_2CH_ED"}
        self.assertLessEqual(expected, left_out())
        self.assertTrue(all(doubt.reason for doubt in doubtful()))

    def test_refuses_a_treatment_that_is_not_known(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "doubtful.csv"
            path.write_text("picture,training,reason\npatient0001_4CH_ED,maybe,unclear\n")
            with self.assertRaisesRegex(ValueError, "patient0001_4CH_ED.*maybe"):
                doubtful(path)


if __name__ == "__main__":
    unittest.main()
