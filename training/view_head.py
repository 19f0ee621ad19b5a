"""Trains the view head: which apical view a picture shows, whether it is mirrored, or whether it is none.

    view_head.py MODEL.onnx --data DATA --folds     out-of-fold figures; the temperature and the threshold of claims
    view_head.py MODEL.onnx --data DATA             the head of all pictures, into MODEL.onnx and its card

The head reads three inner maps that the network computes anyway (384 channels of 8 x 8) and stands on them frozen: two
1 x 1 convolutions and one over the whole map. `--data` holds camus/, camus_2ch/, dicom/ and views/. `--folds` must come
first: what it finds goes into `view-folds.json` of the cache, for the card. A quarter of an hour on two cores
each, most of it for the inner maps, which are kept in `training/cache`.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.random import Generator
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

import loops
from camus import cases, data_root
from card import card as card_of
from view_drawings import drawn
from view_pictures import altered, scrambled, square, zoomed

HERE = Path(__file__).parent
CLASSES = [("A4C", False), ("A4C", True), ("A2C", False), ("A2C", True), ("other", False)]
OTHER = 4
# Of a picture that is apical, one cannot say which.
APICAL = 5
TAPS = ["down4.relu2", "down5.relu2", "up0.relu2"]
# In the file: the first tap's maximum is taken there already.
READ = ["down5.pool", "down5.relu2", "view.pool"]
WIDTHS = (384, 32, 48)
ROUNDS, DRAWINGS = 1, 900
EPOCHS, BATCH, RATE, DECAY, SMOOTHING = 8, 128, 2e-3, 3e-3, 0.02
# Shares of a class's pictures that are real loops; what the others count beside the first.
LOOPS_OF_VIEW, LOOPS_OF_OTHER, WEIGHT_OF_OTHER = 0.25, 0.5, 1.6
CLAIMED_WRONGLY = 0.005


class Set:
    """Inner maps (N, 384, 8, 8), classes, where each picture is from and what it is."""

    def __init__(self, maps: np.ndarray, classes: np.ndarray, groups: np.ndarray, kinds: np.ndarray) -> None:
        self.maps, self.classes, self.groups, self.kinds = maps, classes, groups, kinds

    def __len__(self) -> int:
        return len(self.classes)

    @property
    def scanners(self) -> np.ndarray:
        """The folder that a real loop is from, else nothing."""
        return np.array([g.split("/")[1] if "/" in g else "" for g in self.groups])


class Taps:
    """The network up to the inner maps."""

    def __init__(self, path: Path, threads: int) -> None:
        model = onnx.load(path)
        del model.graph.output[:]
        model.graph.output.extend(helper.make_tensor_value_info(tap, TensorProto.FLOAT, None) for tap in TAPS)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, z: np.ndarray) -> np.ndarray:
        first, inner, last = self.session.run(TAPS, {"input": z[None, None].astype(np.float32)})
        return np.concatenate([halved(first[0]), inner[0], halved(last[0])]).astype(np.float16)


def halved(x: np.ndarray) -> np.ndarray:
    return x.reshape(len(x), 8, 2, 8, 2).max((2, 4))


def pictures(root: Path, turn: int, rng: Generator):  # noqa: ANN201
    """Yields (picture, class, group, kind). The first turn gives them as they are, the others altered."""
    for split in ("training", "validation"):
        for case in cases(root, split):
            z, labels = square(case)
            first = 0 if case.view == "4CH" else 2
            mirrored = rng.random() < 0.5
            if turn == 0:
                yield z, first, case.patient, split
                yield z[:, ::-1], first + 1, case.patient, "mirrored"
                continue
            if mirrored:
                z, labels = z[:, ::-1], labels[:, ::-1]
            yield altered(z, rng), first + mirrored, case.patient, "altered"
            if rng.random() < 0.4:
                yield scrambled(z, rng), OTHER, case.patient, "scrambled"
            if rng.random() < 0.35:
                yield zoomed(z, labels, rng), first + mirrored, case.patient, "zoomed"
    known = [(loops.A4C, 0), (loops.A2C, 2), (loops.APICAL, APICAL), (loops.OTHER, OTHER)]
    for names, kind in known:
        for name in names:
            for z in loops.squares(root / name):
                mirrored = turn > 0 and kind < OTHER and rng.random() < 0.5
                z = z[:, ::-1] if mirrored else z
                yield (z if turn == 0 else altered(z, rng)), kind + mirrored, name, "loop" if turn == 0 else "altered"
                if turn and kind < OTHER and rng.random() < 0.3:
                    yield scrambled(z, rng), OTHER, name, "scrambled"
    for number in range(DRAWINGS if turn else 0):
        yield drawn(rng), OTHER, f"drawing {turn} {number}", "drawn"


def load(model: Path, root: Path, cache: Path, threads: int) -> Set:
    digest = hashlib.sha256(b"".join(w.SerializeToString() for w in onnx.load(model).graph.initializer)).hexdigest()
    taps, parts = Taps(model, threads), []
    for turn in range(ROUNDS + 1):
        file = cache / f"view-{digest[:12]}-{turn}.npz"
        if not file.exists():
            cache.mkdir(parents=True, exist_ok=True)
            print(f"inner maps, seed {turn}", flush=True)
            maps, *rest = zip(
                *((taps(z), *rest) for z, *rest in pictures(root, turn, np.random.default_rng(turn))), strict=True
            )
            np.savez(file, maps=np.stack(maps), classes=rest[0], groups=rest[1], kinds=rest[2])
        stored = np.load(file)
        parts.append([stored[key] for key in ("maps", "classes", "groups", "kinds")])
    return Set(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def head() -> nn.Sequential:
    inner, width, hidden = WIDTHS
    return nn.Sequential(
        nn.Dropout2d(0.1),
        nn.Conv2d(inner, width, 1),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Conv2d(width, hidden, 8),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Conv2d(hidden, len(CLASSES), 1),
        nn.Flatten(),
    )


def weights(given: Set) -> np.ndarray:
    """Each class alike, and within it each real loop alike."""
    real = given.scanners != ""
    result = np.zeros(len(given))
    for kind in range(APICAL + 1):
        of_kind = given.classes == kind
        drawn_or_camus, of_loops = of_kind & ~real, of_kind & real
        share = LOOPS_OF_OTHER if kind == OTHER else LOOPS_OF_VIEW
        names, place = np.unique(given.groups[of_loops], return_inverse=True)
        if len(names):
            result[of_loops] = share / len(names) / np.bincount(place)[place]
        if drawn_or_camus.any():
            result[drawn_or_camus] = (1 - share * bool(len(names))) / drawn_or_camus.sum()
        result[of_kind] *= {OTHER: WEIGHT_OF_OTHER, APICAL: 0.5}.get(kind, 1)
    return result


def loss_of(logits: Tensor, classes: Tensor) -> Tensor:
    """Cross-entropy; of a picture that is apical, of its being none."""
    likely = logits.log_softmax(1)
    named = classes != APICAL
    smooth = (1 - SMOOTHING) * likely.gather(1, classes.clamp(max=OTHER)[:, None])[:, 0] + SMOOTHING * likely.mean(1)
    apical = likely[:, :OTHER].logsumexp(1)
    return -torch.where(named, smooth, apical).mean()


def fit(given: Set, use: np.ndarray, scale: tuple[np.ndarray, np.ndarray], seed: int) -> nn.Sequential:
    torch.manual_seed(seed)
    net = head()
    chosen = np.flatnonzero(use)
    chance = torch.from_numpy(weights(given)[chosen])
    steps = EPOCHS * len(chosen) // BATCH
    optimiser = torch.optim.AdamW(net.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for _ in range(steps):
        batch = chosen[torch.multinomial(chance, BATCH).numpy()]
        loss = loss_of(net(scaled(given.maps[batch], scale)), torch.from_numpy(given.classes[batch]))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return net.eval()


def scaling(maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    some = maps[::7].astype(np.float32)
    return some.mean((0, 2, 3), keepdims=True), some.std((0, 2, 3), keepdims=True) + 1e-3


def scaled(maps: np.ndarray, scale: tuple[np.ndarray, np.ndarray]) -> Tensor:
    return torch.from_numpy((maps.astype(np.float32) - scale[0]) / scale[1])


@torch.no_grad()
def logits_of(net: nn.Sequential, maps: np.ndarray, scale: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    parts = [net(scaled(maps[start : start + 512], scale)).numpy() for start in range(0, len(maps), 512)]
    return np.concatenate(parts) if parts else np.zeros((0, len(CLASSES)))


def with_head(model: onnx.ModelProto, net: nn.Sequential, scale: tuple[np.ndarray, np.ndarray]) -> onnx.ModelProto:
    """The model with the head as its second output, in place of one that it has."""
    graph = model.graph
    kept = [node for node in graph.node if not node.name.startswith("view")]
    initializers = [each for each in graph.initializer if not each.name.startswith("view")]
    first, whole, last = (part for part in net if isinstance(part, nn.Conv2d))
    mean, deviation = (torch.from_numpy(each.reshape(-1)) for each in scale)
    weight = first.weight.detach() / deviation[None, :, None, None]
    bias = first.bias.detach() - (weight[:, :, 0, 0] * mean).sum(1)
    constants = {
        "view.first": (weight, bias),
        "view.whole": (whole.weight, whole.bias),
        "view": (last.weight, last.bias),
    }
    for name, (kernel, offset) in constants.items():
        for part, value in (("weight", kernel), ("bias", offset)):
            initializers.append(numpy_helper.from_array(value.detach().float().numpy(), f"{name}.{part}"))

    def conv(source: str, name: str) -> onnx.NodeProto:
        side = constants[name][0].shape[-1]
        inputs = [source, f"{name}.weight", f"{name}.bias"]
        return helper.make_node("Conv", inputs, [name], name=name, kernel_shape=[side, side], strides=[1, 1])

    def relu(source: str, name: str) -> onnx.NodeProto:
        return helper.make_node("Relu", [source], [name], name=name)

    pooling = {"kernel_shape": [2, 2], "strides": [2, 2]}
    nodes = [
        helper.make_node("MaxPool", [TAPS[2]], ["view.pool"], name="view.pool", **pooling),
        helper.make_node("Concat", READ, ["view.concat"], name="view.concat", axis=1),
        conv("view.concat", "view.first"),
        relu("view.first", "view.relu1"),
        conv("view.relu1", "view.whole"),
        relu("view.whole", "view.relu2"),
        conv("view.relu2", "view"),
    ]
    at = 1 + next(index for index, node in enumerate(kept) if TAPS[2] in node.output)
    outputs = [each for each in graph.output if each.name != "view"]
    outputs.append(helper.make_tensor_value_info("view", TensorProto.FLOAT, [1, len(CLASSES), 1, 1]))
    built = helper.make_graph(kept[:at] + nodes + kept[at:], graph.name, graph.input, outputs, initializers)
    result = helper.make_model(built, opset_imports=model.opset_import, producer_name=model.producer_name)
    result.ir_version = model.ir_version
    onnx.checker.check_model(result, full_check=True)
    return result


def check(path: Path, net: nn.Sequential, given: Set, scale: tuple[np.ndarray, np.ndarray], root: Path) -> float:
    """Largest difference of the file's view from that of PyTorch, over some pictures."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    worst = 0.0
    for at, case in enumerate(cases(root, "training")[:8]):
        z, _ = square(case)
        told = session.run(["view"], {"input": z[None, None].astype(np.float32)})[0].reshape(-1)
        worst = max(worst, float(abs(told - logits_of(net, given.maps[2 * at : 2 * at + 1], scale)[0]).max()))
    return worst


