"""Attrs of operations to and from ``AttrValue`` messages."""

import numpy as np

from lazytf.core import dtypes, shapes
from lazytf.formats.arrays import array_from_proto, proto_from_array, shape_proto
from lazytf.formats.messages import AttrValue, NameAttrList

# kind of an attr -> its field in AttrValue; the value as the message has it; the value as an operation has it
# fmt: off
_KINDS = {
    "bool":   ("b",      bool,                                                  bool),
    "int":    ("i",      int,                                                   int),
    "float":  ("f",      float,                                                 float),
    "string": ("s",      lambda s: s.encode() if isinstance(s, str) else s,     lambda s: _text(s)),
    "type":   ("type",   lambda d: d.as_datatype_enum,                          dtypes.as_dtype),
    "shape":  ("shape",  shape_proto,                                           lambda s: shape_tuple(s)),
    "tensor": ("tensor", proto_from_array,                                      array_from_proto),
    "func":   ("func",   lambda f: NameAttrList(name=getattr(f, "name", f)),    lambda f: f.name),
}
# fmt: on
_FIELD_KINDS = {row[0]: kind for kind, row in _KINDS.items()}


def _text(data):
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def shape_tuple(proto):
    """A ``TensorShapeProto`` as a tuple of ``int | None``; None for an unknown rank."""
    return None if proto.unknown_rank else tuple(None if dim.size < 0 else dim.size for dim in proto.dim)


def attr_proto(kind, value, is_list=False):
    """The ``AttrValue`` of an attr of that kind; ``value`` as an operation holds it."""
    field, present, _ = _KINDS[kind]
    proto = AttrValue()
    if is_list:
        proto.list.SetInParent()
        getattr(proto.list, field).extend(present(v) for v in value)
    elif kind in ("shape", "tensor", "func"):
        getattr(proto, field).CopyFrom(present(value))
    else:
        setattr(proto, field, present(value))
    return proto


def constant_proto(array, dtype):
    """The ``AttrValue`` of a constant, whose dtype its array alone may not tell (a quantized one)."""
    return AttrValue(tensor=proto_from_array(np.asarray(array), dtype))


def attr_value(attr, proto):
    """The value that the declared ``attr`` has in a message; ``ValueError`` where the message holds another kind."""
    field = _KINDS[attr.kind][0]
    given = proto.WhichOneof("value")
    read = _KINDS[attr.kind][2]
    if attr.is_list and given in ("list", None):
        return tuple(read(v) for v in getattr(proto.list, field))
    if attr.is_list or given != field:
        wanted = f"list({attr.kind})" if attr.is_list else attr.kind
        raise ValueError(
            f"AttrValue had value with type '{_FIELD_KINDS.get(given, given)}' when '{wanted}' expected\n"
            f"\t for attr '{attr.name}'"
        )
    return read(getattr(proto, field))


def undeclared_value(proto):
    """The value of an attr that no signature declares (``_class``, say): a tuple where it is a list."""
    given = proto.WhichOneof("value")
    if given != "list":
        return None if given is None else _KINDS[_FIELD_KINDS[given]][2](getattr(proto, given))
    field = next((f for f in _FIELD_KINDS if len(getattr(proto.list, f))), None)
    return () if field is None else tuple(_KINDS[_FIELD_KINDS[field]][2](v) for v in getattr(proto.list, field))


def undeclared_proto(value):
    """The ``AttrValue`` of an attr that no signature declares; ``TypeError`` for a value that messages cannot hold."""
    is_list = isinstance(value, (list, tuple))
    example = value[0] if is_list and value else value
    kinds = (
        (bool, "bool"),
        (int, "int"),
        (float, "float"),
        ((str, bytes), "string"),
        (dtypes.DType, "type"),
        (shapes.TensorShape, "shape"),
        (np.ndarray, "tensor"),
    )
    kind = (
        "string" if is_list and not value else next((kind for types, kind in kinds if isinstance(example, types)), None)
    )
    if kind is None:
        raise TypeError(f"An AttrValue cannot hold {value!r} of type {type(value).__name__}.")
    if kind == "shape":
        value = [shapes.as_tuple(v) for v in value] if is_list else shapes.as_tuple(value)
    return attr_proto(kind, value, is_list)
