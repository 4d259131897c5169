"""Comparisons of two tensors, and logic on what they say; all give bools, broadcast as arithmetic is."""

import numpy as np
import torch

from lazytf.core import shapes
from lazytf.core.build import raw
from lazytf.core.registry import op
from lazytf.core.shape_rules import ShapeError, broadcast
from lazytf.ops.binary import incompatible
from lazytf.ops.unsigned import widened

_EQUATED = (
    "bfloat16, float16, float32, float64, uint8, int8, int16, int32, int64, complex64, quint8, qint8, "
    "qint32, string, "
    "bool, complex128"
)


def _order(type_name, kernel, host):
    """Declares an op type that orders real numbers."""
    op(
        f"{type_name}(x: T, y: T, T: {{realnumber}}) -> (z: bool)",
        shape=broadcast,
        host=host,
        gradient=None,
        explain=incompatible,
    )(kernel)


_order("Less", torch.lt, np.less)
_order("LessEqual", torch.le, np.less_equal)
_order("Greater", torch.gt, np.greater)
_order("GreaterEqual", torch.ge, np.greater_equal)


def _equated(op):
    if op._attrs["incompatible_shape_error"]:
        return broadcast(op)
    x, y = (t._shape for t in op._inputs)
    if x is None or y is None or (x != y and None in x + y):
        return [None]
    try:
        return [shapes.broadcast(x, y)]
    except ValueError:
        return [()]  # shapes that do not fit are merely different


@op(
    f"Equal(x: T, y: T, T: {{{_EQUATED}}}, incompatible_shape_error: bool = True) -> (z: bool)",
    shape=_equated,
    gradient=None,
    explain=incompatible,
)
def Equal(x, y, incompatible_shape_error):
    if incompatible_shape_error or not incompatible(x, y):
        return torch.eq(x, y)
    return torch.zeros((), dtype=torch.bool, device=x.device)


@Equal.on_host_too
def _(x, y, incompatible_shape_error):
    return np.equal(x, y) if incompatible_shape_error or not incompatible(x, y) else np.False_


@op(
    f"NotEqual(x: T, y: T, T: {{{_EQUATED}}}, incompatible_shape_error: bool = True) -> (z: bool)",
    shape=_equated,
    gradient=None,
    explain=incompatible,
)
def NotEqual(x, y, incompatible_shape_error):
    if incompatible_shape_error or not incompatible(x, y):
        return torch.ne(x, y)
    return torch.ones((), dtype=torch.bool, device=x.device)


@NotEqual.on_host_too
def _(x, y, incompatible_shape_error):
    return np.not_equal(x, y) if incompatible_shape_error or not incompatible(x, y) else np.True_


def _same_shape(op):
    x, y = op._inputs
    try:
        return [shapes.merge_inferred(x._shape, y._shape)]
    except ValueError as e:
        raise ShapeError(str(e)) from None


def _not_of_one_shape(x, y, *_):
    if x.shape != y.shape:
        return (
            "x and y must be of the same shape. "
            f"x shape: {shapes.bracketed(x.shape)}. y shape: {shapes.bracketed(y.shape)}"
        )


@op(
    "ApproximateEqual(x: T, y: T, T: {number}, tolerance: float = 9.999999747378752e-06) -> (z: bool)",
    shape=_same_shape,
    gradient=None,
    explain=_not_of_one_shape,
)
def ApproximateEqual(x, y, tolerance):
    return torch.abs(widened(x) - widened(y)) < tolerance


op(
    "LogicalAnd(x: bool, y: bool) -> (z: bool)",
    shape=broadcast,
    host=np.logical_and,
    gradient=None,
    explain=incompatible,
)(torch.logical_and)
op(
    "LogicalOr(x: bool, y: bool) -> (z: bool)", shape=broadcast, host=np.logical_or, gradient=None, explain=incompatible
)(torch.logical_or)


def less(x, y, name=None):
    """``x < y``."""
    return raw.Less(x, y, name=name)


def less_equal(x, y, name=None):
    """``x <= y``."""
    return raw.LessEqual(x, y, name=name)


def greater(x, y, name=None):
    """``x > y``."""
    return raw.Greater(x, y, name=name)


def greater_equal(x, y, name=None):
    """``x >= y``."""
    return raw.GreaterEqual(x, y, name=name)


def equal(x, y, name=None):
    """True where ``x`` and ``y`` are equal; of strings too. NaN equals nothing."""
    return raw.Equal(x, y, name=name)


def not_equal(x, y, name=None):
    """True where ``x`` and ``y`` differ; of strings too."""
    return raw.NotEqual(x, y, name=name)


def logical_and(x, y, name=None):
    """True where both are."""
    return raw.LogicalAnd(x, y, name=name)


def logical_or(x, y, name=None):
    """True where either is."""
    return raw.LogicalOr(x, y, name=name)


def logical_xor(x, y, name="LogicalXor"):
    """True where one is and the other is not."""
    return raw.LogicalAnd(raw.LogicalOr(x, y), raw.LogicalNot(raw.LogicalAnd(x, y)), name=name)
