"""Runs every program of examples/ and compares its numbers with TensorFlow 1.15.5's (record_programs.py)."""

import json
import pathlib
import runpy
import sys

import pytest

from tests.cases import probe

EXAMPLES = pathlib.Path(__file__).parents[1] / "examples"
RECORDED = json.loads((pathlib.Path(__file__).parent / "reference" / "programs.json").read_text(encoding="utf-8"))
STEPS = 200  # of digits: enough to compare, and for nine digits in ten to be right


def run(program, monkeypatch, *arguments):
    """Runs the program as if from the command line; returns its global names."""
    monkeypatch.setattr(sys, "argv", [program, *arguments])
    return runpy.run_path(str(EXAMPLES / f"{program}.py"), run_name="__main__")


def differences(program, reached, tolerance):
    recorded = RECORDED[program]
    ours = {name: probe.plain(reached[name]) for name in recorded}
    return list(probe.differences(recorded, ours, tolerance))


@pytest.mark.parametrize("program", [name for name in RECORDED if name != "digits"])
def test_program_reaches_tensorflows_numbers(program, monkeypatch):
    assert not differences(program, run(program, monkeypatch), tolerance=1e-5)


def test_forward_program_prints_the_known_result(monkeypatch, capsys):
    run("forward", monkeypatch)
    assert "[[3.957578]]" in capsys.readouterr().out.splitlines()


def test_training_program_prints_weights_and_twenty_losses(monkeypatch, capsys):
    run("training", monkeypatch)
    lines = capsys.readouterr().out.splitlines()
    assert sum("the loss is" in line for line in lines) == 20
    assert lines[2:4] == ["weights before training", "[[-0.8113182   1.4845988   0.06532937]"]


def test_digits_follow_tensorflows_training_and_are_told_apart(monkeypatch, tmp_path):
    reached = run("digits", monkeypatch, "--steps", str(STEPS), "--out", str(tmp_path))
    assert not differences("digits", reached, tolerance=1e-3)
    history, table = reached["history"], reached["table"]
    assert history[-1][0] == STEPS
    assert history[-1][-1] > 0.9
    assert table.sum() == 359
    assert table.trace() / table.sum() == pytest.approx(history[-1][-1])


def test_digits_write_picture_checkpoint_and_events(monkeypatch, tmp_path):
    run("digits", monkeypatch, "--steps", "3", "--out", str(tmp_path))
    written = sorted(path.name.split(".out.tfevents.")[0] for path in tmp_path.iterdir())
    assert written == [
        "checkpoint",
        "digits.png",
        "events",
        "model-3.data-00000-of-00001",
        "model-3.index",
        "model-3.meta",
    ]
    assert (tmp_path / "digits.png").read_bytes().startswith(b"\x89PNG")


def test_every_example_is_recorded():
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(RECORDED)


@pytest.mark.parametrize("program", RECORDED)
def test_every_example_opens_with_its_command_line(program):
    opening = (EXAMPLES / f"{program}.py").read_text(encoding="utf-8").split('"""')[1]
    assert f"\npython examples/{program}.py" in opening
