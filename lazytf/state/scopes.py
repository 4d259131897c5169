"""Variable scopes: the prefix, the defaults and the sharing that ``get_variable`` works under.

A scope is open while its ``with`` block is; it hands what it was told down to the scopes inside. Beside the prefix of
variables' names it opens a name scope for operations. The two part ways when a scope is entered again: variables keep
their names, the operations get a new prefix.
"""

import contextlib
import copy
import enum
import functools

from lazytf.core import graph as graphs
from lazytf.core.build import convert_to_tensor, graph_of
from lazytf.core.collections import GraphKeys
from lazytf.core.dtypes import float32
from lazytf.core.graph import NameScope
from lazytf.state.store import _kept, default_store
from lazytf.state.variables import VariableAggregation, VariableSynchronization


class _ReuseMode(enum.Enum):
    """How ``get_variable`` treats names beside True and False."""

    AUTO_REUSE = 1


AUTO_REUSE = _ReuseMode.AUTO_REUSE

_DEFAULTS = {
    "initializer": "The initializer of variables that name none, or None.",
    "regularizer": "The function that makes a loss of each new variable, or None.",
    "caching_device": "The device that keeps what was read of a variable, or None.",
    "partitioner": "What cuts new variables into parts, or None.",
    "custom_getter": "What finds or makes variables instead of the library, or None.",
    "dtype": "The dtype of variables that name none.",
    "use_resource": "Whether variables are resource variables; None where nothing is said.",
    "constraint": "The function applied to new variables after each update, or None.",
}


class VariableScope:
    """The defaults that ``get_variable`` works under, and the prefix of the names; ``tf.get_variable_scope()`` is the
    open one.

    ``reuse`` is False, True, or ``tf.AUTO_REUSE``; ``name_scope`` the name scope it was opened with.
    """

    def __init__(
        self,
        reuse,
        name="",
        initializer=None,
        regularizer=None,
        caching_device=None,
        partitioner=None,
        custom_getter=None,
        name_scope="",
        dtype=float32,
        use_resource=None,
        constraint=None,
    ):
        self._reuse, self._name, self._name_scope = reuse, name, name_scope
        self._initializer, self._regularizer, self._caching_device = initializer, regularizer, caching_device
        self._partitioner, self._custom_getter, self._dtype = partitioner, custom_getter, dtype
        self._use_resource, self._constraint = use_resource, constraint

    name = property(lambda self: self._name, doc="The prefix of its variables' names, without a trailing slash.")
    original_name_scope = property(lambda self: self._name_scope, doc="The name scope it was first opened with.")
    reuse = property(lambda self: self._reuse, doc="False, True or ``tf.AUTO_REUSE``.")

    def reuse_variables(self):
        """From now on variables are found, not made."""
        self._reuse = True

    # -- its variables ----------------------------------------------------------------------------------------------

    def get_collection(self, name):
        """The items of collection ``name`` whose names begin with this scope's."""
        return graphs.get_default_graph().get_collection(name, self._name + "/" if self._name else "")

    def global_variables(self):
        """The global variables in this scope."""
        return self.get_collection(GraphKeys.GLOBAL_VARIABLES)

    def local_variables(self):
        """The local variables in this scope."""
        return self.get_collection(GraphKeys.LOCAL_VARIABLES)

    def trainable_variables(self):
        """The trainable variables in this scope."""
        return self.get_collection(GraphKeys.TRAINABLE_VARIABLES)

    def get_variable(
        self,
        var_store,
        name,
        shape=None,
        dtype=None,
        initializer=None,
        regularizer=None,
        reuse=None,
        trainable=None,
        collections=None,
        caching_device=None,
        partitioner=None,
        validate_shape=True,
        use_resource=None,
        custom_getter=None,
        constraint=None,
        synchronization=VariableSynchronization.AUTO,
        aggregation=VariableAggregation.NONE,
    ):
        """The variable called ``name`` under this scope, found or made in ``var_store``; see ``tf.get_variable``."""
        full_name = self._name + "/" + name if self._name else name  # no name but a string will do
        with graphs.get_default_graph().name_scope(None):  # the scope names variables, no name scope does
            if dtype is not None and initializer is not None and not callable(initializer):
                found = convert_to_tensor(initializer).dtype.base_dtype
                if found != dtype:
                    raise ValueError(f"Initializer type '{found}' and explicit dtype '{dtype}' don't match.")
            return var_store.get_variable(
                full_name,
                shape,
                self._or_default("dtype", dtype),
                self._or_default("initializer", initializer),
                self._or_default("regularizer", regularizer),
                self._reuse if reuse is None else reuse,
                trainable,
                collections,
                self._or_default("caching_device", caching_device),
                self._or_default("partitioner", partitioner),
                validate_shape,
                self._or_default("use_resource", use_resource),
                self._or_default("custom_getter", custom_getter),
                self._or_default("constraint", constraint),
                synchronization,
                aggregation,
            )

    def _or_default(self, name, value):
        return getattr(self, "_" + name) if value is None else value

    def _inside(self, name, name_scope, reuse, told):
        """A scope that has what ``told`` says and this one's defaults for the rest, but for the constraint.

        TensorFlow hands constraints down no further either. Custom getters wrap each other.
        """
        settings = {default: self._or_default(default, told[default]) for default in _DEFAULTS}
        settings["constraint"] = told["constraint"]
        if told["custom_getter"] is not None and self._custom_getter is not None:
            settings["custom_getter"] = _around(told["custom_getter"], self._custom_getter)
        return VariableScope(reuse, name, name_scope=name_scope, **settings)


