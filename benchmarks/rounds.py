"""Asks the contenders' workers in turn, A B C A B C ..., so that a slow moment of the machine falls on all of them.

What cannot do as asked is named with its error and left out; the others go on.
"""

import contextlib
import json
import os
import select
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from benchmarks.single_thread import ENVIRONMENT

PATIENCE = 300  # seconds to wait for one answer
SHOWN_STEP = 20  # whose result the tables show: contenders that compute the same agree on it


_compiled_files = tempfile.TemporaryDirectory(prefix="benchmarks-")


def _environment(root):
    """One thread, quiet, and byte code kept between processes, as an installed package has it."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    paths = {"PYTHONPATH": str(root), "PYTHONPYCACHEPREFIX": _compiled_files.name}
    return {**kept, **ENVIRONMENT, **paths, "TF_CPP_MIN_LOG_LEVEL": "3"}


class Contender(NamedTuple):
    """Who takes part: its name in the tables, the Python that runs it, what ``worker.py`` calls it."""

    name: str
    python: str
    loads: str


class Measurement(NamedTuple):
    """One question's answers: ``{contender: [one sample per round]}`` in ``unit``, and what each computed, if known."""

    question: str
    unit: str
    samples: dict[str, list[float]]
    results: dict[str, float | None]


class WorkerError(Exception):
    """A contender could not do what it was asked. The message is one line."""


class Worker:
    """A running ``worker.py``, pinned to ``core``; ends with its ``with`` block."""

    def __init__(self, contender, core):
        self.contender = contender
        self._complaints = tempfile.TemporaryFile("w+", errors="replace")
        root = Path(__file__).parent.parent
        self._process = subprocess.Popen(
            [contender.python, "-m", "benchmarks.worker", contender.loads],
            cwd=root,
            env=_environment(root),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
        )
        os.sched_setaffinity(self._process.pid, {core})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._complaints):
            with contextlib.suppress(BrokenPipeError):
                stream.close()

    def ask(self, *request):
        """The answer to ``request``; ``WorkerError`` if that is an error, or late, or if the worker died."""
        try:
            print(json.dumps(request), file=self._process.stdin, flush=True)
        except BrokenPipeError:
            raise WorkerError(self._last_words()) from None
        # One answer to one request: nothing can be waiting in Python's own buffer here.
        if not select.select([self._process.stdout], [], [], PATIENCE)[0]:
            self._process.kill()
            raise WorkerError(f"no answer to {request[0]!r} within {PATIENCE} s")
        line = self._process.stdout.readline()
        if not line:
            raise WorkerError(self._last_words())
        answer = json.loads(line)
        if "error" in answer:
            raise WorkerError(answer["error"])
        return answer["ok"]

    def _last_words(self):
        code = self._process.wait()
        self._complaints.seek(0)
        lines = [line.strip() for line in self._complaints if line.strip()]
        return f"ended with code {code}: {lines[-1] if lines else 'without a word'}"


def measure_steps(workload, contenders, rounds, seconds, core):
    """Measurements of CPU time per step. A contender builds once, keeps its process, and warms up for a round."""
    with contextlib.ExitStack() as running:
        workers = [running.enter_context(Worker(contender, core)) for contender in contenders]
        built = _answers(_answers(workers, "load"), "build", workload)
        for case in dict.fromkeys(case for cases in built.values() for case in cases):
            results = _answers([worker for worker, cases in built.items() if case in cases], "result", case, SHOWN_STEP)
            history = [_answers(results, "calibrate", case, seconds)]
            for _ in range(rounds + 1):
                history.append(_answers(history[-1], "time", case))
            yield Measurement(
                case,
                "us",
                {worker.contender.name: [1e6 * round[worker] for round in history[2:]] for worker in history[-1]},
                {worker.contender.name: result for worker, result in results.items()},
            )


def measure_stages(workload, case, contenders, rounds, core):
    """Measurements of CPU time and of memory held, stage by stage; each round in processes of its own."""
    samples = _fresh_processes(contenders, rounds, core, ["load"], ["stages", workload, case])
    for i, (stage, _, _) in enumerate(next(iter(samples.values()))[0] if samples else ()):
        for column, question, scale, unit in (1, stage, 1e3, "ms"), (2, f"held after {stage}", 1, "MiB"):
            yield Measurement(
                f"{case}: {question}",
                unit,
                {name: [scale * stages[i][column] for stages in rounds] for name, rounds in samples.items()},
                {},
            )


def measure_imports(contenders, rounds, core):
    """The measurement of CPU time of the import; of lazytf's, what torch does not take already."""
    samples = _fresh_processes(contenders, rounds, core, ["load"])
    yield Measurement(
        "import (lazytf: beyond torch's own)",
        "ms",
        {name: [1e3 * list(seconds.values())[-1] for seconds in rounds] for name, rounds in samples.items()},
        {},
    )


def _fresh_processes(contenders, rounds, core, *requests):
    """``{name: [last answer, by round]}``, every round in new processes; a first one warms the disk's caches."""
    samples = {contender: [] for contender in contenders}
    for _ in range(rounds + 1):
        for contender in list(samples):
            with Worker(contender, core) as worker:
                answers = [worker]
                for request in requests:
                    answers = _answers(answers, *request)
            if answers:
                samples[contender].append(answers[worker])
            else:
                del samples[contender]
    return {contender.name: answers[1:] for contender, answers in samples.items()}


def _answers(workers, *request):
    """``{worker: answer}`` of the workers that could do what was asked; the others' errors are printed."""
    answers = {}
    for worker in workers:
        try:
            answers[worker] = worker.ask(*request)
        except WorkerError as error:
            print(f"{worker.contender.name} is left out at {' '.join(map(str, request))}: {error}", flush=True)
    return answers
