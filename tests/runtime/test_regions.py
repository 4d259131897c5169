"""Autograd regions of ``Gradients`` operations: what each trap of a plan with gradients must come out as.

Source of numbers: the chain rule.
"""

import numpy as np
import pytest

import lazytf as tf
from lazytf.runtime import compiling


@pytest.fixture(params=["tape", "flat"])
def session(request, monkeypatch):
    """A session whose gradients run on the tape, or as flat programs from the first run on."""
    monkeypatch.setattr(compiling, "_OFTEN", 1)
    monkeypatch.setattr(compiling, "enabled", request.param == "flat")
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def started(session, *values):
    variables = [tf.Variable(value) for value in values]
    session.run(tf.global_variables_initializer())
    return variables if len(values) > 1 else variables[0]


def test_two_gradients_share_their_forward_operations(session):
    a, b = started(session, [1.0, 2.0], [3.0, 4.0])
    product = a * b
    of_sum, of_square = tf.gradients(tf.reduce_sum(product), [a])[0], tf.gradients(tf.reduce_sum(product**2), [b])[0]
    for _ in range(3):
        first, second = session.run([of_sum, of_square])
        np.testing.assert_allclose(first, [3.0, 4.0])
        np.testing.assert_allclose(second, [2 * 3 * 1, 2 * 4 * 4])


def test_second_derivatives(session):
    x = started(session, [1.0, 2.0])
    first = tf.gradients(x**3, x)[0]
    second = tf.gradients(first, x)[0]
    third = tf.gradients(second, x)[0]
    for _ in range(3):
        values = session.run([first, second, third])
        for value, expected in zip(values, ([3.0, 12.0], [6.0, 12.0], [6.0, 6.0]), strict=True):
            np.testing.assert_allclose(value, expected, rtol=1e-6)


@pytest.mark.parametrize("use_resource", [False, True])
def test_a_write_forced_before_the_gradient_leaves_the_gradient_right(session, use_resource):
    v = tf.Variable([1.0, 2.0], use_resource=use_resource)
    session.run(v.initializer)
    loss = tf.reduce_sum(v * v)
    with tf.control_dependencies([loss, v.assign([100.0, 100.0])]):
        weight = tf.identity(1.0)
    gradient = tf.gradients(loss, v, grad_ys=weight)[0]
    np.testing.assert_allclose(session.run(gradient), [2.0, 4.0])
    np.testing.assert_allclose(session.run(v), [100.0, 100.0])


def test_a_fed_intermediate_is_used_by_all_and_the_gradient_goes_on_behind_it(session):
    w = started(session, 3.0)
    h = w * w
    y = h * h
    of_w, of_h = tf.gradients(y, [w, h])
    assert session.run([y, of_w, of_h]) == [81.0, 108.0, 18.0]
    assert session.run([y, of_w, of_h], {h: 5.0}) == [25.0, 60.0, 10.0]


def test_a_rule_that_uses_its_output_reads_the_fed_one(session):
    x = started(session, [0.3])
    u = tf.sigmoid(x)
    gradient = tf.gradients(u * 1.0, x)[0]
    np.testing.assert_allclose(session.run(gradient, {u: [0.9]}), [0.09], rtol=1e-5)


def test_nothing_flows_through_what_is_stopped_and_its_own_gradient_is_whole(session):
    w = started(session, [3.0])
    h = w * w
    y = 2.0 * h + w
    of_h, of_w = tf.gradients(y, [h, w], stop_gradients=[h])
    of_w_through = tf.gradients(y, w)[0]
    of_h, of_w, through = session.run([of_h, of_w, of_w_through])
    assert (of_h.tolist(), of_w.tolist(), through.tolist()) == ([2.0], [1.0], [13.0])


def test_an_intermediate_and_a_leaf_behind_it_both_get_theirs(session):
    w = started(session, [2.0])
    h = tf.identity(w)
    y = h * h * w
    of_h, of_w = session.run(tf.gradients(y, [h, w]))
    assert (of_h.tolist(), of_w.tolist()) == ([8.0], [12.0])


def test_a_gathered_variable_gets_rows(session):
    table = started(session, np.arange(12, dtype=np.float32).reshape(4, 3))
    rows = tf.nn.embedding_lookup(table, [[1, 3], [1, 0]])
    gradient = tf.gradients(tf.reduce_sum(rows * rows), table)[0]
    assert isinstance(gradient, tf.IndexedSlices)
    for _ in range(3):
        value = session.run(gradient)
        assert value.indices.tolist() == [1, 3, 1, 0]
        np.testing.assert_allclose(value.values, 2 * np.arange(12).reshape(4, 3)[[1, 3, 1, 0]])


def test_gradients_follow_a_batch_whose_size_changes(session):
    w = started(session, [[1.0], [2.0]])
    x = tf.placeholder(tf.float32, [None, 2])
    gradient = tf.gradients(tf.reduce_mean(tf.matmul(x, w) ** 2), w)[0]
    for rows in (3, 5, 3, 3, 5, 1):
        value = np.random.RandomState(rows).rand(rows, 2).astype(np.float32)
        expected = 2 * value.T @ (value @ [[1.0], [2.0]]) / rows
        np.testing.assert_allclose(session.run(gradient, {x: value}), expected, rtol=1e-5)


def test_a_step_trains_alike_on_the_tape_and_flat(monkeypatch):
    curves = []
    monkeypatch.setattr(compiling, "_OFTEN", 3)
    for flat in (False, True):
        monkeypatch.setattr(compiling, "enabled", flat)
        with tf.Graph().as_default(), tf.Session() as session:
            tf.set_random_seed(1)
            x, y = tf.placeholder(tf.float32, [None, 4]), tf.placeholder(tf.int64, [None])
            hidden = tf.nn.relu(tf.matmul(x, tf.get_variable("a", [4, 8])) + tf.get_variable("b", [8]))
            logits = tf.matmul(hidden, tf.get_variable("c", [8, 3]))
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
            train = tf.train.AdamOptimizer(0.01).minimize(loss)
            session.run(tf.global_variables_initializer())
            random = np.random.RandomState(0)
            data, labels = random.rand(16, 4).astype(np.float32), random.randint(0, 3, 16)
            curves.append([session.run([loss, train], {x: data, y: labels})[0] for _ in range(20)])
    np.testing.assert_allclose(curves[0], curves[1], rtol=1e-5)
    assert curves[0][-1] < curves[0][0]


def test_a_result_that_is_a_constant_is_not_the_constant_itself(session):
    x = started(session, [1.0, 2.0])
    gradient = tf.gradients(x * 3.0, x)[0]
    for _ in range(3):
        value = session.run(gradient)
        np.testing.assert_array_equal(value, [3.0, 3.0])
        value += 1


def test_a_mask_that_keeps_more_or_fewer_each_run(session):
    w = started(session, [1.0, 2.0, 3.0, 4.0])
    keep = tf.placeholder(tf.bool, [4])
    gradient = tf.gradients(tf.reduce_sum(tf.boolean_mask(w, keep) ** 2), w)[0]
    gradient = tf.convert_to_tensor(gradient)
    for mask in ([1, 0, 1, 0], [1, 1, 1, 0], [0, 0, 0, 1], [1, 1, 1, 1]):
        found = session.run(gradient, {keep: np.array(mask, bool)})
        np.testing.assert_allclose(found, 2 * np.array([1.0, 2.0, 3.0, 4.0]) * mask)
