"""Functions of graph: what recorded cases cannot tell, because it is our own affair or TensorFlow cannot do it."""

import json
import pathlib

import numpy as np
import pytest
from google.protobuf import text_format

import lazytf as tf
from lazytf.formats.messages import FunctionDef
from lazytf.runtime.devices import pretend_gpus
from tests.threads import ended, started

Defun = tf.python.framework.function.Defun
RECORDED = pathlib.Path(__file__).parents[1] / "reference" / "behaviour" / "functions.json"


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def run(fetches, feed=None):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(fetches, feed)


def reading(dtype=tf.float32):
    """A function that reads the variable whose handle it is given."""

    @Defun(tf.resource, func_name="Reading")
    def read(handle):
        return tf.raw_ops.ReadVariableOp(resource=handle, dtype=dtype)

    return read


# -- TensorFlow's messages --------------------------------------------------------------------------------------------


def imported(definition, inputs):
    """A call of a function that only its message is known of, in the default graph."""
    message = tf.GraphDef()
    message.library.function.append(definition)
    message.node.add(name="call", op=definition.signature.name, input=[f"in{i}" for i in range(len(inputs))])
    for i, value in enumerate(inputs):
        node = tf.constant(value).op.node_def
        node.name = f"in{i}"
        message.node.append(node)
    tf.import_graph_def(message, name="")
    return tf.get_default_graph().get_operation_by_name("call")


def test_definitions_that_tensorflow_wrote_run():
    lines = json.loads(RECORDED.read_text())["definitions_are_messages_to_the_letter"]
    definition = text_format.Parse("\n".join(lines), FunctionDef())
    call = imported(definition, [np.float32([1.0, 2.0]), True, np.float32([2.0, 3.0])])
    assert [value.tolist() for value in run(list(call.outputs))] == [[9.0, 10.0], 3.0]


def definition_of(text):
    return text_format.Parse(text, FunctionDef())


def test_functions_that_call_themselves_are_refused():
    loop = definition_of(
        'signature { name: "F" input_arg { name: "x" type: DT_FLOAT } output_arg { name: "y" type: DT_FLOAT } } '
        'node_def { name: "again" op: "F" input: "x" } ret { key: "y" value: "again:y:0" }'
    )
    with pytest.raises(ValueError, match="'F' calls itself"):
        imported(loop, [1.0])


def test_generic_functions_are_refused():
    generic = definition_of(
        'signature { name: "F" input_arg { name: "x" type_attr: "T" } output_arg { name: "y" type_attr: "T" } '
        'attr { name: "T" type: "type" } } ret { key: "y" value: "x" }'
    )
    with pytest.raises(ValueError, match="'F' is generic in x, y"):
        imported(generic, [1.0])


def test_an_operation_of_a_body_must_be_known():
    unknown = definition_of(
        'signature { name: "F" output_arg { name: "y" type: DT_FLOAT } } '
        'node_def { name: "n" op: "NoSuchOp" } ret { key: "y" value: "n:y:0" }'
    )
    with pytest.raises(tf.errors.NotFoundError, match="'NoSuchOp' .node 'n' of the function 'F'"):
        imported(unknown, [])


def test_gradients_by_rules_of_the_program_travel_with_the_graph(graph):
    @tf.custom_gradient
    def f(x):
        e = tf.exp(x)
        return x * x, lambda dy: dy * e * 10.0

    x = tf.constant(0.5, name="x")
    tf.identity(tf.gradients(f(x), x)[0], name="dx")
    message = graph.as_graph_def()
    with tf.Graph().as_default() as other:
        tf.import_graph_def(message, name="again")
        assert run(other.get_tensor_by_name("again/dx:0")) == pytest.approx(10 * np.exp(0.5))


# -- gradients --------------------------------------------------------------------------------------------------------


