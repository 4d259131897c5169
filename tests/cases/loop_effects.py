"""What happens, and in what order, where loop bodies read, write, wait, print, draw, queue and train."""

import numpy as np

from tests.cases.probe import plain, raised, values


def _noter(tf):
    """Returns a list and a function that passes a float tensor on and notes in the list that it did."""
    seen = []

    def note(x, label=None):
        def told(value):
            seen.append(value.tolist() if label is None else label)
            return value

        y = tf.py_func(told, [x], x.dtype)
        y.set_shape(x.shape)
        return y

    return seen, note


def _fresh(tf, fetch, watched, times=1):
    """Runs ``fetch`` some times after the initializers; returns what it gave and the variables' values after it."""
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        told = []
        for _ in range(times):
            told.append([plain(session.run(fetch)), plain(session.run(list(watched)))])
        return told


def bodies_run_once_for_each_iteration(tf):
    seen, note = _noter(tf)
    y = tf.while_loop(lambda i, x: i < 4, lambda i, x: (i + 1, note(x) * 2.0), [0, 1.0])
    return [values(tf, y), seen]


def a_body_that_runs_no_time_does_nothing(tf):
    seen, note = _noter(tf)
    v = tf.Variable(1.0, name="v", use_resource=True)

    def body(i, x):
        with tf.control_dependencies([v.assign_add(1.0).op]):
            return i + 1, note(x)

    y = tf.while_loop(lambda i, x: i < 0, body, [0, 1.0])
    return [_fresh(tf, y, [v]), seen]


def conditions_run_once_more_than_bodies(tf):
    seen, note = _noter(tf)
    y = tf.while_loop(lambda i: note(i, "condition") < 2, lambda i: note(i, "body") + 1, [tf.constant(0)])
    return [values(tf, y), seen]


def bodies_keep_the_order_of_their_dependencies(tf):
    seen, note = _noter(tf)

    def body(i, x):
        with tf.control_dependencies([note(x, "first")]):
            second = note(x, "second")
        with tf.control_dependencies([second]):
            return i + 1, note(x, "third") + 1.0

    tf.while_loop(lambda i, x: i < 1, body, [0, 0.0])
    y = tf.while_loop(lambda i, x: i < 3, body, [0, 0.0], parallel_iterations=1)
    return [values(tf, y[1]), seen]


def what_a_body_does_not_need_does_not_run(tf):
    seen, note = _noter(tf)

    def body(i, x):
        note(x, "idle")
        return i + 1, x * 2.0

    return [values(tf, tf.while_loop(lambda i, x: i < 3, body, [0, 1.0])), seen]


def variables_that_no_fetch_needs_do_not_run(tf):
    seen, note = _noter(tf)
    i, x = tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, note(x, "ran") * 2.0), [0, 1.0])
    with tf.Session() as session:
        told = [session.run(x), list(seen)]
        del seen[:]
        return told + [session.run(i), seen]


def what_is_made_outside_runs_once(tf):
    seen, note = _noter(tf)
    a = note(tf.constant(3.0), "outside")
    n = tf.placeholder(tf.int32, [], name="n")
    y = tf.while_loop(lambda i, x: i < n, lambda i, x: (i + 1, x + a), [0, 0.0])[1]
    with tf.Session() as session:
        told = [session.run(y, {n: 4}), list(seen)]
        del seen[:]
        return told + [session.run(y, {n: 0}), seen]


def a_loop_waits_for_what_it_was_made_after(tf):
    seen, note = _noter(tf)
    with tf.control_dependencies([note(tf.constant(1.0), "before")]):
        y = tf.while_loop(lambda i, x: i < 2, lambda i, x: (i + 1, note(x, "body")), [0, 1.0])[1]
    with tf.control_dependencies([y]):
        after = note(tf.constant(2.0), "after")
    return [values(tf, after), seen]


def a_body_may_wait_for_what_is_outside(tf):
    seen, note = _noter(tf)
    outside = note(tf.constant(1.0), "outside")

    def body(i, x):
        with tf.control_dependencies([outside]):
            return i + 1, x + tf.constant(1.0)

    y = tf.while_loop(lambda i, x: i < 2, body, [0, 1.0])[1]
    return [values(tf, y), sorted(seen)]


