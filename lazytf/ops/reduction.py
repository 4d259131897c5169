"""Reductions: many elements along some axes become one.

The axes are an int or a list of ints, counted from the end where negative; no axes at all reduce nothing. With
``keep_dims`` a reduced axis stays, with size 1.
"""

import math

import numpy as np
import torch

from lazytf.core import contents, dtypes
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.operation import Tensor
from lazytf.core.registry import op
from lazytf.core.shape_rules import ShapeError, with_rank
from lazytf.core.values import SparseTensor
from lazytf.ops.casting import cast
from lazytf.ops.filling import range, zeros, zeros_like
from lazytf.ops.measuring import rank, shape
from lazytf.ops.sentences import refuse
from lazytf.ops.unsigned import widened

# -- what they share ------------------------------------------------------------------------------------------------


def _reduced(op):
    """The shape of a reduction: known where the axes are; with ``keep_dims`` at least its rank is."""
    before, axes = (t._shape for t in op._inputs)
    if axes is not None and len(axes) > 1:
        raise ShapeError(f"Shape must be at most rank 1 but is rank {len(axes)}")
    if before is None:
        return [None]
    axes = contents.constant_value(op._inputs[1])
    keep = op._attrs["keep_dims"]
    if axes is None:
        return [(None,) * len(before) if keep else None]
    gone = set()
    for axis in axes.flat:
        if not -len(before) <= axis < len(before):
            values = "<" + " ".join(str(a) for a in axes.flat) + ">"
            raise ShapeError(
                f"Invalid reduction dimension {axis} for input with {len(before)} dimensions.", {1: values}
            )
        gone.add(axis % len(before))
    if keep:
        return [tuple(1 if i in gone else size for i, size in enumerate(before))]
    return [tuple(size for i, size in enumerate(before) if i not in gone)]


def _checked(input, axes):
    """The axes each once, as torch wants them; an error for one that there is not."""
    for axis in axes:
        if not -input.ndim <= axis < input.ndim:
            refuse(f"Invalid reduction dimension ({axis} for input with {input.ndim} dimension(s)")
    return list({axis % input.ndim: None for axis in axes})


def _reduction(type_name, types, kernel, host, gradient=True):
    """Declares one reduction: ``kernel(input, axes, keep_dims)`` is asked only where there are axes."""
    typed = "bool" if types == "bool" else "T"
    attrs = "" if types == "bool" else f"T: {{{types}}}, "
    declared = op(
        f"{type_name}(input: {typed}, reduction_indices: host Tidx, keep_dims: bool = False, {attrs}"
        f"Tidx: {{index}} = int32) -> (output: {typed})",
        shape=_reduced,
        gradient=gradient,
        view=True,
        no_gradient_inputs=("reduction_indices",),
    )

    def reduce(input, reduction_indices, keep_dims):
        axes = [reduction_indices] if type(reduction_indices) is int else reduction_indices
        if not axes:
            return input
        try:
            return kernel(input, axes, keep_dims)
        except (IndexError, RuntimeError):  # an axis named twice, or none of the tensor's
            return kernel(input, _checked(input, axes), keep_dims)

    def reduce_on_host(input, reduction_indices, keep_dims):
        axes = [reduction_indices] if type(reduction_indices) is int else reduction_indices
        return host(input, tuple(_checked(input, axes)), keep_dims) if axes else input

    declared(reduce).on_host_too(reduce_on_host)


# -- kernels --------------------------------------------------------------------------------------------------------


def _sum(input, axes, keep_dims):
    try:
        return torch.sum(input, axes, keep_dims, dtype=input.dtype)
    except NotImplementedError:
        return torch.sum(widened(input), axes, keep_dims).to(input.dtype)


def _mean(input, axes, keep_dims):
    """Of integers, their wrapped sum divided by their number and truncated towards zero."""
    if input.is_floating_point() or input.is_complex():
        return torch.mean(input, axes, keep_dims)
    total = _sum(input, axes, keep_dims)
    number = max(math.prod(input.shape[axis] for axis in axes), 1)
    return torch.div(widened(total), number, rounding_mode="trunc").to(input.dtype)


def _prod(input, axes, keep_dims):
    if len(axes) == input.ndim and not keep_dims:
        product = torch.prod(widened(input), dtype=widened(input).dtype)
    else:
        product = widened(input)
        for axis in sorted(_checked(input, axes), reverse=True):
            product = torch.prod(product, axis, keep_dims, dtype=product.dtype)
    return product.to(input.dtype)


