"""Functions of graph as Python callables, for the kernels of the operations that call them.

A body is planned and written like any run, with its inputs as the fed tensors; only they come as torch tensors, where
the calling operation runs, and the results are handed back the same way. A call knows by the grad mode it is made in
whether torch.autograd is recording; there are two variants of the code accordingly, each written when it is first
needed. Streams of random numbers are named after the calling operation, so each call in a graph has its own.
"""

from dataclasses import replace

import torch

from lazytf.core import dtypes, errors
from lazytf.core.operation import reached, users_of
from lazytf.runtime.effects import variable_of
from lazytf.runtime.guarding import guarded
from lazytf.runtime.locating import HOST
from lazytf.runtime.regions import Regions, differentiable
from lazytf.runtime.writing import Writer

_set_grad = torch._C._set_grad_enabled
_NO_TENSOR = (dtypes.string, dtypes.resource, dtypes.variant)
_QUIET_ROLES = ("resource", "feed", "read")  # what has state, but does nothing that a caller could miss


def callable_of(bindings, op, function):
    """What a kernel of ``op`` gets for ``function``: a Python function of its inputs that returns a list of outputs.

    ``bindings`` are those of the plan that ``op`` stands in. ``InvalidArgumentError`` where the graph has no such
    function.
    """
    if isinstance(function, str):
        found = op.graph._get_function(function)
        if found is None:
            raise errors.InvalidArgumentError(None, op, f'Failed to find function "{function}" in function library: ')
        function = found
    body = _Body(function, bindings, op)
    if function.gradient is None:
        return body
    gradient = _Body(function.gradient, bindings, op)
    return lambda *given: list(_WithGradient.apply(body, gradient, *given)) if torch.is_grad_enabled() else body(*given)


class _Body:
    """The code of one function for one calling operation."""

    def __init__(self, function, bindings, op):
        self._function, self._draft, self._resources = function, bindings.draft, bindings.resources
        self._prefix, self._place = f"{bindings.prefix}{op.name}/", bindings.draft.home(op)
        self._variants = {}
        _check_types(function, op)
        if self._written(op in bindings.draft.regions.recorded).uses_state:
            bindings.uses_context = True

    def _written(self, recorded):
        function, settings = self._function, self._draft.settings
        effects = [*function.controls.values(), *filter(_has_effects, function.graph._operations)]
        if self._place.kind == "CPU" and not any(op._device for op in function.graph._operations):
            settings = replace(settings, devices=tuple(d for d in settings.devices if d.kind == "CPU"))
        draft = type(self._draft)(
            (*function.outputs, *dict.fromkeys(effects)),
            function.inputs,
            settings,
            body_regions=_everything_from(function.inputs) if recorded else Regions,
        )
        if recorded:
            draft.recorded_variables |= {t.op for t in function.inputs if t._dtype is dtypes.resource}
        writer = _BodyWriter(draft, self._resources, self._prefix, self._place, recorded)
        source = writer.write()
        self._variants[recorded] = guarded(source.function, source, None, False, bool(draft.hosted))
        return writer

    def __call__(self, *given):
        wanted = len(self._function.inputs)
        if len(given) != wanted:
            raise errors.InvalidArgumentError(
                None, None, f"Function {self._function.name} takes {wanted} arguments, but {len(given)} are given"
            )
        recorded = torch.is_grad_enabled()
        if recorded not in self._variants:
            self._written(recorded)
        found = self._variants[recorded](*given)
        _set_grad(recorded)
        return list(found)


class _BodyWriter(Writer):
    """Writes a body: its parameters are tensors as they are, so are its results."""

    def __init__(self, draft, resources, prefix, place, recorded):
        super().__init__(draft, resources, callable_of, prefix)
        self._place = place
        self._records_all = self.tape.grad_mode = recorded

    def _feed(self, t, i):
        name = f"f{i}"
        if t._dtype is dtypes.resource:
            self.borrowing.given[t.op] = name
            return
        self.page.defined[name] = t._shape
        self.names.hold(
            t, HOST if t._dtype._base in _NO_TENSOR else self._place, name, frozenset((t,)), self._records_all
        )
        if t in self.regions.sources:
            self.tape.start(t, t.op, fresh=not self._records_all)

    def _fetched_alive(self, t):
        """An expression for a result; what belongs to a variable, or to the code itself, is copied."""
        if t._dtype is dtypes.resource and variable_of(t) is not None:
            return self.borrowing.cell(variable_of(t))
        place = HOST if t._dtype._base in _NO_TENSOR else self._place
        name = self.page.use(self.names.value(t, place, t.op in self.regions.recorded))
        if place is HOST or self.borrowing.lenders(name).issubset(self.draft.fed):
            return name
        return f"{name}.clone()"


def _has_effects(op):
    return op.op_type.is_stateful and op.op_type.role not in _QUIET_ROLES


def _check_types(function, op):
    """Where an operation passes on its one list of inputs, they must have the types that the function takes."""
    if op._attrs.get("f") is not function or len(op.op_type.schema.inputs) != 1:
        return
    for i, (t, inner) in enumerate(zip(op._inputs, function.inputs, strict=False)):
        if t._dtype._base is not inner._dtype._base:
            wanted, given = inner.dtype.base_dtype.name, t.dtype.base_dtype.name
            raise errors.InvalidArgumentError(None, op, f"Expects arg[{i}] to be {wanted} but {given} is provided")


def _everything_from(inputs):
    """Regions in which whatever depends on ``inputs`` is recorded."""

    def regions(ops, fed):
        found = Regions(ops, fed)
        found.recorded |= reached(inputs, users_of((op, differentiable(op)) for op in ops))
        return found

    return regions


class _WithGradient(torch.autograd.Function):
    """A body whose gradient is another function, of the same inputs and the gradients of the outputs."""

    @staticmethod
    def forward(ctx, body, gradient, *given):
        ctx.gradient = gradient
        ctx.given = [None if torch.is_tensor(x) else x for x in given]
        ctx.save_for_backward(*(x for x in given if torch.is_tensor(x)))
        return tuple(body(*given))

    @staticmethod
    def backward(ctx, *weights):
        saved = iter(ctx.saved_tensors)
        given = [next(saved) if x is None else x for x in ctx.given]
        found = ctx.gradient(*given, *weights)
        wanted = ctx.needs_input_grad[2:]
        return (None, None, *(g if needed else None for g, needed in zip(found, wanted, strict=True)))
