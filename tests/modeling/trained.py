"""Networks over time whose checkpoints go from TensorFlow 1.15 to lazytf; they run under both."""

import numpy as np

INPUT = np.sin(0.7 * np.arange(30)).reshape(3, 5, 2).astype(np.float32)
LENGTHS = np.array([5, 2, 0], np.int32)
TARGET = np.array([0.5, -0.5, 1.0], np.float32)


def stacked(tf):
    """An LSTM with peepholes and a GRU, one upon the other, over sequences of their own lengths."""
    x, lengths = tf.placeholder(tf.float32, [None, None, 2], name="x"), tf.placeholder(tf.int32, [None], name="lengths")
    cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(3, use_peepholes=True), tf.nn.rnn_cell.GRUCell(4)])
    outputs, state = tf.nn.dynamic_rnn(cell, x, sequence_length=lengths, dtype=tf.float32)
    return _model(tf, [outputs, state], state[-1], {x: INPUT, lengths: LENGTHS})


def both_ways(tf):
    """An LSTM forwards and a GRU backwards."""
    x = tf.placeholder(tf.float32, [3, None, 2], name="x")
    cells = tf.nn.rnn_cell.BasicLSTMCell(3), tf.nn.rnn_cell.GRUCell(2)
    outputs, states = tf.nn.bidirectional_dynamic_rnn(*cells, inputs=x, dtype=tf.float32, scope="encoder")
    return _model(tf, [outputs, states], tf.concat([states[0].h, states[1]], 1), {x: INPUT})


def unrolled(tf):
    """An LSTM with a projection over a list."""
    x = tf.placeholder(tf.float32, [None, 5, 2], name="x")
    cell = tf.nn.rnn_cell.LSTMCell(3, num_proj=2, forget_bias=0.5)
    outputs, state = tf.nn.static_rnn(cell, tf.unstack(x, axis=1), dtype=tf.float32)
    return _model(tf, [outputs, state], outputs[-1], {x: INPUT})


MODELS = {"stacked": stacked, "both_ways": both_ways, "unrolled": unrolled}


def _model(tf, results, features, feeds):
    w = tf.get_variable("w", [features.shape[1], 1])
    loss = tf.reduce_mean(tf.square(tf.squeeze(tf.matmul(features, w), 1) - TARGET))
    return {"results": results, "loss": loss, "train": tf.train.AdamOptimizer(0.05).minimize(loss), "feeds": feeds}


def losses(session, model, count):
    """Trains ``count`` steps; returns the loss before each."""
    return [float(session.run([model["loss"], model["train"]], model["feeds"])[0]) for _ in range(count)]
