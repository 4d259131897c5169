"""Sums of a list of tensors of one shape and type."""

import torch

from lazytf.core import dtypes, shapes
from lazytf.core.build import convert_to_tensor, raw
from lazytf.core.operation import Tensor
from lazytf.core.registry import op
from lazytf.core.shape_rules import ShapeError, from_attr
from lazytf.core.values import IndexedSlices
from lazytf.ops.sentences import refuse
from lazytf.ops.unsigned import widened


def _one_shape(op):
    """All inputs have one shape; the one that does not is named."""
    shape = op._inputs[-1]._shape
    for i in range(len(op._inputs) - 2, -1, -1):
        try:
            shape = shapes.merge_inferred(op._inputs[i]._shape, shape)
        except ValueError as e:
            raise ShapeError(f"{e}\n\tFrom merging shape {i} with other shapes.") from None
    return [shape]


def _sum_trouble(inputs):
    first = inputs[0].shape
    for i, other in enumerate(inputs[1:], 1):
        if other.shape != first:
            return (
                "Inputs to operation AddN of type AddN must have the same size and shape.  Input 0: "
                f"{shapes.bracketed(first)} != input {i}: {shapes.bracketed(other.shape)}"
            )


_SUMMED = (
    "float32, float64, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, uint16, "
    "complex128, float16, uint32, uint64"
)


@op(f"AddN(inputs: N*T, N: int >= 1, T: {{{_SUMMED}, variant}}) -> (sum: T)", shape=_one_shape)
def AddN(inputs):
    return _sum(inputs)


@op("AccumulateNV2(inputs: N*T, N: int >= 1, T: {number}, shape: shape) -> (sum: T)", shape=from_attr)
def AccumulateNV2(inputs):
    return _sum(inputs)


def _sum(inputs):
    first, *others = inputs
    trouble = _sum_trouble(inputs)
    if trouble:
        refuse(trouble)
    if not others:
        return first.clone()
    total = torch.add(*(widened(t) for t in (first, others[0])))
    for other in others[1:]:
        total = total + widened(other) if torch.is_grad_enabled() else total.add_(widened(other))
    return total.to(first.dtype)


def add_n(inputs, name=None):
    """The sum of a list of tensors of one shape and type (``IndexedSlices`` are made dense).

    A list of one is returned as it is, under ``name`` if one is given. ``ValueError`` for an empty list.
    """
    if not inputs or not isinstance(inputs, (list, tuple)):
        iter(inputs)
        raise ValueError(f"inputs must be {_MANY}/IndexedSlices with the same dtype and shape")
    if not all(isinstance(i, (Tensor, IndexedSlices)) for i in inputs):
        inputs = [i if isinstance(i, IndexedSlices) else convert_to_tensor(i) for i in inputs]
    if len(inputs) == 1:
        only = inputs[0]
        if name is None:
            return convert_to_tensor(only) if isinstance(only, IndexedSlices) else only
        return raw.Identity(only, name=name)
    return raw.AddN(list(inputs), name=name)


_MANY = "a list of at least one Tensor"


def accumulate_n(inputs, shape=None, tensor_dtype=None, name=None):
    """The sum of a list of tensors of one shape and type; ``shape`` and ``tensor_dtype`` say so where they do not know.

    ``ValueError`` where shapes or types differ, ``TypeError`` where they are not ``tensor_dtype``.
    """
    trouble = f"inputs must be {_MANY} with the same dtype and shape"
    if not inputs or not isinstance(inputs, (list, tuple)):
        raise ValueError(trouble)
    inputs = [i if isinstance(i, Tensor) else convert_to_tensor(i) for i in inputs]
    if any(i.dtype.base_dtype is not inputs[0].dtype.base_dtype for i in inputs):
        raise ValueError(trouble)
    total = shapes.as_tuple(shape)
    for i in inputs:
        total = shapes.merge(total, i._shape)
    if tensor_dtype is not None and dtypes.as_dtype(tensor_dtype) is not inputs[0].dtype.base_dtype:
        raise TypeError(f"tensor_dtype is {tensor_dtype}, but input is of type {inputs[0].dtype.base_dtype}")
    if len(inputs) == 1:
        return inputs[0] if name is None else raw.Identity(inputs[0], name=name)
    return raw.AccumulateNV2(inputs, shape=total, name=name)
