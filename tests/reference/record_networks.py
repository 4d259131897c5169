"""Records checkpoints of networks over time that TensorFlow 1.15.5 trained, and what those networks then say.

python -m tests.reference.record_networks      (from the repository's root, in Python 3.7)

Writes ``checkpoints/``: one checkpoint for each model of tests/modeling/trained.py, and ``expected.json``.
"""

import os
import pathlib
import shutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf  # noqa: E402

from tests.cases.probe import plain  # noqa: E402
from tests.modeling import trained  # noqa: E402
from tests.reference.record_behaviour import dump  # noqa: E402

FOLDER = pathlib.Path(__file__).parent / "checkpoints"


def recorded(name):
    """Trains a model ten steps and saves it; returns its results then, and the losses of five more steps."""
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(3)
        model = trained.MODELS[name](tf)
        session.run(tf.global_variables_initializer())
        trained.losses(session, model, 10)
        tf.train.Saver().save(session, str(FOLDER / name), write_meta_graph=False, write_state=False)
        results = plain(session.run(model["results"], model["feeds"]))
        return {"results": results, "losses": trained.losses(session, model, 5)}


if __name__ == "__main__":
    if tf.__version__ != "1.15.5":
        raise SystemExit("the reference is TensorFlow 1.15.5; this is " + tf.__version__)
    shutil.rmtree(str(FOLDER), ignore_errors=True)
    FOLDER.mkdir()
    expected = {name: recorded(name) for name in trained.MODELS}
    (FOLDER / "expected.json").write_text(dump(expected) + "\n")
    print(sorted(os.listdir(str(FOLDER))))
