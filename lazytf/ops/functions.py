"""Calls of functions of graph: plain ones, conditions and loops whose sides are functions, gradients of functions.

A kernel gets a Python callable for an attr of kind ``func``, a list of them for several. The callable is the body,
made into code by the plan of the run (``runtime/functions.py``): it takes the body's inputs one by one, as torch
tensors, as NumPy values where torch cannot hold them, or as whatever a resource is, and returns a list of the outputs.
Whether torch.autograd records inside is decided by the grad mode it is called in. Each operation has callables of its
own: a random operation in a body draws another stream in every call of the graph, as in TensorFlow.

An operation that calls a ``Defun`` needs no op type here: its type is the function's own (``core.functions.CallType``),
its kernel likewise gets the callable.
"""

import numpy as np
import torch

from lazytf.core.build import output_count
from lazytf.core.registry import op
from lazytf.ops.sentences import refuse

# -- shapes -----------------------------------------------------------------------------------------------------------


def _declared(op):
    """The shapes that the attr tells; unknown ones where it is empty."""
    return list(op._attrs["output_shapes"]) or _open(op)


def _open(op):
    return [None] * output_count(op)


def _from_body(op):
    function = op._attrs["f"]
    if (
        isinstance(function, str)
        or len(function.inputs) != len(op._inputs)
        or len(function.outputs) != len(op._attrs["Tout"])
    ):
        return _open(op)  # the run will say so
    return function.shapes_for([t._shape for t in op._inputs])


def _as_given(op):
    return list(op._attrs["output_shapes"]) or [t._shape for t in op._inputs]


def _of_arguments(op):
    return [t._shape for t in op._inputs[: len(op._attrs["Tout"])]]


def _stacked(op):
    count = len(op._attrs["Targuments"])
    sizes = {t._shape[0] for t in op._inputs[:count] if t._shape} - {None}
    size = sizes.pop() if len(sizes) == 1 else None
    return [None if shape is None else (size, *shape) for shape in op._attrs["output_shapes"]]


# -- declaring --------------------------------------------------------------------------------------------------------


def _calling(signature, passed_on, *, stateful=False, **properties):
    """Declares an op type that passes the inputs ``passed_on`` to a body, which may change them if it is stateful."""
    writes = [passed_on] if stateful else None
    return op(signature, role="call", view=True, reads=[passed_on], writes=writes, stateful=stateful, **properties)


# -- calls ------------------------------------------------------------------------------------------------------------


@_calling(
    "PartitionedCall(args: list(Tin), Tin: list(type) >= 0, Tout: list(type) >= 0, f: func, config: string = '', "
    "config_proto: string = '', executor_type: string = '') -> (output: list(Tout))",
    "args",
    shape=_from_body,
)
def PartitionedCall(args, f):
    return f(*args)


@_calling(
    "StatefulPartitionedCall(args: list(Tin), Tin: list(type) >= 0, Tout: list(type) >= 0, f: func, "
    "config: string = '', config_proto: string = '', executor_type: string = '') -> (output: list(Tout))",
    "args",
    shape=_from_body,
    stateful=True,
)
def StatefulPartitionedCall(args, f):
    return f(*args)


@_calling(
    "RemoteCall(target: string, args: list(Tin), Tin: list(type) >= 1, Tout: list(type) >= 1, f: func) -> "
    "(output: list(Tout))",
    "args",
    shape=_open,
    stateful=True,
    gradient=False,
)
def RemoteCall(target, args, f):
    """The target is a device of this process: the body runs where the operation does."""
    return f(*args)


# -- conditions -------------------------------------------------------------------------------------------------------


def _holds(value):
    """Whether a condition counts as true: a number that is not 0, a string or an array that is not empty."""
    return np.size(value) > 0 if isinstance(value, (list, np.ndarray)) else bool(value)


@_calling(
    "If(cond: host Tcond, input: list(Tin), Tcond: type, Tin: list(type) >= 0, Tout: list(type) >= 0, "
    "then_branch: func, else_branch: func, output_shapes: list(shape) = []) -> (output: list(Tout))",
    "input",
    shape=_declared,
    stateful=True,
)
def If(cond, input, then_branch, else_branch):
    return (then_branch if _holds(cond) else else_branch)(*input)


