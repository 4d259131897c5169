"""Choosing elements by condition or by value: where, masks, unique, permutations."""

from typing import NamedTuple

import numpy as np
import torch

from lazytf.core import contents, dtypes, shapes
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.registry import op
from lazytf.core.shape_rules import ShapeError, with_rank
from lazytf.ops.measuring import shape
from lazytf.ops.sentences import bracketed, refuse

# -- where ----------------------------------------------------------------------------------------------------------


def _where_shape(op):
    shape = op._inputs[0]._shape
    return [(None, None if shape is None else len(shape))]


@op(
    "Where(input: T, T: {float32, float64, int32, uint8, int16, int8, complex64, int64, qint8, "
    "quint8, qint32, bfloat16, uint16, "
    "complex128, float16, uint32, uint64, bool} = bool) -> (index: int64)",
    shape=_where_shape,
    gradient=False,
)
def Where(input):
    if not input.dim():
        refuse("WhereOp: Unhandled input dimensions: 0")
    return input.nonzero()


@Where.on_host_too
def _(input):
    if not np.ndim(input):
        refuse("WhereOp: Unhandled input dimensions: 0")
    return np.argwhere(input).astype(np.int64)


def _merged(*given):
    shape = None
    for s in given:
        try:
            shape = shapes.merge_inferred(shape, s)
        except ValueError as e:
            raise ShapeError(str(e)) from None
    return shape


def _selected(op):
    """A condition of the branches' own shape, of one flag for each row, or of one for all."""
    condition, then, other = (t._shape for t in op._inputs)
    shape = _merged(then, other)
    if condition is None or shape is None:
        return [shape]
    if not condition:
        return [shape]
    if len(condition) == 1 and len(shape) > 1:
        return [(*_merged(condition, shape[:1]), *shape[1:])]
    return [_merged(shape, condition)]


def _select_trouble(condition, t, e):
    if tuple(t.shape) != tuple(e.shape):
        return (
            f"'then' and 'else' must have the same size.  but received: {bracketed(t.shape)} vs. {bracketed(e.shape)}"
        )
    if len(condition.shape) == 1 and len(t.shape) != 1:
        if not t.shape:
            return "'then' must be at least a vector, but saw shape: []"
        if t.shape[0] != condition.shape[0]:
            return (
                f"Number of batches of 'then' must match size of 'cond', but saw: {t.shape[0]} vs. {condition.shape[0]}"
            )
        return None
    if condition.shape and tuple(condition.shape) != tuple(t.shape):
        return (
            "Inputs to operation Select of type Select must have the same size and shape.  "
            f"Input 0: {bracketed(condition.shape)} != input 1: {bracketed(t.shape)}"
        )
    return None


@op("Select(condition: bool, t: T, e: T, T: type) -> (output: T)", shape=_selected, no_gradient_inputs=("condition",))
def Select(condition, t, e):
    if not (condition.shape == t.shape == e.shape):
        refuse(_select_trouble(condition, t, e))
        condition = condition.view(condition.shape + (1,) * (t.dim() - condition.dim()))
    return torch.where(condition, t, e)


@Select.on_host_too
def _(condition, t, e):
    condition, t, e = np.asarray(condition), np.asarray(t), np.asarray(e)
    refuse(_select_trouble(condition, t, e))
    return np.where(condition.reshape(condition.shape + (1,) * (t.ndim - condition.ndim)), t, e)


def _select_broadcast(op):
    shape = ()
    for t in op._inputs:
        try:
            shape = shapes.broadcast(shape, t._shape)
        except ValueError as e:
            raise ShapeError(str(e)) from None
    return [shape]


def _select_v2_trouble(condition, t, e):
    return (
        f"condition {bracketed(condition.shape)}, then {bracketed(t.shape)}, and else {bracketed(e.shape)} must be "
        "broadcastable"
    )


@op(
    "SelectV2(condition: bool, t: T, e: T, T: type) -> (output: T)",
    shape=_select_broadcast,
    explain=_select_v2_trouble,
    no_gradient_inputs=("condition",),
)
def SelectV2(condition, t, e):
    return torch.where(condition, t, e)


@SelectV2.on_host_too
def _(condition, t, e):
    return np.where(condition, t, e)


def where(condition, x=None, y=None, name=None):
    """Elements of ``x`` where ``condition`` is true, of ``y`` where it is false; alone, the indices of its true
    elements.

    ``x`` and ``y`` have one shape, and ``condition`` has it too, or is a vector with a flag for each row, or a
    scalar. Indices are int64 ``[count, rank]``, in order. ``ValueError`` where one of ``x`` and ``y`` is missing.
    """
    if x is None and y is None:
        with name_scope(name, "Where", [condition]) as name:
            return raw.Where(convert_to_tensor(condition, preferred_dtype=dtypes.bool_, name="condition"), name=name)
    if x is None or y is None:
        raise ValueError("x and y must both be non-None or both be None.")
    return raw.Select(condition, x, y, name=name)


def where_v2(condition, x=None, y=None, name=None):
    """As ``where``, but ``condition``, ``x`` and ``y`` broadcast against each other."""
    if x is None and y is None:
        return where(condition, name=name)
    if x is None or y is None:
        raise ValueError("x and y must both be non-None or both be None.")
    return raw.SelectV2(condition, x, y, name=name)


# -- masks ----------------------------------------------------------------------------------------------------------


