"""From an exception inside a plan to TensorFlow's error about one operation.

Nothing is spent on this while all goes well: when a kernel raises, the traceback's line in the plan's source tells
which operation it was, and the frame still holds the kernel's arguments, so the op may say what was wrong with them.
"""

import torch

from lazytf.core import errors, shapes

_BY_PYTHON = (
    (torch.OutOfMemoryError, errors.ResourceExhaustedError),
    (MemoryError, errors.ResourceExhaustedError),
    (NotImplementedError, errors.UnimplementedError),
    (RuntimeError, errors.InvalidArgumentError),
    (ValueError, errors.InvalidArgumentError),
    (IndexError, errors.InvalidArgumentError),
    (TypeError, errors.InvalidArgumentError),
    (ZeroDivisionError, errors.InvalidArgumentError),
    (ArithmeticError, errors.InvalidArgumentError),
)


def explained(error, source):
    """The error to raise for ``error``, which came out of a run of ``source``; itself where it is nobody's fault."""
    frame, line = _frame_of(error, source.filename)
    op = source.operations[line - 1] if line and line <= len(source.operations) else None
    if op is None:
        return error
    if isinstance(error, errors.OpError):
        if error.op is not None:
            return error
        return located(type(error), error.message, op)
    kind = next((ours for theirs, ours in _BY_PYTHON if isinstance(error, theirs)), None)
    if kind is None:
        return error
    return located(kind, _sentence(error, op, frame, source, line), op)


def _frame_of(error, filename):
    found, traceback = (None, 0), error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == filename:
            found = traceback.tb_frame, traceback.tb_lineno
        traceback = traceback.tb_next
    return found


def _sentence(error, op, frame, source, line):
    """TensorFlow's words for the failure where the op knows them, else the kernel's with the inputs' shapes."""
    values = source.arguments_at(line, frame)
    if op.op_type.explain is not None and values is not None:
        try:
            told = op.op_type.explain(*values)
        except Exception:  # the explanation must never hide the failure
            told = None
        if told:
            return told
    shapes = ", ".join("[" + ",".join(map(str, v.shape)) + "]" for v in values or () if hasattr(v, "shape"))
    what = str(error).strip().split("\n")[0] or type(error).__name__
    return f"{what} (op {op.type}" + (f" on inputs of shapes {shapes}" if shapes else "") + ")"


def located(kind, message, op):
    """An error of that class about ``op``, which names it and the user's line that made it."""
    site = op.creation_site
    return kind(
        None,
        op,
        f"{message}\n\t [[node {op.name} (defined at {site}) ]]" if site else f"{message}\n\t [[node {op.name} ]]",
    )


def dead(name):
    """Raises TensorFlow's error for a fetched tensor on the side of a condition that did not run."""
    raise errors.InvalidArgumentError(None, None, f"Retval[0] does not have value: {name} was not computed in this run")


def unfed(op):
    """Raises TensorFlow's error about a placeholder that is needed and not fed."""
    t = op.outputs[0]
    dtype, shape = t.dtype._c_name, t._shape
    known = f" and shape {shapes.bracketed(shape)}" if shape else ""
    raise located(
        errors.InvalidArgumentError,
        f"You must feed a value for placeholder tensor '{op.name}' with dtype {dtype}{known}",
        op,
    )


def scalar(predicate):
    """A predicate that is one; TensorFlow's error where it is an array."""
    if predicate.ndim:
        shape = shapes.bracketed(predicate.shape)
        raise errors.InvalidArgumentError(None, None, f"The second input must be a scalar, but it has shape {shape}")
    return predicate
