"""Distances between two outlines, as `hinged evaluate` takes them."""

import numpy as np
from scipy import ndimage


def boundary(mask: np.ndarray) -> np.ndarray:
    """The mask's pixels with one of four neighbours outside of it."""
    return mask & ~ndimage.binary_erosion(mask, border_value=0)


def distances(a: np.ndarray, b: np.ndarray, sx: float, sy: float) -> tuple[float, float] | None:
    """Mean absolute and Hausdorff distance in mm; None where a mask is empty.

    The mean of the two directed means, and the largest of all, between the centres of boundary pixels.
    """
    if not a.any() or not b.any():
        return None
    edges = boundary(a), boundary(b)
    away = [ndimage.distance_transform_edt(~edge, sampling=(sy, sx)) for edge in edges]
    there, back = away[1][edges[0]], away[0][edges[1]]
    return float(there.mean() + back.mean()) / 2, float(max(there.max(), back.max()))
