"""One of many: ``tf.case``, which is branches in branches, and ``tf.switch_case``."""

import collections
import functools
import logging

from lazytf.control_flow.checks import Assert
from lazytf.control_flow.conditionals import cond
from lazytf.core import dtypes, structures
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.functions import Function, draw, placeholder
from lazytf.core.graph import get_default_graph
from lazytf.core.operation import Tensor
from lazytf.core.shapes import common
from lazytf.ops.casting import cast
from lazytf.ops.comparison import less_equal
from lazytf.ops.constants import constant
from lazytf.ops.joining import stack
from lazytf.ops.reduction import reduce_sum

_LOG = logging.getLogger("tensorflow")


def case(pred_fn_pairs, default=None, exclusive=False, strict=False, name="case"):
    """What the function of the first true predicate returns, or ``default()`` where none is true.

    ``pred_fn_pairs`` is a list of ``(scalar bool tensor, function)``, or a dictionary, whose pairs are taken in the
    order of the predicates' names (an ``OrderedDict`` keeps its own). The functions return what ``tf.cond`` lets
    branches return, and ``strict`` is its. A run raises ``InvalidArgumentError`` where no predicate is true and there
    is no ``default``, and with ``exclusive`` also where more than one is.

    ``TypeError`` for pairs, predicates or functions that are none.
    """
    predicates, functions = _pairs(pred_fn_pairs, exclusive, name)
    with name_scope(name, "case", [predicates]):
        chosen = default
        if default is None:
            chosen = functools.partial(_last, predicates, functions[-1])
            remaining = list(zip(predicates, functions, strict=True))[:-1]
            predicates = predicates[:-1]
        else:
            remaining = list(zip(predicates, functions, strict=True))
        for predicate, function in reversed(remaining):
            chosen = functools.partial(cond, predicate, true_fn=function, false_fn=chosen, strict=strict)
        if not exclusive:
            return chosen()
        with get_default_graph().control_dependencies([_at_most(1, predicates, "Input error: exclusive=True")]):
            return chosen()


def _pairs(pairs, exclusive, name):
    """The predicates and the functions, as two tuples."""
    if not isinstance(pairs, (list, tuple, dict)):
        raise TypeError("fns must be a list, tuple, or dict")
    if isinstance(pairs, collections.OrderedDict):
        pairs = list(pairs.items())
    elif isinstance(pairs, dict):
        pairs = sorted(pairs.items(), key=lambda pair: pair[0].name)
        if not exclusive:
            _LOG.warning(
                "%s: the predicates of a plain dictionary are tested in the order of their names; use a list of pairs "
                "to say which comes first.",
                name,
            )
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError("Each entry in pred_fn_pairs must be a 2-tuple")
        predicate, function = pair
        if not isinstance(predicate, Tensor):
            raise TypeError(f"pred must be a Tensor, got: {predicate}")
        if predicate.dtype != dtypes.bool_:
            raise TypeError(f"pred must be Tensor of type bool: {predicate.name}")
        if not callable(function):
            raise TypeError(f"fn for pred {predicate.name} must be callable.")
    predicates, functions = zip(*pairs, strict=True)
    return predicates, functions


def _last(predicates, function):
    """What the last function returns, once it is sure that its predicate is true and no other one is."""
    last = len(predicates) - 1
    none = ("Input error: None of conditions evaluated as True:", stack(predicates, name="preds_c"))
    others = (
        f"Implementation error: selected default action #{last} was called, but some of other predicates are True: "
    )
    checks = [_at_most(0, predicates[:-1], others), Assert(predicates[-1], none)]
    with get_default_graph().control_dependencies(checks):
        return function()


def _at_most(count, predicates, message):
    """An operation that fails where more than ``count`` predicates are true."""
    all_of_them = stack(predicates, name="preds_c")
    true = reduce_sum(cast(all_of_them, dtypes.int32), name="num_true_conds")
    holds = less_equal(true, constant(count, name="n_true_conds"))
    names = ", ".join(p.name for p in predicates)
    data = [f"{message}: more than {count} conditions ({names}) evaluated as True:", all_of_them]
    return Assert(holds, data, summarize=len(predicates))


# -- by number --------------------------------------------------------------------------------------------------------


