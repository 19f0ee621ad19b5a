"""The input contract: how a picture becomes the network's square, and back.

A picture of `rows` x `cols` pixels spaced `sx`, `sy` mm is `cols*sx` mm wide
and `rows*sy` mm deep, measured from the outer corner of pixel 0. It is
resampled to `size` x `size` square pixels of side `s = max(width, depth)/size`,
centred, with zeros around it.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Square:
    """Where the network's square lies over a picture."""

    rows: int
    cols: int
    sx: float
    sy: float
    size: int = 256

    @property
    def side(self) -> float:
        """Side of one square pixel, mm."""
        return max(self.cols * self.sx, self.rows * self.sy) / self.size

    @property
    def offset(self) -> tuple[float, float]:
        """Margin left of and above the picture, mm."""
        full = self.size * self.side
        return (full - self.cols * self.sx) / 2, (full - self.rows * self.sy) / 2

    def to_mm(self, points: np.ndarray) -> np.ndarray:
        """Square coordinates (u, v), pixel centres whole, to mm in the picture."""
        return (points + 0.5) * self.side - np.array(self.offset)

    def from_mm(self, points: np.ndarray) -> np.ndarray:
        """The inverse of `to_mm`."""
        return (points + np.array(self.offset)) / self.side - 0.5

    def shrink(self, picture: np.ndarray) -> np.ndarray:
        """Picture (rows, cols) to the square (size, size), float32."""
        ox, oy = self.offset
        centres = (np.arange(self.size) + 0.5) * self.side
        across = triangle_weights((centres - ox) / self.sx, self.cols, self.side / self.sx)
        down = triangle_weights((centres - oy) / self.sy, self.rows, self.side / self.sy)
        return down @ picture.astype(np.float32) @ across.T

    def shrink_labels(self, labels: np.ndarray, classes: int) -> np.ndarray:
        """Labels to the square: each class resampled softly, then the largest."""
        soft = np.stack([self.shrink(labels == c) for c in range(1, classes)])
        rest = 1 - soft.sum(0, keepdims=True)
        return np.concatenate([rest, soft]).argmax(0).astype(np.uint8)

    def enlarge(self, maps: np.ndarray) -> np.ndarray:
        """Maps (channels, size, size) to the picture's grid by bilinear interpolation."""
        ox, oy = self.offset
        u = ((np.arange(self.cols) + 0.5) * self.sx + ox) / self.side
        v = ((np.arange(self.rows) + 0.5) * self.sy + oy) / self.side
        across = triangle_weights(u, self.size, 1.0)
        down = triangle_weights(v, self.size, 1.0)
        return down @ maps @ across.T


def triangle_weights(centres: np.ndarray, count: int, scale: float) -> np.ndarray:
    """Resampling matrix (len(centres), count) of a triangle filter.

    `centres` are in source pixels, pixel i covering [i, i+1]. The half width is
    one source pixel, or `scale` of them when shrinking. Weights are normalised
    over the samples that exist; centres off the picture get none.
    """
    half = max(1.0, scale)
    distance = np.abs(np.arange(count)[None, :] + 0.5 - centres[:, None])
    weights = np.maximum(0.0, 1.0 - distance / half)
    total = weights.sum(1, keepdims=True)
    inside = (centres >= 0) & (centres <= count)
    weights = np.where(inside[:, None], weights / np.maximum(total, 1e-12), 0.0)
    return weights.astype(np.float32)
