"""From operations in order to Python source: one assignment per operation, commented with its graph name.

    def plan(f0, f1):
        t0 = feed_0(f0)  # x-input:0
        v2 = c2.value
        t5 = MatMul(t0, v2, False, False)  # MatMul
        return (t5.numpy(),)

Kernels, constants, attrs and cells are globals of the function. A tensor may be present in several places (in NumPy
on the host, in torch on a device); whoever needs it elsewhere first makes the copy. A variable is read where its
reader stands. A fetch of storage that somebody else may own is copied (``borrowing`` keeps account of that);
everything else is handed out as it is. Names: ``t`` a tensor, ``h`` a NumPy value, ``o`` another object, ``g`` a
gradient, ``x`` where recording starts, ``c`` a cell, ``v w`` a variable's value and leaf, ``k`` a constant, ``f`` a
fed value, ``l`` a list of rows.
"""

import numpy as np
import torch

from lazytf.core import dtypes, errors, shapes
from lazytf.core.operation import count
from lazytf.runtime import autograd, failures, tensors, watching
from lazytf.runtime.borrowing import NOTHING, Borrowing, is_on_host
from lazytf.runtime.effects import is_object, is_reference, variable_of, writes
from lazytf.runtime.feeds import converter
from lazytf.runtime.frames import LOOP, flat
from lazytf.runtime.locating import is_host_feed
from lazytf.runtime.regions import parts, rules
from lazytf.runtime.resources import Context
from lazytf.runtime.source import Header, Page

HOST = "host"
_LITERAL = (bool, int, str, type(None))
_OPERATORS = {
    np.add: "+",
    np.subtract: "-",
    np.multiply: "*",
    np.divide: "/",
    np.less: "<",
    np.less_equal: "<=",
    np.greater: ">",
    np.greater_equal: ">=",
    np.logical_and: "&",
    np.logical_or: "|",
}
_BINDINGS = {
    "set_grad": torch._C._set_grad_enabled,
    "gradients": autograd.gradients,
    "recorded": autograd.recorded,
    "replaced": autograd.replaced,
    "Rule": autograd.Rule,
    "under_rule": autograd.under_rule,
    "summed": autograd.summed,
    "to_host": watching.to_host,
    "to_torch": tensors.from_numpy,
    "to_numpy": tensors.to_numpy,
    "copied_to_numpy": tensors.copied_to_numpy,
    "copied": tensors.copied,
    "own_strings": tensors.own_strings,
    "array": np.array,
    "dead": failures.dead,
    "unfed": failures.unfed,
    "flow": np.float32(0),  # what a tensor holds that only puts operations in order
}


