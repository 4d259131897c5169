"""Learning rates that follow the step: each is a scalar tensor to give to an optimizer.

    rate = tf.train.exponential_decay(0.1, global_step, decay_steps=1000, decay_rate=0.96, staircase=True)
    train = tf.train.GradientDescentOptimizer(rate).minimize(loss, global_step=global_step)

A rate has the dtype of ``learning_rate``; the other arguments, numbers or tensors, are cast to it. ``ValueError`` where
``global_step`` is None.
"""

import math

from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.ops.casting import cast
from lazytf.ops.constants import constant


def exponential_decay(learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None):
    """``learning_rate * decay_rate ** (global_step / decay_steps)``; with ``staircase`` the exponent is rounded
    down.
    """
    _check_step(global_step)
    with name_scope(name, "ExponentialDecay", []) as scope:
        rate = convert_to_tensor(learning_rate, name="initial_learning_rate")
        decay_steps, decay_rate = cast(decay_steps, rate.dtype), cast(decay_rate, rate.dtype)
        periods = _periods(global_step, decay_steps, staircase)
        return raw.Mul(rate, raw.Pow(decay_rate, periods), name=scope)


def natural_exp_decay(learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None):
    """``learning_rate * exp(-decay_rate * global_step / decay_steps)``; with ``staircase`` the quotient is rounded
    down.
    """
    factor = raw.Exp(raw.Neg(decay_rate))
    return exponential_decay(learning_rate, global_step, decay_steps, factor, staircase, name)


def inverse_time_decay(learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None):
    """``learning_rate / (1 + decay_rate * global_step / decay_steps)``; with ``staircase`` the quotient is rounded
    down.
    """
    _check_step(global_step)
    with name_scope(name, "InverseTimeDecay", []) as scope:
        rate = convert_to_tensor(learning_rate, name="initial_learning_rate")
        decay_steps, decay_rate = cast(decay_steps, rate.dtype), cast(decay_rate, rate.dtype)
        periods = _periods(global_step, decay_steps, staircase)
        one = cast(constant(1), rate.dtype)
        return raw.RealDiv(rate, raw.Add(one, raw.Mul(decay_rate, periods)), name=scope)


def polynomial_decay(
    learning_rate, global_step, decay_steps, end_learning_rate=0.0001, power=1.0, cycle=False, name=None
):
    """From ``learning_rate`` to ``end_learning_rate`` in ``decay_steps`` steps, along a curve of degree ``power``:
    ``(learning_rate - end) * (1 - global_step / decay_steps) ** power + end``.

    Afterwards it stays at the end. ``cycle=True``, which starts again instead, is not here yet
    (``NotImplementedError``).
    """
    _check_step(global_step)
    if cycle:
        raise NotImplementedError(
            "polynomial_decay(cycle=True) is not here yet; give a decay_steps that grows by itself: "
            "decay_steps * tf.maximum(1.0, tf.ceil(step / decay_steps))."
        )
    with name_scope(name, "PolynomialDecay", []) as scope:
        rate = convert_to_tensor(learning_rate, name="initial_learning_rate")
        end, power = cast(end_learning_rate, rate.dtype), cast(power, rate.dtype)
        step, whole = cast(global_step, rate.dtype), cast(decay_steps, rate.dtype)
        done = raw.RealDiv(raw.Minimum(step, decay_steps), whole, name="truediv")
        return raw.Add(raw.Mul(rate - end, raw.Pow(1 - done, power)), end, name=scope)


def cosine_decay(learning_rate, global_step, decay_steps, alpha=0.0, name=None):
    """From ``learning_rate`` to ``alpha * learning_rate`` in ``decay_steps`` steps along half a cosine; there it
    stays.
    """
    _check_step(global_step)
    with name_scope(name, "CosineDecay", []):
        rate = convert_to_tensor(learning_rate, name="initial_learning_rate")
        decay_steps = cast(decay_steps, rate.dtype)
        done = raw.Minimum(cast(global_step, rate.dtype), decay_steps) / decay_steps
        cosine = 0.5 * (1.0 + raw.Cos(constant(math.pi) * done))
        return raw.Mul(rate, (1 - alpha) * cosine + alpha)


def _check_step(global_step):
    if global_step is None:
        raise ValueError("global_step is required: the number of steps done, a tensor or a variable; got None")


def _periods(global_step, decay_steps, staircase):
    quotient = cast(global_step, decay_steps.dtype) / decay_steps
    return raw.Floor(quotient) if staircase else quotient
