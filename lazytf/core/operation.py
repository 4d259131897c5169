"""Operation and Tensor: a node of the graph, and one of its outputs."""

from lazytf.core import defaults, provenance, shapes


class Operation:
    """One node: an op type applied to tensors, to run after whatever it must wait for.

    Operations are made by calling functions such as ``tf.matmul``, never by hand. ``name`` is unique in the graph,
    ``type`` the op type's name, ``device`` the device asked for ("" for none).
    """

    __slots__ = (
        "graph",
        "op_type",
        "name",
        "_inputs",
        "_attrs",
        "_control_inputs",
        "_device",
        "outputs",
        "_id",
        "_stack",
        "_gradient_type",
        "_control_flow_context",
        "__weakref__",
    )

    def __init__(self, graph, op_type, name, inputs, attrs, control_inputs=(), device="", stack=()):
        self.graph, self.op_type, self.name = graph, op_type, name
        self._inputs, self._attrs, self._control_inputs = inputs, attrs, control_inputs
        self._device, self._stack, self._gradient_type = device, stack, None
        self._control_flow_context = graph._control_flow_context
        self.outputs = []
        self._id = 0

    @property
    def type(self):
        return self.op_type.name

    @property
    def inputs(self):
        """The tensors it takes, in the order of its signature."""
        return self._inputs

    @property
    def control_inputs(self):
        """Operations that must have run before this one."""
        return list(self._control_inputs)

    @property
    def device(self):
        return self._device

    @property
    def op_def(self):
        """The signature of its type, as ``lazytf.core.schema.Schema``."""
        return self.op_type.schema

    @property
    def traceback(self):
        """The user's stack that made it, outermost first: ``(file, line, function, source)`` tuples."""
        return provenance.frames(self._stack)

    @property
    def creation_site(self):
        """``file:line`` of the user's line that made it; empty for an imported operation."""
        return provenance.innermost(self._stack)

    def values(self):
        """Its outputs, as a tuple."""
        return tuple(self.outputs)

    def get_attr(self, name):
        """The value of an attr; ``ValueError`` naming operation and attr if there is none.

        Types come as ``DType``, shapes and tensors as their protobuf messages, strings as ``bytes``, ``_class`` as a
        list of bytes.
        """
        if name == "_gradient_op_type" and self._gradient_type is not None:
            return self._gradient_type.encode()
        if name not in self._attrs:
            raise ValueError(f"Operation '{self.name}' has no attr named '{name}'.")
        value = self._attrs[name]
        declared = next((a for a in self.op_type.schema.attrs if a.name == name), None)
        if declared is None:
            return value
        present = PRESENTED.get(declared.kind, _itself)
        return [present(v) for v in value] if declared.is_list else present(value)

    def colocation_groups(self):
        """Names of the groups it must share a device with, as ``[b"loc:@other"]``; its own where it has no other."""
        return list(self._attrs.get("_class") or [b"loc:@" + self.name.encode()])

    def run(self, feed_dict=None, session=None):
        """Runs it in ``session``, or the default one; ``ValueError`` where there is neither."""
        defaults.session_for(self.graph, session, "operation").run(self, feed_dict)

    def _get_control_flow_context(self):
        """The branch or loop body it stands in (see ``lazytf.control_flow.contexts``), or None."""
        return self._control_flow_context

    def _set_control_flow_context(self, context):
        self._control_flow_context = context

    def _set_device(self, device):
        self._device = device

    def _set_attr(self, name, value):
        self._attrs[name] = value

    def _add_control_inputs(self, operations):
        self.graph._changed()
        known = set(self._control_inputs)
        self._control_inputs = tuple(self._control_inputs) + tuple(o for o in operations if o not in known)

    def _add_control_input(self, operation):
        self._add_control_inputs([operation])

    def _update_input(self, index, tensor):
        if tensor.graph is not self.graph:
            raise ValueError(f"{tensor} must be from the same graph as {self.name}.")
        self.graph._changed()
        inputs = list(self._inputs)
        inputs[index] = tensor
        self._inputs = tuple(inputs)

    @property
    def _passes_gradients(self):
        """Whether gradients flow back through it: not out of a loop that was built without ``back_prop``."""
        context = self._control_flow_context
        return self.op_type.role != "exit" or context is None or context.back_prop

    def __repr__(self):
        return f"<tf.Operation '{self.name}' type={self.type}>"

    def __str__(self):
        definition = getattr(self, "node_def", None)
        return repr(self) if definition is None else str(definition)


