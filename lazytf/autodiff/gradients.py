"""``tf.gradients``: symbolic differentiation as one operation.

Construction decides which xs are connected to which ys, by TensorFlow's own criterion: there is a path of operations
that have a gradient, through tensors of real or complex type. The unconnected ones get None. For the connected ones one
operation is added; its outputs are the gradients, and the plan that runs it lets torch.autograd do the work.

Where every path from an x leads first through operations that take rows of it (a gather), what is differentiated is not
x but the rows: the gradient is then an ``IndexedSlices`` of the rows' gradient and their numbers. Rows that are taken
inside a branch or a loop are not there outside, and only the run knows how many: such an x is ``sliced``, and the
operation itself gives the rows' gradient and their numbers.
"""

import enum

from lazytf.autodiff.custom import Ruled, rule_of
from lazytf.core import dtypes, shapes
from lazytf.core.build import apply, convert_to_tensor, graph_of, name_scope, raw
from lazytf.core.graph import get_default_graph
from lazytf.core.operation import Tensor, arguments, reached, users_of
from lazytf.core.registry import OpType, add
from lazytf.core.values import IndexedSlices

Gradients = add(
    OpType(
        "Gradients(ys: list(Ty), grad_ys: list(Tg), xs: list(Tx), stops: list(Ts), captured: list(Tc), "
        "Ty: list(type), Tg: list(type), Tx: list(type), Ts: list(type), Tc: list(type), given: list(int), "
        "ruled: list(string), rules: list(func), inside: list(string), sliced: list(int), Tgrads: list(type), "
        "Tindices: list(type)) -> (grads: list(Tgrads), indices: list(Tindices))",
        lambda op: _shapes(op),
        None,
        role="gradient",
    )
)


def _shapes(op):
    """The shapes of the xs; of rows of an x, as many as a run takes, and of their numbers."""
    attrs = op._attrs
    xs = op._inputs[len(attrs["Ty"]) + len(attrs["Tg"]) :][: len(attrs["Tx"])]
    found = [_shape_of(x) for x in xs]
    for i in attrs["sliced"]:
        found[i] = None if found[i] is None else (None, *found[i][1:])
    return found + [(None,)] * len(attrs["sliced"])


class UnconnectedGradients(enum.Enum):
    """What ``tf.gradients`` gives for an x that no y depends on."""

    NONE = "none"
    ZERO = "zero"


class AggregationMethod:
    """How TensorFlow adds up gradients that arrive by several paths; here torch.autograd adds them, whichever is
    named.
    """

    ADD_N = 0
    DEFAULT = ADD_N
    EXPERIMENTAL_TREE = 1
    EXPERIMENTAL_ACCUMULATE_N = 2


def gradients(
    ys,
    xs,
    grad_ys=None,
    name="gradients",
    colocate_gradients_with_ops=False,
    gate_gradients=False,
    aggregation_method=None,
    stop_gradients=None,
    unconnected_gradients=UnconnectedGradients.NONE,
):
    """The gradient of the sum of ``ys`` with respect to each of ``xs``: a list as long as ``xs``.

    An entry is a tensor of its x's shape and dtype, an ``IndexedSlices`` where x is read by gathers alone, or None
    where no y depends on x (zeros under ``unconnected_gradients="zero"``). ``grad_ys`` weighs the ys: tensors of
    their shapes, or None for ones. Nothing flows back through ``stop_gradients``. ``colocate_gradients_with_ops``,
    ``gate_gradients`` and ``aggregation_method`` change no value; they are checked and have nothing to do here.

    Raises ``LookupError`` where a path goes through an op that TensorFlow has no gradient for, ``TypeError`` for a y
    that is complex and has no ``grad_ys``, ``ValueError`` where ``grad_ys`` does not match ``ys``. (Source:
    ``tf.gradients``.)
    """
    ys, xs = _listed(ys), _listed(xs)
    stops = [] if stop_gradients is None else _listed(stop_gradients)
    grad_ys = [None] * len(ys) if grad_ys is None else _listed(grad_ys)
    if len(grad_ys) != len(ys):
        raise ValueError(f"Passed {len(grad_ys)} grad_ys for {len(ys)} ys")
    try:
        unconnected_gradients = UnconnectedGradients(unconnected_gradients)
    except ValueError:
        raise ValueError(f"Unknown value for unconnected_gradients: {unconnected_gradients!r}") from None
    if aggregation_method not in (
        None,
        AggregationMethod.ADD_N,
        AggregationMethod.EXPERIMENTAL_TREE,
        AggregationMethod.EXPERIMENTAL_ACCUMULATE_N,
    ):
        raise ValueError(f"Invalid aggregation_method specified {aggregation_method}.")
    values = [*ys, *xs, *stops, *(g for g in grad_ys if g is not None)]
    graph_of(values)  # raises where they are of several graphs
    with name_scope(name, "gradients", values):
        ys = [
            convert_to_tensor(y, name=f"y_{i}") if not isinstance(y, IndexedSlices) else y.values
            for i, y in enumerate(ys)
        ]
        graph = get_default_graph()
        xs = [graph.seen_as(_source(x, i)) for i, x in enumerate(xs)]
        stops = [graph.seen_as(_source(s, i)) for i, s in enumerate(stops)]
        grad_ys = _weights(grad_ys, ys)
        between, rules = _between(ys, xs)
        results = _differentiate(ys, xs, grad_ys, stops, between, rules)
        if unconnected_gradients == UnconnectedGradients.ZERO:
            results = [
                raw.ZerosLike(_plain(x), name=f"zeros_like_{i}" if i else "zeros_like") if g is None else g
                for i, (x, g) in enumerate(zip(xs, results, strict=True))
            ]
    return results


