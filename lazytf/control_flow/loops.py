"""Loops: ``tf.while_loop``.

``cond`` and ``body`` are called once each while the graph is drawn, in the loop's context (see ``contexts``), with the
loop variables of an iteration. One loop variable's way, all of whose tensors have the shape that never changes:

    initial ─ Enter ─ Merge ──┬─ cond ─ LoopCond         Switch ─:0─ Exit ─ result
                        ▲     └─ Switch ─:1─ Identity ─ body ─ NextIteration ─┐
                        └─────────────────────────────────────────────────────┘
"""

from lazytf.control_flow import contexts
from lazytf.control_flow.contexts import WhileContext, flow_of, with_flows
from lazytf.core import shapes, structures
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.collections import GraphKeys
from lazytf.core.graph import get_default_graph
from lazytf.core.shapes import TensorShape
from lazytf.core.values import IndexedSlices, SparseTensor
from lazytf.ops.constants import constant


def while_loop(
    cond,
    body,
    loop_vars,
    shape_invariants=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    name=None,
    maximum_iterations=None,
    return_same_structure=False,
):
    """The loop variables after as many rounds of ``body`` as ``cond`` is true.

    ``loop_vars`` is a list or tuple, not empty, of tensors, values for tensors, arrays of tensors, sparse values, or
    structures of these. ``cond(*loop_vars)`` returns a scalar bool, ``body(*loop_vars)`` the next loop variables: the
    same structure, the same dtypes. Both are called now, once each; other tensors that they use keep their value
    through all rounds. ``maximum_iterations``, a scalar integer, ends the loop earlier.

    The result is a structure like the one that ``body`` returns; of one loop variable it is that alone, unless
    ``return_same_structure``.

    A loop variable keeps its static shape, unless ``shape_invariants``, a structure like ``loop_vars`` of
    ``TensorShape``s, says less: ``[None, 3]`` where the number of rows may change. For a ``SparseTensor`` it is the
    shape of its ``dense_shape`` (``[rank]``), for ``IndexedSlices`` that of its ``values``.

    ``back_prop=False`` means that no gradient will be taken through the loop. ``parallel_iterations`` (at least 1) and
    ``swap_memory`` are kept in the graph and change nothing: rounds run one after the other.

    ``TypeError`` where ``cond`` or ``body`` is no function; ``ValueError`` where there is no loop variable, where
    ``body`` returns another structure, or where a shape turns out not to be what it was said to be.
    """
    for function, argument in ((cond, "cond"), (body, "body")):
        if not callable(function):
            raise TypeError(f"{argument} must be callable.")
    if parallel_iterations < 1:
        raise TypeError("parallel_iterations must be a positive integer.")
    with name_scope(name, "while", () if loop_vars is None else loop_vars):
        if not loop_vars:
            raise ValueError("No loop variables provided")
        if maximum_iterations is not None:
            maximum_iterations = _scalar(maximum_iterations)
            cond, body, loop_vars = _counted(cond, body, loop_vars, maximum_iterations, return_same_structure)
        if shape_invariants is not None:
            if maximum_iterations is not None:
                shape_invariants = (TensorShape([]), shape_invariants)
            structures.assert_same_structure(loop_vars, shape_invariants)
            shape_invariants = structures.map_structure(_invariants, loop_vars, shape_invariants)
        graph = get_default_graph()
        context = WhileContext(graph, maximum_iterations, parallel_iterations, back_prop, swap_memory)
        if context.outer_context is None:
            graph.add_to_collection(GraphKeys.WHILE_CONTEXT, context)
        result = _built(context, cond, body, loop_vars, shape_invariants, return_same_structure)
        return result if maximum_iterations is None else result[1]


def _scalar(maximum_iterations):
    maximum_iterations = convert_to_tensor(maximum_iterations, name="maximum_iterations")
    if maximum_iterations.shape.ndims != 0:
        raise ValueError(f"maximum_iterations must be a scalar, saw shape: {maximum_iterations.shape}")
    return maximum_iterations


def _counted(cond, body, loop_vars, maximum_iterations, return_same_structure):
    """The loop with a counter as its first variable, and the others, or the only one, as its second."""
    counter = constant(0, dtype=maximum_iterations.dtype, name="iteration_counter")
    if len(loop_vars) == 1 and not return_same_structure:
        return (
            lambda i, only: raw.LogicalAnd(i < maximum_iterations, cond(only)),
            lambda i, only: (i + 1, body(only)),
            (counter, loop_vars[0]),
        )
    return (
        lambda i, variables: raw.LogicalAnd(i < maximum_iterations, cond(*variables)),
        lambda i, variables: (i + 1, body(*variables)),
        (counter, loop_vars),
    )


# -- shapes that never change -----------------------------------------------------------------------------------------


def _invariants(variable, shape=None):
    """What never changes of a loop variable's shape, by default all that is known; of each tensor of a sparse value."""
    if isinstance(variable, (SparseTensor, IndexedSlices)):
        return _composite_invariants(variable, shape)
    return variable.shape if shape is None else shape


def _composite_invariants(variable, shape):
    if shape is not None and not isinstance(shape, TensorShape):
        raise TypeError(f"Expected shape to be a TypeSpec or TensorShape, got {shape!r}")
    if isinstance(variable, SparseTensor):
        rank = variable.get_shape().ndims if shape is None else _only_size(shape)
        return [TensorShape([None, rank]), TensorShape([None]), TensorShape([rank])]
    if shape is None:
        values = variable.values.shape
        rows, rest = variable.indices.shape.merge_with(values[:1]), values[1:]
    else:
        rows, rest = shape[:1], shape[1:]
    full = TensorShape([None]).concatenate(rest)
    known = [rows.concatenate(rest), rows]
    return known if variable.dense_shape is None else [*known, TensorShape([full.ndims])]


