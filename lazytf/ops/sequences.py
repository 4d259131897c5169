"""Sequences that end before their tensor does: reversed up to their lengths, and masks of them."""

import numpy as np
import torch

from lazytf.core import dtypes
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.registry import op
from lazytf.core.shape_rules import ShapeError, merge_dimensions, with_rank
from lazytf.ops.reduction import either
from lazytf.ops.sentences import refuse
from lazytf.ops.unsigned import widened


def _sequences_reversed(op):
    shape = op._inputs[0]._shape
    (count,) = with_rank(op, 1, 1)
    if shape is None:
        return [None]
    for name in ("batch_dim", "seq_dim"):
        if op._attrs[name] >= len(shape):
            raise ShapeError(f"{name} must be < input rank: {op._attrs[name]} vs. {len(shape)}")
    batch = op._attrs["batch_dim"]
    sizes = list(shape)
    sizes[batch] = merge_dimensions(shape[batch], count)
    return [tuple(sizes)]


def _dimensions_trouble(input, seq_lengths, seq_dim, batch_dim):
    if batch_dim == seq_dim:
        return f"batch_dim == seq_dim == {seq_dim}"
    count = input.dim()
    for name, dimension in (("seq_dim", seq_dim), ("batch_dim", batch_dim)):
        if dimension >= count:
            return f"{name} must be < input.dims()( {dimension} vs. {count})"
        if dimension < 0:
            return f"{name} must be >= 0, but got {dimension}"
    if len(seq_lengths) != input.shape[batch_dim]:
        return f"len(seq_lens) != input.dims({batch_dim}), ({len(seq_lengths)} vs. {input.shape[batch_dim]})"
    return None


def _lengths_trouble(input, seq_lengths, seq_dim, batch_dim):
    for i, length in enumerate(seq_lengths.tolist()):
        if length < 0:
            return f"seq_lens({i}) < 0"
        if length > input.shape[seq_dim]:
            return f"seq_lens({i}) > input.dims({seq_dim})"
    return None


@op(
    "ReverseSequence(input: T, seq_lengths: Tlen, seq_dim: int, batch_dim: int = 0, T: type, Tlen: {int32, int64} = "
    "int64) -> (output: T)",
    shape=_sequences_reversed,
    explain=_lengths_trouble,
    no_gradient_inputs=("seq_lengths",),
)
def ReverseSequence(input, seq_lengths, seq_dim, batch_dim):
    refuse(_dimensions_trouble(input, seq_lengths, seq_dim, batch_dim))
    sequences = input.movedim((batch_dim, seq_dim), (0, 1))  # [batch, steps, ...]
    steps = torch.arange(sequences.shape[1], device=input.device)
    lengths = seq_lengths.long().unsqueeze(1)
    places = torch.where(steps < lengths, lengths - 1 - steps, steps + lengths.clamp(max=0))  # [batch, steps]
    if input.device.type != "cpu":  # an impossible length is an error where a kernel can raise, else it is cut
        places = places.clamp(0, max(len(steps) - 1, 0))
    places = places.view(*places.shape, *(1,) * (input.dim() - 2)).expand_as(sequences)
    reversed_up_to = widened(sequences).gather(1, places).to(input.dtype)
    return reversed_up_to.movedim((0, 1), (batch_dim, seq_dim))


def reverse_sequence(input, seq_lengths, seq_axis=None, batch_axis=None, name=None, seq_dim=None, batch_dim=None):
    """``input`` with the first ``seq_lengths[b]`` steps along ``seq_axis`` reversed, for each ``b`` along
    ``batch_axis``.

    ``seq_lengths`` is an int32 or int64 vector as long as the batch; the steps after a length stay where they are.
    ``seq_dim`` and ``batch_dim`` are older names of the axes, which count from 0; the batch is axis 0 if not given.
    ``ValueError`` if an axis has both names. ``InvalidArgumentError`` in the run for a length below zero or above the
    number of steps; on a GPU such a length is cut.
    """
    return raw.ReverseSequence(
        input,
        seq_lengths,
        seq_dim=either("seq_axis", seq_axis, "seq_dim", seq_dim),
        batch_dim=either("batch_axis", batch_axis, "batch_dim", batch_dim) or 0,
        name=name,
    )


def sequence_mask(lengths, maxlen=None, dtype=dtypes.bool_, name=None):
    """For each length ``n`` in ``lengths`` (``[...]``), ``maxlen`` flags of which the first ``n`` are true: ``[...,
    maxlen]``.

    ``maxlen`` is the largest length where it is not given; ``dtype`` turns flags into ones and zeros.
    """
    with name_scope(name, "SequenceMask", [lengths, maxlen]):
        lengths = convert_to_tensor(lengths)
        if maxlen is None:
            maxlen = raw.Max(lengths, _all_dimensions(lengths))
            maxlen = raw.Maximum(convert_to_tensor(0, maxlen.dtype, name="Const"), maxlen)
        else:
            maxlen = convert_to_tensor(maxlen)
        if maxlen.shape.ndims not in (None, 0):
            raise ValueError("maxlen must be scalar for sequence_mask")
        row = raw.Range(
            convert_to_tensor(0, maxlen.dtype, name="Const"), maxlen, convert_to_tensor(1, maxlen.dtype, name="Const")
        )
        matrix = raw.ExpandDims(lengths, -1)
        matrix = raw.Cast(matrix, DstT=maxlen.dtype.base_dtype)  # TensorFlow casts even to the same type
        result = raw.Less(row, matrix)
        dtype = None if dtype is None else dtypes.as_dtype(dtype)
        return result if dtype is None or dtype is dtypes.bool_ else raw.Cast(result, DstT=dtype)


def _all_dimensions(tensor):
    """The numbers of all dimensions of a tensor."""
    if tensor._shape is not None:
        return raw.Const(value=np.arange(len(tensor._shape), dtype=np.int32), dtype=dtypes.int32)
    return raw.Range(0, raw.Rank(tensor), 1)
