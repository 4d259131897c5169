"""Trains an LSTM to write a text letter by letter, and prints what it writes as it learns.

python examples/char_lstm.py [--text FILE] [--steps 500] [--out char-run] [--seed 1]

Without --text it learns the Zen of Python, public domain, from the module ``this`` of the standard library. The folder
given by --out holds the picture ``char_lstm.png`` of the loss, and ``samples.txt``.
"""

import argparse
import contextlib
import io
import os

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402

import lazytf as tf  # noqa: E402

BATCH, TIME, DIMENSIONS, UNITS = 32, 40, 32, 128
SHOWN = 240  # characters of a sample


def load(path):
    """Returns the text of the file, or the Zen of Python where ``path`` is None; prints where it was found."""
    if path is not None:
        with open(path, encoding="utf-8") as file:
            text, source = file.read(), path
    else:
        with contextlib.redirect_stdout(io.StringIO()):
            import this
        text, source = "".join(this.d.get(c, c) for c in this.s) + "\n", this.__file__
    print(f"{len(text)} characters of {len(set(text))} kinds, from {source}")
    return text


class Network:
    """The graph: placeholders ``inputs`` and ``targets``, [batch, time], and what a run may fetch.

    ``first`` is the state before the first character, zeros unless fed, and ``last`` the one after the last.
    """

    def __init__(self, kinds, seed):
        tf.set_random_seed(seed)
        self.inputs = tf.placeholder(tf.int32, [None, None], name="inputs")
        self.targets = tf.placeholder(tf.int32, [None, None], name="targets")
        cell = tf.nn.rnn_cell.BasicLSTMCell(UNITS)
        self.first = cell.zero_state(tf.shape(self.inputs)[0], tf.float32)
        embedding = tf.get_variable("embedding", [kinds, DIMENSIONS])
        embedded = tf.nn.embedding_lookup(embedding, self.inputs)  # [batch, time, DIMENSIONS]
        outputs, self.last = tf.nn.dynamic_rnn(cell, embedded, initial_state=self.first)
        weights = tf.get_variable("weights", [UNITS, kinds])
        biases = tf.get_variable("biases", [kinds], initializer=tf.zeros_initializer())
        logits = tf.matmul(tf.reshape(outputs, [-1, UNITS]), weights) + biases  # [batch * time, kinds]
        self.next = tf.multinomial(logits[-1:], 1, name="next")[0, 0]  # drawn from what is likely, for a batch of one
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.reshape(self.targets, [-1]), logits=logits)
        self.loss = tf.reduce_mean(losses)
        variables = tf.trainable_variables()
        gradients, _ = tf.clip_by_global_norm(tf.gradients(self.loss, variables), 5.0)
        self.train = tf.train.AdamOptimizer(0.005).apply_gradients(zip(gradients, variables))  # noqa: B905


class Alphabet:
    """The kinds of characters in a text, numbered in their order."""

    def __init__(self, text):
        self.characters = sorted(set(text))
        self._numbers = {c: i for i, c in enumerate(self.characters)}

    def numbers(self, text):
        """Returns the numbers of the characters, int32."""
        return np.array([self._numbers[c] for c in text], np.int32)

    def text(self, numbers):
        """Returns the text of the numbers."""
        return "".join(self.characters[i] for i in numbers)


def batches(numbers, seed):
    """Yields pairs (characters, those after them), [BATCH, TIME], from anywhere in the text, without end."""
    random = np.random.RandomState(seed)
    time = min(TIME, len(numbers) - 1)
    while True:
        places = random.randint(0, len(numbers) - time, BATCH)[:, None] + np.arange(time)
        yield numbers[places], numbers[places + 1]


def written(sess, network, alphabet, beginning, count):
    """Returns ``count`` characters that the network writes after ``beginning``, each drawn after those before."""
    drawn, state, inputs = [], None, [alphabet.numbers(beginning)]
    while len(drawn) < count:
        feed = {network.inputs: inputs}
        if state is not None:
            feed[network.first] = state
        number, state = sess.run([network.next, network.last], feed_dict=feed)
        drawn.append(number)
        inputs = [[number]]
    return alphabet.text(drawn)


def train(network, alphabet, text, steps, seed):
    """Trains for ``steps`` batches; returns the losses and [(step, loss, what the network wrote then)]."""
    losses, samples = [], []
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for step, (inputs, targets) in enumerate(batches(alphabet.numbers(text), seed), start=1):
            _, loss = sess.run([network.train, network.loss], {network.inputs: inputs, network.targets: targets})
            losses.append(float(loss))
            if step in (1, steps // 20, steps // 5, steps // 2, steps):
                sample = written(sess, network, alphabet, text[0], SHOWN)
                samples.append((step, losses[-1], sample))
                print(f"\n--- after step {step}, loss {loss:.3f}: {text[0]}{sample}", flush=True)
            if step >= steps:
                return losses, samples


def draw(losses, path):
    """Writes a picture of the loss against the training step."""
    figure, axes = plt.subplots(figsize=(6, 3.5))
    axes.plot(losses)
    axes.set(xlabel="step", ylabel="cross entropy of a character", yscale="log")
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)


def main(arguments=None):
    """Runs the program; returns (losses, samples)."""
    parser = argparse.ArgumentParser(description="Trains an LSTM to write a text letter by letter.")
    parser.add_argument("--text", metavar="FILE", help="text to learn (default: the Zen of Python)")
    parser.add_argument("--steps", type=int, default=500, help="batches to train on (default: 500)")
    parser.add_argument("--out", default="char-run", help="folder to write to (default: char-run)")
    parser.add_argument("--seed", type=int, default=1, help="seed of weights, batches and samples (default: 1)")
    options = parser.parse_args(arguments)
    if options.steps < 1:
        parser.error(f"--steps must be at least 1; got {options.steps}")
    text = load(options.text)
    if len(text) < 2:
        parser.error(f"--text must hold two characters or more; got {len(text)}")
    os.makedirs(options.out, exist_ok=True)

    with tf.Graph().as_default():
        alphabet = Alphabet(text)
        network = Network(len(alphabet.characters), options.seed)
        losses, samples = train(network, alphabet, text, options.steps, options.seed)

    with open(os.path.join(options.out, "samples.txt"), "w", encoding="utf-8") as file:
        file.writelines(f"after step {step}, loss {loss:.3f}\n{sample}\n\n" for step, loss, sample in samples)
    picture = os.path.join(options.out, "char_lstm.png")
    draw(losses, picture)
    print(f"\nloss {losses[0]:.3f} at first, {losses[-1]:.3f} at last; wrote {picture}")
    return losses, samples


if __name__ == "__main__":
    losses, samples = main()
