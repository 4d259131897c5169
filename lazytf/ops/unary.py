"""Mathematical functions of each element of one tensor.

A row of the table declares an op type and makes its public function. Results have the shape of the input, and its type.
"""

import numpy as np
import torch

from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.registry import lookup, op
from lazytf.core.shape_rules import unchanged
from lazytf.core.values import SparseTensor
from lazytf.ops.filling import zeros_like

_ALL = "bfloat16, float16, float32, float64, int32, int64, complex64, complex128"
_COMPLEX, _REAL = "floatcomplex", "float"
_INTEGER = "int8, int16, int32, int64, uint8, uint16, uint32, uint64"


def _row(public, type_name, types, kernel, host, doc, gradient=True, result="T"):
    """Declares one op type over ``kernel`` and its NumPy twin ``host``; returns its public function."""
    op(f"{type_name}(x: T, T: {{{types}}}) -> (y: {result})", shape=unchanged, host=host, gradient=gradient)(kernel)
    return _function(public, type_name, doc)


def _function(public, type_name, doc):
    def function(x, name=None):
        if type(x) is SparseTensor:
            return SparseTensor(x.indices, function(x.values, name=name), x.dense_shape)
        return getattr(raw, type_name)(x, name=name)

    function.__name__ = function.__qualname__ = public
    function.__doc__ = doc
    return function


def _rsqrt(x):
    return np.reciprocal(np.sqrt(x))


# public     name          op type       types     torch             NumPy        what it returns
negative = _row("negative", "Neg", _ALL, torch.neg, np.negative, "``-x``.")
square = _row("square", "Square", _ALL, torch.square, np.square, "``x * x``.")
sqrt = _row("sqrt", "Sqrt", _COMPLEX, torch.sqrt, np.sqrt, "The root; NaN below zero.")
rsqrt = _row("rsqrt", "Rsqrt", _COMPLEX, torch.rsqrt, _rsqrt, "``1 / sqrt(x)``.")
exp = _row("exp", "Exp", _COMPLEX, torch.exp, np.exp, "``e ** x``.")
expm1 = _row("expm1", "Expm1", _COMPLEX, torch.expm1, None, "``exp(x) - 1``, exact near 0.")
log = _row("log", "Log", _COMPLEX, torch.log, np.log, "The natural logarithm.")
log1p = _row("log1p", "Log1p", _COMPLEX, torch.log1p, None, "``log(1 + x)``, exact near 0.")
sin = _row("sin", "Sin", _COMPLEX, torch.sin, np.sin, "The sine of ``x`` radians.")
cos = _row("cos", "Cos", _COMPLEX, torch.cos, np.cos, "The cosine of ``x`` radians.")
tan = _row("tan", "Tan", _ALL, torch.tan, None, "The tangent of ``x`` radians.")
asin = _row("asin", "Asin", _ALL, torch.asin, None, "The angle of sine ``x``.")
acos = _row("acos", "Acos", _ALL, torch.acos, None, "The angle of cosine ``x``.")
atan = _row("atan", "Atan", _ALL, torch.atan, None, "The angle of tangent ``x``.")
sinh = _row("sinh", "Sinh", _COMPLEX, torch.sinh, None, "The hyperbolic sine.")
cosh = _row("cosh", "Cosh", _COMPLEX, torch.cosh, None, "The hyperbolic cosine.")
tanh = _row("tanh", "Tanh", _COMPLEX, torch.tanh, None, "The hyperbolic tangent.")
asinh = _row("asinh", "Asinh", _COMPLEX, torch.asinh, None, "The inverse of ``sinh``.")
acosh = _row("acosh", "Acosh", _COMPLEX, torch.acosh, None, "The inverse of ``cosh``.")
atanh = _row("atanh", "Atanh", _COMPLEX, torch.atanh, None, "The inverse of ``tanh``.")
sigmoid = _row("sigmoid", "Sigmoid", _COMPLEX, torch.sigmoid, None, "``1 / (1 + exp(-x))``.")
reciprocal = _row("reciprocal", "Reciprocal", _ALL, torch.reciprocal, None, "``1 / x``.")
inv = _row("inv", "Inv", _ALL, torch.reciprocal, None, "``1 / x``; its old name.")
erf = _row("erf", "Erf", _REAL, torch.erf, None, "The error function.")
erfc = _row("erfc", "Erfc", _REAL, torch.erfc, None, "``1 - erf(x)``.")

