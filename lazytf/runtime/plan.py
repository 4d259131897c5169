"""From fetches and fed tensors to a function: the passes, one after the other.

    prune -> regions -> place -> known values -> prune again -> frames -> structure
    -> order -> merge -> locate -> isolate -> write

Each pass is a pure function in a file of its own; a ``Draft`` carries what they found out to the writer.
"""

from lazytf.core import dtypes
from lazytf.core.operation import Tensor, arguments
from lazytf.runtime import failures
from lazytf.runtime.borrowing import variables_read
from lazytf.runtime.effects import is_reference, reads, reference_of, variable_of, writes
from lazytf.runtime.feeds import accepts
from lazytf.runtime.frames import LOOP, Frames, flat
from lazytf.runtime.functions import callable_of
from lazytf.runtime.guarding import guarded
from lazytf.runtime.isolating import isolate
from lazytf.runtime.locating import HOST, known_values, on_host
from lazytf.runtime.merging import merge
from lazytf.runtime.ordering import arrange
from lazytf.runtime.placing import place
from lazytf.runtime.pruning import needed
from lazytf.runtime.regions import Regions
from lazytf.runtime.structure import Guards
from lazytf.runtime.writing import Writer


class Draft:
    """What is known of a plan before it is written."""

    def __init__(self, elements, fed, settings, done=frozenset(), body_regions=None):
        """``body_regions`` is given for the body of a function, whose arguments stand for the fed tensors: it finds
        the regions there.
        """
        is_body = body_regions is not None
        for t in fed:
            if not (is_body or accepts(t)):
                raise ValueError(f"Tensor {t} may not be fed.")
        self.fed, self.settings = tuple(fed), settings
        self.fetched = [e for e in elements if isinstance(e, Tensor)]
        fed = frozenset(fed)
        wanted = [e.op if isinstance(e, Tensor) else e for e in elements if e not in fed]
        ops = [op for op in needed(wanted, fed) if op not in done]
        self.regions = (body_regions or Regions)(ops, fed)
        wanted += [t.op for inside in self.regions.ruled.values() for t in inside]
        ended = fed - self.regions.overridden
        if self.regions.overridden or any(self.regions.ruled.values()):
            ops = needed(wanted, ended)
        self.placed = place(ops, settings.devices, settings.soft_placement)  # what is folded away must be placeable too
        self.known, cut = known_values(ops, fed, self.regions.recorded, settings.folds)
        cut -= self.regions.sources  # recording starts there: their lines must be written
        if any(t.op._inputs for t in cut):
            kept = [op for op in wanted if not op.outputs or not cut.issuperset(op.outputs)]
            ops = [op for op in needed(kept, ended, cut) if op not in done]
        self._ended = ended
        self.cpu = settings.devices[0]
        self.frames = Frames(ops, ended)
        self.guards = Guards(ops, ended, self.frames)
        for op in ops:
            if op.op_type.role == "feed" and not self.guards[op] and op not in self.frames.of:
                failures.unfed(op)
        nodes, self.snapshots, self.late = arrange(self.frames, ended, reads, writes, self.regions.of, self._reference)
        for loop in self.frames.loops:
            loop.before, loop.body = self._grouped(loop.before, settings), self._grouped(loop.body, settings)
            self.frames.once.update(loop.take_out(self.known, self.regions.recorded))
        groups = self._grouped(nodes, settings)
        ordered = list(flat(groups))
        self.hosted = on_host(ordered, frozenset() if is_body else fed, self.known, self.regions.recorded, self.frames)
        self.groups, self.start, self.end = groups, 0, 0
        if not is_body:
            self.groups, self.start, self.end = isolate(groups, self.regions, ended, self.known, self.hosted, self.late)
        self.ordered = ordered
        self.position_of, self.end_of = {}, {}
        self.last_position = self._number(self.groups, 0)
        self.consumers = {}
        for op in ordered:
            for t in op._inputs:
                self.consumers.setdefault(t, []).append(op)
        self.recorded_variables = {variable_of(x) for x in self.regions.sources if is_reference(x)}
        self._region_reads = {}

    def _grouped(self, nodes, settings):
        return merge(nodes, self._ended, writes, self.guards) if settings.folds else [[node] for node in nodes]

    def _number(self, groups, position):
        """Gives every operation a position, those of a loop between its beginning and its end; returns the next."""
        for group in groups:
            self.position_of.update(dict.fromkeys(group, position))
            position += 1
            if group[0].op_type is LOOP:
                loop = group[0]
                self.position_of.update(dict.fromkeys((*loop.enters, *flat(loop.once), *loop.merges), position - 1))
                self.position_of[loop.condition] = position = self._number(loop.before, position)
                self.end_of[loop] = position = self._number(loop.body, position + 1)
                self.position_of.update(dict.fromkeys((*loop.nexts, *loop.exits), position))
                position += 1
        return position

    def end_of_use(self, op, tensor):
        """Until which position ``op`` may still take ``tensor``: a loop takes what is made outside until it ends."""
        loop, position = self.frames.of.get(op), self.position_of[op]
        if loop is not None and op.op_type.role == "enter":
            loop = loop.parent
        if loop is None:
            return position
        made = self.frames.of.get(tensor.op)
        if made is not None and self.frames.is_made_outside(tensor.op):
            made = made.parent
        while loop is not None and loop is not made:
            position, loop = self.end_of[loop], loop.parent
        return position

    def _reference(self, tensor):
        """What ``tensor`` was read off, unless autograd has to find this very tensor."""
        if tensor in self.regions.sources or tensor in self.regions.stopped:
            return None
        if tensor.op.op_type.role != "enter":
            return reference_of(tensor)
        loop, source = self.frames.of[tensor.op], tensor
        while source.op.op_type.role == "enter":
            source = source.op._inputs[0]
        found = reference_of(source)
        return found if found and found[1] in loop.writes else None

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
        if consumer in self.hosted or tensor._dtype._base in (dtypes.string, dtypes.resource):
            return HOST
        if any(t is tensor and (arg.is_host or arg.is_flow) for arg, t in arguments(consumer)):
            return HOST
        return self.home(consumer)


class Plan:
    """A compiled run: call it with the fed values in order; it gives the fetched values in order."""

    __slots__ = ("source", "elements", "call", "call_by_lines", "placed", "ordered")

    def __init__(self, elements, fed, settings, resources, done=frozenset()):
        draft = Draft(elements, fed, settings, done)
        writer = Writer(draft, resources, callable_of)
        self.source = writer.write()
        self.elements, self.placed, self.ordered = elements, draft.placed, draft.ordered
        lock = resources.lock if writer.uses_state else None
        self.call, self.call_by_lines = (
            guarded(function, self.source, lock, writer.uses_torch, bool(draft.hosted))
            for function in (self.source.function, self.source.by_lines())
        )
