"""Queues as programs see them: ``tf.FIFOQueue`` and its kin, which add the ops that put in, take out and ask."""

import hashlib

from lazytf.core import contents, dtypes as types, shapes as static
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.operation import Tensor
from lazytf.core.seeds import get_seed
from lazytf.ops import queues as _ops  # noqa: F401 - declares the ops that these classes add


class QueueBase:
    """A queue in the graph; each session that runs it has elements of its own.

    An element has one tensor for each of ``dtypes``. ``shapes`` are their static shapes (or None where nobody said),
    ``names`` their names, or None: with names, elements are dictionaries. ``queue_ref`` is the handle's tensor.
    Programs make one of the subclasses. ``ValueError`` where shapes or names are not as many as dtypes.
    """

    def __init__(self, dtypes, shapes, names, queue_ref):
        self._dtypes = dtypes
        if shapes is not None:
            if len(shapes) != len(dtypes):
                raise ValueError("Queue shapes must have the same length as dtypes")
            self._shapes = [static.TensorShape(s) for s in shapes]
        else:
            self._shapes = [static.unknown_shape() for _ in dtypes]
        if names is not None:
            if len(names) != len(dtypes):
                raise ValueError("List of names must have the same length as the list of dtypes")
            self._names = names
        else:
            self._names = None
        self._queue_ref = queue_ref
        self._name = queue_ref.op.name.split("/")[-1]

    queue_ref = property(lambda self: self._queue_ref, doc="The handle: a tensor that stands for the queue.")
    name = property(lambda self: self._queue_ref.op.name, doc="The name of the queue's operation.")
    dtypes = property(lambda self: self._dtypes, doc="The type of each component.")
    shapes = property(lambda self: self._shapes, doc="The static shape of each component.")
    names = property(lambda self: self._names, doc="The name of each component, or None.")

    @staticmethod
    def from_list(index, queues):
        """The queue ``queues[index]``; all must have the same dtypes and names (``TypeError``).

        ``index`` must be known while the graph is built: what runs takes a queue by its place in the graph, not by a
        value. An index that only a run would tell raises ``NotImplementedError``.
        """
        if not queues or not isinstance(queues, list) or not all(isinstance(q, QueueBase) for q in queues):
            raise TypeError("A list of queues expected")
        first = queues[0]
        if any(q.dtypes != first.dtypes for q in queues[1:]):
            raise TypeError("Queues do not have matching component dtypes.")
        if any(q.names != first.names for q in queues[1:]):
            raise TypeError("Queues do not have matching component names.")
        known = contents.constant_value(index) if isinstance(index, Tensor) else index
        if known is None:
            raise NotImplementedError(
                "QueueBase.from_list needs an index that is known while the graph is built; got "
                f"{index}. Choose among the dequeued tensors with tf.case instead."
            )
        common = [_common_shape(found) for found in zip(*(q.shapes for q in queues), strict=True)]
        return QueueBase(first.dtypes, common, first.names, queues[int(known)].queue_ref)

    # -- putting in -------------------------------------------------------------------------------------------------

    def enqueue(self, vals, name=None):
        """The operation that puts in one element, waiting for room.

        ``vals`` is a tensor, a list of tensors, or, for a queue with names, a dictionary; ``ValueError`` where these
        or their static shapes do not fit. At run time ``InvalidArgumentError`` for unfit shapes, ``CancelledError`` if
        the queue is closed.
        """
        with name_scope(name, f"{self._name}_enqueue", _given(vals)) as scope:
            tensors = self._components(vals)
            for tensor, shape in zip(tensors, self._shapes, strict=True):
                tensor.get_shape().assert_is_compatible_with(shape)
            return self._raw("QueueEnqueue")(self._queue_ref, tensors, name=scope)

    def enqueue_many(self, vals, name=None):
        """The operation that puts in ``vals[..][0]``, ``vals[..][1]``, ... as elements, each as soon as there is room.

        Every tensor has one more dimension in front, all of one size. Errors as for ``enqueue``.
        """
        with name_scope(name, f"{self._name}_EnqueueMany", _given(vals)) as scope:
            tensors = self._components(vals)
            batch = tensors[0].get_shape().with_rank_at_least(1)[0]
            for tensor, shape in zip(tensors, self._shapes, strict=True):
                batch = batch.merge_with(tensor.get_shape().with_rank_at_least(1)[0])
                tensor.get_shape()[1:].assert_is_compatible_with(shape)
            return self._raw("QueueEnqueueMany")(self._queue_ref, tensors, name=scope)

    def _components(self, vals):
        """The element as a list of tensors of the queue's types."""
        if isinstance(vals, dict):
            if not self._names:
                raise ValueError("Queue must have names to enqueue a dictionary")
            if sorted(self._names, key=str) != sorted(vals, key=str):
                raise ValueError(
                    "Keys in dictionary to enqueue do not match names of Queue.  "
                    f"Dictionary: ({sorted(vals)}), Queue: ({sorted(self._names)})"
                )
            vals = [vals[k] for k in self._names]
        elif self._names:
            raise ValueError("You must enqueue a dictionary in a Queue with names")
        elif not isinstance(vals, (list, tuple)):
            vals = [vals]
        if len(vals) != len(self._dtypes):
            raise ValueError(f"An element of queue {self.name!r} has {len(self._dtypes)} components; got {len(vals)}")
        return [
            convert_to_tensor(value, dtype, f"component_{i}")
            for i, (value, dtype) in enumerate(zip(vals, self._dtypes, strict=True))
        ]

    # -- taking out -------------------------------------------------------------------------------------------------

    def dequeue(self, name=None):
        """One element, waiting until there is one: a tensor, a list of them, or a dictionary by the queue's names.

        At run time ``OutOfRangeError`` if the queue is closed and empty.
        """
        taken = self._raw("QueueDequeue")(
            self._queue_ref, component_types=self._dtypes, name=name or f"{self._name}_Dequeue"
        )
        return self._element(taken, self._shapes)

    def dequeue_many(self, n, name=None):
        """``n`` elements, waiting until there are as many, stacked along a new first dimension.

        At run time ``OutOfRangeError`` if the queue is closed and has fewer, ``InvalidArgumentError`` if its shapes are
        not known.
        """
        taken = self._raw("QueueDequeueMany")(
            self._queue_ref, n, component_types=self._dtypes, name=name or f"{self._name}_DequeueMany"
        )
        count = contents.scalar(taken[0].op.inputs[1])
        return self._element(taken, [static.TensorShape([count]).concatenate(s) for s in self._shapes])

    def dequeue_up_to(self, n, name=None):
        """As ``dequeue_many``, but a closed queue gives what is left, if that is anything."""
        taken = self._raw("QueueDequeueUpTo")(
            self._queue_ref, n, component_types=self._dtypes, name=name or f"{self._name}_DequeueUpTo"
        )
        return self._element(taken, [static.TensorShape([None]).concatenate(s) for s in self._shapes])

    def _element(self, tensors, shapes):
        for tensor, shape in zip(tensors, shapes, strict=True):
            tensor.set_shape(shape)
        if self._names:
            return dict(zip(self._names, tensors, strict=True))
        return tensors[0] if len(tensors) == 1 else tensors

    # -- asking, closing --------------------------------------------------------------------------------------------

    def size(self, name=None):
        """How many elements the queue has: int32 ``[]``."""
        return self._raw("QueueSize")(self._queue_ref, name=name or f"{self._name}_Size")

    def is_closed(self, name=None):
        """Whether the queue is closed: bool ``[]``."""
        return self._raw("QueueIsClosed")(self._queue_ref, name=name or f"{self._name}_Is_Closed")

    def close(self, cancel_pending_enqueues=False, name=None):
        """The operation after which nothing can be put in.

        It waits for what others are putting in already, or with ``cancel_pending_enqueues`` ends their waiting with
        ``CancelledError``. At run time ``CancelledError`` if the queue is closed already.
        """
        return self._raw("QueueClose")(
            self._queue_ref, cancel_pending_enqueues=cancel_pending_enqueues, name=name or f"{self._name}_Close"
        )

    def _raw(self, op_type):
        return getattr(raw, op_type + "V2" if self._queue_ref.dtype == types.resource else op_type)


