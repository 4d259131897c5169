"""Tensors, shapes and dtypes: how they print, convert and merge, and what may not be mixed."""

import numpy as np

from tests.cases.probe import described, names, raised, shape, values


def tensors_print_name_shape_and_dtype(tf):
    made = [
        tf.placeholder(tf.float32, name="a"),
        tf.placeholder(tf.float32, [None, 2], name="b"),
        tf.constant([1, 2], name="c"),
        tf.constant("s", name="d"),
        tf.placeholder(tf.bool, [], name="e"),
        tf.split(tf.zeros([4]), 2, name="f")[1],
        tf.Variable(1.0, name="g"),
        tf.Variable([1], name="h", use_resource=True),
        tf.Variable(1.0, name="i").op.outputs[0],
    ]
    return [[str(t), repr(t)] for t in made]


def operations_print_as_their_protos(tf):
    operation = tf.no_op(name="n")
    return [str(operation).split("\n"), repr(operation), repr(tf.constant(1.0).op)]


def slices_and_sparse_tensors_print(tf):
    slices = tf.IndexedSlices(tf.constant([1.0], name="v"), tf.constant([0], name="i"))
    sized = tf.IndexedSlices(slices.values, slices.indices, tf.constant([4], name="s"))
    sparse = tf.SparseTensor([[0, 1]], [5.0], [3, 2])
    return [
        str(slices),
        str(sized),
        str(sparse),
        [slices.name, slices.dtype.name, slices.dense_shape, slices.op.name, str(sized.dense_shape)],
        [sparse.dtype.name, sparse.get_shape().as_list(), str(sparse.shape)],
    ]


def dtypes_print_and_compare(tf):
    kinds = [
        tf.float16,
        tf.float32,
        tf.float64,
        tf.bfloat16,
        tf.int8,
        tf.int16,
        tf.int32,
        tf.int64,
        tf.uint8,
        tf.uint16,
    ]
    kinds += [tf.uint32, tf.uint64, tf.bool, tf.string, tf.complex64, tf.complex128, tf.resource, tf.variant]
    kinds += [tf.qint8, tf.quint8, tf.qint32]
    told = []
    for d in kinds:
        flags = [d.is_floating, d.is_integer, d.is_unsigned, d.is_complex, d.is_bool, d.is_numpy_compatible]
        told.append([str(d), repr(d), d.name, d.as_datatype_enum, flags])
    return told


def dtypes_have_limits_and_relatives(tf):
    return {
        "min max": [[d.min, d.max] for d in (tf.int8, tf.uint8, tf.int16, tf.int32, tf.int64, tf.float16)],
        "size": [d.size for d in (tf.float16, tf.float32, tf.float64, tf.int8, tf.bool, tf.complex64, tf.complex128)],
        "real": [d.real_dtype.name for d in (tf.complex64, tf.complex128, tf.float32)],
        "numpy": [np.dtype(d.as_numpy_dtype).name for d in (tf.float32, tf.int64, tf.bool, tf.string, tf.complex64)],
        "base": tf.Variable(1.0).dtype.base_dtype.name,
        "ref": tf.Variable(1.0).dtype.name,
        "limits": list(tf.uint8.limits),
        "no limits": [raised(lambda: tf.string.min, key=""), raised(lambda: tf.complex64.max, key="")],
        "compatible": [
            tf.float32.is_compatible_with(tf.Variable(1.0).dtype),
            tf.float32.is_compatible_with(tf.float64),
        ],
    }


def dtypes_are_made_from_many_things(tf):
    given = [np.float32, np.dtype("int64"), "float32", "bool", "string", 1, 9, float, int, bool, str, "f4", "double"]
    given += [np.array(1.0).dtype, tf.int8, "int", "half", "float32_ref", "bfloat16", object, np.str_]
    return [
        [str(g) if isinstance(g, (str, int)) else "", raised(lambda g=g: tf.as_dtype(g).name, key="")] for g in given
    ]


def dtypes_equal_what_they_are_made_from(tf):
    return [
        tf.float32 == np.float32,
        tf.float32 == "float32",
        tf.float32 != tf.float64,
        tf.float32 == tf.Variable(1.0).dtype,
        tf.float32 == tf.Variable(1.0).dtype.base_dtype,
        hash(tf.as_dtype("float32")) == hash(tf.float32),
        tf.int32 == 3,
        tf.float32 is tf.as_dtype(np.float32),
    ]


