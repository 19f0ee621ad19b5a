#!/usr/bin/env python3
"""Makes the fixtures beside this file: small ONNX models and what ONNX Runtime computes with them.

For each model `<name>.onnx`, `<name>.input.f32` and `<name>.output.f32` (little-endian float32, NCHW order of
the model's own shapes, several outputs one behind the other). Weights and inputs are random numbers of a fixed seed.

    python -m venv venv && venv/bin/pip install numpy onnx onnxruntime
    venv/bin/python Tests/InferenceTests/Fixtures/make_fixtures.py
"""
import pathlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(__file__).resolve().parent
rng = np.random.default_rng(20240611)


class Builder:
    """Collects nodes and initializers; `x` names the value that the next node reads."""

    def __init__(self, shape, symbolic_batch=False):
        self.shape, self.symbolic_batch = shape, symbolic_batch
        self.nodes, self.initializers, self.count = [], [], 0

    def constant(self, array):
        self.count += 1
        name = f"const_{self.count}"
        self.initializers.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def weights(self, *shape):
        fan_in = np.prod(shape[1:]) if len(shape) > 1 else 16
        return self.constant((rng.standard_normal(shape) / np.sqrt(fan_in)).astype("f4"))

    def node(self, kind, *inputs, **attributes):
        self.count += 1
        output = f"{kind.lower()}_{self.count}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], name=f"/{output}", **attributes))
        return output

    def conv(self, x, channels_in, channels_out, size=3, **attributes):
        attributes = attributes or {"pads": [size // 2] * 4}
        weights = self.weights(channels_out, channels_in, size, size)
        return self.node("Conv", x, weights, self.weights(channels_out), **attributes)

    def norm(self, x, channels):
        numbers = [rng.uniform(0.5, 1.5, channels), rng.uniform(-1, 1, channels),
                   rng.uniform(-1, 1, channels), rng.uniform(0.5, 2, channels)]
        return self.node("BatchNormalization", x, *[self.constant(n.astype("f4")) for n in numbers],
                         epsilon=1e-3)

    def save(self, name, output, opset, *others):
        batch = ["N" if self.symbolic_batch else 1]
        graph = helper.make_graph(
            self.nodes, name,
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, batch + list(self.shape[1:]))],
            [helper.make_tensor_value_info(each, TensorProto.FLOAT, None) for each in (output, *others)],
            self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
        path = FOLDER / f"{name}.onnx"
        onnx.save(model, path)
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        data = rng.standard_normal(self.shape).astype("f4")
        results = session.run(None, {"input": data})
        data.tofile(FOLDER / f"{name}.input.f32")
        np.concatenate([each.astype("f4").ravel() for each in results]).tofile(FOLDER / f"{name}.output.f32")


def single(name, kind, shape=(1, 3, 7, 9), opset=13, constants=(), **attributes):
    """A model of one node whose further inputs are constants; None leaves an optional input out."""
    b = Builder(shape)
    inputs = ["" if c is None else b.constant(c) for c in constants]
    b.save(name, b.node(kind, "input", *inputs, **attributes), opset)


def convolutions():
    def conv(name, channels_in, channels_out, size, shape=(7, 9), **attributes):
        b = Builder((1, channels_in, *shape))
        b.save(name, b.conv("input", channels_in, channels_out, size, **attributes), 13)

    conv("conv_padded", 3, 5, 3, pads=[1, 1, 1, 1])
    conv("conv_pointwise", 17, 3, 1, pads=[0, 0, 0, 0])
    conv("conv_strided", 5, 4, 3, strides=[2, 3], pads=[1, 0, 2, 1])
    conv("conv_dilated", 3, 4, 3, dilations=[2, 3], pads=[2, 3, 2, 3])
    conv("conv_dilated_strided", 2, 4, 3, dilations=[2, 1], strides=[3, 2], pads=[1, 1, 1, 1])
    conv("conv_same_upper", 3, 4, 4, auto_pad="SAME_UPPER", strides=[2, 1])
    conv("conv_same_lower", 3, 4, 2, auto_pad="SAME_LOWER", strides=[1, 1])
    conv("conv_valid", 3, 2, 3, auto_pad="VALID")
    conv("conv_no_pads", 16, 2, 3, shape=(9, 18), strides=[1, 1])
    b = Builder((1, 2, 5, 6))
    b.save("conv_no_bias", b.node("Conv", "input", b.weights(3, 2, 3, 3), kernel_shape=[3, 3]), 13)

    def transposed(name, size, **attributes):
        b = Builder((1, 5, 4, 6))
        weights = b.weights(5, 3, size, size)
        b.save(name, b.node("ConvTranspose", "input", weights, b.weights(3), **attributes), 13)

    transposed("transposed_2x2", 2, strides=[2, 2])
    transposed("transposed_3x3", 3, strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1])
    transposed("transposed_dilated", 3, strides=[1, 2], dilations=[2, 1])
    transposed("transposed_same_upper", 3, strides=[2, 2], auto_pad="SAME_UPPER")
    transposed("transposed_output_shape", 4, strides=[2, 2], output_shape=[9, 13])


