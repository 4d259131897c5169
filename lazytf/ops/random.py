"""Random numbers, equal to TensorFlow's wherever a seed is set.

An operation keeps the pair of seeds it was built with; its place in the stream of numbers belongs to the session
(``ctx.stream``), so a second run continues and a new session starts over.
"""

import numpy as np
import torch

from lazytf.core import contents, dtypes, seeds
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.registry import op
from lazytf.core.shape_rules import ShapeError, unchanged, with_rank
from lazytf.core.shapes import TensorShape
from lazytf.ops.control import checked, with_dependencies
from lazytf.ops.measuring import shape as shape_of, sizes_in
from lazytf.ops.sentences import bracketed, computed, refuse

_FLOATS = "{float16, bfloat16, float32, float64}"


def _drawn(op):
    """The shape that the first input spells out."""
    with_rank(op, 0, 1)
    for i in range(1, len(op._inputs)):
        with_rank(op, i, 0)
    return [sizes_in(op._inputs[0])]


def _sizes(shape):
    """A run's shape, checked in TensorFlow's words."""
    if not isinstance(shape, list) or (shape and isinstance(shape[0], list)):
        refuse(f"shape must be a vector of {{int32,int64}}, got shape {bracketed(np.shape(shape))}")
    if shape and min(shape) < 0:
        refuse(f"Dimension {min(shape)} must be >= 0")
    return shape


# -- the operations -------------------------------------------------------------------------------------------------


@op(
    f"RandomStandardNormal(shape: host T, seed: int = 0, seed2: int = 0, dtype: {_FLOATS}, T: "
    f"{{index}}) -> (output: dtype)",
    shape=_drawn,
    stateful=True,
    gradient=None,
)
def RandomStandardNormal(ctx, shape, seed, seed2, dtype, device):
    return ctx.stream(seed, seed2).normal(_sizes(shape), dtype, device)


@op(
    f"TruncatedNormal(shape: host T, seed: int = 0, seed2: int = 0, dtype: {_FLOATS}, T: {{index}}) -> (output: dtype)",
    shape=_drawn,
    stateful=True,
    gradient=None,
)
def TruncatedNormal(ctx, shape, seed, seed2, dtype, device):
    return ctx.stream(seed, seed2).truncated_normal(_sizes(shape), dtype, device)


@op(
    f"RandomUniform(shape: host T, seed: int = 0, seed2: int = 0, dtype: {_FLOATS}, T: {{index}}) -> (output: dtype)",
    shape=_drawn,
    stateful=True,
    gradient=None,
)
def RandomUniform(ctx, shape, seed, seed2, dtype, device):
    return ctx.stream(seed, seed2).uniform(_sizes(shape), dtype, device)


@op(
    "RandomUniformInt(shape: host T, minval: host Tout, maxval: host Tout, seed: int = 0, seed2: int "
    "= 0, Tout: {index}, "
    "T: {index}) -> (output: Tout)",
    shape=_drawn,
    stateful=True,
    gradient=False,
)
def RandomUniformInt(ctx, shape, minval, maxval, seed, seed2, Tout, device):
    return ctx.stream(seed, seed2).uniform_int(_sizes(shape), minval, maxval, Tout, device)


def _gamma_shape(op):
    with_rank(op, 0, 1)
    sizes, alpha = sizes_in(op._inputs[0]), op._inputs[1]._shape
    return [None if sizes is None or alpha is None else (*sizes, *alpha)]


@op(
    "RandomGamma(shape: host S, alpha: T, seed: int = 0, seed2: int = 0, S: {index}, T: {float16, "
    "float32, float64}) -> (output: T)",
    shape=_gamma_shape,
    stateful=True,
    no_gradient_inputs=("shape",),
)
def RandomGamma(ctx, shape, alpha, seed, seed2):
    return ctx.stream(seed, seed2).gamma(_sizes(shape), alpha, alpha.dtype)


class _Gamma(torch.autograd.Function):
    """Samples whose derivative by alpha is that of the distribution function's inverse."""

    @staticmethod
    def forward(ctx, alpha, samples):
        ctx.save_for_backward(alpha, samples)
        return samples

    @staticmethod
    def backward(ctx, gradient):
        alpha, samples = ctx.saved_tensors
        slope = torch._standard_gamma_grad(alpha.expand_as(samples).contiguous(), samples)
        return (gradient * slope).sum(tuple(range(samples.dim() - alpha.dim()))), None


