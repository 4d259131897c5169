"""What is known of a tensor's shape before it exists.

Inside the engine a static shape is plain: ``None`` when not even the rank is known, else a tuple with an int or
None for each dimension. The functions at the end work on these tuples; they run for every operation that is
built. ``Dimension`` and ``TensorShape`` are what programs see of them.
"""

import math
import operator

from lazytf.core.dtypes import DType


def _extent(value):
    """One dimension as an int, or None for an unknown one."""
    if value is None or (type(value) is int and value >= 0):
        return value
    if isinstance(value, Dimension):
        return value._value
    if isinstance(value, DType):
        raise TypeError(f"Cannot convert {value} to Dimension")
    extent = int(value)
    if extent != value and not isinstance(value, (str, bytes)):
        raise ValueError(f"Ambiguous dimension: {value}")
    if extent < 0:
        raise ValueError(f"Dimension {extent} must be >= 0")
    return extent


def _combining(combine):
    """A method for ``dimension <op> other``: an unknown operand makes an unknown result."""

    def method(self, other):
        try:
            other = _extent(other)
        except (TypeError, ValueError):
            return NotImplemented
        return Dimension(None if self._value is None or other is None else combine(self._value, other))

    return method


def _reflected(combine):
    """A method for ``other <op> dimension``; raises where ``other`` is no dimension, as TensorFlow does."""

    def method(self, other):
        return _combining(combine)(Dimension(other), self)

    return method


def _ordering(compare):
    """A method that compares two known dimensions and returns None where one is unknown."""

    def method(self, other):
        other = _extent(other)
        return None if self._value is None or other is None else compare(self._value, other)

    return method


def _equality(compare):
    """As ``_ordering``, but what is no dimension is merely different from one."""

    def method(self, other):
        try:
            return _ordering(compare)(self, other)
        except (TypeError, ValueError):
            return NotImplemented

    return method


class Dimension:
    """The size of one dimension: ``value`` is a non-negative int, or None where it is unknown.

    ``+ - * // %`` combine a dimension with another, an int or None, and give an unknown dimension where either is
    unknown; ``/`` is refused. Comparisons with an unknown dimension return None, neither true nor false. A negative
    size, also as a result, and a number that is not whole raise ``ValueError``.
    """

    __slots__ = ("_value",)

    def __init__(self, value):
        self._value = _extent(value)

    @property
    def value(self):
        """The size, or None if it is unknown."""
        return self._value

    def __repr__(self):
        return f"Dimension({self._value!r})"

    def __str__(self):
        return "?" if self._value is None else str(self._value)

    def __int__(self):
        return self._value

    __index__ = __int__  # so a dimension may stand in range(), in indices and in NumPy shapes

    def __reduce__(self):
        return Dimension, (self._value,)

    __eq__, __ne__ = _equality(operator.eq), _equality(operator.ne)
    __lt__, __le__ = _ordering(operator.lt), _ordering(operator.le)
    __gt__, __ge__ = _ordering(operator.gt), _ordering(operator.ge)

    __add__, __sub__ = _combining(operator.add), _combining(operator.sub)
    __mul__, __floordiv__ = _combining(operator.mul), _combining(operator.floordiv)
    __mod__ = _combining(operator.mod)
    __rsub__, __rmod__ = _reflected(operator.sub), _reflected(operator.mod)
    __rfloordiv__ = _reflected(operator.floordiv)

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        raise TypeError(
            f"unsupported operand type(s) for /: 'Dimension' and '{type(other).__name__}', please use // instead"
        )

    def __rtruediv__(self, other):
        raise TypeError(
            f"unsupported operand type(s) for /: '{type(other).__name__}' and 'Dimension', please use // instead"
        )

    def is_compatible_with(self, other):
        """True where both are equal or one is unknown; ``NotImplemented`` where ``other`` is no dimension."""
        try:
            other = _extent(other)
        except (TypeError, ValueError):
            return NotImplemented
        return self._value is None or other is None or self._value == other

    def assert_is_compatible_with(self, other):
        """Raises ``ValueError`` where both are known and differ."""
        if self.is_compatible_with(other) is False:
            raise ValueError(f"Dimensions {self} and {other} are not compatible")

    def merge_with(self, other):
        """The dimension that knows what either knows; ``ValueError`` where both are known and differ."""
        try:
            other = Dimension(other)
        except (TypeError, ValueError):
            return NotImplemented
        self.assert_is_compatible_with(other)
        return Dimension(other if self._value is None else self)


