"""Random streams against what TensorFlow 1.15.5 drew (tests/reference/random_streams.npz), and fresh streams."""

import concurrent.futures
import hashlib
import json
import math
import pathlib

import numpy as np
import pytest
import torch

from lazytf.core import errors
from lazytf.runtime.random_streams import FreshStream, Stream, stream

RECORDED = np.load(pathlib.Path(__file__).parents[1] / "reference" / "random_streams.npz")
CASES = json.loads(str(RECORDED["cases"]))
SMALL = [case for case in CASES if case["runs"] < 10]
SHORT = [case for case in SMALL if not case["name"].endswith("large")]
LONG = [case for case in CASES if case["runs"] >= 10]
STREAMS = [Stream(3, 4), FreshStream()]


def names(cases):
    return [case["name"] for case in cases]


def draw(stream, case):
    """One run of a recorded case."""
    dtype = getattr(torch, case.get("dtype", "int64"))
    match case["op"]:
        case "shuffle":
            return stream.permutation(case["count"])
        case "multinomial":
            logits = torch.from_numpy(RECORDED[case["name"] + ".logits"]).to(dtype)
            return stream.multinomial(logits, case["samples"], getattr(torch, case["out_dtype"]))
        case "gamma":
            return stream.gamma(case["shape"], torch.from_numpy(RECORDED[case["name"] + ".alphas"]).to(dtype), dtype)
        case "uniform_int":
            return stream.uniform_int(case["shape"], case["minval"], case["maxval"], dtype)
        case op:
            return getattr(stream, op)(case["shape"], dtype)


