"""Runs every program of examples/ and compares its numbers with TensorFlow 1.15.5's (record_programs.py)."""

import json
import pathlib
import runpy
import sys

import pytest

from tests.cases import probe
from tests.programs import char_models

EXAMPLES = pathlib.Path(__file__).parents[1] / "examples"
RECORDED = json.loads((pathlib.Path(__file__).parent / "reference" / "programs.json").read_text(encoding="utf-8"))
STEPS = {
    "digits": 200,  # enough to compare, and for nine digits in ten to be right
    "char_lstm": 60,
}


def run(program, monkeypatch, *arguments):
    """Runs the program as if from the command line; returns its global names."""
    monkeypatch.setattr(sys, "argv", [program, *arguments])
    return runpy.run_path(str(EXAMPLES / f"{program}.py"), run_name="__main__")


def differences(program, reached, tolerance):
    recorded = RECORDED[program]
    ours = {name: probe.plain(reached[name]) for name in recorded}
    return list(probe.differences(recorded, ours, tolerance))


@pytest.mark.parametrize("program", [name for name in RECORDED if name not in STEPS])
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
    reached = run("digits", monkeypatch, "--steps", str(STEPS["digits"]), "--out", str(tmp_path))
    assert not differences("digits", reached, tolerance=1e-3)
    history, table = reached["history"], reached["table"]
    assert history[-1][0] == STEPS["digits"]
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


def test_char_lstm_writes_what_it_writes_on_tensorflow(monkeypatch, tmp_path, capsys):
    reached = run("char_lstm", monkeypatch, "--steps", str(STEPS["char_lstm"]), "--out", str(tmp_path))
    assert not differences("char_lstm", reached, tolerance=1e-4)
    printed, samples = capsys.readouterr().out, [sample for _, _, sample in reached["samples"]]
    assert "857 characters of 45 kinds, from" in printed
    assert all(sample in printed for sample in samples)
    assert pairs_known(samples[-1]) > 2 * pairs_known(samples[0])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["char_lstm.png", "samples.txt"]
    assert (tmp_path / "char_lstm.png").read_bytes().startswith(b"\x89PNG")


def pairs_known(text):
    """The share of pairs of neighbouring characters in ``text`` that the text it was learnt from has too."""
    learnt = char_models.text()
    pairs = {learnt[i : i + 2] for i in range(len(learnt) - 1)}
    return sum(text[i : i + 2] in pairs for i in range(len(text) - 1)) / len(text)


def test_char_lstm_learns_the_text_of_a_file(monkeypatch, tmp_path):
    (tmp_path / "text").write_text("abc" * 10, encoding="utf-8")
    reached = run("char_lstm", monkeypatch, "--text", str(tmp_path / "text"), "--steps", "25", "--out", str(tmp_path))
    assert "abcabcabcabc" in reached["samples"][-1][-1]


def test_every_example_is_recorded():
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(RECORDED)


@pytest.mark.parametrize("program", RECORDED)
def test_every_example_opens_with_its_command_line(program):
    opening = (EXAMPLES / f"{program}.py").read_text(encoding="utf-8").split('"""')[1]
    assert f"\npython examples/{program}.py" in opening
