"""Samples of ops that read and write variables: assignment, scatter updates, and the optimizers' update ops."""

import numpy as np

from tests.samples import integers, row, spread, variable

V = variable(spread(3, 2))
ROWS_OF = np.array([2, 0], "int32")
REPEATED = np.array([1, 1, 0], "int32")
DELTA = spread(2, 2, seed=1)
DELTAS = spread(3, 2, seed=1)


def scatter(op, function):
    """The rows of one scatter update."""
    return [
        row(op, "rows", function, variable(spread(3, 2)), ROWS_OF, spread(2, 2, low=0.5, seed=1), differentiable=()),
        row(
            op, "repeated", function, variable(spread(3, 2)), REPEATED, spread(3, 2, low=0.5, seed=1), differentiable=()
        ),
        row(
            op,
            "scalar_index",
            function,
            variable(spread(3, 2)),
            np.array(1, "int32"),
            spread(2, low=0.5, seed=1),
            differentiable=(),
        ),
        row(
            op,
            "matrix_of_indices",
            function,
            variable(spread(4)),
            np.array([[0, 1], [3, 2]], "int32"),
            spread(2, 2, low=0.5, seed=1),
            differentiable=(),
        ),
        row(
            op,
            "int64_indices",
            function,
            variable(spread(3, 2)),
            ROWS_OF.astype("int64"),
            spread(2, 2, low=0.5, seed=1),
            differentiable=(),
        ),
        row(
            op,
            "out_of_range",
            function,
            variable(spread(3, 2)),
            np.array([3], "int32"),
            spread(1, 2),
            raises="indices\\[0\\] = 3 is not in \\[0, 3\\)",
        ),
        row(
            op,
            "mismatch",
            function,
            variable(spread(3, 2)),
            ROWS_OF,
            spread(2, 3),
            raises="must be equal|Must have updates.shape",
        ),
    ]


