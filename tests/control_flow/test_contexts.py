"""What an operation in a branch or a loop body takes from outside, and what becomes of the graph's order."""

import pytest

import lazytf as tf
from tests.saving.flows import FLOWS


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def _nested():
    p, x = tf.placeholder(tf.bool, [], name="p"), tf.placeholder(tf.float32, [2], name="x")
    body = lambda i, y: (i + 1, tf.cond(p, lambda: y * x + 1.0, lambda: y))  # noqa: E731
    return tf.while_loop(lambda i, y: i < 3, body, [0, x])


@pytest.mark.parametrize("build", [lambda tf: _nested(), *FLOWS.values()])
def test_operations_are_numbered_after_what_they_take_but_for_the_way_back(graph, build):
    build(tf)
    assert sorted(op._id for op in graph.get_operations()) == list(range(graph.version))
    for op in graph.get_operations():
        for before in [t.op for t in op.inputs] + op.control_inputs:
            assert before._id < op._id or (before.type, op.type) == ("NextIteration", "Merge"), (before.name, op.name)


def test_what_brings_an_input_in_is_listed_after_the_operation_and_made_once(graph):
    x = tf.placeholder(tf.float32, [], name="x")
    tf.cond(x > 0.0, lambda: tf.square(x) + x, lambda: x)
    names = [op.name for op in graph.get_operations()]
    assert names.index("cond/Square/Switch") == names.index("cond/Square") + 1
    assert graph.get_operation_by_name("cond/add").inputs[1].name == "cond/Square/Switch:1"
    assert names.count("cond/add/Switch") == 0


def test_an_operation_seed_counts_what_brings_its_inputs_in():
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [], name="x")
    tf.cond(x > 0.0, lambda: x + x, lambda: x)
    count = tf.get_default_graph().version
    tf.random_uniform([], name="u")
    drawn = tf.get_default_graph().get_operation_by_name("u/RandomUniform")
    assert drawn.get_attr("seed2") == count + 3  # shape, min and max come first


def test_no_control_dependencies_means_no_branch_either(graph):
    x = tf.placeholder(tf.float32, [], name="x")

    def branch():
        with tf.control_dependencies(None):
            outside = tf.square(x)
        with tf.init_scope():
            also = tf.exp(x)
        return outside + also

    tf.cond(x > 0.0, branch, lambda: x)
    assert graph.get_operation_by_name("cond/Square").inputs[0] is x
    assert graph.get_operation_by_name("cond/Exp").control_inputs == []
    assert graph.get_operation_by_name("cond/add").inputs[0].op.type == "Switch"


def test_an_operation_without_inputs_waits_for_its_branch_or_iteration(graph):
    tf.cond(tf.placeholder(tf.bool, []), lambda: tf.constant(1.0, name="one"), lambda: 2.0)
    tf.while_loop(lambda i: i < 3, lambda i: i + tf.constant(1, name="step"), [0])
    assert [op.name for op in graph.get_operation_by_name("cond/one").control_inputs] == ["cond/switch_t"]
    assert [op.name for op in graph.get_operation_by_name("while/step").control_inputs] == ["while/Identity"]


def test_contexts_are_left_when_a_function_fails(graph):
    def fails(*_):
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        tf.cond(tf.placeholder(tf.bool, []), fails, lambda: 1.0)
    with pytest.raises(RuntimeError, match="no"):
        tf.while_loop(lambda i: i < 3, fails, [0])
    assert tf.constant(1.0).op._get_control_flow_context() is None


def test_what_is_inside_is_neither_fetched_nor_fed():
    i, y = _nested()
    inside = i.graph.get_tensor_by_name("while/cond/mul:0")
    with tf.Session() as session:
        with pytest.raises(ValueError, match="has been marked as not fetchable"):
            session.run(inside)
        with pytest.raises(ValueError, match="may not be fed"):
            session.run(y, {"while/add:0": 1, "p:0": True, "x:0": [1.0, 2.0]})


def test_a_tensor_inside_a_loop_is_no_ones_outside():
    kept = []
    tf.while_loop(lambda i: i < 3, lambda i: kept.append(i * 2) or i + 1, [0])
    with pytest.raises(
        ValueError, match="Cannot use 'while/mul' as input to 'add' because 'while/mul' is in a while loop"
    ):
        kept[0] + 1
    with pytest.raises(ValueError, match="because they are in different while loops"):
        tf.while_loop(lambda i: i < 3, lambda i: i + kept[0], [0])


def test_gradients_in_a_branch_may_be_of_what_is_outside():
    x = tf.placeholder(tf.float32, [])
    y = x * x
    slope = tf.cond(x > 0.0, lambda: tf.gradients(y, x)[0], lambda: x)
    with tf.Session() as session:
        assert session.run(slope, {x: 3.0}) == 6.0
        assert session.run(slope, {x: -3.0}) == -3.0


def test_storage_goes_through_branches_loops_and_waits_as_storage(graph):
    v = tf.Variable(1.0)
    assigned = tf.tuple([v.assign(2.0)])[0]
    chosen = tf.cond(tf.placeholder_with_default(True, []), lambda: v.assign_add(3.0), lambda: v.assign(0.0))
    i, looped = tf.while_loop(lambda i, w: i < 3, lambda i, w: (i + 1, w), [0, assigned])
    assert [op.type for op in (assigned.op, chosen.op, looped.op)] == ["RefIdentity", "RefMerge", "RefExit"]
    assert all(t.dtype.name == "float32_ref" for t in (assigned, chosen, looped))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run(looped) == 2.0
        assert session.run(chosen) == 5.0
        assert session.run(tf.assign_add(chosen, 1.0)) == 9.0  # what may be assigned to: 5 + 3 + 1


class _Array:
    """What stands for an array of tensors: a value with a flow."""

    def __init__(self, flow):
        self.flow = flow

    def _with_flow(self, flow):
        return _Array(flow)


def test_an_array_goes_through_branches_and_loops_as_its_flow():
    array = _Array(tf.constant(0.0))
    chosen = tf.cond(tf.constant(True), lambda: array, lambda: _Array(array.flow + 1.0))
    i, looped = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, _Array(a.flow + 2.0)), [0, chosen])
    assert isinstance(chosen, _Array) and isinstance(looped, _Array)
    with tf.Session() as session:
        assert session.run([i, looped.flow]) == [3, 6.0]


def test_a_variable_made_in_a_branch_lives_outside(graph):
    def branch():
        return tf.get_variable("v", [2], initializer=tf.ones_initializer()) * 2.0

    y = tf.cond(tf.placeholder_with_default(True, []), branch, lambda: tf.zeros([2]))
    assert all(op._get_control_flow_context() is None for op in graph.get_operations() if op.name.startswith("v"))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run(y).tolist() == [2.0, 2.0]
    with pytest.raises(ValueError, match="inside a control-flow construct, such as a loop or conditional"):
        tf.cond(tf.constant(True), lambda: tf.Variable(tf.constant(1.0)), lambda: 1.0)
