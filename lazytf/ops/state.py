"""Variables' storage: the ops that make a cell, read it and change it.

A ref variable's op (``VariableV2``) outputs the cell itself; so does a resource variable's handle. Kernels that change
one go through the cell's ``assign``, ``assign_host`` and ``writable`` (see ``runtime/resources.py``), never around it.
"""

import operator

import numpy as np
import torch

from lazytf.core import errors, shape_rules, shapes
from lazytf.core.registry import op
from lazytf.core.shape_rules import merge

# -- making ---------------------------------------------------------------------------------------------------------


@op(
    "VariableV2(shape: shape, dtype: type, container: string = '', shared_name: string = '') -> (ref: ref dtype)",
    shape=shape_rules.from_attr,
    role="resource",
    stateful=True,
    gradient=False,
)
def VariableV2(ctx, shape, dtype, shared_name):
    return ctx.cell(shared_name or ctx.name, dtype, shape)


@op(
    "Variable(shape: shape, dtype: type, container: string = '', shared_name: string = '') -> (ref: ref dtype)",
    shape=shape_rules.from_attr,
    role="resource",
    stateful=True,
    gradient=False,
)
def Variable(ctx, shape, dtype, shared_name):
    return ctx.cell(shared_name or ctx.name, dtype, shape)


@op(
    "VarHandleOp(dtype: type, shape: shape, container: string = '', shared_name: string = '') -> (resource: resource)",
    shape=shape_rules.scalar,
    role="resource",
    stateful=True,
    gradient=False,
)
def VarHandleOp(ctx, shape, dtype, shared_name):
    return ctx.cell(shared_name or ctx.name, dtype, shape)


# -- reading --------------------------------------------------------------------------------------------------------


@op(
    "IsVariableInitialized(ref: ref dtype, dtype: type) -> (is_initialized: bool)",
    shape=shape_rules.scalar,
    reads=["ref"],
    on_host=True,
    gradient=False,
)
def IsVariableInitialized(ref):
    return ref.initialized_flag


@op(
    "VarIsInitializedOp(resource: resource) -> (is_initialized: bool)",
    shape=shape_rules.scalar,
    reads=["resource"],
    on_host=True,
    gradient=None,
    stateful=True,
)
def VarIsInitializedOp(resource):
    return resource.initialized_flag


def _shape_of_handle(op):
    """The shape that the handle's own op declares, where the handle comes straight from it."""
    return op._inputs[0].op._attrs.get("shape")


@op(
    "ReadVariableOp(resource: resource, dtype: type) -> (value: dtype)",
    shape=lambda op: [_shape_of_handle(op)],
    reads=["resource"],
    view=True,
    stateful=True,
    role="read",
)
def ReadVariableOp(resource):
    return resource.value


@ReadVariableOp.on_host_too
def _(resource):
    return resource.host


@op(
    "VariableShape(input: resource, out_type: {int32, int64} = int32) -> (output: out_type)",
    shape=lambda op: [(None,) if (s := _shape_of_handle(op)) is None else (len(s),)],
    reads=["input"],
    on_host=True,
    gradient=None,
    stateful=True,
)
def VariableShape(input, out_type):
    return out_type.type(input.shape_now)


# -- changing -------------------------------------------------------------------------------------------------------


def _assigned(op):
    ref, value = op._inputs
    return [merge(ref._shape, value._shape) if op._attrs["validate_shape"] else value._shape]


def _check_shape(ref, shape, validate_shape):
    if validate_shape and not ref.fits(shape):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Assign requires shapes of both tensors to match. lhs shape= {ref.shape_text} rhs shape= "
            f"[{','.join(map(str, shape))}]",
        )


@op(
    "Assign(ref: ref T, value: T, T: type, validate_shape: bool = True, use_locking: bool = True)"
    " -> (output_ref: ref T)",
    shape=_assigned,
    gradient=None,
)
def Assign(ref, value, validate_shape):
    _check_shape(ref, value.shape, validate_shape)
    ref.assign(value)
    return ref


@Assign.on_host_too
def _(ref, value, validate_shape):
    if getattr(value, "shape", ()) != ref.shape:
        _check_shape(ref, np.shape(value), validate_shape)
    ref.assign_host(value)
    return ref


def _updated(op):
    return [merge(op._inputs[0]._shape, op._inputs[1]._shape)]


def _update(type_name, in_place, on_scalars):
    """A row of the two ops that add to a variable or subtract from it."""

    @op(
        f"{type_name}(ref: ref T, value: T, T: {{number}}, use_locking: bool = False) -> (output_ref: ref T)",
        shape=_updated,
        gradient=None,
    )
    def kernel(ref, value):
        storage = ref.writable()
        _check_update(storage, value, _DIFFERENT)
        in_place(storage, value)
        return ref

    @kernel.on_host_too
    def _(ref, value):
        _check_update(ref.host, value, _DIFFERENT)
        ref.assign_host(on_scalars(ref.host, value))
        return ref

    return kernel


