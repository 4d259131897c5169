"""Operations run for what they do: waiting for others, checking, printing, calling Python."""

import builtins
import itertools
import math
import sys
import traceback
import weakref

import numpy as np
import torch

from lazytf.core import dtypes, errors, graph as graphs
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.operation import Operation, Tensor
from lazytf.core.registry import op
from lazytf.core.shape_rules import no_output, unchanged, with_rank
from lazytf.core.values import IndexedSlices, SparseTensor, is_tensor
from lazytf.ops.sentences import refuse

# -- waiting --------------------------------------------------------------------------------------------------------


@op("NoOp() -> ()", shape=no_output, gradient=False)
def NoOp():
    pass


def no_op(name=None):
    """An operation that does nothing; control dependencies make it wait for others."""
    return raw.NoOp(name=name)


def group(*inputs, **kwargs):
    """An operation that has run when all ``inputs`` (operations, tensors, nested lists of them) have.

    ``TypeError`` for an input of another kind. ``name=`` is the only other argument.
    """
    name = kwargs.pop("name", None)
    if kwargs:
        raise ValueError("Unknown keyword arguments: " + ", ".join(kwargs))
    by_device = {}
    with name_scope(name, "group_deps", inputs) as name:
        for value in _leaves(inputs):
            if not hasattr(value, "device"):
                raise TypeError(
                    f"Expected tf.group() expected Tensor arguments not '{value}' with type '{type(value)}'"
                )
            by_device.setdefault(value.device, []).append(value)
        if len(by_device) <= 1:
            return _joint(*(next(iter(by_device.items())) if by_device else ("", [])), name=name)
        parts = [_joint(device, values) for device, values in sorted(by_device.items())]
        with graphs.get_default_graph().control_dependencies(parts):
            return raw.NoOp(name=name)


def _leaves(values):
    for value in values.values() if isinstance(values, dict) else values:
        if isinstance(value, (list, builtins.tuple, dict)):
            yield from _leaves(value)
        else:
            yield value


def _operations(values):
    """The operations behind values; a sparse value stands for its parts."""
    for value in values:
        if isinstance(value, SparseTensor):
            yield from (value.indices.op, value.values.op, value.dense_shape.op)
        elif isinstance(value, IndexedSlices):
            yield from (part.op for part in (value.values, value.indices, value.dense_shape) if part is not None)
        else:
            yield getattr(value, "op", value)


def _joint(device, values, name=None):
    graph = graphs.get_default_graph()
    with graph.control_dependencies(list(_operations(values))):
        if not device:
            return raw.NoOp(name=name)
        with graph.device(device):
            return raw.NoOp(name=name)


def with_dependencies(dependencies, output_tensor, name=None):
    """A tensor equal to ``output_tensor`` that is there only when all ``dependencies`` have run."""
    with name_scope(name, "control_dependency", [*dependencies, output_tensor]) as name:
        graph = graphs.get_default_graph()
        with graph.colocate_with(output_tensor.values if isinstance(output_tensor, IndexedSlices) else output_tensor):
            with graph.control_dependencies(list(_operations(dependencies))):
                if isinstance(output_tensor, IndexedSlices):
                    return IndexedSlices(
                        raw.Identity(output_tensor.values, name=name), output_tensor.indices, output_tensor.dense_shape
                    )
                is_ref = isinstance(output_tensor, Tensor) and output_tensor.dtype._is_ref_dtype
                return (raw.RefIdentity if is_ref else raw.Identity)(output_tensor, name=name)


def tuple(tensors, name=None, control_inputs=None):
    """Tensors equal to those of the list ``tensors``, none of which is there before all are, and ``control_inputs``
    too.

    None stays None, an operation becomes one that waits for all. ``ValueError`` where there is nothing to wait for.
    """
    with name_scope(name, "tuple", tensors):
        tensors = [
            t if t is None or isinstance(t, Operation) or is_tensor(t) else convert_to_tensor(t) for t in tensors
        ]
        gating = [t if isinstance(t, Operation) else t.op for t in tensors if t is not None]
        for c in control_inputs or ():
            if isinstance(c, Tensor):
                c = c.op
            elif not isinstance(c, Operation):
                raise TypeError(f"Control input must be Operation or Tensor: {c}")
            gating.append(c)
        gating = sorted(set(gating), key=lambda o: o._id)
        if not gating:
            raise ValueError(f"Must have at least one Tensor: {tensors}")
        gate = group(*gating)
        return [
            None if t is None else group(gate, t) if isinstance(t, Operation) else with_dependencies([gate], t)
            for t in tensors
        ]


tuple_ = tuple  # for importers that need Python's own as well


# -- checking -------------------------------------------------------------------------------------------------------


@op(
    "Assert(condition: bool, data: list(T), T: list(type) >= 1, summarize: int = 3) -> ()",
    shape=lambda op: with_rank(op, 0, 0) and [],
    stateful=True,
    gradient=None,
    on_host=True,
)
def _assert(condition, data, summarize):
    if not condition:
        refuse("assertion failed: " + " ".join(f"[{_summary(value, summarize)}]" for value in data))


