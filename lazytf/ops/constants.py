"""Constants: ``tf.constant``, and what Python and NumPy values become where a tensor is wanted."""

import numbers

import numpy as np
import torch

from lazytf.core import dtypes, graph as graphs
from lazytf.core.build import add, name_scope, raw, register_tensor_conversion_function
from lazytf.core.operation import Tensor
from lazytf.core.registry import op
from lazytf.core.shapes import Dimension, TensorShape, dimension_value

_INT32 = range(-(2**31), 2**31)
_INT64 = range(-(2**63), 2**63)


@op("Const(value: tensor, dtype: type) -> (output: dtype)", shape=lambda op: [op._attrs["value"].shape], gradient=None)
def Const(value, device):
    if value.dtype == object:
        return value
    if value.dtype == dtypes.bfloat16.as_numpy_dtype:
        return torch.from_numpy(value.view(np.int16).copy()).view(torch.bfloat16).to(device)
    if value.dtype.names:  # a quantized type: its plain integers
        value = value.view(value.dtype[0])
    return torch.from_numpy(np.array(value)).to(device)


@Const.on_host_too
def _(value, device):
    return value


def constant(value, dtype=None, shape=None, name="Const", verify_shape=False):
    """A tensor that always has the given value: a Python number or string, nested lists of these, or an array.

    Without ``dtype``, Python floats become float32, integers int32 (int64 where they need it), and arrays keep
    their type. ``shape`` reshapes the value; where it has fewer elements than ``shape`` needs, its last one fills
    the rest, unless ``verify_shape`` demands that ``value`` has that very shape. ``TypeError`` where the value
    cannot have ``dtype`` or the verified shape, ``ValueError`` for None, for ragged lists and for more elements
    than ``shape`` holds. A torch tensor is taken by value (this library only).
    """
    if dtype is not None:
        dtype = dtypes.as_dtype(dtype).base_dtype
    return _made(_shaped(value, _array(value, dtype, shape), shape, verify_shape), dtype, name)


def _made(array, dtype, name):
    """The Const operation of a finished array; the short way round ``apply``, for most operations of a graph are
    these.
    """
    graph = graphs.get_default_graph()
    graph._check_not_finalized()
    dtype = dtype or dtypes.as_dtype(array.dtype)
    tensor = add(
        graph, Const, graph._node_name(name or "Const"), (), {"value": array, "dtype": dtype}, (), (array.shape,)
    )
    tensor._known = array
    return tensor


# -- values to arrays -----------------------------------------------------------------------------------------------


def _array(value, dtype, shape=None):
    """The NumPy array of a value, of the type asked for, else of TensorFlow's choice; never the caller's own array."""
    kind = type(value)
    if kind is float:
        if dtype is None or dtype is dtypes.float32:
            return _quiet(value, np.float32)
    elif kind is int:
        if dtype is None or dtype is dtypes.int32:
            if value in _INT32:
                return np.array(value, np.int32)
    elif kind is bool and (dtype is None or dtype is dtypes.bool_):
        return np.array(value)
    if isinstance(value, torch.Tensor):
        value = _array_of_torch(value)
    if isinstance(value, (np.ndarray, np.generic)):
        return _cast(np.asarray(value), dtype)
    if callable(getattr(value, "__array__", None)) and not isinstance(value, Tensor):
        return _cast(np.asarray(value), dtype)
    if value is None:
        raise ValueError("None values not supported.")
    if shape is not None and dtype is not None and 0 in _sizes(shape):
        return np.empty(_sizes(shape), dtype.as_numpy_dtype)
    return _array_of_python(value, dtype)


def _quiet(value, numpy_type):
    with np.errstate(over="ignore"):
        return np.array(value, numpy_type) if abs(value) < 3e38 else np.float64(value).astype(numpy_type).reshape(())


def _array_of_torch(value):
    value = value.detach().cpu()
    if value.dtype is torch.bfloat16:
        return value.view(torch.int16).numpy().view(dtypes.bfloat16.as_numpy_dtype)
    return value.resolve_conj().resolve_neg().numpy()


def _cast(array, dtype):
    """A copy of a NumPy array as ``dtype``, with C's conversions; strings as bytes."""
    if dtype is dtypes.string or (dtype is None and array.dtype.kind in "SUO"):
        return _strings(array, array.ravel().tolist())
    if dtype is None:
        dtypes.as_dtype(array.dtype)  # TypeError where there is no such type
        return np.array(array, array.dtype.newbyteorder("="))
    with np.errstate(all="ignore"):
        if array.dtype.kind == "c" and not dtype.is_complex:
            array = array.real
        return array.astype(_numpy_type(dtype, array))


