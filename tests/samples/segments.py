"""Samples of ops that add up, spread out or join rows by number: segments, scatter_nd, partitions and stitches."""

import numpy as np

from tests.samples import constant, integers, row, spread

SORTED = np.array([0, 0, 1, 3], "int32")
MIXED = np.array([2, 0, -1, 2], "int32")
DATA = spread(4, 2)
PLACES = np.array([[2], [0], [2]], "int32")

SEGMENTS = [
    sample
    for op, function in [
        ("SegmentSum", lambda tf: tf.segment_sum),
        ("SegmentMean", lambda tf: tf.segment_mean),
        ("SegmentMax", lambda tf: tf.segment_max),
        ("SegmentMin", lambda tf: tf.segment_min),
        ("SegmentProd", lambda tf: tf.segment_prod),
    ]
    for sample in [
        row(
            op,
            "rows",
            lambda tf, x, i, f=function: f(tf)(x, i),
            DATA,
            SORTED,
            differentiable=() if op == "SegmentProd" else None,
        ),
        row(op, "vector", lambda tf, x, i, f=function: f(tf)(x, i), integers(4), SORTED),
        row(op, "empty", lambda tf, x, i, f=function: f(tf)(x, i), spread(0, 2), SORTED[:0], differentiable=()),
        row(
            op,
            "unsorted",
            lambda tf, x, i, f=function: f(tf)(x, i),
            spread(3),
            np.array([1, 0, 1], "int64"),
            raises="segment ids are not increasing",
        ),
    ]
]

UNSORTED = [
    sample
    for op, function in [
        ("UnsortedSegmentSum", lambda tf: tf.unsorted_segment_sum),
        ("UnsortedSegmentMax", lambda tf: tf.unsorted_segment_max),
        ("UnsortedSegmentMin", lambda tf: tf.unsorted_segment_min),
        ("UnsortedSegmentProd", lambda tf: tf.unsorted_segment_prod),
    ]
    for sample in [
        row(op, "rows", lambda tf, x, i, f=function: f(tf)(x, i, 3), DATA, MIXED),
        row(op, "matrix_of_ids", lambda tf, x, i, f=function: f(tf)(x, i, 2), spread(2, 2), np.array([[0, 1], [1, 1]])),
        row(op, "int", lambda tf, x, i, f=function: f(tf)(x, i, 4), integers(4), MIXED),
        row(
            op,
            "count_fed",
            lambda tf, x, i, n, f=function: f(tf)(x, i, n),
            DATA,
            MIXED,
            np.array(3, "int32"),
            differentiable=(),
        ),
        row(
            op,
            "out_of_range",
            lambda tf, x, i, f=function: f(tf)(x, i, 2),
            DATA,
            MIXED,
            raises=r"segment_ids\[0\] = 2 is out of range \[0, 2\)",
        ),
    ]
]

BY_PLACE = [
    row("ScatterNd", "rows", lambda tf, i, x: tf.scatter_nd(i, x, [4, 2]), PLACES, spread(3, 2)),
    row(
        "ScatterNd", "elements", lambda tf, i, x: tf.scatter_nd(i, x, [3, 3]), integers(4, 2, low=0, high=3), spread(4)
    ),
    row(
        "ScatterNd",
        "shape_fed",
        lambda tf, i, x, s: tf.scatter_nd(i, x, s),
        PLACES,
        spread(3, 2),
        np.array([4, 2], "int32"),
    ),
    row(
        "ScatterNd",
        "int64",
        lambda tf, i, x: tf.scatter_nd(i, x, tf.constant([4], tf.int64)),
        np.array([[1]]),
        spread(1),
    ),
    row(
        "ScatterNd",
        "out_of_range",
        lambda tf, i, x: tf.scatter_nd(i, x, [2]),
        np.array([[2]], "int32"),
        spread(1),
        raises="indices",
    ),
    row(
        "DynamicPartition",
        "vector",
        lambda tf, x, p: tf.dynamic_partition(x, p, 2),
        spread(4),
        np.array([0, 1, 1, 0], "int32"),
    ),
    row(
        "DynamicPartition",
        "rows",
        lambda tf, x, p: tf.dynamic_partition(x, p, 3),
        DATA,
        np.array([2, 0, 0, 2], "int32"),
    ),
    row(
        "DynamicPartition",
        "out_of_range",
        lambda tf, x, p: tf.dynamic_partition(x, p, 2),
        spread(2),
        np.array([0, 2], "int32"),
        raises=r"partitions\[1\] = 2 is not in \[0, 2\)",
    ),
] + [
    sample
    for op, function in [
        ("DynamicStitch", lambda tf: tf.dynamic_stitch),
        ("ParallelDynamicStitch", lambda tf: lambda i, x: tf.raw_ops.ParallelDynamicStitch(indices=i, data=x)),
    ]
    for sample in [
        row(
            op,
            "rows",
            lambda tf, i, x, y, f=function: f(tf)([i, tf.constant([1])], [x, y]),
            np.array([2, 0], "int32"),
            spread(2, 3),
            spread(1, 3, seed=1),
        ),
        row(
            op,
            "known",
            lambda tf, i, x, f=function: f(tf)([i], [x]),
            constant([1, 0, 2]),
            spread(3),
        ),
    ]
]

ROWS = SEGMENTS + UNSORTED + BY_PLACE
