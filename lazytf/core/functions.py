"""Functions of graph: bodies that are drawn once and run wherever they are called.

A body is a graph of its own. What it is called with stands in it as placeholders; so does every tensor that it takes
from the graph around it, which the call then passes on as one more argument:

    around                               body of F, a FunctionGraph
    x ───┐                               x ───► Mul ──► z          inputs   x, mul_placeholder
    w ───┴─► F ──► F:0                   (w) ───┘                  outputs  z
                                                                   captured w

``Function`` is the finished body with its signature. A graph keeps those that its operations call (``_functions``): a
call is an operation whose type is the function's own (``Function.call_type``), or one that holds the function as an
attr (``If``, ``PartitionedCall``). At run time either gets a Python callable, made of the body by the plan.
"""

import base64
import contextlib
import hashlib

import numpy as np

from lazytf.core import dtypes, errors, shapes
from lazytf.core.build import add, apply, convert_to_tensor
from lazytf.core.collections import GraphKeys
from lazytf.core.graph import Graph, NameScope, get_default_graph
from lazytf.core.operation import arguments
from lazytf.core.registry import OpType, is_registered, lookup
from lazytf.core.schema import Arg, Schema

_SHARED_COLLECTIONS = (
    GraphKeys.GLOBAL_VARIABLES,
    GraphKeys.LOCAL_VARIABLES,
    GraphKeys.METRIC_VARIABLES,
    GraphKeys.MODEL_VARIABLES,
    GraphKeys.TRAINABLE_VARIABLES,
    GraphKeys.MOVING_AVERAGE_VARIABLES,
    GraphKeys.CONCATENATED_VARIABLES,
    GraphKeys.TRAINABLE_RESOURCE_VARIABLES,
    GraphKeys._VARSTORE_KEY,
)

# Blocks that are open around every body while it is drawn: functions from the body to a ``with`` block. Who keeps
# something beside the graph (variables, say) enters here what it has to do so that bodies find it.
AROUND_BODIES: list = []


