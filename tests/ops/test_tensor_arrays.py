"""What arrays of tensors do beyond tests/cases/arrays.py and their samples: raw ops, gradient arrays, who owns what.

Sentences and numbers are what TensorFlow 1.15.5 said and gave, but where a test says otherwise.
"""

import re

import numpy as np
import pytest
import torch

import lazytf as tf
from lazytf.core.build import raw
from lazytf.ops.array_storage import Array


@pytest.fixture(autouse=True)
def fresh_graph():
    tf.reset_default_graph()


def run(fetches, feed_dict=None):
    with tf.Session() as session:
        return session.run(fetches, feed_dict)


def refuses(fetches, sentence, error=tf.errors.InvalidArgumentError):
    """The run fails in these words; ``%`` stands for the name of an array."""
    pattern = re.escape(sentence).replace("%", r"TensorArray [\w/@]+")
    with pytest.raises(error, match=pattern):
        run(fetches)


def after(operation, build):
    with tf.control_dependencies([operation]):
        return build()


def unknown(value, dtype=tf.float32):
    """A value of which the graph does not know the shape."""
    return tf.placeholder_with_default(tf.constant(value, dtype), None)


def loose(*values):
    """An array of elements that may differ in shape."""
    array = tf.TensorArray(tf.float32, len(values), infer_shape=False)
    for i, value in enumerate(values):
        array = array.write(i, unknown(value))
    return array


# -- raw ops ----------------------------------------------------------------------------------------------------------


def test_a_value_of_another_dtype_is_refused_by_every_op():
    array, number = tf.TensorArray(tf.float32, 1), tf.constant([1])
    given, taken = {"flow_in": array.flow}, {"flow_in": array.flow, "dtype": tf.int32}
    writes = "TensorArray dtype is float but Op is trying to write dtype int32."
    reads = "TensorArray dtype is float but Op requested dtype int32."
    refuses(raw.TensorArrayWriteV3(array.handle, index=0, value=number, **given), writes)
    refuses(raw.TensorArrayScatterV3(array.handle, indices=[0], value=number, **given), writes)
    refuses(raw.TensorArraySplitV3(array.handle, lengths=[1], value=number, **given), writes)
    refuses(raw.TensorArrayReadV3(array.handle, index=0, **taken), reads)
    refuses(raw.TensorArrayGatherV3(array.handle, indices=[0], **taken), reads)
    refuses(raw.TensorArrayConcatV3(array.handle, **taken), reads)


def test_numbers_of_elements_are_scalars_and_lists_of_them_vectors():
    index, matrix = unknown([0], tf.int32), unknown([[0]], tf.int32)
    array = tf.TensorArray(tf.float32, 1)
    refuses(array.write(index, 1.0).flow, "TensorArray index must be scalar, but had shape: [1]")
    refuses(array.write(0, 1.0).read(index), "TensorArray index must be scalar, but had shape: [1]")
    refuses(tf.TensorArray(tf.float32, index).size(), "TensorArray size must be scalar, but had shape: [1]")
    vector = "Expected indices to be a vector, but received shape: "
    refuses(array.gather(unknown(0, tf.int32)), vector + "[]")
    refuses(array.gather(matrix), vector + "[1,1]")
    refuses(array.scatter(matrix, unknown([1.0])).flow, vector + "[1,1]")
    refuses(array.split(unknown([1.0]), matrix).flow, "Expected lengths to be a vector, received shape: [1,1]")