def _setter(default):
    def replace(self, value):
        setattr(self, "_" + default, value)

    replace.__name__, replace.__doc__ = f"set_{default}", f"Replaces ``{default}``."
    return replace


for _default, _meaning in _DEFAULTS.items():
    setattr(VariableScope, _default, property(lambda self, _field="_" + _default: getattr(self, _field), doc=_meaning))
    if _default != "constraint":
        setattr(VariableScope, "set_" + _default, _setter(_default))


def _around(inner, outer):
    """A custom getter whose own ``getter`` goes through the one of the scope around."""

    def get(getter, *args, **kwargs):
        return inner(functools.partial(outer, getter), *args, **kwargs)

    return get


class _Opened:
    """How often a scope was opened while the one around it is, and the scopes inside: one node of the tree of names."""

    __slots__ = ("count", "inside", "numbered")

    def __init__(self):
        self.count, self.inside = 0, {}
        self.numbered = 1  # every smaller number is taken by a scope beside this one


class _ScopeStore:
    """The open scope of one graph, and how often scopes were opened, from which default names are made unique."""

    def __init__(self):
        self.current_scope = VariableScope(False)
        self._root = _Opened()

    def _node(self, name):
        node = self._root
        for part in name.split("/") if name else ():
            node = node.inside.setdefault(part, _Opened())
        return node

    def unique(self, name):
        """``name``, or ``name_1``, ... where a scope of that name was opened inside the open one."""
        full_name = f"{self.current_scope.name}/{name}" if self.current_scope.name else name
        parent, _, last = full_name.rpartition("/")
        inside = self._node(parent).inside
        first = inside.get(last)
        if first is None or not first.count:
            return name
        number = first.numbered
        while (other := inside.get(f"{last}_{number}")) is not None and other.count:
            number += 1
        first.numbered = number
        return f"{name}_{number}"


class _Entered:
    """A block in which ``scope`` is the open one; what was opened inside is forgotten afterwards.

    A scope that was ``jumped`` to by its object leaves the counts below it as they were.
    """

    __slots__ = ("store", "scope", "jumped", "outer", "node", "before")

    def __init__(self, store, scope, jumped):
        self.store, self.scope, self.jumped = store, scope, jumped

    def __enter__(self):
        self.outer, self.store.current_scope = self.store.current_scope, self.scope
        self.node = self.store._node(self.scope.name)
        self.node.count += 1
        self.before = copy.deepcopy(self.node.inside) if self.jumped else {}
        return self.scope

    def __exit__(self, *exc_info):
        if self.jumped or self.scope.name:
            self.node.inside = self.before
        self.store.current_scope = self.outer


def scope_store():
    """The scope store of the default graph, made when first asked for."""
    return _kept(GraphKeys._VARSCOPESTORE_KEY, _ScopeStore)


