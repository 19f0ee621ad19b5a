"""Augmentation: what other scanners, settings and patients do to a picture.

A batch of cached pictures is resampled once (affine and elastic together), and
the labels with it, so that class borders keep their sub-pixel place as soft
targets. The greys are then altered sample by sample; about a quarter of the
samples keep theirs, and more of them towards the end of the training.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from camus import TISSUE
from labels import LA, LV, MYOCARDIUM

# How far a hinge point is spread in its target, in pixels of the cached picture: about 1 mm.
SPREAD = 2.0
# The apex of the sector in the cached square, in [-1, 1] coordinates.
APEX = (0.0, -0.75)


def uniform(count: int, low: float, high: float) -> Tensor:
    """(count, 1, 1, 1) numbers between low and high."""
    return torch.rand(count, 1, 1, 1) * (high - low) + low


def sometimes(count: int, chance: float) -> Tensor:
    """(count, 1, 1, 1) of 1 with this chance, else 0."""
    return (torch.rand(count, 1, 1, 1) < chance).float()


def smooth_noise(count: int, knots: int, size: int) -> Tensor:
    noise = torch.randn(count, 1, knots, knots)
    return F.interpolate(noise, size=(size, size), mode="bicubic", align_corners=True)


def placement(count: int, size: int, strength: float) -> tuple[Tensor, Tensor]:
    """Sampling grid (count, size, size, 2): affine, then elastic; and which are mirrored."""
    one = (count,)
    wild = (torch.rand(one) < 0.8 * strength).float()
    angle = (torch.rand(one) * 2 - 1) * math.radians(20) * (0.25 + 0.75 * wild)
    zoom = torch.exp(torch.empty(one).uniform_(math.log(0.65), math.log(1.35)) * wild)
    stretch = torch.exp((torch.rand(one) * 2 - 1) * 0.12 * wild)
    mirror = 1 - 2 * (torch.rand(one) < 0.2).float()
    across, down = stretch / zoom, 1 / (stretch * zoom)
    c, s = torch.cos(angle), torch.sin(angle)
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0], theta[:, 0, 1] = c * across * mirror, -s * down
    theta[:, 1, 0], theta[:, 1, 1] = s * across * mirror, c * down
    theta[:, :, 2] = (torch.rand(count, 2) * 2 - 1) * (0.05 + 0.2 * wild[:, None])
    grid = F.affine_grid(theta, [count, 1, size, size], align_corners=False)
    bend = torch.randn(count, 2, 5, 5) * (torch.rand(count, 1, 1, 1) * 0.03)
    bend = F.interpolate(bend, size=(size, size), mode="bicubic", align_corners=True)
    return grid + bend.permute(0, 2, 3, 1), mirror < 0


def landmarks(points: Tensor, size: int, grid: Tensor, mirrored: Tensor, shown: Tensor) -> Tensor:
    """Where the points (B, 2, 2) land, as weights (B, 2, H, W) that sum to 1; 0 where not `shown`.

    In a mirrored picture the points change sides: the left one is the left one on display.
    """
    along = torch.arange(size)
    u, v = (torch.nan_to_num(points[..., k], -1e4)[..., None] for k in (0, 1))
    across = torch.exp(-(((along - u) / SPREAD) ** 2) / 2)
    down = torch.exp(-(((along - v) / SPREAD) ** 2) / 2)
    spots = down[..., :, None] * across[..., None, :]
    spots = torch.where(mirrored[:, None, None, None], spots.flip(1), spots)
    moved = F.grid_sample(spots, grid, mode="bilinear", align_corners=False) * shown
    total = moved.sum((2, 3), keepdim=True)
    return torch.where(total > 2, moved / total.clamp(min=1e-6), torch.zeros(()))


def cropped(grid: Tensor) -> Tensor:
    """1 where a narrower, shallower or cut sector would still show the picture."""
    count = len(grid)
    x, y = grid[..., 0] - APEX[0], grid[..., 1] - APEX[1]
    angle, depth = torch.atan2(x, y)[:, None], torch.hypot(x, y)[:, None]
    narrow = sometimes(count, 0.25)
    limit = uniform(count, 0.42, 0.75) + 3 * (1 - narrow)
    lean = uniform(count, -0.15, 0.15)
    keep = (angle - lean).abs() < limit
    keep &= depth < uniform(count, 1.0, 1.5) + 3 * (1 - sometimes(count, 0.2))
    keep &= y[:, None] < uniform(count, 0.9, 1.4) + 3 * (1 - sometimes(count, 0.1))
    keep &= depth > uniform(count, 0.02, 0.2) * sometimes(count, 0.15)
    return keep.float()


def shadows(grid: Tensor) -> Tensor:
    """Factor that darkens one wedge from the apex, in a quarter of the samples."""
    count = len(grid)
    x, y = grid[..., 0] - APEX[0], grid[..., 1] - APEX[1]
    angle = torch.atan2(x, y)[:, None]
    width = uniform(count, 0.03, 0.2)
    wedge = torch.exp(-(((angle - uniform(count, -0.7, 0.7)) / width) ** 2))
    return 1 - wedge * uniform(count, 0.3, 0.95) * sometimes(count, 0.25)


def drawn_phantom(soft: Tensor, tissue: Tensor) -> Tensor:
    """A picture made from the labels alone: dark chambers in grey walls."""
    count, size = len(soft), soft.shape[-1]
    chamber = uniform(count, 0.0, 0.2)
    wall = uniform(count, 0.3, 0.9)
    around = wall * uniform(count, 0.4, 1.1) * (0.3 * smooth_noise(count, 8, size)).exp()
    lv, muscle, la = (soft[:, c : c + 1] for c in (LV, MYOCARDIUM, LA))
    picture = chamber * (lv + la * uniform(count, 0.7, 1.4)) + wall * muscle + around * tissue
    leaflets = contact(soft, 5) * wall * sometimes(count, 0.6)
    return torch.maximum(picture, leaflets)


def contact(soft: Tensor, width: int) -> Tensor:
    """Near 1 where LV cavity and LA meet, falling to 0 within `width` pixels."""
    near = F.avg_pool2d(soft[:, [LV, LA]], (width, 1), 1, (width // 2, 0))
    near = F.avg_pool2d(near, (1, width), 1, (0, width // 2))
    return (4 * near[:, :1] * near[:, 1:]).clamp(max=1)


def speckle(count: int, size: int) -> Tensor:
    grain = int(torch.randint(1, 5, (), device="cpu"))
    if grain == 1:
        return torch.randn(count, 1, size, size)
    small = torch.randn(count, 1, size // grain, size // grain)
    return 1.4 * F.interpolate(small, size=(size, size), mode="bilinear")


def regrade(picture: Tensor, inside: Tensor, grid: Tensor) -> Tensor:
    """Other greys: gain, gamma, contrast, depth gain, shadow, speckle, blur."""
    count, size = len(picture), picture.shape[-1]
    v = picture
    level = uniform(count, -0.03, 0.12) * sometimes(count, 0.5)
    v = ((v - level) / (1 - level)).clamp(0, 1) * inside
    v = (v + 1e-6) ** torch.exp(uniform(count, -0.8, 0.7))
    curve = uniform(count, 0, 1) * sometimes(count, 0.25)
    v = v + curve * (v * v * (3 - 2 * v) - v)
    shade = uniform(count, 0.0, 0.45) * smooth_noise(count, 4, size)
    shade = shade + uniform(count, -0.5, 0.5) * grid[:, None, :, :, 1]
    v = v * torch.exp(shade.clamp(-1.5, 0.8)) * torch.exp(uniform(count, -0.7, 0.45))
    v = v * shadows(grid)
    noise = speckle(count, size)
    v = v * (1 + uniform(count, 0, 0.35) * sometimes(count, 0.6) * noise)
    haze = uniform(count, 0, 0.08) * sometimes(count, 0.3) * inside
    v = v + haze * (0.7 + 0.5 * noise).clamp(min=0)
    width = 3 if torch.rand((), device="cpu") < 0.7 else 5
    blurred = F.avg_pool2d(v, width, 1, width // 2, count_include_pad=False)
    return v + uniform(count, 0, 1) * sometimes(count, 0.4) * (blurred - v)


def augment(
    pictures: Tensor,
    labels: Tensor,
    points: Tensor,
    size: int,
    overlays: Tensor,
    strength: float = 1.0,
) -> tuple[Tensor, Tensor, Tensor]:
    """Cached uint8 batch (B, N, N) and hinge points (B, 2, 2) to what the network is shown.

    Returns the input (B, 1, size, size), soft class targets (B, 4, size, size) and the hinge
    points' targets (B, 2, size, size).

    `strength` scales how many samples are altered, not by how much.
    """
    count = len(pictures)
    classes = torch.stack([labels == c for c in (LV, MYOCARDIUM, LA, TISSUE)], 1)
    source = torch.cat([pictures[:, None].float() / 255, classes.float()], 1)
    grid, mirrored = placement(count, size, strength)
    sampled = F.grid_sample(source, grid, mode="bilinear", align_corners=False)
    uncut = 1 - sometimes(count, strength)
    shown = torch.maximum(cropped(grid), uncut)
    spots = landmarks(points, pictures.shape[-1], grid, mirrored, shown)
    sampled = sampled * shown
    inside = sampled[:, 1:].sum(1, keepdim=True)
    chambers = sampled[:, 1:4]
    target = torch.cat([1 - chambers.sum(1, keepdim=True), chambers], 1)

    plain = sampled[:, :1]
    drawn = sometimes(count, 0.07 * strength)
    base = plain + drawn * (drawn_phantom(target, sampled[:, 4:]) - plain)
    altered = torch.maximum(sometimes(count, 0.75 * strength), drawn)
    v = plain + altered * (regrade(base, inside, grid) - plain)

    v = torch.maximum(v, uniform(count, 0, 0.08) * sometimes(count, 0.2))
    strokes = overlays[torch.randint(len(overlays), (count,))][:, None].float() / 255
    if strokes.shape[-1] != size:
        strokes = F.interpolate(strokes, size=(size, size), mode="area")
    anywhere = sometimes(count, 0.15)
    strokes = strokes * (1 - inside * (1 - anywhere)) * sometimes(count, 0.4)
    return torch.maximum(v, strokes).clamp(0, 1), target, spots
