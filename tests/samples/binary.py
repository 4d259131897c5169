"""Samples of elementwise functions of several tensors: arithmetic, comparison, logic, sums, clipping, selection."""

import numpy as np

from tests.samples import integers, row, spread

ARITHMETIC = {  # op type: (function, range of the inputs)
    "Add": (lambda tf, x, y: tf.add(x, y), -2.0, 2.0),
    "AddV2": (lambda tf, x, y: x + y, -2.0, 2.0),
    "Sub": (lambda tf, x, y: tf.subtract(x, y), -2.0, 2.0),
    "Mul": (lambda tf, x, y: tf.multiply(x, y), -2.0, 2.0),
    "RealDiv": (lambda tf, x, y: tf.divide(x, y), 0.3, 3.0),
    "Div": (lambda tf, x, y: tf.raw_ops.Div(x=x, y=y), 0.3, 3.0),
    "FloorDiv": (lambda tf, x, y: tf.math.floordiv(x, y), -5.0, 5.0),
    "FloorMod": (lambda tf, x, y: tf.math.floormod(x, y), -5.0, 5.0),
    "Mod": (lambda tf, x, y: tf.raw_ops.Mod(x=x, y=y), -5.0, 5.0),
    "Pow": (lambda tf, x, y: tf.pow(x, y), 0.3, 3.0),
    "Maximum": (lambda tf, x, y: tf.maximum(x, y), -2.0, 2.0),
    "Minimum": (lambda tf, x, y: tf.minimum(x, y), -2.0, 2.0),
    "SquaredDifference": (lambda tf, x, y: tf.math.squared_difference(x, y), -2.0, 2.0),
    "Atan2": (lambda tf, x, y: tf.atan2(x, y), -2.0, 2.0),
    "DivNoNan": (lambda tf, x, y: tf.math.divide_no_nan(x, y), 0.3, 3.0),
    "Xdivy": (lambda tf, x, y: tf.math.xdivy(x, y), 0.3, 3.0),
    "Xlogy": (lambda tf, x, y: tf.math.xlogy(x, y), 0.3, 3.0),
}

COMPARISON = {
    "Less": lambda tf, x, y: tf.less(x, y),
    "LessEqual": lambda tf, x, y: tf.less_equal(x, y),
    "Greater": lambda tf, x, y: tf.greater(x, y),
    "GreaterEqual": lambda tf, x, y: tf.greater_equal(x, y),
    "Equal": lambda tf, x, y: tf.equal(x, y),
    "NotEqual": lambda tf, x, y: tf.not_equal(x, y),
}

GRADIENT = {"Atan2": {"differentiable": ()}}  # TensorFlow's own gradient of a broadcast atan2 raises
LEFT = np.array([[1.0, 0.0, -1.0, 2.0, 0.0, -0.0]], "float32")
TIES = np.array([[1.0, 0.0, -1.0, -2.0, 3.0, 2.0]], "float32")
SPECIAL = np.array([np.inf, -np.inf, np.nan, 1.0, 0.0, 0.0], "float32")
AGAINST = np.array([np.inf, 1.0, 1.0, np.nan, 0.0, -0.0], "float32")

FLOATING = [
    sample
    for op, (function, low, high) in ARITHMETIC.items()
    for sample in [
        row(op, "float32", function, spread(2, 3, low=low, high=high), spread(2, 3, low=low, high=high, seed=1)),
        row(op, "float64", function, *(spread(4, low=low, high=high, seed=s, dtype="float64") for s in (1, 2))),
        row(
            op,
            "broadcast",
            function,
            spread(2, 1, 3, low=low, high=high),
            spread(4, 1, low=low, high=high, seed=1),
            **GRADIENT.get(op, {}),
        ),
        row(
            op,
            "scalar_left",
            function,
            spread(low=low, high=high, seed=2),
            spread(3, low=low, high=high, seed=1),
            **GRADIENT.get(op, {}),
        ),
        row(
            op,
            "scalar_right",
            function,
            spread(2, 2, low=low, high=high),
            spread(low=low, high=high, seed=3),
            **GRADIENT.get(op, {}),
        ),
        row(op, "empty", function, spread(0, 3), spread(1, 3), **GRADIENT.get(op, {})),
        row(op, "ties", function, LEFT, TIES),
        row(op, "special", function, SPECIAL, AGAINST, differentiable=()),
        row(op, "mismatch", function, spread(2, 3), spread(2), raises="must be equal|Incompatible shapes"),
        row(op, "mixed_dtypes", function, spread(2), spread(2, dtype="float64"), raises="float64"),
    ]
]

