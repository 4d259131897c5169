"""Rows of a tensor by their numbers: gather and scatter."""

import numpy as np
import torch

from lazytf.core import contents, shapes
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.registry import op
from lazytf.core.shape_rules import ShapeError, at_least_rank, with_rank
from lazytf.ops.measuring import shape as shape_of, sizes_in, zero_of
from lazytf.ops.sentences import bracketed, computed, refuse

# -- gather ---------------------------------------------------------------------------------------------------------


def _gathered(op):
    params, indices = op._inputs[0]._shape, op._inputs[1]._shape
    axis, batch_dims = 0, op._attrs.get("batch_dims", 0)
    if len(op._inputs) > 2:
        with_rank(op, 2, 0)
        axis = contents.scalar(op._inputs[2])
    if axis is None:
        known = params is not None and indices is not None
        return [(None,) * (len(params) - 1 + len(indices) - max(batch_dims, 0)) if known else None]
    least = max(axis + 1 if axis >= 0 else -axis, batch_dims + 1)
    if params is not None and len(params) < least:
        seen = {} if least == 1 else computed(op, *range(2, len(op._inputs)))
        raise ShapeError(f"Shape must be at least rank {least} but is rank {len(params)}", computed=seen)
    if params is None or indices is None:
        return [None]
    axis += len(params) * (axis < 0)
    batch_dims += len(indices) * (batch_dims < 0)
    return [(*params[:axis], *indices[batch_dims:], *params[axis + 1 :])]


def _out_of_range(indices, limit):
    """TensorFlow's sentence for the first index that is not in ``[0, limit)``."""
    wrong = np.argwhere((indices < 0) | (indices >= limit))
    if not len(wrong):
        return None
    place = tuple(wrong[0])
    where = bracketed(place) if place else ""
    return f"indices{where} = {indices[place]} is not in [0, {limit})"


def as_numbers(indices):
    return np.asarray(indices.cpu() if isinstance(indices, torch.Tensor) else indices)


def _gather_trouble(params, indices, axis=0, batch_dims=0):
    count = len(params.shape)
    if not count:
        return "params must be at least 1 dimensional"
    if not -count <= axis < count:
        return f"Expected axis in the range [{-count}, {count}), but got {axis}"
    rank = len(indices.shape)
    if batch_dims and not -rank <= batch_dims < rank:
        return f"Expected batch_dims in the range [{-rank}, {rank}), but got {batch_dims}"
    axis, batch_dims = axis % count, batch_dims % rank if batch_dims else 0
    if batch_dims > axis:
        return f"batch_dims ({batch_dims}) must be less than or equal to axis ({axis})."
    if tuple(params.shape[:batch_dims]) != tuple(indices.shape[:batch_dims]):
        i = next(i for i in range(batch_dims) if params.shape[i] != indices.shape[i])
        return f"params.shape[{i}]: {params.shape[i]} should be equal to indices.shape[{i}]: {indices.shape[i]}"
    return _out_of_range(as_numbers(indices), params.shape[axis])


def _picked(params, indices, axis):
    """``params.index_select`` for indices of any shape; a wrong index is an error on the CPU, a row of zeros elsewhere.

    That is what TensorFlow does too: a GPU kernel cannot raise, and torch's would take the whole process with it.
    """
    shape = params.shape
    if params.device.type == "cpu":
        rows = params.index_select(axis, indices.reshape(-1))
    else:
        flat = indices.reshape(-1)
        valid = (flat >= 0) & (flat < shape[axis])
        if shape[axis] == 0:
            rows = params.new_zeros((*shape[:axis], flat.numel(), *shape[axis + 1 :]))
        else:
            rows = params.index_select(axis, torch.where(valid, flat, 0))
            rows = torch.where(
                valid.view(-1, *(1,) * (len(shape) - axis - 1)),
                rows,
                torch.zeros((), dtype=rows.dtype, device=rows.device),
            )
    return rows.view((*shape[:axis], *indices.shape, *shape[axis + 1 :]))


