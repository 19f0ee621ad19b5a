"""CAMUS: which pictures there are, and reading them."""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np

from doubtful import left_out
from geometry import Square
from hinge import hinge_points
from labels import CLASSES

# In the cache: tissue that is in the sector and in no chamber. Outside it is 0.
TISSUE = 4

FOLDERS = {"4CH": "camus", "2CH": "camus_2ch"}
LISTS = ("training", "validation")


@dataclass(frozen=True)
class Case:
    """One picture with its ground truth."""

    patient: str
    view: str
    phase: str
    folder: Path

    @property
    def name(self) -> str:
        return f"{self.patient}_{self.view}_{self.phase}"

    def picture(self) -> tuple[np.ndarray, float, float]:
        """Grey levels as rows x columns with the apex up, and spacing x, y in mm."""
        return read_nifti(self.folder / self.patient / f"{self.name}.nii.gz")

    def labels(self) -> np.ndarray:
        return read_nifti(self.folder / self.patient / f"{self.name}_gt.nii.gz")[0]

    def has_labels(self) -> bool:
        return (self.folder / self.patient / f"{self.name}_gt.nii.gz").exists()

    def points(self) -> np.ndarray | None:
        """Hinge points that a person set (`hinged agreement --dataset`), in pixel indices: [[left x, y], [right x, y]]."""
        file = self.folder / self.patient / f"{self.name}_points.json"
        if not file.exists():
            return None
        said = json.loads(file.read_text())
        return np.array([said["left"], said["right"]], float)


def data_root(argument: str | None) -> Path:
    """The folder that holds camus/ and camus_2ch/."""
    given = argument or os.environ.get("HINGED_TEST_DATA")
    if not given:
        sys.exit("Say where the data are: --data FOLDER or HINGED_TEST_DATA")
    return Path(given)


def read_nifti(path: Path) -> tuple[np.ndarray, float, float]:
    """NIfTI axis 0 is lateral and axis 1 is depth: transposed here."""
    image = nibabel.load(path)
    sx, sy = (float(z) for z in image.header.get_zooms()[:2])
    return np.asarray(image.dataobj, dtype=np.uint8).T, sx, sy


def patients_of(root: Path, split: str) -> list[str]:
    return (root / "camus" / f"subgroup_{split}.txt").read_text().split()


def cases(root: Path, split: str, views: tuple[str, ...] = ("4CH", "2CH")) -> list[Case]:
    """The pictures of the list `training` or `validation`, but for those that train nothing."""
    unused = left_out() if split == "training" else set()
    return [case for case in present(root, patients_of(root, split), views) if case.name not in unused]


def every_case(root: Path, views: tuple[str, ...] = ("4CH", "2CH")) -> list[Case]:
    """The pictures of both lists, those in doubt among them."""
    return [case for split in LISTS for case in present(root, patients_of(root, split), views)]


def present(root: Path, patients: list[str], views: tuple[str, ...]) -> list[Case]:
    found = [
        Case(patient, view, phase, root / FOLDERS[view])
        for view in views
        for patient in patients
        for phase in ("ED", "ES")
    ]
    there = [case for case in found if (case.folder / case.patient / f"{case.name}.nii.gz").exists()]
    return [case for case in there if case.has_labels()]


def sector(picture: np.ndarray) -> np.ndarray:
    """The imaged sector: the convex hull of what is not black."""
    from scipy.ndimage import median_filter
    from scipy.spatial import ConvexHull, QhullError

    rows, cols = picture.shape
    points = np.argwhere(median_filter(picture, 3) > 2)
    if len(points) < 10:
        return np.zeros(picture.shape, bool)
    try:
        hull = ConvexHull(points)
    except QhullError:
        return np.zeros(picture.shape, bool)
    y, x = np.mgrid[:rows, :cols]
    inside = np.ones(picture.shape, bool)
    for a, b, c in hull.equations:
        inside &= a * y + b * x + c <= 1e-6
    return inside


def shrunk(case: Case, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Picture and labels (with TISSUE) on a square grid, both uint8, and the hinge points there.

    The points are [[left u, v], [right u, v]], pixel centres whole; not a number where the
    labels have none. Points that a person set come before those of the labels.
    """
    picture, sx, sy = case.picture()
    labels = case.labels().copy()
    square = Square(*picture.shape, sx, sy, size)
    small = square.shrink(picture).round().clip(0, 255).astype(np.uint8)
    classes = square.shrink_labels(labels, len(CLASSES))
    classes[(classes == 0) & sector(small)] = TISSUE
    said = case.points()
    points = hinge_points(labels, sx, sy) if said is None else (said + 0.5) * np.array([sx, sy])
    places = np.full((2, 2), np.nan) if points is None else square.from_mm(points)
    return small, classes, places.astype(np.float32)


def load_cached(root: Path, names: list[str], size: int, cache: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pictures, labels and hinge points of these names at `size`, from the cache when it is there."""
    file = cache / f"all-{size}.npz"
    if not file.exists():
        write_cache(root, size, file)
    stored = np.load(file)
    place = {name: number for number, name in enumerate(stored["names"].tolist())}
    chosen = [place[name] for name in names]
    return tuple(stored[part][chosen] for part in ("pictures", "labels", "points"))


def write_cache(root: Path, size: int, file: Path) -> None:
    """All pictures of both lists."""
    file.parent.mkdir(parents=True, exist_ok=True)
    given = every_case(root)
    pictures, labels, points = zip(*(shrunk(case, size) for case in given), strict=True)
    fresh = file.with_suffix(".new.npz")
    names = np.array([case.name for case in given])
    np.savez_compressed(
        fresh, names=names, pictures=np.stack(pictures), labels=np.stack(labels), points=np.stack(points)
    )
    fresh.replace(file)


def load_training(root: Path, size: int, cache: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`load_cached` of the training list."""
    return load_cached(root, [case.name for case in cases(root, "training")], size, cache)
