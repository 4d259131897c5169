"""Which loop an operation stands in.

A loop is a *frame* of the graph: what enters it goes round until its condition fails, and leaves by the exits.

    initial ─ Enter ─ Merge ──┬── Switch ─:0─ Exit ─ result
                       ▲      │     │└─:1─ body ─ NextIteration ─┐
                       │  condition ┘                            │
                       └─────────────────────────────────────────┘

Here every operation is given its innermost loop, by following the inputs down from the ``Enter``s. A loop is then one
``Loop`` among the operations around it - with inputs, reads and writes like any of them - and has two lists of its own:
what runs before the condition is looked at, and what runs in a round after it. The writer makes of it

    merge = initial
    for _ in rounds():
        ... condition
        if not condition: break
        ... body
        merge = next
"""

from lazytf.core import errors
from lazytf.core.registry import OpType
from lazytf.runtime import effects

LOOP = OpType("Loop() -> ()", None, None, role="loop")
_JOINTS = ("enter", "exit", "next", "condition")


class Loop:
    """One frame: a composite among the operations of the block it stands in."""

    op_type, _device = LOOP, ""

    def __init__(self, name, parent):
        self.name, self.parent = name, parent
        self.enters, self.merges, self.nexts, self.exits = [], [], [], []
        self.condition = None  # the LoopCond operation
        self.members = []  # all operations inside, those of inner loops too, in graph order
        self._own, self._loops = [], []  # those of no inner loop, but for the joints; the inner loops
        self.before, self.body = [], []  # operations and loops, in groups, in the order to run them
        self.once = []  # those of ``before`` that would give the same in every round
        self.reads, self.writes = [], []
        self._inputs = self._control_inputs = self.outputs = ()

    @property
    def _id(self):
        return self.enters[0]._id

    @property
    def depth(self):
        return 1 if self.parent is None else self.parent.depth + 1

    def parts(self):
        """``(operations and loops before the condition, those after it)``, each in graph order."""
        after = {self.condition}
        for op in self.members:
            if not after.isdisjoint(t.op for t in op._inputs) or not after.isdisjoint(op._control_inputs):
                after.add(op)
        nodes = sorted([*self._own, *self._loops], key=lambda node: node._id)
        late = [n for n in nodes if (n in after if n.op_type is not LOOP else not after.isdisjoint(n.enters))]
        return [n for n in nodes if n not in late], late

    def close(self):
        """Works out what the loop as a whole takes and touches, once all its members are known."""
        inside = set(self.members)
        if self.condition is None or not self.merges:
            raise errors.InvalidArgumentError(
                None,
                self.enters[0],
                f"The frame {self.name} has no {'merge' if self.condition else 'LoopCond'}: it is no loop.",
            )
        for merge in self.merges:
            for i, t in enumerate(merge._inputs):
                wanted, found = merge.outputs[0]._dtype._base, t._dtype._base
                if found is not wanted:
                    raise errors.InvalidArgumentError(
                        None,
                        merge,
                        f"Input {i} of node {merge.name} was passed {found._c_name} from {t.name} incompatible with "
                        f"expected {wanted._c_name}.",
                    )
        self._inputs = tuple(dict.fromkeys(t for e in self.enters for t in e._inputs))
        self._control_inputs = tuple(
            dict.fromkeys(c for op in self.members for c in op._control_inputs if c not in inside)
        )
        self.reads = list(dict.fromkeys(v for op in self.members for v in effects.reads(op)))
        self.writes = list(dict.fromkeys(v for op in self.members for v in effects.writes(op)))
        self.outputs = tuple(t for e in self.exits for t in e.outputs)

    def take_out(self, known, recorded):
        """Moves from ``before`` to ``once`` what the rounds do not change: a condition is looked at at least once."""
        same, kept = {e for e in self.enters if e._attrs["is_constant"]}, []
        for group in self.before:
            op = group[0]
            if (
                len(group) == 1
                and op not in recorded
                and op._inputs
                and _is_plain(op)
                and all(t in known or t.op in same for t in op._inputs)
            ):
                same.add(op)
                self.once.append(group)
            else:
                kept.append(group)
        self.before = kept
        return [op for group in self.once for op in group]

    def __repr__(self):
        return f"<loop {self.name}>"


