"""Records the losses that the models of tests/programs/char_models.py go through on TensorFlow 1.15.5, on one thread.

python -m tests.reference.record_curves      (from the repository's root, in Python 3.7)

Writes ``curves.json``, and ``recurrent/``: checkpoints of some models after these steps.
"""

import logging
import os
import pathlib
import shutil
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
warnings.simplefilter("ignore")

import tensorflow as tf  # noqa: E402

from tests.cases import probe  # noqa: E402
from tests.programs import char_models  # noqa: E402
from tests.reference.record_behaviour import dump  # noqa: E402

if __name__ == "__main__":
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    if tf.__version__ != "1.15.5":
        raise SystemExit("the reference is TensorFlow 1.15.5; this is " + tf.__version__)
    folder = pathlib.Path(__file__).parent
    shutil.rmtree(str(folder / "recurrent"), ignore_errors=True)
    told = {}
    for name in char_models.MODELS:
        path = str(folder / "recurrent" / name) if name in char_models.SAVED else None
        losses, norms = char_models.curve(tf, name, save=path)
        told[name] = {"losses": losses, "norms": norms}
        if path is not None:
            told[name]["answers"] = probe.plain(char_models.answers(tf, name, path))
    (folder / "curves.json").write_text(dump(told) + "\n")
