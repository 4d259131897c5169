"""Python's operators on tensors: ``a + b``, ``-a``, ``a < b``, ``a @ b``.

The other operand becomes a tensor, of the tensor's own type where it can be. Tensors are equal (``==``) only to
themselves, so that they can stand in sets and dictionaries; ``tf.equal`` compares their elements.
"""

from lazytf.core import dtypes
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.operation import Tensor
from lazytf.core.values import SparseTensor
from lazytf.ops.binary import div, pow, truediv
from lazytf.ops.linalg import matmul
from lazytf.ops.unary import abs


def _add(x, y, name):
    return raw.Add(x, y, name=name) if x.dtype is dtypes.string else raw.AddV2(x, y, name=name)


def _mul(x, y, name):
    if type(y) is SparseTensor:
        return SparseTensor(
            y.indices, raw.SparseDenseCwiseMul(y.indices, y.values, y.dense_shape, x, name=name), y.dense_shape
        )
    return raw.Mul(x, y, name=name)


def _logical_xor(x, y, name):
    return raw.LogicalAnd(raw.LogicalOr(x, y), raw.LogicalNot(raw.LogicalAnd(x, y)), name=name)


def _named(type_name):
    """The op type as a function of two tensors and a name."""
    return lambda x, y, name: getattr(raw, type_name)(x, y, name=name)


_BINARY = {
    "add": _add,
    "sub": _named("Sub"),
    "mul": _mul,
    "div": div,
    "truediv": truediv,
    "floordiv": _named("FloorDiv"),
    "mod": _named("FloorMod"),
    "pow": pow,
    "matmul": lambda x, y, name: matmul(x, y, name=name),
    "and": _named("LogicalAnd"),
    "or": _named("LogicalOr"),
    "xor": _logical_xor,
}


def _install(word, function):
    """Gives ``Tensor`` the methods ``__word__`` and ``__rword__``."""
    reflected_name = f"__r{word}__"

    def forward(x, y):
        with name_scope(None, word, [x, y]) as name:
            if not isinstance(y, (Tensor, SparseTensor)):
                try:
                    y = convert_to_tensor(y, preferred_dtype=x.dtype.base_dtype, name="y")
                except TypeError:
                    if hasattr(type(y), reflected_name):  # the other operand may know how
                        return NotImplemented
                    raise
            return function(x, y, name)

    def reflected(y, x):
        with name_scope(None, word, [x, y]) as name:
            return function(convert_to_tensor(x, dtype=y.dtype.base_dtype, name="x"), y, name)

    forward.__name__, reflected.__name__ = f"__{word}__", reflected_name
    setattr(Tensor, forward.__name__, forward)
    setattr(Tensor, reflected_name, reflected)


for _word, _function in _BINARY.items():
    _install(_word, _function)

Tensor.__lt__ = lambda x, y: raw.Less(x, y)
Tensor.__le__ = lambda x, y: raw.LessEqual(x, y)
Tensor.__gt__ = lambda x, y: raw.Greater(x, y)
Tensor.__ge__ = lambda x, y: raw.GreaterEqual(x, y)
Tensor.__neg__ = lambda x: raw.Neg(x)
Tensor.__invert__ = lambda x: raw.LogicalNot(x)
Tensor.__abs__ = lambda x: abs(x)
