"""Loops become Python's loops: what their code looks like, what they change, what autograd sees, and when they end."""

import threading
import time

import numpy as np
import pytest

import lazytf as tf
from lazytf.control_flow.functions import Defun
from lazytf.runtime import compiling


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def times(count, body, *values, **options):
    """The values after ``body`` has been applied to them ``count`` times."""

    def after(i, *values):
        found = body(*values)
        return i + 1, *(found if isinstance(found, (list, tuple)) else [found])

    found = tf.while_loop(lambda i, *_: i < count, after, [0, *values], **options)[1:]
    return found[0] if len(found) == 1 else found


def body_of(source):
    """The lines of a plan's only loop."""
    lines = source.splitlines()
    start = next(i for i, line in enumerate(lines) if "for _ in rounds()" in line)
    depth = len(lines[start]) - len(lines[start].lstrip())
    end = next(i for i in range(start + 1, len(lines)) if len(lines[i]) - len(lines[i].lstrip()) <= depth)
    return lines[start + 1 : end]


# -- what the code looks like ---------------------------------------------------------------------------------------


def test_counters_are_plain_numbers_and_no_graph_is_walked(session):
    n = tf.placeholder(tf.int32, [])
    i, total = tf.while_loop(lambda i, _: i < n, lambda i, t: (i + 1, t + 0.5), [0, 0.0])
    source = session.plan_source([i, total], {n: 0})
    assert len(body_of(source)) == 5 and "torch" not in source
    for rounds in (0, 1, 7):
        assert session.run([i, total], {n: rounds}) == [rounds, rounds * 0.5]


def test_what_stays_the_same_is_moved_once(session):
    step, x = tf.placeholder(tf.float32, []), tf.placeholder(tf.float32, [3])
    y = times(3, lambda v: v + step, x)
    assert not any("to_torch" in line for line in body_of(session.plan_source(y, {step: 0, x: [0, 0, 0]})))
    assert session.run(y, {step: 0.5, x: [1, 2, 3]}).tolist() == [2.5, 3.5, 4.5]


def test_temporary_values_die_in_their_round(session):
    x = tf.placeholder(tf.float32, [3])
    y = times(3, lambda v: tf.exp(tf.sin(v) * 0.5), x)
    assert sum("del " in line for line in body_of(session.plan_source(y, {x: [0, 0, 0]}))) >= 2


def test_a_loop_in_a_branch_runs_only_there(session):
    p, x = tf.placeholder(tf.bool, []), tf.placeholder(tf.float32, [2])
    seen = []
    look = lambda v: tf.py_func(lambda a: (seen.append(1), a)[1], [v], tf.float32)  # noqa: E731
    y = tf.cond(p, lambda: times(3, look, x, shape_invariants=[tf.TensorShape([]), tf.TensorShape(None)]), lambda: -x)
    assert session.run(y, {p: False, x: [1, 2]}).tolist() == [-1, -2] and not seen
    assert session.run(y, {p: True, x: [1, 2]}).tolist() == [1, 2] and len(seen) == 3


def test_a_loop_may_be_drawn_by_hand(session):
    """Enter, Merge, LoopCond, Switch, NextIteration, Exit, and a ControlTrigger that starts with every round."""
    n, raw = tf.placeholder(tf.int32, []), tf.raw_ops
    start, limit = (
        raw.Enter(data=x, frame_name="by hand", is_constant=c) for x, c in ((tf.constant(1), False), (n, True))
    )
    merged = raw.Merge(inputs=[start, start]).output
    switched = raw.Switch(data=merged, pred=raw.LoopCond(input=raw.Less(x=merged, y=limit)))
    with tf.control_dependencies([tf.identity(switched.output_true)]):
        trigger = raw.ControlTrigger()
    with tf.control_dependencies([trigger]):
        doubled = raw.AddV2(x=switched.output_true, y=switched.output_true)
    merged.op._update_input(1, raw.NextIteration(data=doubled))
    last = raw.Exit(data=switched.output_false)
    assert [session.run(last, {n: limit}) for limit in (0, 1, 2, 100)] == [1, 1, 2, 128]


def test_a_reference_may_go_round(session):
    """RefEnter, RefMerge, RefSwitch, RefNextIteration and RefExit hand on the variable itself."""
    v, raw = tf.Variable([1.0]), tf.raw_ops
    session.run(v.initializer)
    entered = raw.RefEnter(data=v._ref(), frame_name="by hand")
    merged = raw.RefMerge(inputs=[entered, entered]).output
    switched = raw.RefSwitch(data=merged, pred=raw.LoopCond(input=tf.reduce_all(tf.less(merged, 20.0))))
    raised = tf.assign(switched.output_true, tf.identity(switched.output_true) * 3.0)
    merged.op._update_input(1, raw.RefNextIteration(data=raised))
    last = raw.RefExit(data=switched.output_false)
    assert session.run(last).tolist() == [27.0]
    assert session.run(v).tolist() == [27.0]


