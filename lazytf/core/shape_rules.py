"""Shape rules shared by many ops. A rule reads an operation and gives one static shape per output.

A static shape is a tuple of ``int | None``, or None where not even the rank is known. A rule that finds the inputs
impossible raises ``ShapeError``; who applies the op adds its name and what its inputs were.
"""

from lazytf.core import shapes


class ShapeError(ValueError):
    """Inputs whose shapes an op cannot take.

    ``computed`` and ``partial`` tell which values of inputs the rule looked at, as ``{input index: text}``.
    """

    def __init__(self, message, computed=None, partial=None):
        super().__init__(message)
        self.computed, self.partial = computed or {}, partial or {}


def scalar(op):
    return [()] * len(op.outputs) if op.outputs else [()]


def no_output(op):
    return []


def unchanged(op):
    """The first input's shape."""
    return [op._inputs[0]._shape]


def unknown(op):
    return [None]


def from_attr(op):
    """The attr ``shape``."""
    return [op._attrs["shape"]]


def broadcast(op):
    """NumPy's broadcasting of the first two inputs."""
    try:
        return [shapes.broadcast(op._inputs[0]._shape, op._inputs[1]._shape)]
    except ValueError as e:
        raise ShapeError(str(e)) from None


def merged(op):
    """All inputs have one shape."""
    shape = None
    for t in op._inputs:
        shape = merge(shape, t._shape)
    return [shape]


def merge(a, b):
    """Two shapes that must be one; ``ShapeError`` in TensorFlow's words."""
    try:
        return shapes.merge_inferred(a, b)
    except ValueError as e:
        raise ShapeError(str(e)) from None


def merge_dimensions(a, b):
    """Two dimensions that must be one."""
    if a is None or b is None or a == b:
        return b if a is None else a
    raise ShapeError(f"Dimensions must be equal, but are {a} and {b}")


def with_rank(op, index, rank):
    """The shape of input ``index``, which must have that rank: ``[None] * rank`` where unknown."""
    shape = op._inputs[index]._shape
    if shape is None:
        return (None,) * rank
    if len(shape) != rank:
        raise ShapeError(f"Shape must be rank {rank} but is rank {len(shape)}")
    return shape


def at_least_rank(op, index, rank):
    """The shape of input ``index``, which must have that rank or more; None where unknown."""
    shape = op._inputs[index]._shape
    if shape is not None and len(shape) < rank:
        raise ShapeError(f"Shape must be at least rank {rank} but is rank {len(shape)}")
    return shape