def _check_update(storage, value, sentence):
    """Updates do not broadcast; torch's would."""
    if np.shape(storage) != np.shape(value):
        raise errors.InvalidArgumentError(
            None, None, sentence.format(*("[" + ",".join(map(str, np.shape(x))) + "]" for x in (storage, value)))
        )


_DIFFERENT = "Parameters and update must be the same size"
_DIFFERENT_RESOURCE = "Cannot update variable with shape {} using a Tensor with shape {}, shapes must be equal."


def _add(storage, value):
    storage.add_(value)


def _subtract(storage, value):
    storage.sub_(value)


AssignAdd = _update("AssignAdd", _add, operator.add)
AssignSub = _update("AssignSub", _subtract, operator.sub)


def _handle_matches(op):
    shape = _shape_of_handle(op)
    if shape is not None:
        merge(shape, op._inputs[1]._shape)
    return []


@op(
    "AssignVariableOp(resource: resource, value: dtype, dtype: type) -> ()",
    shape=_handle_matches,
    writes=["resource"],
    stateful=True,
    gradient=False,
)
def AssignVariableOp(resource, value):
    _check_declared(resource, value.shape)
    resource.assign(value)


@AssignVariableOp.on_host_too
def _(resource, value):
    _check_declared(resource, value.shape)
    resource.assign_host(value)


def _check_declared(resource, shape):
    """Refuses a value that does not have the variable's declared shape; TensorFlow takes it, when a run brings it."""
    if shape != resource.shape and not shapes.compatible(resource.shape, tuple(shape)):
        raise errors.InvalidArgumentError(
            None,
            None,
            "Assign requires shapes of both tensors to match. lhs shape= "
            f"{shapes.bracketed(resource.shape)} rhs shape= {shapes.bracketed(tuple(shape))}",
        )


def _resource_update(type_name, in_place, on_scalars):
    @op(
        f"{type_name}(resource: resource, value: dtype, dtype: type) -> ()",
        shape=_handle_matches,
        writes=["resource"],
        stateful=True,
        gradient=False,
    )
    def kernel(resource, value):
        storage = resource.writable()
        _check_update(storage, value, _DIFFERENT_RESOURCE)
        in_place(storage, value)

    @kernel.on_host_too
    def _(resource, value):
        resource.assign_host(on_scalars(resource.host, value))

    return kernel


AssignAddVariableOp = _resource_update("AssignAddVariableOp", _add, operator.add)
AssignSubVariableOp = _resource_update("AssignSubVariableOp", _subtract, operator.sub)


@op(
    "DestroyResourceOp(resource: resource, ignore_lookup_error: bool = True) -> ()",
    shape=shape_rules.no_output,
    writes=["resource"],
    on_host=True,
    stateful=True,
    gradient=False,
)
def DestroyResourceOp(resource, ignore_lookup_error):
    if not resource.is_initialized and not ignore_lookup_error:
        raise errors.NotFoundError(None, None, f"Resource {resource.name} does not exist.")
    resource.clear()


@op(
    "CountUpTo(ref: ref T, limit: int, T: {int32, int64}) -> (output: T)",
    shape=shape_rules.scalar,
    writes=["ref"],
    on_host=True,
    gradient=False,
)
def CountUpTo(ref, limit):
    value = ref.host
    if value >= limit:
        raise errors.OutOfRangeError(None, None, f"Reached limit of {limit}")
    ref.assign_host(value + type(value)(1))
    return value


# -- changing rows --------------------------------------------------------------------------------------------------


def _scattered(op):
    ref, indices, updates = (t._shape for t in op._inputs)
    if None not in (ref, indices, updates) and updates != ():
        merge(updates, indices + ref[1:])
    return [ref]


def _rows(ref, indices, updates):
    """The storage, flat row numbers, and updates shaped to match them."""
    storage = ref.writable()
    rows = checked_rows(indices, storage.shape[0])
    shape = (rows.shape[0], *storage.shape[1:])
    return storage, rows, updates.reshape(shape) if updates.dim() else updates.expand(shape)


def checked_rows(indices, count):
    """Row numbers as a flat int64 tensor; ``InvalidArgumentError`` naming the first that is not in ``[0, count)``."""
    rows = indices.reshape(-1).long()
    if rows.numel():
        low, high = rows.aminmax()
        if low < 0 or high >= count:
            wrong = ((indices < 0) | (indices >= count)).nonzero()[0].tolist()
            at = f"[{', '.join(map(str, wrong))}]" if wrong else ""
            raise errors.InvalidArgumentError(
                None, None, f"indices{at} = {int(indices[tuple(wrong)])} is not in [0, {count})"
            )
    return rows