def _extreme(kernel, of_none):
    """A largest or smallest element; ties share the gradient. Of no elements it is ``of_none``, the other end of the
    type.
    """

    def extreme(input, axes, keep_dims):
        try:
            return kernel(input, axes, keep_dims)
        except NotImplementedError:
            return kernel(widened(input), axes, keep_dims).to(input.dtype)
        except IndexError:
            if input.numel():
                raise
            return _filled(input, _checked(input, axes), keep_dims, of_none(input.dtype))

    return extreme


def _filled(input, axes, keep_dims, value):
    sizes = [1 if i in axes else size for i, size in enumerate(input.shape) if keep_dims or i not in axes]
    return input.new_full(sizes, value)


def _least(dtype):
    return -math.inf if dtype.is_floating_point else torch.iinfo(dtype).min


def _most(dtype):
    return math.inf if dtype.is_floating_point else torch.iinfo(dtype).max


def _euclidean_norm(input, axes, keep_dims):
    if input.is_floating_point() or input.is_complex():
        return torch.linalg.vector_norm(input, dim=axes, keepdim=keep_dims).to(input.dtype)
    return _euclidean_norm(input.to(torch.float64), axes, keep_dims).to(input.dtype)


def _sum_on_host(input, axes, keep_dims):
    return np.sum(input, axis=axes, keepdims=keep_dims, dtype=input.dtype)


def _mean_on_host(input, axes, keep_dims):
    if input.dtype.kind in "iuO":
        raise NotImplementedError("the mean of integers is left to torch")
    return np.mean(input, axis=axes, keepdims=keep_dims, dtype=input.dtype)


def _prod_on_host(input, axes, keep_dims):
    return np.prod(input, axis=axes, keepdims=keep_dims, dtype=input.dtype)


def _euclidean_norm_on_host(input, axes, keep_dims):
    return np.sqrt(np.sum(np.abs(input) ** 2, axis=axes, keepdims=keep_dims)).astype(input.dtype)


def _on_host(function):
    return lambda input, axes, keep_dims: function(input, axis=axes, keepdims=keep_dims)


#          op type          types         torch                         NumPy
_reduction("Sum", "number", _sum, _sum_on_host)
_reduction("Mean", "number", _mean, _mean_on_host)
_reduction("Prod", "number", _prod, _prod_on_host)
_reduction("Max", "number", _extreme(torch.amax, _least), _on_host(np.max))
_reduction("Min", "number", _extreme(torch.amin, _most), _on_host(np.min))
_reduction("EuclideanNorm", "number", _euclidean_norm, _euclidean_norm_on_host, None)
_reduction("All", "bool", torch.all, _on_host(np.all), False)
_reduction("Any", "bool", torch.any, _on_host(np.any), False)


# -- where the extreme is -------------------------------------------------------------------------------------------


def _without_axis(op):
    before = op._inputs[0]._shape
    with_rank(op, 1, 0)
    if before is None:
        return [None]
    if len(before) <= 1:
        return [()]
    axis = contents.scalar(op._inputs[1])
    if axis is None:
        return [(None,) * (len(before) - 1)]
    if not -len(before) <= axis < len(before):
        raise ShapeError(
            f"Dimension ({axis}) must be in the range [{-len(before)}, {len(before)}), where "
            f"{len(before)} is the "
            "number of dimensions in the input.",
            {1: f"<{axis}>"},
        )
    axis %= len(before)
    return [before[:axis] + before[axis + 1 :]]


def _position(type_name, kernel):
    """Declares the op type that tells where along an axis the first largest or smallest element is."""

    def position(input, dimension, output_type):
        found = kernel(widened(input), dimension)
        return found if output_type is torch.int64 else found.to(output_type)

    op(
        f"{type_name}(input: T, dimension: host Tidx, T: {{number}}, Tidx: {{index}} = int32, output_type: {{index}} "
        f"= int64)"
        " -> (output: output_type)",
        shape=_without_axis,
        gradient=None,
        explain=_no_position,
    )(position)


def _no_position(input, dimension, *_):
    if not -input.ndim <= dimension < input.ndim:
        return f"Expected dimension in the range [{-input.ndim}, {input.ndim}), but got {dimension}"
    if not input.shape[dimension]:
        return f"Reduction axis {dimension} is empty in shape [{','.join(map(str, input.shape))}]"


_position("ArgMax", lambda input, axis: torch.argmax(_with_axes(input), axis))
_position("ArgMin", lambda input, axis: torch.argmin(_with_axes(input), axis))


def _with_axes(input):
    if not input.ndim:
        raise IndexError("a scalar has no axis to search along")
    return input


# -- running sums and products --------------------------------------------------------------------------------------