def _batch_picked(params, indices, axis, batch_dims):
    """Each batch's own rows: the batch number is folded into the index, then one gather does all."""
    refuse(_gather_trouble(params, indices, axis, batch_dims) if params.device.type == "cpu" else None)
    batch, middle, rest = params.shape[:batch_dims], params.shape[batch_dims:axis], params.shape[axis + 1 :]
    limit, inner = params.shape[axis], indices.shape[batch_dims:]
    flat = params.movedim(axis, batch_dims).reshape(-1, *middle, *rest)  # [batches * limit, middle..., rest...]
    base = torch.arange(batch.numel(), device=indices.device).view(*batch, *(1,) * len(inner)) * limit
    if params.device.type != "cpu":
        valid = (indices >= 0) & (indices < limit)
        base = torch.where(valid, base, -limit * batch.numel() - 1)
    rows = _picked(flat, indices + base, 0)  # [batch..., inner..., middle..., rest...]
    start, moved = batch_dims + len(inner), len(middle)
    return (
        rows.movedim(tuple(range(start, start + moved)), tuple(range(batch_dims, batch_dims + moved)))
        if moved
        else rows
    )


def _rows_taken(op):
    """The numbers of the rows that a gather takes; None where it takes something else."""
    return op._inputs[1] if not op._attrs["batch_dims"] and contents.scalar(op._inputs[2]) == 0 else None


@op(
    "Gather(params: Tparams, indices: Tindices, validate_indices: bool = True, Tparams: type, Tindices: {index}) "
    "-> (output: Tparams)",
    shape=_gathered,
    explain=_gather_trouble,
    gathered=lambda op: op._inputs[1],
)
def Gather(params, indices):
    return _picked(params, indices, 0)


@Gather.on_host_too
def _(params, indices):
    params, indices = np.asarray(params), np.asarray(indices)
    refuse(_gather_trouble(params, indices))
    return params[indices]


@op(
    "GatherV2(params: Tparams, indices: Tindices, axis: host Taxis, batch_dims: int = 0, Tparams: "
    "type, Tindices: {index}, "
    "Taxis: {index}) -> (output: Tparams)",
    shape=_gathered,
    explain=_gather_trouble,
    no_gradient_inputs=("indices", "axis"),
    gathered=_rows_taken,
)
def GatherV2(params, indices, axis, batch_dims):
    if batch_dims:
        return _batch_picked(params, indices, axis % params.dim(), batch_dims % indices.dim())
    if not -params.dim() <= axis < params.dim():
        refuse(_gather_trouble(params, indices, axis))
    return _picked(params, indices, axis % params.dim())


@GatherV2.on_host_too
def _(params, indices, axis, batch_dims):
    params, indices = np.asarray(params), np.asarray(indices)
    refuse(_gather_trouble(params, indices, axis, batch_dims))
    if not batch_dims:
        return np.take(params, indices, axis)
    batch_dims %= indices.ndim
    out = [
        np.take(p, i, axis % params.ndim - batch_dims)
        for p, i in zip(
            params.reshape(-1, *params.shape[batch_dims:]),
            indices.reshape(-1, *indices.shape[batch_dims:]),
            strict=True,
        )
    ]
    return np.stack(out).reshape(*params.shape[:batch_dims], *out[0].shape)


def _gathered_of_handle(op):
    """The shape of a variable's rows: that of the indices, then that of a row."""
    shape, indices, batch_dims = op._inputs[0].op._attrs.get("shape"), op._inputs[1]._shape, op._attrs["batch_dims"]
    return [None if shape is None or indices is None else indices + shape[batch_dims + 1 :]]


@op(
    "ResourceGather(resource: resource, indices: Tindices, batch_dims: int = 0, validate_indices: "
    "bool = True, dtype: type, "
    "Tindices: {index}) -> (output: dtype)",
    shape=_gathered_of_handle,
    reads=["resource"],
    stateful=True,
    gathered=lambda op: None if op._attrs["batch_dims"] else op._inputs[1],
)
def ResourceGather(resource, indices, batch_dims):
    params = resource.leaf if torch.is_grad_enabled() else resource.value
    refuse(_gather_trouble(params, indices, batch_dims, batch_dims) if params.device.type == "cpu" else None)
    return _batch_picked(params, indices, batch_dims, batch_dims) if batch_dims else _picked(params, indices, 0)