def get_variable_scope():
    """The innermost open ``VariableScope``."""
    return scope_store().current_scope


class variable_scope:
    """A ``with`` block in which ``get_variable`` names, makes and shares variables as told; gives the
    ``VariableScope``.

    ``name_or_scope`` is a string, which prolongs the open scope's name, or a ``VariableScope``, which is entered again
    as it was. Where it is None, ``default_name`` is used, made unique. ``reuse`` is True (variables must exist),
    ``tf.AUTO_REUSE`` (they are made where they do not), or None, inherited; False is the same as None. The other
    arguments are defaults for ``get_variable`` in the block; None inherits. ``values`` are tensors whose graph is
    used. ``auxiliary_name_scope=False`` opens no name scope beside.

    ``TypeError`` where neither name is given or the first is no name, ``ValueError`` for another ``reuse``.
    """

    def __init__(
        self,
        name_or_scope,
        default_name=None,
        values=None,
        initializer=None,
        regularizer=None,
        caching_device=None,
        partitioner=None,
        custom_getter=None,
        reuse=None,
        dtype=None,
        use_resource=None,
        constraint=None,
        auxiliary_name_scope=True,
    ):
        if name_or_scope is None and default_name is None:
            raise TypeError("If default_name is None then name_or_scope is required")
        if not (reuse is None or isinstance(reuse, (bool, _ReuseMode))):
            raise ValueError("The reuse parameter must be True or False or None.")
        if not isinstance(auxiliary_name_scope, bool):
            raise TypeError(f"The auxiliary_name_scope must be `True` or `False`, while get {auxiliary_name_scope}")
        self._name_or_scope, self._default_name, self._values = name_or_scope, default_name, list(values or ())
        self._reuse, self._auxiliary_name_scope = reuse or None, auxiliary_name_scope
        self._told = dict(
            initializer=initializer,
            regularizer=regularizer,
            caching_device=caching_device,
            partitioner=partitioner,
            custom_getter=custom_getter,
            dtype=dtype,
            use_resource=use_resource,
            constraint=constraint,
        )
        self._exits = []

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            if self._values:
                stack.enter_context(graph_of(self._values).as_default())
            scope = self._open(stack)
            self._exits.append(stack.pop_all())
        return scope

    def __exit__(self, *exc_info):
        self._exits.pop().__exit__(*exc_info)

    def _open(self, stack):
        name = self._name_or_scope
        if name is not None and not isinstance(name, (str, VariableScope)):
            raise TypeError("VariableScope: name_or_scope must be a string or VariableScope.")
        if name is None and self._reuse:
            raise ValueError("reuse=True cannot be used without a name_or_scope")
        store = scope_store()
        name_scope = self._name_scope(stack)
        if isinstance(name, VariableScope):
            reuse = name.reuse if self._reuse is None else self._reuse
            scope = name._inside(name.name, name.original_name_scope, reuse, self._told)
            return stack.enter_context(_Entered(store, scope, jumped=True))
        if name is None:
            name = self._default_name = store.unique(self._default_name)
            self._name_or_scope = name  # entered again, it is the same scope
        outer = store.current_scope
        full_name = f"{outer.name}/{name}" if outer.name else name
        scope = outer._inside(full_name, name_scope, self._reuse or outer.reuse, self._told)
        return stack.enter_context(_Entered(store, scope, jumped=False))

    def _name_scope(self, stack):
        """Opens the name scope beside; returns its prefix, empty where there is none."""
        graph = graphs.get_default_graph()
        if not self._auxiliary_name_scope:
            current = graph.get_name_scope()
            return stack.enter_context(NameScope(graph, current + "/" if current else ""))
        name = self._default_name if self._name_or_scope is None else self._name_or_scope
        if isinstance(name, VariableScope):
            name = name.name.rpartition("/")[2]
        return stack.enter_context(NameScope(graph, name)) if name else ""


