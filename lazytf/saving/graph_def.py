"""Graphs as ``GraphDef`` messages, which TensorFlow 1.15 imports and TensorBoard draws.

An operation becomes a ``NodeDef`` with the same name, type, inputs, device and attrs. A few types of operations are
lazytf's own (``OWN_TYPES``): ``Gradients`` stands for the many that TensorFlow adds for one ``tf.gradients``. A graph
that holds one is written all the same, and read by lazytf; TensorFlow refuses it. ``own_operations`` tells which they
are.
"""

import logging
import os

from google.protobuf import text_format

from lazytf.control_flow.functions import DefinedFunction
from lazytf.core.functions import Function
from lazytf.core.graph import Graph
from lazytf.core.operation import PRESENTED, Operation, count
from lazytf.core.shapes import TensorShape, as_tuple
from lazytf.core.version import GRAPH_DEF_VERSION
from lazytf.formats import files
from lazytf.formats.arrays import proto_from_array, shape_proto
from lazytf.formats.messages import FunctionDef, GradientDef, GraphDef, NameAttrList, NodeDef, VersionDef
from lazytf.saving.attr_values import attr_proto, constant_proto, undeclared_proto

OWN_TYPES = frozenset(("Gradients",))
_LOG = logging.getLogger("tensorflow")


def graph_def(graph, from_version=None, add_shapes=False):
    """The ``GraphDef`` of a graph: of the operations made after ``from_version`` (see ``Graph.version``), or of all.

    With ``add_shapes`` each node tells the static shapes of its outputs, in the attr ``_output_shapes``.
    """
    message = GraphDef(versions=VersionDef(producer=GRAPH_DEF_VERSION))
    message.node.extend(node_def(op, add_shapes) for op in graph.get_operations()[from_version or 0 :])
    message.library.function.extend(function_def(f) for f in graph._functions.values())
    message.library.gradient.extend(
        GradientDef(function_name=f.name, gradient_func=f.gradient.name)
        for f in graph._functions.values()
        if f.gradient is not None
    )
    return message


def node_def(op, add_shapes=False):
    """The ``NodeDef`` of an operation."""
    node = NodeDef(name=op.name, op=op.type, device=op.device)
    node.input.extend(t.op.name if t.value_index == 0 else t.name for t in op.inputs)
    node.input.extend(f"^{c.name}" for c in op.control_inputs)
    declared = {attr.name: attr for attr in op.op_type.schema.attrs}
    for name, value in op._attrs.items():
        attr = declared.get(name)
        if attr is None:
            proto = undeclared_proto(value)
        elif value is None and attr.kind != "shape":
            continue
        elif attr.kind == "tensor" and "dtype" in op._attrs:
            proto = constant_proto(value, op._attrs["dtype"])
        else:
            proto = attr_proto(attr.kind, value, attr.is_list)
        node.attr[name].CopyFrom(proto)
    if op._gradient_type is not None:
        node.attr["_gradient_op_type"].s = op._gradient_type.encode()
    if add_shapes and op.outputs:
        node.attr["_output_shapes"].CopyFrom(attr_proto("shape", [t._shape for t in op.outputs], is_list=True))
    return node


def function_def(function):
    """The ``FunctionDef`` of a function: its signature, its body, and which tensor of the body is which output.

    In a body a tensor is called ``operation:output:index``, after the name that the output has in the signature of its
    op type; an argument is called by its name.
    """
    message, names = FunctionDef(), function.node_names()
    signature = message.signature
    signature.name, signature.description = function.name, function.docstring
    signature.is_stateful = function.is_stateful
    for args, tensors, own in (
        (signature.input_arg, function.inputs, function.input_names),
        (signature.output_arg, function.outputs, function.output_names),
    ):
        for t, name in zip(tensors, own, strict=True):
            args.add(name=name, type=t.dtype.base_dtype.as_datatype_enum)
    called = dict(zip(function.inputs, function.input_names, strict=True))
    for op, name in names.items():
        called.update(zip(op.outputs, _output_names(op, name), strict=True))
    names.update(zip((t.op for t in function.inputs), function.input_names, strict=True))
    arguments = {t.op for t in function.inputs}
    for op, name in names.items():
        if op not in arguments:
            node = node_def(op)
            node.name, node.input[:] = (
                name,
                [called[t] for t in op.inputs] + [f"^{names[c]}" for c in op.control_inputs],
            )
            message.node_def.append(node)
    for t, name in zip(function.outputs, function.output_names, strict=True):
        message.ret[name] = called[t]
    for name, op in function.controls.items():
        signature.control_output.append(name)
        message.control_ret[name] = names[op]
    for name, value in function.attrs.items():
        message.attr[name].CopyFrom(undeclared_proto(value))
    for i, t in enumerate(function.inputs):
        message.arg_attr[i].SetInParent()
        for name, value in t.op._attrs.items():
            if name.startswith("_"):
                message.arg_attr[i].attr[name].CopyFrom(undeclared_proto(value))
    return message


def _output_names(op, name):
    """What the outputs of an operation are called within a function."""
    return [f"{name}:{arg.name}:{i}" for arg in op.op_type.schema.outputs for i in range(count(op, arg))]


def own_operations(message):
    """Names of the nodes of a ``GraphDef`` whose types TensorFlow does not have: it will not import the graph."""
    return [node.name for node in message.node if node.op in OWN_TYPES]


def write_graph(graph_or_graph_def, logdir, name, as_text=True):
    """Writes a graph, or its ``GraphDef``, to the file ``name`` in ``logdir``, which is made; returns the path.

    ``as_text`` chooses between protobuf's text and binary forms. A graph that TensorFlow cannot import, because it
    holds operations of lazytf's own, is written with a warning that names them.
    """
    message = graph_or_graph_def.as_graph_def() if isinstance(graph_or_graph_def, Graph) else graph_or_graph_def
    files.makedirs(logdir)
    path = os.path.join(logdir, name)
    own = own_operations(message)
    if own:
        _LOG.warning("%s holds operations that TensorFlow does not have and will not import: %s", path, ", ".join(own))
    files.write_atomically(path, text_format.MessageToString(message) if as_text else message.SerializeToString())
    return path


# -- methods --------------------------------------------------------------------------------------------------------


def _as_graph_def(self, from_version=None, add_shapes=False):
    return graph_def(self, from_version, add_shapes)


_as_graph_def.__doc__ = graph_def.__doc__
Graph.as_graph_def = _as_graph_def
Graph.graph_def_versions = property(
    lambda self: VersionDef(producer=GRAPH_DEF_VERSION), doc="The ``VersionDef`` of its ``GraphDef``."
)
Operation.node_def = property(node_def, doc="The ``NodeDef`` message of the operation.")
Function.definition = property(function_def, doc="The ``FunctionDef`` message of the function.")
DefinedFunction.definition = property(
    lambda self: function_def(self.function), doc="The ``FunctionDef`` message of the function."
)
PRESENTED.update(shape=shape_proto, tensor=proto_from_array, func=lambda f: NameAttrList(name=getattr(f, "name", f)))
TensorShape.as_proto = lambda self: shape_proto(as_tuple(self))
TensorShape.as_proto.__doc__ = "The shape as a ``TensorShapeProto``: -1 for an unknown size."
