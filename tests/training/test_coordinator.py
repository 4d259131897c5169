"""What a coordinator does beyond tests/cases/queues.py."""

import sys
import threading
import traceback

import pytest

import lazytf as tf
from tests.threads import ended, started


def fails(coordinator):
    with coordinator.stop_on_exception():
        _deep_inside()


def _deep_inside():
    raise ValueError("deep inside")


def test_an_error_keeps_the_traceback_of_its_thread():
    coordinator = tf.train.Coordinator()
    ended(started(fails, coordinator))
    for _ in range(2):
        with pytest.raises(ValueError, match="deep inside") as told:
            coordinator.join()
        assert "_deep_inside" in [frame.name for frame in traceback.extract_tb(told.value.__traceback__)]


def test_what_is_no_error_is_refused_where_it_is_given():
    for wrong in ((1, 2), 3, "error"):
        with pytest.raises(TypeError, match="takes an exception"):
            tf.train.Coordinator().request_stop(wrong)


def test_an_error_after_join_is_raised_where_it_is_told():
    coordinator = tf.train.Coordinator()
    coordinator.request_stop()
    coordinator.join()
    with pytest.raises(ValueError, match="late"):
        coordinator.request_stop(ValueError("late"))
    coordinator.request_stop(tf.errors.OutOfRangeError(None, None, "clean"))


def test_exc_info_is_taken_too():
    coordinator = tf.train.Coordinator()
    try:
        _deep_inside()
    except ValueError:
        coordinator.request_stop(sys.exc_info())
    with pytest.raises(ValueError, match="deep inside"):
        coordinator.raise_requested_exception()


def test_join_ends_when_all_threads_have_ended_without_a_stop():
    coordinator = tf.train.Coordinator()
    threads = [threading.Thread(target=lambda: None) for _ in range(3)]
    for thread in threads:
        thread.start()
    coordinator.join(threads)
    assert coordinator.joined and not coordinator.should_stop()


def test_a_cleared_coordinator_starts_anew():
    coordinator = tf.train.Coordinator()
    ended(started(fails, coordinator))
    coordinator.clear_stop()
    coordinator.join()
    assert not coordinator.should_stop()


def test_a_looper_runs_its_hooks_in_order_and_tells_its_error():
    told = []

    class Looper(tf.train.LooperThread):
        def start_loop(self):
            told.append("start")

        def run_loop(self):
            told.append("run")
            if told.count("run") == 2:
                self._coord.request_stop()

        def stop_loop(self):
            told.append("stop")

    coordinator = tf.train.Coordinator()
    looper = Looper(coordinator, 0.001)
    looper.start()
    coordinator.join()
    assert told == ["start", "run", "run", "stop"] and looper.daemon
    coordinator = tf.train.Coordinator()
    tf.train.LooperThread.loop(coordinator, None, target=_deep_inside)
    with pytest.raises(ValueError, match="deep inside"):
        coordinator.join()
    with pytest.raises(ValueError, match="'coord' argument must be a Coordinator"):
        tf.train.LooperThread(3, None)
