"""The project's chores: ``nox -l`` lists them, ``nox -s lint`` runs one, ``nox -s "tests(cpu)"`` one of its kinds."""

import os
from pathlib import Path

import nox

nox.options.sessions = ["tests", "lint", "types"]
nox.options.default_venv_backend = "venv"

PINNED = ("-c", "constraints.txt")
DEVICES = ("cpu", "cuda")
RECORDER = "3.7"  # the last Python that TensorFlow 1.15 was built for


@nox.session
def demo(session):
    """Trains the tutorial's network, one on scikit-learn's digits, one that writes; ``-- DIR``: where pictures go."""
    session.install(*PINNED, "-e", ".[examples]")
    folder = session.posargs[0] if session.posargs else "out"
    session.run("python", "examples/training.py")
    session.run("python", "examples/digits.py", "--out", f"{folder}/digits")
    session.run("python", "examples/char_lstm.py", "--out", f"{folder}/char")


@nox.session
@nox.parametrize("device", DEVICES, ids=DEVICES)
def tests(session, device):
    """Runs the tests, on the CPU or those that need a CUDA device; arguments after ``--`` go to pytest."""
    session.install(*PINNED, "-e", ".[test]")
    if device == "cuda" and not _has_cuda(session):
        session.skip("torch sees no CUDA device here")
    only = ["-m", "gpu"] if device == "cuda" else ["-m", "not gpu"]
    session.run("pytest", *only, *session.posargs)


def _has_cuda(session):
    answer = session.run("python", "-c", "import torch; print(torch.cuda.is_available())", silent=True)
    return answer is not None and answer.strip() == "True"


@nox.session
def lint(session):
    """Checks style and formatting with ruff."""
    session.install(*PINNED, "ruff")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session):
    """Checks the types of the core and the runtime with mypy."""
    session.install(*PINNED, "mypy", "numpy")
    session.run("mypy")


@nox.session
def bench(session):
    """Measures lazytf beside its rivals; ``-- W1 --tf115 PYTHON`` says which workloads and where TensorFlow is."""
    session.install(*PINNED, "-e", ".")
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session(python=RECORDER)
def record(session):
    """Writes down anew what TensorFlow 1.15.5 does, for the tests to compare with; needs Python 3.7."""
    session.install("tensorflow==1.15.5", "protobuf<3.21", "numpy<1.19")
    scripts = sorted(Path("tests/reference").glob("record*.py"))
    for script in scripts:
        session.run("python", "-m", f"tests.reference.{script.stem}", env={"PYTHONPATH": os.getcwd()})
