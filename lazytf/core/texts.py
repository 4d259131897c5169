"""Strings of either kind, bytes or text, as the kind that is wanted: ``tf.compat.as_bytes`` and its kin."""

import numbers
import os

import numpy as np

bytes_or_text_types = (bytes, str)
integral_types = (numbers.Integral, np.integer)
real_types = (numbers.Real, np.integer, np.floating)
complex_types = (numbers.Complex, np.number)


def as_bytes(bytes_or_text, encoding="utf-8"):
    """``bytes_or_text`` as bytes; ``TypeError`` if it is neither."""
    if isinstance(bytes_or_text, (bytes, bytearray)):
        return bytes(bytes_or_text)
    if isinstance(bytes_or_text, str):
        return bytes_or_text.encode(encoding)
    raise _not_a_string(bytes_or_text)


def as_text(bytes_or_text, encoding="utf-8"):
    """``bytes_or_text`` as a str; ``TypeError`` if it is neither."""
    if isinstance(bytes_or_text, str):
        return bytes_or_text
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text.decode(encoding)
    raise _not_a_string(bytes_or_text)


as_str = as_text


def as_str_any(value):
    """``value`` as a str: bytes are decoded, all else is printed."""
    return as_text(value) if isinstance(value, bytes) else str(value)


def path_to_str(path):
    """The text of a path object; anything else as it is."""
    return as_str_any(os.fspath(path)) if hasattr(path, "__fspath__") else path


def _not_a_string(value):
    return TypeError(f"Expected binary or unicode string, got {value!r}")