def boolean_mask(tensor, mask, name="boolean_mask", axis=None):
    """The elements, or rows, of ``tensor`` at which ``mask`` is true: ``[..., count, ...]``, in order.

    ``mask`` lies over the dimensions of ``tensor`` from ``axis`` (0) on, which become one. ``ValueError`` where its
    rank is unknown or 0, or where the shapes do not fit.
    """
    with name_scope(name, None, [tensor, mask]):
        tensor = convert_to_tensor(tensor, name="tensor")
        mask = convert_to_tensor(mask, name="mask")
        count = mask.shape.ndims
        if count == 0:
            raise ValueError("mask cannot be scalar.")
        if count is None:
            raise ValueError(
                "Number of mask dimensions must be specified, even if some dimensions are None.  E.g. shape=[None] is "
                "ok, but shape=None is not."
            )
        axis = contents.scalar(convert_to_tensor(axis)) if hasattr(axis, "_shape") else axis or 0
        static = tensor.shape
        static[axis : axis + count].assert_is_compatible_with(mask.shape)
        masked = raw.Prod(shape(tensor)[axis : axis + count], [0], name="Prod")
        sizes = [shape(tensor)[:axis], [masked], shape(tensor)[axis + count :]]
        tensor = raw.Reshape(tensor, raw.ConcatV2(sizes, 0, name="concat"))
        first = static[axis : axis + count].num_elements()
        tensor.set_shape(shapes.as_shape(static[:axis]).concatenate([first]).concatenate(static[axis + count :]))
        mask = raw.Reshape(mask, [-1])
        indices = raw.Squeeze(where(mask), squeeze_dims=[1])
        return raw.GatherV2(tensor, indices, axis)


# -- unique values and permutations ---------------------------------------------------------------------------------


def _unique_shape(op):
    with_rank(op, 0, 1)
    return [(None,), op._inputs[0]._shape, (None,)][: len(op.op_type.schema.outputs)]


def _ordered_unique(x):
    """The distinct elements of a vector in the order of first appearance, the place of each element, and the counts."""
    if np.ndim(x) != 1:
        refuse("unique expects a 1D vector.")
    values, first, places, counts = np.unique(x, return_index=True, return_inverse=True, return_counts=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return values[order], rank[places.reshape(-1)], counts[order]


@op("Unique(x: T, T: type, out_idx: {index} = int32) -> (y: T, idx: out_idx)", shape=_unique_shape, gradient=False)
def Unique(x, out_idx):
    y, idx, _ = _torch_unique(x)
    return y, idx.to(out_idx)


@op(
    "UniqueWithCounts(x: T, T: type, out_idx: {index} = int32) -> (y: T, idx: out_idx, count: out_idx)",
    shape=_unique_shape,
    gradient=False,
)
def UniqueWithCounts(x, out_idx):
    y, idx, count = _torch_unique(x)
    return y, idx.to(out_idx), count.to(out_idx)


def _torch_unique(x):
    if x.dim() != 1:
        refuse("unique expects a 1D vector.")
    values, places, counts = torch.unique(x, return_inverse=True, return_counts=True)
    first = torch.full((len(values),), len(x), device=x.device).scatter_reduce(
        0, places, torch.arange(len(x), device=x.device), "amin"
    )
    order = first.argsort()
    rank = torch.empty_like(order)
    rank[order] = torch.arange(len(order), device=x.device)
    return values[order], rank[places], counts[order]


@Unique.on_host_too
def _(x, out_idx):
    y, idx, _ = _ordered_unique(x)
    return y, idx.astype(out_idx)


@UniqueWithCounts.on_host_too
def _(x, out_idx):
    y, idx, count = _ordered_unique(x)
    return y, idx.astype(out_idx), count.astype(out_idx)


class _Unique(NamedTuple):
    y: object
    idx: object


class _UniqueWithCounts(NamedTuple):
    y: object
    idx: object
    count: object


def unique(x, out_idx=dtypes.int32, name=None):
    """``(y, idx)``: the distinct elements of the vector ``x`` in order of first appearance, and ``x[i] ==
    y[idx[i]]``.
    """
    return _Unique(*raw.Unique(x, out_idx=out_idx, name=name))


def unique_with_counts(x, out_idx=dtypes.int32, name=None):
    """``(y, idx, count)``: as ``unique``, and how often each element occurs."""
    return _UniqueWithCounts(*raw.UniqueWithCounts(x, out_idx=out_idx, name=name))


def _permutation(op):
    return [with_rank(op, 0, 1)]


@op("InvertPermutation(x: T, T: {index} = int32) -> (y: T)", shape=_permutation, gradient=None, on_host=True)
def InvertPermutation(x):
    x = np.asarray(x)
    if x.ndim != 1:
        refuse("invert_permutation expects a 1D vector.")
    seen = set()
    for place in x.tolist():
        if not 0 <= place < len(x):
            refuse(f"{place} is not between 0 and {len(x) - 1}")
        if place in seen:
            refuse(f"{place} is duplicated in the input.")
        seen.add(place)
    inverse = np.empty_like(x)
    inverse[x] = np.arange(len(x), dtype=x.dtype)
    return inverse


def invert_permutation(x, name=None):
    """The permutation that undoes ``x``, a vector that holds each of 0, ..., n - 1 once: ``y[x[i]] == i``."""
    return raw.InvertPermutation(x, name=name)
