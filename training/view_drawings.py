"""Drawn pictures that are no apical view: short axes, long axes, vessels, lung, anything round.

No atlas is copied: each is a few ellipses of random size and place with the speckle of ultrasound.
"""

import cv2
import numpy as np
from numpy.random import Generator

from view_pictures import SIZE, altered, fan

Y, X = np.mgrid[:SIZE, :SIZE]


def ellipse(centre: tuple[float, float], a: float, b: float, angle: float) -> np.ndarray:
    """How far each pixel is from the centre, 1 on the ellipse."""
    x, y = X - centre[0], Y - centre[1]
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    return np.hypot(along / a, across / b)


def hollow(tissue: np.ndarray, shape: np.ndarray, wall: float, rng: Generator) -> None:
    tissue[shape < wall] = rng.uniform(0.4, 0.85)
    tissue[shape < 1] = rng.uniform(0.02, 0.14)


def short_axis(tissue: np.ndarray, rng: Generator) -> None:
    """A ring, a crescent beside it, papillary muscles or the mitral valve in it."""
    x, y, radius = 128 + rng.uniform(-30, 30), 130 + rng.uniform(-30, 35), rng.uniform(24, 50)
    ring = ellipse((x, y), radius, radius * rng.uniform(0.8, 1.15), rng.uniform(0, 3))
    wall = rng.uniform(1.3, 1.75)
    beside = (x - rng.uniform(0.9, 1.5) * radius, y - rng.uniform(0.2, 0.9) * radius)
    right = ellipse(beside, radius * rng.uniform(0.9, 1.6), radius * rng.uniform(0.6, 1.1), rng.uniform(-0.8, 0.8))
    tissue[right < 1] = rng.uniform(0.02, 0.15)
    hollow(tissue, ring, wall, rng)
    if rng.random() < 0.5:
        for angle in (rng.uniform(0.3, 0.9), rng.uniform(2.2, 2.9)):
            place = (x + 0.62 * radius * np.cos(angle), y + 0.62 * radius * np.sin(angle))
            tissue[ellipse(place, radius * 0.22, radius * 0.22, 0) < 1] = rng.uniform(0.4, 0.7)
    if rng.random() < 0.3:
        tissue[abs(ring - 0.7) < 0.06] = rng.uniform(0.5, 0.8)
    lower = y + radius * wall
    tissue[(lower < Y) & (lower + rng.uniform(2, 8) > Y)] = rng.uniform(0.7, 1)


def long_axis(tissue: np.ndarray, rng: Generator) -> None:
    """Oblique cavities side by side, as from the left of the breastbone."""
    angle, u = rng.uniform(-0.5, 0.2), rng.uniform
    chambers = [
        ellipse((u(90, 150), u(55, 85)), u(50, 80), u(10, 20), angle),
        ellipse((u(60, 110), u(110, 160)), u(50, 75), u(22, 36), angle),
        ellipse((u(170, 215), u(150, 190)), u(28, 45), u(22, 36), angle),
        ellipse((u(170, 220), u(95, 125)), u(40, 60), u(12, 18), angle),
    ]
    for chamber in chambers:
        tissue[chamber < 1.18] = u(0.45, 0.85)
    for chamber in chambers:
        tissue[chamber < 1] = u(0.02, 0.14)
    for _ in range(2):
        leaflet = np.zeros((SIZE, SIZE), np.uint8)
        start = (int(u(120, 150)), int(u(110, 150)))
        cv2.line(leaflet, start, (start[0] + int(u(10, 40)), start[1] + int(u(-15, 25))), 255, 2)
        tissue[leaflet > 0] = u(0.6, 1)


def vessels(tissue: np.ndarray, rng: Generator) -> None:
    for _ in range(rng.integers(1, 4)):
        centre = (rng.uniform(60, 200), rng.uniform(70, 200))
        hollow(tissue, ellipse(centre, rng.uniform(60, 170), rng.uniform(6, 20), rng.uniform(-0.7, 0.7)), 1.12, rng)
    if rng.random() < 0.5:
        diaphragm = 130 + rng.uniform(-20, 40) + rng.uniform(-0.5, 0.5) * (X - 128)
        tissue[abs(Y - diaphragm) < rng.uniform(2, 4)] = 1


def lung(tissue: np.ndarray, rng: Generator) -> None:
    """The pleura's echoes at equal distances, and comets from it."""
    pleura = rng.uniform(40, 80)
    tissue *= 0.5
    for echo in range(1, 5):
        row = int(min(echo * pleura, SIZE - 4))
        tissue[row : row + int(rng.uniform(2, 5))] = rng.uniform(0.5, 1) / echo**0.5
    if rng.random() < 0.5:
        for _ in range(rng.integers(1, 6)):
            start = rng.uniform(40, 210)
            comet = abs(X - start - (Y - pleura) * (start - 128) / 200) < rng.uniform(3, 10)
            tissue[comet & (pleura < Y)] += rng.uniform(0.2, 0.5)


def anything_round(tissue: np.ndarray, rng: Generator) -> None:
    for _ in range(rng.integers(1, 7)):
        centre = (rng.uniform(40, 216), rng.uniform(40, 216))
        shape = ellipse(centre, rng.uniform(12, 80), rng.uniform(12, 60), rng.uniform(0, 3))
        tissue[shape < rng.uniform(1.05, 1.3)] = rng.uniform(0.3, 0.9)
        tissue[shape < 1] = rng.uniform(0.02, 0.5)


KINDS = (short_axis, short_axis, long_axis, vessels, lung, anything_round)


def drawn(rng: Generator) -> np.ndarray:
    """One picture of a random kind."""
    texture = cv2.GaussianBlur(rng.standard_normal((SIZE, SIZE)), (0, 0), rng.uniform(8, 30))
    tissue = 0.35 + 0.12 * texture / texture.std()
    KINDS[rng.integers(0, len(KINDS))](tissue, rng)
    tissue = cv2.GaussianBlur(np.clip(tissue, 0, 1.2), (0, 0), rng.uniform(1, 3.5))
    parts = [cv2.GaussianBlur(rng.standard_normal((SIZE, SIZE)), (0, 0), rng.uniform(0.7, 1.6)) for _ in range(2)]
    speckle = np.hypot(*parts)
    z = np.clip(tissue * (0.35 + 0.65 * speckle / speckle.mean()), 0, 1) * fan(rng)
    if rng.random() < 0.3:
        z = z[:, ::-1]
    return altered(z, rng, turn=10)
