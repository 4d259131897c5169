"""NumPy arrays to and from ``TensorProto``.

A proto holds its elements as raw little-endian bytes (``tensor_content``) or in the repeated field of its type
(``float_val``, ...). A repeated field that is too short stands for an array whose last element goes on to the end; an
empty one for zeros. 16-bit floats travel as the integers that have their bits, complex numbers as pairs.
"""

import math
import sys

import numpy as np

from lazytf.core import dtypes
from lazytf.formats.messages import TensorProto, TensorShapeProto
from lazytf.formats.varint import read_varint

#   dtype        field           NumPy type in it  raw: several elements go to tensor_content
_ROWS = (
    ("float32", "float_val", np.float32, True),
    ("float64", "double_val", np.float64, True),
    ("float16", "half_val", np.uint16, False),
    ("bfloat16", "half_val", np.uint16, False),
    ("complex64", "scomplex_val", np.float32, False),
    ("complex128", "dcomplex_val", np.float64, False),
    ("bool", "bool_val", np.bool_, False),
    ("int8", "int_val", np.int8, True),
    ("int16", "int_val", np.int16, True),
    ("int32", "int_val", np.int32, True),
    ("int64", "int64_val", np.int64, True),
    ("uint8", "int_val", np.uint8, True),
    ("uint16", "int_val", np.uint16, False),
    ("uint32", "uint32_val", np.uint32, True),
    ("uint64", "uint64_val", np.uint64, True),
    ("qint8", "int_val", np.int8, True),
    ("qint16", "int_val", np.int16, True),
    ("qint32", "int_val", np.int32, True),
    ("quint8", "int_val", np.uint8, True),
    ("quint16", "int_val", np.uint16, True),
)
_BY_DTYPE = {dtypes.as_dtype(name): row for name, *row in _ROWS}
_LARGEST = 1 << 31  # protobuf's own limit, in bytes


def shape_proto(shape):
    """The ``TensorShapeProto`` of a tuple of sizes; None for a size that is unknown, None alone for an unknown rank."""
    if shape is None:
        return TensorShapeProto(unknown_rank=True)
    return TensorShapeProto(dim=[TensorShapeProto.Dim(size=-1 if size is None else size) for size in shape])


def proto_from_array(array, dtype=None, shape=None):
    """The ``TensorProto`` of an array, laid out as TensorFlow's ``make_tensor_proto`` lays it out.

    ``dtype`` is the array's own unless given (a quantized type for plain integers, say). ``shape`` may ask for more
    elements than the array has: the last one then goes on. ``TypeError`` for a type that protos cannot hold,
    ``ValueError`` for too many elements or 2 GB.
    """
    array = native(array)
    dtype = dtype_of(array) if dtype is None else dtypes.as_dtype(dtype).base_dtype
    shape = array.shape if shape is None else tuple(shape)
    size = math.prod(shape)
    if array.size > size:
        raise ValueError(
            f"Too many elements provided. Needed at most {size}, but received {array.size} for shape {shape}."
        )
    if array.size == 0 < size:
        raise ValueError(f"An array of shape {shape} needs at least one element; got an empty array.")
    proto = TensorProto(dtype=dtype.as_datatype_enum, tensor_shape=shape_proto(shape))
    if dtype is dtypes.string:
        proto.string_val.extend(as_bytes_list(array))
        return proto
    field, stored, raw = _row(dtype)
    if array.dtype.kind in "OSU":
        raise TypeError(f"Expected an array of {dtype.name}, got one of {array.dtype}.")
    if array.nbytes >= _LARGEST:
        raise ValueError(
            f"Cannot make a tensor proto of {array.nbytes} bytes: protobuf takes less than 2 GB. "
            "Feed the array, or keep it in a variable."
        )
    values = np.ascontiguousarray(array, None if dtype.is_quantized else dtype.as_numpy_dtype).reshape(-1)
    if raw and values.size == size > 1:
        proto.tensor_content = little_endian(values).tobytes()
    else:
        getattr(proto, field).extend(values.view(stored).tolist())
    return proto


