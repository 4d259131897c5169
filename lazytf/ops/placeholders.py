"""Placeholders: tensors whose values a run is given."""

from lazytf.core import dtypes, shapes
from lazytf.core.build import convert_to_tensor, raw
from lazytf.core.operation import Tensor
from lazytf.core.registry import op
from lazytf.core.shape_rules import from_attr, merge
from lazytf.core.values import SparseTensor


@op("Placeholder(dtype: type, shape: shape = None) -> (output: dtype)", shape=from_attr, role="feed")
def Placeholder():
    raise ValueError("a placeholder has no value unless it is fed")


@op("PlaceholderV2(dtype: type, shape: shape) -> (output: dtype)", shape=from_attr, role="feed")
def PlaceholderV2():
    raise ValueError("a placeholder has no value unless it is fed")


def _default_shape(op):
    merge(op._inputs[0]._shape, op._attrs["shape"])
    return [op._attrs["shape"]]


@op(
    "PlaceholderWithDefault(input: dtype, dtype: type, shape: shape) -> (output: dtype)",
    shape=_default_shape,
    alias=True,
    role="default",
)
def PlaceholderWithDefault(input):
    return input


@PlaceholderWithDefault.on_host_too
def _(input):
    return input


def placeholder(dtype, shape=None, name=None):
    """A tensor that every run needing it must feed: ``sess.run(y, feed_dict={x: value})``.

    A fed value must have ``dtype`` (values that convert to it do) and fit ``shape``, in which None stands for any size.
    """
    return raw.Placeholder(dtype=dtype, shape=shape, name=name)


def placeholder_with_default(input, shape, name=None):
    """A tensor equal to ``input`` unless a run feeds it; ``shape`` may leave open what ``input`` has fixed."""
    return raw.PlaceholderWithDefault(input, shape=shape, name=name)


def sparse_placeholder(dtype, shape=None, name=None):
    """A ``SparseTensor`` to be fed, as a ``SparseTensorValue`` or as ``(indices, values, dense_shape)``.

    ``shape`` is the dense shape: ints (None for a size that is open), or an int64 tensor.
    """
    named = (lambda part: None) if name is None else (lambda part: f"{name}/{part}")
    rank = None
    if shape is None:
        shape = placeholder(dtypes.int64, [None], name=named("shape"))
    elif isinstance(shape, Tensor):
        rank = shape.shape[0].value if shape.shape.ndims == 1 else None
    else:
        rank = len(shape)
        if isinstance(shape, (list, tuple)) and None in shapes.as_tuple(shape):
            shape = placeholder(dtypes.int64, [rank], name=named("shape"))
        else:
            shape = convert_to_tensor(shape, dtypes.int64, name=named("shape") or "Const")
    return SparseTensor(
        values=placeholder(dtype, [None], name=named("values")),
        indices=placeholder(dtypes.int64, [None, rank], name=named("indices")),
        dense_shape=shape,
    )
