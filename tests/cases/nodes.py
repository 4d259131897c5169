"""Which operations public calls add to the graph: every node's name, type and inputs, for a table of expressions.

A row is the expression itself. What it names is made beforehand (``GIVEN``); only what the expression adds is told.
The graph has a seed, and random operations tell the ``seed2`` that was derived for them. Nodes of ``tf.gradients``
are left out, and what reads them says ``gradients/...``: TensorFlow writes a subgraph there.
"""

import re

import numpy as np

from tests.cases import probe

GIVEN = {
    "x": lambda tf: tf.placeholder(tf.float32, [2, 3], name="x"),
    "y": lambda tf: tf.placeholder(tf.float32, [2, 3], name="y"),
    "any": lambda tf: tf.placeholder(tf.float32, name="any"),
    "rows": lambda tf: tf.placeholder(tf.float32, [None, 3], name="rows"),
    "square": lambda tf: tf.placeholder(tf.float32, [3, 3], name="square"),
    "cube": lambda tf: tf.placeholder(tf.float32, [4, 2, 3], name="cube"),
    "image": lambda tf: tf.placeholder(tf.float32, [2, 8, 8, 3], name="image"),
    "s": lambda tf: tf.placeholder(tf.float32, [], name="s"),
    "d": lambda tf: tf.placeholder(tf.float64, [2, 3], name="d"),
    "z": lambda tf: tf.placeholder(tf.complex64, [2, 3], name="z"),
    "i": lambda tf: tf.placeholder(tf.int32, [2, 3], name="i"),
    "ids": lambda tf: tf.placeholder(tf.int32, [5], name="ids"),
    "n": lambda tf: tf.placeholder(tf.int32, [], name="n"),
    "l": lambda tf: tf.placeholder(tf.int64, [2], name="l"),
    "p": lambda tf: tf.placeholder(tf.bool, [2, 3], name="p"),
    "q": lambda tf: tf.placeholder(tf.bool, [2], name="q"),
    "words": lambda tf: tf.placeholder(tf.string, [2], name="words"),
    "labels": lambda tf: tf.placeholder(tf.int32, [2], name="labels"),
    "v": lambda tf: tf.Variable([1.0, 2.0], name="v"),
    "w": lambda tf: tf.get_variable("w", [3, 2], initializer=tf.ones_initializer()),
    "r": lambda tf: tf.get_variable("r", [2], initializer=tf.zeros_initializer(), use_resource=True),
    "t": lambda tf: tf.get_variable("t", [5, 2], initializer=tf.ones_initializer()),
    "loss": lambda tf: tf.reduce_sum(tf.square(tf.get_variable("a", [2], initializer=tf.ones_initializer()))),
    "embedded": lambda tf: tf.reduce_sum(
        tf.gather(tf.get_variable("e", [5, 2], initializer=tf.ones_initializer()), [1])
    ),
    "rloss": lambda tf: tf.reduce_sum(
        tf.get_variable("b", [2], initializer=tf.ones_initializer(), use_resource=True) ** 2
    ),
    "step": lambda tf: tf.train.get_or_create_global_step(),
    "queue": lambda tf: tf.FIFOQueue(10, [tf.float32, tf.int32], [[2], []], name="queue"),
    "sparse": lambda tf: tf.IndexedSlices(tf.constant([[1.0, 2.0]]), tf.constant([1]), tf.constant([5, 2])),
}