# -- state ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("use_resource", [False, True])
def test_a_variable_read_in_a_body_is_read_in_every_round(session, use_resource):
    v = tf.Variable([1.0, 2.0], use_resource=use_resource)
    session.run(v.initializer)

    def body(total):
        with tf.control_dependencies([total]):
            write = v.assign_add([1.0, 1.0])
        with tf.control_dependencies([write]):
            return total + v.read_value()

    assert session.run(times(3, body, tf.zeros([2]))).tolist() == [2 + 3 + 4, 3 + 4 + 5]
    assert session.run(v).tolist() == [4.0, 5.0]


def test_what_goes_round_is_no_view_of_a_variable_that_changes(session):
    v = tf.Variable([1.0, 2.0], use_resource=True)
    session.run(v.initializer)

    def body(kept, _):
        now = v.read_value()
        with tf.control_dependencies([now, kept]):
            write = v.assign_add([10.0, 10.0])
        with tf.control_dependencies([write]):
            return tf.identity(now), tf.identity(kept)

    last, before = times(3, body, tf.zeros([2]), tf.zeros([2]))
    assert [a.tolist() for a in session.run([last, before])] == [[21.0, 22.0], [11.0, 12.0]]
    assert session.run(v).tolist() == [31.0, 32.0]


def test_a_value_taken_before_a_loop_keeps_its_numbers(session):
    v = tf.Variable([1.0, 2.0], use_resource=True)
    session.run(v.initializer)
    before = v.read_value()
    with tf.control_dependencies([before]):
        done = times(4, lambda t: t + v.assign_add([1.0, 1.0]), tf.zeros([2]))
    with tf.control_dependencies([done]):
        after = before * 1.0
    assert [a.tolist() for a in session.run([before, after, done])] == [[1, 2], [1, 2], [2 + 3 + 4 + 5, 3 + 4 + 5 + 6]]


def test_an_optimizer_trains_inside_a_loop(session):
    for use_resource in (False, True):
        w = tf.Variable([3.0, -2.0], use_resource=use_resource)

        def body(i, w=w):
            train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(tf.square(w)))
            with tf.control_dependencies([train]):
                return i + 1

        steps = tf.while_loop(lambda i: i < 5, body, [0])
        session.run(w.initializer)
        session.run(steps)
        np.testing.assert_allclose(session.run(w), np.array([3.0, -2.0]) * 0.8**5, rtol=1e-6)


def test_random_numbers_go_on_from_round_to_round(session):
    found = times(4, lambda t, i: (t.write(i, tf.random_uniform([2], seed=7)), i + 1), tf.TensorArray(tf.float32, 4), 0)
    drawn = found[0].stack()
    same = tf.random_uniform([2], seed=7)
    tf.set_random_seed(None)
    values = session.run(drawn)
    assert len({tuple(row) for row in values.tolist()}) == 4 and session.run(same).shape == (2,)


# -- gradients ------------------------------------------------------------------------------------------------------


def numeric(session, y, x, at, feeds, epsilon=1e-6):
    found = np.zeros_like(at)
    for i in np.ndindex(at.shape):
        shifted = [at.copy(), at.copy()]
        shifted[0][i] += epsilon
        shifted[1][i] -= epsilon
        high, low = (session.run(y, {**feeds, x: a}) for a in shifted)
        found[i] = (np.sum(high) - np.sum(low)) / (2 * epsilon)
    return found


def nested(x, w, n):
    def outer(i, a):
        j, b = tf.while_loop(lambda j, b: j < i + 1, lambda j, b: (j + 1, tf.tanh(tf.tensordot(b, w, 1)) + x), [0, a])
        return i + 1, tf.cond(tf.equal(i % 2, 0), lambda: b * x, lambda: b - a)

    return tf.while_loop(lambda i, a: i < n, outer, [0, x])[1]


@pytest.mark.parametrize("rounds", [0, 1, 3])
def test_gradients_of_nested_loops_and_branches_are_those_of_finite_differences(session, rounds):
    random = np.random.RandomState(0)
    x, w, n = tf.placeholder(tf.float64, [3]), tf.placeholder(tf.float64, [3, 3]), tf.placeholder(tf.int32, [])
    y = nested(x, w, n)
    gradients = tf.gradients(y, [x, w])
    values = {x: random.randn(3), w: random.randn(3, 3) * 0.5}
    found = session.run(gradients, {**values, n: rounds})
    for gradient, by in zip(found, (x, w), strict=True):
        others = {k: v for k, v in values.items() if k is not by}
        np.testing.assert_allclose(
            gradient, numeric(session, y, by, values[by], {**others, n: rounds}), rtol=1e-5, atol=1e-7
        )


