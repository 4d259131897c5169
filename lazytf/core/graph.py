"""Graph: the picture a program draws before anything runs.

A graph only grows. Operations are numbered so that every input of an operation has a smaller number than the operation
itself, but for the way back in a loop, from a NextIteration to its Merge; passes over the graph lean on that. They are
listed in the order in which a program sees them made: an operation inside a branch or a loop, and then what was added
to bring its inputs in. The scopes that new operations fall under (names, devices, control dependencies, colocation,
branches and loops) are plain stacks that ``with`` blocks push and pop.
"""

import contextlib
import re

from lazytf.core import defaults, devices, errors
from lazytf.core.operation import Operation, Tensor

_VALID_SCOPE = re.compile(r"[A-Za-z0-9_.\-/]*$").match
_VALID_ROOT = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\-/]*$").match


class Graph:
    """A set of operations and the tensors that flow between them; graphs share nothing.

    ``with graph.as_default():`` makes it the one that new operations join.
    """

    building_function = False  # whether it is the body of a function (see ``lazytf.core.functions``)

    def __init__(self):
        self._operations = []
        self._numbered = 0  # how many of them have their number
        self._by_name = {}
        self._names_in_use = {}
        self._name_stack = ""  # the open name scope, without a trailing "/"
        self._devices = [""]  # the open device blocks, merged, innermost last
        self._device_functions = False  # whether one of them is a function, to be called for every op
        self._controls = []  # the open control_dependencies blocks
        self._colocations = []  # the open colocate_with blocks
        self._control_flow_context = None  # the branch or loop body that is being drawn
        self._check_inputs = None  # looks at every new operation, from the first branch or loop on
        self._collections = {}
        self._unfeedable, self._unfetchable = set(), set()
        self._gradient_overrides = {}  # op type -> name of a registered gradient
        self._functions = {}  # the functions that its operations may call, by name
        self._container = ""
        self._finalized = False
        self._seed = None
        self._mutations = 0  # times an existing operation was changed
        self._consumers, self._consumers_upto = {}, 0

    # -- what is in it ----------------------------------------------------------------------------------------------

    @property
    def version(self):
        """How many operations have been made; it grows with every one."""
        return len(self._operations)

    @property
    def _last_id(self):
        return len(self._operations)

    @property
    def finalized(self):
        return self._finalized

    @property
    def seed(self):
        """The graph-level random seed, or None."""
        return self._seed

    @seed.setter
    def seed(self, seed):
        self._seed = seed

    @property
    def collections(self):
        """Names of all collections."""
        return list(self._collections)

    def get_operations(self):
        """All operations, in the order they were made."""
        return list(self._operations)

    def get_operation_by_name(self, name):
        """The operation of that name; ``KeyError`` if there is none."""
        if not isinstance(name, str):
            raise TypeError(f"Operation names are strings (or similar), not {type(name).__name__}.")
        return self.as_graph_element(name, allow_tensor=False, allow_operation=True)

    def get_tensor_by_name(self, name):
        """The tensor called ``operation:index``; ``KeyError`` if there is none."""
        if not isinstance(name, str):
            raise TypeError(f"Tensor names are strings (or similar), not {type(name).__name__}.")
        return self.as_graph_element(name, allow_tensor=True, allow_operation=False)

    def as_graph_element(self, obj, allow_tensor=True, allow_operation=True):
        """The tensor or operation that ``obj`` is, names, or stands for.

        Raises ``TypeError`` where it is neither, ``KeyError`` where no such name exists, ``ValueError`` where the name
        is malformed or the element belongs to another graph.
        """
        if not (allow_tensor or allow_operation):
            raise ValueError("allow_tensor and allow_operation can't both be False.")
        wanted = " or ".join(
            word for word, allowed in (("Tensor", allow_tensor), ("Operation", allow_operation)) if allowed
        )
        convert = getattr(obj, "_as_graph_element", None)
        if convert is not None:
            obj = convert()
        if isinstance(obj, bytes):
            obj = obj.decode()
        if isinstance(obj, str):
            return self._named(obj, allow_tensor, allow_operation, wanted)
        if (isinstance(obj, Tensor) and allow_tensor) or (isinstance(obj, Operation) and allow_operation):
            if obj.graph is not self:
                kind = "Tensor" if isinstance(obj, Tensor) else "Operation"
                raise ValueError(f"{kind} {obj} is not an element of this graph.")
            return obj
        raise TypeError(f"Can not convert a {type(obj).__name__} into a {wanted}.")

    def _named(self, name, allow_tensor, allow_operation, wanted):
        if ":" not in name:
            op = self._by_name.get(name)
            if allow_operation:
                if op is None:
                    raise KeyError(f"The name {name!r} refers to an Operation not in the graph.")
                return op
            if op is not None:
                raise ValueError(
                    f"The name {name!r} refers to an Operation, not a {wanted}. "
                    'Tensor names must be of the form "<op_name>:<output_index>".'
                )
            raise ValueError(
                f"The name {name!r} looks like an (invalid) Operation name, not a {wanted}. "
                'Tensor names must be of the form "<op_name>:<output_index>".'
            )
        if not allow_tensor:
            raise ValueError(f"Name {name!r} appears to refer to a Tensor, not a {wanted}.")
        op_name, _, index = name.partition(":")
        if not index.isdigit():
            raise ValueError(
                f"The name {name!r} looks a like a Tensor name, but is not a valid one. "
                'Tensor names must be of the form "<op_name>:<output_index>".'
            )
        op = self._by_name.get(op_name)
        if op is None:
            raise KeyError(
                f"The name {name!r} refers to a Tensor which does not exist. The operation, {op_name!r}, does "
                "not exist in the graph."
            )
        if int(index) >= len(op.outputs):
            raise KeyError(
                f"The name {name!r} refers to a Tensor which does not exist. The operation, {op_name!r}, exists "
                f"but only has {len(op.outputs)} outputs."
            )
        return op.outputs[int(index)]

    def _consumers_of(self, tensor):
        for op in self._operations[self._consumers_upto :]:
            for t in dict.fromkeys(op._inputs):
                self._consumers.setdefault(t, []).append(op)
        self._consumers_upto = len(self._operations)
        return list(self._consumers.get(tensor, ()))

    # -- adding to it -----------------------------------------------------------------------------------------------

    def _add(self, op):
        """Takes in a finished operation, under a name that is free."""
        if self._finalized:
            raise RuntimeError("Graph is finalized and cannot be modified.")
        if op.name in self._by_name:
            raise ValueError(f"Duplicate node name in graph: '{op.name}'")
        if self._check_inputs is not None:
            self._check_inputs(op)
        self._operations.append(op)
        self._by_name[op.name] = op
        if op._control_flow_context is not None:
            op._control_flow_context.take(op)  # adds what brings its inputs in: listed after it, numbered before it
        op._id = self._numbered
        self._numbered += 1
        for block in self._controls:
            block.made.add(op)

    def _number(self, start):
        """Numbers the operations from the ``start``-th one on anew, each after what it takes."""
        pending, numbered = self._operations[start:][::-1], set()
        self._numbered = start
        while pending:
            op = pending[-1]
            before = [] if op in numbered else [o for o in _needed(op) if o._id >= start and o not in numbered]
            if before:
                pending += before
                continue
            pending.pop()
            if op not in numbered:
                numbered.add(op)
                op._id = self._numbered
                self._numbered += 1

    def _changed(self):
        """Notes that an existing operation is about to change: plans made before are no longer its picture."""
        if self._finalized:
            raise RuntimeError("Graph is finalized and cannot be modified.")
        self._mutations += 1
        self._consumers, self._consumers_upto = {}, 0

    def _get_control_flow_context(self):
        """The branch or loop body that is being drawn (see ``lazytf.control_flow.contexts``), or None."""
        return self._control_flow_context

    def _set_control_flow_context(self, context):
        self._control_flow_context = context

    # -- functions --------------------------------------------------------------------------------------------------

    def _is_function(self, name):
        return name in self._functions

    def _get_function(self, name):
        """The ``lazytf.core.functions.Function`` of that name, or None."""
        return self._functions.get(name.decode() if isinstance(name, bytes) else name)

    def seen_as(self, tensor):
        """What stands for ``tensor`` here: itself, but for what the body of a function has captured."""
        return tensor

    def _add_function(self, function):
        """Lets its operations call ``function``; ``InvalidArgumentError`` where another one has its name."""
        if function.gradient is not None and function.python_gradient is not None:
            raise ValueError(f"Gradient defined twice for function {function.name}")
        known = self._functions.setdefault(function.name, function)
        if known is not function and known.digest != function.digest:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Cannot add function '{function.name}' because a different function with the same name already "
                "exists.",
            )

    def finalize(self):
        """Makes every later attempt to add an operation raise ``RuntimeError``."""
        self._finalized = True

    def _unsafe_unfinalize(self):
        self._finalized = False

    def _check_not_finalized(self):
        if self._finalized:
            raise RuntimeError("Graph is finalized and cannot be modified.")

    def unique_name(self, name, mark_as_used=True):
        """``name`` under the open name scope, with ``_1``, ``_2``, ... appended where it is taken (in any case)."""
        if self._name_stack:
            name = f"{self._name_stack}/{name}"
        key, used = name.lower(), self._names_in_use
        count = used.get(key, 0)
        if mark_as_used:
            used[key] = count + 1
        if not count:
            return name
        while (numbered := f"{key}_{count}") in used:
            count += 1
        if mark_as_used:
            used[numbered] = 1
        return f"{name}_{count}"

    def _node_name(self, name):
        """The name of a new node: exactly ``name`` where it ends in "/", else made unique."""
        if name[-1:] == "/":
            return name[:-1]
        if not (_VALID_SCOPE(name) if self._name_stack else _VALID_ROOT(name)):
            raise ValueError(f"{name!r} is not a valid {'scope' if self._name_stack else 'node'} name")
        return self.unique_name(name)

    # -- scopes -----------------------------------------------------------------------------------------------------

    def as_default(self):
        """A ``with`` block in which this graph takes new operations, in this thread."""
        return defaults.graphs.push(self)

    def get_name_scope(self):
        """The open name scope, without a trailing "/"; None within a block that left all scopes."""
        return self._name_stack

    def name_scope(self, name):
        """A ``with`` block that prefixes the names of new operations; gives the prefix, with its trailing "/".

        A name ending in "/" re-enters exactly that scope; None or "" leaves all scopes.
        """
        return NameScope(self, name)

    def device(self, device_name_or_function):
        """A ``with`` block whose new operations ask for a device.

        Takes a string (``"/gpu:0"``, ``"/device:CPU:0"``), a ``DeviceSpec``, a function from operation to string, or
        None, which makes the block ignore the blocks around it. An inner request overrides an outer one field by field.
        """
        self._check_not_finalized()
        if callable(device_name_or_function):
            request = device_name_or_function
        elif device_name_or_function is None:
            request = None
        else:
            request = devices.merge(
                self._devices[-1] if isinstance(self._devices[-1], str) else "", device_name_or_function
            )
        return self._pushed("_devices", request)

    def _device_for(self, op):
        """The device that the open blocks ask for ``op``: functions are called innermost first."""
        device = ""
        for request in reversed(self._devices):
            if request is None:
                break
            if callable(request):
                op._device = device
                answer = request(op)  # replaces what inner blocks asked for
                if not isinstance(answer, (str, devices.DeviceSpec)):
                    raise TypeError(
                        f"Expected binary or unicode string, got {answer}: a device function returns a string"
                    )
                device = answer if isinstance(answer, str) else answer.to_string()
            elif request:
                device = devices.merge(request, device)
        return device

    @contextlib.contextmanager
    def _pushed(self, stack, item):
        items = getattr(self, stack)
        items.append(item)
        saved, self._device_functions = self._device_functions, not all(isinstance(d, str) for d in self._devices)
        try:
            yield
        finally:
            self._device_functions = saved
            if items[-1] is not item:
                raise RuntimeError(f"Exiting the blocks of {stack.strip('_')} in another order than they were entered.")
            items.pop()

    def control_dependencies(self, control_inputs):
        """A ``with`` block whose new operations run after ``control_inputs``.

        None leaves all such blocks, and the branch or loop body that is being drawn.
        """
        if control_inputs is None:
            return _Controls(self, (), fresh=True)
        operations = []
        for c in control_inputs:
            # A variable behind a handle is waited for without reading it, and one just assigned for that operation.
            c = self.as_graph_element(c.op if hasattr(c, "dense_shape") or hasattr(c, "_handle") else c)
            c = c.op if isinstance(c, Tensor) else c
            if c not in operations:
                operations.append(c)
        return _Controls(self, operations)

    def _control_inputs_for(self, input_ops):
        """What a new operation must wait for, left out where one of its inputs waits for it already."""
        wait = []
        for block in self._controls:
            if block.made.isdisjoint(input_ops):
                wait += [c for c in block.operations if c not in input_ops and c not in wait]
        return wait

    def colocate_with(self, op, ignore_existing=False):
        """A ``with`` block whose new operations share the device of ``op``; None ends all (``ignore_existing``)."""
        self._check_not_finalized()
        if op is None and not ignore_existing:
            raise ValueError("Trying to reset colocation (op is None) but ignore_existing is not True")
        if op is not None:
            op = getattr(op, "op", op) if not isinstance(op, Operation) else op
            op = self.as_graph_element(op)
            op = op.op if isinstance(op, Tensor) else op
        return self._colocated(op, ignore_existing)

    @contextlib.contextmanager
    def _colocated(self, op, ignore_existing):
        saved = self._colocations
        self._colocations = ([] if ignore_existing else saved) + ([op] if op is not None else [])
        devices_before, self._devices = self._devices, [""]  # the colocated op decides, not the device blocks around
        try:
            yield
        finally:
            self._colocations, self._devices = saved, devices_before

    @contextlib.contextmanager
    def container(self, container_name):
        """A ``with`` block whose new variables and queues live in the named container."""
        saved, self._container = self._container, container_name
        try:
            yield container_name
        finally:
            self._container = saved

    @contextlib.contextmanager
    def gradient_override_map(self, op_type_map):
        """A ``with`` block whose new operations of a type use another registered gradient: ``{type: name}``."""
        if not isinstance(op_type_map, dict) or not all(isinstance(s, str) for kv in op_type_map.items() for s in kv):
            raise TypeError("op_type_map must be a dictionary mapping strings to strings")
        saved = self._gradient_overrides
        self._gradient_overrides = {**saved, **op_type_map}
        try:
            yield
        finally:
            self._gradient_overrides = saved

    # -- collections ------------------------------------------------------------------------------------------------

    def add_to_collection(self, name, value):
        """Appends ``value`` to the collection ``name``."""
        self._check_not_finalized()
        self._collections.setdefault(name, []).append(value)

    def add_to_collections(self, names, value):
        """Appends ``value`` to each collection named, once to each."""
        for name in {names: 0} if isinstance(names, str) else dict.fromkeys(names):
            self.add_to_collection(name, value)

    def get_collection(self, name, scope=None):
        """A copy of a collection; with ``scope``, the items whose names that regular expression begins."""
        values = self._collections.get(name, ())
        if scope is None:
            return list(values)
        matches = re.compile(scope).match
        return [v for v in values if hasattr(v, "name") and matches(v.name)]

    def get_collection_ref(self, name):
        """The collection's own list, made if it is not there."""
        return self._collections.setdefault(name, [])

    def clear_collection(self, name):
        """Empties the collection ``name``."""
        self._check_not_finalized()
        self._collections.pop(name, None)

    def get_all_collection_keys(self):
        """Names of all collections, those of the library's own bookkeeping left out."""
        return [name for name in self._collections if isinstance(name, str)]

    # -- what may be fed and fetched --------------------------------------------------------------------------------

    def is_feedable(self, tensor):
        """Whether a value may be given for ``tensor`` in ``Session.run``."""
        return tensor not in self._unfeedable

    def prevent_feeding(self, tensor):
        """Makes feeding ``tensor`` raise ``ValueError``."""
        self._unfeedable.add(tensor)

    def is_fetchable(self, tensor_or_op):
        """Whether ``Session.run`` may return it."""
        return (tensor_or_op.op if isinstance(tensor_or_op, Tensor) else tensor_or_op) not in self._unfetchable

    def prevent_fetching(self, op):
        """Makes fetching ``op`` or its outputs raise ``ValueError``."""
        self._unfetchable.add(op)

    def switch_to_thread_local(self):
        """Accepted for TensorFlow's sake: build one graph from one thread at a time."""


