"""tf.cond: the values, structures, shapes and dtypes of its branches, and what it refuses."""

import collections

import numpy as np

from tests.cases.probe import described, names, nodes, plain, raised, shape, wording

Pair = collections.namedtuple("Pair", ["first", "second"])


def _both(tf, fetches, pred, feeds=()):
    """Returns what a run gives where the predicate holds and where it does not."""
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return [plain(session.run(fetches, {**dict(feeds), pred: flag})) for flag in (True, False)]


def _pred(tf, name="p"):
    return tf.placeholder(tf.bool, [], name=name)


def _outcomes(tf, table):
    """Returns name, dtype and shape of each ``tf.cond(p, *row)``, or the error it raises."""
    p = _pred(tf)
    told = {}
    for name, (true_fn, false_fn) in table.items():
        told[name] = raised(lambda t=true_fn, f=false_fn: described(tf.cond(p, t, f)))
    return told


def the_predicate_chooses_the_branch(tf):
    p, x = _pred(tf), tf.constant([1.0, 2.0, 3.0])
    y = tf.cond(p, lambda: x * 2.0, lambda: x + 10.0)
    return [described(y), _both(tf, y, p)]


def a_comparison_of_fed_values_is_a_predicate(tf):
    a, b = tf.placeholder(tf.float32, []), tf.placeholder(tf.float32, [])
    y = tf.cond(tf.less(a, b), lambda: tf.add(a, b), lambda: tf.square(b))
    with tf.Session() as session:
        return [session.run(y, {a: left, b: 2.0}) for left in (1.0, 2.0, 3.0)]


def arrays_of_one_truth_are_predicates(tf):
    y = [tf.cond(flag, lambda: 1.0, lambda: 2.0) for flag in (np.array(True), np.bool_(False))]
    with tf.Session() as session:
        return [session.run(y), names(y)]


def python_truths_are_refused(tf):
    def make(pred):
        return lambda: tf.cond(pred, lambda: tf.constant(1), lambda: tf.constant(2)).name

    return [raised(make(True)), raised(make(False)), raised(make(None), key=""), raised(make("yes"), key="")]


def predicates_of_other_types_are_refused(tf):
    def make(pred):
        return lambda: tf.cond(pred, lambda: tf.constant(1), lambda: tf.constant(2)).name

    return [
        raised(make(1), key="bool"),
        raised(make(tf.constant(1)), key="bool"),
        raised(make(tf.placeholder(tf.float32, [], name="f")), key="bool"),
    ]


def predicates_must_be_scalars(tf):
    p = tf.placeholder(tf.bool, name="p")
    y = tf.cond(p, lambda: tf.constant(1), lambda: tf.constant(2))
    listed = raised(
        lambda: tf.cond(tf.constant([True]), lambda: 1, lambda: 2).name, key="Shape must be rank 0 but is rank 1"
    )
    with tf.Session() as session:
        return [session.run(y, {p: True}), raised(lambda: session.run(y, {p: [True, False]}), key=""), listed]


def arguments_are_checked(tf):
    p = _pred(tf)

    def one():
        return tf.constant(1)

    return [
        raised(lambda: tf.cond(p)),
        raised(lambda: tf.cond(p, one)),
        raised(lambda: tf.cond(p, false_fn=one)),
        raised(lambda: tf.cond(p, one, tf.constant(1))),
        raised(lambda: tf.cond(p, 3, one)),
        raised(lambda: tf.cond(p, one, one, fn1=one)),
        raised(lambda: tf.cond(p, one, one, fn2=one)),
        raised(lambda: tf.cond(p, lambda: None, one)),
        raised(lambda: tf.cond(p, one, lambda: None)),
        raised(lambda: tf.cond(p, lambda: [], lambda: [])),
        raised(lambda: tf.cond(p, lambda a: a, one), key="missing 1 required positional argument"),
    ]


def the_old_argument_names_are_heard(tf):
    p = _pred(tf)
    y = tf.cond(p, fn1=lambda: tf.constant(1), fn2=lambda: tf.constant(2))
    z = tf.cond(p, lambda: tf.constant(3), fn2=lambda: tf.constant(4))
    return _both(tf, [y, z], p)


def errors_of_a_branch_pass_through_and_leave_no_branch_open(tf):
    p = _pred(tf)

    def broken():
        tf.constant(1.0, name="made")
        raise KeyError("mine")

    first = raised(lambda: tf.cond(p, broken, lambda: 1), key="mine")
    second = raised(lambda: tf.cond(p, lambda: tf.constant(1), broken), key="mine")
    after = tf.negative(tf.constant(1.0, name="after"))
    y = tf.cond(p, lambda: after, lambda: 2.0 * after)
    return [first, second, nodes(tf.get_default_graph()), _both(tf, y, p)]


