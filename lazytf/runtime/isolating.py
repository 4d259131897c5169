"""The stretch of a plan that may be compiled: what autograd records, gathered in one place.

Tier 1 (``runtime/compiling.py``) replaces a gradient and the forward operations it differentiates by one flat program
per set of input shapes. For that they must stand together, and be a function of tensors alone: no session state, no
randomness, no number that Python looks at, but for shapes, which the input shapes decide, and for integers, of which a
program holds for the ones it was made with. A loop is inside as a whole or not at all, and so is everything that
touches an array of tensors. ``isolate`` moves what does not depend on the stretch before it and the rest behind it.
Where something that must stay outside stands between two of its operations, there is no such stretch, and the plan
stays as it is.
"""

from lazytf.core import dtypes
from lazytf.core.operation import arguments
from lazytf.runtime.effects import JOINTS, is_object, reads, writes
from lazytf.runtime.frames import LOOP, flat


def isolate(groups, regions, ended, known, hosted, late):
    """``(groups, start, end)``: the groups reordered, and the positions of the stretch among them; both 0 for none."""
    wanted = regions.recorded | set(regions.of)
    if not regions.of or regions.ruled:
        return groups, 0, 0
    chosen = _with_what_shares_objects(groups, [g for g in groups if any(op in wanted for op in flat([g]))])
    shaped = _shape_arithmetic(groups, chosen, known, hosted)
    if any(op in chosen for op, _ in late):
        return groups, 0, 0
    if not all(_is_pure(op, hosted) for op in chosen):
        return groups, 0, 0
    chosen |= shaped
    if any(_looks_at_numbers(op, chosen, known, hosted) for op in chosen):
        return groups, 0, 0
    chosen |= {node for g in groups for node in g if node.op_type is LOOP and node.condition in chosen}
    first = next(i for i, g in enumerate(groups) if g[0] in chosen)
    last = max(i for i, g in enumerate(groups) if g[0] in chosen)
    after, before, dependent = [], [], set(chosen)
    read_inside = {v for op in chosen for v in reads(op)}
    for g in groups[first : last + 1]:
        if g[0] in chosen:
            if any(op in dependent and op not in chosen for o in g for op in _waits_for(o, ended)):
                return groups, 0, 0
            continue
        if any(op in dependent for o in g for op in _waits_for(o, ended)):
            after.append(g)
            dependent.update(g, flat([g]))
        else:
            if any(v in read_inside for o in g for v in writes(o)):
                return groups, 0, 0
            before.append(g)
    middle = [g for g in groups[first : last + 1] if g[0] in chosen]
    start = first + len(before)
    return [*groups[:first], *before, *middle, *after, *groups[last + 1 :]], start, start + len(middle)


def _waits_for(op, ended):
    for t in op._inputs:
        if t not in ended:
            yield t.op
    yield from op._control_inputs


def _with_what_shares_objects(groups, inside):
    """The operations of ``inside``, and of all groups that touch an object which those touch."""
    chosen, users = set(flat(inside)), {}
    for g in groups:
        for op in flat([g]):
            for t in (*op._inputs, *op.outputs):
                if t._dtype is dtypes.resource and is_object(t):
                    users.setdefault(_maker(t), []).append(g)
    for found in users.values():
        if any(op in chosen for g in found for op in flat([g])):
            chosen.update(flat(found))
    return chosen


def _maker(handle):
    """The operation that made the object which ``handle`` hands on."""
    while handle.op.op_type.role in JOINTS or handle.op.op_type.is_alias:
        handle = handle.op._inputs[0]
    return handle.op


def _looks_at_numbers(op, chosen, known, hosted):
    """Whether Python looks at a number that the stretch computes in torch: a condition, a count, an index."""
    for arg, t in arguments(op):
        looks = arg.is_host or (op in hosted and not (arg.is_shape or arg.is_flow))
        if op.op_type.role in JOINTS and not arg.is_host and t._dtype.is_floating:
            looks = False  # it hands on a flow, which is no number
        if looks and t.op in chosen and t.op not in hosted and t not in known:
            if t.op.op_type.role != "condition" and t._dtype is not dtypes.resource:
                return True
    return False


def _is_pure(op, hosted):
    kind = op.op_type
    if kind.role in JOINTS or kind.role == "condition":
        return True
    if any(t._dtype is dtypes.resource and is_object(t) for t in (*op._inputs, *op.outputs)):
        return True
    if kind.needs_context or kind.writes or kind.role not in ("", "default", "read", "gradient"):
        return False
    if kind.on_host or (kind.is_stateful and not kind.reads):
        return False
    return op not in hosted or not kind.is_stateful


def _shape_arithmetic(groups, chosen, known, hosted):
    """Operations on the host that follow from shapes of tensors of the stretch, and are used in it."""
    found, inside = set(), chosen & hosted
    for g in groups:
        op = g[0]
        if op in hosted and not op.op_type.is_stateful and not op.op_type.writes and op._inputs:
            pairs = list(arguments(op))
            if (
                all(arg.is_shape or t in known or t.op in found or t.op in inside for arg, t in pairs)
                and any((arg.is_shape and t.op in chosen) or t.op in found or t.op in inside for arg, t in pairs)
                and not any(t._dtype is dtypes.resource or t._dtype._is_ref_dtype for _, t in pairs)
            ):
                found.add(op)
    used, pending = set(), [t.op for op in chosen for t in op._inputs if t.op in found]
    while pending:
        op = pending.pop()
        if op not in used:
            used.add(op)
            pending += [t.op for t in op._inputs if t.op in found]
    return used
