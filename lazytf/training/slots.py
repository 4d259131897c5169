"""Slots: variables that belong to another one, its momentum or running average, shaped and placed like it."""

from lazytf.core.build import raw
from lazytf.core.graph import get_default_graph
from lazytf.ops.filling import zeros
from lazytf.state.initializers import zeros_initializer
from lazytf.state.scopes import get_variable, get_variable_scope, variable_scope
from lazytf.state.variables import Variable


def is_resource(variable):
    """Whether a variable is reached through a handle, not by a ref."""
    return isinstance(variable, Variable) and not variable.dtype._is_ref_dtype


def create_slot(primary, val, name, colocate_with_primary=True):
    """A new variable ``<primary>/<name>`` that starts as ``val``, a tensor or an initializer that needs no shape.

    ``primary`` is a variable or a tensor. The slot is not trainable, lies on the device of ``primary`` unless told not
    to, and is saved as a part where ``primary`` is one of a partitioned variable.
    """
    return _made(primary, val, name, colocate_with_primary, None, None, val.get_shape().is_fully_defined())


def create_slot_with_initializer(primary, initializer, shape, dtype, name, colocate_with_primary=True):
    """A new variable ``<primary>/<name>`` of ``shape`` and ``dtype``, filled by ``initializer``."""
    return _made(primary, initializer, name, colocate_with_primary, shape, dtype, shape.is_fully_defined())


def create_zeros_slot(primary, name, dtype=None, colocate_with_primary=True):
    """A new variable ``<primary>/<name>``, all zeros, of the shape of ``primary`` and, unless given, its ``dtype``."""
    dtype = primary.dtype if dtype is None else dtype
    shape = primary.get_shape()
    if shape.is_fully_defined():
        return create_slot_with_initializer(primary, zeros_initializer(), shape, dtype, name, colocate_with_primary)
    value = primary.initialized_value() if isinstance(primary, Variable) else primary
    return create_slot(primary, zeros(raw.Shape(value), dtype=dtype), name, colocate_with_primary)


def _made(primary, initializer, name, colocate, shape, dtype, validate_shape):
    graph = get_default_graph()
    with variable_scope(None, f"{primary.op.name}/{name}"):
        if not colocate:
            return _variable(primary, initializer, shape, dtype, validate_shape)
        with graph.colocate_with(primary.op):
            return _variable(primary, initializer, shape, dtype, validate_shape)


def _variable(primary, initializer, shape, dtype, validate_shape):
    scope = get_variable_scope()
    partitioner = scope.partitioner
    scope.set_partitioner(None)  # a slot of a part is not cut again
    try:
        slot = get_variable(
            "",
            shape=shape,
            dtype=dtype,
            initializer=initializer,
            trainable=False,
            use_resource=is_resource(primary) if isinstance(primary, Variable) else None,
            validate_shape=validate_shape,
        )
    finally:
        scope.set_partitioner(partitioner)
    part = getattr(primary, "_save_slice_info", None)
    if part is not None and slot.get_shape().ndims != 0:
        rank = slot.get_shape().ndims
        own_name = slot.op.name[len(primary.op.name) + 1 :]
        slot._set_save_slice_info(
            Variable.SaveSliceInfo(
                f"{part.full_name}/{own_name}", part.full_shape[:rank], part.var_offset[:rank], part.var_shape[:rank]
            )
        )
    return slot