class FIFOQueue(QueueBase):
    """A queue whose elements come out in the order in which they went in.

    At most ``capacity`` elements are in it at a time. Without ``shapes`` elements may differ in shape, but cannot be
    taken as batches. A session keeps queues of equal ``shared_name`` as one.
    """

    def __init__(self, capacity, dtypes, shapes=None, names=None, shared_name=None, name="fifo_queue"):
        dtypes, shapes, names = _as_types(dtypes), _as_shapes(shapes), _as_names(names)
        queue_ref = raw.FIFOQueueV2(
            component_types=dtypes, shapes=shapes or (), capacity=capacity, shared_name=shared_name, name=name
        )
        super().__init__(dtypes, shapes, names, queue_ref)


class RandomShuffleQueue(QueueBase):
    """A queue whose elements come out in random order.

    While it is open, taking waits so that at least ``min_after_dequeue`` elements stay behind: the larger, the better
    mixed. ``seed`` (or the graph's) fixes the order, which is TensorFlow's. Other arguments as for ``FIFOQueue``.
    """

    def __init__(
        self,
        capacity,
        min_after_dequeue,
        dtypes,
        shapes=None,
        names=None,
        seed=None,
        shared_name=None,
        name="random_shuffle_queue",
    ):
        dtypes, shapes, names = _as_types(dtypes), _as_shapes(shapes), _as_names(names)
        seed1, seed2 = get_seed(seed)
        if seed1 is not None and seed is None and shared_name is not None:
            # Graphs that share the queue must agree on its seed, wherever in each the queue stands.
            seed2 = int(hashlib.md5(f"{seed1}{shared_name}".encode()).hexdigest()[:8], 16) & 0x7FFFFFFF
        queue_ref = raw.RandomShuffleQueueV2(
            component_types=dtypes,
            shapes=shapes or (),
            capacity=capacity,
            min_after_dequeue=min_after_dequeue,
            seed=seed1,
            seed2=seed2,
            shared_name=shared_name,
            name=name,
        )
        super().__init__(dtypes, shapes, names, queue_ref)


