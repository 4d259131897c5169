"""Which device runs each operation.

``place`` is a pure function of the operations, what they ask for, and the devices a session has. Operations tied
together (``_class`` attrs, a variable and the ops that change it, an array of tensors and the ops on it) share one
device. A request that cannot be met goes to the CPU under soft placement and is an error without it; who asks for
nothing gets the first GPU, or the CPU.
"""

import sys

from lazytf.core import devices, dtypes, errors
from lazytf.runtime.effects import is_object

_NOT_ON_GPU = (dtypes.string, dtypes.variant)


def place(ops, available, soft):
    """``{operation: device}``; ``available`` are the session's ``Device`` records, CPU:0 among them."""
    if len(available) == 1 and not any(op._device for op in ops):
        return dict.fromkeys(ops, available[0])
    tie, groups = {}, {}
    for op in ops:
        for leader in _leaders(op, tie):
            _join(tie, op, leader)
    for op in ops:
        groups.setdefault(_find(tie, op), []).append(op)
    placed = {}
    for members in groups.values():
        chosen = _choose(members, available, soft)
        for op in members:
            placed[op] = chosen
    return placed


def _leaders(op, tie):
    """Operations that ``op`` must share a device with."""
    schema, inputs = op.op_type.schema, op._inputs
    if op.op_type.writes:
        at = 0
        for arg in schema.inputs:
            if arg.is_list:
                break
            if arg.name in op.op_type.writes or arg.is_ref:
                yield inputs[at].op
            at += 1
    for t in _objects(op):
        yield t.op
    for group in op._attrs.get("_class", ()):
        name = group.decode().removeprefix("loc:@")
        leader = op.graph._by_name.get(name)
        if leader is not None and leader is not op:
            yield leader


def _objects(op):
    """The arrays of tensors that an operation takes."""
    return [t for t in op._inputs if is_object(t)]


def _find(tie, op):
    while op in tie:
        op = tie[op]
    return op


def _join(tie, op, leader):
    a, b = _find(tie, op), _find(tie, leader)
    if a is not b:
        tie[a] = b


def _choose(members, available, soft):
    asking = [op for op in members if op._device]
    cpu_only = next((op for op in members if not _runs_on_gpu(op)), None)
    if not asking:
        gpu = next((d for d in available if d.kind == "GPU"), None)
        return gpu if gpu is not None and cpu_only is None else _cpu(available)
    op = asking[0]
    for device in available:
        if devices.matches(device.name, op._device):
            if device.kind == "CPU" or cpu_only is None:
                return device
            problem = (
                f"operation type {cpu_only.type} has no {device.kind} kernel"
                if cpu_only is op
                else f"it is tied to '{cpu_only.name}' of type {cpu_only.type}, which runs on the CPU only"
            )
            break
    else:
        names = ", ".join(d.name for d in available)
        problem = (
            f"Operation was explicitly assigned to {op._device} but available devices are [ {names} ]. Make sure the "
            "device specification refers to a valid device."
        )
    if soft:
        return _cpu(available)
    site = op.creation_site
    raise errors.InvalidArgumentError(
        None,
        op,
        f"Cannot assign a device for operation {op.name}: {{{{node {op.name}}}}} was requested on {op._device}: "
        f"{problem} "
        f"With tf.ConfigProto(allow_soft_placement=True) it would run on the CPU."
        f"\n\t [[{{{{node {op.name}}}}}" + (f" made at {site}" if site else "") + "]]",
    )


def _cpu(available):
    return next(d for d in available if d.kind == "CPU")


def _runs_on_gpu(op):
    kind = op.op_type
    if (kind.on_host and not _objects(op)) or (kind.kernel is None and kind.role != "gradient"):
        return False
    return not any(t.dtype.base_dtype in _NOT_ON_GPU for t in (*op._inputs, *op.outputs))


def log(placed, stream=None):
    """Prints where each operation runs, a line each, as TensorFlow's ``log_device_placement`` does."""
    stream = stream or sys.stderr
    for op, device in placed.items():
        print(f"{op.name}: ({op.type}): {device.name}", file=stream)
