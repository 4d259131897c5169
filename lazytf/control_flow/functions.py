"""``Defun``: Python functions as functions of graph.

The body is drawn when the function is first called or asked for (see ``lazytf.core.functions``); every call adds one
operation, whose type is the function's name. Variables that the body makes or asks for belong to the graph around it:
their values are arguments that every call passes on.
"""

import inspect

from lazytf.core import dtypes, errors
from lazytf.core.build import add, convert_to_tensor
from lazytf.core.functions import Function, FunctionGraph, draw
from lazytf.core.graph import get_default_graph

_SHORT = {
    dtypes.float16: "f16",
    dtypes.float32: "f32",
    dtypes.float64: "f64",
    dtypes.int32: "i32",
    dtypes.uint8: "i8",  # so it is in TensorFlow, though int8 has the same
    dtypes.uint16: "u16",
    dtypes.uint32: "u32",
    dtypes.uint64: "u64",
    dtypes.int16: "i16",
    dtypes.int8: "i8",
    dtypes.string: "s",
    dtypes.complex64: "c64",
    dtypes.complex128: "c128",
    dtypes.int64: "i64",
    dtypes.bool_: "b",
    dtypes.qint8: "qi8",
    dtypes.quint8: "qu8",
    dtypes.qint16: "qi16",
    dtypes.quint16: "qu16",
    dtypes.qint32: "qi32",
    dtypes.bfloat16: "b16",
}


class Defun:
    """Makes a function of graph of the Python function it decorates.

    ``input_types`` are the dtypes of its arguments; without them each combination of types it is called with gets a
    definition of its own. The Python function is called once with placeholders and returns tensors (one, several, or
    None for no output); tensors it takes from outside are captured. Keywords:

    - ``func_name``: the function's name in the graph; else its Python name and a digest of its body. (The digest is
      not TensorFlow's: names end in other letters there.)
    - ``out_names``: names of the outputs, a list of strings.
    - ``grad_func``: another ``Defun`` that takes the arguments and the gradients of the outputs and returns the
      gradients of the arguments.
    - ``python_grad_func``: the same as a Python function of the calling operation and the outputs' gradients, which
      adds operations. Without either the body itself is differentiated.
    - ``shape_func``: a function from the calling operation to a list of its outputs' static shapes, else unknown.
    - ``noinline``, ``compiled``: attrs of the definition, which change no value here.
    - ``capture_by_value``: copy what captured tensors are computed by into the body; ``whitelisted_stateful_ops`` may
      be copied though their values cannot be foreseen. ``capture_resource_var_by_value=False`` captures handles of
      resource variables instead of their values.

    ``ValueError`` for a Python function with default values or keyword arguments, or of another number of arguments.

        >>> @Defun(tf.float32, tf.float32)
        ... def scaled_sum(x, y):
        ...     return 2.0 * (x + y)
        >>> z = scaled_sum(tf.constant(1.0), 3.0, name="z")
    """

    def __init__(self, *input_types, **kwargs):
        self._input_types = input_types
        self._settings = {
            key: kwargs.pop(key, None) for key in ("func_name", "grad_func", "python_grad_func", "out_names")
        }
        self._settings.update(kwargs)

    def __call__(self, func):
        if not callable(func):
            raise ValueError(f"function {func} must be callable")
        spec = inspect.getfullargspec(func)
        if spec.varkw or spec.defaults or spec.kwonlyargs:
            raise ValueError(
                "function with argument defaults or keywords arguments are not supported. "
                f"{func} has defaults {spec.defaults} and keywords {spec.varkw}."
            )
        names = spec.args[1:] if inspect.ismethod(func) else spec.args
        most = 1_000_000 if spec.varargs else len(spec.args)
        if self._input_types:
            if not len(names) <= len(self._input_types) <= most:
                raise ValueError("The function has fewer arguments than the number of specified input types.")
            return DefinedFunction(func, names, self._input_types, **self._settings)
        if not names and not spec.varargs:
            return DefinedFunction(func, [], [], **self._settings)
        return OverloadedFunction(func, names, **self._settings)


