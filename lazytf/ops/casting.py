"""Changing the type of a tensor's elements: by value, and by reading the same bits anew."""

import warnings

import numpy as np
import torch

from lazytf.core import dtypes
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.errors import UnimplementedError
from lazytf.core.operation import Tensor
from lazytf.core.registry import op
from lazytf.core.shape_rules import ShapeError, unchanged
from lazytf.core.values import IndexedSlices, SparseTensor


@op("Cast(x: SrcT, SrcT: type, DstT: type, Truncate: bool = False) -> (y: DstT)", shape=unchanged, view=True)
def Cast(x, DstT, Truncate):
    if x.is_complex() and not DstT.is_complex:
        x = x.real
    if Truncate:
        return _Truncated.apply(x, DstT)
    if DstT is torch.uint32 and x.is_floating_point():  # torch saturates here where C, and TensorFlow, wrap around
        x = x.long()
    return x.to(DstT)


class _Truncated(torch.autograd.Function):
    """A cast that rounds towards zero; its gradient is that of a cast."""

    @staticmethod
    def forward(ctx, x, dtype):
        ctx.dtype = x.dtype
        return _truncated(x, dtype).to(dtype)

    @staticmethod
    def backward(ctx, gradient):
        return gradient.to(ctx.dtype), None


def _truncated(x, dtype):
    """The bits a narrower float has no room for set to zero, so that nothing is left to round."""
    lost = {
        (torch.float32, torch.bfloat16): (torch.int32, 16),
        (torch.float32, torch.float16): (torch.int32, 13),
        (torch.float64, torch.float32): (torch.int64, 29),
        (torch.float64, torch.bfloat16): (torch.int64, 45),
        (torch.float64, torch.float16): (torch.int64, 42),
    }.get((x.dtype, dtype))
    if lost is None:
        return x
    integer, bits = lost
    return (x.view(integer) >> bits << bits).view(x.dtype)


@Cast.on_host_too
def _(x, DstT, Truncate):
    x = np.asarray(x)
    if x.dtype == object:
        if DstT.kind != "O":  # text: no kernel of TensorFlow's reads numbers from it
            raise UnimplementedError(None, None, f"Cast string to {dtypes.as_dtype(DstT)._c_name} is not supported")
        return x
    if DstT.kind == "O":  # elements that are known in part while the graph is built
        return x.astype(object)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return (x.real if x.dtype.kind == "c" and DstT.kind != "c" else x).astype(DstT)


def cast(x, dtype, name=None):
    """``x`` with elements of type ``dtype``: a tensor, ``SparseTensor`` or ``IndexedSlices``, itself where it has
    it already.

    Floats lose their fraction towards zero on the way to integers, complex numbers their imaginary part on the way
    to reals; what a type cannot hold wraps around as in C. Gradients flow between float and complex types only.
    """
    base = dtypes.as_dtype(dtype).base_dtype
    if isinstance(x, Tensor) and x.dtype is base:
        return x
    with name_scope(name, "Cast", [x]) as name:
        if isinstance(x, SparseTensor):
            return SparseTensor(x.indices, cast(x.values, base, name=name), x.dense_shape)
        if isinstance(x, IndexedSlices):
            return IndexedSlices(cast(x.values, base, name=name), x.indices, x.dense_shape)
        x = convert_to_tensor(x, name="x")
        if x.dtype.base_dtype is base:
            return x
        return raw.Cast(x, DstT=base, name=name)


def saturate_cast(value, dtype, name=None):
    """``value`` with elements of type ``dtype``; what lies outside the type's range becomes the nearest end of it."""
    dtype = dtypes.as_dtype(dtype).base_dtype
    with name_scope(name, "saturate_cast", [value]) as name:
        value = convert_to_tensor(value, name="value")
        own = value.dtype.base_dtype
        if own.min < dtype.min:
            value = raw.Maximum(
                value, convert_to_tensor(float(dtype.min) if own.is_floating else int(dtype.min), own, name="min")
            )
        if own.max > dtype.max:
            value = raw.Minimum(
                value, convert_to_tensor(float(dtype.max) if own.is_floating else int(dtype.max), own, name="max")
            )
        return cast(value, dtype, name=name)


def to_float(x, name="ToFloat"):
    """``x`` as float32: ``cast`` with its type in the name."""
    return cast(x, dtypes.float32, name=name)


def to_double(x, name="ToDouble"):
    """``x`` as float64."""
    return cast(x, dtypes.float64, name=name)


def to_int32(x, name="ToInt32"):
    """``x`` as int32."""
    return cast(x, dtypes.int32, name=name)


def to_int64(x, name="ToInt64"):
    """``x`` as int64."""
    return cast(x, dtypes.int64, name=name)


def to_bfloat16(x, name="ToBFloat16"):
    """``x`` as bfloat16."""
    return cast(x, dtypes.bfloat16, name=name)


def to_complex64(x, name="ToComplex64"):
    """``x`` as complex64."""
    return cast(x, dtypes.complex64, name=name)


def to_complex128(x, name="ToComplex128"):
    """``x`` as complex128."""
    return cast(x, dtypes.complex128, name=name)


# -- bits -----------------------------------------------------------------------------------------------------------


def _bitcast_shape(op):
    shape = op._inputs[0]._shape
    before, after = op._attrs["T"].size, op._attrs["type"].size
    if shape is None or before == after:
        return [shape]
    if before > after:
        return [(*shape, before // after)]
    if not shape:
        raise ShapeError("Shape must be at least rank 1 but is rank 0")
    if shape[-1] not in (None, after // before):
        raise ShapeError(f"Cannot bitcast due to shape. {shape[-1]} does not match {after // before}")
    return [shape[:-1]]


def _bitcast_trouble(input, type):
    before, after = input.element_size(), type.itemsize
    if after > before and tuple(input.shape[-1:]) != (after // before,):
        return f"Cannot bitcast from {after // before} to {input.shape[-1] if input.dim() else 0}"
    return None


_BITS = (
    "{bfloat16, float16, float32, float64, int64, int32, uint8, uint16, uint32, uint64, int8, int16, "
    "complex64, complex128, "
    "qint8, quint8, qint16, quint16, qint32}"
)


@op(
    f"Bitcast(input: T, T: {_BITS}, type: {_BITS}) -> (output: type)",
    shape=_bitcast_shape,
    view=True,
    explain=_bitcast_trouble,
    gradient=False,
)
def Bitcast(input, type):
    before, after = input.element_size(), type.itemsize
    if after > before:  # torch would take any multiple; TensorFlow wants the last dimension to be used up
        if input.shape[-1] != after // before:
            raise ValueError(_bitcast_trouble(input, type))
        return input.contiguous().view(type).squeeze(-1)
    return (input.unsqueeze(-1) if before > after else input).contiguous().view(type)


@Bitcast.on_host_too
def _(input, type):
    input = np.ascontiguousarray(input).reshape(np.shape(input))
    if input.itemsize > type.itemsize:
        return input[..., None].view(type)
    return (
        input.view(type).reshape(input.shape[:-1])
        if input.itemsize < type.itemsize
        else input.reshape(-1).view(type).reshape(input.shape)
    )


def bitcast(input, type, name=None):
    """The bits of ``input`` read as elements of ``type``: a last dimension is added for a narrower type, used up
    for a wider.
    """
    return raw.Bitcast(input, type=type, name=name)
