"""Samples of elementwise functions of one tensor."""

import numpy as np

from tests.samples import integers, row, spread

UNARY = {  # op type: (function, range that it is smooth in)
    "Abs": (lambda tf, x: tf.abs(x), -2.0, 2.0),
    "Neg": (lambda tf, x: tf.negative(x), -2.0, 2.0),
    "Sign": (lambda tf, x: tf.sign(x), -2.0, 2.0),
    "Square": (lambda tf, x: tf.square(x), -2.0, 2.0),
    "Sqrt": (lambda tf, x: tf.sqrt(x), 0.1, 9.0),
    "Rsqrt": (lambda tf, x: tf.math.rsqrt(x), 0.1, 9.0),
    "Reciprocal": (lambda tf, x: tf.math.reciprocal(x), 0.2, 4.0),
    "Inv": (lambda tf, x: tf.raw_ops.Inv(x=x), -4.0, -0.2),
    "Exp": (lambda tf, x: tf.exp(x), -3.0, 3.0),
    "Expm1": (lambda tf, x: tf.math.expm1(x), -3.0, 3.0),
    "Log": (lambda tf, x: tf.math.log(x), 0.1, 9.0),
    "Log1p": (lambda tf, x: tf.math.log1p(x), -0.9, 9.0),
    "Sin": (lambda tf, x: tf.sin(x), -4.0, 4.0),
    "Cos": (lambda tf, x: tf.cos(x), -4.0, 4.0),
    "Tan": (lambda tf, x: tf.tan(x), -1.4, 1.4),
    "Asin": (lambda tf, x: tf.asin(x), -0.95, 0.95),
    "Acos": (lambda tf, x: tf.acos(x), -0.95, 0.95),
    "Atan": (lambda tf, x: tf.atan(x), -4.0, 4.0),
    "Sinh": (lambda tf, x: tf.sinh(x), -3.0, 3.0),
    "Cosh": (lambda tf, x: tf.cosh(x), -3.0, 3.0),
    "Tanh": (lambda tf, x: tf.tanh(x), -3.0, 3.0),
    "Asinh": (lambda tf, x: tf.asinh(x), -4.0, 4.0),
    "Acosh": (lambda tf, x: tf.acosh(x), 1.1, 6.0),
    "Atanh": (lambda tf, x: tf.atanh(x), -0.9, 0.9),
    "Sigmoid": (lambda tf, x: tf.sigmoid(x), -4.0, 4.0),
    "Softplus": (lambda tf, x: tf.nn.softplus(x), -4.0, 4.0),
    "Softsign": (lambda tf, x: tf.nn.softsign(x), -4.0, 4.0),
    "Relu": (lambda tf, x: tf.nn.relu(x), -2.0, 2.0),
    "Relu6": (lambda tf, x: tf.nn.relu6(x), -3.0, 9.0),
    "Elu": (lambda tf, x: tf.nn.elu(x), -3.0, 3.0),
    "Selu": (lambda tf, x: tf.nn.selu(x), -3.0, 3.0),
    "LeakyRelu": (lambda tf, x: tf.nn.leaky_relu(x), -3.0, 3.0),
    "Floor": (lambda tf, x: tf.floor(x), -3.0, 3.0),
    "Ceil": (lambda tf, x: tf.math.ceil(x), -3.0, 3.0),
    "Round": (lambda tf, x: tf.round(x), -3.0, 3.0),
    "Rint": (lambda tf, x: tf.math.rint(x), -3.0, 3.0),
    "Erf": (lambda tf, x: tf.math.erf(x), -2.0, 2.0),
    "Erfc": (lambda tf, x: tf.math.erfc(x), -2.0, 2.0),
    "Lgamma": (lambda tf, x: tf.math.lgamma(x), 0.2, 6.0),
    "Digamma": (lambda tf, x: tf.math.digamma(x), 0.3, 6.0),
    "BesselI0e": (lambda tf, x: tf.math.bessel_i0e(x), -4.0, 4.0),
    "BesselI1e": (lambda tf, x: tf.math.bessel_i1e(x), -4.0, 4.0),
    "IsNan": (lambda tf, x: tf.math.is_nan(x), -2.0, 2.0),
    "IsInf": (lambda tf, x: tf.math.is_inf(x), -2.0, 2.0),
    "IsFinite": (lambda tf, x: tf.math.is_finite(x), -2.0, 2.0),
}

