"""A program that is killed while it saves leaves a checkpoint that can be restored.

``python -m tests.saving.test_kills 50`` does it fifty times in each way.
"""

import os
import random
import subprocess
import sys
import tempfile
import threading

import pytest

import lazytf as tf


def killed_while_saving(directory, way, delay):
    """Starts the program, kills it ``delay`` seconds after its first checkpoint; returns the last step it told of."""
    command = [sys.executable, "-m", "tests.saving.saving_program", directory, way]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
    ) as program:
        lines = [program.stdout.readline()]
        threading.Timer(delay, program.kill).start()
        lines += program.stdout.readlines()
    return max(int(line) for line in lines if line.endswith("\n"))


def check_latest(directory, told):
    """The latest checkpoint is whole: every variable has the number of one step, the last one told of or the next."""
    path = tf.train.latest_checkpoint(directory)
    assert path is not None, sorted(os.listdir(directory))
    reader = tf.train.NewCheckpointReader(path)
    step = reader.get_tensor("step")
    assert step in (told, told + 1), (step, told)
    for i in range(3):
        assert (reader.get_tensor(f"w{i}") == step).all()
    state = tf.train.get_checkpoint_state(directory)
    for each in state.all_model_checkpoint_paths[-3:]:
        assert tf.train.checkpoint_exists(each)


@pytest.mark.parametrize("way", ["numbered", "same"])
def test_a_program_killed_while_saving_leaves_a_whole_checkpoint(tmp_path, way):
    check_latest(str(tmp_path), killed_while_saving(str(tmp_path), way, 0.05))


if __name__ == "__main__":
    for way in ("numbered", "same"):
        for number in range(int(sys.argv[1])):
            with tempfile.TemporaryDirectory() as directory:
                told = killed_while_saving(directory, way, random.random() * 0.1)
                check_latest(directory, told)
                print(way, number, "killed after step", told, flush=True)
