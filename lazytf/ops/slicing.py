"""Slices: ``tensor[1:3, ..., tf.newaxis]``, ``tf.slice``, ``tf.strided_slice``.

A slice specification says something of some dimensions only: an ellipsis stands for as many as are left, a new axis
for none, and what it does not mention is taken whole. ``_index`` spells it out as an index in NumPy's form, one
entry for each dimension of the input and each new axis; shape rule and kernels read that.
"""

import functools
import sys
from builtins import slice as part

import numpy as np

from lazytf.core import contents, dtypes
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.operation import Tensor
from lazytf.core.registry import op
from lazytf.core.shape_rules import ShapeError, with_rank
from lazytf.core.shapes import Dimension, merge_inferred
from lazytf.ops.filling import ones_like
from lazytf.ops.selecting import boolean_mask
from lazytf.ops.sentences import bracketed, computed, refuse

# -- strided slices -------------------------------------------------------------------------------------------------


class _Unfit(ValueError):
    """A specification that does not fit the tensor; ``seen`` tells which inputs had to be looked at to know."""

    def __init__(self, sentence, *seen):
        super().__init__(sentence)
        self.seen = seen


def _index(shape, begin, end, strides, begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask):
    """The specification as a list of slices, ints, None for a new axis, and "?" for what is not known.

    ``begin`` and ``end`` are lists of ints, or None where not known; so may be sizes in ``shape``.
    """
    count = len(strides)
    ellipsis = [i for i in range(count) if ellipsis_mask >> i & 1]
    if len(ellipsis) > 1:
        raise _Unfit("Multiple ellipses in slice spec not allowed", 3)
    at = ellipsis[0] if ellipsis else count
    mentioned = sum(1 for i in range(count) if i != at and not (i != at and new_axis_mask >> i & 1))
    index, dimension = [], 0
    for i in range(count + (at == count)):
        if i == at:
            left = max(len(shape) - mentioned, 0)
            index += [part(None)] * left
            dimension += left
        elif new_axis_mask >> i & 1:
            index.append(None)
        else:
            if dimension >= len(shape):
                raise _Unfit(f"Index out of range using input dim {dimension}; input has only {len(shape)} dims", 3)
            bounds = (None if begin is None else begin[i], None if end is None else end[i], strides[i])
            masks = begin_mask >> i & 1, end_mask >> i & 1
            if bounds[2] == 0:
                raise _Unfit(f"strides[{i}] must be non-zero", 3)
            if shrink_axis_mask >> i & 1:
                index.append(_position(i, dimension, shape[dimension], bounds, masks))
            else:
                index.append(_interval(shape[dimension], bounds, masks))
            dimension += 1
    return index


def _position(i, dimension, extent, bounds, masks):
    place, _, stride = bounds
    if stride < 0:
        raise _Unfit("only stride 1 allowed on non-range indexing.", 3)
    if masks[0]:
        return 0
    if extent is None or place is None:
        return 0
    place += extent * (place < 0)
    if not 0 <= place < extent:
        raise _Unfit(f"slice index {place} of dimension {dimension} out of bounds.", 1, 2, 3)
    return place


def _interval(extent, bounds, masks):
    begin, end, stride = bounds
    if extent is None or ((begin is None or end is None) and not all(masks)):
        return "?"
    least, most = (0, extent) if stride > 0 else (-1, extent - 1)
    begin = (least if stride > 0 else most) if masks[0] else min(max(begin + extent * (begin < 0), least), most)
    end = (most if stride > 0 else least) if masks[1] else min(max(end + extent * (end < 0), least), most)
    if (end - begin) * stride <= 0:
        return part(0, 0, 1)
    return part(begin, None if end < 0 else end, stride)


def _strided_shape(op):
    attrs = op._attrs
    lengths = None
    for i in (1, 2, 3):
        with_rank(op, i, 1)
        try:
            lengths = merge_inferred(lengths, op._inputs[i]._shape)
        except ValueError as e:
            raise ShapeError(str(e)) from None
    shape = op._inputs[0]._shape
    begin, end, strides = (contents.constant_value(t) for t in op._inputs[1:])
    if shape is None or strides is None:
        return [None]
    values = [None if v is None else v.tolist() for v in (begin, end, strides)]
    try:
        index = _index(shape, *values, *(attrs[name] for name in _MASKS))
    except _Unfit as e:
        raise ShapeError(str(e), computed=computed(op, *e.seen)) from None
    sizes, dimension = [], 0
    for entry in index:
        if entry is None:
            sizes.append(1)
            continue
        if isinstance(entry, part):
            extent = shape[dimension]
            sizes.append(extent if entry == _WHOLE else len(range(*entry.indices(extent))))
        elif entry == "?":
            sizes.append(None)
        dimension += 1
    return [tuple(sizes)]


_WHOLE = part(None)
_MASKS = ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask")


