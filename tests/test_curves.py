"""Recurrent networks follow the losses that TensorFlow 1.15.5 was recorded to go through (record_curves.py).

How close can they? TensorFlow repeats itself to the last bit, on one thread and on two. With every first weight moved
by a unit in its last place, its losses move by 2e-7 at most within these 50 steps: rounding does not grow here, so
neither another order of summing nor another ``tanh`` explains more. What does, made in TensorFlow itself, two layers of
LSTM (how far the worst loss goes, and that of step 39):

    forget_bias 0 instead of 1                                      7e-2   1e-2
    each window starts from zeros                                   4e-2   7e-4
    Adam moves only those rows of the embedding that were read      7e-3   2e-3
    Adam's epsilon beside sqrt(v / (1 - beta2 ** t)), as in torch   6e-3   2e-3
    gradients not clipped                                           2e-3   3e-4
    the norm of the embedding's gradient after equal rows were summed, not before (GRU)   1e-4   3e-5
"""

import json
from pathlib import Path

import numpy as np
import pytest

import lazytf as tf
from tests.cases.probe import differences, plain
from tests.programs import char_models

REFERENCE = Path(__file__).parent / "reference"
RECORDED = json.loads((REFERENCE / "curves.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", char_models.MODELS)
def test_losses_and_gradient_norms_are_tensorflows(name):
    losses, norms = char_models.curve(tf, name)
    np.testing.assert_allclose(losses, RECORDED[name]["losses"], rtol=1e-5)
    np.testing.assert_allclose(norms, RECORDED[name]["norms"], rtol=1e-4)


@pytest.mark.parametrize("name", char_models.SAVED)
def test_checkpoint_of_tensorflows_gives_its_outputs(name):
    found = plain(char_models.answers(tf, name, str(REFERENCE / "recurrent" / name)))
    assert not list(differences(RECORDED[name]["answers"], found, tolerance=1e-5))


def test_every_model_is_recorded_and_learns():
    assert set(RECORDED) == set(char_models.MODELS)
    assert all(curve["losses"][-1] < curve["losses"][0] - 0.5 for curve in RECORDED.values())
