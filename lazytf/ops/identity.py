"""Operations whose result is their input: passing on, stopping gradients, stating shapes."""

import numpy as np
import torch

from lazytf.core import shapes
from lazytf.core.build import raw
from lazytf.core.errors import InvalidArgumentError
from lazytf.core.registry import op
from lazytf.core.shape_rules import ShapeError, merge, unchanged
from lazytf.core.values import IndexedSlices, SparseTensor


@op("Identity(input: T, T: type) -> (output: T)", shape=unchanged, alias=True)
def Identity(input):
    return input


@Identity.on_host_too
def _(input):
    return input


@op("RefIdentity(input: ref T, T: type) -> (output: ref T)", shape=unchanged, alias=True, writes=())
def RefIdentity(input):
    return input


@op(
    "IdentityN(input: list(T), T: list(type) >= 1) -> (output: list(T))",
    shape=lambda op: [t._shape for t in op._inputs],
    alias=True,
)
def IdentityN(input):
    return input


@IdentityN.on_host_too
def _(input):
    return input


@op("Snapshot(input: T, T: type) -> (output: T)", shape=unchanged, alias=True, gradient=False)
def Snapshot(input):
    return input


@Snapshot.on_host_too
def _(input):
    return input


@op("GuaranteeConst(input: T, T: type) -> (output: T)", shape=unchanged, alias=True, stateful=True, gradient=False)
def GuaranteeConst(input):
    return input


@GuaranteeConst.on_host_too
def _(input):
    return input


@op("DeepCopy(x: T, T: type) -> (y: T)", shape=unchanged, stateful=True, gradient=False)
def DeepCopy(x):
    return x.clone()


@DeepCopy.on_host_too
def _(x):
    return np.array(x)


@op("StopGradient(input: T, T: type) -> (output: T)", shape=unchanged, view=True, gradient=None)
def StopGradient(input):
    return input.detach()


@StopGradient.on_host_too
def _(input):
    return input


@op("PreventGradient(input: T, T: type, message: string = '') -> (output: T)", shape=unchanged, view=True)
def PreventGradient(input, message):
    return input


@PreventGradient.on_host_too
def _(input, message):
    return input


class _Refused(torch.autograd.Function):
    """Passes its input on and refuses to be differentiated."""

    @staticmethod
    def forward(ctx, input, message):
        ctx.message = message
        return input.view_as(input)

    @staticmethod
    def backward(ctx, gradient):
        raise LookupError(f"Gradient explicitly disabled. Reason: {ctx.message.encode()!r}.")


@PreventGradient.differentiate
def _(input, message):
    return _Refused.apply(input, message)


def identity(input, name=None):
    """A tensor equal to ``input``, as an operation of its own; parts of ``IndexedSlices`` and ``SparseTensor`` each."""
    if isinstance(input, IndexedSlices):
        return IndexedSlices(
            identity(input.values, name),
            identity(input.indices, name),
            None if input.dense_shape is None else identity(input.dense_shape, name),
        )
    if isinstance(input, SparseTensor):
        return SparseTensor(
            identity(input.indices, name), identity(input.values, name), identity(input.dense_shape, name)
        )
    return raw.Identity(input, name=name)


def identity_n(input, name=None):
    """Tensors equal to those of the list ``input``, as one operation."""
    return raw.IdentityN(input, name=name)


def stop_gradient(input, name=None):
    """A tensor equal to ``input`` that gradients take for a constant."""
    return raw.StopGradient(input, name=name)


def guarantee_const(input, name=None):
    """A tensor equal to ``input``; the caller promises that it never changes from run to run."""
    return raw.GuaranteeConst(input, name=name)


# -- shapes stated --------------------------------------------------------------------------------------------------


def _ensured(op):
    """What is known from both sides."""
    shape, stated = op._inputs[0]._shape, op._attrs["shape"]
    if shape is not None and stated is not None and len(shape) != len(stated):
        raise ShapeError(f"Shape must be rank {len(stated)} but is rank {len(shape)}")
    return [merge(stated, shape)]


@op("EnsureShape(input: T, shape: shape, T: type) -> (output: T)", shape=_ensured, view=True)
def EnsureShape(input, shape):
    return _checked(input, input.shape, shape)


@EnsureShape.on_host_too
def _(input, shape):
    return _checked(input, np.shape(input), shape)


def _checked(input, found, stated):
    if not shapes.compatible(tuple(found), stated):
        raise InvalidArgumentError(
            None,
            None,
            f"Shape of tensor {shapes.bracketed(tuple(found))} is not compatible with expected "
            f"shape {shapes.bracketed(stated)}.",
        )
    return input


def ensure_shape(x, shape, name=None):
    """``x`` with ``shape`` (None for what is open) added to what is known of it, and checked in every run.

    ``ValueError`` where the two can never agree, ``InvalidArgumentError`` where a run's value does not fit.
    """
    return raw.EnsureShape(x, shape=shape, name=name)