def test_what_is_scattered_or_split_has_a_first_dimension_that_fits():
    x, three = unknown([1.0, 2.0, 3.0]), tf.TensorArray(tf.float32, 3, infer_shape=False)
    two_indices, far = unknown([0, 1], tf.int32), unknown([0, -3, 1], tf.int32)
    scalar = "Input value for unpack must be at least a vector but received shape: []"
    refuses(three.scatter(two_indices, unknown(1.0)).flow, scalar)
    refuses(three.scatter(two_indices, x).flow, "Expected len(indices) == values.shape[0], but saw: 2 vs. 3")
    refuses(three.scatter(far, x).flow, "%: Tried to write to index -3 but array is not resizeable and size is: 3")
    refuses(three.split(unknown(1.0), [1, 0, 0]).flow, "Expected value to be at least a vector, but received shape: []")
    wrong = "TensorArray's size is not equal to the size of lengths (5 vs. 3), and the TensorArray is not marked"
    refuses(tf.TensorArray(tf.float32, 5, dynamic_size=True).split(x, [1, 1, 1]).flow, wrong)


def test_negative_lengths_are_refused():
    """Which end TensorFlow's process."""
    array = tf.TensorArray(tf.float32, 2, infer_shape=False).split([1.0, 2.0, 3.0], [-1, 4])
    refuses(array.flow, "Expected lengths to be >= 0, received: [-1,4]")


def test_a_shape_asked_for_becomes_the_arrays():
    array = tf.TensorArray(tf.float32, 3, element_shape=[None])

    def gather(array, shape, indices=(0,)):
        return raw.TensorArrayGatherV3(array.handle, list(indices), array.flow, dtype=tf.float32, element_shape=shape)

    zeros = gather(array, [2])
    np.testing.assert_array_equal(run(zeros), [[0, 0]])
    wrong = "Could not write to TensorArray index 1 because the value shape is [1] which is incompatible with the "
    refuses(after(zeros, lambda: array.write(1, unknown([3.0])).flow), wrong)
    three = tf.TensorArray(tf.float32, 1, element_shape=[3])
    refuses(gather(three, [2]), "PartialTensorShape: Incompatible shapes during merge: [3] vs. [2]")
    refuses(gather(three, [2, 3]), "PartialTensorShape: Incompatible ranks during merge: 1 vs. 2")
    passed = "TensorArray was passed element_shape [3] which does not match the Tensor at index 0: [2]"
    refuses(gather(loose([1.0, 2.0]), [3]), passed)
    array = loose([[1.0, 2.0]])
    joined = raw.TensorArrayConcatV3(array.handle, array.flow, dtype=tf.float32, element_shape_except0=[3])
    rest = "TensorArray was passed element_shape_except0 [3] but index 0 has (excepting dimension 0) shape: [2]"
    refuses(joined, rest)


def test_elements_that_do_not_fit_together_are_named():
    stack = "TensorArray has inconsistent shapes.  Index 0 has shape: [2] but index 1 has shape: [1,1]"
    refuses(loose([1.0, 2.0], [[1.0]]).stack(), stack)
    concat = (
        "TensorArray has inconsistent shapes.  Index 0 has (excepting dimension 0) shape: [2] but index 1 has "
        "(excepting dimension 0) shape: []"
    )
    refuses(loose([[1.0, 2.0]], [1.0]).concat(), concat)


def test_errors_name_the_array():
    with tf.name_scope("scope"):
        own = tf.TensorArray(tf.float32, 1, name="own").read(0)
    given = tf.TensorArray(tf.float32, 1, tensor_array_name="given", name="other").read(0)
    refuses(own, "TensorArray scope/own_0: Could not read from TensorArray index 0.")
    refuses(given, "TensorArray given_0: Could not read from TensorArray index 0.")


def test_strings_never_written_have_no_zeros():
    array = tf.TensorArray(tf.string, 2, element_shape=[])
    refuses(array.read(0), "tensor_array::TensorSetZero type not supported: string")
    assert run(array.gather(np.zeros(0, np.int32))).dtype == object


# -- arrays that are closed, read and cleared -------------------------------------------------------------------------


