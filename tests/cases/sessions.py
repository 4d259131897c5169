"""Sessions: what may be fetched and fed, what comes back, and what misuse raises."""

import collections
import threading

import numpy as np

from tests.cases.probe import raised, wording

Pair = collections.namedtuple("Pair", ["a", "b"])


class _Field:
    def __init__(self, name):
        self.name = name


class _Attrs:
    """A class as the attrs library makes them, as far as TensorFlow looks."""

    __attrs_attrs__ = (_Field("first"), _Field("second"))

    def __init__(self, first, second):
        self.first, self.second = first, second


def _kind(value):
    """Returns the type's name and, for arrays, dtype and shape."""
    if isinstance(value, np.ndarray):
        return ["ndarray", value.dtype.name, list(value.shape)]
    return ["scalar", value.dtype.name] if isinstance(value, np.generic) else [type(value).__name__]


def fetches_come_back_in_their_own_structure(tf):
    a, b = tf.constant(1.0, name="a"), tf.constant([2.0, 3.0], name="b")
    operation = tf.no_op(name="n")
    structures = {
        "list": [a, b],
        "tuple": (a, b),
        "dict": {"x": a, "y": b},
        "ordered": collections.OrderedDict([("y", b), ("x", a)]),
        "named": Pair(a, b),
        "attrs": _Attrs(a, b),
        "nested": {"x": [a, (b, {"z": a})], "y": Pair([a], [b, b])},
        "duplicates": [a, a, b, a],
        "strings": ["a:0", "b:0", "n"],
        "operations": [operation, a, operation],
        "operation": operation,
        "empty list": [],
        "empty tuple": (),
        "empty dict": {},
        "nested empties": [[], (), {"x": []}],
        "string": "b:0",
        "generator list": [x for x in (a, b)],
    }
    told = {}
    with tf.Session() as session:
        for name, structure in structures.items():
            result = session.run(structure)
            if isinstance(result, _Attrs):
                told[name] = ["_Attrs", result.first, result.second]
            else:
                told[name] = [type(result).__name__, result]
    return told


def fetched_values_have_these_types(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    m = tf.placeholder(tf.float32, [1], name="m")
    v = tf.Variable(3, name="v")
    fetches = [
        tf.constant(1.0),
        tf.constant(1),
        tf.constant(1, tf.int64),
        tf.constant(True),
        tf.constant("text"),
        tf.constant(["a", "bc"]),
        tf.constant([1.0]),
        tf.constant([[True]]),
        tf.constant(1.0, tf.float64),
        tf.constant(1, tf.uint8),
        tf.constant(1 + 2j),
        tf.constant(1.0, tf.float16),
        tf.zeros([0, 3]),
        v,
        v + 1,
        x,
        m,
        x + 1.0,
    ]
    with tf.Session() as session:
        session.run(v.initializer)
        results = session.run(fetches, {x: 2.0, m: [1.0]})
        alone = session.run(x, {x: 2.0})
    return [[_kind(result) for result in results], _kind(alone), results]


def strings_come_back_as_bytes(tf):
    with tf.Session() as session:
        scalar, vector, unicode_, empty = session.run(
            [tf.constant("text"), tf.constant([b"a", "bc"]), tf.constant("é"), tf.constant("")]
        )
    return [_kind(scalar), _kind(vector), [_kind(item) for item in vector], list(unicode_), list(empty)]


def what_cannot_be_fetched_raises(tf):
    tf.constant(1.0, name="a")
    wrong = [None, 3, 1.5, [None], {"x": 3}, "absent", "absent:0", "a:1", "a:", np.zeros(2), object, [[], 7], {1, 2}]
    with tf.Session() as session:
        return [raised(lambda fetch=fetch: session.run(fetch), key=None if _plain(fetch) else "") for fetch in wrong]


def _plain(fetch):
    return not isinstance(fetch, (np.ndarray, type, set))


def a_variable_is_fetched_as_its_value(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    r = tf.Variable([3.0], name="r", use_resource=True)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return [session.run(v), session.run([v, v.initializer, "v:0"]), session.run({"r": r}), session.run("v/read:0")]


def sparse_values_and_slices_are_fetched_as_tuples(tf):
    sparse = tf.SparseTensor([[0, 1], [2, 0]], [5.0, 6.0], [3, 2])
    slices = tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([4]), tf.constant([9, 1]))
    bare = tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([4]))
    with tf.Session() as session:
        a, b, c = session.run([sparse, slices, bare])
    return [[type(x).__name__, x._asdict()] for x in (a, b, c)]


