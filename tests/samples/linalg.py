"""Samples of matrix products, diagonals and decompositions."""

import numpy as np

from tests.samples import integers, row, spread

PLAIN = (spread(2, 3), spread(3, 4, seed=1))
COMPLEX = tuple((spread(2, 2, seed=s) + 1j * spread(2, 2, seed=s + 1)).astype("complex64") for s in (1, 3))
WIDE, TALL, SQUARE = spread(2, 3), spread(3, 2), spread(3, 3)

PRODUCTS = [
    row("MatMul", "plain", lambda tf, a, b: tf.matmul(a, b), *PLAIN),
    row("MatMul", "operator", lambda tf, a, b: a @ b, *PLAIN),
    row(
        "MatMul", "transpose_a", lambda tf, a, b: tf.matmul(a, b, transpose_a=True), spread(3, 2), spread(3, 4, seed=1)
    ),
    row(
        "MatMul", "transpose_b", lambda tf, a, b: tf.matmul(a, b, transpose_b=True), spread(2, 3), spread(4, 3, seed=1)
    ),
    row("MatMul", "transpose_both", lambda tf, a, b: tf.matmul(a, b, True, True), spread(3, 2), spread(4, 3, seed=1)),
    row("MatMul", "with_itself", lambda tf, a: tf.matmul(a, a, transpose_b=True), spread(2, 3)),
    row(
        "MatMul",
        "float64",
        lambda tf, a, b: tf.matmul(a, b),
        spread(2, 3, dtype="float64"),
        spread(3, 2, dtype="float64"),
    ),
    row(
        "MatMul", "half", lambda tf, a, b: tf.matmul(a, b), spread(2, 3, dtype="float16"), spread(3, 2, dtype="float16")
    ),
    row("MatMul", "int32", lambda tf, a, b: tf.matmul(a, b), integers(2, 3), integers(3, 2)),
    row(
        "MatMul",
        "int64",
        lambda tf, a, b: tf.matmul(a, b),
        integers(2, 3, dtype="int64"),
        integers(3, 2, dtype="int64"),
    ),
    row("MatMul", "complex64", lambda tf, a, b: tf.matmul(a, b), *COMPLEX, rtol=1e-5),
    row("MatMul", "inner_empty", lambda tf, a, b: tf.matmul(a, b), spread(2, 0), spread(0, 3)),
    row("MatMul", "outer_empty", lambda tf, a, b: tf.matmul(a, b), spread(0, 2), spread(2, 3)),
    row("MatMul", "vector_result", lambda tf, a, b: tf.matmul(a, b), spread(1, 3), spread(3, 1)),
    row("SparseMatMul", "hint_left", lambda tf, a, b: tf.matmul(a, b, a_is_sparse=True), *PLAIN),
    row(
        "MatMul",
        "raw",
        lambda tf, a, b: tf.raw_ops.MatMul(a=a, b=b, transpose_a=True),
        spread(3, 2),
        spread(3, 4, seed=1),
    ),
    row(
        "SparseMatMul",
        "hints_transposed",
        lambda tf, a, b: tf.matmul(a, b, transpose_b=True, a_is_sparse=True, b_is_sparse=True),
        np.array([[1.0, 0.0, 2.0]], "float32"),
        spread(2, 3),
    ),
    row("MatMul", "matvec", lambda tf, a, b: tf.linalg.matvec(a, b), spread(2, 3), spread(3, seed=1)),
    row(
        "MatMul",
        "mismatch",
        lambda tf, a, b: tf.matmul(a, b),
        spread(2, 3),
        spread(2, 3),
        raises="Dimensions must be equal, but are 3 and 2|size-incompatible|mismatch",
    ),
    row(
        "MatMul",
        "rank_one",
        lambda tf, a, b: tf.matmul(a, b),
        spread(3),
        spread(3, 2),
        raises="rank 2 but is rank 1|must be rank|at least 2|ndims must",
    ),
    row(
        "MatMul",
        "dtypes_differ",
        lambda tf, a, b: tf.matmul(a, b),
        spread(2, 2),
        spread(2, 2, dtype="float64"),
        raises="float64",
    ),
    row("MatMul", "int_and_float", lambda tf, a, b: tf.matmul(a, b), spread(2, 2), integers(2, 2), raises="int32"),
    row(
        "MatMul",
        "two_forms_of_transpose",
        lambda tf, a, b: tf.matmul(a, b, transpose_a=True, adjoint_a=True),
        *PLAIN,
        raises="Only one of transpose_a and adjoint_a can be True",
    ),
    row("MatMul", "after_relu", lambda tf, a, b: tf.matmul(tf.nn.relu(a), b), *PLAIN),
    row("BatchMatMulV2", "rank_three", lambda tf, a, b: tf.matmul(a, b), spread(2, 2, 3), spread(2, 3, 2, seed=1)),
    row(
        "BatchMatMulV2",
        "transpose_a",
        lambda tf, a, b: tf.matmul(a, b, transpose_a=True),
        spread(2, 3, 2),
        spread(2, 3, 2, seed=1),
    ),
    row(
        "BatchMatMulV2",
        "transpose_b",
        lambda tf, a, b: tf.matmul(a, b, transpose_b=True),
        spread(2, 2, 3),
        spread(2, 2, 3, seed=1),
    ),
    row(
        "BatchMatMulV2",
        "adjoint_b",
        lambda tf, a, b: tf.matmul(a, b, adjoint_b=True),
        COMPLEX[0][None],
        COMPLEX[1][None],
        rtol=1e-5,
    ),
    row("BatchMatMulV2", "broadcast_left", lambda tf, a, b: tf.matmul(a, b), spread(2, 3), spread(2, 3, 2, seed=1)),
    row(
        "BatchMatMulV2", "broadcast_both", lambda tf, a, b: tf.matmul(a, b), spread(2, 1, 2, 3), spread(3, 3, 2, seed=1)
    ),
    row("BatchMatMulV2", "empty_batch", lambda tf, a, b: tf.matmul(a, b), spread(0, 2, 3), spread(0, 3, 2)),
    row("BatchMatMulV2", "int32", lambda tf, a, b: tf.matmul(a, b), integers(2, 2, 3), integers(2, 3, 2)),
    row(
        "BatchMatMulV2",
        "mismatch",
        lambda tf, a, b: tf.matmul(a, b),
        spread(2, 2, 3),
        spread(2, 2, 3),
        raises="must be equal|mismatch",
    ),
    row(
        "BatchMatMul",
        "raw",
        lambda tf, a, b: tf.raw_ops.BatchMatMul(x=a, y=b),
        spread(2, 2, 3),
        spread(2, 3, 2, seed=1),
    ),
    row(
        "BatchMatMul",
        "adjoints",
        lambda tf, a, b: tf.raw_ops.BatchMatMul(x=a, y=b, adj_x=True, adj_y=True),
        spread(2, 3, 2),
        spread(2, 2, 3, seed=1),
    ),
    row("MatMul", "tensordot", lambda tf, a, b: tf.tensordot(a, b, axes=1), spread(2, 3), spread(3, 2, seed=1)),
    row(
        "MatMul",
        "tensordot_axes",
        lambda tf, a, b: tf.tensordot(a, b, axes=[[0, 2], [1, 0]]),
        spread(2, 3, 4),
        spread(4, 2, seed=1),
    ),
    row(
        "MatMul", "tensordot_rank_three", lambda tf, a, b: tf.tensordot(a, b, 1), spread(2, 2, 3), spread(3, 2, seed=1)
    ),
    row("MatMul", "tensordot_outer", lambda tf, a, b: tf.tensordot(a, b, axes=0), spread(2), spread(3, seed=1)),
    row("Cross", "plain", lambda tf, a, b: tf.linalg.cross(a, b), spread(2, 3), spread(2, 3, seed=1)),
]

