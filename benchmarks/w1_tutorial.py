"""W1: a training step of the tutorial's network, 2-3-1, batch 8, Adam, the loss fetched each step, NumPy feeds.

The loss is the tutorial's own, slip included: only its first term is averaged, so it has shape ``[8, 1]``.
"""

import itertools

import numpy as np

from benchmarks.single_thread import session_config

BATCH = 8
LEARNING_RATE = 0.001
FIRST_WEIGHTS = np.array([[-0.8113182, 1.4845988, 0.06532937], [-2.4427042, 0.0992484, 0.5912243]], np.float32)
SECOND_WEIGHTS = np.array([[-0.8113182], [1.4845988], [0.06532937]], np.float32)


def batches():
    """Endless ``(points [8, 2], labels [8, 1])``, float32: the tutorial's 128 points, in order, again and again."""
    points = np.random.RandomState(1).rand(128, 2)
    labels = points.sum(axis=1, keepdims=True) < 1
    points, labels = points.astype(np.float32), labels.astype(np.float32)
    return itertools.cycle([(points[i : i + BATCH], labels[i : i + BATCH]) for i in range(0, 128, BATCH)])


def build(tf):
    """A step that trains on the next batch and returns its loss, ``[8, 1]``."""
    with tf.Graph().as_default():
        w1 = tf.Variable(FIRST_WEIGHTS)
        w2 = tf.Variable(SECOND_WEIGHTS)
        x = tf.placeholder(tf.float32, [None, 2])
        y_ = tf.placeholder(tf.float32, [None, 1])
        y = tf.sigmoid(tf.matmul(tf.matmul(x, w1), w2))
        averaged = tf.reduce_mean(y_ * tf.log(tf.clip_by_value(y, 1e-10, 1.0)))  # []
        single = (1 - y) * tf.log(tf.clip_by_value(1 - y, 1e-10, 1.0))  # [8, 1]
        loss = -averaged + single
        train = tf.train.AdamOptimizer(LEARNING_RATE).minimize(loss)
        session = tf.Session(config=session_config(tf))
        session.run(tf.global_variables_initializer())
    feeds = batches()

    def step():
        points, labels = next(feeds)
        return session.run([train, loss], {x: points, y_: labels})[1]

    return {"train step": step}
