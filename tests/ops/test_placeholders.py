"""Placeholders that the sample table cannot show."""

import numpy as np
import pytest

import lazytf as tf


def test_the_placeholder_of_old_graphs_is_fed_as_any_other():
    old = tf.raw_ops.PlaceholderV2(dtype=tf.float32, shape=[2])
    assert old.shape.as_list() == [2]
    with tf.Session() as session:
        np.testing.assert_array_equal(session.run(old * 2.0, {old: [1.0, 2.0]}), [2.0, 4.0])
        with pytest.raises(tf.errors.InvalidArgumentError, match="PlaceholderV2"):
            session.run(old)
