"""Operations that call functions of graph."""

import importlib

import numpy as np

from tests.samples import constant, row, spread


def _defun(tf, *types, **told):
    """The decorator that makes a function of graph."""
    if tf.__name__.startswith("tensorflow"):
        return importlib.import_module("tensorflow.python.framework.function").Defun(*types, **told)
    return tf.python.framework.function.Defun(*types, **told)


def _product(tf):
    return _defun(tf, tf.float32, tf.float32, func_name="Product")(lambda x, y: (x * y, tf.exp(x)))


def _partitioned_call(tf, x, y):
    return tf.raw_ops.PartitionedCall(args=[x, y], Tout=[tf.float32] * 2, f=_product(tf))


def _stateful_partitioned_call(tf, x, y):
    return tf.raw_ops.StatefulPartitionedCall(args=[x, y], Tout=[tf.float32] * 2, f=_product(tf))


def _call_of_strings(tf, x):
    joined = _defun(tf, tf.string, func_name="Joined")(lambda x: tf.string_join([x, "!"]))
    return tf.raw_ops.PartitionedCall(args=[x], Tout=[tf.string], f=joined)


def _remote_call(tf, x, y):
    target = "/job:localhost/replica:0/task:0/device:CPU:0"
    return tf.raw_ops.RemoteCall(target=target, args=[x, y], Tout=[tf.float32] * 2, f=_product(tf))


def _chosen(op, **told):
    def build(tf, cond, x):
        sides = [
            _defun(tf, tf.float32, func_name=name)(body)
            for name, body in (("Then", lambda x: x * x), ("Else", lambda x: tf.sin(x)))
        ]
        make = getattr(tf.raw_ops, op)
        if op == "Case":
            return make(branch_index=cond, input=[x], Tout=[tf.float32], branches=sides, **told)
        return make(cond=cond, input=[x], Tout=[tf.float32], then_branch=sides[0], else_branch=sides[1], **told)

    return build


def _looped(op, **told):
    def build(tf, i, x):
        cond = _defun(tf, tf.int32, tf.float32, func_name="Cond")(lambda i, x: i < 4)
        body = _defun(tf, tf.int32, tf.float32, func_name="Body")(lambda i, x: (i + 1, x * tf.cast(i, tf.float32)))
        return getattr(tf.raw_ops, op)(input=[i, x], cond=cond, body=body, **told)

    return build


def _counted(tf, start, limit, delta, x):
    body = _defun(tf, tf.int32, tf.float32, func_name="Step")(lambda i, x: x + tf.cast(i, tf.float32))
    return tf.raw_ops.For(start=start, limit=limit, delta=delta, input=[x], body=body)


def _mapped(tf, x, y):
    return tf.raw_ops.MapDefun(
        arguments=[x], captured_inputs=[y], output_types=[tf.float32] * 2, output_shapes=[[3], None], f=_product(tf)
    )


def _slopes(tf, x, y, dp, de):
    return tf.raw_ops.SymbolicGradient(input=[x, y, dp, de], Tout=[tf.float32] * 2, f=_product(tf))


X, Y = spread(2, 3), spread(2, 3) + 1.0

ROWS = [
    row("PartitionedCall", "product", _partitioned_call, X, Y),
    row("PartitionedCall", "strings", _call_of_strings, np.array([b"a", b"bc"], object)),
    row("StatefulPartitionedCall", "product", _stateful_partitioned_call, X, Y),
    row("RemoteCall", "here", _remote_call, X, Y),
    row("If", "true", _chosen("If"), constant(True), X),
    row("If", "number", _chosen("If"), np.int32(0), X, differentiable=()),
    row("StatelessIf", "shapes", _chosen("StatelessIf", output_shapes=[[None, 3]]), np.bool_(False), X),
    row("Case", "second", _chosen("Case"), np.int32(1), X),
    row("Case", "beyond", _chosen("Case"), np.int32(7), X),
    row("While", "factorial", _looped("While"), np.int32(1), X),
    row("StatelessWhile", "shapes", _looped("StatelessWhile", output_shapes=[[], [None, 3]]), np.int32(1), X),
    row("StatelessWhile", "never", _looped("StatelessWhile"), np.int32(9), X),
    row("For", "forwards", _counted, np.int32(1), np.int32(4), np.int32(1), X),
    row("For", "backwards", _counted, np.int32(5), np.int32(0), np.int32(-2), X),
    row("MapDefun", "rows", _mapped, X, Y[0]),
    row("SymbolicGradient", "product", _slopes, X, Y, X, Y),
]