TABLE = r"""
# constants and placeholders
tf.constant(1.0)
tf.constant([1, 2, 3], name="c")
tf.constant(0.0, shape=[2, 3])
tf.constant("text")
tf.constant(np.zeros((2, 2)), dtype=tf.float32)
tf.placeholder(tf.float32)
tf.placeholder(tf.float32, [None, 3], name="p")
tf.placeholder_with_default([1.0, 2.0], [None])
tf.placeholder_with_default(1.0, [], name="keep")
tf.convert_to_tensor([1.0, 2.0])
tf.convert_to_tensor([s, 1.0, s])
tf.convert_to_tensor([[s, s], [s, 2.0]])
tf.zeros([2, 3])
tf.zeros([2, 3], tf.int32, name="nought")
tf.zeros([n, 3])
tf.zeros([2], tf.string)
tf.zeros([2], tf.bool)
tf.ones([2, 3])
tf.ones([n, 3])
tf.zeros_like(x)
tf.zeros_like(rows)
tf.zeros_like(x, dtype=tf.int32)
tf.zeros_like(rows, optimize=False)
tf.ones_like(x)
tf.ones_like(rows)
tf.ones_like(rows, dtype=tf.float64)
tf.fill([2, 3], 7.0)
tf.fill([n], s)
tf.range(5)
tf.range(2, 10, 3)
tf.range(n)
tf.range(0.0, 1.0, 0.25)
tf.range(5, dtype=tf.float32)
tf.linspace(0.0, 1.0, 5)
tf.lin_space(0.0, 1.0, 5, name="steps")
tf.eye(3)
tf.eye(2, 3)
tf.eye(3, batch_shape=[2])
tf.eye(n)
tf.one_hot(labels, 10)
tf.one_hot(labels, 10, on_value=5.0, off_value=-1.0, axis=0)
tf.one_hot(labels, 3, dtype=tf.int64)
tf.identity(x)
tf.no_op()
tf.group(x, y)
tf.group(x, name="all")
tf.tuple([x, y])
tf.stop_gradient(x)
# elementwise
x + 1
1 + x
x * 2 + x
x - y
-x
x / 2.0
i / 2
i // 2
x % 2.0
x ** 2
2.0 ** x
x @ square
abs(x)
x < y
~p
p & p
p ^ p
tf.add(x, 1.0)
tf.add(i, 1)
tf.add_n([x, y, x])
tf.add_n([x])
tf.accumulate_n([x, y])
tf.subtract(x, y)
tf.multiply(x, y)
tf.scalar_mul(2.0, x)
tf.divide(x, 2.0)
tf.div(i, 2)
tf.truediv(i, 2)
tf.floordiv(i, 2)
tf.floordiv(x, 2.0)
tf.mod(i, 2)
tf.floormod(x, 2.0)
tf.truncatemod(i, 2)
tf.div_no_nan(x, y)
tf.realdiv(x, y)
tf.pow(x, 2.0)
tf.square(x)
tf.sqrt(x)
tf.rsqrt(x)
tf.exp(x)
tf.expm1(x)
tf.log(x)
tf.log1p(x)
tf.sin(x)
tf.tanh(x)
tf.sigmoid(x)
tf.nn.sigmoid(x)
tf.nn.relu(x)
tf.nn.relu6(x)
tf.nn.elu(x)
tf.nn.selu(x)
tf.nn.leaky_relu(x)
tf.nn.leaky_relu(x, alpha=0.1, name="leak")
tf.nn.crelu(x)
tf.nn.softplus(x)
tf.nn.softsign(x)
tf.nn.tanh(x)
tf.nn.swish(x)
tf.abs(x)
tf.abs(z)
tf.negative(x)
tf.sign(x)
tf.round(x)
tf.round(i)
tf.rint(x)
tf.floor(x)
tf.ceil(x)
tf.reciprocal(x)
tf.erf(x)
tf.lgamma(x)
tf.digamma(x)
tf.maximum(x, 0.0)
tf.minimum(x, y)
tf.squared_difference(x, y)
tf.clip_by_value(x, -1.0, 1.0)
tf.clip_by_value(x, y, 1.0, name="clip")
tf.clip_by_norm(x, 5.0)
tf.clip_by_norm(rows, 5.0, axes=[1])
tf.clip_by_global_norm([x, y], 5.0)
tf.global_norm([x, y])
tf.clip_by_average_norm(x, 1.0)
tf.clip_by_global_norm([x, None, y], 5.0, use_norm=s, name="clipped")
tf.equal(x, y)
tf.not_equal(x, 0.0)
tf.less(x, y)
tf.greater_equal(x, 0.0)
tf.logical_and(p, True)
tf.logical_not(p)
tf.logical_xor(p, p)
tf.is_nan(x)
tf.is_finite(x)
tf.cast(x, tf.int32)
tf.cast(x, tf.float32)
tf.to_float(i)
tf.to_int32(x)
tf.to_int64(i)
tf.saturate_cast(x, tf.uint8)
tf.bitcast(x, tf.int32)
tf.complex(x, y)
tf.real(z)
tf.imag(z)
tf.conj(z)
tf.conj(x)
tf.where(p)
tf.where(p, x, y)
tf.where(q, x, y)
tf.where_v2(p, x, 0.0)
tf.cumsum(x)
tf.cumsum(x, axis=1, exclusive=True)
tf.cumprod(x, axis=1, reverse=True)
# reductions
tf.reduce_mean(x)
tf.reduce_mean(rows)
tf.reduce_mean(any)
tf.reduce_sum(x, axis=1)
tf.reduce_sum(x, axis=[0, 1])
tf.reduce_sum(x, axis=-1, keepdims=True, name="total")
tf.reduce_sum(x, 0)
tf.reduce_max(x)
tf.reduce_min(x, axis=0)
tf.reduce_prod(x)
tf.reduce_all(p)
tf.reduce_any(p, axis=1)
tf.reduce_logsumexp(x)
tf.reduce_logsumexp(x, axis=1, keepdims=True)
tf.math.reduce_variance(x)
tf.math.reduce_std(x, axis=0)
tf.count_nonzero(x)
tf.count_nonzero(x, axis=1, dtype=tf.int32)
tf.argmax(x, 1)
tf.argmax(x)
tf.argmin(x, axis=0, output_type=tf.int32)
tf.norm(x)
tf.norm(x, ord=1, axis=1)
tf.nn.l2_loss(x)
tf.nn.l2_normalize(x, 1)
tf.nn.moments(x, [0])
tf.nn.moments(image, [0, 1, 2], keep_dims=True)
tf.nn.zero_fraction(x)
tf.nn.top_k(x, 2)
tf.nn.in_top_k(x, labels, 2)
tf.unique(ids)
# linear algebra
tf.matmul(x, square)
tf.matmul(x, y, transpose_b=True)
tf.matmul(x, y, transpose_a=True, name="product")
tf.matmul(cube, cube, transpose_b=True)
tf.matmul(cube, cube, adjoint_a=True)
tf.tensordot(x, square, 1)
tf.tensordot(x, square, [[1], [0]])
tf.einsum("ij,jk->ik", x, square)
tf.matrix_transpose(cube)
tf.transpose(x)
tf.transpose(cube, [2, 0, 1])
tf.transpose(any)
tf.trace(square)
tf.diag([1.0, 2.0])
tf.matrix_diag(x)
tf.diag_part(square)
tf.matrix_band_part(square, -1, 0)
tf.cross(x, y)
# shapes
tf.shape(x)
tf.shape(rows)
tf.shape(rows, out_type=tf.int64)
tf.size(x)
tf.size(rows)
tf.rank(x)
tf.rank(any)
tf.shape_n([x, rows])
tf.reshape(x, [-1])
tf.reshape(x, [3, 2])
tf.reshape(rows, [n, 3])
tf.reshape(rows, tf.shape(x))
tf.expand_dims(x, 0)
tf.expand_dims(x, axis=-1)
tf.squeeze(tf.expand_dims(x, 0))
tf.squeeze(x, axis=[], name="squeezed")
tf.tile(x, [2, 1])
tf.pad(x, [[1, 1], [0, 2]])
tf.pad(x, [[1, 1], [0, 2]], constant_values=9.0)
tf.pad(x, [[1, 1], [0, 2]], "REFLECT")
tf.concat([x, y], 0)
tf.concat([x, y], axis=-1, name="joined")
tf.concat([x], 0)
tf.stack([x, y])
tf.stack([x, y], axis=1, name="stacked")
tf.stack([1.0, 2.0])
tf.unstack(x)
tf.unstack(x, axis=1)
tf.split(x, 3, axis=1)
tf.split(x, [1, 2], 1)
tf.slice(x, [0, 1], [1, -1])
tf.strided_slice(x, [0, 0], [2, 3], [1, 2])
x[0]
x[:, 1]
x[0, 1:]
x[..., tf.newaxis]
x[::-1]
rows[n]
x[n, 0]
rows[: tf.shape(rows)[0] - 1]
tf.gather(x, labels)
tf.gather(x, labels, axis=1)
tf.gather(v, [0, 1])
tf.gather(t, ids)
tf.gather_nd(x, [[0, 1]])
tf.batch_gather(x, i)
tf.boolean_mask(x, q)
tf.boolean_mask(x, p)
tf.reverse(x, [0])
tf.reverse_v2(x, axis=[1])
tf.reverse_sequence(x, labels, seq_axis=1)
tf.sequence_mask(labels, 5)
tf.sequence_mask(labels)
tf.broadcast_to(s, [2, 3])
tf.meshgrid([1.0, 2.0], [3.0, 4.0, 5.0])
tf.scatter_nd([[1]], [2.0], [4])
tf.dynamic_partition(x, labels, 2)
tf.dynamic_stitch([[0], [1]], [[1.0], [2.0]])
tf.unsorted_segment_sum(x, labels, 3)
tf.segment_sum(x, labels)
tf.invert_permutation(ids)
tf.broadcast_dynamic_shape([2, 1], [3])
tf.convert_to_tensor(x.shape)
tf.convert_to_tensor(tf.Dimension(4))
tf.ensure_shape(rows, [2, 3])
tf.assert_equal(n, 3)
tf.debugging.assert_positive(n)
tf.check_numerics(x, "bad")
tf.Print(x, [x], "x is ")
tf.py_func(np.sum, [x], tf.float32)
# neural network calls
tf.nn.softmax(x)
tf.nn.softmax(x, axis=0)
tf.nn.softmax(x, name="probabilities")
tf.nn.softmax(any)
tf.nn.log_softmax(x)
tf.nn.bias_add(x, [1.0, 2.0, 3.0])
tf.nn.xw_plus_b(x, square, [1.0, 2.0, 3.0])
tf.nn.softmax_cross_entropy_with_logits(labels=x, logits=y)
tf.nn.softmax_cross_entropy_with_logits_v2(labels=x, logits=y)
tf.nn.softmax_cross_entropy_with_logits_v2(labels=rows, logits=rows, name="cost")
tf.nn.softmax_cross_entropy_with_logits_v2(labels=cube, logits=cube)
tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=x)
tf.nn.sparse_softmax_cross_entropy_with_logits(labels=i, logits=tf.ones([2, 3, 4]))
tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=y)
tf.nn.weighted_cross_entropy_with_logits(targets=x, logits=y, pos_weight=2.0)
tf.nn.dropout(x, 0.5)
tf.nn.dropout(x, rate=0.3)
tf.nn.dropout(x, keep_prob=s)
tf.nn.dropout(rows, 0.5, seed=1)
tf.nn.dropout(x, 1.0)
tf.nn.embedding_lookup(t, ids)
tf.nn.embedding_lookup([t], ids)
tf.nn.embedding_lookup(t, ids, max_norm=1.0)
# random
tf.random_normal([2, 3])
tf.random_normal([2, 3], mean=1.0, stddev=2.0, seed=3, name="noise")
tf.random.normal([n])
tf.random_uniform([2, 3])
tf.random_uniform([2], -1, 1)
tf.random_uniform([2], maxval=10, dtype=tf.int32)
tf.random_uniform([2], minval=1, maxval=10, dtype=tf.int64, seed=4)
tf.random.uniform([2], dtype=tf.float64)
tf.truncated_normal([2, 3], stddev=0.1)
tf.random_shuffle(x)
tf.random.shuffle(ids, seed=2)
tf.multinomial(x, 4)
tf.random.categorical(x, 4)
tf.random_gamma([2], 1.0)
tf.random_gamma([2], [1.0, 2.0], beta=2.0, seed=1)
tf.random_poisson(3.0, [2])
tf.random_crop(x, [1, 2])
# variables
tf.Variable(1.0)
tf.Variable([1, 2], name="counter", trainable=False)
tf.Variable(np.zeros((2, 2)), dtype=tf.float32)
tf.Variable(tf.random_normal([2, 3]))
tf.Variable(lambda: tf.ones([2]), name="lazy")
tf.Variable(tf.zeros([2]), name="given", dtype=tf.float32)
tf.Variable(1.0, use_resource=True)
tf.Variable(1.0, collections=[])
tf.Variable(v.initialized_value() * 2.0, name="twice")
tf.Variable(s, validate_shape=False)
tf.get_variable("g", [2, 3])
tf.get_variable("g", [2, 3], initializer=tf.zeros_initializer())
tf.get_variable("g", [2, 3], initializer=tf.ones_initializer())
tf.get_variable("g", [2, 3], initializer=tf.constant_initializer(0.5))
tf.get_variable("g", [2, 3], initializer=tf.constant_initializer([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]))
tf.get_variable("g", [2, 3], initializer=tf.random_normal_initializer(stddev=0.1))
tf.get_variable("g", [2, 3], initializer=tf.random_uniform_initializer(-1, 1))
tf.get_variable("g", [2, 3], initializer=tf.truncated_normal_initializer(stddev=0.1))
tf.get_variable("g", [2, 3], initializer=tf.glorot_uniform_initializer())
tf.get_variable("g", [2, 3], initializer=tf.glorot_normal_initializer())
tf.get_variable("g", [2, 3], initializer=tf.variance_scaling_initializer(scale=2.0))
tf.get_variable("g", [2, 3], initializer=tf.initializers.variance_scaling(mode="fan_avg", distribution="uniform"))
tf.get_variable("g", [2, 3], initializer=tf.initializers.variance_scaling(distribution="untruncated_normal"))
tf.get_variable("g", [2, 3], initializer=tf.initializers.he_normal())
tf.get_variable("g", [2, 3], initializer=tf.initializers.he_uniform())
tf.get_variable("g", [2, 3], initializer=tf.initializers.lecun_normal())
tf.get_variable("g", [2, 3], initializer=tf.initializers.lecun_uniform())
tf.get_variable("g", [2, 3], initializer=tf.uniform_unit_scaling_initializer())
tf.get_variable("g", [3, 2], initializer=tf.orthogonal_initializer())
tf.get_variable("g", [2, 3], initializer=tf.orthogonal_initializer(gain=2.0))
tf.get_variable("g", [3, 3], initializer=tf.initializers.identity())
tf.get_variable("g", initializer=tf.constant([1.0, 2.0]))
tf.get_variable("g", initializer=[1.0, 2.0])
tf.get_variable("g", initializer=3)
tf.get_variable("g", [2], dtype=tf.int32)
tf.get_variable("g", [2], dtype=tf.bool)
tf.get_variable("g", [2], dtype=tf.float64)
tf.get_variable("g", [2, 3], initializer=tf.glorot_uniform_initializer, use_resource=True)
tf.get_variable("g", [2, 3], regularizer=lambda weights: 0.1 * tf.nn.l2_loss(weights))
tf.get_variable("g", [4, 2], partitioner=tf.fixed_size_partitioner(2))
tf.matmul(x, tf.get_variable("g", [3, 2], partitioner=tf.fixed_size_partitioner(2)))
tf.get_variable("g", [2], caching_device="/cpu:0", initializer=tf.zeros_initializer())
v + 1.0
v.value()
v.read_value()
v.initialized_value()
v[0]
v.assign([3.0, 4.0])
v.assign_add([1.0, 1.0])
v.assign_sub([1.0, 1.0])
v.assign([3.0, 4.0], read_value=False)
v.scatter_add(tf.IndexedSlices(tf.constant([1.0]), tf.constant([0])))
tf.assign(v, [3.0, 4.0])
tf.assign_add(v, [1.0, 1.0], name="more")
tf.assign_sub(v, [1.0, 1.0])
tf.scatter_update(v, [0], [5.0])
tf.scatter_add(v, [0], [5.0])
r + 1.0
r.value()
r.read_value()
r.assign([3.0, 4.0])
r.assign_add([1.0, 1.0])
tf.assign(r, [3.0, 4.0])
tf.assign_add(r, [3.0, 4.0])
tf.gather(r, [0])
tf.scatter_add(r, [0], [1.0])
tf.count_up_to(tf.Variable(0), 3)
tf.global_variables_initializer()
[v, tf.global_variables_initializer()][1]
[v, w, tf.variables_initializer([v], name="start")][2]
tf.local_variables_initializer()
tf.is_variable_initialized(v)
tf.is_variable_initialized(r)
[v, tf.report_uninitialized_variables()][1]
tf.report_uninitialized_variables([])
tf.train.get_or_create_global_step()
tf.train.create_global_step()
tf.matmul(x, w)
tf.stack([v, v])
tf.concat([v, [1.0]], 0)
tf.identity(v)
tf.convert_to_tensor(v)
tf.convert_to_tensor(r)
tf.shape(v)
# training
tf.train.GradientDescentOptimizer(0.1).minimize(loss)
tf.train.GradientDescentOptimizer(s).minimize(loss)
tf.train.GradientDescentOptimizer(0.1, use_locking=True, name="Plain").minimize(loss, step)
tf.train.GradientDescentOptimizer(0.1).minimize(loss, name="train")
tf.train.GradientDescentOptimizer(0.1).minimize(embedded)
tf.train.GradientDescentOptimizer(0.1).minimize(rloss)
tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss)
tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True).minimize(loss, step)
tf.train.MomentumOptimizer(0.1, 0.9).minimize(embedded)
tf.train.AdamOptimizer().minimize(loss)
tf.train.AdamOptimizer(0.01).minimize(loss, step)
tf.train.AdamOptimizer(0.01).minimize(embedded)
tf.train.AdamOptimizer(0.01).minimize(rloss)
tf.train.AdamOptimizer(0.01).minimize(loss + rloss)
tf.train.GradientDescentOptimizer(0.1).apply_gradients([(tf.constant([1.0, 1.0]), v), (None, w)])
tf.train.AdamOptimizer(0.1).apply_gradients([(sparse, t)])
tf.train.exponential_decay(0.1, step, 100, 0.9)
tf.train.exponential_decay(0.1, step, 100, 0.9, staircase=True)
tf.train.natural_exp_decay(0.1, step, 100, 0.9)
tf.train.inverse_time_decay(0.1, step, 100, 0.9, staircase=True, name="rate")
tf.train.polynomial_decay(0.1, step, 100, power=2.0)
tf.train.cosine_decay(0.1, step, 100, alpha=0.1)
tf.train.ExponentialMovingAverage(0.9).apply([v])
tf.train.ExponentialMovingAverage(0.9, step).apply([v])
tf.train.ExponentialMovingAverage(0.9, zero_debias=True).apply([tf.reduce_sum(x)])
tf.train.ExponentialMovingAverage(0.9, name="Mean").apply([v, w])
tf.train.Saver([v]) and None
tf.train.Saver({"a": v, "b": w}) and None
tf.train.Saver([v, r], name="keep") and None
[v, w, tf.train.Saver(sharded=True)] and None
tf.train.Saver([tf.get_variable("g", [4, 2], partitioner=tf.fixed_size_partitioner(2))]) and None
tf.summary.scalar("a", s)
tf.summary.scalar("a b", s)
tf.summary.histogram("h", x)
tf.summary.histogram("h", x, family="f")
[tf.summary.scalar("a", s), tf.summary.histogram("h", x), tf.summary.merge_all()][2]
tf.summary.merge([tf.summary.scalar("a", s), tf.summary.scalar("a", s)])
tf.FIFOQueue(10, tf.float32) and None
tf.FIFOQueue(10, [tf.float32, tf.int32], [[2], []], names=["a", "b"], name="mine") and None
tf.RandomShuffleQueue(10, 2, tf.float32, seed=3) and None
queue.enqueue([[1.0, 2.0], 3])
queue.enqueue_many([[[1.0, 2.0]], [3]])
queue.dequeue()
queue.dequeue_many(2)
queue.dequeue_up_to(2)
queue.size()
queue.close()
queue.close(cancel_pending_enqueues=True)
queue.is_closed()
tf.train.QueueRunner(queue, [queue.enqueue([[1.0, 2.0], 3])]) and None
tf.train.limit_epochs(x, 2)
tf.train.range_input_producer(3, shuffle=False, num_epochs=1) and None
tf.train.batch([s, n], 4)
tf.train.shuffle_batch([s], 4, 20, 5, seed=1)
"""


