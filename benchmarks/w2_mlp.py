"""W2: a training step of a 784-256-256-10 perceptron, batch 128, Adam, the loss fetched each step, NumPy feeds."""

import itertools

import numpy as np

from benchmarks.single_thread import session_config

LAYERS = ((784, 256), (256, 256), (256, 10))
BATCH = 128
LEARNING_RATE = 0.001


def batches():
    """Endless ``(images [128, 784] float32, labels [128] int64)``: eight batches, again and again."""
    random = np.random.RandomState(0)
    return itertools.cycle(
        [(random.rand(BATCH, 784).astype(np.float32), random.randint(0, 10, BATCH)) for _ in range(8)]
    )


def layers():
    """The first ``(weights [m, n], biases [n])`` of each layer, float32."""
    random = np.random.RandomState(1)
    return [((random.randn(m, n) * np.sqrt(2.0 / m)).astype(np.float32), np.zeros(n, np.float32)) for m, n in LAYERS]


def build(tf):
    """A step that trains on the next batch and returns its mean loss."""
    with tf.Graph().as_default():
        images = tf.placeholder(tf.float32, [None, 784])
        labels = tf.placeholder(tf.int64, [None])
        h = images
        for weights, biases in layers()[:-1]:
            h = tf.nn.relu(tf.matmul(h, tf.Variable(weights)) + tf.Variable(biases))
        weights, biases = layers()[-1]
        logits = tf.matmul(h, tf.Variable(weights)) + tf.Variable(biases)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
        train = tf.train.AdamOptimizer(LEARNING_RATE).minimize(loss)
        session = tf.Session(config=session_config(tf))
        session.run(tf.global_variables_initializer())
    feeds = batches()

    def step():
        x, y = next(feeds)
        return session.run([train, loss], {images: x, labels: y})[1]

    return {"train step": step}
