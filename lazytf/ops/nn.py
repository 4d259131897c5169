"""Biases, softmax, moments, dropout and the like: the smaller parts of neural networks."""

import numbers
from collections import namedtuple
from functools import partial

import torch

from lazytf.core import contents, dtypes, shapes
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.operation import Tensor
from lazytf.core.registry import op
from lazytf.core.shape_rules import ShapeError, at_least_rank, merge_dimensions, with_rank
from lazytf.ops.casting import cast
from lazytf.ops.filling import range
from lazytf.ops.linalg import matmul
from lazytf.ops.measuring import rank, shape
from lazytf.ops.random import random_uniform
from lazytf.ops.reduction import either, reduce_mean
from lazytf.ops.reshaping import squeeze, transpose
from lazytf.ops.sentences import refuse
from lazytf.ops.unsigned import widened

# -- biases ---------------------------------------------------------------------------------------------------------

_FORMAT = "data_format: {'NHWC', 'NCHW'} = 'NHWC'"


def _channel(op):
    """The axis of the channels: the second where the format has them first, else the last."""
    return 1 if op._attrs.get("data_format") == "NCHW" else -1


def _biased(op):
    channel = _channel(op)
    value = at_least_rank(op, 0, 3 if channel == 1 else 2)
    bias = with_rank(op, 1, 1)
    if value is None:
        return [None]
    value = list(value)
    value[channel] = merge_dimensions(value[channel], bias[0])
    return [tuple(value)]


def _bias_trouble(value, bias, data_format="NHWC"):
    if value.ndim < 2:
        return f"Input tensor must be at least 2D: {shapes.bracketed(value.shape)}"
    if bias.ndim != 1:
        return f"Biases must be 1D: {shapes.bracketed(bias.shape)}"
    where = "the last dimension" if data_format == "NHWC" else "the channel dimension"
    return (
        f"Must provide as many biases as {where} of the input tensor: {shapes.bracketed(bias.shape)} vs. "
        f"{shapes.bracketed(value.shape)}"
    )


@op(f"BiasAdd(value: T, bias: T, T: {{number}}, {_FORMAT}) -> (output: T)", shape=_biased, explain=_bias_trouble)
def BiasAdd(value, bias, data_format):
    if data_format == "NHWC":
        return BiasAddV1.kernel(value, bias)
    if value.shape[1:2] != bias.shape:
        refuse(_bias_trouble(value, bias, data_format))
    return torch.add(value, bias.view(-1, *(1,) * (value.ndim - 2)))


@op("BiasAddV1(value: T, bias: T, T: {number}) -> (output: T)", shape=_biased, explain=_bias_trouble)
def BiasAddV1(value, bias):
    # torch would broadcast a single bias, or a single channel
    if value.shape[-1:] != bias.shape or value.ndim < 2:
        refuse(_bias_trouble(value, bias))
    return torch.add(value, bias)


def _bias_shape(op):
    channel = _channel(op)
    value = at_least_rank(op, 0, 3 if channel == 1 else 2)
    return [(None if value is None else value[channel],)]


@op(f"BiasAddGrad(out_backprop: T, T: {{number}}, {_FORMAT}) -> (output: T)", shape=_bias_shape)
def BiasAddGrad(out_backprop, data_format):
    channel = 1 if data_format == "NCHW" else out_backprop.ndim - 1
    axes = [i for i, _ in enumerate(out_backprop.shape) if i != channel]
    return torch.sum(out_backprop, axes, dtype=out_backprop.dtype)


def bias_add(value, bias, data_format=None, name=None):
    """``value`` plus one number of ``bias`` (``[channels]``) for each channel.

    Channels are the last axis of ``value``, or the second with ``data_format="NCHW"``. ``ValueError`` for a format
    that is neither ``N...C`` nor ``NC...``.
    """
    with name_scope(name, "BiasAdd", [value, bias]) as name:
        if data_format is None:
            data_format = "NHWC"
        elif data_format.startswith("NC"):
            data_format = "NCHW"
        elif data_format.startswith("N") and data_format.endswith("C"):
            data_format = "NHWC"
        else:
            raise ValueError("data_format must be of the form `N...C` or `NC...`")
        value = convert_to_tensor(value, name="input")
        bias = convert_to_tensor(bias, dtype=value.dtype.base_dtype, name="bias")
        return raw.BiasAdd(value, bias, data_format=data_format, name=name)


def xw_plus_b(x, weights, biases, name=None):
    """``matmul(x, weights) + biases``."""
    with name_scope(name, "xw_plus_b", [x, weights, biases]) as name:
        return bias_add(*_product(x, weights, biases), name=name)


def relu_layer(x, weights, biases, name=None):
    """``relu(matmul(x, weights) + biases)``."""
    with name_scope(name, "relu_layer", [x, weights, biases]) as name:
        return raw.Relu(bias_add(*_product(x, weights, biases)), name=name)


