"""Tests of lazytf; `tests/samples` is the table of ops, `tests/reference` the numbers recorded from TensorFlow."""
