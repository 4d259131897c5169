"""Products of matrices, diagonals, transposes. A matrix is the last two axes of a tensor; axes before them are a
batch.
"""

import builtins
import math

import torch

from lazytf.core import dtypes, shapes
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.operation import Tensor
from lazytf.core.registry import op
from lazytf.core.shape_rules import ShapeError, at_least_rank, merge_dimensions, with_rank
from lazytf.ops.casting import cast
from lazytf.ops.filling import ones, range, zeros
from lazytf.ops.measuring import rank, shape
from lazytf.ops.reduction import reduce_prod, reduce_sum
from lazytf.ops.reshaping import expand_dims, reshape, squeeze, transpose
from lazytf.ops.sentences import refuse
from lazytf.ops.unary import conj

_ALL = "bfloat16, float16, float32, float64, int32, int64, complex64, complex128"

# -- products -------------------------------------------------------------------------------------------------------


def _product_shape(op):
    a, b = with_rank(op, 0, 2), with_rank(op, 1, 2)
    turned_a, turned_b = op._attrs["transpose_a"], op._attrs["transpose_b"]
    merge_dimensions(a[not turned_a], b[turned_b])
    return [(a[turned_a], b[not turned_b])]


def _product_trouble(a, b, transpose_a, transpose_b):
    for i, matrix in enumerate((a, b)):
        if matrix.ndim != 2:
            return f"In[{i}] is not a matrix. Instead it has shape {shapes.bracketed(matrix.shape)}"
    if a.shape[not transpose_a] != b.shape[transpose_b]:
        return f"Matrix size-incompatible: In[0]: {shapes.bracketed(a.shape)}, In[1]: {shapes.bracketed(b.shape)}"


@op(
    f"MatMul(a: T, b: T, transpose_a: bool = False, transpose_b: bool = False, T: {{{_ALL}}}) -> (product: T)",
    shape=_product_shape,
    explain=_product_trouble,
)
def MatMul(a, b, transpose_a, transpose_b):
    return torch.mm(a.t() if transpose_a else a, b.t() if transpose_b else b)


@op(
    "SparseMatMul(a: Ta, b: Tb, transpose_a: bool = False, transpose_b: bool = False, a_is_sparse: bool = False, "
    "b_is_sparse: bool = False, Ta: {float32, bfloat16} = float32, Tb: {float32, bfloat16} = float32) -> (product: "
    "float32)",
    shape=_product_shape,
    explain=_product_trouble,
)
def SparseMatMul(a, b, transpose_a, transpose_b):
    """The operands are dense tensors with many zeros; multiplying them as they are is as fast."""
    return MatMul.kernel(a.float(), b.float(), transpose_a, transpose_b)


def _batch_shape(op):
    """Batch axes broadcast, or must be alike for the older op type."""
    x, y = at_least_rank(op, 0, 2), at_least_rank(op, 1, 2)
    adj_x, adj_y = op._attrs["adj_x"], op._attrs["adj_y"]
    older = op.type == "BatchMatMul"
    if x is None or y is None:
        if not older or x is y:
            return [None]
        x, y = x or (*y[:-2], None, None), y or (*x[:-2], None, None)
    try:
        batch = (shapes.merge_inferred if older else shapes.broadcast)(x[:-2], y[:-2])
    except ValueError as e:
        raise ShapeError(str(e)) from None
    merge_dimensions(x[-2:][not adj_x], y[-2:][adj_y])
    return [(*batch, x[-2:][adj_x], y[-2:][not adj_y])]


def _batch_trouble(x, y, adj_x, adj_y):
    for i, matrix in enumerate((x, y)):
        if matrix.ndim < 2:
            return f"In[{i}] ndims must be >= 2: {matrix.ndim}"
    a, b = x.shape[-2:][not adj_x], y.shape[-2:][adj_y]
    shown = f"{shapes.bracketed(x.shape)} {shapes.bracketed(y.shape)}"
    if a != b:
        return f"In[0] mismatch In[1] shape: {a} vs. {b}: {shown} {adj_x:d} {adj_y:d}"
    return (
        "In[0] and In[1] must have compatible batch dimensions: "
        f"{shapes.bracketed(x.shape)} vs. {shapes.bracketed(y.shape)}"
    )


