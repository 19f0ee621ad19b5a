"""Writes a trained network as ONNX, with its sidecar and its model card.

Batch norm is folded into the convolutions and the graph is written node by
node: Conv, Relu, MaxPool, Resize (nearest, x2) and Concat, nothing else.
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
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from camus import data_root
from card import card, sidecar
from scores import Predict, exams, table, validate
from unet import ConvNorm, Pair, UNet

HERE = Path(__file__).parent
SIZE = 256
OPSET = 13


class Graph:
    """ONNX nodes and weights in the order they are added."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self.constant("none", np.zeros(0, np.float32))
        self.constant("twice", np.array([1, 1, 2, 2], np.float32))

    def constant(self, name: str, value: np.ndarray) -> str:
        self.weights.append(numpy_helper.from_array(value, name))
        return name

    def add(self, kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def conv(self, x: str, name: str, weight: np.ndarray, bias: np.ndarray) -> str:
        kernel = weight.shape[-1]
        weights = [self.constant(f"{name}.weight", weight), self.constant(f"{name}.bias", bias)]
        return self.add(
            "Conv",
            [x, *weights],
            name,
            kernel_shape=[kernel, kernel],
            pads=[kernel // 2] * 4,
            strides=[1, 1],
        )

    def pair(self, x: str, name: str, block: Pair) -> str:
        for number, part in enumerate(block, 1):
            x = self.conv(x, f"{name}.conv{number}", *folded(part))
            x = self.add("Relu", [x], f"{name}.relu{number}")
        return x

    def pool(self, x: str, name: str) -> str:
        return self.add("MaxPool", [x], name, kernel_shape=[2, 2], strides=[2, 2])

    def upsample(self, x: str, name: str) -> str:
        return self.add(
            "Resize",
            [x, "none", "twice"],
            name,
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )


def folded(part: ConvNorm) -> tuple[np.ndarray, np.ndarray]:
    """Weight and bias of the convolution with its batch norm taken in."""
    conv, norm = part[0], part[1]
    assert isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d)
    scale = norm.weight.double() / (norm.running_var.double() + norm.eps).sqrt()
    weight = conv.weight.double() * scale[:, None, None, None]
    bias = norm.bias.double() - norm.running_mean.double() * scale
    return weight.float().detach().numpy(), bias.float().detach().numpy()


def to_onnx(net: UNet) -> onnx.ModelProto:
    graph, x = Graph(), "input"
    skips = []
    for level, block in enumerate(net.down):
        if level:
            x = graph.pool(x, f"down{level}.pool")
        x = graph.pair(x, f"down{level}", block)
        skips.append(x)
    skips.pop()
    for level, block in enumerate(net.up):
        x = graph.upsample(x, f"up{level}.resize")
        x = graph.add("Concat", [x, skips.pop()], f"up{level}.concat", axis=1)
        x = graph.pair(x, f"up{level}", block)
    head = net.head
    graph.conv(x, "logits", head.weight.detach().numpy(), head.bias.detach().numpy())

    def port(name: str, channels: int) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, channels, SIZE, SIZE])

    built = helper.make_graph(
        graph.nodes,
        "unet",
        [port("input", 1)],
        [port("logits", head.out_channels)],
        graph.weights,
    )
    model = helper.make_model(built, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="hinged training")
    model.ir_version = 7
    onnx.checker.check_model(model, full_check=True)
    return model


def predictor(path: Path) -> Predict:
    """Runs the ONNX file over a stack of squares."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

    def predict(small: np.ndarray) -> np.ndarray:
        return np.concatenate([session.run(None, {"input": one[None]})[0] for one in small])

    return predict


def check(net: UNet, path: Path, small: np.ndarray) -> float:
    """Largest difference of logits between PyTorch and onnxruntime."""
    with torch.no_grad():
        ours = net(torch.from_numpy(small)).numpy()
    return float(np.abs(ours - predictor(path)(small)).max())


def dice_by_step(log: Path) -> list[dict]:
    """Mean Dice on the four-chamber pictures of the validation list, from the training's log."""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return [
        {"step": line["step"]} | {key: line["validation"]["4CH"][key] for key in ("dice_lv", "dice_la")}
        for line in lines
        if "validation" in line
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="folder with camus/ and camus_2ch/; or HINGED_TEST_DATA")
    parser.add_argument("--run", type=Path, default=HERE / "runs" / "default")
    parser.add_argument("--weights", default="best.pt", help="file in --run")
    parser.add_argument("--name", default="camus-unet-256")
    parser.add_argument("--version", default="1.0.0")
    parser.add_argument("--models", type=Path, default=HERE.parent / "models")
    parser.add_argument("--note", help="a sentence on this run for the model card")
    options = parser.parse_args()

    net = UNet()
    net.load_state_dict(torch.load(options.run / options.weights, weights_only=True))
    net.eval()
    options.models.mkdir(exist_ok=True)
    path = options.models / f"{options.name}.onnx"
    onnx.save(to_onnx(net), path)

    given = exams(data_root(options.data))
    difference = check(net, path, np.stack([exam.small for exam in given[:4]])[:, None])
    if difference > 1e-3:
        path.unlink()
        sys.exit(f"ONNX and PyTorch differ by {difference:.2g}")
    figures = table(validate(given, predictor(path)))
    recipe = json.loads((options.run / "recipe.json").read_text())
    if options.note:
        recipe["note"] = options.note
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    training = dice_by_step(options.run / "log.jsonl")
    facts = sidecar(options.name, options.version, path.name, digest, figures, recipe, training)
    (options.models / f"{options.name}.json").write_text(json.dumps(facts, indent=2) + "\n")
    (options.models / f"{options.name}.md").write_text(card(facts))
    print(f"{path}: {path.stat().st_size} bytes, differs from PyTorch by {difference:.1e}")


if __name__ == "__main__":
    main()
