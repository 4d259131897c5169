"""Do many threads that share one session lose an update, or wait for ever?

    python -m benchmarks.shared_session [--seconds 20] [--threads 32]

Every thread adds to a counter and to a vector, and every other one passes elements through a small queue too. At the
end the counters must be exactly what the threads did; the script exits with 1 if one is not, or if a thread hangs.
"""

import argparse
import sys
import threading
import time

import lazytf as tf


def build():
    """The operations that threads run: both updates, putting, taking; and what is counted."""
    queue = tf.FIFOQueue(4, tf.int32, shapes=[[]])
    counter, vector = tf.Variable(0), tf.Variable([0.0, 0.0])
    put = queue.enqueue(tf.assign_add(tf.Variable(0), 1))
    updates = [tf.assign_add(counter, 1), tf.assign_add(vector, [1.0, 2.0])]
    return updates, put, queue.dequeue(), queue.size(), [counter, vector]


def main(seconds, threads):
    """Runs the threads; returns whether nothing was lost."""
    updates, put, take, size, counted = build()
    done = [0] * threads
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        deadline = time.monotonic() + seconds

        def work(number):
            while time.monotonic() < deadline:
                session.run(updates)
                if number % 2:
                    session.run(put)
                    session.run(take)
                done[number] += 1

        working = [threading.Thread(target=work, args=(i,), daemon=True) for i in range(threads)]
        for thread in working:
            thread.start()
        for thread in working:
            thread.join(seconds + 30)
        hanging = sum(thread.is_alive() for thread in working)
        if hanging:
            print(f"{hanging} threads hang")
            return False
        counter, vector = session.run(counted)
        left = session.run(size)
    rounds = sum(done)
    print(
        f"{threads} threads, {seconds} s: {rounds} rounds ({rounds / seconds:.0f}/s, fewest of a thread {min(done)}); "
        f"counted {counter}, {vector.tolist()}; {left} left in the queue"
    )
    return (counter, vector.tolist(), left) == (rounds, [rounds, 2 * rounds], 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--threads", type=int, default=32)
    arguments = parser.parse_args()
    sys.exit(0 if main(arguments.seconds, arguments.threads) else 1)
