"""Branches: Switch, RefSwitch and Merge become Python's if; what stands in a branch that is not taken does not run."""

import numpy as np
import pytest

import lazytf as tf


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def branch(pred, value, if_true, if_false):
    """A conditional drawn by hand: ``if_true`` and ``if_false`` are functions of what the switch hands on."""
    on_false, on_true = tf.raw_ops.Switch(data=value, pred=pred)
    return tf.raw_ops.Merge(inputs=[if_false(on_false), if_true(on_true)])


def test_the_side_that_the_predicate_names_runs(session):
    pred, x = tf.placeholder(tf.bool, []), tf.placeholder(tf.float32, [None])
    merged = branch(pred, x, tf.exp, tf.negative)
    for flag in (True, False, True):
        value, index = session.run([merged.output, merged.value_index], {pred: flag, x: [1.0, 2.0]})
        np.testing.assert_allclose(value, np.exp([1.0, 2.0]) if flag else [-1.0, -2.0], rtol=1e-6)
        assert index == int(flag)


def test_only_the_side_that_runs_changes_a_variable(session):
    pred = tf.placeholder(tf.bool, [])
    v, step = tf.Variable([1.0]), tf.Variable(0)
    session.run(tf.global_variables_initializer())

    def add(amount):
        def side(x):
            with tf.control_dependencies([tf.identity(x)]):
                return v.assign_add([amount]) + 0.0 * x

        return side

    merged = branch(pred, tf.constant([1.0]), add(10.0), add(100.0))
    for flag, expected in ((True, 11.0), (False, 111.0), (False, 211.0)):
        assert session.run(merged.output, {pred: flag}).tolist() == [expected]
        assert session.run(v).tolist() == [expected]
    assert session.run(step) == 0


def test_branches_stand_in_branches(session):
    p, q, x = tf.placeholder(tf.bool, []), tf.placeholder(tf.bool, []), tf.placeholder(tf.float32, [2])

    def inner(value):
        return branch(q, value, lambda t: t * 10.0, lambda t: t * 100.0).output

    merged = branch(p, x, inner, lambda t: t + 1.0)
    for flags, factor in (((True, True), 10.0), ((True, False), 100.0)):
        value = session.run(merged.output, {p: flags[0], q: flags[1], x: [1, 2]})
        np.testing.assert_array_equal(value, [factor, 2 * factor])
    for flag in (True, False):
        np.testing.assert_array_equal(session.run(merged.output, {p: False, q: flag, x: [1, 2]}), [2.0, 3.0])


def test_a_gradient_follows_the_side_that_ran(session):
    pred, w = tf.placeholder(tf.bool, []), tf.Variable([1.0, 2.0])
    session.run(w.initializer)
    merged = branch(pred, w * 1.0, lambda t: t * t, lambda t: 3.0 * t)
    gradient = tf.gradients(tf.reduce_sum(merged.output), w)[0]
    for flag, expected in ((True, [2.0, 4.0]), (False, [3.0, 3.0])) * 2:
        np.testing.assert_allclose(session.run(gradient, {pred: flag}), expected)


def test_a_value_of_the_other_side_cannot_be_fetched(session):
    pred = tf.placeholder(tf.bool, [])
    on_false, on_true = tf.raw_ops.Switch(data=tf.constant([1.0]), pred=pred)
    taken = tf.exp(on_true)
    np.testing.assert_allclose(session.run(taken, {pred: True}), [np.e], rtol=1e-6)
    with pytest.raises(tf.errors.InvalidArgumentError, match="does not have value"):
        session.run(taken, {pred: False})
    assert session.run(on_false, {pred: False}).tolist() == [1.0]


def test_what_both_sides_use_is_made_before_them(session):
    pred, x = tf.placeholder(tf.bool, []), tf.placeholder(tf.float32, [2])
    shared = tf.exp(x)
    v = tf.Variable([5.0, 6.0])
    session.run(v.initializer)
    merged = branch(pred, shared, lambda t: t + v, lambda t: t - v)
    after = merged.output + v
    for flag in (False, True):
        value = session.run([after, shared], {pred: flag, x: [0.0, 0.0]})[0]
        np.testing.assert_allclose(value, [11.0, 13.0] if flag else [1.0, 1.0])


def test_a_reference_is_read_on_its_side_only(session):
    v = tf.Variable([1.0, 2.0])
    value = v.initialized_value()
    assert "if " in session.plan_source(value)
    assert session.run(value).tolist() == [1.0, 2.0]
    assert session.run(tf.report_uninitialized_variables()).tolist() == [b"Variable"]


def test_a_join_takes_the_first_that_is_alive_of_many(session):
    p, q = tf.placeholder(tf.bool, []), tf.placeholder(tf.bool, [])
    values = [tf.constant([float(i)]) for i in range(3)]
    outer = tf.raw_ops.Switch(data=values[0], pred=p)
    inner = tf.raw_ops.Switch(data=outer.output_false, pred=q)
    merged = tf.raw_ops.Merge(
        inputs=[outer.output_true + 1.0, inner.output_true + 2.0, inner.output_false + 3.0],
    )
    for flags, expected in (((True, True), 1.0), ((True, False), 1.0), ((False, True), 2.0), ((False, False), 3.0)):
        value, index = session.run([merged.output, merged.value_index], dict(zip((p, q), flags, strict=True)))
        assert value.tolist() == [expected] and index == int(expected) - 1
    assert session.run(tf.raw_ops.Merge(inputs=values).output).tolist() == [0.0]


def test_a_join_that_may_be_dead_is_refused(session):
    p, q = tf.placeholder(tf.bool, []), tf.placeholder(tf.bool, [])
    sides = [tf.raw_ops.Switch(data=tf.constant([1.0]), pred=pred).output_true for pred in (p, q)]
    with pytest.raises(tf.errors.UnimplementedError, match="whether it is alive"):
        session.run(tf.raw_ops.Merge(inputs=sides).output, {p: True, q: True})
