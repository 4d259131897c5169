"""From what was watched to a flat program: straight-line Python, after the obvious has been done.

Constants are computed, equal operations merged, unused ones dropped; large matrix products take the fastest kernel
there is (``products``), and long chains of arithmetic on single numbers are done in NumPy, where an operation takes a
tenth of the time. What is changed in place, and every view of it, is left exactly as it was seen.
"""

from itertools import count as counting

import numpy as np
import torch

from lazytf.runtime.listing import show
from lazytf.runtime.products import fastest_product, with_joined_products
from lazytf.runtime.watching import Ref

_MOST_CONSTANT = 1 << 16  # elements of a constant that is worth computing ahead
_numbers = counting()
_aten = torch.ops.aten


# -- making it small ------------------------------------------------------------------------------------------------


def written(watcher, results):
    """The program for what ``watcher`` saw; called with tensors like its inputs, it gives a list like ``results``."""
    steps, same = _simplified(watcher)
    numbers = [watcher.number_of(r) for r in results]
    wanted = [same.get(n, n) for n in numbers]
    steps = with_joined_products(_needed(steps, wanted), watcher, wanted, _changed(watcher))
    return _Text(watcher, _needed(steps, wanted), wanted, _borrowed(watcher, results, same)).compiled()


def _borrowed(watcher, results, same):
    """The positions of results whose storage was their own in the watched run and no longer is, because steps were
    merged.
    """
    storages = [_storage(t) for t in watcher.tensors]
    now = {storages[n]: storages[other] for n, other in same.items() if storages[n] != storages[other]}
    taken, borrowed = {storages[n] for n in (*watcher.inputs, *watcher.constants)}, set()
    for i, storage in enumerate(map(_storage, results)):
        if storage in now and now[storage] in taken:
            borrowed.add(i)
        taken.add(now.get(storage, storage))
    return borrowed


def _storage(tensor):
    return tensor.untyped_storage().data_ptr()


def _simplified(watcher):
    """Steps with constants computed, equal ones merged, detaches gone; and which number another now stands for."""
    changed = _changed(watcher)
    constants, same, seen, kept = watcher.constants, _equal_constants(watcher, changed), {}, []
    turned = {}  # number of a transpose -> that of the matrix
    for step in watcher.steps:
        step.args, step.kwargs = _renamed(step.args, same), {k: _renamed(v, same) for k, v in step.kwargs.items()}
        if changed.isdisjoint((*step.refs(), *step.outputs)):
            input_again = _input_again(step, watcher, turned)
            if input_again is not None:
                same[step.outputs[0]] = input_again
                continue
            outputs = [n for n in step.outputs if n is not None]
            if (step.operation in _SHAPE_ONLY or all(n in constants for n in step.refs())) and sum(
                watcher.tensors[n].numel() for n in outputs
            ) <= _MOST_CONSTANT:
                constants.update((n, watcher.tensors[n].detach().clone()) for n in outputs)
                continue
            before = seen.setdefault((step.operation, _key(step.args), _key(sorted(step.kwargs.items()))), step)
            if before is not step:
                same.update(zip(step.outputs, before.outputs, strict=True))
                continue
        kept.append(step)
    return kept, same


def _changed(watcher):
    """The numbers of all tensors whose storage a step changes in place, be it through a view."""
    storages = {
        _storage(watcher.tensors[n])
        for step in watcher.steps
        if step.operation._schema.is_mutable
        for n in (*step.refs(), *step.outputs)
        if n is not None
    }
    return {n for n, tensor in enumerate(watcher.tensors) if _storage(tensor) in storages} if storages else set()


def _equal_constants(watcher, changed):
    """``{number: other number}`` for scalar constants that hold the same."""
    first, same = {}, {}
    for n, tensor in watcher.constants.items():
        if tensor.numel() == 1 and n not in changed:
            other = first.setdefault((tensor.dtype, tensor.shape, tensor.device, repr(tensor.item())), n)
            if other != n:
                same[n] = other
    return same


