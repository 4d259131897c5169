"""tf.gradients: what is connected, what each argument does, and the values it gives."""

import itertools

import numpy as np

from tests.cases.probe import described, raised, shape, values

_count = itertools.count()  # a gradient's name can be registered once only


def _run(tf, fetches, feeds=None):
    return values(tf, fetches, feeds)


def a_gradient_is_a_sum_over_ys(tf):
    x = tf.constant([1.0, 2.0, 3.0])
    y, z = x * x, 3.0 * x
    return _run(
        tf, [tf.gradients(y, x), tf.gradients([y, z], x), tf.gradients([y, z], [x]), tf.gradients(tf.reduce_mean(y), x)]
    )


def xs_may_repeat_and_nest(tf):
    x, w = tf.constant(2.0), tf.constant(5.0)
    y = x * w
    return _run(tf, tf.gradients(y, [x, w, x, y]))


def an_unconnected_x_gives_none_or_zero(tf):
    x, w = tf.constant([1.0, 2.0]), tf.constant([3.0])
    y = x * 2.0
    none = tf.gradients(y, [x, w])[1]
    zero = tf.gradients(y, [x, w], unconnected_gradients=tf.UnconnectedGradients.ZERO)[1]
    word = tf.gradients(y, w, unconnected_gradients="zero")[0]
    wrong = raised(lambda: tf.gradients(y, w, unconnected_gradients="odd"))
    return [none, _run(tf, [zero, word]), wrong]


def many_operations_pass_no_gradient(tf):
    x = tf.placeholder(tf.float32, [3], name="x")
    made = {
        "argmax": tf.argmax(x),
        "cast to int": tf.cast(x, tf.int32),
        "cast back": tf.cast(tf.cast(x, tf.int32), tf.float32),
        "cast to double": tf.cast(x, tf.float64),
        "round": tf.round(x),
        "rint": tf.rint(x),
        "floor": tf.floor(x),
        "ceil": tf.ceil(x),
        "sign": tf.sign(x),
        "stop": tf.stop_gradient(x),
        "stop times x": tf.stop_gradient(x) * x,
        "compare": tf.cast(x > 0.0, tf.float32),
        "shape": tf.cast(tf.shape(x), tf.float32),
        "zeros_like": tf.zeros_like(x),
        "ones_like": tf.ones_like(x),
        "size": tf.cast(tf.size(x), tf.float32),
        "random": tf.random_normal(tf.shape(x), seed=1),
        "where condition": tf.where(x > 0.0, tf.ones([3]), tf.zeros([3])),
        "where": tf.where(x > 0.0, x, tf.zeros([3])),
        "one_hot": tf.one_hot(tf.argmax(x), 3),
        "floordiv": x // 2.0,
        "mod": x % 2.0,
        "gather indices": tf.gather([1.0, 2.0, 3.0], tf.cast(x, tf.int32)),
        "identity": tf.identity(x),
        "is_nan": tf.cast(tf.is_nan(x), tf.float32),
        "reduce_max": tf.reduce_max(x),
        "range": tf.cast(tf.range(tf.cast(x[0], tf.int32)), tf.float32),
        "equal": tf.cast(tf.equal(x, x), tf.float32),
        "linspace": tf.linspace(0.0, 1.0, 3) * x,
        "clip": tf.clip_by_value(x, 0.0, 1.0),
        "minimum": tf.minimum(x, 1.0),
        "top_k": tf.nn.top_k(x, 2).values,
    }
    told = {}
    with tf.Session() as session:
        for name, y in made.items():
            gradient = raised(
                lambda y=y: [g if g is None else session.run(g, {x: [0.5, -1.5, 2.5]}) for g in tf.gradients(y, x)]
            )
            told[name] = gradient
    return told