def _listed(values):
    return list(values) if isinstance(values, (list, tuple)) else [values]


def _source(x, i):
    """The tensor that a gradient is taken with respect to: a variable's storage, a handle, or any tensor."""
    handle = getattr(x, "handle", None)
    if handle is not None and not isinstance(x, Tensor):
        return handle
    if isinstance(x, IndexedSlices):
        return x.values
    return convert_to_tensor(x, name=f"x_{i}", as_ref=True)


def _plain(x):
    return raw.ReadVariableOp(x, dtype=x.op._attrs["dtype"]) if x.dtype is dtypes.resource else x


def _weights(grad_ys, ys):
    """``grad_ys`` as tensors (None kept), checked against the ys."""
    found = []
    for i, (weight, y) in enumerate(zip(grad_ys, ys, strict=True)):
        base = y.dtype.base_dtype
        if weight is None:
            if base.is_complex:
                raise TypeError(f"Gradients of complex tensors must set grad_ys (y.dtype = {base})")
            found.append(None)
            continue
        weight = convert_to_tensor(weight, name=f"grad_ys_{i}")
        if weight.dtype.base_dtype is not base:
            raise TypeError(
                f"grad_ys[{i}] has type {weight.dtype.base_dtype.name} that does not match type {base.name} of {y.name}"
            )
        if not shapes.compatible(weight._shape, y._shape):
            raise ValueError(
                f"Shape {shapes.text(weight._shape)} of grad_ys[{i}] is not compatible with shape "
                f"{shapes.text(y._shape)} of {y.name}"
            )
        found.append(weight)
    return found


def _is_differentiable(dtype):
    base = dtype.base_dtype
    return base.is_floating or base.is_complex or base is dtypes.resource


def _edges(op, rules):
    """The inputs of ``op`` through which a gradient flows back."""
    kind = op.op_type
    if op in rules:
        yield from (op.inputs[i] for i in rules[op].inputs if _is_differentiable(op.inputs[i]._dtype))
        return
    rule = rule_of(op)
    if rule is not None:  # what it lets through is known once it is drawn
        yield from (t for t in op.inputs if _is_differentiable(t._dtype))
        return
    if kind.has_gradient is None or not op._passes_gradients:
        return
    for arg, t in arguments(op):
        if not (arg.is_shape or arg.is_host or arg.name in kind.no_gradient_inputs) and _is_differentiable(t._dtype):
            yield t


def _between(ys, xs):
    """``(operations on a path from an x to a y, {operation: its own rule, drawn})``."""
    for y in ys:
        if not set(xs).isdisjoint(y.op._inputs):
            _check_rule(y.op)
    between, rules = _on_paths(ys, xs, {}), {}
    for op in sorted(between, key=lambda o: o._id, reverse=True):
        rule = rule_of(op)
        if rule is not None:
            rules[op] = Ruled(op, rule)
    if rules:
        between = _on_paths(ys, xs, rules)
    for op in sorted(between, key=lambda o: o._id):
        _check_rule(op)
    return between, rules


def _on_paths(ys, xs, rules):
    """The operations on a path from an x to a y, those of TensorFlow's own criterion."""
    behind, pending = set(), [y.op for y in ys if _is_differentiable(y._dtype)]
    edges = {}
    while pending:
        op = pending.pop()
        if op in behind:
            continue
        behind.add(op)
        edges[op] = list(_edges(op, rules)) if any(_is_differentiable(t._dtype) for t in op.outputs) else []
        pending += [t.op for t in edges[op]]
    return reached(set(xs), users_of(edges.items()))


def _check_rule(op):
    if op.op_type.has_gradient is False and rule_of(op) is None:
        raise LookupError(f"No gradient defined for operation '{op.name}' (op type: {op.type})")