def _is_plain(op):
    """Whether an operation does nothing but compute, from values alone."""
    kind = op.op_type
    if kind.role or kind.is_stateful or kind.needs_context or kind.reads or kind.writes:
        return False
    return not any(effects.is_reference(t) or effects.is_object(t) for t in (*op._inputs, *op.outputs))


class Frames:
    """The loops of one plan. ``of`` gives the innermost loop of an operation that stands in one."""

    def __init__(self, ops, ended):
        self.of, self._ended, self.loops = {}, ended, []
        self.once = set()  # operations that run once, before the loop they stand in
        by_name = {}
        for op in ops if any(op.op_type.role == "enter" for op in ops) else ():
            outer = self._around(op)
            if op.op_type.role == "enter":
                key = outer, op._attrs["frame_name"]
                loop = by_name.get(key)
                if loop is None:
                    loop = by_name[key] = Loop(op._attrs["frame_name"], outer)
                    self.loops.append(loop)
                    if outer is not None:
                        outer._loops.append(loop)
            else:
                loop = outer
            if loop is not None:
                self.of[op] = loop
                self._sort(op, loop)
        self.loops = [loop for loop in reversed(self.loops) if not self._is_left_out(loop)][::-1]  # inner ones first
        for loop in reversed(self.loops):
            loop.close()
        self.top = self._top(ops)
        self.merges = {m for loop in self.loops for m in loop.merges}

    def _is_left_out(self, loop):
        """Whether a run needs no more of a loop than what enters it, which then belongs to what is around."""
        if loop.condition is not None or loop.merges or loop._loops:
            return False
        for op in loop.members:
            del self.of[op]
            if loop.parent is not None:
                self.of[op] = loop.parent
                loop.parent._own.append(op)
        if loop.parent is not None:
            loop.parent._loops.remove(loop)
        return True

    def _around(self, op):
        """The innermost loop that an operation's inputs, and what it waits for, stand in."""
        found = None
        for source in (*(t.op for t in op._inputs if t not in self._ended), *op._control_inputs):
            loop = self.of.get(source)
            if loop is not None and source.op_type.role == "exit":
                loop = loop.parent
            if loop is not None and (found is None or loop.depth > found.depth):
                found = loop
        return found

    def _sort(self, op, loop):
        role = op.op_type.role
        if role == "merge" and any(t.op.op_type.role == "enter" for t in op._inputs):
            loop.merges.append(op)
        elif role == "condition":
            if loop.condition is not None:
                raise errors.InvalidArgumentError(
                    None,
                    op,
                    f'Invalid loop structure: Loop "{loop.name}" has more than one LoopCond node: "{op.name}" and '
                    f'"{loop.condition.name}". A graph with loops that is imported twice runs if it is imported as a '
                    "MetaGraphDef, which gives the loops names of their own.",
                )
            loop.condition = op
        elif role in _JOINTS:
            {"enter": loop.enters, "exit": loop.exits, "next": loop.nexts}[role].append(op)
        else:
            loop._own.append(op)
        while loop is not None:
            loop.members.append(op)
            loop = loop.parent

    def _top(self, ops):
        if not self.loops:
            return ops
        nodes = [op for op in ops if op not in self.of]
        return sorted([*nodes, *(loop for loop in self.loops if loop.parent is None)], key=lambda node: node._id)

    def is_made_outside(self, op):
        """Whether the outputs of an operation of a loop are there, under one name, before its first round."""
        return op.op_type.role in ("enter", "exit") or op in self.merges or op in self.once

    def homes(self, loop=None):
        """``{operation: loop}`` for all that stand in an inner loop of ``loop``, or in any where that is None."""
        inner = [x for x in self.loops if x.parent is loop]
        return {op: x for x in inner for op in x.members}


def flat(groups):
    """All operations of groups, those in loops where they run."""
    for group in groups:
        for node in group:
            if node.op_type is not LOOP:
                yield node
                continue
            yield from node.enters
            yield from flat(node.once)
            yield from node.merges
            yield from flat(node.before)
            yield node.condition
            yield from flat(node.body)
            yield from node.nexts
            yield from node.exits
