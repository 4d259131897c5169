"""What the code of a plan refers to by name and does not compute: its globals.

Constants and attrs, kernels, types, devices, functions of graph as callables, and the contexts of kernels that need the
session. Each is bound on the page when a line first asks for it.
"""

from itertools import count as counting

import numpy as np

from lazytf.core import dtypes, errors
from lazytf.runtime.resources import Context
from lazytf.runtime.tensors import TORCH

_LITERAL = (bool, int, str, type(None))


class Bindings:
    """The globals of one plan.

    ``callable_of(bindings, op, function)`` makes a Python callable of a function of graph; ``prefix`` goes before the
    names of what the operations own in the session.
    """

    def __init__(self, page, draft, resources, borrowing, callable_of, prefix):
        self.page, self.draft, self.resources, self.borrowing = page, draft, resources, borrowing
        self.callable_of, self.prefix = callable_of, prefix
        self.uses_context = False
        self._numbers = counting()

    def constant(self, value):
        """A name of its own for a value."""
        name = f"k{next(self._numbers)}"
        self.page.globals[name] = value
        self.borrowing.lend(name, frozenset((name,)))
        return name

    def literal(self, value):
        if isinstance(value, _LITERAL) or (
            isinstance(value, (list, tuple)) and all(isinstance(v, _LITERAL) for v in value)
        ):
            return repr(value)
        return self.constant(value)

    def attr(self, op, name, hosted):
        if name == "device":
            return self.device(self.draft.home(op))
        if name == "function" and name not in op._attrs:  # the operation calls the function that its type is
            return self.callable(op, name, op.op_type.function)
        value = op._attrs[name]
        if name in op.op_type.function_attrs:
            return self.callable(op, name, value)
        if isinstance(value, dtypes.DType):
            return self.type(value, hosted)
        if isinstance(value, tuple) and value and isinstance(value[0], dtypes.DType):
            return row([self.type(v, hosted) for v in value])
        if isinstance(value, float) and np.isfinite(value):
            return repr(value)
        return self.literal(value)

    def callable(self, op, name, function):
        """The global that stands for a function, or a list of several."""
        if isinstance(function, tuple):
            return listed([self.callable(op, f"{name}{i}", f) for i, f in enumerate(function)])
        own = f"{name}_{op._id}"
        if own not in self.page.globals:
            self.page.globals[own] = self.callable_of(self, op, function)
        return own

    def type(self, dtype, hosted):
        base = dtype._base
        if hosted:
            return self.page.bind(f"np_{base.name}", None if base._numpy is None else np.dtype(base._numpy))
        return self.page.bind(f"torch_{base.name}", TORCH.get(base))

    def kernel(self, kind, hosted, recorded, merged):
        if merged:
            return self.page.bind(f"{kind.name}_merged", kind.merged)
        if hosted and not kind.on_host:
            return self.page.bind(f"{kind.name}_host", kind.host)
        if recorded and kind.differentiable is not None:
            return self.page.bind(f"{kind.name}_recorded", kind.differentiable)
        if kind.kernel is None:
            raise errors.UnimplementedError(None, None, f"Op type {kind.name} has no kernel")
        calls = hasattr(kind, "function")  # the type of a function's calls, whose name is the program's own
        return self.page.bind("call" if calls else kind.name, kind.kernel)

    def device(self, place):
        device = place.torch
        return self.page.bind("cpu" if device.type == "cpu" else f"{device.type}{device.index or 0}", device)

    def context(self, op):
        self.uses_context = True
        context = Context(self.resources, op, self.draft.home(op).torch)
        context.name = self.prefix + op.name
        return self.page.bind(f"ctx{op._id}", context)


def row(texts):
    """The text of a tuple."""
    return f"({', '.join(texts)}{',' * (len(texts) == 1)})"


def listed(texts):
    """The text of a list."""
    return f"[{', '.join(texts)}]"