def _numpy_type(dtype, value):
    if not dtype.is_numpy_compatible:
        found = dtypes.as_dtype(np.asarray(value).dtype)
        raise TypeError(f"Incompatible types: {dtype} vs. {found.name}. Value is {value}")
    return dtype.as_numpy_dtype


def _strings(like, elements):
    array = np.empty(len(elements), object)
    array[:] = [_bytes(e) for e in elements]
    return array.reshape(like.shape)


def _bytes(value):
    if isinstance(value, bytes):
        return value
    if isinstance(value, (str, np.str_)):
        return value.encode()
    raise TypeError(f"Expected binary or unicode string, got {value!r}")


def _array_of_python(value, dtype):
    """The array of a Python number, a string, or nested lists."""
    misfit = _misfit(value, _FITS.get(dtype))
    if misfit is not None:
        if dtype is None:
            raise TypeError("List of Tensors when single Tensor expected")
        raise TypeError(f"Expected {dtype.name}, got {misfit.value!r} of type '{type(misfit.value).__name__}' instead.")
    numpy_type = None if dtype is None else _numpy_type(dtype, value)
    try:
        array = np.array(_plain(value), numpy_type)
    except OverflowError:  # a Python integer beyond the type wraps around, as in C
        array = np.array(value).astype(numpy_type)
    except ValueError:
        array = None
    wanted = _dense_shape(value)
    if array is None or (array.shape != wanted and not (dtype and dtype.is_quantized)):
        got = list(_ragged_shape(value) if array is None else array.shape)
        raise ValueError(f"Argument must be a dense tensor: {value} - got shape {got}, but wanted {list(wanted)}.")
    if array.dtype.kind in "SUO":
        try:
            return _strings(array, list(_leaves(value)))
        except TypeError:
            raise TypeError(
                f"Failed to convert object of type {type(value)} to Tensor. Contents: {value}. Consider casting "
                "elements to a supported type."
            ) from None
    if dtype is None:
        return _narrowed(array)
    return array


def _narrowed(array):
    """Python's double precision as float32, its integers as int32 where all of them fit."""
    if array.dtype == np.float64:
        with np.errstate(over="ignore"):
            return array.astype(np.float32)
    if array.dtype == np.int64 and (not array.size or (int(array.min()) in _INT32 and int(array.max()) in _INT32)):
        return array.astype(np.int32)
    return array


def _plain(value):
    """Nested lists with a ``Dimension`` replaced by its size."""
    if isinstance(value, (list, tuple)) and any(isinstance(v, (list, tuple, Dimension)) for v in value):
        return [_plain(v) for v in value]
    return dimension_value(value)


def _dense_shape(value):
    """The shape nested lists have if no list inside another is longer or shorter than its first."""
    shape = []
    while isinstance(value, (list, tuple)):
        shape.append(len(value))
        if not value:
            break
        value = value[0]
    return tuple(shape)


def _ragged_shape(value):
    return np.array(value, object).shape if isinstance(value, (list, tuple)) else ()


def _leaves(value):
    if not isinstance(value, (list, tuple)):
        yield value
        return
    for v in value:
        yield from _leaves(v)


class _Misfit:
    """A value that cannot be of the type asked for."""

    def __init__(self, value):
        self.value = value


_INTEGER, _REAL, _COMPLEX = (numbers.Integral, Dimension), (numbers.Real,), (numbers.Complex,)
_FITS = {
    **{
        d: _INTEGER
        for d in (
            dtypes.int8,
            dtypes.int16,
            dtypes.int32,
            dtypes.int64,
            dtypes.uint8,
            dtypes.uint16,
            dtypes.uint32,
            dtypes.uint64,
        )
    },
    **{d: _REAL for d in (dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64)},
    **{d: _COMPLEX for d in (dtypes.complex64, dtypes.complex128)},
    dtypes.string: (str, bytes),
    dtypes.bool_: (bool,),
}


def _misfit(value, fits):
    """The first value in nested lists that is of none of the types ``fits``, as a ``_Misfit``; None if all are.

    Without ``fits``, the first tensor.
    """
    if isinstance(value, (list, tuple)):
        return next((m for v in value if (m := _misfit(v, fits)) is not None), None)
    if fits is None:
        return _Misfit(value) if isinstance(value, Tensor) else None
    return None if isinstance(value, fits) else _Misfit(value)


# -- shapes ---------------------------------------------------------------------------------------------------------


def _sizes(shape):
    return [int(dimension_value(size)) for size in shape]


