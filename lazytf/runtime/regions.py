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

from lazytf.core import dtypes
from lazytf.core.operation import arguments, reached
from lazytf.runtime.effects import JOINTS, is_reference, variable_of
from lazytf.runtime.frames import Frames


class Regions:
    """The autograd regions of one plan."""

    def __init__(self, ops, fed):
        self.of = {}  # gradient operation -> its region, a set of operations
        self.overridden = set()  # fed tensors whose producers run nevertheless
        gradients = [op for op in ops if op.op_type.role == "gradient"]
        frames = Frames(ops, fed) if gradients else None
        for op in gradients:
            self.of[op] = self._region(op, fed, frames)
        self.recorded = set().union(*self.of.values()) if self.of else set()
        self.sources = {x for op in gradients for x in parts(op).xs}
        self.stopped = {s for op in gradients for s in parts(op).stops}
        self.ruled = {}  # operation that a program gave a derivative -> what that takes from its branch or loop
        for gradient in gradients:
            for op, _, _, inside in rules(gradient):
                self.ruled[op] = list(dict.fromkeys([*self.ruled.get(op, ()), *inside]))

    def needs_second(self, op):
        """Whether a gradient operation's own result will be differentiated."""
        return op in self.recorded

    def _region(self, gradient, fed, frames):
        p, around, loop = parts(gradient), set(), frames.of.get(gradient)
        while loop is not None:  # a gradient inside a loop is one of its round, and does not go back to those before
            around.update(loop.merges)
            loop = loop.parent
        behind, pending, consumers = set(), [y.op for y in p.ys], {}
        ruled = {op for op, *_ in rules(gradient)}
        while pending:
            op = pending.pop()
            if op not in behind:
                behind.add(op)
                for t in () if op in around else differentiable(op, ruled):
                    consumers.setdefault(t, []).append(op)
                    pending.append(t.op)
        variables = {variable_of(x) for x in p.xs if is_reference(x)}
        sources = {*p.xs, *(t for t in consumers if variables and is_reference(t) and variable_of(t) in variables)}
        region = reached(sources, consumers)
        self.overridden.update(t for op in region for t in op.outputs if t in fed)
        return region

    def tables(self, gradient):
        """``[(x, operations that take rows of it)]`` for what a gradient operation is sliced by."""
        xs, region = parts(gradient).xs, self.of[gradient]
        takers = [op for op in region if op.op_type.gathered is not None and op.op_type.gathered(op) is not None]
        return [(xs[i], [op for op in takers if _is_read_off(op._inputs[0], xs[i])]) for i in gradient._attrs["sliced"]]


def _is_read_off(t, x):
    """Whether ``t`` is ``x`` handed on, or the value of the variable that ``x`` stands for."""
    while t is not x:
        if is_reference(t) and is_reference(x):
            return variable_of(t) is variable_of(x)
        if t.op.op_type.role not in JOINTS and not t.op.op_type.is_alias and t.op.op_type.role != "read":
            return False
        t = t.op._inputs[0]
    return True


def differentiable(op, ruled=()):
    """The inputs of an operation that a gradient may flow through; a program gave the ``ruled`` their derivative."""
    if not op._passes_gradients or (op.op_type.has_gradient is None and op not in ruled):
        return ()
    return [t for t in op._inputs if t._dtype.is_floating or t._dtype.is_complex or t._dtype is dtypes.resource]


def rules(gradient):
    """``(operation, function, captured, inside)`` for every operation whose derivative a program gave itself.

    ``captured`` are the tensors that the function takes when the gradient is computed, ``inside`` those that it takes
    when the operation is.
    """
    graph, captured, inside = gradient.graph, iter(parts(gradient).captured), iter(gradient._attrs["inside"])
    for name, function in zip(gradient._attrs["ruled"], gradient._attrs["rules"], strict=True):
        op, sources = graph._by_name[name], function.attrs["_sources"]
        own = len(op._inputs) + len(op.outputs)
        later = [next(captured) for source in sources if source < 0]
        yield op, function, later, [graph.get_tensor_by_name(next(inside)) for source in sources if source >= own]


class parts:
    """A gradient operation's inputs by what they are for."""

    __slots__ = ("ys", "grad_ys", "xs", "stops", "captured")

    def __init__(self, op):
        found = {name: [] for name in self.__slots__}
        for arg, t in arguments(op):
            found[arg.name].append(t)
        self.ys, self.grad_ys, self.xs, self.stops, self.captured = found.values()
