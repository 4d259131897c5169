"""A run in portions: feed some, fetch some, look at it, feed more.

Every operation runs once in all. After a portion, what it computed and later portions may need is kept by feeding it to
them; what it did (an assignment, say) is marked as done.
"""

from lazytf.core import errors
from lazytf.core.operation import Tensor
from lazytf.runtime.pruning import needed


class PartialRun:
    """One run in progress; a handle from ``partial_run_setup``."""

    def __init__(self, session, elements, fed):
        self.session = session
        self._wanted, self._fed = set(elements), set(fed)
        self._values = {}  # tensors fed or computed so far, and their values
        self._done = set()  # operations that have run
        ops = [e.op if isinstance(e, Tensor) else e for e in elements]
        self._all = needed(ops, set(fed))

    def run(self, elements, feeds):
        """The values of the tensors among ``elements``; ``InvalidArgumentError`` for what was not set up or is
        repeated.
        """
        for kind, given, declared in (("fetch", elements, self._wanted), ("feed", feeds, self._fed)):
            for e in given:
                if e not in declared:
                    raise errors.InvalidArgumentError(
                        None,
                        None,
                        f"The {kind} '{e.name}' was not declared in partial_run_setup, "
                        f"or has been {'fed' if kind == 'feed' else 'fetched'} already.",
                    )
        known = {**self._values, **feeds}
        wanted = [e.op if isinstance(e, Tensor) else e for e in elements if e not in known]
        now = [op for op in needed(wanted, known) if op not in self._done]
        missing = next((t for op in now for t in op.outputs if t in self._fed and t not in known), None)
        if missing is not None:
            raise errors.InvalidArgumentError(
                None, missing.op, f"Must feed {missing.name} before what depends on it is fetched."
            )
        running = set(now)
        later = [op for op in self._all if op not in running and op not in self._done]
        kept = list(
            dict.fromkeys(
                t
                for op in later
                for t in op._inputs
                if t.op in running and not t._dtype._is_ref_dtype and t._dtype.name != "resource"
            )
        )
        asked = list(dict.fromkeys([*elements, *kept]))
        plan = self.session._plan(asked, tuple(known), frozenset(self._done))
        values = dict(zip([e for e in asked if isinstance(e, Tensor)], plan.call(*known.values()), strict=True))
        self._values = {**known, **{t: values[t] for t in kept}}
        self._done |= running
        self._wanted.difference_update(elements)
        self._fed.difference_update(feeds)
        return [values[e] for e in elements if isinstance(e, Tensor)]
