"""``tf.Variable``: a tensor that keeps its value between runs, and its plain kind, the ref variable.

``Variable(...)`` asks the open ``variable_creator_scope`` blocks, innermost first, and the last of them makes one of
the kinds: a ``RefVariable``, whose storage is a tensor of a ref dtype, or a ``ResourceVariable``, which lives behind a
handle.
"""

import enum
import inspect

from lazytf.core import defaults, graph as graphs
from lazytf.core.build import convert_to_tensor, name_scope, raw, register_tensor_conversion_function
from lazytf.core.collections import GraphKeys
from lazytf.core.operation import Tensor
from lazytf.core.scopes import init_scope
from lazytf.core.values import IndexedSlices
from lazytf.ops import operators  # noqa: F401 - variables have the operators that tensors have
from lazytf.state import assigning
from lazytf.state.initialized import guarded, initialized_value

_CREATORS_KEY = ("__variable_creators",)
_kinds = {}  # whether a kind of variable lives behind a handle -> its class
_resources_by_default = False


class VariableSynchronization(enum.Enum):
    """When copies of a variable on several replicas are brought together."""

    AUTO = 0
    NONE = 1
    ON_WRITE = 2
    ON_READ = 3


class VariableAggregation(enum.Enum):
    """How the updates of several replicas become one."""

    NONE = 0
    SUM = 1
    MEAN = 2
    ONLY_FIRST_REPLICA = 3


def settled(synchronization, aggregation, trainable, name):
    """The three arguments with their defaults in place: None is AUTO, NONE, and "unless it is only read in sum".

    ``ValueError`` for a mode that does not exist.
    """
    for modes, mode, what in (
        (VariableAggregation, aggregation, "aggregation"),
        (VariableSynchronization, synchronization, "synchronization"),
    ):
        try:
            mode = modes(0 if mode is None else mode)
        except ValueError:
            raise ValueError(f"Invalid variable {what} mode: {mode} for variable: {name}") from None
        if what == "aggregation":
            aggregation = mode
    if trainable is None:
        trainable = mode is not VariableSynchronization.ON_READ
    return mode, aggregation, trainable


