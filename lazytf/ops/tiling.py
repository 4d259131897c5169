"""More of the same elements: repeated, padded, broadcast; and their order reversed."""

import numpy as np
import torch

from lazytf.core import contents, shapes
from lazytf.core.build import raw
from lazytf.core.operation import Tensor
from lazytf.core.registry import op
from lazytf.core.shape_rules import ShapeError, with_rank
from lazytf.ops.measuring import sizes_in, zero_of
from lazytf.ops.sentences import bracketed, computed, refuse


def _tiled(op):
    before = op._inputs[0]._shape
    with_rank(op, 1, 1)
    multiples = contents.elements(op._inputs[1])
    if multiples is None:
        return [None if before is None else (None,) * len(before)]
    before = (None,) * len(multiples) if before is None else before
    if len(before) != len(multiples):
        raise ShapeError(f"Shape must be rank {len(before)} but is rank {len(multiples)}")
    return [tuple(_times(extent, multiple) for extent, multiple in zip(before, multiples, strict=True))]


def _times(extent, multiple):
    if 0 in (extent, multiple):
        return 0
    return None if extent is None or multiple is None or multiple < 0 else extent * multiple


def _tile_trouble(input, multiples):
    if not isinstance(multiples, (list, tuple)):
        return "Expected multiples to be 1-D, but got shape []"
    if len(multiples) != len(input.shape):
        return (
            f"Expected multiples argument to be a vector of length {len(input.shape)} but got length {len(multiples)}"
        )
    wrong = next((i for i, times in enumerate(multiples) if times < 0), None)
    return None if wrong is None else f"Expected multiples[{wrong}] >= 0, but got {multiples[wrong]}"


@op(
    "Tile(input: T, multiples: host Tmultiples, T: type, Tmultiples: {index} = int32) -> (output: T)",
    shape=_tiled,
    view=True,
    explain=_tile_trouble,
    no_gradient_inputs=("multiples",),
)
def Tile(input, multiples):
    if len(multiples) != input.dim():
        raise ValueError(_tile_trouble(input, multiples))
    return input.repeat(multiples) if multiples else input


@Tile.on_host_too
def _(input, multiples):
    refuse(_tile_trouble(np.asarray(input), multiples))
    return np.tile(input, multiples)


def tile(input, multiples, name=None):
    """``input`` repeated ``multiples[i]`` times along dimension i."""
    return raw.Tile(input, multiples, name=name)


def _padded(op):
    before = op._inputs[0]._shape
    rows = with_rank(op, 1, 2)
    if rows[1] not in (2, None):
        raise ShapeError(f"Dimension must be 2 but is {rows[1]}")
    if before is not None and rows[0] not in (len(before), None):
        raise ShapeError(f"Shape must be rank {rows[0]} but is rank {len(before)}")
    if len(op._inputs) > 2:
        with_rank(op, 2, 0)
    count = rows[0] if before is None else len(before)
    if count is None:
        return [None]
    amounts = contents.elements(op._inputs[1])
    if amounts is None or len(amounts) != 2 * count:
        return [(None,) * count]
    if any(amount is not None and amount < 0 for amount in amounts):
        raise ShapeError("Paddings must be non-negative", computed=computed(op, 1))
    before = (None,) * count if before is None else before
    return [
        tuple(
            None if None in (extent, low, high) else extent + low + high
            for extent, low, high in zip(before, amounts[::2], amounts[1::2], strict=True)
        )
    ]


def _pad_trouble(input, paddings, constant_values=None):
    found = np.shape(paddings)
    if len(found) != 2 or found[1] != 2:
        if found != (0,):
            return f"paddings must be a matrix with 2 columns: {bracketed(found)}"
    elif found[0] != len(input.shape):
        return f"The first dimension of paddings must be the rank of inputs{bracketed(found)} {bracketed(input.shape)}"
    for low, high in paddings:
        if low < 0 or high < 0:
            return f"Paddings must be non-negative: {low} {high}"
    return None


def _pad(input, paddings, value):
    refuse(_pad_trouble(input, paddings))
    amounts = [amount for pair in reversed(paddings) for amount in pair]
    if input.is_floating_point() and not isinstance(value, torch.Tensor):
        return torch.nn.functional.pad(input, amounts)
    result = torch.empty(
        [extent + low + high for extent, (low, high) in zip(input.shape, paddings, strict=True)],
        dtype=input.dtype,
        device=input.device,
    )
    result[...] = value
    result[tuple(slice(low, low + extent) for extent, (low, _) in zip(input.shape, paddings, strict=True))] = input
    return result


