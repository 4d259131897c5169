"""The joints of a conditional: values go on to one of two sides, and come together again.

A plan turns what stands between them into Python's ``if`` (see ``lazytf/runtime/structure.py``), so none of these has a
kernel that runs. ``Switch`` hands its data to ``output_true`` or ``output_false``; the other output is dead, and so
is whatever depends on it, up to the ``Merge`` that takes whichever input is alive.
"""

from lazytf.core.registry import op
from lazytf.core.shape_rules import with_rank
from lazytf.core.shapes import common


def _both(op):
    with_rank(op, 1, 0)
    return [op._inputs[0]._shape] * 2


def _joined(op):
    return [common([t._shape for t in op._inputs]), ()]


def _unreached(*_):
    raise AssertionError("a plan writes branches as Python's own")


@op(
    "Switch(data: T, pred: host bool, T: type) -> (output_false: T, output_true: T)",
    shape=_both,
    role="switch",
    view=True,
)
def Switch(data, pred):
    _unreached()


@op(
    "RefSwitch(data: ref T, pred: host bool, T: type) -> (output_false: ref T, output_true: ref T)",
    shape=_both,
    role="switch",
    writes=(),
    view=True,
)
def RefSwitch(data, pred):
    _unreached()


@op(
    "Merge(inputs: N*T, N: int >= 1, T: type) -> (output: T, value_index: int32)",
    shape=_joined,
    role="merge",
    view=True,
)
def Merge(inputs):
    _unreached()


@op(
    "RefMerge(inputs: ref N*T, T: type, N: int >= 1) -> (output: ref T, value_index: int32)",
    shape=_joined,
    role="merge",
    writes=(),
    view=True,
)
def RefMerge(inputs):
    _unreached()
