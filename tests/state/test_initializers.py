"""Initializers: their arguments, their nodes, and what they refuse, as recorded from TensorFlow 1.15.5."""

import numpy as np
import pytest

import lazytf as tf
from lazytf.state import initializers
from lazytf.state.partitioned import PartitionInfo

MADE = [
    initializers.Zeros(),
    initializers.Ones(dtype=tf.int32),
    initializers.Constant([1.0, 2.0]),
    initializers.RandomUniform(-1.0, 1.0, seed=3),
    initializers.RandomNormal(1.0, 2.0, seed=3),
    initializers.TruncatedNormal(1.0, 2.0, seed=3),
    initializers.UniformUnitScaling(2.0, seed=3),
    initializers.VarianceScaling(2.0, "fan_out", "uniform", seed=3),
    initializers.GlorotUniform(seed=3),
    initializers.GlorotNormal(seed=3),
    initializers.Orthogonal(2.0, seed=3, dtype=tf.float64),
    initializers.Identity(2.0),
    initializers.he_normal(3),
    initializers.he_uniform(3),
    initializers.lecun_normal(3),
    initializers.lecun_uniform(3),
]
NAMES = [type(i).__name__ for i in MADE]


@pytest.mark.parametrize("initializer", MADE, ids=NAMES)
def test_a_configuration_makes_the_same_initializer(initializer):
    again = type(initializer).from_config(initializer.get_config())
    assert vars(again) == vars(initializer)


@pytest.mark.parametrize("initializer", MADE, ids=NAMES)
def test_the_call_s_dtype_comes_before_the_initializer_s(initializer):
    assert initializer([3, 3], tf.float64).dtype == tf.float64
    assert initializer([3, 3]).dtype == initializer.dtype
    assert initializer(tf.TensorShape([3, 3]), dtype=tf.float32).shape.as_list() == [3, 3]


def test_configurations_are_plain():
    assert initializers.VarianceScaling().get_config() == {
        "scale": 1.0,
        "mode": "fan_in",
        "distribution": "truncated_normal",
        "seed": None,
        "dtype": "float32",
    }
    assert initializers.GlorotNormal(seed=3, dtype=tf.float64).get_config() == {"seed": 3, "dtype": "float32"}


@pytest.mark.parametrize(
    "make, says",
    [
        (lambda: initializers.VarianceScaling(0.0), "`scale` must be positive float."),
        (lambda: initializers.VarianceScaling(mode="x"), "Invalid `mode` argument:"),
        (lambda: initializers.VarianceScaling(distribution="x"), "Invalid `distribution` argument:"),
        (lambda: initializers.RandomNormal(dtype=tf.int32), "Expected floating point type, got <dtype: 'int32'>."),
        (lambda: initializers.Orthogonal()([3]), "The tensor to initialize must be at least two-dimensional"),
        (lambda: initializers.Identity()([3]), "Identity matrix initializer can only be used for 2D matrices."),
        (
            lambda: initializers.Constant([1, 2, 3, 4])([3]),
            "Too many elements provided. Needed at most 3, but received 4",
        ),
    ],
)
def test_wrong_arguments_are_refused(make, says):
    with pytest.raises(ValueError) as error:
        make()
    assert error.value.args[0] == says


def test_a_constant_must_be_a_value():
    for value in (object(), {"a": 1}, tf.constant(1.0)):
        with pytest.raises(TypeError, match="Invalid type for initial value"):
            initializers.Constant(value)
    with pytest.raises(TypeError, match=r"Expected Tensor's shape: \(3,\), got \(2,\)."):
        initializers.Constant([1, 2])([3], verify_shape=True)


def test_scales_follow_the_whole_variable_where_a_part_is_made(graph):
    info = PartitionInfo([100, 4], [50, 0])
    initializers.VarianceScaling(distribution="uniform")([50, 4], partition_info=info)
    assert tf.get_static_value(graph.get_tensor_by_name("random_uniform/max:0")) == np.float32(np.sqrt(3 / 100))


def test_a_part_of_an_identity_matrix_is_cut_from_the_whole():
    part = initializers.Identity()([1, 3], partition_info=PartitionInfo([3, 3], [1, 0]))
    with tf.Session() as session:
        assert session.run(part).tolist() == [[0, 1, 0]]


@pytest.mark.parametrize("shape", [[4, 3], [3, 4], [2, 2, 5]])
def test_orthogonal_matrices_are(shape):
    with tf.Session() as session:
        matrix = session.run(initializers.Orthogonal(seed=1, dtype=tf.float64)(shape)).reshape(-1, shape[-1])
    small = matrix if matrix.shape[0] < matrix.shape[1] else matrix.T
    np.testing.assert_allclose(small @ small.T, np.eye(len(small)), atol=1e-12)
