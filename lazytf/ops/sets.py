"""Vectors as sets: what one has that another has not."""

from collections import namedtuple

import numpy as np
import torch

from lazytf.core import dtypes
from lazytf.core.build import raw
from lazytf.core.registry import op
from lazytf.core.shape_rules import with_rank

ListDiffOutput = namedtuple("ListDiff", ["out", "idx"])


def _rest_shapes(op):
    with_rank(op, 0, 1)
    with_rank(op, 1, 1)
    return [(None,), (None,)]


@op(
    "ListDiff(x: T, y: T, T: type, out_idx: {index} = int32) -> (out: T, idx: out_idx)",
    shape=_rest_shapes,
    gradient=False,
)
def ListDiff(x, y, out_idx):
    places = torch.nonzero(~torch.isin(x, y)).squeeze(-1)
    return x[places], places.to(out_idx)


@ListDiff.on_host_too
def _(x, y, out_idx):
    known = set(y.tolist())
    places = [i for i, value in enumerate(x.tolist()) if value not in known]
    return x[places], np.array(places, out_idx)


def setdiff1d(x, y, index_dtype=dtypes.int32, name=None):
    """``(out, idx)``: the elements of the vector ``x`` that the vector ``y`` lacks, in order, and where in ``x`` they
    stand.
    """
    return ListDiffOutput(*raw.ListDiff(x, y, out_idx=index_dtype, name=name))
