"""Queues: the ops that make one, and those that put in, take out, ask and close.

The session keeps the queue itself (``ops/queue_storage.py``), by the op's ``shared_name`` or its own name. Elements are
NumPy values on the host, as TensorFlow's are. Each type comes twice, with a resource handle (``...V2``) and with the
older reference to a string; the kernels are the same.
"""

import itertools

import numpy as np

from lazytf.core import contents, errors, shape_rules
from lazytf.core.build import output_count
from lazytf.core.dtypes import int64
from lazytf.core.registry import op
from lazytf.core.shape_rules import ShapeError
from lazytf.core.shapes import bracketed
from lazytf.ops import queue_storage
from lazytf.ops.sentences import refuse

# -- making ---------------------------------------------------------------------------------------------------------

_PARTS = "container: string = '', shared_name: string = ''"
_TYPED = "component_types: list(type) >= 1, shapes: list(shape) >= 0 = [], capacity: int = -1"


def _makes(kind, attrs):
    """Declares ``<kind>V2`` and ``<kind>`` over one kernel."""

    def declare(kernel):
        op(
            f"{kind}V2({attrs}, {_PARTS}) -> (handle: resource)",
            shape=shape_rules.scalar,
            role="resource",
            stateful=True,
            gradient=False,
        )(kernel)
        op(
            f"{kind}({attrs}, {_PARTS}) -> (handle: ref string)",
            shape=lambda op: [(2,)],
            role="resource",
            stateful=True,
            gradient=False,
        )(kernel)
        return kernel

    return declare


@_makes("FIFOQueue", _TYPED)
def _fifo_queue(ctx, component_types, shapes, capacity, shared_name):
    return _kept(ctx, shared_name, queue_storage.FIFOQueue, component_types, shapes, capacity)


@_makes("PaddingFIFOQueue", _TYPED)
def _padding_fifo_queue(ctx, component_types, shapes, capacity, shared_name):
    return _kept(ctx, shared_name, queue_storage.PaddingFIFOQueue, component_types, shapes, capacity)


@_makes("PriorityQueue", "component_types: list(type) >= 0 = [], shapes: list(shape) >= 0, capacity: int = -1")
def _priority_queue(ctx, component_types, shapes, capacity, shared_name):
    return _kept(ctx, shared_name, queue_storage.PriorityQueue, (int64, *component_types), ((), *shapes), capacity)


@_makes("RandomShuffleQueue", f"{_TYPED}, min_after_dequeue: int = 0, seed: int = 0, seed2: int = 0")
def _random_shuffle_queue(ctx, component_types, shapes, capacity, min_after_dequeue, seed, seed2, shared_name):
    draw = _words(ctx.stream(seed, seed2)).__next__
    queue = _kept(
        ctx,
        shared_name,
        queue_storage.RandomShuffleQueue,
        component_types,
        shapes,
        capacity,
        min_after_dequeue,
        (seed, seed2),
        draw,
    )
    _agree(queue, ctx.op, "min_after_dequeue", queue.min_after_dequeue, min_after_dequeue, ".")
    if queue.seeds != (seed, seed2):
        raise errors.InvalidArgumentError(
            None,
            ctx.op,
            f"Shared queue {queue.name!r} has random seeds {queue.seeds} but requested seeds are {(seed, seed2)}.",
        )
    return queue


def _words(stream):
    while True:
        yield from stream.words(256)


def _kept(ctx, shared_name, kind, component_types, shapes, capacity, *more):
    """The session's queue of that name; ``InvalidArgumentError`` where it is there already and of another make."""

    def make():
        # TensorFlow tells queues without a name of their own apart by a number.
        name = shared_name or f"_{next(ctx.resource('counter', 'queues', itertools.count))}_{ctx.name}"
        return kind(name, component_types, shapes, capacity, *more)

    queue = ctx.resource("queue", shared_name or ctx.name, make)
    if queue.kind != kind.kind:
        raise errors.InvalidArgumentError(None, ctx.op, f"Expected {queue.kind}, found {ctx.op.type}")
    _agree(queue, ctx.op, "capacity", queue.capacity, capacity)
    _agree(queue, ctx.op, "component types", _names(queue.dtypes), _names(component_types), verb="were")
    _agree(queue, ctx.op, "component shapes", _bracketed(queue.shapes), _bracketed(shapes), verb="were")
    return queue