class Function:
    """A body of graph with a signature.

    ``inputs`` are placeholders of ``graph``, ``outputs`` tensors of it, known outside as ``input_names`` and
    ``output_names``; ``captured`` the tensors around it that the last inputs stand for. ``gradient`` is the function
    of inputs and outputs' gradients that gives the inputs' gradients, ``python_gradient`` one of the calling operation
    and gradients that adds them to the graph; without either torch.autograd differentiates the body. ``attrs`` are
    those of its definition (``_noinline``), ``docstring`` its description, ``controls`` the operations of the body that
    run in every call, by the names they have outside.

    A ``base_name`` without a ``name`` is completed by a digest of what the body does: equal bodies have equal names.
    """

    __slots__ = (
        "name",
        "graph",
        "inputs",
        "outputs",
        "input_names",
        "output_names",
        "captured",
        "attrs",
        "gradient",
        "python_gradient",
        "docstring",
        "controls",
        "digest",
        "_call_type",
        "__weakref__",
    )

    def __init__(
        self,
        graph,
        inputs,
        outputs,
        name=None,
        base_name="function",
        input_names=None,
        output_names=None,
        captured=(),
        attrs=None,
        gradient=None,
        python_gradient=None,
        docstring="",
        controls=None,
    ):
        self.graph, self.inputs, self.outputs = graph, tuple(inputs), tuple(outputs)
        self.output_names = tuple(output_names or _names((t.op.name for t in self.outputs), ()))
        self.input_names = tuple(input_names or _names((t.op.name for t in self.inputs), self.output_names))
        self.captured, self.attrs = tuple(captured), dict(attrs or {})
        self.gradient, self.python_gradient, self.docstring = gradient, python_gradient, docstring
        self.controls = dict(controls or {})
        self.digest, self._call_type = _digest(self), None
        self.name = name or f"{base_name}_{self.digest}"

    @property
    def call_type(self):
        """The op type of its calls."""
        if self._call_type is None:
            self._call_type = CallType(self)
        return self._call_type

    @property
    def is_stateful(self):
        """Whether two calls with the same arguments may differ, or a call does more than return something."""
        return any(op.op_type.is_stateful for op in self.graph._operations)

    @property
    def grad_func_name(self):
        return None if self.gradient is None else self.gradient.name

    def add_to_graph(self, graph):
        """Lets the operations of ``graph`` call it, with all that it calls itself.

        ``InvalidArgumentError`` where an op type, or another function of the graph, has its name.
        """
        if is_registered(self.name):
            raise errors.InvalidArgumentError(
                None, None, f"Cannot add function '{self.name}' because an op with the same name already exists."
            )
        graph._add_function(self)
        for function in self.graph._functions.values():
            if not graph._is_function(function.name):
                function.add_to_graph(graph)
        if self.gradient is not None and not graph._is_function(self.gradient.name):
            self.gradient.add_to_graph(graph)

    def shapes_for(self, input_shapes):
        """The static shapes of the outputs of a call whose arguments have these."""
        ops = sorted(self.graph._operations, key=lambda op: op._id)
        tensors = [t for op in ops for t in op.outputs]
        before = [(t._shape, getattr(t, "_known", _NOTHING)) for t in tensors]
        try:
            for t in tensors:
                if hasattr(t, "_known"):
                    del t._known
            for t, shape in zip(self.inputs, input_shapes, strict=True):
                if t._dtype is not dtypes.resource:
                    t._shape = shapes.merge_inferred(t._shape, shape)
            for op in ops:
                if op._inputs and op.outputs:
                    _infer_again(op)
            return [t._shape for t in self.outputs]
        except ValueError:  # they do not fit: the run will say so
            return [t._shape for t in self.outputs]
        finally:
            for t, (shape, known) in zip(tensors, before, strict=True):
                t._shape = shape
                if known is not _NOTHING:
                    t._known = known
                elif hasattr(t, "_known"):
                    del t._known

    def node_names(self):
        """The names that the operations of the body have in its definition, where its arguments are no operations."""
        taken, own = {*self.output_names, *self.input_names}, {t.op for t in self.inputs}
        found = {}
        for op in self.graph._operations:
            if op not in own:
                found[op] = unique(op.name, taken)
                taken.add(found[op])
        return found

    def changed_inputs(self):
        """The numbers of those inputs that stand for a variable, a queue, ... which the body changes."""
        changed = {
            t
            for op in self.graph._operations
            if op.op_type.writes
            for arg, t in arguments(op)
            if arg.name in op.op_type.writes and t._dtype is dtypes.resource
        }
        return [i for i, t in enumerate(self.inputs) if t in changed]

    def __repr__(self):
        return f"<function of graph {self.name}({', '.join(self.input_names)})>"


_NOTHING = object()


def _infer_again(op):
    """Asks the shape rule of an operation once more, now that more may be known of its inputs."""
    for t, shape in zip(op.outputs, op.op_type.shape(op), strict=True):
        t._shape = shapes.merge_inferred(t._shape, shape)


class CallType(OpType):
    """The op type of a function's calls: its name and signature are the function's."""

    __slots__ = ("function",)

    def __init__(self, function):
        self.function = function
        inputs = tuple(Arg(n, t._dtype._base) for n, t in zip(function.input_names, function.inputs, strict=True))
        outputs = tuple(Arg(n, t._dtype._base) for n, t in zip(function.output_names, function.outputs, strict=True))
        super().__init__(
            Schema(function.name, inputs, (), outputs),
            lambda op: [None] * len(outputs),
            None,
            stateful=function.is_stateful,
            role="call",
            view=True,
            reads=[arg.name for arg in inputs if arg.dtype is dtypes.resource],
            writes=[inputs[i].name for i in function.changed_inputs()],
        )
        self.kernel, self.parameters = _call, ("function",)


