"""Input pipelines of queues give TensorFlow's rows in TensorFlow's order (numbers from TensorFlow 1.15.5)."""

import pytest

import lazytf as tf
from lazytf.training import batching, input_producers
from tests.threads import PATIENCE


@pytest.fixture(autouse=True)
def fresh_graph():
    tf.reset_default_graph()


def everything(fetch):
    """All that can be fetched until the input has ended."""
    told = []
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coordinator)
        with coordinator.stop_on_exception():
            while True:
                told.append(session.run(fetch))
        coordinator.join(threads, stop_grace_period_secs=PATIENCE)
        assert not any(thread.is_alive() for thread in threads)
    return told


def test_numbers_come_in_order_for_as_many_epochs_as_asked():
    assert everything(input_producers.range_input_producer(3, num_epochs=2, shuffle=False).dequeue()) == [0, 1, 2] * 2


def test_shuffled_names_come_in_the_order_of_the_seed():
    names = input_producers.string_input_producer(list("abcde"), num_epochs=2, seed=1)
    assert b"".join(everything(names.dequeue())) == b"ceadbcdaeb"


def test_rows_at_one_place_are_batched_and_the_last_batch_is_smaller():
    row = input_producers.slice_input_producer([[[1.0], [2.0], [3.0]], ["a", "b", "c"]], num_epochs=1, shuffle=False)
    told = everything(batching.batch({"n": row[0], "s": row[1]}, 2, allow_smaller_final_batch=True))
    assert [(t["n"].tolist(), t["s"].tolist()) for t in told] == [([[1], [2]], [b"a", b"b"]), ([[3]], [b"c"])]


def test_a_batch_that_is_not_full_is_left_out_unless_asked_for():
    number = input_producers.range_input_producer(5, num_epochs=1, shuffle=False).dequeue()
    assert [t.tolist() for t in everything(batching.batch([number], 2))] == [[0, 1], [2, 3]]


def test_shuffled_batches_come_in_the_order_of_the_seed():
    with tf.Session() as session:
        batch = batching.shuffle_batch([list(range(20))], 5, 40, 0, seed=3, enqueue_many=True)
        runner = tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS)[0]
        session.run(runner.enqueue_ops[0])
        assert session.run(batch).tolist() == [7, 4, 10, 11, 15]


def test_sources_are_joined_and_examples_of_different_sizes_padded():
    sources = [[tf.constant([1.0])], [tf.constant([2.0, 3.0])]]
    batch = batching.batch_join(sources, 2, dynamic_pad=True)
    with tf.Session() as session:
        session.run(tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS)[0].enqueue_ops[0])
        session.run(tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS)[0].enqueue_ops[1])
        assert session.run(batch).tolist() == [[1, 0], [2, 3]]


@pytest.mark.parametrize(
    "make, kind, words",
    [
        (lambda: input_producers.string_input_producer([]), ValueError, "requires a non-null input tensor"),
        (lambda: input_producers.limit_epochs(tf.zeros([1]), 0), ValueError, "num_epochs must be > 0 not 0."),
        (lambda: input_producers.slice_input_producer([]), ValueError, "Expected at least one tensor in slice_input"),
        (lambda: batching.batch([], 2), ValueError, r"Expected at least one tensor in batch\(\)."),
        (lambda: batching.batch([tf.placeholder(tf.float32)], 2), ValueError, "Cannot infer Tensor's rank"),
        (lambda: batching.batch_join([], 2), ValueError, "Expected at least one set of tensors"),
        (lambda: batching.batch_join([[1.0], [1]], 2), TypeError, "types to be consistent: float32 vs. int32."),
    ],
)
def test_unfit_inputs_are_refused(make, kind, words):
    with pytest.raises(kind, match=words):
        make()
