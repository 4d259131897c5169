"""What an operation drawn inside a branch or a loop body takes from outside, and how.

While the function of a branch or a loop body is called, the graph has an open *context*. Every operation made then
belongs to it, and whatever it takes from outside is brought in by a joint, made once for each tensor and context:

    x ──────── Switch(pred) ── :1 ── Neg          in a branch: alive only if the branch is
    x ──────── Enter(frame) ──────── Neg          in a loop body: the same in every iteration

Contexts nest: a tensor is first brought into the outer one. TensorFlow lists a joint after the operation it was made
for and names it under it (``cond/Neg/Switch``). An operation that takes nothing waits, by a control input, for the
context's *pivot*, a tensor that is there exactly when the context runs; control inputs from outside a loop are left
out, or brought in as data. What is inside cannot be fetched, and what is inside a loop cannot be fed.

An array of tensors (``tf.TensorArray``) goes through joints as its *flow*: a value is taken for such an array if it
has the method ``_with_flow(flow)``, which returns the same array at another ``flow``, its tensor.
"""

import contextlib

from lazytf.core.build import convert_to_tensor, raw
from lazytf.core.graph import NameScope
from lazytf.core.operation import arguments
from lazytf.ops import branching, looping  # noqa: F401 - the joints


class Context:
    """One branch or one loop body; ``with context:`` makes the operations of the block its own.

    ``outer_context`` is the one it stands in, or None; ``graph`` holds both.
    """

    back_prop = False
    is_loop = False

    def __init__(self, graph, name):
        self.graph, self.name = graph, name
        self.outer_context = graph._control_flow_context
        self.nested_contexts = []
        if self.outer_context is not None:
            self.outer_context.nested_contexts.append(self)
        self.known = set()  # tensors that may be taken as they are, or have been brought in
        self.brought = {}  # tensor -> what stands for it in here
        self._left = []
        graph._check_inputs = check_inputs

    def __enter__(self):
        self._left.append(self.graph._control_flow_context)
        self.graph._control_flow_context = self
        return self

    def __exit__(self, *exc_info):
        self.graph._control_flow_context = self._left.pop()

    def __str__(self):
        return self.name

    @property
    def loop(self):
        """The innermost loop it is in: itself, an outer context, or None."""
        return None if self.outer_context is None else self.outer_context.loop

    @property
    def control_pivot(self):
        """The tensor that is there exactly when the context runs; None as long as a loop has none."""
        return self.pivot

    def take(self, op):
        """Makes a new operation part of the context; what is made for it is named under it."""
        if op.type == "Const" or self.graph._is_function(op.type):
            self.add(op)  # TensorFlow makes these without a scope of their own
            return
        with NameScope(self.graph, op.name + "/"), self._tied(op):
            self.add(op)

    def _tied(self, op):
        """What is made for an operation that takes variables shares their devices, as the operation does."""
        variables = [t.op for arg, t in arguments(op) if arg.is_ref]
        if not variables:
            return contextlib.nullcontext()
        blocks = contextlib.ExitStack()
        for variable in variables:
            blocks.enter_context(self.graph.colocate_with(variable))
        return blocks

    def leave(self, tensors):
        """Makes results known to the outer context, as if they had been made there."""
        if self.outer_context is not None:
            self.outer_context.known.update(tensors)

    def _split_controls(self, op):
        """The control inputs from the same loop as the context, or all if it is in none; and the others."""
        loop = self.loop
        if loop is None:
            return op._control_inputs, ()
        inside = tuple(c for c in op._control_inputs if _loop_of(context_of_outputs(c)) is loop)
        return inside, tuple(c for c in op._control_inputs if c not in inside)

    def _seal(self, op):
        """What may not be fetched: an operation inside, unless it is the outermost loop's way out."""
        if self.outer_context is not None or op.op_type.role != "exit":
            self.graph.prevent_fetching(op)
            return True
        return False


