"""What a new user gets wrong: TensorFlow's exception, the op and the user's own line in the message, a session that
lives on.

Each misuse is a function of the program's session; the line that is to blame carries the mark ``# <-``.
"""

import inspect
import threading

import numpy as np
import pytest

import lazytf as tf
from lazytf.core.errors import OpError

MISUSES = []


def misuse(error, *wording, blamed=True):
    """Enters a misuse: the exception it must raise, words of the message, whether the marked line must be named."""

    def enter(function):
        MISUSES.append(pytest.param(function, error, wording, blamed, id=function.__name__))
        return function

    return enter


@pytest.mark.parametrize("function, error, wording, blamed", MISUSES)
def test_misuse_is_told_and_the_session_lives_on(function, error, wording, blamed):
    with tf.Graph().as_default():
        counter = tf.Variable([1.0, 2.0], name="counter")
        bump = counter.assign_add([1.0, 1.0])
        session = tf.Session()
        session.run(counter.initializer)
        with pytest.raises(error) as caught:
            function(session)
        message = str(caught.value)
        for words in wording:
            assert words in message, message
        if blamed:
            assert f"{__file__}:{marked_line(function)}" in message, message
        if isinstance(caught.value, OpError) and blamed:
            assert caught.value.op is not None
        if not session._closed:
            assert session.run(bump).tolist() == [2.0, 3.0]
            assert session.run(tf.constant(1.0) + 1.0) == 2.0


def marked_line(function):
    lines, first = inspect.getsourcelines(function)
    return first + next(i for i, line in enumerate(lines) if "# <-" in line)


def test_an_uninitialised_variable_names_variable_and_reader():
    with tf.Graph().as_default(), tf.Session() as session:
        v = tf.Variable([1.0], name="fresh")
        with pytest.raises(tf.errors.FailedPreconditionError, match="uninitialized value fresh") as caught:
            session.run(v * 2.0)
        assert __file__ in str(caught.value)
        session.run(v.initializer)
        assert session.run(v * 2.0).tolist() == [2.0]


@misuse(ValueError, "Cannot feed value of shape (3,) for Tensor 'x:0', which has shape '(?, 2)'", blamed=False)
def wrong_feed_shape(session):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    session.run(x * 2.0, {x: np.ones(3)})


@misuse(TypeError, "Type of feed value 1099511627776", "int32", blamed=False)
def feed_value_that_does_not_fit_its_type(session):
    x = tf.placeholder(tf.int32, [], name="x")
    session.run(x + 1, {x: 2**40})


@misuse(ValueError, "could not convert string to float", blamed=False)
def words_fed_for_numbers(session):
    x = tf.placeholder(tf.float32, [None], name="x")
    session.run(x * 2.0, {x: ["a", "b"]})


@misuse(TypeError, "The value of a feed cannot be a tf.Tensor object", blamed=False)
def tensor_fed_as_a_value(session):
    x = tf.placeholder(tf.float32, [None], name="x")
    session.run(x * 2.0, {x: tf.constant([1.0])})


@misuse(TypeError, "Cannot interpret feed_dict key as Tensor", "missing", blamed=False)
def misspelt_feed_name(session):
    x = tf.placeholder(tf.float32, [], name="x")
    session.run(x * 2.0, {"missing:0": 1.0})


@misuse(
    tf.errors.InvalidArgumentError,
    "You must feed a value for placeholder tensor 'x' with dtype float and shape [?,2]",
)
def missing_feed(session):
    x = tf.placeholder(tf.float32, [None, 2], name="x")  # <-
    session.run(tf.reduce_sum(x))


@misuse(tf.errors.InvalidArgumentError, "branch_index must be a scalar; got [1]")
def switch_by_a_vector(session):
    index = tf.placeholder(tf.int32)
    chosen = tf.switch_case(index, [lambda: tf.constant(1), lambda: tf.constant(2)])  # <-
    session.run(chosen, {index: [1]})


@misuse(tf.errors.InvalidArgumentError, "Computed output size would be negative: -1", "effective_filter_size: 4")
def window_larger_than_the_image(session):
    image = tf.placeholder(tf.float32)
    found = tf.nn.conv2d(image, tf.ones([4, 4, 1, 1]), 1, "VALID")  # <-
    session.run(found, {image: np.ones([1, 2, 2, 1])})


@misuse(TypeError, "must be a pair (c, h), an LSTMStateTuple", "state_is_tuple=False", blamed=False)
def one_tensor_as_state_of_an_lstm(session):
    cell = tf.nn.rnn_cell.LSTMCell(4)
    tf.nn.dynamic_rnn(cell, tf.ones([2, 3, 5]), initial_state=tf.zeros([2, 8]))


