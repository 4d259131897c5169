"""Which variables a graph has, initialising them, and asking which are initialised."""

from lazytf.core import dtypes, graph as graphs
from lazytf.core.build import name_scope, raw
from lazytf.core.collections import GraphKeys
from lazytf.ops.constants import constant
from lazytf.ops.control import group
from lazytf.ops.joining import stack
from lazytf.ops.measuring import rank_internal
from lazytf.ops.selecting import boolean_mask


def global_variables(scope=None):
    """The variables that a checkpoint holds; with ``scope``, those whose names that regular expression matches at the
    start.
    """
    return graphs.get_default_graph().get_collection(GraphKeys.GLOBAL_VARIABLES, scope)


def all_variables():
    """The older name of ``global_variables``."""
    return global_variables()


def local_variables(scope=None):
    """The variables of this process only, such as metrics' counts; ``scope`` as in ``global_variables``."""
    return graphs.get_default_graph().get_collection(GraphKeys.LOCAL_VARIABLES, scope)


def trainable_variables(scope=None):
    """The variables that optimizers change; ``scope`` as in ``global_variables``."""
    return graphs.get_default_graph().get_collection(GraphKeys.TRAINABLE_VARIABLES, scope)


def model_variables(scope=None):
    """The variables that layers marked as the model's; ``scope`` as in ``global_variables``."""
    return graphs.get_default_graph().get_collection(GraphKeys.MODEL_VARIABLES, scope)


def moving_average_variables(scope=None):
    """The variables that have moving averages; ``scope`` as in ``global_variables``."""
    return graphs.get_default_graph().get_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, scope)


# -- initialising ---------------------------------------------------------------------------------------------------


def variables_initializer(var_list, name="init"):
    """An operation that runs the initializers of all variables in ``var_list``, in any order; nothing where it is
    empty.
    """
    return group(*[v.initializer for v in var_list], name=name)


def global_variables_initializer():
    """An operation that initialises all global variables."""
    return variables_initializer(global_variables())


def local_variables_initializer():
    """An operation that initialises all local variables."""
    return variables_initializer(local_variables())


def initialize_variables(var_list, name="init"):
    """The older name of ``variables_initializer``."""
    return variables_initializer(var_list, name)


def initialize_all_variables():
    """The older name of ``global_variables_initializer``."""
    return global_variables_initializer()


def initialize_local_variables():
    """The older name of ``local_variables_initializer``."""
    return local_variables_initializer()


# -- asking ---------------------------------------------------------------------------------------------------------


def is_variable_initialized(variable):
    """A scalar bool tensor: whether ``variable`` has a value in the session that runs it."""
    if variable.dtype._is_ref_dtype:
        return raw.IsVariableInitialized(variable)
    return variable.is_initialized()


def assert_variables_initialized(var_list=None):
    """A tensor whose run raises ``FailedPreconditionError`` unless all variables have values; None where there are
    none.

    Asks about global and local variables if ``var_list`` is None, and about whatever storage the graph has if there are
    none of these. ``report_uninitialized_variables`` tells which.
    """
    variables = (global_variables() + local_variables() if var_list is None else var_list) or _storage()
    if not variables:
        return None
    ranks = []
    for variable in variables:
        with graphs.get_default_graph().colocate_with(variable.op):
            ranks.append(rank_internal(variable, optimize=False))
    return ranks[0] if len(ranks) == 1 else stack(ranks)


def report_uninitialized_variables(var_list=None, name="report_uninitialized_variables"):
    """A string vector: the names of the variables that have no value in the session that runs it.

    Asks about global and local variables if ``var_list`` is None, and about whatever storage the graph has if there are
    none of these.
    """
    if var_list is None:
        var_list = global_variables() + local_variables() or _storage()
    with name_scope(name):
        known = [is_variable_initialized(v) for v in var_list]
        with graphs.get_default_graph().device("/cpu:0"):
            if not known:
                return constant([], dtypes.string)
            missing = raw.LogicalNot(stack(known))
            return boolean_mask(constant([v.op.name for v in var_list]), missing)


def _storage():
    """The refs of all ref variables' operations."""
    operations = graphs.get_default_graph().get_operations()
    return [o.outputs[0] for o in operations if o.type in ("Variable", "VariableV2")]
