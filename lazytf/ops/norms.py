"""Lengths of vectors and matrices, and tensors scaled to a length."""

import numpy as np
import torch

from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.registry import op
from lazytf.core.shape_rules import scalar
from lazytf.ops.reduction import either, reduce_max, reduce_sum
from lazytf.ops.reshaping import squeeze
from lazytf.ops.unary import abs, conj


@op("L2Loss(t: T, T: {float}) -> (output: T)", shape=scalar)
def L2Loss(t):
    return torch.sum(torch.square(t)) / 2


def l2_loss(t, name=None):
    """Half the sum of the squares of all elements, a scalar."""
    return raw.L2Loss(t, name=name)


def norm(tensor, ord="euclidean", axis=None, keepdims=None, name=None, keep_dims=None):
    """The length of vectors along ``axis``, of matrices along two axes, or, without ``axis``, of all elements at once.

    ``ord`` is ``"euclidean"``, ``np.inf`` or, for vectors, any positive number; for matrices also ``"fro"`` and 1,
    the largest sum of a column. ``keepdims`` keeps the axes with size 1. ``ValueError`` for another ``ord`` or for
    axes that are not one or two different ints. The spectral norm of matrices (``ord=2``) is not there yet:
    ``tf.svd`` gives it.
    """
    keepdims = bool(either("keepdims", keepdims, "keep_dims", keep_dims))
    of_matrix = isinstance(axis, (tuple, list)) and len(axis) == 2
    axis = _checked_axis(axis, of_matrix)
    _check_order(ord, of_matrix)
    with name_scope(name, "norm", [tensor]):
        result = _norm(convert_to_tensor(tensor), ord, axis, of_matrix)
        return result if keepdims else squeeze(result, axis)


def _checked_axis(axis, of_matrix):
    if of_matrix:
        if all(isinstance(a, int) for a in axis) and axis[0] != axis[1]:
            return tuple(axis)
    elif axis is None or isinstance(axis, int):
        return axis if axis is None else (axis,)
    raise ValueError("'axis' must be None, an integer, or a tuple of 2 unique integers")


def _check_order(ord, of_matrix):
    if of_matrix:
        if ord not in ("euclidean", "fro", 1, 2, np.inf):
            raise ValueError(f"'ord' must be a supported matrix norm in ['euclidean', 'fro', 1, 2, inf], got {ord}")
        if ord == 2:
            raise NotImplementedError(
                "tf.norm(ord=2) of a matrix, the spectral norm, is not there yet; it is the "
                "largest "
                "element along the last axis of tf.svd(tensor, compute_uv=False)."
            )
    elif ord != "euclidean" and (isinstance(ord, str) or not np.isreal(ord) or ord <= 0):
        raise ValueError(f"'ord' must be a supported vector norm, got {ord}")


def _norm(tensor, ord, axis, of_matrix):
    """The norm with its axes kept."""
    if ord in ("euclidean", "fro", 2):
        return raw.Sqrt(reduce_sum(tensor * conj(tensor), axis, keepdims=True))
    sizes = abs(tensor)
    if ord not in (1, np.inf):
        return raw.Pow(reduce_sum(raw.Pow(sizes, ord), axis, keepdims=True), 1.0 / ord)
    if of_matrix:
        summed, searched = axis if ord == 1 else axis[::-1]
        return reduce_max(reduce_sum(sizes, summed, keepdims=True), searched, keepdims=True)
    return (reduce_sum if ord == 1 else reduce_max)(sizes, axis if axis is None else axis[0], keepdims=True)


def normalize(tensor, ord="euclidean", axis=None, name=None):
    """``(normalized, norm)``: the tensor divided by its ``norm``, which keeps its axes; arguments as for ``norm``."""
    with name_scope(name, "normalize", [tensor]):
        tensor = convert_to_tensor(tensor)
        length = norm(tensor, ord, axis, keepdims=True)
        return tensor / length, length


def l2_normalize(x, axis=None, epsilon=1e-12, name=None, dim=None):
    """``x`` divided by its Euclidean length along ``axis`` (an int, a list, or all), or by the root of ``epsilon`` if
    larger.
    """
    axis = either("axis", axis, "dim", dim)
    with name_scope(name, "l2_normalize", [x]) as name:
        x = convert_to_tensor(x, name="x")
        squares = reduce_sum(raw.Square(x), axis, keepdims=True)
        return raw.Mul(x, raw.Rsqrt(raw.Maximum(squares, epsilon)), name=name)
