"""Between NumPy and torch: the same types, and values crossing without a copy where that is safe."""

import ml_dtypes
import numpy as np
import torch

from lazytf.core import dtypes

TORCH = {
    dtypes.float32: torch.float32,
    dtypes.float64: torch.float64,
    dtypes.float16: torch.float16,
    dtypes.bfloat16: torch.bfloat16,
    dtypes.int8: torch.int8,
    dtypes.int16: torch.int16,
    dtypes.int32: torch.int32,
    dtypes.int64: torch.int64,
    dtypes.uint8: torch.uint8,
    dtypes.uint16: torch.uint16,
    dtypes.uint32: torch.uint32,
    dtypes.uint64: torch.uint64,
    dtypes.bool_: torch.bool,
    dtypes.complex64: torch.complex64,
    dtypes.complex128: torch.complex128,
    # A quantized type is an integer that promises a meaning; its numbers live in the integer.
    dtypes.qint8: torch.int8,
    dtypes.quint8: torch.uint8,
    dtypes.qint16: torch.int16,
    dtypes.quint16: torch.uint16,
    dtypes.qint32: torch.int32,
}
NUMPY = {t: np.dtype(d.as_numpy_dtype) for d, t in TORCH.items() if not d.is_quantized}
_BFLOAT16 = np.dtype(ml_dtypes.bfloat16)


def from_numpy(array, device=None):
    """A tensor for a NumPy array or scalar; it shares the array's memory where it may."""
    array = np.asarray(array)
    if array.dtype.names is not None:  # a quantized type: one field, an integer
        array = array[array.dtype.names[0]]
    if not array.flags.writeable or any(s < 0 for s in array.strides):
        array = array.copy()
    if array.dtype == _BFLOAT16:
        tensor = torch.from_numpy(array.view(np.int16)).view(torch.bfloat16)
    else:
        tensor = torch.from_numpy(array)
    return tensor if device is None or device.type == "cpu" else tensor.to(device)


def to_numpy(tensor):
    """A NumPy array for a tensor, a NumPy scalar for a 0-d one; it may share the tensor's memory."""
    tensor = tensor.detach()
    if tensor.device.type != "cpu":
        tensor = tensor.cpu()
    if tensor.dtype is torch.bfloat16:
        array = tensor.contiguous().view(torch.int16).numpy().view(_BFLOAT16)
    else:
        array = tensor.resolve_conj().resolve_neg().numpy()
    return array if array.ndim else array[()]


def copied_to_numpy(tensor):
    """The same, sharing memory with nothing."""
    value = to_numpy(tensor)
    return value.copy() if isinstance(value, np.ndarray) and tensor.device.type == "cpu" else value


def copied(value):
    """A NumPy value that shares memory with nothing."""
    return value.copy() if isinstance(value, np.ndarray) else value


def own_strings(value):
    """Strings that share memory with nothing: ``bytes`` for a 0-d one, else an object array."""
    return _unboxed(np.array(value, object))


def for_strings(kernel):
    """A kernel for strings: 0-d ones reach it as object arrays, for NumPy's bytes type cuts zeros at the end."""

    def call(*given):
        found = kernel(*[_boxed(value) for value in given])
        return [_unboxed(value) for value in found] if isinstance(found, (list, tuple)) else _unboxed(found)

    return call


def _boxed(value):
    if isinstance(value, bytes):
        return np.array(value, object)
    return [_boxed(v) for v in value] if isinstance(value, list) else value


def _unboxed(value):
    return value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value
