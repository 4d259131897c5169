"""W0: what one ``Session.run`` costs when there is next to nothing to compute."""

import numpy as np

from benchmarks.single_thread import session_config


def build(tf):
    """Steps that each make one call of ``run``; each returns what was fetched."""
    with tf.Graph().as_default():
        a = tf.placeholder(tf.float32, [])
        b = tf.placeholder(tf.float32, [])
        total = a + b
        weights = tf.Variable(np.arange(6, dtype=np.float32).reshape(2, 3))
        counter = tf.Variable(np.float32(0))
        count = tf.assign_add(counter, 1.0)
        nothing = tf.no_op()
        session = tf.Session(config=session_config(tf))
        session.run(tf.global_variables_initializer())
    return {
        "run(a + b)": lambda: session.run(total, {a: 1.5, b: 2.5}),
        "fetch a variable": lambda: session.run(weights),
        "assign_add": lambda: session.run(count),
        "no_op": lambda: session.run(nothing),
    }