def switch_case(branch_index, branch_fns, default=None, name="switch_case"):
    """What the function of the number ``branch_index``, an int32 scalar, returns.

    ``branch_fns`` is a list of functions, or a dictionary or list of pairs that numbers them from 0 on. A number that
    is no function's chooses ``default``, or without one the last function. They return structures of tensors, all the
    same structure and dtypes; each is drawn as a function of graph, and the choice is one ``Case`` operation.

    ``TypeError`` for an index, numbers or functions that are none, and where results differ; ``ValueError`` where
    there is no function, or numbers are missing.
    """
    functions = _numbered(branch_index, branch_fns, default)
    with name_scope(name, "case", [branch_index]), name_scope("indexed_case") as scope:
        bodies, structures_of = zip(*(_drawn(f"{scope}branch{i}", f) for i, f in enumerate(functions)), strict=True)
        _check_alike(bodies, structures_of)
        inputs = list(dict.fromkeys(t for body in bodies for t in body.extra_inputs))
        branches = [_with_inputs(body, inputs) for body in bodies]
        for branch in branches:
            branch.add_to_graph(get_default_graph())
        shapes = [common([t._shape for t in each]) for each in zip(*(body.outputs for body in bodies), strict=True)]
        types = [t.dtype for t in bodies[0].outputs]
        results = raw.Case(branch_index, inputs, Tout=types, branches=branches, output_shapes=shapes, name=scope)
        results[0].graph.prevent_fetching(results[0].op)
        return structures.pack_sequence_as(structures_of[0], [raw.Identity(t) for t in results], expand_composites=True)


def _numbered(branch_index, functions, default):
    """The functions in the order of their numbers, the default last."""
    if not isinstance(branch_index, Tensor):
        raise TypeError(f"branch_index must a Tensor, got {type(branch_index)}")
    if not branch_index.dtype.is_integer:
        raise TypeError(f"branch_index must an integer Tensor, got {branch_index.dtype}")
    if not functions:
        raise ValueError("Must provide at least one item in branch_fns")
    if not isinstance(functions, (list, tuple, dict)):
        raise TypeError("branch_fns must be a list, tuple, or dict")
    pairs = list(functions.items()) if isinstance(functions, dict) else list(functions)
    if all(map(callable, pairs)):
        pairs = list(enumerate(pairs))
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError("Each entry in branch_fns must be a 2-tuple")
        if not isinstance(pair[0], int):
            raise TypeError(f"key must be a Python `int`, got {type(pair[0])}")
        if not callable(pair[1]):
            raise TypeError(f"fn for key {pair[0]} must be callable.")
    numbers = sorted(number for number, _ in pairs)
    if numbers != list(range(len(pairs))):
        raise ValueError(
            f"branch indices (keys) must form contiguous range of [0 to {len(pairs)}) but found "
            f"{{{','.join(map(str, numbers))}}}"
        )
    ordered = [function for _, function in sorted(pairs, key=lambda pair: pair[0])]
    return ordered if default is None else [*ordered, default]


def _drawn(name, function):
    """A function's body, and the structure of what it returned."""
    returned = []

    def tensors(results, _):
        returned.append(results)
        return [convert_to_tensor(t) for t in structures.flatten(results, expand_composites=True)]

    body = draw(function, (), (), name.replace("/", "_"), variables_by_value=False, convert=tensors)
    return body, returned[0]


def _check_alike(bodies, structures_of):
    for i, (body, structure) in enumerate(zip(bodies, structures_of, strict=True)):
        try:
            structures.assert_same_structure(structures_of[0], structure, expand_composites=True)
        except (TypeError, ValueError) as e:
            raise _different(structures_of, i, e) from None
        for t, first in zip(body.outputs, bodies[0].outputs, strict=True):
            if t.dtype is not first.dtype:
                raise _different(structures_of, i, f"{first} and {t} have different types")


def _different(structures_of, i, details):
    return TypeError(
        f"branches[0] and branches[{i}] arguments to tf.switch_case must have the same number, type, and overall "
        f"structure of return values.\n\nbranches[0] output: {structures_of[0]}\nbranches[{i}] output: "
        f"{structures_of[i]}\n\nError details:\n{details}"
    )


def _with_inputs(body, inputs):
    """The function of a body that takes ``inputs``, tensors outside, whether it captured them or not."""
    known = dict(zip(body.extra_inputs, body.extra_args, strict=True))
    with body.as_default():
        arguments = [known[t] if t in known else placeholder(t.dtype.base_dtype, t._shape, "unused") for t in inputs]
    return Function(body, arguments, body.outputs, name=body.name, captured=inputs)
