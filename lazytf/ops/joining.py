"""Putting tensors together and taking them apart: concat, stack, unstack, split."""

import numpy as np
import torch

from lazytf.core import contents, dtypes, shapes
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.registry import op
from lazytf.core.shape_rules import ShapeError, merge_dimensions, with_rank
from lazytf.core.shapes import Dimension
from lazytf.ops.sentences import bracketed, computed, refuse

# -- concat ---------------------------------------------------------------------------------------------------------


def _joined(op, parts, axis_index):
    """The shape of tensors side by side along the dimension that input ``axis_index`` names."""
    with_rank(op, axis_index, 0)
    axis = contents.scalar(op._inputs[axis_index])
    ranks = {len(t._shape): None for t in parts if t._shape is not None}
    if axis is None:
        if not ranks:
            return [None]
        count = next(iter(ranks))
        if count == 0:
            raise ShapeError("Can't concatenate scalars (use tf.stack instead)")
        _same_rank(ranks, count)
        return [(None,) * count]
    least = axis + 1 if axis >= 0 else -axis
    for count in ranks:
        if count == 0:
            raise ShapeError("Can't concatenate scalars (use tf.stack instead)")
        if count < least:
            raise ShapeError(
                f"Shape must be at least rank {least} but is rank {count}", computed=computed(op, axis_index)
            )
    if not ranks:
        return [None]
    count = next(iter(ranks))
    _same_rank(ranks, count)
    axis %= count
    total, before, after = 0, (None,) * axis, (None,) * (count - axis - 1)
    for t in parts:
        shape = t._shape or (None,) * count
        total = None if total is None or shape[axis] is None else total + shape[axis]
        try:
            before = shapes.merge_inferred(before, shape[:axis])
            after = shapes.merge_inferred(after, shape[axis + 1 :])
        except ValueError as e:
            raise ShapeError(str(e), computed=computed(op, axis_index)) from None
    return [(*before, total, *after)]


def _same_rank(ranks, count):
    wrong = next((r for r in ranks if r != count), None)
    if wrong is not None:
        raise ShapeError(f"Shape must be rank {count} but is rank {wrong}")


def _concat_trouble(values, axis):
    first = values[0].shape
    count = len(first)
    if not isinstance(axis, int):
        return f"ConcatOp : Expected concat dim to be a scalar, but got shape {bracketed(np.shape(axis))}"
    if not -count <= axis < count:
        return f"ConcatOp : Expected concatenating dimensions in the range [{-count}, {count}), but got {axis}"
    for i, value in enumerate(values):
        if len(value.shape) != count:
            return (
                f"ConcatOp : Ranks of all input tensors should match: shape[0] = {bracketed(first)} vs. "
                f"shape[{i}] = {bracketed(value.shape)}"
            )
        if any(a != b for d, (a, b) in enumerate(zip(first, value.shape, strict=True)) if d != axis % count):
            return (
                f"ConcatOp : Dimensions of inputs should match: shape[0] = {bracketed(first)} vs. "
                f"shape[{i}] = {bracketed(value.shape)}"
            )
    return None


@op(
    "ConcatV2(values: N*T, axis: host Tidx, N: int >= 2, T: type, Tidx: {index} = int32) -> (output: T)",
    shape=lambda op: _joined(op, op._inputs[:-1], len(op._inputs) - 1),
    explain=_concat_trouble,
    no_gradient_inputs=("axis",),
)
def ConcatV2(values, axis):
    if any(len(v.shape) != len(values[0].shape) for v in values):  # torch skips empty vectors
        raise ValueError(_concat_trouble(values, axis))
    return torch.cat(values, axis)


@ConcatV2.on_host_too
def _(values, axis):
    return np.concatenate(values, axis)


@op(
    "Concat(concat_dim: host int32, values: N*T, N: int >= 2, T: type) -> (output: T)",
    shape=lambda op: _joined(op, op._inputs[1:], 0),
    explain=lambda concat_dim, values: _concat_trouble(values, concat_dim),
    no_gradient_inputs=("concat_dim",),
)
def Concat(concat_dim, values):
    return ConcatV2.kernel(values, concat_dim)


