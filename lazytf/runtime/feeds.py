"""From what a program feeds to what a plan takes.

A converter is made once for a fed tensor and called every run. It checks as TensorFlow does - a Python int must fit the
type, the shape must fit the tensor's - and then hands on the memory it was given where it may: a plan never writes to
fed values and never keeps them.
"""

import numpy as np
import torch

from lazytf.core import dtypes, shapes
from lazytf.core.operation import Tensor
from lazytf.runtime.tensors import TORCH, from_numpy


def converter(tensor, device):
    """A function from a value fed for ``tensor`` to a torch tensor on ``device``; for None to a NumPy scalar."""
    array_of = _array_converter(tensor)
    if device is None:
        return (
            _string_converter(tensor) if tensor._dtype._base is dtypes.string else _scalar_converter(tensor, array_of)
        )
    wanted, static = np.dtype(tensor._dtype._base.as_numpy_dtype), tensor._shape
    as_torch, ndarray = TORCH[tensor._dtype._base], np.ndarray
    shared = torch.from_numpy
    open_shape = static is None
    plain = tensor._dtype._base is not dtypes.bfloat16 and wanted.names is None and device.type == "cpu"

    def convert(value):
        if type(value) is not ndarray or value.dtype != wanted:
            if isinstance(value, torch.Tensor):
                _check_shape(tensor, tuple(value.shape))
                return value.detach().to(device, as_torch)
            value = array_of(value)
        shape = value.shape
        if not open_shape and shape != static:
            _check_shape(tensor, shape)
        if plain and value.flags.writeable:
            try:
                return shared(value)
            except (ValueError, TypeError):  # negative strides, or bytes in the other order
                value = np.array(value, wanted)
        return from_numpy(value, device)

    return convert


def _scalar_converter(tensor, array_of):
    """For 0-d tensors: NumPy scalars, which cost least to compute with."""
    scalar_type = tensor._dtype._base.as_numpy_dtype
    is_float = tensor._dtype.is_floating and tensor._dtype._base is not dtypes.bfloat16

    def convert(value):
        kind = type(value)
        if kind is scalar_type:
            return value
        if kind is float and is_float:
            return scalar_type(value)
        if isinstance(value, torch.Tensor):
            value = value.detach().cpu().numpy()
        value = array_of(value)
        if value.shape != ():
            _check_shape(tensor, value.shape)
        return value[()]

    return convert


def _string_converter(tensor):
    def convert(value):
        value = np.asarray(value, dtype=object)
        if any(type(e) is not bytes for e in value.flat):
            flat = np.array([e.encode() if isinstance(e, str) else e for e in value.flat], dtype=object)
            value = flat.reshape(value.shape)
        _check_shape(tensor, value.shape)
        return value[()] if value.ndim == 0 else value

    return convert


def _array_converter(tensor):
    """A function to a NumPy array of the tensor's type; refuses what TensorFlow refuses."""
    wanted = tensor._dtype._base.as_numpy_dtype

    def convert(value):
        if isinstance(value, Tensor) or hasattr(value, "_as_graph_element"):
            raise TypeError(
                "The value of a feed cannot be a tf.Tensor object. Acceptable feed values include Python scalars, "
                f"strings, lists, numpy ndarrays, or TensorHandles. For reference, the tensor object was {value} "
                f"which was passed to the feed with key {tensor}."
            )
        if isinstance(value, int) and not isinstance(value, bool):
            try:
                fits = np.asarray(value).astype(wanted) == value
            except (OverflowError, TypeError):
                fits = False
            if not fits:
                raise TypeError(
                    f"Type of feed value {value} with type {type(value)} is not compatible with Tensor type "
                    f"{wanted}. Try explicitly setting the type of the feed tensor to a larger type (e.g. int64)."
                )
        try:
            array = np.asarray(value)
        except ValueError as e:  # rows of different lengths
            raise ValueError(f"Cannot feed {_brief(value)} for {_described(tensor)}: {e}") from None
        if array.dtype != wanted:
            if array.dtype == object or array.dtype.kind in "SU":
                array = _convertible(array, wanted, tensor)
            elif array.dtype.kind == "c" and np.dtype(wanted).kind != "c":
                raise TypeError(
                    f"Cannot feed complex values for {tensor.name}, which is of type {tensor.dtype.base_dtype.name}"
                )
            else:
                with np.errstate(all="ignore"):
                    array = array.astype(wanted)
        return array

    return convert


def _convertible(array, wanted, tensor):
    try:
        return array.astype(wanted)
    except (ValueError, TypeError) as e:
        raise type(e)(f"Cannot feed {_brief(array.tolist())} for {_described(tensor)}: {e}") from None


def _brief(value):
    text = repr(value)
    return text if len(text) < 80 else text[:77] + "..."


def _described(tensor):
    return (
        f"Tensor {tensor.name!r}, which is of type {tensor.dtype.base_dtype.name} "
        f"and shape {shapes.text(tensor._shape)!r}"
    )


def _check_shape(tensor, shape):
    if not shapes.compatible(tensor._shape, shape):
        raise ValueError(
            f"Cannot feed value of shape {shape!r} for Tensor {tensor.name!r}, which has shape "
            f"{shapes.text(tensor._shape)!r}"
        )


def accepts(tensor):
    """Whether a value may be fed for a tensor of this type at all."""
    return tensor._dtype._base in TORCH or tensor._dtype._base is dtypes.string
