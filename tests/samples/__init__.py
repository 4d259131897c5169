"""The sample table: one row, or several, for every op type; each runs under TensorFlow 1.15 and under lazytf alike.

A row names the op type it stands for, a short id, a function that builds the result, and the inputs:

    row("MatMul", "transpose_b", lambda tf, a, b: tf.matmul(a, b, transpose_b=True), spread(2, 3), spread(4, 3))

The function is called with ``lazytf`` (or ``tensorflow``) and one symbolic tensor per input, and returns a tensor, an
operation, or a (nested) list of them. Inputs are placeholders ``x0``, ``x1``, ... that are fed; the graph is built
three times, with different things ``known`` about their shapes: the whole ``shape``, only the ``rank``, or ``nothing``.
Wrap an array in ``constant(...)`` where the op wants to see the value while the graph is built (an axis, a shape), and
in ``variable(...)`` for ops that update; Python arguments simply stand in the function.

To add a row:

1. Write it into the file of its family (``arrays.py``, ``binary.py``, ...), near its kin. Keep inputs small, and away
   from kinks unless the kink is the point; a tie, an empty tensor or a negative axis is a row of its own. What
   TensorFlow refuses is a row too: give ``raises="a regular expression"`` that the message matches.
2. Record what TensorFlow does, in an environment with Python 3.7 and tensorflow 1.15.5:
   ``python -m tests.reference.record arrays`` rewrites ``tests/reference/samples/arrays.json``, one line per row.
   Read the line.
3. ``pytest tests/test_samples.py -k arrays/MyOp`` compares lazytf with it: node list, static shapes, values, gradients.

These files are read by Python 3.7 as well and import neither TensorFlow nor lazytf.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

import numpy as np

FAMILIES = (
    "making",
    "shaping",
    "arrays",
    "slicing",
    "casting",
    "unary",
    "binary",
    "reductions",
    "linalg",
    "decompositions",
    "segments",
    "nn",
    "recurrent",
    "random",
    "state",
    "handles",
    "control",
    "tensor_arrays",
    "functions",
)

# Op types that a row cannot show (they need files, threads or other processes, or TensorFlow 1.15 makes none of them)
# -> the test, below tests/, that does.
_QUEUES = "FIFOQueue PaddingFIFOQueue PriorityQueue RandomShuffleQueue".split()
_QUEUE_USES = "Enqueue EnqueueMany Dequeue DequeueMany DequeueUpTo Close IsClosed Size".split()
_SUMMARIES = "ScalarSummary HistogramSummary ImageSummary TensorSummaryV2 MergeSummary".split()
_SAVING = "SaveV2 MergeV2Checkpoints RestoreV2".split()
_LOOPS = "Enter Exit NextIteration LoopCond RefEnter RefExit RefNextIteration RefMerge ControlTrigger".split()
ELSEWHERE = {
    **{kind + version: "ops/test_queues.py" for kind in _QUEUES for version in ("", "V2")},
    **{"Queue" + use + version: "ops/test_queues.py" for use in _QUEUE_USES for version in ("", "V2")},
    **dict.fromkeys(_SUMMARIES, "ops/test_summaries.py"),
    **dict.fromkeys(_SAVING, "saving/test_saver.py"),
    **dict.fromkeys(("Switch", "RefSwitch", "Merge"), "runtime/test_structure.py"),
    **dict.fromkeys(_LOOPS, "runtime/test_frames.py"),
    "Gradients": "runtime/test_regions.py",
    "PlaceholderV2": "ops/test_placeholders.py",
    "RefIdentity": "control_flow/test_contexts.py",
}


class Row(NamedTuple):
    """One sample of one op type."""

    op: str  # the op type the row stands for
    id: str  # unique beside ``op``
    build: Callable  # build(tf, *inputs) -> tensors
    inputs: tuple  # arrays, ``Constant``s and ``Variable``s
    differentiable: tuple[int, ...] | None = None  # positions to differentiate; by default all floating inputs
    raises: str | None = None  # what the message of the expected error matches
    graph_seed: int | None = None
    runs: int = 1  # how often the result is fetched, for what continues from run to run
    rtol: float | None = None  # relative tolerance of values; by default what the dtype gives

    @property
    def name(self):
        return f"{self.op}-{self.id}"


class Constant(NamedTuple):
    """An input that stands in the graph as a constant."""

    array: np.ndarray


class Variable(NamedTuple):
    """An input that is a variable; its value is recorded after the run."""

    array: np.ndarray
    initialized: bool = True


def row(op, id, build, *inputs, **options):
    """A ``Row`` with its inputs as arrays (Python floats and integers become float32 and int32)."""
    return Row(op, id, build, tuple(_input(value) for value in inputs), **options)


def constant(value):
    """An input that is a constant of the graph, in every variant."""
    return Constant(_array(value))


def variable(value, initialized=True):
    """An input that is a variable holding ``value``, or declared and never initialized."""
    return Variable(_array(value), initialized)


def spread(*shape, **options):
    """Distinct numbers between ``low`` and ``high`` in mixed order: no ties, none at zero, no two alike nearby.

    ``seed`` changes the order, and shifts the numbers a little so that two inputs never tie.
    """
    low, high = options.get("low", -2.0), options.get("high", 2.0)
    seed, dtype = options.get("seed", 0), options.get("dtype", "float32")
    count = int(np.prod(shape, dtype=int))
    order = np.random.RandomState(seed + 7).permutation(count)
    steps = (order + 0.37 + 0.11 * (seed % 5)) / max(count, 1)
    return (low + (high - low) * steps).reshape(shape).astype(dtype)


def integers(*shape, **options):
    """Integers from ``low`` up to, not including, ``high``, in mixed order and with repetitions."""
    low, high = options.get("low", -5), options.get("high", 6)
    seed, dtype = options.get("seed", 0), options.get("dtype", "int32")
    return np.random.RandomState(seed + 3).randint(low, high, size=shape).astype(dtype)


def rows(family):
    """The rows of one family."""
    return import_module("tests.samples." + family).ROWS


def _input(value):
    return value if isinstance(value, (Constant, Variable)) else _array(value)


def _array(value):
    array = np.asarray(value)
    if array.dtype.kind in "SU":
        return np.asarray(value, dtype=object)
    if isinstance(value, (np.ndarray, np.generic)):
        return array
    return array.astype({"f": "float32", "i": "int32", "c": "complex64"}.get(array.dtype.kind, array.dtype))
