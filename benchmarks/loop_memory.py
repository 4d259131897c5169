"""Does a long loop keep its memory? Prints the resident memory while 100,000 iterations run that nobody differentiates.

python -m benchmarks.loop_memory [--iterations 100000]

Each loop is one ``Session.run``: of a scalar, of a ``[64, 64]`` matrix, and of a scalar that reads an array of eight.
"""

import argparse
import threading
import time

import lazytf as tf

SAMPLES = 10


def scalar_loop(iterations):
    """``x = x * 0.999 + 0.01``, []."""
    return tf.while_loop(lambda i, x: i < iterations, lambda i, x: (i + 1, x * 0.999 + 0.01), [0, 1.0])[1]


def matrix_loop(iterations):
    """``x = x @ w * 0.5 + 0.01``, ``[64, 64]``."""
    w = tf.constant(1.0, shape=[64, 64]) / 64.0
    start = tf.ones([64, 64])
    return tf.while_loop(lambda i, x: i < iterations, lambda i, x: (i + 1, tf.matmul(x, w) * 0.5 + 0.01), [0, start])[1]


def array_loop(iterations):
    """``x = x * 0.5 + array[i % 8]``, []."""
    array = tf.TensorArray(tf.float32, size=8, clear_after_read=False).unstack(tf.range(8.0))
    return tf.while_loop(
        lambda i, x: i < iterations, lambda i, x: (i + 1, x * 0.5 + array.read(tf.floormod(i, 8))), [0, 1.0]
    )[1]


LOOPS = {"scalar": scalar_loop, "matrix": matrix_loop, "array": array_loop}


def watched(sess, fetch, feeds):
    """The pairs (seconds, MiB) seen before ``sess.run(fetch, feeds)``, while it runs, and after it."""
    seen, over, start = [], threading.Event(), time.perf_counter()

    def look():
        seen.append((time.perf_counter() - start, resident()))

    def watch():
        while not over.wait(0.02):
            look()

    watcher = threading.Thread(target=watch)
    look()
    watcher.start()
    try:
        sess.run(fetch, feeds)
    finally:
        over.set()
        watcher.join()
    look()
    return seen


def resident():
    """The process's resident memory in MiB, garbage and all."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:")) / 1024


def main():
    """Runs the command line."""
    parser = argparse.ArgumentParser(description="Resident memory while a long loop runs.")
    parser.add_argument("--iterations", type=int, default=100_000, help="iterations of each loop (default: 100000)")
    iterations = parser.parse_args().iterations
    for name, build in LOOPS.items():
        with tf.Graph().as_default(), tf.Session() as sess:
            limit = tf.placeholder(tf.int32, [])
            end = build(limit)
            sess.run(end, {limit: 1000})  # by then the plan exists
            seen = watched(sess, end, {limit: iterations})
        print(f"{name} loop, {iterations} iterations:")
        for seconds, megabytes in [*seen[: -1 : -(-len(seen) // SAMPLES)], seen[-1]]:
            print(f"  {seconds:6.2f} s  {megabytes:.1f} MiB")
        most = max(megabytes for _, megabytes in seen)
        print(f"  at most {most:.1f} MiB, {most - seen[0][1]:+.1f} MiB beyond the start")


if __name__ == "__main__":
    main()
