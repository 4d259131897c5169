"""Which branch an operation stands in.

TensorFlow's dataflow has no ``if``: a ``Switch`` sends a value to one of two outputs, what depends on the dead one
never runs, and a ``Merge`` goes on with the input that is alive. Here every operation is given its *guards*, the
pairs ``(predicate, branch)`` that must all hold for it to run, by following the inputs down from the switches:

    x ─ Switch ─ :0 ── Neg ──────── Merge ─ y        Neg   stands under (pred, False)
       (pred)  └ :1 ── Exp ───────┘                   Exp   stands under (pred, True)
                                                      Merge under what its inputs have in common: nothing

The writer then puts operations of the same guards into an ``if`` block, and a merge becomes an expression.
"""

from lazytf.core import errors


class Guards:
    """The guards of operations and tensors: tuples of ``(predicate tensor, bool)``, outermost first."""

    def __init__(self, ops, ended):
        self.of, self._ended, self.choices = {}, ended, {}
        for op in ops:
            if op.op_type.role == "merge":
                self._merge(op)
                continue
            found = dict.fromkeys(g for t in op._inputs for g in self.of_tensor(t))
            found.update(dict.fromkeys(g for c in op._control_inputs for g in self.of.get(c, ())))
            if found:
                self.of[op] = tuple(sorted(found, key=lambda g: (g[0].op._id, g[1])))
        self.any = any(op.op_type.role == "switch" for op in ops)

    def __getitem__(self, op):
        return self.of.get(op, ())

    def of_tensor(self, t):
        """What must hold for a tensor to be alive."""
        if t in self._ended:
            return ()
        own = self.of.get(t.op, ())
        return (*own, (predicate(t.op), t.value_index == 1)) if t.op.op_type.role == "switch" else own

    def _merge(self, op):
        """A merge stands under what all its inputs share; where two differ in one predicate, that one decides."""
        sides = [self.of_tensor(t) for t in op._inputs]
        shared = tuple(g for g in sides[0] if all(g in side for side in sides))
        if len(sides) == 2:
            deciding = next((p for p, b in sides[0] if (p, not b) in sides[1]), None)
            if deciding is not None:
                self.choices[op] = deciding, 0 if (deciding, True) in sides[0] else 1
        if op not in self.choices:
            raise errors.UnimplementedError(
                None,
                op,
                f"{op.name} joins {len(sides)} inputs that are not the two sides of one condition: lazytf cannot run "
                "loops and many-way merges yet.",
            )
        if shared:
            self.of[op] = shared


def predicate(switch):
    """The tensor that decides a switch: identities of it are the same predicate."""
    t = switch._inputs[1]
    while t.op.op_type.is_alias and not t.op._control_inputs:
        t = t.op._inputs[t.value_index]
    return t
