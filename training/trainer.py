"""A network in training: its running average, its optimisers and how far it is."""

import argparse
import copy
import math
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from augment import augment
from losses import loss_of
from muon import optimisers
from schedule import Schedule
from start import start_from
from unet import UNet


def begin(net: UNet, start: Path, calibration: Tensor) -> None:
    if start.suffix == ".pt":
        net.load_state_dict(torch.load(start, weights_only=True))
    else:
        start_from(net, start, calibration)


def weights_of_average(run: Path) -> dict[str, Tensor]:
    """The running average of a run's checkpoint."""
    return torch.load(run / "checkpoint.pt", weights_only=True, map_location="cpu")["average"]


class Trainer:
    """`--steps` or, without it, `--minutes` say when the run is done."""

    def __init__(self, options: argparse.Namespace, calibration: Tensor) -> None:
        self.options = options
        self.device = torch.device(options.device)
        self.schedule = Schedule(options.rate, Schedule.sizes_from(options.sizes))
        torch.manual_seed(options.seed)
        with torch.device("cpu"):
            self.net = UNet()
            if options.start:
                begin(self.net, options.start, calibration)
        self.net = self.net.to(self.device, memory_format=torch.channels_last)
        self.forward = torch.compile(self.net, dynamic=False) if options.compile else self.net
        self.loss = torch.compile(loss_of, dynamic=False) if options.compile else loss_of
        self.average = copy.deepcopy(self.net).eval().requires_grad_(False)
        self.optimisers = optimisers(self.net, options.rate)
        self.elapsed = 0.0
        self.steps = 0
        self.best = math.inf

    @property
    def share(self) -> float:
        if self.options.steps:
            return self.steps / self.options.steps
        return self.elapsed / (60 * self.options.minutes)

    @property
    def size(self) -> int:
        return self.schedule.size(self.share)

    def save(self) -> None:
        state = {
            "net": self.net.state_dict(),
            "average": self.average.state_dict(),
            "optimisers": [part.state_dict() for part in self.optimisers],
            "elapsed": self.elapsed,
            "steps": self.steps,
            "best": self.best,
            "random": torch.get_rng_state(),
            "random_of_device": torch.cuda.get_rng_state() if self.device.type == "cuda" else None,
            "seed": self.options.seed,
        }
        fresh = self.options.run / "checkpoint.new"
        torch.save(state, fresh)
        fresh.replace(self.options.run / "checkpoint.pt")

    def load(self) -> None:
        path = self.options.run / "checkpoint.pt"
        state = torch.load(path, weights_only=True, map_location="cpu")
        self.net.load_state_dict(state["net"])
        self.average.load_state_dict(state["average"])
        for part, saved in zip(self.optimisers, state["optimisers"], strict=True):
            part.load_state_dict(saved)
        self.elapsed, self.steps, self.best = state["elapsed"], state["steps"], state["best"]
        torch.set_rng_state(state["random"])
        if self.device.type == "cuda" and state["random_of_device"] is not None:
            torch.cuda.set_rng_state(state["random_of_device"])

    def step(self, pictures: Tensor, labels: Tensor, points: Tensor, strokes: Tensor) -> Tensor:
        """One step; its losses (entropy, Dice, landmarks)."""
        rate = self.schedule.rate(self.share)
        for group in (group for part in self.optimisers for group in part.param_groups):
            group["lr"] = rate
        with torch.no_grad():
            x, target, spots = augment(pictures, labels, points, self.size, strokes, self.schedule.strength(self.share))
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.options.bfloat16):
            logits = self.forward(x.contiguous(memory_format=torch.channels_last))
        losses = torch.stack(self.loss(logits.float(), target, spots))
        self.net.zero_grad()
        losses.sum().backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 2.0)
        for part in self.optimisers:
            part.step()
        self.steps += 1
        self.follow()
        return losses.detach()

    @torch.no_grad()
    def follow(self) -> None:
        """Move the running average towards the network, faster early on."""
        keep = min(0.998, (1 + self.steps) / (10 + self.steps))
        pairs = list(zip(self.average.state_dict().values(), self.net.state_dict().values(), strict=True))
        moving = [pair for pair in pairs if pair[0].is_floating_point()]
        torch._foreach_lerp_([ours for ours, _ in moving], [theirs for _, theirs in moving], 1 - keep)
        for ours, theirs in pairs:
            if not ours.is_floating_point():
                ours.copy_(theirs)

    def predict(self, small: np.ndarray) -> np.ndarray:
        x = torch.from_numpy(small).to(self.device).contiguous(memory_format=torch.channels_last)
        with torch.no_grad():
            return self.average(x).cpu().numpy()
