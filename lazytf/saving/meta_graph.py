"""``MetaGraphDef``: a graph with its collections and the names that a saver needs; the ``.meta`` file beside a
checkpoint.

A collection is written by what it holds: variables and others that have a message of their own as bytes, tensors and
operations by name, numbers and strings as they are. One that holds anything else, or a mixture, is left out.
"""

import logging
import numbers

from google.protobuf import text_format
from google.protobuf.message import DecodeError

from lazytf.core.collections import GraphKeys
from lazytf.core.graph import get_default_graph
from lazytf.core.operation import Operation, Tensor
from lazytf.core.version import GIT_VERSION, VERSION
from lazytf.formats import files
from lazytf.formats.messages import CollectionDef, CondContextDef, MetaGraphDef, VariableDef, WhileContextDef
from lazytf.saving.context_defs import cond_context_from, while_context_from
from lazytf.saving.importing import import_graph_def
from lazytf.saving.variable_defs import variable_from

_LOG = logging.getLogger("tensorflow")
_VARIABLES = (
    GraphKeys.GLOBAL_VARIABLES,
    GraphKeys.TRAINABLE_VARIABLES,
    GraphKeys.LOCAL_VARIABLES,
    GraphKeys.MODEL_VARIABLES,
    GraphKeys.MOVING_AVERAGE_VARIABLES,
    GraphKeys.METRIC_VARIABLES,
    GraphKeys.CONCATENATED_VARIABLES,
    GraphKeys.GLOBAL_STEP,
    GraphKeys.WEIGHTS,
    GraphKeys.BIASES,
    GraphKeys.TRAINABLE_RESOURCE_VARIABLES,
)


def meta_graph_def(
    graph=None, graph_def=None, saver_def=None, collection_list=None, meta_info_def=None, clear_devices=False
):
    """The ``MetaGraphDef`` of a graph (the default one unless given), or of ``graph_def`` with its collections.

    ``collection_list`` names the collections to write, all unless given; ``clear_devices`` forgets the devices asked
    for.
    """
    graph = graph or get_default_graph()
    message = MetaGraphDef()
    if meta_info_def is not None:
        message.meta_info_def.CopyFrom(meta_info_def)
    message.meta_info_def.tensorflow_version, message.meta_info_def.tensorflow_git_version = VERSION, GIT_VERSION
    message.graph_def.CopyFrom(graph_def if graph_def is not None else graph.as_graph_def(add_shapes=True))
    if clear_devices:
        for node in message.graph_def.node:
            node.device = ""
    for key in graph.get_all_collection_keys() if collection_list is None else collection_list:
        collection = _collection_def(key, graph.get_collection(key))
        if collection is not None:
            message.collection_def[key].CopyFrom(collection)
    if saver_def is not None:
        message.saver_def.CopyFrom(saver_def)
    return message


def _collection_def(key, values):
    """The ``CollectionDef`` of a collection; None for what messages cannot hold."""
    collection = CollectionDef()
    if not values:
        return None
    if all(hasattr(v, "to_proto") for v in values):
        collection.bytes_list.value.extend(v.to_proto().SerializeToString() for v in values)
    elif all(isinstance(v, (Operation, Tensor)) for v in values):
        collection.node_list.value.extend(v.name for v in values)
    elif all(isinstance(v, numbers.Integral) for v in values):
        collection.int64_list.value.extend(int(v) for v in values)
    elif all(isinstance(v, numbers.Real) for v in values):
        collection.float_list.value.extend(float(v) for v in values)
    elif all(isinstance(v, (str, bytes)) for v in values):
        collection.bytes_list.value.extend(v.encode() if isinstance(v, str) else v for v in values)
    else:
        _LOG.warning(
            "The collection %r is not written: it holds values of type %s, which a MetaGraphDef cannot hold.",
            key,
            ", ".join(sorted({type(v).__name__ for v in values})),
        )
        return None
    return collection


