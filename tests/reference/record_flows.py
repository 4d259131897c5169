"""Records graphs with branches and loops that TensorFlow 1.15.5 exported, and what they compute there.

python -m tests.reference.record_flows      (from the repository's root, in Python 3.7)

Writes ``flows/``: one ``.meta`` file for each function of tests/saving/flows.py, and ``expected.json``.
"""

import json
import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf  # noqa: E402

from tests.cases.probe import plain  # noqa: E402
from tests.saving.flows import FLOWS, fetched  # noqa: E402

FOLDER = pathlib.Path(__file__).parent / "flows"


def recorded(name):
    """Exports one graph; returns its values and gradients."""
    with tf.Graph().as_default(), tf.Session() as session:
        result = FLOWS[name](tf)
        message = tf.train.export_meta_graph()
        message.meta_info_def.ClearField("stripped_op_list")  # the signatures of all its operations, which are long
        (FOLDER / (name + ".meta")).write_bytes(message.SerializeToString())
        return plain(fetched(tf, session, result))


if __name__ == "__main__":
    if tf.__version__ != "1.15.5":
        raise SystemExit("the reference is TensorFlow 1.15.5; this is " + tf.__version__)
    FOLDER.mkdir(exist_ok=True)
    expected = {name: recorded(name) for name in FLOWS}
    (FOLDER / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    print(sorted(os.listdir(str(FOLDER))))
