"""From operations in order to Python source: one assignment per operation, commented with its graph name.

    def plan(f0, f1):
        t0 = feed_0(f0)  # x-input:0
        v2 = c2.value
        t5 = MatMul(t0, v2, False, False)  # MatMul
        return (t5.numpy(),)

Kernels, constants, attrs and cells are globals of the function. A tensor may be present in several places (in NumPy
on the host, in torch on a device); whoever needs it elsewhere first makes the copy. A variable is read where its
reader stands. A fetch of storage that somebody else may own is copied (``borrowing`` keeps account of that);
everything else is handed out as it is. Names: ``t`` a tensor, ``h`` a NumPy value, ``g`` a gradient, ``x`` where
recording starts, ``c`` a cell, ``v w`` a variable's value and leaf, ``k`` a constant, ``f`` a fed value.
"""

import numpy as np
import torch

from lazytf.core import dtypes, errors, shapes
from lazytf.core.operation import count
from lazytf.runtime import autograd, failures, tensors
from lazytf.runtime.borrowing import NOTHING, Borrowing, is_on_host
from lazytf.runtime.effects import variable_of, writes
from lazytf.runtime.feeds import converter
from lazytf.runtime.locating import is_host_feed
from lazytf.runtime.regions import parts
from lazytf.runtime.resources import Context
from lazytf.runtime.source import Page

HOST = "host"
_LITERAL = (bool, int, str, type(None))
_BINDINGS = {
    "set_grad": torch._C._set_grad_enabled,
    "gradients": autograd.gradients,
    "recorded": autograd.recorded,
    "replaced": autograd.replaced,
    "to_host": tensors.to_numpy,
    "to_torch": tensors.from_numpy,
    "to_numpy": tensors.to_numpy,
    "copied_to_numpy": tensors.copied_to_numpy,
    "copied": tensors.copied,
    "own_strings": tensors.own_strings,
    "array": np.array,
    "dead": failures.dead,
}


