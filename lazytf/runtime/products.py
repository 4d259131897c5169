"""Matrix products of a flat program: which kernel computes them, and sums of many as one.

The gradient of weights that are used again and again, once in every round of a loop, is a sum of products of narrow
matrices. Side by side the narrow ones make wide ones, and the sum is a single product:

    a₁b₁ + a₂b₂ + ... + aₙbₙ  =  [a₁ a₂ ... aₙ] [b₁
                                                 b₂
                                                 ...
                                                 bₙ]
"""

import time

import torch

from lazytf.runtime.watching import Ref, Step

_aten = torch.ops.aten
_MANY_PRODUCTS = 1 << 20  # multiplications of a matrix product from which on it pays to look for a faster kernel
_FEW_TERMS = 4


def _fused_linear(a, b):
    """``a @ b`` by oneDNN, which on some processors is twice as fast as what torch.mm calls."""
    return torch.ops.mkldnn._linear_pointwise(a, b.t(), None, "none", [], "")


def fastest_product(a, b):
    """torch.mm or oneDNN's product, whichever is faster for matrices like these two (float32, on the CPU)."""
    if a.dtype is not torch.float32 or a.device.type != "cpu" or a.shape[0] * a.shape[1] * b.shape[1] < _MANY_PRODUCTS:
        return torch.mm
    a, b = a.detach(), b.detach()
    try:
        expected, found = torch.mm(a, b), _fused_linear(a, b)
    except (RuntimeError, AttributeError):  # a torch without oneDNN
        return torch.mm
    if found.stride() != expected.stride() or not torch.allclose(expected, found, rtol=1e-3, atol=1e-4):
        return torch.mm
    return min((torch.mm, _fused_linear), key=lambda product: min(_seconds(product, a, b) for _ in range(3)))


def _seconds(function, *arguments):
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def with_joined_products(steps, watcher, wanted, changed):
    """The steps, sums of many products among them as one product each; what that leaves unused is still there."""
    makers, uses = {}, dict.fromkeys(wanted, 1)
    for step in steps:
        makers.update((n, step) for n in step.outputs)
        for n in step.refs():
            uses[n] = uses.get(n, 0) + 1

    def shape_of(n):
        return watcher.tensors[n].shape

    def is_sum(n):
        step = makers.get(n)
        return (
            step is not None
            and n not in changed
            and step.operation is _aten.add.Tensor
            and not step.kwargs
            and all(
                isinstance(a, Ref) and watcher.tensors[a.number].shape == watcher.tensors[n].shape for a in step.args
            )
        )

    inner = {a.number for step in steps if is_sum(step.outputs[0]) for a in step.args if uses[a.number] == 1}
    found = []
    for step in steps:
        n = step.outputs[0]
        if is_sum(n) and n not in inner and watcher.tensors[n].dim() == 2:
            terms, pending = [], [n]
            while pending:
                term = pending.pop()
                if is_sum(term) and (term == n or uses[term] == 1):
                    pending += [a.number for a in makers[term].args]
                else:
                    terms.append(term)
            found += _joined(terms, n, makers, uses, watcher, changed) or [step]
        else:
            found.append(step)
    return found


def _joined(terms, total, makers, uses, watcher, changed):
    """Steps that make ``total``, the sum of ``terms``, with the products among them joined; None where that is no
    gain.
    """
    if not changed.isdisjoint(terms):  # it would be read later than it was
        return None
    plain, turned, others = [], [], []  # products with their factors, those that are taken transposed, other terms
    for term in terms:
        if uses[term] != terms.count(term):
            others.append(term)
            continue
        step, pairs = makers.get(term), plain
        if step is not None and step.operation is _aten.t.default and uses[step.args[0].number] == 1:
            step, pairs = makers.get(step.args[0].number), turned
        if step is not None and step.operation is _aten.mm.default:
            pairs.append((term, *(a.number for a in step.args)))
        else:
            others.append(term)
    join = _Join(makers, watcher, total)
    found = []
    for pairs in (plain, turned):
        if _is_gain(pairs, watcher, changed):
            found.append(join.product([(a, b) for _, a, b in pairs], pairs is turned))
        else:
            others += [term for term, *_ in pairs]
    return join.sum(found, others) if found else None


def _is_gain(pairs, watcher, changed):
    """Whether to copy the factors of many products side by side takes less time than to add up what they give."""
    if len(pairs) < _FEW_TERMS or not changed.isdisjoint(i for _, *pair in pairs for i in pair):
        return False
    (m, k), (_, n) = (watcher.tensors[i].shape for i in pairs[0][1:])
    return k * (m + n) <= 2 * m * n


class _Join:
    """The steps that take the place of one sum."""

    def __init__(self, makers, watcher, total):
        self._makers, self._watcher, self._total = makers, watcher, total
        self.steps = []

    def _add(self, operation, *args):
        with torch.no_grad():
            found = operation(*_tensors(args, self._watcher))
        number = self._watcher.add(found)
        self.steps.append(Step(operation, args, {}, [number], False))
        return Ref(number)

    def product(self, pairs, is_turned):
        """One product for the sum of ``a @ b`` over pairs; of its transpose where ``is_turned``."""
        left = [self._makers.get(a) for a, _ in pairs]
        if all(step is not None and step.operation is _aten.t.default for step in left):
            a = self._add(_aten.t.default, self._add(_aten.cat.default, [step.args[0] for step in left], 0))
        else:
            a = self._add(_aten.cat.default, [Ref(a) for a, _ in pairs], 1)
        found = self._add(_aten.mm.default, a, self._add(_aten.cat.default, [Ref(b) for _, b in pairs], 0))
        return self._add(_aten.t.default, found) if is_turned else found

    def sum(self, products, others):
        """All steps, the last of which gives the total."""
        found = products[0]
        for term in products[1:] + [Ref(n) for n in others]:
            found = self._add(_aten.add.Tensor, found, term)
        self.steps[-1].outputs[0] = self._total
        return self.steps


def _tensors(args, watcher):
    return [
        watcher.tensors[a.number] if isinstance(a, Ref) else _tensors(a, watcher) if isinstance(a, list) else a
        for a in args
    ]