def array_from_proto(proto):
    """The array a ``TensorProto`` holds: a new one, ``object`` with ``bytes`` elements for strings.

    ``TypeError`` for a type NumPy has no elements for (resource, variant); ``ValueError`` where shape and content do
    not fit.
    """
    dtype = dtypes.as_dtype(proto.dtype)
    if dtype is not dtype.base_dtype:
        raise TypeError(f"A TensorProto holds values, not references; its dtype is {dtype.name}.")
    shape = tuple(dim.size for dim in proto.tensor_shape.dim)
    if any(size < 0 for size in shape):
        raise ValueError(f"The shape of a TensorProto must be known; got {shape}.")
    size = math.prod(shape)
    if dtype is dtypes.string:
        return _strings(proto, size).reshape(shape)
    field, stored, _ = _row(dtype)
    numpy_type = np.dtype(dtype.as_numpy_dtype)
    if proto.tensor_content:
        raw = bytearray(proto.tensor_content)  # a copy that the caller may write to
        if len(raw) != size * numpy_type.itemsize:
            raise ValueError(
                f"A TensorProto of {dtype.name} with shape {shape} needs {size * numpy_type.itemsize} "
                f"bytes of tensor_content; got {len(raw)}."
            )
        return little_endian(np.frombuffer(raw, stored)).view(numpy_type).reshape(shape)
    values = np.array(getattr(proto, field), np.int64 if field in ("int_val", "half_val") else stored).astype(stored)
    per_element = numpy_type.itemsize // np.dtype(stored).itemsize
    values = values[: len(values) // per_element * per_element].view(numpy_type)
    return _extended(values, size, 0).reshape(shape)


def as_bytes_list(array):
    """The elements of an array of strings as ``bytes``, text as UTF-8; ``TypeError`` for anything else among them."""
    return [_as_bytes(element) for element in np.asarray(array).reshape(-1).tolist()]


def _as_bytes(element):
    if isinstance(element, (bytes, bytearray)):
        return bytes(element)
    if isinstance(element, str):
        return element.encode()
    raise TypeError(f"Expected binary or unicode string, got {element!r} of type {type(element).__name__}.")


def _row(dtype):
    if dtype not in _BY_DTYPE:
        raise TypeError(f"Unsupported tensor type: a TensorProto of {dtype.name} has no NumPy array.")
    return _BY_DTYPE[dtype]


def dtype_of(array):
    """The ``DType`` of an array's elements; objects count as strings. ``TypeError`` for what TensorFlow lacks."""
    return dtypes.string if array.dtype.kind in "OSU" else dtypes.as_dtype(array)


def native(array):
    """The array, in the byte order of this machine."""
    array = np.asarray(array)
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def little_endian(values):
    """The array with its bytes turned, if this machine has them the other way round; the same again undoes it."""
    return values if sys.byteorder == "little" else values.byteswap()


def _extended(values, size, zero):
    """``values`` cut or continued to ``size`` elements."""
    if len(values) >= size:
        return values[:size].copy()
    out = np.empty(size, values.dtype)
    out[: len(values)] = values
    out[len(values) :] = values[-1] if len(values) else zero
    return out


def _strings(proto, size):
    values = list(proto.string_val)
    if proto.tensor_content:
        values = _packed_strings(proto.tensor_content, size)
    array = np.empty(len(values), object)
    array[:] = values
    return _extended(array, size, b"")


def _packed_strings(content, size):
    """Strings in ``tensor_content``: all lengths as varints, then all bytes."""
    try:
        lengths, position = [], 0
        for _ in range(size):
            length, position = read_varint(content, position)
            lengths.append(length)
    except IndexError:
        lengths, position = [0], -1
    if position + sum(lengths) != len(content):
        raise ValueError(f"The tensor_content of {size} strings has {len(content)} bytes; their lengths say otherwise.")
    ends = np.cumsum(lengths, dtype=np.int64) + position
    return [content[end - length : end] for end, length in zip(ends.tolist(), lengths, strict=True)]
