"""Plans: what is kept, what is folded, merged and compiled, and how a run can be watched."""

import collections

import numpy as np
import pytest

import lazytf as tf
from lazytf.runtime import compiling


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def test_a_second_run_finds_its_plan(session):
    x = tf.placeholder(tf.float32, [None])
    y = x * 2.0
    for size in (2, 3):
        session.run(y, {x: np.ones(size)})
    assert len(session._plans) == 1


def test_fetches_that_are_equal_but_nested_otherwise_keep_their_form(session):

    pair = collections.namedtuple("pair", "a b")
    a, b = tf.constant(1.0), tf.constant(2.0)
    for _ in range(2):
        assert session.run((a, b)) == (1.0, 2.0)
        assert session.run([a, b]) == [1.0, 2.0]
        assert type(session.run(pair(a, b))) is pair
        assert session.run({"a": a, "b": (b,)}) == {"a": 1.0, "b": (2.0,)}


def test_an_operation_changed_after_a_run_is_run_as_it_is_now(session):
    v = tf.Variable([1.0])
    session.run(v.initializer)
    y = v.read_value() + 0.0
    assert session.run(y).tolist() == [1.0]
    y.op.inputs[0].op._add_control_input(v.assign([5.0]).op)
    assert session.run(y).tolist() == [5.0]


def test_constants_are_folded_and_a_fed_constant_is_not(session):
    a = tf.constant(2.0)
    y = a * 3.0 + 1.0
    assert "Mul" not in session.plan_source(y) and session.run(y) == 7.0
    assert session.run(y, {a: 5.0}) == 16.0


def test_what_a_folded_constant_waits_for_still_runs(session):
    v = tf.Variable(1.0)
    session.run(v.initializer)
    with tf.control_dependencies([v.assign(5.0)]):
        y = tf.constant(2.0) * 3.0
    assert session.run(y) == 6.0 and session.run(v) == 5.0


def test_optimizer_level_0_folds_and_merges_nothing():
    level = tf.OptimizerOptions(opt_level=tf.OptimizerOptions.L0)
    with tf.Graph().as_default():
        a, b = tf.Variable([1.0]), tf.Variable([2.0])
        train = tf.train.GradientDescentOptimizer(0.1).minimize(a * b * (tf.constant(2.0) * 3.0))
        plain = tf.Session(config=tf.ConfigProto(graph_options=tf.GraphOptions(optimizer_options=level)))
        usual = tf.Session()
        assert "merged" in usual.plan_source(train) and "merged" not in plain.plan_source(train)
        values = []
        for session in (plain, usual):
            session.run(tf.global_variables_initializer())
            session.run(train)
            values.append(session.run([a, b]))
        np.testing.assert_array_equal(*values)


def test_updates_of_one_step_are_one_call(session):
    variables = [tf.Variable([float(i)]) for i in range(5)]
    train = tf.train.AdamOptimizer(0.1).minimize(tf.add_n([tf.square(v) for v in variables]))
    assert session.plan_source(train).count("ApplyAdam_merged(") == 1


def test_two_updates_of_one_variable_are_two_calls(session):
    v = tf.Variable([1.0])
    session.run(v.initializer)
    rate = tf.constant(0.5)
    steps = [tf.raw_ops.ApplyGradientDescent(var=v._ref(), alpha=rate, delta=[1.0]).op for _ in range(2)]
    session.run(steps)
    assert session.run(v).tolist() == [0.0]


def test_a_stretch_becomes_a_flat_program_for_each_shape(session, monkeypatch):
    monkeypatch.setattr(compiling, "_OFTEN", 2)
    x, w = tf.placeholder(tf.float32, [None, 2]), tf.Variable([[1.0], [2.0]])
    gradient = tf.gradients(tf.tanh(tf.matmul(x, w)), w)[0]
    session.run(w.initializer)
    for rows in (1, 1, 1, 4, 4, 4):
        session.run(gradient, {x: np.ones((rows, 2))})
    plan = next(reversed(session._plans.values()))
    programs = plan.source.function.__globals__["stretch"].programs
    assert len(programs) == 2 and "tanh_backward" in next(iter(programs.values())).source


def test_a_stretch_that_looks_at_numbers_stays_on_the_tape(session, monkeypatch):
    monkeypatch.setattr(compiling, "_OFTEN", 1)
    table, ids = tf.Variable(np.ones((4, 2), np.float32)), tf.placeholder(tf.int32, [None])
    dense = tf.gradients(tf.reduce_sum(tf.square(tf.gather(table, ids)) * tf.reduce_sum(table)), table)[0]
    session.run(table.initializer)
    for at in ([0, 1], [2, 2], [3]):
        assert session.run(dense, {ids: at}).shape == (4, 2)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"is not in \[0, 4\)"):
        session.run(dense, {ids: [7]})
    assert session.run(dense, {ids: [1]}).shape == (4, 2)


def test_a_full_trace_tells_each_operation_and_its_time(session):
    x, w = tf.placeholder(tf.float32, [None, 2]), tf.Variable([[1.0], [2.0]])
    product = tf.matmul(x, w, name="product")
    train = tf.train.AdamOptimizer().minimize(tf.reduce_sum(product))
    session.run(tf.global_variables_initializer())
    metadata = tf.RunMetadata()
    options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
    session.run(train, {x: [[1.0, 2.0]]}, options=options, run_metadata=metadata)
    (device,) = metadata.step_stats.dev_stats
    assert device.device == "/job:localhost/replica:0/task:0/device:CPU:0"
    told = {stats.node_name: stats for stats in device.node_stats}
    assert "product" in told and told["product"].all_start_micros > 0
    assert told["product"].timeline_label.startswith("product = MatMul(")


def test_source_names_the_graphs_operations(session):
    x = tf.placeholder(tf.float32, [2], name="here")
    with tf.name_scope("layer"):
        y = tf.exp(x, name="power")
    source = session.plan_source(y, {x: [1.0, 2.0]})
    assert "# here:0" in source and "# layer/power" in source


def test_a_timeout_ends_a_wait(session):
    queue = tf.FIFOQueue(1, tf.float32)
    with pytest.raises(tf.errors.DeadlineExceededError):
        session.run(queue.dequeue(), options=tf.RunOptions(timeout_in_ms=20))
    limited = tf.Session(config=tf.ConfigProto(operation_timeout_in_ms=20))
    for _ in range(2):
        with pytest.raises(tf.errors.DeadlineExceededError):
            limited.run(queue.dequeue())