def check(case, run, tensor):
    """Compares one run with the recorded one: dtype, shape, values; of a large one every k-th and the digest of all."""
    got = (tensor.view(torch.uint16) if tensor.dtype == torch.bfloat16 else tensor).numpy()
    expected = RECORDED[f"{case['name']}.{run}"]
    assert got.dtype == expected.dtype
    digest = case["digests"] and case["digests"][run]
    kept = got if got.size <= RECORDED["kept"] else got.reshape(-1)[:: got.size // RECORDED["kept"] + 1]
    assert kept.shape == expected.shape
    made_of_normals = case["op"] in ("normal", "truncated_normal")
    if made_of_normals and case["dtype"] in ("float32", "float64"):
        tolerance = {"float32": 2.5e-7, "float64": 5e-16}[case["dtype"]]
        np.testing.assert_allclose(kept, expected, rtol=tolerance, atol=0)
        assert kept.size < 100 or np.mean(kept == expected) > 0.95
    elif case["op"] == "gamma" and case["dtype"] == "float64":
        np.testing.assert_allclose(kept, expected, rtol=2e-14, atol=0)
    else:
        np.testing.assert_array_equal(kept, expected)
        if digest and not made_of_normals and not (case["op"] == "gamma" and case["dtype"] == "float16"):
            assert hashlib.sha256(got.tobytes()).hexdigest() == digest


@pytest.mark.parametrize("case", SMALL, ids=names(SMALL))
def test_every_run_draws_what_tensorflow_drew(case):
    drawn = Stream(*case["seeds"])
    for run in range(case["runs"]):
        check(case, run, draw(drawn, case))


@pytest.mark.parametrize("case", LONG, ids=names(LONG))
def test_a_run_may_cross_block_two_to_the_32(case):
    drawn = Stream(*case["seeds"])
    for run in range(case["runs"]):
        if f"{case['name']}.{run}" in RECORDED:
            check(case, run, draw(drawn, case))
        else:
            drawn._reserve(256 * math.prod(case["shape"]))


@pytest.mark.parametrize("case", SHORT, ids=names(SHORT))
def test_other_devices_draw_the_same(case, monkeypatch):
    monkeypatch.setattr(Stream, "_host_words", Stream._device_words)
    drawn = Stream(*case["seeds"])
    for run in range(case["runs"]):
        check(case, run, draw(drawn, case))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_a_gpu_draws_what_the_cpu_draws():
    for dtype in torch.float16, torch.bfloat16, torch.float32, torch.float64:
        on_gpu, on_cpu = Stream(1, 2), Stream(1, 2)
        assert on_gpu.uniform((999,), dtype, "cuda").cpu().equal(on_cpu.uniform((999,), dtype))
        torch.testing.assert_close(on_gpu.normal((999,), dtype, "cuda").cpu(), on_cpu.normal((999,), dtype))
        values = on_gpu.truncated_normal((999,), dtype, "cuda")
        torch.testing.assert_close(values.cpu(), on_cpu.truncated_normal((999,), dtype))
        alphas = torch.tensor([0.5, 1.0, 3.0], dtype=dtype)
        torch.testing.assert_close(on_gpu.gamma((9,), alphas.cuda(), dtype).cpu(), on_cpu.gamma((9,), alphas, dtype))


def test_the_tutorials_weights_are_the_known_ones():
    weights = Stream(87654321, 1).normal((2, 3), torch.float32)
    np.testing.assert_array_equal(
        weights, np.float32([[-0.8113182, 1.4845988, 0.06532937], [-2.4427042, 0.0992484, 0.5912243]])
    )


def test_streams_with_equal_seeds_are_equal_and_others_are_not():
    first = Stream(1, 2).uniform((100,), torch.float32)
    assert first.equal(Stream(1, 2).uniform((100,), torch.float32))
    for seeds in (2, 1), (1, 3), (1 + 2**32, 2), (1, 2 + 2**32), (-1, 2):
        assert not first.equal(Stream(*seeds).uniform((100,), torch.float32))


def test_threads_that_share_a_stream_never_draw_the_same():
    alone, shared = Stream(1, 2), Stream(1, 2)
    expected = {tuple(alone.uniform((3,), torch.float32).tolist()) for _ in range(400)}
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        drawn = list(threads.map(lambda _: tuple(shared.uniform((3,), torch.float32).tolist()), range(400)))
    assert set(drawn) == expected


def test_no_seed_gives_a_fresh_stream():
    assert isinstance(stream(0, 0), FreshStream)
    assert isinstance(stream(0, 1), Stream)
    assert isinstance(stream(1, 0), Stream)


@pytest.mark.parametrize("case", SHORT, ids=names(SHORT))
def test_a_fresh_stream_gives_the_same_shapes_and_dtypes(case):
    fresh, seeded = draw(FreshStream(), case), draw(Stream(1, 2), case)
    assert (fresh.shape, fresh.dtype, fresh.device) == (seeded.shape, seeded.dtype, seeded.device)


def test_two_fresh_streams_differ():
    assert not FreshStream().uniform((50,), torch.float32).equal(FreshStream().uniform((50,), torch.float32))
    assert not FreshStream().permutation(50).equal(FreshStream().permutation(50))


@pytest.mark.parametrize("drawn", STREAMS, ids=["seeded", "fresh"])
class TestDistributions:
    """Bounds that a right stream misses less than once in a million draws; the seeded one never changes."""

    def test_uniforms_fill_the_unit_interval(self, drawn):
        values = drawn.uniform((100_000,), torch.float32)
        assert 0 <= values.min() < 1e-3 and 1 - 1e-3 < values.max() < 1
        assert abs(values.mean() - 0.5) < 0.005

    def test_normals_have_mean_0_and_variance_1(self, drawn):
        values = drawn.normal((100_000,), torch.float64)
        assert abs(values.mean()) < 0.02 and abs(values.var() - 1) < 0.03

    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
    def test_truncated_normals_lie_within_2(self, drawn, dtype):
        values = drawn.truncated_normal((100_000,), dtype).double()
        assert values.abs().max() <= 2
        assert abs(values.mean()) < 0.02 and abs(values.var() - 0.7737) < 0.03

    def test_integers_reach_every_value_of_their_range(self, drawn):
        values = drawn.uniform_int((10_000,), -3, 4, torch.int32)
        assert values.unique().tolist() == [-3, -2, -1, 0, 1, 2, 3]
        wide = drawn.uniform_int((10_000,), -(2**63), 2**63 - 1, torch.int64).double()
        assert wide.min() < -0.99 * 2**63 and wide.max() > 0.99 * 2**63

    @pytest.mark.parametrize("alpha", [0.3, 1.0, 1.5, 20.0])
    def test_gammas_have_mean_and_variance_alpha(self, drawn, alpha):
        values = drawn.gamma((40_000,), torch.tensor(alpha), torch.float64)
        assert values.min() >= 0
        assert abs(values.mean() / alpha - 1) < 0.06 and abs(values.var() / alpha - 1) < 0.25

    def test_a_permutation_holds_every_row_once(self, drawn):
        for count in 0, 1, 2, 1000:
            assert drawn.permutation(count).sort().values.equal(torch.arange(count))

    def test_multinomial_draws_with_the_odds_of_the_logits(self, drawn):
        odds = torch.tensor([[0.1, 0.2, 0.7, 0.0]])
        counts = drawn.multinomial(odds.log(), 50_000)[0].bincount(minlength=4)
        torch.testing.assert_close(counts / 50_000, odds[0], rtol=0, atol=0.012)
        assert counts[3] == 0

    @pytest.mark.parametrize("bounds", [(1, 1), (2, 1)])
    def test_an_empty_range_is_refused_as_tensorflow_refuses_it(self, drawn, bounds):
        with pytest.raises(errors.InvalidArgumentError) as raised:
            drawn.uniform_int((2,), *bounds, torch.int32)
        assert str(raised.value) == f"Need minval < maxval, got {bounds[0]} >= {bounds[1]}"


@pytest.mark.parametrize("drawn", STREAMS, ids=["seeded", "fresh"])
@pytest.mark.parametrize("alpha", [-1.0, math.nan])
def test_a_gamma_that_would_be_sought_for_ever_is_nan(drawn, alpha):
    assert drawn.gamma((3,), torch.tensor(alpha), torch.float32).isnan().all()


def test_long_shuffles_equal_one_swap_after_another():
    for count in 2, 3, 10, 999, 5000:
        words = Stream(7, count)._words(torch.arange(-(-(count - 1) // 4))).view(-1)[: count - 1].tolist()
        order = list(range(count))
        for place, number in enumerate(word % 2**32 for word in words):
            other = place + number % (count - place)
            order[place], order[other] = order[other], order[place]
        assert Stream(7, count).permutation(count).tolist() == order