def _call(*given):
    """The kernel of a call: the arguments, and last the callable that stands for the function."""
    *given, function = given
    found = function(*given)
    return found[0] if len(found) == 1 else found


# -- drawing a body ---------------------------------------------------------------------------------------------------


class FunctionGraph(Graph):
    """A graph that is drawn as the body of a function: a tensor of another graph becomes an input of its own.

    With ``capture_by_value`` what a tensor is computed by is copied into the body instead; operations whose value a
    program cannot foresee (but those in ``allowed_stateful``) are refused. ``inputs`` are the function's placeholders
    so far, ``extra_inputs`` what was captured and ``extra_args`` the placeholders for it, ``extra_vars`` the
    variables that the body asked for.
    """

    building_function = True

    def __init__(self, name, capture_by_value=False, allowed_stateful=(), variables_by_value=True):
        super().__init__()
        self.name, self.outer_graph = name, get_default_graph()
        self.inputs, self.outputs = [], []
        self.extra_inputs, self.extra_args, self.extra_vars = [], [], []
        self.variables_by_value = variables_by_value
        self._capture_by_value, self._allowed_stateful, self._captures = capture_by_value, allowed_stateful, {}

    def capture(self, tensor, name=None):
        """The tensor of this graph that stands for one of another; a new input the first time."""
        if tensor.op.graph is self:
            return tensor
        known = self._captures.get(tensor)
        if known is None:
            known = self._copied(tensor) if self._capture_by_value else self._as_input(tensor, name)
        return known

    def seen_as(self, tensor):
        return self._captures.get(tensor, tensor)

    def captured(self, op_type, name, inputs):
        """The inputs of a new operation called ``name``, those of other graphs captured under that name."""
        if all(t.op.graph is self for t in inputs):
            return inputs
        saved, self._name_stack = self._name_stack, name
        try:
            found = tuple(self.capture(t) for t in inputs)
        finally:
            self._name_stack = saved
        pairs = list(zip(op_type.schema.inputs, found, strict=False))
        if any(arg.is_ref and not t._dtype._is_ref_dtype for arg, t in pairs):
            given = ", ".join(f"tf.{t._dtype.name}" for t in found)
            wanted = ", ".join(f"tf.{t._dtype._base.name}" + "_ref" * arg.is_ref for arg, t in pairs)
            raise TypeError(
                f"In op '{op_type.name}', input types ([{given}]) are not compatible with expected types ([{wanted}])"
            )
        return found

    def _as_input(self, tensor, name):
        with self.control_dependencies(None):
            inner = placeholder(tensor.dtype.base_dtype, tensor._shape, name)
        if tensor._dtype is dtypes.resource:  # a handle tells what it stands for
            inner.op._attrs["shape"] = tensor.op._attrs.get("shape")
        self.inputs.append(inner)
        self.extra_inputs.append(tensor)
        self.extra_args.append(inner)
        self._captures[tensor] = inner
        return inner

    def _copied(self, tensor):
        op = tensor.op
        kind = "placeholder" if op.op_type.role == "feed" else "stateful node" if op.op_type.is_stateful else None
        if kind is not None and op not in self._allowed_stateful:
            raise ValueError(f"Cannot capture a {kind} (name:{op.name}, type:{op.type}) by value.")
        inputs = tuple(self.capture(t) for t in op._inputs)
        made = add(self, op.op_type, self._node_name(op.name), inputs, dict(op._attrs))
        copies = made if isinstance(made, list) else [made]
        self._captures.update(zip(op.outputs, copies, strict=True))
        return self._captures[tensor]

    @contextlib.contextmanager
    def outside(self):
        """A ``with`` block in the graph that is no function's body, under this graph's name scope and devices."""
        outer = self.outer_graph
        while outer.building_function:
            outer = outer.outer_graph
        scope, devices = self._name_stack, self._devices if len(self._devices) > 1 else outer._devices
        saved, outer._devices = outer._devices, devices
        try:
            with outer.as_default(), NameScope(outer, scope and f"{scope}/"), outer.control_dependencies(None):
                yield
        finally:
            outer._devices = saved