@misuse(ValueError, "Expected state to be a tuple of length 2", blamed=False)
def too_few_states_for_the_cells(session):
    cells = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.GRUCell(4) for _ in range(2)])
    cells(tf.ones([2, 5]), (tf.zeros([2, 4]),))


@misuse(TypeError, "grad_func must be a function of graph", blamed=False)
def gradient_that_is_no_function_of_graph(session):
    tf.python.framework.function.Defun(tf.float32, grad_func=lambda x, dy: dy)(lambda x: x)


@misuse(ValueError, "must be from the same graph as", blamed=False)
def tensors_of_two_graphs(session):
    with tf.Graph().as_default():
        other = tf.constant(1.0, name="other")
    tf.add(tf.constant(2.0, name="here"), other)


@misuse(ValueError, "is not an element of this graph", blamed=False)
def fetch_of_another_graph(session):
    with tf.Graph().as_default():
        other = tf.constant(1.0, name="other")
    session.run(other)


@misuse(RuntimeError, "Attempted to use a closed Session.", blamed=False)
def closed_session(session):
    session.close()
    session.run(tf.constant(1.0))


@misuse(ValueError, "refers to a Tensor which does not exist", "nothing", blamed=False)
def misspelt_fetch(session):
    session.run("nothing:0")


@misuse(TypeError, "Fetch argument None has invalid type", blamed=False)
def fetch_of_none(session):
    session.run([None])


@misuse(
    ValueError,
    "Variable twice already exists, disallowed.",
    "reuse=True or reuse=tf.AUTO_REUSE",
    __file__,
    blamed=False,
)
def variable_made_twice(session):
    tf.get_variable("twice", [2])
    tf.get_variable("twice", [2])


@misuse(ValueError, "Variable missing does not exist, or was not created with tf.get_variable()", blamed=False)
def reuse_of_a_missing_variable(session):
    with tf.variable_scope("", reuse=True):
        tf.get_variable("missing", [2])


@misuse(ValueError, "Trying to share variable shared, but specified shape (3,) and found shape (2,).", blamed=False)
def reuse_with_another_shape(session):
    tf.get_variable("shared", [2])
    with tf.variable_scope("", reuse=True):
        tf.get_variable("shared", [3])


@misuse(
    tf.errors.InvalidArgumentError,
    "Cannot assign a device for operation far",
    "/device:GPU:9",
    "available devices are",
)
def unknown_device(session):
    with tf.device("/gpu:9"):
        y = tf.negative([1.0, 2.0], name="far")  # <-
    session.run(y)


@misuse(
    ValueError,
    "Dimensions must be equal, but are 3 and 4 for 'MatMul' (op: 'MatMul') with input shapes: [2,3], [4,5].",
)
def matmul_of_shapes_that_do_not_fit(session):
    tf.matmul(tf.ones([2, 3]), tf.ones([4, 5]))  # <-


@misuse(tf.errors.InvalidArgumentError, "Matrix size-incompatible: In[0]: [2,3], In[1]: [4,5]", "product")
def matmul_of_fed_shapes_that_do_not_fit(session):
    a, b = tf.placeholder(tf.float32, [None, None]), tf.placeholder(tf.float32, [None, None])
    y = tf.matmul(a, b, name="product")  # <-
    session.run(y, {a: np.ones((2, 3)), b: np.ones((4, 5))})


@misuse(tf.errors.InvalidArgumentError, "Incompatible shapes: [2,3] vs. [4]", "total")
def addition_of_fed_shapes_that_do_not_fit(session):
    a, b = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    y = tf.add(a, b, name="total")  # <-
    session.run(y, {a: np.ones((2, 3)), b: np.ones(4)})


@misuse(TypeError, "Input 'y' of 'Add", "type float32 that does not match type int32 of argument 'x'", blamed=False)
def integers_added_to_floats(session):
    tf.add(tf.constant(1), tf.constant(1.5))


@misuse(
    TypeError,
    "Input 'y' of 'AddV2' Op has type float32 that does not match type int32 of argument 'x'.",
    blamed=False,
)
def float_number_added_to_an_integer_tensor(session):
    tf.constant(1) + 1.5


@misuse(TypeError, "using a `tf.Tensor` as a Python `bool` is not allowed", "flag", blamed=False)
def tensor_as_a_condition(session):
    if tf.constant(True, name="flag"):
        pass


@misuse(TypeError, "iterating over `tf.Tensor` is not allowed", blamed=False)
def loop_over_a_tensor(session):
    for _ in tf.ones([3]):
        pass


