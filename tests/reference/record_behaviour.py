"""Records what TensorFlow 1.15.5 does in every case of tests/cases.

python -m tests.reference.record_behaviour [SUBJECT ...]      (from the repository's root, in Python 3.7)

Each case runs twice, each time in a fresh graph, and must say the same both times.
"""

import json
import logging
import os
import pathlib
import re
import sys
import textwrap
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
warnings.simplefilter("ignore")

import tensorflow as tf  # noqa: E402

from tests.cases import probe  # noqa: E402

FOLDER = pathlib.Path(__file__).parent / "behaviour"
PLACES = re.compile(r"0x[0-9a-f]{6,}|site-packages|/tmp/|" + re.escape(os.getcwd() + os.sep))  # differ from run to run


def recorded(outcome):
    """Drops the whole message of an error, of which only the compared words are kept."""
    if isinstance(outcome, dict):
        if "raises" in outcome:
            if outcome["says"] not in outcome["message"]:
                raise SystemExit("{!r} is not in TensorFlow's message {!r}".format(outcome["says"], outcome["message"]))
            return {"raises": outcome["raises"], "says": outcome["says"]}
        return {key: recorded(value) for key, value in outcome.items()}
    return [recorded(value) for value in outcome] if isinstance(outcome, list) else outcome


def record(subject):
    """Runs the cases of one subject and writes ``behaviour/<subject>.json``."""
    told = {}
    for name, function in probe.cases(subject).items():
        told[name] = recorded(probe.outcome(function, tf))
        again = probe.outcome(function, tf)
        for difference in probe.differences(told[name], again, tolerance=0):
            raise SystemExit(f"{subject}/{name} differs between two runs: {difference}")
        place = PLACES.search(json.dumps(told[name]))
        if place:
            raise SystemExit(f"{subject}/{name} holds {place.group()!r}, which no second run would say")
    path = FOLDER / (subject + ".json")
    path.write_text(dump(told) + "\n")
    print(f"{path}: {len(told)} cases")


def dump(value, indent="", taken=0):
    """Returns JSON with one line for what fits on a line of which ``taken`` characters are used."""
    line = json.dumps(value, ensure_ascii=False)
    if taken + len(line) < 120 or not isinstance(value, (dict, list)):
        return line
    inner = indent + " "
    if isinstance(value, dict):
        heads = {key: inner + json.dumps(key, ensure_ascii=False) + ": " for key in value}
        lines = [heads[key] + dump(item, inner, len(heads[key])) for key, item in value.items()]
        return "{\n" + ",\n".join(lines) + "\n" + indent + "}"
    if not any(isinstance(item, (dict, list)) or item is None or isinstance(item, str) for item in value):
        return textwrap.fill(line, 120, initial_indent=indent, subsequent_indent=inner).lstrip()
    return "[\n" + ",\n".join(inner + dump(item, inner, len(inner)) for item in value) + "\n" + indent + "]"


if __name__ == "__main__":
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    if tf.__version__ != "1.15.5":
        raise SystemExit("the reference is TensorFlow 1.15.5; this is " + tf.__version__)
    FOLDER.mkdir(exist_ok=True)
    for subject in sys.argv[1:] or probe.SUBJECTS:
        record(subject)