@op(
    "Pad(input: T, paddings: host Tpaddings, T: type, Tpaddings: {index} = int32) -> (output: T)",
    shape=_padded,
    view=True,
    no_gradient_inputs=("paddings",),
)
def Pad(input, paddings):
    return _pad(input, paddings, 0)


@op(
    "PadV2(input: T, paddings: host Tpaddings, constant_values: T, T: type, Tpaddings: {index} = int32) -> (output: T)",
    shape=_padded,
    no_gradient_inputs=("paddings", "constant_values"),
)
def PadV2(input, paddings, constant_values):
    return _pad(input, paddings, constant_values)


@Pad.on_host_too
def _(input, paddings):
    return _host_pad(input, paddings, zero_of(np.asarray(input)))


@PadV2.on_host_too
def _(input, paddings, constant_values):
    return _host_pad(input, paddings, constant_values)


def _host_pad(input, paddings, value):
    input = np.asarray(input)
    refuse(_pad_trouble(input, paddings))
    result = np.empty(
        [extent + low + high for extent, (low, high) in zip(input.shape, paddings, strict=True)], input.dtype
    )
    result[...] = value
    result[tuple(slice(low, low + extent) for extent, (low, _) in zip(input.shape, paddings, strict=True))] = input
    return result


def _mirror_trouble(input, paddings, mode):
    sentence = _pad_trouble(input, paddings)
    if sentence:
        return sentence.replace("Paddings must be", "paddings must be").replace("] [", "], [")
    for extent, (low, high) in zip(input.shape, paddings, strict=True):
        if mode == "REFLECT" and max(low, high) >= extent:
            return f"paddings must be less than the dimension size: {low}, {high} not less than {extent}"
        if mode == "SYMMETRIC" and max(low, high) > extent:
            return f"paddings must be no greater than the dimension size: {low}, {high} greater than {extent}"
    return None


def _mirrored_places(extent, low, high, mode):
    """Where each element of a mirrored dimension comes from."""
    inside = list(range(extent))
    skip = mode == "REFLECT"
    return inside[skip : low + skip][::-1] + inside + inside[::-1][skip : high + skip]


@op(
    "MirrorPad(input: T, paddings: host Tpaddings, T: type, Tpaddings: {index} = int32, mode: "
    "{'REFLECT', 'SYMMETRIC'}) "
    "-> (output: T)",
    shape=_padded,
    view=True,
    no_gradient_inputs=("paddings",),
)
def MirrorPad(input, paddings, mode):
    refuse(_mirror_trouble(input, paddings, mode))
    for axis, (low, high) in enumerate(paddings):
        if low or high:
            places = torch.tensor(_mirrored_places(input.shape[axis], low, high, mode), device=input.device)
            input = input.index_select(axis, places)
    return input


@MirrorPad.on_host_too
def _(input, paddings, mode):
    input = np.asarray(input)
    refuse(_mirror_trouble(input, paddings, mode))
    for axis, (low, high) in enumerate(paddings):
        input = input.take(_mirrored_places(input.shape[axis], low, high, mode), axis)
    return input


def pad(tensor, paddings, mode="CONSTANT", name=None, constant_values=0):
    """``tensor`` with ``paddings[i] = [before, after]`` elements added to dimension i.

    They hold ``constant_values`` in mode "CONSTANT", the elements mirrored at the edge, without the edge itself, in
    mode "REFLECT", and with it in mode "SYMMETRIC". ``ValueError`` for another mode.
    """
    mode = mode.upper()
    if mode == "CONSTANT":
        if not isinstance(constant_values, Tensor) and constant_values == 0:
            return raw.Pad(tensor, paddings, name=name)
        return raw.PadV2(tensor, paddings, constant_values, name=name)
    if mode in ("REFLECT", "SYMMETRIC"):
        return raw.MirrorPad(tensor, paddings, mode=mode, name=name)
    raise ValueError(f"Unknown padding mode: {mode}")


def _broadcast_shape(op):
    before = op._inputs[0]._shape
    with_rank(op, 1, 1)
    after = sizes_in(op._inputs[1])
    if after is None:
        return [None]
    if before is None:
        return [after]
    if len(before) > len(after):
        raise ShapeError(f"Shape must be at most rank {len(after)} but is rank {len(before)}")
    try:
        return [shapes.broadcast(before, after)]
    except ValueError as e:
        raise ShapeError(str(e), partial={1: bracketed(after)}) from None