def resource_variables_are_read_anew_each_time(tf):
    v = tf.Variable(1.0, name="v", use_resource=True)

    def body(i, x):
        with tf.control_dependencies([v.assign_add(1.0).op]):
            return i + 1, x + v.read_value()

    y = tf.while_loop(lambda i, x: i < 3, body, [0, 0.0], parallel_iterations=1)[1]
    return _fresh(tf, y, [v], times=2)


def ref_variables_are_read_anew_where_asked(tf):
    v = tf.Variable(1.0, name="v")

    def body(i, x):
        added = v.assign_add(1.0)
        with tf.control_dependencies([added]):
            return i + 1, x + v.read_value()

    y = tf.while_loop(lambda i, x: i < 3, body, [0, 0.0], parallel_iterations=1)[1]
    return _fresh(tf, y, [v], times=2)


def an_assignment_feeds_the_next_iteration(tf):
    v = tf.Variable(1.0, name="v")

    def body(i, x):
        return i + 1, tf.identity(v.assign_add(x))

    y = tf.while_loop(lambda i, x: i < 4, body, [0, 1.0])[1]
    return _fresh(tf, y, [v], times=2)


def assignments_wait_for_the_counter(tf):
    v = tf.Variable([0, 0, 0], name="v", use_resource=True)

    def body(i):
        with tf.control_dependencies([tf.group(tf.scatter_update(v, [i], [i * 10 + 1]))]):
            return tf.add(i, 1)

    y = tf.while_loop(lambda i: i < 3, body, [0])
    return _fresh(tf, y, [v], times=2)


def a_variable_counts_iterations_of_nested_loops(tf):
    v = tf.Variable(0, name="v", use_resource=True)

    def inner(j):
        with tf.control_dependencies([v.assign_add(1).op]):
            return tf.add(j, 1)

    def outer(i):
        with tf.control_dependencies([tf.while_loop(lambda j: j < i, inner, [0])]):
            return tf.add(i, 1)

    y = tf.while_loop(lambda i: i < 5, outer, [0])
    return _fresh(tf, y, [v])


def a_condition_may_read_a_variable(tf):
    v = tf.Variable(1.0, name="v", use_resource=True)

    def cond(i):
        return v.read_value() < 20.0

    def body(i):
        with tf.control_dependencies([v.assign(v.read_value() * 2.0).op]):
            return tf.add(i, 1)

    chained = tf.while_loop(cond, body, [0], parallel_iterations=1)
    return _fresh(tf, chained, [v])[0][1]


def branches_in_a_body_write_where_taken(tf):
    v = tf.Variable(0, name="v", use_resource=True)
    w = tf.Variable(0, name="w", use_resource=True)

    def body(i):
        step = tf.cond(tf.equal(i % 3, 0), lambda: v.assign_add(i).op, lambda: w.assign_add(1).op)
        with tf.control_dependencies([step]):
            return tf.add(i, 1)

    return _fresh(tf, tf.while_loop(lambda i: i < 7, body, [0]), [v, w])


def queues_empty_into_a_loop(tf):
    queue = tf.FIFOQueue(10, tf.float32, shapes=[[]])
    fill = queue.enqueue_many([[1.0, 2.0, 3.0, 4.0]])
    y = tf.while_loop(
        lambda i, x: i < 3, lambda i, x: (i + 1, x * 10.0 + queue.dequeue()), [0, 0.0], parallel_iterations=1
    )[1]
    with tf.Session() as session:
        session.run(fill)
        return [plain(session.run(y)), plain(session.run(queue.size()))]


def loops_fill_queues(tf):
    queue = tf.FIFOQueue(10, tf.int32, shapes=[[]])

    def body(i):
        with tf.control_dependencies([queue.enqueue(i * i)]):
            return tf.add(i, 1)

    fill = tf.while_loop(lambda i: i < 4, body, [0], parallel_iterations=1)
    with tf.Session() as session:
        session.run(fill)
        return plain(session.run(queue.dequeue_many(4)))