@Concat.on_host_too
def _(concat_dim, values):
    return np.concatenate(values, concat_dim)


@op(
    "ConcatOffset(concat_dim: host int32, shape: N*int32, N: int >= 2) -> (offset: N*int32)",
    shape=lambda op: [t._shape for t in op._inputs[1:]],
    gradient=None,
    on_host=True,
)
def ConcatOffset(concat_dim, shape):
    starts = np.cumsum([0] + [s[concat_dim] for s in shape[:-1]])
    offsets = [np.zeros_like(s) for s in shape]
    for offset, start in zip(offsets, starts, strict=True):
        offset[concat_dim] = start
    return offsets


def concat(values, axis, name="concat"):
    """The tensors in ``values`` side by side along dimension ``axis``; their other dimensions must agree."""
    if not isinstance(values, (list, tuple)):
        values = [values]
    if len(values) == 1:
        with name_scope(name):
            convert_to_tensor(axis, dtypes.int32, name="concat_dim").shape.assert_has_rank(0)
            return raw.Identity(values[0], name=name)
    return raw.ConcatV2(values, axis, name=name)


# -- stack and unstack ----------------------------------------------------------------------------------------------


def _packed(op):
    shape, axis = None, op._attrs["axis"]
    for i in range(len(op._inputs) - 1, -1, -1):
        try:
            shape = shapes.merge_inferred(op._inputs[i]._shape, shape)
        except ValueError as e:
            raise ShapeError(f"{e}\n\tFrom merging shape {i} with other shapes.") from None
    if shape is None:
        return [None]
    if not -len(shape) - 1 <= axis <= len(shape):
        raise ShapeError(f"Invalid axis: {axis}; must be in [{-len(shape) - 1},{len(shape) + 1})")
    axis += (len(shape) + 1) * (axis < 0)
    return [(*shape[:axis], len(op._inputs), *shape[axis:])]


def _pack_trouble(values, axis):
    first = values[0].shape
    count = len(first) + 1
    if not -count <= axis < count:
        return f"axis = {axis} not in [{-count}, {count})"
    for i, value in enumerate(values):
        if tuple(value.shape) != tuple(first):
            return (
                f"Shapes of all inputs must match: values[0].shape = {bracketed(first)} != "
                f"values[{i}].shape = {bracketed(value.shape)}"
            )
    return None


@op("Pack(values: N*T, N: int >= 1, T: type, axis: int = 0) -> (output: T)", shape=_packed, explain=_pack_trouble)
def Pack(values, axis):
    return torch.stack(values, axis)


@Pack.on_host_too
def _(values, axis):
    return np.stack(values, axis)


def stack(values, axis=0, name="stack"):
    """Tensors of one shape as a tensor with one more dimension, ``axis``, along which they lie.

    A list of plain values becomes a constant. ``ValueError`` where ``axis`` is beyond the dimensions.
    """
    if axis == 0:
        try:
            return convert_to_tensor(values, name=name)
        except (TypeError, ValueError):
            pass  # the values do not fit together: Pack says why
    shape = convert_to_tensor(values[0], name=name)._shape
    if shape is not None:
        count = len(shape) + 1
        if not -count <= axis < count:
            raise ValueError(f"axis = {axis} not in [{-count}, {count})")
    return raw.Pack(values, axis=axis, name=name)


def _unpacked(op):
    shape, axis, num = op._inputs[0]._shape, op._attrs["axis"], op._attrs["num"]
    if shape is None:
        return [None] * num
    if not -len(shape) <= axis < len(shape):
        raise ShapeError(f"Invalid axis: {axis}; must be in [{-len(shape)},{len(shape)})")
    axis %= len(shape)
    if shape[axis] not in (num, None):
        raise ShapeError(f"Dimension must be {num} but is {shape[axis]}")
    return [shape[:axis] + shape[axis + 1 :]] * num


