"""Learning rate, resolution and strength of the augmentation over a run."""

import math
from dataclasses import dataclass

WARM_UP = 0.04
# At the last size fewer samples are altered: the borders settle on real pictures.
LAST_STRENGTH = 0.5


@dataclass(frozen=True)
class Schedule:
    """What follows from the share of the run, 0 to 1, that is done.

    `sizes` are the shares from which on the network is trained at which size, pixels.
    """

    top_rate: float
    sizes: tuple[tuple[float, int], ...]

    @staticmethod
    def sizes_from(text: str) -> tuple[tuple[float, int], ...]:
        """`128:0,256:0.6` is 128 from the start and 256 from 60 % on."""
        sizes = tuple((float(share), int(size)) for size, share in (part.split(":") for part in text.split(",")))
        if not sizes or sizes[0][0] != 0 or list(sizes) != sorted(sizes) or any(size % 32 for _, size in sizes):
            raise ValueError(f"sizes {text!r}: multiples of 32, the first from 0, as 192:0,256:0.3")
        return sizes

    def size(self, share: float) -> int:
        return [size for start, size in self.sizes if share >= start][-1]

    def rate(self, share: float) -> float:
        """Up within WARM_UP, then down by a cosine to nearly 0."""
        if share < WARM_UP:
            return self.top_rate * (0.05 + 0.95 * share / WARM_UP)
        fall = min(1.0, (share - WARM_UP) / (1 - WARM_UP))
        return self.top_rate * (0.002 + 0.998 * 0.5 * (1 + math.cos(math.pi * fall)))

    def strength(self, share: float) -> float:
        return 1.0 if share < self.sizes[-1][0] else LAST_STRENGTH
