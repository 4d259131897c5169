"""Graphs with branches and loops go from TensorFlow 1.15.5 to lazytf and back (recorded by record_flows.py)."""

import json
import pathlib

import pytest

import lazytf as tf
from lazytf.formats.messages import CondContextDef, WhileContextDef
from tests.cases.probe import differences, plain
from tests.saving.flows import FLOWS, fetched

FOLDER = pathlib.Path(__file__).parents[1] / "reference" / "flows"
EXPECTED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
CONTEXTS = {"cond_context": CondContextDef, "while_context": WhileContextDef}


def _exported(name):
    return tf.MetaGraphDef.FromString((FOLDER / f"{name}.meta").read_bytes())


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def _told(name, build_result):
    with tf.Session() as session:
        return list(differences(EXPECTED[name], plain(fetched(tf, session, build_result)), tolerance=1e-5))


def _under(scope, build_result):
    fetches, feeds, (loss, sources) = build_result
    put = lambda names: [f"{scope}/{name}" for name in names]  # noqa: E731
    return put(fetches), dict(zip(put(feeds), feeds.values(), strict=True)), (*put([loss]), put(sources))


@pytest.mark.parametrize("name", FLOWS)
def test_a_graph_made_here_computes_what_tensorflows_does(name):
    assert not _told(name, FLOWS[name](tf))


@pytest.mark.parametrize("name", FLOWS)
def test_a_graph_made_here_exports_the_very_messages_that_tensorflows_does(name):
    FLOWS[name](tf)
    ours, theirs = tf.train.export_meta_graph(), _exported(name)
    assert [node.name for node in ours.graph_def.node] == [node.name for node in theirs.graph_def.node]
    for our, their in zip(ours.graph_def.node, theirs.graph_def.node, strict=True):
        assert (our.op, our.device, sorted(our.input)) == (their.op, their.device, sorted(their.input)), our.name
        assert our.attr == their.attr, our.name
    for key, kind in CONTEXTS.items():
        ours_, theirs_ = (
            [kind.FromString(data) for data in message.collection_def[key].bytes_list.value]
            for message in (ours, theirs)
        )
        assert ours_ == theirs_


@pytest.mark.parametrize("name", FLOWS)
def test_a_meta_graph_of_tensorflows_runs_and_is_differentiated_here(name):
    with tf.Graph().as_default():
        build_result = FLOWS[name](tf)
    tf.train.import_meta_graph(_exported(name))
    assert not _told(name, build_result)


@pytest.mark.parametrize("name", FLOWS)
def test_a_graph_def_without_its_contexts_runs_here(name):
    with tf.Graph().as_default():
        build_result = FLOWS[name](tf)
    tf.import_graph_def(_exported(name).graph_def, name="")
    assert not _told(name, build_result)


def test_a_meta_graph_imported_twice_has_two_of_each_loop(graph):
    with tf.Graph().as_default():
        build_result = FLOWS["loops"](tf)
    for scope in ("one", "two"):
        tf.train.import_meta_graph(_exported("loops"), import_scope=scope)
    for scope in ("one", "two"):
        assert not _told("loops", _under(scope, build_result))
    assert [context.name for context in tf.get_collection("while_context")] == [
        f"{scope}/{name}/while_context" for scope in ("one", "two") for name in ("outer", "while")
    ]
    frames = {op.get_attr("frame_name") for op in graph.get_operations() if op.type == "Enter"}
    assert frames == {
        f"{scope}/{name}/while_context".encode()
        for scope in ("one", "two")
        for name in ("outer", "outer/inner", "while")
    }


def test_a_graph_def_imported_twice_has_one_frame_for_two_loops():
    for scope in ("one", "two"):
        tf.import_graph_def(_exported("loops").graph_def, name=scope)
    feeds = {f"{scope}/{name}:0": value for scope in ("one", "two") for name, value in (("n", 1), ("x", [[1.0, 2.0]]))}
    with tf.Session() as session:
        assert session.run("one/i:0", feeds) == 1
        with pytest.raises(tf.errors.InvalidArgumentError, match="has more than one LoopCond node"):
            session.run(["one/i:0", "two/i:0"], feeds)


def test_what_is_imported_stands_in_its_context(graph):
    tf.train.import_meta_graph(_exported("loops"))
    outer = graph.get_operation_by_name("outer/concat")._get_control_flow_context()
    inner = graph.get_operation_by_name("outer/inner/MatMul")._get_control_flow_context()
    assert (outer.name, inner.name, inner.outer_context) == ("outer/while_context", "outer/inner/while_context", outer)
    assert outer.back_prop and not graph.get_operation_by_name("while/mul")._get_control_flow_context().back_prop
    assert inner.to_proto().values_def == inner.from_proto(inner.to_proto()).to_proto().values_def


def test_a_loop_imported_inside_a_branch_belongs_to_it(graph):
    p = tf.placeholder(tf.bool, [], name="p")
    x = tf.constant([[1.0, 2.0]])

    def imported():
        mapped = {"x:0": x, "n:0": tf.constant(2)}
        return tf.import_graph_def(_exported("loops").graph_def, mapped, ["y:0"], name="in")[0]

    y = tf.cond(p, imported, lambda: x)
    assert all(
        op._get_control_flow_context() is not None for op in graph.get_operations() if op.name.startswith("cond/in/")
    )
    with tf.Session() as session:
        assert session.run(y, {p: False}).tolist() == [[1.0, 2.0]]
        assert session.run(y, {p: True}).tolist() == EXPECTED["loops"][1][:3]


def test_a_graph_survives_export_and_import_with_its_loops(graph):
    for build in FLOWS.values():
        with tf.Graph().as_default() as made:
            build(tf)
            message = made.as_graph_def(add_shapes=True)
        with tf.Graph().as_default() as copy:
            tf.import_graph_def(message, name="")
            again = {node.name: node for node in copy.as_graph_def(add_shapes=True).node}
        assert again == {node.name: node for node in message.node}


# -- what cannot be imported ------------------------------------------------------------------------------------------


def _node(name, op, *inputs, **shapes):
    node = tf.NodeDef(name=name, op=op, input=inputs)
    node.attr["T" if op != "Placeholder" else "dtype"].type = tf.float32.as_datatype_enum
    for size in shapes.values():
        node.attr["_output_shapes"].list.shape.add().dim.add(size=size)
    return node


def test_a_circle_that_is_no_loop_is_refused():
    message = tf.GraphDef(node=[_node("a", "Neg", "b"), _node("b", "Neg", "a"), _node("c", "Placeholder")])
    with pytest.raises(ValueError, match="2 nodes in a cycle: a, b"):
        tf.import_graph_def(message, name="")


def test_a_node_says_more_of_its_shapes_and_nothing_else(graph):
    tf.import_graph_def(tf.GraphDef(node=[_node("x", "Placeholder", size=3), _node("y", "Neg", "x")]), name="")
    assert graph.get_tensor_by_name("y:0").shape.as_list() == [3]
    wrong = tf.GraphDef(node=[_node("z", "Neg", "v", size=4), _node("v", "Placeholder", size=3)])
    with pytest.raises(ValueError, match="Node 'z' has an _output_shapes attribute inconsistent with the GraphDef"):
        tf.import_graph_def(wrong, name="")
    assert [op.name for op in graph.get_operations()] == ["x", "y"]
