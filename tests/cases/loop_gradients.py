"""tf.gradients through tf.while_loop: what is connected, and the values for none, one and many iterations."""

import numpy as np

from tests.cases.probe import described, plain, raised, values


def _repeated(tf, n, body, *start, **kwargs):
    """Returns the loop variables after ``body(i, ...)`` ran ``n`` times, without the counter."""
    results = tf.while_loop(
        lambda i, *rest: i < n,
        lambda i, *rest: [i + 1] + list(body(i, *rest)),
        [tf.constant(0)] + list(start),
        **kwargs,
    )
    return results[1:]


def _each(tf, fetches, n, counts=(0, 1, 2, 5), feeds=()):
    """Returns what a run gives for each number of iterations."""
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return [plain(session.run(fetches, {**dict(feeds), n: count})) for count in counts]


def _count(tf):
    return tf.placeholder(tf.int32, [], name="n")


def gradients_reach_the_start(tf):
    n, x = _count(tf), tf.constant(5.0)
    (y,) = _repeated(tf, n, lambda i, y: [y * 2.0], x)
    dx = tf.gradients(y, x)[0]
    return [described(dx)[1:], _each(tf, [y, dx], n)]


def gradients_reach_captured_tensors(tf):
    n, x, w, b = _count(tf), tf.constant([1.0, 2.0]), tf.constant([0.5, -1.0]), tf.constant(3.0)
    (y,) = _repeated(tf, n, lambda i, y: [y * w + b], x)
    return _each(tf, [y] + tf.gradients(y, [x, w, b]), n)


def gradients_reach_ref_and_resource_variables(tf):
    n = _count(tf)
    told = []
    for resource in (False, True):
        v = tf.Variable([[0.5, 0.1], [0.2, 0.3]], use_resource=resource)
        (y,) = _repeated(tf, n, lambda i, y, v=v: [tf.tanh(tf.matmul(y, v))], tf.constant([[1.0, 2.0]]))
        told.append(_each(tf, [tf.gradients(y, v)[0]], n))
    return told


def captured_computed_tensors_pass_gradients_on(tf):
    n, x = _count(tf), tf.constant(0.5)
    h = tf.sin(x)
    (y,) = _repeated(tf, n, lambda i, y: [y * h + x], tf.constant(1.0))
    return _each(tf, tf.gradients(y, [x, h]), n)


def the_counter_scales_the_gradient(tf):
    n, x = _count(tf), tf.constant(2.0)
    (y,) = _repeated(tf, n, lambda i, y: [y + x * tf.cast(i, tf.float32)], tf.constant(0.0))
    return _each(tf, tf.gradients(y, x), n)


