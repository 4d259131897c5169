"""Strings made of strings."""

import numpy as np

from lazytf.core import errors
from lazytf.core.build import raw
from lazytf.core.registry import op
from lazytf.core.shape_rules import merge


def _joined_shape(op):
    """Scalars go with everything; the others have one shape."""
    shape, others = (), [t._shape for t in op._inputs if t._shape != ()]
    for other in others:
        shape = merge(shape or None, other)
    return [shape]


@op(
    "StringJoin(inputs: N*string, N: int >= 1, separator: string = '') -> (output: string)",
    shape=_joined_shape,
    on_host=True,
    gradient=None,
)
def StringJoin(inputs, separator):
    arrays = [np.asarray(each, object) for each in inputs]
    shapes = {array.shape for array in arrays if array.ndim}
    if len(shapes) > 1:
        first, other = (f"[{','.join(map(str, s))}]" for s in [array.shape for array in arrays if array.ndim][:2])
        raise errors.InvalidArgumentError(None, None, f"Input shapes do not match: {first} vs. {other}")
    shape = shapes.pop() if shapes else ()
    columns = [np.broadcast_to(array, shape).reshape(-1).tolist() for array in arrays]
    joined = np.empty(len(columns[0]), object)
    joined[:] = [separator.encode().join(strings) for strings in zip(*columns, strict=True)]
    return joined.reshape(shape)


def string_join(inputs, separator="", name=None):
    """The strings of several tensors put together, element by element, with ``separator`` between them.

    ``inputs`` is a list of string tensors of one shape, or scalars, which go with every element.
    ``InvalidArgumentError`` where the shapes differ.
    """
    return raw.StringJoin(inputs, separator=separator, name=name)
