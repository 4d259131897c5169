"""Arrays of tensors: the ops that make one, write, read, take apart and put together, and close.

The *handle* of an array is, during a run, the array itself (``ops/array_storage.py``), made anew in every run. Its
*flow* carries nothing: it goes from a write to whatever must see it, so that the graph says what comes first. These are
the ops of which TensorFlow 1.15 makes graphs; it refuses the older ones, whose handles are strings.
"""

import itertools

import numpy as np
import torch

from lazytf.core.registry import op
from lazytf.core.shape_rules import ShapeError, at_least_rank, merge, merge_dimensions, with_rank
from lazytf.ops.array_storage import Array
from lazytf.ops.sentences import bracketed, refuse

# -- shapes ---------------------------------------------------------------------------------------------------------

_HANDS_ON = frozenset(("enter", "exit", "next", "switch"))


def _declared(handle):
    """``(whether the maker of an array vouches for its elements' shape, that shape)``."""
    prefix = ()
    while True:
        maker = handle.op
        kind = maker.op_type
        if kind.name == "TensorArrayV3":
            shape, alike = maker._attrs["element_shape"], maker._attrs["identical_element_shapes"]
            if shape is None:
                return alike, None
            return (True, prefix + shape) if alike or None not in shape else (False, None)
        if kind.name == "TensorArrayGradWithShape":
            prepended = maker._inputs[2]._shape
            if prepended is None or prepended[0] is None:
                return True, None
            prefix = (None,) * prepended[0] + prefix
        elif kind.name != "TensorArrayGradV3" and kind.role not in _HANDS_ON and not kind.is_alias:
            return False, None
        handle = maker._inputs[0]


def _ranks(op, *ranks):
    """The inputs have these ranks, None for any; the first one is a handle."""
    for i, rank in enumerate((1, *ranks)):
        if rank is not None:
            shape = with_rank(op, i, rank)
            if i == 0 and shape[0] not in (2, None):
                raise ShapeError(f"Dimension must be 2 but is {shape[0]}")


def _made(op):
    with_rank(op, 0, 0)
    return [(2,), ()]


def _written(op):
    _ranks(op, 0, None, 0)
    _agree(op, op._inputs[2]._shape)
    return [()]


def _scattered(op):
    _ranks(op, 1, None, 0)
    shape = at_least_rank(op, 2, 1)
    if shape is not None:
        merge_dimensions(shape[0], with_rank(op, 1, 1)[0])
        _agree(op, shape[1:])
    return [()]


def _agree(op, shape):
    merge(_declared(op._inputs[0])[1], shape)


def _divided(op):
    _ranks(op, None, 1, 0)
    return [()]


def _read(op):
    _ranks(op, 0, 0)
    return [_declared(op._inputs[0])[1]]


def _gathered(op):
    _ranks(op, 1, 0)
    is_said, element = _declared(op._inputs[0])
    if not is_said:
        element = op._attrs["element_shape"]
    return [None if element is None else with_rank(op, 1, 1) + element]


def _joined(op):
    _ranks(op, 0)
    return [None, (None,)]


def _counted(op):
    _ranks(op)
    return [()]


def _derived(op):
    _ranks(op)
    return [(2,), ()]


def _closed(op):
    _ranks(op)
    return []


# -- making -----------------------------------------------------------------------------------------------------------


def _scalar_trouble(what, value):
    return None if isinstance(value, int) else f"TensorArray {what} must be scalar, but had shape: {_shape(value)}"


def _shape(values):
    return bracketed(np.shape(values))


