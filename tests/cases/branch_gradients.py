"""tf.gradients through tf.cond: what is connected, and the values on either side."""

from tests.cases.probe import described, plain, raised


def _pred(tf, name="p"):
    return tf.placeholder(tf.bool, [], name=name)


def _both(tf, fetches, pred):
    """Returns what a run gives where the predicate holds and where it does not."""
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return [plain(session.run(fetches, {pred: flag})) for flag in (True, False)]


def both_branches_pass_gradients_to_what_they_capture(tf):
    p, x, w = _pred(tf), tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])
    y = tf.cond(p, lambda: x * w, lambda: x * x)
    gradients = tf.gradients(y, [x, w])
    return [[described(g)[1:] for g in gradients], _both(tf, gradients, p)]


def the_side_not_taken_gives_zeros(tf):
    p, x, w = _pred(tf), tf.constant([1.0, 2.0]), tf.constant(3.0)
    y = tf.cond(p, lambda: tf.reduce_sum(x * x), lambda: w * 5.0)
    return _both(tf, tf.gradients(y, [x, w]), p)


def zeros_have_the_shape_that_was_fed(tf):
    p, x = _pred(tf), tf.placeholder(tf.float32, [None, None], name="x")
    y = tf.cond(p, lambda: tf.reduce_sum(x * x), lambda: tf.constant(1.0))
    dx = tf.gradients(y, x)[0]
    with tf.Session() as session:
        return [plain(session.run(dx, {p: flag, x: [[1.0, 2.0, 3.0]]})) for flag in (True, False)]


