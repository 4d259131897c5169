"""The table of op types: what every other part of lazytf knows about an op, it learns here."""

import inspect

from lazytf.core.schema import Schema, parse

_TYPES: dict[str, "OpType"] = {}
_EXTRAS = ("device",)  # what a kernel may ask for beside inputs and attrs: the device it runs on


class OpType:
    """One row of the table.

    ``kernel`` computes with torch tensors, ``host`` the same with NumPy values (or is None); ``differentiable``
    stands in for ``kernel`` where a gradient will be taken, because TensorFlow's convention differs from torch's.
    """

    __slots__ = (
        "name",
        "schema",
        "shape",
        "kernel",
        "parameters",
        "function_attrs",
        "needs_context",
        "host",
        "differentiable",
        "has_gradient",
        "is_stateful",
        "is_view",
        "is_alias",
        "reads",
        "writes",
        "explain",
        "merged",
        "shared",
        "on_host",
        "no_gradient_inputs",
        "role",
        "gathered",
        "takes_shapes",
        "takes_lists",
        "makes_flows",
    )

    def __init__(
        self,
        signature,
        shape,
        kernel,
        *,
        gradient=True,
        host=None,
        stateful=False,
        view=False,
        alias=False,
        reads=(),
        writes=None,
        on_host=False,
        explain=None,
        no_gradient_inputs=(),
        role="",
        gathered=None,
    ):
        self.schema = schema = signature if isinstance(signature, Schema) else parse(signature)
        self.name, self.shape, self.kernel, self.host = schema.type, shape, kernel, host
        self.differentiable = None
        self.takes_shapes, self.takes_lists = (
            any(getattr(a, flag) for a in schema.inputs) for flag in ("is_shape", "is_list")
        )
        self.makes_flows = any(a.is_flow for a in schema.outputs)
        self.has_gradient, self.is_stateful, self.is_view, self.is_alias = gradient, stateful, view or alias, alias
        self.on_host, self.explain = on_host, explain
        self.merged, self.shared, self.role, self.gathered = None, (), role, gathered
        self.no_gradient_inputs = frozenset(no_gradient_inputs)
        changes = any(a.is_ref for a in schema.outputs)
        refs = tuple(a.name for a in schema.inputs if a.is_ref)
        self.writes = frozenset((refs if changes else ()) if writes is None else writes)
        self.reads = frozenset(reads)
        self.function_attrs = frozenset(a.name for a in schema.attrs if a.kind == "func")
        self.parameters, self.needs_context = ((), False) if kernel is None else _parameters(schema, kernel)

    def differentiate(self, kernel):
        """Declares ``kernel`` as the one to use where torch.autograd records; same parameters."""
        self.differentiable = kernel
        return kernel

    def on_host_too(self, kernel):
        """Declares the NumPy twin of the kernel; same parameters, NumPy scalars and arrays instead of tensors."""
        self.host = kernel
        return kernel

    def merge(self, *shared):
        """Declares a kernel that does many ops of this type at once.

        Inputs named in ``shared`` are the same for all and passed once; every other input comes as a list.
        """

        def declare(kernel):
            self.merged, self.shared = kernel, frozenset(shared)
            return kernel

        return declare

    def __repr__(self):
        return f"<op type {self.name}>"


def op(signature, *, shape, **properties):
    """Declares an op type; the decorated function is its torch kernel.

    The kernel's parameters are, in order: ``ctx`` if it needs the session's resources, every input of the signature
    under its own name, then whichever attrs it wants, and ``device`` if it makes tensors. Properties:

    - ``gradient``: True, torch.autograd's derivative of the kernel; None, TensorFlow declares it not differentiable;
      False, TensorFlow has no rule and raises ``LookupError``.
    - ``no_gradient_inputs``: names of inputs through which no gradient flows in TensorFlow.
    - ``host``: the kernel's NumPy twin. ``on_host``: the kernel itself takes and returns NumPy values.
    - ``view``: an output may share an input's storage. ``alias``: output i *is* input i.
    - ``reads``, ``writes``: resource inputs it reads or changes; a ref input of an op with a ref output is written.
    - ``stateful``: two runs may differ; never folded, shared or dropped.
    - ``role``: what a plan does with it beside calling its kernel: "resource", the kernel makes something the session
      owns (a variable's cell, a queue), once; "feed", it has no value unless fed; "default", its
      value is one to be replaced by feeding, so nobody may count on it before the run; "read", the
      value of a variable; "switch" and "merge", where branches part and join; "enter", "exit", "next" and
      "condition", the joints of a loop; "gradient", torch.autograd answers.
    - ``gathered(op)``: where the op takes rows of its first input, the tensor of row numbers, else None.
    - ``explain``: called with the kernel's arguments after it failed; returns TensorFlow's sentence, or None.
    """

    def declare(kernel):
        return add(OpType(signature, shape, kernel, **properties))

    return declare


def add(op_type):
    """Enters an op type into the table; ``ValueError`` if its name is taken."""
    if op_type.name in _TYPES:
        raise ValueError(f"Op type {op_type.name} is declared twice")
    _TYPES[op_type.name] = op_type
    return op_type


def lookup(name):
    """The op type of that name; ``NotImplementedError`` naming it if there is none."""
    try:
        return _TYPES[name]
    except KeyError:
        raise NotImplementedError(
            f"lazytf has no op of type '{name}' yet. Its kernel can be declared with lazytf.core.registry.op "
            "(see CONTRIBUTING.md, 'Adding an op')."
        ) from None


def is_registered(name):
    """Whether there is an op type of that name."""
    return name in _TYPES


def registered():
    """All op types, in the order they were declared."""
    return _TYPES.values()


def _parameters(schema, kernel):
    """The names a kernel takes after its inputs, checked against the signature; whether ``ctx`` comes first."""
    try:
        names = list(inspect.signature(kernel).parameters)
    except (TypeError, ValueError):  # a builtin of torch: takes the inputs and nothing else
        return (), False
    inputs, attrs = [a.name for a in schema.inputs], {a.name for a in schema.attrs}
    needs_context = names[:1] == ["ctx"]
    names = names[needs_context:]
    rest = names[len(inputs) :]
    if names[: len(inputs)] != inputs or not attrs.union(_EXTRAS).issuperset(rest):
        raise TypeError(
            f"The kernel of {schema.type} must take ({', '.join(inputs)}) and then any of {sorted(attrs)} or "
            f"{', '.join(_EXTRAS)}; it takes ({', '.join(names)})"
        )
    return tuple(rest), needs_context