def _unpack_trouble(value, num, axis):
    shape = value.shape
    if not -len(shape) <= axis < len(shape):
        return f"axis = {axis} not in [{-len(shape)}, {len(shape)})"
    if shape[axis] != num:
        return f"Input shape axis {axis % len(shape)} must equal {num}, got shape {bracketed(shape)}"
    return None


@op(
    "Unpack(value: T, num: int >= 0, T: type, axis: int = 0) -> (output: num*T)",
    shape=_unpacked,
    view=True,
    explain=_unpack_trouble,
)
def Unpack(value, num, axis):
    parts = value.unbind(axis)
    if len(parts) != num:
        raise ValueError(_unpack_trouble(value, num, axis))
    return list(parts)


@Unpack.on_host_too
def _(value, num, axis):
    refuse(_unpack_trouble(value, num, axis))
    return [value[(slice(None),) * (axis % value.ndim) + (i,)] for i in range(num)]


def unstack(value, num=None, axis=0, name="unstack"):
    """The ``num`` parts of ``value`` along dimension ``axis``, as a list of tensors with one dimension less.

    ``ValueError`` where ``num`` is neither given nor known, and where ``axis`` is beyond the dimensions.
    """
    if num is None:
        value = convert_to_tensor(value)
        shape = value._shape
        if shape is not None:
            if not -len(shape) <= axis < len(shape):
                raise ValueError(f"axis = {axis} not in [{-len(shape)}, {len(shape)})")
            num = shape[axis]
    if num is None:
        raise ValueError(f"Cannot infer num from shape {shapes.text(value._shape)}")
    return raw.Unpack(value, num=num, axis=axis, name=name)


# -- split ----------------------------------------------------------------------------------------------------------


def _axis_of(op, index, shape):
    """The dimension that input ``index`` names, from the front; None where it is not known."""
    with_rank(op, index, 0)
    axis = contents.scalar(op._inputs[index])
    if axis is None or shape is None:
        return None
    if not -len(shape) <= axis < len(shape):
        raise ShapeError(
            f"Dimension size, given by scalar input {axis} must be in range [-{len(shape)}, {len(shape)})",
            computed=computed(op, *range(index, -1, -1)[::-1]) if index == 0 else computed(op, 1, 2),
        )
    return axis % len(shape)