def _batch_product(type_name):
    @op(
        f"{type_name}(x: T, y: T, T: {{{_ALL}}}, adj_x: bool = False, adj_y: bool = False) -> (output: T)",
        shape=_batch_shape,
        explain=_batch_trouble,
    )
    def product(x, y, adj_x, adj_y):
        if x.ndim < 2 or y.ndim < 2:
            refuse(_batch_trouble(x, y, adj_x, adj_y))
        return torch.matmul(x.mH if adj_x else x, y.mH if adj_y else y)


_batch_product("BatchMatMul")
_batch_product("BatchMatMulV2")


@op("Cross(a: T, b: T, T: {realnumber}) -> (product: T)", shape=lambda op: _cross_shape(op))
def Cross(a, b):
    return torch.linalg.cross(a, b)


def _cross_shape(op):
    a, b = at_least_rank(op, 0, 1), at_least_rank(op, 1, 1)
    for vector in (a, b):
        if vector is not None and vector[-1] not in (None, 3):
            raise ShapeError(f"Dimension must be 3 but is {vector[-1]}")
    try:
        return [shapes.merge_inferred(a, b)]
    except ValueError as e:
        raise ShapeError(str(e)) from None


def matmul(
    a,
    b,
    transpose_a=False,
    transpose_b=False,
    adjoint_a=False,
    adjoint_b=False,
    a_is_sparse=False,
    b_is_sparse=False,
    name=None,
):
    """The product of the matrices ``a`` (``[..., m, k]``) and ``b`` (``[..., k, n]``): ``[..., m, n]``.

    ``transpose_*`` swap rows and columns of an operand first, ``adjoint_*`` conjugate it as well; batch axes broadcast.
    ``*_is_sparse`` say that most elements are zero. ``ValueError`` where the sizes do not fit.
    """
    with name_scope(name, "MatMul", [a, b]) as name:
        for which, turned, adjoint in (("a", transpose_a, adjoint_a), ("b", transpose_b, adjoint_b)):
            if turned and adjoint:
                raise ValueError(f"Only one of transpose_{which} and adjoint_{which} can be True.")
        a, b = convert_to_tensor(a, name="a"), convert_to_tensor(b, name="b")
        sparse = a_is_sparse or b_is_sparse
        if not sparse and (a._shape is None or b._shape is None or len(a._shape) > 2 or len(b._shape) > 2):
            a, b = conj(a) if transpose_a else a, conj(b) if transpose_b else b
            return raw.BatchMatMulV2(a, b, adj_x=adjoint_a or transpose_a, adj_y=adjoint_b or transpose_b, name=name)
        a, b = conj(a) if adjoint_a else a, conj(b) if adjoint_b else b
        turned = {"transpose_a": adjoint_a or transpose_a, "transpose_b": adjoint_b or transpose_b}
        types = {a.dtype.base_dtype, b.dtype.base_dtype}
        if (sparse and types <= _MAYBE_SPARSE) or (len(types) == 2 and dtypes.bfloat16 in types):
            product = raw.SparseMatMul(a, b, **turned, a_is_sparse=a_is_sparse, b_is_sparse=b_is_sparse, name=name)
            return cast(product, dtypes.bfloat16) if types == {dtypes.bfloat16} else product
        return raw.MatMul(a, b, **turned, name=name)


_MAYBE_SPARSE = {dtypes.bfloat16, dtypes.float32}


def matvec(a, b, transpose_a=False, adjoint_a=False, a_is_sparse=False, b_is_sparse=False, name=None):
    """The product of the matrix ``a`` (``[..., m, k]``) and the vector ``b`` (``[..., k]``): ``[..., m]``."""
    with name_scope(name, "MatVec", [a, b]):
        product = matmul(
            a,
            expand_dims(b, axis=-1),
            transpose_a=transpose_a,
            adjoint_a=adjoint_a,
            a_is_sparse=a_is_sparse,
            b_is_sparse=b_is_sparse,
        )
        return squeeze(product, axis=-1)


def cross(a, b, name=None):
    """The cross product of vectors of three, which are the last axis."""
    return raw.Cross(a, b, name=name)


# -- the product along any axes -------------------------------------------------------------------------------------


