"""Does a long training run keep its memory? Prints the resident memory after 1,000 and after 100,000 steps of W1.

python -m benchmarks.memory [--steps 100000]
"""

import argparse
import gc

import lazytf as tf
from benchmarks import w1_tutorial

FIRST = 1000  # by then the plan is a flat program and everything is allocated


def resident():
    """The process's resident memory in KiB, from the kernel."""
    gc.collect()
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def main():
    """Runs the command line."""
    parser = argparse.ArgumentParser(description="Resident memory of the tutorial's training, early and late.")
    parser.add_argument("--steps", type=int, default=100_000, help="steps to train (default: 100000)")
    steps = parser.parse_args().steps
    (step,) = w1_tutorial.build(tf).values()
    for _ in range(FIRST):
        step()
    before = resident()
    for _ in range(steps - FIRST):
        step()
    after = resident()
    for count, kilobytes in ((FIRST, before), (steps, after)):
        print(f"after {count:6d} steps: {kilobytes / 1024:.1f} MiB")
    print(f"growth: {after / before - 1:+.2%}")


if __name__ == "__main__":
    main()
