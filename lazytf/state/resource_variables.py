"""Resource variables: the kind that lives behind a handle, whose every read and write is an operation of its own."""

from lazytf.core import graph as graphs
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.scopes import init_scope
from lazytf.core.shapes import as_shape
from lazytf.state import assigning
from lazytf.state.initialized import guarded
from lazytf.state.variables import (
    CELL_CHANGES,
    ROW_CHANGES,
    OwnGroup,
    Variable,
    computed_initial_value,
    refuse_inner,
    rows_of,
)


class ResourceVariable(Variable, behind_handle=True):
    """A variable behind a handle: the operations ``v``, ``v/IsInitialized/...``, ``v/Assign`` and ``v/Read/...``.

    Its ``dtype`` is that of its values. Reads are ordered: each sees the writes it depends on and no others.
    """

    def _build(
        self,
        initial_value,
        trainable=None,
        collections=None,
        validate_shape=True,
        caching_device=None,
        name=None,
        dtype=None,
        import_scope=None,
        constraint=None,
        synchronization=None,
        aggregation=None,
        shape=None,
    ):
        collections = self._settle(
            initial_value, collections, constraint, synchronization, aggregation, trainable, name
        )
        graph = graphs.get_default_graph()
        graph._check_not_finalized()
        made = callable(initial_value)
        self._cached_value = None
        with init_scope(), name_scope(name, "Variable", () if made else [initial_value]) as scope:
            graph = graphs.get_default_graph()
            function = initial_value if made else lambda: initial_value
            self._initial_value, groups = computed_initial_value(graph, scope[:-1], function, dtype)
            refuse_inner(self._initial_value, scope)
            self._shape = self._initial_value.shape if shape is None else as_shape(shape)
            self._dtype = self._initial_value.dtype.base_dtype
            self._handle = raw.VarHandleOp(shape=self._shape, dtype=self._dtype, shared_name=scope[:-1], name=scope)
            if groups:
                self._handle.op._set_attr("_class", groups)
            with graph.name_scope("IsInitialized"):
                self._is_initialized_op = raw.VarIsInitializedOp(self._handle)
            with graph.name_scope("Assign") as assign, self._beside_handle():
                self._safe_initial_value = guarded(self._initial_value, scope[:-1])
                self._initializer_op = raw.AssignVariableOp(self._handle, self._safe_initial_value, name=assign)
            with graph.name_scope("Read"), graph.device(self._handle.device):
                self._graph_element = self._read()
                if caching_device is not None:
                    with graph.device(caching_device):
                        self._cached_value = raw.Identity(self._graph_element)
        graph.add_to_collections(collections, self)

    def _beside_handle(self):
        """A block whose operations ask for the handle's device, whatever they would be colocated with."""
        groups = [
            g for other in self.graph._colocations if isinstance(other, OwnGroup) for g in other.colocation_groups()
        ]
        return self.graph._colocated(_Device(self._handle.device, groups), True)

    def _read(self):
        return _shaped(raw.ReadVariableOp(self._handle, dtype=self._dtype), self._shape)

    # -- what it is -------------------------------------------------------------------------------------------------

    handle = property(lambda self: self._handle, doc="The tensor that names it to the operations on it.")
    name = property(lambda self: self._handle.op.name + ":0")
    op = property(lambda self: self._handle.op, doc="The operation that makes its handle.")
    graph = property(lambda self: self._handle.graph)
    device = property(lambda self: self._handle.device, doc="The device asked for, or an empty string.")
    dtype = property(lambda self: self._dtype, doc="The dtype of its values.")
    shape = property(lambda self: self._shape)
    create = property(lambda self: self._initializer_op, doc="The operation that initialises it.")
    _storage = property(lambda self: self._handle)

    def set_shape(self, shape):
        """A resource variable's shape is settled; ``NotImplementedError``."""
        raise NotImplementedError("ResourceVariable does not implement set_shape()")

    def is_initialized(self, name=None):
        """A scalar bool tensor: whether it has a value."""
        return raw.VarIsInitializedOp(self._handle, name=name)

    def _ref(self):
        return self.value()

    def _as_graph_element(self):
        return self._graph_element

    # -- reading ----------------------------------------------------------------------------------------------------

    def value(self):
        """A new tensor of its value, or the copy on its caching device."""
        if self._cached_value is not None:
            return self._cached_value
        with self._beside_handle():
            return self._read()

    def read_value(self):
        """A new tensor of its value, on the device of the open blocks."""
        graph = graphs.get_default_graph()
        graph = graph if graph.building_function else self.graph
        with graph.name_scope("Read"), graph.device(self._handle.device):
            value = self._read()
        return raw.Identity(value)

    def eval(self, session=None):
        """Its value in ``session``, or the default one."""
        return self._graph_element.eval(session=session)

    def numpy(self):
        """Graphs hold no values; ``NotImplementedError`` as in TensorFlow. Use ``eval``."""
        raise NotImplementedError("numpy() is only available when eager execution is enabled.")

    def sparse_read(self, indices, name=None):
        """The rows ``indices`` of its value."""
        with name_scope(name, "Gather") as scope:
            value = raw.ResourceGather(self._handle, indices, dtype=self._dtype, name=scope)
        return raw.Identity(value)

    def gather_nd(self, indices, name=None):
        """The elements or slices of its value at the positions ``indices[..., :]``."""
        with name_scope(name, "GatherNd") as scope:
            value = raw.ResourceGatherNd(self._handle, indices, dtype=self._dtype, name=scope)
        return raw.Identity(value)

    def __bool__(self):
        return bool(self.read_value())

    # -- changing ---------------------------------------------------------------------------------------------------

    def _lazy_read(self, operation):
        """The variable as it is after ``operation``, which changes it."""
        return UnreadVariable(self, operation)

    def assign(self, value, use_locking=None, name=None, read_value=True):
        """Sets it to ``value``; returns the variable as it is then, or the operation where ``read_value`` is False.

        ``ValueError`` for a value of another shape or dtype.
        """
        value = convert_to_tensor(value, self._dtype)
        self._shape.assert_is_compatible_with(value.shape)
        return self._told(raw.AssignVariableOp(self._handle, value, name=name), read_value)

    def assign_add(self, delta, use_locking=None, name=None, read_value=True):
        """Adds ``delta``; returns the variable as it is then, or the operation where ``read_value`` is False."""
        delta = convert_to_tensor(delta, self._dtype)
        return self._told(raw.AssignAddVariableOp(self._handle, delta, name=name), read_value)

    def assign_sub(self, delta, use_locking=None, name=None, read_value=True):
        """Subtracts ``delta``; returns the variable as it is then, or the operation where ``read_value`` is False."""
        delta = convert_to_tensor(delta, self._dtype)
        return self._told(raw.AssignSubVariableOp(self._handle, delta, name=name), read_value)

    def _told(self, operation, read_value):
        return self._lazy_read(operation) if read_value else operation

    def count_up_to(self, limit):
        """Adds one to a scalar int variable, returns the count before; at ``limit`` it raises ``OutOfRangeError``."""
        return raw.ResourceCountUpTo(self._handle, limit=limit, T=self._dtype)

    def batch_scatter_update(self, sparse_delta, use_locking=False, name=None):
        """Sets rows in a stack of variables, as ``tf.batch_scatter_update`` does, from an ``IndexedSlices``."""
        updated = assigning.batch_scatter_update(self, sparse_delta.indices, sparse_delta.values, use_locking, name)
        return self._lazy_read(updated.op)


