"""Event files: what TensorBoard reads. A writer with its queue and thread, and a reader.

An event file is a plain TFRecord file of ``Event`` messages whose first says ``file_version: "brain.Event:2"``. The
caller's thread only puts events into a queue; a daemon thread writes them and flushes every ``flush_secs``. Each wait
ends when the writing thread has an error, is closed or is gone, so nothing can hang; an error of that thread is raised
to whoever next adds, flushes or closes. What is queued when a program ends, or drops the writer, is written then.
"""

import collections
import contextlib
import itertools
import os
import socket
import threading
import time
import warnings
import weakref

from google.protobuf.message import DecodeError

from lazytf.core import errors
from lazytf.formats import files
from lazytf.formats.messages import Event
from lazytf.formats.records import TFRecordWriter, tf_record_iterator

_VERSION = "brain.Event:2"


class EventFileWriter:
    """Writes events to one new file ``events.out.tfevents.<seconds>.<host><filename_suffix>`` in ``logdir``.

    ``logdir`` is made if it is missing. At most ``max_queue`` events wait; adding one more waits for the thread. They
    reach the disk after ``flush_secs`` at the latest. Unlike TensorFlow, which overwrites it, a file that has the same
    name already is kept: ours then takes the next free second.
    """

    def __init__(self, logdir, max_queue=10, flush_secs=120, filename_suffix=None):
        self._logdir = files.local_path(logdir)
        self._arguments = max(1, max_queue), flush_secs, filename_suffix or ""
        self._line = None
        self.reopen()

    def get_logdir(self):
        """The directory of the file."""
        return self._logdir

    def add_event(self, event):
        """Queues an ``Event``. On a closed writer the event is dropped, with a warning."""
        if not isinstance(event, Event):
            raise TypeError(f"expected an Event, but got {event!r} of type {type(event).__name__}")
        if self._line is None:
            warnings.warn(
                f"The event writer of {self._logdir!r} is closed: events are dropped until it is reopened.",
                stacklevel=2,
            )
            return
        self._line.put(event.SerializeToString())

    def flush(self):
        """Returns when every event so far is in the file."""
        if self._line is not None:
            self._line.flush()

    def close(self):
        """Flushes and closes the file; nothing happens the second time."""
        line, self._line = self._line, None
        if line is not None:
            self._finalizer.detach()
            line.close()

    def reopen(self):
        """Starts a new file after ``close``; nothing happens while one is open."""
        if self._line is None:
            self._line = _Line(self._logdir, *self._arguments)
            self._finalizer = weakref.finalize(self, _close_unseen, self._line)


def _close_unseen(line):
    """Closes where nobody could catch an error: it becomes a warning."""
    try:
        line.close()
    except errors.OpError as error:
        warnings.warn(f"Events were lost: {error}", stacklevel=2)


class _Line:
    """A queue of serialized events with the thread that writes them; it ends with ``close`` or its first error.

    All fields are guarded by ``_changed``. ``_added`` and ``_flushed`` count events, so that a flush waits for those
    that were added before it and for no others.
    """

    def __init__(self, logdir, capacity, flush_secs, suffix):
        files.makedirs(logdir)
        self._path, self._writer = _new_file(logdir, suffix)
        self._capacity, self._flush_secs, self._pid = capacity, flush_secs, os.getpid()
        self._changed = threading.Condition()
        self._waiting, self._added, self._flushed, self._wanted = collections.deque(), 0, 0, 0
        self._closing, self._error = False, None
        self.put(Event(wall_time=time.time(), file_version=_VERSION).SerializeToString())
        self._thread = threading.Thread(target=self._work, name=f"events of {self._path}", daemon=True)
        self._thread.start()

    def put(self, data):
        self._check_process()
        with self._changed:
            self._changed.wait_for(lambda: len(self._waiting) < self._capacity or self._over())
            self._raise_error()
            if self._closing:
                raise errors.CancelledError(None, None, f"{self._path} was closed while an event waited for its queue")
            self._waiting.append(data)
            self._added += 1
            self._changed.notify_all()

    def flush(self):
        self._check_process()
        with self._changed:
            self._wanted = wanted = self._added
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._flushed >= wanted or self._over())
            self._raise_error()

    def close(self):
        if os.getpid() != self._pid:
            return  # a forked copy: the file and its thread belong to the parent
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if threading.current_thread() is not self._thread:  # it is where the garbage collector ran in that thread
            self._thread.join()
        with self._changed:
            self._raise_error()

    def _over(self):
        return self._error is not None or self._closing and not self._thread.is_alive()

    def _raise_error(self):
        if self._error is not None:
            raise type(self._error)(None, None, str(self._error)) from self._error

    def _check_process(self):
        if os.getpid() != self._pid:
            raise errors.FailedPreconditionError(
                None, None, f"{self._path} is written by process {self._pid}; make an event writer in this process too"
            )

    def _work(self):
        try:
            with contextlib.closing(self._writer):
                self._write_until_closed()
            error = None
        except errors.OpError as raised:
            error = raised
        except Exception as raised:
            error = errors.InternalError(None, None, f"Writing events to {self._path} failed: {raised!r}")
            error.__cause__ = raised
        with self._changed:
            self._error = error
            self._flushed = self._added if error is None else self._flushed
            self._waiting.clear()
            self._changed.notify_all()

    def _write_until_closed(self):
        flush_at, written = 0.0, 0  # the first events go out at once: TensorBoard shows the run
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._waiting or self._closing or self._wanted > self._flushed,
                    self._pause(flush_at, written),
                )
                batch, wanted, closing = list(self._waiting), self._wanted, self._closing
                self._waiting.clear()
                self._changed.notify_all()
            for data in batch:
                self._writer.write(data)
            written += len(batch)
            if closing and not batch:
                return
            if written > self._flushed and (wanted > self._flushed or time.monotonic() >= flush_at):
                self._writer.flush()
                flush_at = time.monotonic() + self._flush_secs
                with self._changed:
                    self._flushed = written
                    self._changed.notify_all()

    def _pause(self, flush_at, written):
        """Seconds until the next flush is due; None if there is nothing to flush."""
        return max(0.0, flush_at - time.monotonic()) if written > self._flushed else None


def _new_file(logdir, suffix):
    """The path and the writer of an event file with a name that is not taken."""
    start = int(time.time())
    for seconds in itertools.count(start):
        path = os.path.join(logdir, f"events.out.tfevents.{seconds:010d}.{socket.gethostname()}{suffix}")
        with files.os_errors_of(path):
            try:
                open(path, "xb").close()
            except FileExistsError:
                continue
        return path, TFRecordWriter(path)


def event_iterator(path):
    """Yields the ``Event`` messages of a file; ``DataLossError`` names the file and the position of damage."""
    for number, record in enumerate(tf_record_iterator(path)):
        try:
            yield Event.FromString(record)
        except DecodeError as error:
            raise errors.DataLossError(None, None, f"record {number} of {path} is not an Event: {error}") from error
