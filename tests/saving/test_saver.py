"""Savers, over the ops SaveV2, MergeV2Checkpoints and RestoreV2: what decides what is written, kept and read.

See also tests/cases/saving.py and training.py.
"""

import os
import pathlib

import numpy as np
import pytest

import lazytf as tf
from lazytf.saving import saver as savers


@pytest.fixture(autouse=True)
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def _variable(session, value, **options):
    v = tf.Variable(value, name="v", **options)
    session.run(v.initializer)
    return v


def test_shards_are_merged_into_one_checkpoint(session, tmp_path):
    a, b = _variable(session, [1.0, 2.0]), tf.Variable(3, name="b", use_resource=True)
    session.run(b.initializer)
    saver = tf.train.Saver(sharded=True)
    path = saver.save(session, str(tmp_path / "m"))
    assert sorted(os.listdir(tmp_path)) == ["checkpoint", "m.data-00000-of-00001", "m.index", "m.meta"]
    session.run([a.assign([0.0, 0.0]), b.assign(0)])
    saver.restore(session, path)
    assert [v.tolist() for v in session.run([a, b])] == [[1.0, 2.0], 3]


@pytest.mark.parametrize("use_resource", [False, True])
def test_reshape_lets_a_variable_have_another_shape(session, tmp_path, use_resource):
    path = tf.train.Saver([_variable(session, np.arange(6.0))]).save(session, str(tmp_path / "m"))
    other = tf.Variable(tf.zeros([2, 3], tf.float64), name="other", use_resource=use_resource)
    tf.train.Saver({"v": other}, reshape=True).restore(session, path)
    assert session.run(other).tolist() == [[0, 1, 2], [3, 4, 5]]
    with pytest.raises(tf.errors.InvalidArgumentError, match="most likely due to a mismatch"):
        tf.train.Saver({"v": other}).restore(session, path)
    assert session.run(other).tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_flipped_byte_is_data_loss_and_changes_nothing(session, tmp_path):
    v = _variable(session, [1.0, 2.0, 3.0])
    path = tf.train.Saver().save(session, str(tmp_path / "m"))
    session.run(v.assign([7.0, 8.0, 9.0]))
    data = pathlib.Path(path + ".data-00000-of-00001")
    damaged = bytearray(data.read_bytes())
    damaged[5] ^= 1
    data.write_bytes(damaged)
    with pytest.raises(tf.errors.DataLossError, match="Checksum does not match.*'v'.*data-00000"):
        tf.train.Saver().restore(session, path)
    assert session.run(v).tolist() == [7.0, 8.0, 9.0]


