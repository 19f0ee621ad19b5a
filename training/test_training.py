"""Checks that need no data: `python -m unittest discover training`."""

import json
import tempfile
import unittest
from pathlib import Path

import nibabel
import numpy as np
import onnx
import torch
from torch.nn import functional as F

import export_paper
from camus import Case, shrunk
from export import check, predictor, to_onnx
from geometry import Square
from hinge import hinge_points
from labels import LA, LV, MYOCARDIUM
from muon import optimisers, orthogonal
from paper import VGGUNet
from unet import UNet


class Truth(unittest.TestCase):
    def test_points_that_a_person_set_come_before_those_of_the_labels(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder, "read0001")
            place.mkdir()
            labels = np.zeros((80, 60), np.uint8)
            labels[20:40, 20:40] = LV
            labels[40:60, 20:40] = LA
            for suffix, pixels in (("", labels * 50), ("_gt", labels)):
                image = nibabel.Nifti1Image(pixels.T, np.diag([0.5, 0.25, 1, 1]))
                nibabel.save(image, place / f"read0001_4CH_ED{suffix}.nii.gz")
            case = Case("read0001", "4CH", "ED", Path(folder))
            drawn = shrunk(case, 64)[2]
            said = {"schema": "hinged.points/1", "left": [18.5, 44], "right": [41, 45.25], "labels": [1, 3]}
            Path(place, "read0001_4CH_ED_points.json").write_text(json.dumps(said))
            square = Square(80, 60, 0.5, 0.25, 64)
            expected = square.from_mm((np.array([[18.5, 44], [41, 45.25]]) + 0.5) * [0.5, 0.25])
            np.testing.assert_allclose(shrunk(case, 64)[2], expected, atol=1e-4)
            self.assertGreater(np.abs(drawn - expected).max(), 0.5)


class Geometry(unittest.TestCase):
    def test_shrinking_is_antialiased_bilinear(self) -> None:
        picture = np.random.default_rng(0).random((600, 800)).astype(np.float32)
        small = Square(600, 800, 0.3, 0.3).shrink(picture)
        given = torch.from_numpy(picture)[None, None]
        plain = F.interpolate(given, (192, 256), mode="bilinear", antialias=True)
        np.testing.assert_allclose(small[32:224], plain[0, 0].numpy(), atol=1e-4)
        self.assertFalse(small[:32].any() or small[224:].any())

    def test_enlarging_is_bilinear(self) -> None:
        maps = np.random.default_rng(0).random((2, 256, 256)).astype(np.float32)
        large = Square(512, 512, 0.3, 0.3).enlarge(maps)
        plain = F.interpolate(torch.from_numpy(maps)[None], scale_factor=2, mode="bilinear")
        np.testing.assert_allclose(large, plain[0].numpy(), atol=1e-5)

    def test_a_spot_stays_in_its_place(self) -> None:
        picture = np.zeros((400, 300), np.float32)
        picture[99:102, 199:202] = 1
        square = Square(400, 300, 0.5, 0.25)
        small = square.shrink(picture)
        v, u = np.mgrid[:256, :256]
        centre = np.array([(u * small).sum(), (v * small).sum()]) / small.sum()
        x, y = square.to_mm(centre)
        self.assertAlmostEqual(x, 200.5 * 0.5, delta=0.05)
        self.assertAlmostEqual(y, 100.5 * 0.25, delta=0.05)


class Hinge(unittest.TestCase):
    def test_ends_of_a_level_contact(self) -> None:
        labels = np.zeros((100, 100), np.uint8)
        labels[20:50, 30:70] = LV
        labels[50:80, 40:60] = LA
        points = hinge_points(labels, 0.5, 0.25)
        assert points is not None
        # LV pixels reach one column past the atrium; the atrium's own end is further in.
        np.testing.assert_allclose(points, [[39.5 * 0.5, 49.5 * 0.25], [60.5 * 0.5, 49.5 * 0.25]])

    def test_nothing_without_an_atrium(self) -> None:
        labels = np.zeros((50, 50), np.uint8)
        labels[10:30, 10:30] = LV
        self.assertIsNone(hinge_points(labels, 1, 1))


class Export(unittest.TestCase):
    def test_onnx_says_what_pytorch_says(self) -> None:
        torch.manual_seed(0)
        net = UNet()
        net.train()
        net(torch.rand(2, 1, 64, 64))
        net.eval()
        model = to_onnx(net)
        kinds = {node.op_type for node in model.graph.node}
        self.assertEqual(kinds, {"Conv", "Relu", "MaxPool", "Resize", "Concat"})
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "net.onnx"
            onnx.save(model, path)
            self.assertLess(check(net, path, np.random.rand(1, 1, 256, 256).astype("f")), 1e-4)

    def test_the_papers_network_gets_a_myocardium_that_never_wins(self) -> None:
        torch.manual_seed(0)
        net = VGGUNet().eval()
        picture = np.random.default_rng(0).random((1, 1, 32, 32), np.float32)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "net.onnx"
            onnx.save(export_paper.to_onnx(net, 32), path)
            logits = predictor(path)(picture)
        self.assertFalse((logits.argmax(1) == MYOCARDIUM).any())
        with torch.no_grad():
            expected = net(torch.from_numpy(picture)).numpy()
        np.testing.assert_allclose(np.delete(logits, MYOCARDIUM, 1), expected, atol=1e-4)


class MuonSteps(unittest.TestCase):
    def test_all_directions_of_a_step_weigh_about_the_same(self) -> None:
        torch.manual_seed(0)
        for shape in ((16, 144), (144, 16)):
            matrix = torch.randn(shape) @ torch.diag(torch.linspace(0.05, 1, shape[1]))
            values = torch.linalg.svdvals(orthogonal(matrix))
            self.assertGreater(values.min(), 0.5)
            self.assertLess(values.max(), 1.3)

    def test_a_step_moves_kernels_as_far_as_adam_would(self) -> None:
        torch.manual_seed(0)
        net = UNet()
        before = [p.detach().clone() for p in net.parameters()]
        parts = optimisers(net, 1e-3)
        for parameter in net.parameters():
            parameter.grad = torch.randn_like(parameter)
        for part in parts:
            part.step()
        for old, new in zip(before, net.parameters(), strict=True):
            moved = (new - old).square().mean().sqrt().item()
            self.assertTrue(1e-4 < moved < 1.1e-3, f"{tuple(new.shape)}: {moved}")


if __name__ == "__main__":
    unittest.main()