ASSIGNING = [
    row("Assign", "plain", lambda tf, v, x: tf.assign(v, x), V, spread(3, 2, seed=1), differentiable=()),
    row("Assign", "method", lambda tf, v, x: v.assign(x), V, spread(3, 2, seed=1), differentiable=()),
    row("Assign", "number", lambda tf, v: tf.assign(v, 2.5), variable(1.0), differentiable=()),
    row("Assign", "int", lambda tf, v: tf.assign(v, 7), variable(1)),
    row("Assign", "string", lambda tf, v: tf.assign(v, "b"), variable("a")),
    row(
        "Assign",
        "uninitialized",
        lambda tf, v, x: tf.assign(v, x),
        variable(spread(3, 2), initialized=False),
        spread(3, 2, seed=1),
        differentiable=(),
    ),
    row(
        "Assign",
        "other_shape",
        lambda tf, v, x: tf.assign(v, x, validate_shape=False),
        V,
        spread(2, seed=1),
        differentiable=(),
    ),
    row(
        "Assign",
        "raw",
        lambda tf, v, x: tf.raw_ops.Assign(ref=v, value=x, use_locking=False),
        V,
        spread(3, 2, seed=1),
        differentiable=(),
    ),
    row(
        "Assign",
        "wrong_shape",
        lambda tf, v, x: tf.assign(v, x),
        V,
        spread(2, 2),
        raises="must be equal|must have the same|requires shapes of both tensors to match",
    ),
    row("Assign", "wrong_dtype", lambda tf, v, x: tf.assign(v, x), V, integers(3, 2), raises="int32"),
    row("AssignAdd", "plain", lambda tf, v, x: tf.assign_add(v, x), V, spread(3, 2, seed=1), differentiable=()),
    row("AssignAdd", "method", lambda tf, v: v.assign_add(1.0), variable(1.5), differentiable=()),
    row("AssignAdd", "int64", lambda tf, v: tf.assign_add(v, 1), variable(np.array(5, "int64"))),
    row("AssignAdd", "twice", lambda tf, v: tf.assign_add(v, 1), variable(np.array(5, "int32")), runs=2),
    row(
        "AssignAdd",
        "wrong_shape",
        lambda tf, v, x: tf.assign_add(v, x),
        V,
        spread(2),
        raises="must be equal|must have the same|must be the same size",
    ),
    row(
        "AssignAdd",
        "uninitialized",
        lambda tf, v: tf.assign_add(v, 1.0),
        variable(1.0, initialized=False),
        raises="Attempting to use uninitialized value x0",
    ),
    row("AssignSub", "plain", lambda tf, v, x: tf.assign_sub(v, x), V, spread(3, 2, seed=1), differentiable=()),
    row("AssignSub", "method", lambda tf, v: v.assign_sub([1.0, 2.0]), variable([5.0, 5.0]), differentiable=()),
    row("Identity", "read", lambda tf, v: [v, v.read_value(), v + 1.0, tf.identity(v)], V),
    row(
        "Identity",
        "read_uninitialized",
        lambda tf, v: v + 1.0,
        variable(1.0, initialized=False),
        raises="Attempting to use uninitialized value x0",
    )._replace(op="AddV2"),
    row("IsVariableInitialized", "yes", lambda tf, v: tf.is_variable_initialized(v), V),
    row("IsVariableInitialized", "no", lambda tf, v: tf.is_variable_initialized(v), variable(1.0, initialized=False)),
    row("IsVariableInitialized", "raw", lambda tf, v: tf.raw_ops.IsVariableInitialized(ref=v), V),
    row("CountUpTo", "int32", lambda tf, v: tf.count_up_to(v, 3), variable(np.array(0, "int32")), runs=3),
    row("CountUpTo", "int64", lambda tf, v: v.count_up_to(5), variable(np.array(0, "int64")), runs=2),
    row(
        "CountUpTo",
        "limit",
        lambda tf, v: tf.count_up_to(v, 3),
        variable(np.array(3, "int32")),
        raises="Reached limit of 3",
    ),
    row(
        "VariableV2",
        "raw",
        lambda tf: tf.raw_ops.Assign(
            ref=tf.raw_ops.VariableV2(shape=[2], dtype=tf.float32, shared_name="w", container=""), value=[1.0, 2.0]
        ),
    ),
    row(
        "Variable",
        "raw",
        lambda tf: tf.raw_ops.Assign(ref=tf.raw_ops.Variable(shape=[2], dtype=tf.float32), value=[1.0, 2.0]),
        differentiable=(),
    ),
    row(
        "TemporaryVariable",
        "destroyed",
        lambda tf: tf.raw_ops.DestroyTemporaryVariable(
            ref=tf.raw_ops.Assign(
                ref=tf.raw_ops.TemporaryVariable(shape=[2], dtype=tf.float32, var_name="t"), value=[1.0, 2.0]
            ),
            var_name="t",
        ),
    ),
    row("VariableV2", "of_number", lambda tf: [tf.Variable(1.5), tf.Variable([1, 2], name="v", trainable=False)]),
    row("VariableV2", "of_random", lambda tf: tf.Variable(tf.random_normal([2, 3], stddev=1, seed=1))),
    row(
        "VariableV2", "get_variable", lambda tf: tf.get_variable("w", [2, 2], initializer=tf.constant_initializer(3.0))
    ),
    row("Slice", "of_variable", lambda tf, v: [v[0], v[:, 1]], V)._replace(op="StridedSlice"),
    row("GatherV2", "of_variable", lambda tf, v, i: tf.gather(v, i), V, REPEATED),
    row("GatherV2", "embedding_lookup", lambda tf, v, i: tf.nn.embedding_lookup(v, i), V, REPEATED),
    row("GatherV2", "and_dense", lambda tf, v, i: [tf.gather(v, i), v * 2.0], V, REPEATED),
    row("MatMul", "of_variable", lambda tf, v, x: tf.matmul(x, v), V, spread(2, 3, seed=1)),
]

