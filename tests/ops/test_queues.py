"""What queues do beyond tests/cases/queues.py: waiting, the order of those who wait, errors, both generations of ops.

The older ops are FIFOQueue, PaddingFIFOQueue, PriorityQueue, RandomShuffleQueue, QueueEnqueue, QueueEnqueueMany,
QueueDequeue, QueueDequeueMany, QueueDequeueUpTo, QueueClose, QueueIsClosed and QueueSize; those with a resource handle
are FIFOQueueV2, PaddingFIFOQueueV2, PriorityQueueV2, RandomShuffleQueueV2, QueueEnqueueV2, QueueEnqueueManyV2,
QueueDequeueV2, QueueDequeueManyV2, QueueDequeueUpToV2, QueueCloseV2, QueueIsClosedV2 and QueueSizeV2.
"""

import _thread
import signal
import threading
import time

import numpy as np
import pytest

import lazytf as tf
from lazytf.core import dtypes
from lazytf.core.build import raw
from lazytf.ops import queue_storage
from tests.threads import ended, started, until

FLOATS = [dtypes.float32]


@pytest.fixture(autouse=True)
def fresh_graph():
    tf.reset_default_graph()


def fifo(capacity=-1, shapes=((),)):
    return queue_storage.FIFOQueue("q", FLOATS, shapes, capacity)


def taken(attempt):
    assert attempt.has_ended
    return [element[0] for element in attempt.result()]


# -- storage --------------------------------------------------------------------------------------------------------


def test_who_waits_first_is_served_first():
    queue = fifo()
    first, second = queue.take_many(2), queue.take()
    queue.put([1.0])
    assert not first.has_ended and not second.has_ended and queue.size() == 0
    queue.put([2.0])
    assert taken(first) == [1, 2] and not second.has_ended
    queue.put([3.0])
    assert taken(second) == [3]


def test_many_elements_pass_through_a_small_queue():
    queue = fifo(capacity=2)
    put = queue.put_many([np.arange(5.0)])
    assert not put.has_ended and queue.size() == 2
    assert taken(queue.take_many(4)) == [0, 1, 2, 3]
    assert put.has_ended and queue.size() == 1


def test_what_a_wait_in_vain_had_taken_goes_back():
    queue = fifo()
    queue.put_many([np.array([1.0, 2.0])])
    attempt = queue.take_many(3)
    assert queue.size() == 0
    attempt.wait(deadline=time.monotonic())
    with pytest.raises(tf.errors.DeadlineExceededError, match="Timed out waiting for notification"):
        attempt.result()
    assert taken(queue.take_many(2)) == [1, 2]


def test_who_gives_up_lets_the_next_in_line_go():
    queue = fifo()
    queue.put([1.0])
    first, second = queue.take_many(2), queue.take()
    assert not second.has_ended
    first.wait(deadline=time.monotonic())
    assert taken(second) == [1]


def test_closing_waits_for_those_who_are_putting():
    queue = fifo(capacity=1)
    queue.put([1.0])
    put, close, late = queue.put([2.0]), queue.close(False), queue.put([3.0])
    assert not close.has_ended and not queue.is_closed
    assert taken(queue.take()) == [1]
    assert put.has_ended and close.has_ended and queue.is_closed
    with pytest.raises(tf.errors.CancelledError, match="FIFOQueue 'q' is closed."):
        late.result()
    with pytest.raises(tf.errors.CancelledError, match="Queue 'q' is already closed."):
        queue.close(False).result()
    queue.close(True).result()


def test_an_empty_batch_may_be_put_into_a_closed_queue():
    queue = fifo()
    queue.close(False)
    queue.put_many([np.zeros(0)]).result()


def test_a_closed_queue_that_has_too_few_keeps_them():
    queue = fifo()
    attempt = queue.take_many(3)
    queue.put_many([np.array([1.0, 2.0])])
    queue.close(False)
    with pytest.raises(tf.errors.OutOfRangeError, match=r"\(requested 3, current size 2\)"):
        attempt.result()
    assert taken(queue.take_many(3, or_fewer=True)) == [1, 2]


def test_a_queue_keeps_copies():
    queue = queue_storage.FIFOQueue("q", FLOATS, ((2,),), -1)
    fed = np.ones(2, np.float32)
    queue.put([fed])
    queue.put_many([fed[None]])
    fed[:] = 7
    assert [element[0].tolist() for element in queue.take_many(2).result()] == [[1, 1], [1, 1]]