def test_second_derivatives_go_through_loops(session):
    random = np.random.RandomState(1)
    x, w, n = tf.placeholder(tf.float64, [3]), tf.placeholder(tf.float64, [3, 3]), tf.placeholder(tf.int32, [])
    first = tf.gradients(nested(x, w, n), x)[0]
    second = tf.gradients(tf.reduce_sum(first * first), w)[0]
    values = {x: random.randn(3), w: random.randn(3, 3) * 0.5}
    expected = numeric(session, tf.reduce_sum(first * first), w, values[w], {x: values[x], n: 3})
    np.testing.assert_allclose(session.run(second, {**values, n: 3}), expected, rtol=1e-4, atol=1e-6)


def test_a_gradient_inside_a_loop_is_one_of_its_round(session):
    w = tf.Variable([2.0, 3.0])
    session.run(w.initializer)

    def body(v, _):
        y = tf.reduce_sum(v * w)
        return v + tf.gradients(y, v)[0], tf.gradients(y, w)[0]

    last, by_w = times(3, body, tf.ones([2]), tf.zeros([2]))
    assert [a.tolist() for a in session.run([last, by_w])] == [[7.0, 10.0], [5.0, 7.0]]


def test_a_gradient_of_a_loop_that_takes_gradients_reaches_all_of_it(session):
    x = tf.placeholder(tf.float64, [])

    def descend(v):  # one step of descent on (v² x)/2 leaves v (1 - x/10)
        return v - 0.1 * tf.gradients(v * v * x / 2.0, v)[0]

    y = times(3, descend, tf.constant(1.0, tf.float64))
    values, slope = session.run([y, tf.gradients(y, x)[0]], {x: 0.5})
    np.testing.assert_allclose([values, slope], [0.95**3, -0.3 * 0.95**2], rtol=1e-12)


def test_nothing_flows_out_of_a_loop_without_back_prop(session):
    x = tf.placeholder(tf.float32, [2])
    y = times(3, lambda v: v * x, x, back_prop=False)
    assert tf.gradients(y, x) == [None]
    assert session.run(tf.gradients(y + x, x)[0], {x: [1, 2]}).tolist() == [1.0, 1.0]


def test_a_loop_of_known_length_becomes_a_flat_program_with_the_same_numbers(session):
    x, w = tf.placeholder(tf.float32, [None, 3]), tf.Variable(np.eye(3, dtype=np.float32) * 0.5)
    y = tf.reduce_sum(tf.square(times(6, lambda v: tf.tanh(tf.matmul(v, w) + x), x)))
    gradients = tf.gradients(y, [x, w])
    session.run(w.initializer)
    fed = {x: np.random.RandomState(0).randn(4, 3)}
    results = [session.run([y, *gradients], fed) for _ in range(compiling._OFTEN + 4)]
    for first, last in zip(results[0], results[-1], strict=True):
        np.testing.assert_allclose(first, last, rtol=1e-5)
    stretch = session._plan((y, *gradients), (x,)).call
    assert stretch is not None
    assert _programs(session, (y, *gradients), (x,)) == 1


def test_a_loop_whose_length_is_fed_has_a_program_for_each(session):
    x, n = tf.placeholder(tf.float32, []), tf.placeholder(tf.int32, [])
    y = times(n, lambda v: v * x + 0.5, x)
    gradient = tf.gradients(y, x)[0]
    for rounds in (3, 5):
        value = 1.5
        for _ in range(rounds):
            value = value * 1.5 + 0.5
        for _ in range(compiling._OFTEN + 3):
            assert session.run([y, gradient], {x: 1.5, n: rounds})[0] == np.float32(value)


@pytest.mark.parametrize("use", ["condition", "index", "branch"])
def test_numbers_that_a_run_computes_decide_anew_in_every_run(session, use):
    x = tf.placeholder(tf.float64, [])

    def body(v):
        if use == "index":
            return v * tf.gather(tf.stack([v, 2.0 / v]), tf.cast(v > 3.0, tf.int32))
        if use == "branch":
            return tf.cond(v > 3.0, lambda: v / 2.0, lambda: v * v)
        return v * 1.5

    if use == "condition":
        y = tf.while_loop(lambda v: v < 100.0, body, [x])
    else:
        y = times(3, body, x)
    gradient = tf.gradients(y, x)[0]

    def expected(v):
        for _ in range(3):
            v = (2.0 if v > 3.0 else v * v) if use == "index" else v / 2.0 if v > 3.0 else v * v
        return v

    for value in [1.5] * (compiling._OFTEN + 3) + [0.5, 2.5, 7.0, 90.0]:
        found = session.run([y, gradient], {x: value})[0]
        if use == "condition":
            assert 100.0 <= found < 150.0
        else:
            np.testing.assert_allclose(found, expected(value), rtol=1e-12)


