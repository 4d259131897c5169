"""The sample table on a GPU, and on one that only pretends: the same values wherever an operation runs.

With a pretended GPU every operation is placed and every transfer written as with a real one, while the tensors stay
in CPU memory: that needs no GPU. The same rows on a CUDA device are marked ``gpu``.
"""

import pytest
import torch

import lazytf as tf
from lazytf.runtime.devices import pretend_gpus
from tests.samples import running
from tests.test_samples import GRADIENT_RTOL, RECORDS, SAMPLES, VALUE_RTOL, check_value

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no CUDA device")


@pytest.mark.parametrize("family, row", SAMPLES)
def test_row_on_a_pretended_gpu(family, row):
    with pretend_gpus(1):
        check_row(family, row, loosen=1)


@pytest.mark.gpu
@needs_cuda
@pytest.mark.parametrize("family, row", SAMPLES)
def test_row_on_cuda(family, row):
    check_row(family, row, loosen=10)


def check_row(family, row, loosen):
    """First run and gradients of the row with all shapes known; ``loosen`` multiplies the tolerances."""
    expected = RECORDS[family][row.name]
    if "error" in expected["variants"]["shape"]:
        pytest.skip("the row is about an error")
    built = running.build(tf, row)
    with running.session(tf, built) as sess:
        found = running.fetch(sess, built)
        for output, value, wanted in zip(built.outputs, found, expected["runs"][0], strict=True):
            check_value(value, wanted, str(output), row.rtol and loosen * row.rtol, scaled(VALUE_RTOL, loosen))
        fetches = running.gradients(tf, row, built, found) if expected["gradients"] else []
    with running.session(tf, built) as sess:
        chosen = [(i, f) for i, f in zip(running.differentiable(row), fetches, strict=False) if f is not None]
        values = sess.run([f for _, f in chosen], built.feeds)
        for (i, _), value in zip(chosen, values, strict=True):
            wanted, _ = expected["gradients"][running.differentiable(row).index(i)]
            dense = running.dense(value, running.array_of(row.inputs[i]).shape)
            rtol = row.rtol and 5 * loosen * row.rtol
            check_value(dense, wanted, f"gradient of x{i}", rtol, scaled(GRADIENT_RTOL, loosen))


def scaled(tolerances, factor):
    return {dtype: factor * rtol for dtype, rtol in tolerances.items()}
