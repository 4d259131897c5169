"""Values made of several tensors: rows of a larger tensor, and sparse tensors."""

from typing import NamedTuple

import numpy as np

from lazytf.core import contents, defaults, shapes
from lazytf.core.build import convert_to_tensor, name_scope
from lazytf.core.dtypes import int64
from lazytf.core.operation import Tensor


class IndexedSlices:
    """Rows of a larger tensor: ``values[i]`` (``[n, ...]``) belongs at row ``indices[i]`` (``[n]``).

    The gradient of a gather is one, so that an embedding table's gradient costs as much as the rows that were read.
    ``dense_shape`` is the shape of the larger tensor, or None where nobody said.
    """

    def __init__(self, values, indices, dense_shape=None):
        self._values, self._indices, self._dense_shape = values, indices, dense_shape

    values = property(lambda self: self._values)
    indices = property(lambda self: self._indices)
    dense_shape = property(lambda self: self._dense_shape)
    name = property(lambda self: self._values.name)
    device = property(lambda self: self._values.device)
    op = property(lambda self: self._values.op)
    dtype = property(lambda self: self._values.dtype)
    graph = property(lambda self: self._values.graph)

    @property
    def shape(self):
        """What is known of the larger tensor's shape."""
        return shapes.TensorShape.of(None if self._dense_shape is None else contents.elements(self._dense_shape))

    def __neg__(self):
        return IndexedSlices(-self._values, self._indices, self._dense_shape)

    def _to_components(self):
        return [t for t in (self._values, self._indices, self._dense_shape) if t is not None]

    def _from_components(self, components):
        return IndexedSlices(*components)

    def _specification(self):
        """What two of them must have in common to be of one structure, and a text that says it."""
        rows = self._values.shape.ndims
        shape = self.shape if self._dense_shape is not None else [None, *self._values.shape[1:]] if rows else None
        types = self._values.dtype, self._indices.dtype, getattr(self._dense_shape, "dtype", None)
        said = ", ".join(map(repr, (shapes.TensorShape(shape), *types, self._indices.shape)))
        return types, f"type=IndexedSlicesSpec str=IndexedSlicesSpec({said})"

    def __str__(self):
        dense = f", dense_shape={self._dense_shape}" if self._dense_shape is not None else ""
        return f"IndexedSlices(indices={self._indices}, values={self._values}{dense})"

    __repr__ = __str__


class IndexedSlicesValue(NamedTuple):
    """The NumPy value of an ``IndexedSlices``."""

    values: object
    indices: object
    dense_shape: object = None


class SparseTensorValue(NamedTuple):
    """A ``SparseTensor``'s NumPy value: ``indices`` ``[n, rank]``, ``values`` ``[n]``, ``dense_shape`` ``[rank]``."""

    indices: object
    values: object
    dense_shape: object


class SparseTensor:
    """A tensor that is zero but for ``values`` (``[n]``) at ``indices`` (``[n, rank]``, int64).

    ``dense_shape`` (``[rank]``, int64) is its full shape. ``ValueError`` where the three do not fit each other.
    """

    def __init__(self, indices, values, dense_shape):
        with name_scope(None, "SparseTensor", [indices, values, dense_shape]):
            self._indices = convert_to_tensor(indices, int64, "indices")
            self._values = convert_to_tensor(values, name="values", as_ref=True)
            self._dense_shape = convert_to_tensor(dense_shape, int64, "dense_shape")
        rows = self._indices.get_shape().with_rank(2)
        full = self._dense_shape.get_shape().with_rank(1)
        self._values.get_shape().with_rank(1)
        rows[0].merge_with(self._values.get_shape()[0])
        rows[1].merge_with(full[0])

    indices = property(lambda self: self._indices)
    values = property(lambda self: self._values)
    dense_shape = property(lambda self: self._dense_shape)
    op = property(lambda self: self._values.op)
    dtype = property(lambda self: self._values.dtype)
    graph = property(lambda self: self._values.graph)

    @classmethod
    def from_value(cls, sparse_tensor_value):
        """A ``SparseTensor`` for a ``SparseTensorValue`` (or for itself); ``TypeError`` for anything else."""
        if not isinstance(sparse_tensor_value, (SparseTensor, SparseTensorValue)):
            raise TypeError(f"Neither a SparseTensor nor SparseTensorValue: {sparse_tensor_value}.")
        return cls(sparse_tensor_value.indices, sparse_tensor_value.values, sparse_tensor_value.dense_shape)

    def get_shape(self):
        """What is known of the full shape."""
        return shapes.TensorShape.of(contents.elements(self._dense_shape))

    shape = property(get_shape)

    def consumers(self):
        """The operations that take any of its three tensors."""
        tensors = self._indices, self._values, self._dense_shape
        return list(dict.fromkeys(op for tensor in tensors for op in tensor.consumers()))

    def eval(self, feed_dict=None, session=None):
        """Its ``SparseTensorValue`` in ``session``, or the default one."""
        return SparseTensorValue(
            *defaults.session_for(self.graph, session, "tensor").run(
                [self._indices, self._values, self._dense_shape], feed_dict
            )
        )

    def _to_components(self):
        return [self._indices, self._values, self._dense_shape]

    def _from_components(self, components):
        return SparseTensor(*components)

    def _specification(self):
        """What two of them must have in common to be of one structure, and a text that says it."""
        said = f"{self.get_shape()!r}, {self.dtype!r}"
        return (self.dtype,), f"type=SparseTensorSpec str=SparseTensorSpec({said})"

    def __str__(self):
        return f"SparseTensor(indices={self._indices}, values={self._values}, dense_shape={self._dense_shape})"

    __repr__ = __str__


_NUMERIC = frozenset("float32 float64 int8 int16 int32 int64 uint8 qint8 quint8 qint32 complex64".split())


def is_tensor(x):
    """Whether ``x`` is a tensor, or stands for one: a variable, a sparse tensor, ``IndexedSlices``."""
    return isinstance(x, (Tensor, SparseTensor, IndexedSlices)) or (
        hasattr(x, "_as_graph_element") and not isinstance(x, type)
    )


def is_numeric_tensor(tensor):
    """Whether ``tensor`` is a tensor of numbers; TensorFlow counts no half precision and no large unsigned integers."""
    return isinstance(tensor, Tensor) and tensor.dtype.name in _NUMERIC


def get_static_value(tensor, partial=False):
    """The value of ``tensor`` as a NumPy array, where the graph alone decides it; else None.

    With ``partial``, a vector of which some elements are known is an object array with None for the others. What is no
    tensor is returned as it is.
    """
    if not isinstance(tensor, Tensor):
        return tensor
    value = contents.constant_value(tensor)
    if value is None and partial and tensor.dtype.is_integer and tensor.shape.ndims == 1:
        elements = contents.elements(tensor)
        if elements is not None and any(e is not None for e in elements):
            return np.array(elements, object)
    return value
