"""Ops that write tensors to checkpoints and read them back, in TensorFlow's format of version 2."""

import contextlib
import os

import numpy as np

from lazytf.core import contents, errors
from lazytf.core.registry import op
from lazytf.core.shape_rules import ShapeError, with_rank
from lazytf.formats import slices
from lazytf.formats.bundle import BundleReader, BundleWriter, merge_bundles


def _text(scalar):
    """The str of a scalar string."""
    value = np.asarray(scalar).item()
    return value.decode() if isinstance(value, bytes) else value


def _texts(vector):
    return [_text(element) for element in np.asarray(vector).reshape(-1)]


def _check_names(op, count):
    """A scalar prefix, and names and slices as vectors, one of each for each of ``count`` tensors."""
    with_rank(op, 0, 0)
    for index in (1, 2):
        (size,) = with_rank(op, index, 1)
        if size not in (None, count):
            raise ShapeError(f"Dimension must be {count} but is {size}")


# -- which part of a tensor -----------------------------------------------------------------------------------------


def _parsed(spec):
    """``(full shape, extents)`` of a spec such as ``"5 3 0,2:-"``, the slice ``[0:2, :]`` of a tensor of shape ``[5,
    3]``."""
    *sizes, parts = spec.split(" ")
    if not sizes:
        raise errors.InvalidArgumentError(
            None, None, f"Need least two elements in shape_and_slice specification: {spec}"
        )
    try:
        shape = tuple(int(size) for size in sizes)
        extents = [
            (0, slices.WHOLE) if part == "-" else tuple(int(number) for number in part.split(","))
            for part in parts.split(":")
        ]
        if any(len(extent) != 2 for extent in extents):
            raise ValueError(parts)
    except ValueError as error:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"A shape_and_slice specification reads '5 3 0,2:-' (shape, then start,length or - for each dimension); "
            f"got '{spec}'",
        ) from error
    if len(extents) != len(shape):
        raise errors.InternalError(None, None, f"Mismatching ranks: shape = [{','.join(sizes)}], slice = {parts}")
    return shape, extents


def _restored_shapes(op):
    """What is known of restored shapes: those of slices whose specs are constants."""
    count = len(op._attrs["dtypes"])
    _check_names(op, count)
    specs = contents.constant_value(op._inputs[2])
    return [None] * count if specs is None else [_slice_shape(spec) for spec in _texts(specs)]


def _slice_shape(spec):
    if not spec:
        return None
    try:
        shape, extents = _parsed(spec)
        return slices.region_shape(slices.region(spec, shape, extents))
    except errors.OpError as error:
        raise ShapeError(error.message) from None


# -- writing --------------------------------------------------------------------------------------------------------


def _saved(op):
    _check_names(op, len(op._attrs["dtypes"]))
    return []


@op(
    "SaveV2(prefix: string, tensor_names: string, shape_and_slices: string, tensors: list(dtypes), "
    "dtypes: list(type) >= 1) -> ()",
    shape=_saved,
    on_host=True,
    stateful=True,
    gradient=False,
)
def SaveV2(prefix, tensor_names, shape_and_slices, tensors):
    prefix = _text(prefix)
    if not prefix:
        raise errors.NotFoundError(None, None, "The prefix of a checkpoint is empty; No such file or directory")
    with contextlib.suppress(OSError):  # one level, as TensorFlow; what is wrong, opening the file will tell
        os.mkdir(os.path.dirname(prefix))
    names = _texts(tensor_names)
    with BundleWriter(prefix) as writer:
        written = set()
        for name, spec, tensor in zip(names, _texts(shape_and_slices), tensors, strict=True):
            if (name, spec) in written:
                raise errors.InvalidArgumentError(None, None, f"Adding duplicate key: {name}")
            written.add((name, spec))
            _write(writer, name, spec, np.asarray(tensor))


def _write(writer, name, spec, array):
    if not spec:
        writer.add(name, array)
        return
    shape, extents = _parsed(spec)
    if slices.region_shape(slices.region(name, shape, extents)) != array.shape:
        raise errors.InvalidArgumentError(
            None,
            None,
            "Slice in shape_and_slice specification does not match the shape of the tensor to  save: "
            f"{spec}, tensor: [{','.join(map(str, array.shape))}]",
        )
    writer.add_slice(name, shape, extents, array)


def _merged(op):
    with_rank(op, 0, 1)
    with_rank(op, 1, 0)
    return []


@op(
    "MergeV2Checkpoints(checkpoint_prefixes: string, destination_prefix: string, delete_old_dirs: bool = True) -> ()",
    shape=_merged,
    on_host=True,
    stateful=True,
    gradient=False,
)
def MergeV2Checkpoints(checkpoint_prefixes, destination_prefix, delete_old_dirs):
    prefixes = _texts(checkpoint_prefixes)
    merge_bundles(prefixes, _text(destination_prefix))
    if delete_old_dirs:
        for directory in {os.path.dirname(prefix) for prefix in prefixes}:
            with contextlib.suppress(OSError):  # somebody else's files keep it
                os.rmdir(directory)


# -- reading --------------------------------------------------------------------------------------------------------


@op(
    "RestoreV2(prefix: string, tensor_names: string, shape_and_slices: string, dtypes: list(type) >= 1) -> "
    "(tensors: list(dtypes))",
    shape=_restored_shapes,
    on_host=True,
    stateful=True,
    gradient=False,
)
def RestoreV2(ctx, prefix, tensor_names, shape_and_slices):
    reader = BundleReader(_text(prefix))
    wanted = list(zip(_texts(tensor_names), _texts(shape_and_slices), ctx.op._attrs["dtypes"], strict=True))
    for name, spec, dtype in wanted:
        _check(reader, name, spec, dtype)
    return [reader.get_slice(name, _parsed(spec)[1]) if spec else reader.get_tensor(name) for name, spec, _ in wanted]


def _check(reader, name, spec, dtype):
    """Raises where the checkpoint has no such tensor, or one of another dtype or full shape."""
    if not reader.has_tensor(name):
        raise errors.NotFoundError(None, None, f"Key {name} not found in checkpoint")
    stored = reader.get_variable_to_dtype_map()[name]
    if stored is not dtype:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"tensor_name = {name}; expected dtype {dtype._c_name} does not equal original dtype {stored._c_name}",
        )
    if spec:
        shape, found = _parsed(spec)[0], tuple(reader.get_variable_to_shape_map()[name])
        if shape != found:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"tensor_name = {name}; shape in shape_and_slice spec {_bracketed(shape)} does not match the shape "
                f"stored in checkpoint: {_bracketed(found)}",
            )


def _bracketed(shape):
    return f"[{','.join(map(str, shape))}]"


# -- names of files -------------------------------------------------------------------------------------------------


def _scalars(op):
    for index in range(len(op._inputs)):
        with_rank(op, index, 0)
    return [()]


@op(
    "ShardedFilename(basename: string, shard: int32, num_shards: int32) -> (filename: string)",
    shape=_scalars,
    on_host=True,
    gradient=False,
)
def ShardedFilename(basename, shard, num_shards):
    return _name(f"{_text(basename)}-{int(shard):05d}-of-{int(num_shards):05d}")


@op(
    "ShardedFilespec(basename: string, num_shards: int32) -> (filename: string)",
    shape=_scalars,
    on_host=True,
    gradient=False,
)
def ShardedFilespec(basename, num_shards):
    return _name(f"{_text(basename)}-?????-of-{int(num_shards):05d}")


def _name(text):
    return np.array(text.encode(), object)
