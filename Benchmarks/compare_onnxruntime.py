#!/usr/bin/env python3
"""Compares the engine with ONNX Runtime on large models.

    compare_onnxruntime.py FOLDER [MODEL.onnx ...]

Fills FOLDER with the two networks of build_models.py and with the models named, each with a random input and
with what ONNX Runtime computes, and then runs the golden tests of the package on it: the largest difference,
relative to the largest output, must stay below 1e-4. The tests print load and frame times; ONNX Runtime's own
are printed here. Needs numpy, onnx and onnxruntime.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import time

import numpy as np
import onnxruntime

import build_models

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
RELEASE = ["-c", "release", "-Xswiftc", "-enable-testing", "--scratch-path", ".build/tests"]


def session(path, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def write_golden(path):
    """Writes input and output beside the model and prints ONNX Runtime's times."""
    runtime = session(path, 1)
    info = runtime.get_inputs()[0]
    shape = [size if isinstance(size, int) else 1 for size in info.shape]
    data = np.random.default_rng(3).random(shape, "f4")
    result = runtime.run(None, {info.name: data})[0]
    data.tofile(path.with_suffix(".input.f32"))
    result.tofile(path.with_suffix(".output.f32"))
    for threads in (1, 2):
        runtime, times = session(path, threads), []
        for _ in range(6):
            start = time.perf_counter()
            runtime.run(None, {info.name: data})
            times.append(time.perf_counter() - start)
        print(f"{path.stem}: onnxruntime, {threads} threads, best {min(times) * 1e3:.1f} ms", flush=True)


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    build_models.build(folder)
    for model in sys.argv[2:]:
        shutil.copy(model, folder)
    for path in sorted(folder.glob("*.onnx")):
        write_golden(path)
    subprocess.run(["swift", "build", *RELEASE, "--build-tests"], cwd=REPOSITORY, check=True)
    subprocess.run(["swift", "test", *RELEASE, "--skip-build", "--filter", "GoldenTests"], cwd=REPOSITORY,
                   check=True, env={**os.environ, "HINGED_GOLDEN_DIR": str(folder)})


if __name__ == "__main__":
    main()