def a_sparse_placeholder_takes_a_value_or_a_tuple(tf):
    x = tf.sparse_placeholder(tf.float32, name="x")
    known = tf.sparse_placeholder(tf.float32, shape=[3, 2], name="k")
    indices, numbers, shape = [[0, 1], [2, 0]], [5.0, 6.0], [3, 2]
    with tf.Session() as session:
        first = session.run(x, {x: tf.SparseTensorValue(indices, numbers, shape)})
        second = session.run(x.values, {x: (np.array(indices), np.array(numbers), np.array(shape))})
        third = session.run(known, {known: tf.SparseTensorValue(indices, numbers, shape)})
        wrong = raised(lambda: session.run(x, {x: 3.0}), key="")
    return [first._asdict(), second, third._asdict(), [x.values.name, x.indices.name, x.dense_shape.name], wrong]


def feeds_are_named_by_tensor_or_by_string(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    y = x * 2.0
    with tf.Session() as session:
        return [
            session.run(y, {x: [1, 2]}),
            session.run(y, {"x:0": [3, 4]}),
            session.run(y, {x: np.array([1, 2], "i8")}),
        ]


def feeds_are_converted_to_the_placeholder_dtype(tf):
    types = [tf.float32, tf.float64, tf.int32, tf.int64, tf.uint8, tf.bool, tf.complex64, tf.float16]
    told = []
    with tf.Session() as session:
        for dtype in types:
            x = tf.placeholder(dtype, name="x")
            for value in (1, 1.5, True, [1, 2], np.float32(3.5), np.int64(4), np.array([1.5, 2.0])):
                told.append([dtype.name, str(value), raised(lambda v=value, x=x: session.run(x, {x: v}), key="")])
    return told


def unfit_feed_dtypes_raise(tf):
    i = tf.placeholder(tf.int32, name="i")
    u = tf.placeholder(tf.uint8, name="u")
    f = tf.placeholder(tf.float32, name="f")
    with tf.Session() as session:
        return [
            raised(lambda: session.run(i, {i: 2**40})),
            raised(lambda: session.run(i, {i: 1.5})),
            raised(lambda: session.run(u, {u: 300})),
            raised(lambda: session.run(u, {u: -1})),
            raised(lambda: session.run(f, {f: "text"}), key="could not convert string to float"),
            raised(lambda: session.run(f, {f: None}), key=""),
            raised(lambda: session.run(f, {f: [[1.0], [2.0, 3.0]]})),
            raised(lambda: session.run(f, {f: {}}), key=""),
            raised(lambda: session.run(f, {f: np.array(["a"])}), key="could not convert string to float"),
        ]


def fed_strings_may_be_text_or_bytes(tf):
    s = tf.placeholder(tf.string, name="s")
    with tf.Session() as session:
        fed = [
            "text",
            b"bytes",
            ["a", b"b"],
            np.array(["u", "v"]),
            np.array([b"w"]),
            np.array(["x", b"y"], object),
            "é",
        ]
        return [raised(lambda value=value: session.run(tf.identity(s), {s: value})) for value in fed]


def unfit_feed_shapes_raise(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    s = tf.placeholder(tf.float32, [], name="s")
    with tf.Session() as session:
        return [
            raised(lambda: session.run(x, {x: [1.0, 2.0]})),
            raised(lambda: session.run(x, {x: np.zeros([3, 3])})),
            raised(lambda: session.run(x, {x: 1.0})),
            raised(lambda: session.run(s, {s: [1.0]})),
            raised(lambda: session.run(x, {x: np.zeros([0, 2])})),
        ]


def what_cannot_be_fed_raises(tf):
    a = tf.constant(1.0, name="a")
    with tf.Graph().as_default():
        other = tf.placeholder(tf.float32, name="other")
    with tf.Session() as session:
        return [
            raised(lambda: session.run(a, {"absent:0": 1.0})),
            raised(lambda: session.run(a, {"a": 1.0})),
            raised(lambda: session.run(a, {a.op: 1.0})),
            raised(lambda: session.run(a, {3: 1.0})),
            raised(lambda: session.run(a, {None: 1.0})),
            raised(lambda: session.run(a, {other: 1.0})),
            raised(lambda: session.run(a, [a])),
            raised(lambda: session.run(a, 3)),
            raised(lambda: session.run(a, {a: tf.constant(2.0)})),
        ]


def constants_intermediates_and_variables_may_be_fed(tf):
    a = tf.constant(2.0, name="a")
    b = a * 3.0
    c = b + 1.0
    v = tf.Variable(10.0, name="v")
    total = c + v
    with tf.Session() as session:
        session.run(v.initializer)
        return [
            session.run([a, b, c], {a: 5.0}),
            session.run([a, b, c], {b: 100.0}),
            session.run([b, c], {b: 7.0, a: 5.0}),
            session.run(total, {v: 20.0}),
            session.run([total, v], {v.value(): 30.0}),
            session.run(v),
        ]


def feeding_a_variable_needs_no_initial_value(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    with tf.Session() as session:
        return session.run(v * 2.0, {v: [3.0, 4.0]})


def a_feed_of_a_known_shape_must_fit(tf):
    a = tf.constant([1.0, 2.0], name="a")
    with tf.Session() as session:
        return raised(lambda: session.run(a + 1.0, {a: [1.0, 2.0, 3.0]}))


def a_missing_feed_raises(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    s = tf.placeholder(tf.int32, name="free")
    with tf.Session() as session:
        return [raised(lambda: session.run(x + 1.0)), raised(lambda: session.run(s)), raised(lambda: session.run(x))]


def a_placeholder_with_default_needs_no_feed(tf):
    x = tf.placeholder_with_default([1.0, 2.0], [None], name="x")
    with tf.Session() as session:
        return [session.run(x * 2.0), session.run(x * 2.0, {x: [5.0]}), raised(lambda: session.run(x, {x: 1.0}))]


def an_uninitialised_variable_raises(tf):
    v = tf.Variable(1.0, name="v")
    with tf.variable_scope("s"):
        w = tf.get_variable("w", [2])
    r = tf.Variable(1.0, name="r", use_resource=True)
    with tf.Session() as session:
        return [
            raised(lambda: session.run(v)),
            raised(lambda: session.run(v + 1.0)),
            raised(lambda: session.run(w.assign_add([1.0, 1.0]))),
            raised(lambda: session.run(r), key="r"),
            raised(lambda: session.run(v.assign(3.0))),
            session.run(v),
        ]


def an_error_names_the_operation(tf):
    a = tf.placeholder(tf.float32, name="a")
    b = tf.placeholder(tf.float32, name="b")
    product = tf.matmul(a, b, name="product")
    total = tf.add(a, b, name="total")

    def told(fetch, feeds):
        with tf.Session() as session:
            try:
                session.run(fetch, feeds)
            except tf.errors.OpError as error:
                return [type(error).__name__, error.op.name, error.node_def.name, error.error_code]

    return [
        told(product, {a: np.zeros([2, 3]), b: np.zeros([2, 3])}),
        told(total, {a: np.zeros([2]), b: np.zeros([3])}),
        told(tf.identity(a, name="i"), {}),
    ]


def shapes_that_disagree_at_run_time_raise(tf):
    a = tf.placeholder(tf.float32, name="a")
    b = tf.placeholder(tf.float32, name="b")
    i = tf.placeholder(tf.int32, name="i")

    def attempt(fetch, feeds, key=""):
        with tf.Session() as session:
            return raised(lambda: session.run(fetch, feeds), key)

    return {
        "matmul": attempt(tf.matmul(a, b), {a: np.zeros([2, 3]), b: np.zeros([2, 3])}),
        "matmul rank": attempt(tf.matmul(a, b), {a: np.zeros([3]), b: np.zeros([2, 3])}),
        "add": attempt(a + b, {a: np.zeros([2]), b: np.zeros([3])}, None),
        "reshape": attempt(tf.reshape(a, [3, 2]), {a: np.zeros([4])}, None),
        "concat": attempt(tf.concat([a, b], 0), {a: np.zeros([2, 2]), b: np.zeros([2, 3])}, None),
        "gather": attempt(tf.gather(a, i), {a: np.zeros([2]), i: [5]}, None),
        "slice": attempt(tf.slice(a, [0], [5]), {a: np.zeros([2])}),
        "index": attempt(a[5], {a: np.zeros([2])}, None),
        "squeeze": attempt(tf.squeeze(a, [0]), {a: np.zeros([2])}),
        "stack": attempt(tf.stack([a, b]), {a: np.zeros([2]), b: np.zeros([3])}),
        "divide": attempt(i // 0, {i: [1]}, None),
        "labels": attempt(
            tf.nn.sparse_softmax_cross_entropy_with_logits(labels=i, logits=a),
            {i: [7], a: np.zeros([1, 3])},
            "label value of 7",
        ),
        "transpose": attempt(tf.transpose(a, i), {a: np.zeros([2, 2]), i: [0, 0]}),
        "tile": attempt(tf.tile(a, i), {a: np.zeros([2, 2]), i: [1]}),
        "argmax": attempt(tf.argmax(a, i), {a: np.zeros([2, 2]), i: 5}),
        "sum": attempt(tf.reduce_sum(a, i), {a: np.zeros([2, 2]), i: [3]}),
        "expand": attempt(tf.expand_dims(a, i), {a: np.zeros([2, 2]), i: 7}),
        "fill": attempt(tf.fill(i, a), {i: [-1], a: 1.0}),
        "range": attempt(tf.range(0, 5, i), {i: 0}),
        "pad": attempt(tf.pad(a, [[1, 1]]), {a: np.zeros([2, 2])}),
        "split": attempt(tf.split(a, 2), {a: np.zeros([3])}),
    }


def a_closed_session_raises(tf):
    a = tf.constant(1.0)
    session = tf.Session()
    session.run(a)
    session.close()
    with tf.Session() as inside:
        inside.run(a)
    return [raised(lambda: session.run(a)), raised(lambda: session.close()), raised(lambda: inside.run(a))]


def without_a_default_session_eval_and_run_raise(tf):
    a = tf.constant(1.0)
    operation = tf.no_op()
    return [raised(a.eval), raised(operation.run), tf.get_default_session() is None]


def eval_and_run_use_the_default_session(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    v = tf.Variable(1.0, name="v")
    add = v.assign_add(x)
    with tf.Session() as session:
        tf.global_variables_initializer().run()
        told = [(x * 2.0).eval({x: 3.0}), add.op.run({x: 4.0}), v.eval(), tf.get_default_session() is session]
        told.append((x * 2.0).eval(feed_dict={"x:0": 5.0}))
    other = tf.Session()
    told.append(tf.constant(7.0).eval(session=other))
    return told + [raised(lambda: v.eval(other)), tf.get_default_session() is None]


def a_default_session_nests_without_closing(tf):
    a = tf.constant(1.0)
    outer, inner = tf.Session(), tf.Session()
    with outer.as_default():
        with inner.as_default():
            first = tf.get_default_session() is inner
        second = tf.get_default_session() is outer
    return [first, second, outer.run(a), inner.run(a), tf.get_default_session() is None]


def a_session_context_brings_its_graph(tf):
    graph = tf.Graph()
    with graph.as_default():
        a = tf.constant(1.0, name="a")
    with tf.Session(graph=graph) as session:
        inside = tf.get_default_graph() is graph
        b = tf.constant(2.0, name="b")
        told = [a.eval(), session.run(b), session.graph is graph]
    return [inside, told, b.graph is graph, tf.get_default_graph() is graph]


def a_session_can_not_be_entered_twice_after_closing(tf):
    a = tf.constant(1.0)
    session = tf.Session()
    with session:
        session.run(a)
    with session:
        return raised(lambda: session.run(a))


def tensors_of_another_graph_raise(tf):
    with tf.Graph().as_default():
        a = tf.constant(1.0, name="a")
        operation = tf.no_op(name="n")
        v = tf.Variable(1.0, name="v")
    tf.constant(1.0)
    with tf.Session() as session:
        return [
            raised(lambda: session.run(a), key="is not an element of this graph."),
            raised(lambda: session.run(operation), key="is not an element of this graph."),
            raised(lambda: session.run(v), key="is not an element of this graph."),
            raised(lambda: a.eval()),
            raised(lambda: operation.run()),
        ]


def an_empty_graph_runs_nothing(tf):
    with tf.Session() as session:
        return raised(lambda: session.run([]))


def two_sessions_share_no_variables(tf):
    v = tf.Variable(1.0, name="v")
    one, two = tf.Session(), tf.Session()
    one.run(v.initializer)
    error = raised(lambda: two.run(v))
    two.run(v.initializer)
    one.run(v.assign_add(5.0))
    return [error, one.run(v), two.run(v)]


def random_streams_continue_and_restart_with_the_session(tf):
    a = tf.random_uniform([2], seed=1)
    b = tf.random_uniform([2], seed=1)
    c = tf.random_normal([2], seed=2)
    told = []
    for _ in range(2):
        with tf.Session() as session:
            told.append([session.run([a, b, c]), session.run(a), session.run([a, b])])
    return told


def one_random_operation_draws_once_in_a_run(tf):
    a = tf.random_uniform([2], seed=1)
    with tf.Session() as session:
        x, y, z = session.run([a, a + 0.0, a - a])
    return [x, y, z]


def a_callable_runs_its_fetches(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    y = tf.placeholder(tf.float32, [], name="y")
    total = x * y
    with tf.Session() as session:
        call = session.make_callable({"t": total, "x": x}, [x, y])
        alone = session.make_callable(total, feed_list=[x, "y:0"])
        none = session.make_callable(tf.constant(3.0))
        nothing = session.make_callable(tf.no_op())
        return [
            call(np.float32([1, 2]), np.float32(3)),
            alone(np.float32([1, 2]), np.float32(5)),
            none(),
            nothing(),
            raised(lambda: call(np.float32([1, 2])), key=""),
        ]


def a_partial_run_goes_on_where_it_stopped(tf):
    a = tf.placeholder(tf.float32, [], name="a")
    b = tf.placeholder(tf.float32, [], name="b")
    c = tf.placeholder(tf.float32, [], name="c")
    first = a + b
    second = first * c
    with tf.Session() as session:
        handle = session.partial_run_setup([first, second], [a, b, c])
        told = [session.partial_run(handle, first, {a: 1.0, b: 2.0})]
        told.append(session.partial_run(handle, second, {c: told[0] * 10.0}))
        again = session.partial_run_setup([first, second], [a, b, c])
        wrong = [
            raised(lambda: session.partial_run(again, second * 2.0, {a: 1.0}), key=""),
            raised(lambda: session.partial_run("no such", first, {a: 1.0}), key=""),
        ]
    return [told, wrong]


def an_interactive_session_is_the_default(tf):
    session = tf.InteractiveSession()
    v = tf.Variable(2.0, name="v")
    v.initializer.run()
    told = [v.eval(), tf.get_default_session() is session, (v * 3.0).eval()]
    session.close()
    return told + [tf.get_default_session() is None, raised(lambda: session.run(v))]


def an_interactive_session_takes_a_graph(tf):
    graph = tf.Graph()
    session = tf.InteractiveSession(graph=graph)
    a = tf.constant(2.0)
    told = [a.graph is graph, a.eval()]
    session.close()
    return told + [tf.get_default_graph() is graph]


@wording("graph must be a tf.Graph")
def a_session_wants_a_graph(tf):
    return tf.Session(graph=3)


def a_session_wants_a_config_message(tf):
    return [
        raised(lambda: tf.Session(config=3)),
        raised(lambda: tf.Session(target=3)),
        raised(lambda: tf.Session("no-such://target"), key=""),
    ]


def run_options_and_metadata_are_messages(tf):
    a = tf.constant(1.0)
    with tf.Session() as session:
        metadata = tf.RunMetadata()
        value = session.run(a, options=tf.RunOptions(trace_level=tf.RunOptions.NO_TRACE), run_metadata=metadata)
        return [
            value,
            tf.RunOptions.FULL_TRACE,
        ]


def a_session_tells_its_graph_and_devices(tf):
    with tf.Session(config=tf.ConfigProto(device_count={"GPU": 0})) as session:
        devices = session.list_devices()
        return [
            session.graph is tf.get_default_graph(),
            [[d.name, d.device_type] for d in devices if d.device_type == "CPU"],
            session.graph_def.versions.producer,
        ]


def an_unknown_device_raises_unless_placement_is_soft(tf):
    with tf.device("/gpu:7"):
        a = tf.add(1.0, 2.0, name="a")
    hard = tf.ConfigProto(allow_soft_placement=False, device_count={"GPU": 0})
    soft = tf.ConfigProto(allow_soft_placement=True, device_count={"GPU": 0})
    with tf.Session(config=hard) as session:
        error = raised(lambda: session.run(a), key="Cannot assign a device for operation a")
    with tf.Session(config=soft) as session:
        return [error, session.run(a)]


def fetching_does_not_change_with_the_order(tf):
    v = tf.Variable(1.0, name="v")
    add = tf.assign_add(v, 2.0)
    with tf.control_dependencies([add]):
        after = v.read_value()
    with tf.Session() as session:
        session.run(v.initializer)
        return [session.run([after, add.op]), session.run([add.op, after]), session.run(after), session.run(v)]


def a_fetched_array_may_be_written_to(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    with tf.Session() as session:
        session.run(v.initializer)
        fetched = session.run(v)
        fetched += 10.0
        return [session.run(v), fetched]


def a_fed_array_is_not_kept(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    v = tf.Variable([0.0, 0.0], name="v")
    store = v.assign(x)
    fed = np.float32([1.0, 2.0])
    with tf.Session() as session:
        session.run(v.initializer)
        session.run(store, {x: fed})
        fed[:] = 9.0
        session.run(v.assign_add([1.0, 1.0]))
        return [session.run(v), fed]


def a_graph_may_grow_between_runs(tf):
    with tf.Session() as session:
        told = []
        total = tf.constant(0.0)
        for k in range(3):
            total = total + float(k)
            told.append(session.run(total))
    return told


def threads_share_a_session(tf):
    v = tf.Variable(0, name="v")
    add = tf.assign_add(v, 1, use_locking=True)
    with tf.Session() as session:
        session.run(v.initializer)
        threads = [threading.Thread(target=lambda: [session.run(add.op) for _ in range(20)]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return session.run(v)


def the_default_session_is_per_thread(tf):
    told = []
    with tf.Session():
        thread = threading.Thread(target=lambda: told.append(tf.get_default_session() is None))
        thread.start()
        thread.join()
    return told


def the_default_graph_is_per_thread(tf):
    told = []
    with tf.Graph().as_default() as graph:
        thread = threading.Thread(target=lambda: told.append(tf.get_default_graph() is graph))
        thread.start()
        thread.join()
    return told


def a_session_reset_config_keeps_messages_as_given(tf):
    config = tf.ConfigProto(allow_soft_placement=True, log_device_placement=False, inter_op_parallelism_threads=2)
    config.gpu_options.allow_growth = True
    config.gpu_options.per_process_gpu_memory_fraction = 0.4
    options = tf.GPUOptions(per_process_gpu_memory_fraction=0.25)
    return [str(config).split("\n"), str(tf.ConfigProto(gpu_options=options)).split("\n")]


def sessions_on_the_error_path_still_work(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    v = tf.Variable([0.0, 0.0], name="v")
    add = v.assign_add(x)
    with tf.Session() as session:
        session.run(v.initializer)
        wrong = [
            raised(lambda: session.run(add)),
            raised(lambda: session.run(add, {x: [1.0]})),
            raised(lambda: session.run([add, tf.placeholder(tf.float32, name="missing")], {x: [0.0, 0.0]})),
        ]
        return [wrong, session.run(add, {x: [1.0, 2.0]})]
