"""W4: a training step of a character LSTM, 128 units over 50 steps, batch 50, Adam, the loss fetched, NumPy feeds.

Characters of 65 kinds are embedded in 128 dimensions; the state starts from zeros. Once through time by
``tf.nn.dynamic_rnn``, a ``while_loop`` in the graph, and once by ``tf.nn.static_rnn``, which unrolls it. The cell is
``BasicLSTMCell``'s arithmetic, written here because TensorFlow 2.21 has that class no longer.
"""

import itertools

import numpy as np

from benchmarks.single_thread import session_config

KINDS, UNITS, TIME, BATCH = 65, 128, 50, 50
LEARNING_RATE = 0.002


def batches():
    """Endless ``(characters, the ones after them)``, ``[50, 50]`` int32: eight batches, again and again."""
    random = np.random.RandomState(0)
    texts = [random.randint(0, KINDS, (BATCH, TIME + 1)).astype(np.int32) for _ in range(8)]
    return itertools.cycle([(text[:, :-1], text[:, 1:]) for text in texts])


def weights():
    """First values, float32: embedding, the cell's kernel and biases, the output's weights and biases."""
    random = np.random.RandomState(1)
    shapes = [(KINDS, UNITS), (2 * UNITS, 4 * UNITS), (4 * UNITS,), (UNITS, KINDS), (KINDS,)]
    scales = [1.0, 0.08, 0.0, 0.1, 0.0]
    return [(scale * random.randn(*shape)).astype(np.float32) for shape, scale in zip(shapes, scales)]  # noqa: B905


class Cell:
    """A basic LSTM cell for ``dynamic_rnn`` and ``static_rnn``."""

    state_size = (UNITS, UNITS)
    output_size = UNITS

    def __init__(self, tf, kernel, biases):
        self._tf, self._kernel, self._biases = tf, kernel, biases

    def zero_state(self, batch_size, dtype):
        return tuple(self._tf.zeros([batch_size, size], dtype) for size in self.state_size)

    def __call__(self, inputs, state, scope=None):
        tf, (c, h) = self._tf, state
        gates = tf.nn.bias_add(tf.matmul(tf.concat([inputs, h], 1), self._kernel), self._biases)
        i, j, f, o = tf.split(gates, 4, 1)
        c = c * tf.sigmoid(f + 1.0) + tf.sigmoid(i) * tf.tanh(j)
        h = tf.tanh(c) * tf.sigmoid(o)
        return h, (c, h)


def _dynamic(tf, cell, embedded):
    return tf.nn.dynamic_rnn(cell, embedded, dtype=tf.float32)[0]


def _static(tf, cell, embedded):
    return tf.stack(tf.nn.static_rnn(cell, tf.unstack(embedded, axis=1), dtype=tf.float32)[0], axis=1)


def build(tf):
    """Steps that train on the next batch and return its mean loss."""
    return {"while_loop": _step(tf, _dynamic), "static": _step(tf, _static)}


def _step(tf, through_time):
    with tf.Graph().as_default():
        embedding, kernel, gate_biases, output, biases = (tf.Variable(value) for value in weights())
        inputs = tf.placeholder(tf.int32, [BATCH, TIME])
        targets = tf.placeholder(tf.int32, [BATCH, TIME])
        hidden = through_time(tf, Cell(tf, kernel, gate_biases), tf.nn.embedding_lookup(embedding, inputs))
        logits = tf.matmul(tf.reshape(hidden, [BATCH * TIME, UNITS]), output) + biases
        labels = tf.reshape(targets, [BATCH * TIME])
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
        train = tf.train.AdamOptimizer(LEARNING_RATE).minimize(loss)
        session = tf.Session(config=session_config(tf))
        session.run(tf.global_variables_initializer())
    feeds = batches()

    def step():
        x, y = next(feeds)
        return session.run([train, loss], {inputs: x, targets: y})[1]

    return step
