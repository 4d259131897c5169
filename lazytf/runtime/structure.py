"""Which branch an operation stands in.

TensorFlow's dataflow has no ``if``: a ``Switch`` sends a value to one of two outputs, what depends on the dead one
never runs, and a ``Merge`` goes on with the input that is alive. Here every operation is given its *guards*, the
pairs ``(predicate, branch)`` that must all hold for it to run, by following the inputs down from the switches:

    x ─ Switch ─ :0 ── Neg ──────── Merge ─ y        Neg   stands under (pred, False)
       (pred)  └ :1 ── Exp ───────┘                   Exp   stands under (pred, True)
                                                      Merge under what its inputs have in common: nothing

The writer then puts operations of the same guards into an ``if`` block, and a merge becomes an expression. The switches
and merges of a loop (see ``frames``) guard nothing: its body runs or does not.
"""

from lazytf.core import errors


class Guards:
    """The guards of operations and tensors: tuples of ``(predicate tensor, bool)``, outermost first.

    ``choices`` gives for each merge the conditions under which its inputs are alive, beside its own guards.
    """

    def __init__(self, ops, ended, frames):
        self.of, self._ended, self.choices = {}, ended, {}
        self._predicates = {}
        has_branches = any(op.op_type.role in ("switch", "merge") for op in ops)
        for op in ops if has_branches else ():
            if op.op_type.role == "merge":
                if op in frames.merges:
                    found = self.of_tensor(next(t for t in op._inputs if t.op.op_type.role == "enter"))
                else:
                    found = self._merged(op)
            else:
                found = self._needed(op)
            if found:
                self.of[op] = found
        for loop in frames.loops:
            found = dict.fromkeys(g for e in loop.enters for g in self.of.get(e, ()))
            self.of[loop] = self._outermost_first(found)

    def __getitem__(self, op):
        return self.of.get(op, ())

    def of_tensor(self, t):
        """What must hold for a tensor to be alive."""
        if t in self._ended:
            return ()
        own = self.of.get(t.op, ())
        if t.op.op_type.role != "switch":
            return own
        decides = self._predicate(t.op)
        return own if decides.op.op_type.role == "condition" else (*own, (decides, t.value_index == 1))

    def _needed(self, op):
        found = dict.fromkeys(g for t in op._inputs for g in self.of_tensor(t))
        found.update(dict.fromkeys(g for c in op._control_inputs for g in self.of.get(c, ())))
        return self._outermost_first(found)

    @staticmethod
    def _outermost_first(guards):
        return tuple(sorted(guards, key=lambda g: (g[0].op._id, g[1])))

    def _predicate(self, switch):
        """The tensor that decides a switch: what only names it again is the same predicate."""
        found = self._predicates.get(switch)
        if found is None:
            found = switch._inputs[1]
            while found not in self._ended and _only_names(found.op):
                found = found.op._inputs[found.value_index]
            self._predicates[switch] = found
        return found

    def _merged(self, op):
        """The guards of a merge: what its inputs share, once pairs that differ in one predicate are put together."""
        sides = [self.of_tensor(t) for t in op._inputs]
        alive = _joined([frozenset(side) for side in sides])
        if len(alive) > 1:
            raise errors.UnimplementedError(
                None,
                op,
                f"{op.name} joins {len(sides)} inputs that are not the sides of conditions: whether it is alive cannot "
                "be told from the graph, and lazytf cannot run such a merge.",
            )
        own = self._outermost_first(alive[0])
        self.choices[op] = [tuple(g for g in side if g not in own) for side in sides]
        return own


def _joined(sides):
    """The conjunctions of ``sides``, any of which may hold; complementary ones are put together."""
    sides = list(dict.fromkeys(sides))
    for i, one in enumerate(sides):
        for other in sides[i + 1 :]:
            if one < other or other < one:
                return _joined([s for s in sides if s is not max(one, other, key=len)])
            differing = one ^ other
            if len(differing) == 2 and len({p for p, _ in differing}) == 1:
                return _joined([s for s in sides if s is not one and s is not other] + [one & other])
    return sides


def _only_names(op):
    """Whether the outputs of an operation are its inputs: identities, and what a loop captured."""
    return op.op_type.is_alias or (op.op_type.role == "enter" and op._attrs["is_constant"])