def test_gradients_reach_a_variable_whose_handle_is_passed_on():
    v = tf.Variable([1.0, 2.0], use_resource=True)

    @Defun(tf.resource, tf.float32)
    def f(handle, x):
        return tf.raw_ops.ReadVariableOp(resource=handle, dtype=tf.float32) * x

    (y,) = tf.raw_ops.PartitionedCall(args=[v.handle, 3.0], Tout=[tf.float32], f=f)
    step = tf.train.GradientDescentOptimizer(1.0).minimize(y)
    with tf.Session() as session:
        session.run(v.initializer)
        assert session.run(tf.gradients(y, v)[0]).tolist() == [3.0, 3.0]
        session.run(step)
        assert session.run(v).tolist() == [-2.0, -1.0]


def test_functions_have_second_derivatives():
    @Defun(tf.float32, tf.float32)
    def slope(x, dy):
        return dy * tf.exp(x)

    @Defun(tf.float32, grad_func=slope)
    def f(x):
        return x

    @Defun(tf.float32)
    def g(x):
        return f(x) + x**3

    x = tf.constant(0.5)
    first = tf.gradients(g(x), x)[0]
    second = tf.gradients(first, x)[0]
    e = np.exp(0.5)
    assert run([first, second]) == pytest.approx([e + 0.75, e + 3.0])


def test_conditions_and_loops_in_a_body_are_differentiated():
    @Defun(tf.float32)
    def sides(x):
        return tf.cond(x > 0, lambda: x * 2.0, lambda: x * 3.0)

    @Defun(tf.float32)
    def doubling(x):
        return tf.while_loop(lambda a: a < 10, lambda a: a * 2.0, [x])

    x, y = tf.constant(1.0), tf.constant(-1.0)
    assert run([tf.gradients(f(t), t)[0] for f, t in ((sides, x), (sides, y), (doubling, x))]) == [2.0, 3.0, 16.0]


def test_a_function_in_a_loop_is_differentiated():
    @Defun(tf.float32)
    def double(x):
        return x * 2.0

    x = tf.constant(3.0)
    y = tf.while_loop(lambda i, a: i < 4, lambda i, a: (i + 1, tf.reshape(double(a), [])), [0, x])[1]
    assert run([y, tf.gradients(y, x)[0]]) == [48.0, 16.0]


def test_recorded_or_not_a_body_draws_from_one_stream():
    @Defun(tf.float32)
    def noisy(x):
        return x * tf.random_uniform([3], seed=5)

    x = tf.constant(1.0)
    y = noisy(x)
    with tf.Session() as session:
        expected = [session.run(y).tolist() for _ in range(4)]
    found = [y, tf.reduce_sum(tf.gradients(y, x)[0])]
    with tf.Session() as session:
        for i, values in enumerate(expected):
            if i % 2:
                drawn, gradient = session.run(found)
                assert gradient == pytest.approx(sum(values))
            else:
                drawn = session.run(y)
            assert drawn.tolist() == values


# -- storage ----------------------------------------------------------------------------------------------------------


def test_what_a_body_read_stays_as_it_was_read():
    v = tf.Variable([1.0, 2.0], use_resource=True)
    (y,) = tf.raw_ops.PartitionedCall(args=[v.handle], Tout=[tf.float32], f=reading())
    with tf.control_dependencies([y]):
        change = v.assign_add([10.0, 10.0], read_value=False)
    with tf.Session() as session:
        session.run(v.initializer)
        before, _ = session.run([y, change])
        session.run(change)
        assert before.tolist() == [1.0, 2.0]
        assert session.run(y).tolist() == [21.0, 22.0]


def test_what_a_body_hands_on_stays_as_it_was():
    v = tf.Variable([1.0, 2.0])

    @Defun(tf.float32)
    def same(x):
        return x

    y = same(v)
    with tf.control_dependencies([y]):
        change = v.assign_add([10.0, 10.0])
    with tf.Session() as session:
        session.run(v.initializer)
        before, _ = session.run([y, change.op])
        assert before.tolist() == [1.0, 2.0]