def checked(condition, data, summarize=None, name=None):
    """An operation that fails, showing ``data``, unless the scalar ``condition`` is true; ``data`` are strings and
    int32.
    """
    with name_scope(name, "Assert", [condition, data]):
        for value in data:
            if not isinstance(value, Tensor):
                convert_to_tensor(value)  # TensorFlow converts once to look at the type, and again for the operation
        return raw.Assert(condition, data, summarize=summarize, name="Assert")


@op(
    "CheckNumerics(tensor: T, T: {float}, message: attr string) -> (output: T)",
    shape=unchanged,
    stateful=True,
    view=True,
)
def CheckNumerics(tensor, message):
    # A sum carries any NaN or infinity along, at a third of the cost of asking each element; where it overflowed, ask.
    if not math.isfinite(tensor.detach().sum()) and not torch.isfinite(tensor).all():
        found = [word for word, test in (("Inf", torch.isinf), ("NaN", torch.isnan)) if test(tensor).any()]
        refuse(f"{message} : Tensor had {' and '.join(found)} values")
    return tensor


def check_numerics(tensor, message, name=None):
    """``tensor``; ``InvalidArgumentError`` with ``message`` in a run in which it holds NaN or infinity."""
    return raw.CheckNumerics(tensor, message=message, name=name)


def verify_tensor_all_finite(t=None, msg=None, name=None, x=None, message=None):
    """As ``check_numerics``; ``x`` and ``message`` are the newer names of ``t`` and ``msg``."""
    x, message = t if x is None else x, msg if message is None else message
    with name_scope(name, "VerifyFinite", [x]):
        x = convert_to_tensor(x, name="x")
        with graphs.get_default_graph().colocate_with(x):
            check = raw.CheckNumerics(x, message=message)
            return with_dependencies([check], x)


def add_check_numerics_ops():
    """One operation that checks every float tensor of the graph, as ``check_numerics`` does, each after the one before.

    ``ValueError`` where the graph holds control flow, whose tensors are not there in every run.
    """
    graph, checks = graphs.get_default_graph(), []
    for operation in graph.get_operations():
        for output in operation.outputs:
            if output.dtype not in (dtypes.float16, dtypes.float32, dtypes.float64):
                continue
            if operation.type in ("Switch", "Merge", "Enter", "Exit", "NextIteration", "LoopCond"):
                raise ValueError(
                    "`tf.add_check_numerics_ops() is not compatible with TensorFlow control flow operations such as "
                    "`tf.cond()` or `tf.while_loop()`."
                )
            with graph.control_dependencies(checks[-1:]):
                checks.append(raw.CheckNumerics(output, message=output.name))
    return group(*(c.op for c in checks[-1:]))


# -- printing -------------------------------------------------------------------------------------------------------


def _summary(value, summarize):
    """The first elements of a value, nested in brackets as TensorFlow prints them; all if ``summarize`` is negative."""
    if isinstance(value, torch.Tensor):
        value = (value.float() if value.dtype is torch.bfloat16 else value).detach().cpu().numpy()
    value = np.asarray(value)
    if not value.ndim:
        return _element(value[()])
    left = [value.size if summarize < 0 else summarize]
    cut = "..." if value.size > left[0] else ""
    return _nested(value, left, "") + cut


def _nested(value, left, cut):
    """Rows as long as elements are ``left``; ``cut`` ends a row that is not shown whole."""
    if value.ndim > 1:
        return "".join(f"[{_nested(row, left, '...')}]" for row in value if left[0] > 0)
    shown = value[: left[0]]
    left[0] -= len(shown)
    return " ".join(map(_element, shown)) + (cut if len(shown) < len(value) else "")


_ESCAPES = {10: r"\n", 13: r"\r", 9: r"\t", 34: r"\"", 39: r"\'", 92: r"\\"}


def _escaped(byte):
    """A byte as C writes it in a string."""
    return _ESCAPES.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}")


def _element(value):
    if isinstance(value, bytes):
        return "".join(map(_escaped, value))
    if isinstance(value, (bool, np.bool_)):
        return str(int(value))
    if value.dtype.kind != "f" and value.dtype != dtypes.bfloat16.as_numpy_dtype:
        return str(value)
    short, exact, kind = (15, 17, np.float64) if value.dtype == np.float64 else (6, 9, np.float32)
    text = f"{float(value):.{short}g}"
    return text if kind(text) == kind(value) or np.isnan(value) else f"{float(value):.{exact}g}"


@op(
    "Print(input: T, data: list(U), T: type, U: list(type) >= 0, message: string = '', first_n: int = "
    "-1, summarize: int = 3) "
    "-> (output: T)",
    shape=unchanged,
    stateful=True,
    view=True,
)
def _print(ctx, input, data, message, first_n, summarize):
    times = ctx.resource("printed", ctx.name, lambda: [0])
    if first_n < 0 or times[0] < first_n:
        times[0] += 1
        print(message + "".join(f"[{_summary(value, summarize)}]" for value in data), file=sys.stderr, flush=True)
    return input


