"""Every row of the sample table on lazytf, compared with what TensorFlow 1.15.5 was recorded to do.

One test per row makes every check of it: node list, static shapes and dtypes in each variant of known input shapes,
values, what ran against the static shape, variables after the run, gradients against the recording and against finite
differences, errors.
"""

import re
from pathlib import Path

import numpy as np
import pytest

import lazytf as tf
from lazytf.core import registry
from tests.samples import ELSEWHERE, FAMILIES, recording, rows, running

RECORDS = {family: recording.load(family) for family in FAMILIES}
REGISTERED = {op.name for op in registry.registered()}


def sample(family, row):
    """The row as a parameter; while its op type is missing it must fail, so that the gap shows and closes itself."""
    gap = pytest.mark.xfail(strict=True, reason=f"no op type {row.op} yet")
    return pytest.param(family, row, id=f"{family}/{row.name}", marks=[] if row.op in REGISTERED else [gap])


SAMPLES = [sample(family, row) for family in FAMILIES for row in rows(family)]

VALUE_RTOL = {
    "float16": 2e-3,
    "bfloat16": 1e-2,
    "float32": 1e-6,
    "float64": 1e-12,
    "complex64": 2e-6,
    "complex128": 1e-12,
}
GRADIENT_RTOL = {
    "float16": 4e-3,
    "bfloat16": 2e-2,
    "float32": 5e-6,
    "float64": 1e-10,
    "complex64": 5e-6,
    "complex128": 1e-10,
}


@pytest.mark.parametrize("family, row", SAMPLES)
def test_row_does_what_tensorflow_does(family, row):
    expected = RECORDS[family].get(row.name)
    assert expected is not None, f"not recorded: python -m tests.reference.record {family}"
    for known in running.variants(row):
        check_variant(row, known, expected["variants"][known], expected.get("runs"))
    if row.raises is None:
        check_gradients(row, expected)
        check_variables(row, expected)
        # The GraphDef round trip of the row, and its run in every plan tier, are checked here too once they exist.


def check_variant(row, known, variant, runs):
    """Builds and runs the row with this much ``known`` about its inputs' shapes."""
    when, error, message = variant.get("error", (None, None, None))
    if when == "construction":
        check_raises(row, known, error, lambda: running.build(tf, row, known), match=row.raises)
        return
    built = running.build(tf, row, known)
    check_nodes(known, built, variant)
    shapes = [running.static_shape(output) for output in built.outputs]
    assert shapes == variant["shapes"], f"[{known}] static shapes"
    with running.session(tf, built) as sess:
        if when == "run":
            check_raises(row, known, error, lambda: running.fetch(sess, built))
            return
        for number, expected in enumerate(runs):
            found = running.fetch(sess, built)
            for output, value, wanted in zip(built.outputs, found, expected, strict=True):
                where = f"[{known}] run {number}, {getattr(output, 'name', output)}"
                check_value(value, wanted, where, row.rtol, VALUE_RTOL)
                check_matches_static(output, value, where)


def check_raises(row, known, error, action, match=None):
    """The action raises TensorFlow's exception type; messages made at construction also match the row's pattern."""
    with pytest.raises(Exception) as caught:
        action()
    assert type(caught.value).__name__ == error, f"[{known}] raised {caught.value!r}"
    if match is not None:
        assert re.search(match, str(caught.value)), f"[{known}] message {str(caught.value)!r} does not match {match!r}"


def check_nodes(known, built, variant):
    """The call added the operations that it adds in TensorFlow: names, types, order."""
    lines = [f"{name}: {type}" for name, type in built.nodes]
    assert lines == [f"{name}: {type}" for name, type in variant["nodes"]], f"[{known}] nodes"


def check_value(found, encoded, where, rtol, defaults):
    """Dtype and shape agree, strings, integers and booleans are equal, floats close."""
    wanted = recording.decode(encoded)
    if wanted is None or found is None:
        assert found is None and wanted is None, f"{where}: {found!r} instead of {wanted!r}"
        return
    dtype = "string" if found.dtype.kind == "O" else found.dtype.name
    assert dtype == encoded[0], f"{where}: dtype"
    assert found.shape == wanted.shape, f"{where}: shape"
    if not running.is_floating(found):
        np.testing.assert_array_equal(found, wanted, err_msg=where)
        return
    rtol = defaults[dtype] if rtol is None else rtol
    finite = np.abs(wanted[np.isfinite(wanted)]).astype(float)
    atol = rtol * min(finite.max(), 1.0) * 0.1 if finite.size else 0.0
    found = found.astype("float32") if dtype == "bfloat16" else found
    np.testing.assert_allclose(found, wanted, rtol=rtol, atol=atol, err_msg=where)


def check_matches_static(output, value, where):
    """What ran is what the graph promised: dtype, and every size that it knew."""
    if value is None:
        return
    assert output.dtype.base_dtype == tf.as_dtype(value.dtype), f"{where}: dtype promised"
    static = running.static_shape(output)
    if static is not None:
        assert len(static) == value.ndim, f"{where}: rank promised"
        assert all(size in (None, ran) for size, ran in zip(static, value.shape, strict=True)), (
            f"{where}: {static} promised"
        )


def check_gradients(row, expected):
    """Gradients of sum(output * fixed weights): the recorded ones, and in float64 those of finite differences."""
    if not expected["gradients"]:
        return
    built = running.build(tf, row)
    with running.session(tf, built) as sess:
        found = running.gradients(tf, row, built, running.fetch(sess, built))
        assert [g is None for g in found] == [g is None for g in expected["gradients"]], "which gradients are None"
        for position, fetch, wanted in zip(running.differentiable(row), found, expected["gradients"], strict=True):
            if wanted is None:
                continue
            where = f"gradient of x{position}"
            assert isinstance(fetch, tuple) == wanted[1], f"{where}: IndexedSlices or not"
            value = running.dense(sess.run(fetch, built.feeds), running.array_of(row.inputs[position]).shape)
            rtol = None if row.rtol is None else 5 * row.rtol
            check_value(value, wanted[0], where, rtol, GRADIENT_RTOL)
    if expected["smooth"]:
        for found, slopes in running.finite_differences(tf, row):
            np.testing.assert_allclose(
                found, slopes, rtol=1e-5, atol=1e-6, err_msg="float64 gradient, finite differences"
            )


def check_variables(row, expected):
    """The row's variables hold after the run what TensorFlow's hold."""
    if not expected["variables"]:
        return
    built = running.build(tf, row)
    with running.session(tf, built) as sess:
        for _ in range(row.runs):
            running.fetch(sess, built)
        for variable, wanted in zip(built.variables, expected["variables"], strict=True):
            check_value(
                running.plain(sess.run(variable)), wanted, f"{variable.name} after the run", row.rtol, VALUE_RTOL
            )


def test_every_registered_op_type_has_a_row():
    sampled = {row.op for family in FAMILIES for row in rows(family)}
    missing = sorted(REGISTERED - sampled - set(ELSEWHERE))
    assert not missing, f"op types without a row in tests/samples: {missing}"


def test_ops_tested_elsewhere_are_named_there():
    tests = Path(__file__).parent
    astray = [f"{op}: {path}" for op, path in ELSEWHERE.items() if op not in (tests / path).read_text()]
    assert not astray


def test_no_recording_has_lost_its_row():
    for family in FAMILIES:
        assert set(RECORDS[family]) == {row.name for row in rows(family)}, f"python -m tests.reference.record {family}"