def gather(params, indices, validate_indices=None, name=None, axis=None, batch_dims=0):
    """The parts of ``params`` along ``axis`` that ``indices`` (int32 or int64, of any shape) names.

    The result has the shape of ``params`` with that of ``indices`` in the place of dimension ``axis``; the first
    ``batch_dims`` dimensions, which both share, stay as they are, and ``axis`` is the next one by default. An index
    outside ``params`` raises ``InvalidArgumentError`` on the CPU and gives zeros on a GPU, as in TensorFlow.
    """
    if axis is None:
        axis = batch_dims
    if _is_zero(axis) and hasattr(params, "handle"):  # a resource variable, whose rows are read without the rest
        return params.sparse_read(indices, name=name)
    return raw.GatherV2(params, indices, axis, batch_dims=batch_dims, name=name)


def _is_zero(axis):
    return contents.scalar(axis) == 0 if hasattr(axis, "_shape") else axis == 0


def batch_gather(params, indices, name=None):
    """Gathers along the last dimension of ``indices``, whose other dimensions it shares with ``params``.

    ``ValueError`` where the rank of ``indices`` is not known.
    """
    with name_scope(name, "BatchGather", [params, indices]):
        indices = convert_to_tensor(indices, name="indices")
        params = convert_to_tensor(params, name="params")
        if indices._shape is None:
            raise ValueError("batch_gather does not allow indices with unknown shape.")
        return _flat_gather(params, indices, len(indices._shape) - 1)


def _flat_gather(params, indices, batch_dims):
    """One gather from ``params`` with its first dimensions folded together, as TensorFlow spells it."""
    whole = indices
    dtype = indices.dtype.base_dtype
    indices_shape, params_shape = shape_of(indices), shape_of(params)
    accumulated, numbers = _scalar(1, dtype, "ones"), raw.Cast(params_shape, DstT=dtype)
    for dimension in range(batch_dims, 0, -1):
        extent = numbers[dimension - 1]
        accumulated = raw.Mul(accumulated, numbers[dimension], name="mul")
        steps = raw.Range(_scalar(0, dtype, "zeros"), extent, _scalar(1, dtype, "ones"))
        offsets = raw.Mul(steps, accumulated, name="mul")
        sides = convert_to_tensor(
            [*[1] * (dimension - 1), extent, *[1] * (len(whole._shape) - dimension)], name="stack"
        )
        indices = raw.AddV2(indices, raw.Reshape(offsets, sides), name="add")
    flat_indices = raw.Reshape(indices, [-1])
    outer = params_shape[batch_dims + 1 :]
    inner = raw.Prod(params_shape[: batch_dims + 1], [0])
    flat_params = raw.Reshape(params, raw.ConcatV2([[inner], outer], 0, name="concat"))
    rows = raw.GatherV2(flat_params, flat_indices, 0)
    result = raw.Reshape(rows, raw.ConcatV2([indices_shape, outer], 0, name="concat"))
    if whole._shape is not None and params._shape is not None:
        result.set_shape((*whole._shape, *params._shape[batch_dims + 1 :]))
    return result


def _scalar(value, dtype, name):
    return raw.Const(value=np.array(value, dtype.as_numpy_dtype), dtype=dtype, name=name)


# -- gather and scatter by coordinates ------------------------------------------------------------------------------


def _gathered_nd(op):
    params, indices = op._inputs[0]._shape, at_least_rank(op, 1, 1)
    if params is None or indices is None or indices[-1] is None:
        return [None]
    if indices[-1] > len(params):
        raise ShapeError(
            f"indices.shape[-1] must be <= params.rank, but saw indices shape: {bracketed(indices)} and params shape: "
            f"{bracketed(params)}"
        )
    return [(*indices[:-1], *params[indices[-1] :])]


def _outside(indices, sizes):
    """The place in ``indices`` of the first row of coordinates that lies outside ``sizes``, and the row; else None."""
    limits = np.array(sizes[: indices.shape[-1]], np.int64)
    wrong = np.argwhere(((indices < 0) | (indices >= limits)).any(-1))
    return None if not len(wrong) else (tuple(wrong[0]), indices[tuple(wrong[0])].tolist())


