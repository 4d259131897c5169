"""Training loops fed by queue runners end cleanly in every way they can end; many threads share one session."""

import traceback

import numpy as np
import pytest

import lazytf as tf
from lazytf.formats.messages import QueueRunnerDef
from tests.threads import PATIENCE, ended, started, until


@pytest.fixture(autouse=True)
def fresh_graph():
    tf.reset_default_graph()


def training(limit=None):
    """A loop's parts: two runners that fill one queue with rows, and a step that learns from a batch of them."""
    queue = tf.FIFOQueue(16, [tf.float32], shapes=[[2]])
    counters = [tf.Variable(0, trainable=False, collections=[tf.GraphKeys.LOCAL_VARIABLES]) for _ in range(2)]
    counts = [tf.count_up_to(c, 2**30 if limit is None else limit) for c in counters]
    rows = [tf.stack([tf.cast(count, tf.float32), tf.constant(1.0)]) for count in counts]
    tf.train.add_queue_runner(tf.train.QueueRunner(queue, [queue.enqueue([row]) for row in rows]))
    batch = queue.dequeue_many(4)
    weights = tf.Variable([0.5, -0.5])
    loss = tf.reduce_mean(tf.square(tf.reduce_sum(tf.multiply(batch, weights), 1)))
    step = tf.Variable(0, trainable=False)
    train = tf.train.GradientDescentOptimizer(1e-6).minimize(loss, global_step=step)
    return queue, step, train


def initialized(session):
    session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
    return session


def joined(threads):
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_the_end_of_the_input_ends_training():
    queue, step, train = training(limit=20)
    with tf.Session() as session:
        initialized(session)
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coordinator)
        with pytest.raises(tf.errors.OutOfRangeError, match="is closed and has insufficient elements"):
            while not coordinator.should_stop():
                session.run(train)
        coordinator.request_stop()
        coordinator.join(threads, stop_grace_period_secs=PATIENCE)
        assert session.run([step, queue.size()]) == [10, 0]
        assert not any(thread.is_alive() for thread in threads)


def test_request_stop_ends_threads_that_wait_for_room():
    queue, step, train = training()
    with tf.Session() as session:
        initialized(session)
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coordinator)
        for _ in range(5):
            session.run(train)
        until(lambda: session.run(queue.size()) == 16)
        coordinator.request_stop()
        coordinator.join(threads, stop_grace_period_secs=PATIENCE)
        assert session.run(step) == 5 and session.run(queue.is_closed())
        assert not any(thread.is_alive() for thread in threads)


def test_an_error_in_a_runner_ends_all_and_is_raised_at_join_with_its_traceback():
    queue, step, train = training()
    broken = tf.placeholder(tf.float32, [2], name="broken")
    tf.train.add_queue_runner(tf.train.QueueRunner(queue, [queue.enqueue([broken])]))
    with tf.Session() as session:
        initialized(session)
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coordinator)
        with pytest.raises((tf.errors.OutOfRangeError, tf.errors.CancelledError)):
            while True:
                session.run(train)
        with pytest.raises(
            tf.errors.InvalidArgumentError, match="You must feed a value for placeholder tensor 'broken'"
        ) as told:
            coordinator.join(threads, stop_grace_period_secs=PATIENCE)
        assert "_fill" in [frame.name for frame in traceback.extract_tb(told.value.__traceback__)]
        assert not any(thread.is_alive() for thread in threads)


def test_an_error_in_the_training_loop_ends_the_runners():
    _, _, train = training()
    with tf.Session() as session:
        initialized(session)
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coordinator)
        with coordinator.stop_on_exception():
            session.run(train)
            raise ZeroDivisionError("in the loop")
        with pytest.raises(ZeroDivisionError, match="in the loop"):
            coordinator.join(threads, stop_grace_period_secs=PATIENCE)
        assert not any(thread.is_alive() for thread in threads)


def test_closing_the_session_ends_forgotten_runners(caplog):
    queue, _, _ = training()
    session = initialized(tf.Session())
    threads = tf.train.start_queue_runners(session)
    until(lambda: session.run(queue.size()) == 16)
    session.close()
    joined(threads)
    raised = tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS)[0].exceptions_raised
    assert {type(error) for error in raised} <= {tf.errors.CancelledError, RuntimeError} and len(raised) == 2
    assert "Exception in QueueRunner" in caplog.text


def test_a_runner_starts_once_in_a_session_and_again_when_its_threads_are_done():
    queue = tf.FIFOQueue(1, tf.float32)
    runner = tf.train.QueueRunner(queue, [queue.enqueue(1.0)])
    with tf.Session() as session, tf.Session() as other:
        first = runner.create_threads(session, start=True, daemon=True)
        assert runner.create_threads(session) == [] and len(runner.create_threads(other)) == 1
        assert [(t.name, t.daemon) for t in first] == [("QueueRunnerThread-fifo_queue-fifo_queue_enqueue", True)]
        session.run(queue.close(cancel_pending_enqueues=True))
        joined(first)
        assert len(runner.create_threads(session)) == 1


def test_a_runner_goes_through_its_message():
    queue = tf.FIFOQueue(1, tf.float32, name="q")
    kinds = tf.errors.OutOfRangeError, tf.errors.CancelledError
    runner = tf.train.QueueRunner(queue, [queue.enqueue(1.0)], queue_closed_exception_types=kinds)
    message = runner.to_proto()
    assert message == QueueRunnerDef(
        queue_name="q",
        enqueue_op_name=["q_enqueue"],
        close_op_name="q_Close",
        cancel_op_name="q_Close_1",
        queue_closed_exception_types=[11, 1],
    )
    again = tf.train.QueueRunner.from_proto(message)
    assert (again.name, again.queue_closed_exception_types, again.close_op) == ("q", kinds, runner.close_op)
    assert again.enqueue_ops == runner.enqueue_ops and again.to_proto() == message


def test_a_scoped_message_leaves_the_scope_out_and_takes_another():
    with tf.name_scope("scope"):
        queue = tf.FIFOQueue(1, tf.float32, name="q")
        runner = tf.train.QueueRunner(queue, [queue.enqueue(1.0)])
    assert runner.to_proto("elsewhere") is None
    message = runner.to_proto("scope")
    assert (message.queue_name, list(message.enqueue_op_name)) == ("q", ["q_enqueue"])
    assert tf.train.QueueRunner.from_proto(message, "scope").name == "scope/q"


def test_threads_that_share_a_session_lose_no_update():
    total, vector = tf.Variable(0), tf.Variable(np.zeros(3, np.float32))
    updates = [tf.assign_add(total, 1), tf.assign_add(vector, [1.0, 2.0, 3.0])]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())

        def work():
            for _ in range(25):
                session.run(updates)

        ended(*[started(work) for _ in range(32)])
        assert session.run(total) == 800
        assert session.run(vector).tolist() == [800, 1600, 2400]
