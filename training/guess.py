"""What the network says of one picture: the ends of its contact line, and its landmarks' maps."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from geometry import Square
from hinge import hinge_points, quantile
from labels import CLASSES, LA, LV
from scores import Exam, softmax

# The distance from the truth that the confidence speaks of, mm.
NEAR = 5.0
# As `HingeOptions` has them: mm, and how finely a network's pixel of 0.4 to 0.7 mm is divided.
SMOOTHING, PARTS = 1.0, 2
# Of the chambers in the smoothed labels, as logarithms: what can be chosen.
LOG_ODDS = (0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9)
TEMPERATURES = np.geomspace(0.25, 2, 43)
# What lies so far below a map's peak weighs nothing at any of the temperatures.
DEEPEST = 14 * TEMPERATURES[-1]

# The ends of the contact line by the chambers' log odds, mm; None where the chambers do not meet.
Contacts = dict[float, np.ndarray | None]


def contact_ends(classes: np.ndarray, square: Square, odds: tuple[float, ...]) -> Contacts:
    """The ends of the contact line as the program takes them: smoothed, and finer than the network's pixels."""
    sigma = SMOOTHING / square.side
    smooth = ndimage.gaussian_filter(classes, (0, sigma, sigma), mode="nearest", truncate=3)
    fine = divided(smooth, PARTS)
    found: Contacts = {}
    for log_odds in odds:
        raised = fine.copy()
        raised[[LV, LA]] *= np.exp(log_odds)
        points = hinge_points(raised.argmax(0).astype(np.uint8), square.side / PARTS, square.side / PARTS)
        found[log_odds] = None if points is None else points - np.array(square.offset)
    return found


def divided(maps: np.ndarray, parts: int) -> np.ndarray:
    """Each pixel in parts x parts, bilinear."""
    size = maps.shape[-1]
    places = np.clip((np.arange(size * parts) + 0.5) / parts - 0.5, 0, size - 1)
    before = places.astype(int)
    after = np.minimum(before + 1, size - 1)
    share = (places - before).astype(np.float32)
    down = maps[:, before] * (1 - share)[:, None] + maps[:, after] * share[:, None]
    return down[:, :, before] * (1 - share) + down[:, :, after] * share


@dataclass(frozen=True)
class Map:
    """The part of a landmark map that weighs anything."""

    logits: np.ndarray
    # u, v of its first pixel on the network's grid.
    corner: np.ndarray

    @staticmethod
    def of(logits: np.ndarray) -> "Map":
        v, u = np.nonzero(logits > logits.max() - DEEPEST)
        part = logits[v.min() : v.max() + 1, u.min() : u.max() + 1]
        return Map(part.astype(np.float32), np.array([u.min(), v.min()]))

    def likely(self, temperature: float) -> np.ndarray:
        powers = np.exp((self.logits.astype(np.float64) - self.logits.max()) / temperature)
        return powers / powers.sum()

    def quantiles(self, temperature: float, shares: tuple[float, ...]) -> np.ndarray:
        """[[u, v]] of each share."""
        likely = self.likely(temperature)
        sums = likely.sum(0), likely.sum(1)
        return np.array([[quantile(one, share) for one in sums] for share in shares]) + self.corner


class Guess:
    """What the network says of one picture, in mm of the picture."""

    def __init__(
        self, view: str, patient: str, square: Square, truth: np.ndarray, contacts: Contacts, maps: list[Map]
    ) -> None:
        self.view, self.patient, self.square, self.truth = view, patient, square, truth
        self.contacts, self.maps = contacts, maps
        self.landmark = self.places(1.0, (0.5,))[0]
        self.ranges = {float(t): self.places(float(t), (0.15, 0.85)) for t in TEMPERATURES}

    @classmethod
    def of(cls, exam: Exam, logits: np.ndarray, odds: tuple[float, ...] = LOG_ODDS) -> "Guess":
        contacts = contact_ends(softmax(logits[: len(CLASSES)]), exam.square, odds)
        maps = [Map.of(one) for one in logits[len(CLASSES) :]]
        return cls(exam.case.view, exam.case.patient, exam.square, exam.truth, contacts, maps)

    def places(self, temperature: float, shares: tuple[float, ...]) -> np.ndarray:
        """Of each share [[left x, y], [right x, y]]."""
        marks = np.stack([one.quantiles(temperature, shares) for one in self.maps], 1)
        return self.square.to_mm(marks)

    def contact(self, log_odds: float) -> np.ndarray:
        """The contact line's ends, or the landmarks where there are none."""
        ends = self.contacts[log_odds]
        return self.landmark if ends is None else ends

    def points(self, weight: dict[str, float], log_odds: float) -> np.ndarray:
        ends = self.contact(log_odds)
        return ends + np.array([weight["x"], weight["y"]]) * (self.landmark - ends)

    def covered(self, points: np.ndarray, temperature: float, scale: tuple[float, float] = (1, 1)) -> np.ndarray:
        """Whether each coordinate's error lies in its range, stretched by `scale` across and down."""
        low, high = self.ranges[temperature]
        error = points - self.truth
        return (error >= (points - high) * scale) & (error <= (points - low) * scale)

    def confidence(self, points: np.ndarray, temperature: float) -> float:
        """The maps' probability that both points lie near the truth."""
        shares = []
        for one, point in zip(self.maps, points, strict=True):
            likely = one.likely(temperature)
            v, u = np.indices(likely.shape)
            places = self.square.to_mm(np.stack([u, v], -1) + one.corner)
            shares.append(likely[np.hypot(*np.moveaxis(places - point, -1, 0)) <= NEAR].sum())
        return float(np.prod(shares))

    def is_near(self, points: np.ndarray) -> bool:
        return bool((np.hypot(*(points - self.truth).T) <= NEAR).all())
