"""Sentences in TensorFlow's words, for shape rules and kernels to raise."""

import numpy as np

from lazytf.core import contents
from lazytf.core.errors import InvalidArgumentError


def bracketed(sizes):
    """Sizes as errors print them: ``[2,3]``."""
    return f"[{','.join('?' if size is None else str(size) for size in sizes)}]"


def refuse(sentence):
    """Raises the runtime error of an impossible input, unless ``sentence`` is None."""
    if sentence:
        raise InvalidArgumentError(None, None, sentence)


def computed(op, *indices):
    """The known values among some inputs, as ``ShapeError`` wants them: ``{1: "<2 3>"}``."""
    values = {i: contents.constant_value(op._inputs[i]) for i in indices}
    return {i: f"<{_elements(value)}>" for i, value in values.items() if value is not None}


def _elements(value):
    if value.ndim < 2:
        return " ".join(f"{v:.6g}" if isinstance(v, float) else str(v) for v in np.ravel(value).tolist())
    return "".join(f"[{_elements(row)}]" for row in value)
