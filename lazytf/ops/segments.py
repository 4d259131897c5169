"""Reductions of rows that carry the same number: segments of a tensor.

``segment_*`` want the numbers sorted and make as many rows as the last one says; ``unsorted_segment_*`` are told how
many, and leave out rows whose number is negative. A segment without rows is 0, or what its reduction has of nothing.
"""

import torch

from lazytf.core import contents, shapes
from lazytf.core.build import convert_to_tensor, name_scope, raw, register_tensor_conversion_function
from lazytf.core.registry import op
from lazytf.core.shape_rules import ShapeError, at_least_rank, merge_dimensions, with_rank
from lazytf.core.values import IndexedSlices
from lazytf.ops.filling import ones
from lazytf.ops.measuring import shape
from lazytf.ops.sentences import refuse
from lazytf.ops.unsigned import widened

# -- torch formulations ---------------------------------------------------------------------------------------------


def _totals(data, ids, count):
    """``[count, ...]`` sums of the rows of ``data`` (``[n, ...]``) by their ids (``[n]``)."""
    wide = widened(data)
    return wide.new_zeros((count, *wide.shape[1:])).index_add(0, ids, wide).to(data.dtype)


def _scattered(how, of_nothing):
    """Another reduction of rows by their ids; a segment without rows holds ``of_nothing(dtype)``."""

    def scatter(data, ids, count):
        wide = widened(data)
        start = wide.new_full((count, *wide.shape[1:]), of_nothing(data.dtype))
        places = ids.to(torch.int64).reshape((-1,) + (1,) * (wide.ndim - 1)).expand_as(wide)
        return torch.scatter_reduce(start, 0, places, wide, how, include_self=False).to(data.dtype)

    return scatter


def _least(dtype):
    return torch.finfo(dtype).min if dtype.is_floating_point else torch.iinfo(dtype).min


def _most(dtype):
    return torch.finfo(dtype).max if dtype.is_floating_point else torch.iinfo(dtype).max


def _zero(dtype):
    return 0


def _one(dtype):
    return 1


def _means(data, ids, count):
    rows = torch.bincount(ids.to(torch.int64), minlength=count).clamp(min=1)
    rows = rows.reshape((-1,) + (1,) * (data.ndim - 1))
    total = _totals(data, ids, count)
    if data.is_floating_point() or data.is_complex():
        return total / rows.to(data.dtype)
    return torch.div(widened(total), rows, rounding_mode="trunc").to(data.dtype)


# -- sorted ---------------------------------------------------------------------------------------------------------


def _segment_shape(op):
    data = at_least_rank(op, 0, 1)
    with_rank(op, 1, 1)
    return [None if data is None else (None, *data[1:])]


def _sorted(type_name, types, reduce, gradient=True):
    def segment(data, segment_ids):
        return reduce(data, segment_ids, _count(data, segment_ids))

    op(
        f"{type_name}(data: T, segment_ids: Tindices, T: {{{types}}}, Tindices: {{index}}) -> (output: T)",
        shape=_segment_shape,
        gradient=gradient,
        no_gradient_inputs=("segment_ids",),
    )(segment)


def _count(data, ids):
    """How many segments there are: only the ids themselves can tell."""
    if ids.ndim != 1 or ids.shape[0] != data.shape[0]:
        refuse("segment_ids should be the same size as dimension 0 of input.")
    if not ids.shape[0]:
        return 0
    first, last = int(ids[0]), int(ids[-1])
    if first < 0:
        refuse(f"Segment id {first} out of range [0, {last + 1}), possibly because 'segment_ids' input is not sorted.")
    if bool((ids[1:] < ids[:-1]).any()):
        refuse("segment ids are not increasing")
    return last + 1


_sorted("SegmentSum", "number", _totals)
_sorted("SegmentMean", "number", _means)
_sorted("SegmentMax", "realnumber", _scattered("amax", _zero))
_sorted("SegmentMin", "realnumber", _scattered("amin", _zero))
_sorted("SegmentProd", "number", _scattered("prod", _one), False)


# -- unsorted -------------------------------------------------------------------------------------------------------


def _unsorted_shape(op):
    data, ids = (t._shape for t in op._inputs[:2])
    with_rank(op, 2, 0)
    count = contents.scalar(op._inputs[2])
    if count is not None and count < 0:
        raise ShapeError(
            f"Dimension size, given by scalar input 2, must be non-negative but is {count}", {2: f"<{count}>"}
        )
    if data is None or ids is None:
        return [None]
    if len(data) < len(ids):
        raise ShapeError(f"Shape must be at least rank {len(ids)} but is rank {len(data)}")
    for a, b in zip(data, ids):  # noqa: B905 - the ids' dimensions come first among the data's
        merge_dimensions(a, b)
    return [(count, *data[len(ids) :])]


def _unsorted(type_name, types, reduce):
    def segment(data, segment_ids, num_segments):
        if data.shape[: segment_ids.ndim] != segment_ids.shape:
            a, b = shapes.bracketed(data.shape), shapes.bracketed(segment_ids.shape)
            refuse(f"data.shape = {a} does not start with segment_ids.shape = {b}")
        if segment_ids.ndim != 1:
            data = data.reshape((-1, *data.shape[segment_ids.ndim :]))
            segment_ids = segment_ids.reshape(-1)
        try:
            return reduce(data, segment_ids, num_segments)
        except (IndexError, RuntimeError):
            return _without_strays(reduce, data, segment_ids, num_segments)

    def careful(data, segment_ids, num_segments):
        """On an accelerator an id out of range would be the end of the process."""
        if segment_ids.device.type == "cpu":
            return segment(data, segment_ids, num_segments)
        strays = (segment_ids < 0) | (segment_ids >= num_segments)
        data = data.reshape((-1, *data.shape[segment_ids.ndim :]))
        ids = torch.where(strays, num_segments, segment_ids).reshape(-1)
        return reduce(data, ids, num_segments + 1)[:num_segments]

    op(
        f"{type_name}(data: T, segment_ids: Tindices, num_segments: host Tnumsegments, T: {{{types}}}, Tindices: "
        f"{{index}}, "
        "Tnumsegments: {index} = int32) -> (output: T)",
        shape=_unsorted_shape,
        no_gradient_inputs=("segment_ids", "num_segments"),
    )(careful)


