"""``tf.assert_*``: checks of values, ranks, sizes and dtypes.

What the graph alone decides is checked at once: the result is then an operation that does nothing, or an error.
"""

import operator
from typing import NamedTuple

import numpy as np

from lazytf.control_flow.checks import Assert
from lazytf.control_flow.conditionals import cond
from lazytf.core import dtypes, errors
from lazytf.core.build import convert_to_tensor, name_scope
from lazytf.core.contents import constant_value
from lazytf.core.graph import get_default_graph
from lazytf.core.operation import Tensor
from lazytf.core.values import SparseTensor
from lazytf.ops.comparison import equal, greater, greater_equal, less, less_equal, logical_or, not_equal
from lazytf.ops.constants import constant
from lazytf.ops.control import group, no_op, with_dependencies
from lazytf.ops.measuring import rank as rank_of, shape as shape_of
from lazytf.ops.reduction import reduce_all
from lazytf.ops.unary import abs as absolute

# -- values -----------------------------------------------------------------------------------------------------------


def _compared(name, sign, compare, numpy_compare):
    def check(x, y, data=None, summarize=None, message=None, name=None):
        return _binary(check.__name__, sign, compare, numpy_compare, x, y, data, summarize, message, name)

    check.__name__ = check.__qualname__ = name
    check.__doc__ = f"""An operation that fails in a run in which ``x {sign} y`` does not hold for all elements.

    ``x`` and ``y`` are numeric, of one dtype, and are broadcast against each other; no elements always hold. The
    ``InvalidArgumentError`` says ``message`` and shows ``data``, a list of tensors, else ``x`` and ``y``: the first
    ``summarize`` (3) elements of each. It is raised at once where the graph alone decides.
    """
    return check


def _binary(default_name, sign, compare, numpy_compare, x, y, data, summarize, message, name):
    with name_scope(name, default_name, [x, y, data]):
        x, y = convert_to_tensor(x, name="x"), convert_to_tensor(y, name="y")
        if data is None:
            data = [f"Condition x {sign} y did not hold element-wise:", f"x ({x.name}) = ", x, f"y ({y.name}) = ", y]
        if message is not None:
            data = [message, *data]
        condition = reduce_all(compare(x, y))
        known = constant_value(x), constant_value(y)
        if known[0] is not None and known[1] is not None and not np.all(numpy_compare(*known)):
            raise errors.InvalidArgumentError(None, None, "\n".join(map(_known_text, data)))
        return Assert(condition, data, summarize=summarize)


def _known_text(value):
    known = constant_value(value) if isinstance(value, Tensor) else None
    return str(value if known is None else known)


assert_none_equal = _compared("assert_none_equal", "!=", not_equal, np.not_equal)
assert_less = _compared("assert_less", "<", less, np.less)
assert_less_equal = _compared("assert_less_equal", "<=", less_equal, np.less_equal)
assert_greater = _compared("assert_greater", ">", greater, np.greater)
assert_greater_equal = _compared("assert_greater_equal", ">=", greater_equal, np.greater_equal)
_assert_equal = _compared("assert_equal", "==", equal, np.equal)


def assert_equal(x, y, data=None, summarize=None, message=None, name=None):
    with name_scope(name, "assert_equal", [x, y, data]):
        if x is y:
            return no_op()
    return _assert_equal(x, y, data, summarize, message, name)


assert_equal.__doc__ = _assert_equal.__doc__


def _signed(name, says, check, zero_first):
    def signed(x, data=None, summarize=None, message=None, name=None):
        with name_scope(name, signed.__name__, [x, data]):
            x = convert_to_tensor(x, name="x")
            if data is None:
                told = [f"Condition x {says} 0 did not hold element-wise:", f"x ({x.name}) = "]
                told = ["".join(told)] if says == "<=" else told  # one string, in TensorFlow
                data = [message or "", *told, x]
            zero = convert_to_tensor(0, dtype=x.dtype)
            return check(*((zero, x) if zero_first else (x, zero)), data=data, summarize=summarize)

    signed.__name__ = signed.__qualname__ = name
    signed.__doc__ = f"""An operation that fails in a run in which ``x {says} 0`` does not hold for all elements.

    Arguments are those of ``tf.assert_less``.
    """
    return signed


