"""Factors, inverses and determinants of matrices, and the solutions of linear equations.

A matrix is the last two axes of a tensor; axes before them are a batch. A matrix without inverse, or not positive where
it should be, raises ``InvalidArgumentError`` when run.
"""

from collections import namedtuple

import torch

from lazytf.core import shapes
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.registry import op
from lazytf.core.shape_rules import ShapeError, at_least_rank, merge_dimensions
from lazytf.ops.linalg import matrix_diag_part
from lazytf.ops.reduction import reduce_sum

_TYPES = "float64, float32, float16, complex64, complex128"


# -- shapes and messages --------------------------------------------------------------------------------------------


def _square(op, index=0):
    """The shape of square matrices, made of what is known of rows and columns."""
    matrix = at_least_rank(op, index, 2)
    if matrix is None:
        return None
    size = merge_dimensions(*matrix[-2:])
    return (*matrix[:-2], size, size)


def _unchanged_square(op):
    return [_square(op)]


def _batch_only(op):
    """One number for each matrix, in every output."""
    square = _square(op)
    return [None if square is None else square[:-2]] * len(op.op_type.schema.outputs)


def _solution(op):
    """``[..., n, n]`` and ``[..., n, k]`` give ``[..., n, k]``."""
    square, rhs = _square(op), at_least_rank(op, 1, 2)
    if rhs is None:
        return [None if square is None else (*square[:-1], None)]
    if square is None:
        return [rhs]
    rows = merge_dimensions(square[-1], rhs[-2])
    try:
        batch = shapes.merge_inferred(square[:-2], rhs[:-2])
    except ValueError as e:
        raise ShapeError(str(e)) from None
    return [(*batch, rows, rhs[-1])]


def _lesser(a, b):
    return None if a is None or b is None else min(a, b)


def _qr_shapes(op):
    matrix = at_least_rank(op, 0, 2)
    if matrix is None:
        return [None, None]
    *batch, m, n = matrix
    inner = m if op._attrs["full_matrices"] else _lesser(m, n)
    return [(*batch, m, inner), (*batch, inner, n)]


def _svd_shapes(op):
    matrix = at_least_rank(op, 0, 2)
    if matrix is None:
        return [None] * 3 if op._attrs["compute_uv"] else [None, (0,), (0,)]
    *batch, m, n = matrix
    inner = _lesser(m, n)
    if not op._attrs["compute_uv"]:
        return [(*batch, inner), (0,), (0,)]
    full = op._attrs["full_matrices"]
    return [(*batch, inner), (*batch, m, m if full else inner), (*batch, n, n if full else inner)]


def _eigen_shapes(op):
    square = _square(op)
    return [None if square is None else square[:-1], square if op._attrs["compute_v"] else (0,)]


def _trouble(of_singular):
    """The sentence for matrices that are not square, or that torch found ``of_singular``."""

    def explain(matrix, *_):
        if matrix.ndim < 2:
            return f"Input must have rank >= 2, got {matrix.ndim}"
        return of_singular if matrix.shape[-1] == matrix.shape[-2] else "Input matrix must be square."

    return explain


# -- factors --------------------------------------------------------------------------------------------------------


@op(f"Qr(input: T, full_matrices: bool = False, T: {{{_TYPES}}}) -> (q: T, r: T)", shape=_qr_shapes)
def Qr(input, full_matrices):
    return tuple(torch.linalg.qr(input, "complete" if full_matrices else "reduced"))


@op(
    f"Cholesky(input: T, T: {{{_TYPES}}}) -> (output: T)",
    shape=_unchanged_square,
    explain=_trouble("Cholesky decomposition was not successful. The input might not be valid."),
)
def Cholesky(input):
    return torch.linalg.cholesky(input)


@op(
    f"Svd(input: T, compute_uv: bool = True, full_matrices: bool = False, T: {{{_TYPES}}}) -> (s: T, u: T, v: T)",
    shape=_svd_shapes,
)
def Svd(input, compute_uv, full_matrices):
    if not compute_uv:
        return torch.linalg.svdvals(input).to(input.dtype), input.new_empty(0), input.new_empty(0)
    u, s, vh = torch.linalg.svd(input, full_matrices=full_matrices)
    return s.to(input.dtype), u, vh.mH


@op(
    f"SelfAdjointEigV2(input: T, compute_v: bool = True, T: {{{_TYPES}}}) -> (e: T, v: T)",
    shape=_eigen_shapes,
    explain=_trouble(None),
)
def SelfAdjointEigV2(input, compute_v):
    """Eigenvalues ascend; only the lower half of the matrix is looked at."""
    if not compute_v:
        return torch.linalg.eigvalsh(input).to(input.dtype), input.new_empty(0)
    values, vectors = torch.linalg.eigh(input)
    return values.to(input.dtype), vectors


@SelfAdjointEigV2.differentiate
def _(input, compute_v):
    """What is not looked at has no gradient: the lower half has all of it."""
    return SelfAdjointEigV2.kernel(input.tril() + input.tril(-1).mH, compute_v)


# -- inverses and solutions -----------------------------------------------------------------------------------------


@op(
    f"MatrixInverse(input: T, adjoint: bool = False, T: {{{_TYPES}}}) -> (output: T)",
    shape=_unchanged_square,
    explain=_trouble("Input is not invertible."),
)
def MatrixInverse(input, adjoint):
    return torch.linalg.inv(input.mH if adjoint else input)