NO_HALF = {"BesselI0e", "BesselI1e", "Rint"}
LOOSE = {}  # op type: tolerance where float32 kernels differ in more than the last bits

# TensorFlow rounds every step in half precision and bfloat16, torch computes in float32 and rounds once.
LOOSE_HALF = {"Softplus": 1e-2}
LOOSE_BFLOAT16 = {"Tanh": 4e-3}

EDGES = np.array([-1.0, -0.0, 0.0, 0.5, 1.0, -0.5, 1.5, 2.5, -2.5, 6.0], "float32")
OTHER_EDGES = {"Rsqrt": EDGES[2:]}  # at -0.0 torch gives -inf; TensorFlow inf in groups of eight
TAILS = np.array([-100.0, -20.0, -1e-5, 1e-5, 20.0, 87.0], "float32")
BEYOND = np.array([-np.inf, np.inf, np.nan, 3e38, -3e38, 100.0], "float32")

FLOATING = [
    sample
    for op, (function, low, high) in UNARY.items()
    for sample in [
        row(op, "float32", function, spread(2, 3, low=low, high=high), rtol=LOOSE.get(op)),
        row(op, "float64", function, spread(4, low=low, high=high, dtype="float64")),
        row(op, "scalar", function, spread(low=low, high=high, seed=1), rtol=LOOSE.get(op)),
        row(op, "empty", function, spread(0, 3)),
        row(op, "edges", function, OTHER_EDGES.get(op, EDGES), rtol=LOOSE.get(op)),
        row(op, "tails", function, TAILS, rtol=LOOSE.get(op)),
        row(op, "beyond", function, BEYOND, differentiable=()),
    ]
]

HALF = [
    row(
        op,
        "half",
        function,
        spread(4, low=low, high=high, dtype="float16"),
        differentiable=() if op == "Digamma" else None,
        rtol=LOOSE_HALF.get(op),
    )
    for op, (function, low, high) in UNARY.items()
    if op not in NO_HALF
]

BFLOAT16 = [
    row(
        op,
        "bfloat16",
        lambda tf, x, f=UNARY[op][0]: tf.cast(f(tf, tf.cast(x, tf.bfloat16)), tf.float32),
        spread(5, low=0.2, high=3.0),
        rtol=LOOSE_BFLOAT16.get(op),
    )
    for op in ("Abs", "Neg", "Exp", "Sqrt", "Relu", "Floor", "Tanh", "IsNan")
]

INTEGER = [
    row(op, dtype, UNARY[op][0], values)
    for op in ("Abs", "Neg", "Sign", "Square", "Relu", "Relu6")
    for dtype, values in [
        ("int32", np.array([-5, 0, 1, 7, 2147483647], "int32")),
        ("int64", np.array([-5, 0, 1, 7, 4000000000], "int64")),
    ]
] + [
    row("Abs", "int_minimum", UNARY["Abs"][0], np.array([-2147483648], "int32")),
    row("Round", "int32", lambda tf, x: tf.raw_ops.Round(x=x), integers(3)),
    row("Relu", "uint8", UNARY["Relu"][0], integers(4, low=0, high=255, dtype="uint8")),
    row("Relu", "int8", UNARY["Relu"][0], integers(4, dtype="int8")),
    row("Sigmoid", "int32", UNARY["Sigmoid"][0], integers(3), raises="not in list of allowed values"),
    row("Floor", "int32", UNARY["Floor"][0], integers(3), raises="not in list of allowed values"),
]

COMPLEX_INPUT = (spread(4, seed=1) + 1j * spread(4, seed=2)).astype("complex64")

