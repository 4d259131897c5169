"""From nested fetches to the graph elements in them, and from values back to the same nesting.

A fetch is a tensor, an operation, the name of one, something that stands for one (a variable), an ``IndexedSlices`` or
``SparseTensor``, or a list, tuple, namedtuple, dict or attrs object of fetches.
"""

from lazytf.core.errors import InaccessibleTensorError
from lazytf.core.operation import Operation, Tensor
from lazytf.core.values import IndexedSlices, IndexedSlicesValue, SparseTensor, SparseTensorValue


class Fetches:
    """The elements of one nested fetch, each once, and the way back."""

    __slots__ = ("elements", "rebuild")

    def __init__(self, graph, fetches):
        index, elements = {}, []

        def position(element):
            if element not in index:
                index[element] = len(elements)
                elements.append(element)
            return index[element]

        self.rebuild = _rebuilder(graph, fetches, position)
        self.elements = elements


def _rebuilder(graph, fetch, position):
    """A function from the list of values to this fetch's part of the result."""
    if fetch is None:
        raise TypeError(f"Fetch argument {fetch!r} has invalid type {type(fetch)!r}")
    if isinstance(fetch, (list, tuple)):
        parts = [_rebuilder(graph, f, position) for f in fetch]
        kind = type(fetch)
        if hasattr(fetch, "_fields"):
            return lambda values: kind(*[part(values) for part in parts])
        if kind is tuple:
            return lambda values: tuple([part(values) for part in parts])
        if kind is list:
            return lambda values: [part(values) for part in parts]
        return lambda values: kind([part(values) for part in parts])
    if isinstance(fetch, dict) or _is_mapping(fetch):
        keys = list(fetch)
        parts = [_rebuilder(graph, fetch[k], position) for k in keys]
        return _mapping_rebuilder(type(fetch), keys, parts)
    if hasattr(type(fetch), "__attrs_attrs__"):
        names = [a.name for a in type(fetch).__attrs_attrs__]
        parts, kind = [_rebuilder(graph, getattr(fetch, n), position) for n in names], type(fetch)
        return lambda values: kind(*[part(values) for part in parts])
    if isinstance(fetch, SparseTensor):
        return _several(graph, [fetch.indices, fetch.values, fetch.dense_shape], SparseTensorValue, position)
    if isinstance(fetch, IndexedSlices):
        pieces = [fetch.values, fetch.indices] + ([] if fetch.dense_shape is None else [fetch.dense_shape])
        return _several(graph, pieces, IndexedSlicesValue, position)
    at = position(element_of(graph, fetch))
    return lambda values: values[at]


def _is_mapping(fetch):
    return hasattr(fetch, "keys") and hasattr(fetch, "__getitem__") and not isinstance(fetch, (str, bytes))


def _mapping_rebuilder(kind, keys, parts):
    def rebuild(values):
        pairs = [(k, part(values)) for k, part in zip(keys, parts, strict=True)]
        try:
            return kind(pairs)
        except TypeError:  # a defaultdict, say, whose constructor wants something else first
            return dict(pairs)

    return rebuild


def _several(graph, pieces, kind, position):
    at = [position(element_of(graph, p)) for p in pieces]
    return lambda values: kind(*[values[i] for i in at])


def element_of(graph, fetch):
    """The tensor or operation that a single fetch is, or names."""
    try:
        element = graph.as_graph_element(fetch, allow_tensor=True, allow_operation=True)
    except TypeError as e:
        raise TypeError(
            f"Fetch argument {fetch!r} has invalid type {type(fetch)!r}, must be a string or Tensor. ({e})"
        ) from None
    except ValueError as e:
        raise ValueError(f"Fetch argument {fetch!r} cannot be interpreted as a Tensor. ({e})") from None
    except KeyError as e:
        raise ValueError(f"Fetch argument {fetch!r} cannot be interpreted as a Tensor. ({e})") from None
    if not graph.is_fetchable(element):
        name = element.op.name if isinstance(element, Tensor) else element.name
        raise InaccessibleTensorError(
            f"Operation {name!r} has been marked as not fetchable. Typically this happens when it is defined in "
            "another function or code block. Use return values,explicit Python locals or TensorFlow collections to "
            "access it."
        )
    return element


def fed_tensors(graph, feed_dict):
    """``{tensor: value}`` for a feed: sparse and nested keys come apart; ``TypeError`` for a key that is no tensor."""
    found = {}
    for key, value in feed_dict.items():
        if isinstance(key, (tuple, list)):
            if not isinstance(value, (tuple, list)) or len(value) != len(key):
                raise TypeError(f"The value fed for {key} must be a sequence of {len(key)} values; got {value!r}")
            found.update(fed_tensors(graph, dict(zip(key, value, strict=True))))
            continue
        pieces = None
        if isinstance(key, SparseTensor):
            pieces = (key.indices, key.values, key.dense_shape)
        elif isinstance(key, IndexedSlices):
            pieces = (
                (key.values, key.indices) if key.dense_shape is None else (key.values, key.indices, key.dense_shape)
            )
        if pieces is not None:
            if not isinstance(value, (tuple, list)) or len(value) < len(pieces):
                raise TypeError(
                    f"The value fed for {key} must be a {type(key).__name__}Value or a tuple like one; got {value!r}"
                )
            found.update(zip(pieces, value, strict=False))
            continue
        found[_fed_tensor(graph, key)] = value
    return found


def _fed_tensor(graph, key):
    try:
        tensor = graph.as_graph_element(key, allow_operation=False)
    except (KeyError, ValueError, TypeError) as e:
        raise TypeError(f"Cannot interpret feed_dict key as Tensor: {e.args[0]}") from None
    if not graph.is_feedable(tensor):
        raise ValueError(f"Tensor {tensor} may not be fed.")
    return tensor


def is_operation(element):
    return isinstance(element, Operation)
