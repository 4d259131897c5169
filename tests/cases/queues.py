"""Queues, the threads that fill them, and the coordinator that stops those threads. Nothing here can wait for ever."""

import sys
import threading

import numpy as np

from tests.cases.probe import described, names, nodes, raised

_SECONDS = 20.0  # to wait for a thread that should end at once


def _options(tf):
    return tf.RunOptions(timeout_in_ms=50)


def a_fifo_queue_gives_what_it_took_in_order(tf):
    queue = tf.FIFOQueue(5, tf.float32, shapes=[[]])
    x = tf.placeholder(tf.float32)
    put, take, size = queue.enqueue(x), queue.dequeue(), queue.size()
    many = queue.enqueue_many([x])
    with tf.Session() as session:
        told = [session.run(size)]
        session.run(put, {x: 1.0})
        session.run(many, {x: [2.0, 3.0, 4.0]})
        told += [session.run(size), session.run(take), session.run(queue.dequeue_many(2)), session.run(size)]
        told.append(session.run(take))
        return told


def a_queue_tells_its_parts(tf):
    queue = tf.FIFOQueue(10, [tf.float32, tf.int32], shapes=[[2], []], names=["a", "b"], name="mine")
    return {
        "name": queue.name,
        "op": queue.queue_ref.op.type,
        "ref": [queue.queue_ref.name, queue.queue_ref.dtype.name],
        "dtypes": [d.name for d in queue.dtypes],
        "shapes": [str(s) for s in queue.shapes],
        "names": queue.names,
        "dequeue": {k: described(v) for k, v in queue.dequeue().items()},
        "many": {k: described(v) for k, v in queue.dequeue_many(3).items()},
        "up to": {k: described(v) for k, v in queue.dequeue_up_to(3).items()},
        "size": described(queue.size()),
        "closed": described(queue.is_closed()),
        "enqueue": queue.enqueue({"a": [1.0, 2.0], "b": 3}).name,
        "close": [queue.close().name, queue.close().type],
        "nodes": nodes(queue.queue_ref.graph),
    }


def several_components_travel_together(tf):
    queue = tf.FIFOQueue(5, [tf.float32, tf.string], shapes=[[2], []])
    put = queue.enqueue([[1.0, 2.0], "first"])
    many = queue.enqueue_many([[[3.0, 4.0], [5.0, 6.0]], ["second", "third"]])
    with tf.Session() as session:
        session.run(put)
        session.run(many)
        return [session.run(queue.dequeue()), session.run(queue.dequeue_many(2))]


def shapes_may_be_left_open(tf):
    queue = tf.FIFOQueue(5, tf.float32)
    take = queue.dequeue()
    with tf.Session() as session:
        session.run(queue.enqueue([[1.0, 2.0]]))
        session.run(queue.enqueue([5.0]))
        many = raised(lambda: session.run(queue.dequeue_many(2)), key="")
        return [described(take), session.run(take), session.run(take), many]


def unfit_elements_raise(tf):
    queue = tf.FIFOQueue(5, [tf.float32, tf.int32], shapes=[[2], []], name="q")
    x = tf.placeholder(tf.float32, name="x")
    at_run = queue.enqueue([x, 1])
    with tf.Session() as session:
        ran = raised(lambda: session.run(at_run, {x: [1.0, 2.0, 3.0]}), key="")
    return [
        raised(lambda: queue.enqueue([[1.0, 2.0, 3.0], 1])),
        raised(lambda: queue.enqueue([[1.0, 2.0], 1.5])),
        raised(lambda: queue.enqueue([["a", "b"], 1])),
        raised(lambda: queue.enqueue({"a": 1.0}), key=""),
        raised(lambda: queue.enqueue_many([[[1.0, 2.0]], [1, 2]]), key=""),
        raised(lambda: queue.enqueue_many([[1.0, 2.0], 1]), key=""),
        ran,
    ]


def unfit_queues_raise(tf):
    return [
        raised(lambda: tf.FIFOQueue(5, [tf.float32, tf.int32], shapes=[[2]])),
        raised(lambda: tf.FIFOQueue(5, [tf.float32], names=["a", "b"])),
        raised(lambda: tf.FIFOQueue(5, "no such type"), key=""),
        raised(lambda: tf.RandomShuffleQueue(5, 2, tf.float32, shapes=[[None]]).dequeue_many(2), key=""),
    ]