class DefinedFunction:
    """A function of graph with the types of its arguments; calling it adds a call to the default graph.

    A call takes tensors, or values that convert to them, ``name`` and ``noinline``; it returns a tensor, a tuple of
    several, or, without outputs, the operation.
    """

    def __init__(
        self,
        func,
        argnames,
        input_types,
        func_name=None,
        grad_func=None,
        python_grad_func=None,
        out_names=None,
        shape_func=None,
        capture_by_value=False,
        whitelisted_stateful_ops=None,
        capture_resource_var_by_value=True,
        **attrs,
    ):
        if grad_func is not None and not isinstance(grad_func, DefinedFunction):
            raise TypeError(f"grad_func must be a function of graph with types, as Defun makes; got {grad_func!r}")
        self._func, self._input_types = func, tuple(dtypes.as_dtype(t) for t in input_types)
        self._arg_names = [argnames[i] if i < len(argnames) else f"arg{i}" for i in range(len(self._input_types))]
        self._func_name, self._grad_func, self._python_grad_func = func_name, grad_func, python_grad_func
        self._out_names, self._shape_func, self._attrs = out_names, shape_func, attrs
        self._capturing = {
            "capture_by_value": capture_by_value,
            "allowed_stateful": whitelisted_stateful_ops or (),
            "variables_by_value": capture_resource_var_by_value,
        }
        self._device = get_default_graph()._devices[-1] or None
        self._function = None

    # -- what it is -------------------------------------------------------------------------------------------------

    @property
    def function(self):
        """The ``lazytf.core.functions.Function``, drawn when first asked for."""
        if self._function is None:
            self._function = self._drawn()
        return self._function

    name = property(lambda self: self.function.name, doc="Its name in a graph.")
    declared_input_types = property(lambda self: self._input_types, doc="The dtypes it was declared with.")
    python_grad_func = property(lambda self: self._python_grad_func, doc="The gradient as a Python function, or None.")
    captured_inputs = property(lambda self: list(self.function.captured), doc="The tensors that every call passes on.")

    @property
    def grad_func_name(self):
        """The name of the function that gives its gradient, or None."""
        return self._grad_func.name if self._grad_func else None

    @property
    def stateful_ops(self):
        """``(name, type)`` of the operations of the body that have state or effects."""
        return [(op.name, op.type) for op in self.function.graph.get_operations() if op.op_type.is_stateful]

    def set_grad_func(self, grad_func):
        """Makes ``grad_func``, another function of graph, the gradient; once."""
        if self._grad_func or not isinstance(grad_func, DefinedFunction):
            raise AssertionError(f"{grad_func!r} cannot be the gradient of a function whose is {self._grad_func!r}")
        self._grad_func = grad_func
        if self._function is not None:
            self._function.gradient = grad_func.function

    def _drawn(self):
        name = self._func_name or _name_of(self._func)
        graph = draw(self._func, self._arg_names, self._input_types, name, device=self._device, **self._capturing)
        if self._out_names and len(self._out_names) != len(graph.outputs):
            raise errors.InvalidArgumentError(
                None,
                None,
                "output names must be either empty or equal in size to outputs. output names size = "
                f"{len(self._out_names)} outputs size = {len(graph.outputs)}",
            )
        gradient = self._grad_func.function if self._grad_func else None
        base_name = name if gradient is None else f"{name}_{gradient.name}"
        return Function(
            graph,
            graph.inputs,
            graph.outputs,
            self._func_name,
            base_name,
            output_names=self._out_names,
            captured=graph.extra_inputs,
            attrs=_call_attrs(base_name, self._attrs),
            gradient=gradient,
            python_gradient=self._python_grad_func,
            docstring=self._func.__doc__ or "",
        )

    # -- using it ---------------------------------------------------------------------------------------------------

    def add_to_graph(self, g):
        """Lets the operations of graph ``g`` call it, with all that it calls itself."""
        self.function.add_to_graph(g)

    def __call__(self, *args, **kwargs):
        graph = get_default_graph()
        self.add_to_graph(graph)
        inputs = [*(convert_to_tensor(a) for a in args), *self.function.captured]
        op = call(self.function, inputs, **kwargs)
        if self._shape_func is not None:
            shapes = self._shape_func(op)
            if len(shapes) != len(op.outputs):
                raise ValueError(f"shape_func produced {len(shapes)} shapes for {len(op.outputs)} outputs")
            for t, shape in zip(op.outputs, shapes, strict=True):
                t.set_shape(shape)
        if not op.outputs:
            return op
        return op.outputs[0] if len(op.outputs) == 1 else tuple(op.outputs)


