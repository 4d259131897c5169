"""The recorded numbers as JSON: one file per family, one line per row, floats in their shortest exact spelling."""

import json
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent.parent / "reference" / "samples"


def load(family):
    """Row name -> record, as ``tests/reference/record.py`` wrote it; empty before the first recording."""
    path = FOLDER / (family + ".json")
    return json.loads(path.read_text()) if path.exists() else {}


def save(family, records):
    """Writes the records of one family; the same records always give the same bytes."""
    lines = [f"{json.dumps(name)}: {json.dumps(records[name], sort_keys=True)}" for name in records]
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / (family + ".json")).write_text("{\n" + ",\n".join(lines) + "\n}\n")


def encode(array):
    """An array as ``[dtype, shape, flat values]``; None stays None."""
    if array is None:
        return None
    name = "string" if array.dtype.kind == "O" else array.dtype.name
    return [name, list(array.shape), [_plain(value) for value in array.ravel()]]


def decode(encoded):
    """The array behind ``[dtype, shape, values]``: bfloat16 as float32, strings as objects."""
    if encoded is None:
        return None
    name, shape, values = encoded
    if name == "string":
        array = np.empty(len(values), object)
        array[:] = [value.encode("latin-1") for value in values]
    elif name.startswith("complex"):
        array = np.array([complex(*value) for value in values], name)
    else:
        array = np.array(values, "float32" if name == "bfloat16" else name)
    return array.reshape(shape)


def _plain(value):
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, np.complexfloating):
        return [_plain(value.real), _plain(value.imag)]
    if isinstance(value, (np.bool_, np.integer)):
        return value.item()
    return float(str(value))