def test_nothing_works_on_a_closed_array_but_a_fixed_size():
    array = tf.TensorArray(tf.float32, 2, infer_shape=False).write(0, 1.0)
    for use in (
        lambda: array.write(1, 2.0).flow,
        lambda: array.unstack([1.0, 2.0]).flow,
        lambda: array.split([1.0, 2.0], [1, 1]).flow,
        array.stack,
        array.concat,
        lambda: array.grad("g").flow,
        lambda: array.gather(np.zeros(0, np.int32)),
    ):
        refuses(after(array.close(), use), "% has already been closed.")
    assert run(after(array.close(), array.size)) == 2
    growing = tf.TensorArray(tf.float32, 2, dynamic_size=True)
    refuses(after(growing.close(), growing.size), "% has already been closed.")
    assert run(after(array.close(), array.close)) is None


def test_zeros_that_were_read_count_as_read():
    array = tf.TensorArray(tf.float32, 1, element_shape=[2])
    kept = tf.TensorArray(tf.float32, 1, element_shape=[2], clear_after_read=False)
    written = "%: Could not write to TensorArray index 0 because it has already been read."
    refuses(after(array.read(0), lambda: array.read(0)), "%: Could not read index 0 twice because it was cleared")
    for each in array, kept:
        refuses(after(each.read(0), lambda each=each: each.write(0, [1.0, 2.0]).flow), written)
    np.testing.assert_array_equal(run(after(kept.read(0), lambda: kept.read(0))), [0, 0])


# -- arrays of gradients ----------------------------------------------------------------------------------------------


def test_what_is_written_to_a_gradient_array_adds_up_until_it_is_read():
    array = tf.TensorArray(tf.float32, 3).write(0, [1.0, 2.0])
    gradient = array.grad("g").write(0, [3.0, 4.0]).write(0, [5.0, 6.0])
    read = gradient.read(0)
    np.testing.assert_array_equal(run(read), [8, 10])
    refuses(after(read, lambda: gradient.read(0)), "%: Could not read index 0 twice because it was cleared")
    late = "%: Could not write to TensorArray index 0 because it has already been read."
    refuses(after(read, lambda: gradient.write(0, [1.0, 1.0]).flow), late)


def test_gradient_arrays_of_one_source_are_one_array():
    array = tf.TensorArray(tf.float32, 1).write(0, 1.0)
    written = array.grad("g").write(0, 2.0)
    same, other = (after(written.flow, lambda source=source: array.grad(source).read(0)) for source in ("g", "h"))
    assert run([same, other]) == [2, 0]


def test_a_gradient_array_has_the_shapes_that_were_written():
    first = loose([1.0, 2.0], [3.0])
    gradient = after(first.read(0), lambda: first.grad("g"))  # the shape is remembered though the element is gone
    zeros = run([gradient.read(0), gradient.read(1)])
    assert [value.shape for value in zeros] == [(2,), (1,)] and not any(map(np.any, zeros))
    wrong = (
        "TensorArray TensorArray_0@g: Could not aggregate to TensorArray index 0 because the existing shape is [2] but "
        "the new input shape is [1]."
    )
    refuses(first.grad("g").write(0, unknown([1.0])).flow, wrong)
    unwritten = tf.TensorArray(tf.float32, 1, infer_shape=False).grad("g").read(0)
    refuses(unwritten, "@g: Could not read from TensorArray index 0.  Furthermore, the element shape is not fully")


def test_neither_array_grows_once_there_are_gradients():
    array = tf.TensorArray(tf.float32, 0, dynamic_size=True).write(0, 1.0)
    gradient = array.grad("g")
    full = "Tried to write to index 1 but array is not resizeable and size is: 1"
    refuses(gradient.write(1, 1.0).flow, full)
    refuses(after(gradient.flow, lambda: array.write(1, 2.0).flow), full)


