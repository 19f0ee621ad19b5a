"""The recipe of the method's paper, to stand beside the shipped model.

C. Schmidt, H. M. Overhoff, arXiv 2301.08782: a U-Net with VGG16's convolutions as its encoder, three classes,
Adam at 1e-3, categorical cross-entropy, no augmentation, 50 epochs. Of the training list 350 patients by a recorded
seed; the validation list chooses the epoch; the other patients are reported on. Weights begin at random.
"""

import argparse
import copy
import json
import random
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from camus import Case, cases, data_root
from geometry import Square
from labels import LA, LV
from scores import Exam, exams_of, table, validate

PATIENTS = 350
EPOCHS = 50
RATE = 1e-3
BATCH = 4
# Convolutions of VGG16's five blocks (Simonyan and Zisserman, arXiv 1409.1556, configuration D).
BLOCKS = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))


def convolutions(inputs: int, outputs: int, count: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for _ in range(count):
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(inplace=True)]
        inputs = outputs
    return nn.Sequential(*layers)


class VGGUNet(nn.Module):
    """Grey picture (B, 1, H, W) to logits (B, 3, H, W): background, LV cavity, left atrium."""

    def __init__(self) -> None:
        super().__init__()
        widths = (1, *(width for width, _ in BLOCKS))
        self.down = nn.ModuleList(convolutions(widths[i], width, count) for i, (width, count) in enumerate(BLOCKS))
        self.up = nn.ModuleList()
        below = widths[-1]
        for width, _ in reversed(BLOCKS[:-1]):
            self.up.append(convolutions(below + width, width, 2))
            below = width
        self.head = nn.Conv2d(below, 3, 1)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                nn.init.zeros_(module.bias)

    def forward(self, x: Tensor) -> Tensor:
        skips: list[Tensor] = []
        for level, block in enumerate(self.down):
            x = block(F.max_pool2d(x, 2) if level else x)
            skips.append(x)
        skips.pop()
        for block in self.up:
            x = block(torch.cat([F.interpolate(x, scale_factor=2.0, mode="nearest"), skips.pop()], 1))
        return self.head(x)


def four_classes(logits: np.ndarray) -> np.ndarray:
    """As the scores read them: no pixel is myocardium."""
    never = np.full_like(logits[:, :1], -1e9)
    return np.concatenate([logits[:, :2], never, logits[:, 2:]], 1)


class PaperRun:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.root = data_root(options.data)
        patients = sorted({case.patient for case in cases(self.root, "training")})
        chosen = set(random.Random(options.seed).sample(patients, PATIENTS))
        training = cases(self.root, "training")
        self.used = [case for case in training if case.patient in chosen]
        self.held_out = [case for case in training if case.patient not in chosen]
        torch.manual_seed(options.seed)
        self.net = VGGUNet().to(memory_format=torch.channels_last)
        self.optimiser = torch.optim.Adam(self.net.parameters(), RATE)
        self.epoch, self.best, self.elapsed = 0, -1.0, 0.0
        self.kept = copy.deepcopy(self.net.state_dict())
        self.folder = options.run
        self.folder.mkdir(parents=True, exist_ok=True)

    def picture(self, case: Case) -> tuple[np.ndarray, np.ndarray]:
        picture, sx, sy = case.picture()
        square = Square(*picture.shape, sx, sy, self.options.size)
        labels = square.shrink_labels(case.labels(), 4)
        return (square.shrink(picture) / 255).astype(np.float32), np.select([labels == LV, labels == LA], [1, 2], 0)

    def train(self) -> None:
        """Epochs until the last one or the end of the time, each followed by the validation list."""
        given = exams_of(cases(self.root, "validation"), self.options.size)
        while self.epoch < EPOCHS and self.elapsed < 60 * self.options.minutes:
            start = time.monotonic()
            order = torch.randperm(len(self.used)).tolist()
            losses = [
                self.step([self.used[i] for i in order[at : at + BATCH]])
                for at in range(0, len(order) - BATCH + 1, BATCH)
            ]
            self.epoch += 1
            figures = table(validate(given, self.predict))
            score = float(np.mean([figures[view]["dice_lv"] for view in ("4CH", "2CH")]))
            if score > self.best:
                self.best, self.kept = score, copy.deepcopy(self.net.state_dict())
            self.elapsed += time.monotonic() - start
            self.write({"epoch": self.epoch, "loss": float(np.mean(losses)), "validation": figures})
            self.save()

    def step(self, chosen: list[Case]) -> float:
        pictures, labels = zip(*map(self.picture, chosen), strict=True)
        x = torch.from_numpy(np.stack(pictures)[:, None])
        loss = F.cross_entropy(
            self.net(x.contiguous(memory_format=torch.channels_last)),
            torch.from_numpy(np.stack(labels)).long(),
        )
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        return loss.item()

    @torch.no_grad()
    def predict(self, small: np.ndarray) -> np.ndarray:
        x = torch.from_numpy(small).contiguous(memory_format=torch.channels_last)
        return four_classes(self.net(x).numpy())

    def report(self) -> None:
        """The figures of the best epoch on the patients that were held out."""
        self.net.load_state_dict(self.kept)
        given: list[Exam] = exams_of(self.held_out, self.options.size)
        self.write({"held_out": table(validate(given, self.predict)), "epochs": self.epoch})
        torch.save(self.kept, self.folder / "best.pt")

    def save(self) -> None:
        state = {
            "net": self.net.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "kept": self.kept,
            "random": torch.get_rng_state(),
            **{key: getattr(self, key) for key in ("epoch", "best", "elapsed")},
        }
        torch.save(state, self.folder / "checkpoint.new")
        (self.folder / "checkpoint.new").replace(self.folder / "checkpoint.pt")

    def load(self) -> None:
        state = torch.load(self.folder / "checkpoint.pt", weights_only=True)
        self.net.load_state_dict(state["net"])
        self.optimiser.load_state_dict(state["optimiser"])
        torch.set_rng_state(state["random"])
        self.kept = state["kept"]
        self.epoch, self.best, self.elapsed = state["epoch"], state["best"], state["elapsed"]

    def write(self, line: dict) -> None:
        line["minute"] = round(self.elapsed / 60, 1)
        with (self.folder / "log.jsonl").open("a") as file:
            file.write(json.dumps(line) + "\n")


def train_as_in_the_paper(options: argparse.Namespace) -> None:
    torch.set_num_threads(options.threads)
    run = PaperRun(options)
    recipe = {
        "recipe": "paper",
        "patients": PATIENTS,
        "held_out": sorted({case.patient for case in run.held_out}),
        "epochs": EPOCHS,
        "batch": BATCH,
        "rate": RATE,
        "size": options.size,
        "seed": options.seed,
    }
    (Path(options.run) / "recipe.json").write_text(json.dumps(recipe, indent=2) + "\n")
    if options.resume:
        run.load()
    run.train()
    run.report()
