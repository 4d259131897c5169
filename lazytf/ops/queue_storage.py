"""What a queue holds: elements that some runs put in and others take out, waiting for each other where they must.

Everything asked of a queue is an *attempt*. Those that put stand in one line, those that take in another, and only the
first of a line may move, so whoever came first is served first:

    putting: [c b a] ->  elements  -> [x y] :taking

Whoever brings an attempt moves both lines as far as they go, under the queue's one lock. An attempt that cannot end yet
is waited for outside that lock, and ends when somebody else's attempt moves it, when the queue is closed, when its time
is up, or when the session goes. So no thread is woken in vain and none can be forgotten.

An element is a list with one NumPy value for each component. A queue keeps copies, never the arrays it was given.
"""

import heapq
import math
import threading
import time
from collections import deque

import numpy as np

from lazytf.core import errors
from lazytf.core.shapes import bracketed, compatible
from lazytf.ops.sentences import refuse

_SLICE = 0.2  # seconds; between two of them a waiting main thread notices Ctrl-C on every platform


class Attempt:
    """Something asked of a queue, with a result or an error once it has ended.

    ``step(attempt)`` moves it on and ends it where it can; ``undo()`` gives back what it took so far.
    """

    __slots__ = ("_queue", "_step", "_undo", "_result", "_error", "_event", "has_ended")

    def __init__(self, queue, step, undo=None):
        self._queue, self._step, self._undo = queue, step, undo
        self._result = self._error = self._event = None
        self.has_ended = False

    def wait(self, deadline=None):
        """Returns when it has ended, at ``deadline`` (on ``time.monotonic``'s clock) with ``DeadlineExceededError``."""
        try:
            while not self._event.wait(min(_SLICE, _left(deadline))):
                if not _left(deadline):
                    error = errors.DeadlineExceededError(None, None, "Timed out waiting for notification")
                    self._queue._withdraw(self, error)
        except BaseException:  # Ctrl-C: nobody is left to take what it waits for
            self._queue._withdraw(self, errors.CancelledError(None, None, "The waiting thread was interrupted"))
            raise

    def result(self):
        """What it gave; raises what ended it instead."""
        if self._error is not None:
            raise self._error
        return self._result

    def end(self, result=None, error=None):
        self._result, self._error, self.has_ended = result, error, True
        if self._event is not None:
            self._event.set()


