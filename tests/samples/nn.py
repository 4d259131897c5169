"""Samples of what networks are made of: biases, softmaxes, cross entropies, dropout."""

import numpy as np

from tests.samples import integers, row, spread

LOGITS = spread(2, 3)
# TensorFlow rounds every step of a log softmax in half precision, torch computes in float32 and rounds once.
HALF_RTOL = {"LogSoftmax": 1e-2}
LABELS = np.array([[0.2, 0.5, 0.3], [1.0, 0.0, 0.0]], "float32")
CLASSES = np.array([2, 0], "int32")
LARGE = np.array([[1000.0, 0.0, -1000.0], [500.0, 500.0, 499.0]], "float32")

BIASES = [
    row("BiasAdd", "plain", lambda tf, x, b: tf.nn.bias_add(x, b), spread(2, 3), spread(3, seed=1)),
    row("BiasAdd", "four_dimensions", lambda tf, x, b: tf.nn.bias_add(x, b), spread(2, 2, 2, 3), spread(3, seed=1)),
    row(
        "BiasAdd",
        "channels_first",
        lambda tf, x, b: tf.nn.bias_add(x, b, data_format="NCHW"),
        spread(2, 3, 2, 2),
        spread(3, seed=1),
    ),
    row(
        "BiasAdd",
        "nhwc_named",
        lambda tf, x, b: tf.nn.bias_add(x, b, data_format="NHWC", name="shift"),
        spread(2, 3),
        spread(3, seed=1),
    ),
    row(
        "BiasAdd",
        "half",
        lambda tf, x, b: tf.nn.bias_add(x, b),
        spread(2, 3, dtype="float16"),
        spread(3, dtype="float16"),
    ),
    row("BiasAdd", "int32", lambda tf, x, b: tf.nn.bias_add(x, b), integers(2, 3), integers(3)),
    row("BiasAdd", "empty", lambda tf, x, b: tf.nn.bias_add(x, b), spread(0, 3), spread(3)),
    row("BiasAddV1", "raw", lambda tf, x, b: tf.raw_ops.BiasAddV1(value=x, bias=b), spread(2, 3), spread(3, seed=1)),
    row(
        "BiasAdd",
        "mismatch",
        lambda tf, x, b: tf.nn.bias_add(x, b),
        spread(2, 3),
        spread(2),
        raises="must be equal|Must provide as many biases",
    ),
    row(
        "BiasAdd",
        "unknown_format",
        lambda tf, x, b: tf.nn.bias_add(x, b, data_format="HWC"),
        spread(2, 3),
        spread(3),
        raises="data_format must be of the form",
    ),
    row(
        "BiasAdd",
        "vector",
        lambda tf, x, b: tf.nn.bias_add(x, b),
        spread(3),
        spread(3),
        raises="at least rank 2|at least 2D",
    ),
]

SOFTMAXES = [
    sample
    for op, function in [
        ("Softmax", lambda tf, x, *a, **options: tf.nn.softmax(x, *a, **options)),
        ("LogSoftmax", lambda tf, x, *a, **options: tf.nn.log_softmax(x, *a, **options)),
    ]
    for sample in [
        row(op, "plain", lambda tf, x, f=function: f(tf, x), LOGITS),
        row(op, "vector", lambda tf, x, f=function: f(tf, x), spread(4)),
        row(op, "rank_three", lambda tf, x, f=function: f(tf, x), spread(2, 2, 3)),
        row(op, "axis_zero", lambda tf, x, f=function: f(tf, x, axis=0), LOGITS),
        row(op, "middle_axis", lambda tf, x, f=function: f(tf, x, axis=-2), spread(2, 3, 2)),
        row(op, "large", lambda tf, x, f=function: f(tf, x), LARGE),
        row(op, "float64", lambda tf, x, f=function: f(tf, x), spread(2, 3, dtype="float64")),
        row(op, "half", lambda tf, x, f=function: f(tf, x), spread(2, 3, dtype="float16"), rtol=HALF_RTOL.get(op)),
        row(op, "empty", lambda tf, x, f=function: f(tf, x), spread(0, 3)),
        row(op, "dim", lambda tf, x, f=function: f(tf, x, dim=0), LOGITS),
        row(op, "int", lambda tf, x, f=function: f(tf, x), integers(2, 3), raises="not in list of allowed values"),
        row(
            op,
            "axis_too_far",
            lambda tf, x, f=function: f(tf, x, axis=3),
            LOGITS,
            raises="unsupported operand|must be in range|Dimension|xpected dimension",
        ),
    ]
]

