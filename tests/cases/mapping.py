"""tf.map_fn, tf.foldl, tf.foldr, tf.scan, tf.vectorized_map: values, gradients, structures, shapes, nodes, errors."""

import collections

import numpy as np

from tests.cases.probe import described, nodes, raised, shape, values

Pair = collections.namedtuple("Pair", ["left", "right"])


def _gradients(tf, y, xs, feeds=None):
    """The value of ``y`` and its gradients by ``xs``."""
    return values(tf, [y, tf.gradients(y, xs)], feeds)


def _built(tf):
    return nodes(tf.get_default_graph())


# -- map_fn -----------------------------------------------------------------------------------------------------------


def map_fn_has_these_nodes(tf):
    x = tf.placeholder(tf.float32, [3, 2], name="x")
    tf.map_fn(lambda e: e * 2.0, x)
    return _built(tf)


def map_fn_of_an_unknown_length_has_these_nodes(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    w = tf.get_variable("w", initializer=tf.constant([1.0, 2.0]))
    tf.map_fn(lambda e: (tf.reduce_sum(e), e * w), x, dtype=(tf.float32, tf.float32), name="mapped")
    return _built(tf)


def map_fn_in_a_scope_is_named_by_it(tf):
    with tf.name_scope("outer"):
        first = tf.map_fn(lambda e: e + 1, np.array([1, 2, 3]))
        second = tf.map_fn(lambda e: e + 1, np.array([1, 2, 3]), name="mine")
    third = tf.map_fn(lambda e: e + 1, tf.constant([1, 2, 3]))
    return [t.name for t in (first, second, third)]


def map_fn_maps_what_can_become_a_tensor(tf):
    made = [
        tf.map_fn(lambda x: x * x, np.array([1, 2, 3, 4])),
        tf.map_fn(lambda x: x[0] * x[1], (np.array([1, 2, 3]), np.array([-1, 1, -1])), dtype=tf.int64),
        tf.map_fn(lambda x: (x, -x), np.array([1, 2, 3]), dtype=(tf.int64, tf.int64)),
        tf.map_fn(lambda x: tf.cast(x, tf.float32) / 2.0, tf.constant([1, 2, 3]), dtype=tf.float32),
        tf.map_fn(tf.reduce_sum, tf.ones([2, 3])),
        tf.map_fn(lambda x: 7.0, tf.ones([2, 3])),
        tf.map_fn(lambda x: tf.zeros([2, 2]), tf.range(3.0)),
    ]
    return [values(tf, made), [shape(t) for t in made if not isinstance(t, tuple)]]


def map_fn_of_structures(tf):
    a, b, c = tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0]), tf.constant([5, 6])
    made = [
        tf.map_fn(
            lambda e: {"sum": e["a"] + e["b"], "same": e["a"]},
            {"a": a, "b": b},
            dtype={"sum": tf.float32, "same": tf.float32},
        ),
        tf.map_fn(lambda e: Pair(e.right, e.left), Pair(a, b)),
        tf.map_fn(lambda e: [e[0] + e[1][0], e[1]], [a, (b, c)], dtype=[tf.float32, (tf.float32, tf.int32)]),
        tf.map_fn(lambda e: (e[1], (e[0], e[1])), (a, c), dtype=(tf.int32, (tf.float32, tf.int32))),
        tf.map_fn(lambda e: e[0], [a], dtype=tf.float32),
        tf.map_fn(lambda e: [e], a, dtype=[tf.float32]),
    ]
    return [[type(m).__name__ for m in made], [values(tf, m) for m in made]]