def a_closed_queue_gives_what_is_left_then_raises(tf):
    queue = tf.FIFOQueue(5, tf.float32, shapes=[[]], name="q")
    put, take, close = queue.enqueue(1.0), queue.dequeue(), queue.close()
    with tf.Session() as session:
        told = [session.run(queue.is_closed())]
        session.run([put])
        session.run(put)
        session.run(close)
        told += [session.run(queue.is_closed()), session.run(take)]
        told.append(raised(lambda: session.run(put), key="is closed"))
        told.append(
            raised(
                lambda: session.run(queue.dequeue_many(2)),
                key="is closed and has insufficient elements (requested 2, current size 1)",
            )
        )
        told.append(session.run(queue.size()))
        told.append(
            raised(lambda: session.run(take), key="is closed and has insufficient elements (requested 1, current size ")
        )
        told.append(raised(lambda: session.run(close), key=""))
        return told


def dequeue_up_to_gives_the_rest_of_a_closed_queue(tf):
    queue = tf.FIFOQueue(5, tf.float32, shapes=[[]])
    with tf.Session() as session:
        session.run(queue.enqueue_many([[1.0, 2.0, 3.0]]))
        first = session.run(queue.dequeue_up_to(2))
        session.run(queue.close())
        second = session.run(queue.dequeue_up_to(2))
        return [
            first,
            second,
            raised(lambda: session.run(queue.dequeue_up_to(2)), key="is closed and has insufficient elements"),
        ]


def waiting_too_long_raises(tf):
    queue = tf.FIFOQueue(1, tf.float32, shapes=[[]])
    put, take = queue.enqueue(1.0), queue.dequeue()
    with tf.Session() as session:
        empty = raised(lambda: session.run(take, options=_options(tf)), key="")
        session.run(put)
        full = raised(lambda: session.run(put, options=_options(tf)), key="")
        return [empty, full, session.run(take), session.run(queue.size())]


def a_session_may_limit_every_wait(tf):
    queue = tf.FIFOQueue(1, tf.float32, shapes=[[]])
    with tf.Session(config=tf.ConfigProto(operation_timeout_in_ms=50)) as session:
        waited = raised(lambda: session.run(queue.dequeue()), key="")
        session.run(queue.enqueue(1.0))
        return [waited, session.run(queue.dequeue())]


def a_waiting_dequeue_gets_what_comes(tf):
    queue = tf.FIFOQueue(5, tf.float32, shapes=[[]])
    put, take = queue.enqueue(7.0), queue.dequeue()
    told = []
    with tf.Session() as session:
        thread = threading.Thread(target=lambda: told.append(session.run(take)))
        thread.start()
        session.run(put)
        thread.join(_SECONDS)
    return told


def closing_with_cancel_ends_a_waiting_enqueue(tf):
    queue = tf.FIFOQueue(1, tf.float32, shapes=[[]])
    put, close = queue.enqueue(1.0), queue.close(cancel_pending_enqueues=True)
    told = []
    with tf.Session() as session:
        session.run(put)
        thread = threading.Thread(target=lambda: told.append(raised(lambda: session.run(put), key="")))
        thread.start()
        while thread.is_alive() and not session.run(queue.is_closed()):
            session.run(close)
        thread.join(_SECONDS)
        return [told, session.run(queue.size()), session.run(queue.dequeue())]


def closing_the_queue_ends_a_waiting_dequeue(tf):
    queue = tf.FIFOQueue(1, tf.float32, shapes=[[]])
    take, close = queue.dequeue(), queue.close()
    told = []
    with tf.Session() as session:
        thread = threading.Thread(target=lambda: told.append(raised(lambda: session.run(take), key="is closed")))
        thread.start()
        session.run(close)
        thread.join(_SECONDS)
    return told


def two_sessions_share_no_queue(tf):
    queue = tf.FIFOQueue(5, tf.float32, shapes=[[]])
    one, two = tf.Session(), tf.Session()
    one.run(queue.enqueue(1.0))
    return [one.run(queue.size()), two.run(queue.size())]


def a_seeded_shuffle_queue_gives_this_order(tf):
    told = []
    for seed, many in ((1, False), (1, True), (7, False)):
        with tf.Graph().as_default():
            queue = tf.RandomShuffleQueue(20, 0, tf.int32, shapes=[[]], seed=seed)
            take = queue.dequeue_many(10) if many else queue.dequeue()
            with tf.Session() as session:
                session.run(queue.enqueue_many([list(range(10))]))
                told.append(session.run(take) if many else [session.run(take) for _ in range(10)])
    return told


