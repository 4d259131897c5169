"""The data types a tensor can have."""

import ml_dtypes
import numpy as np


class DType:
    """The type of a tensor's elements; every type exists once, so ``is`` compares.

    A ``_ref`` type is that of a variable's own storage: an op that takes one may change the variable.
    """

    __slots__ = (
        "name",
        "as_datatype_enum",
        "_numpy",
        "is_floating",
        "is_integer",
        "is_complex",
        "is_bool",
        "is_quantized",
        "is_unsigned",
        "_is_ref_dtype",
        "_base",
        "_ref",
    )

    def __init__(self, name, enum, numpy_type, kind, base=None):
        self.name, self.as_datatype_enum, self._numpy = name, enum, numpy_type
        self.is_floating, self.is_complex = kind == "f", kind == "c"
        self.is_integer, self.is_unsigned = kind in "iu", kind in "u"
        self.is_bool, self.is_quantized = kind == "b", kind == "q"
        self._is_ref_dtype, self._base, self._ref = base is not None, base or self, None

    @property
    def base_dtype(self):
        """This type without ``_ref``."""
        return self._base

    @property
    def _c_name(self):
        """What TensorFlow's messages about kernels call it."""
        return {"float32": "float", "float64": "double", "float16": "half"}.get(self._base.name, self._base.name)

    @property
    def _as_ref(self):
        return self if self._is_ref_dtype else self._ref

    @property
    def real_dtype(self):
        """The type of the real part: ``float32`` for ``complex64``, itself for a real type."""
        return {complex64: float32, complex128: float64}.get(self._base, self._base)

    @property
    def is_numpy_compatible(self):
        return self._numpy is not None

    @property
    def as_numpy_dtype(self):
        """The NumPy scalar type, ``object`` for strings; ``KeyError`` where NumPy has none."""
        if self._numpy is None:
            raise KeyError(self.as_datatype_enum)
        return self._numpy

    @property
    def size(self):
        """Bytes of one element."""
        return 1 if self._numpy is None else np.dtype(self._numpy).itemsize

    @property
    def min(self):
        """The smallest finite value; ``TypeError`` for a type that has none."""
        return self._extreme("minimum")

    @property
    def max(self):
        """The largest finite value; ``TypeError`` for a type that has none."""
        return self._extreme("maximum")

    def _extreme(self, which):
        limits = {"f": ml_dtypes.finfo, "i": ml_dtypes.iinfo}.get(
            "f" if self.is_floating else "i" if self.is_integer else ""
        )
        if limits is None:
            raise TypeError(f"Cannot find {which} value of {self}.")
        return getattr(limits(self._numpy), which[:3])

    @property
    def limits(self):
        """``(least, most)`` of the range images of this type use: (0, 1) for floats."""
        if self._base in (float32, float64, float16):
            return 0, 1
        if not (self.is_integer or self.is_bool) or self._numpy is None:
            raise KeyError(self._numpy or self.as_datatype_enum)
        return (False, True) if self.is_bool else (0, self.max)

    def is_compatible_with(self, other):
        """True where a tensor of type ``other`` may stand for one of this type: equal, or a ref to it."""
        other = as_dtype(other)
        return self.as_datatype_enum in (other.as_datatype_enum, other.base_dtype.as_datatype_enum)

    def __eq__(self, other):
        if self is other:
            return True
        if other is None or isinstance(other, DType):
            return False
        try:
            return self is as_dtype(other)
        except TypeError:
            return False

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return self.as_datatype_enum

    def __int__(self):
        return self.as_datatype_enum

    def __str__(self):
        return f"<dtype: '{self.name}'>"

    def __repr__(self):
        return f"tf.{self.name}"

    def __reduce__(self):
        return as_dtype, (self.name,)


def _packed(name, layout):
    return np.dtype([(name, layout)])


# kind: f(loat) c(omplex) i(nteger) u(nsigned) q(uantized) b(ool) s(tring) r(esource) v(ariant)
# fmt: off
#    name          enum  NumPy                         kind
_ROWS = (
    ("float32",    1,    np.float32,                   "f"),
    ("float64",    2,    np.float64,                   "f"),
    ("int32",      3,    np.int32,                     "i"),
    ("uint8",      4,    np.uint8,                     "u"),
    ("int16",      5,    np.int16,                     "i"),
    ("int8",       6,    np.int8,                      "i"),
    ("string",     7,    object,                       "s"),
    ("complex64",  8,    np.complex64,                 "c"),
    ("int64",      9,    np.int64,                     "i"),
    ("bool",       10,   np.bool_,                     "b"),
    ("qint8",      11,   _packed("qint8", np.int8),    "q"),
    ("quint8",     12,   _packed("quint8", np.uint8),  "q"),
    ("qint32",     13,   _packed("qint32", np.int32),  "q"),
    ("bfloat16",   14,   ml_dtypes.bfloat16,           "f"),
    ("qint16",     15,   _packed("qint16", np.int16),  "q"),
    ("quint16",    16,   _packed("quint16", np.uint16), "q"),
    ("uint16",     17,   np.uint16,                    "u"),
    ("complex128", 18,   np.complex128,                "c"),
    ("float16",    19,   np.float16,                   "f"),
    ("resource",   20,   None,                         "r"),
    ("variant",    21,   None,                         "v"),
    ("uint32",     22,   np.uint32,                    "u"),
    ("uint64",     23,   np.uint64,                    "u"),
)
# fmt: on

