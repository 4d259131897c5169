"""Samples of reductions, running sums and positions of extremes."""

import numpy as np

from tests.samples import integers, row, spread

REDUCING = {
    "Sum": lambda tf, x, **options: tf.reduce_sum(x, **options),
    "Mean": lambda tf, x, **options: tf.reduce_mean(x, **options),
    "Prod": lambda tf, x, **options: tf.reduce_prod(x, **options),
    "Max": lambda tf, x, **options: tf.reduce_max(x, **options),
    "Min": lambda tf, x, **options: tf.reduce_min(x, **options),
}
TRUTH = np.array([[True, False, True], [True, True, True]])


def over(op, id, x, *others, **options):
    """A row that reduces ``x`` as the options say."""
    kept = {key: options.pop(key) for key in ("raises", "differentiable", "rtol") if key in options}
    return row(op, id, lambda tf, x, *more: REDUCING[op](tf, x, *more, **options), x, *others, **kept)


# TensorFlow adds up in half precision, rounding at every step; torch adds in float32 and rounds once.
HALF_RTOL = {"Sum": 1e-2, "Mean": 1e-2}
# Max and Min pass over NaNs in TensorFlow, and give them in torch and here (docs/differences.md).
OTHER_WITH_NAN = ("Max", "Min")

NUMERIC = [
    sample
    for op in REDUCING
    for sample in [
        over(op, "all", spread(2, 3)),
        over(op, "axis_zero", spread(2, 3), axis=0),
        over(op, "last_axis", spread(2, 3), axis=-1),
        over(op, "two_axes", spread(2, 3, 4), axis=[0, 2]),
        over(op, "negative_axes", spread(2, 3, 4), axis=(-1, -3)),
        over(op, "no_axes", spread(2, 3), axis=[]),
        over(op, "keepdims", spread(2, 3), axis=1, keepdims=True),
        over(op, "keepdims_all", spread(2, 3), keepdims=True),
        over(op, "scalar", spread()),
        over(op, "float64", spread(2, 3, dtype="float64"), axis=1),
        over(op, "half", spread(2, 3, dtype="float16"), axis=1, rtol=HALF_RTOL.get(op)),
        over(op, "int32", integers(2, 3), axis=1),
        over(op, "int64", integers(2, 3, dtype="int64"), axis=0),
        over(op, "uint8", integers(2, 3, low=1, dtype="uint8"), axis=0),
        over(op, "empty", spread(0, 3), axis=0, differentiable=()),
        over(op, "empty_other", spread(0, 3), axis=1, differentiable=()),
        over(op, "ties", np.array([[1.0, 2.0, 2.0], [2.0, 2.0, 0.0]], "float32"), axis=1),
        over(op, "ties_all", np.array([[1.0, 2.0, 2.0], [1.0, 1.0, 2.0]], "float32")),
        over(op, "zeros", np.array([[1.0, 0.0, 2.0], [0.0, 0.0, 3.0]], "float32"), axis=1),
        over(op, "name", spread(2, 3), axis=1, name="total"),
        over(op, "axis_too_far", spread(2, 3), axis=2, raises="Invalid reduction dimension|[Ii]nvalid reduction"),
        row(op, "axis_fed", lambda tf, x, a, op=op: REDUCING[op](tf, x, axis=a), spread(2, 3), np.array([1], "int32")),
        row(
            op,
            "axis_scalar_fed",
            lambda tf, x, a, op=op: REDUCING[op](tf, x, axis=a),
            spread(2, 3),
            np.array(0, "int32"),
        ),
        row(op, "axis_int64", lambda tf, x, op=op: REDUCING[op](tf, x, axis=np.array([1], "int64")), spread(2, 3)),
        row(
            op,
            "old_names",
            lambda tf, x, op=op: REDUCING[op](tf, x, reduction_indices=[1], keep_dims=True),
            spread(2, 3),
        ),
    ]
] + [
    over("Sum", "complex64", np.array([[1 + 2j, 3j], [4, 5 - 1j]], "complex64"), axis=0),
    over("Mean", "complex64", np.array([[1 + 2j, 3j], [4, 5 - 1j]], "complex64"), axis=0),
    over("Sum", "axis_twice", spread(2, 3), axis=[0, 0]),
    over("Sum", "bool", np.array([True, False]), raises="not in list of allowed values"),
    over("Sum", "int8_wraps", np.array([100, 100], "int8")),
    row("All", "all", lambda tf, x: tf.reduce_all(x), TRUTH),
    row("All", "axis", lambda tf, x: tf.reduce_all(x, axis=1), TRUTH),
    row("All", "keepdims", lambda tf, x: tf.reduce_all(x, axis=0, keepdims=True), TRUTH),
    row("All", "empty", lambda tf, x: tf.reduce_all(x, axis=0), np.zeros((0, 2), bool)),
    row("All", "float", lambda tf, x: tf.reduce_all(x), spread(2), raises="bool"),
    row("Any", "all", lambda tf, x: tf.reduce_any(x), ~TRUTH),
    row("Any", "axis", lambda tf, x: tf.reduce_any(x, axis=1), ~TRUTH),
    row("Any", "keepdims", lambda tf, x: tf.reduce_any(x, axis=-1, keepdims=True), ~TRUTH),
    row("Any", "empty", lambda tf, x: tf.reduce_any(x), np.zeros((0, 2), bool)),
]

