"""Sessions in threads: no update is lost, no run waits for ever, and pure plans stay right side by side."""

import numpy as np
import pytest

import lazytf as tf
from tests.threads import ended, started

THREADS, STEPS = 16, 40  # enough that plans become flat programs while other threads run them


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def in_threads(function):
    """Runs ``function(number)`` in all threads; what each returned, or the error it raised."""
    return ended(*[started(function, number) for number in range(THREADS)])


def test_updates_of_many_threads_all_count(session):
    scalar, vector, steps = tf.Variable(0.0), tf.Variable(tf.zeros([4])), tf.Variable(0, trainable=False)
    x, w = tf.placeholder(tf.float32, [None, 3]), tf.Variable(tf.ones([3, 1]))
    loss = tf.reduce_mean(tf.square(tf.matmul(x, w) - 2.0))
    train = tf.train.AdamOptimizer(0.01).minimize(loss, global_step=steps)
    updates = [scalar.assign_add(1.0), vector.assign_add(tf.ones([4])), train]
    session.run(tf.global_variables_initializer())

    def work(number):
        for step in range(STEPS):
            session.run(updates[(number + step) % 3], {x: np.ones([1 + step % 2, 3])})
        return number

    assert sorted(in_threads(work)) == list(range(THREADS))
    each = sum((number + step) % 3 == 0 for number in range(THREADS) for step in range(STEPS))
    assert session.run(scalar) == each
    assert session.run(scalar) + session.run(vector)[3] + session.run(steps) == THREADS * STEPS
    assert np.isfinite(session.run(w)).all()


def test_gradients_without_variables_stay_apart_in_threads(session):
    x = tf.placeholder(tf.float32, [None])
    (gradient,) = tf.gradients(tf.reduce_sum(x * x * tf.reduce_sum(x)), x)

    def work(number):
        for step in range(STEPS):
            fed = np.full(2 + step % 2, number + 1.0, np.float32)
            expected = 2 * fed * fed.sum() + (fed * fed).sum()
            np.testing.assert_allclose(session.run(gradient, {x: fed}), expected, rtol=1e-5)

    assert in_threads(work) == [None] * THREADS


def test_graph_may_grow_while_other_threads_run(session):
    v = tf.Variable(0)
    add = v.assign_add(1)
    session.run(v.initializer)

    def work(number):
        with session.graph.as_default():
            return [session.run(tf.constant(number) if step % 8 == 0 else add) for step in range(STEPS)][0]

    assert sorted(in_threads(work)) == list(range(THREADS))
    assert session.run(v) == THREADS * sum(step % 8 != 0 for step in range(STEPS))


def test_each_session_has_variables_of_its_own_in_its_thread(session):
    v = tf.Variable(0.0)
    add = v.assign_add(1.0)
    session.run(v.initializer)

    def work(number):
        with tf.Session(graph=session.graph) as own:
            own.run(v.initializer)
            for _ in range(number):
                own.run(add)
            return own.run(v)

    assert sorted(in_threads(work)) == list(range(THREADS))
    assert session.run(v) == 0.0
