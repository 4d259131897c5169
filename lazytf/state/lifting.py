"""Variables that the body of a function asks for: they belong to the graph around it.

The body gets the value of a resource variable, read outside, so that gradients reach the variable; a ref variable's
value is captured where it is used.
"""

from lazytf.core.functions import AROUND_BODIES
from lazytf.state.scopes import get_variable_scope, variable_scope
from lazytf.state.store import default_store

# What TensorFlow hands on of the arguments; the scope around the function gives the others.
_TAKEN = ("shape", "dtype", "initializer", "reuse", "trainable", "collections", "use_resource")


def lifted(graph):
    """A block in which ``get_variable`` finds and makes variables in the graph around ``graph``, the body."""
    with graph.outer_graph.as_default():
        scope = get_variable_scope()

    def getter(getter, name, **arguments):
        with graph.outer_graph.as_default():
            variable = scope.get_variable(default_store(), name, **{key: arguments.get(key) for key in _TAKEN})
            graph.extra_vars.append(variable)
            by_value = graph.variables_by_value and hasattr(variable, "handle")
            return variable.value() if by_value else variable

    return variable_scope("", custom_getter=getter)


AROUND_BODIES.append(lifted)
