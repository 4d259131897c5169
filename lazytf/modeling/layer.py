"""``tf.layers.Layer``: a function of tensors that owns variables, makes them once and names them by scope.

A subclass writes ``build(input_shape)``, which makes the variables by ``add_weight``, and ``call(inputs, ...)``, which
computes. Calling the layer chooses its variable scope in the first call (the default name made unique), builds it
then, and enters that scope again in every later call, so that all calls share the variables.
"""

import copy
import functools
import inspect
import re
from collections import Counter

import numpy as np

from lazytf.core import defaults, graph as graphs
from lazytf.core.build import convert_to_tensor, name_scope
from lazytf.core.collections import GraphKeys
from lazytf.core.dtypes import as_dtype, bool_, float32
from lazytf.core.operation import Operation, Tensor
from lazytf.core.structures import flatten, map_structure
from lazytf.core.values import is_tensor
from lazytf.modeling.identifiers import initializer_of
from lazytf.modeling.input_spec import InputSpec, assert_input_compatibility
from lazytf.ops.casting import cast
from lazytf.ops.measuring import shape as shape_of
from lazytf.state.initializers import glorot_uniform_initializer, zeros_initializer
from lazytf.state.inventory import trainable_variables
from lazytf.state.partitioned import PartitionedVariable
from lazytf.state.scopes import VariableScope, get_variable, variable_scope
from lazytf.state.variables import Variable, VariableAggregation, VariableSynchronization

_NAMES_KEY = ("__layer_names",)
_calls = defaults.Stack()  # the calls that this thread is in, innermost last: (inputs, training)


