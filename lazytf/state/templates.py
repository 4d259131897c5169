"""Templates: functions that make their variables in the first call and share them in every later one."""

import functools
import traceback

from lazytf.core import graph as graphs, provenance
from lazytf.core.collections import GraphKeys
from lazytf.state.scopes import get_variable_scope, variable_scope


def make_template(name_, func_, create_scope_now_=False, unique_name_=None, custom_getter_=None, **kwargs):
    """A ``Template``: calls ``func_`` so that what ``get_variable`` makes in the first call is shared by all later
    ones.

    The variables' scope is ``name_``, made unique, or exactly ``unique_name_``; it is chosen in the first call unless
    ``create_scope_now_``. ``kwargs`` are passed on to ``func_``. ``ValueError`` for a name that is None, and in a
    later call that makes a new trainable variable.

        >>> scale = make_template("scale", lambda x: x * get_variable("factor", []))
        >>> y, z = scale(a), scale(b)       # one variable, scale/factor
    """
    if kwargs:
        func_ = functools.wraps(func_)(functools.partial(func_, **kwargs))
    return Template(name_, func_, create_scope_now_, unique_name_, custom_getter_)


class Template:
    """A function with variables of its own; see ``make_template``."""

    def __init__(self, name, func, create_scope_now=False, unique_name=None, custom_getter=None):
        if name is None:
            raise ValueError("name cannot be None.")
        self._func, self._name, self._unique_name, self._custom_getter = func, name, unique_name, custom_getter
        self._stack = provenance.user_stack()
        self._variables_created = False
        self._variable_scope = None
        if create_scope_now:
            outer = get_variable_scope().name
            with self._new_scope(auxiliary_name_scope=False) as scope:
                self._variable_scope = scope
            scope._name_scope = scope.name[len(outer) + 1 :] if outer else scope.name

    def _new_scope(self, **kwargs):
        return variable_scope(self._unique_name, self._name, custom_getter=self._custom_getter, **kwargs)

    def __call__(self, *args, **kwargs):
        """What the function returns; ``ValueError`` where a later call made a new trainable variable."""
        if self._variable_scope is None:
            with self._new_scope() as scope:
                self._variable_scope = scope
                return self._call(args, kwargs)
        with variable_scope(self._variable_scope, reuse=self._variables_created):
            return self._call(args, kwargs)

    def _call(self, args, kwargs):
        trainable = graphs.get_default_graph().get_collection_ref(GraphKeys.TRAINABLE_VARIABLES)
        before = len(trainable)
        try:
            result = self._func(*args, **kwargs)
            if self._variables_created and len(trainable) != before:
                raise ValueError(
                    "Trainable variable created when calling a template after the first time, perhaps you used "
                    f"tf.Variable when you meant tf.get_variable: {trainable[before:]}"
                )
        except Exception as error:
            where = "".join(traceback.format_list(provenance.frames(self._stack)))
            message, *rest = error.args or ("",)
            error.args = (f"{message}\n\noriginally defined at:\n{where}", *rest)
            raise
        self._variables_created = True
        return result

    name = property(lambda self: self._name, doc="The name it was made with.")
    func = property(lambda self: self._func, doc="The function it calls.")
    variable_scope = property(
        lambda self: self._variable_scope, doc="The scope of its variables; None before the first call."
    )
    var_scope = variable_scope

    def _collected(self, key):
        name = self._variable_scope.name if self._variable_scope is not None else None
        if name is None:
            return []
        return graphs.get_default_graph().get_collection(key, name + "/" if name and name[-1] != "/" else name)

    @property
    def global_variables(self):
        """Its global variables."""
        return self._collected(GraphKeys.GLOBAL_VARIABLES)

    @property
    def local_variables(self):
        """Its local variables."""
        return self._collected(GraphKeys.LOCAL_VARIABLES)

    @property
    def variables(self):
        """Its global and its local variables."""
        return self.global_variables + self.local_variables

    @property
    def trainable_variables(self):
        """Its trainable variables."""
        return self._collected(GraphKeys.TRAINABLE_VARIABLES)

    @property
    def non_trainable_variables(self):
        """Its variables that are not trained."""
        trained = {id(v) for v in self.trainable_variables}
        return [v for v in self.variables if id(v) not in trained]

    weights, trainable_weights, non_trainable_weights = variables, trainable_variables, non_trainable_variables