class Variable:
    """A tensor whose value persists in a session, from its initializer's run on, and that operations may change.

    It stands wherever a tensor may: it is read there. ``initial_value`` is a tensor, what ``tf.convert_to_tensor``
    takes, or a function without arguments that returns one; it sets dtype and shape. ``trainable`` puts the variable
    among those that optimizers train, ``collections`` (a list) names the graph collections it joins instead of the
    global variables. ``validate_shape=False`` leaves the shape open, ``shape`` states it. ``caching_device`` names a
    device to keep reads on, ``constraint`` a function that optimizers apply after each update. ``use_resource``
    chooses the kind: True behind a handle, False a ref variable, None what the scope says. ``expected_shape`` is
    accepted and unused.

    ``ValueError`` where there is no initial value or its shape is not fully known, ``TypeError`` where it cannot have
    ``dtype``. In TensorFlow a value that depends on a variable is computed from that one's initial value if need be;
    the same here (see ``initialized_value``).
    """

    __array_priority__ = 100  # numpy_array + variable is the variable's business
    _save_slice_info = None

    def __new__(cls, *args, **kwargs):
        return _created(*args, **kwargs) if cls is Variable else object.__new__(cls)

    def __init__(
        self,
        initial_value=None,
        trainable=None,
        collections=None,
        validate_shape=True,
        caching_device=None,
        name=None,
        variable_def=None,
        dtype=None,
        expected_shape=None,
        import_scope=None,
        constraint=None,
        use_resource=None,
        synchronization=VariableSynchronization.AUTO,
        aggregation=VariableAggregation.NONE,
        shape=None,
    ):
        """Nothing is left to do: ``__new__`` returns a finished variable, of the kind asked for."""

    def __init_subclass__(cls, behind_handle=None, **kwargs):
        super().__init_subclass__(**kwargs)
        if behind_handle is not None:
            _kinds[behind_handle] = cls

    def _settle(self, initial_value, collections, constraint, synchronization, aggregation, trainable, name):
        """Checks what both kinds are told, and keeps it; returns the collections to join."""
        self._synchronization, self._aggregation, self._trainable = settled(
            synchronization, aggregation, trainable, name
        )
        if initial_value is None:
            raise ValueError("initial_value must be specified.")
        if name == "":
            raise ValueError("'' is not a valid node name")
        if collections is None:
            collections = [GraphKeys.GLOBAL_VARIABLES]
        if not isinstance(collections, (list, tuple, set)):
            raise ValueError(
                "collections argument to Variable constructor must be a list, tuple, or set. Got "
                f"{collections} of type {type(collections)}"
            )
        if constraint is not None and not callable(constraint):
            raise ValueError("The `constraint` argument must be a callable.")
        self._constraint = constraint
        if self._trainable and GraphKeys.TRAINABLE_VARIABLES not in collections:
            collections = [*collections, GraphKeys.TRAINABLE_VARIABLES]
        return collections

    # -- what it is -------------------------------------------------------------------------------------------------

    trainable = property(lambda self: self._trainable, doc="Whether optimizers train it unless told otherwise.")
    synchronization = property(lambda self: self._synchronization, doc="A ``VariableSynchronization``.")
    aggregation = property(lambda self: self._aggregation, doc="A ``VariableAggregation``.")
    constraint = property(lambda self: self._constraint, doc="The function applied after an update, or None.")
    initial_value = property(lambda self: self._initial_value, doc="The tensor it is initialised with.")
    initializer = property(lambda self: self._initializer_op, doc="The operation that initialises it.")

    _shared_name = property(lambda self: self.name[:-2])

    def get_shape(self):
        """Its static shape."""
        return self.shape

    def initialized_value(self):
        """Its value, or its initial value in a run that finds it uninitialised: what other initial values may read."""
        return initialized_value(self)

    def load(self, value, session=None):
        """Sets it to ``value``, an array of its shape, in ``session`` or the default one; the graph stays as it is."""
        session = session or defaults.sessions.top
        if session is None:
            raise ValueError("Either session argument should be provided or default session should be established")
        session.run(self.initializer, {self.initializer.inputs[1]: value})

    # -- as a part of a larger one ----------------------------------------------------------------------------------

    class SaveSliceInfo:
        """Which part of a larger variable one is: ``var_shape`` elements from ``var_offset`` on of ``full_shape``."""

        def __init__(
            self,
            full_name=None,
            full_shape=None,
            var_offset=None,
            var_shape=None,
            save_slice_info_def=None,
            import_scope=None,
        ):
            if save_slice_info_def is not None:
                full_name = save_slice_info_def.full_name
                full_name = f"{import_scope}/{full_name}" if import_scope else full_name
                full_shape, var_offset, var_shape = (
                    list(getattr(save_slice_info_def, field)) for field in ("full_shape", "var_offset", "var_shape")
                )
            self.full_name, self.full_shape = full_name, full_shape
            self.var_offset, self.var_shape = var_offset, var_shape

        @property
        def spec(self):
            """How checkpoints write it: ``"5 3 0,2:0,3"``."""
            slices = ":".join(f"{offset},{size}" for offset, size in zip(self.var_offset, self.var_shape, strict=True))
            return " ".join(map(str, self.full_shape)) + " " + slices

    def _set_save_slice_info(self, save_slice_info):
        self._save_slice_info = save_slice_info

    def _get_save_slice_info(self):
        return self._save_slice_info

    # -- as a Python object -----------------------------------------------------------------------------------------

    def experimental_ref(self):
        """A hashable stand-in for this object; its ``deref()`` gives the variable back."""
        return _Reference(self)

    def __iter__(self):
        raise TypeError("'Variable' object is not iterable.")

    def __repr__(self):
        return f"<tf.Variable '{self.name}' shape={self.get_shape()} dtype={self.dtype.name}>"


class _Reference:
    """Stands for an object as a dictionary key."""

    __slots__ = ("_object",)

    def __init__(self, it):
        self._object = it

    def deref(self):
        return self._object

    def __eq__(self, other):
        return isinstance(other, _Reference) and self._object is other._object

    def __hash__(self):
        return id(self._object)

    def __repr__(self):
        return f"<Reference wrapping {self._object!r}>"


def _by_value(operator):
    """A method that does to a variable's value what ``operator`` does to a tensor."""

    def method(self, *others):
        return getattr(Tensor, operator)(self.value(), *others)

    method.__name__ = operator
    return method


for _name in (
    "add radd sub rsub mul rmul div rdiv truediv rtruediv floordiv rfloordiv mod rmod pow rpow matmul rmatmul "
    "lt le gt ge and rand or ror xor rxor invert neg abs getitem"
).split():
    setattr(Variable, f"__{_name}__", _by_value(f"__{_name}__"))


# -- making ---------------------------------------------------------------------------------------------------------


_SIGNATURE = inspect.signature(Variable.__init__)


def _created(*args, **kwargs):
    """What the open creators make of the arguments of ``Variable``."""
    given = _SIGNATURE.bind(None, *args, **kwargs)
    given.apply_defaults()
    arguments = dict(given.arguments)
    del arguments["self"]
    creator = _create
    for outer in graphs.get_default_graph().get_collection(_CREATORS_KEY):
        creator = _asking(outer, creator)
    return creator(**arguments)


def _asking(creator, next_creator):
    return lambda **arguments: creator(next_creator, **arguments)