class Layer:
    """The base of all layers; see above.

    ``trainable=False`` keeps its variables from optimizers. ``name`` is the layer's name and, unless ``_scope`` says
    another, that of its variable scope; without it the class's name in snake_case is, made unique. ``dtype`` is that
    of its variables; None takes it from the first input. ``_reuse=True`` shares the variables of the layer that had
    the scope before. ``activity_regularizer(output)`` makes a loss of every output.

    ``TypeError`` for other keywords.
    """

    trainable = True
    stateful = built = False
    activity_regularizer = None

    def __init__(self, trainable=True, name=None, dtype=None, **kwargs):
        scope, self._reuse = kwargs.pop("_scope", None), kwargs.pop("_reuse", None)
        self.activity_regularizer = kwargs.pop("activity_regularizer", None)
        for keyword in kwargs:
            raise TypeError("Keyword argument not understood:", keyword)
        self.trainable, self.input_spec = trainable, None
        self._use_resource_variables = False
        self._dtype = None if dtype is None else as_dtype(dtype).name
        self._trainable_weights, self._non_trainable_weights = [], []
        self._updates, self._losses, self._callable_losses = [], [], []
        self._unconditional = set()  # the losses and updates that depend on no input
        self._set_name(name)
        self._scope = self._current_scope = None
        if scope:
            with variable_scope(scope) as self._scope:
                pass

    def _set_name(self, name):
        self._base_name = name.name if isinstance(name, VariableScope) else name
        self._name = name
        if not name or isinstance(name, VariableScope):
            base = snake_case(type(self).__name__)
            self._name = _unique_name(base)
            self._base_name = self._base_name or base

    # -- what it is -------------------------------------------------------------------------------------------------

    name = property(lambda self: self._name, doc="Its name, ``dense_1`` or as given; the scope's may differ.")
    dtype = property(lambda self: self._dtype, doc="The name of its variables' dtype, None until it is known.")
    graph = property(lambda self: None, doc="None: layers belong to no graph.")

    @property
    def scope_name(self):
        """The name of its variable scope; ``ValueError`` before the first call, which chooses it."""
        if not self._scope:
            raise ValueError(
                f'No name available for layer scope because the layer "{self._name}" has not been used yet. The scope '
                "name  is determined the first time the layer instance is called. You must therefore call the layer "
                "before querying `scope_name`."
            )
        return self._scope.name

    @property
    def input_spec(self):
        """What inputs must be: an ``InputSpec``, a list of one for each input, or None."""
        return self._input_spec

    @input_spec.setter
    def input_spec(self, value):
        for spec in flatten(value):
            if spec is not None and not isinstance(spec, InputSpec):
                raise TypeError(f"Layer input_spec must be an instance of InputSpec. Got: {spec}")
        self._input_spec = value

    def get_config(self):
        """The arguments to make another like it, as plain values.

        ``NotImplementedError`` where a subclass takes others than this class does and does not override it.
        """
        config = {"name": self.name, "trainable": self.trainable, "dtype": self.dtype}
        own = [a for a in inspect.getfullargspec(self.__init__).args if a not in config]
        if len(own) > 1 and type(self).get_config is Layer.get_config:
            raise NotImplementedError("Layers with arguments in `__init__` must override `get_config`.")
        return config

    @classmethod
    def from_config(cls, config):
        """A layer made with the arguments in ``config``."""
        return cls(**config)

    def __deepcopy__(self, memo):
        """Another layer with copies of all it has, but for tensors, and for its scope, which both share.

        ``TypeError`` for a layer that has variables, which are part of the graph.
        """
        if self._trainable_weights or self._non_trainable_weights:
            raise TypeError(f"Layer {self.name} has variables, and cannot be copied: copy it before it is called")
        made = object.__new__(type(self))
        memo[id(self)] = made
        for name, value in vars(self).items():
            if name in ("_scope", "_always_reuse_variable_scope"):
                value = copy.copy(value)
            elif not (leaves := flatten(value)) or not isinstance(leaves[0], Tensor):
                value = copy.deepcopy(value, memo)
            setattr(made, name, value)
        return made

    # -- its variables ----------------------------------------------------------------------------------------------

    @property
    def trainable_weights(self):
        """The variables that optimizers train; empty where the layer is not trainable."""
        return list(self._trainable_weights) if self.trainable else []

    @property
    def non_trainable_weights(self):
        """The other variables; all where the layer is not trainable."""
        return ([] if self.trainable else self._trainable_weights) + self._non_trainable_weights

    weights = property(lambda self: self.trainable_weights + self.non_trainable_weights, doc="All its variables.")
    variables = property(lambda self: self.weights, doc="All its variables.")
    trainable_variables = property(lambda self: self.trainable_weights, doc="The same as ``trainable_weights``.")
    non_trainable_variables = property(
        lambda self: self.non_trainable_weights, doc="The same as ``non_trainable_weights``."
    )

    def add_weight(
        self,
        name,
        shape,
        dtype=None,
        initializer=None,
        regularizer=None,
        trainable=None,
        constraint=None,
        use_resource=None,
        synchronization=VariableSynchronization.AUTO,
        aggregation=VariableAggregation.NONE,
        partitioner=None,
        **kwargs,
    ):
        """The variable ``name`` in the layer's scope, made or, where the layer is built or reuses, found.

        ``dtype`` is the layer's unless told, ``initializer`` (a function, or its name) the scope's, else Glorot's
        uniform one for floats and zeros for integers. ``regularizer(variable)`` makes a loss of a new variable. The
        other arguments are those of ``tf.get_variable``.

        ``ValueError`` for a trainable variable with ``synchronization`` ON_READ and for a dtype without a default
        initializer; ``TypeError`` for other keywords.
        """
        for keyword in kwargs:
            if keyword != "experimental_autocast":
                raise TypeError("Unknown keyword argument:", keyword)
        if synchronization is VariableSynchronization.ON_READ and trainable:
            raise ValueError(
                "Synchronization value can be set to VariableSynchronization.ON_READ only for non-trainable "
                "variables. You have specified trainable=True and synchronization=VariableSynchronization.ON_READ."
            )
        if trainable is None:
            trainable = synchronization is not VariableSynchronization.ON_READ
        trainable = trainable and self.trainable
        dtype = as_dtype(dtype or self.dtype or float32)
        self._set_scope(None)
        graph = graphs.get_default_graph()
        before = set(map(id, graph.get_collection_ref(GraphKeys.GLOBAL_VARIABLES))) if regularizer else ()
        with variable_scope(self._scope, reuse=self.built or self._reuse, auxiliary_name_scope=False) as scope:
            self._current_scope = scope
            with name_scope(self._name_scope()):
                self._dtype = self._dtype or dtype.base_dtype.name
                variable = get_variable(
                    name,
                    () if shape is None else shape,
                    dtype,
                    initializer_of(scope.initializer if initializer is None else initializer)
                    or self._default_initializer(name, dtype),
                    trainable=trainable,
                    constraint=constraint,
                    partitioner=partitioner,
                    use_resource=use_resource or self._use_resource_variables or scope.use_resource,
                    synchronization=synchronization,
                    aggregation=aggregation,
                )
                # a custom getter may have made it otherwise than it was asked to
                is_trained = trainable and _is_among(variable, trainable_variables())
                (self._trainable_weights if is_trained else self._non_trainable_weights).append(variable)
                if regularizer:
                    self._regularize(name, variable, regularizer, before)
        return variable

    add_variable = add_weight

    def _default_initializer(self, name, dtype):
        if dtype.is_floating:
            return glorot_uniform_initializer()
        if dtype.is_integer or dtype.base_dtype is bool_:
            return zeros_initializer()
        raise ValueError(
            f"An initializer for variable {name} of type {dtype.base_dtype} is required for layer {self.name}"
        )

    def _regularize(self, name, variable, regularizer, before):
        parts = list(variable) if isinstance(variable, PartitionedVariable) else [variable]
        if any(id(part) in before for part in parts):
            return

        def loss(part):
            with name_scope(name + "/Regularizer"):
                return regularizer(part)

        for part in parts:
            self.add_loss(functools.partial(loss, part))

    def count_params(self):
        """How many numbers its variables hold; ``ValueError`` before it is built."""
        if not self.built:
            raise ValueError(
                f"You tried to call `count_params` on {self.name}, but the layer isn't built. You can build it "
                f"manually via: `{self.name}.build(batch_input_shape)`."
            )
        return int(sum(np.prod(weight.shape.as_list()) for weight in self.weights))

    def get_weights(self):
        """The values of ``weights`` in the default session, as NumPy arrays; they must be initialised.

        ``ValueError`` where there are some and no session is the default one.
        """
        return _default_session("get_weights").run(self.weights) if self.weights else []

    def set_weights(self, weights):
        """Sets ``weights`` to these arrays, in the default session.

        ``ValueError`` for another number of arrays or other shapes, and where no session is the default one.
        """
        own = self.weights
        if len(own) != len(weights):
            raise ValueError(
                f'You called `set_weights(weights)` on layer "{self.name}" with a  weight list of length '
                f"{len(weights)}, but the layer was expecting {len(own)} weights. Provided weights: "
                f"{str(weights)[:50]}..."
            )
        for variable, value in zip(own, weights, strict=True):
            if not variable.shape.is_compatible_with(np.shape(value)):
                raise ValueError(
                    f"Layer weight shape {variable.shape} not compatible with provided weight shape {np.shape(value)}"
                )
        session = _default_session("set_weights")
        for variable, value in zip(own, weights, strict=True):
            variable.load(value, session)

    # -- losses and updates -----------------------------------------------------------------------------------------

    @property
    def losses(self):
        """The losses of its variables and outputs; those of variables are computed anew each time."""
        computed = [self._computed_loss(function) for function in self._callable_losses]
        return self._losses + [loss for loss in computed if loss is not None]

    def _computed_loss(self, function):
        loss = function()
        if loss is not None:
            loss = _as_loss(loss)
            self._unconditional.add(loss)
        return loss

    def add_loss(self, losses, inputs=None):
        """Adds losses: tensors, or functions without arguments that make one (or None); a list, or one.

        ``inputs`` are the tensors that they depend on; None says that they depend on none, as a variable's loss does.
        All go to the collection of regularization losses too.
        """
        new = []
        for loss in flatten(losses):
            if callable(loss):
                self._callable_losses.append(loss)
                loss = self._computed_loss(loss)
            elif loss is not None:
                loss = _as_loss(loss)
                self._losses.append(loss)
                if inputs is None:
                    self._unconditional.add(loss)
            if loss is not None:
                new.append(loss)
        _collect(new, GraphKeys.REGULARIZATION_LOSSES)

    def get_losses_for(self, inputs):
        """The losses that depend on ``inputs`` (a tensor or a list); with None those that depend on no input."""
        return self._for(inputs, self.losses)

    @property
    def updates(self):
        """The operations to run with each training step; none where the layer is neither trainable nor stateful."""
        return list(self._updates) if self.trainable or self.stateful else []

    def add_update(self, updates, inputs=None):
        """Adds operations, tensors, or functions without arguments that make one, to run with each training step.

        They are in the collection of update operations after the call of the layer. ``inputs`` is accepted and not
        used: what they depend on is seen in the graph.
        """
        for update in updates if isinstance(updates, (list, tuple)) else [updates]:
            while callable(update):
                update = update()
            if not isinstance(update, Operation):
                update = update.op if hasattr(update, "op") else convert_to_tensor(update)
            if not _calls.top or update not in _reached(_calls.top[0]):
                self._unconditional.add(update)
            self._updates.append(update)

    def get_updates_for(self, inputs):
        """The updates that depend on ``inputs`` (a tensor or a list); with None those that depend on no input."""
        return self._for(inputs, self.updates)

    def _for(self, inputs, things):
        if inputs is None:
            return [thing for thing in things if thing in self._unconditional]
        reached = _reached(inputs)
        return [thing for thing in things if thing not in self._unconditional and thing in reached]

    # -- calling ----------------------------------------------------------------------------------------------------

    def build(self, input_shape):
        """Makes the variables, for inputs of ``input_shape`` (a ``TensorShape``, or a structure of them)."""
        self.built = True

    def call(self, inputs, **kwargs):
        """What the layer computes of ``inputs``."""
        return inputs

    def compute_output_shape(self, input_shape):
        """The shape of what ``call`` returns for inputs of ``input_shape``; for subclasses to write."""
        raise NotImplementedError

    def __call__(self, inputs, *args, **kwargs):
        """What ``call`` returns for ``inputs`` and the other arguments, in the layer's scope; builds it first.

        ``scope=`` names the variable scope, in the first call only. An argument ``training`` that ``call`` takes and
        nobody gives is that of the layer whose call this one is in. ``ValueError`` for inputs that are not as
        ``input_spec`` says, and where ``call`` returns None.
        """
        self._set_scope(kwargs.pop("scope", None))
        with self._reentered() as self._current_scope:
            takes = _arguments_of(getattr(self.call, "__func__", self.call))
            if "scope" in takes:
                kwargs["scope"] = self._current_scope
            training = self._training(takes, args, kwargs)
            inputs = map_structure(_as_input, inputs)
            with _calls.push((inputs, training)):
                outputs = self._called(inputs, args, kwargs)
        _collect(self.updates, GraphKeys.UPDATE_OPS)
        return outputs

    apply = __call__

    def _set_scope(self, scope=None):
        """Chooses the variable scope, if that has not been done."""
        if self._scope is None:
            if self._reuse:
                opened = variable_scope(self._base_name if scope is None else scope)
            else:
                opened = variable_scope(scope, default_name=self._base_name)
            with opened as self._scope:
                pass

    def _reentered(self):
        if not self.built:
            return variable_scope(self._scope, reuse=self._reuse, auxiliary_name_scope=False)
        if "_always_reuse_variable_scope" not in vars(self):
            self._always_reuse_variable_scope = variable_scope(self._scope, reuse=True, auxiliary_name_scope=False)
        return self._always_reuse_variable_scope

    def _name_scope(self):
        """The name scope of its operations, with its trailing slash."""
        return self._current_scope.original_name_scope

    def _training(self, takes, args, kwargs):
        """Whether this is a training call, as told or as the call around says; None where nobody does."""
        takes_it = "training" in takes or "**" in takes
        if "training" in kwargs:
            return kwargs["training"] if takes_it else kwargs.pop("training")
        if "training" in takes[1 : len(args) + 1]:
            return args[takes.index("training") - 1]
        told = _calls.top[1] if _calls.top else None
        if takes_it and told is not None:
            told = kwargs["training"] = cast(told, bool_) if isinstance(told, Tensor) else bool(told)
        return told

    def _called(self, inputs, args, kwargs):
        assert_input_compatibility(self.input_spec, inputs, self.name)
        with name_scope(self._name_scope()):
            self._build_once(inputs)
            outputs = self.call(inputs, *args, **kwargs)
            if outputs is None:
                raise ValueError(
                    "A layer's `call` method should return a Tensor or a list of Tensors, not None (layer: "
                    f"{self.name})."
                )
            if self.activity_regularizer:
                self._regularize_activity(inputs, outputs)
        return outputs

    def _build_once(self, inputs):
        if self.built:
            return
        leaves = flatten(inputs)
        if self.dtype is None and leaves and hasattr(leaves[0], "dtype"):
            self._dtype = as_dtype(leaves[0].dtype).base_dtype.name
        known = all(hasattr(leaf, "shape") for leaf in leaves)
        self.build(map_structure(lambda leaf: leaf.shape, inputs) if known else None)
        self.built = True

    def _regularize_activity(self, inputs, outputs):
        """Adds the mean loss over the batch of each output."""
        with name_scope("ActivityRegularizer"):
            for output in flatten(outputs):
                loss = self.activity_regularizer(output)
                self.add_loss(loss / cast(shape_of(output)[0], loss.dtype), inputs)