def loops_drain_a_queue_while_it_holds_something(tf):
    queue = tf.FIFOQueue(10, tf.float32, shapes=[[]])
    fill = queue.enqueue_many([[1.0, 2.0, 3.0]])

    def body(n, total):
        x = queue.dequeue()
        with tf.control_dependencies([x]):
            return queue.size(), total + x

    y = tf.while_loop(lambda n, t: n > 0, body, [queue.size(), 0.0], parallel_iterations=1)
    with tf.Session() as session:
        session.run(fill)
        return [plain(session.run(y)), plain(session.run(y))]


def printing_passes_its_values_on(tf):
    y = tf.while_loop(lambda i, x: i < 0, lambda i, x: (i + 1, tf.Print(x, [i], "i is ") + 1.0), [0, 5.0])
    return values(tf, y)


def random_draws_move_on_each_iteration(tf):
    def body(i, rows):
        return i + 1, tf.concat([rows, [tf.random_uniform([2], seed=1)]], 0)

    y = tf.while_loop(
        lambda i, rows: i < 3,
        body,
        [0, tf.zeros([0, 2])],
        parallel_iterations=1,
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([None, 2])],
    )[1]
    outside = tf.random_uniform([2], seed=1)
    with tf.Session() as session:
        return [plain(session.run(y)), plain(session.run(y)), [plain(session.run(outside)) for _ in range(3)]]


def random_draws_under_a_graph_seed(tf):
    tf.set_random_seed(3)

    def body(i, x, y):
        x = tf.concat([x, tf.random_normal([1])], 0)
        return i + 1, x, tf.concat([y, tf.random_uniform([1], 0, 100, tf.int32)], 0)

    y = tf.while_loop(
        lambda i, x, y: i < 4,
        body,
        [0, tf.zeros([0]), tf.zeros([0], tf.int32)],
        parallel_iterations=1,
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([None]), tf.TensorShape([None])],
    )
    with tf.Session() as session:
        return [plain(session.run(y[1:])), plain(session.run(y[1:]))]


def a_random_walk_ends_where_it_may(tf):
    def body(i, x):
        return i + 1, x + tf.random_uniform([], -1.0, 2.0, seed=4)

    y = tf.while_loop(lambda i, x: x < 5.0, body, [0, 0.0])
    with tf.Session() as session:
        return [plain(session.run(y)) for _ in range(3)]


def random_draws_in_nested_loops(tf):
    def inner(j, t):
        return j + 1, t + tf.random_uniform([], seed=2)

    def outer(i, x):
        draw = tf.while_loop(lambda j, t: j < 2, inner, [0, tf.constant(0.0)], parallel_iterations=1)[1]
        return i + 1, x * 10.0 + draw

    return values(tf, tf.while_loop(lambda i, x: i < 3, outer, [0, 0.0], parallel_iterations=1))


def dropout_differs_each_iteration(tf):
    def body(i, x):
        return i + 1, x + tf.nn.dropout(tf.ones([8]), 0.5, seed=7)

    return values(tf, tf.while_loop(lambda i, x: i < 3, body, [0, tf.zeros([8])], parallel_iterations=1)[1])


def py_funcs_see_each_value(tf):
    seen = []

    def step(i, x):
        seen.append([int(i), float(x)])
        return np.float32(x * 2.0)

    def body(i, x):
        y = tf.py_func(step, [i, x], tf.float32)
        y.set_shape([])
        return i + 1, y

    return [values(tf, tf.while_loop(lambda i, x: i < 3, body, [0, 1.0])), seen]


def a_py_func_that_fails_ends_the_run(tf):
    def step(x):
        if x > 3.0:
            raise ValueError("too large")
        return np.float32(x * 2.0)

    def body(i, x):
        y = tf.py_func(step, [x], tf.float32)
        y.set_shape([])
        return i + 1, y

    n = tf.placeholder(tf.int32, [], name="n")
    y = tf.while_loop(lambda i, x: i < n, body, [0, 1.0])[1]
    with tf.Session() as session:
        return [
            session.run(y, {n: 2}),
            raised(lambda: session.run(y, {n: 5}), key="ValueError: too large"),
            session.run(y, {n: 1}),
        ]


