"""Values kept within limits."""

import torch

from lazytf.core import shapes
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.registry import op
from lazytf.core.shape_rules import unchanged
from lazytf.core.values import IndexedSlices
from lazytf.ops.sentences import refuse
from lazytf.ops.unsigned import widened


@op(
    "ClipByValue(t: T, clip_value_min: T, clip_value_max: T, T: {number}) -> (output: T)",
    shape=unchanged,
    gradient=False,
)
def ClipByValue(t, clip_value_min, clip_value_max):
    """A limit has the shape of ``t`` or is a scalar."""
    for limit in (clip_value_min, clip_value_max):
        if limit.dim() and limit.shape != t.shape:
            refuse(
                "clip_value_min and clip_value_max must be either of the same shape as "
                f"input, or a scalar. input shape: {shapes.bracketed(t.shape)}"
                f"clip_value_min shape: {shapes.bracketed(clip_value_min.shape)}"
                f"clip_value_max shape: {shapes.bracketed(clip_value_max.shape)}"
            )
    kept = torch.maximum(torch.minimum(widened(t), widened(clip_value_max)), widened(clip_value_min))
    return kept.to(t.dtype)


def clip_by_value(t, clip_value_min, clip_value_max, name=None):
    """``t`` with what is below ``clip_value_min`` or above ``clip_value_max`` moved to that limit.

    Limits are scalars or broadcast to the shape of ``t``; ``ValueError`` if they are larger. The gradient passes where
    ``t`` is within the limits or at one. Of ``IndexedSlices`` the values are clipped.
    """
    with name_scope(name, "clip_by_value", [t, clip_value_min, clip_value_max]) as name:
        values = convert_to_tensor(t.values if isinstance(t, IndexedSlices) else t, name="t")
        below = raw.Minimum(values, clip_value_max)
        shapes.merge(values._shape, below._shape)
        clipped = raw.Maximum(below, clip_value_min, name=name)
        shapes.merge(values._shape, clipped._shape)
        return IndexedSlices(clipped, t.indices, t.dense_shape) if isinstance(t, IndexedSlices) else clipped
