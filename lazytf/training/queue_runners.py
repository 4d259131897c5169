"""Queue runners: threads that keep queues filled while a program takes from them."""

import logging
import threading
import weakref

from lazytf.core import defaults, errors
from lazytf.core.collections import GraphKeys
from lazytf.core.graph import get_default_graph
from lazytf.formats.messages import QueueRunnerDef
from lazytf.runtime.session import BaseSession

_log = logging.getLogger("tensorflow")


class QueueRunner:
    """Runs each of ``enqueue_ops`` in a thread of its own, until the queue is closed or a coordinator stops.

    When an enqueue raises one of ``queue_closed_exception_types`` (by default ``OutOfRangeError``: the input has
    ended), its thread ends, and the last one runs ``close_op``: what is in the queue can still be taken. When the
    coordinator stops, ``cancel_op`` runs, so that no thread waits for room any more. Both default to ``queue.close``.
    A runner can also be made from its ``queue_runner_def``.

    Raises ``ValueError`` where the queue or the operations are missing, ``TypeError`` for exception types that are not
    those of ``tf.errors``.
    """

    def __init__(
        self,
        queue=None,
        enqueue_ops=None,
        close_op=None,
        cancel_op=None,
        queue_closed_exception_types=None,
        queue_runner_def=None,
        import_scope=None,
    ):
        if queue_runner_def is not None:
            if queue is not None or enqueue_ops:
                raise ValueError("queue_runner_def and queue are mutually exclusive.")
            self._from_def(queue_runner_def, import_scope)
        else:
            self._from_arguments(queue, enqueue_ops, close_op, cancel_op, queue_closed_exception_types)
        self._lock = threading.Lock()
        self._running = weakref.WeakKeyDictionary()  # session -> how many threads run in it
        self._exceptions_raised = []

    def _from_arguments(self, queue, enqueue_ops, close_op, cancel_op, closed_types):
        if queue is None or not enqueue_ops:
            raise ValueError("Must provide queue and enqueue_ops.")
        if closed_types is None:
            closed_types = (errors.OutOfRangeError,)
        elif not (
            isinstance(closed_types, tuple)
            and closed_types
            and all(isinstance(t, type) and issubclass(t, errors.OpError) for t in closed_types)
        ):
            raise TypeError(
                "queue_closed_exception_types, when provided, must be a tuple of tf.error types, but saw: "
                f"{closed_types}"
            )
        self._queue, self._enqueue_ops = queue, list(enqueue_ops)
        self._close_op = queue.close() if close_op is None else close_op
        self._cancel_op = queue.close(cancel_pending_enqueues=True) if cancel_op is None else cancel_op
        self._closed_types = closed_types

    def _from_def(self, definition, import_scope):
        if not isinstance(definition, QueueRunnerDef):
            raise TypeError(f"queue_runner_def must be a QueueRunnerDef; got {type(definition)}")
        graph = get_default_graph()

        def element(name):
            return graph.as_graph_element(f"{import_scope}/{name}" if import_scope else name)

        self._queue = element(definition.queue_name)
        self._enqueue_ops = [element(name) for name in definition.enqueue_op_name]
        self._close_op, self._cancel_op = element(definition.close_op_name), element(definition.cancel_op_name)
        self._closed_types = tuple(
            errors.exception_type_from_error_code(c) for c in definition.queue_closed_exception_types
        ) or (errors.OutOfRangeError,)

    queue = property(lambda self: self._queue, doc="The queue that is filled.")
    enqueue_ops = property(lambda self: self._enqueue_ops, doc="The operations that fill it, one for each thread.")
    close_op = property(lambda self: self._close_op, doc="The operation that runs when the input has ended.")
    cancel_op = property(lambda self: self._cancel_op, doc="The operation that runs when the coordinator stops.")
    queue_closed_exception_types = property(
        lambda self: self._closed_types, doc="Errors that mean: the input has ended."
    )
    name = property(lambda self: self._queue.name, doc="The name of the queue.")

    @property
    def exceptions_raised(self):
        """Errors of threads that had no coordinator to tell, since threads were last created."""
        return self._exceptions_raised

    def create_threads(self, sess, coord=None, daemon=False, start=False):
        """Threads that run the enqueue operations in ``sess``, as a list; none if some run there already.

        With a ``coord`` they are registered with it, and one more waits for the stop to run ``cancel_op``. ``daemon``
        threads do not keep the program alive; ``start`` starts them.
        """
        with self._lock:
            if self._running.get(sess, 0) > 0:
                return []
            self._running[sess] = len(self._enqueue_ops)
            self._exceptions_raised = []
        threads = [
            threading.Thread(
                target=self._fill,
                args=(sess, op, coord),
                daemon=daemon,
                name=f"QueueRunnerThread-{self.name}-{op.name}",
            )
            for op in self._enqueue_ops
        ]
        if coord is not None:
            threads.append(
                threading.Thread(
                    target=self._cancel_at_stop,
                    args=(sess, coord),
                    daemon=daemon,
                    name=f"QueueRunnerThread-{self.name}-close_on_stop",
                )
            )
        for thread in threads:
            if coord is not None:
                coord.register_thread(thread)
            if start:
                thread.start()
        return threads

    def _fill(self, sess, enqueue_op, coord):
        """The work of one thread."""
        input_ended = False
        try:
            enqueue = sess.make_callable(enqueue_op)
            while coord is None or not coord.should_stop():
                enqueue()
        except self._closed_types:
            input_ended = True
        except Exception as error:
            if coord is not None:
                coord.request_stop(error)
            else:
                _log.error("Exception in QueueRunner: %s", error, exc_info=True)
                with self._lock:
                    self._exceptions_raised.append(error)
        finally:
            with self._lock:
                self._running[sess] -= 1
                is_last = not self._running[sess]
        if input_ended and is_last:
            _run_quietly(sess, self._close_op)

    def _cancel_at_stop(self, sess, coord):
        coord.wait_for_stop()
        _run_quietly(sess, self._cancel_op)

    def to_proto(self, export_scope=None):
        """The ``QueueRunnerDef``; with ``export_scope``, of names within it, or None if the queue is not in it."""
        if export_scope and not self.name.startswith(export_scope.rstrip("/") + "/"):
            return None

        def inside(name):
            return name[len(export_scope.rstrip("/")) + 1 :] if export_scope else name

        return QueueRunnerDef(
            queue_name=inside(self.name),
            enqueue_op_name=[inside(op.name) for op in self._enqueue_ops],
            close_op_name=inside(self._close_op.name),
            cancel_op_name=inside(self._cancel_op.name),
            queue_closed_exception_types=[errors.error_code_from_exception_type(t) for t in self._closed_types],
        )

    @staticmethod
    def from_proto(queue_runner_def, import_scope=None):
        """The runner that a ``QueueRunnerDef`` describes, in the default graph."""
        return QueueRunner(queue_runner_def=queue_runner_def, import_scope=import_scope)


