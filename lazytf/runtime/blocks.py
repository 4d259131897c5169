"""Blocks of a plan's code: branches and loops, and what comes out of them.

Operations under the same guards share an ``if``; a merge is an expression. What enters a loop stands before it, what
goes round it is assigned before it and at the end of every round, and its exits are the names that this leaves.
"""

import numpy as np

from lazytf.runtime.borrowing import NOTHING
from lazytf.runtime.effects import is_object, is_reference
from lazytf.runtime.frames import flat
from lazytf.runtime.locating import HOST
from lazytf.runtime.source import Header


class Blocks:
    """Writes the branches and loops of one plan; ``writer`` writes the operations in them."""

    def __init__(self, writer):
        self.writer, self.page, self.draft = writer, writer.page, writer.draft
        self.names, self.tape, self.regions = writer.names, writer.tape, writer.regions
        self.borrowing, self.bindings = writer.borrowing, writer.bindings
        self._base, self._given = (), frozenset()  # the path of the open loop, and the guards that hold in it

    def stand_under(self, guards, op):
        """Lets lines written now stand under guards, outermost first; a predicate is looked up under those before."""
        self.page.path = self._base
        for predicate, branch in guards:
            if (predicate, branch) not in self._given:
                name = self._decides(predicate, op)
                self.page.path = (*self.page.path, Header(name if branch else f"not {name}", op=op))

    def _decides(self, predicate, op):
        """The name that a condition looks at; only a run knows whether a predicate of unknown shape is a scalar."""
        name = self.names.value(predicate, HOST, op=op)
        if predicate._shape == () or predicate in self.draft.known:
            return name
        own = f"{name}_p"
        if own not in self.page.defined or not self.page.is_visible(own):
            self.page.insert(f"{own} = scalar({name})", op, predicate.name, [name], own)
        return own

    def join(self, op):
        """A merge: the value of the side that ran."""
        guards, page = self.draft.guards, self.page
        t, index = op.outputs
        place, path = self._place_of_merge(op), page.path
        sides, conditions = [], []
        for source, alive in zip(op._inputs, guards.choices[op], strict=True):
            self.stand_under(guards.of_tensor(source), op)
            source = self.draft.late.get((op, source), source)
            sides.append(self.names.value(source, place, op in self.regions.recorded, op))
            self.stand_under((*guards[op], *alive), op)
            conditions.append(page.path[len(path) :])
        page.path = path
        lenders = NOTHING.union(*(self.borrowing.lenders(name) for name in sides))
        self._line_of_choice(op, t, place, [page.use(name) for name in sides], conditions)
        name = self.names.places(t)[place]
        self.borrowing.lend(name, lenders, t)
        if not self.names.records.isdisjoint(sides):
            self.names.records.add(name)
        self.tape.finish(op, t, name)
        if index in self.writer.last_use:
            numbers = [self.bindings.constant(np.int32(i)) for i in range(len(sides))]
            self._line_of_choice(op, index, HOST, numbers, conditions)

    def _line_of_choice(self, op, t, place, values, conditions):
        """``t = a if h3 else b``: the value whose conditions hold."""
        choices = sorted(zip(values, conditions, strict=True), key=lambda c: [h.condition[:4] == "not " for h in c[1]])
        text = choices[-1][0]
        for value, headers in reversed(choices[:-1]):
            if headers:
                text = f"{value} if {all_of(headers)} else {text}"
                for header in headers:
                    self.page.use(header.name)
            else:
                text = value
        name = self.names.define(t, place)
        self.page.line(f"{name} = {text}", op, t.name)
        self.names.hold(t, place, name)

    def _place_of_merge(self, op):
        return HOST if op in self.draft.hosted else self.draft.home(op)

    def loop(self, loop):
        """A frame as Python's loop. What enters it stands before it, what goes round it is assigned before it and at
        the end of every round, and its exits are the names that this leaves.
        """
        page, borrowing, draft = self.page, self.borrowing, self.draft
        outer, base, given = page.path, self._base, self._given
        for op in loop.enters:
            if op._inputs[0] in self.names or op._inputs[0] in self.draft.known or is_reference(op._inputs[0]):
                self.writer.alias(op)
        for group in loop.once:
            self.writer.group(group)
        page.path = outer
        self._bring_in(loop)
        carried = {op: self._begin(op) for op in loop.merges if not is_reference(op.outputs[0])}
        if not self.regions.recorded.isdisjoint(loop.members) and any(op not in draft.hosted for op in loop.members):
            self.tape.set_grad(True)
        mode = self.tape.grad_mode
        for variable in loop.writes:
            borrowing.after_write(variable)  # in the second round it is not what it was before the loop
        changing, borrowing.changing = borrowing.changing, borrowing.changing.union(loop.writes)
        header = Header(text=f"for _ in rounds():  # {loop.name}", op=loop.condition)
        self._base = page.path = (*outer, header)
        self._given = frozenset(draft.guards[loop])
        for op in (*loop.enters, *loop.merges):
            t = op.outputs[0]
            if t in self.regions.sources and not is_reference(t):  # a gradient in here, of this round alone
                self.tape.tell_apart(op, t, t)
        self.tape.begin_rows(loop)
        for group in loop.before:
            self.writer.group(group)
        page.path = self._base
        decides = self._decides(loop.condition._inputs[0], loop.condition)
        left = self._leave(loop, carried, outer)
        self.tape.set_grad(mode)
        page.line(f"if not {page.use(decides)}: break", loop.condition, loop.condition.name)
        for group in loop.body:
            self.writer.group(group)
        page.path, self.writer.position = self._base, draft.end_of[loop]
        self.tape.set_grad(mode)  # a copy of what goes round is recorded like the rest
        self._go_round(loop, carried)
        self._base, self._given, page.path = base, given, outer
        borrowing.changing = changing
        for variable in loop.writes:
            borrowing.after_write(variable)
        for op in loop.exits:
            if self.writer.last_use.get(op.outputs[0]) == self.writer.end and is_reference(op.outputs[0]):
                self.writer.fetch_reference(op.outputs[0], op)
        for op, (place, name) in left.items():
            t = op.outputs[0]
            self.names.hold(t, place, name, borrowing.lenders(name), name in self.names.records)
            if any(t in marked for marked in (self.regions.sources, self.regions.stopped)):
                self.tape.tell_apart(op, t, t)

    def _bring_in(self, loop):
        """Moves what stays the same in every round to where it will be wanted, once."""
        for op in (*loop.enters, *flat(loop.once)):
            t = op.outputs[0]
            if op._attrs.get("is_constant", True) and (t in self.names or t in self.draft.known):
                for consumer in self.draft.consumers.get(t, ()):
                    late = (consumer, t) in self.draft.late
                    if not (late or consumer.op_type.role == "enter" or consumer.op_type.takes_shapes):
                        self.names.value(t, self.draft.place_of_argument(consumer, t), op=op)

    def _begin(self, merge):
        """``(place, name)`` of what goes round, as it is before the first round."""
        t, place = merge.outputs[0], self._place_of_merge(merge)
        source = next(t for t in merge._inputs if t.op.op_type.role == "enter")
        recorded = merge in self.regions.recorded
        value = self.page.use(self.names.value(source, place, recorded, merge))
        name = self.names.define(t, place)
        tape = ".detach()" if value in self.names.records and not recorded else ""  # which would follow it round
        self.page.line(f"{name} = {value}{tape}", merge, t.name)
        self.names.hold(t, place, name, self.borrowing.lenders(value), recorded)
        return place, name

    def _go_round(self, loop, carried):
        """The end of a round: what goes round is what the round made of it."""
        page, targets, values = self.page, [], []
        for merge, (place, name) in carried.items():
            source = next(t for t in merge._inputs if t.op.op_type.role == "next").op
            value = self.names.value(source._inputs[0], place, merge in self.regions.recorded, source)
            if value == name:
                continue
            text = page.use(value)
            if value in self.names.records and merge not in self.regions.recorded:
                text += ".detach()"  # a gradient inside the loop is one of its round alone
            if not self.borrowing.lenders(value) <= self.borrowing.lenders(name) and not is_object(merge.outputs[0]):
                text += ".copy()" if place is HOST else ".clone()"
            targets.append(name)
            values.append(text)
        for name in targets:
            page.define(name, page.defined[name])
        if targets:
            page.line(f"{', '.join(targets)} = {', '.join(values)}", loop.nexts[0], "next round")

    def _leave(self, loop, carried, outer):
        """``{exit: (place, name)}``: what the loop leaves behind, under names that outlive it."""
        left = {}
        for op in loop.exits:
            if is_reference(op.outputs[0]):
                continue
            source = op._inputs[0]
            while source.op.op_type.role == "switch" or (
                source.op.op_type.is_alias and source not in self.regions.sources
            ):
                source = source.op._inputs[0]
            if source.op in carried:
                left[op] = carried[source.op]
                continue
            place = HOST if op in self.draft.hosted else self.draft.home(op)
            value = self.page.use(self.names.value(source, place, op in self.regions.recorded, op))
            name = self.names.define(op.outputs[0], place)
            self.page.line(f"{name} = {value}", op, op.name)
            self.page.outlives(name, outer)
            self.borrowing.lend(name, self.borrowing.lenders(value))
            if value in self.names.records:
                self.names.records.add(name)
            left[op] = place, name
        return left


def all_of(headers):
    """The conditions of ``if`` blocks as one."""
    return " and ".join(header.condition for header in headers)
