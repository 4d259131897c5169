"""Nested structures: lists, tuples and mappings of values, taken apart and put together again.

A structure is a leaf, or a container of structures. Containers are sequences (not strings), named tuples, mappings,
dictionary views, and classes made by ``attrs``; all else is a leaf, NumPy arrays and sets too. Mappings are walked
in the order of their sorted keys, and keep their own order when they are rebuilt.

A value made of several tensors (``SparseTensor``, ``IndexedSlices``) is a leaf unless ``expand_composites`` asks for
its tensors. Such a class says so by its methods: ``_to_components()``, the list of its tensors,
``_from_components(components)``, a value like this one made of others, and ``_specification()``, what must be equal
for two such values to be alike, with a text about it.
"""

import collections
import functools
from collections.abc import Callable, Mapping, MappingView, Sequence
from typing import NamedTuple


class _Kind(NamedTuple):
    """How one kind of container is taken apart, ``children(it)``, and made anew, ``rebuild(like, children)``."""

    children: Callable
    rebuild: Callable


def _sorted_values(mapping):
    return [mapping[key] for key in sorted(mapping)]


def _rebuild_mapping(like, children):
    values = dict(zip(sorted(like), children, strict=True))
    pairs = [(key, values[key]) for key in like]
    if isinstance(like, collections.defaultdict):
        return type(like)(like.default_factory, pairs)
    return type(like)(pairs)


def _rebuild_fields(like, children):
    return type(like)(*children)


_MAPPING = _Kind(_sorted_values, _rebuild_mapping)
_NAMED_TUPLE = _Kind(tuple, _rebuild_fields)
_ATTRS = _Kind(lambda it: [getattr(it, field.name) for field in it.__attrs_attrs__], _rebuild_fields)
_VIEW = _Kind(list, lambda like, children: children)  # a view cannot be made of values: a list stands for it
_SEQUENCE = _Kind(tuple, lambda like, children: type(like)(children))
_COMPOSITE = _Kind(lambda it: it._to_components(), lambda like, children: like._from_components(children))


@functools.lru_cache(maxsize=4096)
def _kind(cls, expand_composites=False):
    """The ``_Kind`` of a class, None for leaves."""
    if cls is list or cls is tuple:
        return _SEQUENCE
    if issubclass(cls, (str, bytes)):
        return None
    if issubclass(cls, tuple) and _is_named(cls):
        return _NAMED_TUPLE
    if issubclass(cls, Mapping):
        return _MAPPING
    if issubclass(cls, (MappingView, range)):
        return _VIEW
    if issubclass(cls, Sequence):
        return _SEQUENCE
    if hasattr(cls, "__attrs_attrs__"):
        return _ATTRS
    return _COMPOSITE if expand_composites and hasattr(cls, "_from_components") else None


def _is_named(cls):
    fields = getattr(cls, "_fields", None)
    return isinstance(fields, Sequence) and all(isinstance(field, str) for field in fields)


def is_nested(seq):
    """True if ``seq`` is a container, not a leaf."""
    return _kind(type(seq)) is not None


is_sequence = is_nested  # its name in tf.contrib


def flatten(structure, expand_composites=False):
    """The leaves of a structure as a list; a leaf alone is a list of one.

        >>> flatten({"b": 1, "a": (2, [3])})
        [2, 3, 1]

    ``TypeError`` if the keys of a mapping cannot be sorted.
    """
    kind = _kind(type(structure), expand_composites)
    if kind is None:
        return [structure]
    leaves = []
    _gather(kind.children(structure), leaves, expand_composites)
    return leaves


def _gather(children, leaves, expand_composites):
    for child in children:
        kind = _kind(type(child), expand_composites)
        if kind is None:
            leaves.append(child)
        else:
            _gather(kind.children(child), leaves, expand_composites)


def pack_sequence_as(structure, flat_sequence, expand_composites=False):
    """A structure like ``structure`` whose leaves are those of ``flat_sequence``, in the order ``flatten`` has.

        >>> pack_sequence_as({"b": 0, "a": (0, [0])}, [2, 3, 1])
        {'b': 1, 'a': (2, [3])}

    ``TypeError`` if ``flat_sequence`` is not a sequence, ``ValueError`` if it is not as long as there are leaves.
    """
    if not is_nested(flat_sequence):
        raise TypeError("flat_sequence must be a sequence")
    given = len(flat_sequence)
    if _kind(type(structure), expand_composites) is None:
        if given != 1:
            raise ValueError(f"Structure is a scalar but len(flat_sequence) == {given} > 1")
        return flat_sequence[0]
    wanted = len(flatten(structure, expand_composites))
    if wanted != given:
        raise ValueError(
            f"Could not pack sequence. Structure had {wanted} elements, but flat_sequence had {given} "
            f"elements.  Structure: {structure}, flat_sequence: {flat_sequence}."
        )
    return _packed(structure, (flat_sequence[i] for i in range(given)), expand_composites)