@_calling(
    "StatelessIf(cond: host Tcond, input: list(Tin), Tcond: type, Tin: list(type) >= 0, Tout: list(type) >= 0, "
    "then_branch: func, else_branch: func, output_shapes: list(shape) = []) -> (output: list(Tout))",
    "input",
    shape=_declared,
)
def StatelessIf(cond, input, then_branch, else_branch):
    return (then_branch if _holds(cond) else else_branch)(*input)


@_calling(
    "Case(branch_index: host int32, input: list(Tin), Tin: list(type) >= 0, Tout: list(type) >= 0, "
    "branches: list(func) >= 1, output_shapes: list(shape) = []) -> (output: list(Tout))",
    "input",
    shape=_declared,
    stateful=True,
)
def Case(branch_index, input, branches):
    """A number that is no branch's chooses the last."""
    if isinstance(branch_index, list):
        refuse(f"branch_index must be a scalar; got {branch_index}")
    return branches[branch_index if 0 <= branch_index < len(branches) else -1](*input)


# -- loops ------------------------------------------------------------------------------------------------------------


def _looped(ctx, input, cond, body):
    values = list(input)
    for _ in ctx.rounds():
        if not _holds(cond(*values)[0].tolist()):
            break
        values = body(*values)
    return values


@_calling(
    "While(input: list(T), T: list(type) >= 0, cond: func, body: func, output_shapes: list(shape) = [], "
    "parallel_iterations: int = 10) -> (output: list(T))",
    "input",
    shape=_as_given,
    stateful=True,
    gradient=False,
)
def While(ctx, input, cond, body):
    return _looped(ctx, input, cond, body)


@_calling(
    "StatelessWhile(input: list(T), T: list(type) >= 0, cond: func, body: func, output_shapes: list(shape) = [], "
    "parallel_iterations: int = 10) -> (output: list(T))",
    "input",
    shape=_as_given,
    gradient=False,
)
def StatelessWhile(ctx, input, cond, body):
    return _looped(ctx, input, cond, body)


@_calling(
    "For(start: host int32, limit: host int32, delta: host int32, input: list(T), T: list(type) >= 0, body: func) -> "
    "(output: list(T))",
    "input",
    shape=_open,
    gradient=False,
)
def For(ctx, start, limit, delta, input, body, device):
    values = list(input)
    for i, _ in zip(range(start, limit, delta), ctx.rounds(), strict=False):
        values = body(torch.tensor(i, dtype=torch.int32, device=device), *values)
    return values


@_calling(
    "MapDefun(arguments: list(Targuments), captured_inputs: list(Tcaptured), Targuments: list(type) >= 1, "
    "Tcaptured: list(type) >= 0 = [], output_types: list(type) >= 1, output_shapes: list(shape) >= 1, f: func, "
    "max_intra_op_parallelism: int = 1) -> (output: list(output_types))",
    "captured_inputs",
    shape=_stacked,
    gradient=False,
)
def MapDefun(arguments, captured_inputs, f):
    sizes = {len(a) for a in arguments}
    if len(sizes) > 1:
        refuse("All inputs must have the same dimension 0.")
    rows = [f(*row, *captured_inputs) for row in zip(*arguments, strict=True)]
    return [torch.stack(column) for column in zip(*rows, strict=True)]


# -- gradients --------------------------------------------------------------------------------------------------------


@_calling(
    "SymbolicGradient(input: list(Tin), Tin: list(type) >= 1, Tout: list(type) >= 1, f: func) -> (output: list(Tout))",
    "input",
    shape=_of_arguments,
    gradient=False,
)
def SymbolicGradient(input, Tout, f):
    """The gradients of a function's arguments, the first inputs, given those of its results, the others."""
    given, weights = input[: len(Tout)], input[len(Tout) :]
    xs = [x.detach().requires_grad_() if _is_differentiable(x) else x for x in given]
    with torch.enable_grad():
        pairs = [(y, w) for y, w in zip(f(*xs), weights, strict=True) if torch.is_tensor(y) and y.requires_grad]
    wanted = [x for x in xs if _is_differentiable(x)]
    if not pairs or not wanted:
        return [torch.zeros_like(x) for x in given]
    ys, weights = zip(*pairs, strict=True)
    found = iter(torch.autograd.grad(ys, wanted, weights, allow_unused=True, materialize_grads=True))
    return [next(found) if _is_differentiable(x) else torch.zeros_like(x) for x in xs]


def _is_differentiable(value):
    return torch.is_tensor(value) and (value.is_floating_point() or value.is_complex())