def test_gradient_arrays_have_limits():
    array = tf.TensorArray(tf.float32, 1).write(0, 1.0)
    refuses(array.grad("g").grad("h").flow, "Wrong input container. _tensor_array_gradsTensorArray_0@g")
    for dtype, value in (tf.bool, True), (tf.string, "a"):
        array = tf.TensorArray(dtype, 1).write(0, value)
        twice = array.grad("g").write(0, value).write(0, value)
        refuses(twice.stack(), f"tensor_array::AddToTensor type not supported: {dtype.name}")
    integers = tf.TensorArray(tf.int32, 2).write(0, 1).grad("g").write(0, 3).write(0, 5)
    np.testing.assert_array_equal(run(integers.stack()), [8, 0])


def test_shapes_to_prepend_are_vectors_of_sizes():
    array = tf.TensorArray(tf.float32, 1).write(0, [1.0, 2.0])

    def gradient(prefix):
        return raw.TensorArrayGradWithShape(array.handle, array.flow, unknown(prefix, tf.int32), source="g")[0].op

    refuses(gradient(3), "shape must be a vector of {int32,int64}, got shape []")
    refuses(gradient([2, -3]), "Dimension -3 must be >= 0")


# -- who owns what ----------------------------------------------------------------------------------------------------


def test_an_element_keeps_its_numbers_when_its_variable_changes():
    variable = tf.Variable([1.0, 2.0])
    array = tf.TensorArray(tf.float32, 1).write(0, variable)
    read = after(after(array.flow, lambda: variable.assign_add([10.0, 10.0])), lambda: array.read(0))
    with tf.Session() as session:
        session.run(variable.initializer)
        np.testing.assert_array_equal(session.run(read), [1, 2])
        np.testing.assert_array_equal(session.run(variable), [11, 12])


def test_what_is_read_and_fetched_is_the_callers_own():
    x = tf.placeholder(tf.float32, [2])
    variable = tf.Variable([1.0, 2.0])
    reads = [tf.TensorArray(tf.float32, 1).write(0, value).read(0) for value in (x, variable)]
    given = np.ones(2, np.float32)
    with tf.Session() as session:
        session.run(variable.initializer)
        for value in session.run(reads, {x: given}):
            value += 5
        np.testing.assert_array_equal(given, [1, 1])
        np.testing.assert_array_equal(session.run(variable), [1, 2])


def test_second_derivatives_pass_through_arrays():
    """Which TensorFlow refuses; d²/dx² of x⁴ is 12 x²."""
    x = tf.constant([1.0, 2.0, 3.0])
    given, cubes = tf.TensorArray(tf.float32, 3).unstack(x), tf.TensorArray(tf.float32, 3)
    for i in range(3):
        cubes = cubes.write(i, given.read(i) ** 3)
    first = tf.gradients(cubes.stack() * x, x)[0]
    np.testing.assert_allclose(run([first, tf.gradients(first, x)[0]]), [[4, 32, 108], [12, 48, 108]], rtol=1e-6)


def test_a_value_of_another_dtype_is_told_of_when_it_is_written(caplog):
    tf.TensorArray(tf.float32, 1).write(0, tf.constant(1))
    assert "has dtype int32, but the TensorArray's is float32" in caplog.text


# -- storage ----------------------------------------------------------------------------------------------------------


def test_an_element_is_the_very_tensor_that_was_written():
    array, value = Array("a", torch.float32, 2, is_uniform=True), torch.ones(3)
    array.write(0, value)
    assert array.read(0, torch.float32) is value
    assert array.shape == (3,)


def test_an_element_that_was_read_is_let_go_of_unless_it_may_be_read_again():
    for clears in (True, False):
        array = Array("a", torch.float32, 1, clears=clears)
        value = torch.ones(3)
        array.write(0, value)
        array.read(0, torch.float32)
        assert any(slot is value for slot in array.elements) != clears


def test_an_array_that_grows_leaves_gaps():
    array = Array("a", torch.float32, 0, (), grows=True)
    array.write(2, torch.tensor(5.0))
    assert array.size() == 3
    assert [array.read(i, torch.float32).item() for i in range(3)] == [0, 0, 5]