def _gather_nd_trouble(params, indices):
    indices = as_numbers(indices)
    if not indices.ndim:
        return "indices must be at least a vector"
    if indices.shape[-1] > len(params.shape):
        return (
            f"index innermost dimension length must be <= params rank; saw: {indices.shape[-1]} vs. {len(params.shape)}"
        )
    if 0 in params.shape and indices.size:
        return f"Requested more than 0 entries, but params is empty.  Params shape: {bracketed(params.shape)}"
    found = _outside(indices, params.shape)
    if found:
        place, row = found
        return (
            f"indices{bracketed(place) if place else '[0]'} = [{', '.join(map(str, row))}] does not "
            "index into param shape "
            f"{bracketed(params.shape)}"
        )
    return None


def _flat_places(indices, sizes):
    """Rows of coordinates (``[..., depth]``) as numbers of rows of the flattened tensor, and which of them are
    inside.
    """
    place = torch.zeros(indices.shape[:-1], dtype=torch.int64, device=indices.device)
    valid = torch.ones(indices.shape[:-1], dtype=torch.bool, device=indices.device)
    for d, extent in enumerate(sizes[: indices.shape[-1]]):
        coordinate = indices[..., d].long()
        valid = valid & (coordinate >= 0) & (coordinate < extent)
        place = place * extent + coordinate
    return place, valid


def _rows_taken_nd(op):
    """The row numbers where each row of coordinates holds no more than one."""
    shape = op._inputs[1]._shape
    return op._inputs[1] if shape is not None and len(shape) == 2 and shape[1] == 1 else None


@op(
    "GatherNd(params: Tparams, indices: Tindices, Tparams: type, Tindices: {index}) -> (output: Tparams)",
    shape=_gathered_nd,
    gathered=_rows_taken_nd,
)
def GatherNd(params, indices):
    depth = indices.shape[-1] if indices.dim() else 0
    on_cpu = params.device.type == "cpu"
    if not indices.dim() or depth > params.dim() or (0 in params.shape and indices.numel()):
        refuse(_gather_nd_trouble(params, indices))
    place, valid = _flat_places(indices, params.shape)
    if on_cpu and not valid.all():
        refuse(_gather_nd_trouble(params, indices))
    rows = params.reshape(-1, *params.shape[depth:]) if depth else params.unsqueeze(0)
    if not on_cpu:
        place = torch.where(valid, place, -1)
    return _picked(rows, place, 0)


@GatherNd.on_host_too
def _(params, indices):
    params, indices = np.asarray(params), np.asarray(indices)
    refuse(_gather_nd_trouble(params, indices))
    return (
        params[tuple(np.moveaxis(indices, -1, 0))]
        if indices.shape[-1]
        else np.broadcast_to(params, (*indices.shape[:-1], *params.shape))
    )


def gather_nd(params, indices, name=None, batch_dims=0):
    """The elements or slices of ``params`` at rows of coordinates: ``indices`` ``[..., depth]`` gives ``[..., rest
    of params]``.

    A row outside ``params`` raises ``InvalidArgumentError`` on the CPU and gives zeros on a GPU, as in TensorFlow.
    The first ``batch_dims`` dimensions are shared by both.
    """
    if batch_dims:
        raise NotImplementedError(
            "tf.gather_nd with batch_dims is not here yet; add the batch numbers to the indices "
            "(tf.meshgrid makes them) and leave batch_dims at 0."
        )
    if hasattr(params, "gather_nd"):
        return params.gather_nd(indices, name)
    return raw.GatherNd(params, indices, name=name)


