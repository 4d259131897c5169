"""Updates of one step, done together: one torch call for all variables of an optimizer."""


def merge(ordered, ended, writes, guards):
    """The operations as groups, in the order to run them: a list of lists, most of one operation.

    Operations of one type join a group when the type has a merged kernel, their attrs and shared inputs are the same,
    and each writes variables of its own. The group runs where its last member stood, so a group ends, and takes no
    more members, as soon as somebody waits for one of them or writes what one of them wrote.
    """
    groups, open_groups, home, written = [], {}, {}, {}
    for op in ordered:
        if open_groups:
            touched = [home.get(t.op) for t in op._inputs if t not in ended]
            touched += [home.get(c) for c in op._control_inputs]
            touched += [written.get(variable) for variable in writes(op)]
            for key in [k for k, group in open_groups.items() if any(t is group for t in touched)]:
                del open_groups[key]
        key = _key(op, guards)
        group = open_groups.get(key) if key is not None else None
        if group is None:
            group = []
            groups.append(group)
            if key is not None:
                open_groups[key] = group
        group.append(op)
        if key is not None:
            home[op] = group
            written.update((variable, group) for variable in writes(op))
    if len(groups) == len(ordered):
        return groups
    position = {op: i for i, op in enumerate(ordered)}
    return sorted(groups, key=lambda g: position[g[-1]])


def _key(op, guards):
    """What operations must share to be merged; None where the type has no merged kernel."""
    kind = op.op_type
    if kind.merged is None:
        return None
    shared = tuple(t for arg, t in zip(kind.schema.inputs, op._inputs, strict=True) if arg.name in kind.shared)
    types = tuple(op._attrs[a.name] for a in kind.schema.attrs if a.kind == "type")
    return kind, shared, types, tuple(op._attrs[p] for p in kind.parameters if p in op._attrs), op._device, guards[op]
