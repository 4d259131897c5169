"""``tf.Session``: owns variables and plans, and runs fetches.

A run whose plan exists costs a dictionary look-up: the key is the fetch as given and the fed tensors in order. All
else - nested structures, names, options - is worked out the first time (``_prepare``) and kept as one function from
fed values to the finished result.
"""

import contextlib
import gc
import sys
import threading
from typing import NamedTuple

import torch

from lazytf.core import defaults, errors
from lazytf.core.graph import get_default_graph
from lazytf.core.operation import Operation, Tensor
from lazytf.formats.messages import RunMetadata, RunOptions
from lazytf.runtime import placing
from lazytf.runtime.config import settings_of
from lazytf.runtime.fetches import Fetches, fed_tensors
from lazytf.runtime.partial import PartialRun
from lazytf.runtime.plan import Plan
from lazytf.runtime.resources import Resources
from lazytf.runtime.tracing import traced


class DeviceAttributes(NamedTuple):
    """One row of ``Session.list_devices()``."""

    name: str
    device_type: str
    memory_limit_bytes: int
    incarnation: int


class BaseSession:
    """What ``Session`` and ``InteractiveSession`` share."""

    def __init__(self, target="", graph=None, config=None):
        self._closed = True  # until all that can fail has succeeded
        _check_target(target)
        if graph is None:
            graph = get_default_graph()
        elif not hasattr(graph, "as_graph_element"):
            raise TypeError(f"graph must be a tf.Graph, but got {type(graph)}")
        self.graph = graph
        self._config, self._target = config, target
        self._settings = settings_of(config)
        self._resources = Resources()
        self._calls, self._fed_calls, self._plans = {}, {}, {}
        self._mutations = graph._mutations
        self._compiling = threading.RLock()
        self._placed = set()
        self._closed = False

    @property
    def graph_def(self):
        """The graph as a ``GraphDef``."""
        return self.graph.as_graph_def()

    @property
    def sess_str(self):
        return self._target

    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        """Runs what ``fetches`` need and returns their values, nested as they were.

        ``fetches``: a tensor, operation, name, variable, or any nesting of these in lists, tuples, namedtuples, dicts
        or attrs objects. Tensors give NumPy arrays, 0-d ones NumPy scalars, operations None. ``feed_dict`` maps
        tensors (or their names) to the values they have in this run. ``options`` (``RunOptions``) may set a timeout
        or ask for a trace, which ``run_metadata`` (``RunMetadata``) receives.

        Raises ``RuntimeError`` if the session is closed, ``TypeError`` or ``ValueError`` for fetches or feeds that do
        not fit, and a class of ``tf.errors`` when an operation fails; the session stays usable.
        """
        if options is None and run_metadata is None and self._mutations == self.graph._mutations:
            kind = type(fetches)
            key = (kind, *fetches) if kind is list or kind is tuple else fetches
            try:
                call = self._fed_calls[(key, *feed_dict)] if feed_dict else self._calls[key]
            except (KeyError, TypeError):
                pass
            else:
                return call(*feed_dict.values()) if feed_dict else call()
        return self._first_run(fetches, feed_dict, options, run_metadata)

    def _first_run(self, fetches, feed_dict, options, run_metadata):
        self._check_open()
        if feed_dict is not None and not hasattr(feed_dict, "items"):
            raise TypeError(f"feed_dict: input must be a dictionary of tensors and their values; got {type(feed_dict)}")
        for message, kind, what in ((options, RunOptions, "options"), (run_metadata, RunMetadata, "run_metadata")):
            if message is not None and not isinstance(message, kind):
                raise TypeError(f"{what} must be a tf.{kind.__name__}; got {type(message)}")
        fed = fed_tensors(self.graph, feed_dict or {})
        wanted = Fetches(self.graph, fetches)
        plan = self._plan(wanted.elements, tuple(fed))
        if options is not None or run_metadata is not None:
            timeout = options.timeout_in_ms if options is not None else 0
            trace = options is not None and options.trace_level >= RunOptions.HARDWARE_TRACE
            with self._resources.time_limit(timeout or self._settings.timeout_ms):
                values = (
                    traced(plan, fed.values(), run_metadata)
                    if trace and run_metadata is not None
                    else plan.call(*fed.values())
                )
            return wanted.rebuild(_spread(wanted.elements, values))
        call = self._finished(plan, wanted)
        self._remember(fetches, feed_dict, tuple(fed), call)
        return call(*fed.values())

    def _remember(self, fetches, feed_dict, fed, call):
        """Keeps a prepared run under the key that ``run`` will look for, where there is one."""
        if feed_dict and len(fed) != len(feed_dict):
            return  # sparse or nested keys: their values come apart on each run
        kind = type(fetches)
        if kind is list or kind is tuple:
            if any(isinstance(f, (list, tuple, dict)) for f in fetches):
                return  # nested: only its plan is kept
            key = kind, *fetches
        elif isinstance(fetches, tuple):
            return  # namedtuples of different kinds may be equal
        else:
            key = fetches
        try:
            if feed_dict:
                self._fed_calls[(key, *feed_dict)] = call
            else:
                self._calls[key] = call
        except TypeError:  # a dict, say, cannot be a key
            pass

    def _finished(self, plan, wanted):
        """A function from fed values to the nested result."""
        run, elements, rebuild = plan.call, wanted.elements, wanted.rebuild
        timeout = self._settings.timeout_ms
        if timeout:
            inner, resources = run, self._resources

            def run(*values):
                with resources.time_limit(timeout):
                    return inner(*values)

        if len(elements) == 1 and isinstance(elements[0], Tensor):
            marker = object()
            if rebuild([marker]) is marker:
                return lambda *values: run(*values)[0]
        return lambda *values: rebuild(_spread(elements, run(*values)))

    def _plan(self, elements, fed, done=frozenset()):
        """The plan for these graph elements and fed tensors, compiled if this is the first time."""
        with self._compiling:
            if self._mutations != self.graph._mutations:
                self._calls, self._fed_calls, self._plans, self._mutations = {}, {}, {}, self.graph._mutations
            key = tuple(elements), fed, done
            plan = self._plans.get(key)
            if plan is None:
                with _uncollected():
                    plan = self._plans[key] = Plan(elements, fed, self._settings, self._resources, done)
                if self._settings.log_placement:
                    self._log(plan)
            return plan

    def _log(self, plan):
        if not self._placed:
            for device in self._settings.devices:
                print(f"Device mapping:\n{device.name} -> {device.torch}", file=sys.stderr)
        fresh = {op: device for op, device in plan.placed.items() if op not in self._placed}
        self._placed.update(fresh)
        placing.log(fresh)

    def make_callable(self, fetches, feed_list=None, accept_options=False):
        """A function that runs ``fetches``, taking the values of ``feed_list`` in order."""
        self._check_open()
        if feed_list is not None and not isinstance(feed_list, (list, tuple)):
            raise TypeError("`feed_list` must be a list or tuple.")
        keys = list(feed_list or ())
        fed = tuple(fed_tensors(self.graph, {key: None for key in keys}))
        self._plan(Fetches(self.graph, fetches).elements, fed)

        def call(*values, **kwargs):
            if len(values) != len(keys):
                raise errors.InvalidArgumentError(
                    None, None, f"The callable takes {len(keys)} values to feed, got {len(values)}"
                )
            options = {k: kwargs.pop(k, None) for k in ("options", "run_metadata")} if accept_options else {}
            if kwargs:
                raise TypeError(f"Unexpected keyword argument {next(iter(kwargs))!r}")
            return self.run(fetches, dict(zip(keys, values, strict=True)), **options)

        return call

    def partial_run_setup(self, fetches, feeds=None):
        """Begins a run whose fetches and feeds will come in portions; gives its handle for ``partial_run``."""
        self._check_open()
        elements = Fetches(self.graph, fetches).elements
        fed = tuple(fed_tensors(self.graph, {f: None for f in feeds or ()}))
        return PartialRun(self, elements, fed)

    def partial_run(self, handle, fetches, feed_dict=None):
        """Goes on with a partial run: computes ``fetches``, with ``feed_dict`` added to what was fed before."""
        self._check_open()
        if not isinstance(handle, PartialRun) or handle.session is not self:
            raise errors.InvalidArgumentError(None, None, "Must run partial_run_setup before performing partial runs!")
        wanted = Fetches(self.graph, fetches)
        return wanted.rebuild(
            _spread(wanted.elements, handle.run(wanted.elements, fed_tensors(self.graph, feed_dict or {})))
        )

    def list_devices(self):
        """The devices this session may use, as ``DeviceAttributes``; ``CancelledError`` if it is closed."""
        if self._closed:
            raise errors.CancelledError(None, None, "Session has been closed.")
        return [DeviceAttributes(d.name, d.kind, _memory_of(d), 0) for d in self._settings.devices]

    def plan_source(self, fetches, feed_dict=None):
        """The Python source of the plan that ``run(fetches, feed_dict)`` would use. Ours, not TensorFlow's."""
        self._check_open()
        fed = fed_tensors(self.graph, feed_dict or {})
        return self._plan(Fetches(self.graph, fetches).elements, tuple(fed)).source.text

    def as_default(self):
        """A ``with`` block in which ``Tensor.eval`` and ``Operation.run`` use this session; it does not close it."""
        return defaults.sessions.push(self)

    def close(self):
        """Frees all variables, queues and plans; later use raises ``RuntimeError``."""
        if not self._closed:
            self._closed = True
            self._resources.close()
        self._calls, self._fed_calls, self._plans = {}, {}, {}

    def _check_open(self):
        if self._closed:
            raise RuntimeError("Attempted to use a closed Session.")
        if not self.graph._operations:
            raise RuntimeError("The Session graph is empty.  Add operations to the graph before calling run().")