class Queue:
    """What all kinds of queue share: the two lines, closing, batches. A kind says how elements are kept.

    ``shapes`` is a static shape for each component, or empty where elements may have any; a negative ``capacity`` is no
    limit. Methods that move elements return an ``Attempt``.
    """

    kind = ""

    def __init__(self, name, dtypes, shapes, capacity):
        if shapes and len(shapes) != len(dtypes):
            refuse(f"Queue {name!r} has {len(dtypes)} component types but {len(shapes)} shapes")
        self.name, self.dtypes, self.shapes, self.capacity = name, tuple(dtypes), tuple(shapes), capacity
        self._limit = capacity if capacity >= 0 else math.inf
        self._lock = threading.Lock()
        self._putting, self._taking = deque(), deque()
        self._is_closed = self._is_gone = False
        self._moves = 0  # grows whenever something moved that the other line may wait for
        self._elements = []

    # -- what a kind decides ----------------------------------------------------------------------------------------

    def _keep(self, element):
        raise NotImplementedError

    def _give(self):
        """Takes out the next element."""
        raise NotImplementedError

    def _take_back(self, elements):
        """Restores elements that were given, first one first."""
        raise NotImplementedError

    def _may_give(self):
        return bool(self._elements)

    # -- what runs ask ----------------------------------------------------------------------------------------------

    def size(self):
        """How many elements are in it; those that a waiting attempt already holds are not."""
        return len(self._elements)

    @property
    def is_closed(self):
        return self._is_closed

    def put(self, components):
        """An attempt to put in one element."""
        self._check_count(components)
        for i, shape in enumerate(self.shapes):
            self._check_shape(i, shape, np.shape(components[i]))
        return self._put([[_owned(c) for c in components]])

    def put_many(self, components):
        """An attempt to put in the rows of ``components`` one after the other, as there is room."""
        self._check_count(components)
        rows = np.shape(components[0])[:1]
        for i, component in enumerate(components):
            found = np.shape(component)
            if self.shapes:
                self._check_shape(i, (*(rows or (None,)), *self.shapes[i]), found)
            elif not found or found[:1] != rows:
                has, wanted = found[0] if found else "none", rows[0] if rows else "one"
                refuse(
                    f"All input tensors must have the same size in the 0th dimension. Component {i} has {has}, and "
                    f"should have {wanted}"
                )
        return self._put([list(row) for row in zip(*map(_owned, components), strict=True)])

    def take(self):
        """An attempt to take one element out; its result is a list of one element."""
        return self._take(1, False)

    def take_many(self, count, or_fewer=False):
        """An attempt to take out ``count`` elements; of a closed queue, ``or_fewer`` is content with what is left."""
        if not self.shapes:
            refuse(f"{self.kind}'s DequeueMany and DequeueUpTo require the components to have specified shapes.")
        if count < 0:
            refuse(f"Dequeue{'UpTo' if or_fewer else 'Many'}Op requested {count} < 0 elements")
        return self._take(count, or_fewer)

    def close(self, cancels_putting):
        """An attempt to close: after it nothing can be put, and what is left can be taken.

        It stands in line behind the attempts to put that came before, unless it cancels these.
        """
        if not cancels_putting:
            return self._submit(self._putting, Attempt(self, self._close))
        with self._lock:
            self._set_closed()
            self._cancel(self._putting)
            self._flush()
        attempt = Attempt(self, None)
        attempt.end()
        return attempt

    def close_with_session(self):
        """Ends every attempt, those to come included."""
        with self._lock:
            self._is_gone = True
            self._cancel(self._putting)
            self._cancel(self._taking)
            self._elements = []

    def batch(self, elements):
        """The elements stacked along a new first axis: one array for each component."""
        return [self._stacked(i, [e[i] for e in elements]) for i in range(len(self.dtypes))]

    # -- attempts ---------------------------------------------------------------------------------------------------

    def _put(self, elements):
        waiting = deque(elements)

        def step(attempt):
            if waiting and self._is_closed:
                attempt.end(error=errors.CancelledError(None, None, f"{self.kind} {self.name!r} is closed."))
                return
            while waiting and len(self._elements) < self._limit:
                self._keep(waiting.popleft())
                self._moves += 1
            if not waiting:
                attempt.end()

        return self._submit(self._putting, Attempt(self, step))

    def _take(self, count, or_fewer):
        taken = []

        def undo():
            self._take_back(taken)
            taken.clear()

        def step(attempt):
            there = len(taken) + len(self._elements)
            if self._is_closed and there < count and not (or_fewer and there):
                undo()
                sentence = (
                    f"{self.kind} {self.name!r} is closed and has insufficient elements "
                    f"(requested {count}, current size {there})"
                )
                attempt.end(error=errors.OutOfRangeError(None, None, sentence))
                return
            while len(taken) < count and self._may_give():
                taken.append(self._give())
                self._moves += 1
            if len(taken) == count or self._is_closed:
                attempt.end(taken)

        return self._submit(self._taking, Attempt(self, step, undo))

    def _close(self, attempt):
        if self._is_closed:
            attempt.end(error=errors.CancelledError(None, None, f"Queue {self.name!r} is already closed."))
        else:
            self._set_closed()
            attempt.end()

    def _set_closed(self):
        self._is_closed = True
        self._moves += 1

    def _submit(self, line, attempt):
        with self._lock:
            line.append(attempt)
            self._flush()
            if self._is_gone and not attempt.has_ended:
                self._cancel(line)
            if not attempt.has_ended:
                attempt._event = threading.Event()
        return attempt

    def _flush(self):
        """Moves both lines until neither can."""
        moves = None
        while moves != self._moves:
            moves = self._moves
            for line in (self._putting, self._taking):
                while line:
                    line[0]._step(line[0])
                    if not line[0].has_ended:
                        break
                    line.popleft()

    def _withdraw(self, attempt, error):
        """Ends an attempt that still stands in line."""
        with self._lock:
            if attempt.has_ended:
                return
            (self._putting if attempt in self._putting else self._taking).remove(attempt)
            if attempt._undo is not None:
                attempt._undo()
            attempt.end(error=error)
            self._moves += 1
            self._flush()

    def _cancel(self, line):
        sentence = f"{'Enqueue' if line is self._putting else 'Dequeue'} operation was cancelled"
        while line:
            attempt = line.popleft()
            if attempt._undo is not None:
                attempt._undo()
            attempt.end(error=errors.CancelledError(None, None, sentence))

    # -- components -------------------------------------------------------------------------------------------------

    def _check_count(self, components):
        if len(components) != len(self.dtypes):
            refuse(f"{self.kind} {self.name!r} has {len(self.dtypes)} components; got {len(components)}")

    def _check_shape(self, i, expected, found):
        if not compatible(expected, found):
            refuse(f"Shape mismatch in tuple component {i}. Expected {bracketed(expected)}, got {bracketed(found)}")

    def _stacked(self, i, values):
        stacked = np.empty((len(values), *self.shapes[i]), self.dtypes[i].as_numpy_dtype)
        for row, value in enumerate(values):
            stacked[row] = value
        return stacked


