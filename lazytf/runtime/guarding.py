"""What surrounds a plan's function when it runs: the session's lock, grad mode off, NumPy quiet, TensorFlow's errors.

Each of these costs a fraction of a microsecond, so a plan gets only those it needs.
"""

import numpy as np
import torch

from lazytf.runtime.failures import explained

_is_grad_enabled = torch.is_grad_enabled
_set_grad_enabled = torch._C._set_grad_enabled


def guarded(function, source, lock, uses_torch, computes_on_host):
    """``function``, a plan's, within what it needs; ``lock`` is None for a plan that touches no state."""
    call = _in_torch(function, source) if uses_torch else _plain(function, source)
    if computes_on_host:
        call = _quiet(call)
    return call if lock is None else _locked(call, lock)


def _plain(function, source):
    def plain(*values):
        try:
            return function(*values)
        except Exception as e:
            raise explained(e, source) from e

    return plain


def _in_torch(function, source):
    def in_torch(*values):
        was = _is_grad_enabled()
        _set_grad_enabled(False)
        try:
            return function(*values)
        except Exception as e:
            raise explained(e, source) from e
        finally:
            _set_grad_enabled(was)

    return in_torch


def _locked(call, lock):
    def locked(*values):
        with lock:
            return call(*values)

    return locked


try:  # what np.errstate does, without building it anew for every run
    from numpy._core.umath import _extobj_contextvar, _make_extobj

    _SILENT = _make_extobj(all="ignore")

    def _quiet(call):
        """``call`` without NumPy's floating-point warnings: its scalars warn where tensors would not."""

        def quiet(*values):
            token = _extobj_contextvar.set(_SILENT)
            try:
                return call(*values)
            finally:
                _extobj_contextvar.reset(token)

        return quiet

except ImportError:

    def _quiet(call):
        """``call`` without NumPy's floating-point warnings: its scalars warn where tensors would not."""

        def quiet(*values):
            with np.errstate(all="ignore"):
                return call(*values)

        return quiet