class OverloadedFunction:
    """A function of graph whose arguments' types are known when it is called: one ``DefinedFunction`` for each."""

    def __init__(self, func, argnames, func_name=None, grad_func=None, **settings):
        if not isinstance(grad_func, (OverloadedFunction, type(None))):
            raise AssertionError(f"the gradient of an overloaded function must be one itself; got {grad_func!r}")
        self._func, self._argnames, self._func_name = func, argnames, func_name
        self._grad_func, self._settings, self._defined = grad_func, settings, {}

    def instantiate(self, input_types):
        """The ``DefinedFunction`` for these dtypes."""
        key = _short(input_types)
        defined = self._defined.get(key)
        if defined is None:
            name = None if self._func_name is None else f"{self._func_name}_{key}"
            defined = DefinedFunction(self._func, self._argnames, input_types, name, **self._settings)
            if self._grad_func is not None:
                outputs = [t.dtype.base_dtype for t in defined.function.outputs]
                defined.set_grad_func(self._grad_func.instantiate([*input_types, *outputs]))
            self._defined[key] = defined
        return defined

    def __call__(self, *args, **kwargs):
        tensors = [convert_to_tensor(a) for a in args]
        return self.instantiate([t.dtype.base_dtype for t in tensors])(*tensors, **kwargs)


def call(function, inputs, name=None, **kwargs):
    """Adds the operation that calls a ``Function`` with ``inputs``, tensors, and returns it.

    ``ValueError`` where they are not as many, or not of the types, that the function takes.
    """
    graph, op_type = get_default_graph(), function.call_type
    if len(inputs) != len(function.inputs):
        raise ValueError(f"Expected number of arguments: {len(function.inputs)}, received: {len(inputs)}")
    attrs = _call_attrs(function.name, kwargs)
    if graph.building_function:
        inputs = [graph.capture(t) for t in inputs]
    name = graph._node_name(name or function.name)
    for arg, t in zip(op_type.schema.inputs, inputs, strict=True):
        if arg.dtype is not t.dtype.base_dtype:
            raise ValueError(
                f"Input '{arg.name}' passed {t.dtype._c_name} expected {arg.dtype._c_name} while building NodeDef "
                f"'{name}' using Op<name={function.name}; signature={_signature(op_type.schema)}>"
            )
    add(graph, op_type, name, tuple(inputs), attrs)
    return graph.get_operation_by_name(name)


def get_extra_vars():
    """The variables that the body being drawn has asked for so far; none outside of a body."""
    graph = get_default_graph()
    return graph.extra_vars if isinstance(graph, FunctionGraph) else []


def get_extra_inputs():
    """The tensors that the body being drawn has captured so far; none outside of a body."""
    graph = get_default_graph()
    return graph.extra_inputs if isinstance(graph, FunctionGraph) else []


def get_extra_args():
    """The inputs of the body being drawn that stand for captured tensors; none outside of a body."""
    graph = get_default_graph()
    return graph.extra_args if isinstance(graph, FunctionGraph) else []


# -- names and attrs --------------------------------------------------------------------------------------------------


def _name_of(function):
    if inspect.isfunction(function):
        return function.__name__
    if inspect.ismethod(function):
        return f"{type(function.__self__).__name__}.{function.__func__.__name__}"
    return str(type(function))


def _call_attrs(name, given):
    """The attrs of a definition or a call; ``ValueError`` for words that mean none."""
    given, attrs = dict(given), {}
    noinline = given.pop("noinline", None)
    if noinline is not None:
        attrs["_noinline"] = bool(noinline)
    attrs["_disable_call_shape_inference"] = True  # what a call returns has no static shape
    compiled, separately = given.pop("compiled", None), given.pop("separate_compiled_gradients", None)
    if compiled is not None:
        attrs.update(
            _XlaCompile=bool(compiled), _XlaSeparateCompiledGradients=bool(separately), _XlaScope=f"function_{name}"
        )
    for key in list(given):
        if key.startswith("experimental_") or key in ("_implements", "_reference"):
            attrs[key] = given.pop(key)
            kinds = (bool, int, float, str) if key.startswith("experimental_") else (str,)
            if not isinstance(attrs[key], kinds):
                raise ValueError(f"Unsupported attribute type for {key} with type {type(attrs[key])}")
    if given:
        raise ValueError(f"Unknown keyword arguments: {given.keys()}")
    return attrs


def _short(types):
    """The types in a few letters each, for a name."""
    unknown = [t for t in types if t not in _SHORT]
    if unknown:
        raise ValueError(f"Unsupported dtypes: {list(types)}")
    return "".join(_SHORT[t] for t in types)


def _signature(schema):
    inputs, outputs = (
        ", ".join(f"{a.name}:{a.dtype._c_name}" for a in args) for args in (schema.inputs, schema.outputs)
    )
    return f"{inputs} -> {outputs}"
