"""Records a checkpoint that TensorFlow 1.15.5 wrote, what training reached after it, and a graph that it exported.

python -m tests.reference.record_checkpoint      (from the repository's root, in Python 3.7)

Writes ``interchange/``: the checkpoint ``m-3``, ``graph.meta``, and ``expected.json``.
"""

import json
import os
import pathlib
import shutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf  # noqa: E402

from tests.cases.probe import plain  # noqa: E402
from tests.saving import programs  # noqa: E402

FOLDER = pathlib.Path(__file__).parent / "interchange"


def checkpoint():
    """Trains three steps, saves, trains three more; returns the values then."""
    with tf.Graph().as_default(), tf.Session() as session:
        model = programs.trained(tf)
        session.run(tf.global_variables_initializer())
        programs.steps(session, model, 3)
        saver = tf.train.Saver(save_relative_paths=True)
        saver.save(session, str(FOLDER / "m"), global_step=model["step"], write_meta_graph=False)
        programs.steps(session, model, 3)
        return plain(session.run(model["values"]))


def graph():
    """Exports a graph of many kinds of operations, and its collections; returns the values of its fetches."""
    with tf.Graph().as_default(), tf.Session() as session:
        fetches = programs.exported(tf)
        session.run("init")
        told = [plain(v) for v in session.run(fetches, {"x:0": programs.INPUT})]
        message = tf.train.export_meta_graph()
        message.meta_info_def.ClearField("stripped_op_list")  # the signatures of all its operations, which are long
        (FOLDER / "graph.meta").write_bytes(message.SerializeToString())
        return {"fetches": fetches, "values": told}


if __name__ == "__main__":
    if tf.__version__ != "1.15.5":
        raise SystemExit("the reference is TensorFlow 1.15.5; this is " + tf.__version__)
    shutil.rmtree(str(FOLDER), ignore_errors=True)
    FOLDER.mkdir()
    expected = {"after": checkpoint(), "graph": graph()}
    (FOLDER / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    print(sorted(os.listdir(str(FOLDER))))