def _told(tf, result):
    """Returns name, dtype and static shape of each tensor or variable in a nested result; operations by name."""
    if isinstance(result, (list, tuple)):
        return [_told(tf, item) for item in result]
    if result is None or isinstance(result, bool):
        return result
    return result.name if isinstance(result, tf.Operation) else probe.described(result)


def _line(op, line):
    line = re.sub(r"\S*gradients/\S+", "gradients/...", line)
    try:
        return f"{line} seed={op.get_attr('seed')},{op.get_attr('seed2')}"
    except ValueError:
        return line


def _case(expression):
    code = compile(expression, f"<{expression}>", "eval")
    inner = [part for constant in code.co_consts if hasattr(constant, "co_names") for part in constant.co_names]

    def case(tf):
        tf.set_random_seed(42)
        space = {"tf": tf, "np": np}
        for name in GIVEN:
            if name in code.co_names + tuple(inner):
                space[name] = GIVEN[name](tf)
        graph = tf.get_default_graph()
        given = len(graph.get_operations())
        told = _told(tf, eval(code, space))
        lines = probe.nodes(graph)
        kept = [k for k, op in enumerate(graph.get_operations()) if k >= given and "gradients/" not in op.name]
        return {"result": told, "nodes": [_line(graph.get_operations()[k], lines[k]) for k in kept]}

    return case


CASES = {row: _case(row) for row in TABLE.strip().split("\n") if not row.startswith("#")}