def export_meta_graph(
    filename=None,
    meta_info_def=None,
    graph_def=None,
    saver_def=None,
    collection_list=None,
    as_text=False,
    graph=None,
    export_scope=None,
    clear_devices=False,
    clear_extraneous_savers=False,
    strip_default_attrs=False,
    save_debug_info=False,
    **kwargs,
):
    """The ``MetaGraphDef`` of a graph (the default one unless given), written to ``filename`` where that is given.

    ``as_text`` chooses protobuf's text form. ``strip_default_attrs`` leaves out attrs that have their default values.
    ``NotImplementedError`` for ``export_scope``, ``clear_extraneous_savers`` and ``save_debug_info``.
    """
    for name, given in (
        ("export_scope", export_scope),
        ("clear_extraneous_savers", clear_extraneous_savers),
        ("save_debug_info", save_debug_info),
        *((name, True) for name in kwargs),
    ):
        if given:
            raise NotImplementedError(f"export_meta_graph does not support {name} yet: export the whole graph.")
    message = meta_graph_def(graph, graph_def, saver_def, collection_list, meta_info_def, clear_devices)
    if strip_default_attrs:
        _strip_defaults(message.graph_def, graph or get_default_graph())
        message.meta_info_def.stripped_default_attrs = True
    if filename:
        files.write_atomically(
            filename, text_format.MessageToString(message) if as_text else message.SerializeToString()
        )
    return message


def _strip_defaults(graph_def, graph):
    """Leaves out attrs that have the value an importer would give them anyway."""
    for node in graph_def.node:
        op = graph._by_name.get(node.name)
        for attr in op.op_type.schema.attrs if op is not None else ():
            if not attr.is_required and attr.name in node.attr and op._attrs.get(attr.name) == attr.default:
                del node.attr[attr.name]


def read_meta_graph_file(filename):
    """The ``MetaGraphDef`` of a file, in binary or text form; ``OSError`` if it is neither."""
    if not files.exists(filename):
        raise OSError(f"File {filename} does not exist.")
    with open(files.local_path(filename), "rb") as file:
        content = file.read()
    try:
        return MetaGraphDef.FromString(content)
    except DecodeError:
        try:
            return text_format.Parse(content.decode("utf-8"), MetaGraphDef())
        except (text_format.ParseError, UnicodeDecodeError) as error:
            raise OSError(f"Cannot parse file {filename}: {error}.") from error


def import_collections(message, import_scope=None):
    """Adds the graph of a ``MetaGraphDef`` to the default graph, and its collections; returns the variables by name."""
    graph = get_default_graph()
    variables = {}
    import_graph_def(
        message.graph_def, name=import_scope or "", producer_op_list=message.meta_info_def.stripped_op_list
    )
    for key, collection in sorted(message.collection_def.items()):
        for value in _collected(key, collection, import_scope, variables):
            graph.add_to_collection(key, value)
    return variables


def _collected(key, collection, scope, variables):
    kind = collection.WhichOneof("kind")
    if kind is None:
        return []
    values = list(getattr(collection, kind).value)
    if kind == "node_list":
        prefix = f"{scope}/" if scope else ""
        return [get_default_graph().as_graph_element(prefix + name) for name in values]
    if kind == "bytes_list" and key in _VARIABLES:
        found = []
        for data in values:
            message = VariableDef.FromString(data)
            if message.variable_name not in variables:
                variables[message.variable_name] = variable_from(message, scope)
            found.append(variables[message.variable_name])
        return found
    if kind == "bytes_list" and key in _MESSAGES:
        return [_MESSAGES[key](data, scope) for data in values]
    return values


# key of a collection -> function (bytes, import scope) -> the value that they stand for
_MESSAGES = {
    GraphKeys.COND_CONTEXT: lambda data, scope: cond_context_from(CondContextDef.FromString(data), scope),
    GraphKeys.WHILE_CONTEXT: lambda data, scope: while_context_from(WhileContextDef.FromString(data), scope),
}


def register_collection(key, from_bytes):
    """Lets ``import_meta_graph`` make the values of a collection: ``from_bytes(bytes, import_scope)`` returns one."""
    _MESSAGES[key] = from_bytes


def import_graph_message(meta_graph_or_file, clear_devices=False):
    """The ``MetaGraphDef`` that a message or file name stands for, without devices where they are to be cleared."""
    message = (
        meta_graph_or_file if isinstance(meta_graph_or_file, MetaGraphDef) else read_meta_graph_file(meta_graph_or_file)
    )
    if clear_devices:
        copy = MetaGraphDef()
        copy.CopyFrom(message)
        for node in copy.graph_def.node:
            node.device = ""
        message = copy
    return message
