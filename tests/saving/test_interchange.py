"""Files that TensorFlow 1.15.5 wrote (by tests/reference/record_checkpoint.py) work here as they did there."""

import json
import pathlib

import numpy as np
import pytest

import lazytf as tf
from tests.cases.probe import differences, plain
from tests.saving import programs

FOLDER = pathlib.Path(__file__).parents[1] / "reference" / "interchange"
EXPECTED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))


def _exported():
    return tf.MetaGraphDef.FromString((FOLDER / "graph.meta").read_bytes())


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def test_training_continues_from_tensorflows_checkpoint():
    model = programs.trained(tf)
    with tf.Session() as session:
        tf.train.Saver().restore(session, tf.train.latest_checkpoint(str(FOLDER)))
        programs.steps(session, model, 3)
        assert not list(differences(EXPECTED["after"], plain(session.run(model["values"])), tolerance=1e-5))


def test_a_checkpoint_written_here_lists_what_tensorflows_does(tmp_path):
    model = programs.trained(tf)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        programs.steps(session, model, 3)
        path = tf.train.Saver().save(session, str(tmp_path / "m"), global_step=model["step"])
    assert tf.train.list_variables(path) == tf.train.list_variables(str(FOLDER / "m-3"))
    for name, _ in tf.train.list_variables(path):
        ours, theirs = (tf.train.load_variable(each, name) for each in (path, str(FOLDER / "m-3")))
        assert ours.dtype == theirs.dtype
        if ours.dtype != object:
            np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
        else:
            assert ours == theirs


def test_a_graph_that_tensorflow_exported_runs_here():
    tf.import_graph_def(_exported().graph_def)
    told = EXPECTED["graph"]
    with tf.Session() as session:
        session.run("import/init")
        ours = session.run(["import/" + name for name in told["fetches"]], {"import/x:0": programs.INPUT})
    assert not list(differences(told["values"], [plain(v) for v in ours]))


def test_the_same_graph_made_here_exports_the_same_message(graph):
    programs.exported(tf)
    theirs = _exported().graph_def
    ours = graph.as_graph_def(add_shapes=True)
    assert ours.versions == theirs.versions
    assert [node.name for node in ours.node] == [node.name for node in theirs.node]
    for our, their in zip(ours.node, theirs.node, strict=True):
        assert (our.op, our.device, sorted(our.input)) == (their.op, their.device, sorted(their.input))
        assert our.attr == their.attr, our.name


def test_a_graph_survives_export_and_import(graph):
    programs.exported(tf)
    message = graph.as_graph_def()
    with tf.Graph().as_default() as copy:
        tf.import_graph_def(message, name="")
        again = copy.as_graph_def()
    assert list(again.node) == list(message.node)


def test_a_meta_graph_of_tensorflows_brings_its_variables(graph):
    assert tf.train.import_meta_graph(str(FOLDER / "graph.meta")) is not None
    assert [(v.name, v.dtype.name) for v in tf.global_variables()] == [("w:0", "float32_ref"), ("r:0", "float32")]
    assert tf.trainable_variables() == tf.global_variables()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run(tf.global_variables()[1]).tolist() == [1.0, -1.0]
        session.run(tf.global_variables()[1].assign([3.0, 4.0]))
        assert session.run(graph.get_tensor_by_name("layer/h:0"), {"x:0": [[0.0] * 3]}).tolist() == [[3.0, 4.0]]


@pytest.mark.parametrize("scope", [None, "inside"])
def test_a_meta_graph_written_here_is_whole(graph, tmp_path, scope):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    w = tf.get_variable("w", initializer=tf.constant([[1.0, 2.0], [3.0, 4.0]]))
    tf.get_variable("p", [5, 2], initializer=tf.ones_initializer(), partitioner=tf.fixed_size_partitioner(2))
    tf.add_to_collection("outputs", tf.matmul(x, w, name="y"))
    for key, value in (("number", 3), ("fraction", 2.5), ("text", "abc")):
        tf.add_to_collection(key, value)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        path = tf.train.Saver().save(session, str(tmp_path / "m"))
    prefix = f"{scope}/" if scope else ""
    with tf.Graph().as_default() as other, tf.Session() as session:
        saver = tf.train.import_meta_graph(path + ".meta", import_scope=scope)
        saver.restore(session, path)
        assert session.run(other.get_tensor_by_name(prefix + "y:0"), {prefix + "x:0": [[1.0, 1.0]]}).tolist() == [
            [4.0, 6.0]
        ]
        assert [v.name for v in tf.global_variables()] == [
            prefix + name for name in ("w:0", "p/part_0:0", "p/part_1:0")
        ]
        assert [t.name for t in tf.get_collection("outputs")] == [prefix + "y:0"]
        assert [tf.get_collection(key) for key in ("number", "fraction", "text")] == [[3], [2.5], [b"abc"]]
        assert tf.train.list_variables(saver.save(session, str(tmp_path / "n"))) == tf.train.list_variables(path)


def test_a_graph_tells_which_operations_tensorflow_lacks(graph, tmp_path, caplog):
    v = tf.Variable([1.0], name="v")
    tf.gradients(v * v, v)
    tf.train.write_graph(graph, str(tmp_path), "graph.pbtxt")
    assert "gradients/Gradients" in caplog.text