def map_fn_tells_static_shapes(tf):
    rows = tf.placeholder(tf.float32, [None, 3])
    fixed = tf.placeholder(tf.float32, [4, None])
    free = tf.placeholder(tf.float32)
    vector = tf.placeholder(tf.float32, [None])

    def keep(x):
        return x

    made = [
        tf.map_fn(keep, rows),
        tf.map_fn(keep, fixed),
        tf.map_fn(tf.reduce_sum, rows),
        tf.map_fn(lambda e: tf.stack([e, e]), vector),
        tf.map_fn(lambda e: e[0], (vector, fixed), dtype=tf.float32),
        tf.map_fn(lambda e: e[1], (fixed, vector), dtype=tf.float32),
        tf.map_fn(keep, rows, infer_shape=False),
        tf.map_fn(lambda e: tf.reshape(e, [-1]), fixed),
    ]
    return [[shape(t) for t in made], raised(lambda: shape(tf.map_fn(keep, free)))]


def gradients_through_map_fn(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    w = tf.constant([[1.0, -1.0], [0.5, 2.0]])
    b = tf.constant([0.1, 0.2])
    y = tf.map_fn(lambda e: tf.tanh(tf.squeeze(tf.matmul(tf.expand_dims(e, 0), w), 0) * 0.1 + b), x)
    weights = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    return _gradients(tf, y, [x, w, b]) + _gradients(tf, y * weights, [x, w]) + _gradients(tf, y[1], [x])


def gradients_through_map_fn_of_structures(tf):
    a, b = tf.constant([1.0, 2.0, 3.0]), tf.constant([4.0, 5.0, 6.0])
    p, q = tf.map_fn(lambda e: (e[0] * e[1], (e[0] + e[1]) ** 2), (a, b), dtype=(tf.float32, tf.float32))
    unused, used = tf.map_fn(lambda e: (e * 2.0, e * 3.0), a, dtype=(tf.float32, tf.float32))
    return [
        _gradients(tf, p, [a, b]),
        _gradients(tf, q, [a, b]),
        values(tf, tf.gradients([p, q], [a, b])),
        _gradients(tf, used, [a]),
        [g is None for g in tf.gradients(used, [unused, b])],
    ]


def map_fn_of_nothing_one_and_many(tf):
    x = tf.placeholder(tf.float32, [None, 2])
    scale = tf.constant(3.0)
    y = tf.map_fn(lambda e: tf.reduce_sum(e) * scale, x)
    z = tf.map_fn(lambda e: e * e, x)
    fetches = [y, z, tf.shape(y), tf.shape(z)]
    gradients = tf.gradients(y, [x, scale]) + tf.gradients(z, x)
    return [values(tf, fetches, {x: np.ones([k, 2])}) for k in (0, 1, 3)] + [
        values(tf, gradients, {x: np.ones([k, 2])}) for k in (1, 3)
    ]


def map_fn_of_strings_and_integers(tf):
    words = tf.constant(["a", "bcd", ""])
    made = [
        tf.map_fn(lambda s: tf.equal(s, "bcd"), words, dtype=tf.bool),
        tf.map_fn(lambda s: tf.strings.join([s, "!", s]), words),
        tf.map_fn(lambda i: words[i - 3], tf.constant([3, 5]), dtype=tf.string),
        tf.map_fn(lambda i: tf.range(2) + i, tf.constant([3, 10])),
        tf.map_fn(lambda i: i > 4, tf.constant([3, 10]), dtype=tf.bool),
    ]
    return [values(tf, made), [described(t)[1:] for t in made]]


def map_fn_in_map_fn(tf):
    x = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    w = tf.constant(2.0)
    y = tf.map_fn(lambda row: tf.map_fn(lambda e: e * w, row), x)
    z = tf.map_fn(lambda row: tf.reduce_sum(tf.map_fn(lambda e: e * e * tf.reduce_sum(row), row)), x)
    return [[shape(y), shape(z)], _gradients(tf, y, [x, w]), _gradients(tf, z, [x])]


def map_fn_of_uneven_elements(tf):
    n = tf.constant([1, 3, 2])
    lengths = tf.map_fn(lambda k: tf.reduce_sum(tf.range(k)), n)
    ragged = tf.map_fn(lambda k: tf.range(k), n, infer_shape=False)
    return [
        values(tf, lengths),
        raised(lambda: values(tf, ragged), key="TensorArray has inconsistent shapes.  Index 0 has shape: [1]"),
        shape(ragged),
        raised(lambda: values(tf, tf.map_fn(lambda k: tf.range(k), n)), key="incompatible with the TensorArray's"),
    ]


def map_fn_under_a_condition_and_a_condition_under_map_fn(tf):
    p = tf.placeholder(tf.bool, [])
    x = tf.constant([1.0, -2.0, 3.0])
    outer = tf.cond(p, lambda: tf.map_fn(lambda e: e * 2.0, x), lambda: x)
    inner = tf.map_fn(lambda e: tf.cond(e > 0.0, lambda: e * e, lambda: -3.0 * e), x)
    fetches = [outer, tf.gradients(outer, x)[0]]
    return [values(tf, fetches, {p: True}), values(tf, fetches, {p: False}), _gradients(tf, inner, x), shape(outer)]


def side_effects_happen_once_for_each_element(tf):
    count = tf.get_variable("count", initializer=tf.constant(0), use_resource=True)

    def step(e):
        with tf.control_dependencies([count.assign_add(1)]):
            return e * 2.0

    mapped = tf.map_fn(step, tf.constant([1.0, 2.0, 3.0]))
    with tf.control_dependencies([mapped]):
        after = count.read_value()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return [[a.tolist(), int(n)] for a, n in [session.run([mapped, after]) for _ in range(2)]]


def variables_made_in_the_function_are_shared_by_all_elements(tf):
    def layer(e):
        w = tf.get_variable("w", [2], initializer=tf.ones_initializer())
        return tf.reduce_sum(e * w)

    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    y = tf.map_fn(layer, x)
    w = tf.global_variables()
    return [[v.name for v in w], _built(tf), _gradients(tf, y, [w[0], x]), tf.get_variable_scope().caching_device]


def resource_variables_made_in_the_function(tf):
    def layer(e):
        w = tf.get_variable("w", [2], initializer=tf.ones_initializer(), use_resource=True)
        return tf.reduce_sum(e * w)

    y = tf.map_fn(layer, tf.constant([[1.0, 2.0], [3.0, 4.0]]))
    w = tf.global_variables()
    return [[v.name for v in w], _built(tf), _gradients(tf, y, w)]


def options_of_map_fn_reach_the_loop(tf):
    x = tf.constant([1.0, 2.0])
    made = [
        tf.map_fn(lambda e: e, x),
        tf.map_fn(lambda e: e, x, parallel_iterations=1),
        tf.map_fn(lambda e: e, x, parallel_iterations=3, swap_memory=True),
        tf.map_fn(lambda e: e * 3.0, x, back_prop=False),
    ]
    enters = [op for op in tf.get_default_graph().get_operations() if op.type == "Enter"]
    told = {op.get_attr("frame_name").decode(): op.get_attr("parallel_iterations") for op in enters}
    return [told, tf.gradients(made[0], x)[0] is None, values(tf, made), _back_prop_false(tf, made[3], x)]


def _back_prop_false(tf, y, x):
    return raised(lambda: [g is None for g in tf.gradients(y, x)], key="")


def arguments_of_map_fn_are_checked(tf):
    x = tf.constant([1.0, 2.0])
    sparse = tf.SparseTensor([[0]], [1.0], [2])
    return [
        raised(lambda: tf.map_fn(3, x)),
        raised(lambda: tf.map_fn(lambda e: e, sparse)),
        raised(lambda: tf.map_fn(lambda e: e, 3.0)),
        raised(lambda: tf.map_fn(lambda e: e[0], (3.0, 4.0), dtype=tf.float32)),
        raised(lambda: tf.map_fn(lambda e: (e, e), x)),
        raised(lambda: tf.map_fn(lambda e: e, x, dtype=(tf.float32, tf.float32))),
        raised(lambda: tf.map_fn(lambda e: (e, e), x, dtype=[tf.float32, tf.float32])),
        raised(lambda: tf.map_fn(lambda e: (e, e), x, dtype=(tf.float32,))),
        raised(lambda: tf.map_fn(lambda e: None, x), key=""),
        raised(lambda: tf.map_fn(lambda: 1.0, x), key="positional argument"),
        raised(lambda: tf.map_fn(lambda e: e, [])),
        raised(lambda: tf.map_fn(lambda e: e, x, name=3), key=""),
    ]


def map_fn_of_a_wrong_dtype_raises(tf):
    x = tf.constant([1, 2])
    return [
        raised(
            lambda: values(tf, tf.map_fn(lambda e: tf.cast(e, tf.float32), x)),
            key="TensorArray dtype is int32 but Op is trying to write dtype float",
        ),
        raised(
            lambda: values(tf, tf.map_fn(lambda e: e, x, dtype=tf.float32)),
            key="TensorArray dtype is float but Op is trying to write dtype int32",
        ),
        raised(lambda: values(tf, tf.map_fn(lambda e: 1.5, x)), key=""),
        raised(lambda: tf.map_fn(lambda e: e, x, dtype="odd"), key="odd"),
    ]


def elements_of_other_lengths(tf):
    short, long = tf.constant([1.0, 2.0]), tf.constant([10.0, 20.0, 30.0])
    a, b = tf.placeholder(tf.float32, [None]), tf.placeholder(tf.float32, [None])
    summed = tf.map_fn(lambda e: e[0] + e[1], (a, b), dtype=tf.float32)
    return [
        raised(lambda: values(tf, tf.map_fn(lambda e: e[0] + e[1], (short, long), dtype=tf.float32))),
        raised(lambda: values(tf, summed, {a: [1.0, 2.0, 3.0], b: [1.0, 2.0]}), key=""),
        raised(lambda: values(tf, summed, {a: [1.0, 2.0], b: [1.0, 2.0, 3.0]}), key=""),
        values(tf, summed, {a: [1.0, 2.0], b: [5.0, 6.0]}),
    ]


def random_numbers_differ_between_elements(tf):
    tf.set_random_seed(3)
    noise = tf.map_fn(lambda e: e + tf.random_uniform([], seed=5), tf.zeros([4]))
    kept = tf.scan(lambda a, e: a + tf.random_uniform([], seed=7), tf.zeros([3]), initializer=0.0)
    return values(tf, [noise, kept])


# -- foldl and foldr --------------------------------------------------------------------------------------------------


def foldl_has_these_nodes(tf):
    x = tf.placeholder(tf.float32, [3], name="x")
    tf.foldl(lambda a, e: a + e, x)
    return _built(tf)


def foldr_with_an_initializer_has_these_nodes(tf):
    x = tf.placeholder(tf.float32, [None], name="x")
    tf.foldr(lambda a, e: a * e, x, initializer=2.0, name="folded")
    return _built(tf)


def folds_go_first_to_last_and_last_to_first(tf):
    x = np.array([1.0, 2.0, 3.0, 4.0], np.float32)
    made = [
        tf.foldl(lambda a, e: a - e, x),
        tf.foldr(lambda a, e: a - e, x),
        tf.foldl(lambda a, e: 2.0 * a + e, x, initializer=10.0),
        tf.foldr(lambda a, e: 2.0 * a + e, x, initializer=10.0),
        tf.foldl(lambda a, e: tf.strings.join([a, e]), tf.constant(["x", "y", "z"])),
        tf.foldr(lambda a, e: tf.strings.join([a, e]), tf.constant(["x", "y", "z"]), initializer="-"),
        tf.foldl(lambda a, e: a + tf.cast(e, tf.float32), np.array([1, 2, 3]), initializer=0.5),
    ]
    return [values(tf, made), [shape(t) for t in made]]


def folds_of_structures(tf):
    a, b = tf.constant([1.0, 2.0, 3.0]), tf.constant([4.0, 5.0, 6.0])
    made = [
        tf.foldl(lambda s, e: (s[0] + e[0], s[1] * e[1]), (a, b)),
        tf.foldr(lambda s, e: s + e[0] * e[1], (a, b), initializer=1.0),
        tf.foldl(lambda s, e: {"sum": s["sum"] + e, "n": s["n"] + 1}, a, initializer={"sum": 0.0, "n": 0}),
        tf.foldr(lambda s, e: Pair(s.right + e, s.left), a, initializer=Pair(tf.constant(0.0), tf.constant(1.0))),
        tf.foldl(lambda s, e: [s[0] + e[0], (s[1][0] - e[1][0],)], [a, (b,)]),
    ]
    return [[type(m).__name__ for m in made], [values(tf, m) for m in made]]


def gradients_through_folds(tf):
    x, w, start = tf.constant([1.0, 2.0, 3.0]), tf.constant(0.5), tf.constant(4.0)
    made = [
        tf.foldl(lambda a, e: a * w + e * e, x, initializer=start),
        tf.foldr(lambda a, e: a * w + e * e, x, initializer=start),
        tf.foldl(lambda a, e: a * e, x),
        tf.foldr(lambda a, e: a * w - e, x),
    ]
    return [_gradients(tf, made[0], [x, w, start]), _gradients(tf, made[1], [x, w, start])] + [
        _gradients(tf, made[2], [x]),
        _gradients(tf, made[3], [x, w]),
    ]


def folds_of_nothing_one_and_many(tf):
    x = tf.placeholder(tf.float32, [None])
    y = tf.foldl(lambda a, e: a + e, x, initializer=7.0)
    z = tf.foldr(lambda a, e: a * e, x, initializer=7.0)
    first = tf.foldl(lambda a, e: a + e, x)
    last = tf.foldr(lambda a, e: a + e, x)
    return (
        [values(tf, [y, z], {x: np.ones(k) * 2.0}) for k in (0, 1, 3)]
        + [values(tf, [first, last], {x: np.arange(1.0, k + 1)}) for k in (1, 3)]
        + [
            raised(lambda: values(tf, first, {x: []}), key="Tried to read from index 0 but array size is: 0"),
            raised(lambda: values(tf, last, {x: []}), key="Tried to read from index -1 but array size is: 0"),
        ]
    )


def folds_may_change_shapes_only_where_told(tf):
    x = tf.constant([1.0, 2.0])
    return [
        raised(lambda: tf.foldl(lambda a, e: tf.concat([a, [e]], 0), x, initializer=tf.zeros([1]))),
        raised(lambda: tf.foldl(lambda a, e: (a, a), x)),
        raised(lambda: tf.foldr(lambda a, e: a[0], (x, x)), key=""),
        shape(tf.foldl(lambda a, e: a + e, tf.placeholder(tf.float32, [None, None, 3]))),
        shape(tf.foldl(lambda a, e: a + e, x, initializer=tf.placeholder(tf.float32))),
        raised(lambda: tf.foldl("fn", x)),
        raised(lambda: tf.foldr(None, x)),
        raised(lambda: tf.foldl(lambda a, e: a, 3.0), key=""),
    ]


# -- scan -------------------------------------------------------------------------------------------------------------


def scan_has_these_nodes(tf):
    x = tf.placeholder(tf.float32, [3], name="x")
    tf.scan(lambda a, e: a + e, x)
    return _built(tf)


def scan_in_reverse_with_an_initializer_has_these_nodes(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    tf.scan(lambda a, e: a * 2.0 + tf.reduce_sum(e), x, initializer=1.0, reverse=True, name="scanned")
    return _built(tf)


def reverse_scan_of_an_unknown_length_has_these_nodes(tf):
    x = tf.placeholder(tf.float32, [None], name="x")
    tf.scan(lambda a, e: a + e, x, reverse=True)
    return _built(tf)


def scans_keep_every_step(tf):
    x = np.array([1, 2, 3, 4, 5, 6])
    made = [
        tf.scan(lambda a, e: a + e, x),
        tf.scan(lambda a, e: a + e, x, reverse=True),
        tf.scan(lambda a, e: 2 * a + e, x, initializer=np.array(1)),
        tf.scan(lambda a, e: 2 * a + e, x, initializer=np.array(1), reverse=True),
        tf.scan(lambda a, e: e[0] - e[1] + a, (x + 1, x), np.array(0)),
        tf.scan(lambda a, e: tf.strings.join([a, e]), tf.constant(["x", "y", "z"])),
        tf.scan(lambda a, e: a + tf.reduce_sum(e), tf.ones([3, 2]), initializer=0.0),
    ]
    return [values(tf, made), [shape(t) for t in made]]


def scans_of_structures(tf):
    x = np.array([1, 0, 0, 0, 0, 0])
    a, b = tf.constant([1.0, 2.0, 3.0]), tf.constant([4.0, 5.0, 6.0])
    made = [
        tf.scan(lambda s, _: (s[1], s[0] + s[1]), x, initializer=(np.array(0), np.array(1))),
        tf.scan(lambda s, e: [s[0] + e[0], (s[1][0] * e[1][0],)], [a, (b,)]),
        tf.scan(lambda s, e: {"sum": s["sum"] + e, "n": s["n"] + 1}, a, initializer={"sum": 0.0, "n": 0}),
        tf.scan(lambda s, e: Pair(s.right + e, s.left), a, initializer=Pair(0.0, 1.0), reverse=True),
        tf.scan(lambda s, e: (s[0] + e, tf.concat([s[1][1:], [e]], 0)), a, initializer=(0.0, tf.zeros([2]))),
    ]
    return [[type(m).__name__ for m in made], [values(tf, m) for m in made]]


def gradients_through_scans(tf):
    x, w, start = tf.constant([1.0, 2.0, 3.0]), tf.constant(0.5), tf.constant(4.0)
    weights = tf.constant([1.0, 10.0, 100.0])
    told = []
    for reverse in (False, True):
        with_start = tf.scan(lambda a, e: a * w + e * e, x, initializer=start, reverse=reverse)
        without = tf.scan(lambda a, e: a * e * w, x, reverse=reverse)
        told += [_gradients(tf, with_start * weights, [x, w, start]), _gradients(tf, without * weights, [x, w])]
        told.append(_gradients(tf, with_start[1], [x, start]))
    return told


def gradients_through_a_recurrent_scan(tf):
    x = tf.constant([[[0.1, 0.2]], [[0.3, -0.4]], [[-0.5, 0.6]]])
    w = tf.get_variable("w", initializer=tf.constant([[0.5, -1.0], [2.0, 0.25]]))
    u = tf.get_variable("u", initializer=tf.constant([[1.0, 0.5], [-0.5, 1.0]]))
    h = tf.zeros([1, 2])
    states = tf.scan(lambda h, e: tf.tanh(tf.matmul(h, w) + tf.matmul(e, u)), x, initializer=h)
    loss = tf.reduce_sum(states[-1] ** 2) + tf.reduce_mean(states)
    return [shape(states), _gradients(tf, loss, [x, w, u, h])]


def scans_of_nothing_one_and_many(tf):
    x = tf.placeholder(tf.float32, [None])
    y = tf.scan(lambda a, e: a + e, x, initializer=7.0)
    back = tf.scan(lambda a, e: a * 2.0 + e, x, initializer=7.0, reverse=True)
    first, last = tf.scan(lambda a, e: a + e, x), tf.scan(lambda a, e: a + e, x, reverse=True)
    told = [values(tf, [y, back, tf.shape(y)], {x: np.arange(k)}) for k in (0, 1, 3)]
    told += [values(tf, [first, last, tf.gradients(first, x)[0]], {x: np.arange(k)}) for k in (1, 3)]
    return told + [
        raised(lambda: values(tf, first, {x: []}), key="index 0 but array size is: 0"),
        raised(lambda: values(tf, last, {x: []}), key="index -1 but array size is: 0"),
    ]


def scans_tell_static_shapes(tf):
    rows, fixed = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.float32, [4, 3])
    free = tf.placeholder(tf.float32)

    def add(a, e):
        return a + e

    made = [
        tf.scan(add, rows),
        tf.scan(add, fixed),
        tf.scan(add, fixed, infer_shape=False),
        tf.scan(lambda a, e: a + tf.reduce_sum(e), rows, initializer=0.0),
        tf.scan(add, rows, initializer=tf.zeros([3]), reverse=True),
        tf.scan(lambda a, e: a + e[0], (rows, fixed), initializer=tf.zeros([3])),
    ]
    return [[shape(t) for t in made], raised(lambda: shape(tf.scan(add, free)))]


def arguments_of_scan_are_checked(tf):
    x = tf.constant([1.0, 2.0])
    return [
        raised(lambda: tf.scan(3, x)),
        raised(lambda: tf.scan(lambda a, e: (a, e), x)),
        raised(lambda: tf.scan(lambda a, e: [a[0]], x, initializer=[0.0, 1.0])),
        raised(lambda: tf.scan(lambda a, e: (a[0], a[1]), x, initializer=[0.0, 1.0])),
        raised(lambda: tf.scan(lambda a, e: tf.concat([a, [e]], 0), x, initializer=[0.0])),
        raised(lambda: tf.scan(lambda a, e: a, 3.0), key=""),
        raised(lambda: tf.scan(lambda a, e: a + e, [], initializer=0.0), key=""),
        raised(lambda: tf.scan(lambda a: a, x), key="positional argument"),
        raised(lambda: tf.scan(lambda a, e: a + tf.cast(e, tf.int32), tf.constant([1.0]), initializer=0.0), key=""),
    ]


def scan_over_map_fn_and_map_fn_over_scan(tf):
    x = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    w = tf.constant(0.5)
    outer = tf.scan(lambda a, row: a + tf.map_fn(lambda e: e * w, row), x, initializer=tf.zeros([3]))
    inner = tf.map_fn(lambda row: tf.scan(lambda a, e: a * w + e, row), x)
    deep = tf.foldl(lambda a, row: a + tf.foldr(lambda b, e: b * w + e * a, row), x, initializer=1.0)
    return [
        [shape(outer), shape(inner), shape(deep)],
        _gradients(tf, outer, [x, w]),
        _gradients(tf, inner, [x, w]),
        _gradients(tf, deep, [x, w]),
    ]


def scans_in_a_while_loop(tf):
    x = tf.constant([1.0, 2.0, 3.0])
    _, total = tf.while_loop(
        lambda i, _: i < 3,
        lambda i, t: (i + 1, t + tf.reduce_sum(tf.scan(lambda a, e: a * e, x * tf.cast(i, tf.float32)))),
        (0, 0.0),
    )
    return _gradients(tf, total, x)


def options_of_scan_and_folds_reach_the_loop(tf):
    x = tf.constant([1.0, 2.0])

    def add(a, e):
        return a + e

    made = [
        tf.scan(add, x, parallel_iterations=1, swap_memory=True),
        tf.foldl(add, x, parallel_iterations=2),
        tf.foldr(add, x, parallel_iterations=4, swap_memory=True),
        tf.scan(add, x),
        tf.scan(add, x, back_prop=False),
    ]
    enters = [op for op in tf.get_default_graph().get_operations() if op.type == "Enter"]
    told = {op.get_attr("frame_name").decode(): op.get_attr("parallel_iterations") for op in enters}
    return [told, values(tf, made), _back_prop_false(tf, made[4], x)]


def a_scan_is_trained(tf):
    w = tf.get_variable("w", initializer=tf.constant(0.3))
    x = tf.constant([1.0, -1.0, 2.0, 0.5])
    states = tf.scan(lambda a, e: tf.tanh(a * w + e), x, initializer=0.0)
    loss = tf.reduce_sum((states - tf.constant([0.5, 0.0, 0.5, 1.0])) ** 2)
    train = tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return [[float(v) for v in session.run([loss, w]) if session.run(train) is None] for _ in range(4)]


# -- vectorized_map ---------------------------------------------------------------------------------------------------


def vectorized_map_maps_the_first_dimension(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    w = tf.constant([[1.0, 0.5], [2.0, -1.0]])
    made = [
        tf.vectorized_map(lambda e: e * e, x),
        tf.vectorized_map(lambda e: tf.tensordot(e, e, 0), x),
        tf.vectorized_map(lambda e: tf.reduce_sum(e), x),
        tf.vectorized_map(lambda e: tf.squeeze(tf.matmul(tf.expand_dims(e, 0), w), 0), x),
        tf.vectorized_map(lambda e: e[0] + e[1], (x, x * 2.0)),
        tf.vectorized_map(lambda e: tf.cast(e, tf.float32) / 2.0, tf.constant([1, 2, 3])),
    ]
    return [values(tf, made), [shape(t) for t in made]]


def vectorized_map_takes_and_gives_structures(tf):
    x, n = tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.constant([1, 2])
    made = [
        tf.vectorized_map(lambda e: (e, tf.reduce_sum(e)), x),
        tf.vectorized_map(lambda e: {"sum": e["x"] + tf.cast(e["n"], tf.float32), "n": e["n"]}, {"x": x, "n": n}),
        tf.vectorized_map(lambda e: Pair(e[1], [e[0]]), (x, n)),
    ]
    return [[type(m).__name__ for m in made], [values(tf, m) for m in made]]


def gradients_through_vectorized_map(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    w = tf.constant([2.0, 3.0])
    y = tf.vectorized_map(lambda e: tf.reduce_sum(e * e * w), x)
    return [_gradients(tf, y, [x, w]), _gradients(tf, y * [1.0, 10.0], [x, w])]


def vectorized_map_of_unknown_lengths(tf):
    x = tf.placeholder(tf.float32, [None, 2])
    y = tf.vectorized_map(lambda e: e * 2.0, x)
    return [shape(y)[1:], [values(tf, y, {x: np.ones([k, 2])}) for k in (1, 3)]]


def vectorized_map_gives_constants_for_every_element(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    w = tf.get_variable("w", initializer=tf.constant([5.0, 6.0]))
    made = [tf.vectorized_map(lambda e: tf.constant(3.0), x), tf.vectorized_map(lambda e: w + 0.0, x)]
    return [values(tf, made), [shape(t) for t in made]]


def vectorized_map_in_loops_conditions_and_itself(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    p = tf.placeholder(tf.bool, [])
    _, looped = tf.while_loop(
        lambda i, _: i < 3,
        lambda i, t: (i + 1, t + tf.reduce_sum(tf.vectorized_map(lambda e: e * t, x))),
        (0, 1.0),
    )
    chosen = tf.cond(p, lambda: tf.vectorized_map(lambda e: e * 2.0, x), lambda: x)
    nested = tf.vectorized_map(lambda e: tf.vectorized_map(lambda q: q * tf.reduce_sum(e), e), x)
    fetches = [chosen, tf.gradients(chosen, x)[0]]
    return [
        _gradients(tf, looped, x),
        [values(tf, fetches, {p: q}) for q in (True, False)],
        _gradients(tf, nested, x),
    ]


def vectorized_map_makes_variables_once(tf):
    def layer(e):
        w = tf.get_variable("w", [2], initializer=tf.ones_initializer())
        return tf.reduce_sum(e * w)

    x = tf.placeholder(tf.float32, [None, 2])
    y = tf.vectorized_map(layer, x)
    w = tf.global_variables()
    fetches = [y] + tf.gradients(y, w)
    return [
        [v.name for v in w],
        [values(tf, fetches, {x: np.ones([k, 2])}) for k in (1, 2)],
        values(tf, y, {x: [[1, 2]]}),
    ]


def vectorized_map_checks_what_it_maps(tf):
    return [
        raised(lambda: tf.vectorized_map(lambda e: e, 3.0), key=""),
        type(tf.vectorized_map(lambda e: tf.no_op(), tf.ones([2]))).__name__,
        values(tf, tf.vectorized_map(lambda e: [1.0, (e,)], tf.constant([1.0, 2.0]))),
    ]
