"""What a gradient line of a plan calls: torch.autograd, once, for all the xs of one gradient operation."""

import torch
from torch.autograd import Variable

_backward = Variable._execution_engine.run_backward


def gradients(ys, xs, grad_ys, stops, retain, again):
    """The gradient of the sum of ``ys`` (weighted by ``grad_ys``; None is ones) with respect to each of ``xs``.

    Nothing flows through ``stops``, though a stopped tensor that is also an x gets its own gradient whole. ``retain``
    keeps the tape for another gradient, ``again`` makes the result differentiable. An x that the tape does not reach
    after all gets zeros.
    """
    roots, weights = [], []
    for y, weight in zip(ys, grad_ys, strict=True):
        if y.requires_grad:
            roots.append(y)
            weights.append(
                torch.ones_like(y) if weight is None else weight if weight.shape == y.shape else weight.expand_as(y)
            )
    if not roots:
        return [torch.zeros_like(x) for x in xs]
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
    return [torch.zeros_like(x) if g is None else g for g, x in zip(found, xs, strict=True)]


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
