"""Samples of ops on variables behind handles (``use_resource=True``): reads, assignments, scatters, optimizers."""

import numpy as np

from tests.samples import row, spread

VALUE = spread(3, 2)
ROWS_OF = np.array([2, 0, 2], "int32")
DELTAS = spread(3, 2, low=0.5, seed=1)


def variable(tf, value=VALUE, **options):
    return tf.Variable(value, use_resource=True, **options)


def read_after(tf, v, *updates):
    """The value of ``v`` once it has been updated."""
    with tf.control_dependencies(updates):
        return v.read_value()


def updated(tf, update, *inputs):
    """A variable's value after ``update`` of its handle."""
    v = variable(tf)
    return read_after(tf, v, update(tf, v, *inputs))


def changing(op, id, update, *inputs, **options):
    """A row that updates a variable in two runs, and reads it after each."""
    return row(op, id, lambda tf, *given: updated(tf, update, *given), *inputs, runs=2, differentiable=(), **options)


def scatter(op):
    return lambda tf, v, i, x: getattr(tf.raw_ops, op)(resource=v.handle, indices=i, updates=x)


def with_slots(tf, v, op, slots, **arguments):
    """An update by the raw op of an optimizer, with slots of zeros."""
    made = {name: variable(tf, np.zeros_like(VALUE), trainable=False).handle for name in slots}
    return getattr(tf.raw_ops, op)(var=v.handle, **made, **arguments)


def adam(tf, v, g, **options):
    powers = dict(beta1_power=0.9, beta2_power=0.999, lr=0.1, beta1=0.9, beta2=0.999, epsilon=1e-8)
    return with_slots(tf, v, "ResourceApplyAdam", ("m", "v"), grad=g, **powers, **options)


def momentum(tf, v, g, **options):
    return with_slots(tf, v, "ResourceApplyMomentum", ("accum",), lr=0.1, grad=g, momentum=0.9, **options)


def sparse_momentum(tf, v, g, i, **options):
    return with_slots(
        tf, v, "ResourceSparseApplyMomentum", ("accum",), lr=0.1, grad=g, indices=i, momentum=0.9, **options
    )


SCATTERS = [
    sample
    for op in ["ResourceScatter" + what for what in ("Add", "Sub", "Mul", "Div", "Max", "Min", "Update")]
    for sample in [
        changing(op, "rows", scatter(op), ROWS_OF[:2], DELTAS[:2]),
        changing(op, "int64", scatter(op), ROWS_OF[:2].astype("int64"), DELTAS[:2]),
        changing(op, "one_row", scatter(op), np.array(1, "int32"), DELTAS[0]),
        changing(
            op,
            "out_of_range",
            scatter(op),
            np.array([3], "int32"),
            DELTAS[:1],
            raises=r"indices\[0\] = 3 is not in \[0, 3\)",
        ),
    ]
]

ROWS = [
    row("VarHandleOp", "of_values", lambda tf: variable(tf).read_value()),
    row("VarHandleOp", "of_a_number", lambda tf: variable(tf, 2.5) * 2.0),
    row(
        "VarHandleOp",
        "named",
        lambda tf: tf.get_variable("w", [2], initializer=tf.ones_initializer(), use_resource=True) + 1.0,
    ),
    row("ReadVariableOp", "operator", lambda tf, x: variable(tf) * x, spread(3, 2, seed=2)),
    row("ReadVariableOp", "string", lambda tf: variable(tf, ["a", "b"]).read_value()),
    row("VarIsInitializedOp", "yes", lambda tf: tf.is_variable_initialized(variable(tf))),
    row("VariableShape", "int32", lambda tf: tf.raw_ops.VariableShape(input=variable(tf).handle)),
    row("VariableShape", "int64", lambda tf: tf.raw_ops.VariableShape(input=variable(tf).handle, out_type=tf.int64)),
    row("DestroyResourceOp", "plain", lambda tf: tf.raw_ops.DestroyResourceOp(resource=variable(tf).handle)),
    changing("AssignVariableOp", "assign", lambda tf, v, x: v.assign(x).op, DELTAS),
    changing("AssignAddVariableOp", "assign_add", lambda tf, v, x: v.assign_add(x).op, DELTAS),
    changing("AssignSubVariableOp", "assign_sub", lambda tf, v, x: v.assign_sub(x).op, DELTAS),
    row("AssignAddVariableOp", "value", lambda tf, x: [variable(tf).assign_add(x)], DELTAS, runs=2, differentiable=()),
    row("ResourceGather", "rows", lambda tf, i: tf.gather(variable(tf), i), ROWS_OF),
    row("ResourceGather", "matrix", lambda tf, i: tf.gather(variable(tf), i), np.array([[0, 1], [2, 2]])),
    row(
        "ResourceGather",
        "out_of_range",
        lambda tf, i: tf.gather(variable(tf), i),
        np.array([3]),
        raises=r"indices\[0\] = 3 is not in \[0, 3\)",
    ),
    *SCATTERS,
    changing("ResourceScatterAdd", "repeated", scatter("ResourceScatterAdd"), ROWS_OF, DELTAS),
    changing(
        "ResourceApplyGradientDescent",
        "plain",
        lambda tf, v, g: tf.raw_ops.ResourceApplyGradientDescent(var=v.handle, alpha=0.1, delta=g),
        DELTAS,
    ),
    changing("ResourceApplyMomentum", "plain", momentum, DELTAS),
    changing("ResourceApplyMomentum", "nesterov", lambda tf, v, g: momentum(tf, v, g, use_nesterov=True), DELTAS),
    changing("ResourceSparseApplyMomentum", "plain", sparse_momentum, DELTAS[:2], ROWS_OF[:2]),
    changing(
        "ResourceSparseApplyMomentum",
        "nesterov",
        lambda tf, v, g, i: sparse_momentum(tf, v, g, i, use_nesterov=True),
        DELTAS[:2],
        ROWS_OF[:2],
    ),
    changing("ResourceApplyAdam", "plain", adam, DELTAS),
    changing("ResourceApplyAdam", "nesterov", lambda tf, v, g: adam(tf, v, g, use_nesterov=True), DELTAS),
]