def tensordot(a, b, axes, name=None):
    """Sums of products of ``a`` and ``b`` along ``axes``; what is left are the other axes of ``a``, then those of
    ``b``.

    ``axes`` is a number n, for the last n of ``a`` and the first n of ``b``, or two lists of axes to pair up (or a
    ``[2, n]`` tensor). ``tensordot(a, b, 1)`` of matrices is ``matmul``. ``ValueError`` where they do not fit.
    """
    with name_scope(name, "Tensordot", [a, b, axes]) as name:
        a, b = convert_to_tensor(a, name="a"), convert_to_tensor(b, name="b")
        a_axes, b_axes = _paired_axes(a, axes)
        a_matrix, a_free, a_known = _as_matrix(a, a_axes, False)
        b_matrix, b_free, b_known = _as_matrix(b, b_axes, True)
        product = matmul(a_matrix, b_matrix)
        if isinstance(a_free, list) and isinstance(b_free, list):
            return reshape(product, a_free + b_free, name=name)
        a_free, b_free = convert_to_tensor(a_free, dtypes.int32), convert_to_tensor(b_free, dtypes.int32)
        result = reshape(product, raw.ConcatV2([a_free, b_free], 0, name="concat"), name=name)
        if a_known is not None and b_known is not None:
            result.set_shape(a_known + b_known)
        return result


def _paired_axes(a, axes):
    """The axes of ``a`` and those of ``b``, as lists or tensors."""
    if isinstance(axes, int):
        if axes < 0:
            raise ValueError("'axes' must be at least 0.")
        if a._shape is None:
            count = rank(a)
            return range(count - axes, count, dtype=dtypes.int32), range(axes, dtype=dtypes.int32)
        if axes > len(a._shape):
            raise ValueError(f"'axes' must not be larger than the number of dimensions of tensor {a}.")
        every = [*_indices(len(a._shape))]
        return every[len(every) - axes :], every[:axes]
    if isinstance(axes, (list, tuple)):
        if len(axes) != 2:
            raise ValueError("'axes' must be an integer or have length 2.")
        a_axes, b_axes = ([x] if isinstance(x, int) else x for x in axes)
        if len(a_axes) != len(b_axes):
            raise ValueError(f"Different number of contraction axes 'a' and 'b', {len(a_axes)} != {len(b_axes)}.")
        return list(a_axes), list(b_axes)
    axes = convert_to_tensor(axes, dtypes.int32, name="axes")
    return axes[0], axes[1]


def _indices(count):
    """Python's own range; ``range`` here makes tensors."""
    return builtins.range(count)


def _as_matrix(tensor, axes, axes_first):
    """The tensor with ``axes`` gathered in one axis and the free ones in the other; the sizes of these, and what is
    known.
    """
    sizes = tensor._shape
    if isinstance(axes, list) and sizes is not None:
        axes = [axis if axis >= 0 else axis + len(sizes) for axis in axes]
        free = [i for i in _indices(len(sizes)) if i not in axes]
        known = [sizes[i] for i in free]
        if None not in sizes:
            pair = [math.prod(known), math.prod(sizes[i] for i in axes)]
            order = axes + free if axes_first else free + axes
            return reshape(transpose(tensor, order), pair[::-1] if axes_first else pair), known, known
        axes, free = (
            convert_to_tensor(axes, dtypes.int32, name="axes"),
            convert_to_tensor(free, dtypes.int32, name="free"),
        )
        extents = shape(tensor)
    else:
        known, extents, count = None, shape(tensor), rank(tensor)
        axes = convert_to_tensor(axes, dtypes.int32, name="axes")
        axes = raw.Select(axes >= 0, axes, axes + count)
        free = raw.ListDiff(range(count), axes)[0]
    free_sizes, axes_sizes = raw.GatherV2(extents, free, 0), raw.GatherV2(extents, axes, 0)
    pair, order = [reduce_prod(free_sizes), reduce_prod(axes_sizes)], [free, axes]
    if axes_first:
        pair, order = pair[::-1], order[::-1]
    order, sizes = raw.ConcatV2(order, 0, name="concat"), raw.Pack(pair, name="stack")
    return reshape(transpose(tensor, order), sizes), free_sizes, known


# -- diagonals ------------------------------------------------------------------------------------------------------


def _diag_shape(op):
    diagonal = at_least_rank(op, 0, 1)
    return [None if diagonal is None else diagonal * 2]


@op(f"Diag(diagonal: T, T: {{{_ALL}}}) -> (output: T)", shape=_diag_shape)
def Diag(diagonal):
    return torch.diag_embed(diagonal.reshape(-1)).reshape(tuple(diagonal.shape) * 2)


