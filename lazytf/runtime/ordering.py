"""When each operation runs: inputs first, and every read of a variable before the writes it does not wait for.

A graph says only what depends on what. Where it leaves a read and a write of one variable unordered, TensorFlow races;
here one run has one meaning:

    a read sees the variable as it was before every write that the read does not depend on;
    two writes that do not depend on each other happen in graph order;
    a gradient counts as a read of every variable that its forward operations read;
    what is read off a reference (``w/read``) is taken anew by a consumer that depends on a write which the read came
    before: ``with tf.control_dependencies([train]): y = w * 1.0`` is the trained ``w``, as in TensorFlow.

These rules become extra edges, reader -> writer and writer -> writer. A reader that takes the variable itself and
writes another one can close a cycle (a swap: ``a = b`` and ``b = a``); then the edge is dropped and the reader's
value is taken early, before the write (``snapshots``). A loop is one operation among those around it, which reads and
writes what those inside do; the operations inside are ordered by the same rules, before the condition and after it.
"""

from heapq import heapify, heappop, heappush
from itertools import chain, pairwise


def arrange(frames, fed, reads, writes, regions, reference):
    """``(operations and loops in the order to run them, snapshots, late)``; the parts of each loop are put in order."""

    def ordered(nodes, home):
        return order(nodes, fed, reads, writes, regions, reference, home)

    nodes, snapshots, late = ordered(frames.top, frames.homes())
    for loop in frames.loops:
        home = frames.homes(loop)
        parts = [ordered(part, home) for part in loop.parts()]
        loop.before, loop.body = (part for part, *_ in parts)
        for _, taken, anew in parts:
            snapshots |= taken
            late |= anew
    return nodes, snapshots, _at_entrance(late)


def _at_entrance(late):
    """``late`` with what a loop takes anew said of the operations that take it into the loop."""
    found = {}
    for (node, t), reference in late.items():
        for op in node.enters if node.op_type.role == "loop" else (node,):
            if t in op._inputs:
                found[op, t] = reference
    return found


def order(ops, fed, reads, writes, regions, reference=lambda tensor: None, home=None):
    """``(ops in the order to run them, snapshots, late)``.

    ``reads`` and ``writes`` give the variables that an operation reads and writes, ``regions`` the operations that a
    gradient operation differentiates, ``reference`` the reference that a tensor was read off, and its variable, or
    None, ``home`` the loop among ``ops`` that an operation stands in. ``snapshots`` is a set of ``(reader, variable)``,
    ``late`` the inputs to take anew, as ``{(consumer, tensor): reference}``.
    """
    home = home or {}
    writers = {}
    for op in ops:
        for variable in writes(op):
            writers.setdefault(variable, []).append(op)
    after, pairs = {}, []
    upstream = _upstream_writers(ops, fed, writers, home) if writers else {}
    late, also = _late(ops, fed, writers, upstream, reference)
    for op in ops if writers else ():
        for variable in set().union(*((*reads(o), *also.get(o, ())) for o in (op, *_differentiated(op, regions)))):
            ones = writers.get(variable, ())
            # A write that comes before one it depends on has been, whether or not it depends on that one too.
            seen = [i for i, w in enumerate(ones) if w is op or upstream[op] & upstream[w, "bit"]]
            pairs += [(op, writer, variable) for writer in ones[seen[-1] + 1 if seen else 0 :]]
    for ones in writers.values():
        for first, second in pairwise(ones):
            if not upstream[first] & upstream[second, "bit"]:
                after.setdefault(second, []).append(first)
    snapshots = set()
    for reader, writer, _ in pairs:
        after.setdefault(writer, []).append(reader)
    while True:
        ordered = _sorted(ops, fed, after, home)
        if len(ordered) == len(ops):
            return ordered, snapshots, late
        done = set(ordered)
        stuck = next(
            ((r, w, v) for r, w, v in pairs if r not in done and w not in done and (r, v) not in snapshots), None
        )
        if stuck is None:
            names = ", ".join(op.name for op in ops if op not in done)
            raise ValueError(f"Operations wait for each other in a circle: {names}")
        reader, _, variable = stuck
        snapshots.add((reader, variable))
        for r, w, v in pairs:
            if r is reader and v is variable and r in after.get(w, ()):
                after[w].remove(r)


def _differentiated(node, regions):
    """The operations that a gradient operation, or those in a loop, differentiate."""
    if node.op_type.role == "loop":
        return chain.from_iterable(regions[op] for op in node.members if op in regions)
    return regions.get(node, ())


def _late(ops, fed, writers, upstream, reference):
    """``({(consumer, tensor): reference}, {consumer: variables})`` of what is to be read where the consumer stands."""
    late, also = {}, {}
    for op in ops if writers else ():
        for t in op._inputs if op.op_type.role != "merge" else ():
            found = reference(t) if t not in fed and (t.op in upstream or t.op.op_type.role == "enter") else None
            if found is not None:
                if t.op.op_type.role == "enter":  # a round may depend on the writes of the one before
                    late[op, t] = found[0]
                    also.setdefault(op, []).append(found[1])
                    continue
                missed = upstream[op] & ~upstream[t.op]
                if missed and any(missed & upstream[w, "bit"] for w in writers.get(found[1], ())):
                    late[op, t] = found[0]
                    also.setdefault(op, []).append(found[1])
    return late, also


def _upstream_writers(ops, fed, writers, home):
    """For each operation, the writers it depends on, as bits of an int; and each writer's own bit."""
    upstream, bit = {}, 1
    for ones in writers.values():
        for writer in ones:
            if (writer, "bit") not in upstream:
                upstream[writer, "bit"] = bit
                bit <<= 1
    for op in _sorted(ops, fed, {}, home):
        bits = 0
        for source in (*(t.op for t in op._inputs if t not in fed), *op._control_inputs):
            source = home.get(source, source)
            bits |= upstream.get(source, 0) | upstream.get((source, "bit"), 0)
        upstream[op] = bits
    upstream.update((op, upstream[loop]) for op, loop in home.items() if op.op_type.role == "exit")
    return upstream


def _sorted(ops, fed, after, home):
    """A topological order that keeps to graph order where it can; shorter than ``ops`` where there is a circle."""
    if (
        not home
        and all(o._id < op._id for op, before in after.items() for o in before)
        and all(c._id < op._id for op in ops for c in op._control_inputs)
    ):
        return list(ops)  # graph order already is one
    inside, waits, then = set(ops), {}, {}
    for op in ops:
        before = {home.get(t.op, t.op) for t in op._inputs if t not in fed}
        before.update(home.get(c, c) for c in op._control_inputs)
        before &= inside
        before.update(after.get(op, ()))
        waits[op] = len(before)
        for o in before:
            then.setdefault(o, []).append(op)
    ready = [(op._id, op) for op in ops if not waits[op]]
    heapify(ready)
    ordered = []
    while ready:
        _, op = heappop(ready)
        ordered.append(op)
        for o in then.get(op, ()):
            waits[o] -= 1
            if not waits[o]:
                heappush(ready, (o._id, o))
    return ordered