def test_equal_priorities_come_out_in_tensorflows_order():
    queue = queue_storage.PriorityQueue("q", [dtypes.int64, dtypes.int32], ((), ()), -1)
    queue.put_many([np.array([1] * 6 + [0] * 5), np.arange(11, dtype=np.int32)])
    batch = queue.batch(queue.take_many(11).result())
    assert batch[1].tolist() == [6, 7, 9, 10, 8, 0, 5, 2, 1, 4, 3]  # source: TensorFlow 1.15.5


def test_a_padding_queue_pads_with_zeros_and_empty_strings():
    queue = queue_storage.PaddingFIFOQueue("q", [dtypes.float32, dtypes.string], ((None, 2), (None,)), -1)
    queue.put([np.ones((1, 2)), np.array([b"x"], object)])
    queue.put([np.ones((2, 2)), np.array([b"x", b"y", b"z"], object)])
    numbers, strings = queue.batch(queue.take_many(2).result())
    assert numbers.tolist() == [[[1, 1], [0, 0]], [[1, 1], [1, 1]]]
    assert strings.tolist() == [[b"x", b"", b""], [b"x", b"y", b"z"]]
    assert [part.shape for part in queue.batch([])] == [(0, 0, 2), (0, 0)]


# -- in a session ---------------------------------------------------------------------------------------------------


def test_closing_the_session_ends_every_wait():
    queue = tf.FIFOQueue(1, tf.float32, shapes=[[]])
    full = tf.FIFOQueue(1, tf.float32, shapes=[[]])
    take, put = queue.dequeue(), full.enqueue(1.0)
    session = tf.Session()
    session.run(put)
    waiting = started(session.run, take), started(session.run, put)
    until(lambda: _waiters(session) == 2)
    session.close()
    told = ended(*waiting)
    assert [type(error) for error in told] == [tf.errors.CancelledError] * 2
    assert told[0].message.startswith("Dequeue operation was cancelled")
    assert told[1].message.startswith("Enqueue operation was cancelled")
    assert told[0].op is take.op


def _waiters(session):
    queues = [made for (kind, _), made in session._resources._by_name.items() if kind == "queue"]
    return sum(len(queue._putting) + len(queue._taking) for queue in queues)


def test_who_waits_holds_up_nobody():
    queue = tf.FIFOQueue(1, tf.float32, shapes=[[]])
    take, put, other = queue.dequeue(), queue.enqueue(5.0), tf.multiply(2.0, 3.0)
    with tf.Session() as session:
        waiting = [started(session.run, take) for _ in range(3)]
        until(lambda: _waiters(session) == 3)
        assert session.run(other) == 6
        for _ in waiting:
            session.run(put)
        assert ended(*waiting) == [5, 5, 5]


@pytest.mark.skipif(not hasattr(signal, "SIGINT"), reason="no SIGINT here")
def test_ctrl_c_ends_a_wait_of_the_main_thread_and_loses_nothing():
    queue = tf.FIFOQueue(1, tf.float32, shapes=[[]])
    take = queue.dequeue()
    with tf.Session() as session:
        interrupting = started(lambda: (until(lambda: _waiters(session) == 1), _thread.interrupt_main()))
        with pytest.raises(KeyboardInterrupt):
            session.run(take, options=tf.RunOptions(timeout_in_ms=20000))
        ended(interrupting)
        session.run(queue.enqueue(3.0))
        assert session.run(take) == 3


def test_a_fetched_element_belongs_to_who_fetched_it():
    queue = tf.FIFOQueue(3, tf.float32, shapes=[[2]])
    with tf.Session() as session:
        session.run(queue.enqueue_many([np.ones((3, 2), np.float32)]))
        first = session.run(queue.dequeue())
        first[:] = 7
        assert session.run(queue.dequeue_many(2)).tolist() == [[1, 1], [1, 1]]


def test_a_dequeued_tensor_is_computed_with_and_differentiated_through():
    queue = tf.FIFOQueue(3, tf.float32, shapes=[[2]])
    w = tf.Variable([1.0, 2.0])
    x = queue.dequeue()
    gradient = tf.gradients(tf.reduce_sum(tf.multiply(w, tf.square(x))), [w, x])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(queue.enqueue([[3.0, 4.0]]))
        assert [g.tolist() for g in session.run(gradient)] == [[9, 16], [6, 16]]