def pointwise():
    single("leaky_relu", "LeakyRelu", alpha=0.2)
    single("relu", "Relu")
    single("sigmoid", "Sigmoid", shape=(1, 17, 3, 5))
    single("softmax_channels", "Softmax", shape=(1, 4, 5, 19), axis=1)
    single("softmax_last_axis", "Softmax", axis=-1)
    single("softmax_opset_11", "Softmax", shape=(1, 3, 4, 5), opset=11, axis=3)
    single("scalar_multiply", "Mul", constants=[np.float32(0.5)])
    single("channel_add", "Add", constants=[np.array([1, 2, 3], "f4").reshape(1, 3, 1, 1)])
    single("channel_divide", "Div", constants=[np.array([1, 2, 3], "f4").reshape(3, 1, 1)])
    single("transpose", "Transpose", perm=[0, 3, 1, 2])
    single("pad_zero", "Pad", constants=[np.array([0, 0, 1, 2, 0, 0, 3, 0], "i8")])
    single("pad_value", "Pad", constants=[np.array([0, 1, 1, 2, 0, 0, 3, 0], "i8"), np.float32(-1.5)])
    single("pad_opset_2", "Pad", opset=10, pads=[0, 0, 1, 0, 0, 0, 0, 2], value=2.0)

    b = Builder((1, 3, 6, 5))
    x = b.node("Relu", b.conv("input", 3, 17))
    x = b.norm(x, 17)
    x = b.node("Sigmoid", b.node("Sub", b.constant(np.float32(1)), x))
    b.save("norm_after_relu", x, 13)

    b = Builder((1, 3, 6, 5), symbolic_batch=True)
    x = b.node("LeakyRelu", b.norm(b.conv("input", 3, 18), 18), alpha=0.1)
    y = b.node("Sigmoid", b.conv(x, 18, 18, 1))
    gate = b.node("Sigmoid", b.node("AveragePool", x, kernel_shape=[6, 5]))
    b.save("gated", b.node("Mul", b.node("Relu", b.node("Add", x, y)), gate), 13)

    b = Builder((1, 5, 4, 6))
    x = b.node("Concat", b.conv("input", 5, 3), "input", b.conv("input", 5, 18), axis=1)
    b.save("concat_unaligned", b.node("Relu", x), 13)
    b = Builder((1, 5, 4, 6))
    x = b.node("Concat", b.conv("input", 5, 16), b.conv("input", 5, 2), axis=1)
    b.save("concat_aligned", b.node("Relu", x), 13)
    b = Builder((1, 5, 4, 6))
    b.save("concat_rows", b.node("Concat", "input", b.node("Relu", "input"), axis=2), 13)


