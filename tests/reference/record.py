"""Records what TensorFlow 1.15.5 does with every row of the sample table.

    python -m tests.reference.record [FAMILY ...]

Needs Python 3.7 with tensorflow==1.15.5; rewrites tests/reference/samples/FAMILY.json. Recording again gives the same
bytes. For every row: the outputs; for each variant of known input shapes the static shapes, the nodes that the call
added and the error it raised; the gradients of sum(output * fixed weights); whether finite differences agree with the
gradient in float64 ("smooth"); the variables after the run.
"""

import os
import re
import sys
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.simplefilter("ignore")

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from tests.samples import FAMILIES, recording, rows, running  # noqa: E402

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)


def record(row):
    """Everything the suite compares of one row."""
    record = {"variants": {known: variant(row, known) for known in running.variants(row)}}
    if row.raises is not None:
        if not all("error" in found for found in record["variants"].values()):
            raise AssertionError("did not raise in every variant")
        return record
    built = running.build(tf, row)
    types = {type for found in record["variants"].values() for _, type in found.get("nodes", [])}
    if row.op not in types:
        raise AssertionError(f"added no such op: {sorted(types)}")
    with running.session(tf, built) as sess:
        runs = [running.fetch(sess, built) for _ in range(row.runs)]
        record["runs"] = [[recording.encode(value) for value in values] for values in runs]
        record["variables"] = [recording.encode(running.plain(sess.run(v))) for v in built.variables]
    record["gradients"] = gradients(row, built, runs[0])
    record["smooth"] = bool(record["gradients"]) and finite_differences_agree(row)
    return record


def variant(row, known):
    """Static shapes, dtypes and nodes; or the error and when it came."""
    try:
        built = running.build(tf, row, known)
    except Exception as error:
        return failure(row, known, "construction", error)
    result = {
        "shapes": [running.static_shape(output) for output in built.outputs],
        "nodes": built.nodes,
    }
    try:
        with running.session(tf, built) as sess:
            running.fetch(sess, built)
    except tf.errors.OpError as error:
        return dict(result, **failure(row, known, "run", error))
    return result


def failure(row, known, when, error):
    """The error as the record holds it; with whole shapes known, one that the row does not announce is a surprise."""
    message = str(error).split("\n")[0]
    if not re.search(row.raises, message) if row.raises is not None else known == "shape":
        raise AssertionError(f"raised in {when}: {type(error).__name__} {message}")
    return {"error": [when, type(error).__name__, message]}


def gradients(row, built, values):
    """One entry per differentiable input: the array, with ``true`` beside it if it came as IndexedSlices; or None."""
    try:
        fetches = running.gradients(tf, row, built, values)
    except LookupError:  # TensorFlow has no rule for this op
        return []
    found = zip(running.differentiable(row), running.fetched(tf, built, fetches))  # noqa: B905
    return [None if value is None else gradient(row, position, value) for position, value in found]


def gradient(row, position, value):
    array = running.dense(value, running.array_of(row.inputs[position]).shape)
    return [recording.encode(array), isinstance(value, tuple)]


def finite_differences_agree(row):
    """Whether TensorFlow's own gradient agrees with finite differences: not at kinks, not with fixed dtypes."""
    try:
        pairs = running.finite_differences(tf, row)
    except (TypeError, ValueError, tf.errors.OpError):
        return False
    return bool(pairs) and all(np.allclose(found, slopes, rtol=1e-5, atol=1e-6) for found, slopes in pairs)


def record_family(family):
    """Records one family and returns what went wrong, as lines; a row that went wrong is left out."""
    records, wrong = {}, []
    for row in rows(family):
        try:
            if row.name in records:
                raise ValueError("two rows have this name")
            records[row.name] = record(row)
        except Exception as error:
            wrong.append(f"{family}/{row.name}: {type(error).__name__} {error}".split("\n")[0])
    recording.save(family, records)
    print(family, len(records))
    return wrong


if __name__ == "__main__":
    chosen = sys.argv[1:] or FAMILIES
    sys.exit("\n".join(line for family in chosen for line in record_family(family)) or 0)