def _needed(op):
    """The operations that must be numbered before ``op``: all it depends on, but for a loop's way back to its Merge."""
    takes = [t.op for t in op._inputs]
    if op.op_type.role == "merge":
        takes = [o for o in takes if o.op_type.role != "next"]
    return takes + list(op._control_inputs)


class NameScope:
    """One name scope, open while its ``with`` block is."""

    __slots__ = ("graph", "name", "saved")

    def __init__(self, graph, name):
        self.graph, self.name = graph, name

    def __enter__(self):
        graph, name = self.graph, self.name
        self.saved = graph._name_stack
        if not name:
            graph._name_stack = None
            return ""
        if name[-1] == "/":
            graph._name_stack = name[:-1]
            return name
        if not (_VALID_SCOPE(name) if self.saved else _VALID_ROOT(name)):
            raise ValueError(f"{name!r} is not a valid scope name")
        graph._name_stack = scope = graph.unique_name(name)
        return scope + "/"

    def __exit__(self, *exc_info):
        self.graph._name_stack = self.saved


class _Controls:
    """One block of control dependencies: what to wait for, and what was made inside."""

    __slots__ = ("graph", "operations", "made", "fresh", "saved", "saved_context")

    def __init__(self, graph, operations, fresh=False):
        self.graph, self.operations, self.fresh, self.made = graph, operations, fresh, set()

    def __enter__(self):
        graph = self.graph
        self.saved, self.saved_context = graph._controls, graph._control_flow_context
        graph._controls = [self] if self.fresh else [*self.saved, self]
        if self.fresh:
            graph._control_flow_context = None

    def __exit__(self, *exc_info):
        self.graph._controls = self.saved
        if self.fresh:
            self.graph._control_flow_context = self.saved_context


_root = Graph()


def get_default_graph():
    """The graph of the innermost ``as_default()`` block of this thread, or the process's own."""
    items = defaults.graphs.items
    return items[-1] if items else _root


def reset_default_graph():
    """Replaces the process's own default graph by an empty one; ``AssertionError`` inside an ``as_default()`` block."""
    global _root
    if defaults.graphs.items:
        raise AssertionError(
            "Do not use tf.reset_default_graph() to clear nested graphs. If you need a cleared graph, exit "
            "the nesting and create a new graph."
        )
    _root = Graph()
