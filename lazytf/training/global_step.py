"""The global step: the one variable of a graph that counts training steps."""

from lazytf.core import dtypes
from lazytf.core.collections import GraphKeys
from lazytf.core.graph import get_default_graph
from lazytf.core.operation import Tensor
from lazytf.state.initializers import zeros_initializer
from lazytf.state.scopes import get_variable
from lazytf.state.variables import Variable


def get_global_step(graph=None):
    """The graph's global step, or None: what the collection ``GLOBAL_STEP`` holds, or else the tensor
    ``global_step:0``.

    ``TypeError`` where it is not a scalar integer variable.
    """
    graph = graph or get_default_graph()
    collected = graph.get_collection(GraphKeys.GLOBAL_STEP)
    if len(collected) == 1:
        step = collected[0]
    elif not collected:
        try:
            step = graph.get_tensor_by_name("global_step:0")
        except KeyError:
            return None
    else:
        return None
    assert_global_step(step)
    return step


def create_global_step(graph=None):
    """A new global step: the int64 variable ``global_step``, not trainable, 0 at first.

    ``ValueError`` where the graph has one.
    """
    graph = graph or get_default_graph()
    if get_global_step(graph) is not None:
        raise ValueError('"global_step" already exists.')
    with graph.as_default(), graph.name_scope(None):
        return get_variable(
            GraphKeys.GLOBAL_STEP,
            shape=[],
            dtype=dtypes.int64,
            initializer=zeros_initializer(),
            trainable=False,
            collections=[GraphKeys.GLOBAL_VARIABLES, GraphKeys.GLOBAL_STEP],
        )


def get_or_create_global_step(graph=None):
    """The graph's global step, made where there is none."""
    graph = graph or get_default_graph()
    step = get_global_step(graph)
    return create_global_step(graph) if step is None else step


def global_step(sess, global_step_tensor):
    """The value of the step counter in session ``sess``, as an ``int``."""
    return int(sess.run(global_step_tensor))


def assert_global_step(global_step_tensor):
    """``TypeError`` unless it is a scalar (or of unknown shape) int32 or int64 tensor or variable."""
    if not isinstance(global_step_tensor, (Variable, Tensor)):
        raise TypeError(f'Existing "global_step" must be a Variable or Tensor: {global_step_tensor}.')
    if not global_step_tensor.dtype.base_dtype.is_integer:
        raise TypeError(f'Existing "global_step" does not have integer type: {global_step_tensor.dtype}')
    shape = global_step_tensor.get_shape()
    if shape.ndims != 0 and shape.is_fully_defined():
        raise TypeError(f'Existing "global_step" is not scalar: {shape}')