def write(path: Path, folds: Path, given: Set, root: Path, seed: int, apical: float, version: str | None) -> None:
    found = json.loads(folds.read_text())
    scale = scaling(given.maps)
    net = fit(given, np.ones(len(given), bool), scale, seed)
    onnx.save(with_head(onnx.load(path), net, scale), path)
    difference = check(path, net, given, scale, root)
    if difference > 0.05:
        sys.exit(f"ONNX and PyTorch differ by {difference:.2g}")
    card_path = path.with_suffix(".json")
    card = json.loads(card_path.read_text())
    card["version"] = version or card["version"]
    card["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    card.pop("display", None)
    card["view"] = {
        "output": "view",
        "channels": [{"view": view, "mirrored": mirrored} for view, mirrored in CLASSES],
        "temperature": found["temperature"],
        "claim": found["claim"],
        "apical": apical,
        "parameters": sum(p.numel() for p in net.parameters()),
        "figures": {key: value for key, value in found.items() if key not in ("temperature", "claim")},
    }
    card_path.write_text(json.dumps(card, indent=2) + "\n")
    path.with_suffix(".md").write_text(card_of(card))
    print(f"{path}: {path.stat().st_size} bytes, the view differs from PyTorch by {difference:.1e}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", help="folder with camus/, camus_2ch/, dicom/ and views/; or HINGED_TEST_DATA")
    parser.add_argument("--folds", action="store_true", help="out-of-fold figures only")
    parser.add_argument("--cache", type=Path, default=HERE / "cache")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--apical", type=float, default=0.5, help="least probability of an apical view")
    parser.add_argument("--version", help="of the model with its new head")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    root = data_root(options.data)
    given = load(options.model, root, options.cache, options.threads)
    folds = options.cache / "view-folds.json"
    if options.folds:
        from view_folds import report

        found = json.dumps(report(given, options.seed), indent=2)
        folds.write_text(found + "\n")
        print(found)
    else:
        write(options.model, folds, given, root, options.seed, options.apical, options.version)


if __name__ == "__main__":
    main()
