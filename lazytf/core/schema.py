"""Op signatures, written the way TensorFlow registers them and read into records.

    MatMul(a: T, b: T, transpose_a: bool = False, T: {float32, float64}) -> (product: T)

Before the arrow stand inputs, then attrs; which is which follows from the type. An input's type is a dtype
(``int32``), a type attr (``T``), so many of one type (``N*T``) or a list of types (``list(Tin)``), after the word
``ref`` where the op gets the variable itself, ``host`` where its kernel gets Python numbers, ``shape of`` where it
gets no more than the tensor's shape, a tuple of ints, or ``flow`` where it gets nothing: such a tensor says what comes
after what, and the kernel of its maker returns no value for it. An attr's type is
``bool int float string type shape tensor func``, a list of one of these, or a set of dtypes such as ``{number}``.
``x: bool`` and ``x: string`` are inputs; an attr of these kinds has a default, or says so: ``message: attr string``.
"""

import ast
import re
from dataclasses import dataclass

import numpy as np

from lazytf.core import dtypes
from lazytf.core.shapes import as_tuple

_SIGNATURE = re.compile(r"(\w+)\((.*)\)\s*->\s*\((.*)\)$", re.S)
_KINDS = frozenset(("bool", "int", "float", "string", "type", "shape", "tensor", "func"))
_AMBIGUOUS = frozenset(("bool", "string"))  # dtypes too
_REQUIRED = object()


@dataclass(frozen=True, slots=True)
class Arg:
    """One input or output: its name, the dtype or attr that types it, how many, and where it lives."""

    name: str
    dtype: object = None  # a DType where the signature fixes it
    type_attr: str = ""  # else the attr that holds the type, or for a list of types, the types
    number_attr: str = ""  # the attr that counts the tensors of "N*T"
    is_list: bool = False  # several tensors stand for this argument
    is_ref: bool = False  # the kernel gets the variable's cell
    is_host: bool = False  # the kernel gets Python numbers
    is_shape: bool = False  # the kernel gets the shape only
    is_flow: bool = False  # no value: it only puts operations in order


@dataclass(frozen=True, slots=True)
class Attr:
    """One attribute: its kind, its default, and what it may be."""

    name: str
    kind: str
    is_list: bool = False
    default: object = _REQUIRED
    allowed: tuple = ()  # DTypes for a type, strings for a string
    minimum: int | None = None

    @property
    def is_required(self):
        return self.default is _REQUIRED


@dataclass(frozen=True, slots=True)
class Schema:
    type: str
    inputs: tuple
    attrs: tuple
    outputs: tuple


def parse(text):
    """The ``Schema`` of a signature; ``ValueError`` naming the part that cannot be read."""
    match = _SIGNATURE.match(text.strip())
    if not match:
        raise ValueError(f"An op signature reads 'Type(input: T, attr: bool = False) -> (out: T)'; got {text!r}")
    inputs, attrs = [], []
    for name, spec in _parts(match[2]):
        attr = _attr(name, spec)
        if attr is None:
            inputs.append(_arg(name, spec))
        else:
            attrs.append(attr)
    return Schema(match[1], tuple(inputs), tuple(attrs), tuple(_arg(*part) for part in _parts(match[3])))


def _parts(text):
    """``name: spec`` pairs, split at the commas outside brackets."""
    depth, start = 0, 0
    for i, c in enumerate(text + ","):
        depth += (c in "({[") - (c in ")}]")
        if c == "," and not depth:
            part = text[start:i].strip()
            start = i + 1
            if part:
                name, colon, spec = part.partition(":")
                if not colon:
                    raise ValueError(f"An argument reads 'name: type'; got {part!r}")
                yield name.strip(), " ".join(spec.split())


def _attr(name, spec):
    """The attr that ``spec`` describes, or None where it describes an input."""
    spec, equals, default = (s.strip() for s in spec.partition("="))
    minimum = None
    if spec.endswith(">"):  # "int >= 2" was cut at its own "="
        number, equals, default = (s.strip() for s in default.partition("="))
        spec, minimum = spec[:-1].strip(), int(number)
    is_attr = spec.startswith("attr ")
    spec = spec[5:] if is_attr else spec
    inner = spec[5:-1].strip() if spec.startswith("list(") else spec
    allowed = ()
    if inner.startswith("{"):
        kind, allowed = _choices(inner[1:-1])
    elif inner in _KINDS:
        kind = inner
    else:
        return None
    is_list = inner is not spec
    if kind in _AMBIGUOUS and not (equals or is_list or allowed or is_attr):
        return None
    value = _default(kind, is_list, default) if equals else _REQUIRED
    return Attr(name, kind, is_list, value, allowed, minimum)


def _choices(text):
    words = [w.strip() for w in text.split(",")]
    if words[0][:1] in "'\"":
        return "string", tuple(ast.literal_eval(w) for w in words)
    return "type", tuple(d for w in words for d in (dtypes.GROUPS.get(w) or (dtypes.as_dtype(w),)))


def _default(kind, is_list, text):
    if kind == "type":
        names = re.findall(r"\w+", text)
        return tuple(dtypes.as_dtype(n) for n in names) if is_list else dtypes.as_dtype(text)
    if kind == "tensor":  # "uint8([255, 0])"
        dtype, _, elements = text[:-1].partition("(")
        return np.array(ast.literal_eval(elements), dtypes.as_dtype(dtype).as_numpy_dtype)
    value = ast.literal_eval(text)
    if is_list:
        return tuple(value)
    return as_tuple(value) if kind == "shape" else value


def _arg(name, spec):
    *words, spec = spec.split(" ")
    where = "ref" in words, "host" in words, "shape" in words, "flow" in words
    if spec.startswith("list("):
        return Arg(name, None, spec[5:-1], "", True, *where)
    number, star, spec = spec.rpartition("*")
    try:
        dtype, type_attr = dtypes.as_dtype(spec), ""
    except TypeError:
        dtype, type_attr = None, spec
    return Arg(name, dtype, type_attr, number, bool(star), *where)
