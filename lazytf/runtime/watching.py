"""One run of a stretch, written down below autograd: every plain tensor operation, forward and backward alike.

Tensors get numbers in the order they appear. One that appears as an argument and was not made in the run is a constant:
of the plan, or of torch's own. What would not be the same in another run with the same shapes raises ``CannotBeFlat``.
"""

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

_MOST_STEPS = 12000
_aten = torch.ops.aten


# What hands numbers to Python below the notice of a dispatch mode.
_LOOKS = frozenset((torch.Tensor.numpy, torch.Tensor.tolist, torch.Tensor.__array__))


class CannotBeFlat(Exception):
    """Something was seen that a flat program cannot repeat."""


class _Looks(TorchFunctionMode):
    """Raises ``CannotBeFlat`` where Python looks at a number: another run may see another one."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        if function in _LOOKS:
            raise CannotBeFlat("Python looks at a number")
        return function(*args, **(kwargs or {}))


class Watcher(TorchDispatchMode):
    """Writes down every tensor operation of a run: ``(operation, args, kwargs, outputs)`` with numbers for tensors."""

    def __init__(self, inputs):
        super().__init__()
        self.steps, self.tensors, self.number = [], [], {}
        self.constants = {}
        self.inputs = [self.add(t) for t in inputs]

    @classmethod
    def _should_skip_dynamo(cls):
        """Keeps torch from importing its compiler, a second's work, to keep that out of what is watched."""
        return False

    def number_of(self, tensor):
        """The number of a tensor; a new one, of a constant, where the run did not make it."""
        n = self.number.get(id(tensor))
        if n is None:
            if tensor.requires_grad:
                raise CannotBeFlat("a recorded tensor from elsewhere")
            n = self.add(tensor)
            self.constants[n] = tensor
        return n

    def add(self, tensor):
        """The number of a tensor that was not there before."""
        self.number[id(tensor)] = n = len(self.tensors)
        self.tensors.append(tensor)  # held, so that no other tensor gets its id
        return n

    def __enter__(self):
        self._looks = _Looks()
        self._looks.__enter__()
        return super().__enter__()

    def __exit__(self, *exc_info):
        super().__exit__(*exc_info)
        self._looks.__exit__(*exc_info)

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if _depends_on_numbers(operation, args) or len(self.steps) > _MOST_STEPS:
            raise CannotBeFlat(str(operation))
        given = self._named(args), self._named(list(kwargs.items()))
        outputs = operation(*args, **kwargs)
        many = isinstance(outputs, (tuple, list))
        numbers = []
        for t in outputs if many else [outputs]:
            if isinstance(t, torch.Tensor):
                known = self.number.get(id(t))
                numbers.append(self.add(t) if known is None else known)
            elif t is None:
                numbers.append(None)
            else:
                raise CannotBeFlat(f"{operation} gives {type(t)}")
        self.steps.append(Step(operation, *given, numbers, many))
        return outputs

    def _named(self, value):
        if isinstance(value, torch.Tensor):
            return Ref(self.number_of(value))
        if isinstance(value, (list, tuple)):
            return (
                type(value)(self._named(v) for v in value)
                if type(value) in (list, tuple)
                else [self._named(v) for v in value]
            )
        return value


def _depends_on_numbers(operation, args):
    """Whether more than the shapes of its arguments decides what an operation does: it is random, or gives a number to
    Python, or as many elements as its data says.
    """
    if operation is _aten._local_scalar_dense.default or torch.Tag.nondeterministic_seeded in operation.tags:
        return True
    if operation is _aten.index.Tensor:  # rows by number are as many as the numbers; by mask, as the data says
        return any(i is not None and i.dtype in (torch.bool, torch.uint8) for i in args[1])
    return torch.Tag.dynamic_output_shape in operation.tags


class Ref:
    """The tensor of that number."""

    __slots__ = ("number",)

    def __init__(self, number):
        self.number = number


class Step:
    __slots__ = ("operation", "args", "kwargs", "outputs", "many")

    def __init__(self, operation, args, kwargs, outputs, many):
        self.operation, self.args, self.kwargs, self.outputs, self.many = operation, args, dict(kwargs), outputs, many

    def refs(self):
        return [n for value in (self.args, list(self.kwargs.values())) for n in _refs(value)]


def _refs(value):
    if isinstance(value, Ref):
        return [value.number]
    if isinstance(value, (list, tuple)):
        return [n for v in value for n in _refs(v)]
    return []
