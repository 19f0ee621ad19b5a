#!/usr/bin/env python3
"""Builds the two networks on which the engine is measured, with random weights, into a folder.

    vgg16_unet   U-Net on a VGG16 encoder (Simonyan and Zisserman 2014), 50.6 GFLOP at 256 x 256
    camus_unet1  "U-Net 1" of Leclerc et al. 2019 (IEEE TMI 38:2198), 8.0 GFLOP at 256 x 256

    build_models.py FOLDER
"""
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIZE, CLASSES = 256, 4


class UNet:
    """3x3 convolutions with ReLU, 2x2 maximum on the way down, nearest doubling and concatenation back up."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        scales = numpy_helper.from_array(np.array([1, 1, 2, 2], "f4"), "scales")
        self.nodes, self.initializers = [], [scales]

    def add(self, kind, *inputs, **attributes):
        output = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def parameter(self, array):
        name = f"parameter_{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(array.astype("f4"), name))
        return name

    def conv(self, x, channels_in, channels_out, size=3, relu=True):
        deviation = np.sqrt(2 / (channels_in * size * size))
        weights = self.parameter(self.rng.normal(0, deviation, (channels_out, channels_in, size, size)))
        bias = self.parameter(self.rng.normal(0, 0.05, channels_out))
        x = self.add("Conv", x, weights, bias, pads=[size // 2] * 4)
        return self.add("Relu", x) if relu else x

    def build(self, encoder, bottom, decoder, head_size):
        """encoder: (convolutions, channels) of each level; bottom, decoder: channels."""
        x, channels, skips = "input", 1, []
        for count, width in encoder:
            for _ in range(count):
                x, channels = self.conv(x, channels, width), width
            skips.append((x, width))
            x = self.add("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
        for _ in range(2):
            x, channels = self.conv(x, channels, bottom), bottom
        for width, (skip, skip_channels) in zip(decoder, reversed(skips)):
            x = self.add("Resize", x, "", "scales", mode="nearest", nearest_mode="floor",
                         coordinate_transformation_mode="asymmetric")
            x = self.add("Concat", x, skip, axis=1)
            x = self.conv(self.conv(x, channels + skip_channels, width), width, width)
            channels = width
        x = self.conv(x, channels, CLASSES, head_size, relu=False)
        return self.add("Softmax", x, axis=1)

    def save(self, path, output):
        tensor = lambda name, channels: helper.make_tensor_value_info(
            name, TensorProto.FLOAT, [1, channels, SIZE, SIZE])
        graph = helper.make_graph(
            self.nodes, path.stem, [tensor("input", 1)], [tensor(output, CLASSES)], self.initializers)
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)


def build(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    vgg16 = UNet(seed=1)
    vgg16.save(folder / "vgg16_unet.onnx", vgg16.build(
        [(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)], 512, (256, 128, 64, 32, 16), 3))
    camus = UNet(seed=2)
    camus.save(folder / "camus_unet1.onnx", camus.build(
        [(2, 32), (2, 32), (2, 64), (2, 128), (2, 128)], 128, (128, 128, 64, 32, 16), 1))


if __name__ == "__main__":
    build(sys.argv[1])