SCATTERING = [
    sample
    for op, function in [
        ("ScatterUpdate", lambda tf, v, i, x: tf.scatter_update(v, i, x)),
        ("ScatterAdd", lambda tf, v, i, x: tf.scatter_add(v, i, x)),
        ("ScatterSub", lambda tf, v, i, x: tf.scatter_sub(v, i, x)),
        ("ScatterMul", lambda tf, v, i, x: tf.scatter_mul(v, i, x)),
        ("ScatterDiv", lambda tf, v, i, x: tf.scatter_div(v, i, x)),
        ("ScatterMin", lambda tf, v, i, x: tf.scatter_min(v, i, x)),
        ("ScatterMax", lambda tf, v, i, x: tf.scatter_max(v, i, x)),
    ]
    for sample in scatter(op, function)
] + [
    row(
        "ScatterAdd",
        "one_number_for_all",
        lambda tf, v, i, x: tf.scatter_add(v, i, x),
        V,
        REPEATED,
        0.5,
        differentiable=(),
    ),
    row(
        "ScatterSub",
        "method_with_slices",
        lambda tf, v, i, x: v.scatter_sub(tf.IndexedSlices(x, i)),
        V,
        REPEATED,
        DELTAS,
        differentiable=(),
    ),
    row(
        "ScatterNdUpdate",
        "rows",
        lambda tf, v, i, x: tf.scatter_nd_update(v, i, x),
        V,
        np.array([[2], [0]], "int32"),
        DELTA,
        differentiable=(),
    ),
    row(
        "ScatterNdAdd",
        "elements",
        lambda tf, v, i, x: tf.scatter_nd_add(v, i, x),
        V,
        np.array([[2, 1], [2, 1], [0, 0]], "int32"),
        spread(3),
        differentiable=(),
    ),
    row(
        "ScatterNdSub",
        "elements",
        lambda tf, v, i, x: tf.scatter_nd_sub(v, i, x),
        V,
        np.array([[2, 1], [2, 1], [0, 0]], "int32"),
        spread(3),
        differentiable=(),
    ),
]

W, GRADIENT = spread(3, 2), spread(3, 2, seed=1)
M, SQUARES = spread(3, 2, seed=2), spread(3, 2, low=0.1, high=2.0, seed=3)


def update(op, id, build, *inputs, **options):
    """A row of an update op that runs three times."""
    return row(op, id, build, *inputs, **dict({"runs": 3, "differentiable": ()}, **options))


def adam(tf, v, m, s, g, **options):
    return tf.raw_ops.ApplyAdam(
        var=v,
        m=m,
        v=s,
        beta1_power=np.float32(0.9),
        beta2_power=np.float32(0.999),
        lr=np.float32(0.01),
        beta1=np.float32(0.9),
        beta2=np.float32(0.999),
        epsilon=np.float32(1e-8),
        grad=g,
        **options,
    )


def momentum(tf, v, a, g, nesterov=False):
    return tf.raw_ops.ApplyMomentum(
        var=v, accum=a, lr=np.float32(0.1), grad=g, momentum=np.float32(0.9), use_nesterov=nesterov
    )


def sparse_momentum(tf, v, a, g, i, nesterov=False):
    return tf.raw_ops.SparseApplyMomentum(
        var=v, accum=a, lr=np.float32(0.1), grad=g, indices=i, momentum=np.float32(0.9), use_nesterov=nesterov
    )


