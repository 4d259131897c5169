"""Partitioners: how many parts a variable is cut into along each axis.

A partitioner is called as ``partitioner(shape=TensorShape, dtype=DType)`` and returns a list with one count for each
dimension; all but one are 1.
"""

import math

from lazytf.core import dtypes
from lazytf.core.shapes import TensorShape


def fixed_size_partitioner(num_shards, axis=0):
    """A partitioner that always cuts ``axis`` into ``num_shards`` parts, or into single rows where there are fewer."""

    def partitioner(shape, **_):
        parts = [1] * len(shape)
        parts[axis] = min(num_shards, _known(shape)[axis])
        return parts

    return partitioner


def variable_axis_size_partitioner(max_shard_bytes, axis=0, bytes_per_string_element=16, max_shards=None):
    """A partitioner that cuts ``axis`` so that no part is larger than ``max_shard_bytes``, in ``max_shards`` parts at
    most.

    A string counts as ``bytes_per_string_element`` bytes. ``ValueError`` for sizes that are not positive, here, and
    for a shape that is not fully known, when it is called.
    """
    if max_shard_bytes < 1 or bytes_per_string_element < 1:
        raise ValueError("Both max_shard_bytes and bytes_per_string_element must be positive.")
    if max_shards and max_shards < 1:
        raise ValueError("max_shards must be positive.")

    def partitioner(shape, dtype):
        if not isinstance(shape, TensorShape):
            raise ValueError(f"shape is not a TensorShape: {shape}")
        sizes = _known(shape)
        row = math.prod(sizes) // sizes[axis] * _element_bytes(dtype, bytes_per_string_element)
        rows = max(1, max_shard_bytes // row)
        count = min(sizes[axis], math.ceil(sizes[axis] / rows))
        parts = [1] * len(sizes)
        parts[axis] = min(count, max_shards) if max_shards else count
        return parts

    return partitioner


def min_max_variable_partitioner(max_partitions=1, axis=0, min_slice_size=256 << 10, bytes_per_string_element=16):
    """A partitioner that cuts ``axis`` into ``max_partitions`` parts, or fewer so that none is under
    ``min_slice_size`` bytes.

    A string counts as ``bytes_per_string_element`` bytes. ``ValueError`` for an axis that the shape does not have.
    """

    def partitioner(shape, dtype):
        sizes = _known(shape)
        if axis >= len(sizes):
            raise ValueError(f"Can not partition variable along axis {axis} when shape is only {shape}")
        total = math.prod(sizes) * _element_bytes(dtype, bytes_per_string_element)
        parts = [1] * len(sizes)
        parts[axis] = max(1, min(sizes[axis], max_partitions, math.ceil(total / min_slice_size)))
        return parts

    return partitioner


def _known(shape):
    if not shape.is_fully_defined():
        raise ValueError(f"shape is not fully defined: {shape}")
    return shape.as_list()


def _element_bytes(dtype, bytes_per_string_element):
    dtype = dtypes.as_dtype(dtype)
    return bytes_per_string_element if dtype is dtypes.string else dtype.size
