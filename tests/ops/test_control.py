"""Checks of numbers in a run, beyond the rows of ``tests/samples/control.py``."""

import numpy as np
import pytest

import lazytf as tf


def checked(values):
    with tf.Graph().as_default(), tf.Session() as sess:
        return sess.run(tf.debugging.check_numerics(tf.constant(values, tf.float32), "the loss"))


def test_finite_numbers_whose_sum_overflows_pass_check_numerics():
    np.testing.assert_array_equal(checked([3e38, 3e38]), np.float32([3e38, 3e38]))


def test_infinities_that_cancel_do_not_pass_check_numerics():
    with pytest.raises(tf.errors.InvalidArgumentError, match="the loss : Tensor had Inf values"):
        checked([np.inf, -np.inf])