def trip_counts_that_depend_on_the_data(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    steps, y = tf.while_loop(lambda i, y: y < 100.0, lambda i, y: (i + 1, y * y), [0, x])
    dx = tf.gradients(y, x)[0]
    with tf.Session() as session:
        return [plain(session.run([steps, y, dx], {x: value})) for value in (1.5, 3.0, 50.0, 200.0)]


def several_variables_pass_gradients_between_them(tf):
    n, x, y = _count(tf), tf.constant(1.0), tf.constant(2.0)
    a, b = _repeated(tf, n, lambda i, a, b: [a * b, a + b], x, y)
    made = [tf.gradients(a, [x, y]), tf.gradients(b, [x, y]), tf.gradients([a, b], [x, y])]
    return _each(tf, made, n, counts=(0, 1, 3))


def swapped_variables_swap_their_gradients(tf):
    n, x, y = _count(tf), tf.constant(1.0), tf.constant(2.0)
    a, b = _repeated(tf, n, lambda i, a, b: [b * 2.0, a * 3.0], x, y)
    return _each(tf, tf.gradients(a, [x, y]), n)


def what_the_loop_does_not_use_is_not_connected(tf):
    n, x, w, z = _count(tf), tf.constant(1.0), tf.constant(2.0), tf.constant(3.0)
    a, b = _repeated(tf, n, lambda i, a, b: [a * 2.0, b * w], x, x * 3.0)
    return [
        [g is None for g in tf.gradients(a, [x, w, z])],
        [g is None for g in tf.gradients(b, [x, w, z])],
        tf.gradients(a, z),
        _each(tf, tf.gradients(a, z, unconnected_gradients="zero"), n, counts=(0, 2)),
    ]


def variables_that_do_not_meet_are_told_apart(tf):
    n, x, w = _count(tf), tf.constant(1.0), tf.constant(2.0)
    a, b = _repeated(tf, n, lambda i, a, b: [a * 2.0, b * 3.0], x, w)
    return [tf.gradients(a, w)[0] is None, _each(tf, [tf.gradients(a, x), tf.gradients(b, w)], n)]


def stop_gradient_in_a_body(tf):
    n, x, w = _count(tf), tf.constant(2.0), tf.constant(3.0)
    (a,) = _repeated(tf, n, lambda i, a: [tf.stop_gradient(a) * w], x)
    (b,) = _repeated(tf, n, lambda i, b: [b * tf.stop_gradient(w) + b], x)
    (c,) = _repeated(tf, n, lambda i, c: [tf.stop_gradient(c * w)], x)
    made = {"a": tf.gradients(a, [x, w]), "b": tf.gradients(b, [x, w]), "c": tf.gradients(c, [x, w])}
    nones = {name: [g is None for g in gradients] for name, gradients in made.items()}
    return [nones, _each(tf, [g for gradients in made.values() for g in gradients if g is not None], n)]


def operations_without_gradients_cut_a_body(tf):
    n, x = _count(tf), tf.constant(2.5)
    (a,) = _repeated(tf, n, lambda i, a: [tf.floor(a) + x], tf.constant(0.5))
    return _each(tf, tf.gradients(a, x), n)


def stop_gradients_names_a_tensor_outside(tf):
    n, x = _count(tf), tf.constant(2.0)
    h = x * x
    (y,) = _repeated(tf, n, lambda i, y: [y * h], x)
    return _each(tf, tf.gradients(y, [x, h], stop_gradients=[h]), n)


def grad_ys_weigh_a_loop(tf):
    n, x = _count(tf), tf.constant([1.0, 2.0])
    (y,) = _repeated(tf, n, lambda i, y: [y * y], x)
    return _each(tf, tf.gradients(y, x, grad_ys=[tf.constant([10.0, 100.0])]), n, counts=(0, 1, 2))


def gradients_with_respect_to_a_result(tf):
    n, x = _count(tf), tf.constant(2.0)
    (y,) = _repeated(tf, n, lambda i, y: [y * 3.0], x)
    z = y * y
    return _each(tf, tf.gradients(z, [y, x]), n)


def shapes_that_were_fed(tf):
    n, x = _count(tf), tf.placeholder(tf.float32, [None, 2], name="x")
    w = tf.constant([[1.0, 0.5], [0.0, 2.0]])
    (y,) = _repeated(tf, n, lambda i, y: [tf.matmul(y, w)], x)
    return _each(tf, tf.gradients(y, [x, w]), n, feeds=[(x, [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])])


def broadcast_captures_sum_back(tf):
    n, x, b = _count(tf), tf.ones([2, 3]), tf.constant([1.0, 2.0, 3.0])
    (y,) = _repeated(tf, n, lambda i, y: [y + b * y], x)
    return _each(tf, tf.gradients(y, [x, b]), n, counts=(0, 1, 2))


def growing_variables_pass_gradients(tf):
    n, x, w = _count(tf), tf.constant([1.0, 2.0]), tf.constant(3.0)
    y = tf.while_loop(
        lambda i, y: i < n,
        lambda i, y: [i + 1, tf.concat([y, y[-1:] * w], 0)],
        [tf.constant(0), x],
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([None])],
    )[1]
    return _each(tf, [y] + tf.gradients(y, [x, w]), n, counts=(0, 1, 3))


def nested_loops_pass_gradients(tf):
    n, x, w = _count(tf), tf.constant(1.0), tf.constant(1.5)

    def outer(i, y):
        return [_repeated(tf, i, lambda j, z: [z * w + x], y)[0]]

    (y,) = _repeated(tf, n, outer, x)
    return _each(tf, [y] + tf.gradients(y, [x, w]), n, counts=(0, 1, 2, 4))


