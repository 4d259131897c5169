"""Gradients that a program gives itself, in place of an operation's own derivative.

Such a rule is a Python function of the operation and its outputs' gradients which adds operations to the graph and
returns the gradients of the inputs. ``tf.gradients`` calls it as TensorFlow's does, but in a graph of its own: what it
draws becomes a function (see ``core.functions``), which torch.autograd will call in the run. What the rule takes from
around it - the operation's inputs and outputs, or any other tensor - is captured.
"""

import inspect
import itertools
from functools import wraps

from lazytf.core import shapes
from lazytf.core.build import convert_to_tensor, raw
from lazytf.core.collections import GraphKeys
from lazytf.core.functions import Function, draw
from lazytf.core.graph import get_default_graph
from lazytf.core.registry import is_registered, lookup
from lazytf.core.structures import flatten, pack_sequence_as

_rules = {}  # name of an op type, or whatever gradient_override_map may say -> (rule or NOTHING, where it was given)


def NOTHING(op, *gradients):
    """The rule of what is not differentiable: no gradient flows through."""
    return [None] * len(op.inputs)


def _unchanged(op, *gradients):
    """The rule of ``Identity``, which may stand in for any other's."""
    return list(gradients)


class RegisterGradient:
    """A decorator: the function it decorates is the gradient of op type ``op_type``.

    ``op_type`` may be a name of your own, for ``Graph.gradient_override_map``. The function takes the ``Operation`` and
    a gradient for each of its outputs (None for one that no gradient reaches, or that has none), and returns the
    gradients of the inputs: tensors, or None. ``KeyError`` where that name has a gradient already.
    """

    def __init__(self, op_type):
        if not isinstance(op_type, str):
            raise TypeError("op_type must be a string")
        self._op_type = op_type

    def __call__(self, f):
        _register(self._op_type, f)
        return f


def NotDifferentiable(op_type):
    """Says that operations of type ``op_type`` have no gradient: ``tf.gradients`` does not look behind them."""
    if not isinstance(op_type, str):
        raise TypeError("op_type must be a string")
    _register(op_type, NOTHING)


NoGradient = NotDifferentiable


def _register(name, rule):
    known = _rules.get(name)
    if known is not None or (is_registered(name) and lookup(name).has_gradient is not False):
        where = known[1] if known else "lazytf"
        raise KeyError(f"Registering two gradient with name '{name}'! (Previous registration was in {where})")
    code = getattr(rule, "__code__", None)
    _rules[name] = rule, f"{code.co_name} {code.co_filename}:{code.co_firstlineno}" if code else "lazytf"


def rule_of(op):
    """The rule that stands in for an operation's own derivative; None where that one counts.

    ``LookupError`` where ``gradient_override_map`` names a gradient that there is not.
    """
    name = op._gradient_type or op.type
    if name in _rules:
        return _rules[name][0]
    if op.op_type.role == "call":
        function = getattr(op.op_type, "function", op._attrs.get("f"))
        return getattr(function, "python_gradient", None)
    if name == op.type:
        return None
    if name == "Identity":
        return _unchanged
    why = ""
    if is_registered(name):
        why = f": of op types beside its own, Identity alone can lend it a gradient, not {name}; register a function"
    raise LookupError(f"No gradient defined for operation '{op.name}' (op type: {op.type}){why}")


class Ruled:
    """The rule of one operation, drawn.

    ``function`` takes the gradients of the outputs that have one, then captured tensors, and returns the gradients of
    the inputs whose numbers ``inputs`` holds. ``sources`` says what each captured tensor is: the number of an input
    of the operation, past those of an output, past those of one of ``inside``, what the branch or loop that it stands
    in computed before; -1 stands for the tensors of ``captured``, one after the other.
    """

    def __init__(self, op, rule):
        given = [t for t in op.outputs if _has_gradient(t)]
        self.op, self.inputs = op, []
        names = [f"gradient_of_{t.value_index}" for t in given]
        graph = draw(
            lambda *gradients: self._called(rule, gradients),
            names,
            [t.dtype.base_dtype for t in given],
            f"{op.name}_grad",
            [t._shape for t in given],
            convert=self._kept,
        )
        own, around = (*op.inputs, *op.outputs), _contexts(get_default_graph()._control_flow_context)
        others = [t for t in graph.extra_inputs if t not in own]
        self.captured = [t for t in others if t.op._control_flow_context in around]
        self.inside = [t for t in others if t not in self.captured]
        self._check_inside()
        known = {t: i for i, t in reversed(list(enumerate((*own, *self.inside))))}
        self.sources = [known.get(t, -1) for t in graph.extra_inputs]
        attrs = {"_inputs": self.inputs, "_sources": self.sources}
        self.function = Function(graph, graph.inputs, graph.outputs, base_name="Gradient", attrs=attrs)

    def _called(self, rule, gradients):
        gradients = iter(gradients)
        return rule(self.op, *[next(gradients) if _has_gradient(t) else None for t in self.op.outputs])

    def _kept(self, results, name):
        """The gradients that are not None, as tensors."""
        results = list(results) if isinstance(results, (list, tuple)) else [results]
        op = self.op
        if len(results) != len(op.inputs):
            raise ValueError(
                f"Num gradients {len(results)} generated for op {op} do not match num inputs {len(op.inputs)}"
            )
        found = []
        for i, (result, t) in enumerate(zip(results, op.inputs, strict=True)):
            if result is None:
                continue
            result = convert_to_tensor(result)
            if not shapes.compatible(result._shape, t._shape):
                raise ValueError(
                    "Incompatible shapes between op input and calculated input gradient.  Forward operation: "
                    f"{op.name}.  Input index: {i}. Original input shape: {shapes.text(t._shape)}.  Calculated input "
                    f"gradient shape: {shapes.text(result._shape)}"
                )
            self.inputs.append(i)
            found.append(result)
        return found

    def _check_inside(self):
        around = _contexts(self.op._control_flow_context)
        for t in self.inside:
            if t.op._control_flow_context not in around or t.op._id > self.op._id:
                raise NotImplementedError(
                    f"The gradient of '{self.op.name}' takes '{t.name}', which the branch or loop that it stands in "
                    "has not computed before that operation: make it an input."
                )