class UnreadVariable(ResourceVariable):
    """A resource variable as it is after an operation that changes it: reading it waits for that operation."""

    def __new__(cls, variable, operation):
        return object.__new__(cls)

    def __init__(self, variable, operation):
        self._parent_op = operation
        self._handle, self._dtype, self._shape = variable._handle, variable._dtype, variable._shape
        self._trainable, self._synchronization, self._aggregation = (
            True,
            variable._synchronization,
            variable._aggregation,
        )
        self._constraint = self._initial_value = self._initializer_op = self._cached_value = None
        drawn = graphs.get_default_graph().building_function  # a body reads what it uses, no more
        self._graph_element = None if drawn else self.read_value()

    name = property(lambda self: self._parent_op.name)
    op = property(lambda self: self._parent_op, doc="The operation that changed the variable.")

    def value(self):
        """A new tensor of its value after that operation."""
        with self._parent_op.graph.control_dependencies([self._parent_op]):
            return self._read()

    read_value = value


class _Device:
    """Stands for a device among the operations that others are colocated with."""

    __slots__ = ("device", "groups")

    def __init__(self, device, groups):
        self.device, self.groups = device, groups

    def colocation_groups(self):
        return self.groups


def _shaped(tensor, shape):
    tensor.set_shape(shape)
    return tensor


def _scatter(change, verb):
    def method(self, sparse_delta, use_locking=False, name=None):
        delta = rows_of(sparse_delta)
        values = convert_to_tensor(delta.values, self._dtype)
        return self._lazy_read(getattr(raw, f"ResourceScatter{change}")(self._handle, delta.indices, values, name=name))

    method.__name__ = f"scatter_{change.lower()}"
    method.__doc__ = f"{verb} rows, an ``IndexedSlices``; returns the variable."
    return method


def _scatter_nd(change, verb):
    def method(self, indices, updates, name=None):
        updates = convert_to_tensor(updates, self._dtype)
        return self._lazy_read(getattr(raw, f"ResourceScatterNd{change}")(self._handle, indices, updates, name=name))

    method.__name__ = f"scatter_nd_{change.lower()}"
    method.__doc__ = f"{verb} ``updates`` at the positions ``indices``; returns the variable."
    return method


for _change, _verb in ROW_CHANGES.items():
    setattr(ResourceVariable, f"scatter_{_change.lower()}", _scatter(_change, _verb))
for _change, _verb in CELL_CHANGES.items():
    setattr(ResourceVariable, f"scatter_nd_{_change.lower()}", _scatter_nd(_change, _verb))