def results_keep_their_structure(tf):
    p, x = _pred(tf), tf.constant(3.0)
    made = {
        "list": tf.cond(p, lambda: [x, x + 1.0], lambda: [x + 2.0, x + 3.0]),
        "tuple": tf.cond(p, lambda: (x, x + 1.0), lambda: (x + 2.0, x + 3.0)),
        "dict": tf.cond(p, lambda: {"b": x, "a": 2.0 * x}, lambda: {"a": x, "b": 3.0 * x}),
        "namedtuple": tf.cond(p, lambda: Pair(x, 2.0 * x), lambda: Pair(3.0 * x, 4.0 * x)),
        "nested": tf.cond(p, lambda: [x, {"k": (x, [x])}], lambda: [-x, {"k": (2.0 * x, [3.0 * x])}]),
        "list of one": tf.cond(p, lambda: [x], lambda: [-x]),
        "tuple of one": tf.cond(p, lambda: (x,), lambda: (-x,)),
        "dict of one": tf.cond(p, lambda: {"k": x}, lambda: {"k": -x}),
        "nested one": tf.cond(p, lambda: [[x]], lambda: [[-x]]),
        "list and lone": tf.cond(p, lambda: [x], lambda: -x),
    }
    kinds = {name: type(made[name]).__name__ for name in made}
    return [kinds, made["namedtuple"]._fields, _both(tf, made, p)]


def strict_leaves_lists_of_one_alone(tf):
    p, x = _pred(tf), tf.constant(3.0)
    made = [
        tf.cond(p, lambda: [x], lambda: [-x], strict=True),
        tf.cond(p, lambda: (x,), lambda: (-x,), strict=True),
        tf.cond(p, lambda: x, lambda: -x, strict=True),
        tf.cond(p, lambda: [x, x], lambda: [-x, x], strict=True),
    ]
    mixed = raised(lambda: tf.cond(p, lambda: [x], lambda: x, strict=True), key="don't have the same nested structure")
    return [[type(y).__name__ for y in made], _both(tf, made, p), mixed]


def structures_that_differ_are_refused(tf):
    p, x = _pred(tf), tf.constant(3.0)
    pairs = [
        ([x, x], [x]),
        ([x, x], (x, x)),
        ({"a": x}, {"b": x}),
        ({"a": x}, [x, x]),
        ([x, [x]], [x, x]),
        (Pair(x, x), (x, x)),
    ]
    told = [
        raised(lambda a=a, b=b: tf.cond(p, lambda: a, lambda: b), key="don't have the same nested structure")
        for a, b in pairs
    ]
    return told + [raised(lambda: tf.cond(p, lambda: (), lambda: ()), key="must return at least one result")]


def dtypes_that_differ_are_refused(tf):
    p, x = _pred(tf), tf.constant(3.0)
    return [
        raised(lambda: tf.cond(p, lambda: x, lambda: tf.constant(1))),
        raised(lambda: tf.cond(p, lambda: 1, lambda: 2.0)),
        raised(lambda: tf.cond(p, lambda: tf.no_op(), lambda: x)),
        raised(lambda: tf.cond(p, lambda: [x, x], lambda: [x, tf.cast(x, tf.float64)])),
        raised(lambda: tf.cond(p, lambda: "text", lambda: True)),
    ]


def numbers_arrays_and_texts_become_tensors(tf):
    p = _pred(tf)
    made = {
        "ints": tf.cond(p, lambda: 1, lambda: 2),
        "floats": tf.cond(p, lambda: 1.5, lambda: 2.5),
        "texts": tf.cond(p, lambda: "yes", lambda: "no"),
        "truths": tf.cond(p, lambda: True, lambda: False),
        "array": tf.cond(p, lambda: np.arange(3), lambda: np.ones(2, np.int64)),
        "pairs": tf.cond(p, lambda: [1, 2.0], lambda: [3, 4.0]),
        "mixed": tf.cond(p, lambda: [1, "a"], lambda: [tf.constant(3), tf.constant("b")]),
    }
    return [[described(t) for t in tf.nest.flatten(made)], _both(tf, made, p)]


def every_dtype_goes_through(tf):
    p = _pred(tf)
    values = [
        tf.constant([1, 2], tf.int64),
        tf.constant([1, 2], tf.uint8),
        tf.constant(1.5, tf.float64),
        tf.constant(1.5, tf.float16),
        tf.constant(1 + 2j, tf.complex64),
        tf.constant(["a", "b"]),
        tf.constant([True, False]),
        tf.constant(7, tf.int32),
    ]
    others = [tf.zeros_like(t) for t in values]
    made = tf.cond(p, lambda: list(values), lambda: list(others))
    return [[t.dtype.name for t in made], _both(tf, made, p)]