def _split_shape(op):
    shape, num = op._inputs[1]._shape, op._attrs["num_split"]
    axis = _axis_of(op, 0, shape)
    if axis is None:
        return [None if shape is None else (None,) * len(shape)] * num
    extent = shape[axis]
    if extent is not None and extent % num:
        raise ShapeError(
            f"Dimension size must be evenly divisible by {num} but is {extent}\n\t"
            "Number of ways to split should evenly divide the split dimension",
            computed=computed(op, 0),
        )
    return [(*shape[:axis], None if extent is None else extent // num, *shape[axis + 1 :])] * num


def _split_trouble(split_dim, value, num_split):
    count = len(value.shape)
    if not -count <= split_dim < count:
        return f"-input rank(-{count}) <= split_dim < input rank ({count}), but got {split_dim}"
    extent = value.shape[split_dim]
    if extent % num_split:
        return (
            "Number of ways to split should evenly divide the split dimension, but got split_dim "
            f"{split_dim % count} (size = {extent}) and num_split {num_split}"
        )
    return None


@op(
    "Split(split_dim: host int32, value: T, num_split: int >= 1, T: type) -> (output: num_split*T)",
    shape=_split_shape,
    view=True,
    explain=_split_trouble,
    no_gradient_inputs=("split_dim",),
)
def Split(split_dim, value, num_split):
    extent = value.shape[split_dim]
    if extent % num_split:
        raise ValueError(_split_trouble(split_dim, value, num_split))
    return list(value.split(extent // num_split, split_dim)) if extent else [value] * num_split


@Split.on_host_too
def _(split_dim, value, num_split):
    refuse(_split_trouble(split_dim, value, num_split))
    return np.split(value, num_split, split_dim)


def _split_v_shape(op):
    shape, num = op._inputs[0]._shape, op._attrs["num_split"]
    merge_dimensions(with_rank(op, 1, 1)[0], num)
    axis = _axis_of(op, 2, shape)
    if axis is None:
        return (
            [None if shape is None or num > 1 else (None,) * len(shape)] * num
            if shape is None
            else [(None,) * len(shape)] * num
        )
    extent, sizes = shape[axis], contents.elements(op._inputs[1])
    if num == 1:
        return [shape]
    if sizes is None or None in sizes:
        return [
            (*shape[:axis], s if s is not None and s >= 0 else None, *shape[axis + 1 :]) for s in sizes or (None,) * num
        ]
    known = sum(s for s in sizes if s >= 0)
    if sizes.count(-1) > 1:
        raise ShapeError("size_splits can only have one -1", computed=computed(op, 1, 2))
    if extent is not None and (known > extent if -1 in sizes else known != extent):
        raise ShapeError(
            f"can't split axis of size {extent} into pieces of size {bracketed(sizes)}", computed=computed(op, 1, 2)
        )
    left = None if extent is None else extent - known
    return [(*shape[:axis], left if s < 0 else s, *shape[axis + 1 :]) for s in sizes]


def _split_v_trouble(value, size_splits, split_dim, *_):
    count = len(value.shape)
    if not -count <= split_dim < count:
        return f"-input rank(-{count}) <= split_dim < input rank ({count}), but got {split_dim}"
    if size_splits.count(-1) > 1:
        return "There can only be one -1 in the input."
    extent, known = value.shape[split_dim], sum(s for s in size_splits if s != -1)
    if min(size_splits) < -1:
        return f"Sizes to split by must be -1 or more; got {bracketed(size_splits)}"
    if known > extent if -1 in size_splits else known != extent:
        return (
            "Determined shape must either match input shape along split_dim exactly if fully "
            "specified, or be less than the "
            f"size of the input along split_dim if not fully specified.  Got: {known}"
        )
    return None


def _sizes(value, size_splits, split_dim):
    refuse(_split_v_trouble(value, size_splits, split_dim))
    left = value.shape[split_dim] - sum(s for s in size_splits if s != -1)
    return [left if s == -1 else s for s in size_splits]


@op(
    "SplitV(value: T, size_splits: host Tlen, split_dim: host int32, num_split: int >= 1, T: type, "
    "Tlen: {index} = int64) "
    "-> (output: num_split*T)",
    shape=_split_v_shape,
    view=True,
    no_gradient_inputs=("size_splits", "split_dim"),
)
def SplitV(value, size_splits, split_dim):
    return list(value.split(_sizes(value, size_splits, split_dim), split_dim))


@SplitV.on_host_too
def _(value, size_splits, split_dim):
    return np.split(value, np.cumsum(_sizes(value, size_splits, split_dim))[:-1], split_dim)


def split(value, num_or_size_splits, axis=0, num=None, name="split"):
    """The parts of ``value`` along dimension ``axis``, as a list.

    An int asks for that many parts of one size, a vector for parts of its sizes, one of which may be -1: what is left.
    ``num`` says how many there are where the vector's length is not known. ``ValueError`` where the sizes do not fit.
    """
    sizes = convert_to_tensor(num_or_size_splits)
    if isinstance(num_or_size_splits, (int, Dimension)):
        return raw.Split(axis, value, num_split=num_or_size_splits, name=name)
    if sizes._shape == ():
        raise ValueError(
            "Rank-0 tensors are not supported as the num_or_size_splits argument to split. Argument provided: "
            f"{num_or_size_splits}"
        )
    if num is None:
        num = sizes._shape[0] if sizes._shape else None
        if num is None:
            raise ValueError(f"Cannot infer num from shape {num_or_size_splits}")
    return raw.SplitV(value, sizes, axis, num_split=num, name=name)