def _as_input(value):
    return convert_to_tensor(value) if isinstance(value, (np.ndarray, float, int)) else value


def _as_loss(loss):
    return loss if is_tensor(loss) else convert_to_tensor(loss, float32)


def _is_among(thing, things):
    """Whether it is one of ``things``, of which the last are looked at first."""
    return any(thing is other for other in reversed(things))


def _collect(things, name):
    """Adds what is not in the collection yet; the collection exists afterwards, even where nothing was added."""
    collection = graphs.get_default_graph().get_collection_ref(name)
    present = set(map(id, collection)) if things else ()
    for thing in things:
        if id(thing) not in present:
            present.add(id(thing))
            collection.append(thing)


def _reached(inputs):
    """``inputs`` and the tensors and operations that depend on them."""
    reached = set(flatten(inputs, expand_composites=True))
    reached |= {thing.op for thing in reached if isinstance(thing, Variable)}
    count = None
    while count != len(reached):  # loops lead back
        count = len(reached)
        for op in graphs.get_default_graph().get_operations():
            if op in reached or not (reached.isdisjoint(op.inputs) and reached.isdisjoint(op.control_inputs)):
                reached.add(op)
                reached.update(op.outputs)
    return reached


@functools.lru_cache(maxsize=1024)
def _arguments_of(function):
    """The names of a method's arguments but the first, and "**" where it takes any."""
    told = inspect.getfullargspec(function)
    names = told.args[1:] if told.args[:1] == ["self"] else told.args
    return (*names, *told.kwonlyargs, "**") if told.varkw else (*names, *told.kwonlyargs)


def _default_session(method):
    session = defaults.sessions.top
    if session is None:
        raise ValueError(f"{method} needs a default session: call it under `with sess.as_default():`")
    return session


# -- names ----------------------------------------------------------------------------------------------------------


def snake_case(name):
    """``BasicLSTMCell`` as ``basic_lstm_cell``; a leading underscore as ``private_``."""
    name = re.sub("(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    name = re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
    return "private" + name if name[0] == "_" else name


def _unique_name(base):
    """``base_1``, then ``base_2``, ...: how many layers of that name the default graph has."""
    counts = graphs.get_default_graph().get_collection_ref(_NAMES_KEY)
    if not counts:
        counts.append(Counter())
    counts[0][base] += 1
    return f"{base}_{counts[0][base]}"
