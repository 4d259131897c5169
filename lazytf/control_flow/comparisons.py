"""Measures of a whole tensor that are conditionals inside: the fraction of zeros, whether elements grow."""

from lazytf.control_flow.conditionals import cond
from lazytf.core import dtypes
from lazytf.core.build import convert_to_tensor, name_scope
from lazytf.core.values import is_numeric_tensor
from lazytf.ops.casting import cast
from lazytf.ops.comparison import less, less_equal, not_equal
from lazytf.ops.filling import zeros
from lazytf.ops.identity import identity
from lazytf.ops.measuring import shape, size
from lazytf.ops.reduction import reduce_all, reduce_sum
from lazytf.ops.reshaping import reshape
from lazytf.ops.slicing import strided_slice


def zero_fraction(value, name=None):
    """The fraction of zeros among the elements of ``value``, a float32 scalar; NaN of no elements."""
    with name_scope(name, "zero_fraction", [value]):
        value = convert_to_tensor(value, name="value")
        total = size(value, out_type=dtypes.int64)
        nonzero = cond(
            total <= dtypes.int32.max,
            lambda: cast(_count_nonzero(value, dtypes.int32), dtypes.int64),
            lambda: _count_nonzero(value, dtypes.int64),
        )
        with name_scope("counts_to_fraction"):
            zero = cast(total - nonzero, dtypes.float32)
            fraction = zero / cast(total, dtypes.float32)
        return identity(fraction, "fraction")


def _count_nonzero(value, dtype):
    with name_scope("count_nonzero", None, [value]):
        nothing = zeros([], value.dtype)
        return reduce_sum(cast(not_equal(value, nothing), dtype), name="nonzero_count")


def is_non_decreasing(x, name=None):
    """Whether each element of ``x``, flattened, is at least the one before it; True of none or one. A bool scalar.

    ``TypeError`` where ``x`` is not numeric.
    """
    with name_scope(name, "is_non_decreasing", [x]):
        steps = _steps(x)
        return reduce_all(less_equal(convert_to_tensor(0, steps.dtype), steps))


def is_strictly_increasing(x, name=None):
    """Whether each element of ``x``, flattened, is greater than the one before it; True of none or one. A bool scalar.

    ``TypeError`` where ``x`` is not numeric.
    """
    with name_scope(name, "is_strictly_increasing", [x]):
        steps = _steps(x)
        return reduce_all(less(convert_to_tensor(0, steps.dtype), steps))


def _steps(x):
    """The differences of neighbours in a flattened tensor; none where it has fewer than two elements."""
    x = reshape(x, [-1])
    if not is_numeric_tensor(x):
        raise TypeError(f"Expected x to be numeric, instead found: {x}")
    is_short = less(size(x), 2)
    count = shape(x) - 1
    return cond(
        is_short,
        lambda: convert_to_tensor([], x.dtype),
        lambda: strided_slice(x, [1], [1] + count) - strided_slice(x, [0], count),
    )