def none_within_a_structure_is_refused(tf):
    p, x = _pred(tf), tf.constant(3.0)
    return raised(lambda: tf.cond(p, lambda: [x, None], lambda: [x, None]), key="")


def branches_of_operations_give_a_truth(tf):
    p, v = _pred(tf), tf.Variable(0.0, name="v")
    y = tf.cond(p, lambda: v.assign(1.0).op, lambda: tf.no_op(name="nothing"))
    z = tf.cond(p, lambda: tf.group(v.assign_add(10.0)), lambda: tf.group(v.assign_add(100.0)))
    with tf.Session() as session:
        told = []
        for fetch in (y, z):
            for flag in (True, False):
                session.run(v.initializer)
                told.append([plain(session.run(fetch, {p: flag})), plain(session.run(v))])
    return [described(y), described(z), told]


def operations_and_tensors_may_stand_side_by_side(tf):
    p, v = _pred(tf), tf.Variable(0.0, name="v", use_resource=True)
    y = tf.cond(p, lambda: [v.assign(1.0).op, tf.constant(5)], lambda: [tf.no_op(), tf.constant(6)])
    with tf.Session() as session:
        session.run(v.initializer)
        told = [plain(session.run([y, y[1]], {p: flag})) + [plain(session.run(v))] for flag in (False, True)]
    return [[described(t) for t in y], told]


def shapes_are_merged(tf):
    made = {
        "same": (lambda: tf.zeros([2, 3]), lambda: tf.ones([2, 3])),
        "one differs": (lambda: tf.zeros([2, 3]), lambda: tf.ones([2, 4])),
        "all differ": (lambda: tf.zeros([2, 3]), lambda: tf.ones([4, 5])),
        "ranks differ": (lambda: tf.zeros([2, 3]), lambda: tf.ones([2])),
        "scalar and vector": (lambda: 1.0, lambda: tf.constant([1.0, 2.0])),
        "one unknown": (lambda: tf.placeholder(tf.float32, [None, 3]), lambda: tf.ones([2, 3])),
        "one of no rank": (lambda: tf.placeholder(tf.float32), lambda: tf.ones([2, 3])),
        "both unknown": (lambda: tf.placeholder(tf.float32), lambda: tf.placeholder(tf.float32)),
    }
    return _outcomes(tf, made)


def shapes_of_a_run_may_differ_by_branch(tf):
    p = _pred(tf)
    y = tf.cond(p, lambda: tf.zeros([2, 3]), lambda: tf.ones([4, 3]))
    return _both(tf, [tf.shape(y), tf.reduce_sum(y), tf.matmul(y, tf.ones([3, 1]))], p)


def static_values_are_not_seen_through_a_branch(tf):
    p = _pred(tf)
    size = tf.cond(p, lambda: tf.constant([2, 3]), lambda: tf.constant([3, 2]))
    made = [tf.zeros(size), tf.reshape(tf.range(6), size), tf.tile([1.0], size[:1])]
    return [[shape(t) for t in made], tf.get_static_value(size), _both(tf, made, p)]


def sparse_tensors_come_out_of_branches(tf):
    p = _pred(tf)
    a = tf.SparseTensor([[0, 1]], [1.0], [2, 3])
    b = tf.SparseTensor([[0, 0], [1, 2]], [5.0, 6.0], [2, 3])
    y = tf.cond(p, lambda: a, lambda: b)
    mixed = raised(lambda: tf.cond(p, lambda: a, lambda: tf.ones([2, 3])), key="")
    parts = [y.indices, y.values, y.dense_shape]
    return [type(y).__name__, names(parts), _both(tf, parts, p), mixed]


def slices_come_out_of_branches(tf):
    p = _pred(tf)

    def some(ids, dtype=tf.int64):
        return lambda: tf.IndexedSlices(tf.ones([len(ids), 2]), tf.constant(ids, dtype), tf.constant([5, 2]))

    y = tf.cond(p, some([1, 2]), some([3]))
    z = tf.cond(p, some([1, 2], tf.int32), some([3], tf.int32))
    told = _both(tf, [y.values, y.indices, y.dense_shape, z.values, z.indices], p)
    return [type(y).__name__, type(z).__name__, y.indices.dtype.name, z.indices.dtype.name, told]


