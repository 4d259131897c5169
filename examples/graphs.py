"""Two graphs that share nothing: a variable of one name in each, read in a session of each.

python examples/graphs.py
"""

import lazytf as tf


def variable_in(graph, initializer):
    """Adds a variable named ``v``, of one number, to ``graph``."""
    with graph.as_default():
        tf.get_variable("v", shape=[1], initializer=initializer)


def read(graph):
    """Returns the value of ``v`` in ``graph``, initialised in a session of its own."""
    with tf.Session(graph=graph) as sess:
        tf.global_variables_initializer().run()
        with tf.variable_scope("", reuse=True):
            return sess.run(tf.get_variable("v"))


if __name__ == "__main__":
    first, second = tf.Graph(), tf.Graph()
    variable_in(first, tf.zeros_initializer())
    variable_in(second, tf.ones_initializer())
    in_first, in_second = read(first), read(second)
    print(in_first)
    print(in_second)
