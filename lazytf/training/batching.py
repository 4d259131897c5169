"""Input pipelines of queues, second half: single examples into batches, in order or shuffled.

Each function adds a queue, a ``QueueRunner`` that fills it, and a summary of how full it is.
"""

from lazytf.core import shapes as static
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.dtypes import float32
from lazytf.core.values import SparseTensor
from lazytf.ops.casting import cast
from lazytf.ops.constants import constant
from lazytf.training import summaries
from lazytf.training.queue_runners import QueueRunner, add_queue_runner
from lazytf.training.queues import FIFOQueue, PaddingFIFOQueue, RandomShuffleQueue


def batch(
    tensors,
    batch_size,
    num_threads=1,
    capacity=32,
    enqueue_many=False,
    shapes=None,
    dynamic_pad=False,
    allow_smaller_final_batch=False,
    shared_name=None,
    name=None,
):
    """Batches of ``batch_size`` examples: for each tensor one with a dimension more in front.

    ``tensors`` is a list or a dictionary, and so is the result; of a single tensor, it is a tensor. With
    ``enqueue_many`` each already holds several examples. Static ``shapes`` must be known or given, unless
    ``dynamic_pad`` pads examples of different sizes with zeros. ``num_threads`` of a queue runner fill a queue of
    ``capacity`` examples; with more than one, their order is not fixed. When the input has ended, ``OutOfRangeError``,
    after a smaller last batch with ``allow_smaller_final_batch``. ``ValueError`` for no tensors or unknown shapes.
    """
    with name_scope(name, "batch", _values([tensors])) as scope:
        examples = [_Example(tensors, "batch")] * num_threads
        return _batched(
            examples,
            batch_size,
            capacity,
            enqueue_many,
            shapes,
            allow_smaller_final_batch,
            shared_name,
            scope,
            PaddingFIFOQueue if dynamic_pad else FIFOQueue,
        )


def batch_join(
    tensors_list,
    batch_size,
    capacity=32,
    enqueue_many=False,
    shapes=None,
    dynamic_pad=False,
    allow_smaller_final_batch=False,
    shared_name=None,
    name=None,
):
    """As ``batch``, from several sources of examples, each in a thread of its own.

    ``tensors_list`` is a list of what ``batch`` takes, all of the same types and ranks (``TypeError``, ``ValueError``).
    """
    with name_scope(name, "batch_join", _values(tensors_list)) as scope:
        return _batched(
            _examples(tensors_list),
            batch_size,
            capacity,
            enqueue_many,
            shapes,
            allow_smaller_final_batch,
            shared_name,
            scope,
            PaddingFIFOQueue if dynamic_pad else FIFOQueue,
        )


def shuffle_batch(
    tensors,
    batch_size,
    capacity,
    min_after_dequeue,
    num_threads=1,
    seed=None,
    enqueue_many=False,
    shapes=None,
    allow_smaller_final_batch=False,
    shared_name=None,
    name=None,
):
    """As ``batch``, in random order, from ``seed``: each is picked among at least ``min_after_dequeue`` others."""
    with name_scope(name, "shuffle_batch", _values([tensors])) as scope:
        examples = [_Example(tensors, "batch")] * num_threads
        return _batched(
            examples,
            batch_size,
            capacity,
            enqueue_many,
            shapes,
            allow_smaller_final_batch,
            shared_name,
            scope,
            RandomShuffleQueue,
            min_after_dequeue,
            seed,
        )


def shuffle_batch_join(
    tensors_list,
    batch_size,
    capacity,
    min_after_dequeue,
    seed=None,
    enqueue_many=False,
    shapes=None,
    allow_smaller_final_batch=False,
    shared_name=None,
    name=None,
):
    """As ``batch_join``, of examples in random order."""
    with name_scope(name, "shuffle_batch_join", _values(tensors_list)) as scope:
        return _batched(
            _examples(tensors_list),
            batch_size,
            capacity,
            enqueue_many,
            shapes,
            allow_smaller_final_batch,
            shared_name,
            scope,
            RandomShuffleQueue,
            min_after_dequeue,
            seed,
        )


