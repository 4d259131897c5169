"""W8: a graph of 10,000 operations: building it, differentiating it, running it first, and the memory all that takes.

One block maps ``[8, 8]`` to ``[8, 8]`` in ten operations, constants counted:

    MatMul by w, Add b, Tanh, Reshape to [4, 16] and its Const, Transpose and its Const, Reshape to [8, 8] and its
    Const, Add of the block's input

Blocks are chained; ``w`` and ``b`` are two variables that every block shares; the end is one Sum of the last block
(with its Const). The flat case has 1,000 blocks (10,000 operations); the scoped case 100, each under two name scopes.
"""

import numpy as np

from benchmarks.single_thread import session_config

CASES = {"flat, 10,000 operations": (1000, False), "name scopes, 1,000 operations": (100, True)}


def stages(tf, case):
    """A generator that does one stage per ``next`` and yields its name.

    The first stage does everything once to a graph of two blocks, so that later ones pay for their graph alone.
    """
    blocks, scoped = CASES[case]
    for _ in _stages(tf, 2, scoped):
        pass
    yield "warm-up"
    yield from _stages(tf, blocks, scoped)


def _stages(tf, blocks, scoped):
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [8, 8])
        w = tf.Variable(np.eye(8, dtype=np.float32) * 0.5)
        b = tf.Variable(np.zeros(8, np.float32))
        end = tf.reduce_sum((_scoped_chain if scoped else _chain)(tf, x, w, b, blocks))
        yield "build"
        gradients = tf.gradients(end, [w, b])
        yield "gradients"
        with tf.Session(config=session_config(tf)) as session:
            session.run(tf.global_variables_initializer())
            session.run(end, {x: np.ones((8, 8), np.float32)})
            yield "first run"
            session.run(gradients, {x: np.ones((8, 8), np.float32)})
            yield "first run of the gradients"


def _chain(tf, h, w, b, blocks):
    for _ in range(blocks):
        h = _block(tf, h, w, b)
    return h


def _scoped_chain(tf, h, w, b, blocks):
    for i in range(blocks):
        with tf.name_scope(f"layer_{i}"), tf.name_scope("block"):
            h = _block(tf, h, w, b)
    return h


def _block(tf, h, w, b):
    """Ten operations, ``[8, 8]`` to ``[8, 8]``."""
    mixed = tf.tanh(tf.add(tf.matmul(h, w), b))
    turned = tf.transpose(tf.reshape(mixed, [4, 16]), [1, 0])  # [16, 4]
    return tf.add(tf.reshape(turned, [8, 8]), h)
