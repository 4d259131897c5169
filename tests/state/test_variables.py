"""Variables of both kinds: how they are made, guarded and changed, as recorded from TensorFlow 1.15.5."""

import numpy as np
import pytest

import lazytf as tf
from lazytf.state.initialized import guarded
from lazytf.state.resource_variables import ResourceVariable
from lazytf.state.variables import (
    RefVariable,
    disable_resource_variables,
    enable_resource_variables,
    variable_creator_scope,
)


def _lines(graph):
    return [" ".join([op.name, op.type, *(t.name for t in op.inputs)]) for op in graph.get_operations()]


def test_both_kinds_are_variables():
    ref, resource = tf.Variable(1.0), tf.Variable(1.0, use_resource=True)
    assert type(ref) is RefVariable and type(resource) is ResourceVariable
    assert isinstance(ref, tf.Variable) and isinstance(resource, tf.Variable)


def test_resource_variables_are_made_where_the_process_asks_for_them():
    enable_resource_variables()
    try:
        made = [tf.Variable(1.0), tf.get_variable("v", [2]), tf.Variable(1.0, use_resource=False)]
    finally:
        disable_resource_variables()
    assert [v.op.type for v in made] == ["VarHandleOp", "VarHandleOp", "VariableV2"]
    assert tf.Variable(1.0).op.type == "VariableV2"


def test_variables_follow_the_scope_s_choice_of_kind():
    with tf.variable_scope("s", use_resource=True):
        assert tf.Variable(1.0).op.type == "VarHandleOp"
        with tf.variable_scope("t", use_resource=False):
            assert tf.get_variable("v", [2]).op.type == "VariableV2"


def test_a_variable_waits_for_no_control_dependency(graph):
    with tf.control_dependencies([tf.constant(1)]):
        variable = tf.Variable(2.0)
        resource = tf.Variable(2.0, use_resource=True)
    for operation in (variable.op, variable.initializer, variable.value().op, resource.initializer):
        assert not operation.control_inputs


def test_an_initial_value_from_a_function_is_made_beside_the_variable():
    with tf.device("/gpu:1"):
        v = tf.Variable(lambda: 3.0, name="v")
    assert v.initial_value.name == "v/Initializer/initial_value:0"
    assert v.initial_value.op.colocation_groups() == v.op.colocation_groups() == [b"loc:@v"]
    assert (v.initial_value.device, v.device, v.value().device) == ("", "/device:GPU:1", "/device:GPU:1")


def test_a_surrounding_colocation_comes_before_the_variable_s_own_group():
    v = tf.Variable(1.0, name="v")
    with tf.colocate_with(v):
        w = tf.get_variable("w", [2])
    assert {g for op in (w.op, w.initializer, w.value().op) for g in op.colocation_groups()} == {b"loc:@v"}


def test_a_device_function_sees_the_variable_of_get_variable():
    with tf.device(lambda op: "/job:" + op.type):
        v = tf.get_variable("v", [2])
    assert [v.device, v.value().device, v.initial_value.device] == ["/job:VariableV2", "/job:VariableV2", ""]


def test_reads_are_kept_on_the_caching_device():
    v = tf.Variable([1.0, 2.0], caching_device="/cpu:0", name="v")
    r = tf.Variable([1.0, 2.0], caching_device="/cpu:0", name="r", use_resource=True)
    assert v.value().device == "/device:CPU:0" and v.value().op.colocation_groups() == [b"loc:@v/read"]
    assert r.value().name == "r/Read/Identity:0" and r.value() is r.value() and r.value().device == "/device:CPU:0"


def test_creators_are_asked_innermost_first():
    told = []

    def labelled(label):
        def creator(next_creator, **kwargs):
            told.append((label, kwargs["name"], kwargs["use_resource"], kwargs["trainable"]))
            return next_creator(**kwargs)

        return creator

    with variable_creator_scope(labelled("outer")), variable_creator_scope(labelled("inner")):
        tf.Variable(1.0, name="a")
        tf.get_variable("b", [2])
    tf.Variable(1.0)
    assert told == [
        ("inner", "a", None, None),
        ("outer", "a", None, None),
        ("inner", "b", False, True),
        ("outer", "b", False, True),
    ]


def test_a_creator_may_return_anything():
    with variable_creator_scope(lambda next_creator, **kwargs: tf.constant(5.0)):
        assert tf.Variable(1.0).op.type == "Const"


@pytest.mark.parametrize("use_resource", [False, True])
def test_chained_initial_values_are_all_right_in_one_step(use_resource):
    a = tf.Variable([1.0, 2.0], name="a", use_resource=use_resource)
    b = tf.Variable(a.initialized_value() * 2.0, name="b", use_resource=use_resource)
    c = tf.Variable(b.initialized_value() + a.initialized_value(), name="c", use_resource=use_resource)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert [v.tolist() for v in session.run([a, b, c])] == [[1, 2], [2, 4], [3, 6]]


def test_reads_of_variables_in_initial_values_are_guarded_through_any_depth():
    a = tf.Variable([1.0, 2.0], name="a")
    b = tf.Variable(a * 2.0, name="b")
    c = tf.Variable(tf.exp(a) + b, name="c")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        np.testing.assert_allclose(session.run(c), np.exp([1.0, 2.0]) + [2.0, 4.0], rtol=1e-6)