def _diag_part_shape(op):
    before = op._inputs[0]._shape
    if before is None:
        return [None]
    if not before or len(before) % 2:
        raise ShapeError(f"Input must have even and non-zero rank, input rank is {len(before)}")
    half = len(before) // 2
    return [tuple(merge_dimensions(a, b) for a, b in zip(before[:half], before[half:], strict=True))]


def _diag_part_trouble(input):
    half = input.ndim // 2
    if not input.ndim or input.ndim % 2:
        return f"The rank of the tensor should be even and positive, got shape {shapes.bracketed(input.shape)}"
    for i in _indices(half):
        if input.shape[i] != input.shape[i + half]:
            return f"Invalid shape {shapes.bracketed(input.shape)}: dimensions {i} and {i + half} do not match."


@op(f"DiagPart(input: T, T: {{{_ALL}}}) -> (diagonal: T)", shape=_diag_part_shape, view=True)
def DiagPart(input):
    trouble = _diag_part_trouble(input)
    if trouble:
        refuse(trouble)
    sizes = input.shape[: input.ndim // 2]
    return torch.diagonal(input.reshape(math.prod(sizes), -1)).reshape(sizes)


def _matrix_diag_shape(op):
    diagonal = at_least_rank(op, 0, 1)
    return [None if diagonal is None else (*diagonal, diagonal[-1])]


@op("MatrixDiag(diagonal: T, T: type) -> (output: T)", shape=_matrix_diag_shape)
def MatrixDiag(diagonal):
    return torch.diag_embed(diagonal)


def _lesser(a, b):
    """The size of a diagonal: known where both sizes are, or where one is zero."""
    return 0 if 0 in (a, b) else None if a is None or b is None else min(a, b)


def _matrix_diag_part_shape(op):
    matrix = at_least_rank(op, 0, 2)
    return [None if matrix is None else (*matrix[:-2], _lesser(*matrix[-2:]))]


@op("MatrixDiagPart(input: T, T: type) -> (diagonal: T)", shape=_matrix_diag_part_shape, view=True)
def MatrixDiagPart(input):
    return torch.diagonal(input, 0, -2, -1)


def _set_diag_shape(op):
    matrix, diagonal = at_least_rank(op, 0, 2), at_least_rank(op, 1, 1)
    if matrix is None:
        return [None if diagonal is None else (*diagonal[:-1], None, None)]
    if diagonal is None:
        return [matrix]
    if len(diagonal) != len(matrix) - 1:
        raise ShapeError(f"Shape must be rank {len(matrix) - 1} but is rank {len(diagonal)}")
    merge_dimensions(_lesser(*matrix[-2:]), diagonal[-1])
    try:
        return [shapes.merge_inferred(matrix, (*diagonal[:-1], None, None))]
    except ValueError as e:
        raise ShapeError(str(e)) from None


def _set_diag_trouble(input, diagonal):
    if input.ndim < 2:
        return f"input must be at least 2-dim, received shape: {shapes.bracketed(input.shape)}"
    return (
        "Either first dimensions of diagonal don't match input.shape[:-2], or diagonal.shape[:-1] is not equal "
        "to the "
        "longests diagonal in range [lower_diag_index:upper_diag_index]."
    )


@op("MatrixSetDiag(input: T, diagonal: T, T: type) -> (output: T)", shape=_set_diag_shape, explain=_set_diag_trouble)
def MatrixSetDiag(input, diagonal):
    return torch.diagonal_scatter(input, diagonal, 0, -2, -1)


@op(
    "MatrixBandPart(input: T, num_lower: host Tindex, num_upper: host Tindex, T: type, Tindex: {index} = int64) -> "
    "(band: T)",
    shape=lambda op: [op._inputs[0]._shape],
    no_gradient_inputs=("num_lower", "num_upper"),
)
def MatrixBandPart(input, num_lower, num_upper, device):
    kept = torch.ones(input.shape[-2:], dtype=torch.bool, device=device)
    if num_lower >= 0:
        kept = torch.triu(kept, -num_lower)
    if num_upper >= 0:
        kept = torch.tril(kept, num_upper)
    return torch.where(kept, input, torch.zeros((), dtype=input.dtype, device=device))


def diag(diagonal, name=None):
    """A tensor with ``diagonal`` on its diagonal and zeros elsewhere; its shape is that of ``diagonal`` twice over."""
    return raw.Diag(diagonal, name=name)


def diag_part(input, name=None):
    """The diagonal of a tensor whose shape is one shape twice over; that shape."""
    return raw.DiagPart(input, name=name)


_ONLY_MAIN = """

    As in TensorFlow 1.15, the arguments about other diagonals are accepted and have no effect.
    """


def matrix_diag(diagonal, name="diag", k=0, num_rows=-1, num_cols=-1, padding_value=0):
    return raw.MatrixDiag(diagonal, name=name)


def matrix_diag_part(input, name="diag_part", k=0, padding_value=0):
    return raw.MatrixDiagPart(input, name=name)


def matrix_set_diag(input, diagonal, name="set_diag", k=0):
    return raw.MatrixSetDiag(input, diagonal, name=name)


matrix_diag.__doc__ = "Square matrices ``[..., n, n]`` with the last axis of ``diagonal`` on the diagonal." + _ONLY_MAIN
matrix_diag_part.__doc__ = "The main diagonals of matrices ``[..., m, n]``: ``[..., min(m, n)]``." + _ONLY_MAIN
matrix_set_diag.__doc__ = "The matrices ``input`` with their main diagonals replaced by ``diagonal``." + _ONLY_MAIN


def matrix_band_part(input, num_lower, num_upper, name=None):
    """Matrices with zeros but on the main diagonal, ``num_lower`` diagonals below it and ``num_upper`` above it (-1:
    all).
    """
    return raw.MatrixBandPart(input, num_lower, num_upper, name=name)


def trace(x, name=None):
    """The sum of the main diagonal of each matrix ``[..., m, n]``: ``[...]``."""
    with name_scope(name, "Trace", [x]) as name:
        return reduce_sum(matrix_diag_part(convert_to_tensor(x, name="x")), [-1], name=name)


def eye(num_rows, num_columns=None, batch_shape=None, dtype=dtypes.float32, name=None):
    """The identity matrix, ``num_rows`` square or with ``num_columns``; with ``batch_shape``, that many copies.

    Sizes are ints or integer scalars, ``batch_shape`` a list of ints or an integer vector. ``TypeError`` for other
    sizes.
    """
    with name_scope(name, "eye", [num_rows, num_columns, batch_shape]):
        is_square = num_columns is None
        batch = [] if batch_shape is None else batch_shape
        num_columns = num_rows if is_square else num_columns
        if isinstance(num_rows, Tensor) or isinstance(num_columns, Tensor):
            size = raw.Minimum(num_rows, num_columns)
        elif isinstance(num_rows, int) and isinstance(num_columns, int):
            is_square, size = num_rows == num_columns, min(num_rows, num_columns)
        else:
            raise TypeError(
                f"num_rows and num_columns must be positive integer values; got {num_rows!r} and {num_columns!r}."
            )
        if isinstance(batch, Tensor) or isinstance(size, Tensor):
            batch = convert_to_tensor(batch, dtypes.int32, name="shape")
            sizes = raw.ConcatV2([batch, [size]], 0, name="concat")
            whole = None if is_square else raw.ConcatV2([batch, [num_rows, num_columns]], 0, name="concat")
        else:
            sizes, whole = [*batch, size], [*batch, num_rows, num_columns]
        on_diagonal = ones(sizes, dtype=dtype)
        if is_square:
            return matrix_diag(on_diagonal)
        return matrix_set_diag(zeros(whole, dtype=dtype), on_diagonal)


# -- transposes -----------------------------------------------------------------------------------------------------


def matrix_transpose(a, name="matrix_transpose", conjugate=False):
    """Matrices ``[..., m, n]`` with rows and columns swapped: ``[..., n, m]``; conjugated too, if asked."""
    with name_scope(name, None, [a]):
        a = convert_to_tensor(a, name="a")
        if a._shape is None:
            count = rank(a)
            order = raw.ConcatV2([raw.Range(0, count - 2, 1), [count - 1, count - 2]], 0, name="concat")
        elif len(a._shape) < 2:
            raise ValueError(f"Argument 'a' should be a (batch) matrix, with rank >= 2.  Found: {a.shape}")
        else:
            *order, rows, columns = _indices(len(a._shape))
            order += [columns, rows]
        return transpose(a, perm=order, conjugate=conjugate)


def adjoint(matrix, name=None):
    """The conjugate transpose of matrices ``[..., m, n]``: ``[..., n, m]``."""
    with name_scope(name, "adjoint", [matrix]):
        return matrix_transpose(convert_to_tensor(matrix, name="matrix"), conjugate=True)