def loops_nested_three_deep_pass_gradients(tf):
    x, w = tf.constant(1.0), tf.constant(1.1)

    def loop(depth, y):
        if depth == 0:
            return [y * w]
        return _repeated(tf, 2, lambda i, y: loop(depth - 1, y), y)

    (y,) = loop(3, x)
    return values(tf, tf.gradients(y, [x, w]))


def conds_in_loops_pass_gradients(tf):
    n, x, w = _count(tf), tf.constant(2.0), tf.constant(3.0)
    (y,) = _repeated(tf, n, lambda i, y: [tf.cond(tf.equal(i % 2, 0), lambda: y * w, lambda: y + x)], x)
    return _each(tf, [y] + tf.gradients(y, [x, w]), n)


def conds_on_the_value_pass_gradients(tf):
    n, x = _count(tf), tf.placeholder(tf.float32, [], name="x")
    (y,) = _repeated(tf, n, lambda i, y: [tf.cond(y > 5.0, lambda: y / 2.0, lambda: y * y + 1.0)], x)
    dx = tf.gradients(y, x)[0]
    return _each(tf, [y, dx], n, counts=(0, 3, 6), feeds=[(x, 1.2)])


def loops_in_conds_pass_gradients(tf):
    p, n, x, w = tf.placeholder(tf.bool, []), _count(tf), tf.constant(2.0), tf.constant(3.0)
    y = tf.cond(p, lambda: _repeated(tf, n, lambda i, y: [y * w], x)[0], lambda: x * x)
    made = tf.gradients(y, [x, w])
    return [_each(tf, made, n, feeds=[(p, flag)]) for flag in (True, False)]


def loops_in_conds_in_loops_pass_gradients(tf):
    n, x, w = _count(tf), tf.constant(1.0), tf.constant(1.5)

    def body(i, y):
        return [tf.cond(i > 0, lambda: _repeated(tf, i, lambda j, z: [z * w], y)[0], lambda: y + x)]

    (y,) = _repeated(tf, n, body, x)
    return _each(tf, [y] + tf.gradients(y, [x, w]), n, counts=(0, 1, 2, 4))


def tensor_arrays_pass_gradients(tf):
    x, w = tf.constant([1.0, 2.0, 3.0]), tf.constant(2.0)
    source = tf.TensorArray(tf.float32, 3).unstack(x)

    def body(i, state, array):
        state = state * w + source.read(i)
        return i + 1, state, array.write(i, state)

    _, state, array = tf.while_loop(lambda i, *rest: i < 3, body, [0, tf.constant(0.0), tf.TensorArray(tf.float32, 3)])
    y = array.stack()
    return values(tf, [y, tf.gradients(y, [x, w]), tf.gradients(state, [x, w])])


def indexing_passes_gradients(tf):
    n, x = _count(tf), tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    (y,) = _repeated(tf, n, lambda i, y: [y * x[i]], tf.ones([2]))
    return _each(tf, tf.gradients(y, x), n, counts=(0, 1, 3))


def gathers_of_a_captured_table_leave_slices(tf):
    n = _count(tf)
    told = []
    for resource in (False, True):
        table = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], use_resource=resource)
        (y,) = _repeated(tf, n, lambda i, y, table=table: [y * tf.gather(table, [i, 2])], tf.ones([2, 2]))
        gradient = tf.gradients(y, table)[0]
        told.append([type(gradient).__name__, _each(tf, tf.convert_to_tensor(gradient), n, counts=(1, 2, 3))])
    return told


def lookups_before_a_loop_leave_slices(tf):
    n = _count(tf)
    table = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], name="table")
    x = tf.nn.embedding_lookup(table, [0, 2, 2])
    (y,) = _repeated(tf, n, lambda i, y: [y * x], tf.ones([3, 2]))
    gradient = tf.gradients(y, table)[0]
    return [type(gradient).__name__, _each(tf, [gradient.values, gradient.indices], n, counts=(1, 2))]


