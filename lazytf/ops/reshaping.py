"""The same elements in another shape: reshape, dimensions of size 1, transpose."""

import math

import numpy as np

from lazytf.core import contents, shapes
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.registry import op
from lazytf.core.shape_rules import ShapeError, with_rank
from lazytf.ops.measuring import sizes_in
from lazytf.ops.sentences import bracketed, computed, refuse

# -- reshape --------------------------------------------------------------------------------------------------------


def _reshaped(op):
    """The sizes asked for; the one left open follows where all the others are known."""
    before = op._inputs[0]._shape
    with_rank(op, 1, 1)
    after = sizes_in(op._inputs[1])
    if after is None:
        return [None]
    total = shapes.num_elements(before)
    unknown, known = after.count(None), math.prod(extent for extent in after if extent is not None)
    if before is None or not before or total is not None:
        return [_filled(after, total if before is not None else None, unknown, known)]
    return [_matched(before, after, unknown, known)]


def _filled(after, total, unknown, known):
    """``after`` for a known number of elements."""
    partial = {1: bracketed(after)}
    if total is None or (unknown and not known):
        return after
    if not unknown:
        if known != total:
            raise ShapeError(
                f"Cannot reshape a tensor with {total} elements to shape {bracketed(after)} ({known} elements)",
                partial=partial,
            )
        return after
    if total % known:
        raise ShapeError(f"Dimension size must be evenly divisible by {known} but is {total}", partial=partial)
    return tuple(total // known if extent is None else extent for extent in after) if unknown == 1 else after


def _matched(before, after, unknown, known):
    """``after`` for a number of elements known but for one dimension: what is left over when the rest is the same."""
    if unknown != 1 or before.count(None) != 1 or not known:
        return after
    rest = math.prod(extent for extent in before if extent is not None)
    if rest == 0:
        return tuple(0 if extent is None else extent for extent in after)
    return after


def _reshape_trouble(tensor, shape):
    if not isinstance(shape, (list, tuple)):
        return "sizes input must be 1-D, not []"
    if shape and isinstance(shape[0], (list, tuple)):
        return f"sizes input must be 1-D, not {bracketed(np.shape(shape))}"
    open_at = [i for i, extent in enumerate(shape) if extent == -1]
    if len(open_at) > 1:
        return f"Only one input size may be -1, not both {open_at[0]} and {open_at[1]}"
    for i, extent in enumerate(shape):
        if extent < -1:
            return f"Size {i} must be non-negative, not {extent}"
    total, known = math.prod(tensor.shape), math.prod(extent for extent in shape if extent != -1)
    if not open_at:
        return (
            f"Input to reshape is a tensor with {total} values, but the requested shape has {known}"
            if known != total
            else None
        )
    if known == 0:
        return (
            "reshape cannot infer the missing input size for an empty tensor unless all specified input "
            "sizes are non-zero"
        )
    if total % known:
        return (
            f"Input to reshape is a tensor with {total} values, but the requested shape requires a multiple of {known}"
        )
    return None


@op(
    "Reshape(tensor: T, shape: host Tshape, T: type, Tshape: {index} = int32) -> (output: T)",
    shape=_reshaped,
    view=True,
    explain=_reshape_trouble,
    no_gradient_inputs=("shape",),
)
def Reshape(tensor, shape):
    return tensor.reshape(shape)


@Reshape.on_host_too
def _(tensor, shape):
    return np.reshape(tensor, shape)


def reshape(tensor, shape, name=None):
    """The elements of ``tensor``, in their order, as a tensor of ``shape``; one size may be -1: it takes what is
    left.

    ``ValueError`` while the graph is built, else ``InvalidArgumentError`` in the run, where the numbers of elements
    differ.
    """
    return raw.Reshape(tensor, shape, name=name)


# -- dimensions of size 1 -------------------------------------------------------------------------------------------


def _expanded(op):
    before, dim = op._inputs[0]._shape, op._inputs[1]
    if dim._shape is not None and shapes.num_elements(dim._shape) not in (None, 1):
        raise ShapeError("'dim' input must be a tensor with a single value", computed=computed(op, 1))
    axis = contents.scalar(dim)
    if before is None or axis is None:
        return [None]
    if not -len(before) - 1 <= axis <= len(before):
        raise ShapeError(
            f"dim {axis} not in the interval [{-len(before) - 1}, {len(before)}].", computed=computed(op, 1)
        )
    axis += (len(before) + 1) * (axis < 0)
    return [(*before[:axis], 1, *before[axis:])]


def _one_number(value):
    """The number in a value of one element, however deep; None where there are none or several."""
    while isinstance(value, (list, tuple)):
        if len(value) != 1:
            return None
        value = value[0]
    return value


def _expand_trouble(input, dim):
    axis = _one_number(dim)
    if axis is None:
        return "'dim' must be a tensor with a single value"
    if not -len(input.shape) - 1 <= axis <= len(input.shape):
        return f"Tried to expand dim index {axis} for tensor with {len(input.shape)} dimensions."
    return None


@op(
    "ExpandDims(input: T, dim: host Tdim, T: type, Tdim: {index} = int32) -> (output: T)",
    shape=_expanded,
    view=True,
    explain=_expand_trouble,
    no_gradient_inputs=("dim",),
)
def ExpandDims(input, dim):
    return input.unsqueeze(dim if type(dim) is int else _one_number(dim))


@ExpandDims.on_host_too
def _(input, dim):
    return np.expand_dims(input, _one_number(dim))


def expand_dims(input, axis=None, name=None, dim=None):
    """``input`` with a dimension of size 1 put in before ``axis``; -1 puts it last. ``dim`` is the old name of
    ``axis``.
    """
    axis = _renamed("axis", axis, "dim", dim)
    if axis is None:
        raise ValueError("Must specify an axis argument to tf.expand_dims()")
    return raw.ExpandDims(input, axis, name=name)


def _renamed(new, value, old, old_value):
    """The value of an argument that has an old name; ``ValueError`` where both are given."""
    if old_value is None:
        return value
    if value is not None:
        raise ValueError(f"Cannot specify both '{old}' and '{new}'")
    return old_value


def _squeezed(op):
    before, dims = op._inputs[0]._shape, op._attrs["squeeze_dims"]
    if before is None:
        return [None]
    if not dims:
        return [None if None in before else tuple(extent for extent in before if extent != 1)]
    chosen = set()
    for i, axis in enumerate(dims):
        if not -len(before) <= axis < len(before):
            raise ShapeError(f"squeeze_dims[{i}] not in [{-len(before)},{len(before)}).")
        chosen.add(axis % len(before))
    for axis in sorted(chosen):
        if before[axis] not in (1, None):
            raise ShapeError(f"Can not squeeze dim[{axis}], expected a dimension of 1, got {before[axis]}")
    return [tuple(extent for i, extent in enumerate(before) if i not in chosen)]


def _squeeze_trouble(shape, squeeze_dims):
    count = len(shape)
    for axis in squeeze_dims:
        if not -count <= axis < count:
            return f"Tried to squeeze dim index {axis} for tensor with {count} dimensions."
    for axis in sorted(a % count for a in squeeze_dims):
        if shape[axis] != 1:
            return f"Can not squeeze dim[{axis}], expected a dimension of 1, got {shape[axis]}"
    return None


@op("Squeeze(input: T, T: type, squeeze_dims: list(int) >= 0 = []) -> (output: T)", shape=_squeezed, view=True)
def Squeeze(input, squeeze_dims):
    if not squeeze_dims:
        return input.squeeze()
    refuse(_squeeze_trouble(input.shape, squeeze_dims))
    return input.squeeze(tuple({axis % input.dim() for axis in squeeze_dims}))


@Squeeze.on_host_too
def _(input, squeeze_dims):
    if not squeeze_dims:
        return np.squeeze(input)
    refuse(_squeeze_trouble(np.shape(input), squeeze_dims))
    return np.squeeze(input, tuple({axis % np.ndim(input) for axis in squeeze_dims}))


def squeeze(input, axis=None, name=None, squeeze_dims=None):
    """``input`` without its dimensions of size 1, or without those at ``axis`` (an int or several), which must be
    of size 1.

    ``squeeze_dims`` is the old name of ``axis``.
    """
    axis = _renamed("axis", axis, "squeeze_dims", squeeze_dims)
    if np.isscalar(axis):
        axis = [axis]
    return raw.Squeeze(input, squeeze_dims=axis, name=name)


# -- transpose ------------------------------------------------------------------------------------------------------


def _permuted(op):
    before = op._inputs[0]._shape
    with_rank(op, 1, 1)
    perm = contents.elements(op._inputs[1])
    if perm is None:
        return [None if before is None else (None,) * len(before)]
    if before is None:
        if len(perm) < 2:  # a quirk of TensorFlow's rule
            return [None]
        before = (None,) * len(perm)
    if len(perm) != len(before):
        raise ShapeError(f"Dimension must be {len(before)} but is {len(perm)}")
    if None in perm:
        return [(None,) * len(before)]
    for axis in perm:
        if not -len(before) <= axis < len(before):
            raise ShapeError(f"perm dim {axis} is out of range of input rank {len(before)}", computed=computed(op, 1))
    return [tuple(before[axis] for axis in perm)]


def _transpose_trouble(x, perm):
    count = len(x.shape)
    if not isinstance(perm, (list, tuple)):
        return "perm must be a vector, not []"
    if len(perm) != count:
        return f"transpose expects a vector of size {count}. But input(1) is a vector of size {len(perm)}"
    for axis in perm:
        if not 0 <= axis < count:
            return f"{axis} is out of range [0 .. {count})"
    missing = next((axis for axis in range(count) if axis not in perm), None)
    return f"{missing} is missing from {{{','.join(map(str, perm))}}}." if missing is not None else None


def _permute(x, perm):
    if any(axis < 0 for axis in perm):  # torch counts from the end, TensorFlow's kernel does not
        raise ValueError(_transpose_trouble(x, perm))
    return x.permute(perm)


@op(
    "Transpose(x: T, perm: host Tperm, T: type, Tperm: {index} = int32) -> (y: T)",
    shape=_permuted,
    view=True,
    explain=_transpose_trouble,
    no_gradient_inputs=("perm",),
)
def Transpose(x, perm):
    return _permute(x, perm)


@Transpose.on_host_too
def _(x, perm):
    return np.transpose(x, perm)


@op(
    "ConjugateTranspose(x: T, perm: host Tperm, T: type, Tperm: {index} = int32) -> (y: T)",
    shape=_permuted,
    view=True,
    explain=_transpose_trouble,
    no_gradient_inputs=("perm",),
)
def ConjugateTranspose(x, perm):
    return _permute(x, perm).conj().resolve_conj()


@ConjugateTranspose.on_host_too
def _(x, perm):
    x = np.asarray(x)
    return np.transpose(x if x.dtype == object else np.conj(x), perm)


def transpose(a, perm=None, name="transpose", conjugate=False):
    """``a`` with its dimensions in the order of ``perm``, reversed where ``perm`` is None; conjugated too if asked."""
    with name_scope(name, "transpose", [a]) as name:
        a = convert_to_tensor(a, name="a")
        build = raw.ConjugateTranspose if conjugate and a.dtype.is_complex else raw.Transpose
        if perm is not None:
            return build(a, perm, name=name)
        if a.shape.ndims:
            return build(a, (len(a._shape) - 1) - np.arange(len(a._shape)), name=name)
        count = raw.Rank(a)
        result = build(a, raw.Sub(raw.Sub(count, 1, name="sub"), raw.Range(0, count, 1), name="sub"), name=name)
        if a._shape is not None:
            result.set_shape(a._shape[::-1])
        return result