@pytest.mark.parametrize("use_resource", [False, True])
def test_an_initialized_value_is_what_the_variable_holds_or_will(use_resource):
    a = tf.Variable([1.0, 2.0], use_resource=use_resource)
    value = a.initialized_value()
    assert value.op.type == "Merge"
    with tf.Session() as session:
        np.testing.assert_array_equal(session.run(value), [1.0, 2.0])
        session.run(a.initializer)
        a.load([3.0, 4.0], session)
        np.testing.assert_array_equal(session.run(value), [3.0, 4.0])


def test_an_initial_value_takes_what_an_initialised_variable_holds():
    a = tf.Variable(1.0, name="a")
    b = tf.Variable(a * 2.0, name="b")
    with tf.Session() as session:
        session.run(a.initializer)
        a.load(10.0, session)
        session.run(b.initializer)
        assert session.run(b) == 20.0


def test_guarded_operations_are_named_after_the_variable():
    with tf.name_scope("s"):
        a = tf.Variable([1.0], name="a")
        b = tf.Variable(a * 2.0, name="b")
    assert b.initial_value.name == "s/mul:0"
    assert b.initializer.inputs[1].name == "s/mul_s/b:0"
    assert [t.name for t in b.initializer.inputs[1].op.inputs] == ["s/a/read_s/b:0", "s/mul/y:0"]


def test_reads_of_variables_in_other_collections_stay():
    m = tf.Variable(1.0, collections=["mine"], name="m")
    assert tf.Variable(m * 2.0, name="n").initializer.inputs[1].name == "mul:0"


def test_a_value_that_reads_no_variable_is_its_own_guard():
    x = tf.exp(tf.constant(1.0)) * 3.0
    assert guarded(x, "v") is x


def test_a_long_chain_of_operations_may_make_an_initial_value():
    x = tf.Variable(1.0).value()
    for _ in range(3000):
        x = tf.identity(x)
    v = tf.Variable(x)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run(v) == 1.0


def test_what_a_resource_assignment_returns_reads_after_it():
    v = tf.Variable([1.0, 2.0], name="v", use_resource=True)
    assigned = v.assign([3.0, 4.0])
    assert repr(assigned) == "<tf.Variable 'AssignVariableOp' shape=(2,) dtype=float32>"
    assert assigned.handle is v.handle and assigned.op.type == "AssignVariableOp" and assigned.initializer is None
    assert (assigned + 1.0).op.inputs[0].op.control_inputs == [assigned.op]
    with tf.Session() as session:
        session.run(v.initializer)
        assert session.run(assigned + 1.0).tolist() == [4.0, 5.0]


def test_an_assignment_may_return_its_operation():
    for v in (tf.Variable(1.0), tf.Variable(1.0, use_resource=True)):
        for change in (v.assign, v.assign_add, v.assign_sub):
            assert isinstance(change(1.0, read_value=False), tf.Operation)


def test_wrong_arguments_say_what_is_wrong():
    v, r = tf.Variable([1.0, 2.0], name="v"), tf.Variable([1.0], name="r", use_resource=True)
    with pytest.raises(ValueError, match="Invalid variable synchronization mode: 9 for variable: q"):
        tf.Variable(1.0, synchronization=9, name="q")
    with pytest.raises(ValueError, match="Invalid variable aggregation mode: 9 for variable: None"):
        tf.get_variable(None, [2], aggregation=9)
    with pytest.raises(ValueError, match="'' is not a valid node name"):
        tf.get_variable("", [2])
    with pytest.raises(TypeError, match="sparse_delta is not IndexedSlices: 3"):
        v.scatter_add(3)
    with pytest.raises(ValueError, match="Incompatible type conversion requested to type 'int32' for variable of type"):
        tf.convert_to_tensor(v, tf.int32)
    with pytest.raises(ValueError, match=r"Shapes \(1,\) and \(3,\) are incompatible"):
        r.assign([1.0, 2.0, 3.0])
    with pytest.raises(NotImplementedError, match=r"ResourceVariable does not implement set_shape\(\)"):
        r.set_shape([1])
    with pytest.raises(ValueError, match="variable_def and initial_value are mutually exclusive"):
        tf.Variable(1.0, variable_def=object())
    with pytest.raises(ValueError, match="Either session argument should be provided or default session"):
        v.load([1.0, 2.0])
    with pytest.raises(TypeError, match="'Variable' object is not iterable"):
        list(v)


def test_a_reference_stands_for_one_variable():
    v, w = tf.Variable(1.0), tf.Variable(1.0)
    assert v.experimental_ref() == v.experimental_ref() != w.experimental_ref()
    assert {v.experimental_ref(): 1}[v.experimental_ref()] == 1 and v.experimental_ref().deref() is v


def test_initializers_are_grouped_by_device(graph):
    with tf.device("/gpu:0"):
        a = tf.Variable(1.0, name="a")
    b = tf.Variable(1.0, name="b")
    init = tf.variables_initializer([a, b])
    assert [op.name for op in init.control_inputs] == ["init/NoOp", "init/NoOp_1"]
    assert [op.device for op in init.control_inputs] == ["", "/device:GPU:0"]


def test_asking_about_no_variables_makes_no_check(graph):
    assert tf.assert_variables_initialized() is None
    assert _lines(graph) == []
    assert tf.report_uninitialized_variables().name == "report_uninitialized_variables/Const:0"
    with tf.Session() as session:
        assert session.run(tf.report_uninitialized_variables([])).tolist() == []