@misuse(ValueError, "No gradients provided for any variable", blamed=False)
def loss_that_depends_on_no_variable(session):
    tf.train.GradientDescentOptimizer(0.1).minimize(tf.constant(1.0))


@misuse(ValueError, "Cannot reshape a tensor with 6 elements to shape [4]")
def reshape_to_another_size(session):
    tf.reshape(tf.ones([2, 3]), [4])  # <-


@misuse(tf.errors.InvalidArgumentError, "is not in [0, 3)", "rows")
def gather_beyond_the_end(session):
    at = tf.placeholder(tf.int32, [None])
    y = tf.gather(tf.ones([3, 2]), at, name="rows")  # <-
    session.run(y, {at: [0, 7]})


@misuse(RuntimeError, "Graph is finalized and cannot be modified.", blamed=False)
def growing_a_finalized_graph(session):
    tf.get_default_graph().finalize()
    try:
        tf.constant(1.0)
    finally:
        tf.get_default_graph()._unsafe_unfinalize()


@misuse(TypeError, "pred must not be a Python bool", blamed=False)
def python_truth_as_a_predicate(session):
    tf.cond(1 > 0, lambda: 1.0, lambda: 2.0)


@misuse(ValueError, "don't have the same nested structure", "cond/pred_id")
def branches_whose_structures_differ(session):
    p = tf.placeholder(tf.bool, [])
    tf.cond(p, lambda: [tf.constant(1.0), tf.constant(2.0)], lambda: tf.constant(1.0))  # <-


@misuse(ValueError, "Outputs of true_fn and false_fn must have the same type: float32, int32", "cond/pred_id")
def branches_whose_dtypes_differ(session):
    p = tf.placeholder(tf.bool, [])
    tf.cond(p, lambda: tf.constant(1.0), lambda: tf.constant(1))  # <-


@misuse(ValueError, "false_fn must have a return value.", blamed=False)
def branch_that_returns_nothing(session):
    tf.cond(tf.placeholder(tf.bool, []), lambda: tf.constant(1.0), lambda: None)


@misuse(ValueError, "Shape must be rank 0 but is rank 1 for 'cond/Switch'")
def predicate_that_is_no_scalar(session):
    tf.cond(tf.placeholder(tf.bool, [2]), lambda: 1.0, lambda: 2.0)  # <-


@misuse(tf.errors.InvalidArgumentError, "Input to reshape is a tensor with 3 values", "cond/square")
def failure_in_a_branch(session):
    p, x = tf.placeholder(tf.bool, []), tf.placeholder(tf.float32, [None])
    y = tf.cond(p, lambda: tf.reshape(x, [2, 2], name="square"), lambda: tf.zeros([2, 2]))  # <-
    assert session.run(y, {p: False, x: [1.0]}).shape == (2, 2)
    session.run(y, {p: True, x: [1.0, 2.0, 3.0]})


@misuse(Exception, "Operation 'cond/inner' has been marked as not fetchable", blamed=False)
def fetch_from_inside_a_branch(session):
    p, inside = tf.placeholder(tf.bool, []), []
    tf.cond(p, lambda: inside.append(tf.constant(1.0, name="inner")) or inside[0], lambda: 2.0)
    session.run(inside[0], {p: True})


@misuse(
    ValueError,
    "Input tensor 'start:0' enters the loop with shape (2,), but has shape (4,) after one iteration.",
    "shape_invariants",
    "while/grown",
)
def shape_that_changes_without_invariants(session):
    def body(i, x):
        return i + 1, tf.concat([x, x], 0, name="grown")  # <-

    tf.while_loop(lambda i, x: i < 3, body, [0, tf.ones([2], name="start")])


@misuse(ValueError, "The shape invariant specified for start:0 is not compatible with the initial shape", blamed=False)
def shape_invariant_that_does_not_fit(session):
    invariants = [tf.TensorShape([]), tf.TensorShape([3])]
    start = [tf.constant(0), tf.ones([2], name="start")]
    tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x), start, shape_invariants=invariants)


@misuse(ValueError, "don't have the same nested structure")
def body_that_returns_another_structure(session):
    tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, [x, x]), [0, 1.0])  # <-


@misuse(ValueError, "No loop variables provided", blamed=False)
def loop_without_variables(session):
    tf.while_loop(lambda: True, lambda: [], [])


@misuse(tf.errors.InvalidArgumentError, "Incompatible shapes: [2] vs. [3]", "while/total")
def failure_in_a_late_iteration(session):
    x = tf.placeholder(tf.float32, [None])

    def body(i, x):
        return i + 1, tf.add(x, tf.ones(tf.stack([i + 1])), name="total")  # <-

    y = tf.while_loop(lambda i, x: i < 3, body, [0, x])[1]
    session.run(y, {x: [1.0, 2.0]})