def a_shuffle_queue_keeps_its_minimum_until_closed(tf):
    queue = tf.RandomShuffleQueue(10, 2, tf.int32, shapes=[[]], seed=1)
    with tf.Session() as session:
        session.run(queue.enqueue_many([[1, 2, 3]]))
        first = session.run(queue.dequeue())
        waits = raised(lambda: session.run(queue.dequeue(), options=_options(tf)), key="")
        session.run(queue.close())
        rest = [session.run(queue.dequeue()) for _ in range(2)]
        over = raised(lambda: session.run(queue.dequeue()), key="is closed and has insufficient elements")
        return [sorted([first] + rest), waits, over]


def a_shuffle_queue_gives_every_element_once(tf):
    queue = tf.RandomShuffleQueue(100, 5, tf.int32, shapes=[[]])
    with tf.Session() as session:
        session.run(queue.enqueue_many([list(range(50))]))
        session.run(queue.close())
        return sorted(int(session.run(queue.dequeue())) for _ in range(50))


def a_queue_runner_tells_its_parts(tf):
    queue = tf.FIFOQueue(5, tf.float32, name="q")
    put = queue.enqueue(1.0)
    runner = tf.train.QueueRunner(queue, [put] * 2)
    tf.train.add_queue_runner(runner)
    return [
        runner.name,
        runner.queue is queue,
        names(runner.enqueue_ops),
        [runner.close_op.name, runner.cancel_op.name],
        [e.__name__ for e in runner.queue_closed_exception_types],
        tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS)[0] is runner,
        runner.exceptions_raised,
        nodes(put.graph),
    ]


def unfit_queue_runners_raise(tf):
    queue = tf.FIFOQueue(5, tf.float32, name="q")
    put = queue.enqueue(1.0)
    return [
        raised(lambda: tf.train.QueueRunner(queue)),
        raised(lambda: tf.train.QueueRunner(None, [put])),
        raised(lambda: tf.train.QueueRunner(queue, [put], queue_closed_exception_types=3), key=""),
        raised(lambda: tf.train.QueueRunner(queue, [put], queue_closed_exception_types=(ValueError, 3)), key=""),
    ]


def queue_runners_feed_until_asked_to_stop(tf):
    queue = tf.FIFOQueue(3, tf.int32, shapes=[[]])
    count = tf.Variable(0)
    tf.train.add_queue_runner(tf.train.QueueRunner(queue, [queue.enqueue(tf.assign_add(count, 1) + 0)]))
    take = queue.dequeue()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coordinator)
        taken = [session.run(take) for _ in range(10)]
        coordinator.request_stop()
        coordinator.join(threads, stop_grace_period_secs=_SECONDS)
        return [
            taken,
            len(threads),
            [t.is_alive() for t in threads],
            [t.daemon for t in threads],
            coordinator.should_stop(),
        ]


def a_limited_input_ends_with_out_of_range(tf):
    queue = tf.FIFOQueue(10, tf.int32, shapes=[[]])
    source = tf.count_up_to(tf.Variable(0), 4)
    tf.train.add_queue_runner(tf.train.QueueRunner(queue, [queue.enqueue(source)]))
    take = queue.dequeue()
    taken = []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coordinator)
        try:
            while not coordinator.should_stop():
                taken.append(session.run(take))
        except tf.errors.OutOfRangeError as error:
            ended = [type(error).__name__, error.error_code == tf.errors.OUT_OF_RANGE]
        finally:
            coordinator.request_stop()
        coordinator.join(threads, stop_grace_period_secs=_SECONDS)
        return [taken, ended, session.run(queue.is_closed())]


def a_failing_runner_tells_the_coordinator(tf):
    queue = tf.FIFOQueue(10, tf.float32)
    x = tf.placeholder(tf.float32, [2], name="x")
    tf.train.add_queue_runner(tf.train.QueueRunner(queue, [queue.enqueue([x])]))
    with tf.Session() as session:
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coordinator)
        stopped = coordinator.wait_for_stop(_SECONDS)
        over = raised(lambda: session.run(queue.dequeue()), key="is closed and has insufficient elements")
        joined = raised(lambda: coordinator.join(threads), key="You must feed a value for placeholder tensor 'x'")
        return [stopped, over, joined]


def start_queue_runners_wants_a_session(tf):
    queue = tf.FIFOQueue(10, tf.float32)
    tf.train.add_queue_runner(tf.train.QueueRunner(queue, [queue.enqueue(1.0)]))
    told = [raised(lambda: tf.train.start_queue_runners())]
    with tf.Session() as session:
        told.append(raised(lambda: tf.train.start_queue_runners(sess=3), key=""))
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(coord=coordinator, start=False)
        told += [
            len(threads),
            [t.is_alive() for t in threads],
            tf.train.start_queue_runners(session, collection="none"),
        ]
        told.append([len(tf.train.start_queue_runners(session, coordinator, daemon=False, start=False))])
    return told


