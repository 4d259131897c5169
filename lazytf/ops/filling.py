"""Tensors made from a rule instead of a value: fill, zeros, ones, ranges, one-hot rows."""

import operator
from builtins import range as numbers
from functools import reduce

import numpy as np
import torch

from lazytf.core import contents, dtypes
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.operation import Tensor
from lazytf.core.registry import op
from lazytf.core.shape_rules import ShapeError, unchanged, with_rank
from lazytf.core.shapes import TensorShape
from lazytf.ops.measuring import shape_internal, size, sizes_in, zero_of
from lazytf.ops.sentences import bracketed, computed, refuse

_LARGEST_CONSTANT = 1000  # zeros and ones of fewer elements are constants, of more are filled at run time


# -- fill -----------------------------------------------------------------------------------------------------------


def _filled(op):
    with_rank(op, 0, 1)
    with_rank(op, 1, 0)
    sizes = sizes_in(op._inputs[0])
    if -1 in (contents.elements(op._inputs[0]) or ()):
        raise ShapeError("Fill dimensions must be >= 0", partial={0: bracketed(sizes)})
    return [sizes]


def _fill_trouble(dims, *_):
    return f"Dimension {min(dims)} must be >= 0" if min(dims, default=0) < 0 else None


@op(
    "Fill(dims: host index_type, value: T, T: type, index_type: {index} = int32) -> (output: T)",
    shape=_filled,
    explain=_fill_trouble,
    no_gradient_inputs=("dims",),
)
def Fill(dims, value):
    return value.expand(dims).clone()


@Fill.on_host_too
def _(dims, value):
    value = np.asarray(value)
    filled = np.empty(dims, value.dtype)
    filled[...] = value
    return filled


@op("ZerosLike(x: T, T: type) -> (y: T)", shape=unchanged, gradient=None)
def ZerosLike(x):
    return torch.zeros_like(x)


@ZerosLike.on_host_too
def _(x):
    x = np.asarray(x)
    return np.full(x.shape, zero_of(x), x.dtype)


@op(
    "OnesLike(x: T, T: {bfloat16, float16, float32, float64, int8, uint8, int16, uint16, int32, "
    "int64, complex64, complex128, "
    "bool}) -> (y: T)",
    shape=unchanged,
    gradient=None,
)
def OnesLike(x):
    return torch.ones_like(x)


@OnesLike.on_host_too
def _(x):
    return np.ones_like(x)


def fill(dims, value, name=None):
    """A tensor of shape ``dims`` (an integer vector) whose every element is the scalar ``value``."""
    return raw.Fill(dims, value, name=name)


def zeros(shape, dtype=dtypes.float32, name=None):
    """Zeros of ``shape`` (ints, a ``TensorShape``, or an integer tensor); empty strings or False where ``dtype``
    says so.
    """
    dtype = dtypes.as_dtype(dtype).base_dtype
    zero = False if dtype is dtypes.bool_ else "" if dtype is dtypes.string else 0
    return _full(shape, zero, dtype, name, "zeros")


def ones(shape, dtype=dtypes.float32, name=None):
    """Ones of ``shape`` (ints, a ``TensorShape``, or an integer tensor); True where ``dtype`` is bool."""
    dtype = dtypes.as_dtype(dtype).base_dtype
    return _full(shape, True if dtype is dtypes.bool_ else 1, dtype, name, "ones")


def _full(shape, value, dtype, name, default_name):
    """A small constant where the shape is known now, else a Fill, whose graph stays small."""
    with name_scope(name, default_name, [shape]) as name:
        if not isinstance(shape, Tensor):
            try:
                small = _if_small(shape, value, dtype, name)
                if small is not None:
                    return small
                shape = convert_to_tensor(TensorShape(shape))
            except (TypeError, ValueError):
                shape = convert_to_tensor(shape, dtypes.int32)
        if not shape._shape:  # a scalar, or of unknown rank
            shape = raw.Reshape(shape, [-1])
        return raw.Fill(shape, _constant(value, dtype), name=name)


