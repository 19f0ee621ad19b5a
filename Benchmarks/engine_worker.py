#!/usr/bin/env python3
"""One engine on one ONNX network in a process of its own, driven by compare_engines.py over lines.

    engine_worker.py ENGINE MODEL.onnx INPUT.f32 THREADS FOLDER

Lines in: how many frames to run. Lines out, as JSON: what was measured. FOLDER holds converted models, so that the
conversion counts once. ENGINE is a name of ENGINES, `name` or `name-precision`.
"""
import json
import pathlib
import subprocess
import sys
import time

import numpy as np


def calibration(frame):
    """The frame that is measured, as the engine of this package is calibrated too."""
    return [frame] * 4


def onnxruntime(path, frame, threads, folder, precision):
    import onnxruntime as runtime
    if precision == "int8":
        from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

        class Reader(CalibrationDataReader):
            def __init__(self):
                self.frames = iter(calibration(frame))

            def get_next(self):
                return next(({"input": each} for each in self.frames), None)

        target = folder / (path.stem + ".ort.int8.onnx")
        if not target.exists():
            quantize_static(path, target, Reader(), quant_format=QuantFormat.QDQ, per_channel=True,
                            activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8)
        path = target
    options = runtime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda: session.run(None, {name: frame})[0]


def openvino(path, frame, threads, folder, precision):
    import openvino as ov
    core = ov.Core()
    if precision == "int8":
        target = folder / (path.stem + ".ov.int8.xml")
        if not target.exists():
            import nncf
            ov.save_model(nncf.quantize(core.read_model(path), nncf.Dataset(calibration(frame)), subset_size=4),
                          target)
        path = target
    model = core.compile_model(path, "CPU", {
        "PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1,
        "INFERENCE_PRECISION_HINT": "bf16" if precision == "bf16" else "f32", "ENABLE_CPU_PINNING": False})
    request = model.create_infer_request()

    def run():
        request.infer({0: frame})
        return request.get_output_tensor(0).data
    return run


def ncnn(path, frame, threads, folder, precision):
    import shutil

    import ncnn
    copy = folder / path.name
    if not copy.with_suffix(".ncnn.param").exists():
        shutil.copy(path, copy)
        shape = ",".join(map(str, frame.shape))
        tool = pathlib.Path(sys.executable).parent / "pnnx"
        subprocess.run([tool, copy, f"inputshape=[{shape}]", "fp16=0"], cwd=folder, stdout=subprocess.DEVNULL,
                       check=True)
    net = ncnn.Net()
    net.opt.num_threads = threads
    net.opt.use_bf16_storage = precision == "bf16"
    net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
    net.load_param(str(copy.with_suffix(".ncnn.param")))
    net.load_model(str(copy.with_suffix(".ncnn.bin")))

    def run():
        extractor = net.create_extractor()
        extractor.input("in0", ncnn.Mat(frame[0]))
        return np.array(extractor.extract("out0")[1])[None]
    return run


def mnn(path, frame, threads, folder, precision):
    import MNN.expr
    import MNN.nn
    target = folder / (path.stem + ".mnn")
    if not target.exists():
        tool = pathlib.Path(sys.executable).parent / "mnnconvert"
        subprocess.run([tool, "-f", "ONNX", "--modelFile", path, "--MNNModel", target, "--bizCode", "x"],
                       stdout=subprocess.DEVNULL, check=True)
    manager = MNN.nn.create_runtime_manager(
        ({"backend": "CPU", "numThread": threads, "precision": "low" if precision == "bf16" else "high"},))
    import onnx
    graph = onnx.load(path, load_external_data=False).graph
    net = MNN.nn.load_module_from_file(
        str(target), [graph.input[0].name], [graph.output[0].name], runtime_manager=manager)

    def run():
        tensor = MNN.expr.placeholder(list(frame.shape), MNN.expr.NCHW)
        tensor.write(frame)
        return np.array(MNN.expr.convert(net.forward(tensor), MNN.expr.NCHW).read())
    return run