def a_coordinator_stops_once(tf):
    coordinator = tf.train.Coordinator()
    told = [coordinator.should_stop(), coordinator.joined, coordinator.wait_for_stop(0.0)]
    coordinator.request_stop()
    coordinator.request_stop()
    told += [coordinator.should_stop(), coordinator.wait_for_stop(0.0), coordinator.join([]), coordinator.joined]
    coordinator.clear_stop()
    return told + [coordinator.should_stop(), coordinator.joined]


def a_coordinator_raises_the_first_error_at_join(tf):
    def fail(coordinator, error):
        with coordinator.stop_on_exception():
            raise error

    told = []
    for error in (ValueError("mine"), tf.errors.OutOfRangeError(None, None, "over"), KeyError("k")):
        coordinator = tf.train.Coordinator()
        thread = threading.Thread(target=fail, args=(coordinator, error))
        thread.start()
        thread.join(_SECONDS)
        told.append([coordinator.should_stop(), raised(lambda c=coordinator, t=thread: c.join([t]), key="")])
    clean = tf.train.Coordinator(clean_stop_exception_types=(ValueError,))
    _report(clean, ValueError("expected"))
    told.append(raised(lambda: clean.join([])))
    again = tf.train.Coordinator()
    _report(again, ValueError("first"))
    _report(again, KeyError("second"))
    told.append(raised(lambda: again.join([])))
    told.append(raised(lambda: again.raise_requested_exception()))
    return told


def _report(coordinator, error):
    """Hands over the error as a program does: while it is being handled."""
    try:
        raise error
    except Exception as caught:
        coordinator.request_stop(caught)


def a_coordinator_takes_errors_in_these_forms(tf):
    told = []
    coordinator = tf.train.Coordinator()
    try:
        raise ValueError("caught")
    except ValueError:
        coordinator.request_stop(sys.exc_info())
    told.append(raised(lambda: coordinator.join([])))
    told.append(raised(lambda: tf.train.Coordinator().request_stop((1, 2)), key=""))
    coordinator = tf.train.Coordinator()
    coordinator.request_stop()
    _report(coordinator, ValueError("late"))
    told.append(raised(lambda: coordinator.join([])))
    return told


def threads_that_do_not_stop_are_reported(tf):
    coordinator = tf.train.Coordinator()
    release = threading.Event()
    thread = threading.Thread(target=lambda: release.wait(_SECONDS), name="stubborn")
    thread.daemon = True
    thread.start()
    coordinator.request_stop()
    told = raised(lambda: coordinator.join([thread], stop_grace_period_secs=0.05))
    ignored = raised(lambda: coordinator.join([thread], stop_grace_period_secs=0.05, ignore_live_threads=True))
    release.set()
    thread.join(_SECONDS)
    return [told, ignored]


def registered_threads_are_joined(tf):
    coordinator = tf.train.Coordinator()
    told = []
    thread = threading.Thread(target=lambda: told.append("ran"))
    coordinator.register_thread(thread)
    thread.start()
    coordinator.join()
    return told + [coordinator.joined]


def a_looper_thread_calls_until_stopped(tf):
    coordinator = tf.train.Coordinator()
    told = []

    def work():
        told.append(len(told))
        if len(told) == 3:
            coordinator.request_stop()

    thread = tf.train.LooperThread.loop(coordinator, None, work)
    thread.join(_SECONDS)
    coordinator.join([thread])
    return [told, thread.is_alive()]


def priority_and_padding_queues_order_and_pad(tf):
    padding = tf.PaddingFIFOQueue(5, tf.float32, shapes=[[None]])
    with tf.Session() as session:
        session.run(padding.enqueue([[1.0]]))
        session.run(padding.enqueue([[2.0, 3.0]]))
        return session.run(padding.dequeue_many(2))


def enqueue_many_of_an_array_splits_its_rows(tf):
    queue = tf.FIFOQueue(10, tf.float32, shapes=[[2]])
    x = tf.placeholder(tf.float32, [None, 2])
    put = queue.enqueue_many([x])
    with tf.Session() as session:
        session.run(put, {x: np.arange(6, dtype=np.float32).reshape(3, 2)})
        session.run(put, {x: np.zeros([0, 2], np.float32)})
        return [session.run(queue.size()), session.run(queue.dequeue()), session.run(queue.dequeue_many(2))]
