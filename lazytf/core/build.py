"""Applying op types to values: conversion, type attrs, the shape rule, one new operation.

``raw.MatMul(a, b, transpose_b=True)`` adds one ``MatMul`` to the graph. The steps, in TensorFlow's order, since names
and errors depend on it: choose the graph and the name; turn each value into a tensor, letting the first of each type
attr decide; check the attrs; gather control inputs, device and colocation; let the shape rule speak; add.
"""

from functools import partial

import numpy as np

from lazytf.core import dtypes, graph as graphs, shapes
from lazytf.core.graph import NameScope
from lazytf.core.operation import Operation, Tensor
from lazytf.core.provenance import user_stack
from lazytf.core.registry import lookup
from lazytf.core.shape_rules import ShapeError


class _Raw:
    """Any declared op, by its type name: ``raw.MatMul(a, b, transpose_b=True, name="product")``."""

    def __getattr__(self, type_name):
        function = partial(apply, lookup(type_name))
        function.__dict__.update(__name__=type_name, __doc__=f"Adds one {type_name} operation.")
        self.__dict__[type_name] = function
        return function


raw = _Raw()


def apply(op_type, *values, name=None, **attrs):
    """Adds one operation; returns its output, its outputs as a list, or itself if it has none.

    ``TypeError`` for values or attrs of a wrong type, ``ValueError`` for impossible shapes or another graph's tensors.
    """
    schema = op_type.schema
    if len(values) != len(schema.inputs):
        values = _by_name(schema, values, attrs)
    graph = graphs.get_default_graph()
    for value in values:
        if type(value) is Tensor:
            if value.op.graph is not graph:
                graph = graph_of(values)
            break
    graph._check_not_finalized()
    name = graph._node_name(name or schema.type)
    inputs, types, colocate = _inputs(op_type, graph, name, values, attrs)
    if schema.attrs:
        attrs = _checked_attrs(schema, attrs, types)
    elif attrs:
        raise TypeError(f"{schema.type} has no attr {next(iter(attrs))!r}")
    if graph._container and attrs.get("container") == "":
        attrs["container"] = graph._container
    return add(graph, op_type, name, inputs, attrs, colocate)


def add(graph, op_type, name, inputs, attrs, colocate=(), output_shapes=None):
    """Adds an operation whose inputs and attrs are known to fit; returns as ``apply`` does."""
    if graph.building_function:
        inputs = graph.captured(op_type, name, inputs)
    op = Operation(graph, op_type, name, inputs, attrs, (), graph._devices[-1] or "", user_stack())
    if graph._controls:
        op._control_inputs = tuple(graph._control_inputs_for([t.op for t in inputs]))
    if graph._colocations or colocate:
        if colocate:
            op._device = ""  # the variable decides, not the device blocks around
        _colocate(op, [*graph._colocations, *colocate])
    elif graph._device_functions:
        op._device = graph._device_for(op)
    if graph._gradient_overrides:
        op._gradient_type = graph._gradient_overrides.get(op_type.name)
    outputs = op_type.schema.outputs
    if not outputs:
        if op_type.shape is not None and output_shapes is None:
            _shapes(op)
        graph._add(op)
        return op
    if output_shapes is None:
        output_shapes = _shapes(op)
    if len(outputs) == 1 and not outputs[0].is_list:
        arg = outputs[0]
        dtype = arg.dtype or attrs[arg.type_attr]
        op.outputs.append(tensor := Tensor(op, 0, dtype._ref if arg.is_ref else dtype, output_shapes[0]))
        graph._add(op)
        return tensor
    op.outputs += [
        Tensor(op, i, dtype, shape)
        for i, (dtype, shape) in enumerate(zip(_output_types(op_type.schema, attrs), output_shapes, strict=True))
    ]
    graph._add(op)
    return op.outputs[0] if len(op.outputs) == 1 and not outputs[0].is_list else list(op.outputs)


def output_count(op):
    """How many outputs an operation has, or will have: shape rules of ops with many are asked for that many shapes."""
    return len(_output_types(op.op_type.schema, op._attrs))


# -- names ----------------------------------------------------------------------------------------------------------