def _broadcast_trouble(input, shape):
    if min(shape, default=0) < 0:
        return f"Dimension {min(shape)} must be >= 0"
    if len(input.shape) > len(shape):
        return f"Rank of input ({len(input.shape)}) must be no greater than rank of output shape ({len(shape)})."
    return f"Incompatible shapes: {bracketed(input.shape)} vs. {bracketed(shape)}"


@op(
    "BroadcastTo(input: T, shape: host Tidx, T: type, Tidx: {index} = int32) -> (output: T)",
    shape=_broadcast_shape,
    view=True,
    explain=_broadcast_trouble,
    no_gradient_inputs=("shape",),
)
def BroadcastTo(input, shape):
    if 0 in shape and len(shape) >= input.dim():  # TensorFlow lets an empty result be made of anything
        return input.new_empty(shape)
    if -1 in shape:  # torch would keep the size
        raise ValueError(_broadcast_trouble(input, shape))
    return input.expand(shape)


@BroadcastTo.on_host_too
def _(input, shape):
    return np.broadcast_to(input, shape)


@op(
    "BroadcastArgs(s0: T, s1: T, T: {index} = int32) -> (r0: T)",
    shape=lambda op: [_longest(with_rank(op, 0, 1), with_rank(op, 1, 1))],
    gradient=False,
    on_host=True,
)
def BroadcastArgs(s0, s1):
    try:
        return np.array(
            shapes.broadcast(tuple(np.ravel(s0).tolist()), tuple(np.ravel(s1).tolist())), np.asarray(s0).dtype
        )
    except ValueError:
        return refuse(f"Incompatible shapes: {bracketed(np.ravel(s0).tolist())} vs. {bracketed(np.ravel(s1).tolist())}")


def _longest(a, b):
    return (None if None in (a[0], b[0]) else max(a[0], b[0]),)


def broadcast_to(input, shape, name=None):
    """``input`` repeated along dimensions of size 1, and new ones in front, until it has ``shape``."""
    return raw.BroadcastTo(input, shape, name=name)


def broadcast_static_shape(shape_x, shape_y):
    """The ``TensorShape`` of ``x + y`` for those static shapes; ``ValueError`` where they do not fit."""
    shape_x, shape_y = shapes.as_shape(shape_x), shapes.as_shape(shape_y)
    if shape_x.ndims is None or shape_y.ndims is None:
        return shapes.TensorShape(None)
    try:
        return shapes.TensorShape.of(shapes.broadcast(shape_x._dims, shape_y._dims))
    except ValueError:
        raise ValueError(f"Incompatible shapes for broadcasting: {shape_x} and {shape_y}") from None


def broadcast_dynamic_shape(shape_x, shape_y):
    """The shape of ``x + y`` as a tensor, from the shapes of x and y as integer vectors."""
    return raw.BroadcastArgs(shape_x, shape_y)


def _reversed(op):
    shape = op._inputs[0]._shape
    with_rank(op, 1, 1)
    axes = contents.elements(op._inputs[1])
    if shape is not None and axes is not None and None not in axes:
        sentence = _reverse_trouble(op._inputs[0], axes)
        if sentence:
            raise ShapeError(sentence, computed=computed(op, 1))
    return [shape]


def _reverse_trouble(tensor, axis):
    if not isinstance(axis, (list, tuple)) or (axis and isinstance(axis[0], (list, tuple))):
        return f"'dims' must be 1-dimension, not {np.ndim(axis)}"
    count = len(getattr(tensor, "_shape", None) or tensor.shape)
    seen = set()
    for i, a in enumerate(axis):
        if not -count <= a < count:
            return f"'axis'[{i}] = {a} is out of valid range [0, {count - 1}"
        if a % count in seen:
            return f"axis {a % count} specified more than once."
        seen.add(a % count)
    return None


@op(
    "ReverseV2(tensor: T, axis: host Tidx, Tidx: {index} = int32, T: {uint8, int8, uint16, int16, "
    "int32, int64, bool, bfloat16, "
    "float16, float32, float64, complex64, complex128, string}) -> (output: T)",
    shape=_reversed,
    view=True,
    explain=_reverse_trouble,
    no_gradient_inputs=("axis",),
)
def ReverseV2(tensor, axis):
    return tensor.flip(axis)


@ReverseV2.on_host_too
def _(tensor, axis):
    refuse(_reverse_trouble(np.asarray(tensor), axis))
    return np.flip(tensor, tuple(axis))


def reverse(tensor, axis, name=None):
    """``tensor`` with the order of its elements reversed along each dimension in ``axis`` (a vector)."""
    return raw.ReverseV2(tensor, axis, name=name)
