"""The update ops of optimizers: one step of a rule on one variable and its slots.

Each dense rule is written once, over lists of variables with ``torch._foreach_*`` calls: a plan merges the updates of
one step into one call, and a single update is a list of one. Hyperparameters arrive as Python numbers. The formulas
are those of TensorFlow's kernels, which differ from torch.optim's (Adam adds epsilon to the uncorrected root).
"""

import inspect

import torch

from lazytf.core import shape_rules
from lazytf.core.registry import op
from lazytf.core.shape_rules import merge
from lazytf.ops.state import checked_rows


def _one_shape(op):
    """Variables and dense gradients have one shape, hyperparameters none."""
    shape = None
    for arg, t in zip(op.op_type.schema.inputs, op._inputs, strict=True):
        if arg.is_host:
            _scalar(t)
        else:
            shape = merge(shape, t._shape)
    return [shape]


def _rows_of(op):
    """Variables have one shape; the gradient holds rows of it."""
    shape = None
    for arg, t in zip(op.op_type.schema.inputs, op._inputs, strict=True):
        if arg.is_host:
            _scalar(t)
        elif arg.is_ref:
            shape = merge(shape, t._shape)
    return [shape]


def _handles(op):
    for arg, t in zip(op.op_type.schema.inputs, op._inputs, strict=True):
        if arg.is_host:
            _scalar(t)
    return []


def _scalar(t):
    if t._shape:
        raise shape_rules.ShapeError(f"Shape must be rank 0 but is rank {len(t._shape)}")


def _dense(name, variables, inputs, options, step):
    """Declares ``Apply<name>`` and ``ResourceApply<name>`` from one rule over lists.

    ``step`` takes a list of tensors for each of ``variables`` and for the gradient, a number for each other input.
    """
    variables, inputs, options = variables.split(), inputs.split(), options.split()
    shared = [i for i in inputs if i not in ("grad", "delta")]
    spec = ", ".join(f"{i}: {'host ' if i in shared else ''}T" for i in inputs)
    attrs = "T: {number}, use_locking: bool = False" + "".join(f", {o}: bool = False" for o in options)
    names = [*variables, *inputs]

    def merged(*given):
        tensors = [[cell.writable() for cell in cells] for cells in given[: len(variables)]]
        step(*tensors, *given[len(variables) :])

    def single(*given):
        lists = [value if name in shared else [value] for name, value in zip(names, given, strict=False)]
        merged(*lists, *given[len(names) :])
        return given[0]

    single.__signature__ = _signature([*names, *options])
    refs = ", ".join(f"{v}: ref T" for v in variables)
    handles = ", ".join(f"{v}: resource" for v in variables)
    of_refs = op(f"Apply{name}({refs}, {spec}, {attrs}) -> (out: ref T)", shape=_one_shape, gradient=False)
    of_handles = op(
        f"ResourceApply{name}({handles}, {spec}, {attrs}) -> ()",
        shape=_handles,
        gradient=False,
        stateful=True,
        writes=variables,
    )
    for declare in (of_refs, of_handles):
        declare(single).merge(*shared)(merged)


def _signature(names):
    return inspect.Signature([inspect.Parameter(n, inspect.Parameter.POSITIONAL_OR_KEYWORD) for n in names])


def _like(gradients, variables):
    """Gradients laid out in memory as their variables: fused kernels on the CPU take no notice of strides."""
    pairs = zip(gradients, variables, strict=True)
    return [g if g.stride() == v.stride() else torch.empty_like(v).copy_(g) for g, v in pairs]


# -- rules ----------------------------------------------------------------------------------------------------------


def _gradient_descent(variables, alpha, deltas):
    torch._foreach_add_(variables, deltas, alpha=-alpha)


def _momentum(variables, accumulators, lr, gradients, momentum, use_nesterov):
    torch._foreach_mul_(accumulators, momentum)
    torch._foreach_add_(accumulators, gradients)
    if use_nesterov:
        torch._foreach_add_(variables, gradients, alpha=-lr)
        torch._foreach_add_(variables, accumulators, alpha=-lr * momentum)
    else:
        torch._foreach_add_(variables, accumulators, alpha=-lr)


