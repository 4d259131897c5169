"""``python -m benchmarks [WORKLOAD ...]``: measures, and prints one table per workload. It asserts nothing."""

import argparse
import os
import shutil
import sys
from importlib import import_module

from benchmarks.rounds import Contender, measure_imports, measure_stages, measure_steps
from benchmarks.tables import table

WORKLOADS = {
    "W0": "w0_run",
    "W1": "w1_tutorial",
    "W2": "w2_mlp",
    "W4": "w4_lstm",
    "W8": "w8_large_graph",
    "W9": "w9_scalar_loop",
    "import": None,
}


def main():
    """Runs the command line."""
    options = _options()
    symbolic = _symbolic(options)
    for workload in options.workloads or WORKLOADS:
        print(*table(workload, _measurements(workload, symbolic, options)), "", sep="\n", flush=True)


def _measurements(workload, symbolic, options):
    if workload == "import":
        return measure_imports([*symbolic, Contender("torch", sys.executable, "torch")], options.rounds, options.core)
    name = WORKLOADS[workload]
    module = import_module(f"benchmarks.{name}")
    if hasattr(module, "stages"):
        return [
            measurement
            for case in module.CASES
            for measurement in measure_stages(name, case, symbolic, options.rounds, options.core)
        ]
    rivals = [
        Contender(f"torch {rival}", sys.executable, f"torch {rival}")
        for rival in import_module(f"benchmarks.{name}_torch").RIVALS
        if rival != "compile" or options.compile
    ]
    return measure_steps(name, symbolic + rivals, options.rounds, options.seconds, options.core)


def _symbolic(options):
    """The contenders that run the workload's own file, as far as they are installed."""
    contenders = [Contender("lazytf", sys.executable, "lazytf")]
    for name, python in ("TF 1.15", options.tf115), ("TF 2.21", options.tf221):
        if python and shutil.which(python):
            contenders.append(Contender(name, python, "tensorflow"))
        else:
            print(f"{name} is left out: {f'no Python at {python}' if python else 'its Python was not given'}")
    return contenders


def _options():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="How fast lazytf is beside its rivals.")
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help=f"{', '.join(WORKLOADS)} (default: all)")
    parser.add_argument("--tf115", metavar="PYTHON", help="a Python that has TensorFlow 1.15")
    parser.add_argument("--tf221", metavar="PYTHON", help="a Python that has TensorFlow 2, for its compat.v1")
    parser.add_argument("--compile", action="store_true", help="let torch.compile take part")
    parser.add_argument("--rounds", type=int, default=7, help="samples per contender (default: 7)")
    parser.add_argument("--seconds", type=float, default=0.2, help="CPU seconds per sample of steps (default: 0.2)")
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)), help="the core all share (the last)")
    options = parser.parse_args()
    unknown = [workload for workload in options.workloads if workload not in WORKLOADS]
    if unknown:
        parser.error(f"WORKLOAD must be of {', '.join(WORKLOADS)}; got {', '.join(unknown)}")
    return options


if __name__ == "__main__":
    main()