def _create(initial_value, variable_def=None, use_resource=None, expected_shape=None, **arguments):
    """A variable of the kind that ``use_resource``, the open variable scope and the process's default ask for."""
    if variable_def is not None:
        if initial_value is not None:
            raise ValueError("variable_def and initial_value are mutually exclusive.")
        Variable.from_proto(variable_def)
    if use_resource is None:
        scopes = graphs.get_default_graph().get_collection(GraphKeys._VARSCOPESTORE_KEY)
        use_resource = scopes[0].current_scope.use_resource if scopes else None
    kind = _kinds[_resources_by_default if use_resource is None else bool(use_resource)]
    variable = object.__new__(kind)
    variable._build(initial_value, **arguments)
    return variable


class variable_creator_scope:
    """A ``with`` block in which ``variable_creator(next_creator, **kwargs)`` makes every variable.

    ``kwargs`` are all arguments of ``tf.Variable``; ``next_creator(**kwargs)`` makes it as it would have been made
    outside.
    """

    def __init__(self, variable_creator):
        self.variable_creator = variable_creator

    def __enter__(self):
        self.creators = graphs.get_default_graph().get_collection_ref(_CREATORS_KEY)
        self.creators.append(self.variable_creator)

    def __exit__(self, *exc_info):
        self.creators.pop()


def enable_resource_variables():
    """Makes every variable that does not say otherwise a resource variable, from now on and in the whole process."""
    global _resources_by_default
    _resources_by_default = True


def disable_resource_variables():
    """Ends what ``enable_resource_variables`` began: variables are ref variables where nothing is said."""
    global _resources_by_default
    _resources_by_default = False


def resource_variables_enabled():
    """Whether variables are resource variables where nothing is said; False until ``enable_resource_variables``."""
    return _resources_by_default


class OwnGroup:
    """Stands for a variable that is not made yet, among the operations that others are colocated with."""

    __slots__ = ("name",)
    device = ""

    def __init__(self, name):
        self.name = name

    def colocation_groups(self):
        return [b"loc:@" + self.name.encode()]


def computed_initial_value(graph, name, function, dtype):
    """``(initial value, groups)``: what ``function()`` returns, made under ``name/Initializer`` beside the variable.

    ``groups`` are the colocation groups that the variable itself shall state; none inside ``colocate_with`` blocks,
    which come before its own.
    """
    own = None if graph._colocations else OwnGroup(name)
    with graph._colocated(own, False), graph.name_scope("Initializer"):
        value = convert_to_tensor(function(), dtype, "initial_value")
    return value, own.colocation_groups() if own else None


def refuse_inner(value, name):
    """``ValueError`` where an initial value was computed in a branch or a loop: the initializer stands outside."""
    if value.op._control_flow_context is not None:
        raise ValueError(
            f"Initializer for variable {name} is from inside a control-flow construct, such as a loop or conditional. "
            "When creating a variable inside a loop or conditional, use a lambda as the initializer."
        )


