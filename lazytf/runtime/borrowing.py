"""Variables in a plan: where they are read, who still holds their storage, and what a write must leave alone.

A read is no copy: the name a plan reads a variable under, and every view made of it, shares the variable's storage.
So the plan keeps account of who borrows what. When a variable is about to be written in place while a borrower is
still needed, its value first moves to storage of its own (``fork``), and the borrowers keep the old one, numbers and
all. A tape is a borrower too: it holds what its region read until the gradient has run.
"""

from lazytf.core import dtypes
from lazytf.core.operation import arguments
from lazytf.runtime.effects import variable_of
from lazytf.runtime.resources import Context
from lazytf.runtime.tensors import TORCH

NOTHING: frozenset = frozenset()
_LETTER = {"value": "v", "leaf": "w", "host": "h"}


class Borrowing:
    """The variables of one plan, and what its names share storage with."""

    def __init__(self, page, draft, resources, last_use):
        self._page, self._draft, self._resources, self._last_use = page, draft, resources, last_use
        self._lenders = {}  # name -> what its storage may belong to: variables, and fed or constant tensors
        self._borrowers = {}  # variable -> tensors whose names may share its storage
        self._names = {}  # (variable, form) -> name, until the variable is written
        self.given = {}  # variable that is the argument of a function -> name of its cell
        self.leaves = {}  # variable -> names of its leaves that regions have read
        self.changing = NOTHING  # variables that the open loops write
        self.touched = False  # whether the plan reads or writes any state

    # -- who shares what --------------------------------------------------------------------------------------------

    def lenders(self, name):
        """What the storage behind a name may belong to."""
        return self._lenders.get(name, NOTHING)

    def lend(self, name, lenders, tensor=None):
        """Notes that ``name``, which holds ``tensor``, may share storage with ``lenders``."""
        self._lenders[name] = lenders
        if tensor is not None:
            for lender in lenders:
                self._borrowers.setdefault(lender, []).append(tensor)

    # -- reading ----------------------------------------------------------------------------------------------------

    def cell(self, variable):
        """The global that holds a variable's cell, or whatever else an op of role "resource" makes; made if need be."""
        if variable in self.given:
            return self.given[variable]
        name = f"c{variable._id}"
        if name not in self._page.globals:
            kind = variable.op_type
            attrs = [_for_kernel(variable._attrs[p]) for p in kind.parameters]
            context = Context(self._resources, variable, self._draft.home(variable).torch)
            self._page.globals[name] = kind.kernel(*([context] if kind.needs_context else []), *attrs)
        self.touched = True
        return name

    def read(self, variable, form, op):
        """The name that holds a variable's value now, as its ``value``, ``leaf`` or ``host``."""
        name = self._names.get((variable, form))
        if name is None or not self._page.is_visible(name):
            name = f"{_LETTER[form]}{variable._id}"
            while name in self._page.defined:
                name += "n"
            text = f"{name} = {self.cell(variable)}.{form}"
            shape = variable._attrs.get("shape")
            always = form == "leaf" and variable not in self.changing  # a gradient looks for leaves in any case
            self._page.insert(text, op or variable, defines=name, shape=shape, always=always)
            self._names[variable, form] = name
            self.lend(name, frozenset((variable,)) if form != "host" else NOTHING)
        return name

    def read_tensor(self, variable, op, recorded):
        """The same for torch: the leaf where autograd records and the variable is one of its sources."""
        if not (recorded and variable in self._draft.recorded_variables):
            return self.read(variable, "value", op)
        name = self.read(variable, "leaf", op)
        leaves = self.leaves.setdefault(variable, [])
        if name not in leaves:
            leaves.append(name)
        return name

    # -- writing ----------------------------------------------------------------------------------------------------

    def before_write(self, variable, op, position):
        """Leaves the old numbers to whoever still needs them."""
        held = any(self._last_use.get(t, -1) > position for t in self._borrowers.get(variable, ()))
        taped = any(
            self._draft.position_of[g] > position and variable in self._draft.region_reads(g)
            for g in self._draft.regions.of
        )
        if held or taped:
            self._page.insert(f"{self.cell(variable)}.fork()", op, "the old value is still needed")

    def after_write(self, variable):
        for form in _LETTER:
            self._names.pop((variable, form), None)


def is_on_host(variable):
    """Whether a variable's value is taken in NumPy: a scalar, or what torch cannot hold."""
    return variable._attrs.get("shape") == () or variable._attrs.get("dtype") is dtypes.string


def variables_read(ops):
    """The variables that any of the operations refers to."""
    found = set()
    for op in ops:
        for _, t in arguments(op):
            if t._dtype._is_ref_dtype or t._dtype is dtypes.resource:
                found.add(variable_of(t))
    return found - {None}


def _for_kernel(value):
    return TORCH.get(value._base) if isinstance(value, dtypes.DType) else value
