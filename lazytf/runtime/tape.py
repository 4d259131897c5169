"""What autograd must see: where it records, where recording starts, and the lines that ask it for gradients.

Grad mode is switched where two operations differ in it. An x of a gradient is a tensor of its own, so that autograd
finds it; rows that are taken inside a loop or a branch go to a list that their gradient reads; an operation whose
derivative the program gave is put under that rule.
"""

import torch

from lazytf.core import dtypes, shapes
from lazytf.runtime.bindings import row
from lazytf.runtime.effects import is_reference, variable_of
from lazytf.runtime.locating import HOST
from lazytf.runtime.regions import parts, rules
from lazytf.runtime.tensors import TORCH


class Tape:
    """Writes the lines of one plan that concern autograd."""

    def __init__(self, page, draft, names, borrowing, bindings):
        self.page, self.draft, self.names, self.borrowing, self.bindings = page, draft, names, borrowing, bindings
        self.regions, self.grad_mode = draft.regions, False
        self.fed_names = {}  # fed tensor whose producers run nevertheless -> name of the fed value
        self.takers = {}  # operation that takes rows -> the lists that gradients want them in
        for g in draft.regions.of:
            for i, (_, takers) in enumerate(draft.regions.tables(g)):
                for op in takers:
                    self.takers.setdefault(op, []).append(_rows_of(g, i))

    def tell_apart(self, op, t, source):
        """Gives an output a tensor of its own, so that autograd sees where it ends and its input begins."""
        place, recorded = self.draft.home(op), op in self.regions.recorded
        name = self.page.use(self.names.value(t if t in self.names else source, place, recorded))
        if recorded:
            self.set_grad(True)
        own = self.page.define(f"t{op._id}_{t.value_index}", t._shape)
        view = "clone()" if t in self.regions.overridden else f"view_as({name})"
        self.page.line(f"{own} = {name}.{view if recorded else 'detach()'}", op, op.name)
        self.names.uses_torch = True
        self.names.forget(t)
        self.names.hold(t, place, own, self.borrowing.lenders(name), recorded)
        self.finish(op, t, own)

    def finish(self, op, t, name):
        """What a result still needs: fed numbers put in its place, or autograd told to start recording here."""
        if t in self.regions.overridden:
            if op.op_type.is_view and not op.op_type.is_alias:
                self.page.use(name)
                self.page.line(f"{name} = {name}.clone()", op)
            fed = self.page.use(self.fed_names[t])
            self.page.use(name)
            self.page.line(f"{name} = replaced({name}, {fed})", op, f"{t.name} is fed")
        if t in self.regions.sources:
            self.start(t, op, fresh=op not in self.regions.recorded)

    def start(self, t, op, fresh=True):
        """Makes what holds ``t`` a tensor of its own that autograd records from."""
        if not (t._dtype.is_floating or t._dtype.is_complex):
            return
        home = self.draft.home(op)
        name = self.page.use(self.names.value(t, home))
        own = self.page.define(f"x{op._id}_{t.value_index}", t._shape)
        self.page.line(f"{own} = {name}.detach().requires_grad_()" if fresh else f"{own} = recorded({name})", op)
        self.names.forget(t)
        self.names.hold(t, home, own, self.borrowing.lenders(name), recorded=True)
        self.names.uses_torch = True

    def set_grad(self, mode):
        """Sees to it that lines written from now on run in that grad mode."""
        if self.grad_mode is not mode:
            self.page.switch(f"set_grad({mode})")
            self.grad_mode = mode

    def under_rule(self, op, targets, place):
        """Makes the results of an operation differentiable by a rule that the program gave."""
        page, inputs = self.page, []
        self.set_grad(True)
        for t in (*op._inputs, *self.regions.ruled[op]):
            t = self.draft.late.get((op, t), t)
            is_value = t._dtype._base is not dtypes.resource
            at = HOST if t._dtype._base is dtypes.string else place
            inputs.append(self.names.value(t, at, True, op) if is_value else "None")
        for name in (*(n for n in inputs if n != "None"), *targets):
            page.use(name)
        rule, results, count = page.use(f"r{op._id}"), row(targets), len(op._inputs)
        given = f"{rule}, {row(inputs[:count])}, {results}, {row(inputs[count:])}"
        page.line(f"{results} = under_rule({given})", op, "its gradient is the program's own")

    def gradient(self, op):
        """The lines of one gradient operation: rules set, torch.autograd asked, rules cleared."""
        ruled = [each for each in rules(op) if each[0] in self.draft.position_of]
        for i, (other, function, captured, inside) in enumerate(ruled):
            kept, inside = [*other._inputs, *other.outputs, *self.regions.ruled[other]], iter(inside)
            own = len(other._inputs) + len(other.outputs)
            sources = tuple([s if s < own else kept.index(next(inside), own) for s in function.attrs["_sources"]])
            held = [self._taken_by_rule(t, op) for t in captured]
            rule, held = self.page.use(f"r{other._id}"), [self.page.use(name) for name in held]
            called = self.bindings.callable(op, f"rule{i}", function)
            told = f"{called}, {tuple(function.attrs['_inputs'])}, {sources}, {row(held)}"
            self.page.line(f"{rule}.set({told})", op, f"gradient of {other.name}")
        self._gradient_line(op)
        for other, *_ in ruled:
            self.page.line(f"{self.page.use(f'r{other._id}')}.clear()", op)

    def _taken_by_rule(self, t, op):
        if is_reference(t):
            return self.borrowing.cell(variable_of(t))
        return self.names.value(t, self.draft.home(t.op), self.regions.needs_second(op), op)

    def _gradient_line(self, op):
        draft, page, p = self.draft, self.page, parts(op)
        place, again = draft.home(op), self.regions.needs_second(op)
        weighed = dict(zip(op._attrs["given"], p.grad_ys, strict=True))
        ys = [page.use(self.names.value(y, place, recorded=True)) for y in p.ys]
        weights = [
            page.use(self.names.value(weighed[i], place, again)) if i in weighed else self._ones(y, place)
            for i, y in enumerate(p.ys)
        ]
        sliced = op._attrs["sliced"]
        held = [
            self._leaves(variable_of(x), op)
            if is_reference(x)
            else [self.names.value(x, draft.home(x.op), recorded=True)]
            for x in p.xs
        ]
        tables, held = [held[i][0] for i in sliced], [names for i, names in enumerate(held) if i not in sliced]
        xs = [page.use(name) for names in held for name in names]
        stops = [page.use(self.names.value(s, draft.home(s.op), recorded=True)) for s in p.stops]
        self.set_grad(again)
        self.names.uses_torch = True
        found = [page.define(f"g{op._id}_{i}") for i in range(len(xs) + 2 * len(sliced))]
        rows = [
            f"({page.use(_rows_of(op, i))}, {page.use(table)}, {self.bindings.type(op._attrs['Tindices'][i], False)})"
            for i, table in enumerate(tables)
        ]
        page.line(
            f"{', '.join(found)}, = gradients({row(ys)}, {row(xs)}, {row(weights)}, {row(stops)}, "
            f"{draft.retains(op)}, {again}{f', {row(rows)}' if rows else ''})",
            op,
            op.name,
        )
        start, count = 0, len(p.xs)
        for i, at in enumerate(sliced):
            values, numbers = found[len(xs) + 2 * i : len(xs) + 2 * i + 2]
            self.names.hold(op.outputs[at], place, values, recorded=again)
            self.names.hold(op.outputs[count + i], place, numbers)
        for t, names in zip((t for i, t in enumerate(op.outputs[:count]) if i not in sliced), held, strict=True):
            mine = found[start : start + len(names)]
            start += len(names)
            self.names.hold(t, place, mine[0] if len(mine) == 1 else self._sum(op, t, names, mine), recorded=again)
            if t in self.regions.sources:
                self.start(t, op, fresh=not again)

    def begin_rows(self, loop):
        """Empty lists for the rows that gradient operations of a loop, or of none, want gathered."""
        for g in self.regions.of:
            if self.takers and self.draft.frames.of.get(g) is loop:
                for i in range(len(g._attrs["sliced"])):
                    self.page.line(f"{self.page.define(_rows_of(g, i))} = []", g)

    def _leaves(self, variable, op):
        """The names that a variable was read under where autograd records; a kernel may have read it by itself."""
        return self.borrowing.leaves.get(variable) or [self.names.read(variable, op, recorded=True)]

    def _sum(self, op, t, leaves, names):
        """The gradient of a variable that was read on both sides of a write."""
        total = self.page.define(f"g{op._id}_{t.value_index}s")
        leaves, names = (row([self.page.use(n) for n in ones]) for ones in (leaves, names))
        self.page.line(f"{total} = summed({leaves}, {names})", op)
        return total

    def _ones(self, y, place):
        """A standing constant for the weight of a scalar y; None leaves it to the run."""
        if y._shape is None or None in y._shape or shapes.num_elements(y._shape) > 1:
            return "None"
        dtype = y._dtype._base
        ones = torch.ones(y._shape, dtype=TORCH[dtype], device=place.torch)
        return self.page.bind(f"one_{dtype.name}_{'x'.join(map(str, y._shape))}_{place.kind}", ones)


def _rows_of(gradient, i):
    """The name of a list of rows and their numbers."""
    return f"l{gradient._id}_{i}"
