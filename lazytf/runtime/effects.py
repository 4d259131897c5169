"""What an operation does to the session's variables: which it reads, which it writes.

A variable is named by the operation that makes it (op types of role "resource"). A tensor that stands for the variable
itself - the output of that operation, of ``Assign``, of an ``Identity`` on a handle - leads back to it.
"""

from lazytf.core import dtypes
from lazytf.core.operation import arguments

JOINTS = frozenset(("switch", "merge", "enter", "exit", "next"))  # roles of what hands a value on


def variable_of(tensor):
    """The operation that made the variable, queue or other resource that ``tensor`` stands for; None for a value."""
    while True:
        op = tensor.op
        if op.op_type.role == "resource" or (op.op_type.role == "feed" and tensor._dtype is dtypes.resource):
            return op  # a placeholder of a body stands for whatever the call passes on
        if tensor._dtype._is_ref_dtype:
            tensor = next((t for arg, t in arguments(op) if arg.is_ref), None)
        elif tensor._dtype is dtypes.resource and op.op_type.is_alias:
            tensor = op._inputs[tensor.value_index]
        elif tensor._dtype is dtypes.resource and op.op_type.role in JOINTS:
            tensor = op._inputs[0]
        else:
            return None
        if tensor is None:
            return None


def is_reference(tensor):
    """Whether a tensor stands for something that the session owns, not for a value."""
    return tensor._dtype._is_ref_dtype or (tensor._dtype is dtypes.resource and variable_of(tensor) is not None)


def is_object(tensor):
    """Whether a tensor is a handle of what lives in one run only, which is handed on as a Python object."""
    return tensor._dtype is dtypes.resource and variable_of(tensor) is None


def reference_of(tensor):
    """``(reference, variable)`` where ``tensor`` is the value read off a reference to a variable; else None."""
    op = tensor.op
    if not op.op_type.is_alias or tensor._dtype._is_ref_dtype or not op._inputs[0]._dtype._is_ref_dtype:
        return None
    return op._inputs[0], variable_of(op._inputs[0])


def reads(op):
    """The variables whose value ``op``, an operation or a loop, takes."""
    kind = op.op_type
    if kind.role == "loop":
        return op.reads
    found = []
    if kind.role == "gradient":
        return found
    for t in op._inputs:
        if t._dtype._is_ref_dtype or t._dtype is dtypes.resource:
            break
    else:
        return found
    for arg, t in arguments(op):
        if arg.name in kind.reads or (t._dtype._is_ref_dtype and not arg.is_ref):
            variable = variable_of(t)
            if variable is not None:
                found.append(variable)
    return found


def writes(op):
    """The variables that ``op``, an operation or a loop, changes."""
    if op.op_type.role == "loop":
        return op.writes
    names = op.op_type.writes
    if not names:
        return []
    return [v for arg, t in arguments(op) if arg.name in names and (v := variable_of(t)) is not None]
