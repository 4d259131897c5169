"""Optimizer: from a loss to an operation that makes it smaller.

A rule such as Adam is a subclass that says three things: which slots it keeps for a variable (``_create_slots``), its
hyperparameters as tensors (``_prepare``), and the op that updates one variable by one gradient. Here is what all have
in common: the gradients, the names and scopes of the updates, repeated rows of sparse gradients, the step counter.

A subclass of a user's own may define ``_create_slots(var_list)``, ``_prepare()``, ``_apply_dense(grad, var)``,
``_apply_sparse(grad, var)``, ``_resource_apply_dense(grad, var)``, ``_resource_apply_sparse(grad, var, indices)``,
their two ``..._duplicate_indices`` forms, ``_finish(update_ops, name_scope)`` and ``_valid_dtypes()``, and call
``_zeros_slot``, ``_get_or_make_slot``, ``_get_or_make_slot_with_initializer``, ``_create_non_slot_variable``,
``_get_non_slot_variable`` and ``_call_if_callable``.
"""

from lazytf.autodiff.gradients import gradients
from lazytf.core import dtypes, structures
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.collections import GraphKeys
from lazytf.core.graph import get_default_graph
from lazytf.core.operation import Tensor
from lazytf.core.values import IndexedSlices
from lazytf.ops.control import group, tuple as tuple_of
from lazytf.state.inventory import trainable_variables
from lazytf.state.variables import Variable
from lazytf.training import slots
from lazytf.training.slots import is_resource


