"""tf.assert_*, tf.Assert and measures of whole tensors: what they build, when they hold, and what they say.

A row is an expression over ``x`` and ``y`` (floats), ``n`` (int32), ``s`` (a float scalar) and ``p`` (a float matrix),
and the values to feed. A case tells what the graph alone decides, or the outcome of a run for each setting.
"""

import numpy as np

from tests.cases.probe import nodes, raised

GIVEN = {
    "x": lambda tf: tf.placeholder(tf.float32, name="x"),
    "y": lambda tf: tf.placeholder(tf.float32, name="y"),
    "n": lambda tf: tf.placeholder(tf.int32, name="n"),
    "s": lambda tf: tf.placeholder(tf.float32, [], name="s"),
    "p": lambda tf: tf.placeholder(tf.float32, [2, 3], name="p"),
}

# fmt: off
TABLE = [
    ("tf.Assert(s > 1.0, [s, x, 'is small', 7], name='check')", "s", [0.5, 2.0], "x", [1.0, 2.0, 3.0, 4.0]),
    ("tf.Assert(tf.equal(n, 1), [n, 'is not one'], summarize=1)", "n", [1, 2]),
    ("tf.debugging.Assert(True, [1.0])",),
    ("tf.Assert(True, [])",),
    ("tf.Assert(1, [1])",),
    ("tf.Assert(True, 1.0)",),
    ("tf.assert_equal(x, 3.0, message='no', name='same')", "x", [3.0, [3.0, 3.0], [3.0, 2.0], []]),
    ("tf.assert_equal(n, n)",),
    ("tf.assert_equal(tf.constant([1, 2]), [1, 3], message='no')",),
    ("tf.assert_equal(tf.constant([1, 2]), [1, 2])",),
    ("tf.assert_equal(x, y)", "x", [[1.0, 2.0], [[1.0, 2.0]]], "y", [1.0, 2.0]),
    ("tf.assert_equal(n, 1.5)",),
    ("tf.assert_none_equal(x, [3.0, 4.0])", "x", [1.0, 4.0]),
    ("tf.assert_less(n, 3, data=['too many:', n], summarize=2)", "n", [2, [1, 2, 3, 4]]),
    ("tf.debugging.assert_less_equal(n, 3)", "n", [3, 4]),
    ("tf.assert_greater(x, y)", "x", [2.0, [1.0, 3.0]], "y", [1.0]),
    ("tf.assert_greater_equal(n, 3)", "n", [3, 2]),
    ("tf.assert_negative(x, message='m')", "x", [-1.0, 0.0]),
    ("tf.assert_positive(n)", "n", [1, 0]),
    ("tf.assert_non_negative(x)", "x", [0.0, [-1.0, 1.0]]),
    ("tf.assert_non_positive(x)", "x", [0.0, 1.0]),
    ("tf.assert_positive([1, -1])",),
    ("tf.assert_near(x, 2.0)", "x", [2.0, 2.0000005, 2.1]),
    ("tf.assert_near(x, y, rtol=0.1, atol=0.5, message='far')", "x", [2.6, 2.8], "y", 2.0),
    ("tf.assert_rank(x, 2)", "x", [[[1.0]], [1.0]]),
    ("tf.assert_rank(p, 2)",),
    ("tf.assert_rank(p, 1, message='hm')",),
    ("tf.assert_rank(p, n)", "n", [2, 1, [2]]),
    ("tf.assert_rank(p, [2])",),
    ("tf.assert_rank(p, 2.0)",),
    ("tf.assert_rank_at_least(x, 1)", "x", [[1.0], 1.0]),
    ("tf.assert_rank_at_least(s, 1)",),
    ("tf.assert_rank_in(x, [0, 2])", "x", [1.0, [1.0]]),
    ("tf.assert_rank_in(p, [n, 1])", "n", [2, 3]),
    ("tf.assert_rank_in(p, (1, 2))",),
    ("tf.assert_integer(n)",),
    ("tf.assert_integer(x, message='m')",),
    ("tf.assert_type(n, tf.int32)",),
    ("tf.assert_type(n, tf.int64)",),
    ("tf.assert_scalar(s)",),
    ("tf.assert_scalar(p, message='m ')",),
    ("tf.assert_same_float_dtype([x, None, y])",),
    ("tf.assert_same_float_dtype([x, tf.constant(1.0, tf.float64)])",),
    ("tf.assert_same_float_dtype([n])",),
    ("tf.assert_same_float_dtype()",),
    ("tf.assert_proper_iterable([1])",),
    ("tf.assert_proper_iterable('ab')",),
    ("tf.assert_proper_iterable(3)",),
    ("tf.debugging.assert_shapes([(x, ('N', 3)), (n, (Ellipsis, 'N'))])", "x", [[[1.0, 2.0, 3.0]], [1.0]], "n", [7]),
    ("tf.debugging.assert_shapes([(p, ('N', 'Q')), (x, ('Q',)), (s, ())])", "x", [[1.0, 2.0, 3.0], [1.0]]),
    ("tf.debugging.assert_shapes([(p, (2, 4))])",),
    ("tf.debugging.assert_shapes([(p, ('D', 'D'))], message='m')",),
    ("tf.debugging.assert_shapes([(p, 2)])",),
    ("tf.debugging.assert_shapes([(p, (2, '*'))])",),
    ("tf.nn.zero_fraction(x)", "x", [[0.0, 1.0, 0.0, -0.0], 0.0, []]),
    ("tf.is_non_decreasing(x)", "x", [[1.0, 1.0, 2.0], [[1.0], [0.0]], [], 3.0]),
    ("tf.math.is_strictly_increasing(n)", "n", [[1, 2, 3], [1, 1], [1]]),
    ("tf.is_strictly_increasing(['a'])",),
]
# fmt: on
BUILDS = (
    "tf.Assert(s",
    "tf.assert_equal(x, 3.0",
    "tf.assert_non_positive",
    "tf.assert_near(x, y",
    "tf.assert_rank(p, n",
)
BUILDS += ("tf.debugging.assert_shapes([(p, ('N'", "tf.nn.zero_fraction", "tf.is_non_decreasing")


def _case(expression, *feeds):
    def told(tf):
        made = {name: make(tf) for name, make in GIVEN.items()}
        count = len(tf.get_default_graph().get_operations())
        outcome = raised(lambda: _described(eval(expression, {"tf": tf, "np": np, **made})))
        if not feeds:
            return outcome
        built = nodes(tf.get_default_graph())[count:]
        fetch = tf.get_default_graph().get_operations()[-1]
        fetch = fetch.outputs[0] if fetch.outputs else fetch
        fixed = {feeds[i]: feeds[i + 1] for i in range(2, len(feeds), 2)}
        with tf.Session() as session:
            for value in feeds[1]:
                values = dict(fixed, **{feeds[0]: value})
                values = {made[name]: each for name, each in values.items()}
                outcome.setdefault("runs", []).append(raised(lambda values=values: session.run(fetch, values)))
        return dict(outcome, nodes=built) if expression.startswith(BUILDS) else outcome

    return told


def _described(result):
    return getattr(result, "name", str(result))


CASES = {row[0]: _case(*row) for row in TABLE}
