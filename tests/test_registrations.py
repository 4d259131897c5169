"""Every op type is declared as TensorFlow 1.15 registers it; ``tests/reference/ops.tsv`` holds its registrations."""

from pathlib import Path

import pytest

import lazytf  # noqa: F401 - declares every op type
from lazytf.core import registry
from lazytf.core.schema import parse

GRADIENTS = {"rule": True, "none": None, "missing": False}  # in the table -> what an op type says
# Op types that TensorFlow does not have; why, is said where they are declared.
OURS = {"Gradients"}
# TensorFlow's rule for these answers None for every input, which is what None says here.
NOTHING_FLOWS = {"ArgMax", "ArgMin", "Ceil", "Floor", "FloorDiv", "Rint", "Round", "TruncateDiv"}
# tf.gradients knows by itself how to go through these: no rule is registered.
CALLS = {"PartitionedCall", "StatefulPartitionedCall"}
# TensorFlow's rule for these comes with tf.contrib, which was not loaded when the table was made.
RULE_IN_CONTRIB = {"GRUBlockCell", "LSTMBlockCell"}


def table():
    """Op type -> (signature, whether it is stateful, what it says of its gradient)."""
    lines = Path(__file__).with_name("reference").joinpath("ops.tsv").read_text().splitlines()
    rows = [line.split("\t") for line in lines[1:]]
    return {text.partition("(")[0]: (text, state == "stateful", GRADIENTS[rule]) for text, state, rule in rows}


TABLE = table()
DECLARED = {op_type.name: op_type for op_type in registry.registered() if op_type.name not in OURS}


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_op_type_is_declared_as_tensorflow_registers_it(name):
    assert name in TABLE, f"TensorFlow 1.15 has no op {name}"
    text, is_stateful, gradient = TABLE[name]
    expected, ours = parse(text), DECLARED[name]
    assert arguments(ours.schema.inputs) == arguments(expected.inputs)
    assert arguments(ours.schema.outputs) == arguments(expected.outputs)
    assert attributes(ours.schema) == attributes(expected)
    assert ours.is_stateful == is_stateful
    if expected.inputs:
        gradient = True if name in RULE_IN_CONTRIB | CALLS else gradient
        assert ours.has_gradient == (None if name in NOTHING_FLOWS else gradient)


def arguments(args):
    """What TensorFlow says of inputs or outputs; where the kernel wants them is our own affair."""
    return [(arg.name, arg.dtype, arg.type_attr, arg.number_attr, arg.is_list, arg.is_ref) for arg in args]


def attributes(schema):
    """Attr -> all that is said of it; the order of attrs and of allowed values is of no account."""
    return {
        attr.name: (attr.kind, attr.is_list, attr.is_required, default(attr), frozenset(attr.allowed), attr.minimum)
        for attr in schema.attrs
    }


def default(attr):
    """The default of an attr, floats as the float32 that TensorFlow stores, arrays as lists with their dtype."""
    if attr.kind == "tensor" and not attr.is_required:
        return attr.default.dtype, attr.default.tolist()
    if attr.is_required:
        return None
    return pytest.approx(attr.default, rel=1e-6) if attr.kind == "float" else attr.default