class _Example:
    """The tensors of one source, with the keys they came under, if any."""

    def __init__(self, tensors, function):
        self.keys = sorted(tensors) if isinstance(tensors, dict) else None
        values = [tensors[key] for key in self.keys] if self.keys is not None else tensors
        if not isinstance(values, (list, tuple)):
            values = [values]
        if any(isinstance(value, SparseTensor) for value in values):
            raise NotImplementedError(
                "Batching a SparseTensor through a queue is not there yet: feed its SparseTensorValue, or "
                "batch its indices, values and dense_shape as dense tensors."
            )
        self.tensors = [convert_to_tensor(value) for value in values]
        if not self.tensors:
            raise ValueError(f"Expected at least one tensor in {function}().")


def _examples(tensors_list):
    if not tensors_list:
        raise ValueError("Expected at least one set of tensors")
    examples = [_Example(tensors, "batch_join") for tensors in tensors_list]
    types = [[t.dtype.base_dtype for t in example.tensors] for example in examples]
    for others in types[1:]:
        if others != types[0]:
            names = [", ".join(d.name for d in each) for each in (types[0], others)]
            raise TypeError(f"Expected types to be consistent: {names[0]} vs. {names[1]}.")
    return examples


def _values(tensors_list):
    return [
        v
        for tensors in tensors_list
        for v in (
            tensors.values()
            if isinstance(tensors, dict)
            else tensors
            if isinstance(tensors, (list, tuple))
            else [tensors]
        )
    ]


def _batched(
    examples, batch_size, capacity, enqueue_many, shapes, may_be_smaller, shared_name, scope, kind, minimum=0, seed=None
):
    """The whole pipeline, within the open name scope ``scope``."""
    constant(True)  # TensorFlow's keep_input, which this form of the functions does not use
    types = [t.dtype.base_dtype for t in examples[0].tensors]
    shapes = _element_shapes(examples, shapes, enqueue_many, kind is PaddingFIFOQueue)
    if kind is RandomShuffleQueue:
        queue = RandomShuffleQueue(capacity, minimum, types, shapes, seed=seed, shared_name=shared_name)
    else:
        queue = kind(capacity, types, shapes, shared_name=shared_name)
    enqueue = queue.enqueue_many if enqueue_many else queue.enqueue
    operations = {id(example): None for example in examples}
    for example in examples:
        operations[id(example)] = operations[id(example)] or enqueue(example.tensors)
    add_queue_runner(QueueRunner(queue, [operations[id(example)] for example in examples]))
    _summarize(queue, capacity, minimum, kind is RandomShuffleQueue)
    dequeue = queue.dequeue_up_to if may_be_smaller else queue.dequeue_many
    taken = dequeue(batch_size, name=scope)
    keys = examples[0].keys
    if keys is None:
        return taken
    return dict(zip(keys, [taken] if len(keys) == 1 else taken, strict=True))


def _element_shapes(examples, given, enqueue_many, may_be_partial):
    """The static shape of one example's tensors: as given, else what all sources have in common."""
    if given is not None:
        return [static.as_shape(shape) for shape in given]
    found = []
    for tensors in zip(*(example.tensors for example in examples), strict=True):
        shape = None
        for tensor in tensors:
            own = tensor.get_shape()
            if own.ndims is None:
                raise ValueError(f"Cannot infer Tensor's rank: {tensor}")
            own = own[1:] if enqueue_many else own
            shape = (
                own
                if shape is None
                else (shape.most_specific_compatible_shape(own) if may_be_partial else shape.merge_with(own))
            )
        found.append(shape)
    return found


def _summarize(queue, capacity, minimum, is_shuffled):
    """The summary of how much of the room in the queue is used."""
    full = queue.size()
    if is_shuffled:
        full = raw.Maximum(0, raw.Sub(full, minimum, name="sub"), name="Maximum")
        name = f"fraction_over_{minimum}_of_{capacity - minimum}_full"
    else:
        name = f"fraction_of_{capacity}_full"
    summaries.scalar(name, raw.Mul(cast(full, float32), 1.0 / (capacity - minimum), name="mul"))
