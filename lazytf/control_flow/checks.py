"""``tf.Assert``: a check that stops a run, drawn so that one that holds costs little."""

from lazytf.control_flow.conditionals import cond
from lazytf.core import dtypes
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.ops.control import no_op


def Assert(condition, data, summarize=None, name=None):
    """An operation that raises ``InvalidArgumentError`` in a run in which the scalar bool ``condition`` is false.

    The message shows the tensors of the list ``data``, the first ``summarize`` (3) elements of each; -1 for all. The
    operation checks only where it runs: let others depend on it with ``tf.control_dependencies``.
    """
    if not isinstance(data, (list, tuple)):
        raise TypeError("values must be a sequence.")
    with name_scope(name, "Assert", [condition, *data]):
        shown = [convert_to_tensor(value) for value in data]
        if all(value.dtype in (dtypes.string, dtypes.int32) for value in shown):
            return raw.Assert(condition, data, summarize=summarize, name="Assert")
        condition = convert_to_tensor(condition, name="Condition")

        def fails():
            return raw.Assert(condition, data, summarize=summarize, name="Assert")

        return cond(condition, no_op, fails, name="AssertGuard").op