DIAGONALS = [
    row("MatrixDiag", "vector", lambda tf, x: tf.linalg.diag(x), spread(3)),
    row("MatrixDiag", "batch", lambda tf, x: tf.linalg.diag(x), spread(2, 3)),
    row("MatrixDiag", "int", lambda tf, x: tf.matrix_diag(x), integers(3)),
    row("MatrixDiagPart", "square", lambda tf, x: tf.linalg.diag_part(x), SQUARE),
    row("MatrixDiagPart", "wide", lambda tf, x: tf.linalg.diag_part(x), WIDE),
    row("MatrixDiagPart", "tall_batch", lambda tf, x: tf.matrix_diag_part(x), spread(2, 3, 2)),
    row("MatrixSetDiag", "square", lambda tf, x, d: tf.linalg.set_diag(x, d), SQUARE, spread(3, seed=1)),
    row(
        "MatrixSetDiag", "wide_batch", lambda tf, x, d: tf.linalg.set_diag(x, d), spread(2, 2, 3), spread(2, 2, seed=1)
    ),
    row("MatrixBandPart", "lower", lambda tf, x: tf.linalg.band_part(x, -1, 0), SQUARE),
    row("MatrixBandPart", "upper", lambda tf, x: tf.linalg.band_part(x, 0, -1), WIDE),
    row("MatrixBandPart", "band", lambda tf, x: tf.matrix_band_part(x, 1, 1), spread(2, 4, 4)),
    row("Diag", "vector", lambda tf, x: tf.linalg.tensor_diag(x), spread(3)),
    row("Diag", "matrix", lambda tf, x: tf.diag(x), spread(2, 2)),
    row("DiagPart", "matrix", lambda tf, x: tf.linalg.tensor_diag_part(x), SQUARE),
    row("DiagPart", "rank_four", lambda tf, x: tf.diag_part(x), spread(2, 2, 2, 2)),
    row(
        "DiagPart",
        "not_square",
        lambda tf, x: tf.diag_part(x),
        WIDE,
        raises="must be equal|must match|dimensions 0 and 1 do not match",
    ),
    row("MatrixDiagPart", "trace", lambda tf, x: tf.linalg.trace(x), SQUARE),
]

DECOMPOSITIONS = [
    row("Qr", "absolute_r", lambda tf, x: tf.abs(tf.linalg.qr(x)[1]), spread(3, 2), rtol=1e-5, differentiable=()),
    row("Qr", "product", lambda tf, x: tf.matmul(*tf.linalg.qr(x)), spread(4, 2), rtol=1e-5, differentiable=()),
    row(
        "Qr",
        "full",
        lambda tf, x: [
            tf.matmul(*tf.linalg.qr(x, full_matrices=True)),
            tf.shape(tf.linalg.qr(x, full_matrices=True).q),
        ],
        spread(3, 2),
        rtol=1e-5,
        differentiable=(),
    ),
    row("Qr", "signs", lambda tf, x: tf.linalg.qr(x), SQUARE + 3 * np.eye(3, dtype="float32"), rtol=2e-5),
    row("Qr", "signs_wide", lambda tf, x: tf.linalg.qr(x), spread(2, 3), rtol=2e-5, differentiable=()),
    row("Qr", "signs_tall", lambda tf, x: tf.linalg.qr(x), spread(4, 3, dtype="float64"), rtol=1e-10),
]

ROWS = PRODUCTS + DIAGONALS + DECOMPOSITIONS
