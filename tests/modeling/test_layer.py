"""Layers as Python objects: weights in and out of a session, copies, what is said where something is missing."""

import copy
import logging
import re

import numpy as np
import pytest

import lazytf as tf
from lazytf.modeling.layer import snake_case


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


class Scale(tf.layers.Layer):
    def build(self, input_shape):
        self.factor = self.add_weight("factor", [input_shape[-1]], initializer="ones")
        self.built = True

    def call(self, inputs):
        return inputs * self.factor


def test_weights_go_in_and_out_of_the_default_session():
    layer, x = Scale(), tf.constant([1.0, 2.0])
    y = layer(x)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert [w.tolist() for w in layer.get_weights()] == [[1.0, 1.0]]
        layer.set_weights([np.array([3.0, 4.0])])
        assert session.run(y).tolist() == [3.0, 8.0]
        with pytest.raises(ValueError, match="the layer was expecting 1 weights. Provided weights: "):
            layer.set_weights([])
        with pytest.raises(ValueError, match=r"Layer weight shape \(2,\) not compatible with provided .* \(3,\)"):
            layer.set_weights([np.ones(3)])
    with pytest.raises(ValueError, match="get_weights needs a default session"):
        layer.get_weights()


def test_a_finalized_graph_lets_weights_be_set():
    layer = Scale()
    layer(tf.constant([1.0]))
    initialize = tf.global_variables_initializer()
    tf.get_default_graph().finalize()
    with tf.Session() as session:
        session.run(initialize)
        layer.set_weights([[5.0]])
        assert layer.get_weights()[0].tolist() == [5.0]


def test_a_layer_with_variables_is_not_copied():
    layer = Scale()
    assert copy.deepcopy(layer).name == layer.name
    layer(tf.constant([1.0]))
    with pytest.raises(TypeError, match="Layer scale_1 has variables, and cannot be copied"):
        copy.deepcopy(layer)


def test_names_are_counted_in_each_graph(graph):
    assert [Scale().name, Scale().name] == ["scale_1", "scale_2"]
    with tf.Graph().as_default():
        assert Scale().name == "scale_1"


@pytest.mark.parametrize(
    "name, snake",
    [
        ("BasicLSTMCell", "basic_lstm_cell"),
        ("Conv2D", "conv2d"),
        ("MaxPooling1D", "max_pooling1d"),
        ("_Hidden", "private__hidden"),
        ("RNN", "rnn"),
    ],
)
def test_class_names_become_snake_case(name, snake):
    assert snake_case(name) == snake


def test_a_plain_layer_has_a_configuration_and_others_must_write_theirs():
    class Power(tf.layers.Layer):
        def __init__(self, exponent, base, **kwargs):
            super().__init__(**kwargs)

    layer = tf.layers.Layer(name="plain", dtype=tf.float64)
    assert tf.layers.Layer.from_config(layer.get_config()).get_config() == layer.get_config()
    with pytest.raises(NotImplementedError, match="must override `get_config`"):
        Power(2, 3).get_config()


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: tf.nn.rnn_cell.BasicLSTMCell(2, state_is_tuple=False), "Using a concatenated state is slower"),
        (lambda: tf.nn.rnn_cell.LSTMCell(2, num_unit_shards=2), "num_unit_shards and proj_unit_shards .* deprecated"),
        (lambda: tf.contrib.rnn.LayerNormBasicLSTMCell(2, input_size=3), "The input_size parameter is deprecated"),
        (lambda: tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.GRUCell(2)] * 2), "the same object and will share"),
    ],
)
def test_arguments_of_old_are_warned_of_in_the_log(make, words, caplog):
    with caplog.at_level(logging.WARNING, "tensorflow"):
        make()
    assert len(caplog.records) == 1
    assert re.search(words, caplog.text)


def test_updates_are_found_by_what_they_depend_on_through_a_loop():
    class Counting(tf.layers.Layer):
        def call(self, inputs):
            self.add_update(tf.assign_add(tf.get_variable("n", [], initializer=tf.zeros_initializer()), inputs))
            return inputs

    layer, x, other = Counting(), tf.placeholder(tf.float32, []), tf.placeholder(tf.float32, [])
    layer(tf.while_loop(lambda i: i < 9.0, lambda i: i + x, [1.0]))
    assert [len(layer.get_updates_for(each)) for each in (x, other, None)] == [1, 0, 0]
