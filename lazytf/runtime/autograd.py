"""What a gradient line of a plan calls: torch.autograd, once, for all the xs of one gradient operation."""

import torch
from torch.autograd import Variable

_backward = Variable._execution_engine.run_backward


def gradients(ys, xs, grad_ys, stops, retain, again, sliced=()):
    """The gradient of the sum of ``ys`` (weighted by ``grad_ys``; None is ones) with respect to each of ``xs``.

    ``sliced`` are ``(pairs of rows taken and their numbers, the table they were taken of, type of numbers)``: for each
    two more results, the rows' gradient and their numbers, those that were taken last first.

    Nothing flows through ``stops``, though a stopped tensor that is also an x gets its own gradient whole. ``retain``
    keeps the tape for another gradient, ``again`` makes the result differentiable. An x that the tape does not reach
    after all gets zeros.
    """
    dense, xs = len(xs), (*xs, *(rows for pairs, *_ in sliced for rows, _ in pairs))
    roots, weights = [], []
    for y, weight in zip(ys, grad_ys, strict=True):
        if y.requires_grad:
            roots.append(y)
            weights.append(
                torch.ones_like(y) if weight is None else weight if weight.shape == y.shape else weight.expand_as(y)
            )
    if not roots:
        return _with_rows([torch.zeros_like(x) for x in xs], dense, sliced)
    hooks = [s.register_hook(torch.zeros_like) for s in stops if s.requires_grad and not s.is_leaf]
    try:
        found = _backward(
            tuple(roots),
            tuple(weights),
            retain or again,
            again,
            tuple(xs),
            allow_unreachable=True,
            accumulate_grad=False,
        )
    finally:
        for hook in hooks:
            hook.remove()
    return _with_rows([torch.zeros_like(x) if g is None else g for g, x in zip(found, xs, strict=True)], dense, sliced)


def _with_rows(found, dense, sliced):
    """``found`` with the gradients of rows put together, table by table."""
    results, rows = found[:dense], iter(found[dense:])
    for pairs, table, dtype in sliced:
        mine = [(next(rows).reshape(-1, *table.shape[1:]), numbers.reshape(-1)) for _, numbers in pairs]
        values, numbers = zip(*reversed(mine), strict=True) if mine else ((table[:0].detach(),), (_no_numbers(table),))
        results += torch.cat(values), torch.cat(numbers).to(dtype)
    return results


def _no_numbers(table):
    return torch.empty(0, dtype=torch.int64, device=table.device)


def summed(leaves, gradients):
    """The gradient of a variable that was read as several leaves, those of one and the same tensor counted once."""
    found = {id(leaf): gradient for leaf, gradient in zip(leaves, gradients, strict=True)}
    return sum(found.values())


def moved(tensor, device):
    """A recorded tensor on another device, with its tape, whatever grad mode its line stands in."""
    with torch.enable_grad():
        return tensor.to(device)


def recorded(tensor):
    """``tensor`` as a place where recording starts: itself where it is recorded already."""
    return tensor if tensor.requires_grad else tensor.detach().requires_grad_()


def replaced(computed, fed):
    """A recorded result whose numbers are the fed ones.

    The result's storage itself is overwritten, below autograd's notice: a rule that uses its op's output (a
    sigmoid's) then reads the fed numbers, a rule that uses inputs reads the true ones, and both is what TensorFlow
    does.
    """
    if computed.shape != fed.shape:
        raise ValueError(
            f"fed value of shape {list(fed.shape)} stands for a result of shape {list(computed.shape)}, and the "
            "gradient of that result is asked for"
        )
    computed.data.copy_(fed)
    return computed


# -- rules that a program gave ----------------------------------------------------------------------------------------


class Rule:
    """What stands in for the derivative of one operation in one run; a gradient sets it before it begins.

    ``function`` takes the gradients of the results that can have one and then tensors: the operation's input or result
    of that number in ``sources``, past those what was kept beside them, or the next of ``others`` for -1. It returns
    the gradients of those inputs whose numbers ``inputs`` holds.
    """

    __slots__ = ("function", "inputs", "sources", "others")

    def set(self, function, inputs, sources, others):
        self.function, self.inputs, self.sources, self.others = function, inputs, sources, others

    def clear(self):
        """Lets go of the tensors: what was computed from them holds the rule."""
        self.others = ()


def under_rule(rule, inputs, results, beside):
    """The results of an operation, computed unrecorded from ``inputs``, as tensors that ``rule`` differentiates.

    ``beside`` are other tensors that the rule will want.
    """
    return _UnderRule.apply(rule, len(inputs), len(results), *inputs, *results, *beside)


class _UnderRule(torch.autograd.Function):
    @staticmethod
    def forward(ctx, rule, count, made, *given):
        ctx.rule, ctx.count, ctx.end = rule, count, count + made
        results = tuple(t.detach() if torch.is_tensor(t) else t for t in given[count : ctx.end])
        own = (*given[:count], *results, *given[ctx.end :])
        ctx.plain = [None if torch.is_tensor(t) else t for t in own]
        ctx.save_for_backward(*(t for t in own if torch.is_tensor(t)))
        ctx.mark_non_differentiable(*(t for t in results if torch.is_tensor(t) and not _may_have_gradient(t)))
        return results

    @staticmethod
    def backward(ctx, *weights):
        rule, saved, others = ctx.rule, iter(ctx.saved_tensors), iter(ctx.rule.others)
        own = [next(saved) if t is None else t for t in ctx.plain]
        results = own[ctx.count : ctx.end]
        weights = [w for w, t in zip(weights, results, strict=True) if torch.is_tensor(t) and _may_have_gradient(t)]
        found = rule.function(*weights, *(own[i] if i >= 0 else next(others) for i in rule.sources))
        gradients = [None] * ctx.count
        for i, gradient in zip(rule.inputs, found, strict=True):
            if ctx.needs_input_grad[3 + i]:
                gradients[i] = gradient
        return (None, None, None, *gradients, *[None] * (len(own) - ctx.count))


def _may_have_gradient(tensor):
    return tensor.is_floating_point() or tensor.is_complex()