def name_scope(name, default_name=None, values=()):
    """A ``with`` block for an op built of several: opens scope ``name``, or ``default_name``; gives its prefix.

    The graph of the first tensor among ``values`` gets the operations. ``ValueError`` where both names are None.
    """
    graph = graphs.get_default_graph()
    for value in values:
        if type(value) is Tensor:
            if value.op.graph is not graph:
                return _OtherGraphScope(graph_of(values), name, default_name, values)
            break
    if name is None:
        name = default_name
        if name is None and values:
            raise ValueError(f"At least one of name ({name}) and default_name ({default_name}) must be provided.")
    return NameScope(graph, name)


class _OtherGraphScope:
    """A name scope in a graph that is not the default one, which it is while the block is open."""

    def __init__(self, graph, name, default_name, values):
        self.graph, self.name = graph, default_name if name is None else name

    def __enter__(self):
        self.default, self.scope = self.graph.as_default(), NameScope(self.graph, self.name)
        self.default.__enter__()
        return self.scope.__enter__()

    def __exit__(self, *exc_info):
        self.scope.__exit__()
        self.default.__exit__()


def graph_of(values):
    """The one graph that all tensors among ``values`` belong to; the body of a function takes tensors of any."""
    first, default = None, graphs.get_default_graph()
    if default.building_function:
        return default
    for value in _tensors(values):
        if first is None:
            first = value
        elif value.graph is not first.graph:
            raise ValueError(f"{value} must be from the same graph as {first}.")
    return default if first is None else first.graph


def _tensors(values):
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from _tensors(value)
        elif hasattr(value, "_as_graph_element"):
            element = value._as_graph_element()
            if isinstance(element, Tensor):
                yield element


# -- inputs ---------------------------------------------------------------------------------------------------------


def _by_name(schema, values, attrs):
    """The inputs of a call that named some of them."""
    values = list(values)
    for arg in schema.inputs[len(values) :]:
        if arg.name not in attrs:
            missing = [a.name for a in schema.inputs[len(values) :]]
            raise TypeError(
                f"{schema.type}() missing {len(missing)} required argument{'s'[: len(missing) != 1]}: "
                + " and ".join(map(repr, missing))
            )
        values.append(attrs.pop(arg.name))
    if len(values) > len(schema.inputs):
        raise TypeError(
            f"{schema.type}() takes {len(schema.inputs)} inputs ({', '.join(a.name for a in schema.inputs)}); "
            f"got {len(values)}"
        )
    return values


def _inputs(op_type, graph, name, values, attrs):
    """Tensors for all values, the types they settle, and the operations that ref inputs tie this one to."""
    types, inputs, colocate, decided_by = {}, [], (), {}
    for arg, value in zip(op_type.schema.inputs, values, strict=False):
        if arg.is_list:
            values = _list_input(op_type, arg, graph, name, value, attrs, types, decided_by)
            inputs += values
            if arg.is_ref:
                colocate = (*colocate, *(v.op for v in values))
            continue
        wanted = arg.dtype or types.get(arg.type_attr)
        if type(value) is not Tensor:
            value = _converted(op_type, arg, graph, name, value, wanted, decided_by)
        elif value.op.graph is not graph and not graph.building_function:
            raise ValueError(f"{value} must be from the same graph as {inputs[0] if inputs else graph}.")
        dtype = value._dtype
        if dtype._is_ref_dtype:
            dtype = dtype._base
            if arg.is_ref:
                colocate = (*colocate, value.op)
        elif arg.is_ref:
            raise TypeError(
                f"'{op_type.name}' Op requires that input '{arg.name}' be a mutable tensor (e.g.: a tf.Variable)"
            )
        if wanted is None:
            types[arg.type_attr], decided_by[arg.type_attr] = dtype, arg.name
        elif dtype is not wanted:
            raise _type_mismatch(op_type, arg, dtype, wanted, decided_by)
        inputs.append(value)
    return tuple(inputs), types, colocate


def _type_mismatch(op_type, arg, dtype, wanted, decided_by):
    prefix = f"Input '{arg.name}' of '{op_type.name}' Op has type {dtype.name} that does not match"
    if arg.dtype is not None:
        return TypeError(f"{prefix} expected type of {wanted.name}.")
    return TypeError(f"{prefix} type {wanted.name} of argument '{decided_by.get(arg.type_attr, arg.type_attr)}'.")


