"""Pictures for the view head: apical ones as other machines would show them, and what is no apical view.

All are squares of 256 x 256 numbers from 0 to 1, as the network sees them. Nothing outside the ultrasound sector is
kept, sectors of other shapes are cut out of half of the pictures, and text and traces are burnt in at random, so that
neither the sector's shape nor what a machine writes beside it tells the view.
"""

import cv2
import numpy as np
from numpy.random import Generator

from camus import Case, sector
from geometry import Square
from labels import CLASSES

SIZE = 256
MIDDLE = (SIZE / 2, SIZE / 2)
# The two-chamber pictures came on a grid of this size: the others are brought onto it first.
COMMON_GRID = 224


def square(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """A CAMUS picture and its labels, cropped to the sector."""
    picture, sx, sy = case.picture()
    labels = case.labels()
    rows, cols = picture.shape
    grid = (COMMON_GRID, COMMON_GRID)
    picture = cv2.resize(picture.astype(np.float32), grid, interpolation=cv2.INTER_AREA)
    labels = cv2.resize(labels, grid, interpolation=cv2.INTER_NEAREST)
    sx, sy = sx * cols / COMMON_GRID, sy * rows / COMMON_GRID
    inside = np.argwhere(sector(picture.astype(np.uint8)))
    (top, left), (bottom, right) = inside.min(0), inside.max(0) + 1
    onto = Square(bottom - top, right - left, sx, sy, SIZE)
    small = onto.shrink(picture[top:bottom, left:right]) / 255
    return small.clip(0, 1), onto.shrink_labels(labels[top:bottom, left:right], len(CLASSES))


def fan(rng: Generator) -> np.ndarray:
    """A sector of random opening, tilt, place and depth."""
    half, tilt = np.deg2rad(rng.uniform(28, 48)), np.deg2rad(rng.uniform(-8, 8))
    top, across = rng.uniform(-30, 25), SIZE / 2 + rng.uniform(-15, 15)
    y, x = np.mgrid[:SIZE, :SIZE]
    angle, radius = np.arctan2(x - across, y - top) - tilt, np.hypot(x - across, y - top)
    return (abs(angle) < half) & (radius < rng.uniform(190, 280)) & (radius > rng.uniform(0, 30))


def toned(z: np.ndarray, rng: Generator) -> np.ndarray:
    """Another machine's greys: gamma, gain, reject, depth gain, blur, resolution, speckle, compression."""
    z = np.clip(z, 0, 1) ** rng.uniform(0.55, 1.7) * rng.uniform(0.75, 1.3)
    if rng.random() < 0.3:
        reject = rng.uniform(0, 0.12)
        z = (z - reject) / (1 - reject)
    if rng.random() < 0.4:
        z = z * np.linspace(rng.uniform(0.6, 1.3), rng.uniform(0.6, 1.3), SIZE)[:, None]
    z = np.clip(z, 0, 1)
    if rng.random() < 0.6:
        z = cv2.GaussianBlur(z, (0, 0), rng.uniform(0.3, 1.8))
    if rng.random() < 0.3:
        share = rng.uniform(0.35, 0.8)
        small = cv2.resize(z, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        z = cv2.resize(small, (SIZE, SIZE))
    if rng.random() < 0.3:
        noise = cv2.GaussianBlur(rng.standard_normal((SIZE, SIZE)), (0, 0), rng.uniform(0.5, 1.5))
        z = z * (1 + rng.uniform(0.05, 0.35) * noise)
    z = np.clip(z, 0, 1)
    if rng.random() < 0.25:
        packed = cv2.imencode(".jpg", (z * 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(25, 80))])
        z = cv2.imdecode(packed[1], cv2.IMREAD_GRAYSCALE) / 255
    return z.astype(np.float32)


def burnt(z: np.ndarray, rng: Generator) -> np.ndarray:
    """With letters, an ECG trace or a depth scale at the border, now and then."""
    z = (z.clip(0, 1) * 255).astype(np.uint8)
    if rng.random() < 0.3:
        for _ in range(rng.integers(1, 4)):
            across = rng.choice([rng.uniform(0, 50), rng.uniform(190, 240)])
            down = rng.choice([rng.uniform(8, 40), rng.uniform(220, 250)])
            text = "".join(rng.choice(list("ABCDM1234567.: /"), rng.integers(1, 8)))
            font, size = int(rng.choice([0, 1, 2])), rng.uniform(0.25, 0.6)
            cv2.putText(z, text, (int(across), int(down)), font, size, int(rng.uniform(120, 255)), 1)
    if rng.random() < 0.15:
        x = np.arange(SIZE)
        y = 240 + 4 * np.sin(x / 7) - 10 * (abs(x % 60 - 30) < 2)
        cv2.polylines(z, [np.stack([x, y], 1).astype(np.int32)], False, int(rng.uniform(120, 255)), 1)
    if rng.random() < 0.15:
        side = rng.integers(0, 3) * 126
        for row in range(0, SIZE, int(rng.uniform(14, 40))):
            z[row : row + 2, side : side + 3] = 200
    return (z / 255).astype(np.float32)


def moved(
    z: np.ndarray,
    rng: Generator,
    turn: float = 12,
    scales: tuple[float, float] = (0.82, 1.25),
    shift: float = 16,
    turned_by: float = 0,
) -> np.ndarray:
    """Turned by up to `turn` degrees beside `turned_by`, scaled, shifted, stretched across."""
    matrix = cv2.getRotationMatrix2D(MIDDLE, rng.uniform(-turn, turn) + turned_by, rng.uniform(*scales))
    matrix[:, 2] += rng.uniform(-shift, shift, 2)
    stretch = rng.uniform(0.9, 1.12)
    matrix[0] *= stretch
    matrix[0, 2] += SIZE / 2 * (1 - stretch)
    return cv2.warpAffine(z.astype(np.float32), matrix, (SIZE, SIZE))


def altered(z: np.ndarray, rng: Generator, **movement: float) -> np.ndarray:
    """As another machine and hand would show it."""
    z = moved(z, rng, **movement)
    if rng.random() < 0.45:
        z = z * fan(rng)
    if rng.random() < 0.12:
        z[int(rng.uniform(200, 250)) :] = 0
    return burnt(toned(z, rng), rng)


def zoomed(z: np.ndarray, labels: np.ndarray, rng: Generator) -> np.ndarray:
    """Zoomed on the ventricle, the atrium cut off, as stress loops are."""
    y, x = np.nonzero((labels == 1) | (labels == 2))
    length = y.max() - y.min()
    side = length * rng.uniform(1.02, 1.3)
    across = (x.min() + x.max()) / 2 + rng.uniform(-0.1, 0.1) * length
    top = y.min() - rng.uniform(-0.12, 0.15) * length
    k = SIZE / side
    matrix = np.array([[k, 0, SIZE / 2 - k * across], [0, k, -k * top]], np.float32)
    z = cv2.warpAffine(z.astype(np.float32), matrix, (SIZE, SIZE))
    if rng.random() < 0.5:
        z[int(SIZE * rng.uniform(0.75, 0.95)) :] = 0
    return burnt(toned(moved(z, rng, turn=8, scales=(0.9, 1.1), shift=8), rng), rng)


def scrambled(z: np.ndarray, rng: Generator) -> np.ndarray:
    """No apical view any more: upside down, turned, torn, bent."""
    kind = rng.integers(0, 6)
    if kind == 0:
        z = z[::-1]
    elif kind == 1:
        return altered(z, rng, turned_by=rng.uniform(70, 290))
    elif kind == 2:
        z = np.roll(z, int(rng.uniform(90, 160)), rng.integers(0, 2))
    elif kind == 3:
        z = shuffled(z, int(rng.choice([2, 3, 4])), rng)
    elif kind == 4:
        centre = tuple(SIZE / 2 + rng.uniform(-20, 20, 2))
        inverse = cv2.WARP_INVERSE_MAP if rng.random() < 0.5 else 0
        flags = cv2.INTER_LINEAR | cv2.WARP_FILL_OUTLIERS | inverse
        z = cv2.warpPolar(z.astype(np.float32), (SIZE, SIZE), centre, rng.uniform(90, 140), flags)
        z = z if inverse else z.T
    else:
        z = moved(bent(z, rng), rng, turned_by=rng.choice([-1, 1]) * rng.uniform(35, 90))
    return altered(np.ascontiguousarray(z), rng)


def shuffled(z: np.ndarray, parts: int, rng: Generator) -> np.ndarray:
    side = SIZE // parts
    result = np.zeros_like(z)
    for target, source in enumerate(rng.permutation(parts * parts)):
        (y, x), (v, u) = (np.array(divmod(int(place), parts)) * side for place in (target, source))
        result[y : y + side, x : x + side] = z[v : v + side, u : u + side]
    return result


def bent(z: np.ndarray, rng: Generator) -> np.ndarray:
    push = cv2.GaussianBlur(rng.standard_normal((SIZE, SIZE, 2)), (0, 0), rng.uniform(14, 30))
    push *= rng.uniform(35, 70) / abs(push).max()
    y, x = np.mgrid[:SIZE, :SIZE]
    at = [(grid + push[..., axis]).astype(np.float32) for axis, grid in enumerate((x, y))]
    return cv2.remap(z.astype(np.float32), *at, cv2.INTER_LINEAR)
