#!/usr/bin/env python3
"""Compares the engine with ONNX Runtime, OpenVINO, ncnn, MNN, PyTorch and TensorFlow Lite on the same networks.

    compare_engines.py HINGED FOLDER [--threads N] [--rounds N] [--engines LIST] [--cpus LIST] [MODEL.onnx ...]

HINGED is the built program. Without models, the two of build_models.py. Every engine runs in a process of its own,
and they are measured in turns, so that whatever else the machine does hits all alike; medians are compared. The
table counts the time on the clock and, because a shared machine stretches that, the processor time; with one thread
and --cpus 0 the latter is what to compare. Engines that are not installed or fail are named and left out. Needs
numpy and onnx, and of onnxruntime, openvino with nncf, ncnn with pnnx, MNN, torch, ai-edge-litert with onnx2tf
what is to be compared.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys

import numpy as np

import build_models

HERE = pathlib.Path(__file__).resolve().parent
PEERS = ["onnxruntime", "openvino", "ncnn", "mnn", "pytorch", "tflite", "openvino-bf16", "ncnn-bf16", "mnn-bf16",
         "pytorch-bf16", "onnxruntime-int8", "openvino-int8", "tflite-int8"]
OWN = ["hinged", "hinged-bf16", "hinged-int8"]


class Engine:
    def __init__(self, name, model, arguments):
        self.name, self.times, self.megabytes, self.output = name, [], 0, None
        data, folder = arguments.folder / (model.stem + ".frame.f32"), arguments.folder / "converted"
        if name in OWN:
            command = [arguments.hinged, "bench", "--network", model, "--input", data, "--serve",
                       "--threads", str(arguments.threads), "--precision", name.partition("-")[2] or "fp32"]
        else:
            command = [sys.executable, HERE / "engine_worker.py", name, model, data, str(arguments.threads), folder]
        if arguments.cpus:
            command = ["taskset", "-c", arguments.cpus, *command]
        self.errors = open(folder / f"{name}.log", "w")
        self.process = subprocess.Popen([str(each) for each in command], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.errors, text=True)
        self.start = self.answer()

    def answer(self):
        for line in self.process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        raise RuntimeError(f"no answer; see {self.errors.name}")

    def run(self, frames):
        self.process.stdin.write(f"{frames}\n")
        self.process.stdin.flush()
        self.times += self.answer()["times"]
        self.megabytes = peak_megabytes(self.process.pid)

    def end(self):
        self.process.stdin.close()
        self.output = np.array(self.answer()["output"], "f4")
        self.process.wait()

    def median(self, which):
        return statistics.median(each[which] for each in self.times)

    @property
    def precision(self):
        return self.name.partition("-")[2] or "fp32"


def peak_megabytes(process):
    """Since its program began: what getrusage tells counts the one that started it, too."""
    lines = pathlib.Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024


def start(names, model, arguments):
    engines = []
    for name in names:
        try:
            # The first start may convert the model, and its memory counts that; the second is measured.
            Engine(name, model, arguments).end()
            engines.append(Engine(name, model, arguments))
        except (RuntimeError, OSError, ValueError) as error:
            print(f"{name}: left out ({error})", flush=True)
    return engines


def table(model, engines, which, threads):
    own = next((each for each in engines if each.name in OWN), None)
    operations, peaks = own.start["operations"], {
        each.precision: each.start["peak"] for each in engines if each.name in OWN}
    reference = next((each for each in engines if each.name == "onnxruntime"), own)
    print(f"\n{model.stem}, {operations / 1e9:.1f} GFLOP, {threads} thread(s)\n")
    print("| engine | ms a frame | processor ms | GFLOP/s | of the peak | load ms | first frame ms | MB |"
          " largest difference |\n|---|---|---|---|---|---|---|---|---|")
    for each in sorted(engines, key=lambda each: each.median(which)):
        wall, processor = each.median(0), each.median(1)
        peak = peaks.get(each.precision if each.precision == "int8" else "fp32")
        share = f"{100 * operations / processor / peak:.0f} %" if peak else ""
        difference = np.abs(each.output - reference.output).max()
        print(f"| {each.name} | {wall * 1e3:.2f} | {processor * 1e3:.2f} | {operations / wall / 1e9:.0f} | {share} "
              f"| {each.start['load'] * 1e3:.0f} | {each.start['first'] * 1e3:.1f} | {each.megabytes} "
              f"| {difference:.1e} |")
    return {each.precision: each.median(which) for each in engines if each.name in OWN}


def ratios(engines, own, which):
    """How many times faster than the fastest peer of each precision."""
    for precision in ("fp32", "bf16", "int8"):
        peers = [each for each in engines if each.name not in OWN and each.precision == precision]
        if not peers or precision not in own:
            continue
        fastest = min(peers, key=lambda each: each.median(which))
        print(f"{precision}: {fastest.median(which) / own[precision]:.2f} x the fastest peer, {fastest.name}")
        if precision == "int8":
            best = min(own.values())
            print(f"fastest precision: {fastest.median(which) / best:.2f} x the fastest int8 peer")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("hinged", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("models", nargs="*", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--frames", type=int, default=3, help="frames an engine and round")
    parser.add_argument("--engines", default=",".join(OWN + PEERS))
    parser.add_argument("--cpus", help="processors to run on, as taskset takes them")
    arguments = parser.parse_intermixed_args()
    arguments.folder = arguments.folder.resolve()
    (arguments.folder / "converted").mkdir(parents=True, exist_ok=True)
    if not arguments.models:
        build_models.build(arguments.folder)
        arguments.models = sorted(arguments.folder.glob("*.onnx"))
    which = 1 if arguments.threads == 1 else 0
    print("compared by", "processor time" if which else "time on the clock")
    for model in arguments.models:
        frame = np.random.default_rng(1).random((build_models.SIZE, build_models.SIZE), "f4")
        frame.tofile(arguments.folder / (model.stem + ".frame.f32"))
        engines = start(arguments.engines.split(","), model.resolve(), arguments)
        for _ in range(arguments.rounds):
            for each in engines:
                each.run(arguments.frames)
        for each in engines:
            each.end()
        ratios(engines, table(model, engines, which, arguments.threads), which)


if __name__ == "__main__":
    main()