def _contexts(context):
    """The branches and loop bodies around, and None, which is around all."""
    found = [None]
    while context is not None:
        found.append(context)
        context = context.outer_context
    return found


def _has_gradient(tensor):
    return tensor.dtype.base_dtype.is_floating or tensor.dtype.base_dtype.is_complex


# -- functions with a gradient of their own ---------------------------------------------------------------------------

_numbers = itertools.count(1)


def custom_gradient(f):
    """Decorates a function that returns ``(y, grad)``: calling it gives ``y``, whose gradient is what ``grad`` says.

    ``f`` takes tensors and returns a tensor or nested tensors. ``grad(*dys)`` takes the gradient of each tensor of
    ``y`` and returns one for each argument. Where ``f`` uses variables (resource variables, others raise
    ``TypeError``), ``grad`` takes them as ``variables`` and returns ``(gradients of arguments, of variables)``.
    ``ValueError`` for arguments by keyword.

        >>> @custom_gradient
        ... def log1pexp(x):
        ...     e = tf.exp(x)
        ...     return tf.math.log(1 + e), lambda dy: dy * (1 - 1 / (1 + e))
    """

    @wraps(f)
    def decorated(*args, **kwargs):
        if kwargs:
            raise ValueError(
                "The custom_gradient decorator currently supports keywords arguments only when eager execution is "
                "enabled."
            )
        args = [convert_to_tensor(x) for x in args]
        before = _all_variables()
        result, grad = f(*args)
        _check_variables([v for v in _all_variables() if not any(v is known for known in before)])
        results = flatten(result)
        variables = [v for v in _variables_between(args, results) if not any(v is a for a in args)]
        _check_signature(grad, variables)

        def rule(op, *gradients):
            gradients, of_variables = gradients[: len(results)], []
            if variables:
                found, of_variables = grad(*gradients, variables=variables)
                if len(of_variables) != len(variables):
                    raise ValueError("Must return gradient for each variable from @custom_gradient grad_fn.")
            else:
                found = grad(*gradients)
            return [None] * len(results) + flatten(found) + list(of_variables)

        name = f"CustomGradient-{next(_numbers)}"
        _register(name, rule)
        tensors = [*results, *args, *variables]
        with get_default_graph().gradient_override_map({"IdentityN": name}):
            made = raw.IdentityN(tensors)
        for t in tensors:
            convert_to_tensor(t)  # TensorFlow reads the variables once more
        return pack_sequence_as(result, made[: len(results)])

    return decorated


def grad_pass_through(f):
    """A function that computes ``f`` of its tensors, and whose gradient is that of the identity.

    ``TypeError`` where the open variable scope does not use resource variables, as in TensorFlow.
    """

    @custom_gradient
    def passing(*args, **kwargs):
        def grad(*gradients, **variables):
            if variables:
                return gradients, [None] * len(variables["variables"])
            return gradients

        return f(*args, **kwargs), grad

    return passing


def _all_variables():
    graph = get_default_graph()
    return [*graph.get_collection(GraphKeys.GLOBAL_VARIABLES), *graph.get_collection(GraphKeys.LOCAL_VARIABLES)]


def _check_variables(new):
    if any(not hasattr(v, "handle") for v in new):
        raise TypeError(
            "All variables used by a function wrapped with @custom_gradient must be `ResourceVariable`s. Ensure that "
            "no `variable_scope` is created with `use_resource=False`."
        )


def _check_signature(grad, variables):
    """``TypeError`` for a gradient function that should take variables and does not, or the reverse."""
    spec = inspect.getfullargspec(grad)
    takes = "variables" in spec.args or "variables" in spec.kwonlyargs or spec.varkw is not None
    if variables and not takes:
        raise TypeError(
            "If using @custom_gradient with a function that uses variables, then grad_fn must accept a keyword "
            "argument 'variables'."
        )
    if takes and not variables:
        kept = get_default_graph().get_collection(GraphKeys._VARSCOPESTORE_KEY)
        if not kept or not kept[0].current_scope.use_resource:
            raise TypeError(
                "If using @custom_gradient with a function that uses variables, the enclosing variable scope must have "
                "use_resource=True."
            )


def _variables_between(inputs, outputs):
    """The trainable variables that ``outputs`` are computed from on ways that do not lead through ``inputs``."""
    pending, seen, found = [raw.Identity(t).op for t in outputs], set(), []
    while pending:
        op = pending.pop()
        for t in op.inputs:
            if t not in inputs and t.op not in seen:
                seen.add(t.op)
                pending.append(t.op)
                if t.op.op_type.role == "resource":
                    found.append(t.op)
    known = {v.op: v for v in get_default_graph().get_collection(GraphKeys.GLOBAL_VARIABLES)}
    return [known[op] for op in sorted(found, key=lambda op: op._id) if op in known and known[op].trainable]
