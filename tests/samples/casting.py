"""Samples of tf.cast between all dtypes, and of reading bytes as another dtype."""

import numpy as np

from tests.samples import row, spread

DTYPES = (
    "float16",
    "float32",
    "float64",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bool",
    "complex64",
    "complex128",
    "bfloat16",
)
SMALL = np.array([0.0, 1.0, 2.75, 100.5])
NEGATIVE = np.array([-0.0, -0.5, -1.0, -2.75, -100.5])
HUGE = np.array([300.7, 40000.0, 70000.0, 3e9, 5e9, 1e19, 1e30])
NOT_FINITE = np.array([np.nan, np.inf, -np.inf])


def to(*dtypes):
    """Casts to each of the dtypes at once; bfloat16, which NumPy lacks, comes back as float32."""

    def cast(tf, x):
        results = [tf.cast(x, dtype) for dtype in dtypes]
        return [tf.cast(result, tf.float32) if result.dtype == tf.bfloat16 else result for result in results]

    return cast


ROWS = (
    [row("Cast", "from_" + dtype, to(*DTYPES), SMALL.astype(dtype)) for dtype in DTYPES[:-1]]
    + [
        row("Cast", "from_negative_" + dtype, to(*DTYPES), NEGATIVE.astype(dtype))
        for dtype in DTYPES[:7] + DTYPES[12:14]
    ]
    + [
        row("Cast", "from_huge_" + dtype, to(*DTYPES), HUGE.astype(dtype), differentiable=())
        for dtype in ("float32", "float64", "complex64")
    ]
    + [
        row("Cast", "from_not_finite_" + dtype, to(*DTYPES), NOT_FINITE.astype(dtype), differentiable=())
        for dtype in ("float16", "float32", "float64")
    ]
    + [
        row("Cast", "from_large_" + dtype, to(*DTYPES), np.array(values, dtype))
        for dtype, values in [
            ("int16", [127, 128, 255, 256, -129, 32767, -32768]),
            ("int32", [127, 128, 255, 256, 65536, 65504, 16777217, -2147483648]),
            ("int64", [128, 65536, 2**31, 2**32, 2**53 + 1, -(2**63)]),
            ("uint8", [127, 128, 255]),
            ("uint16", [255, 256, 65535]),
            ("uint32", [256, 65536, 2**31, 2**32 - 1]),
            ("uint64", [256, 2**31, 2**63, 2**64 - 1]),
        ]
    ]
    + [
        row(
            "Cast",
            "truncates_toward_zero",
            lambda tf, x: tf.cast(x, tf.int32),
            np.array([1.9, -1.9, 0.5, -0.5], "float32"),
        ),
        row(
            "Cast", "rounds_to_bfloat16", to("bfloat16"), np.array([1.00390625, 1.01171875, 3.14159, -1e-3], "float32")
        ),
        row("Cast", "gradient_float64", lambda tf, x: tf.cast(x, tf.float64), spread(3)),
        row("Cast", "gradient_through_half", lambda tf, x: tf.cast(tf.cast(x, tf.float16), tf.float32), spread(3)),
        row("Cast", "to_int_and_back", lambda tf, x: tf.cast(tf.cast(x, tf.int32), tf.float32), spread(3)),
        row("Cast", "to_float", lambda tf, x: tf.to_float(x), np.array([1, 2], "int32")),
        row("Cast", "to_int64", lambda tf, x: tf.to_int64(x), np.array([1.7, -2.2], "float32")),
        row("Cast", "empty", lambda tf, x: tf.cast(x, tf.int32), spread(0, 3)),
        row(
            "Cast",
            "truncate_attr",
            lambda tf, x: tf.raw_ops.Cast(x=x, DstT=tf.float16, Truncate=True),
            np.array([1.0009766, 2.003], "float32"),
        ),
        row(
            "Cast",
            "from_string",
            lambda tf, x: tf.cast(x, tf.float32),
            np.array(["1"]),
            raises="Cast string to float|not supported",
        ),
        row("Cast", "saturate", lambda tf, x: tf.saturate_cast(x, tf.uint8), np.array([-5.0, 100.0, 300.0], "float32")),
        row("Cast", "saturate_int", lambda tf, x: tf.saturate_cast(x, tf.int8), np.array([-500, 100, 300], "int32")),
        row("Bitcast", "same_size", lambda tf, x: tf.bitcast(x, tf.int32), spread(3)),
        row("Bitcast", "smaller", lambda tf, x: tf.bitcast(x, tf.uint8), np.array([1, 256, -1], "int32")),
        row("Bitcast", "larger", lambda tf, x: tf.bitcast(x, tf.int32), np.arange(8, dtype="uint8").reshape(2, 4)),
        row(
            "Bitcast", "to_float", lambda tf, x: tf.bitcast(x, tf.float32), np.array([1065353216, -1082130432], "int32")
        ),
        row("Bitcast", "int64_to_two", lambda tf, x: tf.bitcast(x, tf.int32), np.array([1, -2], "int64")),
        row(
            "Bitcast",
            "complex",
            lambda tf, x: tf.bitcast(x, tf.float32),
            np.array([1 + 2j, 3], "complex64"),
            differentiable=(),
        ),
        row(
            "Bitcast",
            "last_size_wrong",
            lambda tf, x: tf.bitcast(x, tf.int32),
            np.arange(6, dtype="uint8").reshape(2, 3),
            raises="Cannot bitcast",
        ),
    ]
)
