"""Builds a row's graph and runs it, the same way under TensorFlow 1.15 and under lazytf."""

# ruff: noqa: B905 - Python 3.7 reads this file, its zip has no ``strict``
from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tests.samples import Constant, Variable

KNOWN = {
    "shape": lambda shape: list(shape),
    "rank": lambda shape: [None] * len(shape),
    "nothing": lambda shape: None,
}


class Built(NamedTuple):
    """A row as a graph, with what is needed to run it."""

    graph: Any
    inputs: list
    variables: list  # those inputs that are initialized variables
    outputs: list  # what the row returned, flat
    nodes: list  # [name, op type] of every operation that the row added
    feeds: dict
    initialize: Any  # an operation, or None


def variants(row):
    """What may be known of the inputs' shapes: rows without placeholders have one variant."""
    shaped = any(isinstance(value, np.ndarray) for value in row.inputs)
    return list(KNOWN) if shaped else ["shape"]


def build(tf, row, known="shape", arrays=None):
    """The row in a graph of its own; ``arrays`` replace the row's inputs."""
    graph = tf.Graph()
    with graph.as_default():
        if row.graph_seed is not None:
            tf.set_random_seed(row.graph_seed)
        arrays = row.inputs if arrays is None else arrays
        inputs = [_input(tf, value, f"x{i}", KNOWN[known]) for i, value in enumerate(arrays)]
        before = len(graph.get_operations())
        outputs = _flat(row.build(tf, *inputs))
        nodes = [[op.name, op.type] for op in graph.get_operations()[before:]]
        feeds = {x: value for x, value in zip(inputs, arrays) if isinstance(value, np.ndarray)}
        bare = [x for x, value in zip(inputs, arrays) if isinstance(value, Variable) and not value.initialized]
        ready = [v for v in tf.global_variables() if not any(v is other for other in bare)]
        initialize = tf.variables_initializer(ready) if ready else None
        variables = [v for v, value in zip(inputs, arrays) if isinstance(value, Variable) and value.initialized]
    return Built(graph, inputs, variables, outputs, nodes, feeds, initialize)


def session(tf, built):
    """A session on the row's graph, its variables initialized."""
    sess = tf.Session(graph=built.graph)
    if built.initialize is not None:
        sess.run(built.initialize)
    return sess


def gradients(tf, row, built, values):
    """The gradients of ``sum(output * weights)`` as fetches, one per differentiable input.

    A fetch is a tensor, ``(values, indices)`` for IndexedSlices, or None; the list is empty where nothing is floating.
    """
    positions = differentiable(row)
    ys = [(y, value) for y, value in zip(built.outputs, values) if is_floating(value)]
    if not positions or not ys:
        return []
    with built.graph.as_default():
        weights = [tf.constant(weights_like(value)) for _, value in ys]
        found = tf.gradients([y for y, _ in ys], [built.inputs[i] for i in positions], grad_ys=weights)
    return [(g.values, g.indices) if isinstance(g, tf.IndexedSlices) else g for g in found]


def fetched(tf, built, fetches):
    """The values of what ``gradients`` returned, all from the first run of a new session: random ops draw as before."""
    with session(tf, built) as sess:
        found = iter(sess.run([fetch for fetch in fetches if fetch is not None], built.feeds))
    return [None if fetch is None else next(found) for fetch in fetches]


def dense(gradient, shape):
    """A fetched gradient as one array: slices are added up into zeros of ``shape``."""
    if not isinstance(gradient, tuple):
        return np.asarray(gradient)
    values, indices = gradient
    total = np.zeros(shape, values.dtype)
    np.add.at(total, indices, values)
    return total


def differentiable(row):
    """Positions of the inputs whose gradients are compared."""
    if row.differentiable is not None:
        return row.differentiable
    return tuple(
        i for i, value in enumerate(row.inputs) if not isinstance(value, Constant) and is_floating(array_of(value))
    )