COMPOSITE = [
    row("Exp", "reduce_logsumexp", lambda tf, x: tf.reduce_logsumexp(x), spread(2, 3)),
    row("Exp", "reduce_logsumexp_axis", lambda tf, x: tf.reduce_logsumexp(x, axis=1), spread(2, 3)),
    row(
        "Exp", "reduce_logsumexp_keepdims", lambda tf, x: tf.reduce_logsumexp(x, axis=[0], keepdims=True), spread(2, 3)
    ),
    row(
        "Exp",
        "reduce_logsumexp_large",
        lambda tf, x: tf.reduce_logsumexp(x, axis=1),
        np.array([[1000.0, 999.0], [-1000.0, -999.0]], "float32"),
    ),
    row(
        "Exp",
        "reduce_logsumexp_infinite",
        lambda tf, x: tf.reduce_logsumexp(x, axis=1),
        np.array([[-np.inf, -np.inf], [np.inf, 1.0]], "float32"),
        differentiable=(),
    ),
    row("Mean", "reduce_variance", lambda tf, x: tf.math.reduce_variance(x), spread(2, 3)),
    row("Mean", "reduce_variance_axis", lambda tf, x: tf.math.reduce_variance(x, axis=1, keepdims=True), spread(2, 3)),
    row("Sqrt", "reduce_std", lambda tf, x: tf.math.reduce_std(x), spread(2, 3)),
    row("Sqrt", "reduce_std_axis", lambda tf, x: tf.math.reduce_std(x, axis=0), spread(2, 3)),
    row("Sum", "count_nonzero", lambda tf, x: tf.math.count_nonzero(x), np.array([[1.0, 0.0], [2.0, 0.0]], "float32")),
    row(
        "Sum",
        "count_nonzero_axis",
        lambda tf, x: tf.math.count_nonzero(x, axis=0, keepdims=True, dtype=tf.int32),
        integers(3, 2),
    ),
    row("Sum", "norm", lambda tf, x: tf.norm(x), spread(2, 3)),
    row("Sum", "norm_axis", lambda tf, x: tf.norm(x, axis=1), spread(2, 3)),
    row("Sum", "norm_one", lambda tf, x: tf.norm(x, ord=1, axis=1, keepdims=True), spread(2, 3)),
    row("Max", "norm_infinite", lambda tf, x: tf.norm(x, ord=np.inf, axis=0), spread(2, 3)),
    row("Pow", "norm_three", lambda tf, x: tf.norm(x, ord=3), spread(2, 3)),
    row("Sum", "norm_frobenius", lambda tf, x: tf.norm(x, ord="fro", axis=[-2, -1]), spread(2, 3, 2)),
    row("Mean", "moments", lambda tf, x: tf.nn.moments(x, axes=[0]), spread(4, 3)),
    row("Mean", "moments_keep_dims", lambda tf, x: tf.nn.moments(x, axes=[0, 1], keep_dims=True), spread(4, 3, 2)),
    row("Rsqrt", "l2_normalize", lambda tf, x: tf.nn.l2_normalize(x, axis=1), spread(2, 3)),
    row(
        "Rsqrt",
        "l2_normalize_zero",
        lambda tf, x: tf.nn.l2_normalize(x, axis=1),
        np.array([[0.0, 0.0], [3.0, 4.0]], "float32"),
    ),
    row("L2Loss", "plain", lambda tf, x: tf.nn.l2_loss(x), spread(2, 3)),
    row("L2Loss", "float64", lambda tf, x: tf.nn.l2_loss(x), spread(2, 3, dtype="float64")),
    row("L2Loss", "empty", lambda tf, x: tf.nn.l2_loss(x), spread(0, 3)),
    row("L2Loss", "int", lambda tf, x: tf.nn.l2_loss(x), integers(3), raises="not in list of allowed values"),
    row("Mul", "clip_by_norm", lambda tf, x: tf.clip_by_norm(x, 1.5), spread(2, 3)),
    row("Mul", "clip_by_norm_axes", lambda tf, x: tf.clip_by_norm(x, 1.5, axes=[1]), spread(2, 3)),
    row("L2Loss", "global_norm", lambda tf, x, y: tf.linalg.global_norm([x, y]), spread(3), spread(2, 2)),
    row("L2Loss", "clip_by_global_norm", lambda tf, x, y: tf.clip_by_global_norm([x, y], 1.0), spread(3), spread(2, 2)),
]

