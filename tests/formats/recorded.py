"""What TensorFlow 1.15 wrote and read, from ``tests/reference/record_formats.py``."""

import json
import pathlib

import numpy as np

FOLDER = pathlib.Path(__file__).parents[1] / "reference" / "formats"
EXPECTED = json.loads((FOLDER / "expected.json").read_text())


def encoded(array):
    """An array as the recording spells it: its shape, and strings or little-endian bytes in hex."""
    array = np.asarray(array)
    content = [element.hex() for element in array.reshape(-1)] if array.dtype == object else array.tobytes().hex()
    return {"shape": list(array.shape), "content": content}


def recorded(entry):
    return {key: entry[key] for key in ("shape", "content")}
