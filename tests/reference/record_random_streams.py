"""Records what TensorFlow 1.15.5's random operations draw.

    python -m tests.reference.record_random_streams      (from the repository's root, in Python 3.7)

Rewrites tests/reference/random_streams.npz: ``cases``, a JSON list that says which operation ran with what, and for run
``i`` of a case ``NAME`` the outputs ``NAME.i``: all of them up to ``kept``, of more every k-th, with the SHA-256 of all
in the list.
Each case runs several times in one session, so that the second run shows how far the first moved the stream.
"""

import hashlib
import json
import os
import pathlib
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
warnings.simplefilter("ignore")

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

FILE = pathlib.Path(__file__).parent / "random_streams.npz"
KEPT = 300
FLOATS = "float16", "bfloat16", "float32", "float64"
ALPHAS = [0.05, 0.5, 0.999, 1.0, 1.001, 2.5, 40.0, 1e4]
SEEDS = {
    "plain": (87654321, 1),
    "both": (12345, 678),
    "zero_first": (0, 9),
    "zero_second": (5, 0),
    "large": (2**31 - 2, 2**31 - 2),
    "64_bits": (0x123456789ABCDEF0, 0x7EDCBA9876543210),
    "negative": (-1, -2),
}
RANGES = {
    "int32": [(0, 10), (-7, 3), (5, 6), (0, 2**31 - 1), (-(2**31), 2**31 - 1)],
    "int64": [
        (0, 10),
        (-7, 3),
        (0, 2**31),
        (-(2**40), 2**41 + 1),
        (0, 2**62 + 3),
        (-5, 2**63 - 1),
        (-(2**63), 2**63 - 1),
        (-(2**63), 0),
    ],
}


def case(op, seeds="plain", runs=3, **arguments):
    return dict(op=op, seeds=SEEDS[seeds], runs=runs, **arguments)


def cases():
    """Every case by name."""
    found = {}
    for op in "uniform", "normal", "truncated_normal":
        for dtype in FLOATS:
            for shape in [0], [2, 0, 3], [], [1], [2, 3], [4], [257]:
                found[f"{op}.{dtype}.{'x'.join(map(str, shape))}"] = case(op, shape=shape, dtype=dtype)
            found[f"{op}.{dtype}.large"] = case(op, shape=[1000003], dtype=dtype, runs=2)
        for seeds in SEEDS:
            found[f"{op}.seeds.{seeds}"] = case(op, seeds, shape=[9], dtype="float32")
        # 241 runs of 69,615 outputs set 2^32 - 256 blocks aside, so run 241 begins below block 2^32 and ends above it.
        found[f"{op}.past_32_bits"] = case(op, shape=[69615], dtype="float32", runs=242)
    for dtype, ranges in sorted(RANGES.items()):
        for low, high in ranges:
            found[f"uniform_int.{dtype}.{low}..{high}"] = case(
                "uniform_int", "both", shape=[3, 5], minval=low, maxval=high, dtype=dtype
            )
        found[f"uniform_int.{dtype}.large"] = case(
            "uniform_int", shape=[300001], minval=-1000, maxval=999983, dtype=dtype, runs=2
        )
        found[f"uniform_int.{dtype}.none"] = case("uniform_int", shape=[0], minval=1, maxval=1, dtype=dtype)
    for dtype in "float16", "float32", "float64":
        found[f"gamma.{dtype}"] = case("gamma", shape=[3], alphas=np.array(ALPHAS[:7]).reshape(7, 1), dtype=dtype)
        found[f"gamma.{dtype}.one_alpha"] = case("gamma", shape=[2, 2], alphas=np.array(2.0), dtype=dtype)
        found[f"gamma.{dtype}.large"] = case("gamma", shape=[25001], alphas=np.array(ALPHAS[:7]), dtype=dtype, runs=2)
    found["gamma.huge"] = case("gamma", shape=[5], alphas=np.array([1e4, 1e8, 1e-3, 0.0]), dtype="float64")
    found["gamma.no_samples"] = case("gamma", shape=[0], alphas=np.array([1.0, 2.0]), dtype="float32")
    found["gamma.no_alphas"] = case("gamma", shape=[3], alphas=np.zeros([0]), dtype="float32")
    for count in 0, 1, 2, 3, 5, 6, 100, 100001:
        found[f"shuffle.{count}"] = case("shuffle", count=count)
    for dtype in "float16", "float32", "float64":
        for out_dtype in "int32", "int64":
            found[f"multinomial.{dtype}.{out_dtype}"] = case(
                "multinomial", logits=logits(3, 5), dtype=dtype, samples=7, out_dtype=out_dtype
            )
    holes = logits(4, 6)
    holes[0, 2] = holes[1, 0] = holes[1, 5] = holes[2, 1:] = holes[3] = -np.inf
    holes[0, 4] = np.nan
    holes[2, 3] = np.inf
    found["multinomial.not_finite"] = case("multinomial", logits=holes, dtype="float32", samples=50, out_dtype="int64")
    found["multinomial.many_samples"] = case(
        "multinomial", logits=logits(2, 10), dtype="float32", samples=100001, out_dtype="int64"
    )
    found["multinomial.many_classes"] = case(
        "multinomial", logits=logits(2, 1000), dtype="float32", samples=33, out_dtype="int64"
    )
    found["multinomial.far_apart"] = case(
        "multinomial", logits=logits(2, 6) * 500, dtype="float32", samples=33, out_dtype="int64"
    )
    found["multinomial.no_samples"] = case(
        "multinomial", logits=logits(2, 3), dtype="float32", samples=0, out_dtype="int64"
    )
    found["multinomial.no_rows"] = case(
        "multinomial", logits=logits(0, 3), dtype="float32", samples=4, out_dtype="int64"
    )
    return found


