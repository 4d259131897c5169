"""The devices there are: the CPU, and whatever accelerator torch has."""

import contextlib
from dataclasses import dataclass

import torch

_PREFIX = "/job:localhost/replica:0/task:0/device:"
_fake_gpus = None  # how many GPUs to pretend, or None to look


@dataclass(frozen=True, slots=True, eq=False)
class Device:
    """One device as a session sees it: TensorFlow's full name, "CPU" or "GPU", and where torch keeps its tensors."""

    name: str
    kind: str
    torch: torch.device
    is_fake: bool = False


def available(cpus=1, gpus=None, visible=None):
    """The devices a session may use: ``cpus`` CPUs and at most ``gpus`` GPUs, in the order of ``visible`` numbers."""
    found = [Device(f"{_PREFIX}CPU:{i}", "CPU", torch.device("cpu")) for i in range(max(1, cpus))]
    numbers = list(range(_gpu_count())) if visible is None else [i for i in visible if i < _gpu_count()]
    if gpus is not None:
        numbers = numbers[:gpus]
    kind = _accelerator()
    for i, number in enumerate(numbers):
        place = torch.device("cpu") if _fake_gpus is not None else torch.device(kind, number)
        found.append(Device(f"{_PREFIX}GPU:{i}", "GPU", place, _fake_gpus is not None))
    return found


def _accelerator():
    accelerator = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    return accelerator.type if accelerator is not None else "cuda"


def _gpu_count():
    if _fake_gpus is not None:
        return _fake_gpus
    return torch.accelerator.device_count() if torch.accelerator.is_available() else 0


@contextlib.contextmanager
def pretend_gpus(count):
    """Within the block new sessions see ``count`` GPUs, whose tensors live in CPU memory: placement without a GPU."""
    global _fake_gpus
    saved, _fake_gpus = _fake_gpus, count
    try:
        yield
    finally:
        _fake_gpus = saved
