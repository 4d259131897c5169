"""Running averages: ``average = decay * average + (1 - decay) * value``, of variables and of tensors."""

from lazytf.core import dtypes
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.collections import GraphKeys
from lazytf.core.graph import get_default_graph
from lazytf.ops.casting import cast
from lazytf.ops.control import group
from lazytf.state import assigning
from lazytf.state.initializers import zeros_initializer
from lazytf.state.inventory import global_variables, moving_average_variables, trainable_variables
from lazytf.state.scopes import get_variable, get_variable_scope, variable_scope
from lazytf.state.variables import Variable
from lazytf.training import slots

_AVERAGED = (dtypes.bfloat16, dtypes.float16, dtypes.float32, dtypes.float64)
_STORAGE = ("Variable", "VariableV2", "VarHandleOp")


class ExponentialMovingAverage:
    """Keeps running averages of variables, which often predict better than the variables themselves.

        ema = tf.train.ExponentialMovingAverage(decay=0.9999)
        with tf.control_dependencies([train]):
            train = ema.apply()
        ...
        saver = tf.train.Saver(ema.variables_to_restore())      # in the program that evaluates

    ``decay`` is close to 1. With ``num_updates``, a count of the steps done, the decay is ``min(decay, (1 +
    num_updates) / (10 + num_updates))``, so that averages move fast at first. ``zero_debias`` corrects the averages of
    tensors, which start at zero; those of variables start at the variables' initial values. An average is a variable
    called ``<variable>/<name>``.
    """

    def __init__(self, decay, num_updates=None, zero_debias=False, name="ExponentialMovingAverage"):
        self._decay, self._num_updates, self._zero_debias, self._name = decay, num_updates, zero_debias, name
        self._averages = {}  # variable or tensor -> the variable that holds its average

    name = property(lambda self: self._name, doc="The name given to the constructor, which ends the names of averages.")

    def apply(self, var_list=None):
        """The operation that moves the averages of ``var_list`` (variables or tensors; all trainable variables unless
        given).

        Averages are made where there are none; variables with one join the collection
        ``GraphKeys.MOVING_AVERAGE_VARIABLES``. ``TypeError`` for what is not a float.
        """
        var_list = trainable_variables() if var_list is None else var_list
        graph, debiased = get_default_graph(), set()
        for variable in var_list:
            if variable.dtype.base_dtype not in _AVERAGED:
                raise TypeError(f"The variables must be half, float, or double: {variable.name}")
            if variable not in self._averages:
                with graph.control_dependencies(None):
                    self._averages[variable] = self._start(graph, variable)
                if self._zero_debias and not isinstance(variable, Variable):
                    debiased.add(variable)
        with name_scope(self._name) as scope:
            decay = self._decay_now()
            updates = [assign_moving_average(self._averages[v], v, decay, zero_debias=v in debiased) for v in var_list]
            return group(*updates, name=scope)

    def _start(self, graph, variable):
        """The new average of a variable or tensor."""
        if isinstance(variable, Variable):
            average = slots.create_slot(variable, variable.initialized_value(), self._name)
            graph.add_to_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, variable)
            return average
        return slots.create_zeros_slot(variable, self._name, colocate_with_primary=variable.op.type in _STORAGE)

    def _decay_now(self):
        decay = convert_to_tensor(self._decay, name="decay")
        if self._num_updates is None:
            return decay
        done = cast(self._num_updates, dtypes.float32, name="num_updates")
        return raw.Minimum(decay, (1.0 + done) / (10.0 + done))

    def average(self, var):
        """The variable that holds the average of ``var``, or None."""
        return self._averages.get(var)

    def average_name(self, var):
        """The name that the average of ``var`` has in checkpoints: that of its variable, or the one it would get."""
        if var in self._averages:
            return self._averages[var].op.name
        return get_default_graph().unique_name(f"{var.op.name}/{self._name}", mark_as_used=False)

    def variables_to_restore(self, moving_avg_variables=None):
        """``{name: variable}`` for a ``Saver`` that restores averages in the place of their variables.

        ``moving_avg_variables`` are all trainable ones and those with averages, unless given; every other global
        variable is there under its own name.
        """
        if moving_avg_variables is None:
            moving_avg_variables = trainable_variables() + moving_average_variables()
        averaged = list(dict.fromkeys(moving_avg_variables))
        restored = {self.average_name(v): v for v in averaged}
        names = {v.name for v in averaged}
        restored.update(
            {
                v.op.name: v
                for v in dict.fromkeys(global_variables())
                if v.name not in names and v.op.name not in restored
            }
        )
        return restored