def _input_again(step, watcher, turned):
    """The number of an input that the step's only result equals: a detach, a product with ones, a view that changes
    nothing; or of the matrix that it turns back.
    """
    if step.operation is _aten.t.default:
        n = step.args[0].number
        turned[step.outputs[0]] = n
        return turned.get(n)
    if step.operation in (_aten.detach.default, _aten.alias.default):
        return step.args[0].number
    candidate = None
    if step.operation is _aten.mul.Tensor and all(isinstance(a, Ref) for a in step.args):
        for one, other in (step.args, step.args[::-1]):
            ones = watcher.constants.get(one.number)
            if (
                ones is not None
                and other.number not in watcher.constants
                and ones.numel() <= _MOST_CONSTANT
                and (ones == 1).all()
            ):
                candidate = other.number
    elif step.operation in (_aten.expand.default, _aten.view.default, _aten.reshape.default):
        candidate = step.args[0].number
    if candidate is not None:
        a, b = watcher.tensors[step.outputs[0]], watcher.tensors[candidate]
        if a.shape == b.shape and a.dtype == b.dtype and a.stride() == b.stride():
            return candidate
    return None


def _renamed(value, same):
    if isinstance(value, Ref):
        n = value.number
        return Ref(same[n]) if n in same else value
    if isinstance(value, (list, tuple)):
        return type(value)(_renamed(v, same) for v in value)
    return value


def _key(value):
    if isinstance(value, Ref):
        return "tensor", value.number
    if isinstance(value, (list, tuple)):
        return tuple(_key(v) for v in value)
    return type(value), str(value)


def _needed(steps, wanted):
    """The steps that the results depend on; whatever changes a tensor in place counts as needed, and whatever gives
    nothing: that is there to refuse its arguments.
    """
    alive, kept = set(wanted), []
    for step in reversed(steps):
        schema = step.operation._schema
        if schema.is_mutable or not schema.returns or any(n in alive for n in step.outputs):
            alive.update(step.refs())
            kept.append(step)
    return kept[::-1]


# -- writing it down ------------------------------------------------------------------------------------------------

_SHAPE_ONLY = frozenset(
    (
        _aten.ones_like.default,
        _aten.zeros_like.default,
        _aten.full.default,
        _aten.ones.default,
        _aten.zeros.default,
        _aten.scalar_tensor.default,
        _aten.full_like.default,
        _aten.new_zeros.default,
        _aten.new_ones.default,
        _aten.new_full.default,
    )
)

# torch's own functions take less time to call than the operators they lead to; same arguments in the same order.
_FUNCTIONS = {
    getattr(getattr(_aten, name), overload): getattr(torch, name)
    for name, overload in (
        ("mm", "default"),
        ("bmm", "default"),
        ("add", "Tensor"),
        ("sub", "Tensor"),
        ("mul", "Tensor"),
        ("div", "Tensor"),
        ("neg", "default"),
        ("exp", "default"),
        ("log", "default"),
        ("sigmoid", "default"),
        ("tanh", "default"),
        ("relu", "default"),
        ("sqrt", "default"),
        ("rsqrt", "default"),
        ("abs", "default"),
        ("sign", "default"),
        ("maximum", "default"),
        ("minimum", "default"),
        ("where", "self"),
        ("t", "default"),
        ("transpose", "int"),
        ("permute", "default"),
        ("reciprocal", "default"),
        ("square", "default"),
        ("cat", "default"),
        ("le", "Tensor"),
        ("ge", "Tensor"),
        ("lt", "Tensor"),
        ("gt", "Tensor"),
        ("eq", "Tensor"),
        ("ne", "Tensor"),
        ("addmm", "default"),
        ("unsqueeze", "default"),
        ("squeeze", "dim"),
        ("logical_and", "default"),
        ("logical_not", "default"),
        ("clamp_min", "Tensor"),
        ("clamp_max", "Tensor"),
        ("sin", "default"),
        ("cos", "default"),
        ("log1p", "default"),
        ("mean", "default"),
        ("mean", "dim"),
        ("sum", "default"),
        ("sum", "dim_IntList"),
        ("amax", "default"),
        ("addcmul", "default"),
        ("addcdiv", "default"),
    )
}
_METHODS = {
    _aten.view.default: torch.Tensor.view,
    _aten.expand.default: torch.Tensor.expand,
    _aten.reshape.default: torch.Tensor.reshape,
    _aten._unsafe_view.default: torch.Tensor.view,
}
_METHODS_OF_SCALARS = {
    _aten.mul.Scalar: torch.mul,
    _aten.div.Scalar: torch.div,
    _aten.add.Scalar: torch.add,
    _aten.sub.Scalar: torch.sub,
    _aten.pow.Tensor_Scalar: torch.pow,
    _aten.ge.Scalar: torch.ge,
    _aten.le.Scalar: torch.le,
    _aten.gt.Scalar: torch.gt,
    _aten.lt.Scalar: torch.lt,
    _aten.eq.Scalar: torch.eq,
    _aten.clamp_max.default: torch.clamp_max,
    _aten.clamp_min.default: torch.clamp_min,
    _aten.clamp.default: torch.clamp,
}


