"""What rows cannot say of recurrent cells: second derivatives, and where TensorFlow itself goes wrong."""

import numpy as np
import pytest

import lazytf as tf
from tests.samples.recurrent import UNITS, XS, sequence, weights


def gradients_of_a_sequence(order, v2):
    """Gradients of a loss of ``cs`` and ``h`` by x and all weights; gates stand in ``order``."""
    given = [XS, *weights()]
    for place in (3, 7):  # w and b
        gates = np.split(given[place], 4, axis=-1)
        given[place] = np.concatenate([gates[i] for i in order], axis=-1)
    options = {"v2": True} if v2 else {"forget_bias": 0.0}
    with tf.Graph().as_default(), tf.Session() as sess:
        inputs = [tf.constant(value) for value in given]
        outputs = sequence(tf, *inputs, use_peephole=True, cell_clip=0.3, **options)
        loss = tf.reduce_sum(outputs[1] ** 2) + tf.reduce_sum(tf.sin(outputs[6]))
        return sess.run(tf.gradients(loss, inputs))


def test_second_version_is_differentiated_with_its_own_order_of_gates():
    first, second = gradients_of_a_sequence((0, 1, 2, 3), False), gradients_of_a_sequence((0, 2, 1, 3), True)
    for place, (wanted, found) in enumerate(zip(first, second, strict=True)):
        if place in (3, 7):
            gates = np.split(found, 4, axis=-1)
            found = np.concatenate([gates[i] for i in (0, 2, 1, 3)], axis=-1)
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("use_peephole", [False, True])
def test_gradient_of_a_gradient_is_the_slope_of_the_gradient(use_peephole):
    with tf.Graph().as_default(), tf.Session() as sess:
        place = tf.placeholder(tf.float32, [])
        inputs = [tf.constant(XS), *map(tf.constant, weights())]
        inputs[3] = inputs[3] * place
        outputs = sequence(tf, *inputs, use_peephole=use_peephole, steps=3, cell_clip=-1.0)
        (slope,) = tf.gradients(tf.reduce_sum(outputs[6] ** 2), place)
        (curve,) = tf.gradients(slope, place)
        low, high = (sess.run(slope, {place: value}) for value in (0.995, 1.005))
        assert sess.run(curve, {place: 1.0}) == pytest.approx((high - low) / 0.01, rel=1e-2)


@pytest.mark.parametrize("steps", [-1, 5])
def test_more_steps_than_there_are_and_fewer_than_none_are_refused(steps):
    with tf.Graph().as_default(), tf.Session() as sess:
        last = sequence(tf, tf.constant(XS), *map(tf.constant, weights()), steps=steps)[6]
        with pytest.raises(
            tf.errors.InvalidArgumentError, match=f"between 0 and the number of time steps, 4; got {steps}"
        ):
            sess.run(last)


def test_peepholes_of_another_rank_are_refused():
    with tf.Graph().as_default(), tf.Session() as sess:
        given = weights()
        given[3] = given[3].reshape(UNITS, 1)
        with pytest.raises(tf.errors.InvalidArgumentError, match="wci must be 1D"):
            sess.run(sequence(tf, tf.constant(XS), *map(tf.constant, given), use_peephole=True)[6])