def pooling_and_resampling():
    single("max_pool", "MaxPool", kernel_shape=[2, 2], strides=[2, 2])
    single("max_pool_ceil", "MaxPool", shape=(1, 17, 7, 8), kernel_shape=[3, 3], strides=[2, 2],
           pads=[1, 1, 1, 1], ceil_mode=1)
    single("max_pool_same", "MaxPool", kernel_shape=[3, 2], strides=[2, 2], auto_pad="SAME_UPPER")
    single("average_pool", "AveragePool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    single("average_pool_counting", "AveragePool", kernel_shape=[3, 3], strides=[2, 1], pads=[1, 1, 1, 1],
           count_include_pad=1)

    def resize(name, scales, shape=(1, 3, 5, 6), **attributes):
        single(name, "Resize", shape=shape, constants=[None, np.array([1, 1, *scales], "f4")], **attributes)

    for mode in ("asymmetric", "half_pixel", "pytorch_half_pixel", "align_corners"):
        resize(f"resize_linear_{mode}", (2, 1.5), mode="linear", coordinate_transformation_mode=mode)
    for rounding in ("floor", "round_prefer_floor", "round_prefer_ceil", "ceil"):
        resize(f"resize_nearest_{rounding}", (2, 1.7), mode="nearest", nearest_mode=rounding,
               coordinate_transformation_mode="half_pixel")
    resize("resize_nearest_doubling", (2, 2), mode="nearest", nearest_mode="floor",
           coordinate_transformation_mode="asymmetric")
    resize("resize_nearest_down", (0.5, 0.6), mode="nearest", coordinate_transformation_mode="half_pixel")
    single("resize_sizes", "Resize", mode="linear", coordinate_transformation_mode="align_corners",
           constants=[None, None, np.array([1, 3, 13, 10], "i8")])
    single("resize_opset_10", "Resize", opset=10, mode="nearest", constants=[np.array([1, 1, 2, 3], "f4")])
    single("upsample_opset_9", "Upsample", opset=9, mode="linear", constants=[np.array([1, 1, 2, 2], "f4")])
    single("upsample_opset_7", "Upsample", opset=7, mode="nearest", scales=[1.0, 1.0, 2.0, 2.0])


def unet_pytorch():
    """Batch norm, nearest doubling whose size comes from shape arithmetic, logits."""
    b = Builder((1, 1, 20, 28))

    def block(x, channels_in, channels_out):
        for c in (channels_in, channels_out):
            x = b.node("Relu", b.norm(b.conv(x, c, channels_out), channels_out))
        return x

    def size_of(x):
        shape = b.node("Shape", x)
        return b.node("Slice", shape, b.constant(np.array([2], "i8")), b.constant(np.array([4], "i8")),
                      b.constant(np.array([0], "i8")))

    skips, x, channels = [], "input", 1
    for c in (3, 5):
        x = block(x, channels, c)
        skips.append((x, c))
        x = b.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
        channels = c
    x, channels = block(x, channels, 6), 6
    for skip, c in reversed(skips):
        head = b.node("Cast", b.node("Unsqueeze", b.node(
            "Gather", b.node("Shape", x), b.constant(np.int64(0)), axis=0), b.constant(np.array([0], "i8"))),
            to=7)
        sizes = b.node("Concat", head, b.constant(np.array([channels], "i8")), size_of(skip), axis=0)
        x = b.node("Resize", x, "", "", sizes, mode="nearest", nearest_mode="floor",
                   coordinate_transformation_mode="asymmetric")
        x = block(b.node("Concat", x, skip, axis=1), channels + c, c)
        channels = c
    b.save("unet_pytorch", b.conv(x, channels, 4, 1), 17)


def unet_keras():
    """Channels last at the borders, SAME_UPPER, transposed convolutions, softmax after the last transpose."""
    b = Builder((1, 16, 24, 1), symbolic_batch=True)
    x = b.node("Transpose", "input", perm=[0, 3, 1, 2])
    skips, channels = [], 1
    for c in (4, 6):
        for _ in range(2):
            x, channels = b.node("Relu", b.conv(x, channels, c, 3, auto_pad="SAME_UPPER")), c
        skips.append((x, c))
        x = b.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2], auto_pad="SAME_UPPER")
    x, channels = b.node("Relu", b.conv(x, channels, 7, 3, auto_pad="SAME_UPPER")), 7
    x = b.node("Dropout", x)
    for skip, c in reversed(skips):
        x = b.node("ConvTranspose", x, b.weights(channels, c, 2, 2), b.weights(c), strides=[2, 2],
                   kernel_shape=[2, 2])
        x = b.node("Concat", skip, x, axis=1)
        x, channels = b.node("Relu", b.conv(x, 2 * c, c, 3, auto_pad="SAME_UPPER")), c
    x = b.conv(x, channels, 4, 1, auto_pad="SAME_UPPER")
    x = b.node("Softmax", b.node("Transpose", x, perm=[0, 2, 3, 1]), axis=-1)
    b.save("unet_keras", x, 13)