def test_one_checkpoint_stays_for_every_n_hours(session, tmp_path, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(savers.time, "time", lambda: now[0])
    _variable(session, 1.0)
    saver = tf.train.Saver(max_to_keep=1, keep_checkpoint_every_n_hours=1)
    for step in range(6):
        saver.save(session, str(tmp_path / "m"), global_step=step, write_meta_graph=False)
        now[0] += 30 * 60 + 1
    kept = sorted(name for name in os.listdir(tmp_path) if name.endswith(".index"))
    assert kept == ["m-2.index", "m-4.index", "m-5.index"]
    assert saver.last_checkpoints == [str(tmp_path / "m-5")]


def test_paths_are_written_relative_where_asked(session, tmp_path, monkeypatch):
    _variable(session, 1.0)
    tf.train.Saver(save_relative_paths=True, pad_step_number=True).save(session, str(tmp_path / "m"), global_step=7)
    assert 'model_checkpoint_path: "m-00000007"' in (tmp_path / "checkpoint").read_text()
    assert tf.train.latest_checkpoint(str(tmp_path)) == str(tmp_path / "m-00000007")
    monkeypatch.chdir(tmp_path)
    assert tf.train.Saver().save(session, "here", write_meta_graph=False) == "here"
    assert tf.train.latest_checkpoint(".") == "./here"


def test_a_saver_may_be_built_later_and_from_its_definition(session, tmp_path):
    v = _variable(session, [1.0])
    late = tf.train.Saver(defer_build=True)
    with pytest.raises(RuntimeError, match="should be called before save"):
        late.save(session, str(tmp_path / "m"))
    late.build()
    twin = tf.train.Saver(saver_def=late.as_saver_def())
    tf.get_default_graph().finalize()
    path = twin.save(session, str(tmp_path / "m"))
    session.run(v.initializer)
    tf.train.Saver.from_proto(late.to_proto()).restore(session, path)
    assert session.run(v).tolist() == [1.0]


def test_what_is_not_supported_is_refused(session):
    _variable(session, 1.0)
    with pytest.raises(NotImplementedError, match="version 2"):
        tf.train.Saver(write_version=tf.train.SaverDef.V1)
    with pytest.raises(NotImplementedError, match="builder"):
        tf.train.Saver(builder=object())


def test_an_empty_graph_may_be_allowed(session, tmp_path):
    saver = tf.train.Saver(allow_empty=True)
    assert saver.save(session, str(tmp_path / "m")) is None
    assert os.listdir(tmp_path) == ["m.meta"]
    saver.restore(session, "anything")


def test_removed_checkpoints_leave_nothing(session, tmp_path):
    _variable(session, 1.0)
    path = tf.train.Saver().save(session, str(tmp_path / "m"))
    (written,) = tf.train.get_checkpoint_mtimes([path, str(tmp_path / "none")])
    assert written == pytest.approx(os.stat(path + ".index").st_mtime)
    tf.train.remove_checkpoint(path)
    assert os.listdir(tmp_path) == ["checkpoint"]
    assert tf.train.latest_checkpoint(str(tmp_path)) is None
    assert not tf.train.checkpoint_exists(str(tmp_path / "none" / "m"))


def test_a_state_file_that_cannot_be_read_names_nothing(tmp_path):
    (tmp_path / "checkpoint").write_bytes(b"\xff{")
    assert tf.train.latest_checkpoint(str(tmp_path)) is None
    (tmp_path / "checkpoint").write_text("")
    with pytest.raises(ValueError, match="Invalid checkpoint state"):
        tf.train.get_checkpoint_state(str(tmp_path))


@pytest.mark.parametrize(
    "assignment", [{"v": "new/v"}, {"/": "new/"}, {"v:0": lambda v: v}, {"v": lambda v: [v]}], ids=str
)
def test_variables_start_from_a_checkpoint(session, tmp_path, assignment):
    path = tf.train.Saver([_variable(session, [1.0, 2.0])]).save(session, str(tmp_path / "m"))
    with tf.Graph().as_default(), tf.Session() as other:
        v = tf.get_variable("new/v", [2], use_resource=True)
        tf.train.init_from_checkpoint(path, {k: t(v) if callable(t) else t for k, t in assignment.items()})
        other.run(tf.global_variables_initializer())
        assert other.run(v).tolist() == [1.0, 2.0]


def test_initial_values_that_do_not_fit_are_refused(session, tmp_path):
    tf.train.Saver([_variable(session, [1.0, 2.0])]).save(session, str(tmp_path / "m"))
    tf.get_variable("w", [3])
    with pytest.raises(ValueError, match=r"Shape of variable w:0 \(\[3\]\) doesn't match"):
        tf.train.init_from_checkpoint(str(tmp_path), {"v": "w"})
    with pytest.raises(ValueError, match="nothing is not found in"):
        tf.train.init_from_checkpoint(str(tmp_path), {"nothing": "w"})


def test_a_user_may_say_how_a_thing_is_saved(session, tmp_path):
    v = _variable(session, [2.0])

    class Doubled(savers.SaveableObject):
        def __init__(self):
            super().__init__(v, [savers.SaveSpec(v * 2.0, "", "doubled")], "doubled")

        def restore(self, restored_tensors, restored_shapes):
            return v.assign(restored_tensors[0] / 2.0).op

    saver = tf.train.Saver([Doubled()])
    path = saver.save(session, str(tmp_path / "m"))
    assert tf.train.load_variable(path, "doubled").tolist() == [4.0]
    session.run(v.assign([0.0]))
    saver.restore(session, path)
    assert session.run(v).tolist() == [2.0]


def test_an_import_that_fails_leaves_the_graph_as_it_was(session):
    graph = tf.get_default_graph()
    tf.constant(1.0, name="a")
    message = graph.as_graph_def()
    wrong = message.node.add(name="b", op="Neg", input=["a"])
    wrong.attr["T"].type = tf.int32.as_datatype_enum
    before = [op.name for op in graph.get_operations()]
    with pytest.raises(ValueError, match="was passed float from import/a:0 incompatible with expected int32"):
        tf.import_graph_def(message)
    assert [op.name for op in graph.get_operations()] == before
    wrong.attr["T"].type = tf.float32.as_datatype_enum
    assert tf.import_graph_def(message, return_elements=["b:0"], name="import")[0].name == "import_1/b:0"
