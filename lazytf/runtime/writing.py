"""From operations in order to Python source: one assignment per operation, commented with its graph name.

    def plan(f0, f1):
        t0 = feed_0(f0)  # x-input:0
        v2 = c2.value
        t5 = MatMul(t0, v2, False, False)  # MatMul
        return (fetch_float32(t5),)

Kernels, constants, attrs and cells are globals of the function. A tensor may be present in several places (in NumPy on
the host, in torch on a device); whoever needs it elsewhere first makes the copy. A variable is read where its reader
stands. What a value may share storage with is followed along (``_shares``), which decides three things: a variable
that is about to be written while somebody still holds its old storage is first moved to new storage (``fork``); a fetch
of borrowed storage is copied; everything else is handed out as it is.
"""
import linecache
from itertools import count as counting

import numpy as np
import torch

from lazytf.core import contents, dtypes, errors, shapes
from lazytf.runtime import autograd, tensors
from lazytf.runtime.compiling import compiled_when_hot
from lazytf.runtime.effects import arguments, variable_of, writes
from lazytf.runtime.feeds import converter
from lazytf.runtime.locating import is_host_feed
from lazytf.runtime.regions import parts
from lazytf.runtime.resources import Context

HOST = "host"
_numbers = counting()
_LITERAL = (bool, int, str, type(None))


class Source:
    """A written plan: the function, its text, and for each line its operation and the kernel's arguments."""

    __slots__ = ("function", "text", "operations", "arguments", "filename", "uses_torch", "uses_state")

    def __init__(self, function, text, operations, arguments, filename, uses_torch, uses_state):
        self.function, self.text, self.operations, self.filename = function, text, operations, filename
        self.arguments, self.uses_torch, self.uses_state = arguments, uses_torch, uses_state

    def arguments_at(self, line, frame):
        """The arguments of the kernel call in a line, from the frame in which it failed; None for other lines."""
        texts = self.arguments[line - 1]
        return None if texts is None else [eval(text, frame.f_globals, frame.f_locals) for text in texts]


class _Line:
    """One line of source: the operation it stands for, the names it uses and defines, whether it may be compiled.

    ``given`` are the expressions a kernel is called with, or None where the line calls none.
    """

    __slots__ = ("text", "op", "uses", "defines", "in_block", "given")

    def __init__(self, text, op, uses, defines, in_block, given=None):
        self.text, self.op, self.uses, self.defines, self.in_block, self.given = text, op, uses, defines, in_block, given


