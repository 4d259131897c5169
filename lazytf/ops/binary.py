"""Arithmetic on two tensors, element by element, one broadcast against the other as NumPy does.

A row of the table declares an op type. Where the divisor of integers is zero, or an integer's power negative, the run
raises ``InvalidArgumentError``; integers that outgrow their type wrap around.
"""

import numpy as np
import torch

from lazytf.core import dtypes, shapes
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.registry import op
from lazytf.core.shape_rules import broadcast
from lazytf.core.values import IndexedSlices
from lazytf.ops.casting import cast
from lazytf.ops.sentences import refuse
from lazytf.ops.unsigned import signed, widened

_ADDED = "bfloat16, float16, float32, float64, uint8, int8, int16, int32, int64, complex64, complex128"
_MULTIPLIED = "bfloat16, float16, float32, float64, uint8, int8, uint16, int16, int32, int64, complex64, complex128"
_ALL = "bfloat16, float16, float32, float64, int32, int64, complex64, complex128"
_MODULAR = "int32, int64, bfloat16, float16, float32, float64"
_ORDERED = "bfloat16, float16, float32, float64, int32, int64"
_FLOAT = "float16, float32, float64, complex64, complex128"
_NEGATIVE_POWER = "Integers to negative integer powers are not allowed"
_INTEGER = "int8, int16, int32, int64, uint8, uint16, uint32, uint64"


def incompatible(x, y, *_):
    """What TensorFlow says of shapes that do not broadcast."""
    a, b = tuple(x.shape), tuple(y.shape)
    try:
        shapes.broadcast(a, b)
    except ValueError:
        return f"Incompatible shapes: {shapes.bracketed(a)} vs. {shapes.bracketed(b)}"


def _row(type_name, types, kernel, host=None, gradient=True, inputs=("x", "y")):
    """Declares one op type over ``kernel`` and its NumPy twin ``host``."""
    x, y = inputs
    return op(
        f"{type_name}({x}: T, {y}: T, T: {{{types}}}) -> (z: T)",
        shape=broadcast,
        host=host,
        gradient=gradient,
        explain=incompatible,
    )(kernel)


# -- kernels --------------------------------------------------------------------------------------------------------


def _sub(x, y):
    try:
        return torch.sub(x, y)
    except NotImplementedError:
        return signed(torch.sub, x, y)


def _maximum(x, y):
    """Ties, and NaN in ``y``, go to ``x``, and so does their gradient; ``torch.maximum`` would halve it."""
    return torch.where(x < y, y, x)


def _minimum(x, y):
    return torch.where(y < x, y, x)


def _squared_difference(x, y):
    """Of complex numbers, the square of their distance."""
    difference = torch.sub(x, y)
    return difference * difference.conj() if difference.is_complex() else torch.square(difference)


def _differentiable_squared_difference(x, y):
    """The slope is twice the difference; torch would leave out the imaginary part of what comes back."""
    difference = torch.sub(x, y)
    if not difference.is_complex():
        return torch.square(difference)
    fixed = difference.detach()
    return 2 * fixed.conj() * difference - fixed * fixed.conj()


