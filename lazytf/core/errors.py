"""The exceptions a graph or a session raises: one class per status code, as ``tf.errors`` has them."""

import contextlib

OK = 0
CANCELLED = 1
UNKNOWN = 2
INVALID_ARGUMENT = 3
DEADLINE_EXCEEDED = 4
NOT_FOUND = 5
ALREADY_EXISTS = 6
PERMISSION_DENIED = 7
RESOURCE_EXHAUSTED = 8
FAILED_PRECONDITION = 9
ABORTED = 10
OUT_OF_RANGE = 11
UNIMPLEMENTED = 12
INTERNAL = 13
UNAVAILABLE = 14
DATA_LOSS = 15
UNAUTHENTICATED = 16


class OpError(Exception):
    """What went wrong while running a graph.

    ``op`` is the ``tf.Operation`` that failed, or None; ``node_def`` its definition, or None; ``message`` a
    sentence; ``error_code`` one of the codes of ``tf.errors``. Printed, it also says where the op was made.
    """

    def __init__(self, node_def, op, message, error_code):
        super().__init__()
        self._node_def, self._op, self._message, self._error_code = node_def, op, message, error_code

    @property
    def op(self):
        return self._op

    @property
    def node_def(self):
        return self._node_def if self._node_def is not None else getattr(self._op, "node_def", None)

    @property
    def message(self):
        return self._message

    @property
    def error_code(self):
        return self._error_code

    def __str__(self):
        if self._op is None:
            return self._message
        made = self._op.creation_site
        where = f"\n\nOriginal stack trace for {self._op.name!r}:\n  made at {made}" if made else ""
        return f"{self._message}{where}"

    def __reduce__(self):
        # An operation belongs to its process: a pickled error keeps the sentence, not the graph.
        if type(self) is OpError:
            return OpError, (None, None, str(self), self._error_code)
        return type(self), (None, None, str(self))


class InaccessibleTensorError(ValueError):
    """A tensor or operation that the graph has marked as not to be fetched."""


def _status(name, code, doc):
    """One exception class for one status code."""

    def __init__(self, node_def, op, message):
        OpError.__init__(self, node_def, op, message, code)

    return type(name, (OpError,), {"__init__": __init__, "__doc__": doc, "__module__": __name__})


CancelledError = _status("CancelledError", CANCELLED, "An operation was cancelled while it waited.")


class UnknownError(OpError):
    """A failure that fits no other class."""

    def __init__(self, node_def, op, message, error_code=UNKNOWN):
        super().__init__(node_def, op, message, error_code)


InvalidArgumentError = _status("InvalidArgumentError", INVALID_ARGUMENT, "An operation got an argument it cannot take.")
DeadlineExceededError = _status("DeadlineExceededError", DEADLINE_EXCEEDED, "A time limit ran out first.")
NotFoundError = _status("NotFoundError", NOT_FOUND, "A file, variable or resource that was asked for is not there.")
AlreadyExistsError = _status("AlreadyExistsError", ALREADY_EXISTS, "What was to be made is there already.")
PermissionDeniedError = _status("PermissionDeniedError", PERMISSION_DENIED, "The caller may not do this.")
ResourceExhaustedError = _status("ResourceExhaustedError", RESOURCE_EXHAUSTED, "Memory, disk or a quota ran out.")
FailedPreconditionError = _status(
    "FailedPreconditionError",
    FAILED_PRECONDITION,
    "The system is not ready for this, as when a variable is not initialized.",
)
AbortedError = _status("AbortedError", ABORTED, "An operation was given up, usually because another one won.")
OutOfRangeError = _status("OutOfRangeError", OUT_OF_RANGE, "The end of the data, of a queue or a file, was passed.")
UnimplementedError = _status("UnimplementedError", UNIMPLEMENTED, "There is no implementation for what was asked.")
InternalError = _status("InternalError", INTERNAL, "An invariant of the system itself does not hold.")
UnavailableError = _status("UnavailableError", UNAVAILABLE, "A service cannot be reached now.")
DataLossError = _status("DataLossError", DATA_LOSS, "Stored data is lost or damaged.")
UnauthenticatedError = _status("UnauthenticatedError", UNAUTHENTICATED, "The request carries no valid credentials.")

_BY_CODE: dict = {cls(None, None, "").error_code: cls for cls in OpError.__subclasses__()}  # type: ignore[call-arg]


def exception_type_from_error_code(error_code):
    """The exception class of a status code; ``KeyError`` if there is none."""
    return _BY_CODE[error_code]


def error_code_from_exception_type(cls):
    """The status code of an exception class, ``UNKNOWN`` for one that is not of this module."""
    return next((code for code, known in _BY_CODE.items() if known is cls), UNKNOWN)


@contextlib.contextmanager
def raise_exception_on_not_ok_status():
    """Kept for programs that name it: yields a status that nothing here ever sets."""
    yield OK
