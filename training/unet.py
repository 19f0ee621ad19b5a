"""The network: a U-Net of plain 3x3 convolutions."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

CHANNELS = (16, 32, 64, 96, 128, 128)
CLASSES = 4
LANDMARKS = 2


class ConvNorm(nn.Sequential):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        )


class Pair(nn.Sequential):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(ConvNorm(inputs, outputs), ConvNorm(outputs, outputs))


class UNet(nn.Module):
    """Grey picture (B, 1, H, W) to logits (B, outputs, H, W).

    The first outputs are the classes, compared at each pixel; the last two are the left and the
    right hinge point, each a map whose softmax over the picture says where the point lies.
    H and W are multiples of 32. Only convolution, ReLU, 2x2 maximum pooling,
    nearest upsampling and concatenation, because the engine is fast at these.
    """

    def __init__(self, channels: tuple[int, ...] = CHANNELS, outputs: int = CLASSES + LANDMARKS) -> None:
        super().__init__()
        widths = (1, *channels)
        self.down = nn.ModuleList(Pair(a, b) for a, b in pairwise(widths))
        self.up = nn.ModuleList()
        below = channels[-1]
        for width in reversed(channels[:-1]):
            self.up.append(Pair(below + width, width))
            below = width
        self.head = nn.Conv2d(below, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        skips: list[Tensor] = []
        for level, block in enumerate(self.down):
            if level:
                x = F.max_pool2d(x, 2)
            x = block(x)
            skips.append(x)
        skips.pop()
        for block in self.up:
            x = F.interpolate(x, scale_factor=2.0, mode="nearest")
            x = block(torch.cat([x, skips.pop()], 1))
        return self.head(x)
