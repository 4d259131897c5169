"""Initial values that depend on other variables, made safe to compute before those are initialised.

All initializers run in one step, in no order a program could rely on. So where an initial value reads a variable, that
read is replaced, in a copy of the operations behind it, by one that takes the other variable's own initial value as
long as the variable has none yet (source: ``tf.Variable.initialized_value``).

TensorFlow builds that choice out of nine control-flow nodes called ``cond/...``; here it is one operation, under the
name of the last of them, ``cond/Merge``.
"""

from lazytf.core import build
from lazytf.core.build import raw
from lazytf.core.collections import GraphKeys
from lazytf.core.graph import NameScope
from lazytf.core.registry import op


def _as_given(operation):
    return [operation._inputs[1]._shape]


@op(
    "InitializedValue(ref: ref T, initial_value: T, T: type) -> (value: T)",
    shape=_as_given,
    reads=["ref"],
    view=True,
    stateful=True,
    gradient=False,
)
def InitializedValue(ref, initial_value):
    return ref.value if ref.is_initialized else initial_value


@InitializedValue.on_host_too
def _(ref, initial_value):
    return ref.host if ref.is_initialized else initial_value


@op(
    "InitializedResourceValue(resource: resource, initial_value: dtype, dtype: type) -> (value: dtype)",
    shape=_as_given,
    reads=["resource"],
    view=True,
    stateful=True,
    gradient=False,
)
def InitializedResourceValue(resource, initial_value):
    return resource.value if resource.is_initialized else initial_value


@InitializedResourceValue.on_host_too
def _(resource, initial_value):
    return resource.host if resource.is_initialized else initial_value


def initialized_value(graph, storage, initial_value):
    """The value of a variable, or ``initial_value`` in a run that finds it uninitialised.

    ``storage`` is the variable's ref or handle tensor.
    """
    with graph.control_dependencies(None), graph.name_scope("cond"):
        if storage.dtype._is_ref_dtype:
            return raw.InitializedValue(storage, initial_value, name="Merge")
        return raw.InitializedResourceValue(storage, initial_value, name="Merge")


_STORAGE = ("VariableV2", "Variable")
_SAFE = (
    "IsVariableInitialized",
    "VarIsInitializedOp",
    "ReadVariableOp",
    "VarHandleOp",
    "InitializedValue",
    "InitializedResourceValue",
)  # may be run, or stay as the program wrote them


def guarded(tensor, variable_name):
    """``tensor``, or a copy of it that takes initial values where ``tensor`` reads ref variables that may have no
    value.

    Copied operations are called after the original and ``variable_name``. Variables of the global and local collections
    are known; a read of any other one stays. So does everything where the operations form a circle.
    """
    if not tensor.op._inputs:
        return tensor
    graph = tensor.graph
    ordered = _behind(tensor.op)
    if ordered is None or not any(operation.type in _STORAGE for operation in ordered):
        return tensor
    variables = {
        v.name: v
        for key in (GraphKeys.LOCAL_VARIABLES, GraphKeys.GLOBAL_VARIABLES)
        for v in graph.get_collection(key)
        if hasattr(v, "initialized_value")
    }
    instead = {}  # tensor -> what stands for it
    for operation in ordered:
        if operation.type in _STORAGE:
            variable = variables.get(operation.outputs[0].name)
            if variable is not None:
                instead[operation.outputs[0]] = variable.initialized_value()
        elif operation.type not in _SAFE and any(t in instead for t in operation._inputs):
            copy = _copy(
                operation, tuple(instead.get(t, t) for t in operation._inputs), f"{operation.name}_{variable_name}"
            )
            instead.update(zip(operation.outputs, copy.outputs, strict=True))
    return instead.get(tensor, tensor)


def _behind(operation):
    """The operations that ``operation`` depends on through values, and itself, inputs first; None for a circle."""
    ordered, state, pending = [], {}, [operation]
    while pending:
        current = pending[-1]
        if state.get(current) is None:
            state[current] = "open"
            for tensor in () if current.type in _SAFE else reversed(current._inputs):
                if state.get(tensor.op) is None:
                    pending.append(tensor.op)
                elif state[tensor.op] == "open":
                    return None
        else:
            pending.pop()
            if state[current] == "open":
                state[current] = "done"
                ordered.append(current)
    return ordered


def _copy(operation, inputs, name):
    graph = operation.graph
    with NameScope(graph, None):
        name = graph.unique_name(name.replace(":", "_"))
    shapes = [t._shape for t in operation.outputs]
    made = build.add(graph, operation.op_type, name, inputs, dict(operation._attrs), output_shapes=shapes)
    return made[0].op if isinstance(made, list) else made.op