def back_prop_false_gives_none(tf):
    n, x, w = _count(tf), tf.constant(2.0), tf.constant(3.0)
    (y,) = _repeated(tf, n, lambda i, y: [y * w], x, back_prop=False)
    told = [raised(lambda: [g is None for g in tf.gradients(y, [x, w])], key="")]
    return told + [raised(lambda: [g is None for g in tf.gradients(y * w, [x, w])], key=""), _each(tf, y, n)]


def options_change_no_gradient(tf):
    n, x, w = _count(tf), tf.constant(2.0), tf.constant(3.0)
    options = [
        {"parallel_iterations": 1},
        {"swap_memory": True},
        {"parallel_iterations": 100, "swap_memory": True},
        {"maximum_iterations": 3},
    ]
    made = [tf.gradients(_repeated(tf, n, lambda i, y: [y * w], x, **option)[0], [x, w]) for option in options]
    return _each(tf, made, n)


def maximum_iterations_end_the_gradient_too(tf):
    n, x = _count(tf), tf.constant(2.0)
    y = tf.while_loop(lambda y: True, lambda y: y * y, [x], maximum_iterations=n)
    return _each(tf, [y, tf.gradients(y, x)[0]], n, counts=(0, 1, 3))


def gradients_built_inside_a_body(tf):
    n, x, w = _count(tf), tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])

    def body(i, y):
        loss = tf.reduce_sum(y * y * w)
        return [y - 0.1 * tf.gradients(loss, y)[0]]

    return _each(tf, _repeated(tf, n, body, x), n)


def gradients_inside_a_body_with_respect_to_captures(tf):
    n, x, w = _count(tf), tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])

    def body(i, y):
        return [y + tf.gradients(tf.reduce_sum(y * w * w), w)[0]]

    return _each(tf, _repeated(tf, n, body, x), n, counts=(0, 1, 2))


def gradients_inside_a_body_of_a_variable(tf):
    n = _count(tf)
    told = []
    for resource in (False, True):
        v = tf.Variable([1.0, 2.0], use_resource=resource)

        def body(i, y, v=v):
            return [y + tf.gradients(tf.reduce_sum(v * v * y), v)[0]]

        told.append(_each(tf, _repeated(tf, n, body, tf.constant([1.0, 1.0])), n, counts=(0, 1, 2)))
    return told


def descent_in_a_loop_finds_the_minimum(tf):
    target = tf.constant([3.0, -2.0])

    def body(i, x):
        return [x - 0.2 * tf.gradients(tf.reduce_sum(tf.square(x - target)), x)[0]]

    return values(tf, _repeated(tf, 40, body, tf.zeros([2])))


def losses_at_each_step_add_up(tf):
    n, w = _count(tf), tf.Variable(0.5, name="w")
    x = tf.constant([1.0, 2.0, 3.0, 4.0])

    def body(i, state, loss):
        state = tf.tanh(state * w + x[i])
        return [state, loss + tf.square(state - 0.5)]

    state, loss = _repeated(tf, n, body, tf.constant(0.0), tf.constant(0.0))
    return _each(tf, [loss] + tf.gradients(loss, w) + tf.gradients(state, w), n, counts=(1, 2, 4))


def a_recurrence_is_trained(tf):
    w = tf.Variable([[0.5, -0.3], [0.1, 0.4]], name="w")
    u = tf.Variable([[0.3, 0.7]], name="u")
    x = tf.constant(np.sin(np.arange(12, dtype=np.float32)).reshape(4, 3, 1))

    def body(t, state):
        return [tf.tanh(tf.matmul(x[t], u) + tf.matmul(state, w))]

    (state,) = _repeated(tf, 4, body, tf.zeros([3, 2]))
    loss = tf.reduce_mean(tf.square(state - 0.25))
    train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        told = [plain(session.run([loss, train])[0]) for _ in range(6)]
        return told + plain(session.run([w, u]))


def sequences_of_unequal_length_pass_gradients(tf):
    lengths = tf.placeholder(tf.int32, [None], name="lengths")
    x = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    w = tf.constant(0.5)

    def body(t, s):
        return t + 1, tf.where(t < lengths, s * w + x[:, t], s)

    y = tf.while_loop(lambda t, s: t < tf.reduce_max(lengths), body, [0, tf.zeros([2])])[1]
    made = tf.gradients(y, [x, w])
    with tf.Session() as session:
        return [plain(session.run(made, {lengths: given})) for given in ([1, 3], [3, 3], [0, 0])]