def _converted(op_type, arg, graph, name, value, wanted, decided_by, label=None):
    """A tensor for a value that is none yet; constants are named under the operation that takes them."""
    preferred = None
    if wanted is None:
        preferred = next(
            (a.default for a in op_type.schema.attrs if a.name == arg.type_attr and not (a.is_required or a.is_list)),
            None,
        )
    saved, graph._name_stack = graph._name_stack, name
    try:
        if graph is not graphs.get_default_graph():
            with graph.as_default():
                return convert_to_tensor(value, wanted, label or arg.name, preferred, as_ref=arg.is_ref)
        return convert_to_tensor(value, wanted, label or arg.name, preferred, as_ref=arg.is_ref)
    except TypeError as e:
        if wanted is None:
            raise
        raise TypeError(
            f"Expected {wanted.name} passed to parameter '{arg.name}' of op '{op_type.name}', got {value!r} of type "
            f"'{type(value).__name__}' instead. Error: {e}"
        ) from e
    except ValueError as e:
        try:
            found = convert_to_tensor(value, as_ref=arg.is_ref).dtype.base_dtype
        except ValueError as again:
            raise ValueError(f"Tried to convert '{arg.name}' to a tensor and failed. Error: {again}") from e
        raise _type_mismatch(op_type, arg, found, wanted, decided_by) from e
    finally:
        graph._name_stack = saved


def _list_input(op_type, arg, graph, name, values, attrs, types, decided_by):
    """The tensors of an argument that stands for several: of one type and counted, or of a list of types."""
    if not isinstance(values, (list, tuple)):
        raise TypeError(f"Expected list for '{arg.name}' argument to '{op_type.name}' Op, not {values!r}.")
    if not arg.number_attr:
        tensors = [
            v if type(v) is Tensor else _converted(op_type, arg, graph, name, v, None, decided_by, f"{arg.name}_{i}")
            for i, v in enumerate(values)
        ]
        known = types.setdefault(arg.type_attr, tuple(t.dtype.base_dtype for t in tensors))
        if len(known) != len(tensors):
            raise ValueError(
                f"List argument '{arg.name}' to '{op_type.name}' Op with length {len(tensors)} must match length "
                f"{len(known)} of argument '{decided_by[arg.type_attr]}'."
            )
        decided_by.setdefault(arg.type_attr, arg.name)
        return tensors
    known = types.setdefault(arg.number_attr, len(values))
    if known != len(values):
        raise ValueError(
            f"List argument '{arg.name}' to '{op_type.name}' Op with length {len(values)} must match length {known} "
            f"of argument '{decided_by[arg.number_attr]}'."
        )
    decided_by.setdefault(arg.number_attr, arg.name)
    minimum = next((a.minimum for a in op_type.schema.attrs if a.name == arg.number_attr), None)
    if minimum is not None and len(values) < minimum:
        raise ValueError(
            f"List argument '{arg.name}' to '{op_type.name}' Op with length {len(values)} shorter than minimum "
            f"length {minimum}."
        )
    wanted = arg.dtype or types.get(arg.type_attr)
    if wanted is None:  # any tensor among the values decides; Python values follow
        wanted = next((v.dtype.base_dtype for v in values if isinstance(getattr(v, "dtype", None), dtypes.DType)), None)
    tensors = []
    for i, value in enumerate(values):
        if type(value) is not Tensor:
            saved, graph._name_stack = graph._name_stack, name
            try:
                value = convert_to_tensor(value, wanted, f"{arg.name}_{i}", as_ref=arg.is_ref)
            finally:
                graph._name_stack = saved
        elif value.op.graph is not graph and not graph.building_function:
            raise ValueError(f"{value} must be from the same graph as {tensors[0] if tensors else graph}.")
        tensors.append(value)
    if wanted is None and tensors:
        wanted = tensors[0].dtype.base_dtype
    if any(t.dtype.base_dtype is not wanted for t in tensors):
        names = ", ".join(t.dtype.base_dtype.name for t in tensors)
        what = f"do not match expected type {wanted.name}" if arg.dtype else "that don't all match"
        raise TypeError(f"Tensors in list passed to '{arg.name}' of '{op_type.name}' Op have types [{names}] {what}.")
    if tensors and arg.type_attr:
        types.setdefault(arg.type_attr, wanted)
        decided_by.setdefault(arg.type_attr, arg.name)
    return tensors


# -- attrs ----------------------------------------------------------------------------------------------------------


