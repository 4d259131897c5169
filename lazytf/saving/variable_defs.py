"""Variables to and from ``VariableDef`` messages, which name the operations that a variable is made of."""

from lazytf.core.graph import get_default_graph
from lazytf.core.operation import Tensor
from lazytf.core.shapes import TensorShape
from lazytf.formats.messages import SaveSliceInfoDef, VariableDef
from lazytf.state.resource_variables import ResourceVariable
from lazytf.state.variables import RefVariable, Variable, VariableAggregation, VariableSynchronization


def variable_def(variable, export_scope=None):
    """The ``VariableDef`` of a variable; None where it does not lie in the scope ``export_scope``, which names lose."""
    if export_scope and not variable.name.startswith(export_scope):
        return None
    is_resource = not variable.dtype._is_ref_dtype
    snapshot = variable._as_graph_element() if is_resource else variable._snapshot
    names = {
        "variable_name": variable._storage,
        "initializer_name": variable.initializer,
        "snapshot_name": snapshot,
        "initial_value_name": variable._initial_value,
    }
    message = VariableDef(
        is_resource=is_resource,
        trainable=variable.trainable,
        synchronization=variable.synchronization.value,
        aggregation=variable.aggregation.value,
        **{field: _stripped(it.name, export_scope) for field, it in names.items() if it is not None},
    )
    part = variable._save_slice_info
    if part is not None:
        message.save_slice_info_def.CopyFrom(
            SaveSliceInfoDef(
                full_name=_stripped(part.full_name, export_scope),
                full_shape=part.full_shape,
                var_offset=part.var_offset,
                var_shape=part.var_shape,
            )
        )
    return message


def _stripped(name, scope):
    return name[len(scope) :].lstrip("/") if scope and name.startswith(scope) else name


def variable_from(message, import_scope=None):
    """The variable that a ``VariableDef`` describes, over operations that the default graph has already.

    ``KeyError`` where it lacks one of them. Names get the prefix ``import_scope``.
    """
    variable = object.__new__(ResourceVariable if message.is_resource else RefVariable)
    storage, snapshot = _tensor(message.variable_name, import_scope), _tensor(message.snapshot_name, import_scope)
    variable._synchronization = VariableSynchronization(message.synchronization)
    variable._aggregation = VariableAggregation(message.aggregation)
    variable._trainable, variable._constraint = message.trainable, None
    variable._initializer_op = get_default_graph().as_graph_element(_prefixed(message.initializer_name, import_scope))
    variable._initial_value = (
        _tensor(message.initial_value_name, import_scope)
        if message.initial_value_name
        else variable._initializer_op.inputs[1]
    )
    variable._safe_initial_value = variable._initializer_op.inputs[1]
    if message.is_resource:
        variable._handle, variable._graph_element, variable._cached_value = storage, snapshot, None
        variable._dtype, variable._shape = storage.op.get_attr("dtype"), TensorShape.of(storage.op._attrs["shape"])
        name = _prefixed(f"{message.variable_name[:-2]}/IsInitialized/VarIsInitializedOp", import_scope)
        variable._is_initialized_op = get_default_graph().as_graph_element(f"{name}:0")
        if snapshot.op.type != "ReadVariableOp":  # the copy on a caching device
            variable._graph_element, variable._cached_value = snapshot.op.inputs[0], snapshot
    else:
        variable._variable, variable._snapshot = storage, snapshot
    if message.HasField("save_slice_info_def"):
        variable._set_save_slice_info(
            Variable.SaveSliceInfo(save_slice_info_def=message.save_slice_info_def, import_scope=import_scope)
        )
    return variable


def _prefixed(name, scope):
    return f"{scope}/{name}" if scope else name


def _tensor(name, scope):
    element = get_default_graph().as_graph_element(_prefixed(name, scope))
    return element if isinstance(element, Tensor) else element.outputs[0]


Variable.to_proto = variable_def
Variable.from_proto = staticmethod(lambda variable_def, import_scope=None: variable_from(variable_def, import_scope))
Variable.from_proto.__doc__ = variable_from.__doc__
