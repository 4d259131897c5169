"""Activation functions of neural networks: what a neuron does with its sum."""

from functools import partial

import torch
from torch.nn import functional

from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.registry import op
from lazytf.core.shape_rules import unchanged
from lazytf.ops.unsigned import signed

_REAL = "T: {float}) -> (activations: T)"


@op(
    "Relu(features: T, T: {float32, float64, int32, uint8, int16, int8, int64, bfloat16, uint16, float16, uint32, "
    "uint64, qint8}) "
    "-> (activations: T)",
    shape=unchanged,
)
def Relu(features):
    try:
        return torch.relu(features)
    except NotImplementedError:
        return signed(torch.relu, features)


@op("Relu6(features: T, T: {realnumber}) -> (activations: T)", shape=unchanged)
def Relu6(features):
    try:
        return torch.clamp(features, 0, 6)
    except NotImplementedError:
        return signed(partial(torch.clamp, min=0, max=6), features)


@Relu6.differentiate
def _(features):
    return functional.hardtanh(features, 0.0, 6.0)  # at 0 and 6 the slope is 0; that of clamp is 1


@op(
    "LeakyRelu(features: T, alpha: float = 0.20000000298023224, T: {float} = float32) -> (activations: T)",
    shape=unchanged,
)
def LeakyRelu(features, alpha):
    return functional.leaky_relu(features, alpha)


# Beyond the threshold softplus(x) is x: in double precision from about 36 on.
op(f"Softplus(features: T, {_REAL}", shape=unchanged)(partial(functional.softplus, beta=1.0, threshold=40.0))
op(f"Softsign(features: T, {_REAL}", shape=unchanged)(lambda features: features / (features.abs() + 1))
op(f"Elu(features: T, {_REAL}", shape=unchanged)(lambda features: torch.nn.functional.elu(features))


@op(f"Selu(features: T, {_REAL}", shape=unchanged)
def Selu(features):
    return torch.selu(features)


@Selu.differentiate
def _(features):
    # at 0 torch has the steeper slope
    return torch.where(features < 0, torch.selu(features), 1.0507009873554805 * features)


def relu(features, name=None):
    """``max(features, 0)``, for any real type."""
    return raw.Relu(features, name=name)


def relu6(features, name=None):
    """``min(max(features, 0), 6)``, for any real type."""
    return raw.Relu6(features, name=name)


def crelu(features, name=None, axis=-1):
    """``relu(features)`` and ``relu(-features)`` side by side along ``axis``, which doubles in size."""
    with name_scope(name, "CRelu", [features]) as name:
        features = convert_to_tensor(features, name="features")
        return raw.Relu(raw.ConcatV2([features, raw.Neg(features)], axis, name=name))


def elu(features, name=None):
    """``features`` where positive, else ``exp(features) - 1``."""
    return raw.Elu(features, name=name)


def selu(features, name=None):
    """``elu`` scaled so that activations keep mean 0 and variance 1 from layer to layer."""
    return raw.Selu(features, name=name)


def leaky_relu(features, alpha=0.2, name=None):
    """``features`` where positive, else ``alpha * features``; integers become float32."""
    with name_scope(name, "LeakyRelu", [features, alpha]) as name:
        features = convert_to_tensor(features, name="features")
        if features.dtype.is_integer:
            features = raw.Cast(features, DstT="float32")
        return raw.LeakyRelu(features, alpha=alpha, name=name)


def softplus(features, name=None):
    """``log(exp(features) + 1)``, a smooth ``relu``."""
    return raw.Softplus(features, name=name)


def softsign(features, name=None):
    """``features / (abs(features) + 1)``."""
    return raw.Softsign(features, name=name)


def swish(features):
    """``x * sigmoid(x)`` of each element."""
    features = convert_to_tensor(features, name="features")
    product = raw.Mul(features, raw.Sigmoid(features), name="mul")
    raw.Identity(product)  # TensorFlow leaves it behind: later names are counted with it
    return raw.IdentityN([product, features])[0]