def _differentiate(ys, xs, grad_ys, stops, between, rules):
    """The gradients, None where unconnected: one ``Gradients`` operation for all."""
    sources = set(xs)
    taken, plan, sliced = [], [], {}  # the tensors to differentiate by; for each x, where its answer is
    consumers = _consumers(between, rules)
    for x in xs:
        direct = x in ys
        users = [op for op in consumers.get(x, ())]
        if not direct and not users:
            plan.append(None)
            continue
        rows = None if direct else _gathers(x, users, consumers, sources, ys)
        if rows and any(op._control_flow_context is not get_default_graph()._control_flow_context for op in rows):
            sliced[x], rows = rows, None
        wanted = [x] if rows is None else [op.outputs[0] for op in rows]
        for t in wanted:
            if t not in taken:
                taken.append(t)
        plan.append((x, rows, [taken.index(t) for t in wanted]))
    if not taken:
        return [None] * len(xs)
    given = [i for i, g in enumerate(grad_ys) if g is not None]
    found = apply(
        Gradients,
        _plain_all(ys),
        [grad_ys[i] for i in given],
        taken,
        [s for s in stops if _stops(s, between, ys)],
        _plain_all([t for ruled in rules.values() for t in ruled.captured]),
        given=given,
        ruled=[op.name for op in rules],
        inside=[t.name for ruled in rules.values() for t in ruled.inside],
        rules=[ruled.function for ruled in rules.values()],
        sliced=sorted(taken.index(x) for x in sliced),
        Tindices=[_dtype_of_numbers(sliced[x]) for x in taken if x in sliced],
        Tgrads=[_dtype_of(x) for x in taken],
        name="Gradients",
    )
    numbers = dict(zip((x for x in taken if x in sliced), found[len(taken) :], strict=True))

    def answer(x, rows, places):
        if rows is not None:
            return _slices(x, rows, [found[i] for i in places])
        gradient = found[places[0]]
        return IndexedSlices(gradient, numbers[x], _full_shape(x)) if x in numbers else gradient

    return [entry and answer(*entry) for entry in plan]


def _plain_all(tensors):
    return [raw.Identity(t) if t.dtype._is_ref_dtype else t for t in tensors]


def _stops(s, between, ys):
    return s.op in between or s in ys


def _consumers(between, rules):
    consumers = {}
    for op in sorted(between, key=lambda o: o._id):
        for t in _edges(op, rules):
            users = consumers.setdefault(t, [])
            if op not in users:
                users.append(op)
    return consumers


def _gathers(x, users, consumers, sources, ys):
    """The operations that take rows of ``x``, in whatever branch or loop, where every use of it does; else None."""
    rows = []
    for op in users:
        if rule_of(op) is not None:
            return None
        if op.op_type.gathered is not None and op._inputs[0] is x and op.op_type.gathered(op) is not None:
            if list(op._inputs).count(x) > 1:
                return None
            rows.append(op)
        elif _only_hands_on(op) and not any(t in sources or t in ys for t in op.outputs):
            inner = [_gathers(t, consumers[t], consumers, sources, ys) for t in op.outputs if t in consumers]
            if not inner or None in inner:
                return None
            rows += [row for found in inner for row in found]
        else:
            return None
    return rows or None


def _only_hands_on(op):
    """Whether the outputs of an operation are its input: an identity, or what brings it into a branch or a loop."""
    kind = op.op_type
    return kind.is_alias or kind.role == "switch" or (kind.role == "enter" and op._attrs["is_constant"])


def _dtype_of_numbers(rows):
    kinds = {op.op_type.gathered(op).dtype.base_dtype for op in rows}
    return dtypes.int64 if len(kinds) > 1 else kinds.pop()


def _slices(x, rows, found):
    """The ``IndexedSlices`` of all rows that were read."""
    values, indices = [], []
    shape = _shape_of(x)
    tail = shape[1:] if shape is not None else None
    for op, gradient in zip(rows, found, strict=True):
        numbers = op.op_type.gathered(op)
        if tail is not None and None not in tail:
            values.append(raw.Reshape(gradient, [-1, *tail]))
        else:
            trailing = raw.StridedSlice(raw.Shape(_plain(x)), [1], [0], [1], end_mask=1)
            values.append(raw.Reshape(gradient, raw.ConcatV2([[-1], trailing], 0)))
        indices.append(raw.Reshape(numbers, [-1]))
    if len(values) > 1:
        kinds = {i.dtype for i in indices}
        if len(kinds) > 1:
            indices = [raw.Cast(i, DstT=dtypes.int64) if i.dtype is not dtypes.int64 else i for i in indices]
        values, indices = [raw.ConcatV2(values, 0, name="concat")], [raw.ConcatV2(indices, 0, name="concat_1")]
    return IndexedSlices(values[0], indices[0], _full_shape(x))


def _full_shape(x):
    shape = _shape_of(x)
    full = list(shape) if shape is not None and None not in shape else raw.Shape(_plain(x))
    return convert_to_tensor(full, dtypes.int32, name="shape")


def _shape_of(x):
    return x.op._attrs.get("shape") if x.dtype is dtypes.resource else x._shape


def _dtype_of(x):
    return x.op._attrs["dtype"] if x.dtype is dtypes.resource else x.dtype.base_dtype