UPDATING = [
    update(
        "ApplyGradientDescent",
        "plain",
        lambda tf, v, g: tf.raw_ops.ApplyGradientDescent(var=v, alpha=np.float32(0.1), delta=g),
        variable(W),
        GRADIENT,
    ),
    update(
        "ApplyGradientDescent",
        "float64",
        lambda tf, v, g: tf.raw_ops.ApplyGradientDescent(var=v, alpha=np.float64(0.1), delta=g),
        variable(W.astype("float64")),
        GRADIENT.astype("float64"),
    ),
    update(
        "ApplyGradientDescent",
        "rate_fed",
        lambda tf, v, a, g: tf.raw_ops.ApplyGradientDescent(var=v, alpha=a, delta=g),
        variable(W),
        0.25,
        GRADIENT,
    ),
    row(
        "ApplyGradientDescent",
        "mismatch",
        lambda tf, v, g: tf.raw_ops.ApplyGradientDescent(var=v, alpha=np.float32(0.1), delta=g),
        variable(W),
        spread(2, 2),
        raises="must be equal|do not have the same shape|same shape",
    ),
    row(
        "ApplyGradientDescent",
        "uninitialized",
        lambda tf, v, g: tf.raw_ops.ApplyGradientDescent(var=v, alpha=np.float32(0.1), delta=g),
        variable(W, initialized=False),
        GRADIENT,
        raises="ninitialized",
    ),
    update("ApplyMomentum", "plain", momentum, variable(W), variable(M), GRADIENT),
    update(
        "ApplyMomentum",
        "nesterov",
        lambda tf, v, a, g: momentum(tf, v, a, g, nesterov=True),
        variable(W),
        variable(M),
        GRADIENT,
    ),
    update("ApplyAdam", "plain", adam, variable(W), variable(M), variable(SQUARES), GRADIENT),
    update(
        "ApplyAdam",
        "nesterov",
        lambda tf, v, m, s, g: adam(tf, v, m, s, g, use_nesterov=True),
        variable(W),
        variable(M),
        variable(SQUARES),
        GRADIENT,
    ),
    update(
        "ApplyAdam", "from_zero", adam, variable(W), variable(np.zeros_like(W)), variable(np.zeros_like(W)), GRADIENT
    ),
    update(
        "ApplyAdam",
        "zero_gradient",
        adam,
        variable(W),
        variable(np.zeros_like(W)),
        variable(np.zeros_like(W)),
        np.zeros_like(W),
    ),
    update("SparseApplyMomentum", "rows", sparse_momentum, variable(W), variable(M), DELTA, ROWS_OF),
    update(
        "SparseApplyMomentum",
        "nesterov",
        lambda tf, v, a, g, i: sparse_momentum(tf, v, a, g, i, nesterov=True),
        variable(W),
        variable(M),
        DELTA,
        ROWS_OF,
    ),
    update("SparseApplyMomentum", "int64", sparse_momentum, variable(W), variable(M), DELTA, ROWS_OF.astype("int64")),
]


def optimizing(op, id, optimizer):
    """Three steps of an optimizer that minimizes sum(x * v ** 2)."""

    def build(tf, v, x):
        return optimizer(tf).apply_gradients([(2.0 * x * v, v)])

    return row(op, id, build, variable(W), spread(3, 2, low=0.5, seed=1), runs=3, differentiable=())


def optimizing_rows(op, id, optimizer):
    """Three steps of an optimizer that gets IndexedSlices, one row of them twice."""

    def build(tf, v, x, i):
        return optimizer(tf).apply_gradients([(tf.IndexedSlices(x, i, tf.constant([3, 2])), v)])

    return row(op, id, build, variable(W), spread(3, 2, seed=1), REPEATED, runs=3, differentiable=())


OPTIMIZERS = {
    "gradient_descent": lambda tf: tf.train.GradientDescentOptimizer(0.1),
    "momentum": lambda tf: tf.train.MomentumOptimizer(0.1, 0.9),
    "nesterov": lambda tf: tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
    "adam": lambda tf: tf.train.AdamOptimizer(0.01),
}

OPTIMIZING = [
    optimizing("ApplyGradientDescent", "optimizer", OPTIMIZERS["gradient_descent"]),
    optimizing("ApplyMomentum", "optimizer", OPTIMIZERS["momentum"]),
    optimizing("ApplyMomentum", "optimizer_nesterov", OPTIMIZERS["nesterov"]),
    optimizing("ApplyAdam", "optimizer", OPTIMIZERS["adam"]),
    optimizing_rows("ScatterSub", "optimizer_sparse", OPTIMIZERS["gradient_descent"]),
    optimizing_rows("SparseApplyMomentum", "optimizer_sparse", OPTIMIZERS["momentum"]),
    optimizing_rows("SparseApplyMomentum", "optimizer_sparse_nesterov", OPTIMIZERS["nesterov"]),
    optimizing_rows("ScatterAdd", "optimizer_sparse_adam", OPTIMIZERS["adam"]),
]

ROWS = ASSIGNING + SCATTERING + UPDATING + OPTIMIZING
