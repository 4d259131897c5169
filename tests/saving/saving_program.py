"""A program that saves as fast as it can, to be killed: ``python -m tests.saving.saving_program DIRECTORY [same]``.

It writes the number of the step into every variable, saves, and says so. ``same`` saves under one prefix all the time.
"""

import sys

import lazytf as tf


def main(directory, same=False):
    """Saves until it is killed; prints the step once its checkpoint is written."""
    step = tf.Variable(0.0, name="step")
    weights = [tf.Variable(tf.zeros([2000]), name=f"w{i}") for i in range(3)]
    grow = [v.assign_add(tf.ones_like(v)) for v in (step, *weights)]
    saver = tf.train.Saver(max_to_keep=3)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for number in range(1, 1_000_000):
            session.run(grow)
            saver.save(session, f"{directory}/m", global_step=None if same else number)
            print(number, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], "same" in sys.argv[2:])
