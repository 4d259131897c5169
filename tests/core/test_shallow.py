"""Structures taken apart as deep as another goes; messages are TensorFlow 1.15's."""

from collections import namedtuple

import pytest
from hypothesis import given, strategies as st

from lazytf.core import shallow
from lazytf.core.structures import flatten, map_structure

Pair = namedtuple("Pair", "x y")
nests = st.recursive(
    st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner) | st.builds(Pair, inner, inner)
    ),
    max_leaves=8,
)


@given(nests)
def test_a_structure_taken_apart_up_to_itself_is_flattened(nest):
    assert shallow.flatten_up_to(nest, nest) == flatten(nest)
    assert shallow.map_structure_up_to(nest, lambda a, b: a + b, nest, nest) == map_structure(lambda a: 2 * a, nest)


def test_parts_stand_where_the_shallow_structure_has_leaves():
    whole = {"b": [1, (2, 3)], "a": Pair(4, 5)}
    assert shallow.flatten_up_to({"a": 0, "b": [0, 0]}, whole) == [Pair(4, 5), 1, (2, 3)]
    assert shallow.map_structure_up_to(Pair(0, 0), lambda a: len(a), Pair([1], [2, 3])) == Pair(1, 2)
    assert shallow.flatten_up_to(0, whole) == [whole]


@pytest.mark.parametrize(
    "tree, whole, error, words",
    [
        (
            [0],
            3,
            TypeError,
            "If shallow structure is a sequence, input must also be a sequence. Input has type: <class 'int'>",
        ),
        ([0, 0], [1], ValueError, "don't have the same sequence length. Input structure has length 1, while shallow"),
        ((0,), [1], TypeError, "don't have the same sequence type. Input structure has type <class 'list'>"),
        ({"a": 0}, {"b": 0}, ValueError, "has the following keys that are not in the input_tree: \\['a'\\]"),
        (Pair([0], 0), Pair(1, 2), TypeError, "input must also be a sequence"),
    ],
)
def test_structures_that_are_not_alike_are_refused(tree, whole, error, words):
    with pytest.raises(error, match=words):
        shallow.assert_shallow_structure(tree, whole)


def test_types_are_free_where_they_are_not_checked():
    shallow.assert_shallow_structure((0, 0), [1, 2], check_types=False)


def test_a_shallow_structure_is_cut_out_by_a_function():
    def stops_at_pairs(part):
        return not isinstance(part, Pair)

    def only_x(part):
        return Pair(True, False) if isinstance(part, Pair) else True

    whole = [1, Pair([2], [3])]
    assert shallow.get_traverse_shallow_structure(stops_at_pairs, whole) == [True, False]
    assert shallow.get_traverse_shallow_structure(only_x, whole) == [True, Pair([True], False)]
    with pytest.raises(TypeError, match="traverse_fn returned a non-bool scalar: 3 for input"):
        shallow.get_traverse_shallow_structure(lambda part: 3, whole)
    with pytest.raises(TypeError, match="for non-structure: 1"):
        shallow.get_traverse_shallow_structure(lambda part: [True, True], whole)
    with pytest.raises(TypeError, match="didn't return a depth=1 structure of bools"):
        shallow.get_traverse_shallow_structure(lambda part: [1, 2], whole)
    with pytest.raises(ValueError, match="Cannot map over no sequences"):
        shallow.map_structure_up_to([0], len)