class CondContext(Context):
    """One branch of a conditional: ``branch`` 1 runs where ``pred`` is true, 0 where it is false.

    ``pivot`` is the identity of the predicate that is alive in this branch.
    """

    def __init__(self, graph, pred, pivot, branch, name="cond_text"):
        super().__init__(graph, graph.unique_name(name))
        self.pred, self.pivot, self.branch = pred, pivot, branch
        self.known.update((pred, pivot))
        self.brought[pred] = pred
        pivot.op._control_flow_context = self

    def bring(self, tensor):
        """What stands for ``tensor`` in this branch."""
        if tensor in self.known:
            return self.brought.get(tensor, tensor)
        self.known.add(tensor)
        value = self._from_outside(tensor)
        with self.graph.control_dependencies(None):
            inside = switch_output(value, self.pred, self.branch)
        self.graph.prevent_fetching(inside.op)
        inside.op._control_flow_context = self
        self._make_known([inside])
        self.brought[tensor] = inside
        return inside

    def _from_outside(self, tensor):
        if self.outer_context is None:
            return tensor
        value = self.outer_context.bring(tensor)
        self.known.add(value)
        self.brought[value] = value
        return value

    def _make_known(self, tensors):
        context = self
        while context is not None:
            context.known.update(tensors)
            context = context.outer_context

    def add(self, op):
        """Gives an operation inputs and control inputs that it may have in this branch."""
        if _takes_values(op):
            op._inputs = tuple(t if _is_way_back(op, t) else self.bring(t) for t in op._inputs)
            op._control_inputs, _ = self._split_controls(op)
            if _calls_a_function(op):
                op._control_inputs += (self.pivot.op,)
        else:
            inside, _ = self._split_controls(op)
            if not any(contains(self, c._control_flow_context) for c in inside):
                inside = (*inside, self.pivot.op)
            op._control_inputs = inside
        self._make_known(op.outputs)
        self._seal(op)

    def result(self, value):
        """What the branch hands to the merge for a tensor, or for an array's flow, that its function returned."""
        value = convert_to_tensor(flow_of(value))
        if value in self.known:
            return self.brought.get(value, value)
        self.known.add(value)
        inside = switch_output(self._from_outside(value), self.pred, self.branch)
        self.brought[value] = inside
        return inside


def _takes_values(op):
    """Whether an operation has inputs, and takes their values: one that differentiates takes where they come from."""
    return bool(op._inputs) and op.op_type.role != "gradient"


def _calls_a_function(op):
    """Whether it runs a body of its own, whose constants depend on nothing that is outside."""
    return op.graph._is_function(op.type) or op.type == "SymbolicGradient"


def _is_way_back(op, tensor):
    """Whether an input is a loop's way back, which an import makes part of the context after the Merge it leads to."""
    return op.op_type.role == "merge" and tensor.op.op_type.role == "next"


class WhileContext(Context):
    """The body and the condition of a loop, one frame.

    ``pivot`` is the loop's condition; ``back_prop`` whether gradients may be taken through the loop. What the condition
    makes waits for ``pivot_for_pred``, what the body makes for ``pivot_for_body``. ``loop_enters`` and ``loop_exits``
    are the loop variables on their way in and out; ``maximum_iterations`` is a scalar tensor, or None.
    """

    is_loop = True

    def __init__(
        self,
        graph,
        maximum_iterations=None,
        parallel_iterations=10,
        back_prop=True,
        swap_memory=False,
        name="while_context",
    ):
        if not isinstance(parallel_iterations, int) or parallel_iterations <= 0:
            raise ValueError(f"`parallel_iterations` must be a positive integer: {parallel_iterations}")
        super().__init__(graph, graph.unique_name(name))
        self.maximum_iterations, self.parallel_iterations = maximum_iterations, parallel_iterations
        self.back_prop, self.swap_memory = back_prop, swap_memory
        self.pivot = self.pivot_for_pred = self.pivot_for_body = None
        self.loop_enters, self.loop_exits = [], []

    @property
    def loop(self):
        return self

    @property
    def control_pivot(self):
        return self.pivot_for_pred if self.pivot_for_body is None else self.pivot_for_body

    def set_known(self, tensors):
        """Makes ``tensors`` all that is known inside: what is not, is brought in."""
        self.known = set(tensors)

    def bring(self, tensor):
        """What stands for ``tensor`` in the loop: the same in every iteration."""
        if tensor in self.known or tensor.op._control_flow_context is self:
            return self.brought.get(tensor, tensor)
        self.known.add(tensor)
        value = tensor if self.outer_context is None else self.outer_context.bring(tensor)
        with self.graph.control_dependencies(None):
            inside = self.enter(value, is_constant=True)
        self.claim([inside])
        self.known.add(inside)
        self.brought[tensor] = inside
        return inside

    def enter(self, tensor, is_constant):
        """A tensor on its way into the frame, which nobody may feed; its shape is known if it never changes."""
        build = raw.RefEnter if tensor.dtype._is_ref_dtype else raw.Enter
        inside = build(
            tensor, frame_name=self.name, is_constant=is_constant, parallel_iterations=self.parallel_iterations
        )
        self.graph.prevent_feeding(inside)
        return inside

    def claim(self, enters):
        """Makes ways in part of the loop; they wait for the open control dependencies of the contexts around it."""
        graph, outer = self.graph, self.outer_context
        outer_loop = _loop_of(outer)
        for inside in enters:
            op = inside.op
            waits = graph._control_inputs_for([op._inputs[0].op])
            op._control_flow_context = self
            kept = tuple(c for c in waits if c not in op._control_inputs and _stands_between(outer, outer_loop, c))
            op._control_inputs += kept
            for block in graph._controls:
                block.made.add(op)

    def add(self, op):
        """Gives an operation inputs and control inputs that it may have in the loop."""
        if _takes_values(op):
            op._inputs = tuple(self.bring(t) for t in op._inputs)
            inside, outside = self._split_controls(op)
            free = not inside and (_calls_a_function(op) or all(is_invariant(t.op) for t in op._inputs))
        else:
            inside, outside = self._split_controls(op)
            free = not inside
        self.known.update(op.outputs)
        # An operation that takes only what never changes must wait for the iteration to begin.
        inside = (*inside, self.control_pivot.op) if free else inside
        op._control_inputs = inside
        if outside:
            with self.graph.control_dependencies(None), self:
                op._control_inputs += tuple(raw.Identity(c.outputs[0]).op for c in outside if c.outputs)
        if self._seal(op):
            for tensor in op.outputs:
                self.graph.prevent_feeding(tensor)