def unet_residual():
    """Residual blocks, linear doubling with aligned corners, a sigmoid at the end; sizes that are odd."""
    b = Builder((1, 3, 13, 18))
    stem = b.node("Relu", b.conv("input", 3, 16, 3, strides=[2, 2], pads=[1, 1, 1, 1]))
    inner = b.conv(b.node("Relu", b.conv(stem, 16, 5)), 5, 16)
    x = b.node("Relu", b.node("Add", inner, stem))
    x = b.node("Resize", x, "", "", b.constant(np.array([1, 16, 13, 18], "i8")), mode="linear",
               coordinate_transformation_mode="align_corners")
    x = b.node("Concat", x, "input", axis=1)
    b.save("unet_residual", b.node("Sigmoid", b.conv(x, 19, 2)), 13)


def sharing():
    """Maps with several readers, and chains of doubling and concatenation."""
    def doubled(b, x):
        return b.node("Resize", x, "", b.constant(np.array([1, 1, 2, 2], "f4")), mode="nearest",
                      nearest_mode="floor", coordinate_transformation_mode="asymmetric")

    b = Builder((1, 2, 5, 6))
    branches = [b.conv("input", 2, 3 + i % 2) for i in range(9)]
    b.save("concat_of_nine", b.conv(b.node("Concat", *branches, axis=1), 31, 4), 13)

    b = Builder((1, 2, 4, 6))
    a, c = b.conv("input", 2, 16), b.node("Relu", b.conv("input", 2, 5))
    x = doubled(b, b.node("Concat", a, c, axis=1))
    b.save("doubled_concat", b.conv(x, 21, 9), 13)

    b = Builder((1, 2, 3, 4))
    x = doubled(b, doubled(b, b.conv("input", 2, 16)))
    b.save("doubled_twice", b.conv(x, 16, 3), 13)

    b = Builder((1, 3, 8, 12))
    x = b.conv("input", 3, 18)
    pooled = b.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    smaller = b.node("MaxPool", b.node("Concat", doubled(b, pooled), x, axis=1), kernel_shape=[2, 2],
                     strides=[2, 2])
    x = b.node("Concat", pooled, b.node("Sigmoid", smaller), axis=1)
    b.save("shared_maps", b.node("Add", b.conv(x, 54, 18, 1), pooled), 13)


def two_outputs():
    """A map, and a verdict on the whole picture from the inner maps that other nodes read too."""
    b = Builder((1, 1, 32, 48))
    outer = b.node("Relu", b.conv("input", 1, 16))
    half = b.node("Relu", b.conv(b.node("MaxPool", outer, kernel_shape=[2, 2], strides=[2, 2]), 16, 32))
    quarter = b.node("MaxPool", half, kernel_shape=[2, 2], strides=[2, 2])
    inner = b.node("Relu", b.conv(quarter, 32, 24))
    x = b.node("Relu", b.conv(b.node("Concat", quarter, inner, axis=1), 56, 12, 1))
    x = b.node("Relu", b.node("Conv", x, b.weights(16, 12, 8, 12), b.weights(16)))
    weights = b.weights(3, 16, 1, 1)
    b.nodes.append(helper.make_node("Conv", [x, weights], ["verdict"], name="/verdict"))
    up = b.node("Resize", inner, "", b.constant(np.array([1, 1, 2, 2], "f4")), mode="nearest",
                nearest_mode="floor", coordinate_transformation_mode="asymmetric")
    up = b.node("Relu", b.conv(b.node("Concat", up, half, axis=1), 56, 16))
    up = b.node("Resize", up, "", b.constant(np.array([1, 1, 2, 2], "f4")), mode="nearest",
                nearest_mode="floor", coordinate_transformation_mode="asymmetric")
    weights = b.weights(5, 32, 3, 3)
    joined = b.node("Concat", up, outer, axis=1)
    b.nodes.append(helper.make_node("Conv", [joined, weights], ["map"], name="/map", pads=[1] * 4))
    b.save("two_outputs", "map", 13, "verdict")


if __name__ == "__main__":
    convolutions()
    pointwise()
    pooling_and_resampling()
    unet_pytorch()
    unet_keras()
    unet_residual()
    sharing()
    two_outputs()
    total = sum(p.stat().st_size for p in FOLDER.iterdir() if p.suffix in (".onnx", ".f32"))
    print(f"{total} bytes in {len(list(FOLDER.glob('*.onnx')))} models")
