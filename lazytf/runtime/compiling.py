"""Tier 1: a gradient and its forward operations as one flat program, with no tape at run time.

Tier 0 is the generated function: autograd records while the forward operations run and replays the tape, which costs
several microseconds an operation. Once a stretch of a plan (see ``isolating``) has run often with the same shapes,
one run of it is watched below autograd (``watching``), where only plain tensor operations remain, and written down as
straight-line Python (``flattening``):

    tier 0     mm - sigmoid - mean - [tape] - backward
    watched    mm, sigmoid, detach, mean, ones_like, expand, div, mul, sigmoid_backward, t, mm

The run that is watched is a real one. The next run with these shapes is done both ways, and only a program that gives
what tier 0 gives, on numbers it was not made from, is trusted. A program holds for the input shapes it was watched
with. A stretch in which Python looks at a number, or which cannot be watched for any other reason, stays in tier 0.
"""

import torch

from lazytf.runtime.flattening import written
from lazytf.runtime.resources import Cell
from lazytf.runtime.watching import Watcher

_OFTEN = 24  # runs with the same shapes before they are worth a program
_MOST_PROGRAMS = 16  # shapes a stretch has programs for; later ones stay in tier 0
_MOST_SHAPES = 256  # shapes, or sets of integers, whose runs are counted
enabled = True  # tests and comparisons switch tiers off


def compiled_when_hot(function, open_shapes, hosted=()):
    """``function`` of tensors, which becomes flat programs.

    ``open_shapes`` are the inputs whose shapes may vary, ``hosted`` those that are NumPy values: a program holds for
    the integers it was made with, and where there are other NumPy values there is none.
    """
    if hosted:
        return _for_integers(function, open_shapes, hosted)
    programs, trials, runs, surprises = {}, {}, {}, Cell.surprises

    def call(*inputs):
        nonlocal surprises
        if surprises != Cell.surprises:  # an `assign` with `validate_shape=False`
            surprises = Cell.surprises
            for known in (programs, trials, runs):
                known.clear()
        key = tuple([inputs[i].shape for i in open_shapes])
        program = programs.get(key)
        if program is None:
            return by_tape(key, inputs)
        try:
            return program(*inputs)
        except Exception:  # tier 0 fails in the same way, and can say where
            return function(*inputs)

    def by_tape(key, inputs):
        if len(runs) > _MOST_SHAPES:
            runs.clear()
        runs[key] = runs.get(key, 0) + 1
        if not enabled or runs[key] < _OFTEN or len(programs) >= _MOST_PROGRAMS:
            return function(*inputs)
        trial = trials.get(key, _UNTRIED)
        if trial is _UNTRIED:
            trials[key], results = _watched(function, inputs)
            return results
        results = function(*inputs)
        if trial is not None:
            if _agree(trial, inputs, results):
                programs[key] = trial
            trials[key] = None
        return results

    call.programs, call.__wrapped__ = programs, function
    return call


def _for_integers(function, open_shapes, hosted):
    """``function`` of tensors and NumPy values, compiled for each set of these that comes often."""
    calls, places = {}, frozenset(hosted)

    def call(*inputs):
        key = tuple([_key_of(inputs[i]) for i in hosted])
        if None in key:
            return function(*inputs)
        compiled = calls.get(key)
        if compiled is None:
            if len(calls) >= _MOST_SHAPES:
                calls.clear()
            given = {i: inputs[i].copy() for i in hosted}  # who fed them may write to them
            count = len(inputs)

            def with_these(*tensors):
                tensors = iter(tensors)
                return function(*[given[i] if i in places else next(tensors) for i in range(count)])

            left = [i for i in range(count) if i not in places]
            compiled = calls[key] = compiled_when_hot(with_these, [left.index(i) for i in open_shapes])
        return compiled(*[t for i, t in enumerate(inputs) if i not in places])

    call.__wrapped__ = function
    return call


def _key_of(value):
    """What stands for a NumPy value in a key, if it is a few integers; else None."""
    if getattr(value, "size", 1 << 20) <= 4096 and value.dtype.kind in "iub":
        return value.item() if value.ndim == 0 else (value.shape, value.tobytes())
    return None


_UNTRIED = object()


def _watched(function, inputs):
    """``(program, results)`` of a run that is watched; the program is None where there can be none."""
    watcher = Watcher(inputs)
    try:
        with watcher:
            results = function(*inputs)
        with torch.no_grad():
            return written(watcher, results), [r.detach() for r in results]
    except Exception:  # whatever it was: tier 0 is always right
        return None, function(*inputs)


def _agree(program, inputs, results):
    """Whether a program gives these results."""
    try:
        with torch.no_grad():
            return all(
                a.shape == b.shape
                and a.dtype == b.dtype
                and torch.allclose(a.detach(), b, rtol=1e-3, atol=1e-5, equal_nan=True)
                for a, b in zip(results, program(*inputs), strict=True)
            )
    except Exception:  # a program that fails here is not to be had
        return False
