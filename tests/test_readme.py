"""The README and CONTRIBUTING say what is so: the program prints what it says, the commands name what is there."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import lazytf

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def blocks(language):
    """The fenced blocks of one language in the README."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


def commands():
    """Every command of the README, continued lines joined, comments off."""
    text = "\n".join(blocks("bash")).replace("\\\n", " ")
    return [part.strip() for line in text.splitlines() for part in line.partition("  #")[0].split("&&")]


def run(*arguments):
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_program_prints_what_the_readme_says():
    program, said = re.search(r"```python\n(import lazytf.*?)```\n\n    (.*?)\n\n", README, re.S).groups()
    assert run("-c", program).strip() == said.strip()


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


NAMED = set(re.findall(r"(?:lazytf|tests|docs|benchmarks)/[\w/]+\.\w+", README + CONTRIBUTING))


@pytest.mark.parametrize("path", sorted(NAMED))
def test_file_that_is_named_exists(path):
    assert (ROOT / path).exists()


def test_grep_of_the_guide_finds_the_registration_that_it_shows():
    pattern = re.search(r"grep '\^(\w+\()' (\S+)`", CONTRIBUTING)
    lines = (ROOT / pattern[2]).read_text().splitlines()
    assert [line.startswith(pattern[1]) for line in lines].count(True) == 1