def test_queues_of_one_shared_name_are_one_and_must_agree():
    same = [tf.FIFOQueue(5, tf.float32, shared_name="shared") for _ in range(2)]
    unlike = {
        "component types float but requested component types were int32": tf.FIFOQueue(
            5, tf.int32, shared_name="shared"
        ),
        "capacity 5 but requested capacity was 6": tf.FIFOQueue(6, tf.float32, shared_name="shared"),
        r"component shapes \[\] but requested component shapes were \[\[\]\]": tf.FIFOQueue(
            5, tf.float32, [[]], shared_name="shared"
        ),
        "Expected FIFOQueue, found RandomShuffleQueueV2": tf.RandomShuffleQueue(5, 1, tf.float32, shared_name="shared"),
    }
    with tf.Session() as session:
        session.run(same[0].enqueue(1.0))
        assert session.run(same[1].size()) == 1
        for words, queue in unlike.items():
            with pytest.raises(tf.errors.InvalidArgumentError, match=words):
                session.run(queue.size())


@pytest.mark.parametrize("minimum, words", [(7, "7 must be < capacity 5"), (-1, "-1 must be >= 0")])
def test_a_shuffle_queue_checks_its_minimum(minimum, words):
    queue = tf.RandomShuffleQueue(5, minimum, tf.float32)
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match="min_after_dequeue " + words):
        session.run(queue.size())


def test_a_shuffle_queue_keeps_its_order_over_many_elements():
    queue = tf.RandomShuffleQueue(-1, 0, tf.int32, shapes=[[]], seed=1)
    with tf.Session() as session:
        session.run(queue.enqueue_many([np.arange(1000)]))
        first = session.run(queue.dequeue_many(1000))
    assert sorted(first.tolist()) == list(range(1000))
    # source: TensorFlow 1.15.5
    assert first[:8].tolist() == [127, 656, 875, 250, 313, 554, 944, 17]
    assert first[-8:].tolist() == [674, 403, 706, 796, 266, 422, 509, 622]


@pytest.mark.parametrize("make", [raw.FIFOQueue, raw.PaddingFIFOQueue, raw.RandomShuffleQueue])
def test_the_older_ops_do_the_same(make):
    handle = make(component_types=[tf.float32], shapes=[[]], capacity=3)
    x = tf.placeholder(tf.float32)
    with tf.Session() as session:
        session.run(raw.QueueEnqueue(handle, [x]), {x: 1.0})
        session.run(raw.QueueEnqueueMany(handle, [x]), {x: [1.0, 1.0]})
        assert session.run(raw.QueueSize(handle)) == 3
        assert session.run(raw.QueueDequeue(handle, component_types=[tf.float32])) == [1]
        assert session.run(raw.QueueDequeueMany(handle, 1, component_types=[tf.float32]))[0].tolist() == [1]
        session.run(raw.QueueClose(handle))
        assert session.run(raw.QueueIsClosed(handle))
        assert session.run(raw.QueueDequeueUpTo(handle, 4, component_types=[tf.float32]))[0].tolist() == [1]
    assert handle.dtype == tf.string._as_ref and handle.shape.as_list() == [2]


def test_a_priority_queue_of_the_older_kind():
    handle = raw.PriorityQueue(component_types=[tf.string], shapes=[[]])
    with tf.Session() as session:
        for priority, word in ((2, "b"), (1, "a")):
            session.run(raw.QueueEnqueue(handle, [tf.constant(priority, tf.int64), tf.constant(word)]))
        assert session.run(raw.QueueDequeue(handle, component_types=[tf.int64, tf.string])) == [1, b"a"]


def test_a_timeout_attr_is_refused_as_in_tensorflow():
    queue = tf.FIFOQueue(5, tf.float32)
    take = raw.QueueDequeueV2(queue.queue_ref, component_types=[tf.float32], timeout_ms=5)
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match="Timeout not supported yet"):
        session.run(take)


def test_a_negative_count_is_refused_early_or_late():
    queue = tf.FIFOQueue(5, tf.float32, [[]])
    with pytest.raises(ValueError, match="Input 'n' must be >= 0, but is -1 for 'fifo_queue_DequeueMany'"):
        queue.dequeue_many(-1)
    n = tf.placeholder(tf.int32, [])
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match="requested -1 < 0 elements"):
        session.run(queue.dequeue_many(n), {n: -1})


def test_threads_lose_and_double_nothing():
    queue = tf.FIFOQueue(4, tf.int32, shapes=[[]])
    x = tf.placeholder(tf.int32, [])
    put, take = queue.enqueue(x), queue.dequeue()
    got, lock = [], threading.Lock()

    def give(start):
        for i in range(start, start + 50):
            session.run(put, {x: i})

    def get():
        for _ in range(50):
            value = int(session.run(take))
            with lock:
                got.append(value)

    with tf.Session() as session:
        ended(*[started(give, 50 * i) for i in range(4)], *[started(get) for _ in range(4)])
    assert sorted(got) == list(range(200))