def _run_quietly(sess, op):
    """Closes a queue that somebody else, or the session's end, may have closed already."""
    try:
        sess.run(op)
    except Exception as error:
        _log.debug("Ignored exception: %s", error)


def add_queue_runner(qr, collection=GraphKeys.QUEUE_RUNNERS):
    """Adds a ``QueueRunner`` to a collection of the graph, for ``start_queue_runners`` to find."""
    get_default_graph().add_to_collection(collection, qr)


def start_queue_runners(sess=None, coord=None, daemon=True, start=True, collection=GraphKeys.QUEUE_RUNNERS):
    """Creates the threads of all queue runners in a collection of the session's graph; returns them as a list.

    ``sess`` defaults to the default session: ``ValueError`` if there is none, ``TypeError`` if it is no session.
    """
    if sess is None:
        sess = defaults.sessions.top
        if sess is None:
            raise ValueError(
                "Cannot start queue runners: No default session is registered. Use `with sess.as_default()` "
                "or pass an explicit session to tf.start_queue_runners(sess=sess)"
            )
    if not isinstance(sess, BaseSession):
        raise TypeError(f"sess must be a `tf.Session` object. Given class: {type(sess)}")
    with sess.graph.as_default():
        return [
            thread
            for runner in sess.graph.get_collection(collection)
            for thread in runner.create_threads(sess, coord=coord, daemon=daemon, start=start)
        ]