_print.on_host_too(_print.kernel)  # of strings


def Print(input_, data, message=None, first_n=None, summarize=None, name=None):
    """``input_``; a run that computes it prints ``message`` and the values of ``data`` to standard error.

    Of each value the first ``summarize`` (3) elements are shown, and only the first ``first_n`` times.
    """
    return raw.Print(input_, data, message=message, first_n=first_n, summarize=summarize, name=name)


# -- Python ---------------------------------------------------------------------------------------------------------

_functions = weakref.WeakValueDictionary()  # token -> _Called; alive as long as a graph that uses it
_numbers = itertools.count()


class _Called:
    """A Python function that a graph calls."""

    def __init__(self, function):
        self.function = function


_KINDS = (
    (StopIteration, errors.OutOfRangeError),
    (NotImplementedError, errors.UnimplementedError),
    (MemoryError, errors.ResourceExhaustedError),
    ((TypeError, ValueError), errors.InvalidArgumentError),
)


def _call(input, token, Tout):
    """The results of the function as NumPy values of exactly the types declared."""
    called = _functions.get(token)
    if called is None:
        raise errors.NotFoundError(None, None, f"The Python function {token} is gone with the program that made it")
    try:
        results = called.function(*input)
    except errors.OpError:
        raise
    except Exception as e:
        kind = next((error for types, error in _KINDS if isinstance(e, types)), errors.UnknownError)
        lines = "".join(traceback.format_tb(e.__traceback__))
        raise kind(None, None, f"{type(e).__name__}: {e}\nTraceback (most recent call last):\n\n{lines}") from e
    results = list(results) if isinstance(results, (list, builtins.tuple)) else [] if results is None else [results]
    if len(results) != len(Tout):
        refuse(f"{token} returns {len(results)} values, but expects to see {len(Tout)} values.")
    return [_returned(token, i, value, dtype) for i, (value, dtype) in enumerate(zip(results, Tout, strict=True))]


def _returned(token, i, value, dtype):
    array = np.array(value)  # the function may go on to change what it returned
    if array.dtype.kind in "SUO":
        found = dtypes.string
        flat = [v.encode() if isinstance(v, str) else v for v in array.astype(object).ravel().tolist()]
        if not all(isinstance(v, bytes) for v in flat):
            raise errors.UnimplementedError(None, None, f"Unsupported object type {type(flat[0]).__name__}")
        array = np.array([*flat, None], object)[:-1].reshape(array.shape)
    else:
        found = dtypes.as_dtype(array.dtype)
    wanted = dtypes.as_dtype(dtype).base_dtype
    if found is not wanted:
        refuse(f"{i}-th value returned by {token} is {found._c_name}, but expects {wanted._c_name}")
    return array if array.ndim else array[()]


def _unknown_each(op):
    return [None] * len(op._attrs["Tout"])


@op(
    "PyFunc(input: list(Tin), token: attr string, Tin: list(type) >= 0, Tout: list(type) >= 0) -> (output: list(Tout))",
    shape=_unknown_each,
    stateful=True,
    gradient=None,
    on_host=True,
)
def PyFunc(input, token, Tout):
    return _call(input, token, Tout)


@op(
    "PyFuncStateless(input: list(Tin), token: attr string, Tin: list(type) >= 0, Tout: list(type) >= "
    "0) -> (output: list(Tout))",
    shape=_unknown_each,
    gradient=None,
    on_host=True,
)
def PyFuncStateless(input, token, Tout):
    return _call(input, token, Tout)


def py_func(func, inp, Tout, stateful=True, name=None):
    """What the Python function ``func`` returns for the NumPy values of ``inp``, called in every run.

    ``Tout`` is a type, and the result a tensor, or a list of types, and the result a list; an empty list gives the
    operation. Shapes are unknown: ``set_shape`` adds what you know. Values must have exactly the types promised:
    ``InvalidArgumentError`` else. ValueError and TypeError in ``func`` become ``InvalidArgumentError``,
    StopIteration ``OutOfRangeError``, NotImplementedError ``UnimplementedError``, MemoryError
    ``ResourceExhaustedError``, all others ``UnknownError``. No gradient flows through it.
    """
    graph = graphs.get_default_graph()
    token = f"pyfunc_{next(_numbers)}"
    called = _functions[token] = _Called(func)
    graph.__dict__.setdefault("_python_functions", []).append(called)
    types = list(Tout) if isinstance(Tout, (list, builtins.tuple)) else [Tout]
    result = (raw.PyFunc if stateful else raw.PyFuncStateless)(list(inp), token=token, Tout=types, name=name)
    return result if isinstance(Tout, (list, builtins.tuple)) else result[0]


def numpy_function(func, inp, Tout, name=None):
    """``py_func`` with ``stateful=True``."""
    return py_func(func, inp, Tout, True, name)
