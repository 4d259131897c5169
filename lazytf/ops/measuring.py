"""The shape, size and rank of a tensor as tensors, constants wherever the graph knows them already."""

import math

import numpy as np
import torch

from lazytf.core import contents, dtypes
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.registry import op
from lazytf.core.shape_rules import scalar
from lazytf.core.values import SparseTensor


def zero_of(array):
    """What stands for nothing among the elements of a NumPy array: 0, or an empty string."""
    return b"" if array.dtype == object and any(isinstance(e, bytes) for e in array.flat) else 0


def sizes_in(tensor):
    """The shape that an integer vector spells out, -1 and what is not known as None; ``ValueError`` for less than
    -1.
    """
    sizes = contents.elements(tensor)
    if sizes is None:
        return None
    least = min((size for size in sizes if size is not None), default=0)
    if least < -1:
        raise ValueError(f"Invalid value in tensor used for shape: {least}")
    return tuple(None if size == -1 else size for size in sizes)


def _of_rank(op):
    shape = op._inputs[0]._shape
    return [(None if shape is None else len(shape),)]


@op("Shape(input: shape of T, T: type, out_type: {index} = int32) -> (output: out_type)", shape=_of_rank, gradient=None)
def Shape(input, out_type, device):
    return torch.tensor(input, dtype=out_type, device=device)


@Shape.on_host_too
def _(input, out_type, device):
    return np.array(input, out_type)


@op(
    "ShapeN(input: shape of N*T, N: int >= 1, T: type, out_type: {index} = int32) -> (output: N*out_type)",
    shape=lambda op: [(None if t._shape is None else len(t._shape),) for t in op._inputs],
    gradient=None,
)
def ShapeN(input, out_type, device):
    return [torch.tensor(shape, dtype=out_type, device=device) for shape in input]


@ShapeN.on_host_too
def _(input, out_type, device):
    return [np.array(shape, out_type) for shape in input]


@op("Size(input: shape of T, T: type, out_type: {index} = int32) -> (output: out_type)", shape=scalar, gradient=None)
def Size(input, out_type, device):
    return torch.tensor(math.prod(input), dtype=out_type, device=device)


@Size.on_host_too
def _(input, out_type, device):
    return np.array(math.prod(input), out_type)[()]


@op("Rank(input: shape of T, T: type) -> (output: int32)", shape=scalar, gradient=None)
def Rank(input, device):
    return torch.tensor(len(input), dtype=torch.int32, device=device)


@Rank.on_host_too
def _(input, device):
    return np.int32(len(input))


def shape(input, name=None, out_type=dtypes.int32):
    """The shape of ``input`` as an integer vector: a constant where it is known while the graph is built."""
    return shape_internal(input, name, optimize=True, out_type=out_type)


def shape_internal(input, name=None, optimize=True, out_type=dtypes.int32):
    """As ``shape``; without ``optimize`` always an operation."""
    out_type = dtypes.as_dtype(out_type)
    with name_scope(name, "Shape", [input]) as name:
        if isinstance(input, SparseTensor):
            return _cast(input.dense_shape, out_type)
        input = convert_to_tensor(input)
        if optimize and input.shape.is_fully_defined():
            return _constant(input._shape, out_type, name)
        return raw.Shape(input, out_type=out_type, name=name)


def shape_n(input, out_type=dtypes.int32, name=None):
    """The shapes of the tensors in the list ``input``, as a list of integer vectors."""
    return raw.ShapeN(input, out_type=out_type, name=name)


def size(input, name=None, out_type=dtypes.int32):
    """The number of elements of ``input``, a scalar: a constant where it is known while the graph is built."""
    return size_internal(input, name, optimize=True, out_type=out_type)


def size_internal(input, name=None, optimize=True, out_type=dtypes.int32):
    """As ``size``; without ``optimize`` always an operation."""
    out_type = dtypes.as_dtype(out_type)
    with name_scope(name, "Size", [input]) as name:
        if isinstance(input, SparseTensor):
            return raw.Prod(_cast(input.dense_shape, out_type), 0, name=name)
        input = convert_to_tensor(input)
        known = input._shape
        if optimize and known is not None:
            if None not in known:
                return _constant(math.prod(known), out_type, name)
            if 0 in known:
                return _constant(0, out_type, name)
        return raw.Size(input, out_type=out_type, name=name)


def rank(input, name=None):
    """The number of dimensions of ``input``, an int32 scalar: a constant where it is known while the graph is built."""
    return rank_internal(input, name, optimize=True)


def rank_internal(input, name=None, optimize=True):
    """As ``rank``; without ``optimize`` always an operation."""
    with name_scope(name, "Rank", [input]) as name:
        if isinstance(input, SparseTensor):
            return size_internal(input.dense_shape, name, optimize)
        input = convert_to_tensor(input)
        if optimize and input._shape is not None:
            return _constant(len(input._shape), dtypes.int32, name)
        return raw.Rank(input, name=name)


def _constant(value, dtype, name):
    return raw.Const(value=np.array(value, dtype.as_numpy_dtype), dtype=dtype, name=name)


def _cast(tensor, dtype):
    return tensor if tensor.dtype.base_dtype is dtype else raw.Cast(tensor, DstT=dtype)
