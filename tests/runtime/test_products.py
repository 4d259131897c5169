"""Matrix products of flat programs: a sum of many becomes one, and gives what the many gave."""

import numpy as np
import pytest

import lazytf as tf
from lazytf.runtime import compiling


def trained(cell, rounds=6):
    """``(results of the tape, results of the flat program, its source)`` of a weight used in every round."""
    random = np.random.RandomState(0)
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float64, [5, 16])
        w = tf.Variable(random.randn(16, 16) * 0.3)
        y = x
        for _ in range(rounds):
            y = tf.tanh(cell(y, w) + x)
        fetches = [tf.reduce_sum(y * y), tf.gradients(tf.reduce_sum(y * y) + tf.reduce_sum(w), w)[0]]
        session.run(w.initializer)
        values = [random.randn(5, 16) for _ in range(3)]
        before = [session.run(fetches, {x: value}) for value in values]
        for _ in range(compiling._OFTEN):
            session.run(fetches, {x: values[0]})
        after = [session.run(fetches, {x: value}) for value in values]
        (program,) = session._plan(tuple(fetches), (x,)).source.function.__globals__["stretch"].programs.values()
        return before, after, program.source


@pytest.mark.parametrize(
    "cell",
    [
        lambda y, w: tf.matmul(y, w),
        lambda y, w: tf.matmul(y, w, transpose_b=True),
        lambda y, w: tf.matmul(y, w) + tf.matmul(y, w + 1.0) + tf.reduce_sum(w),
    ],
    ids=["plain", "transposed", "among other terms"],
)
def test_the_gradient_of_a_weight_of_many_rounds_is_one_product(cell):
    before, after, source = trained(cell)
    for one, other in zip(before, after, strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-10)
    assert "cat_default([" in source


def test_a_few_products_stay_as_they_are():
    before, after, source = trained(lambda y, w: tf.matmul(y, w), rounds=3)
    np.testing.assert_allclose(before[1][1], after[1][1], rtol=1e-10)
    assert "cat_default" not in source
