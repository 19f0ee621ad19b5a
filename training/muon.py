"""Muon for convolution kernels: steps along the nearest orthogonal matrix of the momentum.

K. Jordan et al., Muon: An optimizer for hidden layers in neural networks, 2024. A kernel (O, I, 3, 3)
is taken as the matrix (O, 9 I). Steps are scaled to the root mean square of Adam's, so that both
can share a learning rate: J. Liu et al., Muon is Scalable for LLM Training, arXiv 2502.16982,
equation 4. `torch.optim.Muon` takes matrices only.
"""

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

# Of the fifth-order polynomial that draws all singular values near 1 in few rounds.
QUINTIC = (3.4445, -4.7750, 2.0315)
ROUNDS = 5
LIKE_ADAM = 0.2


def orthogonal(matrix: Tensor) -> Tensor:
    """About U V' of the singular value decomposition U S V', by Newton-Schulz rounds.

    Singular values end between 0.7 and 1.2; those under a thousandth of the largest lag behind.
    """
    wide = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    x = wide / (wide.norm() + 1e-7)
    a, b, c = QUINTIC
    for _ in range(ROUNDS):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x if matrix.shape[0] <= matrix.shape[1] else x.T


class Muon(Optimizer):
    def __init__(self, kernels: Iterable[nn.Parameter], lr: float, momentum: float = 0.95) -> None:
        super().__init__(kernels, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for kernel in group["params"]:
                if kernel.grad is not None:
                    self.move(kernel, group["lr"], group["momentum"])

    def move(self, kernel: nn.Parameter, rate: float, keep: float) -> None:
        """One step by Nesterov's momentum, made orthogonal."""
        state = self.state[kernel]
        momentum = state.setdefault("momentum", torch.zeros_like(kernel))
        momentum.lerp_(kernel.grad, 1 - keep)
        matrix = kernel.grad.lerp(momentum, keep).flatten(1)
        scale = LIKE_ADAM * math.sqrt(max(matrix.shape))
        kernel.sub_((rate * scale * orthogonal(matrix)).reshape(kernel.shape))


def optimisers(net: nn.Module, rate: float) -> list[Optimizer]:
    """Muon for the 3x3 kernels between channels, AdamW for all else."""
    kernels = [p for p in net.parameters() if p.ndim == 4 and p.shape[1] > 1 and p.shape[2] > 1]
    taken = {id(kernel) for kernel in kernels}
    others = [p for p in net.parameters() if id(p) not in taken]
    return [Muon(kernels, rate), torch.optim.AdamW(others, rate, weight_decay=1e-3)]
