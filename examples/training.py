"""Trains a 2-3-1 network to tell whether two numbers add to less than one; prints its weights and losses.

python examples/training.py
"""

import numpy as np

import lazytf as tf

BATCH, POINTS, STEPS = 8, 128, 1000

graph = tf.Graph()
with graph.as_default():
    w1 = tf.Variable(tf.random_normal([2, 3], stddev=1, dtype=tf.float32, seed=1))
    w2 = tf.Variable(tf.random_normal([3, 1], stddev=1, dtype=tf.float32, seed=1))
    x = tf.placeholder(tf.float32, [None, 2], name="x-input")
    labels = tf.placeholder(tf.float32, [None, 1], name="y-input")
    y = tf.sigmoid(tf.matmul(tf.matmul(x, w1), w2))  # [batch, 1]
    # The mean reaches the first term only, so this is one number for each example.
    cross_entropy = -tf.reduce_mean(labels * tf.log(tf.clip_by_value(y, 1e-10, 1.0))) + (1 - y) * tf.log(
        tf.clip_by_value(1 - y, 1e-10, 1.0)
    )
    train_step = tf.train.AdamOptimizer(learning_rate=0.001).minimize(cross_entropy)
    init = tf.global_variables_initializer()


def points():
    """Returns points in the unit square [POINTS, 2], and 1 for each below the diagonal, else 0 [POINTS, 1]."""
    inputs = np.random.RandomState(1).rand(POINTS, 2)
    return inputs, np.array([[int(x1 + x2 < 1)] for x1, x2 in inputs])


if __name__ == "__main__":
    inputs, targets = points()
    print(type(inputs))
    print(type(targets))
    losses = {}
    config = tf.ConfigProto(allow_soft_placement=True, log_device_placement=False)
    with tf.Session(graph=graph, config=config) as sess:
        sess.run(init)
        before = sess.run([w1, w2])
        print("weights before training")
        print(before[0])
        print(before[1])
        for step in range(STEPS):
            start = step * BATCH % POINTS
            batch = slice(start, min(start + BATCH, POINTS))
            sess.run(train_step, feed_dict={x: inputs[batch], labels: targets[batch]})
            if step % 50 == 0:
                losses[step] = np.mean(sess.run(cross_entropy, feed_dict={x: inputs, labels: targets}))
                print(f"step {step}: the loss is {losses[step]}")
        after = sess.run([w1, w2])
        print("weights after training")
        print(after[0])
        print(after[1])