def _running(type_name, kernel, start, types="number"):
    """Declares a running total; exclusive ones leave the element itself out and begin with ``start``, or where that is
    None with the least number of the type.
    """

    def running(x, axis, exclusive, reverse):
        if not -x.ndim <= axis < x.ndim:
            refuse(f"ScanOp: Expected scan axis in the range [{-x.ndim}, {x.ndim}), but got {axis}")
        wide = widened(x)
        if reverse:
            wide = torch.flip(wide, (axis,))
        if exclusive:
            least = torch.finfo(x.dtype).min if start is None else start
            first = torch.full_like(wide.narrow(axis, 0, min(1, wide.shape[axis])), least)
            wide = torch.cat((first, wide.narrow(axis, 0, max(wide.shape[axis] - 1, 0))), axis)
        total = kernel(wide, axis)
        return (torch.flip(total, (axis,)) if reverse else total).to(x.dtype)

    op(
        f"{type_name}(x: T, axis: host Tidx, exclusive: bool = False, reverse: bool = False, T: {{{types}}}, "
        "Tidx: {index} = int32) -> (out: T)",
        shape=_scanned,
        no_gradient_inputs=("axis",),
    )(running)


def _scanned(op):
    with_rank(op, 1, 0)
    return [op._inputs[0]._shape]


_running("Cumsum", lambda x, axis: torch.cumsum(x, axis, dtype=x.dtype), 0)
_running("Cumprod", lambda x, axis: torch.cumprod(x, axis, dtype=x.dtype), 1)
_running("CumulativeLogsumexp", torch.logcumsumexp, None, "float16, float32, float64")


# -- public functions -----------------------------------------------------------------------------------------------


def either(new, value, old, old_value):
    """The one of an argument's two names that was given; ``ValueError`` if both were."""
    if old_value is None:
        return value
    if value is not None:
        raise ValueError(f"Cannot specify both '{old}' and '{new}'")
    return old_value


def _all_axes(x):
    """Every axis of ``x``: a constant where its rank is known."""
    if type(x) is Tensor and x._shape is not None:
        return convert_to_tensor(np.arange(len(x._shape), dtype=np.int32), name="Const")
    if type(x) is SparseTensor and x.dense_shape._shape is not None and x.dense_shape._shape[0] is not None:
        return convert_to_tensor(np.arange(x.dense_shape._shape[0], dtype=np.int32), name="Const")
    return range(0, rank(x))


def _public(public, type_name, doc):
    def function(input_tensor, axis=None, keepdims=None, name=None, reduction_indices=None, keep_dims=None):
        axis = either("axis", axis, "reduction_indices", reduction_indices)
        keepdims = bool(either("keepdims", keepdims, "keep_dims", keep_dims))
        return _reduce(type_name, input_tensor, axis, keepdims, name)

    function.__name__ = function.__qualname__ = public
    function.__doc__ = doc + _COMMON
    return function


_COMMON = """

    ``axis`` is an int, a list of ints or a tensor of them; None, the default, reduces to a scalar. ``keepdims=True``
    keeps the reduced axes with size 1. ``reduction_indices`` and ``keep_dims`` are the arguments' old names.
    ``ValueError`` for an axis that ``input_tensor`` does not have, and where an argument is given by both of its
    names.
    """


def _reduce(type_name, input_tensor, axis, keepdims, name):
    result = getattr(raw, type_name)(
        input_tensor, _all_axes(input_tensor) if axis is None else axis, keep_dims=keepdims, name=name
    )
    if axis is None and not keepdims:
        result.set_shape(())
    return result


reduce_sum = _public("reduce_sum", "Sum", "The sum of the elements along ``axis``.")
reduce_mean = _public(
    "reduce_mean", "Mean", "The mean of the elements along ``axis``; integers give a truncated integer."
)
reduce_prod = _public("reduce_prod", "Prod", "The product of the elements along ``axis``.")
reduce_max = _public("reduce_max", "Max", "The largest element along ``axis``; equal ones share the gradient.")
reduce_min = _public("reduce_min", "Min", "The smallest element along ``axis``; equal ones share the gradient.")
reduce_all = _public("reduce_all", "All", "Whether all bools along ``axis`` are True; of none, True.")
reduce_any = _public("reduce_any", "Any", "Whether any bool along ``axis`` is True; of none, False.")


def reduce_euclidean_norm(input_tensor, axis=None, keepdims=False, name=None):
    """The root of the sum of squares along ``axis`` (all axes by default). It has no gradient; ``tf.norm`` has."""
    return _reduce("EuclideanNorm", input_tensor, axis, bool(keepdims), name)