ENTROPIES = [
    row(
        "SoftmaxCrossEntropyWithLogits",
        "v1",
        lambda tf, y, x: tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=x),
        LABELS,
        LOGITS,
    ),
    row(
        "SoftmaxCrossEntropyWithLogits",
        "v2",
        lambda tf, y, x: tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=x),
        LABELS,
        LOGITS,
    ),
    row(
        "SoftmaxCrossEntropyWithLogits",
        "raw",
        lambda tf, x, y: tf.raw_ops.SoftmaxCrossEntropyWithLogits(features=x, labels=y)[0],
        LOGITS,
        LABELS,
        differentiable=(0,),
    ),
    row(
        "SoftmaxCrossEntropyWithLogits",
        "both_outputs",
        lambda tf, x, y: tf.raw_ops.SoftmaxCrossEntropyWithLogits(features=x, labels=y),
        LOGITS,
        LABELS,
        differentiable=(),
    ),
    row(
        "SoftmaxCrossEntropyWithLogits",
        "broadcast",
        lambda tf, x, y: tf.raw_ops.SoftmaxCrossEntropyWithLogits(features=x, labels=y)[0],
        LOGITS,
        LABELS[:1],
        differentiable=(),
    ),
    row(
        "SoftmaxCrossEntropyWithLogits",
        "rank_three",
        lambda tf, y, x: tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=x),
        np.stack([LABELS, LABELS]),
        spread(2, 2, 3),
    ),
    row(
        "SoftmaxCrossEntropyWithLogits",
        "axis_zero",
        lambda tf, y, x: tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=x, axis=0),
        LABELS,
        LOGITS,
    ),
    row(
        "SoftmaxCrossEntropyWithLogits",
        "v1_dim",
        lambda tf, y, x: tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=x, dim=0),
        LABELS,
        LOGITS,
    ),
    row(
        "SoftmaxCrossEntropyWithLogits",
        "large",
        lambda tf, y, x: tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=x),
        LABELS,
        LARGE,
    ),
    row(
        "SoftmaxCrossEntropyWithLogits",
        "half",
        lambda tf, y, x: tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=x),
        LABELS.astype("float16"),
        spread(2, 3, dtype="float16"),
    ),
    row(
        "SoftmaxCrossEntropyWithLogits",
        "mismatch",
        lambda tf, y, x: tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=x),
        LABELS,
        spread(2, 4),
        raises="must be equal|must be broadcastable|same size",
    ),
    row(
        "SoftmaxCrossEntropyWithLogits",
        "without_names",
        lambda tf, y, x: tf.nn.softmax_cross_entropy_with_logits(y, x),
        LABELS,
        LOGITS,
        raises="Only call `softmax_cross_entropy_with_logits` with named arguments",
    ),
    row(
        "SparseSoftmaxCrossEntropyWithLogits",
        "plain",
        lambda tf, y, x: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x),
        CLASSES,
        LOGITS,
    ),
    row(
        "SparseSoftmaxCrossEntropyWithLogits",
        "int64",
        lambda tf, y, x: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x),
        CLASSES.astype("int64"),
        LOGITS,
    ),
    row(
        "SparseSoftmaxCrossEntropyWithLogits",
        "rank_three",
        lambda tf, y, x: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x),
        np.array([[2, 0], [1, 1]], "int32"),
        spread(2, 2, 3),
    ),
    row(
        "SparseSoftmaxCrossEntropyWithLogits",
        "one_row",
        lambda tf, y, x: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x),
        np.array(2, "int32"),
        spread(3),
    ),
    row(
        "SparseSoftmaxCrossEntropyWithLogits",
        "raw",
        lambda tf, x, y: tf.raw_ops.SparseSoftmaxCrossEntropyWithLogits(features=x, labels=y),
        LOGITS,
        CLASSES,
        differentiable=(),
    ),
    row(
        "SparseSoftmaxCrossEntropyWithLogits",
        "half",
        lambda tf, y, x: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x),
        CLASSES,
        spread(2, 3, dtype="float16"),
    ),
    row(
        "SparseSoftmaxCrossEntropyWithLogits",
        "out_of_range",
        lambda tf, y, x: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x),
        np.array([3, 0], "int32"),
        LOGITS,
        raises="Received a label value of 3 which is outside the valid range of \\[0, 3\\)",
    ),
    row(
        "SparseSoftmaxCrossEntropyWithLogits",
        "ranks",
        lambda tf, y, x: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x),
        LABELS.astype("int32"),
        LOGITS,
        raises="Rank mismatch|assertion failed|labels must be",
    ),
    row(
        "Log1p",
        "sigmoid_cross_entropy",
        lambda tf, y, x: tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=x),
        LABELS,
        LOGITS,
    ),
    row(
        "Log1p",
        "sigmoid_cross_entropy_large",
        lambda tf, y, x: tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=x),
        LABELS,
        LARGE,
    ),
    row(
        "Log1p",
        "sigmoid_cross_entropy_zero",
        lambda tf, y, x: tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=x),
        LABELS,
        np.zeros((2, 3), "float32"),
    ),
    row(
        "Log1p",
        "weighted_cross_entropy",
        lambda tf, y, x: tf.nn.weighted_cross_entropy_with_logits(labels=y, logits=x, pos_weight=2.0),
        LABELS,
        LOGITS,
    ),
    row(
        "Log1p",
        "sigmoid_mismatch",
        lambda tf, y, x: tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=x),
        LABELS,
        spread(2, 4),
        raises="logits and labels must have the same shape|must be equal|Incompatible shapes",
    ),
    row(
        "Relu",
        "relu_layer",
        lambda tf, x, w, b: tf.nn.relu_layer(x, w, b),
        spread(2, 3),
        spread(3, 2, seed=1),
        spread(2, seed=2),
    ),
    row(
        "BiasAdd",
        "xw_plus_b",
        lambda tf, x, w, b: tf.nn.xw_plus_b(x, w, b),
        spread(2, 3),
        spread(3, 2, seed=1),
        spread(2, seed=2),
    ),
    row("Relu", "crelu", lambda tf, x: tf.nn.crelu(x), spread(2, 3)),
    row("InTopKV2", "plain", lambda tf, p, t: tf.nn.in_top_k(p, t, 2), spread(3, 4), np.array([0, 1, 3], "int32")),
    row("TopKV2", "plain", lambda tf, x: tf.nn.top_k(x, 2), spread(2, 4)),
    row("TopKV2", "unsorted_ties", lambda tf, x: tf.nn.top_k(x, 3), np.array([1.0, 3.0, 3.0, 2.0], "float32")),
    row("RandomUniform", "dropout", lambda tf, x: tf.nn.dropout(x, rate=0.4, seed=5), spread(4, 5), runs=2),
    row(
        "RandomUniform",
        "dropout_keep_prob",
        lambda tf, x: tf.nn.dropout(x, keep_prob=0.75, seed=5),
        spread(4, 5),
        runs=2,
    ),
    row(
        "RandomUniform",
        "dropout_noise_shape",
        lambda tf, x: tf.nn.dropout(x, rate=0.5, noise_shape=[4, 1], seed=2),
        spread(4, 5),
        runs=2,
    ),
    row(
        "RandomUniform",
        "dropout_rate_fed",
        lambda tf, x, r: tf.nn.dropout(x, rate=r, seed=2),
        spread(4, 5),
        0.3,
        runs=2,
        differentiable=(0,),
    ),
]

ROWS = BIASES + SOFTMAXES + ENTROPIES