def random_draws_are_those_differentiated(tf):
    x = tf.constant(1.0)

    def body(i, y, total):
        noise = tf.random_uniform([], seed=1)
        return [y * noise, total + noise]

    y, total = _repeated(tf, 3, body, x, tf.constant(0.0), parallel_iterations=1)
    return values(tf, [y, total, tf.gradients(y, x)[0]])


def dropout_in_a_body_is_differentiated_as_drawn(tf):
    x = tf.ones([6])
    (y,) = _repeated(tf, 2, lambda i, y: [tf.nn.dropout(y, 0.3, seed=4)], x, parallel_iterations=1)
    return values(tf, [y, tf.gradients(y, x)[0]])


def two_losses_share_one_loop(tf):
    n, x, w = _count(tf), tf.constant(2.0), tf.constant(3.0)
    a, b = _repeated(tf, n, lambda i, a, b: [a * w, b + a], x, tf.constant(0.0))
    first, second = tf.gradients(a, w)[0], tf.gradients(b * b, w)[0]
    return _each(tf, [first, second, a, b], n)


def a_loop_feeds_a_loop(tf):
    n, x, w = _count(tf), tf.constant(2.0), tf.constant(1.5)
    (y,) = _repeated(tf, n, lambda i, y: [y * w], x)
    (z,) = _repeated(tf, n, lambda i, z: [z + y * w], y)
    return _each(tf, tf.gradients(z, [x, w, y]), n)


def a_fed_result_stands_in_the_gradient(tf):
    n, x = _count(tf), tf.constant(2.0)
    (y,) = _repeated(tf, n, lambda i, y: [y * 3.0], x)
    z = y * y
    return _each(tf, [z] + tf.gradients(z, [y, x]), n, counts=(2,), feeds=[(y, 10.0)])


def doubles_and_integers_go_round_beside_floats(tf):
    n, x = _count(tf), tf.constant([2.0, 3.0], tf.float64)

    def body(i, y, k, flag):
        return [tf.where(flag, y * tf.cast(k, tf.float64), y), k + 2, tf.logical_not(flag)]

    y, k, flag = _repeated(tf, n, body, x, tf.constant(1), tf.constant([True, False]))
    return _each(tf, [y, k] + tf.gradients(y, x), n)


def long_loops_pass_gradients(tf):
    n, x = _count(tf), tf.constant(1.0)
    (y,) = _repeated(tf, n, lambda i, y: [y * 1.001 + x * 0.001], x)
    return _each(tf, tf.gradients(y, x), n, counts=(1000,))


def gradients_in_a_cond_in_a_body(tf):
    n, x = _count(tf), tf.constant(2.0)

    def body(i, y):
        return [tf.cond(i > 1, lambda: y - 0.1 * tf.gradients(y * y * y, y)[0], lambda: y * 1.5)]

    return _each(tf, _repeated(tf, n, body, x), n, counts=(0, 2, 4))


def unused_captures_in_zero_iterations_give_zeros(tf):
    n = _count(tf)
    w = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    (y,) = _repeated(tf, n, lambda i, y: [tf.matmul(y, w)], tf.constant([[1.0, 1.0]]))
    return _each(tf, tf.gradients(y, w), n, counts=(0, 1))


def clip_by_global_norm_of_a_loop(tf):
    n, v = _count(tf), tf.Variable([1.0, 2.0], name="v")
    (y,) = _repeated(tf, n, lambda i, y: [y * v], tf.ones([2]))
    clipped, norm = tf.clip_by_global_norm(tf.gradients(y, [v]), 5.0)
    return _each(tf, [clipped, norm], n, counts=(1, 4))


def gathers_of_a_loop_variable_pass_gradients(tf):
    n, x = _count(tf), tf.constant([1.0, 2.0, 3.0])
    (y,) = _repeated(tf, n, lambda i, y: [tf.gather(y, [2, 0, 0]) * x], x)
    return _each(tf, tf.gradients(y, x), n, counts=(0, 1, 2))