def assertions_in_a_body_are_checked_each_time(tf):
    n = tf.placeholder(tf.int32, [], name="n")

    def body(i, x):
        with tf.control_dependencies([tf.Assert(x < 10.0, ["x is", x])]):
            return i + 1, x * 2.0

    y = tf.while_loop(lambda i, x: i < n, body, [0, 1.0])[1]
    with tf.Session() as session:
        return [
            session.run(y, {n: 4}),
            raised(lambda: session.run(y, {n: 9}), key="assertion failed: [x is] [16]"),
            session.run(y, {n: 1}),
        ]


def groups_and_tuples_gather_in_a_body(tf):
    v = tf.Variable(0.0, name="v", use_resource=True)
    w = tf.Variable(0.0, name="w", use_resource=True)

    def body(i, x):
        both = tf.group(v.assign_add(1.0), w.assign_add(x))
        i, x = tf.tuple([i + 1, x * 2.0], control_inputs=[both])
        return i, x

    return _fresh(tf, tf.while_loop(lambda i, x: i < 3, body, [0, 1.0]), [v, w], times=2)


def variables_made_in_a_body_are_made_once(tf):
    def body(i, x):
        w = tf.get_variable("w", [2], initializer=tf.ones_initializer())
        return i + 1, x + w

    y = tf.while_loop(lambda i, x: i < 3, body, [0, tf.zeros([2])])[1]
    return [_fresh(tf, y, tf.global_variables()), [v.name for v in tf.global_variables()]]


def a_variable_whose_value_is_of_a_body_is_refused(tf):
    def body(i, x):
        return i + 1, x + tf.Variable(x * 2.0, name="v")

    return raised(lambda: tf.while_loop(lambda i, x: i < 3, body, [0, 1.0])[1].name, key="control-flow construct")


def an_optimizer_trains_in_a_body(tf):
    v = tf.Variable([1.0, 2.0], name="v", use_resource=True)
    optimizer = tf.train.GradientDescentOptimizer(0.1)

    def body(i):
        with tf.control_dependencies([optimizer.minimize(tf.reduce_sum(v * v))]):
            return tf.add(i, 1)

    return _fresh(tf, tf.while_loop(lambda i: i < 5, body, [0], parallel_iterations=1), [v], times=2)


def an_optimizer_with_slots_trains_in_a_body(tf):
    v = tf.Variable([1.0, 2.0], name="v", use_resource=True)
    optimizer = tf.train.MomentumOptimizer(0.1, 0.9)

    def body(i):
        with tf.control_dependencies([optimizer.minimize(tf.reduce_sum(v * v))]):
            return tf.add(i, 1)

    y = tf.while_loop(lambda i: i < 3, body, [0], parallel_iterations=1)
    return [_fresh(tf, y, [v]), [variable.name for variable in tf.global_variables()]]


def updates_written_out_train_in_a_body(tf):
    v = tf.Variable([1.0, 2.0], name="v", use_resource=True)

    def body(i, lost):
        value = v.read_value()
        loss = tf.reduce_sum(value * value)
        gradient = tf.gradients(loss, value)[0]
        with tf.control_dependencies([v.assign_sub(0.1 * gradient).op]):
            return i + 1, lost + loss

    y = tf.while_loop(lambda i, lost: i < 5, body, [0, 0.0], parallel_iterations=1)[1]
    return _fresh(tf, y, [v], times=2)


def deterministic_sums_over_many_iterations(tf):
    n = tf.placeholder(tf.int32, [], name="n")
    y = tf.while_loop(
        lambda i, s: i < n, lambda i, s: (i + 1, s + tf.sin(tf.cast(i, tf.float32)) * 0.01), [0, tf.constant(0.0)]
    )[1]
    with tf.Session() as session:
        return [session.run(y, {n: count}) for count in (10, 500, 3000)]