class RefVariable(Variable, behind_handle=False):
    """A variable that is a tensor of a ref dtype: the operations ``v``, ``v/Assign`` and ``v/read``."""

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
        with init_scope(), name_scope(name, "Variable", () if made else [initial_value]) as scope:
            graph = graphs.get_default_graph()
            groups = None
            if made:
                self._initial_value, groups = computed_initial_value(graph, scope[:-1], initial_value, dtype)
            else:
                self._initial_value = convert_to_tensor(initial_value, dtype, "initial_value")
                refuse_inner(self._initial_value, scope)
            known = self._initial_value._shape
            if shape is None:
                shape = known if validate_shape else None
            self._variable = raw.VariableV2(shape=shape, dtype=self._initial_value.dtype.base_dtype, name=scope)
            if groups:
                self._variable.op._set_attr("_class", groups)
            if validate_shape and (known is None or None in known):
                raise ValueError(f"initial_value must have a shape specified: {self._initial_value}")
            self._safe_initial_value = guarded(self._initial_value, scope[:-1])
            self._initializer_op = raw.Assign(
                self._variable, self._safe_initial_value, validate_shape=validate_shape
            ).op
            with graph.device(caching_device) if caching_device is not None else graph.colocate_with(self._variable.op):
                self._snapshot = raw.Identity(self._variable, name="read")
        graph.add_to_collections(collections, self)

    # -- what it is -------------------------------------------------------------------------------------------------

    name = property(lambda self: self._variable.name)
    op = property(lambda self: self._variable.op, doc="The operation that holds it.")
    graph = property(lambda self: self._variable.graph)
    device = property(lambda self: self._variable.device, doc="The device asked for, or an empty string.")
    dtype = property(
        lambda self: self._variable.dtype, doc="Its dtype, a ref one; ``dtype.base_dtype`` is that of its values."
    )
    shape = property(lambda self: self._variable.shape)
    _storage = property(lambda self: self._variable)

    def set_shape(self, shape):
        """Adds what you know of its shape; ``ValueError`` if it contradicts what was known."""
        self._variable.set_shape(shape)
        self._snapshot.set_shape(shape)

    def _ref(self):
        return self._variable

    def _as_graph_element(self):
        return self._variable

    def _initializer_value(self):
        return self._initial_value

    # -- reading ----------------------------------------------------------------------------------------------------

    def value(self):
        """The tensor of its value that all readers share."""
        return self._snapshot

    def read_value(self):
        """A new tensor of its value: read after what ``tf.control_dependencies`` blocks are open."""
        return raw.Identity(self._variable, name="read")

    def eval(self, session=None):
        """Its value in ``session``, or the default one."""
        return self._variable.eval(session=session)

    def sparse_read(self, indices, name=None):
        """Only resource variables have it; ``AttributeError`` says so."""
        raise AttributeError(f"sparse_read needs a resource variable; {self.name} is a ref variable: use tf.gather")

    def gather_nd(self, indices, name=None):
        """Only resource variables have it; ``AttributeError`` says so."""
        raise AttributeError(f"gather_nd needs a resource variable; {self.name} is a ref variable: use tf.gather_nd")

    # -- changing ---------------------------------------------------------------------------------------------------

    def assign(self, value, use_locking=False, name=None, read_value=True):
        """Sets it to ``value``; returns the variable as it is then, or the operation where ``read_value`` is False."""
        return _told(raw.Assign(self._variable, value, use_locking=use_locking, name=name), read_value)

    def assign_add(self, delta, use_locking=False, name=None, read_value=True):
        """Adds ``delta``; returns the variable as it is then, or the operation where ``read_value`` is False."""
        return _told(raw.AssignAdd(self._variable, delta, use_locking=use_locking, name=name), read_value)

    def assign_sub(self, delta, use_locking=False, name=None, read_value=True):
        """Subtracts ``delta``; returns the variable as it is then, or the operation where ``read_value`` is False."""
        return _told(raw.AssignSub(self._variable, delta, use_locking=use_locking, name=name), read_value)

    def count_up_to(self, limit):
        """Adds one to a scalar int variable, returns the count before; at ``limit`` it raises ``OutOfRangeError``."""
        return raw.CountUpTo(self._variable, limit=limit)

    def batch_scatter_update(self, sparse_delta, use_locking=False, name=None):
        """Sets rows in a stack of variables, as ``tf.batch_scatter_update`` does, from an ``IndexedSlices``."""
        return assigning.batch_scatter_update(self, sparse_delta.indices, sparse_delta.values, use_locking, name)


def _told(assigned, read_value):
    return assigned if read_value else assigned.op


def rows_of(sparse_delta):
    """The ``IndexedSlices`` itself; ``TypeError`` for anything else."""
    if not isinstance(sparse_delta, IndexedSlices):
        raise TypeError(f"sparse_delta is not IndexedSlices: {sparse_delta}")
    return sparse_delta


def _scatter(change, verb):
    def method(self, sparse_delta, use_locking=False, name=None):
        delta = rows_of(sparse_delta)
        return getattr(raw, f"Scatter{change}")(
            self._variable, delta.indices, delta.values, use_locking=use_locking, name=name
        )

    method.__name__ = f"scatter_{change.lower()}"
    method.__doc__ = f"{verb} rows, an ``IndexedSlices``; returns the variable."
    return method


def _scatter_nd(change, verb):
    def method(self, indices, updates, name=None):
        return getattr(raw, f"ScatterNd{change}")(self._variable, indices, updates, use_locking=True, name=name)

    method.__name__ = f"scatter_nd_{change.lower()}"
    method.__doc__ = f"{verb} ``updates`` at the positions ``indices``; returns the variable."
    return method


ROW_CHANGES = {
    "Update": "Sets",
    "Add": "Adds",
    "Sub": "Subtracts",
    "Mul": "Multiplies by",
    "Div": "Divides by",
    "Max": "Takes the larger of itself and",
    "Min": "Takes the smaller of itself and",
}
CELL_CHANGES = {"Update": "Sets", "Add": "Adds", "Sub": "Subtracts"}

for _change, _verb in ROW_CHANGES.items():
    setattr(RefVariable, f"scatter_{_change.lower()}", _scatter(_change, _verb))
for _change, _verb in CELL_CHANGES.items():
    setattr(RefVariable, f"scatter_nd_{_change.lower()}", _scatter_nd(_change, _verb))


def _from_variable(variable, dtype=None, name=None, as_ref=False):
    if dtype is not None and not dtype.is_compatible_with(variable.dtype):
        raise ValueError(
            f"Incompatible type conversion requested to type '{dtype.name}' for variable of type "
            f"'{variable.dtype.name}'"
        )
    return variable._ref() if as_ref else variable.value()


register_tensor_conversion_function(Variable, _from_variable)