def count(op, arg):
    """How many tensors stand for one argument of an operation."""
    if not arg.is_list:
        return 1
    return op._attrs[arg.number_attr] if arg.number_attr else len(op._attrs[arg.type_attr])


def arguments(op):
    """``(argument, tensor)`` for every input of an operation."""
    if not op.op_type.takes_lists:
        return zip(op.op_type.schema.inputs, op._inputs, strict=True)
    inputs = iter(op._inputs)
    return [(arg, next(inputs)) for arg in op.op_type.schema.inputs for _ in range(count(op, arg))]


def users_of(edges):
    """``{tensor: operations that take it}`` of ``(operation, tensors)`` pairs."""
    found = {}
    for op, tensors in edges:
        for t in tensors:
            found.setdefault(t, []).append(op)
    return found


def reached(sources, users):
    """The operations that follow from tensors, where ``users`` tells who takes which; a loop leads back to itself."""
    found, pending = set(), [op for t in sources for op in users.get(t, ())]
    while pending:
        op = pending.pop()
        if op not in found:
            found.add(op)
            pending += [user for t in op.outputs for user in users.get(t, ())]
    return found


def _itself(value):
    return value


# How values of attrs are handed out, by kind; who knows the messages adds theirs.
PRESENTED = {"string": lambda s: s.encode() if isinstance(s, str) else s}


class Tensor:
    """One output of an operation: what it is called, its dtype, and what is known of its shape.

    A tensor holds no numbers: ``Session.run`` computes them.
    """

    __slots__ = ("op", "value_index", "_dtype", "_shape", "_presented", "_known", "__weakref__")
    __array_priority__ = 100  # numpy_array + tensor is a tensor's business

    def __init__(self, op, value_index, dtype, shape):
        self.op, self.value_index, self._dtype, self._shape = op, value_index, dtype, shape
        self._presented = None  # the shape as a TensorShape, made when first asked for

    @property
    def name(self):
        return f"{self.op.name}:{self.value_index}"

    @property
    def graph(self):
        return self.op.graph

    @property
    def dtype(self):
        return self._dtype

    @property
    def device(self):
        return self.op.device

    @property
    def shape(self):
        """What is known of its shape, a ``TensorShape``: the same object until more is known."""
        presented = self._presented
        if presented is None:
            presented = self._presented = shapes.TensorShape.of(self._shape)
        return presented

    def get_shape(self):
        """The same as ``shape``."""
        return self.shape

    def set_shape(self, shape):
        """Adds what you know of the shape; ``ValueError`` if it contradicts what was known."""
        merged = shapes.merge_inferred(self._shape, shapes.as_tuple(shape))
        if merged != self._shape:
            self._shape, self._presented = merged, None

    def consumers(self):
        """The operations that take this tensor, in the order they were made."""
        return self.op.graph._consumers_of(self)

    def eval(self, feed_dict=None, session=None):
        """Its value in ``session``, or the default one; ``ValueError`` where there is neither."""
        return defaults.session_for(self.graph, session, "tensor").run(self, feed_dict)

    def _as_graph_element(self):
        return self

    def __bool__(self):
        raise OperatorNotAllowedInGraphError(
            "using a `tf.Tensor` as a Python `bool` is not allowed in Graph execution: its value is not known before "
            f"Session.run ({self.name}). Use `if t is not None:` to test if it is defined, tf.cond to branch on it."
        )

    def __iter__(self):
        raise OperatorNotAllowedInGraphError(
            "iterating over `tf.Tensor` is not allowed in Graph execution: its length is not known before Session.run "
            f"({self.name}). Use tf.unstack where the length is static, or tf.map_fn."
        )

    def __contains__(self, item):
        return iter(self)  # raises: left to itself, Python says less

    def __len__(self):
        raise TypeError(
            f"len is not well defined for symbolic Tensors. ({self.name}) "
            "Please call `x.shape` rather than `len(x)` for shape information."
        )

    def __array__(self, dtype=None, copy=None):
        raise NotImplementedError(
            f"Cannot convert a symbolic Tensor ({self.name}) to a numpy array: run it in a session first."
        )

    def __repr__(self):
        return f"<tf.Tensor '{self.name}' shape={shapes.text(self._shape)} dtype={self._dtype.name}>"

    def __str__(self):
        shape = f", shape={shapes.text(self._shape)}" if self._shape is not None else ""
        device = f", device={self.op.device}" if self.op.device else ""
        return f'Tensor("{self.name}"{shape}, dtype={self._dtype.name}{device})'


class OperatorNotAllowedInGraphError(TypeError):
    """A Python operation that needs a tensor's value while only the graph is being built."""