class Session(BaseSession):
    """Runs operations of a graph. As a context manager it is the default session, its graph the default graph.

    ``config`` is a ``tf.ConfigProto``; see ``docs/differences.md`` for the options that mean nothing here.
    """

    def __enter__(self):
        self._entered = getattr(self, "_entered", [])
        graph, session = self.graph.as_default(), self.as_default()
        graph.__enter__()
        session.__enter__()
        self._entered.append((graph, session))
        return self

    def __exit__(self, kind, value, traceback):
        graph, session = self._entered.pop()
        session.__exit__(kind, value, traceback)
        graph.__exit__(kind, value, traceback)
        self.close()

    @staticmethod
    def reset(target, containers=None, config=None):
        """Frees what a server keeps between sessions: in this process, where a session owns its variables, nothing."""
        _check_target(target)


class InteractiveSession(BaseSession):
    """A session that is the default one from the moment it is made until it is closed."""

    def __init__(self, target="", graph=None, config=None):
        super().__init__(target, graph, config)
        self._blocks = [self.as_default()] if graph is None else [graph.as_default(), self.as_default()]
        for block in self._blocks:
            block.__enter__()

    def close(self):
        super().close()
        for stack, item in ((defaults.sessions, self), (defaults.graphs, self.graph)):
            if len(self._blocks) == 1 and stack is defaults.graphs:
                continue
            if item in stack.items:
                stack.items.remove(item)
        self._blocks = [None]


def get_default_session():
    """The session of the innermost ``as_default()`` or ``with`` block of this thread, or None."""
    return defaults.sessions.top


def _check_target(target):
    if not isinstance(target, (str, bytes)):
        raise TypeError(f"target must be a string, but got {type(target)}")
    if target not in ("", b"", "local"):
        raise errors.NotFoundError(
            None,
            None,
            f"Cannot connect to {target!r}: lazytf runs sessions in this process only. Leave `target` empty.",
        )


@contextlib.contextmanager
def _uncollected():
    """A block without garbage collection: writing a plan makes much and drops little, and a third of its time would go
    to walking all of torch's objects.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _spread(elements, values):
    """A value for each element: what the plan computed for tensors, None for operations."""
    if len(values) == len(elements):
        return values
    values = iter(values)
    return [None if isinstance(e, Operation) else next(values) for e in elements]


def _memory_of(device):
    if device.torch.type == "cuda":
        return torch.cuda.get_device_properties(device.torch).total_memory
    return 256 << 20  # what TensorFlow says of a CPU
