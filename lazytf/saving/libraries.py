"""The library of a ``GraphDef``: definitions of functions into functions of a graph.

The body of a definition is a ``GraphDef`` in all but its way of naming tensors: ``split:output:1`` is the second tensor
of the output that the op type's signature calls ``output``, and an argument has a name of its own. So a body is
rewritten that way and imported into a graph of its own. A function is made when the first that calls it is.
"""

from lazytf.core import dtypes, errors
from lazytf.core.functions import Function, FunctionGraph, placeholder
from lazytf.core.registry import lookup
from lazytf.formats.messages import GraphDef
from lazytf.saving.attr_values import undeclared_value


def add_library(graph, library, import_graph_def):
    """Adds the functions of a ``FunctionDefLibrary`` to a graph.

    ``import_graph_def`` adds nodes to the default graph. ``ValueError`` for a library that is not whole, for functions
    that call themselves, for generic ones, and for one whose name another function of the graph has.
    """
    library = _Library(library, import_graph_def)
    for name in library.definitions:
        try:
            library.function(name).add_to_graph(graph)
        except errors.InvalidArgumentError as error:
            raise ValueError(error.message) from error


class _Library:
    """The functions of one library, made when asked for."""

    def __init__(self, message, import_graph_def):
        self.definitions = {definition.signature.name: definition for definition in message.function}
        self.gradients = {gradient.function_name: gradient.gradient_func for gradient in message.gradient}
        self._import, self._made = import_graph_def, {}
        for name in (*self.gradients, *self.gradients.values()):
            if name not in self.definitions:
                raise ValueError(f"FunctionDefLibrary missing '{name}' FunctionDef")

    def function(self, name):
        """The ``Function`` of that name."""
        if name not in self._made:
            self._made[name] = None
            self._made[name] = self._function(self.definitions[name])
        if self._made[name] is None:
            raise ValueError(
                f"The function '{name}' calls itself, or is its own gradient: such functions cannot be run."
            )
        return self._made[name]

    def _function(self, definition):
        signature = definition.signature
        generic = [arg.name for arg in (*signature.input_arg, *signature.output_arg) if not arg.type]
        if generic or signature.attr:
            raise ValueError(
                f"The function '{signature.name}' is generic in {', '.join(generic) or signature.attr[0].name}: only "
                "functions whose arguments have one fixed type each can be imported."
            )
        graph = FunctionGraph(signature.name)
        with graph.as_default():
            for i, arg in enumerate(signature.input_arg):
                graph.inputs.append(placeholder(dtypes.as_dtype(arg.type), None, arg.name))
                attrs = definition.arg_attr[i].attr if i in definition.arg_attr else {}
                graph.inputs[i].op._attrs.update({name: undeclared_value(value) for name, value in attrs.items()})
            for name in self._called(definition):
                self.function(name).add_to_graph(graph)
            arguments = {arg.name: t for arg, t in zip(signature.input_arg, graph.inputs, strict=True)}
            names = _tensor_names(definition, graph)
            body = _body(definition, names)
            used = {text.lstrip("^").partition(":")[0] for node in body.node for text in node.input}
            elements = self._import(
                body,
                name="",
                input_map={key: t for key, t in arguments.items() if key in used},
                return_elements=[names[r] for a in signature.output_arg if (r := definition.ret[a.name]) in names],
            )
        found = iter(elements)
        outputs = [
            next(found) if (r := definition.ret[arg.name]) in names else arguments[r] for arg in signature.output_arg
        ]
        gradient = self.gradients.get(signature.name)
        return Function(
            graph,
            graph.inputs,
            outputs,
            signature.name,
            input_names=list(arguments),
            output_names=[arg.name for arg in signature.output_arg],
            attrs={name: undeclared_value(value) for name, value in definition.attr.items()},
            gradient=None if gradient is None else self.function(gradient),
            docstring=signature.description,
            controls={
                name: graph.get_operation_by_name(definition.control_ret[name]) for name in signature.control_output
            },
        )

    def _called(self, definition):
        """Names of the functions that a body calls, by an operation of their type or through an attr."""
        called = {}
        for node in definition.node_def:
            names = [node.op]
            for value in node.attr.values():
                names += [f.name for f in (value.func, *value.list.func)]
            called.update(dict.fromkeys(name for name in names if name in self.definitions))
        return list(called)


def _body(definition, names):
    """The nodes of a definition with their inputs named as a ``GraphDef`` names them."""
    body = GraphDef()
    for node in definition.node_def:
        copy = body.node.add()
        copy.CopyFrom(node)
        copy.input[:] = [text if text.startswith("^") else names.get(text, text) for text in node.input]
    return body


def _tensor_names(definition, graph):
    """``{name of a tensor in a definition: its name in a GraphDef}`` for the results of all nodes."""
    names = {}
    for node in definition.node_def:
        function = graph._get_function(node.op)
        index = 0
        for arg in (function.call_type if function else _type_of(node, definition)).schema.outputs:
            for i in range(_count(node, arg)):
                names[f"{node.name}:{arg.name}:{i}"] = f"{node.name}:{index}"
                index += 1
    return names


def _type_of(node, definition):
    try:
        return lookup(node.op)
    except NotImplementedError as error:
        raise errors.NotFoundError(
            None,
            None,
            f"Op type not registered '{node.op}' (node '{node.name}' of the function '{definition.signature.name}'): "
            f"{error}",
        ) from None


def _count(node, arg):
    if not arg.is_list:
        return 1
    return node.attr[arg.number_attr].i if arg.number_attr else len(node.attr[arg.type_attr].list.type)
