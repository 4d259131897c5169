"""``tf.recompute_grad``: memory for time."""

from lazytf.autodiff.custom import custom_gradient
from lazytf.autodiff.gradients import gradients
from lazytf.core.graph import get_default_graph


def recompute_grad(f):
    """A function that computes ``f`` of its tensors, and computes it again when its gradient is taken.

    ``TypeError`` where the open variable scope does not use resource variables, as in TensorFlow.
    """

    @custom_gradient
    def recomputed(*args, **kwargs):
        def grad(dresult, variables=None):
            variables = list(variables or ())
            with get_default_graph().control_dependencies([dresult]):
                result = f(*args, **kwargs)
            found = gradients(result, [*args, *variables], [dresult])
            return found[: len(args)], found[len(args) :]

        return f(*args, **kwargs), grad

    return recomputed
