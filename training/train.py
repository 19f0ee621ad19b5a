"""Trains the U-Net on the CAMUS training list within a given number of minutes.

The learning rate, the resolution and the end follow the elapsed share of
`--minutes`, so that a run ends on time on a busy machine too.
"""

import argparse
import copy
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

import overlays
from augment import augment, contact
from camus import Case, cases, data_root, load_training
from muon import optimisers
from paper import train_as_in_the_paper
from scores import Exam, exams, table, validate
from start import start_from
from unet import CLASSES, UNet

HERE = Path(__file__).parent
CACHED = 320
# From which elapsed share on the network is trained at which size.
SIZES = ((0.0, 192), (0.3, 256))
WARM_UP = 0.04
# Weights of the landmarks' two losses beside those of the classes.
FOR_PLACE, FOR_MEAN = 0.1, 0.02
# From the last size on, fewer samples are altered: the borders settle on real pictures.
LAST_STRENGTH = 0.5


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="folder with camus/ and camus_2ch/; or HINGED_TEST_DATA")
    parser.add_argument("--run", type=Path, default=HERE / "runs" / "default")
    parser.add_argument("--cache", type=Path, default=HERE / "cache")
    parser.add_argument("--minutes", type=float, default=100)
    parser.add_argument("--recipe", choices=("shipped", "paper"), default="shipped")
    parser.add_argument("--size", type=int, default=256, help="of the paper's recipe, pixels")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--validate-every", type=float, default=12, metavar="MINUTES")
    parser.add_argument("--start", type=Path, help="weights to begin with, .onnx or .pt")
    parser.add_argument("--compile", action="store_true", help="by torch.compile, needs g++")
    parser.add_argument("--resume", action="store_true", help="continue the run in --run")
    return parser.parse_args()


def size_at(share: float) -> int:
    return [size for start, size in SIZES if share >= start][-1]


def rate_at(share: float, top: float) -> float:
    if share < WARM_UP:
        return top * (0.05 + 0.95 * share / WARM_UP)
    return top * (0.002 + 0.998 * 0.5 * (1 + math.cos(math.pi * min(1.0, (share - WARM_UP) / (1 - WARM_UP)))))


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
    along = torch.arange(spots.shape[3], dtype=logits.dtype)
    down = torch.arange(spots.shape[2], dtype=logits.dtype)
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


def begin(net: UNet, start: Path, calibration: Tensor) -> None:
    if start.suffix == ".pt":
        net.load_state_dict(torch.load(start, weights_only=True))
    else:
        start_from(net, start, calibration)


