"""Nested structures taken apart only as deep as another, the shallow one, goes."""

from collections.abc import Mapping

from lazytf.core.structures import _kind, _packed, _same_type


def assert_shallow_structure(shallow_tree, input_tree, check_types=True):
    """Raises where ``input_tree`` is not nested like ``shallow_tree`` as far as that goes.

    ``TypeError`` for a leaf where there should be a container and, with ``check_types``, for a container of another
    type; ``ValueError`` for another length or missing keys.
    """
    kind = _kind(type(shallow_tree))
    if kind is None:
        return
    if _kind(type(input_tree)) is None:
        raise TypeError(
            f"If shallow structure is a sequence, input must also be a sequence. Input has type: {type(input_tree)}."
        )
    if check_types and not (isinstance(input_tree, type(shallow_tree)) or _same_type(shallow_tree, input_tree)):
        raise TypeError(
            "The two structures don't have the same sequence type. Input structure has type "
            f"{type(input_tree)}, while shallow structure has type {type(shallow_tree)}."
        )
    if len(input_tree) != len(shallow_tree):
        raise ValueError(
            "The two structures don't have the same sequence length. Input structure has length "
            f"{len(input_tree)}, while shallow structure has length {len(shallow_tree)}."
        )
    if isinstance(shallow_tree, Mapping) and set(shallow_tree) - set(input_tree):
        missing = sorted(set(shallow_tree) - set(input_tree))
        raise ValueError(
            f"The shallow_tree's keys are not a subset of the input_tree's keys. The shallow_tree has the following "
            f"keys that are not in the input_tree: {missing}."
        )
    for shallow, whole in zip(kind.children(shallow_tree), _children(input_tree), strict=True):
        assert_shallow_structure(shallow, whole, check_types)


def flatten_up_to(shallow_tree, input_tree, check_types=True):
    """The parts of ``input_tree`` that stand where ``shallow_tree`` has leaves, as a list.

        >>> flatten_up_to([0, 0], [[1, 2], {"a": 3}])
        [[1, 2], {'a': 3}]

    Raises as ``assert_shallow_structure`` does.
    """
    assert_shallow_structure(shallow_tree, input_tree, check_types)
    return list(_up_to(shallow_tree, input_tree))


def _up_to(shallow, whole):
    kind = _kind(type(shallow))
    if kind is None:
        yield whole
    else:
        for inner, part in zip(kind.children(shallow), _children(whole), strict=True):
            yield from _up_to(inner, part)


def _children(structure):
    return _kind(type(structure)).children(structure)


def map_structure_up_to(shallow_tree, func, *inputs, check_types=True):
    """A structure like ``shallow_tree`` with ``func(part of the first input, part of the second, ...)`` for each leaf.

    ``ValueError`` without inputs; raises as ``assert_shallow_structure`` does.
    """
    if not inputs:
        raise ValueError("Cannot map over no sequences")
    parts = zip(*(flatten_up_to(shallow_tree, each, check_types) for each in inputs), strict=True)
    return _packed(shallow_tree, (func(*each) for each in parts))


def get_traverse_shallow_structure(traverse_fn, structure):
    """The shallow structure, of booleans, that ``traverse_fn`` cuts out of ``structure``.

    It is asked for every part, from the outside in, and says True (go on inside), False (stop), or one boolean for
    each child. ``TypeError`` for other answers.
    """
    answer, kind = traverse_fn(structure), _kind(type(structure))
    if kind is None:
        if not isinstance(answer, bool):
            raise TypeError(f"traverse_fn returned structure: {answer} for non-structure: {structure}")
        return answer
    children = kind.children(structure)
    if isinstance(answer, bool):
        if not answer:
            return False
        inside = [True] * len(children)
    elif _kind(type(answer)) is None:
        raise TypeError(f"traverse_fn returned a non-bool scalar: {answer} for input: {structure}")
    else:
        assert_shallow_structure(answer, structure)
        inside = _children(answer)
        if not all(isinstance(each, bool) for each in inside):
            raise TypeError(
                f"traverse_fn didn't return a depth=1 structure of bools.  saw: {answer}  for structure: {structure}"
            )
    return kind.rebuild(
        structure,
        [
            goes_on and get_traverse_shallow_structure(traverse_fn, child)
            for goes_on, child in zip(inside, children, strict=True)
        ],
    )
