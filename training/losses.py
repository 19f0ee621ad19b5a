"""Losses of the classes and of the landmarks."""

import torch
from torch import Tensor

from augment import contact
from unet import CLASSES

# Weights of the landmarks' two losses beside those of the classes.
FOR_PLACE, FOR_MEAN = 0.1, 0.02


def loss_of(logits: Tensor, target: Tensor, spots: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Losses of the classes (entropy, Dice) and of the landmarks."""
    return *class_loss(logits[:, :CLASSES], target), landmark_loss(logits[:, CLASSES:], spots)


def landmark_loss(logits: Tensor, spots: Tensor) -> Tensor:
    """Of the hinge points' maps, over the points that are in the picture.

    Cross-entropy makes the softmax over the picture the probability of the place; the distance
    of its mean from the target's, in pixels, draws far guesses in.
    """
    shown = spots.sum((2, 3))
    likely = logits.flatten(2).log_softmax(2)
    entropy = -(spots.flatten(2) * likely).sum(2)
    difference = likely.exp().unflatten(2, spots.shape[2:]) - spots
    along = torch.arange(spots.shape[3], dtype=logits.dtype, device=logits.device)
    down = torch.arange(spots.shape[2], dtype=logits.dtype, device=logits.device)
    across = (difference.sum(2) * along).sum(2)
    below = (difference.sum(3) * down).sum(2)
    apart = torch.sqrt(across**2 + below**2 + 1e-3)
    return ((FOR_PLACE * entropy + FOR_MEAN * apart) * shown).sum() / shown.sum().clamp(min=1)


def class_loss(logits: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Cross-entropy with soft targets, heavier at the LV-LA contact; and Dice loss."""
    near = contact(target, 2 * (target.shape[-1] // 40) + 1)
    entropy = -(target * logits.log_softmax(1)).sum(1, keepdim=True)
    weight = 1 + 3 * near
    entropy = (entropy * weight).sum() / weight.sum()
    likely = logits.softmax(1)
    shared = (likely * target).sum((0, 2, 3))
    whole = (likely + target).sum((0, 2, 3))
    return entropy, 1 - ((2 * shared + 1) / (whole + 1))[1:].mean()