class FIFOQueue(Queue):
    """Elements come out in the order in which they went in."""

    kind = "FIFOQueue"

    def __init__(self, name, dtypes, shapes, capacity):
        super().__init__(name, dtypes, shapes, capacity)
        self._elements = deque()

    def _keep(self, element):
        self._elements.append(element)

    def _give(self):
        return self._elements.popleft()

    def _take_back(self, elements):
        self._elements.extendleft(reversed(elements))


class PaddingFIFOQueue(FIFOQueue):
    """Elements come out in order, and batches of different sizes are padded: with 0, False or empty strings."""

    kind = "PaddingFIFOQueue"

    def _stacked(self, i, values):
        sizes = [np.shape(v) for v in values]
        shape = tuple(
            max((s[axis] for s in sizes), default=0) if size is None else size
            for axis, size in enumerate(self.shapes[i])
        )
        dtype = self.dtypes[i].as_numpy_dtype
        stacked = np.full((len(values), *shape), b"" if dtype is object else 0, dtype)
        for row, (value, size) in enumerate(zip(values, sizes, strict=True)):
            stacked[(row, *map(slice, size))] = value
        return stacked


class RandomShuffleQueue(Queue):
    """Elements come out in random order, of at least ``min_after_dequeue`` others while the queue is open.

    ``draw()`` gives the next word of the random stream. As TensorFlow does, the word modulo the size picks the element,
    and the last one moves to its place: equal seeds give TensorFlow's order.
    """

    kind = "RandomShuffleQueue"

    def __init__(self, name, dtypes, shapes, capacity, min_after_dequeue, seeds, draw):
        super().__init__(name, dtypes, shapes, capacity)
        if min_after_dequeue < 0:
            refuse(f"min_after_dequeue {min_after_dequeue} must be >= 0")
        if min_after_dequeue >= self._limit:
            refuse(f"min_after_dequeue {min_after_dequeue} must be < capacity {capacity}")
        self.min_after_dequeue, self.seeds, self._draw = min_after_dequeue, seeds, draw

    def _may_give(self):
        return len(self._elements) > (0 if self._is_closed else self.min_after_dequeue)

    def _keep(self, element):
        self._elements.append(element)

    def _give(self):
        elements = self._elements
        i = self._draw() % len(elements)
        elements[i], elements[-1] = elements[-1], elements[i]
        return elements.pop()

    def _take_back(self, elements):
        self._elements.extend(elements)


class PriorityQueue(Queue):
    """The element with the smallest first component (an int64) comes out first.

    Equal ones come out as a binary heap has it, which is TensorFlow's order too.
    """

    kind = "PriorityQueue"

    def _keep(self, element):
        heapq.heappush(self._elements, _Ranked(element))

    def _give(self):
        return heapq.heappop(self._elements).element

    def _take_back(self, elements):
        for element in elements:
            self._keep(element)


class _Ranked:
    """An element in a heap: compared by its priority and nothing else."""

    __slots__ = ("priority", "element")

    def __init__(self, element):
        self.priority, self.element = int(element[0]), element

    def __lt__(self, other):
        return self.priority < other.priority


def _owned(value):
    """The value in memory of the queue's own; scalars cannot change."""
    return value.copy() if isinstance(value, np.ndarray) else value


def _left(deadline):
    """Seconds until ``deadline``, 0 after it."""
    return math.inf if deadline is None else max(0.0, deadline - time.monotonic())
