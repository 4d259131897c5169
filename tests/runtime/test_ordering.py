"""One run has one meaning: who sees which value of a variable."""

import numpy as np
import pytest

import lazytf as tf


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def variable(session, value, **options):
    v = tf.Variable(value, **options)
    session.run(v.initializer)
    return v


@pytest.mark.parametrize("use_resource", [False, True])
def test_reads_run_before_unrelated_writes(session, use_resource):
    v = variable(session, [1.0, 2.0], use_resource=use_resource)
    read, write = tf.identity(v), v.assign_add([10.0, 10.0])
    for fetches in ([read, write], [write, read]):
        before = session.run(v)
        values = dict(zip(map(id, fetches), session.run(fetches), strict=True))
        np.testing.assert_array_equal(values[id(read)], before)
        np.testing.assert_array_equal(values[id(write)], before + 10)


def test_a_read_that_waits_for_a_write_sees_it(session):
    v = variable(session, 1.0)
    before = v + 0.0
    with tf.control_dependencies([v.assign(5.0)]):
        after = v.read_value() + 0.0
    assert session.run([before, after]) == [1.0, 5.0]


def test_fetched_variables_and_updates_do_not_share_storage(session):
    v = variable(session, [1.0, 2.0])
    update = v.assign_add([1.0, 1.0])
    old, new = session.run([v, update])
    old += 100
    new += 100
    np.testing.assert_array_equal(session.run(v), [2.0, 3.0])


def test_order_of_fetches_does_not_change_what_is_trained():
    results = []
    for flip in (False, True):
        with tf.Graph().as_default(), tf.Session() as session:
            a, b = tf.Variable([[1.0, 2.0]]), tf.Variable([[3.0], [4.0]])
            loss = tf.reduce_sum(tf.matmul(a, b) ** 2)
            ga, gb = tf.gradients(loss, [a, b])
            updates = [a.assign_sub(0.01 * ga), b.assign_sub(0.01 * gb)]
            session.run(tf.global_variables_initializer())
            session.run(updates[::-1] if flip else updates)
            results.append([value.copy() for value in session.run([a, b])])
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_swap_swaps(session):
    a, b = variable(session, [1.0, 1.0]), variable(session, [2.0, 2.0])
    swap = tf.group(a.assign(b), b.assign(a))
    session.run(swap)
    np.testing.assert_array_equal(session.run([a, b]), [[2.0, 2.0], [1.0, 1.0]])


def test_a_swap_of_references_swaps(session):
    a, b = variable(session, [1.0, 1.0]), variable(session, [2.0, 2.0])
    swap = tf.group(tf.raw_ops.Assign(ref=a._ref(), value=b._ref()), tf.raw_ops.Assign(ref=b._ref(), value=a._ref()))
    session.run(swap)
    np.testing.assert_array_equal(session.run([a, b]), [[2.0, 2.0], [1.0, 1.0]])


def test_unordered_writers_apply_in_graph_order(session):
    v = variable(session, [1.0])
    first, second = v.assign([5.0]), v.assign_add([2.0])
    session.run([second.op, first.op])
    assert session.run(v).tolist() == [7.0]


def test_a_view_of_a_variable_keeps_its_numbers_through_a_write(session):
    v = variable(session, np.arange(6, dtype=np.float32))
    view = tf.reshape(tf.identity(v), [2, 3])[1]
    with tf.control_dependencies([v.assign(tf.zeros([6]))]):
        later = view * 1.0
    view_value, later_value = session.run([view, later])
    np.testing.assert_array_equal(view_value, [3, 4, 5])
    np.testing.assert_array_equal(later_value, [3, 4, 5])


def test_scalars_written_and_read_in_one_run(session):
    step = variable(session, 0, trainable=False)
    doubled, bump = step * 2, step.assign_add(1)
    assert [session.run([doubled, bump]) for _ in range(3)] == [[0, 1], [2, 2], [4, 3]]


def test_operations_that_wait_for_each_other_are_refused(session):
    a, b = tf.constant(1.0).op, tf.constant(2.0).op
    a._add_control_input(b)
    b._add_control_input(a)
    with pytest.raises(ValueError, match="circle"):
        session.run(a)


def test_what_depends_on_a_write_takes_the_written_value_though_the_read_is_older(session):
    w = tf.Variable([1.0, 2.0])
    train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(w * w))
    with tf.control_dependencies([train]):
        after, copied, size = w * 1.0, tf.identity(w), tf.shape(w)
    before = w * 1.0
    session.run(w.initializer)
    values = session.run([before, after, copied, size])
    for value, expected in zip(values, ([1.0, 2.0], [0.8, 1.6], [0.8, 1.6], [2]), strict=True):
        np.testing.assert_allclose(value, expected)


def test_a_moving_average_applied_after_training_averages_the_trained_value(session):
    w = tf.Variable(1.0)
    average = tf.train.ExponentialMovingAverage(0.5)
    with tf.control_dependencies([w.assign_add(2.0)]):
        step = average.apply([w])
    session.run(tf.global_variables_initializer())
    session.run(step)
    assert session.run(average.average(w)) == 2.0  # 0.5 * 1 + 0.5 * 3


def test_a_variable_read_on_both_sides_of_a_write_has_the_gradient_of_both(session):
    w = tf.Variable([1.0])
    before = tf.square(w)
    with tf.control_dependencies([w.assign([3.0])]):
        after = tf.square(w)
    (gradient,) = tf.gradients(before + after, [w])
    session.run(w.initializer)
    assert session.run([before + after, gradient]) == [[10.0], [8.0]]


def test_each_update_of_several_gives_the_value_it_made(session):
    v = variable(session, [1.0])
    updated = [v.assign_add([amount]) + 0.0 for amount in (1.0, 10.0, 100.0)]
    for fetches in (updated, updated[::-1]):
        session.run(v.initializer)
        values = dict(zip(map(id, fetches), session.run(fetches), strict=True))
        assert [values[id(u)].tolist() for u in updated] == [[2.0], [12.0], [112.0]]
