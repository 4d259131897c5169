"""``tf.linalg``: linear algebra."""

from lazytf.api.surface import absent as _absent
from lazytf.ops.decompositions import (
    cholesky as cholesky,
    cholesky_solve as cholesky_solve,
    logdet as logdet,
    matrix_determinant as det,
    matrix_solve as solve,
    matrix_triangular_solve as triangular_solve,
    qr as qr,
    self_adjoint_eig as eigh,
    self_adjoint_eigvals as eigvalsh,
    slogdet as slogdet,
    svd as svd,
)
from lazytf.ops.linalg import (
    adjoint as adjoint,
    cross as cross,
    diag as tensor_diag,
    diag_part as tensor_diag_part,
    eye as eye,
    matmul as matmul,
    matrix_band_part as band_part,
    matrix_diag as diag,
    matrix_diag_part as diag_part,
    matrix_set_diag as set_diag,
    matrix_transpose as matrix_transpose,
    matvec as matvec,
    tensordot as tensordot,
    trace as trace,
)
from lazytf.ops.norms import (
    l2_normalize as l2_normalize,
    norm as norm,
    normalize as normalize,
)
from lazytf.training.clipping import global_norm as global_norm

__getattr__ = _absent("tf.linalg")