def tensors_have_no_truth_length_or_iteration(tf):
    t, u = tf.constant([1.0, 2.0]), tf.placeholder(tf.float32)

    def branch():
        if t > 1.0:
            return "entered"

    return [
        raised(lambda: bool(t), key="using a `tf.Tensor` as a Python `bool` is not allowed in Graph execution"),
        raised(branch, key="using a `tf.Tensor` as a Python `bool` is not allowed in Graph execution"),
        raised(lambda: list(t), key="iterating over `tf.Tensor` is not allowed in Graph execution"),
        raised(lambda: list(u), key="iterating over `tf.Tensor` is not allowed in Graph execution"),
        raised(lambda: len(t), key="len"),
        raised(lambda: 1.0 in t, key=""),
        raised(lambda: float(t), key=""),
        raised(lambda: [1, 2][t], key=""),
        raised(lambda: t.no_such),
        raised(lambda: not t, key="using a `tf.Tensor` as a Python `bool` is not allowed in Graph execution"),
        raised(lambda: t and u, key="using a `tf.Tensor` as a Python `bool` is not allowed in Graph execution"),
    ]


def set_shape_merges(tf):
    x = tf.placeholder(tf.float32, name="x")
    told = [str(x.shape)]
    for size in ([None, 3], [2, None], [2, 3], tf.TensorShape(None), None):
        x.set_shape(size)
        told.append(str(x.shape))
    wrong = [raised(lambda s=s: x.set_shape(s)) for s in ([2, 4], [2], [2, 3, 1])]
    return [told, wrong, str(x.get_shape()), str(x.shape)]


def tensor_shapes_print(tf):
    given = [None, [], [1], [None], [1, None, 3], [2, 3], 4, (5, 6), tf.TensorShape([7]), [tf.Dimension(8)]]
    made = [tf.TensorShape(g) for g in given]
    return [[str(s), repr(s), s.ndims, s.is_fully_defined()] for s in made]


def tensor_shapes_give_their_dimensions(tf):
    s, unknown = tf.TensorShape([2, None, 4]), tf.TensorShape(None)
    return {
        "as_list": [s.as_list(), raised(unknown.as_list)],
        "index": [repr(s[0]), repr(s[1]), str(s[1:]), s[2].value, repr(unknown[0]), str(unknown[1:]), str(unknown[:2])],
        "iterate": [repr(d) for d in s],
        "iterate unknown": raised(lambda: list(unknown)),
        "len": [len(s), raised(lambda: len(unknown))],
        "num_elements": [s.num_elements(), tf.TensorShape([2, 3]).num_elements(), unknown.num_elements()],
        "bool": [bool(s), bool(unknown), bool(tf.TensorShape([]))],
        "dims": [[d.value for d in s.dims], unknown.dims],
        "rank": [s.rank, unknown.rank],
        "concatenate": [str(s.concatenate([5])), str(s.concatenate(None))],
        "out of range": raised(lambda: s[3], key=""),
    }


def tensor_shapes_compare_and_merge(tf):
    pairs = [([2, 3], [2, 3]), ([2, None], [2, 3]), ([2, 3], [2, 4]), (None, [2]), ([2], [2, 3]), ([None], [None])]
    told = []
    for first, second in pairs:
        a, b = tf.TensorShape(first), tf.TensorShape(second)
        merged = raised(lambda a=a, b=b: str(a.merge_with(b)))
        told.append([str(a), str(b), raised(lambda a=a, b=b: a == b), a.is_compatible_with(b), merged])
    s = tf.TensorShape([2, None])
    return [
        told,
        raised(lambda: s.assert_is_compatible_with([3, 3])),
        raised(lambda: s.assert_has_rank(3)),
        raised(lambda: s.assert_is_fully_defined()),
        raised(lambda: s.assert_same_rank([1])),
        [str(s.with_rank(2)), str(tf.TensorShape(None).with_rank(2)), str(s.with_rank_at_least(1))],
        raised(lambda: s.with_rank(1)),
        [
            str(s.most_specific_compatible_shape([2, 3])),
            s == [2, None],
            tf.TensorShape([2]) == [2],
            tf.TensorShape([2]) != [3],
        ],
        raised(lambda: tf.TensorShape([-1])),
        raised(lambda: tf.TensorShape(["a"]), key=""),
    ]