def _runtime_index(input, begin, end, strides, *masks):
    if not (
        isinstance(begin, list)
        and isinstance(end, list)
        and isinstance(strides, list)
        and len(begin) == len(end) == len(strides)
    ):
        refuse(
            "Expected begin, end, and strides to be 1D equal size tensors, but got shapes "
            f"{bracketed(np.shape(begin))}, {bracketed(np.shape(end))}, and {bracketed(np.shape(strides))} instead."
        )
    try:
        return _indices(tuple(input.shape), tuple(begin), tuple(end), tuple(strides), *masks)
    except _Unfit as e:
        return refuse(str(e))


@functools.lru_cache(maxsize=4096)  # a program slices the same way in each run, and this takes longer than the slice
def _indices(shape, begin, end, strides, *masks):
    """NumPy's index of the specification; and the same with every step forward, for torch, with the dimensions of the
    result to turn round after.
    """
    index = tuple(_index(shape, begin, end, strides, *masks))
    forward, turned = [], []
    for entry in index:
        if isinstance(entry, part) and entry.step is not None and entry.step < 0:
            turned.append(sum(1 for e in forward if not isinstance(e, int)))
            stop = -1 if entry.stop is None else entry.stop
            last = entry.start + (entry.start - stop - 1) // -entry.step * entry.step
            entry = part(last, entry.start + 1, -entry.step)
        forward.append(entry)
    return index, tuple(forward), turned


@op(
    "StridedSlice(input: T, begin: host Index, end: host Index, strides: host Index, T: type, Index: "
    "{index}, begin_mask: int = 0, "
    "end_mask: int = 0, ellipsis_mask: int = 0, new_axis_mask: int = 0, shrink_axis_mask: int = 0) -> (output: T)",
    shape=_strided_shape,
    view=True,
    no_gradient_inputs=("begin", "end", "strides"),
)
def StridedSlice(input, begin, end, strides, begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask):
    _, forward, turned = _runtime_index(
        input, begin, end, strides, begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask
    )
    return input[forward].flip(turned) if turned else input[forward]


@StridedSlice.on_host_too
def _(input, begin, end, strides, begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask):
    input = np.asarray(input)
    index, _, _ = _runtime_index(
        input, begin, end, strides, begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask
    )
    return input[index]


def strided_slice(
    input_,
    begin,
    end,
    strides=None,
    begin_mask=0,
    end_mask=0,
    ellipsis_mask=0,
    new_axis_mask=0,
    shrink_axis_mask=0,
    var=None,
    name=None,
):
    """The part of ``input_`` from ``begin`` to ``end``, every ``strides``-th element: ``tensor[...]`` spelled out.

    All three are integer vectors with an entry for each dimension spoken of; ``strides`` are ones by default. Bit i
    of a mask changes entry i: the begin or the end is left open, the entry is an ellipsis, a new axis, or a single
    index whose dimension is dropped. ``ValueError`` or ``InvalidArgumentError`` for an index out of bounds.
    """
    if strides is None:
        strides = ones_like(begin)
    return raw.StridedSlice(
        input_,
        begin,
        end,
        strides,
        name=name,
        begin_mask=begin_mask,
        end_mask=end_mask,
        ellipsis_mask=ellipsis_mask,
        new_axis_mask=new_axis_mask,
        shrink_axis_mask=shrink_axis_mask,
    )


# -- tensor[...] ----------------------------------------------------------------------------------------------------

newaxis = None
_UNFIT_INDEX = (
    "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar tf.int32/tf.int64 tensors are valid "
    "indices"
)


def _check_index(index):
    if isinstance(index, (int, Dimension)):
        return
    dtype, shape = getattr(index, "dtype", None), getattr(index, "shape", ())
    if (
        dtype is None
        or dtypes.as_dtype(dtype) not in (dtypes.int16, dtypes.int32, dtypes.int64)
        or (shape and len(shape) == 1)
    ):
        raise TypeError(f"{_UNFIT_INDEX}, got {index!r}")


def _is_mask(index):
    if isinstance(index, (bool, np.bool_)):
        return True
    dtype = getattr(index, "dtype", None)
    return dtype is not None and dtypes.as_dtype(dtype).base_dtype is dtypes.bool_


