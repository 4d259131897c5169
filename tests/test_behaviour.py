"""Holds lazytf to what TensorFlow 1.15.5 did in every case of tests/cases (recorded by record_behaviour.py)."""

import json
import pathlib

import pytest

import lazytf as tf
from tests.cases import probe

RECORDED = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in (pathlib.Path(__file__).parent / "reference" / "behaviour").glob("*.json")
}
# "subject/case": what lazytf lacks; each is expected to fail, and tells us when it no longer does.
GAPS = {
    'nodes/tf.einsum("ij,jk->ik", x, square)': "tf.einsum is not here yet",
    "nodes/tf.random_poisson(3.0, [2])": "the op RandomPoissonV2 is not here yet",
}


def _case(subject, name):
    label = f"{subject}/{name}"
    marks = [pytest.mark.xfail(reason=GAPS[label], strict=True)] if label in GAPS else []
    return pytest.param(subject, name, id=label, marks=marks)


@pytest.mark.parametrize(
    "subject, name", [_case(subject, name) for subject in probe.SUBJECTS for name in probe.cases(subject)]
)
def test_behaves_as_tensorflow_does(subject, name):
    ours = probe.outcome(probe.cases(subject)[name], tf)
    differences = list(probe.differences(RECORDED[subject][name], ours))
    assert not differences, "\n".join(differences)


@pytest.mark.parametrize("subject", probe.SUBJECTS)
def test_every_case_has_its_recording_and_every_recording_its_case(subject):
    assert list(RECORDED[subject]) == list(probe.cases(subject))