@misuse(ValueError, "Cannot use 'while/mul' as input to 'Neg' because 'while/mul' is in a while loop.", blamed=False)
def tensor_of_a_loop_used_outside(session):
    inside = []

    def body(i):
        inside.append(i * 2)
        return i + 1

    tf.while_loop(lambda i: i < 3, body, [0])
    tf.negative(inside[0])


@misuse(tf.errors.InvalidArgumentError, "Could not read from TensorArray index 1.", "rows")
def array_read_before_it_is_written(session):
    rows = tf.TensorArray(tf.float32, 3, name="rows")
    y = rows.read(1)  # <-
    session.run(y)


@misuse(tf.errors.InvalidArgumentError, "Could not write to TensorArray index 0", "already been written to", "rows")
def array_written_twice_in_a_loop(session):
    def body(i, rows):
        return i + 1, rows.write(0, 1.0)  # <-

    rows = tf.while_loop(lambda i, rows: i < 3, body, [0, tf.TensorArray(tf.float32, 3, name="rows")])[1]
    session.run(rows.stack())


@misuse(tf.errors.InvalidArgumentError, "Tried to write to index 3 but array is not resizeable and size is: 3", "rows")
def array_written_beyond_its_end(session):
    def body(i, rows):
        return i + 1, rows.write(i, 1.0)  # <-

    rows = tf.while_loop(lambda i, rows: i < 5, body, [0, tf.TensorArray(tf.float32, 3, name="rows")])[1]
    session.run(rows.stack())


@misuse(tf.errors.InvalidArgumentError, "Could not read index 1 twice because it was cleared", "rows")
def array_read_twice(session):
    rows = tf.TensorArray(tf.float32, 3, name="rows").unstack([1.0, 2.0, 3.0])
    with tf.control_dependencies([rows.read(1)]):
        y = rows.read(1)  # <-
    session.run(y)


@misuse(tf.errors.DeadlineExceededError, "Timed out waiting for notification", "while/LoopCond")
def endless_loop_under_a_time_limit(session):
    y = tf.while_loop(lambda i: i >= 0, lambda i: i * 1, [1])  # <-
    session.run(y, options=tf.RunOptions(timeout_in_ms=50))


@misuse(tf.errors.DeadlineExceededError, "Timed out waiting for notification", "while/while/LoopCond")
def endless_loop_in_an_endless_loop(session):
    def body(i, x):
        return tf.while_loop(lambda i, x: i >= 0, lambda i, x: (i * 1, x * 0.5), [i, x])  # <-

    y = tf.while_loop(lambda i, x: i >= 0, body, [1, tf.ones([3])])
    session.run(y, options=tf.RunOptions(timeout_in_ms=50))


@misuse(ValueError, "No default session is registered", blamed=False)
def eval_without_a_session(session):
    tf.constant(1.0).eval()


@misuse(TypeError, "config must be a tf.ConfigProto", blamed=False)
def config_of_a_wrong_kind(session):
    tf.Session(config={"allow_soft_placement": True})


@misuse(AttributeError, "lazytf has no tf.layers", blamed=False)
def name_that_is_not_there_yet(session):
    tf.layers.dense(tf.ones([2, 3]), 4)


def test_a_failure_in_one_thread_leaves_the_others_running():
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None])
        v = tf.Variable(0, name="steps")
        bump = v.assign_add(1)
        session.run(v.initializer)
        failures = []

        def wrong():
            for _ in range(20):
                try:
                    session.run(x * 2.0)
                except tf.errors.InvalidArgumentError as e:
                    failures.append(e)

        threads = [threading.Thread(target=wrong) for _ in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(50):
            session.run(bump)
        for thread in threads:
            thread.join(30)
        assert len(failures) == 60 and session.run(v) == 50


def test_an_endless_loop_ends_with_the_time_its_session_allows():
    with tf.Graph().as_default():
        n = tf.placeholder(tf.int32, [])
        v = tf.Variable(0, name="rounds", use_resource=True)

        def body(i):
            with tf.control_dependencies([v.assign_add(1).op]):
                return tf.minimum(i + 1, n - 1)

        y = tf.while_loop(lambda i: i < n, body, [0])
        with tf.Session(config=tf.ConfigProto(operation_timeout_in_ms=50)) as session:
            session.run(v.initializer)
            with pytest.raises(tf.errors.DeadlineExceededError, match="Timed out waiting for notification"):
                session.run(y, {n: 3})
            rounds = session.run(v)
            assert rounds > 0
            assert session.run(y, {n: 0}) == 0
            assert session.run(v) == rounds