@RandomGamma.differentiate
def _(ctx, shape, alpha, seed, seed2):
    return _Gamma.apply(alpha, RandomGamma.kernel(ctx, shape, alpha.detach(), seed, seed2))


@op("RandomGammaGrad(alpha: T, sample: T, T: {float32, float64}) -> (output: T)", shape=unchanged, gradient=False)
def RandomGammaGrad(alpha, sample):
    return torch._standard_gamma_grad(alpha.contiguous(), sample.contiguous())


@op(
    "RandomShuffle(value: T, seed: int = 0, seed2: int = 0, T: type) -> (output: T)",
    shape=unchanged,
    stateful=True,
    view=True,
    gradient=False,
)
def RandomShuffle(ctx, value, seed, seed2):
    if not value.dim() or len(value) < 2:
        return value
    return value.index_select(0, ctx.stream(seed, seed2).permutation(len(value), value.device))


@RandomShuffle.on_host_too
def _(ctx, value, seed, seed2):
    if not np.ndim(value) or len(value) < 2:
        return value
    return value[ctx.stream(seed, seed2).permutation(len(value)).numpy()]


def _multinomial_shape(op):
    logits = with_rank(op, 0, 2)
    with_rank(op, 1, 0)
    count = contents.scalar(op._inputs[1])
    if count is not None and count < 0:
        raise ShapeError(
            f"Dimension size, given by scalar input 1, must be non-negative but is {count}", computed=computed(op, 1)
        )
    return [(logits[0], count)]


@op(
    "Multinomial(logits: T, num_samples: host int32, seed: int = 0, seed2: int = 0, T: {realnumber}, "
    "output_dtype: {index} = int64) "
    "-> (output: output_dtype)",
    shape=_multinomial_shape,
    stateful=True,
    gradient=None,
)
def Multinomial(ctx, logits, num_samples, seed, seed2, output_dtype):
    if logits.dim() != 2:
        refuse(f"logits should be a matrix, got shape {bracketed(logits.shape)}")
    if num_samples < 0:
        refuse(f"num_samples should be nonnegative, got {num_samples}")
    if not logits.shape[1]:
        refuse("num_classes should be positive, got 0")
    return ctx.stream(seed, seed2).multinomial(logits, num_samples, output_dtype)


# -- what programs call ---------------------------------------------------------------------------------------------


def _shape_tensor(shape):
    dtype = dtypes.int32 if isinstance(shape, (list, tuple)) and not shape else None
    if isinstance(shape, (list, tuple)) and any(hasattr(size, "value") and not hasattr(size, "op") for size in shape):
        shape = TensorShape(shape)  # a Dimension among the sizes
    return convert_to_tensor(shape, dtype, name="shape")


def _seeds(seed):
    """The seed attrs of the operation that is built next."""
    seed, seed2 = seeds.get_seed(seed)
    return {"seed": seed or 0, "seed2": seed2 or 0}


def random_normal(shape, mean=0.0, stddev=1.0, dtype=dtypes.float32, seed=None, name=None):
    """Normally distributed numbers of ``shape``; ``mean`` and ``stddev`` broadcast against it.

    Equal to TensorFlow's numbers where ``seed`` or the graph's seed is set, else different in every session.
    """
    return _scaled(raw.RandomStandardNormal, "random_normal", shape, mean, stddev, dtype, seed, name)


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=dtypes.float32, seed=None, name=None):
    """As ``random_normal``, but no number is further than two standard deviations from the mean: those are drawn
    again.
    """
    return _scaled(raw.TruncatedNormal, "truncated_normal", shape, mean, stddev, dtype, seed, name)


def _scaled(build, default_name, shape, mean, stddev, dtype, seed, name):
    with name_scope(name, default_name, [shape, mean, stddev]) as name:
        shape = _shape_tensor(shape)
        mean = convert_to_tensor(mean, dtype, name="mean")
        stddev = convert_to_tensor(stddev, dtype, name="stddev")
        drawn = build(shape, dtype=dtype, **_seeds(seed))
        return raw.Add(raw.Mul(drawn, stddev, name="mul"), mean, name=name)


