"""From fetches and fed tensors to a function: the passes, one after the other.

    prune -> regions -> place -> known values -> prune again -> order -> structure
    -> locate -> merge -> isolate -> write

Each pass is a pure function in a file of its own; a ``Draft`` carries what they found out to the writer.
"""

from lazytf.core import dtypes, errors, shapes
from lazytf.core.operation import Tensor, arguments
from lazytf.runtime import failures
from lazytf.runtime.borrowing import variables_read
from lazytf.runtime.effects import reads, reference_of, variable_of, writes
from lazytf.runtime.feeds import accepts
from lazytf.runtime.guarding import guarded
from lazytf.runtime.isolating import isolate
from lazytf.runtime.locating import known_values, on_host
from lazytf.runtime.merging import merge
from lazytf.runtime.ordering import order
from lazytf.runtime.placing import place
from lazytf.runtime.pruning import needed
from lazytf.runtime.regions import Regions
from lazytf.runtime.structure import Guards
from lazytf.runtime.writing import HOST, Writer, is_reference


class Draft:
    """What is known of a plan before it is written."""

    def __init__(self, elements, fed, settings, done=frozenset()):
        for t in fed:
            if not accepts(t):
                raise ValueError(f"Tensor {t} may not be fed.")
        self.fed = tuple(fed)
        self.fetched = [e for e in elements if isinstance(e, Tensor)]
        fed = frozenset(fed)
        wanted = [e.op if isinstance(e, Tensor) else e for e in elements if e not in fed]
        ops = [op for op in needed(wanted, fed) if op not in done]
        self.regions = Regions(ops, fed)
        ended = fed - self.regions.overridden
        if self.regions.overridden:
            ops = needed(wanted, ended)
        self.placed = place(ops, settings.devices, settings.soft_placement)  # what is folded away must be placeable too
        self.known, cut = known_values(ops, fed, self.regions.recorded, settings.folds)
        cut -= self.regions.sources  # recording starts there: their lines must be written
        if any(t.op._inputs for t in cut):
            kept = [op for op in wanted if not op.outputs or not cut.issuperset(op.outputs)]
            ops = [op for op in needed(kept, ended, cut) if op not in done]
        _refuse_unfed(ops)
        self.cpu = settings.devices[0]
        ordered, self.snapshots, self.late = order(ops, ended, reads, writes, self.regions.of, self._reference)
        self.hosted = on_host(ordered, fed, self.known, self.regions.recorded)
        self.guards = Guards(ordered, ended)
        groups = merge(ordered, ended, writes, self.guards) if settings.folds else [[op] for op in ordered]
        self.groups, self.start, self.end = isolate(
            groups, self.regions, ended, self.known, self.hosted, self.late, self.guards
        )
        self.ordered = ordered
        self.position_of = {op: i for i, group in enumerate(self.groups) for op in group}
        self.consumers = {}
        for op in ordered:
            for t in op._inputs:
                self.consumers.setdefault(t, []).append(op)
        self.recorded_variables = {variable_of(x) for x in self.regions.sources if is_reference(x)}
        self._region_reads = {}

    def _reference(self, tensor):
        """What ``tensor`` was read off, unless autograd has to find this very tensor."""
        return None if tensor in self.regions.sources or tensor in self.regions.stopped else reference_of(tensor)

    def home(self, op):
        """The device of an operation; the first CPU for one that is not run."""
        return self.placed.get(op, self.cpu)

    def retains(self, gradient):
        """Whether another gradient operation uses the same tape later."""
        position, region = self.position_of[gradient], self.regions.of[gradient]
        return any(
            self.position_of[g] > position and not other.isdisjoint(region)
            for g, other in self.regions.of.items()
            if g is not gradient
        )

    def region_reads(self, gradient):
        """The variables that a gradient operation's region refers to: its tape may hold them."""
        found = self._region_reads.get(gradient)
        if found is None:
            found = self._region_reads[gradient] = variables_read(self.regions.of[gradient])
        return found

    def place_of_argument(self, consumer, tensor):
        """Where a consumer wants one of its inputs."""
        if consumer in self.hosted or tensor._dtype._base is dtypes.string:
            return HOST
        if any(t is tensor and arg.is_host for arg, t in arguments(consumer)):
            return HOST
        return self.home(consumer)


class Plan:
    """A compiled run: call it with the fed values in order; it gives the fetched values in order."""

    __slots__ = ("source", "elements", "call", "call_by_lines", "placed", "ordered")

    def __init__(self, elements, fed, settings, resources, done=frozenset()):
        draft = Draft(elements, fed, settings, done)
        writer = Writer(draft, resources)
        self.source = writer.write()
        self.elements, self.placed, self.ordered = elements, draft.placed, draft.ordered
        lock = resources.lock if writer.uses_state else None
        self.call, self.call_by_lines = (
            guarded(function, self.source, lock, writer.uses_torch, bool(draft.hosted))
            for function in (self.source.function, self.source.by_lines())
        )


def _refuse_unfed(ops):
    """Raises TensorFlow's error where a placeholder is needed and not fed."""
    for op in ops:
        if op.op_type.role == "feed":
            t = op.outputs[0]
            dtype, shape = _CPP_NAMES.get(t.dtype.name, t.dtype.name), t._shape
            known = f" and shape {shapes.bracketed(shape)}" if shape else ""
            raise failures.located(
                errors.InvalidArgumentError,
                f"You must feed a value for placeholder tensor '{op.name}' with dtype {dtype}{known}",
                op,
            )


_CPP_NAMES = {"float32": "float", "float64": "double", "float16": "half"}