def _if_small(shape, value, dtype, name):
    """A constant, or None where the shape is not made of numbers, or too large."""
    try:
        sizes = list(shape)
        # A tensor among the sizes takes part in the product as TensorFlow's does, so that names and seeds agree.
        if not (reduce(operator.mul, sizes) if sizes else 1) < _LARGEST_CONSTANT:
            return None
        return _constant_of(value, shape, dtype, name)
    except TypeError:
        return None


def _constant_of(value, shape, dtype, name):
    sizes = [int(size) for size in shape]
    if min(sizes, default=0) < 0:
        raise ValueError(f"Sizes must not be negative; got {sizes}")
    filled = np.full(sizes, value.encode() if value == "" else value, dtype.as_numpy_dtype)
    return raw.Const(value=filled, dtype=dtype, name=name)


def _constant(value, dtype, name="Const"):
    return convert_to_tensor(value, dtype, name=name)


def zeros_like(tensor, dtype=None, name=None, optimize=True):
    """Zeros of the shape of ``tensor``, of its type or of ``dtype``.

    With ``optimize``, a shape that is known while the graph is built becomes a constant.
    """
    with name_scope(name, "zeros_like", [tensor]) as name:
        tensor = convert_to_tensor(tensor, name="tensor")
        own = tensor.dtype.base_dtype
        if optimize and tensor.shape.is_fully_defined() and own is not dtypes.variant:
            return zeros(tensor.shape, own if dtype is None else dtype, name=name)
        if dtype is not None and dtypes.as_dtype(dtype) is not own and dtype != dtypes.variant:
            return zeros(shape_internal(tensor, optimize=optimize), dtype, name=name)
        return raw.ZerosLike(tensor, name=name)


def ones_like(tensor, dtype=None, name=None, optimize=True):
    """Ones of the shape of ``tensor``, of its type or of ``dtype``; ``optimize`` as for ``zeros_like``."""
    with name_scope(name, "ones_like", [tensor]) as name:
        tensor = convert_to_tensor(tensor, name="tensor")
        result = ones(shape_internal(tensor, optimize=optimize), tensor.dtype if dtype is None else dtype, name=name)
        result.set_shape(tensor.shape)
        return result


# -- ranges ---------------------------------------------------------------------------------------------------------


def _range_shape(op):
    for t, which in zip(op._inputs, ("start", "limit", "delta"), strict=True):
        if t._shape:
            raise ShapeError(f"Shape must be rank 0 but is rank {len(t._shape)}\n\t for '{which}'")
    start, limit, delta = map(contents.scalar, op._inputs)
    if start is None or limit is None or delta is None:
        return [(None,)]
    complaint = _range_complaint(start, limit, delta)
    if complaint:
        raise ShapeError(complaint, computed=computed(op, 0, 1, 2))
    return [(_range_size(start, limit, delta),)]


def _range_complaint(start, limit, delta):
    if delta == 0:
        return "Requires delta != 0"
    if delta > 0 and start > limit:
        return f"Requires start <= limit when delta > 0: {_number(start)}/{_number(limit)}"
    if delta < 0 and start < limit:
        return f"Requires start >= limit when delta < 0: {_number(start)}/{_number(limit)}"
    return None


def _number(value):
    return f"{value:.6g}" if isinstance(value, float) else value


