"""Which operations a run needs: back from the fetches to what is fed."""


def needed(wanted, fed, known=()):
    """The operations that ``wanted`` ones depend on, in graph order.

    The search ends at tensors in ``fed`` and in ``known``, whose values nobody has to compute, and does not look behind
    inputs of which only a known shape matters.
    """
    found, pending = set(wanted), list(wanted)
    while pending:
        op = pending.pop()
        for t in op._inputs:
            if t.op not in found and t not in fed and t not in known:
                found.add(t.op)
                pending.append(t.op)
        for c in op._control_inputs:
            if c not in found and (not c.outputs or not any(t in fed for t in c.outputs)):
                found.add(c)
                pending.append(c)
    return sorted(found, key=_number)


def _number(op):
    return op._id
