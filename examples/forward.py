"""A forward pass through two layers of seeded weights, for one example held in a constant.

python examples/forward.py
"""

import lazytf as tf

if __name__ == "__main__":
    graph = tf.Graph()
    with graph.as_default():
        w1 = tf.Variable(tf.random_normal([2, 3], stddev=1, dtype=tf.float32, seed=1))
        w2 = tf.Variable(tf.random_normal([3, 1], stddev=1, dtype=tf.float32, seed=1))
        x = tf.constant([[0.7, 0.9]], dtype=tf.float32)
        hidden = tf.matmul(x, w1)  # [1, 3]
        y = tf.matmul(hidden, w2)  # [1, 1]
        init = tf.global_variables_initializer()  # sees to the order, where one variable's value needs another's

    config = tf.ConfigProto(allow_soft_placement=True, log_device_placement=True)
    with tf.Session(graph=graph, config=config) as sess:
        sess.run(init)
        result = sess.run(y)
        print(result)