POSITIONS = [
    sample
    for op, function in [
        ("ArgMax", lambda tf, x, *a, **options: tf.argmax(x, *a, **options)),
        ("ArgMin", lambda tf, x, *a, **options: tf.argmin(x, *a, **options)),
    ]
    for sample in [
        row(op, "default", lambda tf, x, f=function: f(tf, x), spread(3, 4)),
        row(op, "axis", lambda tf, x, f=function: f(tf, x, 1), spread(3, 4)),
        row(op, "negative_axis", lambda tf, x, f=function: f(tf, x, axis=-1), spread(2, 3, 4)),
        row(op, "int32", lambda tf, x, f=function: f(tf, x, axis=0, output_type=tf.int32), spread(3, 4)),
        row(op, "ties", lambda tf, x, f=function: f(tf, x, 1), np.array([[1, 2, 2, 1], [3, 3, 3, 3]], "float32")),
        row(op, "of_ints", lambda tf, x, f=function: f(tf, x, 0), integers(4, 3)),
        row(op, "vector", lambda tf, x, f=function: f(tf, x, 0), spread(5)),
        row(op, "axis_fed", lambda tf, x, a, f=function: f(tf, x, a), spread(3, 4), np.array(1, "int32")),
        row(op, "dimension", lambda tf, x, f=function: f(tf, x, dimension=1), spread(3, 4)),
        row(
            op,
            "axis_too_far",
            lambda tf, x, f=function: f(tf, x, 2),
            spread(3, 4),
            raises="must be in the range|Expected dimension",
        ),
    ]
]

RUNNING = [
    sample
    for op, function in [
        ("Cumsum", lambda tf, x, *a, **o: tf.cumsum(x, *a, **o)),
        ("Cumprod", lambda tf, x, *a, **o: tf.math.cumprod(x, *a, **o)),
    ]
    for sample in [
        row(op, "default", lambda tf, x, f=function: f(tf, x), spread(3, 2)),
        row(op, "axis", lambda tf, x, f=function: f(tf, x, axis=1), spread(3, 4)),
        row(op, "negative_axis", lambda tf, x, f=function: f(tf, x, axis=-2), spread(3, 4)),
        row(op, "exclusive", lambda tf, x, f=function: f(tf, x, exclusive=True), spread(4)),
        row(op, "reverse", lambda tf, x, f=function: f(tf, x, reverse=True), spread(4)),
        row(
            op,
            "exclusive_reverse",
            lambda tf, x, f=function: f(tf, x, axis=1, exclusive=True, reverse=True),
            spread(2, 4),
        ),
        row(op, "int32", lambda tf, x, f=function: f(tf, x), integers(5)),
        row(op, "float64", lambda tf, x, f=function: f(tf, x), spread(4, dtype="float64")),
        row(op, "empty", lambda tf, x, f=function: f(tf, x), spread(0, 2)),
        row(op, "axis_fed", lambda tf, x, a, f=function: f(tf, x, axis=a), spread(3, 4), np.array(1, "int32")),
        row(op, "scalar", lambda tf, x, f=function: f(tf, x), spread(), raises="xpected scan axis|axis"),
    ]
]

OTHERS = [
    row("EuclideanNorm", "all", lambda tf, x: tf.math.reduce_euclidean_norm(x), spread(2, 3), differentiable=()),
    row(
        "EuclideanNorm",
        "axis",
        lambda tf, x: tf.math.reduce_euclidean_norm(x, 1, True),
        spread(2, 3),
        differentiable=(),
    ),
    row("EuclideanNorm", "int", lambda tf, x: tf.math.reduce_euclidean_norm(x, 0), integers(2, 3)),
] + [
    row(
        "CumulativeLogsumexp",
        id,
        lambda tf, x, o=options: tf.math.cumulative_logsumexp(x, **o),
        spread(3, 4),
        rtol=1e-5,
    )
    for id, options in [
        ("default", {}),
        ("axis", {"axis": -1}),
        ("exclusive", {"exclusive": True}),
        ("reverse", {"axis": 1, "reverse": True}),
    ]
]

WITH_NAN = [
    over(op, "nan", np.array([[1.0, np.nan], [np.inf, -np.inf]], "float32"), axis=1, differentiable=())
    for op in REDUCING
    if op not in OTHER_WITH_NAN
]

ROWS = NUMERIC + WITH_NAN + OTHERS + COMPOSITE + POSITIONS + RUNNING
