"""The variables of tf.while_loop: their structures, dtypes, shapes and shape invariants; arrays, sparse tensors."""

import collections

import numpy as np

from tests.cases.probe import described, raised, shape, values, wording

Pair = collections.namedtuple("Pair", ["count", "total"])


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


def a_lone_loop_variable_is_unpacked(tf):
    made = {
        "list": tf.while_loop(lambda i: i < 3, lambda i: i + 1, [tf.constant(0)]),
        "tuple": tf.while_loop(lambda i: i < 3, lambda i: (i + 1,), (tf.constant(0),)),
        "body list": tf.while_loop(lambda i: i < 3, lambda i: [i + 1], [tf.constant(0)]),
        "same": tf.while_loop(lambda i: i < 3, lambda i: [i + 1], [tf.constant(0)], return_same_structure=True),
        "same bare": tf.while_loop(lambda i: i < 3, lambda i: i + 1, [tf.constant(0)], return_same_structure=True),
        "maximum": tf.while_loop(lambda i: i < 3, lambda i: i + 1, [tf.constant(0)], maximum_iterations=2),
        "maximum same": tf.while_loop(
            lambda i: i < 3, lambda i: [i + 1], [tf.constant(0)], maximum_iterations=2, return_same_structure=True
        ),
    }
    return [{name: type(y).__name__ for name, y in made.items()}, _run(tf, made)]


def loop_variables_may_be_structures(tf):
    def body(i, parts, pair):
        return [
            i + 1,
            {"a": parts["a"] * 2.0, "b": [parts["b"][0] + 1, parts["b"][1] - 1]},
            Pair(pair.count + 1, pair.total + tf.cast(i, tf.float32)),
        ]

    start = [tf.constant(0), {"a": tf.constant([1.0, 2.0]), "b": [tf.constant(0), tf.constant(0)]}, Pair(0, 0.5)]
    made = {
        "plain": tf.while_loop(lambda i, parts, pair: i < 3, body, start),
        "same": tf.while_loop(lambda i, parts, pair: i < 3, body, start, return_same_structure=True),
        "maximum": tf.while_loop(lambda i, parts, pair: i < 3, body, start, maximum_iterations=2),
    }
    kinds = {name: [type(y).__name__] + [type(part).__name__ for part in y] for name, y in made.items()}
    return [kinds, _run(tf, made)]


def a_tuple_of_variables_gives_a_tuple_where_asked(tf):
    start = (tf.constant(0), tf.constant(1.0))
    made = [
        tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * 2.0), start),
        tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * 2.0), start, return_same_structure=True),
        tf.while_loop(lambda i, x: i < 3, lambda i, x: [i + 1, x * 2.0], start),
        tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * 2.0), list(start)),
    ]
    return [[type(y).__name__ for y in made], _run(tf, made)]


def one_structure_alone_is_a_loop_variable(tf):
    start = {"i": tf.constant(0), "x": 1.0}
    y = tf.while_loop(lambda d: d["i"] < 4, lambda d: [{"i": d["i"] + 1, "x": d["x"] * 3.0}], [start])
    z = tf.while_loop(lambda p: p.count < 4, lambda p: [Pair(p.count + 1, p.total * 3.0)], [Pair(0, 1.0)])
    bare = raised(lambda: tf.while_loop(lambda d: d["i"] < 4, lambda d: d, [start]), key="the same nested structure")
    return [type(y).__name__, type(z).__name__, _run(tf, [y, z]), bare]


def numbers_and_arrays_start_a_loop(tf):
    y = tf.while_loop(
        lambda i, x, s, t: i < 3,
        lambda i, x, s, t: (i + 1, x * 2.0, s + [1, 1], tf.logical_not(t)),
        (0, 1.5, np.array([1, 2]), True),
    )
    return [[described(part) for part in y], _run(tf, y)]


def every_dtype_goes_round(tf):
    start = [
        tf.constant(1, tf.int64),
        tf.constant([1, 2], tf.uint8),
        tf.constant(1.5, tf.float64),
        tf.constant(1.5, tf.float16),
        tf.constant(1 + 2j, tf.complex64),
        tf.constant([True, False]),
        tf.constant(["a", "b"]),
        tf.constant(3, tf.int16),
    ]

    def body(i, a, b, c, d, e, f, g, h):
        return [a * 3, b + b, c * c, d / 2, e * e, tf.logical_not(f), tf.strings.join([g, ["x", "y"]]), h - 5]

    made = _counted(tf, 3, body, *start)
    return [[t.dtype.name for t in made], _run(tf, made)]


