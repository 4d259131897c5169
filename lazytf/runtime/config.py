"""What a session was asked to be: ``ConfigProto`` read once into a record of plain values."""

from dataclasses import dataclass

import torch

from lazytf.core import errors
from lazytf.formats.messages import ConfigProto, OptimizerOptions
from lazytf.runtime import devices


@dataclass(frozen=True, slots=True)
class Settings:
    """A session's options. ``folds`` is off under optimizer level L0: nothing is computed ahead or merged."""

    devices: tuple
    soft_placement: bool
    log_placement: bool
    timeout_ms: int
    folds: bool


def settings_of(config):
    """The ``Settings`` for a ``ConfigProto`` (None for the defaults); applies what concerns the whole process.

    ``TypeError`` for anything else, ``InvalidArgumentError`` for a device list that names no device.
    """
    if config is None:
        config = ConfigProto()
    elif not isinstance(config, ConfigProto):
        raise TypeError(f"config must be a tf.ConfigProto, but got {type(config)}")
    if config.intra_op_parallelism_threads > 0:
        torch.set_num_threads(config.intra_op_parallelism_threads)
    gpu = config.gpu_options
    counts = config.device_count
    found = devices.available(
        counts.get("CPU", 1), counts.get("GPU") if "GPU" in counts else None, _visible(gpu.visible_device_list)
    )
    _limit_memory(gpu.per_process_gpu_memory_fraction, found)
    level = config.graph_options.optimizer_options.opt_level
    return Settings(
        tuple(found),
        config.allow_soft_placement,
        config.log_device_placement,
        max(0, config.operation_timeout_in_ms),
        level != OptimizerOptions.L0,
    )


def _visible(text):
    if not text:
        return None
    try:
        return [int(number) for number in text.split(",")]
    except ValueError:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Could not parse entry in 'visible_device_list': '{text}'. It is a list of numbers, such as '0,2'.",
        ) from None


def _limit_memory(fraction, found):
    if fraction:
        for device in found:
            if device.torch.type == "cuda":
                torch.cuda.set_per_process_memory_fraction(min(1.0, fraction), device.torch)