def assign_moving_average(variable, value, decay, zero_debias=True, name=None):
    """Moves ``variable`` towards ``value`` (of its shape): ``variable -= (1 - decay) * (variable - value)``.

    With ``zero_debias`` the average is kept beside the variable, in ``<variable>/biased``, which starts at zero, and
    the variable gets ``biased / (1 - decay ** n)`` in step ``n``, counted in ``<variable>/local_step``. Returns the
    variable as it is then.
    """
    with name_scope(name, "AssignMovingAvg", [variable, value, decay]) as scope:
        dtype = variable.dtype.base_dtype
        rate = convert_to_tensor(1.0 - decay, name="decay")  # of the new value
        if rate.dtype is not dtype:
            rate = cast(rate, dtype)
        if not zero_debias:
            return _moved(variable, value, rate, scope)
        biased, step = _debiasing_variables(variable, value, rate)
        moved = _moved(biased, value, rate)
        steps = step.assign_add(1)
        forgotten = raw.Pow(1.0 - rate, steps)  # what is left of the zero that it started with
        return assigning.assign(variable, moved / (1 - forgotten), name=scope)


def _moved(variable, value, rate, name=None):
    step = (variable - value) * rate
    return assigning.assign_sub(variable, step, name=name)


def _debiasing_variables(variable, value, rate):
    """The variables ``biased`` and ``local_step`` of an average; numbered, unless variables are reused."""
    with (
        variable_scope(variable.op.name, values=[variable, value, rate]),
        get_default_graph().colocate_with(variable.op),
    ):
        return (
            get_variable(
                _free("biased"),
                shape=variable.get_shape(),
                dtype=variable.dtype.base_dtype,
                initializer=zeros_initializer(),
                trainable=False,
            ),
            get_variable(
                _free("local_step"),
                shape=[],
                dtype=variable.dtype.base_dtype,
                initializer=zeros_initializer(),
                trainable=False,
            ),
        )


def _free(name):
    scope = get_variable_scope()
    taken = {v.op.name for v in scope.global_variables()}
    if scope.reuse or f"{scope.name}/{name}" not in taken:
        return name
    number = 1
    while f"{scope.name}/{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def weighted_moving_average(value, decay, weight, truediv=True, collections=None, name=None):
    """The running average of ``value`` with each value counted ``weight`` times: a tensor of the shape of ``value``.

    Keeps the decaying sums of ``value * weight`` and of ``weight`` in two variables of ``collections`` (the global ones
    unless given). ``truediv=False`` divides integers as integers.
    """
    if collections is None:
        collections = [GraphKeys.GLOBAL_VARIABLES]
    with variable_scope(name, "WeightedMovingAvg", [value, weight, decay]) as scope:
        total = get_variable(
            "value_x_weight",
            shape=value.get_shape(),
            dtype=value.dtype,
            initializer=zeros_initializer(),
            trainable=False,
            collections=collections,
        )
        count = get_variable(
            "weight",
            shape=weight.get_shape(),
            dtype=weight.dtype,
            initializer=zeros_initializer(),
            trainable=False,
            collections=collections,
        )
        sums = assign_moving_average(total, value * weight, decay, zero_debias=False)
        counts = assign_moving_average(count, weight, decay, zero_debias=False)
        return (raw.RealDiv if truediv else raw.Div)(sums, counts, name=scope.name)
