"""Networks over time take the weights that TensorFlow 1.15.5 trained (see tests/reference/record_networks.py)."""

import json
import pathlib

import pytest

import lazytf as tf
from tests.cases.probe import differences, plain
from tests.modeling import trained

FOLDER = pathlib.Path(__file__).parents[1] / "reference" / "checkpoints"
EXPECTED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", trained.MODELS)
def test_a_network_takes_tensorflows_weights_and_goes_on_training(name):
    with tf.Graph().as_default(), tf.Session() as session:
        model = trained.MODELS[name](tf)
        tf.train.Saver().restore(session, str(FOLDER / name))
        results = plain(session.run(model["results"], model["feeds"]))
        assert not list(differences(EXPECTED[name]["results"], results))
        assert not list(differences(EXPECTED[name]["losses"], trained.losses(session, model, 5), tolerance=1e-5))


@pytest.mark.parametrize("name", trained.MODELS)
def test_a_network_has_the_variables_of_tensorflows(name):
    with tf.Graph().as_default():
        trained.MODELS[name](tf)
        ours = [(variable.op.name, variable.shape.as_list()) for variable in tf.global_variables()]
    assert sorted(ours) == tf.train.list_variables(str(FOLDER / name))