def is_invariant(op):
    return op.op_type.role == "enter" and op._attrs["is_constant"]


def _stands_between(context, outer_loop, op):
    """Whether ``op`` stands in ``context`` or around it, but not outside ``outer_loop``, the loop it is in."""
    wanted = context_of_outputs(op)
    while context is not wanted:
        if context is None or context is outer_loop:
            return False
        context = context.outer_context
    return True


# -- joints -----------------------------------------------------------------------------------------------------------


def switch(data, pred, name="Switch"):
    """``(if false, if true)``: ``data``, a tensor, where ``pred`` says so; it stays on its own device."""
    with data.graph.colocate_with(data, ignore_existing=True):
        return (raw.RefSwitch if data.dtype._is_ref_dtype else raw.Switch)(data, pred, name=name)


def switch_output(data, pred, branch):
    """``data`` in one branch of a conditional."""
    return switch(data, pred)[branch]


def merge(inputs):
    """The one of two tensors, the branch not taken first, that is alive."""
    return (raw.RefMerge if all(t.dtype._is_ref_dtype for t in inputs) else raw.Merge)(inputs, name="Merge")[0]


def identity(tensor, name=None):
    """``tensor`` itself, also where it is a variable's storage."""
    return (raw.RefIdentity if tensor.dtype._is_ref_dtype else raw.Identity)(tensor, name=name)


def flow_of(value):
    """The tensor that stands for an array of tensors; any other value as it is."""
    return value.flow if hasattr(value, "_with_flow") else value


def with_flows(values, tensors):
    """``tensors``, but an array wherever there is one among ``values``, at that tensor as its flow."""
    return [
        value._with_flow(tensor) if hasattr(value, "_with_flow") else tensor
        for value, tensor in zip(values, tensors, strict=True)
    ]


# -- who stands where -------------------------------------------------------------------------------------------------


def located(error, op):
    """The same complaint, with the operation it is about and the user's line."""
    return type(error)(f"{error}\nIt is about '{op.name}'. Made at {op.creation_site}.")


def context_of_outputs(op):
    """The context in which an operation's outputs are: a loop's way out leads into the context around it."""
    context = op._control_flow_context
    return context.outer_context if context is not None and op.op_type.role == "exit" else context


def contains(outer, context):
    """Whether ``context`` is ``outer`` or stands in it; None contains all."""
    while context is not outer:
        if context is None:
            return False
        context = context.outer_context
    return True


def _loop_of(context):
    return None if context is None else context.loop


def check_inputs(op):
    """``ValueError`` where a new operation takes what is inside a loop that it is not in itself."""
    for tensor in op._inputs:
        inside = context_of_outputs(tensor.op)
        if inside is None or inside is op._control_flow_context:
            continue
        loop, other = _loop_of(op._control_flow_context), inside.loop
        if loop is None:
            if other is None or op.op_type.role in ("enter", "switch"):
                continue
            because = f"'{tensor.op.name}' is in a while loop."
        elif other is None or contains(other, loop):
            continue
        else:
            because = "they are in different while loops."
        raise ValueError(f"Cannot use '{tensor.op.name}' as input to '{op.name}' because {because}")
