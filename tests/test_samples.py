"""Every row of the sample table on lazytf, compared with what TensorFlow 1.15.5 was recorded to do.

One test per row makes every check of it: node list, static shapes and dtypes in each variant of known input shapes,
values, what ran against the static shape, variables after the run, gradients against the recording and against finite
differences, errors. Beside the recording: the gradients of a flat program are the tape's, a graph that was exported and
imported again gives the same values, and kernels that do not say so return no storage of their inputs.
"""

import re
from pathlib import Path

import numpy as np
import pytest
import torch

import lazytf as tf
from lazytf.core import registry
from lazytf.runtime import compiling
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
def test_row_does_what_tensorflow_does(family, row, monkeypatch):
    expected = RECORDS[family].get(row.name)
    assert expected is not None, f"not recorded: python -m tests.reference.record {family}"
    for known in running.variants(row):
        check_variant(row, known, expected["variants"][known], expected.get("runs"))
    if row.raises is None:
        check_gradients(row, expected, monkeypatch)
        check_variables(row, expected)
        check_round_trip(row)
        check_storage(row, expected, monkeypatch)


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


def check_gradients(row, expected, monkeypatch):
    """Gradients of sum(output * fixed weights): those recorded, a flat program's, in float64 finite differences."""
    if not expected["gradients"]:
        return
    built = running.build(tf, row)
    with running.session(tf, built) as sess:
        fetches = running.gradients(tf, row, built, running.fetch(sess, built))
    assert [g is None for g in fetches] == [g is None for g in expected["gradients"]], "which gradients are None"
    tape, flat = (gradients_of_runs(built, fetches, is_flat, monkeypatch) for is_flat in (False, True))
    chosen = [i for i, wanted in enumerate(expected["gradients"]) if wanted is not None]
    for i, first, third, again in zip(chosen, tape[0], tape[2], flat[2], strict=True):
        position, (wanted, is_rows) = running.differentiable(row)[i], expected["gradients"][i]
        where, shape = f"gradient of x{position}", running.array_of(row.inputs[position]).shape
        assert isinstance(first, tuple) == is_rows, f"{where}: IndexedSlices or not"
        rtol = None if row.rtol is None else 5 * row.rtol
        check_value(running.dense(first, shape), wanted, where, rtol, GRADIENT_RTOL)
        tape_and_flat = recording.encode(running.dense(third, shape)), running.dense(again, shape)
        check_value(tape_and_flat[1], tape_and_flat[0], f"{where}, flat", row.rtol, GRADIENT_RTOL)
    if expected["smooth"]:
        for found, slopes in running.finite_differences(tf, row):
            np.testing.assert_allclose(
                found, slopes, rtol=1e-5, atol=1e-6, err_msg="float64 gradient, finite differences"
            )


def gradients_of_runs(built, fetches, is_flat, monkeypatch):
    """The gradients that are not None, of three runs: on the tape, or watched, on trial, and by a flat program."""
    monkeypatch.setattr(compiling, "enabled", is_flat)
    monkeypatch.setattr(compiling, "_OFTEN", 1)
    with running.session(tf, built) as sess:
        return [sess.run([g for g in fetches if g is not None], built.feeds) for _ in range(3)]


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


def check_round_trip(row):
    """The graph, exported and imported into another, gives the same values in the first run of a session."""
    built = running.build(tf, row)
    with running.session(tf, built) as sess:
        expected = running.fetch(sess, built)
    elements = [built.graph.as_graph_element(output) for output in built.outputs]
    message = tf.GraphDef.FromString(built.graph.as_graph_def().SerializeToString())
    with tf.Graph().as_default() as graph, tf.Session() as sess:
        tf.import_graph_def(message, name="")
        if built.initialize is not None:
            sess.run(built.initialize.name)
        feeds = {x.name: value for x, value in built.feeds.items()}
        found = sess.run([graph.as_graph_element(element.name) for element in elements], feeds)
    for element, value, wanted in zip(elements, found, expected, strict=True):
        if wanted is not None:
            np.testing.assert_array_equal(running.plain(value), wanted, err_msg=f"{element.name}, imported")


def check_storage(row, expected, monkeypatch):
    """What a kernel returns shares storage with its inputs only where the op type says ``view``."""
    built, shared = running.build(tf, row), []
    for kind in {op.op_type for op in built.graph.get_operations()}:
        if kind.schema.inputs and not kind.is_view and not kind.needs_context:
            for form in ("kernel", "host", "differentiable"):
                if getattr(kind, form) is not None:
                    monkeypatch.setattr(kind, form, watched(kind, getattr(kind, form), shared))
    with running.session(tf, built) as sess:
        values = running.fetch(sess, built)
        if expected["gradients"]:
            fetches = running.gradients(tf, row, built, values)
            sess.run([g for g in fetches if g is not None], built.feeds)
    assert not shared, "results that share storage with an input: declare view=True"


def watched(kind, kernel, shared):
    """A kernel of ``kind`` that notes in ``shared`` when a result lies in the storage of an input."""

    def run(*arguments):
        results = kernel(*arguments)
        given = list(arrays(arguments[: len(kind.schema.inputs)]))
        if any(overlap(result, argument) for result in arrays(results) for argument in given):
            shared.append(kind.name)
        return results

    return run


def arrays(values):
    """The tensors and arrays in nested lists."""
    if isinstance(values, (list, tuple)):
        for value in values:
            yield from arrays(value)
    elif isinstance(values, (torch.Tensor, np.ndarray)):
        yield values


def overlap(a, b):
    """Whether two tensors, or two arrays, have storage in common."""
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        return a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr() != 0
    return isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and np.may_share_memory(a, b)


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
