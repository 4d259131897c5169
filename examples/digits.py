"""Trains a 64-100-10 network on scikit-learn's handwritten digits, and writes down how it went.

python examples/digits.py [--steps 2000] [--out digits-run] [--seed 1]

Prints progress and a confusion table of the held-out digits. The folder given by --out holds the picture
``digits.png`` (loss and accuracy), the checkpoint ``model-STEP``, and events for ``tensorboard --logdir``.
"""

import argparse
import os

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
from sklearn.datasets import load_digits  # noqa: E402

import lazytf as tf  # noqa: E402

BATCH, HIDDEN, CLASSES, PIXELS = 50, 100, 10, 64


def load(seed):
    """Returns the digits as ((images, labels) to train on, (images, labels) held out), pixels between 0 and 1."""
    digits = load_digits()
    order = np.random.RandomState(seed).permutation(len(digits.target))
    images, labels = (digits.data / 16.0).astype(np.float32)[order], digits.target.astype(np.int64)[order]
    held = len(labels) // 5
    return (images[held:], labels[held:]), (images[:held], labels[:held])


def dense(x, units, name, activation=None):
    """Returns ``activation(x @ weights + biases)``, [batch, units], with new variables under ``name``."""
    with tf.variable_scope(name):
        weights = tf.get_variable("weights", [x.shape[1].value, units], initializer=tf.glorot_uniform_initializer())
        biases = tf.Variable(tf.zeros([units]), name="biases")
        tf.summary.histogram("weights", weights)
        y = tf.matmul(x, weights) + biases
        return y if activation is None else activation(y)


class Network:
    """The graph of the network: placeholders ``images`` and ``labels``, and what a run may fetch."""

    def __init__(self, seed):
        tf.set_random_seed(seed)
        self.images = tf.placeholder(tf.float32, [None, PIXELS], name="images")
        self.labels = tf.placeholder(tf.int64, [None], name="labels")
        logits = dense(dense(self.images, HIDDEN, "hidden", tf.nn.relu), CLASSES, "output")
        self.guess = tf.argmax(logits, 1, name="guess")
        with tf.name_scope("loss"):
            one_hot = tf.one_hot(self.labels, CLASSES)
            self.loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=one_hot, logits=logits))
        with tf.name_scope("accuracy"):
            self.accuracy = tf.reduce_mean(tf.cast(tf.equal(self.guess, self.labels), tf.float32))
        self.step = tf.Variable(0, trainable=False, name="global_step", dtype=tf.int64)
        self.train = tf.train.AdamOptimizer(0.002).minimize(self.loss, global_step=self.step)
        tf.summary.scalar("loss", self.loss)
        tf.summary.scalar("accuracy", self.accuracy)
        self.summaries = tf.summary.merge_all()


def batches(images, labels, seed):
    """Yields batches without end, in a new order each time round."""
    random = np.random.RandomState(seed)
    while True:
        order = random.permutation(len(labels))
        for start in range(0, len(order) - BATCH + 1, BATCH):
            picked = order[start : start + BATCH]
            yield images[picked], labels[picked]


def train(network, training, held_out, steps, out, seed):
    """Trains for ``steps`` batches; returns [(step, training loss, held-out loss, held-out accuracy)] and guesses."""
    saver = tf.train.Saver()
    history = []
    with tf.Session() as sess:
        writer = tf.summary.FileWriter(out, sess.graph)
        sess.run(tf.global_variables_initializer())
        for step, (images, labels) in enumerate(batches(*training, seed=seed), start=1):
            feed = {network.images: images, network.labels: labels}
            _, loss = sess.run([network.train, network.loss], feed_dict=feed)
            if step == 1 or step % 100 == 0 or step >= steps:
                feed = {network.images: held_out[0], network.labels: held_out[1]}
                summaries, held_loss, accuracy = sess.run([network.summaries, network.loss, network.accuracy], feed)
                writer.add_summary(summaries, step)
                history.append((int(step), float(loss), float(held_loss), float(accuracy)))
                print(f"step {step:5d}  loss {loss:.4f}  held out: loss {held_loss:.4f}, accuracy {accuracy:.2%}")
            if step >= steps:
                break
        guesses = sess.run(network.guess, feed_dict={network.images: held_out[0]})
        saver.save(sess, os.path.join(out, "model"), global_step=network.step)
        writer.close()
    return history, guesses


def confusion(labels, guesses):
    """Returns how often each digit (row) was taken for each (column), [10, 10]."""
    table = np.zeros([CLASSES, CLASSES], int)
    np.add.at(table, (labels, guesses), 1)
    return table


def draw(history, path):
    """Writes a picture of loss and accuracy against the training step."""
    steps, losses, held_losses, accuracies = np.array(history).T
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5))
    left.plot(steps, losses, label="a training batch")
    left.plot(steps, held_losses, label="held out")
    left.set(xlabel="step", ylabel="cross entropy", yscale="log")
    left.legend()
    right.plot(steps, accuracies)
    right.set(xlabel="step", ylabel="held-out accuracy")
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)


def main(arguments=None):
    """Runs the program; returns (history, confusion table)."""
    parser = argparse.ArgumentParser(description="Trains a small network on handwritten digits.")
    parser.add_argument("--steps", type=int, default=2000, help="batches to train on (default: 2000)")
    parser.add_argument("--out", default="digits-run", help="folder to write to (default: digits-run)")
    parser.add_argument("--seed", type=int, default=1, help="seed of weights, batches and split (default: 1)")
    options = parser.parse_args(arguments)
    if options.steps < 1:
        parser.error(f"--steps must be at least 1; got {options.steps}")
    os.makedirs(options.out, exist_ok=True)

    training, held_out = load(options.seed)
    with tf.Graph().as_default():
        network = Network(options.seed)
        history, guesses = train(network, training, held_out, options.steps, options.out, options.seed)

    table = confusion(held_out[1], guesses)
    print("\nconfusion (row: the digit, column: the guess)")
    print("   " + "".join(f"{digit:4d}" for digit in range(CLASSES)))
    for digit, row in enumerate(table):
        print(f"{digit:3d}" + "".join(f"{count:4d}" if count else "   ." for count in row))
    picture = os.path.join(options.out, "digits.png")
    draw(history, picture)
    print(f"\naccuracy on {len(held_out[1])} held-out digits: {history[-1][-1]:.2%}")
    print("wrote " + picture)
    return history, table


if __name__ == "__main__":
    history, table = main()