COMPLEX = [
    row(op, dtype, UNARY[op][0], COMPLEX_INPUT.astype(dtype), rtol=1e-5 if dtype == "complex64" else None)
    for op in (
        *("Neg", "Sign", "Square", "Sqrt", "Rsqrt", "Reciprocal", "Exp", "Expm1", "Log", "Log1p", "Sin", "Cos", "Tan"),
        *("Sinh", "Cosh", "Tanh", "Asinh", "Acosh", "Atanh", "Sigmoid"),
    )
    for dtype in ("complex64", "complex128")
] + [
    row("ComplexAbs", "complex64", lambda tf, x: tf.abs(x), COMPLEX_INPUT),
    row("ComplexAbs", "complex128", lambda tf, x: tf.abs(x), COMPLEX_INPUT.astype("complex128")),
    row("ComplexAbs", "zero", lambda tf, x: tf.abs(x), np.zeros(2, "complex64")),
    row("Conj", "complex64", lambda tf, x: tf.math.conj(x), COMPLEX_INPUT),
    row("Real", "complex64", lambda tf, x: tf.math.real(x), COMPLEX_INPUT),
    row("Real", "complex128", lambda tf, x: tf.math.real(x), COMPLEX_INPUT.astype("complex128")),
    row("Imag", "complex64", lambda tf, x: tf.math.imag(x), COMPLEX_INPUT),
    row("Imag", "complex128", lambda tf, x: tf.math.imag(x), COMPLEX_INPUT.astype("complex128")),
    row("Angle", "complex64", lambda tf, x: tf.math.angle(x), COMPLEX_INPUT),
    row("Angle", "complex128", lambda tf, x: tf.math.angle(x), COMPLEX_INPUT.astype("complex128")),
    row("Angle", "axes", lambda tf, x: tf.math.angle(x), np.array([1, -1, 1j, -1j, 0], "complex64"), differentiable=()),
]

OTHER = [
    row("LogicalNot", "plain", lambda tf, x: tf.logical_not(x), np.array([True, False])),
    row("LogicalNot", "operator", lambda tf, x: ~x, np.array([[True], [False]])),
    row("LogicalNot", "float", lambda tf, x: tf.logical_not(x), spread(2), raises="bool"),
    *(
        row("Invert", dtype, lambda tf, x: tf.bitwise.invert(x), np.array([0, 1, 5, 127], dtype))
        for dtype in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
    ),
    row("LeakyRelu", "alpha", lambda tf, x: tf.nn.leaky_relu(x, alpha=0.5), spread(2, 3)),
    row("LeakyRelu", "alpha_over_one", lambda tf, x: tf.nn.leaky_relu(x, alpha=1.5), spread(2, 3)),
    row("Neg", "operator", lambda tf, x: -x, spread(3)),
    row("Abs", "operator", lambda tf, x: abs(x), spread(3)),
    row("Round", "ties", lambda tf, x: tf.round(x), np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.4999], "float32")),
    row("Rint", "ties", lambda tf, x: tf.math.rint(x), np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.4999], "float32")),
    row("Log", "name", lambda tf, x: tf.math.log(x, name="other"), spread(3, low=0.5, high=2.0)),
    row("Sigmoid", "log_sigmoid", lambda tf, x: [tf.sigmoid(x), tf.math.log_sigmoid(x)], spread(4, low=-5.0, high=5.0)),
    row("Square", "of_a_list", lambda tf: tf.square([1.0, 2.0])),
    row("Sin", "large", lambda tf, x: tf.sin(x), np.array([1e3, -1e4, 123456.0], "float32"), differentiable=()),
    row("Cos", "large", lambda tf, x: tf.cos(x), np.array([1e3, -1e4, 123456.0], "float32"), differentiable=()),
    row(
        "Lgamma",
        "negative",
        lambda tf, x: tf.math.lgamma(x),
        np.array([-0.5, -1.5, -2.3, -1.0, -2.0], "float32"),
        differentiable=(),
    ),
    row("Digamma", "negative", lambda tf, x: tf.math.digamma(x), np.array([-0.5, -1.5, -2.3, 50.0], "float32")),
    row(
        "Digamma", "poles", lambda tf, x: tf.math.digamma(x), np.array([0.0, -1.0, -2.0], "float32"), differentiable=()
    ),
]

ROWS = FLOATING + HALF + BFLOAT16 + INTEGER + COMPLEX + OTHER
