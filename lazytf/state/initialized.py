"""Initial values that depend on other variables, made safe to compute before those are initialised.

All initializers run in one step, in no order a program could rely on. So where an initial value reads a variable, that
read is replaced, in a copy of the operations behind it, by one that takes the other variable's own initial value as
long as the variable has none yet (source: ``tf.Variable.initialized_value``).

The choice is a ``tf.cond``, which is built on top of this room and tells it of itself.
"""

from lazytf.core import build
from lazytf.core.build import raw
from lazytf.core.collections import GraphKeys
from lazytf.core.graph import NameScope
from lazytf.core.registry import lookup
from lazytf.core.scopes import init_scope

_conditionals = []  # tf.cond


def draws_conditionals(cond):
    """Enters ``tf.cond``."""
    _conditionals.append(cond)


def initialized_value(variable):
    """The value of a variable, or its initial value in a run that finds it uninitialised."""
    storage = variable._storage
    with init_scope():
        holds = raw.IsVariableInitialized if storage.dtype._is_ref_dtype else raw.VarIsInitializedOp
        return _conditionals[0](holds(storage), variable.read_value, lambda: variable._safe_initial_value)


_STORAGE = ("VariableV2", "Variable")
_SAFE = ("IsVariableInitialized", "VarIsInitializedOp", "ReadVariableOp", "VarHandleOp")  # stay as they are


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
    kind = operation.op_type if operation.type != "RefSwitch" else lookup("Switch")  # what it takes now is a value
    made = build.add(graph, kind, name, inputs, dict(operation._attrs), output_shapes=shapes)
    return made[0].op if isinstance(made, list) else made.op
