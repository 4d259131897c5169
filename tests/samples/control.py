"""Samples of ops that only order others: no_op, group, tuple, control dependencies, assertions."""

import numpy as np

from tests.samples import row, spread, variable


def after_assign(tf, v):
    """Reads ``v`` once it has been assigned (``tf.identity(v)`` is an earlier read here: docs/differences.md)."""
    with tf.control_dependencies([tf.assign(v, 5.0)]):
        return v.read_value()


def under(tf, x):
    with tf.control_dependencies([x]):
        return [tf.no_op(name="then"), tf.constant(1.0)]


ROWS = [
    row("NoOp", "plain", lambda tf: tf.no_op()),
    row("NoOp", "named", lambda tf: tf.no_op(name="nothing")),
    row("NoOp", "group", lambda tf, x, y: tf.group(x, y), spread(2), spread(3)),
    row("NoOp", "group_list", lambda tf, x, y: tf.group([x, y], name="all"), spread(2), spread(3)),
    row("NoOp", "group_nothing", lambda tf: tf.group()),
    row(
        "NoOp",
        "group_assigns",
        lambda tf, v, w: tf.group(tf.assign_add(v, 1.0), tf.assign_add(w, 2.0)),
        variable(1.0),
        variable(2.0),
        runs=2,
    ),
    row("NoOp", "under_control", under, spread(2)),
    row("Identity", "tuple", lambda tf, x, y: tf.tuple([x, y]), spread(2), spread(3)),
    row(
        "Identity",
        "tuple_with_none",
        lambda tf, x, y: [t for t in tf.tuple([x, None, y]) if t is not None],
        spread(2),
        spread(3),
    ),
    row(
        "Identity",
        "tuple_control_inputs",
        lambda tf, x, v: tf.tuple([x], control_inputs=[tf.assign(v, 3.0)]),
        spread(2),
        variable(1.0),
        differentiable=(0,),
    ),
    row("Identity", "with_dependencies", after_assign, variable(1.0), differentiable=()),
    row("Assert", "holds", lambda tf, x: tf.raw_ops.Assert(condition=tf.reduce_all(x < 9.0), data=[x]), spread(2)),
    row(
        "Assert",
        "fails",
        lambda tf, x: tf.raw_ops.Assert(condition=tf.reduce_all(x < 0.0), data=[x, tf.constant("too large")]),
        spread(2),
        raises="assertion failed: ",
    ),
    row("Print", "plain", lambda tf, x: tf.Print(x, [x, tf.shape(x)], message="seen: ", summarize=2), spread(3)),
    row("Print", "strings", lambda tf, s: tf.Print(s, [s], message="seen: "), np.array(["a", "b"])),
    row("Print", "number_and_string", lambda tf, x: tf.Print(x * 2.0, [x, tf.constant("a")]) * x, spread(2)),
    row("PyFunc", "one", lambda tf, x: tf.py_func(lambda a: a * 2.0, [x], tf.float32), spread(2, 3), differentiable=()),
    row(
        "PyFunc",
        "two_results",
        lambda tf, x: tf.py_func(lambda a: (a.sum(), np.int64(a.size)), [x], [tf.float32, tf.int64]),
        spread(3),
        differentiable=(),
    ),
    row("PyFunc", "other_dtype", lambda tf, x: tf.py_func(lambda a: a, [x], tf.int32), spread(3), raises="int32"),
    row(
        "PyFuncStateless",
        "one",
        lambda tf, x: tf.py_func(lambda a: a[::-1], [x], tf.float32, stateful=False),
        spread(3),
        differentiable=(),
    ),
    row("ControlTrigger", "raw", lambda tf: tf.raw_ops.ControlTrigger()),
    row("CheckNumerics", "finite", lambda tf, x: tf.debugging.check_numerics(x, "bad"), spread(3)),
    row(
        "CheckNumerics",
        "nan",
        lambda tf, x: tf.debugging.check_numerics(x, "the loss"),
        np.array([1.0, np.nan], "float32"),
        raises="the loss : Tensor had NaN",
    ),
    row(
        "CheckNumerics",
        "infinite",
        lambda tf, x: tf.debugging.check_numerics(x, "the loss"),
        np.array([1.0, np.inf], "float32"),
        raises="the loss : Tensor had Inf",
    ),
]