class TensorShape:
    """The shape of a tensor as far as it is known.

    ``dims`` is None for an unknown rank, one dimension, or anything that yields dimensions: ints, None for an
    unknown size, ``Dimension`` objects, NumPy integers, another shape, a ``TensorShapeProto``. A negative size
    (-1 too) or a number that is not whole raises ``ValueError``, a string ``TypeError``.

        >>> TensorShape([2, None])
        TensorShape([Dimension(2), Dimension(None)])
        >>> print(TensorShape([2, None]), TensorShape([2]), TensorShape(None))
        (2, ?) (2,) <unknown>

    Two shapes are equal if they are known in full and the same, or both unknown: unknown sizes equal nothing but
    themselves, so a partly known shape equals itself and its own copies and slices only. ``!=`` with a shape of
    unknown rank raises ``ValueError``. A shape is true if its rank is known, also that of a scalar.
    """

    __slots__ = ("_dims", "_dimensions")

    def __init__(self, dims):
        self._dims = as_tuple(dims)
        self._dimensions = dims.dims if isinstance(dims, TensorShape) else None

    @classmethod
    def of(cls, shape):
        """The ``TensorShape`` of a static shape (None or a tuple), which is taken as it is."""
        made = cls.__new__(cls)
        made._dims, made._dimensions = shape, None
        return made

    @classmethod
    def _holding(cls, dimensions):
        """The shape of these very ``Dimension`` objects: in equality an unknown one is known by its identity."""
        made = cls.of(tuple(dimension._value for dimension in dimensions))
        made._dimensions = dimensions
        return made

    @property
    def dims(self):
        """A list of ``Dimension``, or None if the rank is unknown."""
        if self._dimensions is None and self._dims is not None:
            self._dimensions = [Dimension(extent) for extent in self._dims]
        return self._dimensions

    @property
    def rank(self):
        """The number of dimensions, or None if it is unknown."""
        return None if self._dims is None else len(self._dims)

    ndims = rank

    def __repr__(self):
        return f"TensorShape({self.dims!r})"

    def __str__(self):
        return text(self._dims)

    def __len__(self):
        if self._dims is None:
            raise ValueError("Cannot take the length of shape with unknown rank.")
        return len(self._dims)

    def __bool__(self):
        return self._dims is not None

    def __iter__(self):
        if self._dims is None:
            raise ValueError("Cannot iterate over a shape with unknown rank.")
        return iter(self.dims)

    def __getitem__(self, key):
        """The ``Dimension`` at an index, the ``TensorShape`` of a slice.

        Of an unknown rank every dimension is unknown; a slice of it has a known rank only if its ends say so.
        """
        if self._dims is not None:
            return TensorShape._holding(self.dims[key]) if isinstance(key, slice) else self.dims[key]
        if not isinstance(key, slice):
            return Dimension(None)
        if key.step is not None:
            raise ValueError("Steps are not yet handled")
        start, stop = key.start or 0, key.stop
        if stop is None or start < 0 or stop < 0:
            return TensorShape.of(None)
        return unknown_shape(stop - start)

    def __eq__(self, other):
        try:
            other = as_shape(other)
        except TypeError:
            return NotImplemented
        return self._equals(other)

    def __ne__(self, other):
        try:
            other = as_shape(other)
        except TypeError:
            return NotImplemented
        if self._dims is None or other._dims is None:
            raise ValueError("The inequality of unknown TensorShapes is undefined.")
        return not self._equals(other)

    def _equals(self, other):
        if self._dims != other._dims:
            return False
        return self.is_fully_defined() or self.dims == other.dims  # a list compares identity before equality

    def __reduce__(self):
        return TensorShape, (self._dims,)

    def __add__(self, other):
        return self.concatenate(other)

    def __radd__(self, other):
        return as_shape(other).concatenate(self)

    def concatenate(self, other):
        """The dimensions of this shape, then those of ``other``; of unknown rank where either is."""
        other = as_shape(other)
        if self._dims is None or other._dims is None:
            return TensorShape.of(None)
        return TensorShape._holding(self.dims + other.dims)

    def num_elements(self):
        """The number of elements of a tensor of this shape, or None if not every dimension is known."""
        return num_elements(self._dims)

    def is_fully_defined(self):
        """True if the rank and every dimension are known."""
        return self._dims is not None and None not in self._dims

    def as_list(self):
        """The sizes as a list of int or None; ``ValueError`` for an unknown rank."""
        if self._dims is None:
            raise ValueError("as_list() is not defined on an unknown TensorShape.")
        return list(self._dims)

    def is_compatible_with(self, other):
        """True if some tensor could have both shapes."""
        return compatible(self._dims, as_tuple(other))

    def merge_with(self, other):
        """The shape that knows what either knows; ``ValueError`` where they contradict each other."""
        return TensorShape.of(merge(self._dims, as_tuple(other)))

    def most_specific_compatible_shape(self, other):
        """The shape that keeps only what both agree on: unknown where they differ, in rank or in a dimension."""
        ours, theirs = self._dims, as_tuple(other)
        if ours is None or theirs is None or len(ours) != len(theirs):
            return TensorShape.of(None)
        return TensorShape.of(tuple(a if a == b else None for a, b in zip(ours, theirs, strict=True)))

    def with_rank(self, rank):
        """This shape, given ``rank`` if it had none; ``ValueError`` if its rank is another."""
        try:
            return self.merge_with(unknown_shape(rank))
        except ValueError:
            raise ValueError(f"Shape {self} must have rank {rank}") from None

    def with_rank_at_least(self, rank):
        """This shape; ``ValueError`` if it is known to have fewer dimensions than ``rank``."""
        if self._dims is not None and len(self._dims) < rank:
            raise ValueError(f"Shape {self} must have rank at least {rank}")
        return self

    def with_rank_at_most(self, rank):
        """This shape; ``ValueError`` if it is known to have more dimensions than ``rank``."""
        if self._dims is not None and len(self._dims) > rank:
            raise ValueError(f"Shape {self} must have rank at most {rank}")
        return self

    def assert_has_rank(self, rank):
        """Raises ``ValueError`` if the rank is known and another one."""
        if self._dims is not None and len(self._dims) != rank:
            raise ValueError(f"Shape {self} must have rank {rank}")

    def assert_same_rank(self, other):
        """Raises ``ValueError`` if both ranks are known and differ."""
        other = as_shape(other)
        if self._dims is not None and other._dims is not None and len(self._dims) != len(other._dims):
            raise ValueError(f"Shapes {self} and {other} must have the same rank")

    def assert_is_compatible_with(self, other):
        """Raises ``ValueError`` if no tensor could have both shapes."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {other} are incompatible")

    def assert_is_fully_defined(self):
        """Raises ``ValueError`` unless the rank and every dimension are known."""
        if not self.is_fully_defined():
            raise ValueError(f"Shape {self} is not fully defined")


def as_dimension(value):
    """``value`` as a ``Dimension``; raises as its constructor does."""
    return value if isinstance(value, Dimension) else Dimension(value)


def as_shape(value):
    """``value`` as a ``TensorShape``; raises as its constructor does."""
    return value if isinstance(value, TensorShape) else TensorShape(value)


def unknown_shape(rank=None, **kwargs):
    """A shape of which at most the rank is known; ``ndims=`` is the old name of ``rank``."""
    rank = kwargs.pop("ndims", rank)
    if kwargs:
        raise TypeError(f"Unknown argument: {kwargs}")
    return TensorShape.of(None if rank is None else (None,) * rank)


def scalar():
    """The shape of a scalar."""
    return TensorShape.of(())


def vector(length):
    """The shape of a vector."""
    return TensorShape([length])


def matrix(rows, cols):
    """The shape of a matrix."""
    return TensorShape([rows, cols])


def dimension_value(dimension):
    """The int or None that a ``Dimension`` holds; anything else as it is."""
    return dimension._value if isinstance(dimension, Dimension) else dimension


def dimension_at_index(shape, index):
    """The ``Dimension`` of a ``TensorShape`` at ``index``, an unknown one if its rank is unknown."""
    if not isinstance(shape, TensorShape):
        raise AssertionError(f"shape must be a TensorShape; got {shape!r} ({type(shape).__name__})")
    return shape[index]


# Static shapes: None, or a tuple of int and None.


def as_tuple(value):
    """The static shape that ``value`` stands for: all that ``TensorShape`` takes."""
    if value is None:
        return None
    if isinstance(value, TensorShape):
        return value._dims
    if isinstance(value, (tuple, list)):
        return tuple(map(_extent, value))
    if isinstance(value, (str, bytes)):
        raise TypeError(f"A string has ambiguous TensorShape, please wrap in a list or convert to an int: {value}")
    if hasattr(value, "unknown_rank") and hasattr(value, "dim"):  # a TensorShapeProto writes unknown sizes as -1
        return None if value.unknown_rank else tuple(_extent(None if d.size == -1 else d.size) for d in value.dim)
    try:
        extents = iter(value)
    except TypeError:
        return (_extent(value),)
    return tuple(map(_extent, extents))


def text(shape):
    """A shape as Python prints it: ``(2, ?)``, ``(2,)``, ``()``, ``<unknown>``."""
    if shape is None:
        return "<unknown>"
    inside = ", ".join("?" if extent is None else str(extent) for extent in shape)
    return f"({inside},)" if len(shape) == 1 else f"({inside})"


def bracketed(shape):
    """A shape as errors of graph construction print it: ``[2,?]``, ``[]``, and ``?`` for an unknown rank."""
    if shape is None:
        return "?"
    return f"[{','.join('?' if extent is None else str(extent) for extent in shape)}]"


def num_elements(shape):
    """The product of the dimensions; None where one is unknown, even beside a zero."""
    return None if shape is None or None in shape else math.prod(shape)


def common(shapes):
    """The shape that all of ``shapes`` have, open where sizes differ; None where ranks differ or are unknown."""
    if None in shapes or len(set(map(len, shapes))) > 1:
        return None
    return tuple(sizes[0] if len(set(sizes)) == 1 else None for sizes in zip(*shapes, strict=True))


def compatible(a, b):
    """True if some tensor could have both shapes."""
    if a is None or b is None or a == b:
        return True
    return len(a) == len(b) and all(x is None or y is None or x == y for x, y in zip(a, b, strict=True))


def merge(a, b):
    """The shape that knows what either knows; ``ValueError`` where they contradict each other."""
    if not compatible(a, b):
        raise ValueError(f"Shapes {text(a)} and {text(b)} are not compatible")
    return _united(a, b)


def merge_inferred(a, b):
    """``merge`` that fails in the words of graph construction, which name the first dimension that differs."""
    if compatible(a, b):
        return _united(a, b)
    if len(a) != len(b):
        raise ValueError(f"Shapes must be equal rank, but are {len(a)} and {len(b)}")
    i = next(i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x is not None and y is not None and x != y)
    raise ValueError(
        f"Dimension {i} in both shapes must be equal, but are {a[i]} and {b[i]}. "
        f"Shapes are {bracketed(a)} and {bracketed(b)}."
    )


def _united(a, b):
    """What either of two compatible shapes knows."""
    if a is None or b is None:
        return b if a is None else a
    return a if None not in a else tuple(y if x is None else x for x, y in zip(a, b, strict=True))


def broadcast(a, b):
    """The shape of ``x + y`` for x of shape ``a`` and y of shape ``b``, as NumPy broadcasts.

    An unknown rank makes an unknown rank. An unknown dimension takes the other one if that is above 1: beside 1
    it stays unknown, and beside 0 too, for it may yet prove to be anything. Raises ``ValueError`` for the first
    pair that can never fit.
    """
    if a == b:
        return a
    if a is None or b is None:
        return None
    if len(a) != len(b):
        a, b = (1,) * (len(b) - len(a)) + a, (1,) * (len(a) - len(b)) + b
    return tuple(map(_broadcast_extent, a, b))


def _broadcast_extent(x, y):
    if x == y or y == 1:
        return x
    if x == 1:
        return y
    if x is None or y is None:
        return x or y or None  # 0 beside unknown: unknown
    raise ValueError(f"Dimensions must be equal, but are {x} and {y}")
