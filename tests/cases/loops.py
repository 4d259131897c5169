"""tf.while_loop: trip counts, conditions, nests, and what it refuses."""

import numpy as np

from tests.cases.probe import described, plain, raised, shape, values


def _run(tf, fetches, feeds=None):
    return values(tf, fetches, feeds)


def _counted(tf, limit, body, *start, **kwargs):
    """Returns the loop variables after ``body(i, ...)`` ran ``limit`` times from ``start``, without the counter."""
    results = tf.while_loop(
        lambda i, *rest: i < limit,
        lambda i, *rest: [i + 1] + list(body(i, *rest)),
        [tf.constant(0)] + list(start),
        **kwargs,
    )
    return results[1:]


def loops_run_zero_one_and_many_times(tf):
    n = tf.placeholder(tf.int32, [], name="n")
    i, total = tf.while_loop(lambda i, t: i < n, lambda i, t: (i + 1, t + i), [tf.constant(0), tf.constant(100)])
    with tf.Session() as session:
        told = [plain(session.run([i, total], {n: count})) for count in (0, 1, 2, 10, -5)]
    return [described(i), described(total), told]


def a_trip_count_may_depend_on_the_data(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    steps, y = tf.while_loop(lambda i, y: y > 1.0, lambda i, y: (i + 1, y / 2.0), [0, x])
    with tf.Session() as session:
        return [plain(session.run([steps, y], {x: value})) for value in (0.5, 1.0, 2.0, 1000.0)]


def collatz_counts(tf):
    n = tf.placeholder(tf.int64, [], name="n")
    steps, _ = tf.while_loop(
        lambda i, n: tf.not_equal(n, 1),
        lambda i, n: (i + 1, tf.where(tf.equal(n % 2, 0), n // 2, 3 * n + 1)),
        [tf.constant(0), n],
    )
    with tf.Session() as session:
        return [session.run(steps, {n: value}) for value in (1, 2, 7, 27)]


def counters_run_down_and_jump(tf):
    made = [
        tf.while_loop(lambda i, n: i > 0, lambda i, n: (i - 3, n + 1), [10, 0]),
        tf.while_loop(lambda i, n: i < 1000, lambda i, n: (i * i + 1, n + 1), [0, 0]),
        tf.while_loop(lambda a, b: a < 100, lambda a, b: (b, a + b), [0, 1]),
        tf.while_loop(lambda a, b: b > 0, lambda a, b: (b, a % b), [1071, 462]),
    ]
    return _run(tf, made)


def variables_are_swapped_at_once(tf):
    a, b, c = _counted(tf, 4, lambda i, a, b, c: [b, c, a], tf.constant(1), tf.constant(2), tf.constant(3))
    return _run(tf, [a, b, c])


def unchanged_variables_come_out_as_they_went_in(tf):
    x, y = _counted(tf, 3, lambda i, x, y: [x, y + x], tf.constant([1.0, 2.0]), tf.constant([0.0, 0.0]))
    return _run(tf, [x, y])


def a_variable_may_become_what_was_captured(tf):
    outside = tf.constant(7.0)
    x, y = _counted(tf, 2, lambda i, x, y: [outside, x], tf.constant(1.0), tf.constant(2.0))
    return _run(tf, [x, y])


def one_start_for_two_variables(tf):
    x = tf.constant(2.0)
    return _run(tf, _counted(tf, 3, lambda i, a, b: [a + 1.0, b * 2.0], x, x))


def captured_tensors_are_the_same_each_time(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    h = x * x
    (y,) = _counted(tf, 3, lambda i, y: [y + h * tf.cast(i, tf.float32) + x], tf.zeros([2]))
    return _run(tf, y, {x: [1.0, 2.0]})


def bodies_index_into_captured_arrays(tf):
    table = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    rows, last, cut = _counted(
        tf,
        3,
        lambda i, rows, last, cut: [rows + table[i], tf.gather(table, 2 - i), cut + tf.slice(table, [i, 0], [1, 1])],
        tf.zeros([2]),
        tf.zeros([2]),
        tf.zeros([1, 1]),
    )
    return _run(tf, [rows, last, cut])


def powers_of_a_matrix(tf):
    m = tf.constant([[1.0, 1.0], [1.0, 0.0]])
    (y,) = _counted(tf, 10, lambda i, y: [tf.matmul(y, m)], tf.eye(2))
    return [shape(y), _run(tf, y)]


def newton_finds_a_root(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    root, steps = tf.while_loop(
        lambda r, k: tf.logical_and(tf.abs(r * r - x) > 1e-4 * x, k < 50),
        lambda r, k: (0.5 * (r + x / r), k + 1),
        [x, 0],
    )
    with tf.Session() as session:
        return [plain(session.run([root, steps], {x: value})) for value in (2.0, 1.0, 144.0)]


def maximum_iterations_ends_a_loop(tf):
    n = tf.placeholder(tf.int32, [], name="n")
    made = [
        tf.while_loop(lambda i: i < 5, lambda i: i + 1, [tf.constant(0)], maximum_iterations=n),
        tf.while_loop(lambda i: True, lambda i: i + 1, [tf.constant(0)], maximum_iterations=n),
        tf.while_loop(lambda i, x: i < 5, lambda i, x: (i + 1, x * 2), (0, 1), maximum_iterations=3),
        tf.while_loop(lambda i, x: i < 5, lambda i, x: [i + 1, x * 2], [0, 1], maximum_iterations=tf.constant(3)),
        tf.while_loop(lambda i: True, lambda i: i + 1, [0], maximum_iterations=np.int64(7)),
    ]
    with tf.Session() as session:
        return [plain(session.run(made, {n: count})) for count in (0, 1, 3, 10)]


def maximum_iterations_is_checked(tf):
    def make(maximum):
        return lambda: tf.while_loop(lambda i: i < 5, lambda i: i + 1, [0], maximum_iterations=maximum).name

    return [raised(make([1, 2])), raised(make(2.5), key=""), raised(make("many"), key=""), raised(make(-1), key="")]


def endless_python_truths_need_a_bound(tf):
    return _run(tf, tf.while_loop(lambda i: tf.constant(True), lambda i: i + 2, [0], maximum_iterations=4))


def conditions_of_other_types_are_refused(tf):
    def make(cond):
        return lambda: tf.while_loop(cond, lambda i: i + 1, [tf.constant(0)]).name

    return [
        raised(make(lambda i: i), key="bool"),
        raised(make(lambda i: 3), key="bool"),
        raised(make(lambda i: None), key=""),
        raised(make(lambda i: [i < 3]), key=""),
        raised(make(lambda i: tf.stack([i < 3, i < 4])), key=""),
    ]


def a_condition_of_unknown_shape_is_checked_in_the_run(tf):
    p = tf.placeholder(tf.bool, name="p")
    y = tf.while_loop(lambda i: tf.logical_and(p, i < 3), lambda i: i + 1, [tf.constant(0)])
    with tf.Session() as session:
        return [session.run(y, {p: True}), raised(lambda: session.run(y, {p: [True, True]}), key="scalar")]


def arguments_are_checked(tf):
    start = [tf.constant(0)]

    def cond(i):
        return i < 3

    def body(i):
        return i + 1

    return [
        raised(lambda: tf.while_loop(3, body, start)),
        raised(lambda: tf.while_loop(cond, 3, start)),
        raised(lambda: tf.while_loop(cond, body, start, parallel_iterations=0)),
        raised(lambda: tf.while_loop(cond, body, [])),
        raised(lambda: tf.while_loop(lambda: True, body, start), key="positional argument"),
        raised(lambda: tf.while_loop(cond, lambda i, j: i, start), key="positional argument"),
        raised(lambda: tf.while_loop(cond, lambda i: None, start), key=""),
        raised(lambda: tf.while_loop(cond, body, tf.constant(0)), key=""),
    ]


def loops_nest(tf):
    def outer(i, total):
        _, inner = tf.while_loop(lambda j, t: j < i, lambda j, t: (j + 1, t + i * 10 + j), [0, 0])
        return i + 1, total + inner

    n = tf.placeholder(tf.int32, [], name="n")
    y = tf.while_loop(lambda i, t: i < n, outer, [0, 0])
    with tf.Session() as session:
        return [plain(session.run(y, {n: count})) for count in (0, 1, 2, 5)]


def loops_nest_three_deep(tf):
    def count(limits, total, so_far):
        if not limits:
            return total + so_far
        return tf.while_loop(
            lambda i, t: i < limits[0] + so_far,
            lambda i, t: (i + 1, count(limits[1:], t, so_far + i)),
            [0, total],
        )[1]

    y = count([2, 2, 1], tf.constant(0), tf.constant(0))
    return _run(tf, y)


def inner_loops_carry_the_outer_variables(tf):
    def outer(i, x):
        x = tf.while_loop(lambda j, x: j < 2, lambda j, x: (j + 1, x * 2.0 + tf.cast(i, tf.float32)), [0, x])[1]
        return i + 1, x - 1.0

    return _run(tf, tf.while_loop(lambda i, x: i < 3, outer, [0, tf.constant([1.0, 2.0])]))


def an_inner_loop_in_the_condition(tf):
    def cond(i):
        squares = tf.while_loop(lambda j, t: j <= i, lambda j, t: (j + 1, t + j * j), [0, 0])[1]
        return squares < 100

    return _run(tf, tf.while_loop(cond, lambda i: i + 1, [tf.constant(0)]))


def bubble_sort_sorts(tf):
    x = tf.placeholder(tf.int32, [None], name="x")
    n = tf.size(x)

    def inner(j, v):
        a, b = v[j], v[j + 1]
        swapped = tf.concat([v[:j], [b], [a], v[j + 2 :]], 0)
        return j + 1, tf.cond(a > b, lambda: swapped, lambda: tf.identity(v))

    def outer(i, v):
        invariants = [tf.TensorShape([]), tf.TensorShape([None])]
        return i + 1, tf.while_loop(lambda j, v: j < n - 1 - i, inner, [0, v], shape_invariants=invariants)[1]

    invariants = [tf.TensorShape([]), tf.TensorShape([None])]
    y = tf.while_loop(lambda i, v: i < n - 1, outer, [0, x], shape_invariants=invariants)[1]
    with tf.Session() as session:
        return [plain(session.run(y, {x: given})) for given in ([], [1], [3, 1, 2], [5, 4, 3, 2, 1, 0])]


def conds_within_loops(tf):
    def body(i, evens, odds):
        return tf.cond(
            tf.equal(i % 2, 0),
            lambda: [i + 1, evens + i, odds],
            lambda: [i + 1, evens, odds + i],
        )

    return _run(tf, tf.while_loop(lambda i, e, o: i < 7, body, [0, 0, 0]))


def loops_within_conds(tf):
    p, n = tf.placeholder(tf.bool, [], name="p"), tf.placeholder(tf.int32, [], name="n")
    x = tf.constant(1.0)
    y = tf.cond(
        p,
        lambda: tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, y * 2.0 + x), [0, x])[1],
        lambda: -x,
    )
    with tf.Session() as session:
        return [session.run(y, {p: flag, n: count}) for flag in (True, False) for count in (0, 3)]


def loops_within_conds_within_loops(tf):
    def body(i, total):
        extra = tf.cond(
            i > 1,
            lambda: tf.while_loop(lambda j, t: j < i, lambda j, t: (j + 1, t + total), [0, 0])[1],
            lambda: tf.cond(tf.equal(i, 0), lambda: tf.constant(100), lambda: total),
        )
        return i + 1, total + extra

    return _run(tf, tf.while_loop(lambda i, t: i < 5, body, [0, 1]))


def a_predicate_of_outside_within_a_loop(tf):
    p = tf.placeholder(tf.bool, [], name="p")
    (y,) = _counted(tf, 3, lambda i, y: [tf.cond(p, lambda: y * 2.0, lambda: y + 1.0)], tf.constant(1.0))
    with tf.Session() as session:
        return [session.run(y, {p: flag}) for flag in (True, False)]


def only_taken_branches_fail_within_a_loop(tf):
    x = tf.placeholder(tf.int32, [None], name="x")
    n = tf.size(x)
    y = tf.while_loop(
        lambda i, t: i < n,
        lambda i, t: (i + 1, t + tf.cond(tf.equal(x[i], 0), lambda: 0, lambda: 100 // x[i])),
        [0, 0],
    )[1]
    z = tf.while_loop(lambda i, t: i < n, lambda i, t: (i + 1, t + 100 // x[i]), [0, 0])[1]
    with tf.Session() as session:
        return [
            session.run([y, z], {x: [1, 2, 5]}),
            session.run(y, {x: [1, 0, 5]}),
            raised(lambda: session.run(z, {x: [1, 0, 5]}), key="Integer division by zero"),
            session.run(z, {x: []}),
        ]


def cases_within_loops(tf):
    def body(i, total):
        step = tf.case(
            [(tf.equal(i % 3, 0), lambda: total * 2), (tf.equal(i % 3, 1), lambda: total + i)],
            default=lambda: total - 1,
        )
        return i + 1, step

    return _run(tf, tf.while_loop(lambda i, t: i < 8, body, [0, 1]))


def one_loop_after_another(tf):
    x = tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * 2.0), [0, 1.0])[1]
    n = tf.cast(x, tf.int32)
    y = tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, y + x), [0, x])[1]
    return _run(tf, [x, y, x + y])


def results_are_fetched_one_by_one(tf):
    i, x, y = tf.while_loop(lambda i, x, y: i < 3, lambda i, x, y: (i + 1, x * 2.0, y + 1.0), [0, 1.0, 0.0])
    with tf.Session() as session:
        return [session.run(i), session.run(x), session.run([y, y]), session.run([x + y, i])]


def runs_of_one_session_start_anew(tf):
    n = tf.placeholder(tf.int32, [], name="n")
    y = tf.while_loop(lambda i, x: i < n, lambda i, x: (i + 1, x * 2.0), [0, 1.0])[1]
    with tf.Session() as session:
        return [session.run(y, {n: count}) for count in (3, 0, 5, 3)]


def a_loop_of_loops_in_python(tf):
    x = tf.constant(1.0)
    for k in range(3):
        x = tf.while_loop(lambda i, x: i < 2, lambda i, x, k=k: (i + 1, x * 2.0 + k), [0, x])[1]
    return [x.name, _run(tf, x)]


def variable_lengths_are_masked(tf):
    lengths = tf.placeholder(tf.int32, [None], name="lengths")
    x = tf.placeholder(tf.float32, [None, None], name="x")

    def body(t, state):
        new = state * 0.5 + x[:, t]
        return t + 1, tf.where(t < lengths, new, state)

    y = tf.while_loop(lambda t, s: t < tf.reduce_max(lengths), body, [0, tf.zeros_like(x[:, 0])])[1]
    return [shape(y), _run(tf, y, {lengths: [2, 3, 1], x: [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]})]


def greedy_decoding_stops_at_the_end(tf):
    table = tf.constant([[0.1, 0.9, 0.0], [0.0, 0.1, 0.9], [0.9, 0.05, 0.05]])
    first = tf.placeholder(tf.int64, [], name="first")
    tokens = tf.while_loop(
        lambda token, out: tf.logical_and(tf.not_equal(token, 0), tf.size(out) < 6),
        lambda token, out: (tf.argmax(table[token]), tf.concat([out, [token]], 0)),
        [first, tf.zeros([0], tf.int64)],
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([None])],
    )
    with tf.Session() as session:
        return [plain(session.run(tokens, {first: token})) for token in (0, 1, 2)]


def errors_of_a_body_pass_through_and_leave_no_loop_open(tf):
    def broken(i):
        raise KeyError("mine")

    first = raised(lambda: tf.while_loop(lambda i: i < 3, broken, [0]), key="mine")
    second = raised(lambda: tf.while_loop(broken, lambda i: i + 1, [0]), key="mine")
    y = tf.negative(tf.constant(1.0, name="after"))
    return [first, second, described(y), _run(tf, y), tf.get_default_graph()._get_control_flow_context()]


def loop_variables_that_are_none(tf):
    return raised(lambda: tf.while_loop(lambda: True, lambda: [], None))
