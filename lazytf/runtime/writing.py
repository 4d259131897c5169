"""From operations in order to Python source: one assignment per operation, commented with its graph name.

    def plan(f0, f1):
        t0 = feed_0(f0)  # x-input:0
        v2 = c2.value
        t5 = MatMul(t0, v2, False, False)  # MatMul
        return (t5.numpy(),)

A variable is read where its reader stands. A fetch of storage that somebody else may own is copied (``borrowing`` keeps
account of that); everything else is handed out as it is. Names: ``t`` a tensor, ``h`` a NumPy value, ``o`` another
object, ``g`` a gradient, ``x`` where recording starts, ``c`` a cell, ``v w`` a variable's value and leaf, ``k`` a
constant, ``f`` a fed value, ``l`` a list of rows, ``r`` a rule.
"""

import numpy as np
import torch

from lazytf.core import dtypes
from lazytf.core.operation import count
from lazytf.runtime import autograd, failures, tensors
from lazytf.runtime.bindings import Bindings, listed, row
from lazytf.runtime.blocks import Blocks, all_of
from lazytf.runtime.borrowing import NOTHING, Borrowing, is_on_host
from lazytf.runtime.effects import is_object, is_reference, variable_of, writes
from lazytf.runtime.feeds import converter
from lazytf.runtime.frames import LOOP, flat
from lazytf.runtime.locating import HOST, is_host_feed
from lazytf.runtime.naming import Naming
from lazytf.runtime.source import Page
from lazytf.runtime.tape import Tape

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
    "moved": autograd.moved,
    "replaced": autograd.replaced,
    "Rule": autograd.Rule,
    "under_rule": autograd.under_rule,
    "summed": autograd.summed,
    "to_host": tensors.to_numpy,
    "to_torch": tensors.from_numpy,
    "to_numpy": tensors.to_numpy,
    "copied_to_numpy": tensors.copied_to_numpy,
    "copied": tensors.copied,
    "own_strings": tensors.own_strings,
    "array": np.array,
    "dead": failures.dead,
    "unfed": failures.unfed,
    "scalar": failures.scalar,
    "flow": np.float32(0),  # what a tensor holds that only puts operations in order
}


