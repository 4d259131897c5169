"""Which values are known before the run, and which are computed in NumPy rather than torch.

A plan's small change - step counters, learning rates, shapes, loop conditions - is 0-d values and short integer
vectors. For these NumPy's scalars are ten to fifty times faster than torch's tensors, and on a GPU they need no
synchronisation. So an op that has a NumPy twin runs *on the host* when all it takes is on the host already and small;
results move to torch at the first consumer that needs a tensor. What autograd records stays in torch. Strings are
always on the host, and so are objects that are no tensors (arrays of tensors), wherever they are handed on.
"""

from lazytf.core import contents, dtypes, shapes
from lazytf.core.operation import arguments
from lazytf.runtime.effects import JOINTS, is_object

HOST = "host"  # the place of what is in NumPy, beside the devices
_MOST_KNOWN = 4096  # elements of a value that is worth computing before the run


def known_values(ops, fed, recorded, folds=True):
    """``({tensor: NumPy value}, cut)`` for what the graph alone decides; what follows from a fed tensor is not among
    it.

    ``cut`` are the known tensors that nothing has to run for: what waits for a control dependency still waits. Without
    ``folds`` only constants are known.
    """
    known, depends, waits = {}, set(), set()
    touchy = any(_asked(t) is not None for t in fed)  # somebody feeds a constant
    for op in ops:
        if op._control_inputs or (op._inputs and not waits.isdisjoint(t.op for t in op._inputs)):
            waits.add(op)
        if touchy and (not depends.isdisjoint(op._inputs) or any(t in fed for t in (*op._inputs, *op.outputs))):
            depends.update(op.outputs)
            continue
        kind = op.op_type
        if kind.host is None or op in recorded:
            continue
        if op._inputs and (not folds or not (kind.takes_shapes or known.keys() >= set(op._inputs))):
            continue
        for t in op.outputs:
            value = None if t in fed else _asked(t)
            if value is not None:
                known[t] = value
    return known, {t for t in known if t.op not in waits}


def _asked(tensor):
    op = tensor.op
    if op.op_type.host is None or op.op_type.is_stateful or op.op_type.role:
        return None
    if op._inputs and (tensor._shape is None or (shapes.num_elements(tensor._shape) or 0) > _MOST_KNOWN):
        return None
    return contents.constant_value(tensor)


def on_host(ops, fed, known, recorded, frames):
    """The operations that run in NumPy, or hand on what is no tensor of torch's; as a set.

    What goes round a loop is on the host if it is there at first and comes back from every round, so each small value
    is taken to be at first, and the search begins anew without those that turn out not to.
    """
    assumed = {m for m in frames.merges if _is_small(m.outputs[0])} - recorded
    while True:
        hosted = _hosted(ops, fed, known, recorded, frames, assumed)
        wrong = {m for m in assumed if not all(_is_cheap(t, fed, known, hosted) for t in m._inputs)}
        if not wrong:
            return hosted
        assumed -= wrong


def _hosted(ops, fed, known, recorded, frames, assumed):
    hosted, carried = set(), set()  # carried: flows, and objects that are no tensors
    for op in ops:
        kind = op.op_type
        if kind.role in JOINTS or kind.is_alias:
            sources = op._inputs[:1] if kind.role != "merge" or op in frames.merges else op._inputs
            if carried.issuperset(sources) or is_object(sources[0]):
                carried.update(op.outputs)
                hosted.add(op)
                continue
        if kind.makes_flows:
            carried.update(t for t, arg in zip(op.outputs, kind.schema.outputs, strict=True) if arg.is_flow)
        if kind.on_host:
            hosted.add(op)
        elif any(t._dtype._base is dtypes.string for t in (*op._inputs, *op.outputs)):
            if kind.role in JOINTS or (kind.host is not None and op not in recorded):
                hosted.add(op)
        elif op in recorded:
            continue
        elif kind.role in JOINTS:
            if op in assumed or (op not in frames.merges and all(_is_cheap(t, fed, known, hosted) for t in sources)):
                hosted.add(op)
            elif kind.role == "enter" and _counts(op.outputs[0]):  # one way to the host instead of one in every round
                hosted.add(op)
        elif kind.host is not None:
            if all(arg.is_shape or _is_cheap(t, fed, known, hosted) for arg, t in arguments(op)) and all(
                _is_small(t) for t in op.outputs
            ):
                hosted.add(op)
    return hosted


def _is_cheap(t, fed, known, hosted):
    """Whether a small value is on the host already, or as good as."""
    return _is_small(t) and (
        t in known
        or t.op in hosted
        or (t in fed and is_host_feed(t))
        or t._dtype._is_ref_dtype
        or t._dtype is dtypes.resource
    )


def is_host_feed(tensor):
    """Whether a fed value stays in NumPy: a scalar, or strings."""
    return tensor._shape == () or tensor._dtype._base is dtypes.string


def _counts(t):
    return t._shape == () and (t._dtype.is_integer or t._dtype.is_bool)


def _is_small(t):
    shape = t._shape
    if t._dtype is dtypes.resource:
        shape = t.op._attrs.get("shape")
    return shape == () or (shape is not None and len(shape) == 1 and (t._dtype.is_integer or t._dtype.is_bool))
