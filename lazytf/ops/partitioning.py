"""Rows dealt out to several tensors, and put together again."""

import numpy as np
import torch

from lazytf.core import contents, shapes
from lazytf.core.build import raw
from lazytf.core.registry import op
from lazytf.core.shape_rules import ShapeError
from lazytf.ops.gathering import as_numbers
from lazytf.ops.measuring import zero_of
from lazytf.ops.sentences import bracketed, refuse


def _partitioned(op):
    data, partitions, num = op._inputs[0]._shape, op._inputs[1]._shape, op._attrs["num_partitions"]
    if data is None or partitions is None:
        return [None] * num
    try:
        shapes.merge_inferred(data[: len(partitions)], partitions)
    except ValueError as e:
        raise ShapeError(str(e)) from None
    return [(None, *data[len(partitions) :])] * num


def _partition_trouble(data, partitions, num_partitions):
    if tuple(data.shape[: len(partitions.shape)]) != tuple(partitions.shape):
        return (
            f"data.shape must start with partitions.shape, got data.shape = {bracketed(data.shape)}, "
            "partitions.shape = "
            f"{bracketed(partitions.shape)}"
        )
    numbers = as_numbers(partitions)
    wrong = np.argwhere((numbers < 0) | (numbers >= num_partitions))
    if len(wrong):
        place = tuple(wrong[0])
        return f"partitions{bracketed(place) if place else ''} = {numbers[place]} is not in [0, {num_partitions})"
    return None


@op(
    "DynamicPartition(data: T, partitions: int32, num_partitions: int >= 1, T: type) -> (outputs: num_partitions*T)",
    shape=_partitioned,
    no_gradient_inputs=("partitions",),
)
def DynamicPartition(data, partitions, num_partitions):
    if data.shape[: partitions.dim()] != partitions.shape or (
        data.device.type == "cpu" and ((partitions < 0) | (partitions >= num_partitions)).any()
    ):
        refuse(_partition_trouble(data, partitions, num_partitions))
    return [data[partitions == number] for number in range(num_partitions)]


@DynamicPartition.on_host_too
def _(data, partitions, num_partitions):
    data, partitions = np.asarray(data), np.asarray(partitions)
    refuse(_partition_trouble(data, partitions, num_partitions))
    return [data[partitions == number] for number in range(num_partitions)]


def dynamic_partition(data, partitions, num_partitions, name=None):
    """``num_partitions`` tensors: tensor i holds, in order, the slices of ``data`` for which ``partitions`` says i."""
    return raw.DynamicPartition(data, partitions, num_partitions=num_partitions, name=name)


def _stitched(op):
    count = op._attrs["N"]
    indices, data = op._inputs[:count], op._inputs[count:]
    rest, highest = None, -1
    for i, d in zip(indices, data, strict=True):
        if i._shape is not None and d._shape is not None:
            try:
                shapes.merge_inferred(d._shape[: len(i._shape)], i._shape)
                rest = shapes.merge_inferred(rest, d._shape[len(i._shape) :])
            except ValueError as e:
                raise ShapeError(str(e)) from None
        value = None if highest is None else contents.constant_value(i)
        highest = None if value is None else max(highest, value.max(initial=-1))
    return [None if rest is None else (None if highest is None else int(highest) + 1, *rest)]


def _stitch(indices, data):
    for i, (index, d) in enumerate(zip(indices, data, strict=True)):
        if tuple(d.shape[: len(index.shape)]) != tuple(index.shape):
            refuse(
                f"data[{i}].shape = {bracketed(d.shape)} does not start with indices[{i}].shape = "
                f"{bracketed(index.shape)}"
            )
    rest = data[0].shape[indices[0].dim() :]
    flat = torch.cat([index.reshape(-1) for index in indices]).long()
    rows = torch.cat([d.reshape(-1, *rest) for d in data])
    count = int(flat.max()) + 1 if flat.numel() else 0
    # Where an index occurs twice the last one counts: the row that each place takes is the highest numbered.
    source = torch.full((count,), -1, device=flat.device).scatter_reduce(
        0, flat, torch.arange(len(flat), device=flat.device), "amax"
    )
    if bool((source < 0).any()):  # TensorFlow leaves such rows as they come; zeros are at least the same every time
        rows = torch.cat([rows, rows.new_zeros((1, *rest))])
        source = torch.where(source < 0, len(rows) - 1, source)
    return rows.index_select(0, source)


def _host_stitch(indices, data):
    rest = data[0].shape[np.ndim(indices[0]) :]
    count = max((int(np.max(index, initial=-1)) for index in indices), default=-1) + 1
    like = np.asarray(data[0])
    result = np.full((count, *rest), zero_of(like), like.dtype)
    for index, d in zip(indices, data, strict=True):
        result[np.asarray(index)] = d
    return result


@op(
    "DynamicStitch(indices: N*int32, data: N*T, N: int >= 1, T: type) -> (merged: T)",
    shape=_stitched,
    no_gradient_inputs=("indices",),
)
def DynamicStitch(indices, data):
    return _stitch(indices, data)


@op(
    "ParallelDynamicStitch(indices: N*int32, data: N*T, N: int >= 1, T: type) -> (merged: T)",
    shape=_stitched,
    no_gradient_inputs=("indices",),
)
def ParallelDynamicStitch(indices, data):
    return _stitch(indices, data)


DynamicStitch.host = ParallelDynamicStitch.host = _host_stitch


def dynamic_stitch(indices, data, name=None):
    """The tensors of ``data`` put together by their numbers: ``merged[indices[m][i]] = data[m][i]``, the last one
    counting.
    """
    return raw.DynamicStitch(indices, data, name=name)


def parallel_dynamic_stitch(indices, data, name=None):
    """As ``dynamic_stitch``; numbers should not occur twice."""
    return raw.ParallelDynamicStitch(indices, data, name=name)