_REF = 100  # TensorFlow numbers a ref type 100 above its base
_BY_KEY: dict = {}
_BY_NUMPY: dict = {}


def _declare():
    for name, enum, numpy_type, kind in _ROWS:
        base = DType(name, enum, numpy_type, kind)
        base._ref = DType(f"{name}_ref", enum + _REF, numpy_type, kind, base)
        for dtype in (base, base._ref):
            _BY_KEY[dtype.name] = _BY_KEY[dtype.as_datatype_enum] = dtype
            globals()[dtype.name] = dtype
        if numpy_type is not None:
            _BY_NUMPY[np.dtype(numpy_type)] = base


_declare()
float32, float64, float16, bfloat16 = (_BY_KEY[n] for n in ("float32", "float64", "float16", "bfloat16"))
int8, int16, int32, int64 = (_BY_KEY[n] for n in ("int8", "int16", "int32", "int64"))
uint8, uint16, uint32, uint64 = (_BY_KEY[n] for n in ("uint8", "uint16", "uint32", "uint64"))
complex64, complex128, bool_, string = (_BY_KEY[n] for n in ("complex64", "complex128", "bool", "string"))
qint8, quint8, qint16, quint16, qint32 = (_BY_KEY[n] for n in ("qint8", "quint8", "qint16", "quint16", "qint32"))
resource, variant = _BY_KEY["resource"], _BY_KEY["variant"]
half, double = float16, float64
_BY_KEY.update(
    {
        "half": float16,
        "float": float32,
        "double": float64,
        "half_ref": float16._as_ref,
        "float_ref": float32._as_ref,
        "double_ref": float64._as_ref,
    }
)
_BY_PYTHON = {float: float32, bool: bool_, object: string}

# What a signature may say instead of a list of types (see core/schema.py); order as TensorFlow lists them.
GROUPS = {
    "any": tuple(_BY_KEY[row[0]] for row in _ROWS),
    "number": tuple(
        _BY_KEY[n]
        for n in (
            "float32",
            "float64",
            "int32",
            "uint8",
            "int16",
            "int8",
            "complex64",
            "int64",
            "qint8",
            "quint8",
            "qint32",
            "bfloat16",
            "uint16",
            "complex128",
            "float16",
            "uint32",
            "uint64",
        )
    ),
    "realnumber": tuple(
        _BY_KEY[n]
        for n in (
            "float32",
            "float64",
            "int32",
            "uint8",
            "int16",
            "int8",
            "int64",
            "bfloat16",
            "uint16",
            "float16",
            "uint32",
            "uint64",
        )
    ),
    "float": tuple(_BY_KEY[n] for n in ("bfloat16", "float16", "float32", "float64")),
    "floatcomplex": tuple(_BY_KEY[n] for n in ("bfloat16", "float16", "float32", "float64", "complex64", "complex128")),
    "index": (int32, int64),
}


def as_dtype(type_value):
    """The ``DType`` for a ``DType``, its name, its enum number, a NumPy type or Python's float, bool or object."""
    if isinstance(type_value, DType):
        return type_value
    try:
        found = _BY_KEY.get(type_value) or _BY_PYTHON.get(type_value)
    except TypeError:  # unhashable
        found = None
    is_type = isinstance(type_value, type) and type_value not in (int, str, bytes, complex)
    if found is None and (is_type or isinstance(type_value, np.dtype)):
        try:
            described = np.dtype(type_value)
        except TypeError:
            described = None
        if described is not None:
            found = _BY_NUMPY.get(described) or (
                string if described.kind in "SUO" and described.names is None else None
            )
    if found is None and isinstance(getattr(type_value, "dtype", None), np.dtype):
        found = _BY_NUMPY.get(type_value.dtype)
    if found is None:
        raise TypeError(f"Cannot convert value {type_value!r} to a TensorFlow DType.")
    return found
