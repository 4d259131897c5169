"""Placement, without a GPU: sessions are shown devices that only pretend."""

import pytest

import lazytf as tf
from lazytf.runtime.devices import pretend_gpus

CPU = "/job:localhost/replica:0/task:0/device:CPU:0"
GPU = "/job:localhost/replica:0/task:0/device:GPU:"


@pytest.fixture
def gpus():
    with pretend_gpus(2), tf.Graph().as_default():
        yield


def placed(session, fetches):
    session.run(fetches)
    plan = next(reversed(session._plans.values()))
    return {op.name: device.name for op, device in plan.placed.items()}


def soft():
    return tf.Session(config=tf.ConfigProto(allow_soft_placement=True))


def test_who_asks_for_nothing_gets_the_first_gpu(gpus):
    x = tf.placeholder_with_default([1.0], [1], name="x")
    assert placed(tf.Session(), tf.negative(x, name="y"))["y"] == GPU + "0"


def test_requests_are_met(gpus):
    x = tf.placeholder_with_default([1.0], [1], name="x")
    with tf.device("/gpu:1"):
        one = tf.negative(x, name="one")
    with tf.device("/cpu:0"):
        two = tf.negative(one, name="two")
    session = tf.Session()
    where = placed(session, two)
    assert (where["one"], where["two"]) == (GPU + "1", CPU)
    assert session.run(two).tolist() == [1.0]
    source = session.plan_source(two, {x: [1.0]})
    assert "to /job:localhost/replica:0/task:0/device:GPU:1" in source and f"to {CPU}" in source


def test_a_variable_and_what_changes_it_share_a_device(gpus):
    with tf.device("/gpu:1"):
        v = tf.Variable([1.0], name="v")
    with tf.device("/gpu:0"):
        update = v.assign_add([1.0])
    session = tf.Session()
    session.run(v.initializer)
    where = placed(session, update)
    assert where["v"] == where["AssignAdd"] == GPU + "1"


def test_an_array_of_tensors_and_what_is_done_with_it_share_a_device(gpus):
    array = tf.TensorArray(tf.float32, 1, name="array")
    with tf.device("/gpu:1"):
        array = array.write(0, tf.negative([1.0]))
    where = placed(soft(), [array.size(), array.stack()])
    assert {where[name] for name in where if "TensorArray" in name or name == "array"} == {GPU + "1"}


def test_an_array_of_strings_is_on_the_cpu(gpus):
    array = tf.TensorArray(tf.string, 1, name="array").write(0, "a")
    where = placed(soft(), array.stack())
    assert {where[name] for name in where if "TensorArray" in name or name == "array"} == {CPU}


def test_colocation_wins_over_the_device_block(gpus):
    with tf.device("/gpu:1"):
        a = tf.placeholder_with_default([1.0], [1], name="a")
    with tf.device("/gpu:0"), tf.get_default_graph().colocate_with(a):
        b = tf.negative(a, name="b")
    assert placed(tf.Session(), b)["b"] == GPU + "1"


def test_no_such_gpu_is_an_error_that_says_what_there_is(gpus):
    with tf.device("/gpu:7"):
        y = tf.negative([1.0], name="far")
    with pytest.raises(tf.errors.InvalidArgumentError, match="Cannot assign a device for operation far") as caught:
        tf.Session().run(y)
    for part in ("/device:GPU:7", GPU + "0", GPU + "1", CPU, __file__, "allow_soft_placement"):
        assert part in str(caught.value)
    assert caught.value.op.device == "/device:GPU:7"


def test_soft_placement_without_such_a_gpu(gpus):
    with tf.device("/gpu:7"):
        y = tf.negative(tf.placeholder_with_default([1.0], [1]), name="far")
    assert placed(soft(), y)["far"] == CPU


def test_soft_placement_where_the_gpu_has_no_kernel(gpus):
    with tf.device("/gpu:0"):
        y = tf.identity(tf.placeholder_with_default(["text"], [1]), name="words")
    with pytest.raises(tf.errors.InvalidArgumentError, match="Cannot assign a device for operation"):
        tf.Session().run(y)
    session = soft()
    assert placed(session, y)["words"] == CPU
    assert session.run(y).tolist() == [b"text"]


def test_soft_placement_where_an_input_refers_to_the_cpu(gpus):
    with tf.device("/cpu:0"):
        v = tf.Variable([1.0], name="v")
    with tf.device("/gpu:0"):
        update = tf.raw_ops.AssignAdd(ref=v._ref(), value=[1.0], name="update")
    update.op._set_device("/device:GPU:0")
    session = soft()
    session.run(v.initializer)
    assert placed(session, update)["update"] == CPU


def test_log_device_placement_prints_a_line_per_operation(gpus, capsys):
    x = tf.placeholder_with_default([1.0], [1], name="x")
    with tf.device("/gpu:1"):
        y = tf.negative(x, name="y")
    tf.Session(config=tf.ConfigProto(log_device_placement=True)).run(y)
    assert f"y: (Neg): {GPU}1" in capsys.readouterr().err.splitlines()


def test_device_count_limits_and_lists_devices():
    with pretend_gpus(2), tf.Graph().as_default():
        tf.constant(1)
        session = tf.Session(config=tf.ConfigProto(device_count={"GPU": 1, "CPU": 2}))
        assert [d.name.rpartition("device:")[2] for d in session.list_devices()] == ["CPU:0", "CPU:1", "GPU:0"]
        visible = tf.Session(config=tf.ConfigProto(gpu_options=tf.GPUOptions(visible_device_list="1")))
        assert [d.device_type for d in visible.list_devices()] == ["CPU", "GPU"]


def test_training_runs_across_devices(gpus):
    with tf.device("/gpu:0"):
        a = tf.Variable([[1.0, 2.0]])
    with tf.device("/gpu:1"):
        b = tf.Variable([[3.0], [4.0]])
        loss = tf.reduce_sum(tf.matmul(a, b))
    step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    before = session.run(loss)
    session.run(step)
    assert session.run(loss) < before


def test_a_recorded_tensor_moves_with_its_tape(gpus):
    with tf.device("/cpu:0"):
        x = tf.placeholder(tf.float32, [2])
    with tf.device("/gpu:0"):
        y = tf.exp(x)
    with tf.Session() as session:
        assert "moved(" in session.plan_source(tf.gradients(y, x), {x: [0, 0]})