class Run:
    """Network, its running average, optimisers and clock."""

    def __init__(self, options: argparse.Namespace, used: list[Case], calibration: Tensor) -> None:
        self.options = options
        self.pictures, self.patients = len(used), len({case.patient for case in used})
        torch.manual_seed(options.seed)
        self.net = UNet().to(memory_format=torch.channels_last)
        if options.start:
            begin(self.net, options.start, calibration)
        self.forward = torch.compile(self.net, dynamic=False) if options.compile else self.net
        self.loss = torch.compile(loss_of, dynamic=False) if options.compile else loss_of
        self.average = copy.deepcopy(self.net).eval().requires_grad_(False)
        self.optimisers = optimisers(self.net, options.rate)
        self.elapsed = 0.0
        self.steps = 0
        self.best = math.inf
        self.log = options.run / "log.jsonl"

    @property
    def share(self) -> float:
        return self.elapsed / (60 * self.options.minutes)

    def save(self) -> None:
        state = {
            "net": self.net.state_dict(),
            "average": self.average.state_dict(),
            "optimisers": [part.state_dict() for part in self.optimisers],
            "elapsed": self.elapsed,
            "steps": self.steps,
            "best": self.best,
            "random": torch.get_rng_state(),
            "minutes": self.options.minutes,
            "seed": self.options.seed,
        }
        fresh = self.options.run / "checkpoint.new"
        torch.save(state, fresh)
        fresh.replace(self.options.run / "checkpoint.pt")

    def load(self) -> None:
        state = torch.load(self.options.run / "checkpoint.pt", weights_only=True)
        self.net.load_state_dict(state["net"])
        self.average.load_state_dict(state["average"])
        for part, saved in zip(self.optimisers, state["optimisers"], strict=True):
            part.load_state_dict(saved)
        self.elapsed, self.steps, self.best = state["elapsed"], state["steps"], state["best"]
        torch.set_rng_state(state["random"])

    def step(self, pictures: Tensor, labels: Tensor, points: Tensor, strokes: Tensor) -> tuple[float, ...]:
        rate = rate_at(self.share, self.options.rate)
        for group in (group for part in self.optimisers for group in part.param_groups):
            group["lr"] = rate
        size = size_at(self.share)
        with torch.no_grad():
            strength = 1.0 if self.share < SIZES[-1][0] else LAST_STRENGTH
            x, target, spots = augment(pictures, labels, points, size, strokes, strength)
        logits = self.forward(x.contiguous(memory_format=torch.channels_last))
        losses = self.loss(logits, target, spots)
        self.net.zero_grad()
        torch.stack(losses).sum().backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 2.0)
        for part in self.optimisers:
            part.step()
        self.steps += 1
        self.follow()
        return tuple(loss.item() for loss in losses)

    @torch.no_grad()
    def follow(self) -> None:
        """Move the running average towards the network, faster early on."""
        keep = min(0.998, (1 + self.steps) / (10 + self.steps))
        ours, theirs = self.average.state_dict(), self.net.state_dict()
        for key, value in ours.items():
            if value.is_floating_point():
                value.lerp_(theirs[key], 1 - keep)
            else:
                value.copy_(theirs[key])

    def predict(self, small: np.ndarray) -> np.ndarray:
        x = torch.from_numpy(small).contiguous(memory_format=torch.channels_last)
        with torch.no_grad():
            return self.average(x).numpy()

    def check(self, given: list[Exam]) -> None:
        """Validate the average; keep it when its mean hinge error is the least so far."""
        figures = table(validate(given, self.predict))
        self.write({"validation": figures})
        self.write_recipe()
        views = [figures[view] for view in ("4CH", "2CH")]
        error = sum(v["fused_mean_distance"] + 20 * (1 - v["found"]) for v in views) / 2
        torch.save(self.average.state_dict(), self.options.run / "last.pt")
        if error < self.best and size_at(self.share) == SIZES[-1][1]:
            self.best = error
            torch.save(self.average.state_dict(), self.options.run / "best.pt")

    def write_recipe(self) -> None:
        """What the model card tells about the training, beside the weights."""
        options = self.options
        recipe = {
            "pictures": self.pictures,
            "patients": self.patients,
            "parameters": sum(p.numel() for p in self.net.parameters()),
            "minutes": options.minutes,
            "steps": self.steps,
            "optimiser": "Muon for the kernels, AdamW for the rest",
            "batch": options.batch,
            "rate": options.rate,
            "threads": options.threads,
            "sizes": SIZES,
            "last_strength": LAST_STRENGTH,
            "seed": options.seed,
            "start": options.start.name if options.start else None,
        }
        (options.run / "recipe.json").write_text(json.dumps(recipe, indent=2) + "\n")

    def write(self, line: dict) -> None:
        head = {"minute": round(self.elapsed / 60, 2), "step": self.steps}
        with self.log.open("a") as file:
            file.write(json.dumps(head | line) + "\n")


def main() -> None:
    options = arguments()
    if options.recipe == "paper":
        train_as_in_the_paper(options)
        return
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    root = data_root(options.data)
    options.run.mkdir(parents=True, exist_ok=True)
    pictures, labels, points = map(torch.from_numpy, load_training(root, CACHED, options.cache))
    given = exams(root)
    strokes = torch.from_numpy(overlays.bank(400, options.seed))
    torch.manual_seed(options.seed)
    several = pictures[torch.randperm(len(pictures))[:48]][:, None].float() / 255
    several = nn.functional.interpolate(several, size=(256, 256), mode="area")
    run = Run(options, cases(root, "training"), several)
    if options.resume:
        run.load()

    mark = time.monotonic()
    saved = checked = run.elapsed
    losses: list[tuple[float, ...]] = []
    order: list[int] = []
    while run.share < 1:
        if len(order) < options.batch:
            if losses:
                entropy, overlap, place = np.mean(losses, 0).round(4).tolist()
                line = {"entropy": entropy, "dice_loss": overlap, "landmark_loss": place}
                run.write(line | {"size": size_at(run.share)})
                losses = []
            order = torch.randperm(len(pictures)).tolist()
        batch, order = order[: options.batch], order[options.batch :]
        losses.append(run.step(pictures[batch], labels[batch], points[batch], strokes))
        now = time.monotonic()
        run.elapsed, mark = run.elapsed + now - mark, now
        if run.elapsed - saved > 180:
            run.save()
            saved = run.elapsed
        if run.elapsed - checked > 60 * options.validate_every:
            run.check(given)
            checked = run.elapsed
    run.check(given)
    run.save()


if __name__ == "__main__":
    main()
