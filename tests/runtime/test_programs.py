"""Small programs, each of which once went wrong: flat programs, strings, what a closed session leaves behind."""

import collections
import gc
import linecache

import numpy as np
import pytest

import lazytf as tf
from lazytf.runtime import compiling

LONG = compiling._OFTEN + 6  # steps: flat programs are at work in the last ones


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def fetched_long(session, fetches, feed=None):
    session.run(tf.global_variables_initializer())
    return [session.run(fetches, feed) for _ in range(LONG)]


def test_a_variable_fetched_while_it_trains_still_trains(session):
    w = tf.Variable([1.0, 2.0])
    train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(w * w))
    values = [w_now for w_now, _ in fetched_long(session, [w, train])]
    np.testing.assert_allclose(values[1] / values[0], 0.8, rtol=1e-6)
    np.testing.assert_allclose(values[-1] / values[-2], 0.8, rtol=1e-5)


def test_a_view_of_a_variable_times_ones_does_not_follow_the_update(session):
    w = tf.Variable([1.0, 2.0, 3.0])
    column = tf.reshape(w * tf.ones([3]), [3, 1])
    train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(column * column))
    values = [column_now for column_now, _ in fetched_long(session, [column, train])]
    for before, after in zip(values, values[1:], strict=False):
        np.testing.assert_allclose(after, 0.8 * before, rtol=1e-5)


def test_views_of_equal_operations_do_not_share_memory(session):
    w = tf.Variable([1.0, 2.0, 3.0])
    column, row = tf.reshape(tf.exp(w), [3, 1]), tf.reshape(tf.exp(w), [1, 3])
    (gradient,) = tf.gradients(tf.reduce_sum(column * row), [w])
    column, row, _ = fetched_long(session, [column, row, gradient])[-1]
    assert not np.shares_memory(column, row)


def test_shapes_that_follow_from_numbers_are_found_anew_each_run(session):
    x, chosen = tf.placeholder(tf.float32, [6]), tf.placeholder(tf.bool, [6])
    w = tf.Variable(tf.ones([6]))
    (gradient,) = tf.gradients(tf.reduce_mean(tf.boolean_mask(x * w, chosen)), [w])
    fetched_long(session, gradient, {x: np.ones(6), chosen: [True] + [False] * 5})
    found = session.run(gradient, {x: np.ones(6), chosen: [True] * 4 + [False] * 2})
    np.testing.assert_allclose(found, [0.25] * 4 + [0.0] * 2)


@pytest.mark.parametrize("value", [b"a\0", b"\0", b"", b"plain"])
def test_strings_keep_zeros_at_their_end(session, value):
    known, fed, v = tf.constant(value), tf.placeholder(tf.string, []), tf.Variable(value)
    session.run(v.initializer)
    for source in (known, fed, v):
        scalars = [tf.identity(source), tf.stack([source, source])[1], tf.gather([source], 0), tf.reshape([source], [])]
        for found in session.run(scalars, {fed: value}):
            assert type(found) is bytes
            assert found == value
        vectors = [tf.reshape(source, [1]), tf.fill([1], source), tf.concat([[source]], 0)]
        for found in session.run(vectors, {fed: value}):
            assert found.dtype == object
            assert found.tolist() == [value]


def test_a_joined_string_scalar_is_bytes_also_in_a_variable(session):
    v = tf.Variable("a")
    append = v.assign(tf.string_join([v, "b"]))
    session.run(v.initializer)
    assert type(session.run(append)) is bytes
    assert session.run(v) == b"ab"


def test_a_fetched_array_of_strings_is_not_the_variable(session):
    v = tf.Variable(["a", "b"])
    session.run(v.initializer)
    session.run(v)[0] = b"changed"
    assert session.run(v).tolist() == [b"a", b"b"]


def test_summaries_that_end_in_a_zero_byte_can_be_merged(session):
    x = tf.placeholder(tf.string, [])
    tag = b"\x0a\x08\x0a\x01t\x15\0\0\0\0"  # a Summary: tag "t", simple_value 0.0
    assert session.run(tf.summary.merge([x]), {x: tag}) == tag


def test_a_closed_session_refuses_runs_that_it_knows(session):
    x = tf.placeholder(tf.float32, [1])
    y = x + 1.0
    session.run(y, {x: [1.0]})
    session.close()
    with pytest.raises(RuntimeError, match="closed Session"):
        session.run(y, {x: [1.0]})


def test_equal_namedtuples_of_different_kinds_keep_their_kinds(session):
    one, other = collections.namedtuple("One", "a b"), collections.namedtuple("Other", "c d")
    x = tf.placeholder(tf.float32, [])
    for kind in (one, other, one):
        assert session.run(kind(x + 1.0, x + 2.0), {x: 1.0}) == (2.0, 3.0)
        assert type(session.run(kind(x, x), {x: 1.0})) is kind


def test_sources_of_plans_go_with_their_session():
    gc.collect()
    before = set(linecache.cache)
    with tf.Graph().as_default(), tf.Session() as session:
        w = tf.Variable([1.0, 2.0])
        fetched_long(session, tf.gradients(tf.reduce_sum(w * w), [w]))
        assert any(name.startswith("<lazytf") for name in set(linecache.cache) - before)
    del session, w
    gc.collect()
    assert not [name for name in set(linecache.cache) - before if name.startswith("<lazytf")]


def test_rows_of_different_lengths_are_refused_by_the_name_of_what_they_are_fed_for(session):
    x = tf.placeholder(tf.float32, [None, None], name="points")
    with pytest.raises(ValueError, match=r"Cannot feed \[\[1, 2\], \[3\]\] for Tensor 'points:0'"):
        session.run(x * 2.0, {x: [[1, 2], [3]]})


def test_a_variable_that_takes_another_shape_than_its_own_is_differentiated_in_that_one(session):
    w, value = tf.Variable(tf.ones([2, 3])), tf.placeholder(tf.float32, None)
    reshape = tf.assign(w, value, validate_shape=False)
    (gradient,) = tf.gradients(tf.reduce_mean(tf.square(w)), [w])
    fetched_long(session, gradient)
    session.run(reshape, {value: np.ones([1, 3])})
    for _ in range(LONG):
        np.testing.assert_allclose(session.run(gradient), np.full([1, 3], 2 / 3), rtol=1e-6)


def test_a_fed_shape_may_be_overwritten_by_who_fed_it(session):
    x, shape = tf.placeholder(tf.float32, [6]), tf.placeholder(tf.int32, [2])
    y = tf.reshape(x * x, shape)
    fetches, fed = [y, tf.gradients(y * y, x)[0]], np.array([2, 3], np.int32)
    session.run(fetches, {x: np.ones(6), shape: fed})
    fed[:] = 3, 2
    found, _ = session.run(fetches, {x: np.ones(6), shape: [2, 3]})
    assert found.shape == (2, 3)


def test_a_matrix_that_cannot_be_decomposed_is_refused_however_often_others_were(session):
    x = tf.placeholder(tf.float32, [2, 2])
    root = tf.cholesky(x)
    fetches = [root, tf.gradients(root, x)[0]]
    fetched_long(session, fetches, {x: np.eye(2)})
    with pytest.raises(tf.errors.InvalidArgumentError):
        session.run(fetches, {x: -np.eye(2)})
