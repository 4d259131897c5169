"""Input pipelines of queues, first half: queues that give the rows of a tensor, names or numbers, epoch after epoch.

Each adds a ``QueueRunner`` to the graph, for ``start_queue_runners``, and a summary of how full its queue is.
"""

from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.collections import GraphKeys
from lazytf.core.dtypes import float32, int64, string
from lazytf.core.graph import get_default_graph
from lazytf.core.operation import Tensor
from lazytf.ops.casting import cast
from lazytf.ops.comparison import greater
from lazytf.ops.constants import constant
from lazytf.ops.control import checked
from lazytf.ops.filling import range as range_of
from lazytf.ops.gathering import gather
from lazytf.ops.identity import identity
from lazytf.ops.measuring import shape, size
from lazytf.ops.random import random_shuffle
from lazytf.state.variables import Variable
from lazytf.training import summaries
from lazytf.training.queue_runners import QueueRunner, add_queue_runner
from lazytf.training.queues import FIFOQueue


def limit_epochs(tensor, num_epochs=None, name=None):
    """``tensor``, which can be computed ``num_epochs`` times: after that a run raises ``OutOfRangeError``.

    The count is a local variable ``epochs``, for ``local_variables_initializer`` to start. None is no limit;
    ``ValueError`` for a limit that is not positive.
    """
    if num_epochs is None:
        return tensor
    if num_epochs <= 0:
        raise ValueError(f"num_epochs must be > 0 not {num_epochs}.")
    with name_scope(name, "limit_epochs", [tensor]) as scope:
        zero = constant(0, int64)
        epochs = Variable(zero, name="epochs", trainable=False, collections=[GraphKeys.LOCAL_VARIABLES])
        with get_default_graph().control_dependencies([epochs.count_up_to(num_epochs)]):
            return identity(tensor, name=scope)


def input_producer(
    input_tensor,
    element_shape=None,
    num_epochs=None,
    shuffle=True,
    seed=None,
    capacity=32,
    shared_name=None,
    summary_name=None,
    name=None,
    cancel_op=None,
):
    """A ``FIFOQueue`` of the rows of ``input_tensor``, all of them once in every epoch.

    ``shuffle`` gives each epoch an order of its own, from ``seed``. ``element_shape`` is the static shape of a row
    where ``input_tensor`` does not tell it; ``ValueError`` where neither does. The summary is made if it has a name.
    """
    with name_scope(name, "input_producer", [input_tensor]):
        rows = convert_to_tensor(input_tensor, name="input_tensor")
        element_shape = rows.shape[1:].merge_with(element_shape)
        if not element_shape.is_fully_defined():
            raise ValueError(
                "Either `input_tensor` must have a fully defined shape or `element_shape` must be specified"
            )
        if shuffle:
            rows = random_shuffle(rows, seed=seed)
        rows = limit_epochs(rows, num_epochs)
        queue = FIFOQueue(capacity, [rows.dtype.base_dtype], [element_shape], shared_name=shared_name, name=name)
        add_queue_runner(QueueRunner(queue, [queue.enqueue_many([rows])], cancel_op=cancel_op))
        if summary_name is not None:
            summaries.scalar(summary_name, raw.Mul(cast(queue.size(), float32), 1.0 / capacity, name="mul"))
        return queue


def string_input_producer(
    string_tensor, num_epochs=None, shuffle=True, seed=None, capacity=32, shared_name=None, name=None, cancel_op=None
):
    """A ``FIFOQueue`` of the strings in ``string_tensor`` (``[n]``): file names, for a reader.

    Arguments as ``input_producer``. ``ValueError`` for an empty list; an empty tensor raises
    ``InvalidArgumentError`` at run time.
    """
    missing = "string_input_producer requires a non-null input tensor"
    if not isinstance(string_tensor, Tensor) and not len(string_tensor):
        raise ValueError(missing)
    with name_scope(name, "input_producer", [string_tensor]) as scope:
        strings = convert_to_tensor(string_tensor, dtype=string)
        with get_default_graph().control_dependencies([checked(greater(size(strings), 0), [missing])]):
            strings = identity(strings)
        return input_producer(
            strings,
            [],
            num_epochs,
            shuffle,
            seed,
            capacity,
            shared_name,
            f"fraction_of_{capacity}_full",
            scope,
            cancel_op,
        )


def range_input_producer(limit, num_epochs=None, shuffle=True, seed=None, capacity=32, shared_name=None, name=None):
    """A ``FIFOQueue`` of the integers from 0 up to, not including, ``limit``. Arguments as ``input_producer``."""
    with name_scope(name, "input_producer", [limit]) as scope:
        return input_producer(
            range_of(limit), [], num_epochs, shuffle, seed, capacity, shared_name, f"fraction_of_{capacity}_full", scope
        )


def slice_input_producer(
    tensor_list, num_epochs=None, shuffle=True, seed=None, capacity=32, shared_name=None, name=None
):
    """One row of each tensor in ``tensor_list``, all rows at the same place: a list of tensors.

    Arguments as ``input_producer``; ``ValueError`` for an empty list.
    """
    if not tensor_list:
        raise ValueError("Expected at least one tensor in slice_input_producer().")
    with name_scope(name, "input_producer", tensor_list):
        tensors = [convert_to_tensor(t) for t in tensor_list]
        queue = range_input_producer(shape(tensors[0])[0], num_epochs, shuffle, seed, capacity, shared_name)
        index = queue.dequeue()
        return [gather(t, index) for t in tensors]
