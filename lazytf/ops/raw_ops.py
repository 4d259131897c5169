"""``tf.raw_ops``: any op by its type, its arguments by keyword under the names they have in TensorFlow's Python."""

import functools
from collections import namedtuple

from lazytf.core.build import apply
from lazytf.core.registry import lookup, registered

_REDUCTIONS = ("All", "Any", "EuclideanNorm", "Max", "Mean", "Min", "Prod", "Sum")

# Op type -> {the argument in Python: its name in the registration}, where they differ.
_RENAMED = {
    **dict.fromkeys(_REDUCTIONS, {"axis": "reduction_indices"}),
    "ExpandDims": {"axis": "dim"},
    "Select": {"x": "t", "y": "e"},
    "Split": {"axis": "split_dim"},
    "SplitV": {"axis": "split_dim"},
    "Squeeze": {"axis": "squeeze_dims"},
    "Where": {"condition": "input"},
}


@functools.cache
def __getattr__(name):
    if name not in __dir__():
        raise AttributeError(f"lazytf has no tf.raw_ops.{name}: no op of that type is declared yet.")
    return _by_keyword(lookup(name))


def __dir__():
    return sorted(op_type.name for op_type in registered() if op_type.role != "gradient")


def _by_keyword(op_type):
    """The function that ``tf.raw_ops`` has for an op type."""
    schema, renamed = op_type.schema, _RENAMED.get(op_type.name, {})
    python_names = {name: python for python, name in renamed.items()}
    inferred = {name for arg in schema.inputs for name in (arg.type_attr, arg.number_attr)}
    keys = [a.name for a in schema.inputs] + [a.name for a in schema.attrs if a.name not in inferred]
    keys = [python_names.get(key, key) for key in keys] + ["name"]
    several = namedtuple(op_type.name, [out.name for out in schema.outputs]) if len(schema.outputs) > 1 else None

    def function(*args, **arguments):
        if args:
            raise TypeError(
                f"{op_type.name} only takes keyword args (possible keys: {keys}). "
                "Please pass these args as kwargs instead."
            )
        for key in arguments:
            if key not in keys:
                raise TypeError(f"{op_type.name}() got an unexpected keyword argument {key!r}")
        result = apply(op_type, **{renamed.get(key, key): value for key, value in arguments.items()})
        return result if several is None else several(*_by_output(schema, result))

    function.__name__ = function.__qualname__ = op_type.name
    function.__doc__ = f"Adds one {op_type.name} operation; takes {', '.join(keys)}, by keyword."
    return function


def _by_output(schema, tensors):
    """The outputs of an operation as its signature lists them: those of one name that are many as a list."""
    attrs, tensors = tensors[0].op._attrs, iter(tensors)
    for out in schema.outputs:
        if out.is_list:
            count = attrs[out.number_attr] if out.number_attr else len(attrs[out.type_attr])
            yield [next(tensors) for _ in range(count)]
        else:
            yield next(tensors)