class Writer:
    """Writes one plan. ``draft`` (see ``runtime/plan.py``) says what the passes before found out."""

    def __init__(self, draft, resources, callable_of, prefix=""):
        self.draft, self.resources = draft, resources
        self.callable_of, self.prefix = callable_of, prefix  # of functions; of the names of what they own
        self.regions, self.known = draft.regions, draft.known
        self.end = draft.last_position
        self.last_use = self._last_uses()
        self.written = {variable for op in draft.ordered for variable in writes(op)}
        self.page = Page({**_BINDINGS, "rounds": resources.rounds})
        self.borrowing = Borrowing(self.page, draft, resources, self.last_use)
        self.names = {}  # tensor -> {place: name}
        self.fed_names = {}  # fed tensor whose producers run nevertheless -> name of the fed value
        self.fetched = {}  # fetched reference -> {place: name}, which nobody else takes
        self.early = {}  # (reader, variable) -> name of a value taken before a write
        self.records = set()  # names of tensors that autograd records
        self.base, self.given = (), frozenset()  # the path of the open loop, and the guards that hold in it
        self.takers = {}  # operation that takes rows -> the lists that gradients want them in
        for g in self.regions.of:
            for i, (_, takers) in enumerate(self.regions.tables(g)):
                for op in takers:
                    self.takers.setdefault(op, []).append(_rows_of(g, i))
        self.grad_mode = False
        self.uses_torch = self.uses_context = False

    @property
    def uses_state(self):
        return self.uses_context or self.borrowing.touched

    def write(self):
        """The plan's ``Source``."""
        draft, page = self.draft, self.page
        for i, t in enumerate(draft.fed):
            self._feed(t, i)
        for op in sorted(self.regions.ruled.keys() & draft.position_of.keys(), key=lambda o: o._id):
            page.line(f"{page.define(f'r{op._id}')} = Rule()", None, op.name)
        for number, group in enumerate(draft.groups):
            if draft.end and number in (draft.start, draft.end):
                page.path = ()
                self._set_grad(False)
                page.in_stretch = number == draft.start
            if number == draft.start:
                self._begin_rows(None)
            self._group(group)
        self.position, page.path = self.end, ()
        if page.in_stretch:
            self._set_grad(False)
            page.in_stretch = False
        page.line(f"return {_tuple([self._fetched(t) for t in draft.fetched])}", None)
        return page.compiled([f"f{i}" for i in range(len(draft.fed))])

    def _last_uses(self):
        """``{tensor: position of the last group that takes it}``; fetched ones are taken at the very end, what a loop
        takes from outside at the loop's end.
        """
        draft, last = self.draft, {}
        for op in flat(draft.groups):
            for o in (op, *self.regions.of.get(op, ())):  # the tape holds what the region read
                for t in o._inputs:
                    if (o, t) not in draft.late:
                        last[t] = max(last.get(t, -1), draft.end_of_use(op, t))
        last.update((t, self.end) for t in draft.fetched)
        return last

    # -- feeds and fetches ------------------------------------------------------------------------------------------

    def _feed(self, t, i):
        home, page = self.draft.home(t.op), self.page
        place = HOST if is_host_feed(t) else home
        overridden = t in self.regions.overridden
        name = page.define(f"{'h' if place is HOST else 't'}{t.op._id}_{t.value_index}{'f' * overridden}", t._shape)
        convert = page.bind(f"feed_{i}", converter(t, None if place is HOST else place.torch))
        page.line(f"{name} = {convert}(f{i})", None, t.name)  # no operation: what it raises is about the feed
        self.uses_torch |= place is not HOST
        if overridden:
            self.fed_names[t] = name
            return
        self._hold(t, place, name, frozenset((t,)))
        if t in self.regions.sources:
            self._start_recording(t, t.op)

    def _fetched(self, t):
        """An expression for the NumPy value of a fetched tensor; an error where its branch did not run."""
        self._stand_under(self.draft.guards.of_tensor(t), t.op)
        headers, self.page.path = self.page.path, ()
        for header in headers:
            self.page.use(header.name)
        value = self._fetched_alive(t)
        return f"({value} if {_all_of(headers)} else dead({t.name!r}))" if headers else value

    def _fetched_alive(self, t):
        """An expression for the NumPy value of a fetched tensor that nobody else can change."""
        if t in self.known and t not in self.names:
            value = np.asarray(self.known[t], object if t._dtype is dtypes.string else None)
            return self._constant(value[()]) if value.ndim == 0 else f"copied({self._constant(value)})"
        places = self.fetched.get(t) or self.names[t]
        place = HOST if HOST in places else next(iter(places))
        name = self.page.use(places[place])
        borrowed = bool(self.borrowing.lenders(name))
        if t._dtype._base is dtypes.string:
            return f"array({name}, object)" if t in self.draft.fed else f"own_strings({name})"
        if place is HOST:  # what was fed comes back as an array, even a scalar
            return f"array({name})" if t in self.draft.fed else f"copied({name})" if borrowed else name
        dtype = t._dtype._base
        if t._shape == () and dtype in _ITEM:
            return f"{self.page.bind('as_' + dtype.name, dtype.as_numpy_dtype)}({name}.item())"
        if t._shape and dtype in _SHARED_WITH_NUMPY and place.torch.type == "cpu":
            return f"{name}{'.detach()' * (name in self.records)}.numpy(){'.copy()' * borrowed}"
        return f"{'copied_to_numpy' if borrowed else 'to_numpy'}({name})"

    # -- operations -------------------------------------------------------------------------------------------------

    def _group(self, group):
        op = group[0]
        self.position = self.draft.position_of[op]
        self._stand_under(self.draft.guards[op], op)
        if op.op_type is LOOP:
            self._loop(op)
            return
        self._snapshot(group)
        role, outputs = op.op_type.role, op.outputs
        if role == "resource":
            self.borrowing.cell(op)
        elif outputs and all(t in self.known for t in outputs):
            for t in outputs:
                if t in self.regions.sources:
                    self._start_recording(t, op)
        elif role == "gradient":
            self._gradient(op)
        elif role == "feed":  # needed, and not fed: which is none the less no error where its branch is not taken
            self.page.line(f"unfed({self._constant(op)})", op, op.name)
            self._hold(op.outputs[0], self.draft.home(op), self._constant(None))
        elif role == "merge":
            self._join(op)
        elif (role in ("read", "switch") or op.op_type.is_alias) and op not in self.regions.ruled:
            self._alias(op)
        elif outputs or op._inputs or op.op_type.is_stateful:
            self._call(group)
        for o in group:
            for t in o.outputs:
                if self.last_use.get(t) == self.end and t._dtype._is_ref_dtype:
                    self._fetch_reference(t, o)

    def _snapshot(self, group):
        """Takes, before a group writes, the values that readers in a circle of writes will want."""
        for reader, variable in self.draft.snapshots:
            if (reader, variable) not in self.early and any(variable in writes(o) for o in group):
                name = f"s{variable._id}_{reader._id}"
                self.page.insert(f"{name} = {self.borrowing.cell(variable)}.value.clone()", reader, defines=name)
                for op in (reader, *getattr(reader, "members", ())):
                    self.early[op, variable] = name

    def _fetch_reference(self, t, op):
        """A fetched reference to a variable is read here, where it stands, not at the end."""
        variable = variable_of(t)
        if variable is None or t in self.names:
            return
        if is_on_host(variable):
            place, name = HOST, f"h{op._id}_r"
            text = f"{self.borrowing.cell(variable)}.host"
        elif variable not in self.written:
            self.uses_torch = True
            self.fetched[t] = {self.draft.home(variable): self.borrowing.read(variable, "value", op)}
            return
        else:
            place, name = self.draft.home(variable), f"t{op._id}_r"
            text = f"{self.borrowing.cell(variable)}.value.clone()"
            self.uses_torch = True
        self.page.insert(f"{name} = {text}", op, t.name, defines=name, shape=t._shape)
        self.fetched[t] = {place: name}

    def _alias(self, op):
        """Outputs that are inputs by another name need no line, unless autograd must tell them apart."""
        sources = op._inputs[:1] * 2 if op.op_type.role == "switch" else op._inputs
        for t, source in zip(op.outputs, sources, strict=False):
            if is_reference(t) or (is_reference(source) and not self._is_taken(t)):
                continue
            source = self.draft.late.get((op, source), source)
            if source in self.known and op not in self.regions.recorded:
                self.known.setdefault(t, self.known[source])
            apart = op.op_type.role != "enter" and any(
                t in marked for marked in (self.regions.sources, self.regions.stopped, self.regions.overridden)
            )
            if t in self.known and not apart:
                continue
            if source in self.names:
                for place, name in self.names[source].items():
                    self._hold(t, place, name, self.borrowing.lenders(name))
            elif is_reference(source) and not is_reference(t):
                for place, name in self._read_where_wanted(op, source, t).items():
                    self._hold(t, place, name, self.borrowing.lenders(name))
            if apart:
                self._tell_apart(op, t, source)

    # -- branches ---------------------------------------------------------------------------------------------------

    def _stand_under(self, guards, op):
        """Lets lines written now stand under guards, outermost first; a predicate is looked up under those before."""
        self.page.path = self.base
        for predicate, branch in guards:
            if (predicate, branch) not in self.given:
                name = self._value(predicate, HOST, op=op)
                self.page.path = (*self.page.path, Header(name if branch else f"not {name}", op=op))

    def _join(self, op):
        """A merge: the value of the side that ran."""
        guards, page = self.draft.guards, self.page
        t, index = op.outputs
        place, path = self._place_of_merge(op), page.path
        sides, conditions = [], []
        for source, alive in zip(op._inputs, guards.choices[op], strict=True):
            self._stand_under(guards.of_tensor(source), op)
            source = self.draft.late.get((op, source), source)
            sides.append(self._value(source, place, op in self.regions.recorded, op))
            self._stand_under((*guards[op], *alive), op)
            conditions.append(page.path[len(path) :])
        page.path = path
        lenders = NOTHING.union(*(self.borrowing.lenders(name) for name in sides))
        self._line_of_choice(op, t, place, [page.use(name) for name in sides], conditions)
        name = self.names[t][place]
        self.borrowing.lend(name, lenders, t)
        if not self.records.isdisjoint(sides):
            self.records.add(name)
        self._finish(op, t, name)
        if index in self.last_use:
            numbers = [self._constant(np.int32(i)) for i in range(len(sides))]
            self._line_of_choice(op, index, HOST, numbers, conditions)

    def _line_of_choice(self, op, t, place, values, conditions):
        """``t = a if h3 else b``: the value whose conditions hold."""
        choices = sorted(zip(values, conditions, strict=True), key=lambda c: [h.condition[:4] == "not " for h in c[1]])
        text = choices[-1][0]
        for value, headers in reversed(choices[:-1]):
            if headers:
                text = f"{value} if {_all_of(headers)} else {text}"
                for header in headers:
                    self.page.use(header.name)
            else:
                text = value
        name = self._define(t, place)
        self.page.line(f"{name} = {text}", op, t.name)
        self._hold(t, place, name)

    def _place_of_merge(self, op):
        return HOST if op in self.draft.hosted else self.draft.home(op)

    # -- loops ------------------------------------------------------------------------------------------------------

    def _loop(self, loop):
        """A frame as Python's loop. What enters it stands before it, what goes round it is assigned before it and at
        the end of every round, and its exits are the names that this leaves.
        """
        page, borrowing, draft = self.page, self.borrowing, self.draft
        outer, base, given = page.path, self.base, self.given
        for op in loop.enters:
            if op._inputs[0] in self.names or op._inputs[0] in self.known or is_reference(op._inputs[0]):
                self._alias(op)
        for group in loop.once:
            self._group(group)
        page.path = outer
        self._bring_in(loop)
        carried = {op: self._begin(op) for op in loop.merges if not is_reference(op.outputs[0])}
        if not self.regions.recorded.isdisjoint(loop.members) and any(op not in draft.hosted for op in loop.members):
            self._set_grad(True)
        mode = self.grad_mode
        for variable in loop.writes:
            borrowing.after_write(variable)  # in the second round it is not what it was before the loop
        changing, borrowing.changing = borrowing.changing, borrowing.changing.union(loop.writes)
        header = Header(text=f"for _ in rounds():  # {loop.name}", op=loop.condition)
        self.base = page.path = (*outer, header)
        self.given = frozenset(draft.guards[loop])
        for op in (*loop.enters, *loop.merges):
            t = op.outputs[0]
            if t in self.regions.sources and not is_reference(t):  # a gradient inside the loop, of this round alone
                self._tell_apart(op, t, t)
        self._begin_rows(loop)
        for group in loop.before:
            self._group(group)
        page.path = self.base
        decides = self._value(loop.condition._inputs[0], HOST, op=loop.condition)
        left = self._leave(loop, carried, outer)
        self._set_grad(mode)
        page.line(f"if not {page.use(decides)}: break", loop.condition, loop.condition.name)
        for group in loop.body:
            self._group(group)
        page.path, self.position = self.base, draft.end_of[loop]
        self._set_grad(mode)  # a copy of what goes round is recorded like the rest
        self._go_round(loop, carried)
        self.base, self.given, page.path = base, given, outer
        borrowing.changing = changing
        for variable in loop.writes:
            borrowing.after_write(variable)
        for op in loop.exits:
            if self.last_use.get(op.outputs[0]) == self.end and is_reference(op.outputs[0]):
                self._fetch_reference(op.outputs[0], op)
        for op, (place, name) in left.items():
            t = op.outputs[0]
            self._hold(t, place, name, borrowing.lenders(name), name in self.records)
            if any(t in marked for marked in (self.regions.sources, self.regions.stopped)):
                self._tell_apart(op, t, t)

    def _bring_in(self, loop):
        """Moves what stays the same in every round to where it will be wanted, once."""
        for op in (*loop.enters, *flat(loop.once)):
            t = op.outputs[0]
            if op._attrs.get("is_constant", True) and (t in self.names or t in self.known):
                for consumer in self.draft.consumers.get(t, ()):
                    late = (consumer, t) in self.draft.late
                    if not (late or consumer.op_type.role == "enter" or consumer.op_type.takes_shapes):
                        self._value(t, self.draft.place_of_argument(consumer, t), op=op)

    def _begin(self, merge):
        """``(place, name)`` of what goes round, as it is before the first round."""
        t, place = merge.outputs[0], self._place_of_merge(merge)
        source = next(t for t in merge._inputs if t.op.op_type.role == "enter")
        recorded = merge in self.regions.recorded
        value = self.page.use(self._value(source, place, recorded, merge))
        name = self._define(t, place)
        tape = ".detach()" if value in self.records and not recorded else ""  # which would follow it round
        self.page.line(f"{name} = {value}{tape}", merge, t.name)
        self._hold(t, place, name, self.borrowing.lenders(value), recorded)
        return place, name

    def _go_round(self, loop, carried):
        """The end of a round: what goes round is what the round made of it."""
        page, targets, values = self.page, [], []
        for merge, (place, name) in carried.items():
            source = next(t for t in merge._inputs if t.op.op_type.role == "next").op
            value = self._value(source._inputs[0], place, merge in self.regions.recorded, source)
            if value == name:
                continue
            text = page.use(value)
            if value in self.records and merge not in self.regions.recorded:
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
            value = self.page.use(self._value(source, place, op in self.regions.recorded, op))
            name = self._define(op.outputs[0], place)
            self.page.line(f"{name} = {value}", op, op.name)
            self.page.outlives(name, outer)
            self.borrowing.lend(name, self.borrowing.lenders(value))
            if value in self.records:
                self.records.add(name)
            left[op] = place, name
        return left

    def _is_taken(self, t):
        """Whether anybody takes a value read off a variable here, and not anew where he stands."""
        if t in self.regions.sources or t in self.regions.stopped or self.last_use.get(t) == self.end:
            return True
        takers = [op for op in self.draft.consumers.get(t, ()) if (op, t) not in self.draft.late]
        return any(op.op_type.role != "enter" or self._is_taken(op.outputs[0]) for op in takers)

    def _tell_apart(self, op, t, source):
        """Gives an output a tensor of its own, so that autograd sees where it ends and its input begins."""
        place, recorded = self.draft.home(op), op in self.regions.recorded
        name = self.page.use(self._value(t if t in self.names else source, place, recorded))
        if recorded:
            self._set_grad(True)
        own = self.page.define(f"t{op._id}_{t.value_index}", t._shape)
        view = "clone()" if t in self.regions.overridden else f"view_as({name})"
        self.page.line(f"{own} = {name}.{view if recorded else 'detach()'}", op, op.name)
        self.uses_torch = True
        self.names.pop(t, None)
        self._hold(t, place, own, self.borrowing.lenders(name), recorded)
        self._finish(op, t, own)

    def _read_where_wanted(self, op, source, t):
        """``{place: name}`` of a variable's value as it is now, for all the places where somebody will want it."""
        variable, home = variable_of(source), self.draft.home(op)
        wanted = {self.draft.place_of_argument(consumer, t) for consumer in self.draft.consumers.get(t, ())}
        if self.last_use.get(t) == self.end:
            wanted.add(HOST if is_on_host(variable) else home)
        found = {}
        for place in wanted or {home}:
            if place is HOST and is_on_host(variable):
                found[HOST] = self.borrowing.read(variable, "host", op)
            else:
                found[home] = self._read_tensor(variable, op, op in self.regions.recorded)
        return found

    def _call(self, group):
        op, page = group[0], self.page
        kind, hosted, merged = op.op_type, op in self.draft.hosted, len(group) > 1
        recorded, ruled = not hosted and op in self.regions.recorded, op in self.regions.ruled
        place = HOST if hosted else self.draft.home(op)
        given = self._arguments(group, place, recorded)
        given += [self._attr(op, name, hosted) for name in kind.parameters]
        if kind.needs_context:
            given.insert(0, self._context(op))
        written = [(o, variable) for o in group for variable in writes(o)]
        for o, variable in written:
            self.borrowing.before_write(variable, o, self.position)
        if not hosted:
            self.uses_torch = True
            if recorded:
                self._set_grad(not ruled)
            elif self.grad_mode and not self.records.isdisjoint(page.uses):
                self._set_grad(False)
        lenders = NOTHING.union(*(self.borrowing.lenders(n) for n in page.uses)) if kind.is_view else NOTHING
        flows = [t for t, arg in zip(op.outputs, kind.schema.outputs, strict=False) if arg.is_flow]
        made = [t for t in op.outputs if t not in flows] if flows else op.outputs
        outputs = [] if merged else [t for t in made if not is_reference(t)]
        at = {t: HOST if t._dtype._base is dtypes.string else place for t in outputs}
        targets = ["_"] * len(made) if len(outputs) < len(made) else [self._define(t, at[t]) for t in outputs]
        if targets and not merged:
            comma = "," * (len(targets) == 1 and kind.schema.outputs[0].is_list)
            target = f"{', '.join(targets)}{comma} = "
        else:
            target = ""
        operator = hosted and not merged and _OPERATORS.get(kind.host)
        if operator:  # on scalars several times faster than the function
            call = f" {operator} ".join(given)
        else:
            kernel = self._kernel(kind, hosted, recorded and not ruled, merged)
            if hosted and not kind.needs_context and any(t._dtype is dtypes.string for t in (*op._inputs, *op.outputs)):
                kernel = page.bind(f"{kernel}_of_strings", tensors.for_strings(page.globals[kernel]))
            call = f"{kernel}({', '.join(given)})"
        page.line(target + call, op, " ".join(o.name for o in group), given)
        for _, variable in written:
            self.borrowing.after_write(variable)
        if ruled and recorded:
            self._under_rule(op, targets, place)
        for taken in self.takers.get(op, ()):
            numbers = self._value(kind.gathered(op), place, op=op)
            page.line(f"{page.use(taken)}.append(({page.use(targets[0])}, {page.use(numbers)}))", op)
        for t, name in zip(outputs, targets, strict=False):
            if is_object(t):  # whoever reads an element off it may share storage with others that do
                self._hold(t, HOST, name, frozenset((op,)))
                continue
            self._hold(t, at[t], name, lenders, recorded)
            self._finish(op, t, name)
        for t in flows:
            self._hold(t, HOST, "flow")

    def _define(self, t, place):
        number = f"_{t.value_index}" * (len(t.op.outputs) > 1)
        letter = "o" if is_object(t) else "h" if place is HOST else "t"
        return self.page.define(f"{letter}{t.op._id}{number}", t._shape)

    def _hold(self, t, place, name, lenders=NOTHING, recorded=False):
        """Notes that ``name`` holds ``t`` at ``place``."""
        self.names.setdefault(t, {})[place] = name
        self.borrowing.lend(name, lenders, t)
        if recorded:
            self.records.add(name)

    def _finish(self, op, t, name):
        """What a result still needs: fed numbers put in its place, or autograd told to start recording here."""
        if t in self.regions.overridden:
            if op.op_type.is_view and not op.op_type.is_alias:
                self.page.use(name)
                self.page.line(f"{name} = {name}.clone()", op)
            fed = self.page.use(self.fed_names[t])
            self.page.use(name)
            self.page.line(f"{name} = replaced({name}, {fed})", op, f"{t.name} is fed")
        if t in self.regions.sources:
            self._start_recording(t, op, fresh=op not in self.regions.recorded)

    def _start_recording(self, t, op, fresh=True):
        """Makes what holds ``t`` a tensor of its own that autograd records from."""
        if not (t._dtype.is_floating or t._dtype.is_complex):
            return
        home = self.draft.home(op)
        name = self.page.use(self._value(t, home))
        own = self.page.define(f"x{op._id}_{t.value_index}", t._shape)
        self.page.line(f"{own} = {name}.detach().requires_grad_()" if fresh else f"{own} = recorded({name})", op)
        self.names.pop(t, None)
        self._hold(t, home, own, self.borrowing.lenders(name), recorded=True)
        self.uses_torch = True

    def _set_grad(self, mode):
        if self.grad_mode is not mode:
            self.page.switch(f"set_grad({mode})")
            self.grad_mode = mode

    # -- gradients --------------------------------------------------------------------------------------------------

    def _under_rule(self, op, targets, place):
        """Makes the results of an operation differentiable by a rule that the program gave."""
        page, inputs = self.page, []
        self._set_grad(True)
        for t in (*op._inputs, *self.regions.ruled[op]):
            t = self.draft.late.get((op, t), t)
            is_value = t._dtype._base is not dtypes.resource
            at = HOST if t._dtype._base is dtypes.string else place
            inputs.append(self._value(t, at, True, op) if is_value else "None")
        for name in (*(n for n in inputs if n != "None"), *targets):
            page.use(name)
        rule, results, count = page.use(f"r{op._id}"), _tuple(targets), len(op._inputs)
        given = f"{rule}, {_tuple(inputs[:count])}, {results}, {_tuple(inputs[count:])}"
        page.line(f"{results} = under_rule({given})", op, "its gradient is the program's own")

    def _gradient(self, op):
        ruled = [each for each in rules(op) if each[0] in self.draft.position_of]
        for i, (other, function, captured, inside) in enumerate(ruled):
            kept, inside = [*other._inputs, *other.outputs, *self.regions.ruled[other]], iter(inside)
            own = len(other._inputs) + len(other.outputs)
            sources = tuple([s if s < own else kept.index(next(inside), own) for s in function.attrs["_sources"]])
            held = [self._taken_by_rule(t, op) for t in captured]
            rule, held = self.page.use(f"r{other._id}"), [self.page.use(name) for name in held]
            called = self._callable(op, f"rule{i}", function)
            told = f"{called}, {tuple(function.attrs['_inputs'])}, {sources}, {_tuple(held)}"
            self.page.line(f"{rule}.set({told})", op, f"gradient of {other.name}")
        self._gradient_line(op)
        for other, *_ in ruled:
            self.page.line(f"{self.page.use(f'r{other._id}')}.clear()", op)

    def _taken_by_rule(self, t, op):
        if is_reference(t):
            return self.borrowing.cell(variable_of(t))
        return self._value(t, self.draft.home(t.op), self.regions.needs_second(op), op)

    def _gradient_line(self, op):
        draft, page, p = self.draft, self.page, parts(op)
        place, again = draft.home(op), self.regions.needs_second(op)
        weighed = dict(zip(op._attrs["given"], p.grad_ys, strict=True))
        ys = [page.use(self._value(y, place, recorded=True)) for y in p.ys]
        weights = [
            page.use(self._value(weighed[i], place, again)) if i in weighed else self._ones(y, place)
            for i, y in enumerate(p.ys)
        ]
        sliced = op._attrs["sliced"]
        held = [
            self._leaves(variable_of(x), op) if is_reference(x) else [self._value(x, draft.home(x.op), recorded=True)]
            for x in p.xs
        ]
        tables, held = [held[i][0] for i in sliced], [names for i, names in enumerate(held) if i not in sliced]
        xs = [page.use(name) for names in held for name in names]
        stops = [page.use(self._value(s, draft.home(s.op), recorded=True)) for s in p.stops]
        self._set_grad(again)
        self.uses_torch = True
        found = [page.define(f"g{op._id}_{i}") for i in range(len(xs) + 2 * len(sliced))]
        rows = [
            f"({page.use(_rows_of(op, i))}, {page.use(table)}, {self._type(op._attrs['Tindices'][i], False)})"
            for i, table in enumerate(tables)
        ]
        page.line(
            f"{', '.join(found)}, = gradients({_tuple(ys)}, {_tuple(xs)}, {_tuple(weights)}, {_tuple(stops)}, "
            f"{draft.retains(op)}, {again}{f', {_tuple(rows)}' if rows else ''})",
            op,
            op.name,
        )
        start, count = 0, len(p.xs)
        for i, at in enumerate(sliced):
            values, numbers = found[len(xs) + 2 * i : len(xs) + 2 * i + 2]
            self._hold(op.outputs[at], place, values, recorded=again)
            self._hold(op.outputs[count + i], place, numbers)
        for t, names in zip((t for i, t in enumerate(op.outputs[:count]) if i not in sliced), held, strict=True):
            mine = found[start : start + len(names)]
            start += len(names)
            self._hold(t, place, mine[0] if len(mine) == 1 else self._sum(op, t, names, mine), recorded=again)
            if t in self.regions.sources:
                self._start_recording(t, op, fresh=not again)

    def _begin_rows(self, loop):
        """Empty lists for the rows that gradient operations of a loop, or of none, want gathered."""
        for g in self.regions.of:
            if self.takers and self.draft.frames.of.get(g) is loop:
                for i in range(len(g._attrs["sliced"])):
                    self.page.line(f"{self.page.define(_rows_of(g, i))} = []", g)

    def _leaves(self, variable, op):
        """The names that a variable was read under where autograd records; a kernel may have read it by itself."""
        return self.borrowing.leaves.get(variable) or [self._read_tensor(variable, op, recorded=True)]

    def _sum(self, op, t, leaves, names):
        """The gradient of a variable that was read on both sides of a write."""
        total = self.page.define(f"g{op._id}_{t.value_index}s")
        leaves, names = (_tuple([self.page.use(n) for n in ones]) for ones in (leaves, names))
        self.page.line(f"{total} = summed({leaves}, {names})", op)
        return total

    def _ones(self, y, place):
        """A standing constant for the weight of a scalar y; None leaves it to the run."""
        if y._shape is None or None in y._shape or shapes.num_elements(y._shape) > 1:
            return "None"
        dtype = y._dtype._base
        ones = torch.ones(y._shape, dtype=tensors.TORCH[dtype], device=place.torch)
        return self.page.bind(f"one_{dtype.name}_{'x'.join(map(str, y._shape))}_{place.kind}", ones)

    # -- arguments --------------------------------------------------------------------------------------------------

    def _arguments(self, group, place, recorded):
        """Expressions for a kernel's inputs; a merged kernel takes lists of those that its operations do not share."""
        op = group[0]
        if len(group) > 1:
            return [
                self._argument(op, arg, op._inputs[i], place, False)
                if arg.name in op.op_type.shared
                else _list([self._argument(o, arg, o._inputs[i], place, False) for o in group])
                for i, arg in enumerate(op.op_type.schema.inputs)
            ]
        inputs, given = iter(op._inputs), []
        for arg in op.op_type.schema.inputs:
            texts = [self._argument(op, arg, next(inputs), place, recorded) for _ in range(count(op, arg))]
            given.append(_list(texts) if arg.is_list else texts[0])
        return given

    def _argument(self, op, arg, t, place, recorded):
        t = self.draft.late.get((op, t), t)
        if arg.is_flow:
            return "None"
        if arg.is_ref or t._dtype is dtypes.resource:
            if is_object(t):
                return self.page.use(self._value(t, HOST, op=op))
            return self.borrowing.cell(variable_of(t))
        if arg.is_shape:
            if t._shape is not None and None not in t._shape:
                return repr(t._shape)
            if t in self.known:
                return repr(np.shape(self.known[t]))
            return f"{self.page.use(self._anywhere(t, op))}.shape"
        if arg.is_host:
            return self._python(t, op)
        at = HOST if t._dtype._base is dtypes.string else place  # torch holds no strings
        name = self.page.use(self._value(t, at, recorded, op))
        if not self.written.isdisjoint(self.borrowing.lenders(name)) and any(is_object(x) for x in op._inputs):
            return f"{name}.clone()"  # an object may keep it beyond the next write
        return name

    def _python(self, t, op):
        """An expression for a Python number, or nested lists of them."""
        if t in self.known:
            return self._literal(np.asarray(self.known[t]).tolist())
        name = self.page.use(self._value(t, HOST, op=op))
        return name if t._dtype._base is dtypes.string else f"{name}.tolist()"

    def _anywhere(self, t, op):
        """The name of a tensor in whatever place it is."""
        if t in self.names:
            return next(iter(self.names[t].values()))
        return self._value(t, self.draft.home(t.op), op=op)

    def _value(self, t, place, recorded=False, op=None):
        """The name that holds ``t`` at ``place``, after a line that brings it there where it is not yet."""
        if t._dtype._is_ref_dtype and t not in self.names:
            return self._referenced(t, place, recorded, op)
        places = {p: n for p, n in self.names.get(t, {}).items() if self.page.is_visible(n)}
        name = places.get(place)
        if name is None:
            if t in self.known and (place is HOST or not places):
                name = self._baked(t, place)
            elif places:
                at = next((p for p in places if p is not HOST), HOST)
                name = self._moved(places[at], at, place, t, op)
            else:
                raise AssertionError(f"{t.name} is used before it is computed")
            self.names.setdefault(t, {})[place] = name
        return name

    def _referenced(self, t, place, recorded, op):
        """The value of the variable that ``t`` refers to, as it is now."""
        variable = variable_of(t)
        early = self.early.get((op, variable))
        if early is not None:
            return early
        if place is HOST and is_on_host(variable):
            return self.borrowing.read(variable, "host", op)
        name, home = self._read_tensor(variable, op, recorded), self.draft.home(variable)
        return name if place is home else self._moved(name, home, place, t, op)

    def _read_tensor(self, variable, op, recorded):
        self.uses_torch = True
        name = self.borrowing.read_tensor(variable, op, recorded)
        if name in self.borrowing.leaves.get(variable, ()):
            self.records.add(name)
        return name

    def _moved(self, name, at, place, t, op):
        """A copy of a value at another place."""
        where = "h" if place is HOST else place.kind.lower() + place.name.rpartition(":")[2]
        own = f"{'h' if place is HOST else 't' if at is HOST else name[0]}{name[1:]}_{where}"
        text = (
            f"to_host({name})"
            if place is HOST
            else f"to_torch({name}, {self._device(place)})"
            if at is HOST
            else f"{name}.to({self._device(place)})"
        )
        self.page.insert(
            f"{own} = {text}",
            op or t.op,
            f"{t.name} to {place if place is HOST else place.name}",
            [name],
            own,
            t._shape,
        )
        if HOST in (place, at):  # NumPy and torch share memory on the CPU
            self.borrowing.lend(own, self.borrowing.lenders(name), t)
        if name in self.records:
            self.records.add(own)
        self.uses_torch = True
        return own

    def _baked(self, t, place):
        """A constant, put where it is needed before the plan first runs."""
        value = self.known[t]
        if place is HOST:
            return self._constant(value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value)
        name = f"k{t.op._id}_{t.value_index}_{place.kind}{place.name.rpartition(':')[2]}"
        if name not in self.page.globals:
            tensor = tensors.from_numpy(value, place.torch)
            self.page.globals[name] = tensor.clone() if tensor.dim() == 0 else tensor
            self.borrowing.lend(name, frozenset((t,)))
        self.uses_torch = True
        return name

    # -- globals ----------------------------------------------------------------------------------------------------

    def _constant(self, value):
        name = f"k{len(self.page.globals)}"
        self.page.globals[name] = value
        self.borrowing.lend(name, frozenset((name,)))
        return name

    def _literal(self, value):
        if isinstance(value, _LITERAL) or (
            isinstance(value, (list, tuple)) and all(isinstance(v, _LITERAL) for v in value)
        ):
            return repr(value)
        return self._constant(value)

    def _attr(self, op, name, hosted):
        if name == "device":
            return self._device(self.draft.home(op))
        if name == "function" and name not in op._attrs:  # the operation calls the function that its type is
            return self._callable(op, name, op.op_type.function)
        value = op._attrs[name]
        if name in op.op_type.function_attrs:
            return self._callable(op, name, value)
        if isinstance(value, dtypes.DType):
            return self._type(value, hosted)
        if isinstance(value, tuple) and value and isinstance(value[0], dtypes.DType):
            return _tuple([self._type(v, hosted) for v in value])
        if isinstance(value, float) and np.isfinite(value):
            return repr(value)
        return self._literal(value)

    def _callable(self, op, name, function):
        """The global that stands for a function, or a list of several."""
        if isinstance(function, tuple):
            return _list([self._callable(op, f"{name}{i}", f) for i, f in enumerate(function)])
        own = f"{name}_{op._id}"
        if own not in self.page.globals:
            self.page.globals[own] = self.callable_of(self, op, function)
        return own

    def _type(self, dtype, hosted):
        base = dtype._base
        if hosted:
            return self.page.bind(f"np_{base.name}", None if base._numpy is None else np.dtype(base._numpy))
        return self.page.bind(f"torch_{base.name}", tensors.TORCH.get(base))

    def _kernel(self, kind, hosted, recorded, merged):
        if merged:
            return self.page.bind(f"{kind.name}_merged", kind.merged)
        if hosted and not kind.on_host:
            return self.page.bind(f"{kind.name}_host", kind.host)
        if recorded and kind.differentiable is not None:
            return self.page.bind(f"{kind.name}_recorded", kind.differentiable)
        if kind.kernel is None:
            raise errors.UnimplementedError(None, None, f"Op type {kind.name} has no kernel")
        calls = hasattr(kind, "function")  # the type of a function's calls, whose name is the program's own
        return self.page.bind("call" if calls else kind.name, kind.kernel)

    def _device(self, place):
        device = place.torch
        return self.page.bind("cpu" if device.type == "cpu" else f"{device.type}{device.index or 0}", device)

    def _context(self, op):
        self.uses_context = True
        return self.page.bind(f"ctx{op._id}", Context(self.resources, op, self.draft.home(op).torch))


def _rows_of(gradient, i):
    """The name of a list of rows and their numbers."""
    return f"l{gradient._id}_{i}"


def _all_of(headers):
    return " and ".join(header.condition for header in headers)


def _tuple(texts):
    return f"({', '.join(texts)}{',' * (len(texts) == 1)})"


def _list(texts):
    return f"[{', '.join(texts)}]"


_SHARED_WITH_NUMPY = frozenset(
    d for d in tensors.TORCH if d.is_integer or d.is_bool or (d.is_floating and d is not dtypes.bfloat16)
)
_ITEM = (
    dtypes.float32,
    dtypes.float64,
    dtypes.int32,
    dtypes.int64,
    dtypes.int8,
    dtypes.int16,
    dtypes.uint8,
    dtypes.bool_,
    dtypes.float16,
)