def _without_strays(reduce, data, ids, count):
    """Without the rows of negative ids; ids that are too large are an error that names the first."""
    beyond = (ids >= count).nonzero()
    if len(beyond):
        place = int(beyond[0])
        refuse(f"segment_ids[{place}] = {int(ids[place])} is out of range [0, {count})")
    kept = ids >= 0
    return reduce(data[kept], ids[kept], count)


_unsorted("UnsortedSegmentSum", "number", _totals)
_unsorted("UnsortedSegmentMax", "realnumber", _scattered("amax", _least))
_unsorted("UnsortedSegmentMin", "realnumber", _scattered("amin", _most))
_unsorted("UnsortedSegmentProd", "number", _scattered("prod", _one))


# -- public functions -----------------------------------------------------------------------------------------------


def _sorted_function(public, type_name, what, of_none=0):
    def function(data, segment_ids, name=None):
        return getattr(raw, type_name)(data, segment_ids, name=name)

    function.__name__ = function.__qualname__ = public
    function.__doc__ = (
        f"{what} of the rows of ``data`` (``[n, ...]``) with the same number in ``segment_ids`` "
        f"(``[n]``, sorted).\n\n"
        f"    A number that no row has gives {of_none}. ``InvalidArgumentError`` where the numbers "
        "are not sorted.\n    "
    )
    return function


def _unsorted_function(public, type_name, what):
    def function(data, segment_ids, num_segments, name=None):
        return getattr(raw, type_name)(data, segment_ids, num_segments, name=name)

    function.__name__ = function.__qualname__ = public
    function.__doc__ = (
        f"{what} of the parts of ``data`` with the same number in ``segment_ids``, as "
        f"``num_segments`` rows.\n\n"
        "    The shape of ``data`` begins with that of ``segment_ids``. Negative numbers are left "
        "out;\n"
        "    ``InvalidArgumentError`` for one that is not below ``num_segments``.\n    "
    )
    return function


segment_sum = _sorted_function("segment_sum", "SegmentSum", "The sum")
segment_mean = _sorted_function("segment_mean", "SegmentMean", "The mean")
segment_max = _sorted_function("segment_max", "SegmentMax", "The largest element")
segment_min = _sorted_function("segment_min", "SegmentMin", "The smallest element")
segment_prod = _sorted_function("segment_prod", "SegmentProd", "The product", 1)
unsorted_segment_sum = _unsorted_function("unsorted_segment_sum", "UnsortedSegmentSum", "The sum")
unsorted_segment_max = _unsorted_function("unsorted_segment_max", "UnsortedSegmentMax", "The largest element")
unsorted_segment_min = _unsorted_function("unsorted_segment_min", "UnsortedSegmentMin", "The smallest element")
unsorted_segment_prod = _unsorted_function("unsorted_segment_prod", "UnsortedSegmentProd", "The product")


def unsorted_segment_mean(data, segment_ids, num_segments, name=None):
    """The mean of the parts of ``data`` with the same number in ``segment_ids``; 0 where there is none."""
    with name_scope(name, "UnsortedSegmentMean"):
        data, segment_ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
        rows = _rows(data, segment_ids, num_segments)
        return raw.RealDiv(raw.UnsortedSegmentSum(data, segment_ids, num_segments), rows, name="truediv")


def unsorted_segment_sqrt_n(data, segment_ids, num_segments, name=None):
    """The sum of the parts of ``data`` with the same number in ``segment_ids``, divided by the root of how many they
    are.
    """
    with name_scope(name, "UnsortedSegmentSqrtN"):
        data, segment_ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
        rows = _rows(data, segment_ids, num_segments)
        total = raw.UnsortedSegmentSum(data, segment_ids, num_segments)
        return raw.RealDiv(total, raw.Sqrt(rows), name="truediv")


def _rows(data, segment_ids, num_segments):
    """How many parts each segment has, at least 1, to divide ``[num_segments, ...]`` by."""
    each = ones(shape(segment_ids), dtype=data.dtype)
    count = raw.UnsortedSegmentSum(each, segment_ids, num_segments)
    rank = data.shape.ndims - segment_ids.shape.ndims
    return raw.Maximum(raw.Reshape(count, [num_segments] + [1] * rank), 1)


def _dense(slices, dtype=None, name=None, as_ref=False):
    """The tensor that an ``IndexedSlices`` stands for: rows of one number are added up, the others are zero."""
    if dtype is not None and not dtype.is_compatible_with(slices.dtype):
        raise ValueError(
            f"Tensor conversion requested dtype {dtype.name} for IndexedSlices with dtype {slices.dtype.name}"
        )
    if slices.dense_shape is None:
        raise ValueError(f"Tensor conversion requested for IndexedSlices without dense_shape: {slices}")
    return raw.UnsortedSegmentSum(slices.values, slices.indices, slices.dense_shape[0], name=name)


register_tensor_conversion_function(IndexedSlices, _dense)