class Optimizer:
    """What all optimizers share; use a subclass, ``tf.train.AdamOptimizer`` say.

        train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
        session.run(train)

    ``use_locking`` is handed to the update ops; here a write is never half seen. ``name`` is the name of the operation
    that ``minimize`` returns, and the prefix of slots; ``ValueError`` where it is empty.
    """

    GATE_NONE = 0
    GATE_OP = 1
    GATE_GRAPH = 2

    def __init__(self, use_locking, name):
        if not name:
            raise ValueError("Must specify the optimizer name")
        self._use_locking, self._name = use_locking, name
        self._slots = {}  # slot name -> {key of a variable: its slot}
        self._non_slot_dict = {}  # (name, graph) -> a variable of the optimizer's own

    # -- what a program calls -----------------------------------------------------------------------------------------

    def minimize(
        self,
        loss,
        global_step=None,
        var_list=None,
        gate_gradients=GATE_OP,
        aggregation_method=None,
        colocate_gradients_with_ops=False,
        name=None,
        grad_loss=None,
    ):
        """The operation that changes ``var_list`` once so that ``loss`` shrinks, and adds one to ``global_step``.

        ``compute_gradients`` and ``apply_gradients`` in one; raises what they raise, and ``ValueError`` where no
        variable has a gradient.
        """
        pairs = self.compute_gradients(
            loss, var_list, gate_gradients, aggregation_method, colocate_gradients_with_ops, grad_loss
        )
        if all(gradient is None for gradient, _ in pairs):
            raise ValueError(
                "No gradients provided for any variable, check your graph for ops that do not support gradients, "
                f"between variables {[str(variable) for _, variable in pairs]} and loss {loss}."
            )
        return self.apply_gradients(pairs, global_step=global_step, name=name)

    def compute_gradients(
        self,
        loss,
        var_list=None,
        gate_gradients=GATE_OP,
        aggregation_method=None,
        colocate_gradients_with_ops=False,
        grad_loss=None,
    ):
        """``(gradient, variable)`` pairs for ``loss``, a float tensor of any shape (its elements are summed).

        ``loss`` may be a function without arguments that returns it. ``var_list`` is all trainable variables unless
        given. A gradient is a tensor of its variable's shape, an ``IndexedSlices`` where only rows were read, or None
        where ``loss`` does not depend on the variable. ``grad_loss``, shaped as ``loss``, weighs its elements. The
        gate, aggregation and colocation arguments change no value.

        ``ValueError`` where there is no variable, an unknown gate, or a loss that is not float.
        """
        if gate_gradients not in (Optimizer.GATE_NONE, Optimizer.GATE_OP, Optimizer.GATE_GRAPH):
            raise ValueError(
                "gate_gradients must be one of: Optimizer.GATE_NONE, Optimizer.GATE_OP, Optimizer.GATE_GRAPH.  "
                f"Not {gate_gradients}"
            )
        only_connected = callable(loss) and var_list is None
        if callable(loss):
            loss = loss()
        loss = self._scale_loss(loss)
        self._assert_valid_dtypes([loss] if grad_loss is None else [loss, grad_loss])
        if var_list is None:
            var_list = trainable_variables() + get_default_graph().get_collection(
                GraphKeys.TRAINABLE_RESOURCE_VARIABLES
            )
        else:
            var_list = structures.flatten(var_list)
        var_list = [*var_list, *get_default_graph().get_collection(GraphKeys._STREAMING_MODEL_PORTS)]
        if not var_list:
            raise ValueError("No variables to optimize.")
        found = gradients(
            loss,
            [_source(v) for v in var_list],
            grad_ys=grad_loss,
            aggregation_method=aggregation_method,
            gate_gradients=gate_gradients == Optimizer.GATE_OP,
            colocate_gradients_with_ops=colocate_gradients_with_ops,
        )
        if gate_gradients == Optimizer.GATE_GRAPH:
            found = tuple_of(found)
        pairs = [(g, v) for g, v in zip(found, var_list, strict=True) if not only_connected or g is not None]
        self._assert_valid_dtypes([v for g, v in pairs if g is not None])
        return pairs

    def apply_gradients(self, grads_and_vars, global_step=None, name=None):
        """The operation that updates the variables of ``(gradient, variable)`` pairs; None as gradient drops a pair.

        Where ``global_step`` is given it grows by one after the updates. The operation is added to the collection
        ``GraphKeys.TRAIN_OP``. ``ValueError`` where there are no pairs or no gradients, ``TypeError`` for a gradient
        that is no tensor, ``NotImplementedError`` for a variable that cannot be updated.
        """
        pairs = tuple(grads_and_vars)
        if not pairs:
            raise ValueError("No variables provided.")
        pairs = [(_gradient(g), v) for g, v in pairs]
        for _, variable in pairs:
            _source(variable)
        trained = [v for g, v in pairs if g is not None]
        if not trained:
            raise ValueError(f"No gradients provided for any variable: {[str(v) for _, v in pairs]}.")
        graph = get_default_graph()
        with graph.control_dependencies(None):
            self._create_slots(trained)
        with name_scope(name, self._name) as scope:
            self._prepare()
            updates = [self._update(g, v) for g, v in pairs if g is not None]
            if global_step is None:
                train = self._finish(updates, scope)
            else:
                with graph.control_dependencies([self._finish(updates, "update")]):
                    train = _counted(graph, global_step, scope)
        train = train.op if isinstance(train, Tensor) else train
        collected = graph.get_collection_ref(GraphKeys.TRAIN_OP)
        if train not in collected:
            collected.append(train)
        return train

    def get_name(self):
        """The name given to the constructor."""
        return self._name

    def get_slot(self, var, name):
        """The slot ``name`` that is kept for ``var``, a variable, or None."""
        kept = self._slots.get(name)
        return kept.get(_key(var)) if kept else None

    def get_slot_names(self):
        """Names of the kinds of slots there are, sorted."""
        return sorted(self._slots)

    def variables(self):
        """All variables that the optimizer keeps in the default graph, sorted by name."""
        graph = get_default_graph()
        kept = [*self._non_slot_variables(), *(slot for of_kind in self._slots.values() for slot in of_kind.values())]
        return sorted((v for v in kept if v.op.graph is graph), key=lambda v: v.name)

    # -- what a rule defines ------------------------------------------------------------------------------------------

    def _create_slots(self, var_list):
        """Makes the slots for the variables that are about to be updated; a rule without slots makes none."""

    def _prepare(self):
        """Makes the hyperparameters' tensors, inside the scope of the updates."""

    def _apply_dense(self, grad, var):
        """The op that updates ``var``, a ref variable, by ``grad``, a tensor of its shape."""
        raise NotImplementedError(f"{type(self).__name__} does not define _apply_dense, which updates {var.name}.")

    def _resource_apply_dense(self, grad, handle):
        """The op that updates ``handle``, a resource variable, by ``grad``, a tensor of its shape."""
        raise NotImplementedError(
            f"{type(self).__name__} does not define _resource_apply_dense, which updates {handle.name}."
        )

    def _apply_sparse(self, grad, var):
        """The op that updates ``var``, a ref variable, by ``grad``, an ``IndexedSlices`` that names no row twice."""
        raise NotImplementedError(
            f"{type(self).__name__} does not define _apply_sparse, which updates rows of {var.name}."
        )

    def _resource_apply_sparse(self, grad, handle, indices):
        """The op that updates rows ``indices`` of ``handle``, a resource variable, by ``grad``; none is there twice."""
        raise NotImplementedError(
            f"{type(self).__name__} does not define _resource_apply_sparse, which updates rows of {handle.name}."
        )

    def _apply_sparse_duplicate_indices(self, grad, var):
        """As ``_apply_sparse``, for a gradient that may name a row twice: such rows are added up first."""
        summed, rows = _summed_rows(grad.values, grad.indices)
        return self._apply_sparse(IndexedSlices(summed, rows, grad.dense_shape), var)

    def _resource_apply_sparse_duplicate_indices(self, grad, handle, indices):
        """As ``_resource_apply_sparse``, for rows that may be named twice: they are added up first."""
        summed, rows = _summed_rows(grad, indices)
        return self._resource_apply_sparse(summed, handle, rows)

    def _finish(self, update_ops, name_scope):
        """One operation, called ``name_scope``, that has run when all updates have; a rule may add some of its own."""
        return group(*update_ops, name=name_scope)

    def _valid_dtypes(self):
        """The dtypes that losses and variables may have."""
        return (dtypes.float32, dtypes.float64, dtypes.float16, dtypes.bfloat16)

    def _scale_loss(self, loss_value):
        return loss_value

    # -- what a rule calls --------------------------------------------------------------------------------------------

    def _zeros_slot(self, var, slot_name, op_name):
        """The slot ``slot_name`` of ``var``, made of zeros as ``<var>/<op_name>`` where there is none yet."""
        return self._kept(var, slot_name, lambda: slots.create_zeros_slot(var, op_name))

    def _get_or_make_slot(self, var, val, slot_name, op_name):
        """The slot ``slot_name`` of ``var``, made as ``<var>/<op_name>`` starting as ``val``, unless there is one."""
        return self._kept(var, slot_name, lambda: slots.create_slot(var, val, op_name))

    def _get_or_make_slot_with_initializer(self, var, initializer, shape, dtype, slot_name, op_name):
        """The slot ``slot_name`` of ``var``, made as ``<var>/<op_name>`` by ``initializer`` where there is none yet."""
        return self._kept(
            var, slot_name, lambda: slots.create_slot_with_initializer(var, initializer, shape, dtype, op_name)
        )

    def _kept(self, var, slot_name, make):
        kept, key = self._slot_dict(slot_name), _key(var)
        if key not in kept:
            kept[key] = make()
        return kept[key]

    def _slot_dict(self, slot_name):
        """``{key of a variable: its slot}`` for the slots of one name."""
        return self._slots.setdefault(slot_name, {})

    def _create_non_slot_variable(self, initial_value, name, colocate_with):
        """A variable of the optimizer's own, one in each graph, that is no slot: placed and typed as
        ``colocate_with``."""
        graph = colocate_with.op.graph
        if (name, graph) not in self._non_slot_dict:
            with graph.colocate_with(colocate_with.op):
                self._non_slot_dict[name, graph] = Variable(
                    initial_value, name=name, trainable=False, use_resource=is_resource(colocate_with)
                )
        return self._non_slot_dict[name, graph]

    def _get_non_slot_variable(self, name, graph=None):
        """The variable that ``_create_non_slot_variable`` made in that graph, or None."""
        return self._non_slot_dict.get((name, graph))

    def _non_slot_variables(self):
        return self._non_slot_dict.values()

    def _call_if_callable(self, param):
        """A hyperparameter, called where it is a function."""
        return param() if callable(param) else param

    def _assert_valid_dtypes(self, tensors):
        """``ValueError`` for the first of ``tensors`` whose dtype is not among ``_valid_dtypes``."""
        valid = self._valid_dtypes()
        for tensor in tensors:
            if tensor.dtype.base_dtype not in valid:
                raise ValueError(
                    f"Invalid type {tensor.dtype.base_dtype!r} for {tensor.name}, expected: {list(valid)}."
                )

    # -- one update ---------------------------------------------------------------------------------------------------

    def _update(self, gradient, variable):
        """The op that updates one variable, under its own scope, on its own device."""
        if isinstance(variable, Tensor):
            raise NotImplementedError("Trying to update a Tensor ", variable)
        graph = get_default_graph()
        with graph.name_scope(f"update_{variable.op.name}"), graph.colocate_with(variable.op):
            constraint = variable.constraint
            if isinstance(gradient, IndexedSlices):
                if constraint is not None:
                    raise RuntimeError("Cannot use a constraint function on a sparse variable.")
                if is_resource(variable):
                    return self._resource_apply_sparse_duplicate_indices(gradient.values, variable, gradient.indices)
                return self._apply_sparse_duplicate_indices(gradient, variable)
            update = (self._resource_apply_dense if is_resource(variable) else self._apply_dense)(gradient, variable)
            if constraint is None:
                return update
            with graph.control_dependencies([update]):
                # A ref variable's shared read is from before the update: the constraint gets one from after it.
                return variable.assign(constraint(variable if is_resource(variable) else variable.read_value()))


