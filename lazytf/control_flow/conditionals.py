"""Branches: ``tf.cond``.

A conditional calls both its functions while the graph is drawn, each in a context of its own (see ``contexts``). What
a function returns meets what the other one returns in one ``Merge`` for each tensor:

    pred ── Switch ─┬ :1 ─ switch_t ··· true_fn ───── Merge ── result
                    └ :0 ─ switch_f ··· false_fn ────┘
"""

from lazytf.control_flow.contexts import CondContext, located, merge, with_flows
from lazytf.core import dtypes, structures
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.collections import GraphKeys
from lazytf.core.operation import Operation
from lazytf.core.values import IndexedSlices
from lazytf.ops.casting import cast
from lazytf.ops.control import with_dependencies
from lazytf.state.initialized import draws_conditionals


def cond(pred, true_fn=None, false_fn=None, strict=False, name=None, fn1=None, fn2=None):
    """What ``true_fn()`` returns in a run in which the scalar bool ``pred`` is true, else what ``false_fn()`` returns.

    Both functions are called now, once each, and return tensors, operations, arrays of tensors, or structures of these,
    the same structure and the same dtypes; an operation stands for a bool that is there when it has run. In a run only
    the operations made inside the function that is chosen run: **what was made before is computed either way**. A list
    or tuple of one element stands for that element, unless ``strict``. Sizes in which the results differ are unknown
    in the static shape. ``fn1`` and ``fn2`` are older names of the two functions.

    ``TypeError`` where a function is missing, is none, or is given twice, and for a Python bool as ``pred``;
    ``ValueError`` where a function returns nothing, or the results differ in structure or dtype (``TypeError`` where
    their containers differ in type).
    """
    true_fn = _one_function(true_fn, fn1, "true_fn", "fn1")
    false_fn = _one_function(false_fn, fn2, "false_fn", "fn2")
    for function, argument in ((true_fn, "true_fn"), (false_fn, "false_fn")):
        if not callable(function):
            raise TypeError(f"{argument} must be callable.")
    with name_scope(name, "cond", [pred]):
        if isinstance(pred, bool):
            raise TypeError("pred must not be a Python bool")
        pred, if_false, if_true = _parted(pred)
        context_t, given_t, results_t = _branch(pred, if_true, 1, true_fn, "true_fn")
        context_f, given_f, results_f = _branch(pred, if_false, 0, false_fn, "false_fn")
        if not strict:
            given_t, given_f = _only(given_t), _only(given_f)
        try:
            _check_alike(given_t, given_f, results_t, results_f)
        except (TypeError, ValueError) as e:
            raise located(e, pred.op) from None
        pairs = zip(_tensors(results_f), _tensors(results_t), strict=True)
        merged = with_flows(_tensors(given_t), [merge(pair) for pair in pairs])
        if context_t.outer_context is None:
            graph = pred.graph
            graph.add_to_collection(GraphKeys.COND_CONTEXT, context_t)
            graph.add_to_collection(GraphKeys.COND_CONTEXT, context_f)
        merged = structures.pack_sequence_as(given_t, merged, expand_composites=True)
        return merged if strict else _only(merged)


def _one_function(function, older, name, older_name):
    if older is None and function is None:
        raise TypeError(f"cond(): {name} argument required")
    if older is not None and function is not None:
        raise TypeError(f"cond(): {name} and {older_name} may not be set simultaneously.")
    return function if older is None else older


def _only(result):
    return result[0] if isinstance(result, (list, tuple)) and len(result) == 1 else result


def _parted(pred):
    """The predicate, and its identities that are alive only where it is false, or true."""
    with name_scope(None, "Switch", [pred]) as scope:
        data = convert_to_tensor(pred, name="data", as_ref=True)
        sides = raw.Switch(data, convert_to_tensor(pred, name="pred"), name=scope)
    if_true, if_false = raw.Identity(sides[1], name="switch_t"), raw.Identity(sides[0], name="switch_f")
    pred = raw.Identity(pred, name="pred_id")
    for tensor in (sides[0], if_true, if_false, pred):
        tensor.graph.prevent_fetching(tensor.op)
    return pred, if_false, if_true


def _branch(pred, pivot, branch, function, argument):
    """The context, what ``function`` returned in it, and the tensors in their places that the merges take for it."""
    context = CondContext(pivot.graph, pred, pivot, branch)
    with context:
        given = function()
        if given is None:
            raise ValueError(f"{argument} must have a return value.")
        results = structures.map_structure(lambda value: _result(context, value), given, expand_composites=True)
        results = results if isinstance(results, (list, tuple)) else [results]
        context.leave(_tensors(results))
    return context, given, results


def _result(context, value):
    if isinstance(value, Operation):
        return with_dependencies([value], context.pivot)
    return context.result(value)


def _tensors(structure):
    return structures.flatten(structure, expand_composites=True)


def _check_alike(given_t, given_f, results_t, results_f):
    """Raises where the branches do not fit together; rows counted in different integers get the wider one first."""
    try:
        structures.assert_same_structure(given_t, given_f, expand_composites=True)
    except (TypeError, ValueError):
        structures.map_structure(_same_indices, given_t, given_f)
        structures.map_structure(_same_indices, results_t, results_f)
        try:
            structures.assert_same_structure(given_t, given_f, expand_composites=True)
        except TypeError as e:
            raise TypeError(f"Incompatible return types of true_fn and false_fn: {e}") from None
        except ValueError as e:
            raise ValueError(f"Incompatible return values of true_fn and false_fn: {e}") from None
    if not results_t:
        raise ValueError("true_fn and false_fn must return at least one result.")
    for x, y in zip(_tensors(results_t), _tensors(results_f), strict=True):
        if x.dtype.base_dtype is not y.dtype.base_dtype:
            raise ValueError(f"Outputs of true_fn and false_fn must have the same type: {x.dtype.name}, {y.dtype.name}")


def _same_indices(a, b):
    """Gives two ``IndexedSlices`` int64 indices where theirs differ in dtype."""
    if isinstance(a, IndexedSlices) and isinstance(b, IndexedSlices) and a.indices.dtype is not b.indices.dtype:
        a._indices, b._indices = cast(a.indices, dtypes.int64), cast(b.indices, dtypes.int64)


draws_conditionals(cond)
