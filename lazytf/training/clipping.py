"""Gradients made shorter: by their own norm, by their average norm, or by the norm of all of them together."""

import math
from collections.abc import Sequence

from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.graph import get_default_graph
from lazytf.core.values import IndexedSlices
from lazytf.ops.casting import cast
from lazytf.ops.constants import constant
from lazytf.ops.filling import ones_like
from lazytf.ops.joining import stack
from lazytf.ops.measuring import rank, size
from lazytf.ops.reduction import reduce_sum


def clip_by_norm(t, clip_norm, axes=None, name=None):
    """``t`` scaled down where its L2 norm, over ``axes`` (all of them unless given), is above ``clip_norm``.

    ``t * clip_norm / max(norm, clip_norm)``; of an ``IndexedSlices`` the rows are clipped. ``ValueError`` where
    ``clip_norm`` has more dimensions than ``t``.
    """
    with name_scope(name, "clip_by_norm", [t, clip_norm]) as scope:
        values = convert_to_tensor(t.values if isinstance(t, IndexedSlices) else t, name="t")
        squares = reduce_sum(values * values, axes, keepdims=True)
        some = squares > 0
        safe = raw.Select(some, squares, ones_like(squares))  # the gradient of sqrt at 0 would be infinite
        norm = raw.Select(some, raw.Sqrt(safe), squares)
        scaled = values * clip_norm
        values.shape.assert_is_compatible_with(scaled.shape)
        return _again(t, raw.Identity(scaled / raw.Maximum(norm, clip_norm), name=scope))


def clip_by_average_norm(t, clip_norm, name=None):
    """``t`` scaled down where its L2 norm divided by its number of elements is above ``clip_norm``."""
    with name_scope(name, "clip_by_average_norm", [t, clip_norm]) as scope:
        t = convert_to_tensor(t, name="t")
        count = cast(size(t), "float32")
        inverse = raw.Rsqrt(reduce_sum(t * t, raw.Range(0, rank(t), 1, name="range")))
        scaled = t * clip_norm
        return raw.Identity(scaled * raw.Minimum(inverse * count, constant(1.0) / clip_norm), name=scope)


def global_norm(t_list, name=None):
    """The L2 norm of all tensors of a list together: ``sqrt(sum(norm(t) ** 2))``, a scalar; None entries are skipped.

    An ``IndexedSlices`` counts with its rows. ``TypeError`` where ``t_list`` is no sequence.
    """
    t_list = _listed(t_list)
    with name_scope(name, "global_norm", t_list):
        halves = []
        for value in _values(t_list):
            if value is not None:
                with get_default_graph().colocate_with(value):
                    halves.append(raw.L2Loss(value))
        half = reduce_sum(stack(halves))
        return raw.Sqrt(half * constant(2.0, half.dtype), name="global_norm")


def clip_by_global_norm(t_list, clip_norm, use_norm=None, name=None):
    """A list of tensors scaled down together where their global norm is above ``clip_norm``; and that norm.

    Each becomes ``t * clip_norm / max(global_norm, clip_norm)``, so that their ratios stay; NaN where the norm is not
    finite. None entries stay None. ``use_norm`` gives the norm where it is known already. ``TypeError`` where
    ``t_list`` is no sequence.
    """
    t_list = _listed(t_list)
    norm = global_norm(t_list, name) if use_norm is None else use_norm
    with name_scope(name, "clip_by_global_norm", [*t_list, clip_norm]) as scope:
        norm = convert_to_tensor(norm)
        finite = clip_norm * raw.Minimum(1.0 / norm, constant(1.0, norm.dtype) / clip_norm)
        scale = raw.Select(raw.IsFinite(norm), finite, constant(math.nan, norm.dtype))
        clipped = []
        for i, (t, value) in enumerate(zip(t_list, _values(t_list), strict=True)):
            if value is None:
                clipped.append(None)
                continue
            with get_default_graph().colocate_with(value):
                clipped.append(_again(t, raw.Identity(value * scale, name=f"{scope}_{i}")))
    return clipped, norm


def _listed(t_list):
    if not isinstance(t_list, Sequence) or isinstance(t_list, str):
        raise TypeError("t_list should be a sequence")
    return list(t_list)


def _values(t_list):
    return [
        None if t is None else convert_to_tensor(t.values if isinstance(t, IndexedSlices) else t, name=f"t_{i}")
        for i, t in enumerate(t_list)
    ]


def _again(t, values):
    """``values`` in the place of those of ``t``."""
    return IndexedSlices(values, t.indices, t.dense_shape) if isinstance(t, IndexedSlices) else values
