"""Samples of what is taken apart or solved: matrices' inverses, determinants, factors and eigenvalues."""

import numpy as np

from tests.samples import row, spread

SQUARE = spread(3, 3) + 3 * np.eye(3, dtype="float32")
POSITIVE = (spread(3, 3) @ spread(3, 3).T + 2 * np.eye(3)).astype("float32")
BATCH = np.stack([POSITIVE, POSITIVE + np.eye(3, dtype="float32")])
SIDES = spread(3, 2, seed=1)


def both(op, id, function, *inputs, **options):
    """The row in float32, with room for another order of summing, and in float64."""
    wide = [x.astype("float64") for x in inputs]
    return [
        row(op, id, function, *inputs, rtol=2e-5, **options),
        row(op, id + "_float64", function, *wide, rtol=1e-9, **options),
    ]


ROWS = [
    *both("Cholesky", "plain", lambda tf, a: tf.cholesky(a), POSITIVE),
    *both("Cholesky", "batch", lambda tf, a: tf.linalg.cholesky(a), BATCH),
    row(
        "Cholesky",
        "not_positive",
        lambda tf, a: tf.cholesky(a),
        -POSITIVE,
        raises="Cholesky decomposition was not successful",
    ),
    *both("MatrixInverse", "plain", lambda tf, a: tf.matrix_inverse(a), SQUARE),
    # TensorFlow's gradient forgets the adjoint (docs/differences.md): finite differences say that it is wrong.
    *both("MatrixInverse", "adjoint", lambda tf, a: tf.matrix_inverse(a, adjoint=True), SQUARE, differentiable=()),
    row(
        "MatrixInverse",
        "singular",
        lambda tf, a: tf.matrix_inverse(a),
        np.zeros((2, 2), "float32"),
        raises="not invertible",
    ),
    *both("MatrixDeterminant", "plain", lambda tf, a: tf.matrix_determinant(a), SQUARE),
    *both("MatrixDeterminant", "batch", lambda tf, a: tf.linalg.det(a), BATCH),
    *both("LogMatrixDeterminant", "plain", lambda tf, a: tf.linalg.slogdet(a), SQUARE),
    *both("MatrixSolve", "plain", lambda tf, a, b: tf.matrix_solve(a, b), SQUARE, SIDES),
    *both("MatrixSolve", "adjoint", lambda tf, a, b: tf.matrix_solve(a, b, adjoint=True), SQUARE, SIDES),
    row(
        "MatrixSolve",
        "mismatch",
        lambda tf, a, b: tf.matrix_solve(a, b),
        SQUARE,
        spread(2, 2),
        raises="must be equal|incompatible|same number",
    ),
    *both("MatrixTriangularSolve", "lower", lambda tf, a, b: tf.matrix_triangular_solve(a, b), SQUARE, SIDES),
    *both(
        "MatrixTriangularSolve", "upper", lambda tf, a, b: tf.matrix_triangular_solve(a, b, lower=False), SQUARE, SIDES
    ),
    *both(
        "MatrixTriangularSolve",
        "adjoint",
        lambda tf, a, b: tf.matrix_triangular_solve(a, b, adjoint=True),
        SQUARE,
        SIDES,
    ),
    *both("SelfAdjointEigV2", "values", lambda tf, a: tf.self_adjoint_eigvals(a), POSITIVE),
    *both(
        "SelfAdjointEigV2", "magnitudes", lambda tf, a: tf.abs(tf.self_adjoint_eig(a)[1]), POSITIVE, differentiable=()
    ),
    *both("Svd", "values", lambda tf, a: tf.svd(a, compute_uv=False), SIDES),
    *both("Svd", "magnitudes", lambda tf, a: [tf.abs(x) for x in tf.svd(a)], SIDES, differentiable=()),
    *both(
        "Svd",
        "full",
        lambda tf, a: [tf.shape(x) for x in tf.svd(a, full_matrices=True)],
        SIDES,
        differentiable=(),
    ),
]
