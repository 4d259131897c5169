"""Records the numbers that the programs of examples/ reach on TensorFlow 1.15.5, at full precision.

python -m tests.reference.record_programs      (from the repository's root, in Python 3.7)
"""

import logging
import os
import pathlib
import runpy
import sys
import tempfile
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
warnings.simplefilter("ignore")

import tensorflow as tf  # noqa: E402

from tests.cases import probe  # noqa: E402
from tests.reference.record_behaviour import dump  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
WATCHED = {  # program: the names whose values it prints
    "graphs": ["in_first", "in_second"],
    "sessions": ["value", "total_value"],
    "forward": ["result"],
    "feeding": ["result"],
    "training": ["before", "losses", "after"],
    "initializers": ["values"],
    "graph_collections": ["kept", "averaged"],
    "digits": ["history"],
    "char_lstm": ["losses", "samples"],
}
STEPS = {"digits": 200, "char_lstm": 60}

if __name__ == "__main__":
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    if tf.__version__ != "1.15.5":
        raise SystemExit("the reference is TensorFlow 1.15.5; this is " + tf.__version__)
    sys.modules["lazytf"] = tf
    told = {}
    with tempfile.TemporaryDirectory() as folder:
        for program, watched in WATCHED.items():
            arguments = ["--steps", str(STEPS[program]), "--out", folder] if program in STEPS else []
            sys.argv = [program] + arguments
            reached = runpy.run_path(str(ROOT / "examples" / (program + ".py")), run_name="__main__")
            told[program] = {name: probe.plain(reached[name]) for name in watched}
    (pathlib.Path(__file__).parent / "programs.json").write_text(dump(told) + "\n")