class Writer:
    """Writes one plan. ``draft`` (see ``runtime/plan.py``) says what the passes before found out."""

    def __init__(self, draft, resources):
        self.draft, self.resources = draft, resources
        self.globals = {"set_grad": torch._C._set_grad_enabled, "gradients": autograd.gradients,
                        "recorded": autograd.recorded, "replaced": autograd.replaced, "to_host": tensors.to_numpy,
                        "to_torch": tensors.from_numpy}
        self.names = {}          # tensor -> {place: name}
        self.shares = {}         # name -> frozenset of what its storage may belong to: variables, feeds, constants
        self.read = {}           # (variable, form) -> name, until the variable is written
        self.leaves = {}         # variable -> names of its leaves that regions have read
        self.lines = []          # of _Line
        self.uses, self.defines = [], []     # names used and defined by the line being written
        self.defined = {}        # name -> the static shape of what it holds, as far as it is known
        self.in_block = False    # within the stretch that may be compiled
        self.grad_mode = False
        self.uses_torch = self.uses_state = False
        self.records = set()     # names of tensors that autograd records
        self.early = {}          # (reader, variable) -> name of a value taken before a write

    # -- the whole --------------------------------------------------------------------------------------------------

    def write(self):
        draft = self.draft
        self.last_use = self._last_uses()
        self.written = {variable for op in draft.ordered for variable in writes(op)}
        for i, t in enumerate(draft.fed):
            self._feed(t, i)
        for position, group in enumerate(draft.groups):
            self.position = position
            if position in (draft.start, draft.end) and draft.end:
                self._set_grad(False)
                self.in_block = position == draft.start
            self._group(group)
        if self.in_block:
            self._set_grad(False)
            self.in_block = False
        self.position = len(draft.groups)
        results = [self._fetched(t) for t in draft.fetched]
        self._line(f"return ({', '.join(results)}{',' if len(results) == 1 else ''})", None)
        return self._compiled()

    def _last_uses(self):
        """``{tensor: position of the last group that takes it}``; fetched ones are taken at the very end."""
        last = {}
        for position, group in enumerate(self.draft.groups):
            for op in group:
                for t in op._inputs:
                    last[t] = position
                for o in self.draft.regions.of.get(op, ()):      # the tape holds what the region read
                    for t in o._inputs:
                        last[t] = max(position, last.get(t, 0))
        last.update((t, len(self.draft.groups)) for t in self.draft.fetched)
        return last

    def _compiled(self):
        outer, text, origins = self.lines, [], []
        inner = [line for line in outer if line.in_block]
        if inner:
            outer = self._with_block_as_call(inner)
        if outer is not self.lines:
            self._function(text, origins, "stretch", self.block_inputs, inner)
        self._function(text, origins, "plan", [f"f{i}" for i in range(len(self.draft.fed))], outer)
        source = "\n".join(text) + "\n"
        filename = f"<lazytf plan {next(_numbers)}>"
        linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
        exec(compile(source, filename, "exec"), self.globals)
        if outer is not self.lines:
            varying = [i for i, name in enumerate(self.block_inputs) if not _is_complete(self.defined[name])]
            self.globals["stretch"] = compiled_when_hot(self.globals["stretch"], varying)
        operations, arguments = [line and line.op for line in origins], [line and line.given for line in origins]
        return Source(self.globals["plan"], source, operations, arguments, filename, self.uses_torch, self.uses_state)

    def _with_block_as_call(self, inner):
        """The plan's lines with the stretch as one call, or as they are where it does not come out in one piece."""
        made = {name for line in inner for name in line.defines}
        first = self.lines.index(inner[0])
        last = len(self.lines) - self.lines[::-1].index(inner[-1])
        hoisted = [line for line in self.lines[first:last] if not line.in_block]
        if any(name in made for line in hoisted for name in line.uses):
            return self.lines
        later = {name for line in self.lines[last:] for name in line.uses}
        self.block_inputs = list(dict.fromkeys(n for line in inner for n in line.uses if n in self.defined and n not in made))
        outputs = [n for n in dict.fromkeys(n for line in inner for n in line.defines) if n in later]
        if not outputs or any(n.startswith("h") for n in self.block_inputs):
            return self.lines
        inner.append(_Line(f"return [{', '.join(outputs)}]", None, outputs, [], True))
        call = f"{', '.join(outputs)}{',' * (len(outputs) == 1)} = stretch({', '.join(self.block_inputs)})"
        return [*self.lines[:first], *hoisted, _Line(call, None, self.block_inputs, outputs, False), *self.lines[last:]]

    def _function(self, text, origins, name, arguments, lines):
        """Adds one function to the text; names are deleted after the line that uses them last."""
        text.append(f"def {name}({', '.join(arguments)}):")
        origins.append(None)
        last = {used: number for number, line in enumerate(lines) for used in line.uses}
        own = {n for line in lines for n in line.defines}
        dying = {}
        for used, number in last.items():
            if used in own and number < len(lines) - 1:
                dying.setdefault(number, []).append(used)
        for number, line in enumerate(lines):
            text.append("    " + line.text)
            origins.append(line)
            if number in dying:
                text.append("    del " + ", ".join(dying[number]))
                origins.append(None)
        text.append("")
        origins.append(None)

    def _line(self, text, op, comment="", outside=False):
        """Writes a line; ``outside`` the stretch that may be compiled, although its reader is within."""
        text = f"{text}  # {comment}" if comment else text
        self.lines.append(_Line(text, op, self.uses, self.defines, self.in_block and not outside))
        self.uses, self.defines = [], []

    def _define(self, name, shape=None):
        self.defined[name] = shape
        self.defines.append(name)
        return name

    # -- feeds and fetches ------------------------------------------------------------------------------------------

    def _feed(self, t, i):
        place = HOST if is_host_feed(t) else self.draft.home(t.op)
        name = self._define(f"{'h' if place is HOST else 't'}{t.op._id}_{t.value_index}" + "f" * (t in self.draft.regions.overridden), t._shape)
        device = None if place is HOST else place.torch
        convert = self._global(f"feed_{i}", converter(t, device))
        self._line(f"{name} = {convert}(f{i})", None, t.name)      # no operation: what it raises is about the feed
        if place is not HOST:
            self.uses_torch = True
        if t in self.draft.regions.overridden:
            self.fed_names = {**getattr(self, "fed_names", {}), t: name}
            return
        self.names[t] = {place: name}
        self.shares[name] = frozenset((t,))
        if t in self.draft.regions.sources:
            self._mark(t, name if place is not HOST else self._value(t, self.draft.home(t.op)), t.op, fresh=True)

    def _fetched(self, t):
        """An expression for the NumPy value of a fetched tensor that nobody else can change."""
        if t in self.draft.known and t not in self.names:
            value = np.asarray(self.draft.known[t])
            if value.ndim == 0:
                return self._constant(value[()])
            return f"{self._global('copied', tensors.copied)}({self._constant(value)})"
        places = self.names[t]
        if HOST in places:
            name = places[HOST]
            self.uses.append(name)
            if t in self.draft.fed:       # what was fed comes back as an array, even a scalar
                return f"{self._global('array', np.array)}({name})"
            return f"{self._global('copied', tensors.copied)}({name})" if self.shares.get(name) else name
        (place, name), *_ = places.items()
        self.uses.append(name)
        dtype = t._dtype._base
        if t._shape == () and dtype in _ITEM:
            return f"{self._global('as_' + dtype.name, dtype.as_numpy_dtype)}({name}.item())"
        borrowed = bool(self.shares.get(name))
        if place.torch.type == "cpu" and t._shape and dtype in _SHARED_WITH_NUMPY:      # not 0-d, no conversion
            detached = name if name not in self.records else f"{name}.detach()"
            return f"{detached}.numpy(){'.copy()' if borrowed else ''}"
        convert = tensors.copied_to_numpy if borrowed else tensors.to_numpy
        return f"{self._global(convert.__name__, convert)}({name})"

    # -- operations -------------------------------------------------------------------------------------------------

    def _group(self, group):
        op = group[0]
        for reader, variable in self.draft.snapshots:
            if any(variable in writes(o) for o in group) and (reader, variable) not in self.early:
                name = self._define(f"s{variable._id}_{reader._id}")
                self.early[reader, variable] = name
                self._line(f"{name} = {self._cell(variable)}.value.clone()", reader)
        if op.op_type.role == "resource":
            self._cell(op)
        elif all(t in self.draft.known for t in op.outputs) and op.outputs:
            for t in op.outputs:
                if t in self.draft.regions.sources:
                    self._mark(t, self._value(t, self.draft.home(op)), op, fresh=True)
        elif op.op_type.role == "gradient":
            self._gradient(op)
        elif op.op_type.role == "read":
            self.names[op.outputs[0]] = self._reads(op, op._inputs[0], op.outputs[0])
            if op.outputs[0] in self.draft.regions.sources or op.outputs[0] in self.draft.regions.stopped:
                self._tell_apart(op, op.outputs[0], op._inputs[0])
        elif op.op_type.is_alias and not (len(op._inputs) == 1 and op.op_type.writes):
            self._alias(op)
        elif op.outputs or op._inputs or op.op_type.is_stateful:
            self._call(group)
        for o in group:
            for t in o.outputs:
                if t in self.last_use and self.last_use[t] == len(self.draft.groups):
                    self._keep_read(t, o)

    def _keep_read(self, t, op):
        """A fetched reference to a variable is read here, where it stands, not at the end."""
        variable = variable_of(t) if t._dtype._is_ref_dtype else None
        if variable is None or t in self.names:
            return
        self.uses_state = True
        if self._is_scalar_cell(variable):
            name = self._define(f"h{op._id}_r")
            self._line(f"{name} = {self._cell(variable)}.host", op, t.name)
            self.names[t] = {HOST: name}
        elif variable not in self.written:
            self.names[t] = {self.draft.home(variable): self._read(variable, "value", op)}
        else:
            name = self._define(f"t{op._id}_r")
            self._line(f"{name} = {self._cell(variable)}.value.clone()", op, t.name)
            self.uses_torch = True
            self.names[t] = {self.draft.home(variable): name}

    def _alias(self, op):
        """Outputs that are inputs by another name need no line, unless autograd must tell them apart."""
        for t, source in zip(op.outputs, op._inputs, strict=False):
            if t._dtype is dtypes.resource:
                continue
            if source in self.draft.known and t not in self.draft.known:
                self.draft.known[t] = self.draft.known[source]
            if t in self.draft.known and t not in self.draft.regions.sources:
                continue
            if source._dtype._is_ref_dtype and not t._dtype._is_ref_dtype and source not in self.names:
                self.names[t] = self._reads(op, source, t)
            elif source in self.names:
                self.names[t] = dict(self.names[source])
            distinct = t in self.draft.regions.sources or t in self.draft.regions.stopped
            if distinct or t in self.draft.regions.overridden:
                self._tell_apart(op, t, source)

    def _tell_apart(self, op, t, source):
        place = self.draft.home(op)
        name = self._value(source if t not in self.names else t, place, recorded=op in self.draft.regions.recorded)
        own = self._define(f"t{op._id}_{t.value_index}")
        if op in self.draft.regions.recorded:
            self._set_grad(True)
            text = f"{name}.clone()" if t in self.draft.regions.overridden else f"{name}.view_as({name})"
            self.records.add(own)
        else:
            text = f"{name}.detach()"
        self.uses.append(name)
        self._line(f"{own} = {text}", op, op.name)
        self.shares[own] = self.shares.get(name, frozenset())
        self.names[t] = {place: own}
        self._finish(op, t, own)

    def _reads(self, op, source, t):
        """The value of a variable as it is now, in every form that somebody will want."""
        variable = variable_of(source)
        recorded = op in self.draft.regions.recorded
        found = {}
        for place in self._wanted(t, op):
            if place is HOST and self._is_scalar_cell(variable):
                found[HOST] = self._read(variable, "host", op)
            else:
                found[self.draft.home(op)] = self._read_value(variable, op, recorded)
        return found

    def _wanted(self, t, op):
        """The places where the consumers of ``t`` in this plan are."""
        wanted = {self.draft.place_of_argument(consumer, t) for consumer in self.draft.consumers.get(t, ())}
        if self.last_use.get(t) == len(self.draft.groups):
            wanted.add(HOST if t._shape == () and self._is_scalar_cell(variable_of(op._inputs[0]) or op) else self.draft.home(op))
        return wanted or {self.draft.home(op)}

    def _call(self, group):
        op = group[0]
        kind, regions = op.op_type, self.draft.regions
        hosted = op in self.draft.hosted
        recorded = not hosted and op in regions.recorded
        place = HOST if hosted else self.draft.home(op)
        if len(group) > 1:
            given = self._merged_arguments(group, place)
        else:
            given = [self._argument(op, arg, inputs, place, recorded) for arg, inputs in self._grouped(op)]
        for o in group:
            for variable in writes(o):
                self._before_write(variable, o)
        given += [self._attr(op, name, hosted) for name in kind.parameters]
        if kind.needs_context:
            given.insert(0, self._context(op))
        kernel = self._kernel(kind, hosted, recorded, len(group) > 1)
        outputs = [t for o in group for t in o.outputs] if len(group) == 1 else []
        targets = ", ".join(self._target(t, place) for t in outputs)
        if outputs and (len(outputs) > 1 or kind.schema.outputs[0].is_list) and not outputs[0]._dtype._is_ref_dtype:
            targets += "," if len(outputs) == 1 else ""
        call = f"{kernel}({', '.join(given)})"
        if not hosted:
            self.uses_torch = True
            if recorded:
                self._set_grad(True)
            elif self.grad_mode and not self.records.isdisjoint(self.uses):
                self._set_grad(False)
        self._line(f"{targets} = {call}" if targets else call, op, " ".join(o.name for o in group))
        self.lines[-1].given = given
        for o in group:
            for variable in writes(o):
                self._after_write(variable)
        shared = frozenset()
        if kind.is_view:
            shared = frozenset().union(*(self.shares.get(n, ()) for n in self.lines[-1].uses))
        for t in outputs:
            if t in self.names and not t._dtype._is_ref_dtype and t._dtype is not dtypes.resource:
                name = self.names[t][place]
                self.shares[name] = shared
                if recorded:
                    self.records.add(name)
                self._finish(op, t, name)

    def _finish(self, op, t, name):
        """What a result still needs: fed numbers put in its place, or autograd told to start recording here."""
        regions = self.draft.regions
        if t in regions.overridden:
            fed = self.fed_names[t]
            self.uses += [fed, name]
            if op.op_type.is_view and not op.op_type.is_alias:
                self._line(f"{name} = {name}.clone()", op)
                self.uses += [fed, name]
            self._line(f"{name} = replaced({name}, {fed})", op, f"{t.name} is fed")
        if t in regions.sources:
            place = next(p for p in self.names[t] if p is not HOST) if any(p is not HOST for p in self.names[t]) else None
            if place is None:
                name = self._value(t, self.draft.home(op))
            self._mark(t, name, op, fresh=op not in regions.recorded)

    def _mark(self, t, name, op, fresh):
        """Makes ``name`` a tensor of its own where recording starts."""
        if not (t._dtype.is_floating or t._dtype.is_complex):
            return
        own = self._define(f"x{op._id}_{t.value_index}")
        self.uses.append(name)
        self._line(f"{own} = {name}.detach().requires_grad_()" if fresh else f"{own} = recorded({name})", op)
        self.shares[own] = self.shares.get(name, frozenset())
        self.names[t] = {self.draft.home(op): own}
        self.records.add(own)

    def _target(self, t, place):
        if t._dtype._is_ref_dtype or t._dtype is dtypes.resource:
            return "_"
        name = self._define(f"{'h' if place is HOST else 't'}{t.op._id}" + (f"_{t.value_index}" if len(t.op.outputs) > 1 else ""),
                            t._shape)
        self.names[t] = {place: name}
        return name

    def _set_grad(self, mode):
        if self.grad_mode is not mode:
            pending, self.uses, self.defines = (self.uses, self.defines), [], []
            self._line(f"set_grad({mode})", None)
            (self.uses, self.defines), self.grad_mode = pending, mode

    # -- gradients --------------------------------------------------------------------------------------------------

    def _gradient(self, op):
        draft, p = self.draft, parts(op)
        place = draft.home(op)
        again = draft.regions.needs_second(op)
        given = {grad_index: g for grad_index, g in zip(op._attrs["given"], p.grad_ys, strict=True)}
        ys = [self._value(y, place, recorded=True) for y in p.ys]
        weights = [self._value(given[i], place, recorded=again) if i in given else self._ones(y, place)
                   for i, y in enumerate(p.ys)]
        xs, owners = [], []
        for x in p.xs:
            variable = variable_of(x) if x._dtype._is_ref_dtype or x._dtype is dtypes.resource else None
            found = self.leaves.get(variable, ()) if variable is not None else [self._value(x, draft.home(x.op), recorded=True)]
            owners.append(len(xs) if len(found) == 1 else (len(xs), len(found)))
            xs += found
        stops = [self._value(s, draft.home(s.op), recorded=True) for s in p.stops]
        retain = draft.retains(op)
        self._set_grad(again)
        self.uses += [*ys, *(w for w in weights if w != "None"), *xs, *stops]
        names = [self._define(f"g{op._id}_{i}") for i in range(len(xs))]
        self._line(f"{', '.join(names)}, = gradients({_tuple(ys)}, {_tuple(xs)}, {_tuple(weights)}, {_tuple(stops)}, "
                   f"{retain}, {again})", op, op.name)
        self.uses_torch = True
        for t, owner in zip(op.outputs, owners, strict=True):
            if isinstance(owner, int):
                name = names[owner]
            else:       # the variable was read on both sides of a write: its gradient is the sum
                start, n = owner
                name = self._define(f"g{op._id}_{t.value_index}s")
                self.uses += names[start:start + n]
                self._line(f"{name} = {' + '.join(names[start:start + n]) or '0'}", op)
            self.names[t] = {place: name}
            if again:
                self.records.add(name)
            if t in draft.regions.sources:
                self._mark(t, name, op, fresh=not again)

    def _ones(self, y, place):
        if y._shape is None or None in y._shape or shapes.num_elements(y._shape) > 1:
            return "None"
        dtype = tensors.TORCH[y._dtype._base]
        return self._global(f"one_{y._dtype._base.name}_{'x'.join(map(str, y._shape))}_{place.kind}",
                            torch.ones(y._shape, dtype=dtype, device=place.torch))

    # -- arguments --------------------------------------------------------------------------------------------------

    def _grouped(self, op):
        """``(argument, its tensors)`` for each argument of the signature."""
        inputs = iter(op._inputs)
        return [(arg, [next(inputs) for _ in range(contents.count(op, arg))]) for arg in op.op_type.schema.inputs]

    def _argument(self, op, arg, inputs, place, recorded):
        texts = [self._one_argument(op, arg, t, place, recorded) for t in inputs]
        return f"[{', '.join(texts)}]" if arg.is_list else texts[0]

    def _one_argument(self, op, arg, t, place, recorded):
        if arg.is_ref or t._dtype is dtypes.resource:
            self.uses_state = True
            return self._cell(variable_of(t)) if variable_of(t) is not None else self._use(self._value(t, HOST))
        if arg.is_shape:
            if t._shape is not None and None not in t._shape:
                return repr(t._shape)
            if t in self.draft.known:
                return repr(self.draft.known[t].shape)
            name = self._use(self._anywhere(t, op))
            return f"{name}.shape"
        if arg.is_host and place is not HOST:
            return self._python(t, op)
        if arg.is_host:
            return self._python(t, op)
        return self._use(self._value(t, place, recorded, op))

    def _python(self, t, op):
        """A Python number, or nested lists of them."""
        if t in self.draft.known:
            return self._literal(np.asarray(self.draft.known[t]).tolist())
        return f"{self._use(self._value(t, HOST, op=op))}.tolist()"

    def _merged_arguments(self, group, place):
        given = []
        for i, arg in enumerate(group[0].op_type.schema.inputs):
            if arg.name in group[0].op_type.shared:
                given.append(self._one_argument(group[0], arg, group[0]._inputs[i], place, False))
            else:
                given.append("[" + ", ".join(self._one_argument(o, arg, o._inputs[i], place, False) for o in group) + "]")
        return given

    def _use(self, name):
        self.uses.append(name)
        return name

    def _anywhere(self, t, op):
        """The name of a tensor in whatever place it is."""
        if t._dtype._is_ref_dtype:
            return self._value(t, self.draft.home(t.op), op=op)
        return next(iter(self.names[t].values()))

    def _value(self, t, place, recorded=False, op=None):
        """The name that holds ``t`` at ``place``, after a line that brings it there where it is not yet."""
        if t._dtype._is_ref_dtype and t not in self.names:
            variable = variable_of(t)
            early = self.early.get((op, variable))
            if early is not None:
                return early
            if place is HOST and self._is_scalar_cell(variable):
                return self._read(variable, "host", op)
            name, at = self._read_value(variable, op, recorded), self.draft.home(variable)
            return name if place is at else self._moved(name, at, place, t, op)
        places = self.names.get(t)
        if places is None:
            if t not in self.draft.known:
                raise AssertionError(f"{t.name} is used before it is computed")
            places = self.names[t] = {}
        name = places.get(place)
        if name is None:
            if not places:
                name = self._baked(t, place)
            else:
                at, held = next(((p, n) for p, n in places.items() if p is not HOST), next(iter(places.items())))
                if place is HOST and t in self.draft.known:
                    name = self._baked(t, place)
                else:
                    name = self._moved(held, at, place, t, op)
            places[place] = name
        return name

    def _moved(self, name, at, place, t, op):
        """A copy of a value at another place."""
        uses, self.uses = self.uses, [name]
        own = self._define(f"{name}_{'h' if place is HOST else place.kind.lower() + place.name.rpartition(':')[2]}", t._shape)
        if place is HOST:
            text = f"to_host({name})"
        elif at is HOST:
            text = f"to_torch({name}, {self._device(place)})"
        else:
            text = f"{name}.to({self._device(place)})"
        made_inside = any(name in line.defines for line in self.lines if line.in_block)
        self._line(f"{own} = {text}", op or t.op, f"{t.name} to {place if place is HOST else place.name}", outside=not made_inside)
        self.uses = uses
        if place is HOST or at is HOST:
            self.shares[own] = self.shares.get(name, frozenset())
        if name in self.records:
            self.records.add(own)
        self.uses_torch = True
        return own

    def _baked(self, t, place):
        """A constant, put where it is needed before the plan first runs."""
        value = self.draft.known[t]
        if place is HOST:
            return self._constant(value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value)
        key = f"k{t.op._id}_{t.value_index}_{place.kind}{place.name.rpartition(':')[2]}"
        if key not in self.globals:
            tensor = tensors.from_numpy(value, place.torch)
            self.globals[key] = tensor.clone() if tensor.dim() == 0 else tensor
            self.shares[key] = frozenset((t,))
        self.uses_torch = True
        return key

    def _constant(self, value):
        name = f"k{len(self.globals)}"
        self.globals[name] = value
        self.shares[name] = frozenset((name,))
        return name

    def _literal(self, value):
        if isinstance(value, _LITERAL) or (isinstance(value, list) and all(isinstance(v, _LITERAL) for v in value)):
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
        if isinstance(value, _LITERAL) or (isinstance(value, tuple) and all(isinstance(v, _LITERAL) for v in value)):
            return repr(value)
        if isinstance(value, float):
            return repr(value) if np.isfinite(value) else f"float('{value}')"
        return self._constant(value)

    def _type(self, dtype, hosted):
        base = dtype._base
        if hosted:
            return self._global(f"np_{base.name}", None if base._numpy is None else np.dtype(base._numpy))
        return self._global(f"torch_{base.name}", tensors.TORCH.get(base))

    # -- globals ----------------------------------------------------------------------------------------------------

    def _global(self, name, value):
        self.globals.setdefault(name, value)
        return name

    def _kernel(self, kind, hosted, recorded, merged):
        if merged:
            return self._global(f"{kind.name}_merged", kind.merged)
        if hosted:
            return self._global(kind.name if kind.on_host else f"{kind.name}_host", kind.kernel if kind.on_host else kind.host)
        if recorded and kind.differentiable is not None:
            return self._global(f"{kind.name}_recorded", kind.differentiable)
        if kind.kernel is None:
            raise errors.UnimplementedError(None, None, f"Op type {kind.name} has no kernel")
        return self._global(kind.name, kind.kernel)

    def _device(self, place):
        return self._global("cpu" if place.torch.type == "cpu" else f"{place.torch.type}{place.torch.index or 0}", place.torch)

    def _context(self, op):
        self.uses_state = True
        name = f"ctx{op._id}"
        if name not in self.globals:
            self.globals[name] = Context(self.resources, op, self.draft.home(op).torch)
        return name

    # -- variables --------------------------------------------------------------------------------------------------

    def _cell(self, variable):
        name = f"c{variable._id}"
        if name not in self.globals:
            kind = variable.op_type
            attrs = [self._evaluated(variable, p) for p in kind.parameters]
            context = Context(self.resources, variable, self.draft.home(variable).torch)
            self.globals[name] = kind.kernel(*([context] if kind.needs_context else []), *attrs)
        return name

    def _evaluated(self, op, name):
        value = op._attrs[name]
        if isinstance(value, dtypes.DType):
            return tensors.TORCH.get(value._base)
        if isinstance(value, tuple) and value and isinstance(value[0], dtypes.DType):
            return tuple(value)
        return value

    def _is_scalar_cell(self, variable):
        """Whether a variable's value is taken in NumPy: a scalar, or what torch cannot hold."""
        return variable._attrs.get("shape") == () or variable._attrs.get("dtype") is dtypes.string

    def _read_value(self, variable, op, recorded):
        if recorded and any(variable_of(x) is variable for x in self.draft.variable_sources):
            name = self._read(variable, "leaf", op)
            leaves = self.leaves.setdefault(variable, [])
            if name not in leaves:
                leaves.append(name)
            self.records.add(name)
            return name
        return self._read(variable, "value", op)

    def _read(self, variable, form, op):
        self.uses_state = True
        name = self.read.get((variable, form))
        if name is None:
            cell = self._cell(variable)
            name = f"{ {'value': 'v', 'leaf': 'w', 'host': 'h'}[form]}{variable._id}"
            while name in self.defined:
                name += "n"
            uses, self.uses = self.uses, []
            self._define(name, variable._attrs.get("shape"))
            self._line(f"{name} = {cell}.{form}", op or variable, outside=True)
            self.uses = uses
            self.read[variable, form] = name
            self.shares[name] = frozenset((variable,)) if form != "host" else frozenset()
            if form != "host":
                self.uses_torch = True
        return name

    def _before_write(self, variable, op):
        """Leaves the old numbers to whoever still holds them."""
        held = any(self.last_use.get(t, -1) > self.position and any(variable in self.shares.get(n, ()) for n in places.values())
                   for t, places in self.names.items())
        taped = any(variable in self._region_reads(g) for g, region in self.draft.regions.of.items()
                    if self.draft.position_of[g] > self.position)
        if held or taped:
            pending, self.uses, self.defines = (self.uses, self.defines), [], []
            self._line(f"{self._cell(variable)}.fork()", op, "the old value is still needed")
            self.uses, self.defines = pending

    def _region_reads(self, gradient):
        cached = self.draft.region_reads.get(gradient)
        if cached is None:
            cached = self.draft.region_reads[gradient] = {
                v for o in self.draft.regions.of[gradient] for arg, t in arguments(o)
                if (v := variable_of(t) if t._dtype._is_ref_dtype or t._dtype is dtypes.resource else None) is not None}
        return cached

    def _after_write(self, variable):
        for form in ("value", "leaf", "host"):
            self.read.pop((variable, form), None)


def _is_complete(shape):
    return shape is not None and None not in shape


def _tuple(texts):
    return f"({', '.join(texts)}{',' if len(texts) == 1 else ''})"


_SHARED_WITH_NUMPY = frozenset(d for d in tensors.TORCH if (d.is_floating and d is not dtypes.bfloat16) or d.is_integer or d.is_bool)
_ITEM = (dtypes.float32, dtypes.float64, dtypes.int32, dtypes.int64, dtypes.int8, dtypes.int16, dtypes.uint8, dtypes.bool_,
         dtypes.float16)