def dimensions_compute(tf):
    a, b, u = tf.Dimension(7), tf.Dimension(2), tf.Dimension(None)
    return {
        "repr": [repr(a), str(a), repr(u), str(u)],
        "arithmetic": [
            repr(x) for x in (a + b, a - b, a * b, a // b, a % b, a + 1, 1 + a, a + u, 10 - a, 2 * a, 15 // a)
        ],
        "compare": [a == 7, a == b, a != b, a < b, a > 2, a == u, u == u, a <= 7, a >= u],
        "int": [int(a), a.value, raised(lambda: int(u), key=""), list(range(10))[b], u.value],
        "division": raised(lambda: a / b, key=""),
        "merge": [repr(a.merge_with(u)), raised(lambda: a.merge_with(b))],
        "compatible": [
            a.is_compatible_with(u),
            a.is_compatible_with(b),
            raised(lambda: a.assert_is_compatible_with(b)),
        ],
        "wrong": [
            raised(lambda: tf.Dimension(-1)),
            raised(lambda: tf.Dimension("x"), key=""),
            raised(lambda: tf.Dimension(1.5), key=""),
        ],
    }


def constants_choose_their_dtype(tf):
    given = [
        1, 1.0, True, "s", b"s", 1j, 2**40, [1, 2], [1, 2.0], [1.0, True], [[1], [2]], [], [[]], (1, 2),
        np.float64(1), np.float32(1), np.int64(1), np.int8(1), np.bool_(True), np.array([1.0]), np.array([1]),
        np.array(["a", "b"]), np.array([b"a"]), [np.float64(1), 2], [np.float32(1), np.float64(2)], [1, np.int64(2)],
        np.float16(1), np.zeros([2, 0]), np.array([1 + 2j]), [np.array([1.0]), np.array([2.0])], [True, False],
    ]  # fmt: skip
    return [raised(lambda g=g: described(tf.constant(g)), key="") for g in given]


def unfit_constants_raise(tf):
    return [
        raised(lambda: tf.constant(None)),
        raised(lambda: tf.constant([1, None])),
        raised(lambda: tf.constant([1, "a"])),
        raised(lambda: tf.constant([[1, 2], [3]])),
        raised(lambda: tf.constant(1.5, tf.int32)),
        raised(lambda: tf.constant("a", tf.float32)),
        raised(lambda: tf.constant(1, tf.string)),
        raised(lambda: tf.constant(2**70), key=""),
        raised(lambda: tf.constant(1, tf.bool)),
        raised(lambda: tf.constant(True, tf.float32)),
        raised(lambda: tf.constant(1j, tf.float32), key=""),
        raised(lambda: tf.constant([1, 2, 3], shape=[2])),
        raised(lambda: tf.constant(object()), key=""),
        raised(lambda: tf.constant(tf.constant(1)), key=""),
        raised(lambda: described(tf.constant([1.5, 2.5], tf.float16))),
        raised(lambda: described(tf.constant(1, tf.float32))),
        raised(lambda: described(tf.constant(np.float64(1.5), tf.int32))),
        raised(lambda: described(tf.constant(np.int64(3), tf.float32))),
    ]


def constants_fill_their_shape(tf):
    made = [
        tf.constant(1.0, shape=[2, 2]),
        tf.constant([1, 2], shape=[2, 3]),
        tf.constant([1, 2, 3, 4], shape=[2, 2]),
        tf.constant([], shape=[0, 3], dtype=tf.float32),
        tf.constant("a", shape=[2]),
    ]
    wrong = raised(lambda: tf.constant([1, 2], shape=[2, 2], verify_shape=True), key="")
    return [[described(t) for t in made], values(tf, made), wrong]


def conversion_honours_dtype_and_hint(tf):
    a = tf.constant(1.0)
    return [
        described(tf.convert_to_tensor(1, tf.float32)),
        described(tf.convert_to_tensor(1, preferred_dtype=tf.float32)),
        described(tf.convert_to_tensor(1, dtype_hint=tf.float64)),
        described(tf.convert_to_tensor("a", preferred_dtype=tf.float32)),
        described(tf.convert_to_tensor(1.5, preferred_dtype=tf.int32)),
        tf.convert_to_tensor(a) is a,
        tf.convert_to_tensor(a, tf.float32) is a,
        raised(lambda: tf.convert_to_tensor(a, tf.int32)),
        tf.convert_to_tensor(a, preferred_dtype=tf.int32) is a,
        raised(lambda: tf.convert_to_tensor([a, tf.constant(1)]), key=""),
        described(tf.convert_to_tensor([a, 1])),
        described(tf.convert_to_tensor(tf.TensorShape([1, 2]))),
        described(tf.convert_to_tensor(tf.TensorShape([1, 2]), tf.int64)),
        raised(lambda: tf.convert_to_tensor(tf.TensorShape([1, None]))),
        described(tf.convert_to_tensor(tf.Variable([1.0]))),
        described(tf.convert_to_tensor(np.zeros([2, 2]))),
        raised(lambda: tf.convert_to_tensor({}), key=""),
    ]


def slices_convert_to_dense_tensors(tf):
    slices = tf.IndexedSlices(tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.constant([0, 0]), tf.constant([3, 2]))
    bare = tf.IndexedSlices(tf.constant([1.0]), tf.constant([0]))
    return [values(tf, tf.convert_to_tensor(slices)), raised(lambda: tf.convert_to_tensor(bare), key="dense_shape")]


def dtypes_do_not_mix(tf):
    i, f, d = tf.constant(1, name="i"), tf.constant(1.0, name="f"), tf.constant(1.0, tf.float64, name="d")
    b = tf.constant(True, name="b")
    return [
        raised(lambda: tf.add(1, 2.0), key=""),
        raised(lambda: i + 1.5),
        raised(lambda: i + f),
        raised(lambda: f + d),
        raised(lambda: f * i),
        raised(lambda: tf.matmul([[1.0]], tf.constant([[1]]))),
        raised(lambda: f + "a"),
        raised(lambda: b + b, key="has DataType"),
        raised(lambda: f & f),
        raised(lambda: tf.concat([[1.0], [1]], 0), key=""),
        raised(lambda: tf.stack([f, i]), key=""),
        raised(lambda: tf.where(b, f, i)),
        raised(lambda: f < i),
        raised(lambda: i % 2.0),
        raised(lambda: tf.reduce_mean(b), key="has DataType"),
        raised(lambda: tf.sigmoid(i), key="has DataType"),
        raised(lambda: tf.sqrt(i), key="has DataType"),
        raised(lambda: tf.nn.softmax(i), key="has DataType"),
        raised(lambda: tf.logical_and(f, b)),
        raised(lambda: tf.gather([1.0, 2.0], f)),
        raised(lambda: tf.reshape(f, [1.0])),
        raised(lambda: f + None),
    ]


def python_numbers_take_the_tensors_dtype(tf):
    dtypes = (tf.float16, tf.float32, tf.float64, tf.int8, tf.int32, tf.int64, tf.uint8, tf.complex64)
    return [[d.name, (tf.ones([2], d) + 1).dtype.name, (2 * tf.ones([2], d)).dtype.name] for d in dtypes]


def a_numpy_array_on_the_left_gives_a_tensor(tf):
    t = tf.constant([1.0, 2.0], name="t")
    a = np.float32([10.0, 20.0])
    made = [a + t, a - t, a * t, a / t, np.float32(3.0) * t, a < t, np.eye(2, dtype=np.float32) @ t[:, None]]
    return [
        [type(m).__name__ for m in made],
        names(made),
        values(tf, made),
        raised(lambda: np.float64([1.0]) + t, key=""),
    ]


def shapes_that_cannot_fit_raise_when_built(tf):
    x, y = tf.placeholder(tf.float32, [2, 3], name="x"), tf.placeholder(tf.float32, [4, 5], name="y")
    v = tf.placeholder(tf.float32, [3], name="v")
    return {
        "matmul": raised(lambda: tf.matmul(x, y)),
        "matmul named": raised(lambda: tf.matmul(x, y, name="product")),
        "matmul rank": raised(lambda: tf.matmul(x, v)),
        "add": raised(lambda: x + y),
        "reshape": raised(lambda: tf.reshape(x, [4, 2])),
        "reshape two unknowns": raised(lambda: tf.reshape(x, [-1, -1]), key=""),
        "concat": raised(lambda: tf.concat([x, y], 0)),
        "concat axis": raised(lambda: tf.concat([x, x], 5), key=""),
        "stack": raised(lambda: tf.stack([x, y])),
        "stack axis": raised(lambda: tf.stack([x, x], axis=5)),
        "split": raised(lambda: tf.split(x, 2, 1)),
        "squeeze": raised(lambda: tf.squeeze(x, [0])),
        "expand_dims": raised(lambda: tf.expand_dims(x, 5)),
        "transpose": raised(lambda: tf.transpose(x, [0, 1, 2])),
        "slice": raised(lambda: tf.slice(x, [0], [1])),
        "index": raised(lambda: x[2]),
        "too many indices": raised(lambda: x[0, 0, 0]),
        "index type": raised(lambda: x["a"]),
        "index float": raised(lambda: x[1.5]),
        "reduce axis": raised(lambda: tf.reduce_sum(x, axis=3)),
        "argmax axis": raised(lambda: tf.argmax(x, 3)),
        "bias_add": raised(lambda: tf.nn.bias_add(x, [1.0, 2.0])),
        "cross entropy": raised(lambda: tf.nn.softmax_cross_entropy_with_logits_v2(labels=x, logits=y)),
        "sparse cross entropy": raised(lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[1], logits=x)),
        "sparse labels rank": raised(lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[[1]], logits=x)),
        "sigmoid cross entropy": raised(lambda: tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=y)),
        "add_n": raised(lambda: tf.add_n([x, y])),
        "add_n empty": raised(lambda: tf.add_n([])),
        "where": raised(lambda: tf.where(x > 0, x, y)),
        "tile": raised(lambda: tf.tile(x, [2])),
        "pad": raised(lambda: tf.pad(x, [[1, 1]])),
        "gather": raised(lambda: tf.gather(tf.constant(1.0), [0]), key=""),
        "unstack unknown": raised(lambda: tf.unstack(tf.placeholder(tf.float32, [None, 2]))),
        "placeholder": raised(lambda: tf.placeholder(tf.float32, [-2]), key=""),
        "named arguments": raised(lambda: tf.nn.softmax_cross_entropy_with_logits(x, y)),
        "dropout": raised(lambda: tf.nn.dropout(x, 1.5), key=""),
        "one_hot": raised(lambda: tf.one_hot([1], 3, on_value=1.0, off_value=0, dtype=tf.float32), key=""),
        "range": raised(lambda: tf.range(0, 3, 0), key=""),
        "zeros": raised(lambda: tf.zeros([2, -3]), key=""),
    }