def _gradient(gradient):
    """A gradient as a tensor or ``IndexedSlices``; None stays None."""
    if gradient is None or isinstance(gradient, IndexedSlices):
        return gradient
    try:
        return convert_to_tensor(gradient)
    except TypeError as error:
        raise TypeError(f"Gradient must be convertible to a Tensor or IndexedSlices, or None: {gradient}") from error


def _source(variable):
    """What a gradient is taken with respect to; ``NotImplementedError`` for what is neither variable nor tensor."""
    if isinstance(variable, (Variable, Tensor)):
        return variable
    raise NotImplementedError("Trying to optimize unsupported type ", variable)


def _key(variable):
    return variable.op.graph, variable.op.name


def _summed_rows(values, indices):
    """Rows of which each is there once, those with the same number added up; and their numbers."""
    rows, positions = raw.Unique(indices)
    return raw.UnsortedSegmentSum(values, positions, raw.Shape(rows)[0]), rows


def _counted(graph, step, name):
    """Adds one to the step counter, as the last thing that happens; the result bears the name of the whole."""
    with graph.colocate_with(step.op):
        if is_resource(step):
            return raw.AssignAddVariableOp(step.handle, convert_to_tensor(1, dtype=step.dtype), name=name)
        return raw.AssignAdd(step._ref(), 1, name=name)