def what_no_branch_uses_is_not_connected(tf):
    p, x, w = _pred(tf), tf.constant(1.0), tf.constant(2.0)
    y = tf.cond(p, lambda: x * x, lambda: x)
    zero = tf.gradients(y, w, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return [tf.gradients(y, w), _both(tf, zero, p)]


def what_branches_use_without_a_gradient_is_not_connected(tf):
    p, x = _pred(tf), tf.constant([1.0, 2.0])
    made = {
        "both stopped": tf.cond(p, lambda: tf.stop_gradient(x), lambda: tf.stop_gradient(x * x)),
        "one stopped": tf.cond(p, lambda: tf.stop_gradient(x) * x, lambda: tf.stop_gradient(x)),
        "only the predicate": tf.cond(tf.reduce_sum(x) > 0.0, lambda: 1.0, lambda: 2.0),
        "floor and shape": tf.cond(p, lambda: tf.floor(x), lambda: tf.cast(tf.shape(x), tf.float32) * tf.ones([2])),
        "one constant": tf.cond(p, lambda: x, lambda: tf.constant([1.0, 2.0])),
        "stopped after": tf.stop_gradient(tf.cond(p, lambda: x, lambda: x * 2.0)),
    }
    told = {}
    for name, y in made.items():
        gradient = tf.gradients(y, x)[0]
        told[name] = gradient if gradient is None else _both(tf, gradient, p)
    return told


def captured_tensors_returned_as_they_are(tf):
    p, x, w = _pred(tf), tf.constant(1.0), tf.constant(2.0)
    y = tf.cond(p, lambda: x, lambda: w)
    z = tf.cond(p, lambda: x, lambda: x)
    return [_both(tf, [tf.gradients(y * y, [x, w]), tf.gradients(z * x, x)], p)]


def computed_tensors_are_captured_too(tf):
    p, x = _pred(tf), tf.constant(3.0)
    h = x * x
    y = tf.cond(p, lambda: h * 2.0, lambda: tf.exp(h * 0.1))
    return _both(tf, tf.gradients(y + h, [x, h]), p)


def gradients_with_respect_to_the_result(tf):
    p, x = _pred(tf), tf.constant(3.0)
    y = tf.cond(p, lambda: x * 2.0, lambda: -x)
    z = y * y
    return _both(tf, tf.gradients(z, [y, x]), p)


def several_results_add_up(tf):
    p, x, w = _pred(tf), tf.constant(3.0), tf.constant(2.0)
    y, z = tf.cond(p, lambda: [x * w, x + w], lambda: [x * x, w])
    made = [tf.gradients(y, [x, w]), tf.gradients([y, z], [x, w]), tf.gradients(y * z, [x, w])]
    return _both(tf, made, p) + [tf.gradients(z, [x, w], grad_ys=tf.constant(2.0))[0] is None]


def one_result_of_two_leaves_the_other_out(tf):
    p, x, w = _pred(tf), tf.constant(3.0), tf.constant(2.0)
    y, z = tf.cond(p, lambda: [x * x, w * w], lambda: [x, w])
    return [[g is None for g in tf.gradients(y, [x, w])], _both(tf, [tf.gradients(y, x), tf.gradients(z, w)], p)]


def nested_conds_pass_gradients(tf):
    p, q, x, w = _pred(tf), _pred(tf, "q"), tf.constant(3.0), tf.constant(2.0)
    y = tf.cond(
        p,
        lambda: tf.cond(q, lambda: x * w, lambda: x * x * x),
        lambda: w * tf.cond(q, lambda: w, lambda: tf.constant(7.0)),
    )
    gradients = tf.gradients(y, [x, w])
    with tf.Session() as session:
        return [plain(session.run(gradients, {p: a, q: b})) for a in (True, False) for b in (True, False)]


def chained_conds_pass_gradients(tf):
    p, x = _pred(tf), tf.constant(3.0)
    y = tf.cond(p, lambda: x * x, lambda: x * 5.0)
    z = tf.cond(p, lambda: y * x, lambda: y + x)
    return _both(tf, tf.gradients(z, [x, y]), p)


def a_predicate_of_x_has_no_gradient_of_its_own(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    y = tf.cond(x > 1.0, lambda: x * x, lambda: -x)
    dx = tf.gradients(y, x)[0]
    with tf.Session() as session:
        return [session.run([y, dx], {x: value}) for value in (0.5, 1.0, 3.0)]


def stop_gradients_cuts_before_a_cond(tf):
    p, x = _pred(tf), tf.constant(3.0)
    h = x * x
    y = tf.cond(p, lambda: h * x, lambda: h)
    made = tf.gradients(y, [x, h], stop_gradients=[h])
    return [made[0] is None, _both(tf, [made[1]] + [made[0]], p)]


def grad_ys_weigh_a_cond(tf):
    p, x = _pred(tf), tf.constant([1.0, 2.0])
    y = tf.cond(p, lambda: x * x, lambda: x)
    return _both(tf, tf.gradients(y, x, grad_ys=[tf.constant([10.0, 100.0])]), p)


def gradients_built_inside_a_branch(tf):
    p, x = _pred(tf), tf.constant([1.0, 2.0])
    h = x * x

    def true_fn():
        inner = h * x
        return [tf.gradients(inner, h)[0], tf.gradients(inner * inner, inner)[0]]

    made = tf.cond(p, true_fn, lambda: [x, -x])
    return _both(tf, made, p)


def gradients_of_a_variable_inside_a_branch(tf):
    p = _pred(tf)
    told = []
    for resource in (False, True):
        v = tf.Variable([1.0, 2.0], use_resource=resource)

        def true_fn(v=v):
            return tf.gradients(tf.reduce_sum(v * v * v), v)[0]

        told.append(_both(tf, tf.cond(p, true_fn, lambda v=v: v * 0.0), p))
    return told


def gradients_of_variables_through_a_cond(tf):
    p = _pred(tf)
    told = []
    for resource in (False, True):
        v = tf.Variable([1.0, 2.0], use_resource=resource)
        w = tf.Variable([3.0], use_resource=resource)
        y = tf.cond(p, lambda v=v: tf.reduce_sum(v * v), lambda v=v, w=w: tf.reduce_sum(v * w))
        gradients = tf.gradients(y, [v, w])
        told.append([[type(g).__name__ for g in gradients], _both(tf, gradients, p)])
    return told


def slices_through_a_cond(tf):
    p = _pred(tf)
    table = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], name="table")
    y = tf.cond(p, lambda: tf.gather(table, [2, 0, 2]) * 10.0, lambda: tf.gather(table, [1]))
    gradient = tf.gradients(y, table)[0]
    return [type(gradient).__name__, _both(tf, tf.convert_to_tensor(gradient), p)]


def slices_of_a_resource_variable_through_a_cond(tf):
    p = _pred(tf)
    table = tf.get_variable("t", initializer=tf.constant([[1.0, 2.0], [3.0, 4.0]]), use_resource=True)
    y = tf.cond(p, lambda: tf.gather(table, [1, 1]) * 10.0, lambda: tf.gather(table, [0]))
    gradient = tf.gradients(y, table)[0]
    return [type(gradient).__name__, _both(tf, tf.convert_to_tensor(gradient), p)]


