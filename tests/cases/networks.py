"""Small recurrent networks for the cases about them: their inputs, their weights, and all that can be told of them.

Networks are of double precision and filled with known numbers: what they compute is told to six decimals.
"""

import numpy as np

from tests.cases.probe import described, names, plain, shape


def numbers(extents, phase=0):
    """Numbers between -0.8 and 0.8 in an array of that shape."""
    return np.round(0.8 * np.sin(0.7 * np.arange(int(np.prod(extents))) + 1.3 * phase), 3).reshape(extents)


def rounded(value):
    """Nested arrays as nested lists, every float to six decimals."""
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return round(value, 6) + 0.0 if isinstance(value, float) else value


def filled(tf, session):
    """Fills each trainable variable with numbers of its own."""
    session.run(tf.global_variables_initializer())
    for k, variable in enumerate(tf.trainable_variables()):
        variable.load(numbers(shape(variable), k + 1), session)


def computed(tf, fetches, feeds=None):
    """The run's values after the variables were filled."""
    with tf.Session() as session:
        filled(tf, session)
        return rounded(plain(session.run(fetches, feeds)))


def flat(tf, structure):
    """The tensors of nested results."""
    return tf.nest.flatten(structure)


def loss_of(tf, tensors):
    """A number that every element of the tensors moves by another amount."""
    parts = [tf.reduce_sum(t * t * (k + 1.0) + 0.5 * t) for k, t in enumerate(tensors) if t.dtype.is_floating]
    return tf.add_n(parts)


def placeholder(tf, extents=(2, 3, 2), name="x"):
    """The input of a network, ``[batch, time, depth]`` unless told otherwise."""
    return tf.placeholder(tf.float64, extents, name=name)


def report(tf, x, fed, outputs, state, by=(), feeds=None):
    """Tells all of a network on ``x``: what is static, its variables, its values and the gradients of a loss.

    ``fed`` is the shape of the input fed, ``by`` are further tensors to take the gradient by.
    """
    results = flat(tf, outputs) + flat(tf, state)
    variables = tf.trainable_variables()
    gradients = tf.gradients(loss_of(tf, results), variables + [x] + list(by))
    static = [described(t) for t in results]
    there = [g is not None for g in gradients]
    values = computed(tf, [results, [g for g in gradients if g is not None]], {x: numbers(fed), **(feeds or {})})
    return {"static": static, "variables": names(variables), "values": values[0], "gradients": [there, values[1]]}


def cells(tf):
    """``tf.nn.rnn_cell``."""
    return tf.nn.rnn_cell
