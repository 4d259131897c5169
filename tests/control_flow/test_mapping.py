"""Maps, folds and scans: what TensorFlow's recordings (tests/cases/mapping.py) cannot say of ours.

The oracles are NumPy and finite differences.
"""

import numpy as np
import pytest

import lazytf as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default():
        yield


def run(fetches, feed_dict=None):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(fetches, feed_dict)


def slopes(function, at, step=1e-5):
    """Finite differences of a function of one array."""
    found = np.zeros_like(at)
    for i in np.ndindex(at.shape):
        ahead, behind = at.copy(), at.copy()
        ahead[i] += step
        behind[i] -= step
        found[i] = (function(ahead) - function(behind)) / (2 * step)
    return found


NESTED = {
    "map in map": lambda x: tf.map_fn(lambda row: tf.map_fn(lambda e: tf.sin(e) * tf.reduce_sum(row), row), x),
    "scan in map": lambda x: tf.map_fn(lambda row: tf.scan(lambda a, e: a * e + tf.sin(e), row), x),
    "map in scan": lambda x: tf.scan(lambda a, row: a * tf.map_fn(lambda e: e * e, row), x, reverse=True),
    "fold in fold": lambda x: tf.foldl(lambda a, row: a * tf.foldr(lambda b, e: b * a + e, row), x, x[0, 0]),
    "vectorized in scan": lambda x: tf.scan(lambda a, row: a + tf.vectorized_map(tf.sin, row) * a, x),
    "branches in a scan": lambda x: tf.scan(
        lambda a, e: tf.cond(e > 0.5, lambda: a * e, lambda: a - e * e), tf.reshape(x, [-1])
    ),
    "a loop in a map": lambda x: tf.map_fn(
        lambda row: tf.while_loop(lambda i, r: i < 3, lambda i, r: (i + 1, tf.sin(r) * row), (0, row))[1], x
    ),
}


@pytest.mark.parametrize("name", NESTED)
def test_gradients_through_nested_loops_are_the_slopes(name):
    x = tf.placeholder(tf.float64, [2, 3])
    loss = tf.reduce_sum(tf.sin(NESTED[name](x)))
    gradient = tf.gradients(loss, x)[0]
    at = np.array([[0.3, 0.9, -0.4], [1.2, 0.1, 0.7]])
    with tf.Session() as session:
        found = session.run(gradient, {x: at})
        np.testing.assert_allclose(found, slopes(lambda v: session.run(loss, {x: v}), at), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", NESTED)
def test_second_derivatives_through_nested_loops_are_the_slopes_of_the_first(name):
    x = tf.placeholder(tf.float64, [2, 3])
    first = tf.reduce_sum(
        tf.gradients(tf.reduce_sum(tf.sin(NESTED[name](x))), x)[0] * tf.range(1.0, 4.0, dtype=tf.float64)
    )
    second = tf.gradients(first, x)[0]
    at = np.array([[0.3, 0.9, -0.4], [1.2, 0.1, 0.7]])
    with tf.Session() as session:
        found = session.run(second, {x: at})
        np.testing.assert_allclose(found, slopes(lambda v: session.run(first, {x: v}), at), rtol=1e-5, atol=1e-7)


def test_a_plan_that_ran_often_serves_every_length():
    x = tf.placeholder(tf.float32, [None])
    sums = tf.scan(lambda a, e: a + e, x, initializer=0.0)
    fetches = [sums, tf.gradients(sums, x)[0]]
    with tf.Session() as session:
        for n in [4] * 30 + [0, 1, 7, 4]:
            given = np.arange(n, dtype=np.float32)
            found, gradient = session.run(fetches, {x: given})
            np.testing.assert_array_equal(found, np.cumsum(given))
            np.testing.assert_array_equal(gradient, np.arange(n, 0, -1))


def test_gradients_reach_back_through_thousands_of_steps():
    x = tf.placeholder(tf.float32, [None])
    last = tf.foldl(lambda a, e: a * 0.5 + e, x, initializer=0.0)
    gradient = run(tf.gradients(last, x)[0], {x: np.ones(3000)})
    np.testing.assert_allclose(gradient[-3:], [0.25, 0.5, 1.0])
    assert not gradient[:2000].any()


def test_the_variable_scope_is_as_before_when_the_function_fails():
    with pytest.raises(ZeroDivisionError):
        tf.map_fn(lambda e: 1 / 0, tf.constant([1.0]))
    assert tf.get_variable_scope().caching_device is None


def test_a_caching_device_that_the_scope_has_is_kept():
    with tf.variable_scope("cached", caching_device="/cpu:0") as scope:
        tf.map_fn(lambda e: e * tf.get_variable("w", [], initializer=tf.ones_initializer()), tf.constant([1.0]))
        assert scope.caching_device == "/cpu:0"
    assert tf.get_default_graph().get_operation_by_name("cached/w/read").device == "/device:CPU:0"


@pytest.mark.parametrize("fold", [tf.foldl, tf.foldr, tf.scan])
def test_scalars_are_refused_by_name(fold):
    with pytest.raises(IndexError, match="elems must be 1\\+ dimensional tensors; .*elem:0 is a scalar"):
        fold(lambda a, e: a, 3.0)


# -- vectorized_map ---------------------------------------------------------------------------------------------------


def test_operations_of_a_vectorized_map_run_once_for_each_element():
    total = tf.get_variable("total", initializer=tf.constant(0.0), use_resource=True)
    x = tf.constant([1.0, 2.0, 4.0])
    added, doubled = tf.vectorized_map(lambda e: (total.assign_add(e).op, e * 2.0), x)
    assert isinstance(added, tf.Operation)
    with tf.Session() as session:
        session.run(total.initializer)
        session.run(added)
        assert session.run(total) == 7.0
        assert session.run(doubled).tolist() == [2.0, 4.0, 8.0]


def test_a_vectorized_map_may_hold_conditions_and_loops():
    x = tf.constant([3.0, -2.0, 0.5])
    signed = tf.vectorized_map(lambda e: tf.cond(e > 0.0, lambda: e, lambda: -e), x)
    halved = tf.vectorized_map(lambda e: tf.while_loop(lambda h: h > 1.0, lambda h: h / 2.0, [e]), x)
    assert run([signed, halved]) == [pytest.approx([3.0, 2.0, 0.5]), pytest.approx([0.75, -2.0, 0.5])]


def test_a_vectorized_map_draws_other_random_numbers_for_every_element():
    drawn = run(tf.vectorized_map(lambda e: e + tf.random_uniform([2], seed=1), tf.zeros([5, 2])))
    assert len(set(drawn.ravel())) == 10


def test_a_vectorized_map_refuses_what_it_cannot_map():
    with pytest.raises(ValueError, match="elems must be a 1\\+ dimensional Tensor, not a scalar"):
        tf.vectorized_map(lambda e: e, 3.0)
    with pytest.raises(TypeError, match="fn must be callable"):
        tf.vectorized_map(3, tf.constant([1.0]))
    with pytest.raises(ValueError, match="Dimensions 2 and 3 are not compatible"):
        tf.vectorized_map(lambda e: e[0], (tf.zeros([2]), tf.zeros([3])))


def test_a_vectorized_map_of_no_elements_has_the_shape_of_its_results():
    x = tf.placeholder(tf.float32, [None, 2])
    y = tf.vectorized_map(lambda e: tf.tensordot(e, e, 0), x)
    assert run(y, {x: np.zeros([0, 2])}).shape == (0, 2, 2)