assert_negative = _signed("assert_negative", "<", assert_less, False)
assert_positive = _signed("assert_positive", ">", assert_less, True)
assert_non_negative = _signed("assert_non_negative", ">=", assert_less_equal, True)
assert_non_positive = _signed("assert_non_positive", "<=", assert_less_equal, False)


def assert_near(x, y, rtol=None, atol=None, data=None, summarize=None, message=None, name=None):
    """An operation that fails in a run in which ``|x - y| < atol + rtol * |y|`` does not hold for all elements.

    ``x`` and ``y`` are of one float dtype; both tolerances are ten times its machine epsilon unless given. The other
    arguments are those of ``tf.assert_less``.
    """
    with name_scope(name, "assert_near", [x, y, rtol, atol, data]):
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, x.dtype, "y")
        tolerance = 10 * np.finfo(x.dtype.as_numpy_dtype).eps
        rtol = convert_to_tensor(tolerance if rtol is None else rtol, x.dtype, "rtol")
        atol = convert_to_tensor(tolerance if atol is None else atol, x.dtype, "atol")
        if data is None:
            said = f"x and y not equal to tolerance rtol = {rtol}, atol = {atol}"
            data = [message or "", said, f"x ({x.name}) = ", x, f"y ({y.name}) = ", y]
        allowed = atol + rtol * absolute(y)
        return Assert(reduce_all(less(absolute(x - y), allowed)), data, summarize=summarize)


# -- ranks ------------------------------------------------------------------------------------------------------------


def assert_rank(x, rank, data=None, summarize=None, message=None, name=None):
    """An operation that fails in a run in which ``x`` does not have the rank ``rank``, an int32 scalar.

    ``ValueError`` at once where the static shape tells. The other arguments are those of ``tf.assert_less``.
    """
    return _ranked("assert_rank", "", operator.eq, equal, x, rank, data, summarize, message, name)


def assert_rank_at_least(x, rank, data=None, summarize=None, message=None, name=None):
    """An operation that fails in a run in which ``x`` does not have the rank ``rank`` or a higher one.

    ``ValueError`` at once where the static shape tells. The other arguments are those of ``tf.assert_less``.
    """
    return _ranked(
        "assert_rank_at_least", " at least", operator.ge, greater_equal, x, rank, data, summarize, message, name
    )


def _ranked(default_name, how, holds, compare, x, rank, data, summarize, message, name):
    with name_scope(name, default_name, [x, rank, *(data or ())]):
        x, rank = convert_to_tensor(x, name="x"), convert_to_tensor(rank, name="rank")
        if data is None:
            data = [message or "", f"Tensor {x.name} must have rank{how}", rank, "Received shape: ", shape_of(x)]
        ranks = _known_ranks([rank])
        if ranks is not None and x.shape.ndims is not None:
            if not holds(x.shape.ndims, ranks[0]):
                raise _wrong_rank(message, x, f"{how} {ranks[0]}")
            return no_op(name="static_checks_determined_all_ok")
        condition = _with_scalar_ranks(compare(rank_of(x), rank), [rank])
        return Assert(condition, data, summarize=summarize)


def assert_rank_in(x, ranks, data=None, summarize=None, message=None, name=None):
    """An operation that fails in a run in which ``x`` does not have one of ``ranks``, a list of int32 scalars.

    ``ValueError`` at once where the static shape tells. The other arguments are those of ``tf.assert_less``.
    """
    with name_scope(name, "assert_rank_in", [x, *ranks, *(data or ())]):
        x = convert_to_tensor(x, name="x")
        ranks = [convert_to_tensor(rank, name="rank") for rank in ranks]
        if data is None:
            data = [message or "", f"Tensor {x.name} must have rank in", *ranks, "Received shape: ", shape_of(x)]
        known = _known_ranks(ranks)
        if known is not None and x.shape.ndims is not None:
            if x.shape.ndims not in known:
                raise _wrong_rank(message, x, f" in {tuple(known)}")
            return no_op(name="static_checks_determined_all_ok")
        actual = rank_of(x)
        condition = equal(ranks[0], actual) if ranks else convert_to_tensor(False)
        for rank in ranks[1:]:
            condition = logical_or(condition, equal(rank, actual))
        return Assert(_with_scalar_ranks(condition, ranks), data, summarize=summarize)