def _scatter_update(storage, rows, updates):
    storage.index_copy_(0, rows, updates)


def _scatter_add(storage, rows, updates):
    storage.index_add_(0, rows, updates)


def _scatter_sub(storage, rows, updates):
    storage.index_add_(0, rows, updates, alpha=-1)


def _by_rounds(combine):
    """An update that is not a sum: a row that is named twice is changed twice, in rounds of distinct rows."""

    def scatter(storage, rows, updates):
        order = rows.argsort(stable=True)
        ordered = rows[order]
        first = torch.searchsorted(ordered, ordered)
        rounds = torch.empty_like(rows)
        rounds[order] = torch.arange(len(rows), device=rows.device) - first
        for r in range(int(rounds.max()) + 1 if len(rows) else 0):
            now = rounds == r
            storage[rows[now]] = combine(storage[rows[now]], updates[now])

    return scatter


def _divided(x, y):
    return x / y if x.is_floating_point() or x.is_complex() else x.div(y, rounding_mode="trunc")


def _scatter(suffix, in_place, types, locking):
    """Declares ``Scatter<suffix>`` for ref variables and ``ResourceScatter<suffix>`` for resource variables."""

    @op(
        f"Scatter{suffix}(ref: ref T, indices: Tindices, updates: T, T: {types}, Tindices: {{int32, int64}}, "
        f"use_locking: bool = {locking}) -> (output_ref: ref T)",
        shape=_scattered,
        gradient=None if suffix in _NO_GRADIENT else False,
    )
    def kernel(ref, indices, updates):
        in_place(*_rows(ref, indices, updates))
        return ref

    resource_types = "type" if types == "type" else "{number}"

    @op(
        f"ResourceScatter{suffix}(resource: resource, indices: Tindices, updates: dtype, dtype: {resource_types}, "
        f"Tindices: {{int32, int64}}) -> ()",
        shape=shape_rules.no_output,
        writes=["resource"],
        stateful=True,
        gradient=False,
    )
    def resource_kernel(resource, indices, updates):
        in_place(*_rows(resource, indices, updates))

    return kernel, resource_kernel


_NO_GRADIENT = frozenset(("Add", "Sub", "Mul", "Div"))
_REAL = "{float16, bfloat16, float32, float64, int32, int64}"

#                                                     suffix    storage, rows, updates   types       locking
ScatterUpdate, ResourceScatterUpdate = _scatter("Update", _scatter_update, "type", True)
ScatterAdd, ResourceScatterAdd = _scatter("Add", _scatter_add, "{number}", False)
ScatterSub, ResourceScatterSub = _scatter("Sub", _scatter_sub, "{number}", False)
ScatterMul, ResourceScatterMul = _scatter("Mul", _by_rounds(torch.mul), "{number}", False)
ScatterDiv, ResourceScatterDiv = _scatter("Div", _by_rounds(_divided), "{number}", False)
ScatterMin, _ = _scatter("Min", _by_rounds(torch.minimum), _REAL, False)
ScatterMax, _ = _scatter("Max", _by_rounds(torch.maximum), _REAL, False)


def _nd(op):
    ref = op._inputs[0]._shape
    depth = op._inputs[1]._shape
    if ref is not None and depth is not None and depth and depth[-1] is not None and depth[-1] > len(ref):
        raise shape_rules.ShapeError(
            f"Index innermost dimension length must be <= params rank; saw: {depth[-1]} vs. {len(ref)}"
        )
    return [ref]


def _scatter_nd(suffix, accumulate, sign, types, locking):
    @op(
        f"ScatterNd{suffix}(ref: ref T, indices: Tindices, updates: T, T: {types}, Tindices: {{int32, int64}}, "
        f"use_locking: bool = {locking}) -> (output_ref: ref T)",
        shape=_nd,
        gradient=None,
    )
    def kernel(ref, indices, updates):
        storage = ref.writable()
        at = indices.long().movedim(-1, 0)
        for axis, column in enumerate(at):
            if column.numel() and (column.min() < 0 or column.max() >= storage.shape[axis]):
                raise errors.InvalidArgumentError(
                    None,
                    None,
                    f"indices{indices.tolist()} does not index into shape [{','.join(map(str, storage.shape))}]",
                )
        storage.index_put_(tuple(at), updates * sign if sign != 1 else updates, accumulate=accumulate)
        return ref

    return kernel


ScatterNdUpdate = _scatter_nd("Update", False, 1, "type", True)
ScatterNdAdd = _scatter_nd("Add", True, 1, "{number}", False)
ScatterNdSub = _scatter_nd("Sub", True, -1, "{number}", False)