def sliced(tensor, specification, var=None):
    """``tensor[specification]``: ints, slices, ``...``, ``tf.newaxis`` and scalar integer tensors, or a boolean mask.

    ``TypeError`` for an index of another kind.
    """
    if _is_mask(specification):
        return boolean_mask(tensor, specification)
    if not isinstance(specification, (list, tuple)):
        specification = [specification]
    begin, end, strides, masks = [], [], [], dict.fromkeys(_MASKS, 0)
    for i, entry in enumerate(specification):
        bounds = 0, 0, 1
        if isinstance(entry, part):
            parts = []
            for bound, mask in ((entry.start, "begin_mask"), (entry.stop, "end_mask")):
                is_open = bound is None or (not isinstance(bound, Tensor) and bound == sys.maxsize)
                if is_open:
                    masks[mask] |= 1 << i
                else:
                    _check_index(bound)
                parts.append(0 if is_open else bound)
            if entry.step is not None:
                _check_index(entry.step)
            bounds = *parts, 1 if entry.step is None else entry.step
        elif entry is Ellipsis:
            masks["ellipsis_mask"] |= 1 << i
        elif entry is None:
            masks["new_axis_mask"] |= 1 << i
        else:
            _check_index(entry)
            bounds = entry, entry + 1, 1
            masks["shrink_axis_mask"] |= 1 << i
        begin.append(bounds[0])
        end.append(bounds[1])
        strides.append(bounds[2])
    with name_scope(None, "strided_slice", [tensor, *begin, *end, *strides]) as name:
        if begin:
            bounds = [_stacked(b) for b in (begin, end, strides)]
            if any(b.dtype is dtypes.int64 for b in bounds):
                bounds = [b if b.dtype is dtypes.int64 else raw.Cast(b, DstT=dtypes.int64) for b in bounds]
        else:
            bounds = [convert_to_tensor([], dtypes.int32, name="Const")] * 3
        return raw.StridedSlice(tensor, *bounds, name=name, **masks)


def _stacked(values):
    return convert_to_tensor(values, name="stack")


Tensor.__getitem__ = sliced


# -- slices of a begin and a size -----------------------------------------------------------------------------------


def _slice_shape(op):
    shape = op._inputs[0]._shape
    lengths = with_rank(op, 1, 1)
    with_rank(op, 2, 1)
    try:
        count = merge_inferred(op._inputs[1]._shape, op._inputs[2]._shape)
    except ValueError as e:
        raise ShapeError(str(e)) from None
    count = (count or lengths)[0]
    if shape is not None and count not in (None, len(shape)):
        raise ShapeError(f"Shape must be rank {count} but is rank {len(shape)}")
    if shape is None and count is None:
        return [None]
    shape = (None,) * count if shape is None else shape
    begin, size = (contents.elements(op._inputs[i]) or (None,) * len(shape) for i in (1, 2))
    least = min((s for s in (*begin, *size) if s is not None), default=0)
    if least < -1:
        raise ValueError(f"Invalid value in tensor used for shape: {least}")
    fixed = contents.constant_value(op._inputs[2]) is not None
    return [tuple(_slice_extent(op, begin, size, i, extent, fixed) for i, extent in enumerate(shape))]


def _slice_extent(op, begin, size, i, extent, fixed):
    if size[i] is not None and size[i] >= 0:
        return size[i]
    if not fixed or size[i] is None or extent is None or begin[i] is None or begin[i] < 0:
        return None
    if begin[i] > extent:
        texts = (
            "[" + ",".join("?" if v is None or v < 0 else str(v) for v in values) + "]" for values in (begin, size)
        )
        raise ShapeError(
            f"Negative dimension size caused by subtracting {begin[i]} from {extent}",
            partial=dict(zip((1, 2), texts, strict=True)),
        )
    return extent - begin[i]


def _slice_trouble(shape, begin, size):
    if not np.shape(begin) == np.shape(size) == (len(shape),):
        return (
            f"Expected begin and size arguments to be 1-D tensors of size {len(shape)}, but got shapes "
            f"{bracketed(np.shape(begin))} "
            f"and {bracketed(np.shape(size))} instead."
        )
    for i, (b, s, extent) in enumerate(zip(begin, size, shape, strict=True)):
        if not 0 <= b <= extent:
            return f"Expected begin[{i}] in [0, {extent}], but got {b}"
        if s != -1 and not 0 <= s <= extent - b:
            return f"Expected size[{i}] in [0, {extent - b}], but got {s}"
    return None


@functools.lru_cache(maxsize=4096)
def _slice_index(shape, begin, size):
    refuse(_slice_trouble(shape, begin, size))
    return tuple(part(b, None if s == -1 else b + s) for b, s in zip(begin, size, strict=True))


def _cut(input, begin, size):
    shape = tuple(input.shape)
    if not (isinstance(begin, list) and isinstance(size, list) and len(begin) == len(size) == len(shape)):
        refuse(_slice_trouble(shape, begin, size))
    return input[_slice_index(shape, tuple(begin), tuple(size))]


@op(
    "Slice(input: T, begin: host Index, size: host Index, T: type, Index: {index}) -> (output: T)",
    shape=_slice_shape,
    view=True,
    no_gradient_inputs=("begin", "size"),
)
def Slice(input, begin, size):
    return _cut(input, begin, size)


@Slice.on_host_too
def _(input, begin, size):
    return _cut(np.asarray(input), begin, size)


def slice(input_, begin, size, name=None):
    """The part of ``input_`` that starts at ``begin`` and has ``size`` elements along each dimension, -1 for all
    that are left.
    """
    return raw.Slice(input_, begin, size, name=name)