def integers_wrap_around(tf):
    made = _counted(
        tf,
        40,
        lambda i, a, b, c: [a * 3, b * 3 + 1, c + 100],
        tf.constant(1, tf.int32),
        tf.constant(1, tf.int64),
        tf.constant(0, tf.int8),
    )
    far = tf.while_loop(lambda i: i > 0, lambda i: i + 1, [tf.constant(2**31 - 3)])
    return _run(tf, [made, far])


def floats_add_up_in_their_own_precision(tf):
    single, double, half = _counted(
        tf,
        1000,
        lambda i, a, b, c: [a + 0.1, b + 0.1, c + tf.constant(0.1, tf.float16)],
        tf.constant(0.0),
        tf.constant(0.0, tf.float64),
        tf.constant(0.0, tf.float16),
    )
    counted = tf.while_loop(lambda x: x < 1.0, lambda x: x + 0.1, [tf.constant(0.0)])
    return [repr(float(v)) for v in _run(tf, [single, double, half, counted])]


def counters_of_other_dtypes(tf):
    made = [
        tf.while_loop(lambda i: i < 5, lambda i: i + 2, [tf.constant(0, tf.int64)]),
        tf.while_loop(lambda i: i < 5, lambda i: i * 2, [tf.constant(1, tf.int64)]),
        tf.while_loop(lambda x: x < 2.5, lambda x: x + 0.5, [tf.constant(0.25)]),
        tf.while_loop(lambda go: go, lambda go: tf.logical_not(go), [tf.constant(True)]),
        tf.while_loop(lambda s: tf.not_equal(s, "aaa"), lambda s: tf.strings.join([s, "a"]), [tf.constant("")]),
        tf.while_loop(lambda i: tf.less(i, 200), lambda i: i + tf.constant(50, tf.uint8), [tf.constant(0, tf.uint8)]),
        tf.while_loop(lambda v: tf.reduce_sum(v) < 10, lambda v: v + 1, [tf.constant([0, 1, 2])]),
        tf.while_loop(lambda i: tf.reduce_all(i < [9, 5]), lambda i: i + 1, [tf.constant(0)]),
    ]
    return _run(tf, made)


def bodies_must_keep_the_structure(tf):
    start = [tf.constant(0), tf.constant(1.0)]
    nested = [tf.constant(0), {"a": tf.constant(1.0)}]

    def make(body, start=start):
        return lambda: [t.name for t in tf.nest.flatten(tf.while_loop(lambda i, x: i < 3, body, start))]

    return [
        raised(make(lambda i, x: i + 1), key=""),
        raised(make(lambda i, x: [i + 1]), key=""),
        raised(make(lambda i, x: [i + 1, x, x]), key=""),
        raised(make(lambda i, x: (i + 1, [x])), key="don't have the same nested structure"),
        raised(make(lambda i, x: [i + 1, {"b": x["a"]}], nested), key="don't have the same"),
        raised(make(lambda i, x: [i + 1, x["a"]], nested), key="don't have the same"),
    ]


def bodies_must_keep_the_dtype(tf):
    def make(body):
        with tf.Graph().as_default():
            return _run(tf, tf.while_loop(lambda i, x: i < 3, body, [tf.constant(0), tf.constant(1.0)]))

    key = "incompatible with expected "
    return [
        raised(lambda: make(lambda i, x: [i + 1, tf.cast(x, tf.float64)]), key=key),
        raised(lambda: make(lambda i, x: [tf.cast(i, tf.float32) + 1.0, x]), key=key),
        raised(lambda: make(lambda i, x: [i + 1, "text"]), key=key),
    ]