def _known_ranks(ranks):
    """The ranks as ints where the graph decides them all; ``TypeError``, ``ValueError`` for tensors that are none."""
    for rank in ranks:
        assert_type(rank, dtypes.int32)
    known = [constant_value(rank) for rank in ranks]
    if any(rank is None for rank in known):
        return None
    if any(rank.ndim for rank in known):
        raise ValueError("Rank must be a scalar.")
    return [int(rank) for rank in known]


def _wrong_rank(message, x, wanted):
    return ValueError(
        f"{message or ''}.  Tensor {x.name} must have rank{wanted}.  Received rank {x.shape.ndims}, shape {x.shape}"
    )


def _with_scalar_ranks(condition, ranks):
    """``condition``, once it is sure that the ranks which the run will tell are scalars."""
    for rank in ranks:
        if constant_value(rank) is None:
            check = assert_rank(rank, 0, data=["Rank must be a scalar. Received rank: ", rank])
            condition = with_dependencies([check], condition)
    return condition


def assert_scalar(tensor, name=None, message=None):
    """``tensor`` as a tensor; ``ValueError`` unless its static shape is that of a scalar."""
    with name_scope(name, "assert_scalar", [tensor]) as scope:
        tensor = convert_to_tensor(tensor, name=scope)
        if tensor.shape.ndims != 0:
            raise ValueError(f"{message or ''}Expected scalar shape for {tensor.name}, saw shape: {tensor.shape}.")
        return tensor


# -- sizes ------------------------------------------------------------------------------------------------------------


class _Sized(NamedTuple):
    """A tensor, the sizes it has, and those it should have: of its last dimensions only, where ``innermost``."""

    tensor: Tensor
    sizes: object
    wanted: tuple
    innermost: bool


def assert_shapes(shapes, data=None, summarize=None, message=None, name=None):
    """An operation that fails in a run in which tensors do not have the shapes, or sizes in common, that they should.

    ``shapes`` is a list of ``(tensor, shape)``, or a dictionary. A shape is a sequence of sizes: an int, None or "."
    for any size, any other symbol for a size that is the same wherever the symbol stands. "..." (``Ellipsis``) or "*"
    as the first one stands for any number of dimensions; a scalar counts as a vector of one element.

        tf.debugging.assert_shapes([(x, ("N", "Q")), (y, ("N", "D")), (scale, ())])

    ``ValueError`` at once where static shapes tell. The other arguments are those of ``tf.assert_less``.
    """
    with name_scope(name, "assert_shapes", [shapes, data]):
        pairs = shapes.items() if isinstance(shapes, dict) else shapes
        pairs = [(convert_to_tensor(x), wanted) for x, wanted in pairs if wanted is not None]
        sized = [_sized(x, wanted, message or "") for x, wanted in pairs]
        ranks = [_rank_check(each, data, summarize, message, name) for each in sized]
        checks = list(_size_checks(sized, data, summarize, message or ""))
        with get_default_graph().control_dependencies([check for check in ranks if check is not None]):
            return group(checks)


def _sized(tensor, wanted, message):
    if not (hasattr(wanted, "__iter__") or hasattr(wanted, "__getitem__")):
        raise ValueError(
            f"{message}.  Tensor {tensor.name}.  Specified shape must be an iterable.  An iterable has the attribute "
            f"`__iter__` or `__getitem__`.  Received specified shape: {wanted}"
        )
    wanted = tuple(wanted)
    for i, symbol in enumerate(wanted):
        if i and symbol in (Ellipsis, "*"):
            raise ValueError(
                f"{message}.  Tensor {tensor.name} specified shape index {i}.  Symbol `...` or `*` for a variable "
                "number of unspecified dimensions is only allowed as the first entry"
            )
    innermost = wanted[:1] in ((Ellipsis,), ("*",))
    return _Sized(tensor, _sizes(tensor), (wanted[1:] if innermost else wanted) or (1,), innermost)


def _sizes(tensor):
    """The sizes of a tensor, ints where they are known; of a scalar, one."""
    sizes, static = shape_of(tensor), tensor._shape
    if static is None:
        return cond(equal(rank_of(tensor), 0), lambda: constant([1]), lambda: sizes)
    return [sizes[i] if size is None else size for i, size in enumerate(static)] or (1,)