pack_as = pack_sequence_as


def _packed(structure, leaves, expand_composites=False):
    kind = _kind(type(structure), expand_composites)
    if kind is None:
        return next(leaves)
    return kind.rebuild(structure, [_packed(child, leaves, expand_composites) for child in kind.children(structure)])


def map_structure(func, *structure, **kwargs):
    """A structure like the first one, with ``func(leaf_of_first, leaf_of_second, ...)`` for every leaf.

        >>> map_structure(lambda x, y: x + y, {"a": 1, "b": [2]}, {"a": 10, "b": [20]})
        {'a': 11, 'b': [22]}

    Takes ``check_types`` (default True) and ``expand_composites`` (default False), by name. Raises as
    ``assert_same_structure`` does where the structures differ.
    """
    if not callable(func):
        raise TypeError(f"func must be callable, got: {func}")
    if not structure:
        raise ValueError("Must provide at least one structure")
    check_types, expand_composites = kwargs.pop("check_types", True), kwargs.pop("expand_composites", False)
    if kwargs:
        raise ValueError(
            f"Only valid keyword arguments are `check_types` and `expand_composites`, not: `{'`, `'.join(kwargs)}`"
        )
    first, *others = structure
    for other in others:
        assert_same_structure(first, other, check_types, expand_composites)
    leaves = zip(*(flatten(each, expand_composites) for each in structure), strict=True)
    return _packed(first, (func(*each) for each in leaves), expand_composites)


def assert_same_structure(nest1, nest2, check_types=True, expand_composites=False):
    """Raises if two structures are not nested alike.

    ``ValueError`` for another nesting, length or set of keys; ``TypeError`` for containers of another type, unless
    ``check_types`` is False, which also lets mappings have other keys. Mappings of any type are alike, lists and
    their subclasses are, named tuples with the same name and fields are.
    """
    found = _difference(nest1, nest2, check_types, expand_composites)
    if found is None:
        return
    error, sentence = found
    raise error(
        "The two structures don't have the same nested structure.\n\n"
        f"First structure: {_described(nest1)}\n\nSecond structure: {_described(nest2)}\n\n"
        f"More specifically: {sentence}\n"
        f"Entire first structure:\n{_outline(nest1)}\nEntire second structure:\n{_outline(nest2)}"
    )


def _difference(a, b, check_types, expand_composites):
    """None, or the type and the sentence of the error for the first difference."""
    kinds = _kind(type(a), expand_composites), _kind(type(b), expand_composites)
    if kinds == (None, None):
        return None
    if None in kinds:
        nested, leaf = (b, a) if kinds[0] is None else (a, b)
        return ValueError, (
            f'Substructure "{_described(nested)}" is a sequence, while substructure "{_described(leaf)}" is not'
        )
    if kinds == (_COMPOSITE, _COMPOSITE) and type(a) is type(b):
        (ours, said), (theirs, also) = a._specification(), b._specification()
        return None if ours == theirs else (ValueError, f"Incompatible CompositeTensor TypeSpecs: {said} vs. {also}")
    if check_types:
        if not _same_type(a, b):
            return TypeError, (
                "The two namedtuples don't have the same sequence type. First structure "
                f"{_described(a)} has type {type(a).__name__}, while second structure "
                f"{_described(b)} has type {type(b).__name__}"
            )
        if kinds[0] is _MAPPING and set(a) != set(b):
            return ValueError, (
                "The two dictionaries don't have the same set of keys. First structure has keys "
                f"{_described(list(a))}, while second structure has keys {_described(list(b))}"
            )
    ours, theirs = kinds[0].children(a), kinds[1].children(b)
    for x, y in zip(ours, theirs):  # noqa: B905 - a difference in what both have is told before their lengths
        found = _difference(x, y, check_types, expand_composites)
        if found is not None:
            return found
    if len(ours) != len(theirs):
        return ValueError, (
            "The two structures don't have the same number of elements. "
            f"First structure: {_described(a)}. Second structure: {_described(b)}"
        )
    return None


def _same_type(a, b):
    if type(a) is type(b):
        return True
    if _kind(type(a)) is _kind(type(b)) is _NAMED_TUPLE:
        return type(a).__name__ == type(b).__name__ and a._fields == b._fields
    return any(isinstance(a, base) and isinstance(b, base) for base in (Mapping, list))


def _described(structure):
    return f"type={type(structure).__name__} str={structure}"


class _Dot:
    def __repr__(self):
        return "."


def _outline(structure):
    """The structure with a dot for every leaf, as text."""
    return str(map_structure(lambda leaf: _Dot(), structure))
