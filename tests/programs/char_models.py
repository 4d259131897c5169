"""Networks that learn which character of a text comes next, and the losses of their first training steps.

Each reads the Zen of Python in a window of ``TIME`` characters at ``BATCH`` places, one window after the other, and
goes on from the state in which it left the window before. Python 3.7 reads this file; it imports no TensorFlow.
"""

from __future__ import annotations

import contextlib
import io

import numpy as np

BATCH, TIME, DIMENSIONS, UNITS, STEPS = 8, 16, 24, 48, 50
SEED = 7


def text():
    """The Zen of Python, which ``import this`` prints."""
    with contextlib.redirect_stdout(io.StringIO()):
        import this
    return "".join(this.d.get(c, c) for c in this.s)


def windows():
    """The number of different characters; and windows without end, pairs (characters, those after them), each
    [BATCH, TIME], int32."""
    characters = text()
    alphabet = sorted(set(characters))
    numbers = np.array([alphabet.index(c) for c in characters], np.int32)
    length = (len(numbers) - 1) // BATCH // TIME * TIME
    inputs, targets = (numbers[i : i + BATCH * length].reshape(BATCH, length) for i in (0, 1))

    def endless():
        while True:
            for start in range(0, length, TIME):
                window = slice(start, start + TIME)
                yield inputs[:, window], targets[:, window]

    return len(alphabet), endless()


def lstm(tf):
    """Two layers of the basic LSTM."""
    return tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.BasicLSTMCell(UNITS) for _ in range(2)])


def gru(tf):
    """One layer of GRU."""
    return tf.nn.rnn_cell.GRUCell(UNITS)


def projected(tf):
    """An LSTM with peepholes, its output projected to fewer numbers, both clipped."""
    return tf.nn.rnn_cell.LSTMCell(UNITS, use_peepholes=True, num_proj=UNITS // 2, cell_clip=1.0, proj_clip=0.5)


def dynamically(tf, cell, embedded, state):
    return tf.nn.dynamic_rnn(cell, embedded, initial_state=state)


def statically(tf, cell, embedded, state):
    outputs, state = tf.nn.static_rnn(cell, tf.unstack(embedded, axis=1), initial_state=state)
    return tf.stack(outputs, axis=1), state


MODELS = {  # name -> (cell, how it goes through time, whether characters are embedded, else one of many)
    "lstm": (lstm, dynamically, True),
    "gru": (gru, dynamically, True),
    "lstm_static": (lstm, statically, True),
    "gru_static": (gru, statically, True),
    "projected": (projected, dynamically, False),
    "projected_static": (projected, statically, False),
}
SAVED = ("gru", "projected")  # of which checkpoints are kept


class Model:
    """The graph of one of ``MODELS``, in the default graph."""

    def __init__(self, tf, name, count):
        make, through_time, is_embedded = MODELS[name]
        tf.set_random_seed(SEED)
        self.inputs = tf.placeholder(tf.int32, [BATCH, TIME], name="inputs")
        self.targets = tf.placeholder(tf.int32, [BATCH, TIME], name="targets")
        cell = make(tf)
        self.first = cell.zero_state(BATCH, tf.float32)
        if is_embedded:
            embedded = tf.nn.embedding_lookup(tf.get_variable("embedding", [count, DIMENSIONS]), self.inputs)
        else:
            embedded = tf.one_hot(self.inputs, count)
        outputs, self.last = through_time(tf, cell, embedded, self.first)
        flat = tf.reshape(outputs, [BATCH * TIME, cell.output_size])
        weights = tf.get_variable("weights", [cell.output_size, count])
        logits = tf.matmul(flat, weights) + tf.get_variable("biases", [count], initializer=tf.zeros_initializer())
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.reshape(self.targets, [-1]), logits=logits)
        self.loss = tf.reduce_mean(losses)
        self.variables = tf.trainable_variables()
        gradients, self.norm = tf.clip_by_global_norm(tf.gradients(self.loss, self.variables), 0.5)
        optimizer = tf.train.AdamOptimizer(0.01)
        self.train = optimizer.apply_gradients(list(zip(gradients, self.variables)))  # noqa: B905
        self.initialize = tf.global_variables_initializer()


def curve(tf, name, steps=STEPS, save=None):
    """``(losses, norms)`` of ``steps`` training steps, with the norms that gradients had before they were clipped.

    ``save`` is the path of a checkpoint to write of the trained variables.
    """
    count, pairs = windows()
    config = tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
    with tf.Graph().as_default():
        model = Model(tf, name, count)
        losses, norms = [], []
        with tf.Session(config=config) as sess:
            sess.run(model.initialize)
            state = sess.run(model.first)
            for _ in range(steps):
                inputs, targets = next(pairs)
                feeds = {model.inputs: inputs, model.targets: targets, model.first: state}
                loss, norm, state, _ = sess.run([model.loss, model.norm, model.last, model.train], feeds)
                losses.append(float(loss))
                norms.append(float(norm))
            if save is not None:
                tf.train.Saver(model.variables).save(sess, save, write_meta_graph=False, write_state=False)
    return losses, norms


def answers(tf, name, path):
    """What the model says with the variables of a checkpoint: ``[loss, last state]`` of the first window."""
    count, pairs = windows()
    inputs, targets = next(pairs)
    with tf.Graph().as_default(), tf.Session() as sess:
        model = Model(tf, name, count)
        tf.train.Saver(model.variables).restore(sess, path)
        return sess.run([model.loss, model.last], {model.inputs: inputs, model.targets: targets})