def placeholder(dtype, shape, name=None):
    """An input of the function whose body is the default graph."""
    return apply(lookup("Placeholder"), dtype=dtype, shape=shape, name=name)


def draw(
    function,
    input_names,
    input_types,
    name,
    input_shapes=None,
    device=None,
    share_variables=True,
    convert=None,
    **properties,
):
    """The body that ``function`` draws when it is called with placeholders: a ``FunctionGraph`` with its outputs.

    ``function`` returns a tensor, several, or None for none; ``ValueError`` where one of several is None.
    ``share_variables`` lets the body find the variables of the graph around it. ``convert(results)`` turns what
    ``function`` returned into a list of tensors, where that is something else. ``properties`` are those of
    ``FunctionGraph``.
    """
    graph = FunctionGraph(name, **properties)
    if share_variables:
        graph._collections = {key: graph.outer_graph.get_collection_ref(key) for key in _SHARED_COLLECTIONS}
    with graph.as_default(), graph.device(device), contextlib.ExitStack() as stack:
        known = input_shapes or [None] * len(input_types)
        for each in zip(input_types, known, input_names, strict=True):
            graph.inputs.append(placeholder(*each))
        arguments = list(graph.inputs)
        for block in AROUND_BODIES:
            stack.enter_context(block(graph))
        results = function(*arguments)
        stack.close()
        graph.outputs = [graph.capture(t) for t in (convert or _tensors)(results, name)]
    return graph


def _tensors(results, name):
    results = [] if results is None else results if isinstance(results, (list, tuple)) else [results]
    if any(result is None for result in results):
        raise ValueError(f"Function {name} can not return None.")
    return [convert_to_tensor(result) for result in results]


# -- names ------------------------------------------------------------------------------------------------------------


def _names(names, taken):
    """Names for arguments after the operations they come from: small letters, digits, underscores, each once."""
    found = []
    for name in names:
        name = "".join(c.lower() if c.isalnum() else "_" for c in name)
        name = name.lstrip("0123456789_") or "unknown"
        found.append(unique(name, {*taken, *found}))
    return found


def unique(name, taken):
    """``name``, or ``name_0``, ``name_1``, ... where it is taken."""
    if name not in taken:
        return name
    number = 0
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def _digest(function):
    """Eleven letters and digits that tell bodies apart: of names, types, attrs and how operations are joined."""
    hasher = hashlib.sha256()
    for part in _described(function):
        hasher.update(part if isinstance(part, bytes) else repr(part).encode())
        hasher.update(b"\0")
    text = base64.urlsafe_b64encode(hasher.digest()[:8]).decode().rstrip("=")
    return text.replace("-", "a").replace("_", "A")


def _described(function):
    names = function.node_names()
    names.update(zip((t.op for t in function.inputs), function.input_names, strict=True))
    yield from function.input_names
    yield from function.output_names
    yield from ((names[t.op], t.value_index) for t in function.outputs)
    yield from sorted(function.attrs.items())
    yield from sorted((name, names[op]) for name, op in function.controls.items())
    for op, name in sorted(names.items(), key=lambda named: named[1]):
        yield name
        yield from [t.dtype.name for t in op.outputs] if op.op_type.role == "feed" else [op.type]
        yield from ((names[t.op], t.value_index) for t in op._inputs)
        yield from (names[c] for c in op._control_inputs)
        for key, value in sorted(op._attrs.items()) if op.op_type.role != "feed" else ():
            yield key
            yield value.tobytes() if isinstance(value, np.ndarray) and value.dtype != object else _plain(value)


def _plain(value):
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value.name if isinstance(value, Function) else value