def _scattered(op):
    indices, updates = op._inputs[0]._shape, op._inputs[1]._shape
    with_rank(op, 2, 1)
    sizes = sizes_in(op._inputs[2])
    if sizes is None:
        return [None]
    partial = {2: shapes.bracketed(sizes)}
    if (
        0 in sizes
        and indices is not None
        and updates is not None
        and 0 not in indices
        and 0 not in updates
        and None not in indices
    ):
        raise ShapeError("Indices and updates specified for empty output shape", partial=partial)
    if not indices or updates is None:
        return [sizes]
    outer = len(indices) - 1
    try:
        shapes.merge_inferred(indices[:-1], updates[:outer])
    except ValueError as e:
        raise ShapeError(
            f"The outer {outer} dimensions of indices.shape={bracketed(indices)} must match the outer "
            f"{outer} dimensions "
            f"of updates.shape={bracketed(updates)}: {e}"
        ) from None
    if indices[-1] is not None and indices[-1] <= len(sizes):
        inner = sizes[indices[-1] :]
        try:
            shapes.merge_inferred(inner, updates[outer:])
        except ValueError as e:
            raise ShapeError(
                f"The inner {len(inner)} dimensions of output.shape={bracketed(sizes)} must match the inner "
                f"{len(updates) - outer} dimensions of updates.shape={bracketed(updates)}: {e}",
                partial=partial,
            ) from None
    return [sizes]


def _scatter_trouble(indices, updates, shape):
    if min(shape, default=0) < 0:
        return f"Dimension {min(shape)} must be >= 0"
    numbers = as_numbers(indices)
    depth = numbers.shape[-1] if numbers.ndim else 0
    if tuple(updates.shape[: numbers.ndim - 1]) != numbers.shape[:-1]:
        return (
            "Outer dimensions of indices and update must match. Indices shape: "
            f"{bracketed(numbers.shape)}, updates shape:{bracketed(updates.shape)}"
        )
    if depth > len(shape) or tuple(updates.shape[numbers.ndim - 1 :]) != tuple(shape[depth:]):
        return (
            "Inner dimensions of output shape must match inner dimensions of updates shape. Output: "
            f"{bracketed(shape)} updates: {bracketed(updates.shape)}"
        )
    found = _outside(numbers, shape)
    if found:
        place, row = found
        return f"indices{bracketed(place)} = [{', '.join(map(str, row))}] does not index into shape {bracketed(shape)}"
    return None


@op(
    "ScatterNd(indices: Tindices, updates: T, shape: host Tindices, T: type, Tindices: {index}) -> (output: T)",
    shape=_scattered,
    explain=_scatter_trouble,
    no_gradient_inputs=("indices", "shape"),
)
def ScatterNd(indices, updates, shape):
    depth = indices.shape[-1]
    if (
        min(shape, default=0) < 0
        or updates.shape[: indices.dim() - 1] != indices.shape[:-1]
        or (tuple(updates.shape[indices.dim() - 1 :]) != tuple(shape[depth:]))
    ):
        refuse(_scatter_trouble(indices, updates, shape))
    place, valid = _flat_places(indices, shape)
    count = int(np.prod(shape[:depth], dtype=np.int64))
    rows = updates.reshape(-1, *shape[depth:])
    if updates.device.type == "cpu":
        if not valid.all():
            refuse(_scatter_trouble(indices, updates, shape))
        result = updates.new_zeros((count, *shape[depth:]))
    else:  # what lies outside goes to a row of its own, which is cut off
        place = torch.where(valid, place, count)
        result = updates.new_zeros((count + 1, *shape[depth:]))
    if updates.dtype is torch.bool:
        result = result.to(torch.uint8).index_add(0, place.reshape(-1), rows.to(torch.uint8)) > 0
    else:
        result = result.index_add(0, place.reshape(-1), rows)
    return result[:count].reshape(shape)


@ScatterNd.on_host_too
def _(indices, updates, shape):
    updates, indices = np.asarray(updates), np.asarray(indices)
    refuse(_scatter_trouble(indices, updates, shape))
    if updates.dtype == object:
        result = np.full(shape, zero_of(updates), object)
        result[tuple(np.moveaxis(indices, -1, 0))] = updates
        return result
    result = np.zeros(shape, updates.dtype)
    np.add.at(result, tuple(np.moveaxis(indices, -1, 0)), updates)
    return result


def scatter_nd(indices, updates, shape, name=None):
    """Zeros of ``shape`` with ``updates`` added at rows of coordinates: ``indices`` ``[..., depth]``, ``updates``
    ``[..., rest]``.

    A row of coordinates that occurs twice gets both updates. One outside ``shape`` raises ``InvalidArgumentError``
    on the CPU and is left out on a GPU.
    """
    return raw.ScatterNd(indices, updates, shape, name=name)
