"""A detour for unsigned integers of 16 and 32 bits, which torch can hold but hardly compute with."""

import torch

_HOLDS = {torch.uint16: torch.int32, torch.uint32: torch.int64}


def signed(kernel, *tensors):
    """``kernel(*tensors)`` by way of a signed type that holds every value of theirs; results wrap around, as in C.

    Kernels call it after torch refused: ``NotImplementedError`` where the type is none that needs the detour.
    """
    dtype = tensors[0].dtype
    if dtype not in _HOLDS:
        raise NotImplementedError(f"torch has no such kernel for {dtype}")
    return kernel(*(t.to(_HOLDS[dtype]) for t in tensors)).to(dtype)


def widened(tensor):
    """The tensor in a type that torch compares and adds: unchanged but for those unsigned ones."""
    wide = _HOLDS.get(tensor.dtype)
    return tensor if wide is None else tensor.to(wide)