def logits(rows, classes):
    """Numbers in [-2, 2], the same in every NumPy."""
    return (np.arange(rows * classes) * 7919 % 101 / 25.0 - 2).reshape(rows, classes)


def tensor(case):
    """The operation that a case describes."""
    op, (seed, seed2) = case["op"], case["seeds"]
    seeds = dict(seed=seed, seed2=seed2)
    if op == "shuffle":
        return tf.raw_ops.RandomShuffle(value=tf.range(case["count"], dtype=tf.int64), **seeds)
    dtype = tf.as_dtype(case["dtype"])
    shape = tf.constant(case.get("shape", []), tf.int32)
    if op == "multinomial":
        return tf.raw_ops.Multinomial(
            logits=tf.constant(case["logits"], dtype),
            num_samples=case["samples"],
            output_dtype=tf.as_dtype(case["out_dtype"]),
            **seeds,
        )
    if op == "gamma":
        return tf.raw_ops.RandomGamma(shape=shape, alpha=tf.constant(case["alphas"], dtype), **seeds)
    if op == "uniform_int":
        return tf.raw_ops.RandomUniformInt(
            shape=shape, minval=tf.constant(case["minval"], dtype), maxval=tf.constant(case["maxval"], dtype), **seeds
        )
    build = {
        "uniform": tf.raw_ops.RandomUniform,
        "normal": tf.raw_ops.RandomStandardNormal,
        "truncated_normal": tf.raw_ops.TruncatedNormal,
    }[op]
    return build(shape=shape, dtype=dtype, **seeds)


def runs(case):
    """The outputs of a case's runs, in one session with one thread for an operation; bfloat16 as its bits."""
    with tf.Graph().as_default():
        output = tensor(case)
        with tf.compat.v1.Session(config=tf.compat.v1.ConfigProto(intra_op_parallelism_threads=1)) as sess:
            for _ in range(case["runs"]):
                value = sess.run(output)
                yield value.view(np.uint16) if output.dtype == tf.bfloat16 else value


def main():
    listed, arrays = [], {}
    for name, told in cases().items():
        outputs = list(runs(told))
        digests = []
        for i, value in enumerate(outputs):
            large = value.size > KEPT
            digests.append(hashlib.sha256(value.tobytes()).hexdigest() if large else None)
            if i < 3 or i == len(outputs) - 1:
                arrays[f"{name}.{i}"] = value.reshape(-1)[:: value.size // KEPT + 1] if large else value
        for key in "alphas", "logits":
            if key in told:
                arrays[f"{name}.{key}"] = told.pop(key)
        listed.append(dict(told, name=name, digests=digests if any(digests) and told["runs"] < 10 else None))
    np.savez_compressed(str(FILE), kept=KEPT, cases=json.dumps(listed), **arrays)
    print(f"{len(listed)} cases, {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
