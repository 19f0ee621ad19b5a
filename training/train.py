"""Trains the U-Net on CAMUS: on the training list within a given number of minutes, or on a fold.

Learning rate, resolution and end follow the share that is done: of `--steps`, so that all folds
get the same whatever else the machine does; or of `--minutes`, so that a run ends on time.
A fold's held-out patients are not looked at: the end is fixed and the running average taken;
`out_of_fold.py` asks what it says of them.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

import overlays
from camus import cases, data_root, every_case, load_cached, patients_of
from doubtful import left_out
from paper import train_as_in_the_paper
from schedule import LAST_STRENGTH
from scores import Exam, exams, table, validate
from split import Split
from trainer import Trainer

HERE = Path(__file__).parent
CACHED = 320


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="folder with camus/ and camus_2ch/; or HINGED_TEST_DATA")
    parser.add_argument("--run", type=Path, default=HERE / "runs" / "default")
    parser.add_argument("--cache", type=Path, default=HERE / "cache")
    parser.add_argument(
        "--fold", metavar="K/N", help="hold out the Kth of N parts of all patients; `all` holds out none"
    )
    parser.add_argument("--fold-seed", type=int, default=1, help="deals the patients to the folds")
    parser.add_argument("--minutes", type=float, default=100)
    parser.add_argument("--steps", type=int, help="the end, instead of --minutes; needed with --fold")
    parser.add_argument("--sizes", default="192:0,256:0.3", help="sizes and the shares they begin at")
    parser.add_argument("--recipe", choices=("shipped", "paper"), default="shipped")
    parser.add_argument("--size", type=int, default=256, help="of the paper's recipe, pixels")
    parser.add_argument("--device", default="cpu", help="cpu or cuda; augmentation runs there, too")
    parser.add_argument("--bfloat16", action="store_true", help="convolutions in bfloat16 (autocast)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--validate-every", type=float, default=12, metavar="MINUTES")
    parser.add_argument("--start", type=Path, help="weights to begin with, .onnx or .pt")
    parser.add_argument("--compile", action="store_true", help="by torch.compile, needs g++")
    parser.add_argument("--resume", action="store_true", help="continue the run in --run")
    options = parser.parse_args()
    if options.fold and not options.steps:
        parser.error("--fold needs --steps: all folds get the same")
    return options


def split_of(options: argparse.Namespace, root: Path) -> Split | None:
    """The fold's pictures: from the run where it goes on, whatever is in doubt by now."""
    file = options.run / "split.json"
    if not options.fold:
        return None
    if options.resume:
        split = Split.read(file)
        if (split.fold, split.seed) != (options.fold, options.fold_seed):
            raise SystemExit(f"{file} is of fold {split.fold}, seed {split.seed}: choose another --run")
        return split
    unused = left_out()
    pictures = {case.name: case.patient for case in every_case(root) if case.name not in unused}
    lists = [patients_of(root, "training"), patients_of(root, "validation")]
    split = Split.of(options.fold, lists, pictures, options.fold_seed)
    split.write(file)
    return split


def names_for(split: Split | None, root: Path) -> list[str]:
    return split.training if split else [case.name for case in cases(root, "training")]


def check(trainer: Trainer, given: list[Exam]) -> None:
    """Validate the average; keep it when its mean hinge error is the least so far."""
    run = trainer.options.run
    figures = table(validate(given, trainer.predict))
    write(trainer, {"validation": figures})
    views = [figures[view] for view in ("4CH", "2CH")]
    error = sum(v["fused_mean_distance"] + 20 * (1 - v["found"]) for v in views) / 2
    if error < trainer.best and trainer.size == trainer.schedule.sizes[-1][1]:
        trainer.best = error
        torch.save(trainer.average.state_dict(), run / "best.pt")


def write_recipe(trainer: Trainer, names: list[str]) -> None:
    """What the model card tells about the training, beside the weights."""
    options = trainer.options
    recipe = {
        "pictures": len(names),
        "patients": len({name.split("_")[0] for name in names}),
        "parameters": sum(p.numel() for p in trainer.net.parameters()),
        "minutes": round(trainer.elapsed / 60, 1) if options.steps else options.minutes,
        "steps": trainer.steps,
        "optimiser": "Muon for the kernels, AdamW for the rest",
        "batch": options.batch,
        "rate": options.rate,
        "threads": options.threads,
        "device": options.device,
        "sizes": trainer.schedule.sizes,
        "sizes_by": "steps" if options.steps else "time",
        "last_strength": LAST_STRENGTH,
        "seed": options.seed,
        "start": options.start.name if options.start else None,
        "fold": options.fold,
        "left_out": sorted(left_out()),
    }
    (options.run / "recipe.json").write_text(json.dumps(recipe, indent=2) + "\n")


def write(trainer: Trainer, line: dict) -> None:
    head = {"minute": round(trainer.elapsed / 60, 2), "step": trainer.steps}
    with (trainer.options.run / "log.jsonl").open("a") as file:
        file.write(json.dumps(head | line) + "\n")


def train(trainer: Trainer, kept: tuple[Tensor, Tensor, Tensor], strokes: Tensor, given: list[Exam]) -> None:
    """Steps until the end, a checkpoint every three minutes, validation where there is a list for it."""
    options = trainer.options
    pictures, labels, points = kept
    mark = time.monotonic()
    saved = checked = trainer.elapsed
    losses: list[Tensor] = []
    order: list[int] = []
    while trainer.share < 1:
        if len(order) < options.batch:
            if losses:
                means = torch.stack(losses).mean(0).tolist()
                line = dict(zip(("entropy", "dice_loss", "landmark_loss"), np.round(means, 4).tolist(), strict=True))
                write(trainer, line | {"size": trainer.size})
                losses = []
            order = torch.randperm(len(pictures)).tolist()
        batch, order = order[: options.batch], order[options.batch :]
        losses.append(trainer.step(pictures[batch], labels[batch], points[batch], strokes))
        now = time.monotonic()
        trainer.elapsed, mark = trainer.elapsed + now - mark, now
        if trainer.elapsed - saved > 180:
            trainer.save()
            saved = trainer.elapsed
        if given and trainer.elapsed - checked > 60 * options.validate_every:
            check(trainer, given)
            checked = trainer.elapsed


def main() -> None:
    options = arguments()
    if options.recipe == "paper":
        train_as_in_the_paper(options)
        return
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.set_default_device(options.device)
    root = data_root(options.data)
    options.run.mkdir(parents=True, exist_ok=True)
    split = split_of(options, root)
    names = names_for(split, root)
    if split:
        print(f"fold {split.fold}, seed {split.seed}: {len(names)} pictures, {len(split.held_out)} patients held out")
    kept = tuple(torch.from_numpy(part).to(options.device) for part in load_cached(root, names, CACHED, options.cache))
    strokes = torch.from_numpy(overlays.bank(400, options.seed)).to(options.device)
    torch.manual_seed(options.seed)
    several = kept[0][torch.randperm(len(names))[:48]][:, None].float() / 255
    several = nn.functional.interpolate(several, size=(256, 256), mode="area")
    trainer = Trainer(options, several.cpu())
    if options.resume:
        trainer.load()
    given = [] if split else exams(root)
    train(trainer, kept, strokes, given)
    if given:
        check(trainer, given)
    torch.save(trainer.average.state_dict(), options.run / "last.pt")
    write_recipe(trainer, names)
    trainer.save()


if __name__ == "__main__":
    main()