def _checked_attrs(schema, given, types):
    """A value for every attr: given, settled by the inputs, or its default; each as its kind demands."""
    attrs = {}
    for attr in schema.attrs:
        name = attr.name
        value = types.get(name)
        if value is None:
            if name in given:
                value = given.pop(name)
                value = attr.default if value is None and not attr.is_required else _attr_value(schema, attr, value)
            elif not attr.is_required:
                value = attr.default
            else:
                raise TypeError(f"{schema.type}() missing required attr '{name}'")
        else:
            given.pop(name, None)
            if attr.is_list and attr.minimum and len(value) < attr.minimum:
                raise ValueError(
                    f"Attr '{name}' of '{schema.type}' Op passed list of length {len(value)} less than minimum "
                    f"{attr.minimum}."
                )
        if attr.allowed and value not in attr.allowed and not attr.is_list:
            _refuse(schema, attr, value)
        attrs[name] = value
    for name in given:
        raise TypeError(f"{schema.type}() got an unexpected keyword argument '{name}'")
    return attrs


def _refuse(schema, attr, value):
    if attr.kind == "string":
        choices = ", ".join(f'"{a}"' for a in attr.allowed)
        raise ValueError(f"Attr '{attr.name}' of '{schema.type}' Op passed string '{value}' not in: {choices}.")
    arg = next((a.name for a in schema.inputs if a.type_attr == attr.name), attr.name)
    allowed = ", ".join(a.name for a in attr.allowed)
    raise TypeError(
        f"Value passed to parameter '{arg}' has DataType {value.name} not in list of allowed values: {allowed}"
    )


def _attr_value(schema, attr, value):
    if attr.is_list:
        if not isinstance(value, (list, tuple)):
            raise TypeError(f"Expected list for argument '{attr.name}' not {value!r}.")
        value = tuple(_ATTR_KINDS[attr.kind](attr, v) for v in value)
    else:
        value = _ATTR_KINDS[attr.kind](attr, value)
    if attr.minimum is not None:
        if attr.is_list and len(value) < attr.minimum:
            raise ValueError(
                f"Attr '{attr.name}' of '{schema.type}' Op passed list of length {len(value)} less than minimum "
                f"{attr.minimum}."
            )
        if not attr.is_list and value < attr.minimum:
            raise ValueError(
                f"Attr '{attr.name}' of '{schema.type}' Op passed {value} less than minimum {attr.minimum}."
            )
    return value


def _int(attr, value):
    if isinstance(value, (str, bytes)):
        raise TypeError(f"Expected int for argument '{attr.name}' not {value!r}.")
    try:
        return int(value)
    except (TypeError, ValueError):
        raise TypeError(f"Expected int for argument '{attr.name}' not {value!r}.") from None


def _float(attr, value):
    try:
        return float(np.float32(value))  # single precision, as a NodeDef keeps it
    except (TypeError, ValueError):
        raise TypeError(f"Expected float for argument '{attr.name}' not {value!r}.") from None


def _bool(attr, value):
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"Expected bool for argument '{attr.name}' not {value!r}.")
    return bool(value)


def _string(attr, value):
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value
    if not isinstance(value, str):
        raise TypeError(f"Expected string for argument '{attr.name}' not {value!r}.")
    return value


def _type(attr, value):
    try:
        return dtypes.as_dtype(value).base_dtype
    except TypeError:
        raise TypeError(f"Expected DataType for argument '{attr.name}' not {value!r}.") from None


def _shape(attr, value):
    try:
        return shapes.as_tuple(value)
    except (TypeError, ValueError) as e:
        raise type(e)(f"Error converting {attr.name} to a TensorShape: {e}") from None


def _func(attr, value):
    """A function of graph, given itself, by what made it (a ``Defun``), or by its name in the default graph.

    A name that is no function's stays: who runs the operation will be told.
    """
    graph = graphs.get_default_graph()
    if hasattr(value, "add_to_graph"):
        value.add_to_graph(graph)
        return getattr(value, "function", value)
    name = value if isinstance(value, (str, bytes)) else getattr(value, "name", None)
    if name is None:
        raise TypeError(f"Don't know how to convert {value!r} to a func for argument {attr.name}")
    return graph._get_function(name) or name


_ATTR_KINDS = {
    "int": _int,
    "float": _float,
    "bool": _bool,
    "string": _string,
    "type": _type,
    "shape": _shape,
    "tensor": lambda attr, value: np.asarray(value),
    "func": _func,
}


# -- outputs --------------------------------------------------------------------------------------------------------


def _output_types(schema, attrs):
    types = []
    for arg in schema.outputs:
        if arg.number_attr:
            types += [arg.dtype or attrs[arg.type_attr]] * attrs[arg.number_attr]
        elif arg.is_list:
            types += attrs[arg.type_attr]
        else:
            dtype = arg.dtype or attrs[arg.type_attr]
            types.append(dtype._ref if arg.is_ref else dtype)
    return types