@op(
    "TensorArrayV3(size: host int32, dtype: type, element_shape: shape = None, dynamic_size: bool = False, "
    "clear_after_read: bool = True, identical_element_shapes: bool = False, tensor_array_name: string = '') -> "
    "(handle: resource, flow: flow float32)",
    shape=_made,
    stateful=True,
    gradient=None,
)
def TensorArrayV3(
    ctx, size, dtype, element_shape, dynamic_size, clear_after_read, identical_element_shapes, tensor_array_name
):
    refuse(_scalar_trouble("size", size))
    if size < 0:
        refuse("Size should be >= 0.")
    number = next(ctx.resource("counter", "tensor arrays", itertools.count))
    return Array(
        f"{tensor_array_name or ctx.name}_{number}",
        dtype,
        size,
        element_shape,
        grows=dynamic_size,
        clears=clear_after_read,
        is_uniform=identical_element_shapes,
    )


@op(
    "TensorArrayGradV3(handle: resource, flow_in: flow float32, source: attr string) -> "
    "(grad_handle: resource, flow_out: flow float32)",
    shape=_derived,
    stateful=True,
    gradient=None,
)
def TensorArrayGradV3(handle, flow_in, source):
    return handle.gradient(source)


@op(
    "TensorArrayGradWithShape(handle: resource, flow_in: flow float32, shape_to_prepend: host int32, "
    "source: attr string) -> (grad_handle: resource, flow_out: flow float32)",
    shape=_derived,
    stateful=True,
    gradient=None,
)
def TensorArrayGradWithShape(handle, flow_in, shape_to_prepend, source):
    if not isinstance(shape_to_prepend, list):
        refuse("shape must be a vector of {int32,int64}, got shape []")
    negative = next((size for size in shape_to_prepend if size < 0), None)
    if negative is not None:
        refuse(f"Dimension {negative} must be >= 0")
    return handle.gradient(source, tuple(shape_to_prepend))


@op("TensorArrayCloseV3(handle: resource) -> ()", shape=_closed, stateful=True, gradient=None)
def TensorArrayCloseV3(handle):
    handle.close()


@op(
    "TensorArraySizeV3(handle: resource, flow_in: flow float32) -> (size: int32)",
    shape=_counted,
    stateful=True,
    gradient=None,
    on_host=True,
)
def TensorArraySizeV3(handle, flow_in):
    return np.int32(handle.size())


# -- writing ----------------------------------------------------------------------------------------------------------


@op(
    "TensorArrayWriteV3(handle: resource, index: host int32, value: T, flow_in: flow float32, T: type) -> "
    "(flow_out: flow float32)",
    shape=_written,
    stateful=True,
    explain=lambda handle, index, *_: _scalar_trouble("index", index),
)
def TensorArrayWriteV3(handle, index, value, flow_in):
    handle.write(index, value)


TensorArrayWriteV3.on_host_too(TensorArrayWriteV3.kernel)


@op(
    "TensorArrayScatterV3(handle: resource, indices: host int32, value: T, flow_in: flow float32, T: type) -> "
    "(flow_out: flow float32)",
    shape=_scattered,
    stateful=True,
)
def TensorArrayScatterV3(handle, indices, value, flow_in):
    _make_room(handle, indices, value)
    for index, part in zip(indices, value.unbind(), strict=True):
        handle.write(index, part)


@TensorArrayScatterV3.on_host_too
def _(handle, indices, value, flow_in):
    _make_room(handle, indices, value)
    for index, part in zip(indices, value, strict=True):
        handle.write(index, np.asarray(part, object))


def _make_room(handle, indices, value):
    handle.check_written(value)
    if not value.shape:
        refuse("Input value for unpack must be at least a vector but received shape: []")
    _check_vector("indices to be a vector, but", indices)
    if len(indices) != value.shape[0]:
        refuse(f"Expected len(indices) == values.shape[0], but saw: {len(indices)} vs. {value.shape[0]}")
    last, size = max(indices, default=-1), handle.size()
    if last >= size:
        if not handle.grows:
            refuse(f"Max scatter index must be < array size ({last} vs. {size})")
        handle.resize(last + 1)


def _check_vector(what, values):
    if not isinstance(values, list) or (values and isinstance(values[0], list)):
        refuse(f"Expected {what} received shape: {_shape(values)}")