def bodies_must_keep_the_shape(tf):
    def make(body, start):
        return lambda: tf.while_loop(lambda i, x: i < 3, body, [tf.constant(0), start])[1].name

    grown = make(lambda i, x: [i + 1, tf.concat([x, x], 0)], tf.ones([2, 3]))
    ranked = make(lambda i, x: [i + 1, tf.expand_dims(x, 0)], tf.ones([2]))
    unsized = make(lambda i, x: [i + 1, tf.placeholder(tf.float32, [None])], tf.ones([2]))
    unknown = make(lambda i, x: [i + 1, tf.placeholder(tf.float32)], tf.ones([2]))
    narrowed = make(lambda i, x: [i + 1, tf.ones([2])], tf.placeholder(tf.float32, [None]))
    return [raised(call) for call in (grown, ranked, unsized, unknown, narrowed)]


def shape_invariants_let_shapes_change(tf):
    i, x, y, z = tf.while_loop(
        lambda i, x, y, z: i < 3,
        lambda i, x, y, z: [i + 1, tf.concat([x, x], 0), tf.expand_dims(y, 0), tf.concat([z, [i]], 0)],
        [tf.constant(0), tf.ones([2, 3]), tf.constant([5.0]), tf.zeros([0], tf.int32)],
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([None, 3]), tf.TensorShape(None), tf.TensorShape([None])],
    )
    return [[shape(t) for t in (i, x, y, z)], _run(tf, [tf.shape(x), tf.shape(y), z])]


def shape_invariants_are_seen_inside(tf):
    seen = []

    def body(i, x):
        seen.append(shape(x))
        return [i + 1, tf.concat([x, [[1.0, 2.0]]], 0)]

    def cond(i, x):
        seen.append(shape(x))
        return i < 3

    i, x = tf.while_loop(
        cond,
        body,
        [tf.constant(0), tf.zeros([1, 2])],
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([None, 2])],
    )
    return [seen, shape(x), _run(tf, x)]


def shape_invariants_keep_structures(tf):
    i, parts = tf.while_loop(
        lambda i, parts: i < 2,
        lambda i, parts: [i + 1, {"a": tf.concat([parts["a"], parts["a"]], 0), "b": parts["b"] * 2.0}],
        [tf.constant(0), {"a": tf.ones([1]), "b": tf.ones([2])}],
        shape_invariants=[tf.TensorShape([]), {"a": tf.TensorShape([None]), "b": tf.TensorShape([2])}],
        maximum_iterations=5,
    )
    return [shape(parts["a"]), shape(parts["b"]), _run(tf, parts)]


def shape_invariants_are_checked(tf):
    def make(invariants, start=None, body=None):
        return lambda: (
            tf.while_loop(
                lambda i, x: i < 3,
                body or (lambda i, x: [i + 1, x]),
                [tf.constant(0), tf.ones([2]) if start is None else start],
                shape_invariants=invariants,
            )[1].name
        )

    scalar = tf.TensorShape([])
    return [
        raised(make([scalar]), key=""),
        raised(make([scalar, tf.TensorShape([3])])),
        raised(make([scalar, tf.TensorShape([None, None])])),
        raised(make([scalar, [None]]), key=""),
        raised(make([scalar, tf.TensorShape([None])], body=lambda i, x: [i + 1, tf.expand_dims(x, 0)])),
        raised(make([scalar, tf.TensorShape([2])], start=tf.placeholder(tf.float32, [None]))),
    ]


def unknown_starts_make_unknown_results(tf):
    x, y = tf.placeholder(tf.float32, [None, 3], name="x"), tf.placeholder(tf.float32, name="y")
    made = _counted(tf, 2, lambda i, a, b, c: [a * 2.0, b + 1.0, c], x, y, tf.ones([2]))
    return [[shape(t) for t in made], _run(tf, made, {x: np.ones((1, 3)), y: [1.0]})]


def python_numbers_become_scalars_of_known_shape(tf):
    seen = []

    def body(i, x):
        seen.append([i.dtype.name, shape(i), x.dtype.name, shape(x)])
        return i + 1, x * 2.0

    y = tf.while_loop(lambda i, x: i < 2, body, [0, 1.0])
    return [seen, [described(t)[1:] for t in y]]


def bodies_see_no_static_values(tf):
    seen = []

    def body(i, x):
        seen.append([tf.get_static_value(i), shape(tf.zeros([i])), shape(tf.reshape(x, [i, -1]))])
        return i + 1, x

    tf.while_loop(lambda i, x: i < 2, body, [tf.constant(1), tf.ones([4])])
    return seen