def ids_chosen_by_a_cond_leave_slices(tf):
    p = _pred(tf)
    table = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], name="table")
    ids = tf.cond(p, lambda: tf.constant([2, 0, 2]), lambda: tf.constant([1]))
    gradient = tf.gradients(tf.gather(table, ids), table)[0]
    return [type(gradient).__name__, _both(tf, [gradient.values, gradient.indices], p)]


def second_derivatives_go_through_conds(tf):
    p, x = _pred(tf), tf.constant(3.0)
    y = tf.cond(p, lambda: x * x * x, lambda: x * x)
    first = tf.gradients(y, x)[0]
    return _both(tf, [first, tf.gradients(first, x)[0]], p)


def a_gradient_clipped_by_a_cond(tf):
    p, x = _pred(tf), tf.constant([3.0, 4.0])
    dx = tf.gradients(tf.reduce_sum(x * x), x)[0]
    norm = tf.norm(dx)
    clipped = tf.cond(norm > 5.0, lambda: dx * 5.0 / norm, lambda: dx)
    return _both(tf, tf.cond(p, lambda: clipped, lambda: dx), p)


def a_loss_with_a_cond_is_minimized(tf):
    p, v, w = _pred(tf), tf.Variable([1.0, 2.0], name="v"), tf.Variable(3.0, name="w")
    loss = tf.cond(p, lambda: tf.reduce_sum(v * v), lambda: w * w * v[0])
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        told = []
        for flag in (True, False, False, True):
            session.run(train, {p: flag})
            told.append(plain(session.run([v, w])))
        return told


def a_training_step_taken_in_a_branch(tf):
    p, v = _pred(tf), tf.Variable([1.0, 2.0], name="v")
    loss = tf.reduce_sum(v * v)
    optimizer = tf.train.MomentumOptimizer(0.1, 0.9)
    gradients = optimizer.compute_gradients(loss)
    step = tf.cond(p, lambda: optimizer.apply_gradients(gradients), lambda: tf.no_op())
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        told = []
        for flag in (True, False, True):
            session.run(step, {p: flag})
            told.append(plain(session.run(v)))
        return told


def dropout_in_a_branch_is_differentiated_as_drawn(tf):
    p, x = _pred(tf), tf.ones([6])
    y = tf.cond(p, lambda: tf.nn.dropout(x, 0.5, seed=3), lambda: x * 2.0)
    return _both(tf, [y, tf.gradients(y, x)[0]], p)


def integers_and_floats_leave_a_cond_together(tf):
    p, x = _pred(tf), tf.constant([1.0, 5.0, 2.0])
    at, best = tf.cond(
        p,
        lambda: [tf.argmax(x), tf.reduce_max(x)],
        lambda: [tf.argmin(x), tf.reduce_min(x)],
    )
    return _both(tf, [at, tf.gradients(best * tf.cast(at, tf.float32), x)[0]], p)


def a_division_by_zero_on_the_other_side_does_no_harm(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    y = tf.cond(tf.equal(x, 0.0), lambda: tf.constant(0.0), lambda: 1.0 / x)
    z = tf.cond(x > 0.0, lambda: tf.sqrt(x), lambda: tf.constant(0.0))
    gradients = [tf.gradients(y, x)[0], tf.gradients(z, x)[0]]
    with tf.Session() as session:
        return [session.run(gradients, {x: value}) for value in (0.0, 4.0, -1.0)]


def py_funcs_in_a_branch_pass_no_gradient(tf):
    p, x = _pred(tf), tf.constant(1.0)
    y = tf.cond(p, lambda: tf.py_func(lambda a: a, [x], tf.float32), lambda: x)
    return _both(tf, tf.gradients(y, x), p)


def random_shuffles_in_a_branch_have_no_rule(tf):
    p, x = _pred(tf), tf.constant([1.0, 2.0])
    y = tf.cond(p, lambda: tf.random_shuffle(x), lambda: x)
    return raised(lambda: tf.gradients(y, x), key="No gradient defined for operation")


def relu_by_cond_in_a_python_loop(tf):
    x = tf.placeholder(tf.float32, [3], name="x")
    parts = [tf.cond(v > 0.0, lambda v=v: v * 2.0, lambda v=v: v * 0.1) for v in tf.unstack(x)]
    dx = tf.gradients(tf.add_n(parts), x)[0]
    with tf.Session() as session:
        return plain(session.run(dx, {x: [1.0, -1.0, 2.0]}))