def _range_size(start, limit, delta):
    if isinstance(start, int) and isinstance(limit, int) and isinstance(delta, int):
        return -((start - limit) // delta) if delta > 0 else -((start - limit) // delta)
    return int(np.ceil(abs((limit - start) / delta)))


@op(
    "Range(start: host Tidx, limit: host Tidx, delta: host Tidx, Tidx: {bfloat16, float32, float64, "
    "int32, int64} = int32) "
    "-> (output: Tidx)",
    shape=_range_shape,
    gradient=None,
)
def Range(start, limit, delta, Tidx, device):
    if not Tidx.is_floating_point:
        refuse(_range_complaint(start, limit, delta))
        return torch.arange(start, limit, delta, dtype=Tidx, device=device)
    return torch.from_numpy(_float_range(start, limit, delta, Tidx is torch.float64)).to(device, Tidx)


def _float_range(start, limit, delta, is_double):
    """TensorFlow adds ``delta`` up step by step in the type itself; so do we, for the rounding's sake."""
    refuse(_range_complaint(start, limit, delta))
    dtype = np.float64 if is_double else np.float32
    steps = np.full(_range_size(start, limit, delta), delta, dtype)
    steps[:1] = start
    return np.cumsum(steps, dtype=dtype)


@Range.on_host_too
def _(start, limit, delta, Tidx, device):
    if Tidx.kind in "iO":
        refuse(_range_complaint(start, limit, delta))
        return np.arange(start, limit, delta, dtype=Tidx)
    return _float_range(start, limit, delta, Tidx == np.float64).astype(Tidx)


def range(start, limit=None, delta=1, dtype=None, name="range"):
    """The numbers ``start``, ``start + delta``, ... before ``limit``; with one argument, those from 0 before it.

    The type is ``dtype``, else the widest of the arguments' among int32, int64, float32, float64. ``ValueError`` where
    ``delta`` is 0 or leads away from ``limit``.
    """
    if limit is None:
        start, limit = 0, start
    with name_scope(name, "Range", [start, limit, delta]) as name:
        bounds = [
            convert_to_tensor(value, dtype, name=part)
            for value, part in ((start, "start"), (limit, "limit"), (delta, "delta"))
        ]
        if dtype is None:
            order = [dtypes.int32, dtypes.int64, dtypes.float32, dtypes.float64]
            widest = max((t.dtype.base_dtype for t in bounds), key=order.index)
            bounds = [t if t.dtype.base_dtype is widest else raw.Cast(t, DstT=widest) for t in bounds]
        return raw.Range(*bounds, name=name)


def _linspace_shape(op):
    for i in (0, 1, 2):
        with_rank(op, i, 0)
    num = contents.scalar(op._inputs[2])
    if num is not None and num <= 0:
        raise ShapeError(f"Requires num > 0: {num}", computed=computed(op, 2))
    return [(num,)]


@op(
    "LinSpace(start: T, stop: T, num: host Tidx, T: {bfloat16, float32, float64}, Tidx: {index} = "
    "int32) -> (output: T)",
    shape=_linspace_shape,
    gradient=None,
)
def LinSpace(start, stop, num):
    if num <= 0:
        refuse(f"Requires num > 0: {num}")
    if num == 1:
        return start.reshape(1).clone()
    step = (stop - start) / (num - 1)
    points = start + step * torch.arange(num, dtype=start.dtype, device=start.device)
    points[-1] = stop
    return points


def lin_space(start, stop, num, name=None):
    """``num`` evenly spaced numbers from ``start`` to ``stop``, both included; ``ValueError`` where ``num`` is
    below 1.
    """
    return raw.LinSpace(start, stop, num, name=name)


linspace = lin_space


# -- one-hot --------------------------------------------------------------------------------------------------------


def _one_hot_shape(op):
    indices, axis = op._inputs[0]._shape, op._attrs["axis"]
    if axis < -1:
        raise ShapeError("axis must be >= -1")
    if op._inputs[1]._shape:
        raise ShapeError(f"Input must be scalar but has rank {len(op._inputs[1]._shape)}", computed=computed(op, 1))
    with_rank(op, 2, 0)
    with_rank(op, 3, 0)
    depth = contents.scalar(op._inputs[1])
    if depth is not None and depth < 0:
        raise ShapeError(
            f"Dimension size, given by scalar input 1, must be non-negative but is {depth}", computed=computed(op, 1)
        )
    if indices is None:
        return [None]
    axis = len(indices) if axis < 0 else axis
    return [(*indices[:axis], depth, *indices[axis:])]


def _one_hot_trouble(indices, depth, axis):
    count = len(indices.shape)
    if axis > count:
        return f"Expected axis to be -1 or between [0, {count + 1}).  But received: {axis}"
    return f"depth must be non-negative, got: {depth}" if depth < 0 else None


@op(
    "OneHot(indices: TI, depth: host int32, on_value: T, off_value: T, axis: int = -1, T: type, TI: "
    "{uint8, int32, int64} = int64) "
    "-> (output: T)",
    shape=_one_hot_shape,
    gradient=None,
)
def OneHot(indices, depth, on_value, off_value, axis):
    refuse(_one_hot_trouble(indices, depth, axis))
    axis = indices.dim() if axis < 0 else axis
    classes = torch.arange(depth, device=indices.device)
    classes = classes.view(-1, *(1,) * (indices.dim() - axis))
    return torch.where(indices.unsqueeze(axis) == classes, on_value, off_value)


@OneHot.on_host_too
def _(indices, depth, on_value, off_value, axis):
    indices = np.asarray(indices)
    refuse(_one_hot_trouble(indices, depth, axis))
    axis = indices.ndim if axis < 0 else axis
    classes = np.arange(depth).reshape(-1, *(1,) * (indices.ndim - axis))
    return np.where(np.expand_dims(indices, axis) == classes, on_value, off_value)


def one_hot(indices, depth, on_value=None, off_value=None, axis=None, dtype=None, name=None):
    """Rows of ``off_value`` (0) with ``on_value`` (1) at each index: ``[..., depth]``, or the new axis at ``axis``.

    An index outside ``[0, depth)`` gives a row of ``off_value``. The type is ``dtype``, else that of the values, else
    float32; ``TypeError`` where they disagree.
    """
    with name_scope(name, "one_hot", [indices, depth, on_value, off_value, axis, dtype]) as name:
        if dtype is not None:
            dtype = dtypes.as_dtype(dtype)
        given = {
            which: value for which, value in (("on_value", on_value), ("off_value", off_value)) if value is not None
        }
        found = {which: convert_to_tensor(value).dtype.base_dtype for which, value in given.items()}
        for which, own in found.items():
            if dtype is not None and own is not dtype:
                raise TypeError(f"dtype {own} of {which} does not match dtype parameter {dtype}")
        if dtype is None:
            dtype = next(iter(found.values()), dtypes.float32)
        for which, value in (("on_value", 1), ("off_value", 0)):
            if which not in given:
                given[which], found[which] = convert_to_tensor(value, dtype, name=which), dtype
        if found["on_value"] is not found["off_value"]:
            raise TypeError(
                f"dtype {found['on_value']} of on_value does not match dtype {found['off_value']} of off_value"
            )
        return raw.OneHot(indices, depth, given["on_value"], given["off_value"], axis=axis, name=name)


# -- grids ----------------------------------------------------------------------------------------------------------


def meshgrid(*args, **kwargs):
    """Vectors as coordinates of a grid: for each, a tensor of the grid's shape that varies along its own dimension.

    With ``indexing="xy"`` (the default) the first two dimensions are swapped, as on paper; with "ij" they are not.
    """
    indexing, name = kwargs.pop("indexing", "xy"), kwargs.pop("name", "meshgrid")
    for key in kwargs:
        raise TypeError(f"'{key}' is an invalid keyword argument for this function")
    if indexing not in ("xy", "ij"):
        raise ValueError("indexing parameter must be either 'xy' or 'ij'")
    with name_scope(name, "meshgrid", args):
        count = len(args)
        sides = [[1] * i + [-1] + [1] * (count - i - 1) for i in numbers(count)]
        output = [raw.Reshape(convert_to_tensor(x, name="stack"), side) for x, side in zip(args, sides, strict=True)]
        extents = [size(x) for x in args]
        dtype = convert_to_tensor(args[0]).dtype.base_dtype
        if indexing == "xy" and count > 1:
            output[0] = raw.Reshape(output[0], [1, -1] + [1] * (count - 2))
            output[1] = raw.Reshape(output[1], [-1, 1] + [1] * (count - 2))
            extents[:2] = extents[1::-1]
        full = ones(extents, dtype)
        return [raw.Mul(x, full, name="mul") for x in output]