def random_uniform(shape, minval=0, maxval=None, dtype=dtypes.float32, seed=None, name=None):
    """Uniformly distributed numbers of ``shape``, from ``minval`` up to, not including, ``maxval`` (1).

    ``dtype`` may be a float type, int32 or int64; for integers ``maxval`` must be given: ``ValueError`` else. Seeds
    as for ``random_normal``.
    """
    dtype = dtypes.as_dtype(dtype)
    if dtype not in (dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64, dtypes.int32, dtypes.int64):
        raise ValueError(f"Invalid dtype {dtype!r}")
    if maxval is None:
        if dtype.is_integer:
            raise ValueError(f"Must specify maxval for integer dtype {dtype!r}")
        maxval = 1
    with name_scope(name, "random_uniform", [shape, minval, maxval]) as name:
        shape = _shape_tensor(shape)
        minval = convert_to_tensor(minval, dtype, name="min")
        maxval = convert_to_tensor(maxval, dtype, name="max")
        if dtype.is_integer:
            return raw.RandomUniformInt(shape, minval, maxval, name=name, **_seeds(seed))
        drawn = raw.RandomUniform(shape, dtype=dtype, **_seeds(seed))
        return raw.Add(raw.Mul(drawn, raw.Sub(maxval, minval, name="sub"), name="mul"), minval, name=name)


def random_gamma(shape, alpha, beta=None, dtype=dtypes.float32, seed=None, name=None):
    """Gamma distributed numbers: ``shape`` of them for each ``alpha`` (shape parameter) and ``beta`` (rate, 1),
    which broadcast.

    The result is ``[*shape, *(alpha + beta).shape]``; gradients flow to both. Never 0: at least the smallest normal
    number.
    """
    with name_scope(name, "random_gamma", [shape, alpha, beta]):
        shape = convert_to_tensor(shape, dtypes.int32, name="shape")
        alpha = convert_to_tensor(alpha, dtype, name="alpha")
        beta = convert_to_tensor(1 if beta is None else beta, dtype, name="beta")
        zero = (
            raw.Const(value=np.zeros(beta._shape, beta.dtype.as_numpy_dtype), dtype=beta.dtype, name="zeros_like")
            if beta.shape.is_fully_defined()
            else raw.ZerosLike(beta, name="zeros_like")
        )
        drawn = raw.RandomGamma(shape, raw.AddV2(alpha, zero, name="add"), **_seeds(seed))
        least = np.finfo(alpha.dtype.base_dtype.as_numpy_dtype).tiny
        return raw.Maximum(least, raw.RealDiv(drawn, beta, name="truediv"))


def random_shuffle(value, seed=None, name=None):
    """``value`` with its rows (along the first dimension) in random order."""
    return raw.RandomShuffle(value, name=name, **_seeds(seed))


def multinomial(logits, num_samples, seed=None, name=None, output_dtype=None):
    """For each row of ``logits`` ``[batch, classes]``, ``num_samples`` classes: int64 ``[batch, num_samples]``.

    The odds of a class are ``exp(logit)``.
    """
    with name_scope(name, "multinomial", [logits]):
        return categorical_impl(logits, num_samples, output_dtype, seed)


def categorical(logits, num_samples, dtype=None, seed=None, name=None):
    """The same as ``multinomial``, under TensorFlow's newer name."""
    with name_scope(name, "categorical", [logits]):
        return categorical_impl(logits, num_samples, dtype, seed)


def categorical_impl(logits, num_samples, dtype, seed):
    """What ``multinomial`` and ``categorical`` have in common."""
    logits = convert_to_tensor(logits, name="logits")
    return raw.Multinomial(logits, num_samples, output_dtype=dtype, **_seeds(seed))


def random_crop(value, size, seed=None, name=None):
    """A part of ``value`` with shape ``size`` at a random place.

    ``InvalidArgumentError`` where ``value`` is smaller in some dimension.
    """
    with name_scope(name, "random_crop", [value, size]) as name:
        value = convert_to_tensor(value, name="value")
        size = convert_to_tensor(size, dtypes.int32, name="size")
        shape = shape_of(value)
        fits = raw.GreaterEqual(shape, size)
        everywhere = raw.All(fits, _dimensions(fits))
        check = checked(everywhere, ["Need value.shape >= size, got ", shape, size], summarize=1000)
        shape = with_dependencies([check], shape)
        limit = raw.AddV2(raw.Sub(shape, size, name="sub"), 1, name="add")
        drawn = random_uniform(shape_of(limit), maxval=np.iinfo(np.int32).max, dtype=dtypes.int32, seed=seed)
        return raw.Slice(value, raw.FloorMod(drawn, limit, name="mod"), size, name=name)


def _dimensions(tensor):
    """The numbers of all dimensions of a tensor."""
    if tensor._shape is not None:
        return raw.Const(value=np.arange(len(tensor._shape), dtype=np.int32), dtype=dtypes.int32)
    return raw.Range(0, raw.Rank(tensor), 1)