def reduce_variance(input_tensor, axis=None, keepdims=False, name=None):
    """The mean squared distance from the mean along ``axis`` (all axes by default)."""
    with name_scope(name or "reduce_variance"):
        means = _reduce("Mean", input_tensor, axis, True, None)
        return _reduce("Mean", raw.Square(raw.Sub(input_tensor, means, name="sub")), axis, bool(keepdims), None)


def reduce_std(input_tensor, axis=None, keepdims=False, name=None):
    """The root of ``reduce_variance``."""
    with name_scope(name or "reduce_std"):
        return raw.Sqrt(reduce_variance(input_tensor, axis, keepdims))


def reduce_logsumexp(input_tensor, axis=None, keepdims=None, name=None, reduction_indices=None, keep_dims=None):
    """``log(sum(exp(input_tensor)))`` along ``axis``, computed so that large elements do not overflow.

    Arguments are those of ``reduce_sum``.
    """
    axis = either("axis", axis, "reduction_indices", reduction_indices)
    keepdims = bool(either("keepdims", keepdims, "keep_dims", keep_dims))
    input_tensor = convert_to_tensor(input_tensor)
    with name_scope(name, "ReduceLogSumExp", [input_tensor]):
        largest = _reduce("Max", input_tensor, axis, True, None)
        finite = raw.IsFinite(largest)
        largest = raw.StopGradient(raw.Select(finite, largest, zeros_like(largest)))
        result = raw.Log(_reduce("Sum", raw.Exp(raw.Sub(input_tensor, largest)), axis, keepdims, None))
        if not keepdims:
            largest = raw.Reshape(largest, shape(result))
        return raw.Add(result, largest)


def count_nonzero(
    input_tensor=None,
    axis=None,
    keepdims=None,
    dtype=dtypes.int64,
    name=None,
    reduction_indices=None,
    keep_dims=None,
    input=None,
):
    """How many elements along ``axis`` are not zero (of strings: not empty), as ``dtype``. Arguments as for
    ``reduce_sum``.
    """
    keepdims = bool(either("keepdims", keepdims, "keep_dims", keep_dims))
    input_tensor = either("input_tensor", input_tensor, "input", input)
    axis = either("axis", axis, "reduction_indices", reduction_indices)
    with name_scope(name, "count_nonzero", [input_tensor]):
        input_tensor = convert_to_tensor(input_tensor, name="input")
        zero = zeros([], dtype=input_tensor.dtype)
        counted = cast(raw.NotEqual(input_tensor, zero), dtypes.int64)
        return cast(_reduce("Sum", counted, axis, keepdims, None), dtype)


def argmax(input, axis=None, name=None, dimension=None, output_type=dtypes.int64):
    """The index of the largest element along ``axis`` (0 by default), of the first one where several are."""
    axis = either("axis", axis, "dimension", dimension)
    return arg_max(input, 0 if axis is None else axis, output_type, name)


def argmin(input, axis=None, name=None, dimension=None, output_type=dtypes.int64):
    """The index of the smallest element along ``axis`` (0 by default), of the first one where several are."""
    axis = either("axis", axis, "dimension", dimension)
    return arg_min(input, 0 if axis is None else axis, output_type, name)


def arg_max(input, dimension, output_type=dtypes.int64, name=None):
    """As ``argmax``, its older form."""
    return raw.ArgMax(input, dimension, output_type=output_type, name=name)


def arg_min(input, dimension, output_type=dtypes.int64, name=None):
    """As ``argmin``, its older form."""
    return raw.ArgMin(input, dimension, output_type=output_type, name=name)


def cumsum(x, axis=0, exclusive=False, reverse=False, name=None):
    """The running sum along ``axis``: ``[a, a + b, a + b + c]``.

    ``exclusive`` leaves each element out of its own sum: ``[0, a, a + b]``; ``reverse`` runs from the end.
    """
    return _run("Cumsum", x, axis, exclusive, reverse, name)


def cumprod(x, axis=0, exclusive=False, reverse=False, name=None):
    """The running product along ``axis``; arguments as for ``cumsum``, with 1 where nothing was multiplied yet."""
    return _run("Cumprod", x, axis, exclusive, reverse, name)


def cumulative_logsumexp(x, axis=0, exclusive=False, reverse=False, name=None):
    """``log(cumsum(exp(x)))`` along ``axis`` without overflow; arguments as for ``cumsum``."""
    return _run("CumulativeLogsumexp", x, axis, exclusive, reverse, name)


def _run(type_name, x, axis, exclusive, reverse, name):
    with name_scope(name, type_name, [x]) as name:
        x = convert_to_tensor(x, name="x")
        return getattr(raw, type_name)(x, axis, exclusive=exclusive, reverse=reverse, name=name)
