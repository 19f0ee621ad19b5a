"""Hinge points: the ends of the line where LV cavity and left atrium touch."""

import numpy as np
from scipy import ndimage

from labels import LA, LV

RADII = (1.5, 2.5, 4.0, 6.0, 9.0)
FEWEST = 8
# How close to the extreme projection a contact pixel counts as the end, mm.
END = 0.308
EIGHT = np.ones((3, 3), bool)


def largest(mask: np.ndarray) -> np.ndarray:
    """The largest 8-connected component, holes filled."""
    parts, count = ndimage.label(mask, EIGHT)
    if count == 0:
        return mask
    sizes = np.bincount(parts.ravel())[1:]
    return ndimage.binary_fill_holes(parts == 1 + sizes.argmax())


def contact_pixels(labels: np.ndarray) -> np.ndarray | None:
    """(n, 2) of column, row: LV pixels near LA and LA pixels near LV."""
    lv, la = largest(labels == LV), largest(labels == LA)
    if not lv.any() or not la.any():
        return None
    rows, cols = np.nonzero(la | lv)
    window = (slice(rows.min(), rows.max() + 1), slice(cols.min(), cols.max() + 1))
    lv, la = lv[window], la[window]
    to_la = ndimage.distance_transform_edt(~la)
    to_lv = ndimage.distance_transform_edt(~lv)
    for radius in RADII:
        y, x = np.nonzero((lv & (to_la <= radius)) | (la & (to_lv <= radius)))
        if len(x) >= FEWEST:
            return np.stack([x + cols.min(), y + rows.min()], 1)
    return None


def hinge_points(labels: np.ndarray, sx: float, sy: float) -> np.ndarray | None:
    """[[left x, y], [right x, y]] in mm from the corner of pixel 0, or None."""
    pixels = contact_pixels(labels)
    if pixels is None:
        return None
    points = (pixels + 0.5) * np.array([sx, sy])
    centred = points - points.mean(0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    axis = axes[:, 1] if axes[0, 1] >= 0 else -axes[:, 1]
    along = centred @ axis
    left = points[along <= along.min() + END].mean(0)
    right = points[along >= along.max() - END].mean(0)
    return np.stack([left, right])


def landmark_points(logits: np.ndarray) -> np.ndarray:
    """[[left u, v], [right u, v]] on the network's grid from the landmark maps (2, H, W).

    The marginal medians are the coordinates with the least expected absolute error.
    """
    likely = landmark_maps(logits)
    return np.array([[quantile(one.sum(0), 0.5), quantile(one.sum(1), 0.5)] for one in likely])


def landmark_maps(logits: np.ndarray) -> np.ndarray:
    """The softmax over the picture: the probability of the point's place."""
    flat = logits.reshape(len(logits), -1).astype(np.float64)
    likely = np.exp(flat - flat.max(1, keepdims=True))
    return (likely / likely.sum(1, keepdims=True)).reshape(logits.shape)


def quantile(weights: np.ndarray, share: float) -> float:
    """Where this share of the weight lies on the left; weight i covers i - 0.5 to i + 0.5."""
    total = np.cumsum(weights)
    i = min(int(np.searchsorted(total, share)), len(weights) - 1)
    before = total[i] - weights[i]
    return i - 0.5 + (share - before) / max(weights[i], 1e-12)
