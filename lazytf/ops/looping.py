"""The joints of a loop: values enter a frame, go round in it, and leave it again.

    x ─ Enter ─ Merge ─ Switch ─:0─ Exit ─ result          ─ NextIteration ─┐
                 ▲        │ └──:1── body ──────────────────────────────────┘ back to Merge
                 └────────┘  LoopCond decides the switch

A plan turns a frame into Python's loop (see ``lazytf/runtime/frames.py``), so none of these has a kernel that runs.
"""

from lazytf.core.registry import op
from lazytf.core.shape_rules import no_output, unchanged, with_rank


def _entered(op):
    """What never changes in a loop is as it was; what does may change its shape too, as the loop's builder says."""
    return unchanged(op) if op._attrs["is_constant"] else [None]


def _unreached(*_):
    raise AssertionError("a plan writes loops as Python's own")


@op(
    "Enter(data: T, T: type, frame_name: attr string, is_constant: bool = False, parallel_iterations: int = 10) -> "
    "(output: T)",
    shape=_entered,
    role="enter",
    view=True,
)
def Enter(data):
    _unreached()


@op(
    "RefEnter(data: ref T, T: type, frame_name: attr string, is_constant: bool = False, parallel_iterations: int = 10) "
    "-> (output: ref T)",
    shape=unchanged,
    role="enter",
    writes=(),
    view=True,
)
def RefEnter(data):
    _unreached()


@op("Exit(data: T, T: type) -> (output: T)", shape=unchanged, role="exit", view=True)
def Exit(data):
    _unreached()


@op("RefExit(data: ref T, T: type) -> (output: ref T)", shape=unchanged, role="exit", writes=(), view=True)
def RefExit(data):
    _unreached()


@op("NextIteration(data: T, T: type) -> (output: T)", shape=unchanged, role="next", view=True)
def NextIteration(data):
    _unreached()


@op(
    "RefNextIteration(data: ref T, T: type) -> (output: ref T)",
    shape=unchanged,
    role="next",
    writes=(),
    view=True,
)
def RefNextIteration(data):
    _unreached()


@op("LoopCond(input: host bool) -> (output: bool)", shape=lambda op: [with_rank(op, 0, 0)], role="condition")
def LoopCond(input):
    _unreached()


@op("ControlTrigger() -> ()", shape=no_output, gradient=None)
def ControlTrigger():
    pass
