"""The blocks and collections of the default graph: ``tf.name_scope``, ``tf.device``, ``tf.get_collection``, ..."""

from lazytf.core import build
from lazytf.core.graph import get_default_graph


class name_scope:
    """A ``with`` block that prefixes the names of new operations; gives the prefix, with its trailing "/".

    The scope is ``name``, or ``default_name`` where that is None, made unique in the graph; "" and None leave all
    scopes, a name ending in "/" re-enters that very scope. ``values`` are the tensors that a function was called
    with: their graph gets the operations, and one of the two names is then demanded (``ValueError``).
    """

    def __init__(self, name, default_name=None, values=None):
        if not isinstance(default_name, (str, type(None))):
            raise TypeError(
                f"`default_name` type ({type(default_name)}) is not a string type. You likely meant to pass this "
                "into the `values` kwarg."
            )
        self._given, self._default_name, self._values, self._open = name, default_name, values, []

    @property
    def name(self):
        """The name that was asked for, not made unique."""
        return self._default_name if self._given is None else self._given

    def __enter__(self):
        if self._values is not None and self.name is None:
            raise ValueError(
                f"At least one of name ({self._given}) and default_name ({self._default_name}) must be provided."
            )
        if not isinstance(self.name, (str, type(None))):
            raise TypeError(f"name must be a string; got {self.name!r} of type {type(self.name).__name__}")
        block = build.name_scope(self.name, None, self._values or ())
        scope = block.__enter__()
        self._open.append(block)
        return scope

    def __exit__(self, *exc_info):
        self._open.pop().__exit__(*exc_info)


def op_scope(values, name, default_name=None):
    """``name_scope`` with its arguments in an older order."""
    return name_scope(name, default_name, values)


def device(device_name_or_function):
    """A ``with`` block whose new operations ask for a device; see ``Graph.device``."""
    return get_default_graph().device(device_name_or_function)


def control_dependencies(control_inputs):
    """A ``with`` block whose new operations run after ``control_inputs``.

    None leaves all such blocks, and the branch or loop body that is being drawn.
    """
    return get_default_graph().control_dependencies(control_inputs)


def colocate_with(op, ignore_existing=False):
    """A ``with`` block whose new operations share the device of ``op``; see ``Graph.colocate_with``."""
    return get_default_graph().colocate_with(op, ignore_existing)


def container(container_name):
    """A ``with`` block whose new variables and queues live in the named container."""
    return get_default_graph().container(container_name)


def init_scope():
    """A ``with`` block for what initializes: it leaves branches, loop bodies and all blocks of control dependencies.

    From the body of a function it leads to the graph around it. The name scope stays.
    """
    graph = get_default_graph()
    return graph.outside() if graph.building_function else graph.control_dependencies(None)


def add_to_collection(name, value):
    """Appends ``value`` to the collection ``name`` of the default graph."""
    get_default_graph().add_to_collection(name, value)


def add_to_collections(names, value):
    """Appends ``value`` to each collection named, once to each."""
    get_default_graph().add_to_collections(names, value)


def get_collection(key, scope=None):
    """A copy of a collection; with ``scope``, the items whose names that regular expression matches at the start."""
    return get_default_graph().get_collection(key, scope)


def get_collection_ref(key):
    """The collection's own list, made if it is not there: what is appended to it stays."""
    return get_default_graph().get_collection_ref(key)