class PaddingFIFOQueue(QueueBase):
    """A ``FIFOQueue`` whose elements may differ in size: batches are padded with zeros, False or empty strings.

    ``shapes`` are needed (``ValueError``); a dimension of None is one along which elements differ.
    """

    def __init__(self, capacity, dtypes, shapes, names=None, shared_name=None, name="padding_fifo_queue"):
        dtypes, shapes, names = _as_types(dtypes), _as_shapes(shapes, partial=True), _as_names(names)
        if len(dtypes) != len(shapes):
            raise ValueError(
                "Shapes must be provided for all components, but received "
                f"{len(dtypes)} dtypes and {len(shapes)} shapes."
            )
        queue_ref = raw.PaddingFIFOQueueV2(
            component_types=dtypes, shapes=shapes, capacity=capacity, shared_name=shared_name, name=name
        )
        super().__init__(dtypes, shapes, names, queue_ref)


class PriorityQueue(QueueBase):
    """A queue whose element of the smallest priority comes out first.

    Elements have the priority, an int64 scalar, in front of the components of ``types``; ``shapes`` (of the components
    alone) are needed.
    """

    def __init__(self, capacity, types, shapes=None, names=None, shared_name=None, name="priority_queue"):
        dtypes, shapes = _as_types(types), _as_shapes(shapes)
        queue_ref = raw.PriorityQueueV2(
            component_types=dtypes, shapes=shapes, capacity=capacity, shared_name=shared_name, name=name
        )
        dtypes = [_INT64, *dtypes]
        super().__init__(dtypes, [static.TensorShape([])] + shapes if shapes else shapes, names, queue_ref)


_INT64 = types.int64


def _given(vals):
    """The values of an element, to find out which graph they belong to."""
    if isinstance(vals, dict):
        return list(vals.values())
    return list(vals) if isinstance(vals, (list, tuple)) else [vals]


def _as_types(dtypes):
    try:
        return [types.as_dtype(d) for d in (dtypes if isinstance(dtypes, (list, tuple)) else [dtypes])]
    except TypeError:
        raise TypeError(f"Expected DataType for argument 'component_types' not {dtypes!r}.") from None


def _as_shapes(shapes, partial=False):
    """A list of ``TensorShape``, one for each component; None stays None."""
    if partial and not isinstance(shapes, (list, tuple)):
        raise ValueError("When providing partial shapes, a list of shapes must be provided.")
    if shapes is None:
        return None
    if isinstance(shapes, static.TensorShape):
        shapes = [shapes]
    if not isinstance(shapes, (list, tuple)):
        raise TypeError(f"shapes must be a TensorShape or a list or tuple of TensorShapes, got {type(shapes)}.")
    try:
        found = [static.as_shape(s) for s in shapes]
    except TypeError:  # one shape alone: a list of dimensions
        found = [static.as_shape(shapes)]
    if partial and any(s is None for s in shapes):
        raise ValueError("When providing partial shapes, a list of shapes must be provided.")
    if not partial and any(not s.is_fully_defined() for s in found):
        raise ValueError(f"All shapes must be fully defined: {found}")
    return found


def _as_names(names):
    """A list of strings, or None."""
    if not names:
        return None
    return [names] if isinstance(names, str) else list(names)


def _common_shape(found):
    """What shapes of one component have in common."""
    first, *others = found
    for other in others:
        if first.ndims != other.ndims:
            return static.unknown_shape()
        first = first.most_specific_compatible_shape(other) if first.ndims is not None else first
    return first