@op(
    "TensorArraySplitV3(handle: resource, value: T, lengths: host int64, flow_in: flow float32, T: type) -> "
    "(flow_out: flow float32)",
    shape=_divided,
    stateful=True,
    no_gradient_inputs=("lengths",),
)
def TensorArraySplitV3(handle, value, lengths, flow_in):
    _check_lengths(handle, value, lengths)
    for index, part in enumerate(value.split(lengths)):
        handle.write(index, part)


@TensorArraySplitV3.on_host_too
def _(handle, value, lengths, flow_in):
    _check_lengths(handle, value, lengths)
    for index, end in enumerate(itertools.accumulate(lengths)):
        handle.write(index, value[end - lengths[index] : end])


def _check_lengths(handle, value, lengths):
    """Raises where the value cannot be cut so into as many pieces as there are slots; one that grows makes room."""
    handle.check_written(value)
    _check_vector("lengths to be a vector,", lengths)
    if not value.shape:
        refuse("Expected value to be at least a vector, but received shape: []")
    if any(length < 0 for length in lengths):
        refuse(f"Expected lengths to be >= 0, received: {bracketed(lengths)}")
    if sum(lengths) != value.shape[0]:
        refuse(
            "Expected sum of lengths to be equal to values.shape[0], but sum of lengths is "
            f"{sum(lengths)} and value's shape is: {bracketed(value.shape)}"
        )
    if handle.grows:
        handle.resize(len(lengths))
    if handle.size() != len(lengths):
        refuse(
            f"TensorArray's size is not equal to the size of lengths ({handle.size()} vs. {len(lengths)}), and the "
            "TensorArray is not marked as dynamically resizeable"
        )


# -- reading ----------------------------------------------------------------------------------------------------------


@op(
    "TensorArrayReadV3(handle: resource, index: host int32, flow_in: flow float32, dtype: type) -> (value: dtype)",
    shape=_read,
    stateful=True,
    view=True,
    explain=lambda handle, index, *_: _scalar_trouble("index", index),
)
def TensorArrayReadV3(handle, index, flow_in, dtype, device):
    return handle.read(index, dtype, device)


@TensorArrayReadV3.on_host_too
def _(handle, index, flow_in, dtype, device):
    return handle.read(index, dtype)


@op(
    "TensorArrayGatherV3(handle: resource, indices: host int32, flow_in: flow float32, dtype: type, "
    "element_shape: shape = None) -> (value: dtype)",
    shape=_gathered,
    stateful=True,
)
def TensorArrayGatherV3(handle, indices, flow_in, dtype, element_shape, device):
    _check_vector("indices to be a vector, but", indices)
    values = handle.to_stack(indices, dtype, element_shape, device)
    return torch.stack(values) if values else torch.empty((0, *element_shape), dtype=dtype, device=device)


@TensorArrayGatherV3.on_host_too
def _(handle, indices, flow_in, dtype, element_shape, device):
    _check_vector("indices to be a vector, but", indices)
    values = handle.to_stack(indices, dtype, element_shape)
    return np.stack(values) if values else np.empty((0, *element_shape), dtype)


@op(
    "TensorArrayConcatV3(handle: resource, flow_in: flow float32, dtype: type, element_shape_except0: shape = None) -> "
    "(value: dtype, lengths: int64)",
    shape=_joined,
    stateful=True,
)
def TensorArrayConcatV3(handle, flow_in, dtype, element_shape_except0, device):
    values = handle.to_concat(dtype, element_shape_except0, device)
    lengths = torch.tensor([value.shape[0] for value in values], dtype=torch.int64, device=device)
    if not values:
        return torch.empty((0, *element_shape_except0), dtype=dtype, device=device), lengths
    return torch.cat(values), lengths


@TensorArrayConcatV3.on_host_too
def _(handle, flow_in, dtype, element_shape_except0, device):
    values = handle.to_concat(dtype, element_shape_except0)
    lengths = np.array([value.shape[0] for value in values], np.int64)
    return [np.concatenate(values) if values else np.empty((0, *element_shape_except0), dtype), lengths]