def _programs(session, elements, fed):
    source = session._plan(elements, fed).source
    return len(source.function.__globals__["stretch"].programs)


# -- ends -----------------------------------------------------------------------------------------------------------


def test_a_loop_without_end_stops_at_the_time_limit(session):
    forever = tf.while_loop(lambda i: i >= 0, lambda i: tf.maximum(i - 1, 0), [0])
    options = tf.RunOptions(timeout_in_ms=100)
    start = time.monotonic()
    with pytest.raises(tf.errors.DeadlineExceededError, match="while/LoopCond.*test_frames.py") as raised:
        session.run(forever, options=options)
    assert time.monotonic() - start < 5 and raised.value.op.name == "while/LoopCond"
    assert session.run(tf.constant(3)) == 3


def test_a_loop_without_end_stops_when_its_session_is_closed():
    with tf.Graph().as_default():
        session = tf.Session()
        forever = tf.while_loop(lambda i: i >= 0, lambda i: tf.maximum(i - 1, 0), [0])
        failures = []

        def run():
            try:
                session.run(forever)
            except tf.errors.OpError as e:
                failures.append(e)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        while not session._plans:
            time.sleep(0.001)
        session.close()
        thread.join(10)
        assert not thread.is_alive() and isinstance(failures[0], tf.errors.CancelledError)


def test_a_failure_in_a_round_names_its_operation_and_leaves_the_session_usable(session):
    v = tf.Variable([0.0])
    session.run(v.initializer)

    def body(i, _):
        with tf.control_dependencies([v.assign_add([1.0])]):
            return i + 1, tf.gather([1.0, 2.0], i, name="pick")

    last = tf.while_loop(lambda i, _: i < 5, body, [0, 0.0])[1]
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"(?s)is not in \[0, 2.*while/pick"):
        session.run(last)
    assert session.run(v).tolist() == [3.0]


def test_a_loop_of_functions_without_end_stops_at_the_time_limit(session):
    always, same = (Defun(tf.int32)(f) for f in (lambda i: i >= 0, lambda i: tf.maximum(i - 1, 0)))
    forever = tf.raw_ops.While(input=[tf.constant(0)], cond=always, body=same)
    with pytest.raises(tf.errors.DeadlineExceededError, match="While"):
        session.run(forever, options=tf.RunOptions(timeout_in_ms=100))


def test_a_loop_and_an_assignment_that_swap_variables_each_see_the_old_value(session):
    a, b = tf.Variable([1.0, 1.0]), tf.Variable([5.0, 5.0], use_resource=True)
    session.run(tf.global_variables_initializer())

    def body(i):
        with tf.control_dependencies([tf.assign(a, b.read_value() + tf.cast(i, tf.float32))]):
            return i + 1

    take_b = tf.while_loop(lambda i: i < 2, body, [0])
    take_a = tf.raw_ops.AssignVariableOp(resource=b.handle, value=a._ref())  # reads the one as it writes the other
    session.run([take_b, take_a])
    assert [v.tolist() for v in session.run([a, b])] == [[6.0, 6.0], [1.0, 1.0]]


def test_updates_are_not_put_together_across_a_loop_that_writes(session):
    v, w = tf.Variable([4.0, 4.0]), tf.Variable([1.0, 1.0])
    session.run(tf.global_variables_initializer())
    raw, rate = tf.raw_ops, tf.constant(1.0)
    first = raw.ApplyGradientDescent(var=v._ref(), alpha=rate, delta=tf.constant([1.0, 1.0]))

    def body(i):
        with tf.control_dependencies([tf.assign(v, [0.0, 0.0])]):
            return i + 1

    zeroed = tf.while_loop(lambda i: i < 1, body, [0])
    last = raw.ApplyGradientDescent(var=w._ref(), alpha=rate, delta=tf.constant([1.0, 1.0]))
    session.run([first.op, zeroed, last.op])
    assert [x.tolist() for x in session.run([v, w])] == [[0.0, 0.0], [0.0, 0.0]]


def test_what_enters_an_inner_loop_may_be_all_that_a_run_needs(session):
    raw = tf.raw_ops
    outer = raw.Enter(data=tf.constant(3), frame_name="outer", is_constant=True)
    inner = raw.Enter(data=outer, frame_name="inner", is_constant=True)
    assert session.run(inner + 1) == 4
