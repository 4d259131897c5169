"""Samples of random ops: values drawn with op seeds, with the graph seed, and over two runs of one session."""

import numpy as np

from tests.samples import constant, row, spread


def drawn(op, id, build, *inputs, **options):
    """A row whose values are recorded over two runs, the second of which continues the stream."""
    return row(op, id, build, *inputs, **dict({"runs": 2, "differentiable": ()}, **options))


EXACT = {"rtol": 0.0}
LOGITS = np.log(np.array([[0.1, 0.2, 0.7], [0.5, 0.25, 0.25]], "float32"))

ROWS = [
    drawn("RandomUniform", "unit", lambda tf: tf.random_uniform([2, 3], seed=1), **EXACT),
    drawn("RandomUniform", "range", lambda tf: tf.random.uniform([7], -2.0, 3.5, seed=42), **EXACT),
    drawn("RandomUniform", "float64", lambda tf: tf.random_uniform([5], dtype=tf.float64, seed=1), **EXACT),
    drawn("RandomUniform", "half", lambda tf: tf.random_uniform([5], dtype=tf.float16, seed=1), **EXACT),
    drawn("RandomUniform", "scalar", lambda tf: tf.random_uniform([], seed=3), **EXACT),
    drawn("RandomUniform", "empty", lambda tf: tf.random_uniform([0, 2], seed=3), **EXACT),
    drawn("RandomUniform", "shape_fed", lambda tf, s: tf.random_uniform(s, seed=3), np.array([2, 2], "int32"), **EXACT),
    drawn("RandomUniform", "bounds_fed", lambda tf, a, b: tf.random_uniform([3], a, b, seed=3), -1.0, 4.0, **EXACT),
    drawn("RandomUniform", "graph_seed", lambda tf: tf.random_uniform([3]), graph_seed=7, **EXACT),
    drawn("RandomUniform", "both_seeds", lambda tf: tf.random_uniform([3], seed=9), graph_seed=7, **EXACT),
    drawn("RandomUniform", "zero_seeds", lambda tf: tf.random_uniform([3], seed=0), graph_seed=0, **EXACT),
    drawn("RandomUniform", "zero_op_seed", lambda tf: tf.random_uniform([3], seed=0), **EXACT),
    drawn("RandomUniform", "large_seed", lambda tf: tf.random_uniform([3], seed=2**40 + 5), **EXACT),
    drawn("RandomUniform", "negative_seed", lambda tf: tf.random_uniform([3], seed=-5), **EXACT),
    drawn(
        "RandomUniform",
        "two_with_one_seed",
        lambda tf: [tf.random_uniform([3], seed=4), tf.random_uniform([3], seed=4)],
        **EXACT,
    ),
    drawn(
        "RandomUniform",
        "two_under_graph_seed",
        lambda tf: [tf.random_uniform([3]), tf.random_uniform([3])],
        graph_seed=4,
        **EXACT,
    ),
    drawn(
        "RandomUniform",
        "after_other_ops",
        lambda tf, x: [x + 1.0, tf.random_uniform([3])],
        spread(2),
        graph_seed=4,
        **EXACT,
    ),
    drawn(
        "RandomUniform",
        "raw",
        lambda tf, s: tf.raw_ops.RandomUniform(shape=s, dtype=tf.float32, seed=5, seed2=6),
        constant([4]),
        **EXACT,
    ),
    drawn("RandomUniform", "crop_free_int", lambda tf: tf.random_uniform([3], 1.0, 2.0, seed=3, name="draw"), **EXACT),
    drawn("RandomUniformInt", "int32", lambda tf: tf.random_uniform([9], maxval=10, dtype=tf.int32, seed=1)),
    drawn("RandomUniformInt", "int64", lambda tf: tf.random_uniform([5], -100, 2**40, dtype=tf.int64, seed=1)),
    drawn("RandomUniformInt", "negative", lambda tf: tf.random_uniform([2, 2], -5, -1, dtype=tf.int32, seed=8)),
    drawn(
        "RandomUniformInt", "graph_seed", lambda tf: tf.random_uniform([5], maxval=100, dtype=tf.int32), graph_seed=8
    ),
    row(
        "RandomUniformInt",
        "without_maxval",
        lambda tf: tf.random_uniform([2], dtype=tf.int32, seed=1),
        raises="Must specify maxval for integer dtype",
    ),
    row(
        "RandomUniformInt",
        "empty_range",
        lambda tf: tf.random_uniform([2], 5, 5, dtype=tf.int32, seed=1),
        raises="Need minval < maxval",
    ),
    drawn("RandomStandardNormal", "tutorial", lambda tf: tf.random_normal([2, 3], stddev=1, seed=1)),
    drawn("RandomStandardNormal", "mean_and_stddev", lambda tf: tf.random.normal([7], 5.0, 0.1, seed=42)),
    drawn("RandomStandardNormal", "float64", lambda tf: tf.random_normal([5], dtype=tf.float64, seed=1), rtol=1e-14),
    drawn("RandomStandardNormal", "half", lambda tf: tf.random_normal([5], dtype=tf.float16, seed=1)),
    drawn("RandomStandardNormal", "scalar", lambda tf: tf.random_normal([], seed=1)),
    drawn("RandomStandardNormal", "shape_fed", lambda tf, s: tf.random_normal(s, seed=3), np.array([2, 2], "int32")),
    drawn("RandomStandardNormal", "shape_int64", lambda tf, s: tf.random_normal(s, seed=3), np.array([2, 2], "int64")),
    drawn("RandomStandardNormal", "mean_fed", lambda tf, m: tf.random_normal([2], mean=m, seed=3), 2.0),
    drawn("RandomStandardNormal", "graph_seed", lambda tf: tf.random_normal([3]), graph_seed=7),
    drawn(
        "RandomStandardNormal",
        "raw",
        lambda tf, s: tf.raw_ops.RandomStandardNormal(shape=s, dtype=tf.float32, seed=5),
        constant([4]),
    ),
    drawn(
        "RandomStandardNormal",
        "stddev_gradient",
        lambda tf, s: tf.random_normal([4], stddev=s, seed=3),
        2.0,
        differentiable=(0,),
    ),
    drawn("TruncatedNormal", "plain", lambda tf: tf.truncated_normal([3, 3], seed=1)),
    drawn("TruncatedNormal", "mean_and_stddev", lambda tf: tf.random.truncated_normal([9], 1.0, 0.02, seed=2)),
    drawn("TruncatedNormal", "float64", lambda tf: tf.truncated_normal([5], dtype=tf.float64, seed=1), rtol=1e-14),
    drawn("TruncatedNormal", "graph_seed", lambda tf: tf.truncated_normal([5]), graph_seed=3),
    drawn("RandomGamma", "scalar_alpha", lambda tf: tf.random_gamma([4], 2.5, seed=1)),
    drawn("RandomGamma", "small_alpha", lambda tf: tf.random_gamma([4], 0.3, seed=1)),
    drawn("RandomGamma", "alpha_one", lambda tf: tf.random_gamma([4], 1.0, seed=1)),
    drawn("RandomGamma", "alphas", lambda tf, a: tf.random_gamma([3], a, seed=2), np.array([0.5, 1.0, 3.0], "float32")),
    drawn("RandomGamma", "beta", lambda tf: tf.random_gamma([2], alpha=[1.5, 2.0], beta=[[2.0], [4.0]], seed=3)),
    drawn("RandomGamma", "float64", lambda tf: tf.random_gamma([3], 2.5, dtype=tf.float64, seed=1), rtol=1e-13),
    drawn("RandomGamma", "graph_seed", lambda tf: tf.random_gamma([3], 2.5), graph_seed=3),
    drawn("RandomShuffle", "vector", lambda tf, x: tf.random_shuffle(x, seed=1), np.arange(9, dtype="int32")),
    drawn(
        "RandomShuffle", "rows", lambda tf, x: tf.random.shuffle(x, seed=1), np.arange(8, dtype="float32").reshape(4, 2)
    ),
    drawn("RandomShuffle", "one", lambda tf, x: tf.random.shuffle(x, seed=1), np.arange(1, dtype="int32")),
    drawn("RandomShuffle", "strings", lambda tf, x: tf.random.shuffle(x, seed=1), np.array(["a", "b", "c", "d"])),
    drawn("RandomShuffle", "graph_seed", lambda tf, x: tf.random.shuffle(x), np.arange(9, dtype="int64"), graph_seed=3),
    drawn("Multinomial", "int64", lambda tf, x: tf.multinomial(x, 5, seed=1), LOGITS),
    drawn("Multinomial", "int32", lambda tf, x: tf.random.categorical(x, 4, dtype=tf.int32, seed=1), LOGITS),
    drawn("Multinomial", "float64", lambda tf, x: tf.multinomial(x, 6, seed=3), LOGITS.astype("float64")),
    drawn("Multinomial", "count_fed", lambda tf, x, n: tf.multinomial(x, n, seed=3), LOGITS, np.array(3, "int32")),
    drawn("Multinomial", "graph_seed", lambda tf, x: tf.multinomial(x, 6), LOGITS, graph_seed=3),
    row(
        "RandomGammaGrad",
        "raw",
        lambda tf, a, s: tf.raw_ops.RandomGammaGrad(alpha=a, sample=s),
        spread(4, low=0.5, high=5.0),
        spread(4, low=0.5, high=5.0, seed=1),
        differentiable=(),
        rtol=1e-4,  # torch approximates it to about 6e-5, TensorFlow to rounding (docs/differences.md)
    ),
    row(
        "Multinomial",
        "vector",
        lambda tf, x: tf.multinomial(x, 3, seed=1),
        spread(3),
        raises="must be rank 2|should be a matrix",
    ),
    drawn("RandomPoissonV2", "plain", lambda tf: tf.random_poisson([2.0, 20.0], [4], seed=1)),
    drawn("Mul", "glorot_uniform", lambda tf: tf.glorot_uniform_initializer(seed=1)([3, 2]))._replace(
        op="RandomUniform"
    ),
    drawn("TruncatedNormal", "variance_scaling", lambda tf: tf.variance_scaling_initializer(seed=1)([3, 2])),
    drawn("RandomStandardNormal", "initializer", lambda tf: tf.random_normal_initializer(0.0, 0.5, seed=1)([3, 2])),
]
