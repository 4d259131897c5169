"""W9: a ``while_loop`` of 1000 scalar iterations, ``x = x - 0.001 * x * x``, and the gradient of its end by ``x``.

The gradient depends on every value that ``x`` goes through, so that nobody can know it beforehand.
"""

import itertools

from benchmarks.single_thread import session_config

ITERATIONS, RATE = 1000, 0.001


def batches():
    """Endless first values of ``x``."""
    return itertools.cycle([0.25, 0.5, 1.0, 2.0])


def build(tf):
    """Steps that each run the loop on the next value: one fetches the end, the other its gradient by the beginning."""
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [])
        _, end = tf.while_loop(lambda i, x: i < ITERATIONS, lambda i, x: (i + 1, x - RATE * x * x), [tf.constant(0), x])
        (slope,) = tf.gradients(end, x)
        session = tf.Session(config=session_config(tf))
    return {"forward": _step(session, end, x), "gradient": _step(session, slope, x)}


def _step(session, fetch, x):
    feeds = batches()
    return lambda: session.run(fetch, {x: next(feeds)})
