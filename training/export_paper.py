"""Writes the network of the paper's recipe as ONNX with a sidecar and its held-out patients, for `hinged evaluate`.

    python training/export_paper.py --run training/runs/paper --out FOLDER

The network knows no myocardium; the file gives it a logit that never wins, so that the classes are those of every other
model. It is for comparison: its weights do not ship.
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper
from torch import Tensor, nn

from export import OPSET, Graph, predictor
from labels import CLASSES, MYOCARDIUM
from paper import VGGUNet

NEVER = -1e4


def to_onnx(net: VGGUNet, size: int) -> onnx.ModelProto:
    graph, x = Graph(), "input"
    skips = []
    for level, block in enumerate(net.down):
        if level:
            x = graph.pool(x, f"down{level}.pool")
        x = convolutions(graph, x, f"down{level}", block)
        skips.append(x)
    skips.pop()
    for level, block in enumerate(net.up):
        x = graph.upsample(x, f"up{level}.resize")
        x = graph.add("Concat", [x, skips.pop()], f"up{level}.concat", axis=1)
        x = convolutions(graph, x, f"up{level}", block)
    weight = np.insert(array(net.head.weight), MYOCARDIUM, 0, 0)
    bias = np.insert(array(net.head.bias), MYOCARDIUM, NEVER)
    graph.conv(x, "logits", weight, bias)
    ports = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, channels, size, size])
        for name, channels in (("input", 1), ("logits", len(CLASSES)))
    ]
    built = helper.make_graph(graph.nodes, "vgg16_unet", ports[:1], ports[1:], graph.weights)
    model = helper.make_model(built, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="hinged training")
    model.ir_version = 7
    onnx.checker.check_model(model, full_check=True)
    return model


def convolutions(graph: Graph, x: str, name: str, block: nn.Module) -> str:
    layers = [layer for layer in block.children() if isinstance(layer, nn.Conv2d)]
    for number, layer in enumerate(layers, 1):
        x = graph.conv(x, f"{name}.conv{number}", array(layer.weight), array(layer.bias))
        x = graph.add("Relu", [x], f"{name}.relu{number}")
    return x


def array(tensor: Tensor | None) -> np.ndarray:
    assert tensor is not None
    return tensor.detach().numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    recipe = json.loads((options.run / "recipe.json").read_text())
    state = torch.load(options.run / "checkpoint.pt", weights_only=True)
    net = VGGUNet().eval()
    net.load_state_dict(state["kept"])
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / "vgg16-unet-paper.onnx"
    size = recipe["size"]
    onnx.save(to_onnx(net, size), path)
    picture = np.random.default_rng(1).random((1, 1, size, size), np.float32)
    with torch.no_grad():
        expected = net(torch.from_numpy(picture)).numpy()
    found = np.delete(predictor(path)(picture), MYOCARDIUM, 1)
    facts = {
        "name": path.stem,
        "version": f"0.{state['epoch']}.0",
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "licence": "CC BY-NC-SA 4.0",
        "input": {"width": size, "height": size, "channels": 1},
        "classes": [{"index": index, "label": label} for index, label in enumerate(CLASSES)],
        "recipe": recipe,
    }
    path.with_suffix(".json").write_text(json.dumps(facts, indent=2) + "\n")
    (options.out / "held_out.txt").write_text("".join(f"{patient}\n" for patient in recipe["held_out"]))
    print(f"{path}: {state['epoch']} epochs, differs from PyTorch by {np.abs(found - expected).max():.1e}")


if __name__ == "__main__":
    main()