def tensor_arrays_go_round(tf):
    def body(i, array):
        return i + 1, array.write(i, tf.cast(i * i, tf.float32))

    _, array = tf.while_loop(lambda i, a: i < 4, body, [0, tf.TensorArray(tf.float32, 4)])
    read = tf.while_loop(lambda i, t: i < 4, lambda i, t: (i + 1, t + array.read(i)), [0, 0.0])[1]
    stacked = array.stack()
    with tf.Session() as session:
        return [type(array).__name__, shape(stacked), session.run(stacked), session.run(read)]


def tensor_arrays_are_read_and_written_in_one_loop(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    source = tf.TensorArray(tf.float32, 3).unstack(x)

    def body(i, target, total):
        row = source.read(i)
        return i + 1, target.write(2 - i, row * 10.0), total + row

    start = [0, tf.TensorArray(tf.float32, 3), tf.zeros([2])]
    _, target, total = tf.while_loop(lambda i, t, s: i < 3, body, start)
    return _run(tf, [target.stack(), total])


def tensor_arrays_grow(tf):
    array = tf.TensorArray(tf.int32, size=0, dynamic_size=True)
    _, array = tf.while_loop(lambda i, a: i < 5, lambda i, a: (i + 1, a.write(i, i * 10)), [0, array])
    return _run(tf, [array.stack(), array.size()])


def tensor_arrays_in_structures(tf):
    def body(i, d):
        array, x = d["out"]
        return i + 1, {"out": (array.write(i, x), x * 2.0)}

    start = {"out": (tf.TensorArray(tf.float32, 3), tf.constant(1.0))}
    array, x = tf.while_loop(lambda i, d: i < 3, body, [0, start])[1]["out"]
    return [type(array).__name__, _run(tf, [array.stack(), x])]


def sparse_tensors_go_round(tf):
    start = tf.SparseTensor([[0, 1], [2, 0]], [1.0, 2.0], [3, 2])

    def body(i, s):
        return i + 1, tf.SparseTensor(s.indices, s.values * 10.0, s.dense_shape)

    _, y = tf.while_loop(lambda i, s: i < 2, body, [0, start])
    return [type(y).__name__, shape(y.values), shape(y.indices), _run(tf, [y.indices, y.values, y.dense_shape])]


def sparse_tensors_grow_under_an_invariant(tf):
    start = tf.SparseTensor([[0, 0]], [1.0], [4, 2])

    def body(i, s):
        indices = tf.concat([s.indices, [[tf.cast(i, tf.int64), 1]]], 0)
        return i + 1, tf.SparseTensor(indices, tf.concat([s.values, [5.0]], 0), s.dense_shape)

    _, y = tf.while_loop(
        lambda i, s: i < 3,
        body,
        [tf.constant(0), start],
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([2])],
    )
    return [shape(y.values), shape(y.indices), _run(tf, [y.indices, y.values, y.dense_shape])]


def slices_go_round(tf):
    start = tf.IndexedSlices(tf.constant([[1.0, 2.0]]), tf.constant([3]), tf.constant([5, 2]))

    def body(i, s):
        return i + 1, tf.IndexedSlices(s.values * 2.0, s.indices - 1, s.dense_shape)

    _, y = tf.while_loop(lambda i, s: i < 2, body, [0, start])
    return [type(y).__name__, shape(y.values), _run(tf, [y.values, y.indices, y.dense_shape])]


def reduced_shapes_come_out(tf):
    x = tf.placeholder(tf.float32, [None], name="x")
    size, y = tf.while_loop(
        lambda s, x: s > 1,
        lambda s, x: (s // 2, tf.reduce_sum(tf.reshape(x, [s // 2, 2]), 1)),
        [tf.size(x), x],
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([None])],
    )
    return [shape(y), _run(tf, [size, y], {x: list(range(8))})]


def strings_are_built(tf):
    letters = tf.constant(["a", "b", "c"])

    def body(i, text):
        return [tf.strings.join([text, letters[i]], separator="-")]

    (text,) = _counted(tf, 3, body, tf.constant("x"))
    return _run(tf, text)


@wording("enters the loop with shape (2,), but has shape (4,) after one iteration")
def a_shape_that_changes_is_named(tf):
    tf.while_loop(lambda i, x: i < 3, lambda i, x: [i + 1, tf.concat([x, x], 0)], [0, tf.ones([2])])