def _product(x, weights, biases):
    """The matrix product, and the biases, which become a tensor before it."""
    x, weights = convert_to_tensor(x, name="x"), convert_to_tensor(weights, name="weights")
    biases = convert_to_tensor(biases, name="biases")
    return matmul(x, weights), biases


# -- softmax --------------------------------------------------------------------------------------------------------


def _of_rank_one(op):
    return [at_least_rank(op, 0, 1)]


op("Softmax(logits: T, T: {float}) -> (softmax: T)", shape=_of_rank_one)(partial(torch.softmax, dim=-1))
op("LogSoftmax(logits: T, T: {float}) -> (logsoftmax: T)", shape=_of_rank_one)(partial(torch.log_softmax, dim=-1))


def softmax(logits, axis=None, name=None, dim=None):
    """``exp(logits)`` divided by its sum along ``axis``, by default the last: probabilities that add up to one."""
    return _along(either("axis", axis, "dim", dim), logits, "Softmax", name)


def log_softmax(logits, axis=None, name=None, dim=None):
    """``log(softmax(logits))`` along ``axis``, by default the last, exact where a probability is almost zero too."""
    return _along(either("axis", axis, "dim", dim), logits, "LogSoftmax", name)


def _along(axis, logits, type_name, name):
    """The op, which knows the last axis only, along any one: that is swapped with the last before and after."""
    logits = convert_to_tensor(logits)
    axis = -1 if axis is None else axis
    apply, axes = getattr(raw, type_name), logits.shape.ndims
    is_number = not isinstance(axis, Tensor)
    if is_number and (axis == -1 or axis == axes - 1):
        return apply(logits, name=name)
    value = axis if is_number else contents.scalar(axis)
    if axes is None:
        raise TypeError("softmax along another axis than the last needs logits of a known rank")
    if value is not None and not -axes <= value < axes:
        refuse(
            f"Dimension ({value}) must be in the range [{-axes}, {axes}) where {axes} is the "
            "number of dimensions in the input."
        )
    count = rank(logits)
    if not is_number:
        axis = raw.Select(raw.Less(axis, 0), axis + count, axis)
    elif axis < 0:
        axis = axis + count
    count = rank(logits)
    axis = axis % axes
    result = _swapped(apply(_swapped(logits, axis, raw.Sub(count, 1))), axis, raw.Sub(count, 1), name)
    result.set_shape(logits.shape)
    return result


def _swapped(tensor, axis, last, name=None):
    order = raw.ConcatV2([range(axis), [last], range(axis + 1, last), [axis]], 0, name="concat")
    return transpose(tensor, order, name=name)


# -- moments --------------------------------------------------------------------------------------------------------


def moments(x, axes, shift=None, name=None, keep_dims=None, keepdims=None):
    """``(mean, variance)`` of ``x`` along ``axes`` (a list of ints); ``keep_dims`` keeps those with size 1.

    ``shift`` is ignored. float16 is computed in float32.
    """
    keepdims = bool(either("keepdims", keepdims, "keep_dims", keep_dims))
    with name_scope(name, "moments", [x, axes]):
        is_half = x.dtype.base_dtype is dtypes.float16
        y = cast(x, dtypes.float32) if is_half else x
        mean = reduce_mean(y, axes, keepdims=True, name="mean")
        variance = reduce_mean(raw.SquaredDifference(y, raw.StopGradient(mean)), axes, keepdims=True, name="variance")
        if not keepdims:
            mean, variance = squeeze(mean, axes), squeeze(variance, axes)
        return (cast(mean, dtypes.float16), cast(variance, dtypes.float16)) if is_half else (mean, variance)


def batch_normalization(x, mean, variance, offset, scale, variance_epsilon, name=None):
    """``(x - mean) / sqrt(variance + variance_epsilon) * scale + offset``; ``scale`` and ``offset`` may be None."""
    with name_scope(name, "batchnorm", [x, mean, variance, scale, offset]):
        inverse = raw.Rsqrt(variance + variance_epsilon)
        if scale is not None:
            inverse = inverse * scale
        scaled = x * cast(inverse, x.dtype)
        rest = -mean * inverse if offset is None else offset - mean * inverse
        return scaled + cast(rest, x.dtype)


# -- dropout --------------------------------------------------------------------------------------------------------