floor = _row("floor", "Floor", _REAL, torch.floor, np.floor, "The largest whole number not above ``x``.", None)
ceil = _row("ceil", "Ceil", _REAL, torch.ceil, np.ceil, "The smallest whole number not below ``x``.", None)
rint = _row("rint", "Rint", _REAL, torch.round, np.rint, "The nearest whole number; a half, to the even one.", None)
is_nan = _row("is_nan", "IsNan", _REAL, torch.isnan, np.isnan, "True where ``x`` is not a number.", False, "bool")
is_inf = _row("is_inf", "IsInf", _REAL, torch.isinf, np.isinf, "True where ``x`` is infinite.", False, "bool")
is_finite = _row(
    "is_finite",
    "IsFinite",
    _REAL,
    torch.isfinite,
    np.isfinite,
    "True where ``x`` is neither infinite nor NaN.",
    False,
    "bool",
)
bessel_i0e = _row(
    "bessel_i0e",
    "BesselI0e",
    _REAL,
    torch.special.i0e,
    None,
    "The modified Bessel function of order 0, times ``exp(-abs(x))``.",
)
bessel_i1e = _row(
    "bessel_i1e",
    "BesselI1e",
    _REAL,
    torch.special.i1e,
    None,
    "The modified Bessel function of order 1, times ``exp(-abs(x))``.",
)


def log_sigmoid(x, name=None):
    """``log(sigmoid(x))``, computed as ``-softplus(-x)``, which does not overflow."""
    with name_scope(name, "LogSigmoid", [x]) as name:
        x = convert_to_tensor(x, name="x")
        return raw.Neg(raw.Softplus(raw.Neg(x)), name=name)


def bessel_i0(x, name=None):
    """The modified Bessel function of order 0."""
    with name_scope(name, "bessel_i0", [x]):
        return raw.Mul(raw.Exp(raw.Abs(x)), raw.BesselI0e(x), name="mul")


def bessel_i1(x, name=None):
    """The modified Bessel function of order 1."""
    with name_scope(name, "bessel_i1", [x]):
        return raw.Mul(raw.Exp(raw.Abs(x)), raw.BesselI1e(x), name="mul")


# -- sign and magnitude ---------------------------------------------------------------------------------------------

op(
    "Abs(x: T, T: {bfloat16, float16, float32, float64, int8, int16, int32, int64}) -> (y: T)",
    shape=unchanged,
    host=np.absolute,
)(torch.abs)
op(
    "ComplexAbs(x: T, T: {complex64, complex128} = complex64, Tout: {float32, float64} = float32) -> (y: Tout)",
    shape=unchanged,
)(torch.abs)
op(f"Round(x: T, T: {{{_ALL}}}) -> (y: T)", shape=unchanged, host=np.rint, gradient=None)(torch.round)


@op(f"Sign(x: T, T: {{{_ALL}}}) -> (y: T)", shape=unchanged)
def Sign(x):
    return torch.sgn(x)


@Sign.differentiate
def _(x):
    """The slope is zero everywhere, of complex numbers too."""
    return torch.where(torch.zeros((), dtype=torch.bool, device=x.device), x, torch.sgn(x.detach()))


def abs(x, name=None):
    """The magnitude of each element; of complex numbers, as a real tensor."""
    if type(x) is SparseTensor:
        return SparseTensor(x.indices, abs(x.values, name=name), x.dense_shape)
    with name_scope(name, "Abs", [x]) as name:
        x = convert_to_tensor(x, name="x")
        if x.dtype.is_complex:
            return raw.ComplexAbs(x, Tout=x.dtype.real_dtype, name=name)
        return raw.Abs(x, name=name)


sign = _function("sign", "Sign", "-1, 0 or 1 by the sign of ``x``; of complex numbers ``x / abs(x)``, 0 at 0.")


def round(x, name=None):
    """The nearest whole number; a half goes to the even one. Integers are returned as they are."""
    x = convert_to_tensor(x, name="x")
    return x if x.dtype.is_integer else raw.Round(x, name=name)


# -- complex numbers ------------------------------------------------------------------------------------------------

_PART = "(input: T, T: {complex64, complex128} = complex64, Tout: {float32, float64} = float32) -> (output: Tout)"
op(f"Real{_PART}", shape=unchanged, view=True)(torch.real)
op(f"Imag{_PART}", shape=unchanged, view=True)(torch.imag)
op(f"Angle{_PART}", shape=unchanged)(torch.angle)


@op("Conj(input: T, T: {complex64, complex128, variant} = complex64) -> (output: T)", shape=unchanged)
def Conj(input):
    return torch.conj_physical(input)


def real(input, name=None):
    """The real part of each element; a real tensor is returned as it is."""
    with name_scope(name, "Real", [input]) as name:
        input = convert_to_tensor(input, name="input")
        return raw.Real(input, Tout=input.dtype.real_dtype, name=name) if input.dtype.is_complex else input


def imag(input, name=None):
    """The imaginary part of each element; zeros for a real tensor."""
    with name_scope(name, "Imag", [input]) as name:
        input = convert_to_tensor(input, name="input")
        return raw.Imag(input, Tout=input.dtype.real_dtype, name=name) if input.dtype.is_complex else zeros_like(input)