def _shapes(op):
    """What the op type's rule says of the outputs' shapes; its complaints get the operation's name and inputs."""
    try:
        return op.op_type.shape(op)
    except ShapeError as e:
        inputs = ", ".join(shapes.bracketed(t._shape) for t in op._inputs)
        detail = f" for '{op.name}' (op: '{op.type}') with input shapes: {inputs}"
        for what, texts in (
            ("computed input tensors", e.computed),
            ("input tensors computed as partial shapes", e.partial),
        ):
            if texts:
                separator = ", " if texts is e.computed else ","  # as TensorFlow writes them
                detail += f" and with {what}: " + separator.join(f"input[{i}] = {text}" for i, text in texts.items())
        site = op.creation_site
        raise ValueError(f"{e}{detail}." + (f" Made at {site}." if site else "")) from None


def _colocate(op, others):
    """Ties an operation to the devices of others: their groups become its own, and it asks for their device."""
    groups = {group for other in others for group in other.colocation_groups()}
    if groups:
        op._attrs = {**op._attrs, "_class": sorted(groups)}
    device = next((o.device for o in reversed(others) if o.device), None)
    if device is not None:
        op._device = device


# -- conversion -----------------------------------------------------------------------------------------------------

_conversions: list[tuple] = []  # (priority, order, type, function), sorted
_conversions_of: dict[type, list] = {}  # type of a value -> the functions that may convert it


def register_tensor_conversion_function(base_type, conversion_func, priority=100):
    """Lets values of ``base_type`` stand where tensors do.

    ``conversion_func(value, dtype=None, name=None, as_ref=False)`` returns a tensor, or NotImplemented to let the
    next one try. Functions of a smaller ``priority`` are asked first, then those registered first.
    """
    if not callable(conversion_func):
        raise TypeError("conversion_func must be callable.")
    types = base_type if isinstance(base_type, tuple) else (base_type,)
    if not all(isinstance(t, type) for t in types):
        raise TypeError("base_type must be a type or a tuple of types.")
    _conversions.append((priority, len(_conversions), types, conversion_func))
    _conversions.sort(key=lambda c: c[:2])
    _conversions_of.clear()


def convert_to_tensor(value, dtype=None, name=None, preferred_dtype=None, dtype_hint=None, as_ref=False):
    """A tensor for ``value``: itself, or a constant with TensorFlow's choice of type.

    ``dtype`` is demanded (``ValueError`` for a tensor of another, ``TypeError`` for a value that cannot have it);
    ``preferred_dtype`` is taken where it can be.
    """
    if dtype is not None:
        dtype = dtypes.as_dtype(dtype)
    if isinstance(value, Tensor):
        if dtype is not None and not dtype.is_compatible_with(value._dtype):
            raise ValueError(
                f"Tensor conversion requested dtype {dtype.name} for Tensor with dtype {value.dtype.name}: {value!r}"
            )
        return value
    if preferred_dtype is None:
        preferred_dtype = dtype_hint
    kind = type(value)
    functions = _conversions_of.get(kind)
    if functions is None:
        functions = _conversions_of[kind] = [c[3] for c in _conversions if issubclass(kind, c[2])]
    for function in functions:
        result = NotImplemented
        if dtype is None and preferred_dtype is not None:
            try:
                result = function(value, dtype=preferred_dtype, name=name, as_ref=as_ref)
            except (TypeError, ValueError):
                result = NotImplemented
        if result is NotImplemented:
            result = function(value, dtype=dtype, name=name, as_ref=as_ref)
        if result is NotImplemented:
            continue
        if not isinstance(result, Tensor):
            raise RuntimeError(
                f"{_prefix(name)}Conversion function {function!r} for type {kind} returned non-Tensor: {result!r}"
            )
        if dtype is not None and not dtype.is_compatible_with(result.dtype):
            raise RuntimeError(
                f"{_prefix(name)}Conversion function {function!r} for type {kind} returned incompatible dtype: "
                f"requested = {dtype.base_dtype.name}, actual = {result.dtype.base_dtype.name}"
            )
        return result
    raise TypeError(
        f"{_prefix(name)}Cannot convert {value!r} with type {kind} to Tensor: no conversion function registered."
    )


def _prefix(name):
    return f"{name}: " if name else ""
