"""The ways to give a variable its first value: random draws, constants, and another variable's first value.

python examples/initializers.py
"""

import lazytf as tf

graph = tf.Graph()
with graph.as_default():
    variables = {
        "random_normal": tf.Variable(tf.random_normal([2, 3], mean=0.0, stddev=2.0, dtype=tf.float32, seed=1)),
        # Drawn again where it is more than two standard deviations from the mean.
        "truncated_normal": tf.Variable(tf.truncated_normal([2, 3], mean=0.0, stddev=2.0, dtype=tf.float32, seed=1)),
        "random_uniform": tf.Variable(tf.random_uniform([2, 3], minval=-1.0, maxval=1.0, dtype=tf.float32, seed=1)),
        "random_gamma": tf.Variable(tf.random_gamma([2, 3], alpha=2.0, beta=0.5, dtype=tf.float32, seed=1)),
        "zeros": tf.Variable(tf.zeros([2, 3], tf.int32)),
        "ones": tf.Variable(tf.ones([2, 3], tf.float64)),
        "fill": tf.Variable(tf.fill([2, 3], 9)),
        "constant": tf.Variable(tf.constant([[1, 2, 3]], dtype=tf.int64)),
    }
    variables["twice the normal"] = tf.Variable(variables["random_normal"].initialized_value() * 2.0)

if __name__ == "__main__":
    with tf.Session(graph=graph) as sess:
        with graph.as_default():
            sess.run(tf.global_variables_initializer())
        values = sess.run(variables)
    for name, variable in variables.items():
        print(name, variable.name, variable.shape, variable.dtype.base_dtype.name)
        print(values[name])