class Writer:
    """Writes one plan. ``draft`` (see ``runtime/plan.py``) says what the passes before found out.

    ``callable_of`` and ``prefix`` are those of ``Bindings``.
    """

    def __init__(self, draft, resources, callable_of, prefix=""):
        self.draft, self.end = draft, draft.last_position
        self.regions, self.known = draft.regions, draft.known
        self.last_use = self._last_uses()
        self.written = {variable for op in draft.ordered for variable in writes(op)}
        self.fetched = {}  # fetched reference -> {place: name}, which nobody else takes
        self.page = Page({**_BINDINGS, "rounds": resources.rounds})
        self.borrowing = Borrowing(self.page, draft, resources, self.last_use)
        self.bindings = Bindings(self.page, draft, resources, self.borrowing, callable_of, prefix)
        self.names = Naming(self.page, draft, self.borrowing, self.bindings)
        self.tape = Tape(self.page, draft, self.names, self.borrowing, self.bindings)
        self.blocks = Blocks(self)

    @property
    def uses_torch(self):
        return self.names.uses_torch

    @property
    def uses_state(self):
        return self.bindings.uses_context or self.borrowing.touched

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
                self.tape.set_grad(False)
                page.in_stretch = number == draft.start
            if number == draft.start:
                self.tape.begin_rows(None)
            self.group(group)
        self.position, page.path = self.end, ()
        if page.in_stretch:
            self.tape.set_grad(False)
            page.in_stretch = False
        page.line(f"return {row([self._fetched(t) for t in draft.fetched])}", None)
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

    # -- feeds and fetches ---------------------------------------------------------------------------------------------

    def _feed(self, t, i):
        home, page = self.draft.home(t.op), self.page
        place = HOST if is_host_feed(t) else home
        overridden = t in self.regions.overridden
        name = page.define(f"{'h' if place is HOST else 't'}{t.op._id}_{t.value_index}{'f' * overridden}", t._shape)
        convert = page.bind(f"feed_{i}", converter(t, None if place is HOST else place.torch))
        page.line(f"{name} = {convert}(f{i})", None, t.name)  # no operation: what it raises is about the feed
        self.names.uses_torch |= place is not HOST
        if overridden:
            self.tape.fed_names[t] = name
            return
        self.names.hold(t, place, name, frozenset((t,)))
        if t in self.regions.sources:
            self.tape.start(t, t.op)

    def _fetched(self, t):
        """An expression for the NumPy value of a fetched tensor; an error where its branch did not run."""
        self.blocks.stand_under(self.draft.guards.of_tensor(t), t.op)
        headers, self.page.path = self.page.path, ()
        for header in headers:
            self.page.use(header.name)
        value = self._fetched_alive(t)
        return f"({value} if {all_of(headers)} else dead({t.name!r}))" if headers else value

    def _fetched_alive(self, t):
        """An expression for the NumPy value of a fetched tensor that nobody else can change."""
        if t in self.known and t not in self.names:
            value = np.asarray(self.known[t], object if t._dtype is dtypes.string else None)
            return self.bindings.constant(value[()]) if value.ndim == 0 else f"copied({self.bindings.constant(value)})"
        places = self.fetched.get(t) or self.names.places(t)
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
            return f"{name}{'.detach()' * (name in self.names.records)}.numpy(){'.copy()' * borrowed}"
        return f"{'copied_to_numpy' if borrowed else 'to_numpy'}({name})"

    # -- operations ----------------------------------------------------------------------------------------------------

    def group(self, group):
        op = group[0]
        self.position = self.draft.position_of[op]
        self.blocks.stand_under(self.draft.guards[op], op)
        self._snapshot(group)
        if op.op_type is LOOP:
            self.blocks.loop(op)
            return
        role, outputs = op.op_type.role, op.outputs
        if role == "resource":
            self.borrowing.cell(op)
        elif outputs and all(t in self.known for t in outputs):
            for t in outputs:
                if t in self.regions.sources:
                    self.tape.start(t, op)
        elif role == "gradient":
            self.tape.gradient(op)
        elif role == "feed":  # needed, and not fed: which is none the less no error where its branch is not taken
            self.page.line(f"unfed({self.bindings.constant(op)})", op, op.name)
            self.names.hold(op.outputs[0], self.draft.home(op), self.bindings.constant(None))
        elif role == "merge":
            self.blocks.join(op)
        elif (role in ("read", "switch", "enter") or op.op_type.is_alias) and op not in self.regions.ruled:
            self.alias(op)
        elif outputs or op._inputs or op.op_type.is_stateful:
            self._call(group)
        for o in group:
            for t in o.outputs:
                if self.last_use.get(t) == self.end and t._dtype._is_ref_dtype:
                    self.fetch_reference(t, o)

    def _snapshot(self, group):
        """Takes, before a group writes, the values that readers in a circle of writes will want."""
        for reader, variable in self.draft.snapshots:
            if (reader, variable) not in self.names.early and any(variable in writes(o) for o in group):
                name = f"s{variable._id}_{reader._id}"
                self.page.insert(f"{name} = {self.borrowing.cell(variable)}.value.clone()", reader, defines=name)
                for op in (reader, *getattr(reader, "members", ())):
                    self.names.early[op, variable] = name

    def fetch_reference(self, t, op):
        """A fetched reference to a variable is read here, where it stands, not at the end."""
        variable = variable_of(t)
        if variable is None or t in self.names:
            return
        if is_on_host(variable):
            place, name = HOST, f"h{op._id}_r"
            text = f"{self.borrowing.cell(variable)}.host"
        elif variable not in self.written:
            self.names.uses_torch = True
            self.fetched[t] = {self.draft.home(variable): self.borrowing.read(variable, "value", op)}
            return
        else:
            place, name = self.draft.home(variable), f"t{op._id}_r"
            text = f"{self.borrowing.cell(variable)}.value.clone()"
            self.names.uses_torch = True
        self.page.insert(f"{name} = {text}", op, t.name, defines=name, shape=t._shape)
        self.fetched[t] = {place: name}

    def alias(self, op):
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
                for place, name in self.names.places(source).items():
                    self.names.hold(t, place, name, self.borrowing.lenders(name))
            elif is_reference(source) and not is_reference(t):
                for place, name in self._read_where_wanted(op, source, t).items():
                    self.names.hold(t, place, name, self.borrowing.lenders(name))
            if apart:
                self.tape.tell_apart(op, t, source)

    def _is_taken(self, t):
        """Whether anybody takes a value read off a variable here, and not anew where he stands."""
        if t in self.regions.sources or t in self.regions.stopped or self.last_use.get(t) == self.end:
            return True
        takers = [op for op in self.draft.consumers.get(t, ()) if (op, t) not in self.draft.late]
        return any(op.op_type.role != "enter" or self._is_taken(op.outputs[0]) for op in takers)

    def _read_where_wanted(self, op, source, t):
        """``{place: name}`` of a variable's value as it is now, for all the places where somebody will want it."""
        variable, home = variable_of(source), self.draft.home(op)
        early = self.names.early.get((op, variable))
        if early is not None:
            return {self.draft.home(variable): early}
        wanted = {self.draft.place_of_argument(consumer, t) for consumer in self.draft.consumers.get(t, ())}
        if self.last_use.get(t) == self.end:
            wanted.add(HOST if is_on_host(variable) else home)
        found = {}
        for place in wanted or {home}:
            if place is HOST and is_on_host(variable):
                found[HOST] = self.borrowing.read(variable, "host", op)
            else:
                found[home] = self.names.read(variable, op, op in self.regions.recorded)
        return found

    def _call(self, group):
        op, page = group[0], self.page
        kind, hosted, merged = op.op_type, op in self.draft.hosted, len(group) > 1
        recorded, ruled = not hosted and op in self.regions.recorded, op in self.regions.ruled
        place = HOST if hosted else self.draft.home(op)
        given = self._arguments(group, place, recorded)
        given += [self.bindings.attr(op, name, hosted) for name in kind.parameters]
        if kind.needs_context:
            given.insert(0, self.bindings.context(op))
        written = [(o, variable) for o in group for variable in writes(o)]
        for o, variable in written:
            self.borrowing.before_write(variable, o, self.position)
        if not hosted:
            self.names.uses_torch = True
            if recorded:
                self.tape.set_grad(not ruled)
            elif self.tape.grad_mode and not self.names.records.isdisjoint(page.uses):
                self.tape.set_grad(False)
        lenders = NOTHING.union(*(self.borrowing.lenders(n) for n in page.uses)) if kind.is_view else NOTHING
        made, flows = op.outputs, ()
        if kind.makes_flows:
            flows = [t for t, arg in zip(op.outputs, kind.schema.outputs, strict=True) if arg.is_flow]
            made = [t for t in op.outputs if t not in flows]
        outputs = [] if merged else [t for t in made if not is_reference(t)]
        at = {t: HOST if t._dtype._base is dtypes.string else place for t in outputs}
        targets = ["_"] * len(made) if len(outputs) < len(made) else [self.names.define(t, at[t]) for t in outputs]
        if targets and not merged:
            comma = "," * (len(targets) == 1 and kind.schema.outputs[0].is_list)
            target = f"{', '.join(targets)}{comma} = "
        else:
            target = ""
        operator = hosted and not merged and _OPERATORS.get(kind.host)
        if operator:  # on scalars several times faster than the function
            call = f" {operator} ".join(given)
        else:
            kernel = self.bindings.kernel(kind, hosted, recorded and not ruled, merged)
            if hosted and not kind.needs_context and any(t._dtype is dtypes.string for t in (*op._inputs, *op.outputs)):
                kernel = page.bind(f"{kernel}_of_strings", tensors.for_strings(page.globals[kernel]))
            call = f"{kernel}({', '.join(given)})"
        page.line(target + call, op, " ".join(o.name for o in group), given)
        for _, variable in written:
            self.borrowing.after_write(variable)
        if ruled and recorded:
            self.tape.under_rule(op, targets, place)
        for taken in self.tape.takers.get(op, ()):
            numbers = self.names.value(kind.gathered(op), place, op=op)
            page.line(f"{page.use(taken)}.append(({page.use(targets[0])}, {page.use(numbers)}))", op)
        for t, name in zip(outputs, targets, strict=False):
            if is_object(t):  # whoever reads an element off it may share storage with others that do
                self.names.hold(t, HOST, name, frozenset((op,)))
                continue
            self.names.hold(t, at[t], name, lenders, recorded)
            self.tape.finish(op, t, name)
        for t in flows:
            self.names.hold(t, HOST, "flow")

    # -- arguments -----------------------------------------------------------------------------------------------------

    def _arguments(self, group, place, recorded):
        """Expressions for a kernel's inputs; a merged kernel takes lists of those that its operations do not share."""
        op = group[0]
        if len(group) > 1:
            return [
                self._argument(op, arg, op._inputs[i], place, False)
                if arg.name in op.op_type.shared
                else listed([self._argument(o, arg, o._inputs[i], place, False) for o in group])
                for i, arg in enumerate(op.op_type.schema.inputs)
            ]
        inputs, given = iter(op._inputs), []
        for arg in op.op_type.schema.inputs:
            texts = [self._argument(op, arg, next(inputs), place, recorded) for _ in range(count(op, arg))]
            given.append(listed(texts) if arg.is_list else texts[0])
        return given

    def _argument(self, op, arg, t, place, recorded):
        t = self.draft.late.get((op, t), t)
        if arg.is_flow:
            return "None"
        if arg.is_ref or t._dtype is dtypes.resource:
            if is_object(t):
                return self.page.use(self.names.value(t, HOST, op=op))
            return self.borrowing.cell(variable_of(t))
        if arg.is_shape:
            if t._shape is not None and None not in t._shape:
                return repr(t._shape)
            if t in self.known:
                return repr(np.shape(self.known[t]))
            return f"{self.page.use(self.names.anywhere(t, op))}.shape"
        if arg.is_host:
            return self._python(t, op)
        at = HOST if t._dtype._base is dtypes.string else place  # torch holds no strings
        name = self.page.use(self.names.value(t, at, recorded, op))
        if not self.written.isdisjoint(self.borrowing.lenders(name)) and any(is_object(x) for x in op._inputs):
            return f"{name}.clone()"  # an object may keep it beyond the next write
        return name

    def _python(self, t, op):
        """An expression for a Python number, or nested lists of them."""
        if t in self.known:
            return self.bindings.literal(np.asarray(self.known[t]).tolist())
        name = self.page.use(self.names.value(t, HOST, op=op))
        return name if t._dtype._base is dtypes.string else f"{name}.tolist()"


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
