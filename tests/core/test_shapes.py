"""Shapes: what TensorFlow 1.15 says of them, and the algebra of static shapes."""

import pickle
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from lazytf.core import dtypes, shapes
from lazytf.core.shapes import TensorShape
from tests.reference import record_core

NAMES = {
    name: getattr(shapes, name)
    for name in (
        "Dimension",
        "TensorShape",
        "as_shape",
        "unknown_shape",
        "scalar",
        "vector",
        "matrix",
        "dimension_value",
        "dimension_at_index",
        "broadcast",
        "merge_inferred",
    )
} | {"a_type": dtypes.int32}

known_shapes = st.lists(st.integers(0, 3), max_size=4).map(tuple)
partial_shapes = st.none() | st.lists(st.none() | st.integers(0, 3), max_size=3).map(tuple)


@pytest.mark.parametrize("manner, case, told", record_core.recorded("shapes"))
def test_shapes_and_dimensions_behave_as_recorded(manner, case, told):
    assert record_core.outcome(case, manner, NAMES) == told


def merged(a, b):
    try:
        return shapes.merge(a, b)
    except ValueError:
        return "incompatible"


def covers(general, special):
    """True if every tensor of the shape ``special`` also has the shape ``general``."""
    if general is None:
        return True
    return (
        special is not None
        and len(special) == len(general)
        and all(g is None or g == s for g, s in zip(general, special, strict=True))
    )


@given(partial_shapes, partial_shapes)
def test_merge_does_not_care_which_shape_comes_first(a, b):
    assert merged(a, b) == merged(b, a)


@given(partial_shapes)
def test_merging_a_shape_with_itself_or_with_nothing_known_changes_nothing(a):
    assert shapes.merge(a, a) == shapes.merge(a, None) == shapes.merge(None, a) == a


@given(partial_shapes, partial_shapes)
def test_a_merged_shape_knows_what_both_know(a, b):
    union = merged(a, b)
    assert (union != "incompatible") == shapes.compatible(a, b)
    if union != "incompatible":
        assert covers(a, union) and covers(b, union)


@given(partial_shapes, partial_shapes)
def test_merge_inferred_differs_from_merge_in_its_words_only(a, b):
    try:
        assert shapes.merge_inferred(a, b) == merged(a, b)
    except ValueError:
        assert merged(a, b) == "incompatible"


@given(known_shapes, known_shapes)
def test_broadcast_agrees_with_numpy_on_known_shapes(a, b):
    try:
        expected = np.broadcast_shapes(a, b)
    except ValueError:
        with pytest.raises(ValueError, match="Dimensions must be equal, but are"):
            shapes.broadcast(a, b)
    else:
        assert shapes.broadcast(a, b) == expected


@given(known_shapes, known_shapes, st.data())
def test_broadcast_with_less_known_never_contradicts_what_is_found_later(a, b, data):
    def forget(shape):
        return data.draw(st.none() | st.tuples(*(st.sampled_from([None, extent]) for extent in shape)))

    less_a, less_b = forget(a), forget(b)
    try:
        later = shapes.broadcast(a, b)
    except ValueError:
        return
    assert covers(shapes.broadcast(less_a, less_b), later)


@given(partial_shapes)
def test_a_shape_survives_every_form_it_can_take(a):
    shape = TensorShape.of(a)
    assert shapes.as_tuple(shape) == a
    assert shapes.as_tuple(pickle.loads(pickle.dumps(shape))) == a
    assert shapes.as_tuple(eval(repr(shape), vars(shapes))) == a
    assert str(shape) == shapes.text(a)
    proto = SimpleNamespace(
        unknown_rank=a is None, dim=[SimpleNamespace(size=-1 if extent is None else extent) for extent in a or ()]
    )
    assert shapes.as_tuple(proto) == a


@pytest.mark.parametrize("shape, printed", [(None, "?"), ((), "[]"), ((2,), "[2]"), ((2, None), "[2,?]")])
def test_errors_of_graph_construction_print_shapes_in_brackets(shape, printed):
    assert shapes.bracketed(shape) == printed  # as in TensorFlow's "with input shapes: ?, [2,?]"


def test_a_static_shape_holds_plain_integers_whatever_it_was_made_of():
    made = shapes.as_tuple([np.int64(2), shapes.Dimension(3), "4", True, 5.0, None])
    assert made == (2, 3, 4, 1, 5, None)
    assert all(type(extent) is int for extent in made[:-1])