@op(
    "MatrixDeterminant(input: T, T: {float16, float32, float64, complex64, complex128}) -> (output: T)",
    shape=_batch_only,
    explain=_trouble(None),
)
def MatrixDeterminant(input):
    return torch.linalg.det(input)


@op(
    "LogMatrixDeterminant(input: T, T: {float16, float32, float64, complex64, complex128}) -> (sign: T, "
    "log_abs_determinant: T)",
    shape=_batch_only,
    explain=_trouble(None),
)
def LogMatrixDeterminant(input):
    sign, logarithm = torch.linalg.slogdet(input)
    return sign, logarithm.to(input.dtype)


@op(
    f"MatrixSolve(matrix: T, rhs: T, adjoint: bool = False, T: {{{_TYPES}}}) -> (output: T)",
    shape=_solution,
    explain=_trouble("Input matrix is not invertible."),
)
def MatrixSolve(matrix, rhs, adjoint):
    return torch.linalg.solve(matrix.mH if adjoint else matrix, rhs)


@op(
    f"MatrixTriangularSolve(matrix: T, rhs: T, lower: bool = True, adjoint: bool = False, T: {{{_TYPES}}}) -> "
    f"(output: T)",
    shape=_solution,
    explain=_trouble("Input matrix is not invertible."),
)
def MatrixTriangularSolve(matrix, rhs, lower, adjoint):
    if matrix.device.type == "cpu" and bool((torch.diagonal(matrix, 0, -2, -1) == 0).any()):
        raise ZeroDivisionError("a triangular matrix with a zero on its diagonal")
    return torch.linalg.solve_triangular(matrix.mH if adjoint else matrix, rhs, upper=lower == adjoint)


# -- public functions -----------------------------------------------------------------------------------------------

QrOutput = namedtuple("Qr", ["q", "r"])
LogMatrixDeterminantOutput = namedtuple("LogMatrixDeterminant", ["sign", "log_abs_determinant"])


def qr(input, full_matrices=False, name=None):
    """``(q, r)`` with ``matmul(q, r) == input``, the columns of ``q`` orthonormal, ``r`` upper triangular.

    For ``[..., m, n]`` they are ``[..., m, k]`` and ``[..., k, n]``, k being ``min(m, n)``, or m with
    ``full_matrices``.
    """
    return QrOutput(*raw.Qr(input, full_matrices=full_matrices, name=name))


def cholesky(input, name=None):
    """The lower triangular matrix whose product with its adjoint is ``input``, a positive definite ``[..., n, n]``."""
    return raw.Cholesky(input, name=name)


def cholesky_solve(chol, rhs, name=None):
    """``x`` with ``matmul(a, x) == rhs``, where ``chol`` is ``cholesky(a)``."""
    with name_scope(name, "cholesky_solve", [chol, rhs]):
        y = raw.MatrixTriangularSolve(chol, rhs, adjoint=False, lower=True)
        return raw.MatrixTriangularSolve(chol, y, adjoint=True, lower=True)


def svd(tensor, full_matrices=False, compute_uv=True, name=None):
    """``(s, u, v)`` with ``tensor == u * diag(s) * adjoint(v)``; only ``s``, descending, unless ``compute_uv``."""
    s, u, v = raw.Svd(tensor, compute_uv=compute_uv, full_matrices=full_matrices, name=name)
    return (s, u, v) if compute_uv else s


def self_adjoint_eig(tensor, name=None):
    """``(e, v)``: eigenvalues, ascending, and eigenvectors, as columns, of self-adjoint matrices ``[..., n, n]``."""
    return tuple(raw.SelfAdjointEigV2(tensor, compute_v=True, name=name))


def self_adjoint_eigvals(tensor, name=None):
    """The eigenvalues, ascending, of self-adjoint matrices ``[..., n, n]``: ``[..., n]``."""
    return raw.SelfAdjointEigV2(tensor, compute_v=False, name=name)[0]


def matrix_inverse(input, adjoint=False, name=None):
    """The inverse of ``[..., n, n]`` matrices, or of their adjoints."""
    return raw.MatrixInverse(input, adjoint=adjoint, name=name)


def matrix_determinant(input, name=None):
    """The determinant of ``[..., n, n]`` matrices: ``[...]``."""
    return raw.MatrixDeterminant(input, name=name)


def slogdet(input, name=None):
    """``(sign, log_abs_determinant)``: the determinant of ``[..., n, n]`` matrices where it would overflow."""
    return LogMatrixDeterminantOutput(*raw.LogMatrixDeterminant(input, name=name))


def logdet(matrix, name=None):
    """The logarithm of the determinant of positive definite ``[..., n, n]`` matrices: ``[...]``."""
    with name_scope(name, "logdet", [matrix]):
        diagonal = matrix_diag_part(raw.Cholesky(convert_to_tensor(matrix)))
        return 2.0 * reduce_sum(raw.Log(diagonal), axis=[-1])


def matrix_solve(matrix, rhs, adjoint=False, name=None):
    """``x`` with ``matmul(matrix, x) == rhs``, or with the adjoint of ``matrix``; ``rhs`` is ``[..., n, k]``."""
    return raw.MatrixSolve(matrix, rhs, adjoint=adjoint, name=name)


def matrix_triangular_solve(matrix, rhs, lower=True, adjoint=False, name=None):
    """As ``matrix_solve``, of a triangular ``matrix``; what is on the other side of its diagonal is not looked at."""
    return raw.MatrixTriangularSolve(matrix, rhs, lower=lower, adjoint=adjoint, name=name)