def _agree(queue, op, what, has, requested, end="", verb="was"):
    if has != requested:
        raise errors.InvalidArgumentError(
            None, op, f"Shared queue {queue.name!r} has {what} {has} but requested {what} {verb} {requested}{end}"
        )


def _names(dtypes):
    return ", ".join("float" if d.name == "float32" else d.name for d in dtypes)


def _bracketed(shapes):
    return f"[{','.join(map(bracketed, shapes))}]"


# -- using ----------------------------------------------------------------------------------------------------------


def _uses(type_name, more, outputs, shape, gradient=None):
    """Declares ``<type_name>V2`` and ``<type_name>`` over one kernel; ``gradient`` is what the latter says."""

    def declare(kernel):
        op(
            f"{type_name}V2(handle: resource{more}) -> ({outputs})",
            shape=shape,
            on_host=True,
            stateful=True,
            gradient=False,
        )(kernel)
        op(f"{type_name}(handle: ref string{more}) -> ({outputs})", shape=shape, on_host=True, gradient=gradient)(
            kernel
        )
        return kernel

    return declare


_PUTS = ", components: list(Tcomponents), Tcomponents: list(type) >= 1, timeout_ms: int = -1"
_TAKES = ", component_types: list(type) >= 1, timeout_ms: int = -1"
_TAKES_MANY = ", n: host int32" + _TAKES
_TAKEN = "components: list(component_types)"


@_uses("QueueEnqueue", _PUTS, "", shape_rules.no_output)
def _enqueue(ctx, handle, components, timeout_ms):
    _check_timeout(timeout_ms)
    _ended(ctx, handle.put(components))


@_uses("QueueEnqueueMany", _PUTS, "", shape_rules.no_output)
def _enqueue_many(ctx, handle, components, timeout_ms):
    _check_timeout(timeout_ms)
    _ended(ctx, handle.put_many(components))


def _any_shapes(op):
    return [None] * output_count(op)


def _counted(op):
    n = contents.scalar(op._inputs[1])
    if n is not None and n < 0:
        raise ShapeError(f"Input 'n' must be >= 0, but is {n}", computed={1: f"<{n}>"})
    return _any_shapes(op)


@_uses("QueueDequeue", _TAKES, _TAKEN, _any_shapes)
def _dequeue(ctx, handle, timeout_ms):
    _check_timeout(timeout_ms)
    return _ended(ctx, handle.take())[0]


@_uses("QueueDequeueMany", _TAKES_MANY, _TAKEN, _counted)
def _dequeue_many(ctx, handle, n, timeout_ms):
    _check_timeout(timeout_ms)
    return handle.batch(_ended(ctx, handle.take_many(_one(n))))


@_uses("QueueDequeueUpTo", _TAKES_MANY, _TAKEN, _counted)
def _dequeue_up_to(ctx, handle, n, timeout_ms):
    _check_timeout(timeout_ms)
    return handle.batch(_ended(ctx, handle.take_many(_one(n), or_fewer=True)))


@_uses("QueueClose", ", cancel_pending_enqueues: bool = False", "", shape_rules.no_output)
def _close(ctx, handle, cancel_pending_enqueues):
    _ended(ctx, handle.close(cancel_pending_enqueues))


@_uses("QueueIsClosed", "", "is_closed: bool", shape_rules.scalar, gradient=False)
def _is_closed(handle):
    return np.bool_(handle.is_closed)


@_uses("QueueSize", "", "size: int32", shape_rules.scalar)
def _size(handle):
    return np.int32(handle.size())


def _ended(ctx, attempt):
    """The result of an attempt; while it is waited for, the session is free for other threads."""
    if not attempt.has_ended:
        with ctx.released():
            attempt.wait(ctx.deadline)
    return attempt.result()


def _one(n):
    """A number of elements, which TensorFlow also takes as the first of several."""
    return n if isinstance(n, int) else n[0]


def _check_timeout(timeout_ms):
    if timeout_ms != -1:
        refuse("Timeout not supported yet.")