def an_operation_without_a_rule_raises(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    return [
        raised(lambda: tf.gradients(tf.random_shuffle(x), x), key="No gradient defined for operation 'RandomShuffle'"),
        raised(lambda: tf.gradients(tf.bitcast(x, tf.int32), x)),
        raised(lambda: tf.gradients(tf.py_func(lambda a: np.sin(a), [x], tf.float32), x)),
    ]


def integers_have_no_gradient(tf):
    i = tf.constant(3, name="i")
    f = tf.constant(2.0)
    return [
        raised(lambda: tf.gradients(i * i, i), key=""),
        raised(lambda: tf.gradients(tf.cast(i, tf.float32) * f, i), key=""),
        raised(lambda: [g is None for g in tf.gradients(tf.cast(i, tf.float32) * f, [f, i])], key=""),
    ]


def arguments_are_checked(tf):
    x = tf.constant([1.0, 2.0], name="x")
    y = x * x
    return [
        raised(lambda: tf.gradients(y, x, grad_ys=[])),
        raised(lambda: tf.gradients(y, x, grad_ys=[tf.constant([1, 1])]), key=""),
        raised(lambda: tf.gradients(y, x, grad_ys=tf.constant([1.0, 1.0, 1.0])), key=""),
        raised(lambda: tf.gradients(y, 3.0), key=""),
        raised(lambda: tf.gradients([y, y], x, grad_ys=[None])),
        raised(lambda: tf.gradients(y, "x:0"), key=""),
        raised(lambda: tf.gradients([], x)),
        raised(lambda: tf.gradients(y, [])),
    ]


def grad_ys_weigh_the_outputs(tf):
    x = tf.constant([1.0, 2.0])
    y, z = x * x, tf.reduce_sum(x)
    return _run(
        tf,
        [
            tf.gradients(y, x, grad_ys=[tf.constant([10.0, 100.0])]),
            tf.gradients([y, z], x, grad_ys=[None, tf.constant(5.0)]),
            tf.gradients([y, z], x, [tf.constant([1.0, 0.0]), None]),
            tf.gradients(y, x, grad_ys=x),
        ],
    )


def stop_gradients_cut_the_walk(tf):
    w = tf.constant(3.0)
    h = w * w
    y = h * w
    x = tf.constant(2.0)
    a = 2.0 * x
    b = x + a
    return _run(
        tf,
        [
            tf.gradients(y, [h, w]),
            tf.gradients(y, [h, w], stop_gradients=[h]),
            tf.gradients(y, [h, w], stop_gradients=h),
            tf.gradients(b, [x, a]),
            tf.gradients(b, [x, a], stop_gradients=[x, a]),
            tf.gradients(y, w, stop_gradients=[w]),
        ],
    )


def intermediates_and_leaves_together(tf):
    w = tf.constant(3.0)
    h = w * w
    y = 2.0 * h
    return [_run(tf, [tf.gradients(y, [h, w]), tf.gradients(y, [y, h])]), tf.gradients(h, y)]


def a_fed_intermediate_is_used_backward_too(tf):
    w = tf.constant(3.0)
    h = w * w
    y = tf.exp(h - 5.0)
    dw, dh = tf.gradients(y, [w, h])
    u = tf.sigmoid(w)
    du = tf.gradients(u, w)[0]
    square = tf.gradients(tf.square(h), w)[0]
    return [
        _run(tf, [y, dw, dh], {h: 5.0}),
        _run(tf, [u, du], {u: 0.9}),
        _run(tf, [square], {h: 2.0}),
        _run(tf, dw, {w: 2.0, h: 5.0}),
    ]


def a_fed_gradient_is_used_as_given(tf):
    x = tf.constant(3.0)
    dx = tf.gradients(x * x, x)[0]
    return _run(tf, [dx, dx + 1.0], {dx: 10.0})


def second_derivatives(tf):
    x = tf.constant(2.0)
    y = x**3
    first = tf.gradients(y, x)[0]
    second = tf.gradients(first, x)[0]
    third = tf.gradients(second, x)[0]
    z = tf.sin(x) * tf.exp(x)
    dz = tf.gradients(z, x)[0]
    return _run(tf, [first, second, third, tf.gradients(dz, x)[0], tf.gradients(tf.square(dz) + z, x)[0]])


def hessians_and_mixed_derivatives(tf):
    x = tf.constant([1.0, 2.0])
    y = tf.reduce_sum(x**3) + x[0] * x[1]
    w = tf.constant(3.0)
    mixed = tf.gradients(tf.gradients(w * tf.reduce_sum(x * x), x)[0], w)
    return _run(tf, [tf.hessians(y, x), mixed])


def edges_follow_these_conventions(tf):
    w = tf.constant([1.0, 1.0, 0.0])
    z = tf.constant([0.0, -1.0, 1.0])
    made = {
        "reduce_max ties": (tf.reduce_max(w), w),
        "reduce_min ties": (tf.reduce_min(w), w),
        "maximum of equals": (tf.maximum(w, w), w),
        "maximum left": (tf.maximum(w, tf.ones([3])), w),
        "minimum left": (tf.minimum(w, tf.ones([3])), w),
        "relu": (tf.nn.relu(z), z),
        "relu6": (tf.nn.relu6(z * 6.0), z),
        "elu": (tf.nn.elu(z), z),
        "selu": (tf.nn.selu(z), z),
        "leaky_relu": (tf.nn.leaky_relu(z), z),
        "softplus": (tf.nn.softplus(z), z),
        "softsign": (tf.nn.softsign(z), z),
        "abs": (tf.abs(z), z),
        "sqrt": (tf.sqrt(tf.abs(w)), w),
        "clip": (tf.clip_by_value(z, 0.0, 1.0), z),
        "norm of zero": (tf.norm(z * 0.0), z),
        "pow": (w**2.0, w),
        "pow of zero": (z**1.0, z),
        "log of zero": (tf.log(w), w),
        "divide by zero": (1.0 / z, z),
        "div_no_nan": (tf.div_no_nan(w, z), z),
        "prod with zero": (tf.reduce_prod(w), w),
        "xlogx": (tf.math.xlogy(w, w), w),
        "l2_normalize zero": (tf.nn.l2_normalize(z * 0.0, 0), z),
        "segments": (tf.cumsum(w), w),
        "sign": (tf.sign(z) * z, z),
        "squared_difference": (tf.squared_difference(z, w), z),
        "where nan": (tf.where(z > 0.0, tf.sqrt(z), tf.zeros([3])), z),
        "logsumexp": (tf.reduce_logsumexp(w), w),
        "std of equals": (tf.math.reduce_std(tf.ones([2]) * w[0]), w),
        "clip_by_norm": (tf.clip_by_norm(w, 1.0), w),
        "clip_by_norm small": (tf.clip_by_norm(w, 10.0), w),
        "atan2": (tf.atan2(z, w), z),
    }
    return {name: _run(tf, tf.gradients(y, x)[0]) for name, (y, x) in made.items()}


def losses_have_these_gradients(tf):
    logits = tf.constant([[1.0, 2.0, 0.5], [-1.0, 0.0, 3.0]])
    labels = tf.constant([[0.0, 1.0, 0.0], [0.2, 0.3, 0.5]])
    made = {
        "softmax": tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits),
        "sparse": tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[2, 0], logits=logits),
        "sigmoid": tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits),
        "l2": tf.nn.l2_loss(logits),
        "log_softmax": tf.nn.log_softmax(logits)[:, 0],
        "softmax alone": tf.nn.softmax(logits)[:, 1],
    }
    told = {name: _run(tf, [y, tf.gradients(y, logits)[0]]) for name, y in made.items()}
    v1 = tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    v2 = made["softmax"]
    told["labels"] = [tf.gradients(v1, labels)[0] is None, _run(tf, tf.gradients(v2, labels)[0])]
    return told


