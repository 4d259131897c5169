"""Nested structures: what TensorFlow 1.15 says of them, and that taking apart and putting together are inverse."""

import pytest
from hypothesis import given, strategies as st

from lazytf.core import structures
from tests.reference import record_core

NAMES = {
    "flatten": structures.flatten,
    "pack": structures.pack_sequence_as,
    "mapped": structures.map_structure,
    "same": structures.assert_same_structure,
    "is_nested": structures.is_nested,
}

leaves = st.integers() | st.text(max_size=2) | st.none()
nests = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
        st.builds(record_core.Point, inner, inner),
        st.builds(record_core.Attrs, inner, inner),
    ),
    max_leaves=8,
)


class Pair:
    """A value made of two tensors, as ``SparseTensor`` is of three."""

    def __init__(self, first, second):
        self.parts = [first, second]

    def _to_components(self):
        return self.parts

    def _specification(self):
        return ("Pair",), "a pair"

    def _from_components(self, components):
        return Pair(*components)


@pytest.mark.parametrize("manner, case, told", record_core.recorded("structures"))
def test_nested_structures_behave_as_recorded(manner, case, told):
    assert record_core.outcome(case, manner, NAMES) == told


@given(nests)
def test_packing_what_was_flattened_gives_the_structure_back(nest):
    packed = structures.pack_sequence_as(nest, structures.flatten(nest))
    assert repr(packed) == repr(nest)
    structures.assert_same_structure(nest, packed)


@given(nests)
def test_map_structure_calls_the_function_on_the_leaves_in_order(nest):
    seen = []
    numbered = structures.map_structure(lambda leaf: seen.append(leaf) or len(seen), nest)
    assert seen == structures.flatten(nest)
    assert structures.flatten(numbered) == list(range(1, len(seen) + 1))


@given(nests, nests)
def test_two_structures_are_the_same_in_either_order(a, b):
    def same(first, second):
        try:
            structures.assert_same_structure(first, second)
        except (TypeError, ValueError) as error:
            return type(error)
        return True

    assert (same(a, b) is True) == (same(b, a) is True)


def test_a_composite_is_a_leaf_until_its_tensors_are_asked_for():
    pair = Pair(1, 2)
    assert structures.flatten([pair, 3]) == [pair, 3]
    assert structures.flatten([pair, 3], expand_composites=True) == [1, 2, 3]


def test_a_composite_is_made_anew_of_other_tensors():
    packed = structures.pack_sequence_as({"a": Pair(1, 2)}, [5, 6], expand_composites=True)
    assert packed["a"].parts == [5, 6]
    added = structures.map_structure(lambda x, y: x + y, Pair(1, 2), Pair(10, 20), expand_composites=True)
    assert added.parts == [11, 22]


def test_a_composite_differs_from_a_list_of_its_tensors():
    with pytest.raises(TypeError, match="has type Pair, while second structure .* has type list"):
        structures.assert_same_structure(Pair(1, 2), [1, 2], expand_composites=True)
    with pytest.raises(ValueError, match="is a sequence, while substructure"):
        structures.assert_same_structure(Pair(1, 2), 1, expand_composites=True)
