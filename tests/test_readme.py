"""README, CONTRIBUTING and docs say what is so: programs print what they say, commands name what is there."""

import os
import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import lazytf

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
LOOPS = (ROOT / "docs" / "control_flow.md").read_text(encoding="utf-8")


def blocks(language):
    """The fenced blocks of one language in the README."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


def commands():
    """Every command of the README, continued lines joined, comments off."""
    text = "\n".join(blocks("bash")).replace("\\\n", " ")
    return [part.strip() for line in text.splitlines() for part in line.partition("  #")[0].split("&&")]


def programs(text):
    """``(program, what it prints)`` of every Python block with its output below.

    A block that does not import lazytf goes on from the one before it.
    """
    found = []
    for code, said in re.findall(r"```python\n((?:(?!```).)*)```\n\n((?:    [^\n]*\n|\n)+)", text, re.S):
        if "import lazytf" not in code:
            code, said = found[-1][0] + code, found[-1][1] + said
        found.append((code, said))
    return [(code, textwrap.dedent(said)) for code, said in found]


def run(*arguments):
    """What a Python process prints, without a GPU: there plans have other lines."""
    hidden = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=hidden, capture_output=True, text=True, check=True).stdout


def lines(text):
    return [line for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("program, said", [*programs(README), *programs(LOOPS)])
def test_programs_print_what_is_said(program, said):
    assert lines(run("-c", program)) == lines(said)


def test_commands_name_files_and_extras_that_are_there():
    named = [word for command in commands() for word in shlex.split(command)]
    for word in named:
        if word.startswith(("examples/", "constraints.txt")):
            assert (ROOT / word).exists(), word
    extras = {extra for word in named for extra in re.findall(r"^\.\[(\w+)\]$", word)}
    assert extras
    assert all(f"\n{extra} = [" in (ROOT / "pyproject.toml").read_text() for extra in extras)


def test_coverage_command_counts_names():
    assert re.search(r"all of them +\d+ of \d+, \d+%", run("-m", "lazytf", "coverage"))


def test_plan_command_shows_the_plans_of_a_script():
    shown = run("-m", "lazytf", "plan", "examples/forward.py", "--fetch", "MatMul_1")
    assert "fetches MatMul_1:0" in shown and "# MatMul_1\n" in shown
    assert "Assign" not in shown


def test_plan_command_says_when_there_is_nothing_to_show():
    result = subprocess.run(
        [sys.executable, "-m", "lazytf", "plan", "nowhere.py"], cwd=ROOT, capture_output=True, text=True
    )
    assert result.returncode == 2 and "There is no file 'nowhere.py'" in result.stderr


def test_version_command_prints_the_version():
    assert run("-m", "lazytf", "--version").split() == ["lazytf", lazytf.__version__]


NAMED = set(re.findall(r"(?:lazytf|tests|docs|benchmarks)/[\w/]+\.\w+", README + CONTRIBUTING + LOOPS))


@pytest.mark.parametrize("path", sorted(NAMED))
def test_file_that_is_named_exists(path):
    assert (ROOT / path).exists()


def test_grep_of_the_guide_finds_the_registration_that_it_shows():
    pattern = re.search(r"grep '\^(\w+\()' (\S+)`", CONTRIBUTING)
    lines = (ROOT / pattern[2]).read_text().splitlines()
    assert [line.startswith(pattern[1]) for line in lines].count(True) == 1