def _only_size(shape):
    """The rank that an invariant of a sparse tensor's ``dense_shape`` states."""
    return shape.with_rank(1)[0].value


def _state(initials, enters, invariants):
    """Gives the ways in the shapes that never change; ``ValueError`` where a variable enters with another one."""
    invariants = structures.flatten(invariants)
    if not all(isinstance(shape, TensorShape) for shape in invariants):
        raise ValueError("`shapes` must be a (possibly nested) list of shapes.")
    for initial, enter, shape in zip(initials, enters, invariants, strict=False):
        if not _says_as_much(initial._shape, shapes.as_tuple(shape)):
            raise ValueError(
                f"The shape invariant specified for {initial.name} is not compatible with the initial shape of the "
                f"loop variable. It enters the loop with shape {initial.shape}, but the specified shape invariant is "
                f"{shape}."
            )
        enter.set_shape(shape)


def _says_as_much(shape, invariant):
    """Whether a shape knows all that the invariant states."""
    if invariant is None:
        return True
    if shape is None or len(shape) != len(invariant):
        return False
    return all(stated is None or size == stated for size, stated in zip(shape, invariant, strict=True))


# -- the loop ---------------------------------------------------------------------------------------------------------


def _built(context, cond, body, loop_vars, invariants, return_same_structure):
    """Draws the loop; returns what ``body`` returned, with the loop's results in the place of an iteration's."""
    variables = [_tensors_of(v) for v in structures.flatten(loop_vars)]
    if invariants is None:
        invariants = [_invariants(v) for v in variables]
    initials = structures.flatten(variables, expand_composites=True)
    with context:
        merges, switches = _entered(context, cond, loop_vars, initials, invariants)
        given = _rounds(context, body, loop_vars, merges, [true for _, true in switches])
        context.loop_exits = [_exit(false) for false, _ in switches]
        context.leave(context.loop_exits)
    results = with_flows(_flat(given), context.loop_exits)
    results = structures.pack_sequence_as(given, results, expand_composites=True)
    return results if return_same_structure or len(context.loop_exits) != 1 else results[0]


def _flat(structure):
    return structures.flatten(structure, expand_composites=True)


def _tensors_of(value):
    """A tensor for a value or an array, sparse values as they are."""
    return value if isinstance(value, (SparseTensor, IndexedSlices)) else convert_to_tensor(flow_of(value))


def _entered(context, cond, loop_vars, initials, invariants):
    """The merges of the loop variables, and the two ways on from them that the condition decides."""
    enters = _ways_in(context, initials, invariants)
    merges = [contexts.merge([enter, enter]) for enter in enters]
    context.pivot_for_pred = merges[0]
    goes_on = convert_to_tensor(cond(*_packed(loop_vars, merges)))
    context.pivot = raw.LoopCond(goes_on, name="LoopCond")
    return merges, [contexts.switch(merge, context.pivot) for merge in merges]


def _packed(loop_vars, tensors):
    return structures.pack_sequence_as(loop_vars, with_flows(_flat(loop_vars), tensors), expand_composites=True)


def _ways_in(context, initials, invariants):
    graph, outer = context.graph, context.outer_context
    if outer is not None:
        initials = [outer.bring(t) for t in initials]
    with graph.control_dependencies(None):
        enters = [context.enter(t, is_constant=False) for t in initials]
    pivot = None
    while outer is not None and pivot is None:
        pivot, outer = outer.control_pivot, outer.outer_context
    for enter in enters if pivot is not None else ():
        if contexts.is_invariant(enter.op._inputs[0].op):  # it must wait for the iteration around to begin
            enter.op._control_inputs += (pivot.op,)
    _state(initials, enters, invariants)
    context.claim(enters)
    context.set_known(enters)
    context.loop_enters = enters
    return enters


def _rounds(context, body, loop_vars, merges, alive):
    """Draws one iteration and the way back; returns what ``body`` returned."""
    variables = [contexts.identity(t) for t in alive]
    context.pivot_for_body = variables[0]
    packed = _packed(loop_vars, variables)
    given = body(*packed)
    if not structures.is_nested(given):
        given = [given]
    try:
        structures.assert_same_structure(list(packed), list(given), expand_composites=True)
    except (TypeError, ValueError) as e:
        raise contexts.located(e, variables[0].op) from None
    results = [_tensors_of(flow) for flow in _flat(given)]
    if len(merges) != len(results):
        raise ValueError(f"Number of inputs and outputs of body must match loop_vars: {len(merges)}, {len(results)}")
    for merge, result in zip(merges, results, strict=True):
        _go_back(merge, result)
    return given


def _go_back(merge, result):
    """Lets the next iteration begin with ``result``; ``ValueError`` where it may have another shape."""
    kind = raw.RefNextIteration if result.dtype._is_ref_dtype else raw.NextIteration
    following = kind(result)
    if not _says_as_much(following._shape, merge._shape):
        initial = merge.op._inputs[0].op._inputs[0]
        raise ValueError(
            f"Input tensor '{initial.name}' enters the loop with shape {initial.shape}, but has shape "
            f"{following.shape} after one iteration. To allow the shape to vary across iterations, use the "
            "`shape_invariants` argument of tf.while_loop to specify a less-specific shape. "
            f"It is what '{result.op.name}' gives. Made at {result.op.creation_site}."
        )
    merge.op._update_input(1, following)


def _exit(tensor):
    return (raw.RefExit if tensor.dtype._is_ref_dtype else raw.Exit)(tensor)
