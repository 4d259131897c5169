"""What a FileWriter writes is what TensorBoard and TensorFlow read."""

import pytest

import lazytf as tf
from lazytf.formats.events import event_iterator
from lazytf.formats.messages import GraphDef, MetaGraphDef, RunMetadata, SessionLog, Summary
from lazytf.training import summaries
from lazytf.training.file_writers import FileWriter, FileWriterCache
from tests.threads import ended, started


@pytest.fixture(autouse=True)
def fresh_graph():
    tf.reset_default_graph()


def events(folder):
    return [event for path in sorted(folder.iterdir()) for event in event_iterator(str(path))]


def kinds(folder):
    return [event.WhichOneof("what") for event in events(folder)]


def test_a_graph_is_written_with_its_shapes(tmp_path):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    with FileWriter(tmp_path, x.graph) as writer:
        writer.add_graph(x.graph, 7)
    assert kinds(tmp_path) == ["file_version", "graph_def", "meta_graph_def", "graph_def"]
    written = events(tmp_path)[3]
    (node,) = GraphDef.FromString(written.graph_def).node
    assert written.step == 7 and node.name == "x" and node.attr["_output_shapes"].list.shape[0].dim[1].size == 2
    assert MetaGraphDef.FromString(events(tmp_path)[2].meta_graph_def).graph_def.node[0] == node


def test_metadata_is_written_once_for_a_tag(tmp_path):
    with tf.Session() as session:
        made = session.run(summaries.text("t", tf.constant("hello")))
    with FileWriter(tmp_path) as writer:
        for step in range(3):
            writer.add_summary(made, step)
    values = [event.summary.value[0] for event in events(tmp_path)[1:]]
    assert [value.HasField("metadata") for value in values] == [True, False, False]
    assert all(value.tensor.string_val == [b"hello"] for value in values)


def test_logs_and_run_metadata_are_written(tmp_path):
    with FileWriter(tmp_path) as writer:
        writer.add_session_log(SessionLog(status=SessionLog.START), 3)
        writer.add_run_metadata(RunMetadata(), "step1", 1)
        with pytest.raises(ValueError, match="The provided tag was already used for this event type"):
            writer.add_run_metadata(RunMetadata(), "step1", 2)
        writer.add_meta_graph(MetaGraphDef())
    assert kinds(tmp_path)[1:] == ["session_log", "tagged_run_metadata", "meta_graph_def"]
    assert [event.step for event in events(tmp_path)] == [0, 3, 1, 0]


def test_what_is_none_of_these_is_refused(tmp_path):
    with FileWriter(tmp_path) as writer:
        for wrong in (lambda: writer.add_graph(3), lambda: writer.add_graph(None), lambda: FileWriter(tmp_path, 3)):
            with pytest.raises(
                TypeError, match="The passed graph must be an instance of `Graph` or the deprecated `GraphDef`"
            ):
                wrong()
        with pytest.raises(TypeError, match="meta_graph_def must be type MetaGraphDef"):
            writer.add_meta_graph(3)
        with pytest.raises(TypeError, match="takes a tf.Summary or the bytes of one"):
            writer.add_summary(3)
        with pytest.raises(ValueError, match="no serialized Summary"):
            writer.add_summary(b"bad")
        with pytest.raises(TypeError, match="expected an Event"):
            writer.add_event(3)
    assert kinds(tmp_path) == ["file_version"]


def test_a_closed_writer_warns_until_it_is_reopened(tmp_path):
    writer = FileWriter(tmp_path)
    writer.close()
    writer.close()
    with pytest.warns(UserWarning, match="closed"):
        writer.add_summary(Summary())
    writer.reopen()
    writer.add_summary(Summary(), 5)
    writer.close()
    assert kinds(tmp_path) == ["file_version", "file_version", "summary"]
    assert writer.get_logdir() == str(tmp_path)


def test_threads_share_a_writer(tmp_path):
    with FileWriter(tmp_path, max_queue=2) as writer:
        ended(*[started(lambda: [writer.add_summary(Summary(), step) for step in range(25)]) for _ in range(4)])
    assert kinds(tmp_path).count("summary") == 100


def test_the_cache_keeps_one_writer_for_a_folder(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    writer = FileWriterCache.get(str(one))
    assert FileWriterCache.get(str(one)) is writer and FileWriterCache.get(str(two)) is not writer
    FileWriterCache.clear()
    again = FileWriterCache.get(str(one))
    assert again is not writer
    FileWriterCache.clear()
