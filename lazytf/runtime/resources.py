"""What a session owns: the storage of its variables, its queues, its random streams.

Everything is keyed by the name the graph gives it, so two sessions on one graph share nothing, and a second plan finds
what the first one made. One re-entrant lock guards all of it: a run that touches state holds it from start to end,
and a kernel that has to wait for another thread (a queue's) lets go of it while it waits.
"""

import contextlib
import itertools
import threading
import time

import numpy as np

from lazytf.core import errors, shapes
from lazytf.runtime import tensors
from lazytf.runtime.random_streams import stream as open_stream


class Cell:
    """A variable's storage.

    The value has up to three forms, each made from another when asked for: ``value``, a torch tensor; ``host``, a
    NumPy scalar, for 0-d variables that only Python arithmetic touches (step counters, Adam's powers); ``leaf``, a
    tensor over the same storage as ``value`` that torch.autograd records. Kernels change a cell only by ``assign``,
    ``assign_host`` and ``writable``, which keep the forms in step.
    """

    __slots__ = ("name", "dtype", "shape", "device", "_value", "_host", "_leaf")
    surprises = 0  # how often a variable of a fixed shape got another one: flat programs then start anew

    def __init__(self, name, dtype, shape, device):
        self.name, self.dtype, self.shape, self.device = name, dtype, shape, device
        self._value = self._host = self._leaf = None

    @property
    def is_initialized(self):
        return self._value is not None or self._host is not None

    @property
    def initialized_flag(self):
        """The same, as the NumPy scalar that an op returns."""
        return np.bool_(self.is_initialized)

    @property
    def shape_now(self):
        """The shape of the value it holds."""
        return tuple(self._host.shape if self._value is None and self._host is not None else self.value.shape)

    @property
    def shape_text(self):
        return shapes.bracketed(self.shape_now if self.is_initialized else self.shape)

    def fits(self, shape):
        """Whether a value of that shape may replace what it holds, or what it was declared to hold."""
        return shapes.compatible(self.shape_now if self.is_initialized else self.shape, tuple(shape))

    @property
    def value(self):
        value = self._value
        if value is None:
            if self._host is None:
                raise self._uninitialized()
            value = self._value = tensors.from_numpy(self._host, self.device)
        return value

    @property
    def host(self):
        host = self._host
        if host is None:
            if self._value is None:
                raise self._uninitialized()
            host = self._host = tensors.to_numpy(self._value)
        return host

    @property
    def leaf(self):
        leaf = self._leaf
        if leaf is None:
            leaf = self._leaf = self.value.detach().requires_grad_()
        return leaf

    def writable(self):
        """The tensor, for a kernel that is about to change it in place."""
        value = self.value
        self._host = None
        return value

    def assign(self, tensor):
        """Takes the numbers of ``tensor``; in place where the shape stays, so that views of the storage stay valid."""
        value = self._value
        if value is not None and value.shape == tensor.shape:
            value.copy_(tensor)
        else:
            if value is not None and self.shape is not None and None not in self.shape:
                Cell.surprises += 1
            self._value, self._leaf = tensor.detach().to(self.device, self.dtype, copy=True), None
        self._host = None

    def assign_host(self, scalar):
        """Takes a NumPy scalar, or an array of what torch cannot hold."""
        self._host, self._value, self._leaf = scalar, None, None

    def fork(self):
        """Moves the value to storage of its own: whoever holds the old tensor keeps the old numbers."""
        if self._value is not None:
            self._value, self._leaf = self._value.clone(), None

    def clear(self):
        self._value = self._host = self._leaf = None

    def _uninitialized(self):
        return errors.FailedPreconditionError(None, None, f"Attempting to use uninitialized value {self.name}")


class Resources:
    """All that one session owns, and the lock that guards it."""

    def __init__(self):
        self.lock = threading.RLock()
        self._by_name = {}
        self._closers = []
        self._run = threading.local()
        self.closed = False

    def get(self, kind, name, make):
        """The resource of that kind and name, made by ``make()`` the first time; ``CancelledError`` once closed."""
        key = kind, name
        with self.lock:
            if self.closed:  # a run that had begun before: it must not find fresh, empty resources
                raise errors.CancelledError(None, None, "Session has been closed.")
            if key not in self._by_name:
                self._by_name[key] = made = make()
                if hasattr(made, "close_with_session"):
                    self._closers.append(made.close_with_session)
            return self._by_name[key]

    def cells(self):
        """The cells of all variables, by name."""
        return {name: cell for (kind, name), cell in self._by_name.items() if kind == "variable"}

    def close(self):
        """Wakes whoever waits and frees everything."""
        self.closed = True
        for close in list(self._closers):
            close()
        self._by_name.clear()
        self._closers.clear()

    # -- a run's own limits, per thread ------------------------------------------------------------------------------

    @contextlib.contextmanager
    def time_limit(self, milliseconds):
        """Within the block, waiting kernels of this thread give up after that long; 0 or None is no limit."""
        saved = getattr(self._run, "deadline", None)
        self._run.deadline = time.monotonic() + milliseconds / 1000 if milliseconds else saved
        try:
            yield
        finally:
            self._run.deadline = saved

    @property
    def deadline(self):
        """When the current run must have ended, on ``time.monotonic``'s clock, or None."""
        return getattr(self._run, "deadline", None)

    def rounds(self):
        """What a loop goes round in: until the run's deadline, ``DeadlineExceededError``, or until the session is
        closed, ``CancelledError``.
        """
        return itertools.chain.from_iterable(self._looking_up(self.deadline))

    def _looking_up(self, deadline):
        """Some rounds at a time; between them it is seen whether there may be more."""
        while True:
            if self.closed:
                raise errors.CancelledError(None, None, "Session has been closed.")
            if deadline is not None and time.monotonic() > deadline:
                raise errors.DeadlineExceededError(None, None, "Timed out waiting for notification: a loop did not end")
            yield _SOME

    @contextlib.contextmanager
    def released(self):
        """A block in which this thread does not hold the lock, however often it has taken it."""
        depth = 0
        while _owned(self.lock):
            self.lock.release()
            depth += 1
        try:
            yield
        finally:
            for _ in range(depth):
                self.lock.acquire()


_SOME = (None,) * 32  # rounds between two looks at the clock


def _owned(lock):
    return lock._is_owned()


class Context:
    """What a kernel that takes ``ctx`` sees of its session: its own name and device, and the session's resources."""

    __slots__ = ("resources", "name", "device", "op", "_stream")

    def __init__(self, resources, op, device):
        self.resources, self.op, self.device = resources, op, device
        self.name, self._stream = op.name, None

    def resource(self, kind, name, make):
        """The session's resource of that kind and name, made by ``make()`` the first time."""
        return self.resources.get(kind, name, make)

    def cell(self, name, dtype, shape):
        """The storage of the variable ``name``; ``dtype`` is a ``torch.dtype``, or None for strings."""
        return self.resources.get("variable", name, lambda: Cell(name, dtype, shape, self.device))

    def stream(self, seed, seed2):
        """This op's random stream in this session."""
        stream = self._stream
        if stream is None:
            stream = self._stream = self.resources.get("stream", self.name, lambda: open_stream(seed, seed2))
        return stream

    def released(self):
        """A block in which the session's lock is free, for a kernel that waits for other threads."""
        return self.resources.released()

    def rounds(self):
        """What a kernel's loop goes round in (see ``Resources.rounds``)."""
        return self.resources.rounds()

    @property
    def deadline(self):
        return self.resources.deadline