def static_shapes_follow_partial_knowledge(tf):
    rows = tf.placeholder(tf.float32, [None, 3], name="rows")
    free = tf.placeholder(tf.float32, name="free")
    n = tf.placeholder(tf.int32, [], name="n")
    q = tf.placeholder(tf.bool, [None], name="q")
    made = {
        "rows + 1": rows + 1.0,
        "rows + [1,3]": rows + tf.zeros([1, 3]),
        "rows + [5,3]": rows + tf.zeros([5, 3]),
        "rows + free": rows + free,
        "matmul": tf.matmul(rows, tf.zeros([3, 4])),
        "matmul transposed": tf.matmul(rows, rows, transpose_b=True),
        "matmul free": tf.matmul(free, free),
        "transpose": tf.transpose(rows),
        "reshape -1": tf.reshape(rows, [-1]),
        "reshape [-1, 3]": tf.reshape(rows, [-1, 3]),
        "reshape [n, 3]": tf.reshape(free, [n, 3]),
        "reshape to shape": tf.reshape(free, tf.shape(rows)),
        "reshape known": tf.reshape(tf.zeros([4, 6]), [3, -1]),
        "shape": tf.shape(rows),
        "shape free": tf.shape(free),
        "sum": tf.reduce_sum(rows, 0),
        "sum free": tf.reduce_sum(free),
        "sum free axis": tf.reduce_sum(free, 0),
        "sum keepdims": tf.reduce_sum(rows, 1, keepdims=True),
        "sum axis n": tf.reduce_sum(rows, n),
        "argmax": tf.argmax(rows, 1),
        "one_hot": tf.one_hot(tf.argmax(rows, 1), 5),
        "one_hot n": tf.one_hot(tf.argmax(rows, 1), n),
        "concat": tf.concat([rows, rows], 0),
        "concat 1": tf.concat([rows, rows], 1),
        "concat known": tf.concat([rows, tf.zeros([4, 3])], 1),
        "stack": tf.stack([rows, tf.zeros([2, 3])]),
        "split": tf.split(rows, 3, 1)[0],
        "split sizes": tf.split(rows, [1, 2], 1)[1],
        "expand": tf.expand_dims(rows, -1),
        "squeeze": tf.squeeze(tf.placeholder(tf.float32, [1, None, 1])),
        "squeeze free": tf.squeeze(free),
        "tile": tf.tile(rows, [2, 2]),
        "pad": tf.pad(rows, [[0, 1], [2, 0]]),
        "gather": tf.gather(rows, [0, 1]),
        "gather axis": tf.gather(rows, [0], axis=1),
        "mask": tf.boolean_mask(rows, q),
        "where": tf.where(q),
        "slice": rows[1:],
        "slice column": rows[:, 1],
        "slice n": rows[n:],
        "slice free": free[0],
        "tf.slice": tf.slice(rows, [0, 0], [-1, 2]),
        "range n": tf.range(n),
        "fill": tf.fill([n, 2], 1.0),
        "fill shape": tf.fill(tf.shape(rows), 1.0),
        "zeros like": tf.zeros_like(rows),
        "zeros like free": tf.zeros_like(free),
        "random": tf.random_normal(tf.shape(rows)),
        "random stack": tf.random_uniform(tf.stack([n, 3])),
        "cast": tf.cast(rows, tf.int32),
        "softmax": tf.nn.softmax(rows),
        "cross entropy": tf.nn.softmax_cross_entropy_with_logits_v2(labels=rows, logits=rows),
        "sparse": tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.argmax(rows, 1), logits=rows),
        "broadcast_to": tf.broadcast_to(tf.zeros([1, 3]), [4, 3]),
        "eye": tf.eye(n),
        "linspace": tf.linspace(0.0, 1.0, n),
        "with default": tf.placeholder_with_default([[1.0]], [None, 1]),
        "dropout": tf.nn.dropout(rows, 0.5),
        "top_k": tf.nn.top_k(rows, 2).values,
        "moments": tf.nn.moments(rows, [0])[0],
        "clip": tf.clip_by_value(rows, 0.0, 1.0),
        "cumsum": tf.cumsum(rows),
        "unstack": tf.unstack(rows, axis=1)[0],
        "reverse": tf.reverse(rows, [0]),
    }
    return {name: shape(tensor) for name, tensor in made.items()}