# Arithmetic that NumPy's scalars do to the bit as torch's 0-d tensors do.
_OPERATORS = {
    getattr(getattr(_aten, name), overload): operator
    for name, operator in (("add", "+"), ("sub", "-"), ("mul", "*"), ("div", "/"))
    for overload in ("Tensor", "Scalar")
}
_SCALARS = {torch.float32: np.float32, torch.float64: np.float64}
_STEP, _CROSSING = 0.7, 0.8  # microseconds saved by a step on NumPy's scalars, and lost where one becomes a tensor


def _on_scalars(watcher, steps, wanted):
    """The steps to do on NumPy's scalars: arithmetic on single numbers, where that is worth its crossings."""
    changed = _changed(watcher)
    chosen = [step for step in steps if _is_scalar_arithmetic(step, watcher, changed)]
    made = {n for step in chosen for n in step.outputs}
    inside = set(map(id, chosen))
    entering = {n for step in chosen for n in step.refs()} - made - set(watcher.constants)
    leaving = made.intersection(wanted) | made.intersection(
        n for step in steps if id(step) not in inside for n in step.refs()
    )
    return inside if _STEP * len(chosen) > _CROSSING * (len(entering) + len(leaving)) else set()


def _is_scalar_arithmetic(step, watcher, changed):
    if step.kwargs or len(step.args) != (1 if step.operation is _aten.neg.default else 2):
        return False
    if step.operation is not _aten.neg.default and step.operation not in _OPERATORS:
        return False
    tensors = [watcher.tensors[n] for n in (*step.refs(), *step.outputs)]
    kinds = {t.dtype for t in tensors}
    return (
        len(kinds) == 1
        and kinds <= _SCALARS.keys()
        and all(t.dim() == 0 and t.device.type == "cpu" for t in tensors)
        and changed.isdisjoint((*step.refs(), *step.outputs))
    )


