"""Autograd regions: which operations torch.autograd records, and what for.

A gradient operation has inputs ``ys`` and ``xs``. What lies on a path from an x to a y is its region: these operations
run with grad mode on, everything else with it off. The xs are where recording starts: a variable gives its ``leaf``,
any other tensor that does not require a gradient yet is detached and made to.

    x ──► MatMul ──► Sigmoid ──► Mean ──► y          region: MatMul, Sigmoid, Mean
    x ◄───────────── Gradients ◄───────── y

A gradient of a gradient has the inner gradient operation in its region: that one must then record itself. Where a
region passes through a fed tensor and an x lies behind it, the gradient still flows to the x, so the producers of
the fed tensor run too, and the fed numbers are put in place of the computed ones.
"""

from lazytf.core.operation import arguments


class Regions:
    """The autograd regions of one plan."""

    def __init__(self, ops, fed):
        self.of = {}  # gradient operation -> its region, a set of operations
        self.overridden = set()  # fed tensors whose producers run nevertheless
        gradients = [op for op in ops if op.op_type.role == "gradient"]
        for op in gradients:
            self.of[op] = self._region(op, fed)
        self.recorded = set().union(*self.of.values()) if self.of else set()
        self.sources = {x for op in gradients for x in parts(op).xs}
        self.stopped = {s for op in gradients for s in parts(op).stops}

    def needs_second(self, op):
        """Whether a gradient operation's own result will be differentiated."""
        return op in self.recorded

    def _region(self, gradient, fed):
        p = parts(gradient)
        behind, pending = set(), [y.op for y in p.ys]
        sources = set(p.xs)
        while pending:
            op = pending.pop()
            if op not in behind:
                behind.add(op)
                pending += [t.op for t in op._inputs]
        region = set()
        for op in sorted(behind, key=lambda o: o._id):
            if any(t in sources or t.op in region for t in op._inputs):
                region.add(op)
        self.overridden.update(t for op in region for t in op.outputs if t in fed)
        return region


class parts:
    """A gradient operation's inputs by what they are for."""

    __slots__ = ("ys", "grad_ys", "xs", "stops")

    def __init__(self, op):
        found = {name: [] for name in self.__slots__}
        for arg, t in arguments(op):
            found[arg.name].append(t)
        self.ys, self.grad_ys, self.xs, self.stops = found.values()
