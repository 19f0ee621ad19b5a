"""Checks of the view head that need no data: `python -m unittest discover training`."""

import tempfile
import unittest
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

from export import to_onnx
from unet import UNet
from view_drawings import KINDS, drawn
from view_folds import family, folds, least_claim, temperature_of
from view_head import APICAL, OTHER, WIDTHS, Set, Taps, head, logits_of, loss_of, weights, with_head
from view_pictures import SIZE, altered, scrambled, zoomed


def heart() -> tuple[np.ndarray, np.ndarray]:
    """A dark ventricle in a bright wall, and its labels."""
    y, x = np.mgrid[:SIZE, :SIZE]
    far = np.hypot((x - 128) / 30, (y - 110) / 60)
    labels = np.where(far < 1, 1, np.where(far < 1.3, 2, 0))
    return np.where(far < 1, 0.1, np.where(far < 1.3, 0.8, 0.4)).astype(np.float32), labels


class Pictures(unittest.TestCase):
    def test_each_is_a_square_from_zero_to_one(self) -> None:
        rng = np.random.default_rng(1)
        z, labels = heart()
        made = [altered(z, rng) for _ in range(20)] + [scrambled(z, rng) for _ in range(40)]
        made += [drawn(rng) for _ in range(6 * len(KINDS))] + [zoomed(z, labels, rng) for _ in range(5)]
        for picture in made:
            self.assertEqual(picture.shape, (SIZE, SIZE))
            self.assertTrue(np.isfinite(picture).all())
            self.assertGreaterEqual(picture.min(), 0)
            self.assertLessEqual(picture.max(), 1)
            self.assertGreater(picture.std(), 0.005)

    def test_zooming_fills_the_picture_with_the_ventricle(self) -> None:
        z, labels = heart()
        wall = zoomed(z, labels, np.random.default_rng(2))
        self.assertGreater((wall > 0.02).mean(), 0.4)


class Head(unittest.TestCase):
    def given(self) -> Set:
        rng = np.random.default_rng(0)
        classes = np.array([0, 0, 0, 1, 2, 3, OTHER, OTHER, APICAL])
        groups = np.array(
            ["patient1", "patient2", "d/acme/a", "patient1", *["patient3"] * 2, "drawing", "d/acme/b", "d/acme/c"]
        )
        maps = rng.standard_normal((len(classes), WIDTHS[0], 8, 8)).astype(np.float16)
        return Set(maps, classes, groups, np.array(["training"] * len(classes)))

    def test_a_real_loop_counts_a_quarter_of_its_view_and_half_of_the_rest(self) -> None:
        found = weights(self.given())
        self.assertAlmostEqual(found[2] / found[:3].sum(), 0.25)
        self.assertAlmostEqual(found[7] / found[6:8].sum(), 0.5)

    def test_an_apical_picture_of_no_view_asks_only_not_to_be_none(self) -> None:
        classes = torch.tensor([APICAL])
        one = loss_of(torch.tensor([[9.0, 0, 0, 0, 0]]), classes)
        other = loss_of(torch.tensor([[0.0, 0, 9, 0, 0]]), classes)
        none = loss_of(torch.tensor([[0.0, 0, 0, 0, 9]]), classes)
        self.assertAlmostEqual(float(one), float(other), places=5)
        self.assertGreater(float(none), float(one) + 5)

    def test_the_file_says_what_the_head_says_and_its_first_output_stays(self) -> None:
        torch.manual_seed(0)
        unet = UNet().eval()
        given = self.given()
        scale = (np.full((1, WIDTHS[0], 1, 1), 0.1, np.float32), np.full((1, WIDTHS[0], 1, 1), 0.7, np.float32))
        net = head().eval()
        z = np.random.default_rng(3).random((SIZE, SIZE)).astype(np.float32)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "net.onnx"
            onnx.save(to_onnx(unet), path)
            before = onnxruntime.InferenceSession(path).run(["logits"], {"input": z[None, None]})[0]
            maps = Taps(path, 1)(z)[None]
            for _ in range(2):
                onnx.save(with_head(onnx.load(path), net, scale), path)
            session = onnxruntime.InferenceSession(path)
            logits, view = session.run(["logits", "view"], {"input": z[None, None]})
        self.assertEqual([output.name for output in session.get_outputs()], ["logits", "view"])
        np.testing.assert_array_equal(logits, before)
        np.testing.assert_allclose(view.reshape(-1), logits_of(net, maps, scale)[0], atol=0.02)
        self.assertEqual(len(given), 9)


class Folds(unittest.TestCase):
    def test_one_picture_under_two_names_is_in_one_fold(self) -> None:
        groups = np.array([f"patient{number:04}" for number in range(1, 101)])
        place = folds(groups, 1)
        self.assertEqual(place["patient0033"], place["patient0068"])
        self.assertEqual(sorted(np.unique(list(place.values()))), [0, 1, 2, 3, 4])
        self.assertEqual(set(place), set(groups))

    def test_the_temperature_undoes_what_was_multiplied(self) -> None:
        rng = np.random.default_rng(4)
        logits = np.zeros((4000, 5))
        logits[:, 0] = rng.normal(0, 2, 4000)
        logits[:, [1, 3, OTHER]] = -50
        truth = (rng.random(4000) > family(logits, 1)[:, 0]).astype(int)
        self.assertAlmostEqual(temperature_of(3 * logits, truth), 3, delta=0.3)

    def test_the_threshold_leaves_fewer_wrong_claims_than_may_be(self) -> None:
        p = np.tile([[0.9, 0.08, 0.02]], (1000, 1))
        p[:6] = [0.955, 0.03, 0.015]
        truth = np.zeros(1000, int)
        truth[:6] = 1
        self.assertEqual(least_claim(p, truth), 0.96)
        truth[2:] = 0
        self.assertEqual(least_claim(p, truth), 0.5)


if __name__ == "__main__":
    unittest.main()