def _rank_check(sized, data, summarize, message, name):
    count = len(sized.wanted)
    options = {"data": data, "summarize": summarize, "message": message, "name": name}
    if sized.innermost:
        return None if count < 2 else assert_rank_at_least(sized.tensor, count, **options)
    if count < 2:
        return assert_rank_in(sized.tensor, [0, 1], **options)
    return assert_rank(sized.tensor, count, **options)


def _size_checks(sized, data, summarize, message):
    """Operations that check the sizes which the run will tell; ``ValueError`` where one is wrong already."""
    meanings = {}  # symbol -> a size that it stands for, and where that was found
    for tensor, sizes, wanted, innermost in sized:
        for i, symbol in enumerate(wanted):
            axis = i - len(wanted) if innermost else i
            if symbol in (None, "."):
                continue
            if _number(symbol) is None and symbol not in meanings:
                meanings[symbol] = sizes[axis], f"Specified by tensor {tensor.name} dimension {axis}"
                continue
            size, source = meanings.get(symbol, (_number(symbol), "Specified explicitly"))
            actual = sizes[axis]
            if _number(actual) is None or _number(size) is None:
                told = [message, source, f"Tensor {tensor.name} dimension", axis, "must have size", size]
                condition = equal(convert_to_tensor(actual), convert_to_tensor(size))
                told = [*told, "Received shape: ", shape_of(tensor)] if data is None else data
                yield Assert(condition, told, summarize=summarize)
            elif _number(actual) != _number(size):
                raise ValueError(
                    f"{message}.  {source}.  Tensor {tensor.name} dimension {axis} must have size {size}.  Received "
                    f"size {actual}, shape {tensor.shape}"
                )


def _number(size):
    """A size as an int; None for a symbol or a tensor."""
    try:
        return None if isinstance(size, Tensor) else int(size)
    except (TypeError, ValueError):
        return None


# -- dtypes -----------------------------------------------------------------------------------------------------------


def assert_integer(x, message=None, name=None):
    """An operation that does nothing; ``TypeError`` unless ``x`` has an integer dtype."""
    with name_scope(name, "assert_integer", [x]):
        x = convert_to_tensor(x, name="x")
        if not x.dtype.is_integer:
            raise TypeError(f'{message or ""}  Expected "x" to be integer type.  Found: {x.name} of dtype {x.dtype}')
        return no_op("statically_determined_was_integer")


def assert_type(tensor, tf_type, message=None, name=None):
    """An operation that does nothing; ``TypeError`` unless ``tensor`` has the dtype ``tf_type``."""
    with name_scope(name, "assert_type", [tensor]):
        tensor = convert_to_tensor(tensor, name="tensor")
        if tensor.dtype != tf_type:
            raise TypeError(f"{message or ''}  {tensor.name} must be of type {tf_type}")
        return no_op("statically_determined_correct_type")


def assert_same_float_dtype(tensors=None, dtype=None):
    """The float dtype that all ``tensors`` (None among them does not count) have, and that ``dtype`` is, if given.

    float32 where there is neither; ``ValueError`` where they differ or are no floats.
    """
    source = ""
    for tensor in tensors or ():
        if tensor is None:
            continue
        if not dtype:
            dtype, source = tensor.dtype.base_dtype, f" as {getattr(tensor, 'name', tensor)}"
        elif tensor.dtype.base_dtype != dtype:
            raise ValueError(
                f"{getattr(tensor, 'name', tensor)}, type={tensor.dtype.base_dtype}, must be of the same type "
                f"({dtype}){source}."
            )
    if dtype and not dtype.is_floating:
        raise ValueError(f"Expected floating point type, got {dtype}.")
    return dtype or dtypes.float32


def assert_proper_iterable(values):
    """Nothing; ``TypeError`` unless ``values`` can be gone through and is meant to be: no tensor, array or string."""
    if isinstance(values, (Tensor, SparseTensor, np.ndarray, bytes, str)):
        raise TypeError(f'Expected argument "values" to be a "proper" iterable.  Found: {type(values)}')
    if not hasattr(values, "__iter__"):
        raise TypeError(f'Expected argument "values" to be iterable.  Found: {type(values)}')