class _Text:
    """The program as Python source, and the globals it refers to."""

    def __init__(self, watcher, steps, wanted, borrowed):
        self.watcher, self.steps, self.wanted, self.borrowed = watcher, steps, wanted, borrowed
        self.globals, self.names = {"from_numpy": torch.from_numpy, "asarray": np.asarray}, {}
        self.scalars, self.on_scalars = {}, _on_scalars(watcher, steps, wanted)  # the names of numbers in NumPy
        self.lines = []

    def compiled(self):
        for i, n in enumerate(self.watcher.inputs):
            self.names[n] = f"i{i}"
        arguments = ", ".join(self.names[n] for n in self.watcher.inputs)
        last = {}
        for at, step in enumerate(self.steps):
            for n in step.refs():
                last[n] = at
        lines, kept = self.lines, set(self.wanted) | set(self.watcher.inputs) | set(self.watcher.constants)
        for at, step in enumerate(self.steps):
            line = self._scalar_line(step) if id(step) in self.on_scalars else self._line(step)
            lines.append(line)
            dead = [
                self.names[n]
                for n in dict.fromkeys(step.refs())
                if last[n] == at and n not in kept and n not in self.scalars
            ]
            if dead:
                lines.append("del " + ", ".join(dead))
        result = "return [" + ", ".join(self._result(n, i) for i, n in enumerate(self.wanted)) + "]"
        lines.append(result)
        source = f"def program({arguments}):\n" + "".join(f"    {line}\n" for line in lines)
        filename = f"<lazytf program {next(_numbers)}>"
        exec(compile(source, filename, "exec"), self.globals)
        program = self.globals["program"]
        show(program, source, filename)
        if self.on_scalars:
            program = np.errstate(all="ignore")(program)  # NumPy's scalars warn where tensors would not
        program.source = source
        return program

    def _line(self, step):
        function = (
            _FUNCTIONS.get(step.operation)
            or _METHODS.get(step.operation)
            or _METHODS_OF_SCALARS.get(step.operation)
            or step.operation._op
        )
        if step.operation is _aten.mm.default:
            function = fastest_product(*(self.watcher.tensors[n] for n in step.refs()))
        name = step.operation.__name__.replace(".", "_")
        while self.globals.setdefault(name, function) is not function:
            name += "_"
        given = [self._literal(a) for a in step.args] + [f"{k}={self._literal(v)}" for k, v in step.kwargs.items()]
        call = f"{name}({', '.join(given)})"
        if step.operation._schema.is_mutable and len(step.outputs) == 1 and step.outputs[0] in self.names:
            return call
        for n in step.outputs:
            if n is not None and n not in self.names:
                self.names[n] = f"t{n}"
        targets = [self.names.get(n, "_") for n in step.outputs]
        return f"{', '.join(targets)}{',' if step.many and len(targets) == 1 else ''} = {call}"

    def _scalar_line(self, step):
        given = [self._scalar(a.number) if isinstance(a, Ref) else self._literal(a) for a in step.args]
        n = step.outputs[0]
        self.scalars[n] = f"s{n}"
        return f"s{n} = -{given[0]}" if len(given) == 1 else f"s{n} = {f' {_OPERATORS[step.operation]} '.join(given)}"

    def _scalar(self, n):
        """The name of a number as NumPy's scalar, after a line that makes it one where need be."""
        if n not in self.scalars:
            kind = _SCALARS[self.watcher.tensors[n].dtype]
            self.scalars[n] = name = f"s{n}"
            if n in self.watcher.constants:
                self.globals[name] = kind(self.watcher.constants[n].item())
            else:
                self.globals[kind.__name__] = kind
                self.lines.append(f"{name} = {kind.__name__}({self._name(n)}.item())")
        return self.scalars[n]

    def _result(self, n, i):
        """A result that is an input, a constant or another result, if only by merging, gets storage of its own."""
        borrowed = i in self.borrowed or n in self.watcher.constants or n in self.watcher.inputs or n in self.wanted[:i]
        return self._name(n) + ".clone()" * borrowed

    def _name(self, n):
        if n not in self.names and n in self.scalars and n not in self.watcher.constants:
            self.names[n] = f"t{n}"
            self.lines.append(f"t{n} = from_numpy(asarray({self.scalars[n]}))")
        elif n not in self.names:
            self.names[n] = f"k{n}"
            self.globals[f"k{n}"] = self.watcher.constants[n]
        return self.names[n]

    def _literal(self, value):
        if isinstance(value, Ref):
            return self._name(value.number)
        if isinstance(value, list):
            return "[" + ", ".join(self._literal(v) for v in value) + "]"
        if isinstance(value, tuple):
            return "(" + ", ".join(self._literal(v) for v in value) + ("," if len(value) == 1 else "") + ")"
        if value is None or isinstance(value, (bool, int, str)) or (isinstance(value, float) and value - value == 0):
            return repr(value)
        name = f"v{len(self.globals)}"
        self.globals[name] = value
        return name
