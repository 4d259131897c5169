"""Looking up rows of an embedding table, whole or in parts."""

import numpy as np

from lazytf.core import dtypes, graph as graphs
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.shapes import TensorShape
from lazytf.ops.filling import ones_like, range as number_range
from lazytf.ops.gathering import gather
from lazytf.ops.joining import concat
from lazytf.ops.measuring import rank, shape, size


def embedding_lookup(params, ids, partition_strategy="mod", name=None, validate_indices=True, max_norm=None):
    """The rows of an embedding table that ``ids`` (int32 or int64, of any shape) names: ``[*ids.shape, *row
    shape]``.

    ``params`` is the table, or a list (or partitioned variable) of its parts. Part ``id % parts`` holds row ``id //
    parts`` under ``partition_strategy="mod"``; under "div" each part holds a run of neighbours, the first parts one
    row more where the total does not divide. Rows longer than ``max_norm`` are scaled down to it. ``ValueError``
    where ``params`` is None or empty, or the strategy another.
    """
    if params is None:
        raise ValueError("params must be specified")
    if isinstance(params, (list, tuple)) and not params:
        raise ValueError("Need at least one param")
    parts = list(params) if isinstance(params, (list, tuple)) or hasattr(params, "partitions") else [params]
    with name_scope(name, "embedding_lookup", [*parts, ids]) as name:
        ids = convert_to_tensor(ids, name="ids")
        if len(parts) == 1:
            with graphs.get_default_graph().colocate_with(parts[0]):
                rows = _clipped(gather(parts[0], ids, name=name), ids, max_norm)
            return raw.Identity(rows)
        return _from_parts([_as_table(part) for part in parts], ids, partition_strategy, max_norm, name)


def _as_table(part):
    return part if hasattr(part, "sparse_read") else convert_to_tensor(part, name="params")


def _from_parts(parts, ids, strategy, max_norm, name):
    """Each part gathers the rows it holds; the results are stitched together in the order of ``ids``."""
    graph, count = graphs.get_default_graph(), len(parts)
    flat = raw.Reshape(ids, [-1])
    places = number_range(size(flat))
    if strategy == "mod":
        part_of = raw.FloorMod(flat, count, name="mod")
        row_of = raw.FloorDiv(flat, count, name="floordiv")
    elif strategy == "div":
        part_of, row_of = _in_runs(flat, _total_rows(parts, flat.dtype), count)
    else:
        raise ValueError("Unrecognized partition strategy: " + strategy)
    if part_of.dtype is not dtypes.int32:
        part_of = raw.Cast(part_of, DstT=dtypes.int32)
    rows_wanted = raw.DynamicPartition(row_of, part_of, num_partitions=count)
    places_wanted = raw.DynamicPartition(places, part_of, num_partitions=count)
    found = []
    for part, wanted in zip(parts, rows_wanted, strict=True):
        with graph.colocate_with(part):
            found.append(gather(part, wanted))
    rows = raw.ParallelDynamicStitch(places_wanted, found, name=name)
    static = TensorShape(None)
    for part in parts:
        static = static.merge_with(part.get_shape()[1:])
    if static.is_fully_defined():
        row_shape = static
    else:
        with graph.colocate_with(parts[0]):
            row_shape = shape(parts[0])[1:]
    rows = raw.Reshape(rows, concat([shape(ids), row_shape], 0))
    rows.set_shape(ids.get_shape().concatenate(static))
    return _clipped(rows, ids, max_norm)


def _total_rows(parts, dtype):
    known = [part.get_shape()[0].value if part.get_shape().ndims else None for part in parts]
    if None not in known:
        return convert_to_tensor(sum(known), dtype, name="Const")
    graph, counts = graphs.get_default_graph(), []
    for part, rows in zip(parts, known, strict=True):
        if rows is not None:
            counts.append(rows)
        else:
            with graph.colocate_with(part):
                counts.append(shape(part)[0])
    counts = convert_to_tensor(counts, name="stack")
    if counts.dtype is not dtype:
        counts = raw.Cast(counts, DstT=dtype)
    return raw.Sum(counts, raw.Const(value=np.array([0], np.int32), dtype=dtypes.int32))


def _in_runs(flat, total, count):
    """Part and row of each id where parts hold runs of neighbours, the first ``total % count`` of them one row more."""
    run, extra = raw.FloorDiv(total, count, name="floordiv"), raw.FloorMod(total, count, name="mod")
    part = raw.Maximum(
        raw.FloorDiv(flat, raw.AddV2(run, 1, name="add"), name="floordiv"),
        raw.FloorDiv(raw.Sub(flat, extra, name="sub"), run, name="floordiv"),
    )
    is_long = raw.Less(part, extra)
    row = raw.Select(
        is_long,
        raw.FloorMod(flat, raw.AddV2(run, 1, name="add"), name="mod"),
        raw.FloorMod(raw.Sub(flat, extra, name="sub"), run, name="mod"),
    )
    return part, row


def _clipped(rows, ids, max_norm):
    """Rows scaled down to ``max_norm`` where they are longer: ``tf.clip_by_norm`` over the row's own dimensions."""
    if max_norm is None:
        return rows
    first, last = (_rank(t) for t in (ids, rows))
    if isinstance(first, int) and isinstance(last, int):
        axes = list(range(first, last))
    else:
        axes = number_range(first, last)
    with name_scope(None, "clip_by_norm", [rows, max_norm]) as name:
        square = raw.Sum(raw.Mul(rows, rows, name="mul"), axes, keep_dims=True)
        positive = raw.Greater(square, 0)
        safe = raw.Select(positive, square, ones_like(square))  # the root of 0 has no gradient
        norm = raw.Select(positive, raw.Sqrt(safe), square)
        scaled = raw.Mul(rows, max_norm, name="mul")
        return raw.Identity(raw.RealDiv(scaled, raw.Maximum(norm, max_norm), name="truediv"), name=name)


def _rank(tensor):
    """The rank as an int where it is known and not 0, else as a tensor, as TensorFlow has it."""
    known = tensor.get_shape().ndims
    return known if known else rank(tensor)