def pytorch(path, frame, threads, folder, precision):
    """The operators of the benchmark networks, by hand."""
    import onnx
    import torch
    import torch.nn.functional as functional
    from onnx import numpy_helper
    torch.set_num_threads(threads)
    graph = onnx.load(path).graph
    kind = torch.bfloat16 if precision == "bf16" else torch.float32
    weights = {each.name: torch.from_numpy(numpy_helper.to_array(each).copy()) for each in graph.initializer}
    layout = torch.channels_last

    def tensor(array):
        return array.to(kind).contiguous(memory_format=layout) if array.ndim == 4 else array.to(kind)
    weights = {name: tensor(each) for name, each in weights.items() if each.dtype == torch.float32}
    operators = {
        "Conv": lambda x, w, b=None: functional.conv2d(x, w, b, padding=w.shape[2] // 2),
        "Relu": lambda x: torch.relu(x), "MaxPool": lambda x: functional.max_pool2d(x, 2),
        "Resize": lambda x, *_: functional.interpolate(x, scale_factor=2, mode="nearest"),
        "Concat": lambda *x: torch.cat(x, 1), "Softmax": lambda x: torch.softmax(x, 1)}

    def run():
        with torch.inference_mode():
            values = {graph.input[0].name: tensor(torch.from_numpy(frame))}
            for node in graph.node:
                inputs = [values.get(name, weights.get(name)) for name in node.input if name]
                values[node.output[0]] = operators[node.op_type](*inputs)
            return values[graph.output[0].name].float().contiguous().numpy()
    return run


def tflite(path, frame, threads, folder, precision):
    from ai_edge_litert.interpreter import Interpreter
    target = folder / path.stem / f"{path.stem}_{'full_integer_quant' if precision == 'int8' else 'float32'}.tflite"
    if not target.exists():
        import onnx2tf
        options = {}
        if precision == "int8":
            pictures = folder / f"{path.stem}.calibration.npy"
            np.save(pictures, np.concatenate(calibration(frame)).transpose(0, 2, 3, 1))
            options = {"output_integer_quantized_tflite": True,
                       "custom_input_op_name_np_data_path": [["input", str(pictures), [[[[0.0]]]], [[[[1.0]]]]]]}
        onnx2tf.convert(str(path), output_folder_path=str(folder / path.stem), non_verbose=True, **options)
    interpreter = Interpreter(str(target), num_threads=threads)
    interpreter.allocate_tensors()
    source, result = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    scale, zero = source["quantization"]
    picture = frame.transpose(0, 2, 3, 1)
    if source["dtype"] != np.float32:
        picture = np.round(picture / scale + zero).astype(source["dtype"])

    def run():
        interpreter.set_tensor(source["index"], picture)
        interpreter.invoke()
        array = interpreter.get_tensor(result["index"]).astype("f4")
        if result["dtype"] != np.float32:
            array = (array - result["quantization"][1]) * result["quantization"][0]
        return array.transpose(0, 3, 1, 2)
    return run


ENGINES = {each.__name__: each for each in (onnxruntime, openvino, ncnn, mnn, pytorch, tflite)}


def main():
    name, model, data, threads, folder = sys.argv[1:]
    name, _, precision = name.partition("-")
    frame = np.fromfile(data, "f4")
    side = int(round(frame.size ** 0.5))
    frame = frame.reshape(1, 1, side, side)
    start = time.perf_counter()
    run = ENGINES[name](pathlib.Path(model), frame, int(threads), pathlib.Path(folder), precision or "fp32")
    loaded = time.perf_counter()
    output = run()
    print(json.dumps({"load": loaded - start, "first": time.perf_counter() - loaded}), flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            wall, processor = time.perf_counter(), time.process_time()
            output = run()
            times.append([time.perf_counter() - wall, time.process_time() - processor])
        print(json.dumps({"times": times}), flush=True)
    print(json.dumps({"output": np.asarray(output, "f4").ravel().tolist()}))


if __name__ == "__main__":
    main()
