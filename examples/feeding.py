"""A forward pass for a batch of any size, fed through a placeholder.

python examples/feeding.py
"""

import lazytf as tf

if __name__ == "__main__":
    graph = tf.Graph()
    with graph.as_default():
        w1 = tf.Variable(tf.random_normal([2, 3], stddev=1, dtype=tf.float32, seed=1))
        w2 = tf.Variable(tf.random_normal([3, 1], stddev=1, dtype=tf.float32, seed=1))
        x = tf.placeholder(tf.float32, [None, 2], name="input")  # None: any number of rows
        y = tf.matmul(tf.matmul(x, w1), w2)  # [batch, 1]
        init = tf.global_variables_initializer()

    config = tf.ConfigProto(allow_soft_placement=True, log_device_placement=True)
    with tf.Session(graph=graph, config=config) as sess:
        sess.run(init)
        result = sess.run(y, feed_dict={x: [[0.7, 0.9], [0.1, 0.4], [0.6, 0.8]]})
        print(result)
