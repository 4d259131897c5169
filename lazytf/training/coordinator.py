"""Threads that stop together: the first error anywhere stops all, and is raised where they are joined."""

import contextlib
import logging
import sys
import threading
import time

from lazytf.core import errors

_SLICE = 0.05  # seconds; how soon a join notices that a stop was asked for
_log = logging.getLogger("tensorflow")


class Coordinator:
    """Lets several threads stop together.

        coord = tf.train.Coordinator()
        threads = [threading.Thread(target=work, args=(coord,)) for _ in range(4)]
        ...                     # each works `while not coord.should_stop()` within `with coord.stop_on_exception()`
        coord.join(threads)     # raises the first error of any of them

    Errors of ``clean_stop_exception_types`` (by default ``OutOfRangeError``) ask for a stop and are not raised.
    """

    def __init__(self, clean_stop_exception_types=None):
        if clean_stop_exception_types is None:
            clean_stop_exception_types = (errors.OutOfRangeError,)
        self._clean = tuple(clean_stop_exception_types)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._error = None  # the first one asked to be raised, with its traceback
        self._joined = False
        self._registered = set()

    @property
    def joined(self):
        """Whether ``join`` has ended since the last ``clear_stop``."""
        return self._joined

    def request_stop(self, ex=None):
        """Asks all threads to stop; the first time with an error, keeps it for ``join`` to raise.

        ``ex`` is an exception or what ``sys.exc_info()`` returns. An error that comes after ``join`` is raised here,
        for nobody else would see it.
        """
        error = _with_traceback(ex)
        if error is not None and isinstance(error[0], self._clean):
            error = None
        with self._lock:
            if self._joined and error is not None:
                _raise(error)
            if self._stop.is_set():
                return
            if error is not None and self._error is None:
                _log.info("Error reported to Coordinator: %s, %s", type(error[0]), error[0])
                self._error = error
            self._stop.set()

    def clear_stop(self):
        """Forgets that a stop was asked for, and its error; the threads may be used again."""
        with self._lock:
            self._joined, self._error = False, None
            self._stop.clear()

    def should_stop(self):
        """Whether a stop was asked for."""
        return self._stop.is_set()

    def wait_for_stop(self, timeout=None):
        """Waits until a stop is asked for, or for ``timeout`` seconds; returns whether it was asked for."""
        return self._stop.wait(timeout)

    @contextlib.contextmanager
    def stop_on_exception(self):
        """A ``with`` block whose error asks all threads to stop, and goes no further."""
        try:
            yield
        except Exception:
            self.request_stop(sys.exc_info())

    def register_thread(self, thread):
        """Adds a thread to those that ``join`` waits for."""
        with self._lock:
            self._registered.add(thread)

    def join(self, threads=None, stop_grace_period_secs=120, ignore_live_threads=False):
        """Waits for the threads given and the registered ones to end; raises the error that stopped them, if any did.

        Waits as long as nobody asks for a stop; then for ``stop_grace_period_secs`` at most. Threads that still run
        after that raise ``RuntimeError`` with their names, or are left alone with ``ignore_live_threads``.
        """
        with self._lock:
            threads = list(self._registered.union(threads or ()))
        while not self._stop.is_set():
            running = next((t for t in threads if t.is_alive()), None)
            if running is None:
                break
            running.join(_SLICE)
        deadline = time.monotonic() + stop_grace_period_secs
        for thread in threads:
            if thread.is_alive():
                thread.join(max(0.0, deadline - time.monotonic()))
        running = [t.name for t in threads if t.is_alive()]
        with self._lock:
            self._joined = True
            self._registered = set()
            if self._error is not None:
                _raise(self._error)
        if running:
            sentence = f"Coordinator stopped with threads still running: {' '.join(running)}"
            if not ignore_live_threads:
                raise RuntimeError(sentence)
            _log.info(sentence)

    def raise_requested_exception(self):
        """Raises the error that asked for the stop, if one did."""
        with self._lock:
            if self._error is not None:
                _raise(self._error)


def _with_traceback(ex):
    """``(exception, traceback)`` of what ``request_stop`` takes, or None."""
    if ex is None:
        return None
    if isinstance(ex, tuple):
        if len(ex) == 3 and isinstance(ex[1], BaseException):
            return ex[1], ex[2]
    elif isinstance(ex, BaseException):
        return ex, ex.__traceback__
    raise TypeError(f"request_stop takes an exception or the three values of sys.exc_info(); got {ex!r}")


def _raise(error):
    exception, traceback = error
    raise exception.with_traceback(traceback)


class LooperThread(threading.Thread):
    """A daemon thread that calls ``target(*args, **kwargs)`` again and again until its coordinator stops.

    It calls every ``timer_interval_secs``, or without a pause where that is None. An error stops all threads of
    ``coord``. Subclasses may define ``run_loop``, ``start_loop`` and ``stop_loop`` instead of giving a target.
    """

    def __init__(self, coord, timer_interval_secs, target=None, args=None, kwargs=None):
        if not isinstance(coord, Coordinator):
            raise ValueError(f"'coord' argument must be a Coordinator: {coord}")
        super().__init__(daemon=True)
        self._coord, self._interval = coord, timer_interval_secs
        self._looped = target, args or (), kwargs or {}
        coord.register_thread(self)

    @staticmethod
    def loop(coord, timer_interval_secs, target, args=None, kwargs=None):
        """Starts such a thread and returns it."""
        looper = LooperThread(coord, timer_interval_secs, target, args, kwargs)
        looper.start()
        return looper

    def run(self):
        with self._coord.stop_on_exception():
            self.start_loop()
            due = time.monotonic()
            while not (
                self._coord.should_stop()
                if self._interval is None
                else self._coord.wait_for_stop(max(0.0, due - time.monotonic()))
            ):
                due += self._interval or 0.0
                self.run_loop()
            self.stop_loop()

    def start_loop(self):
        """Called once before the first call."""

    def stop_loop(self):
        """Called once after the last call, if none failed."""

    def run_loop(self):
        """One call."""
        target, args, kwargs = self._looped
        if target is not None:
            target(*args, **kwargs)