_STEPS = {}  # device -> a step count so large that torch's own bias correction is exactly 1


def _adam(variables, ms, vs, beta1_power, beta2_power, lr, beta1, beta2, epsilon, gradients, use_nesterov):
    rate = lr * (1 - beta2_power) ** 0.5 / (1 - beta1_power)
    first = variables[0]
    if use_nesterov or not (0 <= beta1 < 1 and 0 <= beta2 < 1) or first.dtype not in (torch.float32, torch.float64):
        return _adam_by_parts(variables, ms, vs, rate, beta1, beta2, epsilon, gradients, use_nesterov)
    steps = _STEPS.get(first.device)
    if steps is None:
        steps = _STEPS[first.device] = torch.full((), 1e30, device=first.device)
    count = [steps] * len(variables)
    options = {"weight_decay": 0.0, "amsgrad": False, "maximize": False}
    gradients = _like(gradients, variables)
    torch._fused_adam_(
        variables, gradients, ms, vs, [], count, lr=rate, beta1=beta1, beta2=beta2, eps=epsilon, **options
    )


def _adam_by_parts(variables, ms, vs, rate, beta1, beta2, epsilon, gradients, use_nesterov):
    torch._foreach_mul_(ms, beta1)
    torch._foreach_add_(ms, gradients, alpha=1 - beta1)
    torch._foreach_mul_(vs, beta2)
    torch._foreach_addcmul_(vs, gradients, gradients, value=1 - beta2)
    roots = torch._foreach_sqrt(vs)
    torch._foreach_add_(roots, epsilon)
    if use_nesterov:
        ms = torch._foreach_mul(ms, beta1)
        torch._foreach_add_(ms, gradients, alpha=1 - beta1)
    torch._foreach_addcdiv_(variables, ms, roots, value=-rate)


# fmt: off
#      name               variables    inputs in order, the gradient among them               options         rule
_dense("GradientDescent", "var",       "alpha delta",                                         "", _gradient_descent)
_dense("Momentum",        "var accum", "lr grad momentum",                                    "use_nesterov", _momentum)
_dense("Adam",            "var m v",   "beta1_power beta2_power lr beta1 beta2 epsilon grad", "use_nesterov", _adam)
# fmt: on


# -- rows only ------------------------------------------------------------------------------------------------------

_SPARSE = (
    "lr: host T, grad: T, indices: Tindices, momentum: host T, T: {number}, Tindices: {int32, int64}, "
    "use_locking: bool = False, use_nesterov: bool = False"
)


def _momentum_rows(var, accum, lr, grad, indices, momentum, use_nesterov):
    rows = checked_rows(indices, var.value.shape[0])
    variable, accumulator = var.writable(), accum.writable()
    stepped = accumulator.index_select(0, rows).mul_(momentum).add_(grad)
    accumulator.index_copy_(0, rows, stepped)
    change = grad + stepped * momentum if use_nesterov else stepped
    variable.index_add_(0, rows, change, alpha=-lr)


@op(f"SparseApplyMomentum(var: ref T, accum: ref T, {_SPARSE}) -> (out: ref T)", shape=_rows_of, gradient=False)
def SparseApplyMomentum(var, accum, lr, grad, indices, momentum, use_nesterov):
    _momentum_rows(var, accum, lr, grad, indices, momentum, use_nesterov)
    return var


@op(
    f"ResourceSparseApplyMomentum(var: resource, accum: resource, {_SPARSE}) -> ()",
    shape=_handles,
    gradient=False,
    stateful=True,
    writes=["var", "accum"],
)
def ResourceSparseApplyMomentum(var, accum, lr, grad, indices, momentum, use_nesterov):
    _momentum_rows(var, accum, lr, grad, indices, momentum, use_nesterov)