def gather_gives_slices(tf):
    table = tf.get_variable("table", initializer=tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    ids = tf.constant([2, 0, 2])
    made = [
        tf.gradients(tf.gather(table, ids) * [[1.0], [2.0], [3.0]], table)[0],
        tf.gradients(tf.nn.embedding_lookup(table, ids), table)[0],
        tf.gradients(tf.nn.embedding_lookup(table, [[0, 1], [1, 1]]), table)[0],
    ]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        ran = [session.run(g) for g in made]
        dense = session.run(tf.convert_to_tensor(made[0]))
    parts = [[type(r).__name__, r.values, r.indices, r.dense_shape] for r in ran]
    return [[type(g).__name__ for g in made], parts, dense, [shape(g.values) for g in made], made[0].dtype.name]


def slices_and_dense_gradients_add_up(tf):
    table = tf.get_variable("table", initializer=tf.constant([[1.0, 2.0], [3.0, 4.0]]))
    picked = tf.reduce_sum(tf.gather(table, [0, 0]))
    both = tf.gradients(picked + tf.reduce_sum(table), table)[0]
    twice = tf.gradients(picked + tf.reduce_sum(tf.gather(table, [1])), table)[0]
    return [type(both).__name__, type(twice).__name__, values(tf, [both, tf.convert_to_tensor(twice)])]


def gather_of_a_computed_table_gives_a_dense_gradient_behind_it(tf):
    table = tf.get_variable("table", initializer=tf.constant([[1.0, 2.0], [3.0, 4.0]]))
    scaled = table * 3.0
    gradient = tf.gradients(tf.gather(scaled, [1, 1]), table)[0]
    return [type(gradient).__name__, values(tf, gradient)]


def resource_variables_have_gradients(tf):
    v = tf.get_variable("v", initializer=tf.constant([[1.0, 2.0], [3.0, 4.0]]), use_resource=True)
    dense = tf.gradients(tf.reduce_sum(v * v), v)[0]
    sparse = tf.gradients(tf.gather(v, [1, 1]), v)[0]
    return [type(dense).__name__, type(sparse).__name__, values(tf, [dense, sparse.values, sparse.indices])]


def gradients_have_the_shape_and_dtype_of_xs(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    w = tf.placeholder(tf.float64, [3, 2], name="w")
    s = tf.placeholder(tf.float32, name="s")
    y = tf.matmul(tf.cast(x, tf.float64), w) * tf.cast(s, tf.float64)
    return [[shape(g), g.dtype.name] for g in tf.gradients(y, [x, w, s])]


def broadcasts_sum_back(tf):
    a, b, c = tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.constant([10.0, 20.0]), tf.constant(2.0)
    made = [a + b, a * b, a / b, a - c, c * a, a**c, tf.maximum(a, b), tf.squared_difference(a, b)]
    return [_run(tf, [g for g in tf.gradients(y, [a, b, c]) if g is not None]) for y in made]


def shapes_pass_gradients_through(tf):
    x = tf.constant(np.arange(6, dtype=np.float32).reshape(2, 3))
    weights = tf.constant(np.arange(1, 25, dtype=np.float32))

    def weighed(y):
        size = int(np.prod(y.shape.as_list()))
        return tf.reduce_sum(tf.reshape(y, [-1]) * weights[:size])

    made = {
        "reshape": tf.reshape(x, [3, 2]),
        "transpose": tf.transpose(x),
        "expand": tf.expand_dims(x, 1),
        "slice": x[:, 1:],
        "strided": x[::-1, ::2],
        "row": x[1],
        "concat": tf.concat([x, x * x], 1),
        "stack": tf.stack([x, 2.0 * x]),
        "unstack": tf.unstack(x)[1],
        "split": tf.split(x, 3, 1)[2],
        "tile": tf.tile(x, [2, 2]),
        "pad": tf.pad(x, [[1, 0], [0, 1]]),
        "gather": tf.gather(x, [1, 1, 0], axis=1),
        "gather_nd": tf.gather_nd(x, [[0, 1], [0, 1]]),
        "boolean_mask": tf.stack([tf.reduce_sum(tf.boolean_mask(x, [True, False]))]),
        "cumsum": tf.cumsum(x, 1, exclusive=True),
        "cumprod": tf.cumprod(x + 1.0, 1),
        "reverse": tf.reverse(x, [1]),
        "mean": tf.reduce_mean(x, 0),
        "max": tf.reduce_max(x, 1),
        "prod": tf.reduce_prod(x, 1),
        "matmul": tf.matmul(x, x, transpose_b=True),
        "one row": tf.slice(x, [0, 1], [2, 1]),
        "broadcast": tf.broadcast_to(x, [2, 2, 3]),
        "diag": tf.matrix_diag(x),
        "tensordot": tf.tensordot(x, tf.transpose(x), 1),
        "top_k": tf.nn.top_k(x, 2).values,
    }
    return {name: _run(tf, tf.gradients(weighed(y), x)[0]) for name, y in made.items()}


def gradients_go_through_casts_and_complex_parts(tf):
    x = tf.constant([1.5, 2.5])
    z = tf.complex(x, 2.0 * x)
    made = [tf.cast(tf.cast(x, tf.float64) ** 2, tf.float32), tf.abs(z), tf.real(z * tf.conj(z)), tf.imag(z * z)]
    return [_run(tf, tf.gradients(y, x)[0]) for y in made]


def gradients_of_variables(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    y = tf.reduce_sum(v * v)
    assigned = v.assign([5.0, 5.0])
    return [
        described(tf.gradients(y, v)[0])[1:],
        values(tf, tf.gradients(y, v)),
        values(tf, tf.gradients(y, v.value())),
        tf.gradients(tf.reduce_sum(assigned), v),
    ]


def two_gradients_share_their_forward_work(tf):
    w = tf.Variable(2.0, name="w")
    u = tf.Variable(3.0, name="u")
    shared = w * u
    first = tf.gradients(shared * shared, w)[0]
    second = tf.gradients(tf.exp(shared * 0.1), u)[0]
    return values(tf, [first, second, shared])


def a_random_forward_pass_is_the_one_differentiated(tf):
    x = tf.constant([1.0, 1.0, 1.0, 1.0])
    noise = tf.random_uniform([4], seed=1)
    y = x * noise
    kept = tf.nn.dropout(x, 0.5, seed=1)
    g, n, k, d = _run(tf, [tf.gradients(y, x)[0], noise, kept, tf.gradients(kept, x)[0]])
    return [g == n, k == d, n]


def custom_gradients_replace_the_rule(tf):
    @tf.custom_gradient
    def cube(x):
        return x**3, lambda dy: dy * 100.0

    name = f"DoubledIdentity{next(_count)}"

    @tf.RegisterGradient(name)
    def _doubled(op, grad):
        return grad * 2.0

    x = tf.constant(2.0)
    told = [cube(x), tf.gradients(cube(x) * 3.0, x)[0]]
    with tf.get_default_graph().gradient_override_map({"Identity": name}):
        told.append(tf.gradients(tf.identity(x), x)[0])
    return values(tf, told)


def gradients_wait_for_no_unrelated_control(tf):
    x = tf.constant(2.0)
    with tf.control_dependencies([tf.no_op()]):
        y = tf.identity(x * x)
    return values(tf, tf.gradients(y, x))


def aggregation_and_gating_change_no_value(tf):
    x = tf.constant([1.0, 2.0])
    y = [x * x, x * 2.0, tf.exp(x)]
    methods = [tf.AggregationMethod.DEFAULT, tf.AggregationMethod.ADD_N, tf.AggregationMethod.EXPERIMENTAL_TREE]
    made = [tf.gradients(y, x, aggregation_method=m)[0] for m in methods]
    made += [tf.gradients(y, x, gate_gradients=True)[0], tf.gradients(y, x, colocate_gradients_with_ops=True)[0]]
    return values(tf, made)


def xs_of_another_graph_raise(tf):
    with tf.Graph().as_default():
        other = tf.constant(1.0, name="other")
    x = tf.constant(2.0)
    return raised(lambda: tf.gradients(x * x, other), key="must be from the same graph")


def a_write_after_the_forward_pass_leaves_the_gradient_alone(tf):
    v = tf.Variable(1.0, name="v", use_resource=True)
    y = v * v
    with tf.control_dependencies([y]):
        write = v.assign(100.0).op
    with tf.control_dependencies([write]):
        gradient = tf.identity(tf.gradients(y, v)[0])
        after = v.read_value()
    return values(tf, [y, gradient, after])