class Writer:
    """Writes one plan. ``draft`` (see ``runtime/plan.py``) says what the passes before found out."""

    def __init__(self, draft, resources):
        self.draft, self.resources = draft, resources
        self.regions, self.known = draft.regions, draft.known
        self.end = len(draft.groups)
        self.last_use = self._last_uses()
        self.written = {variable for op in draft.ordered for variable in writes(op)}
        self.page = Page(_BINDINGS)
        self.borrowing = Borrowing(self.page, draft, resources, self.last_use)
        self.names = {}  # tensor -> {place: name}
        self.fed_names = {}  # fed tensor whose producers run nevertheless -> name of the fed value
        self.fetched = {}  # fetched reference -> {place: name}, which nobody else takes
        self.early = {}  # (reader, variable) -> name of a value taken before a write
        self.records = set()  # names of tensors that autograd records
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
        for self.position, group in enumerate(draft.groups):
            if draft.end and self.position in (draft.start, draft.end):
                self._set_grad(False)
                page.in_stretch = self.position == draft.start
            self._group(group)
        if page.in_stretch:
            self._set_grad(False)
            page.in_stretch = False
        self.position, page.guards = self.end, ()
        page.line(f"return {_tuple([self._fetched(t) for t in draft.fetched])}", None)
        return page.compiled([f"f{i}" for i in range(len(draft.fed))])

    def _last_uses(self):
        """``{tensor: position of the last group that takes it}``; fetched ones are taken at the very end."""
        last = {}
        for position, group in enumerate(self.draft.groups):
            for op in group:
                for o in (op, *self.regions.of.get(op, ())):  # the tape holds what the region read
                    last.update((t, position) for t in o._inputs if (o, t) not in self.draft.late)
        last.update((t, self.end) for t in self.draft.fetched)
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
        conditions = self._conditions(self.draft.guards.of_tensor(t), t.op)
        self.page.guards = ()
        for condition in conditions:
            self.page.use(condition.removeprefix("not "))
        value = self._fetched_alive(t)
        return f"({value} if {' and '.join(conditions)} else dead({t.name!r}))" if conditions else value

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
        self.page.guards = self._conditions(self.draft.guards[op], op)
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
        elif role == "merge":
            self._join(op)
        elif role in ("read", "switch") or op.op_type.is_alias:
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
                self.early[reader, variable] = name

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
            if is_reference(t):
                continue
            source = self.draft.late.get((op, source), source)
            if source in self.known:
                self.known.setdefault(t, self.known[source])
            apart = any(t in marked for marked in (self.regions.sources, self.regions.stopped, self.regions.overridden))
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

    def _conditions(self, guards, op):
        """Expressions for guards, outermost first; each predicate is looked up under the conditions before it."""
        conditions = self.page.guards = ()
        for predicate, branch in guards:
            name = self._value(predicate, HOST, op=op)
            conditions = self.page.guards = (*conditions, name if branch else f"not {name}")
        return conditions

    def _join(self, op):
        """A merge: the value of the side that ran."""
        guards, page = self.draft.guards, self.page
        predicate, when_true = guards.choices[op]
        t, index = op.outputs
        place = HOST if t._dtype._base is dtypes.string else self.draft.home(op)
        conditions, held = page.guards, []
        for source in op._inputs:
            self._conditions(guards.of_tensor(source), op)
            held.append(self._value(source, place, op in self.regions.recorded, op))
        page.guards = conditions
        decides = page.use(self._value(predicate, HOST, op=op))
        sides = [page.use(name) for name in held]
        lenders = NOTHING.union(*(self.borrowing.lenders(name) for name in sides))
        name = self._define(t, place)
        page.line(f"{name} = {sides[when_true]} if {decides} else {sides[1 - when_true]}", op, op.name)
        self._hold(t, place, name, lenders, not self.records.isdisjoint(sides))
        self._finish(op, t, name)
        if index in self.last_use:
            page.use(decides)
            number = self._define(index, HOST)
            which = [self._constant(np.int32(i)) for i in (when_true, 1 - when_true)]
            page.line(f"{number} = {which[0]} if {decides} else {which[1]}", op, index.name)
            self._hold(index, HOST, number)

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
        del self.names[t]
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
        recorded = not hosted and op in self.regions.recorded
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
                self._set_grad(True)
            elif self.grad_mode and not self.records.isdisjoint(page.uses):
                self._set_grad(False)
        lenders = NOTHING.union(*(self.borrowing.lenders(n) for n in page.uses)) if kind.is_view else NOTHING
        outputs = [] if merged else [t for t in op.outputs if not is_reference(t)]
        targets = (
            ["_"] * len(op.outputs) if len(outputs) < len(op.outputs) else [self._define(t, place) for t in outputs]
        )
        if targets and not merged:
            comma = "," * (len(targets) == 1 and kind.schema.outputs[0].is_list)
            target = f"{', '.join(targets)}{comma} = "
        else:
            target = ""
        kernel = self._kernel(kind, hosted, recorded, merged)
        if hosted and not kind.needs_context and any(t._dtype is dtypes.string for t in (*op._inputs, *op.outputs)):
            kernel = page.bind(f"{kernel}_of_strings", tensors.for_strings(page.globals[kernel]))
        call = f"{kernel}({', '.join(given)})"
        page.line(target + call, op, " ".join(o.name for o in group), given)
        for _, variable in written:
            self.borrowing.after_write(variable)
        for t, name in zip(outputs, targets, strict=False):
            self._hold(t, place, name, lenders, recorded)
            self._finish(op, t, name)

    def _define(self, t, place):
        number = f"_{t.value_index}" * (len(t.op.outputs) > 1)
        return self.page.define(f"{'h' if place is HOST else 't'}{t.op._id}{number}", t._shape)

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

    def _gradient(self, op):
        draft, page, p = self.draft, self.page, parts(op)
        place, again = draft.home(op), self.regions.needs_second(op)
        weighed = dict(zip(op._attrs["given"], p.grad_ys, strict=True))
        ys = [page.use(self._value(y, place, recorded=True)) for y in p.ys]
        weights = [
            page.use(self._value(weighed[i], place, again)) if i in weighed else self._ones(y, place)
            for i, y in enumerate(p.ys)
        ]
        held = [
            self.borrowing.leaves.get(variable_of(x), [])
            if is_reference(x)
            else [self._value(x, draft.home(x.op), recorded=True)]
            for x in p.xs
        ]
        xs = [page.use(name) for names in held for name in names]
        stops = [page.use(self._value(s, draft.home(s.op), recorded=True)) for s in p.stops]
        self._set_grad(again)
        self.uses_torch = True
        found = [page.define(f"g{op._id}_{i}") for i in range(len(xs))]
        page.line(
            f"{', '.join(found)}, = gradients({_tuple(ys)}, {_tuple(xs)}, {_tuple(weights)}, {_tuple(stops)}, "
            f"{draft.retains(op)}, {again})",
            op,
            op.name,
        )
        start = 0
        for t, names in zip(op.outputs, held, strict=True):
            mine = found[start : start + len(names)]
            start += len(names)
            self._hold(t, place, mine[0] if len(mine) == 1 else self._sum(op, t, mine), recorded=again)
            if t in self.regions.sources:
                self._start_recording(t, op, fresh=not again)

    def _sum(self, op, t, names):
        """The gradient of a variable that was read on both sides of a write."""
        total = self.page.define(f"g{op._id}_{t.value_index}s")
        self.page.line(f"{total} = {' + '.join(self.page.use(n) for n in names)}", op)
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
        if arg.is_ref or t._dtype is dtypes.resource:
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
        return self.page.use(self._value(t, at, recorded, op))

    def _python(self, t, op):
        """An expression for a Python number, or nested lists of them."""
        if t in self.known:
            return self._literal(np.asarray(self.known[t]).tolist())
        return f"{self.page.use(self._value(t, HOST, op=op))}.tolist()"

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
        own = f"{name}_{'h' if place is HOST else place.kind.lower() + place.name.rpartition(':')[2]}"
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
        value = op._attrs[name]
        if isinstance(value, dtypes.DType):
            return self._type(value, hosted)
        if isinstance(value, tuple) and value and isinstance(value[0], dtypes.DType):
            return _tuple([self._type(v, hosted) for v in value])
        if isinstance(value, float) and np.isfinite(value):
            return repr(value)
        return self._literal(value)

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
        return self.page.bind(kind.name, kind.kernel)

    def _device(self, place):
        device = place.torch
        return self.page.bind("cpu" if device.type == "cpu" else f"{device.type}{device.index or 0}", device)

    def _context(self, op):
        self.uses_context = True
        return self.page.bind(f"ctx{op._id}", Context(self.resources, op, self.draft.home(op).torch))


def is_reference(t):
    """Whether a tensor stands for a variable or another resource, not for a value."""
    return t._dtype._is_ref_dtype or t._dtype is dtypes.resource


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