def variable_op_scope(
    values,
    name_or_scope,
    default_name=None,
    initializer=None,
    regularizer=None,
    caching_device=None,
    partitioner=None,
    custom_getter=None,
    reuse=None,
    dtype=None,
    use_resource=None,
    constraint=None,
):
    """The older name of ``variable_scope``, with ``values`` first."""
    return variable_scope(
        name_or_scope,
        default_name,
        values,
        initializer,
        regularizer,
        caching_device,
        partitioner,
        custom_getter,
        reuse,
        dtype,
        use_resource,
        constraint,
    )


def get_variable(
    name,
    shape=None,
    dtype=None,
    initializer=None,
    regularizer=None,
    trainable=None,
    collections=None,
    caching_device=None,
    partitioner=None,
    validate_shape=True,
    use_resource=None,
    custom_getter=None,
    constraint=None,
    synchronization=VariableSynchronization.AUTO,
    aggregation=VariableAggregation.NONE,
):
    """The variable called ``name`` under the open variable scope, found or made as the scope's ``reuse`` says.

    A new one has ``shape`` and ``dtype`` (the scope's, float32 unless told) and holds what ``initializer`` says: an
    initializer, a function without arguments, or a value, which brings its own shape. Where there is none, the scope's
    initializer counts, else Glorot's uniform one for floats and zeros for the rest. ``regularizer(variable)`` makes a
    loss for the collection of regularization losses. ``partitioner`` cuts the variable into parts and makes a
    ``PartitionedVariable`` of them. The other arguments are those of ``tf.Variable``; None takes the scope's.

    ``ValueError`` for a name that exists and may not be shared, for one that does not exist and must, for a shape or
    dtype that the existing one does not have, and where shape and initializer do not make a definite whole.

        >>> with variable_scope("layer", reuse=AUTO_REUSE):
        ...     get_variable("weights", [2, 3]) is get_variable("weights", [2, 3])
        True
    """
    return get_variable_scope().get_variable(
        default_store(),
        name,
        shape,
        dtype,
        initializer,
        regularizer,
        None,
        trainable,
        collections,
        caching_device,
        partitioner,
        validate_shape,
        use_resource,
        custom_getter,
        constraint,
        synchronization,
        aggregation,
    )


def get_local_variable(
    name,
    shape=None,
    dtype=None,
    initializer=None,
    regularizer=None,
    trainable=False,
    collections=None,
    caching_device=None,
    partitioner=None,
    validate_shape=True,
    use_resource=None,
    custom_getter=None,
    constraint=None,
    synchronization=VariableSynchronization.AUTO,
    aggregation=VariableAggregation.NONE,
):
    """``get_variable`` for a local variable: never trained, not saved, in the collection of local variables."""
    collections = [*(collections or ()), GraphKeys.LOCAL_VARIABLES]
    return get_variable(
        name,
        shape,
        dtype,
        initializer,
        regularizer,
        False,
        collections,
        caching_device,
        partitioner,
        validate_shape,
        use_resource,
        custom_getter,
        constraint,
        synchronization,
        aggregation,
    )


def no_regularizer(_):
    """A regularizer that makes no loss: for a variable under a scope whose regularizer it shall not have."""
    return None


def create_partitioned_variables(
    shape, slicing, initializer, dtype=float32, trainable=True, collections=None, name=None, reuse=None
):
    """The list of variables that ``shape`` is cut into, ``slicing`` counting the parts along each axis.

    ``ValueError`` where the two have different lengths or more than one axis is cut. The older way to say
    ``get_variable(..., partitioner=...)``.
    """
    if len(shape) != len(slicing):
        raise ValueError(
            "The 'shape' and 'slicing' of a partitioned Variable must have the length: "
            f"shape: {shape}, slicing: {slicing}"
        )
    if not shape:
        raise ValueError(f"A partitioned Variable must have rank at least 1: shape: {shape}")
    with variable_scope(name, "PartitionedVariable", reuse=reuse) as scope, graphs.get_default_graph().name_scope(None):
        return list(
            default_store().partitioned(
                scope.name,
                lambda **_: slicing,
                shape,
                dtype,
                initializer or scope.initializer,
                scope.reuse,
                regularizer=scope.regularizer,
                trainable=trainable,
                collections=collections,
                caching_device=scope.caching_device,
                validate_shape=True,
                use_resource=scope.use_resource,
                constraint=scope.constraint,
                synchronization=None,
                aggregation=None,
            )
        )
