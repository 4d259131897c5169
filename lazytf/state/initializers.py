"""Initializers: what new variables hold.

An initializer is called as ``initializer(shape, dtype=None, partition_info=None)`` and returns a tensor of that shape,
of its own dtype where none is given. ``partition_info`` tells, for a part of a larger variable, ``full_shape`` and
``var_offset``. ``get_config()`` gives its arguments as plain values, from which ``from_config`` makes another like it.
"""

import math

import numpy as np

from lazytf.core import dtypes
from lazytf.core.build import raw
from lazytf.core.shapes import dimension_value
from lazytf.ops.constants import constant
from lazytf.ops.filling import ones, zeros
from lazytf.ops.linalg import eye, matrix_transpose
from lazytf.ops.random import random_normal, random_uniform, truncated_normal
from lazytf.ops.reshaping import reshape


class Initializer:
    """What all initializers share: keeping their arguments and giving them back."""

    _arguments = ()  # what get_config tells beside dtype

    def __init__(self, dtype=dtypes.float32):
        self.dtype = dtypes.as_dtype(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        """A tensor of ``shape``, of ``dtype`` or the initializer's own."""
        return self._tensor(shape, self.dtype if dtype is None else dtypes.as_dtype(dtype), partition_info)

    def get_config(self):
        """Its arguments by name, as plain values; ``dtype`` as its name."""
        return {**{name: getattr(self, name) for name in self._arguments}, "dtype": self.dtype.name}

    @classmethod
    def from_config(cls, config):
        """An initializer made with the arguments in ``config``."""
        return cls(**config)


def _floating(dtype):
    dtype = dtypes.as_dtype(dtype)
    if not dtype.is_floating:
        raise ValueError(f"Expected floating point type, got {dtype}.")
    return dtype


class Zeros(Initializer):
    """All zeros; False for bool, empty for strings."""

    def _tensor(self, shape, dtype, partition_info):
        return zeros(shape, dtype)


class Ones(Initializer):
    """All ones."""

    def _tensor(self, shape, dtype, partition_info):
        return ones(shape, dtype)


class Constant(Initializer):
    """The given value: a number, or a list or array of as many elements as the shape has.

    Fewer elements are filled up with the last one, unless ``verify_shape`` demands that ``value`` has the very shape
    (``TypeError``). More raise ``ValueError``.
    """

    _arguments = ("value",)

    def __init__(self, value=0, dtype=dtypes.float32, verify_shape=False):
        if not (np.isscalar(value) or isinstance(value, (list, tuple, np.ndarray))):
            raise TypeError(
                f"Invalid type for initial value: {type(value)} (expected Python scalar, list or tuple of values, or "
                "numpy.ndarray)."
            )
        super().__init__(dtype)
        self.value, self._verify_shape = value, verify_shape

    def __call__(self, shape, dtype=None, partition_info=None, verify_shape=None):
        """A tensor of ``shape`` holding the value; ``verify_shape`` overrides the one given before."""
        verify_shape = self._verify_shape if verify_shape is None else verify_shape
        return constant(self.value, self.dtype if dtype is None else dtype, shape, verify_shape=verify_shape)


class RandomUniform(Initializer):
    """Evenly distributed in ``[minval, maxval)``; ``maxval`` is 1 for floats, and must be given for integers."""

    _arguments = ("minval", "maxval", "seed")

    def __init__(self, minval=0, maxval=None, seed=None, dtype=dtypes.float32):
        super().__init__(dtype)
        self.minval, self.maxval, self.seed = minval, maxval, seed

    def _tensor(self, shape, dtype, partition_info):
        return random_uniform(shape, self.minval, self.maxval, dtype, self.seed)


class RandomNormal(Initializer):
    """Normally distributed with ``mean`` and ``stddev``; floating point only."""

    _arguments = ("mean", "stddev", "seed")

    def __init__(self, mean=0.0, stddev=1.0, seed=None, dtype=dtypes.float32):
        super().__init__(_floating(dtype))
        self.mean, self.stddev, self.seed = mean, stddev, seed

    def _tensor(self, shape, dtype, partition_info):
        return random_normal(shape, self.mean, self.stddev, dtype, self.seed)


class TruncatedNormal(RandomNormal):
    """Normally distributed, with values more than two ``stddev`` from the ``mean`` drawn again; floating point only."""

    def _tensor(self, shape, dtype, partition_info):
        return truncated_normal(shape, self.mean, self.stddev, dtype, self.seed)


class UniformUnitScaling(Initializer):
    """Evenly distributed in ``factor * sqrt(3 / n)`` around zero, so that a layer of ``n`` inputs keeps their scale.

    ``n`` is the product of all dimensions but the last, of the whole variable where this is a part of it.
    """

    _arguments = ("factor", "seed")

    def __init__(self, factor=1.0, seed=None, dtype=dtypes.float32):
        super().__init__(_floating(dtype))
        self.factor, self.seed = factor, seed

    def _tensor(self, shape, dtype, partition_info):
        full_shape = shape if partition_info is None else partition_info.full_shape
        inputs = math.prod(float(dimension_value(size)) for size in list(full_shape)[:-1])
        limit = math.sqrt(3 / max(inputs, 1.0)) * self.factor
        return random_uniform(shape, -limit, limit, dtype, self.seed)


_TRUNCATED_STDDEV = 0.87962566103423978  # of a standard normal cut off at two


class VarianceScaling(Initializer):
    """Random values of variance ``scale / n``, where ``n`` counts what a weight's unit sees.

    ``mode`` says what ``n`` counts: "fan_in" inputs, "fan_out" outputs, "fan_avg" their mean. ``distribution`` is
    "truncated_normal" (or "normal"), "untruncated_normal" or "uniform". ``ValueError`` for other words and for a
    ``scale`` that is not positive.
    """

    _arguments = ("scale", "mode", "distribution", "seed")

    def __init__(self, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype=dtypes.float32):
        if scale <= 0.0:
            raise ValueError("`scale` must be positive float.")
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError("Invalid `mode` argument:", mode)
        distribution = distribution.lower()
        if distribution not in ("normal", "uniform", "truncated_normal", "untruncated_normal"):
            raise ValueError("Invalid `distribution` argument:", distribution)
        super().__init__(_floating(dtype))
        self.scale, self.mode, self.distribution, self.seed = scale, mode, distribution, seed

    def _tensor(self, shape, dtype, partition_info):
        fan_in, fan_out = _fans(shape if partition_info is None else partition_info.full_shape)
        count = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        scale = self.scale / max(1.0, count)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * scale)
            return random_uniform(shape, -limit, limit, dtype, self.seed)
        if self.distribution == "untruncated_normal":
            return random_normal(shape, 0.0, math.sqrt(scale), dtype, self.seed)
        return truncated_normal(shape, 0.0, math.sqrt(scale) / _TRUNCATED_STDDEV, dtype, self.seed)


