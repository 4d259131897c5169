"""What is known of a tensor's elements while the graph is still being built.

Static shapes need values: ``tf.reshape(x, [-1, tf.shape(x)[1] * 2])`` has a known second dimension where ``x`` does.
Ops that compute shapes have a NumPy twin of their kernel; here it runs on arrays of Python objects in which
``UNKNOWN`` stands for every element not known yet. Arithmetic on it gives it again; whatever else a kernel tries with
it fails, and then nothing is known of the result.
"""

import math

import numpy as np

from lazytf.core.operation import arguments, count

_MOST_ELEMENTS = 4096  # beyond this a tensor is data, not a shape


class _Unknown:
    """An element whose value only a run will tell."""

    __slots__ = ()

    def _again(self, *_others):
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __floordiv__ = __rfloordiv__ = _again
    __mod__ = __rmod__ = __neg__ = __truediv__ = __rtruediv__ = __abs__ = _again

    def __bool__(self):
        raise TypeError("not known yet")

    def _compare(self, other):
        raise TypeError("not known yet")

    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _compare  # not even equality is known
    __hash__ = object.__hash__

    def __repr__(self):
        return "?"


UNKNOWN = _Unknown()


def constant_value(tensor):
    """The value of ``tensor`` as a NumPy array, where the graph alone decides it; else None."""
    known = _evaluate(tensor)
    if known is None or known.dtype != object or tensor.dtype.base_dtype.as_numpy_dtype is object:
        return known
    if any(e is UNKNOWN for e in known.flat):
        return None
    return known.astype(tensor.dtype.base_dtype.as_numpy_dtype)


def elements(tensor):
    """The elements of an integer vector as ``int | None`` each, or None where not even their number is known."""
    known = _evaluate(tensor)
    if known is None:
        return (None,) * tensor._shape[0] if tensor._shape is not None and tensor._shape[0] is not None else None
    return tuple(None if e is UNKNOWN else int(e) for e in known.flat)


def scalar(tensor):
    """The value of a 0-d tensor as a Python number, or None."""
    known = _evaluate(tensor)
    if known is None or known.size != 1:
        return None
    value = known.reshape(()).item()
    return None if value is UNKNOWN else value


def _evaluate(tensor):
    """The elements as an array, of objects where some are unknown; None where nothing can be said. Remembered."""
    pending = [tensor]
    while pending:
        op = pending[-1].op
        if hasattr(pending[-1], "_known"):
            pending.pop()
            continue
        missing = (
            [t for arg, t in arguments(op) if not arg.is_shape and not hasattr(t, "_known")]
            if _may_evaluate(op)
            else []
        )
        if missing:
            pending += missing
            continue
        values = _run(op) if _may_evaluate(op) else [None] * len(op.outputs)
        for output, value in zip(op.outputs, values, strict=True):
            output._known = value
        pending.pop()
    return tensor._known


def _may_evaluate(op):
    kind = op.op_type
    return (
        kind.host is not None
        and not kind.is_stateful
        and not kind.needs_context
        and not kind.role
        and all(
            _is_element(op, arg) if t._shape is None else None not in t._shape and math.prod(t._shape) <= _MOST_ELEMENTS
            for arg, t in arguments(op)
            if not arg.is_shape
        )
    )


def _is_element(op, arg):
    """Whether a tensor of unknown rank must be a scalar: one of N, whose like make a vector of N."""
    return bool(arg.number_attr) and op.outputs[0]._shape == (op._attrs[arg.number_attr],)


def _run(op):
    inputs, values = iter(op._inputs), []
    for arg in op.op_type.schema.inputs:
        group = [_value(next(inputs), arg) for _ in range(count(op, arg))]
        if any(v is None for v in group):
            return [None] * len(op.outputs)
        values.append(group if arg.is_list else group[0])
    if not _anything_known(values):
        return [None] * len(op.outputs)
    partial = any(
        e is UNKNOWN
        for v in _flat(values)
        if _may_hold_unknown(v)
        for e in (v.flat if isinstance(v, np.ndarray) else v)
    )
    attrs = [_attr(op, name, partial) for name in op.op_type.parameters]
    try:
        with np.errstate(all="ignore"):
            result = op.op_type.host(*values, *attrs)
    except Exception:  # whatever NumPy could not do with an unknown, or an error that the run will report better
        return [None] * len(op.outputs)
    results = list(result) if len(op.outputs) != 1 else [result]
    return [np.asarray(r, object if isinstance(r, bytes) else None) for r in results]


def _anything_known(values):
    """Whether any element, or the rank of any shape, is known: without, a kernel has nothing to say."""
    leaves = [
        e
        for v in _flat(values)
        for e in (v.flat if isinstance(v, np.ndarray) else v if isinstance(v, (tuple, list)) else [v])
    ]
    return (
        not values
        or not leaves
        or any(e is not UNKNOWN for e in leaves)
        or any(isinstance(v, tuple) for v in _flat(values))
    )


def _may_hold_unknown(value):
    return isinstance(value, (tuple, list)) or (isinstance(value, np.ndarray) and value.dtype == object)


def _flat(values):
    return [
        v
        for value in values
        for v in (value if isinstance(value, list) and value and isinstance(value[0], (np.ndarray, tuple)) else [value])
    ]


def _value(tensor, arg):
    if arg.is_shape:
        return None if tensor._shape is None else tuple(UNKNOWN if d is None else d for d in tensor._shape)
    known = tensor._known
    if known is None and tensor._dtype._base.is_integer and None not in (tensor._shape or ()):
        known = np.full(tensor._shape or (), UNKNOWN, object)
    return known.tolist() if arg.is_host and known is not None else known


def _attr(op, name, partial):
    value = op._attrs.get(name)  # None for "device": nothing runs on one here
    if hasattr(value, "as_datatype_enum"):
        return np.dtype(object) if partial else np.dtype(value.base_dtype.as_numpy_dtype)
    return value