def _shaped(value, array, shape, verify):
    """The array in the given shape, filled up with its last element."""
    if shape is None:
        return array
    sizes = tuple(_sizes(shape))
    if verify and array.shape != sizes:
        raise TypeError(f"Expected Tensor's shape: {sizes}, got {array.shape}.")
    needed = int(np.prod(sizes, dtype=np.int64))
    if array.size > needed:
        if needed == 0:
            return np.empty(sizes, array.dtype)
        raise ValueError(f"Too many elements provided. Needed at most {needed}, but received {array.size}")
    if array.size == needed:
        return array.reshape(sizes)
    if array.size == 1:
        filled = np.full(needed, array.reshape(-1)[0], array.dtype)
    else:
        rest = (
            array.reshape(-1)[-1:]
            if array.size
            else np.array([b""] if array.dtype == object else [0]).astype(array.dtype)
        )
        filled = np.concatenate([array.reshape(-1), np.repeat(rest, needed - array.size)])
    return filled.reshape(sizes)


# -- conversions ----------------------------------------------------------------------------------------------------


def _from_value(value, dtype=None, name=None, as_ref=False):
    if dtype is not None:
        dtype = dtype.base_dtype
    return _made(_array(value, dtype), dtype, name)


def _from_shape(shape, dtype=None, name=None, as_ref=False):
    if not shape.is_fully_defined():
        raise ValueError(f"Cannot convert a partially known TensorShape to a Tensor: {shape}")
    sizes = shape.as_list()
    large = next((size for size in sizes if size not in _INT32), None)
    if dtype is None:
        dtype = dtypes.int32 if large is None else dtypes.int64
    elif dtype not in (dtypes.int32, dtypes.int64):
        raise TypeError(f"Cannot convert a TensorShape to dtype: {dtype}")
    elif dtype is dtypes.int32 and large is not None:
        raise ValueError(f"Cannot convert a TensorShape to dtype int32; a dimension is too large ({large})")
    return _made(np.array(sizes, dtype.as_numpy_dtype), dtype, name or "shape_as_tensor")


def _from_dimension(dimension, dtype=None, name=None, as_ref=False):
    if dimension.value is None:
        raise ValueError(f"Cannot convert an unknown Dimension to a Tensor: {dimension}")
    if dtype not in (None, dtypes.int32, dtypes.int64):
        raise TypeError(f"Cannot convert a TensorShape to dtype: {dtype}")
    return constant(dimension.value, dtype, name=name or "shape_as_tensor")


def _from_list(value, dtype=None, name=None, as_ref=False):
    """Lists that hold tensors are packed; others are constants."""
    if as_ref:
        return NotImplemented
    found = _dtype_within(value)
    if found is None:
        return NotImplemented
    if dtype is None:
        dtype = found
    elif dtype.base_dtype is not found:
        value = _cast_within(value, dtype)
    return _packed(value, dtype.base_dtype, name or "packed")


def _is_tensor(value):
    """Whether a value is a tensor, or an object such as a variable that stands for one."""
    return isinstance(value, Tensor) or (hasattr(value, "_as_graph_element") and hasattr(value, "dtype"))


def _dtype_within(values):
    for value in values:
        if _is_tensor(value):
            return value.dtype.base_dtype
        if isinstance(value, (list, tuple)) and (found := _dtype_within(value)) is not None:
            return found
    return None


def _cast_within(values, dtype):
    return [
        _cast_within(v, dtype)
        if isinstance(v, (list, tuple))
        else raw.Cast(v, DstT=dtype)
        if _is_tensor(v) and v.dtype.base_dtype is not dtype
        else v
        for v in values
    ]


def _packed(values, dtype, name):
    """A Pack of nested lists, inner lists that hold tensors packed first; the lists themselves where no tensor is
    inside.
    """
    parts, has_tensor = [], False
    with name_scope(name, None, ()) as scope:
        for i, value in enumerate(values):
            if isinstance(value, (list, tuple)):
                value = _packed(value, dtype, str(i))
            elif _is_tensor(value) and value.dtype.base_dtype is not dtype:
                raise TypeError(
                    f"Cannot convert a list containing a tensor of dtype {value.dtype} to {dtype} "
                    f"(Tensor is: {value!r})"
                )
            has_tensor |= _is_tensor(value)
            parts.append(value)
        if not has_tensor:
            return parts
        parts = [p if _is_tensor(p) else constant(p, dtype, name=str(i)) for i, p in enumerate(parts)]
        return raw.Pack(parts, name=scope)


register_tensor_conversion_function((list, tuple), _from_list, 99)
register_tensor_conversion_function((list, tuple, np.ndarray, np.generic), _from_value, 100)
register_tensor_conversion_function(TensorShape, _from_shape, 100)
register_tensor_conversion_function(Dimension, _from_dimension, 100)
register_tensor_conversion_function(object, _from_value, 200)