def dropout(x, keep_prob=None, noise_shape=None, seed=None, name=None, rate=None):
    """``x`` with each element zero with probability ``rate`` and else divided by ``1 - rate``, so that its mean stays.

    ``keep_prob`` is ``1 - rate``, the older way to say it. ``noise_shape`` broadcasts to ``x``: what shares a draw is
    dropped together; None in it stands for the size that ``x`` has. A ``rate`` of 0 returns ``x`` itself.
    ``ValueError`` for integers, for a rate outside [0, 1), or where neither or both of ``rate`` and ``keep_prob`` are
    given.
    """
    try:
        complement = None if keep_prob is None else 1.0 - keep_prob
    except TypeError:
        raise ValueError(f"keep_prob must be a floating point number or Tensor (got {keep_prob!r})") from None
    rate = either("rate", rate, "keep_prob", complement)
    if rate is None:
        raise ValueError("You must provide a rate to dropout.")
    with name_scope(name, "dropout", [x]):
        x = convert_to_tensor(x, name="x")
        if not x.dtype.is_floating:
            raise ValueError(
                f"x has to be a floating point tensor since it's going to be scaled. Got a {x.dtype} tensor instead."
            )
        if isinstance(rate, numbers.Real):
            if not 0 <= rate < 1:
                raise ValueError(f"rate must be a scalar tensor or a float in the range [0, 1), got {rate:g}")
            if rate == 0:
                return x
        rate = convert_to_tensor(rate, dtype=x.dtype.base_dtype, name="rate")
        rate.shape.assert_has_rank(0)
        uniform = random_uniform(_noise_shape(x, noise_shape), seed=seed, dtype=x.dtype.base_dtype)
        scale = 1 / (1 - rate)
        kept = uniform >= rate
        result = x * scale * cast(kept, x.dtype)
        result.set_shape(x.shape)
        return result


def _noise_shape(x, noise_shape):
    if noise_shape is None:
        return shape(x)
    try:
        sizes = shapes.as_tuple(noise_shape)
    except (TypeError, ValueError):
        return noise_shape
    if x._shape is not None and sizes is not None and len(sizes) == len(x._shape):
        return [own if size is None else size for size, own in zip(sizes, x._shape, strict=True)]
    return noise_shape


# -- the best of many -----------------------------------------------------------------------------------------------

TopK = namedtuple("TopKV2", ["values", "indices"])


def _best_shapes(op):
    values = at_least_rank(op, 0, 1)
    k = op._attrs["k"] if "k" in op._attrs else _count_of_best(op)
    if values is None:
        return [None, None]
    if k is not None and values[-1] is not None and values[-1] < k:
        raise ShapeError(
            f"input must have last dimension >= k = {k} but is {values[-1]}", {} if "k" in op._attrs else {1: f"<{k}>"}
        )
    return [(*values[:-1], k)] * 2


def _count_of_best(op):
    k = contents.scalar(op._inputs[1])
    if k is not None and k < 0:
        raise ShapeError(f"Dimension size, given by scalar input 1, must be non-negative but is {k}", {1: f"<{k}>"})
    return k


def _too_few(input, k, *_):
    if not input.ndim:
        return "input must be >= 1-D, got shape []"
    if k < 0:
        return f"Need k >= 0, got {k}"
    if input.shape[-1] < k:
        return f"input must have at least k columns. Had {input.shape[-1]}, needed {k}"


@op(
    "TopKV2(input: T, k: host int32, sorted: bool = True, T: {realnumber}) -> (values: T, indices: int32)",
    shape=_best_shapes,
    no_gradient_inputs=("k",),
    explain=_too_few,
)
def TopKV2(input, k, sorted):
    """Of equal elements the first come first, which ``torch.topk`` does not promise; so they are always sorted."""
    values, indices = torch.sort(widened(input), dim=-1, descending=True, stable=True)
    return values.narrow(-1, 0, k).to(input.dtype), indices.narrow(-1, 0, k).to(torch.int32)


def _in_best(predictions, targets, k):
    places = targets.to(torch.int64).unsqueeze(-1)
    valid = (places >= 0) & (places < predictions.shape[1])
    wanted = torch.gather(predictions, 1, torch.where(valid, places, 0))
    better = torch.sum(predictions > wanted, -1)
    return valid.squeeze(-1) & torch.isfinite(predictions).all(-1) & (better < k)


def _hit_shape(op):
    return [(merge_dimensions(with_rank(op, 0, 2)[0], with_rank(op, 1, 1)[0]),)]


@op(
    "InTopK(predictions: float32, targets: T, k: int, T: {index} = int32) -> (precision: bool)",
    shape=_hit_shape,
    gradient=False,
)
def InTopK(predictions, targets, k):
    return _in_best(predictions, targets, k)


@op(
    "InTopKV2(predictions: float32, targets: T, k: host T, T: {index} = int32) -> (precision: bool)",
    shape=_hit_shape,
    gradient=False,
)
def InTopKV2(predictions, targets, k):
    return _in_best(predictions, targets, k)


def top_k(input, k=1, sorted=True, name=None):
    """``(values, indices)`` of the ``k`` largest elements along the last axis, the largest first, of equal ones the
    first.

    A named tuple ``TopKV2``; ``[..., n]`` gives ``[..., k]`` twice, the indices as int32.
    """
    return TopK(*raw.TopKV2(input, k, sorted=sorted, name=name))


def in_top_k(predictions, targets, k, name=None):
    """Whether ``targets`` (``[n]``) are classes with one of the ``k`` largest ``predictions`` (``[n, classes]``),
    ties included.

    False for a target that is no class and where a prediction is not finite.
    """
    with name_scope(name, "in_top_k"):
        return raw.InTopKV2(predictions, targets, k, name=name)