def _fans(shape):
    """How many inputs and outputs a unit has, for weights ``[..., inputs, outputs]`` with the extents of a kernel
    before.
    """
    sizes = [int(dimension_value(size)) for size in shape]
    if len(sizes) < 2:
        return (sizes or [1]) * 2
    kernel = math.prod(sizes[:-2])
    return sizes[-2] * kernel, sizes[-1] * kernel


class GlorotUniform(VarianceScaling):
    """Evenly distributed in ``sqrt(6 / (inputs + outputs))`` around zero, what ``get_variable`` uses by default.

    As in TensorFlow 1.15 ``dtype`` is accepted and not kept: the dtype asked for in the call counts, else float32.
    """

    _arguments = ("seed",)

    def __init__(self, seed=None, dtype=dtypes.float32):
        super().__init__(1.0, "fan_avg", "uniform", seed)


class GlorotNormal(VarianceScaling):
    """A truncated normal with ``stddev = sqrt(2 / (inputs + outputs))``.

    As in TensorFlow 1.15 ``dtype`` is accepted and not kept: the dtype asked for in the call counts, else float32.
    """

    _arguments = ("seed",)

    def __init__(self, seed=None, dtype=dtypes.float32):
        super().__init__(1.0, "fan_avg", "truncated_normal", seed)


class Orthogonal(Initializer):
    """``gain`` times a random orthogonal matrix, its rows or columns orthonormal, whichever are fewer.

    All dimensions but the last are one. ``ValueError`` for less than two dimensions.
    """

    _arguments = ("gain", "seed")

    def __init__(self, gain=1.0, seed=None, dtype=dtypes.float32):
        super().__init__(_floating(dtype))
        self.gain, self.seed = gain, seed

    def _tensor(self, shape, dtype, partition_info):
        if len(shape) < 2:
            raise ValueError("The tensor to initialize must be at least two-dimensional")
        sizes = [int(dimension_value(size)) for size in shape]
        rows, columns = math.prod(sizes[:-1]), sizes[-1]
        draw = random_normal([max(rows, columns), min(rows, columns)], dtype=dtype, seed=self.seed)
        q, r = raw.Qr(draw, full_matrices=False)
        q = q * raw.Sign(raw.DiagPart(r))  # makes the decomposition the unique one
        if rows < columns:
            q = matrix_transpose(q)
        return self.gain * reshape(q, shape)


class Identity(Initializer):
    """``gain`` times the identity matrix, for two dimensions only (``ValueError``)."""

    _arguments = ("gain",)

    def __init__(self, gain=1.0, dtype=dtypes.float32):
        super().__init__(_floating(dtype))
        self.gain = gain

    def _tensor(self, shape, dtype, partition_info):
        full_shape = shape if partition_info is None else partition_info.full_shape
        if len(full_shape) != 2:
            raise ValueError("Identity matrix initializer can only be used for 2D matrices.")
        rows, columns = map(dimension_value, full_shape)
        matrix = eye(rows, columns, dtype=dtype)
        if partition_info is not None:
            matrix = raw.Slice(matrix, partition_info.var_offset, shape)
        return self.gain * matrix


def he_normal(seed=None):
    """A truncated normal with ``stddev = sqrt(2 / inputs)``."""
    return VarianceScaling(2.0, "fan_in", "truncated_normal", seed)


def he_uniform(seed=None):
    """Evenly distributed in ``sqrt(6 / inputs)`` around zero."""
    return VarianceScaling(2.0, "fan_in", "uniform", seed)


def lecun_normal(seed=None):
    """A truncated normal with ``stddev = sqrt(1 / inputs)``."""
    return VarianceScaling(1.0, "fan_in", "truncated_normal", seed)


def lecun_uniform(seed=None):
    """Evenly distributed in ``sqrt(3 / inputs)`` around zero."""
    return VarianceScaling(1.0, "fan_in", "uniform", seed)


zeros_initializer = Zeros
ones_initializer = Ones
constant_initializer = Constant
random_uniform_initializer = RandomUniform
random_normal_initializer = RandomNormal
truncated_normal_initializer = TruncatedNormal
uniform_unit_scaling_initializer = UniformUnitScaling
variance_scaling_initializer = VarianceScaling
orthogonal_initializer = Orthogonal
identity_initializer = Identity
glorot_uniform_initializer = GlorotUniform
glorot_normal_initializer = GlorotNormal
