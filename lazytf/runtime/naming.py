"""Which name of a plan's code holds which tensor, and where: in NumPy on the host, in torch on a device.

A tensor may be present in several places. Whoever wants it where it is not yet gets a name after a line that brings it
there; a name that stands in a block is seen in that block only. A reference is no value: whoever takes one reads the
variable where he stands.
"""

import numpy as np

from lazytf.runtime import tensors
from lazytf.runtime.borrowing import NOTHING, is_on_host
from lazytf.runtime.effects import is_object, variable_of
from lazytf.runtime.locating import HOST


class Naming:
    """The names of one plan's tensors."""

    def __init__(self, page, draft, borrowing, bindings):
        self.page, self.draft, self.borrowing, self.bindings = page, draft, borrowing, bindings
        self.known = draft.known
        self._places = {}  # tensor -> {place: name}
        self.records = set()  # names of tensors that autograd records
        self.early = {}  # (reader, variable) -> name of a value taken before a write
        self.uses_torch = False

    def __contains__(self, t):
        return t in self._places

    def places(self, t):
        """``{place: name}`` of a tensor."""
        return self._places[t]

    def forget(self, t):
        """Lets no name hold a tensor, because another one will."""
        self._places.pop(t, None)

    def define(self, t, place):
        """A new name for ``t`` at ``place``, which the line being prepared defines."""
        number = f"_{t.value_index}" * (len(t.op.outputs) > 1)
        letter = "o" if is_object(t) else "h" if place is HOST else "t"
        return self.page.define(f"{letter}{t.op._id}{number}", t._shape)

    def hold(self, t, place, name, lenders=NOTHING, recorded=False):
        """Notes that ``name`` holds ``t`` at ``place``."""
        self._places.setdefault(t, {})[place] = name
        self.borrowing.lend(name, lenders, t)
        if recorded:
            self.records.add(name)

    def anywhere(self, t, op):
        """The name of a tensor in whatever place it is."""
        if t in self._places:
            return next(iter(self._places[t].values()))
        return self.value(t, self.draft.home(t.op), op=op)

    def value(self, t, place, recorded=False, op=None):
        """The name that holds ``t`` at ``place``, after a line that brings it there where it is not yet."""
        if t._dtype._is_ref_dtype and t not in self._places:
            return self._referenced(t, place, recorded, op)
        places = self._places.get(t, {})
        name = places.get(place)
        if name is None or not self.page.is_visible(name):
            places = {p: n for p, n in places.items() if self.page.is_visible(n)}
            if t in self.known and (place is HOST or not places):
                name = self._baked(t, place)
            elif places:
                at = next((p for p in places if p is not HOST), HOST)
                name = self._moved(places[at], at, place, t, op)
            else:
                raise AssertionError(f"{t.name} is used before it is computed")
            self._places.setdefault(t, {})[place] = name
        return name

    def _referenced(self, t, place, recorded, op):
        """The value of the variable that ``t`` refers to, as it is now."""
        variable = variable_of(t)
        early = self.early.get((op, variable))
        if early is not None:
            return early
        if place is HOST and is_on_host(variable):
            return self.borrowing.read(variable, "host", op)
        name, home = self.read(variable, op, recorded), self.draft.home(variable)
        return name if place is home else self._moved(name, home, place, t, op)

    def read(self, variable, op, recorded):
        """The name of a variable's value in torch as it is now; of its leaf where autograd records it."""
        self.uses_torch = True
        name = self.borrowing.read_tensor(variable, op, recorded)
        if name in self.borrowing.leaves.get(variable, ()):
            self.records.add(name)
        return name

    def _moved(self, name, at, place, t, op):
        """A copy of a value at another place."""
        where = "h" if place is HOST else place.kind.lower() + place.name.rpartition(":")[2]
        own = f"{'h' if place is HOST else 't' if at is HOST else name[0]}{name[1:]}_{where}"
        if own in self.page.defined and self.page.is_visible(own):  # for another tensor that the name holds
            return own
        if place is HOST:
            text = f"to_host({name})"
        elif at is HOST:
            text = f"to_torch({name}, {self.bindings.device(place)})"
        elif name in self.records:
            text = f"moved({name}, {self.bindings.device(place)})"
        else:
            text = f"{name}.to({self.bindings.device(place)})"
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
            return self.bindings.constant(value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value)
        name = f"k{t.op._id}_{t.value_index}_{place.kind}{place.name.rpartition(':')[2]}"
        if name not in self.page.globals:
            tensor = tensors.from_numpy(value, place.torch)
            self.page.globals[name] = tensor.clone() if tensor.dim() == 0 else tensor
            self.borrowing.lend(name, frozenset((t,)))
        self.uses_torch = True
        return name