def integer_division_rounds_as_python_does(tf):
    a, b = tf.constant([7, -7, 7, -7]), tf.constant([2, 2, -2, -2])
    f, g = tf.constant([7.0, -7.0, 7.0, -7.0]), tf.constant([2.0, 2.0, -2.0, -2.0])
    made = [a // b, a % b, a / b, tf.div(a, b), tf.truncatediv(a, b), tf.truncatemod(a, b), f // g, f % g, f / g]
    return [[m.dtype.name for m in made], values(tf, made)]


def slicing_takes_the_values_python_takes(tf):
    a = tf.constant(np.arange(24).reshape(2, 3, 4))
    i = tf.constant(1)
    made = [
        a[1],
        a[-1, 0],
        a[:, 1:],
        a[..., -1],
        a[:, ::-1, ::2],
        a[i],
        a[i:, :i],
        a[0, 1, 2],
        a[:, None, 0, 3],
        a[..., 1:3, 0],
    ]
    made += [a[-2:, -1:], a[0:1], a[5:], a[:, -100:100], a[tf.newaxis].shape[0].value * tf.constant(1), a[0][1][2]]
    return values(tf, made)


def comparison_chains_and_unary_plus_raise(tf):
    a = tf.constant(1.0)
    return [raised(lambda: +a, key=""), raised(lambda: 0.0 < a < 2.0, key="bool"), raised(lambda: a << 1, key="")]


def tensors_know_their_operation_and_graph(tf):
    a = tf.placeholder(tf.float32, [None, 2], name="a")
    b = tf.identity(a, name="b")
    return [
        a.op.name,
        a.value_index,
        a.graph is tf.get_default_graph(),
        names(a.consumers()),
        a.device,
        b.op.inputs[0] is a,
        hash(a) == hash(a),
    ]


def type_predicates_hold(tf):
    a, v = tf.constant(1.0), tf.Variable(1.0)
    slices = tf.IndexedSlices(a, tf.constant(0))
    sparse = tf.SparseTensor([[0, 1]], [5.0], [3, 2])
    things = [a, v, slices, sparse, 1.0, np.zeros(2), a.op]
    return [
        [tf.is_tensor(t) for t in things],
        [isinstance(t, tf.Tensor) for t in things],
        [isinstance(t, tf.Variable) for t in things],
        [tf.is_numeric_tensor(t) for t in (a, tf.constant("s"))],
    ]


def constant_values_are_known_when_built(tf):
    x = tf.placeholder(tf.float32, [None, 3])
    made = [
        tf.constant([1, 2]),
        tf.shape(tf.zeros([2, 3])),
        tf.shape(x),
        tf.range(4),
        tf.stack([1, 2]),
        x,
        tf.zeros([2]),
    ]
    return [tf.get_static_value(t) for t in made]
