"""Starts a network from an ONNX file that this training wrote.

The file's convolutions have their batch norms taken in. Each norm is set anew from its own
input over some pictures, so that the network says what the file says and can train on.
"""

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from unet import ConvNorm, UNet


def weights_of(path: Path) -> dict[str, np.ndarray]:
    model = onnx.load(path)
    return {w.name: numpy_helper.to_array(w).copy() for w in model.graph.initializer}


def blocks(net: UNet) -> list[tuple[str, ConvNorm]]:
    """The convolutions in the order they run, with the names `export.py` gives them."""
    found = []
    for way, pairs in (("down", net.down), ("up", net.up)):
        for level, pair in enumerate(pairs):
            found += [(f"{way}{level}.conv{n}", part) for n, part in enumerate(pair, 1)]
    return found


@torch.no_grad()
def start_from(net: UNet, path: Path, pictures: Tensor) -> None:
    """Sets `net` to the file's weights; outputs that the file lacks keep theirs.

    `pictures` (B, 1, H, W) are what the norms are measured on.
    """
    weights = weights_of(path)
    biases: dict[nn.Module, Tensor] = {}
    for name, part in blocks(net):
        part[0].weight.copy_(torch.from_numpy(weights[f"{name}.weight"]))
        biases[part[1]] = torch.from_numpy(weights[f"{name}.bias"])
    known = weights["logits.weight"]
    net.head.weight[: len(known)].copy_(torch.from_numpy(known))
    net.head.bias[: len(known)].copy_(torch.from_numpy(weights["logits.bias"]))
    net.head.bias[len(known) :].zero_()

    def measure(norm: nn.Module, given: tuple[Tensor]) -> None:
        variance, mean = torch.var_mean(given[0].float(), (0, 2, 3), unbiased=False)
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_((variance + norm.eps).sqrt())
        norm.bias.copy_(mean + biases[norm])

    hooks = [norm.register_forward_pre_hook(measure) for norm in biases]
    net.eval()
    net(pictures)
    net.train()
    for hook in hooks:
        hook.remove()