HALF = [
    row(op, "half", function, *(spread(4, low=low, high=high, seed=s, dtype="float16") for s in (1, 2)))
    for op, (function, low, high) in ARITHMETIC.items()
    if op not in ("Mod", "FloorMod", "Atan2")
]

SIGNED = np.array([7, -7, 7, -7, 6, -6, 0, 5], "int32")
DIVISORS = np.array([3, 3, -3, -3, 3, 3, 4, 1], "int32")

INTEGER = [
    row(op, dtype, ARITHMETIC[op][0], SIGNED.astype(dtype), DIVISORS.astype(dtype))
    for op in ("AddV2", "Sub", "Mul", "Div", "FloorDiv", "FloorMod", "Mod", "Maximum", "Minimum", "SquaredDifference")
    for dtype in ("int32", "int64")
] + [
    row("Add", "int32", ARITHMETIC["Add"][0], SIGNED, DIVISORS),
    row("Add", "int32_overflow", ARITHMETIC["Add"][0], np.array([2147483647], "int32"), np.array([1], "int32")),
    row("Add", "int8_overflow", ARITHMETIC["Add"][0], np.array([127], "int8"), np.array([2], "int8")),
    row("Add", "uint8", ARITHMETIC["Add"][0], np.array([250], "uint8"), np.array([10], "uint8")),
    row("Mul", "int32_overflow", ARITHMETIC["Mul"][0], np.array([65536], "int32"), np.array([65537], "int32")),
    row("Mul", "uint8", ARITHMETIC["Mul"][0], np.array([20], "uint8"), np.array([20], "uint8")),
    row("Pow", "int32", ARITHMETIC["Pow"][0], np.array([2, -3, 0, 5], "int32"), np.array([10, 3, 0, 1], "int32")),
    row("Pow", "int64", ARITHMETIC["Pow"][0], np.array([2, -3, 0, 5], "int64"), np.array([40, 3, 0, 1], "int64")),
    row(
        "Pow", "int_negative", ARITHMETIC["Pow"][0], np.array([2], "int32"), np.array([-1], "int32"), raises="negative"
    ),
    row(
        "FloorDiv",
        "by_zero",
        ARITHMETIC["FloorDiv"][0],
        np.array([2], "int32"),
        np.array([0], "int32"),
        raises="ivision by zero",
    ),
    row(
        "FloorMod",
        "by_zero",
        ARITHMETIC["FloorMod"][0],
        np.array([2], "int32"),
        np.array([0], "int32"),
        raises="ivision by zero",
    ),
    row("TruncateDiv", "int32", lambda tf, x, y: tf.truncatediv(x, y), SIGNED, DIVISORS),
    row(
        "TruncateDiv", "int64", lambda tf, x, y: tf.truncatediv(x, y), SIGNED.astype("int64"), DIVISORS.astype("int64")
    ),
    row(
        "TruncateDiv", "uint8", lambda tf, x, y: tf.truncatediv(x, y), np.array([200], "uint8"), np.array([3], "uint8")
    ),
    row("TruncateMod", "int32", lambda tf, x, y: tf.truncatemod(x, y), SIGNED, DIVISORS),
    row(
        "TruncateMod", "float32", lambda tf, x, y: tf.truncatemod(x, y), spread(4, high=5.0), spread(4, low=0.5, seed=1)
    ),
    row("RealDiv", "true_divide_int32", lambda tf, x, y: x / y, SIGNED, DIVISORS),
    row("RealDiv", "true_divide_int8", lambda tf, x, y: x / y, SIGNED.astype("int8"), DIVISORS.astype("int8")),
    row("FloorDiv", "tf_div_int32", lambda tf, x, y: tf.div(x, y), SIGNED, DIVISORS),
    row("RealDiv", "tf_div_float32", lambda tf, x, y: tf.div(x, y), spread(3), spread(3, low=0.5, seed=1)),
]

COMPLEX = [
    row(
        op,
        "complex64",
        ARITHMETIC[op][0],
        *((spread(4, seed=s) + 1j * spread(4, seed=s + 1)).astype("complex64") for s in (1, 3)),
        rtol=1e-5,
    )
    for op in ("Add", "AddV2", "Sub", "Mul", "RealDiv", "Div", "Pow", "SquaredDifference", "Xdivy", "Xlogy")
] + [
    row("Complex", "float32", lambda tf, x, y: tf.complex(x, y), spread(3), spread(3, seed=1)),
    row("Complex", "float64", lambda tf, x, y: tf.complex(x, y), *(spread(3, seed=s, dtype="float64") for s in (1, 2))),
    row("Complex", "int", lambda tf, x, y: tf.complex(x, y), integers(2), integers(2), raises="int32|allowed"),
]

