"""Checks of the landmarks that need no data."""

import tempfile
import unittest
from pathlib import Path

import numpy as np
import onnx
import torch

from augment import landmarks, placement
from export import to_onnx
from hinge import landmark_points, quantile
from start import start_from
from unet import UNet


class Landmarks(unittest.TestCase):
    def test_the_point_is_the_middle_of_its_map(self) -> None:
        v, u = np.mgrid[:64, :80]
        places = np.array([[20.3, 40.6], [61.5, 12.0]])
        logits = np.stack([-((u - x) ** 2 + (v - y) ** 2) / 8 for x, y in places])
        np.testing.assert_allclose(landmark_points(logits), places, atol=0.02)

    def test_quantiles_of_an_even_weight(self) -> None:
        self.assertAlmostEqual(quantile(np.full(10, 0.1), 0.5), 4.5)
        self.assertAlmostEqual(quantile(np.full(10, 0.1), 0.15), 1.0)

    def test_targets_move_with_the_picture_and_change_sides_in_a_mirror(self) -> None:
        points = torch.tensor([[[10.0, 20.0], [50.0, 24.0]]])
        theta = torch.tensor([[[-1.0, 0, 0], [0, 1, 0]]])
        grid = torch.nn.functional.affine_grid(theta, [1, 1, 64, 64], align_corners=False)
        moved = landmarks(points, 64, grid, torch.tensor([True]), torch.ones(1, 1, 64, 64))
        np.testing.assert_allclose(moved.sum((2, 3)).numpy(), 1, atol=1e-5)
        # Mirrored about the middle, 31.5: what was right, at 50, is left, at 13.
        left, right = (moved[0, k].numpy() for k in (0, 1))
        self.assertAlmostEqual(quantile(left.sum(0), 0.5), 13, delta=0.1)
        self.assertAlmostEqual(quantile(left.sum(1), 0.5), 24, delta=0.1)
        self.assertAlmostEqual(quantile(right.sum(0), 0.5), 53, delta=0.1)

    def test_a_point_that_is_not_shown_has_no_target(self) -> None:
        points = torch.tensor([[[10.0, 20.0], [float("nan"), float("nan")]]])
        grid, mirrored = placement(1, 64, 0.0)
        hidden = landmarks(points, 64, grid, mirrored, torch.zeros(1, 1, 64, 64))
        self.assertFalse(hidden.any())
        shown = landmarks(points, 64, grid, mirrored, torch.ones(1, 1, 64, 64))
        self.assertEqual(int((shown.sum((2, 3)) > 0.5).sum()), 1)


class Start(unittest.TestCase):
    def test_a_network_begins_where_the_file_ended(self) -> None:
        torch.manual_seed(3)
        old = UNet(outputs=4)
        old(torch.rand(2, 1, 64, 64))
        old.eval()
        pictures = torch.rand(4, 1, 64, 64)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "old.onnx"
            onnx.save(to_onnx(old), path)
            new = UNet()
            start_from(new, path, pictures)
        new.eval()
        with torch.no_grad():
            difference = (new(pictures)[:, :4] - old(pictures)).abs().max()
        self.assertLess(float(difference), 1e-3)


if __name__ == "__main__":
    unittest.main()
