"""Activations and initializers that a layer is given by name, as Keras names them, and their names."""

import inspect

from lazytf.core.build import raw
from lazytf.ops import activations
from lazytf.ops.constants import constant
from lazytf.ops.limits import clip_by_value
from lazytf.ops.nn import softmax as softmax_of_last
from lazytf.ops.reduction import reduce_max, reduce_sum
from lazytf.state import initializers

_SELU_SCALE, _SELU_ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717


def linear(x):
    """``x`` itself."""
    return x


def elu(x, alpha=1.0):
    """``x`` where positive, else ``alpha * (exp(x) - 1)``."""
    result = activations.elu(x)
    return result if alpha == 1 else raw.Select(x > 0, result, alpha * result)


def selu(x):
    """``elu`` scaled so that activations keep mean 0 and variance 1 from layer to layer."""
    return _SELU_SCALE * elu(x, _SELU_ALPHA)


def relu(x):
    """``max(x, 0)``."""
    return activations.relu(x)


def tanh(x):
    """The hyperbolic tangent."""
    return raw.Tanh(x)


def sigmoid(x):
    """``1 / (1 + exp(-x))``."""
    return raw.Sigmoid(x)


def hard_sigmoid(x):
    """``0.2 * x + 0.5``, cut off at 0 and 1."""
    slope, middle = constant(0.2, x.dtype.base_dtype), constant(0.5, x.dtype.base_dtype)
    return clip_by_value(raw.Add(raw.Mul(x, slope), middle), 0.0, 1.0)


def exponential(x):
    """``exp(x)``."""
    return raw.Exp(x)


def softmax(x, axis=-1):
    """Probabilities along ``axis``; ``ValueError`` for a tensor of rank 1."""
    if x.shape.ndims == 2:
        return softmax_of_last(x)
    if x.shape.ndims > 2:
        exponents = raw.Exp(x - reduce_max(x, axis=axis, keepdims=True))
        return exponents / reduce_sum(exponents, axis=axis, keepdims=True)
    raise ValueError(f"Cannot apply softmax to a tensor that is 1D. Received input: {x}")


_ACTIVATIONS = {
    function.__name__: function
    for function in (linear, elu, selu, relu, tanh, sigmoid, hard_sigmoid, exponential, softmax)
}
_ACTIVATIONS.update(softplus=activations.softplus, softsign=activations.softsign)


def activation_of(identifier):
    """The function that ``identifier`` is or names; None is ``linear``.

    ``ValueError`` for a name that is none of Keras's activations, ``TypeError`` for what is neither.
    """
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        if identifier not in _ACTIVATIONS:
            raise ValueError(f"Unknown activation function:{identifier}")
        return _ACTIVATIONS[identifier]
    if callable(identifier):
        return identifier
    raise TypeError(f"Could not interpret activation function identifier: {identifier!r}")


class _RandomNormal(initializers.RandomNormal):
    """Keras's default is narrower."""

    def __init__(self, mean=0.0, stddev=0.05, seed=None, dtype="float32"):
        super().__init__(mean, stddev, seed, dtype)


class _TruncatedNormal(initializers.TruncatedNormal):
    def __init__(self, mean=0.0, stddev=0.05, seed=None, dtype="float32"):
        super().__init__(mean, stddev, seed, dtype)


class _RandomUniform(initializers.RandomUniform):
    def __init__(self, minval=-0.05, maxval=0.05, seed=None, dtype="float32"):
        super().__init__(minval, maxval, seed, dtype)


_INITIALIZERS = {
    name: initializer
    for names, initializer in (
        ("zeros zero Zeros", initializers.Zeros),
        ("ones one Ones", initializers.Ones),
        ("constant Constant", initializers.Constant),
        ("uniform random_uniform RandomUniform", _RandomUniform),
        ("normal random_normal RandomNormal", _RandomNormal),
        ("truncated_normal TruncatedNormal", _TruncatedNormal),
        ("identity Identity", initializers.Identity),
        ("orthogonal Orthogonal", initializers.Orthogonal),
        ("glorot_normal GlorotNormal", initializers.GlorotNormal),
        ("glorot_uniform GlorotUniform", initializers.GlorotUniform),
        ("VarianceScaling", initializers.VarianceScaling),
        ("he_normal", initializers.he_normal),
        ("he_uniform", initializers.he_uniform),
        ("lecun_normal", initializers.lecun_normal),
        ("lecun_uniform", initializers.lecun_uniform),
    )
    for name in names.split()
}


def initializer_of(identifier):
    """The initializer that ``identifier`` is, names, or configures (``{"class_name": ..., "config": {...}}``).

    None stays None. ``ValueError`` for a name that is none of Keras's initializers, and for a value: layers take no
    arrays as initial values.
    """
    config = {}
    if isinstance(identifier, dict):
        identifier, config = identifier["class_name"], identifier.get("config", {})
    if identifier is None or callable(identifier):
        return identifier
    if not isinstance(identifier, str):
        raise ValueError(f"Could not interpret initializer identifier: {identifier}")
    if identifier not in _INITIALIZERS:
        raise ValueError(f"Unknown initializer:{identifier}")
    made = _INITIALIZERS[identifier]
    return made.from_config(config) if inspect.isclass(made) else made(**config)


def identifier_of(function):
    """What ``activation_of`` or ``initializer_of`` finds a function or an initializer by; None stays None.

    ``ValueError`` for what has neither a name nor a configuration.
    """
    if function is None:
        return None
    if hasattr(function, "get_config"):
        return {"class_name": type(function).__name__.strip("_"), "config": function.get_config()}
    if hasattr(function, "__name__"):
        return function.__name__
    raise ValueError(f"Cannot serialize {function}")