def slices_with_indices_of_two_types_are_cast_in_branches(tf):
    p = _pred(tf)

    def some(ids, dtype):
        return lambda: tf.IndexedSlices(tf.ones([len(ids), 2]), tf.constant(ids, dtype))

    y = tf.cond(p, some([1, 2], tf.int32), some([3], tf.int64))
    return [y.indices.dtype.name, y.dense_shape, _both(tf, [y.values, y.indices], p)]


def conds_nest_three_deep(tf):
    preds = [_pred(tf, name) for name in ("p", "q", "r")]
    x = tf.placeholder(tf.float32, [], name="x")

    def build(depth, value):
        if depth == 3:
            return value
        return tf.cond(
            preds[depth],
            lambda: build(depth + 1, value * 2.0 + x),
            lambda: build(depth + 1, value - x),
        )

    y = build(0, x)
    with tf.Session() as session:
        told = []
        for code in range(8):
            feeds = {pred: bool(code >> i & 1) for i, pred in enumerate(preds)}
            told.append(session.run(y, {**feeds, x: 3.0}))
    return [told, len(nodes(tf.get_default_graph())), y.name]


def the_same_predicate_chooses_twice(tf):
    p, x = _pred(tf), tf.constant(2.0)
    first = tf.cond(p, lambda: x * 3.0, lambda: x * 5.0)
    second = tf.cond(p, lambda: first + 1.0, lambda: first - 1.0)
    nested = tf.cond(p, lambda: tf.cond(p, lambda: x, lambda: -x), lambda: tf.cond(p, lambda: 7.0, lambda: 8.0))
    return _both(tf, [first, second, nested], p)


def a_predicate_may_be_computed_in_a_branch(tf):
    p, x = _pred(tf), tf.placeholder(tf.float32, [], name="x")
    y = tf.cond(p, lambda: tf.cond(x > 0.0, lambda: tf.sqrt(x), lambda: -x), lambda: x * x)
    with tf.Session() as session:
        return [session.run(y, {p: flag, x: value}) for flag in (True, False) for value in (4.0, -3.0)]


def only_the_taken_branch_fails(tf):
    p, x = _pred(tf), tf.placeholder(tf.float32, [None], name="x")
    y = tf.cond(p, lambda: tf.reshape(x, [2, 2]), lambda: tf.zeros([2, 2]))
    i = tf.placeholder(tf.int32, [])
    z = tf.cond(p, lambda: 10 // i, lambda: i)
    with tf.Session() as session:
        return [
            session.run([y, z], {p: False, x: [1.0], i: 0}),
            raised(lambda: session.run(y, {p: True, x: [1.0]}), key="Input to reshape is a tensor with 1 values"),
            raised(lambda: session.run(z, {p: True, i: 0}), key="Integer division by zero"),
            session.run([y, z], {p: True, x: [1.0, 2.0, 3.0, 4.0], i: 5}),
        ]


def a_placeholder_is_needed_only_where_it_is_read(tf):
    p, x = _pred(tf), tf.placeholder(tf.float32, [], name="x")
    y = tf.cond(p, lambda: x + 1.0, lambda: tf.constant(2.0))
    within = tf.cond(p, lambda: tf.placeholder(tf.float32, [], name="deep") + 1.0, lambda: tf.constant(2.0))
    with tf.Session() as session:
        return [
            raised(lambda: session.run(y, {p: False}), key="You must feed a value for placeholder tensor 'x'"),
            raised(lambda: session.run(within, {p: True}), key="You must feed a value for placeholder tensor"),
            session.run(within, {p: False}),
            session.run(within, {p: True, "cond_1/deep:0": 4.0}),
        ]


def dropout_by_a_training_flag(tf):
    p, x = _pred(tf), tf.ones([2, 4])
    y = tf.cond(p, lambda: tf.nn.dropout(x, 0.5, seed=3), lambda: x)
    return [described(y), _both(tf, y, p)]


@wording("Failed to convert object of type")
def branches_may_not_return_what_is_no_tensor(tf):
    return tf.cond(_pred(tf), lambda: object, lambda: object)


def a_cond_in_a_python_loop_chains(tf):
    flags = tf.placeholder(tf.bool, [4], name="flags")
    total = tf.constant(1)
    for i in range(4):
        total = tf.cond(flags[i], lambda total=total: total * 3, lambda total=total: total + 1)
    with tf.Session() as session:
        told = [session.run(total, {flags: [True, False, True, False]}), session.run(total, {flags: [False] * 4})]
    return [told, total.name]


def functions_with_defaults_and_partials_are_branches(tf):
    p = _pred(tf)

    class Branch:
        def __init__(self, value):
            self.value = value

        def __call__(self):
            return tf.constant(self.value)

    return _both(tf, tf.cond(p, Branch(1), Branch(2)), p)