def angle(input, name=None):
    """The angle of each complex element, in radians from the positive real axis; zeros for a real tensor."""
    with name_scope(name, "Angle", [input]) as name:
        input = convert_to_tensor(input, name="input")
        return raw.Angle(input, Tout=input.dtype.real_dtype, name=name) if input.dtype.is_complex else zeros_like(input)


def conj(x, name=None):
    """The complex conjugate; a real tensor is returned as it is. ``TypeError`` for what is not a number."""
    if getattr(x, "dtype", None) is not None and (x.dtype.is_floating or x.dtype.is_integer):
        return x
    with name_scope(name, "Conj", [x]) as name:
        x = convert_to_tensor(x, name="x")
        if x.dtype.is_complex:
            return raw.Conj(x, name=name)
        if x.dtype.is_floating or x.dtype.is_integer:
            return x
        raise TypeError(f"Expected numeric or variant tensor, got dtype {x.dtype!r}")


# -- where TensorFlow's slope is not torch's ------------------------------------------------------------------------


def _with_slope(function, slope):
    """``function`` of one tensor as a kernel for autograd, with the derivative that ``slope(x)`` gives."""

    class WithSlope(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return function(x)

        @staticmethod
        def backward(ctx, dy):
            return dy * slope(*ctx.saved_tensors).conj()

    return lambda x: WithSlope.apply(x)


def _with_quiet_slope(function, slope):
    """As ``_with_slope``, but ``slope`` is told of the result, and where no gradient arrives none goes on, though the
    slope be infinite: ``tf.where(x > 0, tf.sqrt(x), 0.0)`` has a gradient at 0.
    """

    class WithQuietSlope(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = function(x)
            ctx.save_for_backward(y)
            return y

        @staticmethod
        def backward(ctx, dy):
            s = slope(*ctx.saved_tensors).conj()
            return dy * s.masked_fill((dy == 0) & ~torch.isfinite(s.detach()), 0)

    return lambda x: WithQuietSlope.apply(x)


def _digamma(x):
    """At its poles, zero and the negative whole numbers, +inf, where torch has NaN or -inf."""
    return torch.where((x <= 0) & (x == torch.floor(x)), torch.inf, torch.digamma(x))


def _trigamma(x):
    """Hurwitz's zeta is exact to the last bits; torch can differentiate only the other."""
    return torch.polygamma(1, x) if torch.is_grad_enabled() else torch.special.zeta(2.0, x)


_digamma_with_slope = _with_slope(_digamma, _trigamma)
op("Digamma(x: T, T: {float}) -> (y: T)", shape=unchanged)(_digamma).differentiate(_digamma_with_slope)
op("Lgamma(x: T, T: {float}) -> (y: T)", shape=unchanged)(torch.lgamma).differentiate(
    _with_slope(torch.lgamma, _digamma_with_slope)
)
lookup("Acosh").differentiate(_with_slope(torch.acosh, lambda x: 1 / torch.sinh(torch.acosh(x))))  # NaN below one
lookup("Sqrt").differentiate(  # of -0.0 too the root is 0.0: else the slope would be -inf
    _with_quiet_slope(lambda x: torch.sqrt(x + 0), lambda y: 0.5 / y)
)
lookup("Rsqrt").differentiate(_with_quiet_slope(torch.rsqrt, lambda y: -0.5 * y * y * y))
lookup("Reciprocal").differentiate(_with_quiet_slope(torch.reciprocal, lambda y: -y * y))
lookup("Inv").differentiate(_with_quiet_slope(torch.reciprocal, lambda y: -y * y))
lgamma = _function("lgamma", "Lgamma", "The logarithm of the absolute value of the gamma function.")
digamma = _function("digamma", "Digamma", "The derivative of ``lgamma``.")


# -- bits and truth -------------------------------------------------------------------------------------------------

op("LogicalNot(x: bool) -> (y: bool)", shape=unchanged, host=np.logical_not, gradient=None)(torch.logical_not)
logical_not = _function("logical_not", "LogicalNot", "True where ``x`` is False; ``x`` must be bool.")

_SAME_BITS = {torch.uint16: torch.int16, torch.uint32: torch.int32, torch.uint64: torch.int64}


@op(f"Invert(x: T, T: {{{_INTEGER}}}) -> (y: T)", shape=unchanged, host=np.invert, gradient=None)
def Invert(x):
    same = _SAME_BITS.get(x.dtype)  # torch flips no bits of these
    return torch.bitwise_not(x) if same is None else torch.bitwise_not(x.view(same)).view(x.dtype)


invert = _function("invert", "Invert", "Every bit of each integer flipped.")