def array_of(value):
    """The array behind an input of any kind."""
    return value.array if isinstance(value, (Constant, Variable)) else value


def is_floating(value):
    """Whether gradients flow through an array of this dtype (bfloat16 has no kind of its own in NumPy)."""
    return value is not None and (value.dtype.kind in "fc" or str(value.dtype) == "bfloat16")


def weights_like(value):
    """Fixed weights between 0.5 and 1.5 for one output, complex where the output is."""
    steps = (np.arange(value.size) * 7 % 11) / 10.0 + 0.5
    weights = steps.reshape(value.shape)
    return (weights - 0.25j * weights[::-1] if value.dtype.kind == "c" and value.ndim else weights).astype(value.dtype)


def widened(row):
    """The row's inputs with float32 as float64, for finite differences; None where that says nothing."""
    arrays = [array_of(value) for value in row.inputs]
    repeatable = all(isinstance(value, (np.ndarray, Constant)) for value in row.inputs) and row.runs == 1
    if not repeatable or not any(a.dtype == np.float32 for a in arrays):
        return None
    wide = [a.astype(np.float64) if a.dtype == np.float32 else a for a in arrays]
    return [Constant(a) if isinstance(value, Constant) else a for value, a in zip(row.inputs, wide)]


def finite_differences(tf, row, step=1e-6):
    """Pairs (gradient, central differences) of the float64 row, one per differentiable float64 input.

    None where there is nothing to compare: no float64 form, no gradient, or a result that is not all finite and real.
    """
    arrays = widened(row)
    if arrays is None:
        return None
    built = build(tf, row, arrays=arrays)
    with session(tf, built) as sess:
        values = fetch(sess, built)
        found = gradients(tf, row, built, values)
        chosen = [
            (i, gradient)
            for i, gradient in zip(differentiable(row), found)
            if gradient is not None and isinstance(arrays[i], np.ndarray) and arrays[i].dtype == np.float64
        ]
        floating = [y for y, value in zip(built.outputs, values) if is_floating(value)]
        smooth = [value.dtype.kind != "c" and np.all(np.isfinite(value)) for value in values if is_floating(value)]
        if not chosen or not all(smooth):
            return None

        def loss(feeds):
            results = sess.run(floating, feeds)
            return sum(float(np.sum(np.asarray(r, np.float64) * weights_like(np.asarray(r)))) for r in results)

        def moved(position, index, distance):
            feeds = {x: value.copy() for x, value in built.feeds.items()}
            feeds[built.inputs[position]][index] += distance
            return feeds

        pairs = []
        for position, gradient in chosen:
            slopes = np.zeros(arrays[position].shape)
            for index in np.ndindex(*slopes.shape):
                slopes[index] = (loss(moved(position, index, step)) - loss(moved(position, index, -step))) / (2 * step)
            pairs.append((dense(sess.run(gradient, built.feeds), slopes.shape), slopes))
        return pairs


def fetch(sess, built):
    """The row's outputs as arrays; None where the output is an operation."""
    return [None if result is None else plain(result) for result in sess.run(built.outputs, built.feeds)]


def static_shape(output):
    """The static shape of an output: a list with None for unknown sizes, None for an unknown rank or an operation."""
    shape = getattr(output, "shape", None)
    return None if shape is None or shape.ndims is None else shape.as_list()


def plain(result):
    """A fetched value as an array; strings are objects, also where NumPy would give them a width."""
    array = np.asarray(result)
    return array.astype(object) if array.dtype.kind == "S" else array


def _input(tf, value, name, known):
    if isinstance(value, Constant):
        return tf.constant(value.array, name=name)
    if isinstance(value, Variable):
        return tf.Variable(value.array, name=name)
    return tf.placeholder(tf.as_dtype(value.dtype), known(value.shape), name=name)


def _flat(result):
    if isinstance(result, (list, tuple)):
        return [leaf for part in result for leaf in _flat(part)]
    return [result]