def test_constants_of_a_body_belong_to_it():
    @Defun()
    def constant():
        return tf.constant([1.0, 2.0])

    y = constant()
    with tf.Session() as session:
        session.run(y)[:] = 0.0
        assert session.run(y).tolist() == [1.0, 2.0]


# -- the run ----------------------------------------------------------------------------------------------------------


def test_an_error_names_the_operation_of_the_body():
    @Defun(tf.float32)
    def f(x):
        return tf.matmul(x, [[1.0, 2.0]], name="product")

    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        run(f([[1.0, 2.0]]))
    assert caught.value.op.name == "product"


def test_a_function_takes_as_many_arguments_as_it_has():
    @Defun(tf.float32, func_name="F")
    def f(x):
        return x

    call = tf.raw_ops.PartitionedCall(args=[1.0, 2.0], Tout=[tf.float32], f=f)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Function F takes 1 arguments, but 2 are given"):
        run(call)


def test_bodies_run_where_they_are_called():
    @Defun(tf.float32)
    def f(x):
        with tf.device("/cpu:0"):
            inside = tf.exp(x)
        return inside + tf.reduce_sum(x)

    with pretend_gpus(1), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None])
        y = f(x)
        with tf.device("/cpu:0"):
            z = f(x)
        got = session.run([y, z, tf.gradients(y, x)[0]], {x: [0.0, 1.0]})
        assert np.allclose(got, [[2.0, 1 + np.e], [2.0, 1 + np.e], [3.0, 2 + np.e]])


def test_threads_may_run_one_function():
    v = tf.Variable(0.0, use_resource=True)

    @Defun(tf.float32)
    def add(x):
        with tf.control_dependencies([v.assign_add(x, read_value=False)]):
            return x * x

    x = tf.placeholder(tf.float32, [])
    y = add(x)
    with tf.Session() as session:
        session.run(v.initializer)

        def work(number):
            return [float(session.run(y, {x: number})) for _ in range(20)]

        found = ended(*[started(work, number) for number in range(8)])
        assert found == [[number * number] * 20 for number in range(8)]
        assert session.run(v) == 20 * sum(range(8))


def test_a_body_keeps_its_shapes_when_a_call_knows_more():
    @Defun(tf.float32)
    def f(x):
        return tf.concat([x, x], 0)

    (y,) = tf.raw_ops.PartitionedCall(args=[tf.zeros([2, 3])], Tout=[tf.float32], f=f)
    (z,) = tf.raw_ops.PartitionedCall(args=[tf.zeros([5])], Tout=[tf.float32], f=f)
    assert (y.shape, z.shape) == ([4, 3], [10])
    assert f.function.outputs[0].shape.ndims is None


@pytest.mark.parametrize("name", ["gradients", "array", "call", "set_grad", "a.b", "t0_0"])
def test_a_function_may_have_any_name(name):
    @Defun(tf.float32, func_name=name)
    def f(x):
        return tf.concat([x, x], 0)

    x = tf.constant([1.0, 2.0])
    y = f(x) * 3.0
    assert [v.tolist() for v in run([y, tf.gradients(y, x)[0]])] == [[3.0, 6.0, 3.0, 6.0], [6.0, 6.0]]


def test_a_rule_in_a_loop_takes_only_what_is_there_already():
    later = []

    @tf.custom_gradient
    def f(x):
        return x * 2.0, lambda dy: dy * later[0]

    def body(i, a):
        b = f(a)
        later.append(tf.exp(b))
        return i + 1, later[0] * 0.1

    x = tf.constant(1.0)
    y = tf.while_loop(lambda i, a: i < 3, body, [0, x])[1]
    with pytest.raises(NotImplementedError, match="takes 'while/Exp:0', which the branch or loop that it stands in"):
        tf.gradients(y, x)