def _with_slopes(function, slopes):
    """``function`` of two tensors as a kernel for autograd, with the derivatives that ``slopes(x, y)`` gives, not
    conjugated.
    """

    class WithSlopes(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            ctx.save_for_backward(x, y)
            return function(x, y)

        @staticmethod
        def backward(ctx, dz):
            x, y = ctx.saved_tensors
            return tuple((dz * slope).sum_to_size(t.shape) for slope, t in zip(slopes(x, y), (x, y), strict=True))

    return lambda x, y: WithSlopes.apply(x, y)


def _atan2_slopes(y, x):
    """At the origin NaN; torch has 0."""
    square = torch.square(x) + torch.square(y)
    return x / square, -y / square


def _divided(x, y):
    """Integers are truncated towards zero."""
    return torch.div(x, y) if y.is_floating_point() or y.is_complex() else _truncated_div(x, y)


def _truncated_div(x, y):
    return _whole_div(x, y, "trunc")


def _floor_div(x, y):
    """Of floats ``floor(x / y)``, not Python's exact quotient: 1.0 // 0.1 is 10."""
    return torch.floor(torch.div(x, y)) if y.is_floating_point() else _whole_div(x, y, "floor")


def _whole_div(x, y, rounding):
    _refuse_zero(y)
    wide, by = widened(x), widened(y)
    least = torch.iinfo(wide.dtype).min
    if least and wide.device.type == "cpu":  # the processor traps on least / -1, which wraps around to least
        by = torch.where((by == -1) & (wide == least), 1, by)
    return torch.div(wide, by, rounding_mode=rounding).to(x.dtype)


def _refuse_zero(y):
    """Raises where a divisor is zero; on an accelerator, where asking would halt it, such a quotient is anything."""
    if y.device.type == "cpu" and bool((y == 0).any()):
        refuse("Integer division by zero")


def _remainder(kernel):
    """A remainder of two tensors; of integers with the divisor -1, by which the processor may trap, it is 0."""

    def remainder(x, y):
        if y.is_floating_point():
            return kernel(x, y)
        _refuse_zero(y)
        return kernel(x, torch.where(y == -1, 1, y))

    return remainder


def _pow(x, y):
    if not (y.is_floating_point() or y.is_complex()) and y.device.type == "cpu" and bool((y < 0).any()):
        refuse(_NEGATIVE_POWER)
    return torch.pow(x, y)


class _Pow(torch.autograd.Function):
    """The slope of ``x ** y`` by ``y`` is 0 where ``x`` is not positive; by ``x`` it is ``y * x ** (y - 1)`` even at 0
    ** 0.
    """

    @staticmethod
    def forward(ctx, x, y):
        z = torch.pow(x, y)
        ctx.save_for_backward(x, y, z)
        return z

    @staticmethod
    def backward(ctx, dz):
        x, y, z = ctx.saved_tensors
        if torch.is_grad_enabled():  # a gradient of this gradient: let torch see where z comes from
            z = _Pow.apply(x, y)
        dx = dy = None
        if ctx.needs_input_grad[0]:
            dx = (dz * (y * torch.pow(x, y - 1)).conj()).sum_to_size(x.shape)
        if ctx.needs_input_grad[1]:
            usable = x != 0 if x.is_complex() else x > 0
            dy = (dz * (z * torch.log(torch.where(usable, x, 1))).conj()).sum_to_size(y.shape)
        return dx, dy


def _div_no_nan(x, y):
    usable = y != 0
    return torch.where(usable, x / torch.where(usable, y, 1), 0)


def _mul_no_nan(x, y):
    return torch.where(y != 0, x * y, 0)


def _xdivy(x, y):
    usable = x != 0
    return torch.where(usable, x / torch.where(usable, y, 1), 0)


def _xlogy(x, y):
    return x * torch.log(torch.where(x != 0, y, 1))


def _shift(kernel):
    """Shifts by fewer than no bits are by none, by more than there are by all but one; unsigned bits move unsigned."""

    def shift(x, y):
        bits = x.element_size() * 8
        if x.dtype is torch.uint64:  # in halves, for torch shifts no such type and none is wider
            return _shift_uint64(kernel, x, y)
        wide = widened(x)
        return kernel(wide, torch.clamp(widened(y), 0, bits - 1)).to(x.dtype)

    return shift


def _shift_uint64(kernel, x, y):
    x, y = x.view(torch.int64), y.view(torch.int64)
    y = torch.where(y < 0, 63, torch.clamp(y, 0, 63))  # what reads as negative is huge
    if kernel is torch.bitwise_right_shift:
        halved = torch.bitwise_right_shift(x, 1) & (2**63 - 1)
        x = torch.where(y > 0, torch.bitwise_right_shift(halved, torch.clamp(y - 1, min=0)), x)
    else:
        x = kernel(x, y)
    return x.view(torch.uint64)


def _unless_real(kernel, slopes):
    """The kernel itself for real numbers; for complex ones TensorFlow forgets to conjugate these slopes."""
    with_slopes = _with_slopes(kernel, slopes)
    return lambda x, y: with_slopes(x, y) if x.is_complex() else kernel(x, y)


def _xdivy_slopes(x, y):
    return _xdivy((x != 0).to(x.dtype), y), _xdivy(-x, torch.square(y))


def _xlogy_slopes(x, y):
    return _xlogy((x != 0).to(x.dtype), y), _xdivy(x, y)


# -- NumPy twins ----------------------------------------------------------------------------------------------------


def _add_on_host(x, y):
    z = np.add(x, y)
    return np.array(z, object) if isinstance(z, bytes) else z


def _div_on_host(x, y):
    return np.true_divide(x, y) if y.dtype.kind in "fcV" else _truncated_on_host(x, y)


def _truncated_on_host(x, y):
    quotient = _floor_div_on_host(x, y)
    return quotient + ((quotient * y != x) & ((x < 0) != (y < 0))).astype(quotient.dtype)


def _floor_div_on_host(x, y):
    if y.dtype.kind in "fV":
        return np.floor(np.true_divide(x, y))
    _refuse_zero_on_host(y)
    return np.floor_divide(x, y)


def _floor_mod_on_host(x, y):
    _refuse_zero_on_host(y)
    return np.mod(x, y)


def _refuse_zero_on_host(y):
    if y.dtype.kind in "iu" and np.any(y == 0):
        refuse("Integer division by zero")


def _pow_on_host(x, y):
    if y.dtype.kind in "iu" and np.any(y < 0):
        refuse(_NEGATIVE_POWER)
    return np.power(x, y)


def _maximum_on_host(x, y):
    return np.where(np.less(x, y), y, x)[()]


def _minimum_on_host(x, y):
    return np.where(np.less(y, x), y, x)[()]


# -- the table ------------------------------------------------------------------------------------------------------

#    op type              types               torch                     NumPy
_row("Add", _ADDED + ", string", torch.add, _add_on_host)
_row("AddV2", _ADDED, torch.add, np.add)
_row("Sub", _MULTIPLIED, _sub, np.subtract)
_row("Mul", _MULTIPLIED, torch.mul, np.multiply)
_row("RealDiv", _MULTIPLIED, torch.div, np.true_divide)
_row("Div", _MULTIPLIED, _divided, _div_on_host, True)
_row("FloorDiv", _MULTIPLIED, _floor_div, _floor_div_on_host, None)
_row("TruncateDiv", _MULTIPLIED, _truncated_div, _truncated_on_host, None)
_row("FloorMod", _MODULAR, _remainder(torch.remainder), _floor_mod_on_host, True)
_row("TruncateMod", _MODULAR, _remainder(torch.fmod), None, False)
_row("Mod", "int32, int64, float16, bfloat16, float32, float64", _remainder(torch.fmod), None, False)
_row("Maximum", _ORDERED, _maximum, _maximum_on_host)
_row("Minimum", _ORDERED, _minimum, _minimum_on_host)
_row("SquaredDifference", _ALL, _squared_difference).differentiate(_differentiable_squared_difference)
_row("DivNoNan", _FLOAT, _div_no_nan)
_row("MulNoNan", _FLOAT, _mul_no_nan)
_row("Xdivy", _FLOAT, _xdivy).differentiate(_unless_real(_xdivy, _xdivy_slopes))
_row("Xlogy", _FLOAT, _xlogy).differentiate(_unless_real(_xlogy, _xlogy_slopes))
_row("Atan2", "float", torch.atan2, inputs=("y", "x")).differentiate(_with_slopes(torch.atan2, _atan2_slopes))
_row("BitwiseAnd", _INTEGER, torch.bitwise_and, np.bitwise_and, None)
_row("BitwiseOr", _INTEGER, torch.bitwise_or, np.bitwise_or, None)
_row("BitwiseXor", _INTEGER, torch.bitwise_xor, np.bitwise_xor, None)
_row("LeftShift", _INTEGER, _shift(torch.bitwise_left_shift), None, None)
_row("RightShift", _INTEGER, _shift(torch.bitwise_right_shift), None, None)
_row(
    "Pow", "bfloat16, float32, float16, float64, int32, int64, complex64, complex128", _pow, _pow_on_host
).differentiate(lambda x, y: _Pow.apply(x, y))


@op("NextAfter(x1: T, x2: T, T: {float64, float32} = float32) -> (output: T)", shape=broadcast, explain=incompatible)
def NextAfter(x1, x2):
    return torch.nextafter(x1, x2)


@NextAfter.differentiate
def _(x1, x2):
    """The slope by ``x1`` is 1, by ``x2`` 0."""
    return torch.nextafter(x1.detach(), x2.detach()) + (x1 - x1.detach()) + 0 * x2


@op(
    "Complex(real: T, imag: T, T: {float32, float64} = float32, Tout: {complex64, complex128} = complex64) -> (out: "
    "Tout)",
    shape=broadcast,
    explain=incompatible,
)
def Complex(real, imag):
    return torch.complex(*torch.broadcast_tensors(real, imag))


# -- public functions -----------------------------------------------------------------------------------------------


def add(x, y, name=None):
    """``x + y``; strings are joined."""
    return raw.Add(x, y, name=name)


def subtract(x, y, name=None):
    """``x - y``."""
    return raw.Sub(x, y, name=name)


def multiply(x, y, name=None):
    """``x * y``."""
    return raw.Mul(x, y, name=name)


def realdiv(x, y, name=None):
    """``x / y`` of floats or complex numbers."""
    return raw.RealDiv(x, y, name=name)


def floor_div(x, y, name=None):
    """``floor(x / y)``."""
    return raw.FloorDiv(x, y, name=name)


def truncatediv(x, y, name=None):
    """The quotient of integers, rounded towards zero: -7 by 5 is -1."""
    return raw.TruncateDiv(x, y, name=name)


def truncatemod(x, y, name=None):
    """What ``truncatediv`` leaves over; it has the sign of ``x``."""
    return raw.TruncateMod(x, y, name=name)


def floormod(x, y, name=None):
    """What ``floordiv`` leaves over; it has the sign of ``y``."""
    return raw.FloorMod(x, y, name=name)


mod = floormod


def maximum(x, y, name=None):
    """The larger of ``x`` and ``y``; where they are equal, the gradient goes to ``x``."""
    return raw.Maximum(x, y, name=name)


def minimum(x, y, name=None):
    """The smaller of ``x`` and ``y``; where they are equal, the gradient goes to ``x``."""
    return raw.Minimum(x, y, name=name)


def squared_difference(x, y, name=None):
    """``(x - y) ** 2``."""
    return raw.SquaredDifference(x, y, name=name)


def atan2(y, x, name=None):
    """The angle in radians, between -pi and pi, from the x axis to the point ``(x, y)``."""
    return raw.Atan2(y, x, name=name)


def xdivy(x, y, name=None):
    """``x / y``, and 0 where ``x`` is 0, whatever ``y`` is."""
    return raw.Xdivy(x, y, name=name)


def xlogy(x, y, name=None):
    """``x * log(y)``, and 0 where ``x`` is 0, whatever ``y`` is."""
    return raw.Xlogy(x, y, name=name)


def nextafter(x1, x2, name=None):
    """The float next to ``x1`` on the way to ``x2``."""
    return raw.NextAfter(x1, x2, name=name)


def bitwise_and(x, y, name=None):
    """The bits that both integers have."""
    return raw.BitwiseAnd(x, y, name=name)


def bitwise_or(x, y, name=None):
    """The bits that either integer has."""
    return raw.BitwiseOr(x, y, name=name)


def bitwise_xor(x, y, name=None):
    """The bits that one integer has and the other has not."""
    return raw.BitwiseXor(x, y, name=name)


def left_shift(x, y, name=None):
    """The bits of ``x`` moved up by ``y``; a ``y`` beyond the bits there are counts as the nearest that is not."""
    return raw.LeftShift(x, y, name=name)


def right_shift(x, y, name=None):
    """The bits of ``x`` moved down by ``y``, the sign kept; a ``y`` out of range counts as the nearest within."""
    return raw.RightShift(x, y, name=name)


def pow(x, y, name=None):
    """``x ** y``. Integers to a negative power raise ``InvalidArgumentError`` when run."""
    with name_scope(name, "Pow", [x]) as name:
        return raw.Pow(x, y, name=name)


def complex(real, imag, name=None):
    """Complex numbers of two real tensors: complex64 of float32, complex128 of float64; ``TypeError`` for others."""
    real, imag = convert_to_tensor(real, name="real"), convert_to_tensor(imag, name="imag")
    with name_scope(name, "Complex", [real, imag]) as name:
        made = {dtypes.float64: dtypes.complex128, dtypes.float32: dtypes.complex64}.get(real.dtype.base_dtype)
        if made is None or imag.dtype.base_dtype is not real.dtype.base_dtype:
            raise TypeError(f"real and imag have incorrect types: {real.dtype.name} {imag.dtype.name}")
        return raw.Complex(real, imag, Tout=made, name=name)


def scalar_mul(scalar, x, name=None):
    """``scalar * x`` for a scalar tensor or number; of ``IndexedSlices`` ``x``, the values. ``ValueError`` for a
    vector.
    """
    scalar = convert_to_tensor(scalar, dtype=x.dtype.base_dtype, name="scalar")
    if scalar._shape != ():
        raise ValueError(f"Only scalar multiply works, got shape {scalar.shape}")
    if isinstance(x, IndexedSlices):
        return IndexedSlices(raw.Mul(scalar, x.values, name=name), x.indices, x.dense_shape)
    return raw.Mul(scalar, x, name=name)


# -- division, as Python means it -----------------------------------------------------------------------------------

_QUOTIENT_TYPES = {
    dtypes.uint8: dtypes.float32,
    dtypes.int8: dtypes.float32,
    dtypes.uint16: dtypes.float32,
    dtypes.int16: dtypes.float32,
    dtypes.int32: dtypes.float64,
    dtypes.int64: dtypes.float64,
    dtypes.bfloat16: None,
    dtypes.float16: None,
    dtypes.float32: None,
    dtypes.float64: None,
    dtypes.complex64: None,
    dtypes.complex128: None,
}


def truediv(x, y, name=None):
    """``x / y``; integers are divided as floats: int32 and int64 as float64, smaller ones as float32.

    ``TypeError`` where ``x`` and ``y`` have different types, or a type that cannot be divided.
    """
    with name_scope(name, "truediv", [x, y]) as name:
        x, y = _alike(convert_to_tensor(x, name="x"), convert_to_tensor(y, name="y"))
        try:
            dtype = _QUOTIENT_TYPES[x.dtype.base_dtype]
        except KeyError:
            raise TypeError(f"Invalid dtype {x.dtype.base_dtype!r} in __truediv__") from None
        if dtype is not None:
            x, y = cast(x, dtype), cast(y, dtype)
        return raw.RealDiv(x, y, name=name)


def div(x, y, name=None):
    """``x / y`` of floats, ``floor(x / y)`` of integers: division as Python 2 means it. Prefer ``truediv`` or
    ``floordiv``.
    """
    with name_scope(name, "div", [x, y]) as name:
        x = convert_to_tensor(x, name="x")
        x, y = _alike(x, convert_to_tensor(y, name="y", dtype=x.dtype.base_dtype))
        if x.dtype.is_floating or x.dtype.is_complex:
            return raw.RealDiv(x, y, name=name)
        return raw.FloorDiv(x, y, name=name)


def _alike(x, y):
    if x.dtype.base_dtype is not y.dtype.base_dtype:
        raise TypeError(f"x and y must have the same dtype, got {x.dtype.base_dtype!r} != {y.dtype.base_dtype!r}")
    return x, y


def divide(x, y, name=None):
    """``x / y`` by Python's rules: two numbers give a number, anything with a tensor what ``truediv`` gives."""
    return x / y if name is None else truediv(x, y, name)


def floordiv(x, y, name=None):
    """``floor(x / y)``, of integers too: -7 by 5 is -2."""
    with name_scope(name, "floordiv", [x, y]) as name:
        return raw.FloorDiv(x, y, name=name)


def div_no_nan(x, y, name=None):
    """``x / y``, and 0 where ``y`` is 0."""
    with name_scope(name, "div_no_nan", [x, y]) as name:
        x = convert_to_tensor(x, name="x")
        return raw.DivNoNan(x, convert_to_tensor(y, name="y", dtype=x.dtype.base_dtype), name=name)


def multiply_no_nan(x, y, name=None):
    """``x * y``, and 0 where ``y`` is 0, even if ``x`` is infinite or NaN."""
    with name_scope(name, "multiply_no_nan", [x, y]) as name:
        x = convert_to_tensor(x, name="x")
        return raw.MulNoNan(x, convert_to_tensor(y, name="y", dtype=x.dtype.base_dtype), name=name)


def reciprocal_no_nan(x, name=None):
    """``1 / x``, and 0 where ``x`` is 0."""
    with name_scope(name, "reciprocal_no_nan", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        one = convert_to_tensor(1, dtype=x.dtype.base_dtype, name="one")
        return raw.DivNoNan(one, x, name=scope)
