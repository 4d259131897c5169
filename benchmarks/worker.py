"""The process one contender lives in: ``python -m benchmarks.worker CONTENDER`` answers each line it reads by a line.

Both are JSON. A contender is ``lazytf``, ``tensorflow`` (whichever version this Python has) or ``torch RIVAL``.

    ["load"]                     imports what the contender needs; answers {module: CPU seconds of its import}
    ["build", workload]          makes the workload's steps; answers their names
    ["result", step, n]          takes n steps; answers the mean of the last result, or null
    ["calibrate", step, seconds] finds how many steps take about so many CPU seconds, and remembers; answers it
    ["time", step]               takes that many steps; answers CPU seconds per step
    ["stages", workload, case]   goes through its stages once; answers [[stage, CPU seconds, MiB held since the
                                 first], ...]

Answers are ``{"ok": value}`` or ``{"error": sentence}``. Must stay valid Python 3.7: TensorFlow 1.15 runs it.
"""

import gc
import importlib
import json
import os
import re
import sys
import time

import numpy as np


class Worker:
    """What was loaded and built. Its public methods are the requests."""

    def __init__(self, contender):
        self._kind, _, self._rival = contender.partition(" ")
        self._counts = {}

    def load(self):
        seconds = {}
        for name in ["torch", "lazytf"] if self._kind == "lazytf" else [self._kind]:
            start = time.process_time()
            module = importlib.import_module(name)
            seconds[name] = time.process_time() - start
        if "torch" in seconds:
            sys.modules["torch"].set_num_threads(1)
        self._tf = _version_1(module) if self._kind == "tensorflow" else module
        return seconds

    def build(self, workload):
        if self._kind == "torch":
            self._steps = importlib.import_module(f"benchmarks.{workload}_torch").RIVALS[self._rival]()
        else:
            self._steps = importlib.import_module(f"benchmarks.{workload}").build(self._tf)
        return list(self._steps)

    def result(self, step, n):
        for _ in range(n):
            value = self._steps[step]()
        return None if value is None else float(np.mean(value))

    def calibrate(self, step, seconds):
        self._counts[step] = 1
        while True:
            taken = self.time(step) * self._counts[step]
            if taken > seconds / 4:
                break
            self._counts[step] *= 2
        self._counts[step] = max(1, round(self._counts[step] * seconds / taken))
        return self._counts[step]

    def time(self, step):
        take, n = self._steps[step], self._counts[step]
        start = time.process_time()
        for _ in range(n):
            take()
        return (time.process_time() - start) / n

    def stages(self, workload, case):
        stages = importlib.import_module(f"benchmarks.{workload}").stages(self._tf, case)
        next(stages)  # the warm-up
        before, measured = _held(), []
        while True:
            start = time.process_time()
            stage = next(stages, None)
            seconds = time.process_time() - start
            if stage is None:
                return measured
            measured.append([stage, seconds, _held() - before])


def _version_1(tensorflow):
    """TensorFlow's module as TensorFlow 1 programs know it."""
    if tensorflow.__version__.startswith("1."):
        return tensorflow
    tf = importlib.import_module("tensorflow.compat.v1")
    tf.disable_v2_behavior()
    return tf


def _held():
    """MiB of resident memory that is no file's (neither code nor data mapped from disk), garbage collected first."""
    gc.collect()
    with open("/proc/self/status") as status:
        return int(re.search(r"RssAnon:\s+(\d+) kB", status.read()).group(1)) / 1024


def _serve(worker, requests, answers):
    for line in requests:
        verb, *arguments = json.loads(line)
        try:
            answer = {"ok": getattr(worker, verb)(*arguments)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {' '.join(str(error).split())}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print must not mix with the answers
    _serve(Worker(sys.argv[1]), sys.stdin, answers)