EDGES = [
    row(
        "MulNoNan",
        "broadcast",
        lambda tf, x, y: tf.math.multiply_no_nan(x, y),
        spread(2, 3),
        spread(3, seed=1),
    ),
    row("MulNoNan", "edges", lambda tf, x, y: tf.math.multiply_no_nan(x, y), AGAINST, SPECIAL, differentiable=()),
    row(
        "NextAfter",
        "float32",
        lambda tf, x, y: tf.math.nextafter(x, y),
        spread(4),
        spread(4, seed=1),
        differentiable=(),
    ),
    row(
        "NextAfter",
        "float64",
        lambda tf, x, y: tf.math.nextafter(x, y),
        spread(2, 3, dtype="float64"),
        spread(3, dtype="float64", seed=1),
        differentiable=(),
    ),
    row("NextAfter", "edges", lambda tf, x, y: tf.math.nextafter(x, y), AGAINST, SPECIAL, differentiable=()),
    row(
        "DivNoNan",
        "by_zero",
        lambda tf, x, y: tf.math.divide_no_nan(x, y),
        spread(3),
        np.array([0.0, 2.0, -0.0], "float32"),
    ),
    row(
        "Xdivy", "zero", lambda tf, x, y: tf.math.xdivy(x, y), *np.array([[0.0, 0.0, 1.0], [0.0, 2.0, 2.0]], "float32")
    ),
    row(
        "Xlogy", "zero", lambda tf, x, y: tf.math.xlogy(x, y), *np.array([[0.0, 0.0, 1.0], [0.0, 2.0, 2.0]], "float32")
    ),
    row(
        "Pow",
        "negative_base",
        lambda tf, x, y: tf.pow(x, y),
        *np.array([[-2.0, -2.0, 0.0, 0.0], [2.0, 3.0, 2.0, 1.0]], "float32"),
    ),
    row("Pow", "zero_to_zero", lambda tf, x, y: tf.pow(x, y), *np.array([[0.0, 3.0], [0.0, 0.0]], "float32")),
    row("Pow", "operator", lambda tf, x: [x**2, 2.0**x, x**0.5], spread(3, low=0.5, high=3.0)),
    row("Maximum", "with_itself", lambda tf, x: tf.maximum(x, x), spread(3)),
    row("Minimum", "with_itself", lambda tf, x: tf.minimum(x, x), spread(3)),
    row("Mul", "with_itself", lambda tf, x: x * x, spread(3)),
    row("Sub", "from_number", lambda tf, x: 1.0 - x, spread(3)),
    row("Mul", "scalar_mul", lambda tf, x: tf.scalar_mul(2.5, x), spread(3)),
    row("RealDiv", "number_by_tensor", lambda tf, x: 1 / x, spread(3, low=0.5, high=2.0)),
    row("FloorDiv", "operator", lambda tf, x, y: x // y, SIGNED, DIVISORS),
    row("FloorMod", "operator", lambda tf, x, y: x % y, SIGNED, DIVISORS),
    row("Mul", "array_left", lambda tf, x: np.array([1.0, 2.0, 3.0], "float32") * x, spread(3)),
    row("AddV2", "list_right", lambda tf, x: x + [1.0, 2.0, 3.0], spread(3)),
    row("AddV2", "int_plus_float", lambda tf, x: x + 1.5, integers(3), raises="int32"),
    row("AddV2", "float_plus_int_number", lambda tf, x: x + 1, spread(3)),
    row("Add", "string", lambda tf, x, y: tf.add(x, y), np.array(["a", "b"]), np.array(["c", ""])),
    row("Add", "name", lambda tf, x, y: tf.add(x, y, name="scope/total"), spread(3), spread(3, seed=1)),
    row(
        "Atan2",
        "quadrants",
        lambda tf, y, x: tf.atan2(y, x),
        *np.array([[1, 1, -1, -1, 0, 0, 1], [1, -1, 1, -1, 1, -1, 0]], "float32"),
    ),
    row(
        "Mod",
        "truncates",
        lambda tf, x, y: tf.raw_ops.Mod(x=x, y=y),
        SIGNED.astype("float32"),
        DIVISORS.astype("float32"),
        differentiable=(),
    ),
]

COMPARING = [
    sample
    for op, function in COMPARISON.items()
    for sample in [
        row(op, "float32", function, np.array([1.0, 2.0, 3.0], "float32"), np.array([2.0, 2.0, 2.0], "float32")),
        row(op, "broadcast", function, integers(3, 1), integers(4, seed=1)),
        row(op, "int64", function, integers(5, dtype="int64"), integers(5, dtype="int64", seed=1)),
        row(op, "uint8", function, integers(5, low=0, dtype="uint8"), integers(5, low=0, dtype="uint8", seed=1)),
        row(op, "special", function, SPECIAL, AGAINST),
        row(op, "empty", function, spread(0), spread(1)),
    ]
] + [
    row("Equal", "string", lambda tf, x, y: tf.equal(x, y), np.array(["a", "b"]), np.array(["a", "c"])),
    row("Equal", "bool", lambda tf, x, y: tf.equal(x, y), np.array([True, False]), np.array([True, True])),
    row(
        "Equal",
        "complex64",
        lambda tf, x, y: tf.equal(x, y),
        np.array([1j, 2], "complex64"),
        np.array([1j, 1], "complex64"),
    ),
    row("NotEqual", "string", lambda tf, x, y: tf.not_equal(x, y), np.array(["a", "b"]), np.array(["a", "c"])),
    row("NotEqual", "bool", lambda tf, x, y: tf.not_equal(x, y), np.array([True, False]), np.array([True, True])),
    row("Less", "operator", lambda tf, x: [x < 1.0, x <= 1.0], np.array([0.0, 1.0, 2.0], "float32")),
    row("Greater", "operator", lambda tf, x: [x > 1.0, x >= 1.0], np.array([0.0, 1.0, 2.0], "float32")),
    row(
        "ApproximateEqual",
        "default",
        lambda tf, x, y: tf.raw_ops.ApproximateEqual(x=x, y=y),
        *np.array([[1.0, 1.0, 2.0], [1.000001, 1.1, 2.0]], "float32"),
    ),
    row(
        "ApproximateEqual",
        "tolerance",
        lambda tf, x, y: tf.raw_ops.ApproximateEqual(x=x, y=y, tolerance=0.2),
        *np.array([[1.0, 1.0, 2.0], [1.000001, 1.1, 2.5]], "float32"),
    ),
]

TRUTH = (np.array([True, True, False, False]), np.array([True, False, True, False]))
BITS = (np.array([0, 5, 3, 14]), np.array([5, 0, 7, 11]))

LOGIC = [
    row("LogicalAnd", "plain", lambda tf, x, y: tf.logical_and(x, y), *TRUTH),
    row("LogicalAnd", "operator_broadcast", lambda tf, x, y: x & y, TRUTH[0].reshape(2, 2), np.array([True, False])),
    row("LogicalOr", "plain", lambda tf, x, y: tf.logical_or(x, y), *TRUTH),
    row("LogicalOr", "operator", lambda tf, x, y: x | y, *TRUTH),
    row("LogicalOr", "xor", lambda tf, x, y: tf.logical_xor(x, y), *TRUTH),
    row("LogicalOr", "xor_operator", lambda tf, x, y: x ^ y, *TRUTH),
    row("LogicalAnd", "float", lambda tf, x, y: tf.logical_and(x, y), spread(2), spread(2), raises="bool"),
] + [
    row(op, dtype, function, *(b.astype(dtype) for b in BITS))
    for op, function in [
        ("BitwiseAnd", lambda tf, x, y: tf.bitwise.bitwise_and(x, y)),
        ("BitwiseOr", lambda tf, x, y: tf.bitwise.bitwise_or(x, y)),
        ("BitwiseXor", lambda tf, x, y: tf.bitwise.bitwise_xor(x, y)),
        ("LeftShift", lambda tf, x, y: tf.bitwise.left_shift(x, y)),
        ("RightShift", lambda tf, x, y: tf.bitwise.right_shift(x, y)),
    ]
    for dtype in ("int32", "uint8", "int64")
    if not (op == "LeftShift" and dtype == "uint8")
]

MANY = [
    row("AddN", "three", lambda tf, *xs: tf.add_n(xs), spread(2, 3), spread(2, 3, seed=1), spread(2, 3, seed=2)),
    row("AddN", "int32", lambda tf, *xs: tf.add_n(xs), integers(3), integers(3, seed=1)),
    row("AddN", "same_twice", lambda tf, x: tf.add_n([x, x]), spread(3)),
    row(
        "AddN",
        "one_is_identity_named",
        lambda tf, x, y: [tf.add_n([x], name="only"), tf.add_n([x, y])],
        spread(3),
        spread(3),
    ),
    row(
        "AddN",
        "mismatch",
        lambda tf, *xs: tf.add_n(xs),
        spread(2),
        spread(3),
        raises="same size and shape|must be equal",
    ),
    row("AddN", "empty_list", lambda tf: tf.add_n([]), raises="inputs must be a list of at least one"),
    row(
        "AccumulateNV2",
        "three",
        lambda tf, *xs: tf.accumulate_n(xs),  # in whatever order they come: these sums are exact
        *[integers(2, 3, seed=seed, dtype="float32") for seed in range(3)],
    ),
    row(
        "AccumulateNV2",
        "shape_given",
        lambda tf, *xs: tf.accumulate_n(xs, shape=[3], tensor_dtype=tf.float32),
        spread(3),
        spread(3, seed=1),
    ),
]

CONDITION = np.array([[True, False, True], [False, False, True]])

CHOOSING = [
    row(
        "Maximum",
        "clip_by_value",
        lambda tf, x: tf.clip_by_value(x, -1.0, 1.0),
        np.array([-3.0, -1.0, -0.5, 1.0, 2.0], "float32"),
    ),
    row(
        "Maximum",
        "clip_by_tensor",
        lambda tf, x, low, high: tf.clip_by_value(x, low, high),
        spread(4),
        spread(4, low=-1.0, high=-0.5),
        spread(4, low=0.5, high=1.0),
    ),
    row("Maximum", "clip_by_value_int", lambda tf, x: tf.clip_by_value(x, -1, 3), integers(5)),
    row(
        "ClipByValue",
        "raw",
        lambda tf, x, low, high: tf.raw_ops.ClipByValue(t=x, clip_value_min=low, clip_value_max=high),
        np.array([-3.0, -1.0, -0.5, 1.0, 2.0], "float32"),
        -1.0,
        1.0,
    ),
    row(
        "ClipByValue",
        "tensors",
        lambda tf, x, low, high: tf.raw_ops.ClipByValue(t=x, clip_value_min=low, clip_value_max=high),
        spread(4),
        spread(4, low=-1.0, high=-0.5),
        spread(4, low=0.5, high=1.0),
    ),
    row("Select", "plain", lambda tf, c, x, y: tf.where(c, x, y), CONDITION, spread(2, 3), spread(2, 3, seed=1)),
    row(
        "Select",
        "vector_condition",
        lambda tf, c, x, y: tf.where(c, x, y),
        np.array([True, False]),
        spread(2, 3),
        spread(2, 3, seed=1),
    ),
    row(
        "Select",
        "scalar_condition",
        lambda tf, c, x, y: tf.where(c, x, y),
        np.array(False),
        spread(2, 3),
        spread(2, 3, seed=1),
    ),
    row("Select", "int32", lambda tf, c, x, y: tf.where(c, x, y), CONDITION, integers(2, 3), integers(2, 3, seed=1)),
    row(
        "Select",
        "string",
        lambda tf, c, x, y: tf.where(c, x, y),
        np.array([True, False]),
        np.array(["a", "b"]),
        np.array(["c", "d"]),
    ),
    row(
        "Select",
        "nan_not_chosen",
        lambda tf, c, x, y: tf.where(c, x, y),
        np.array([True, False]),
        np.array([1.0, np.nan], "float32"),
        spread(2),
    ),
    row(
        "Select",
        "mismatch",
        lambda tf, c, x, y: tf.where(c, x, y),
        CONDITION,
        spread(2, 3),
        spread(2, 2),
        raises="must be equal|same size and shape|must be same",
    ),
    row(
        "SelectV2",
        "broadcast",
        lambda tf, c, x, y: tf.where_v2(c, x, y),
        np.array([[True], [False]]),
        spread(3),
        spread(2, 1, seed=1),
    ),
    row("Where", "two_dimensions", lambda tf, c: tf.where(c), CONDITION),
    row("Where", "vector", lambda tf, c: tf.where(c), np.array([True, False, True])),
    row("Where", "nothing_true", lambda tf, c: tf.where(c), np.zeros((2, 3), bool)),
    row("Where", "scalar", lambda tf, c: tf.where(c), np.array(True), raises="input dimensions: 0"),
    row("Where", "of_floats", lambda tf, x: tf.raw_ops.Where(condition=x), np.array([0.0, 2.0, -1.0], "float32")),
    row("Where", "of_ints", lambda tf, x: tf.raw_ops.Where(condition=x), integers(2, 3)),
    row(
        "Where",
        "only_x",
        lambda tf, c, x: tf.where(c, x),
        CONDITION,
        spread(2, 3),
        raises="both be non-None or both be None",
    ),
]

ROWS = FLOATING + HALF + INTEGER + COMPLEX + EDGES + COMPARING + LOGIC + MANY + CHOOSING
