"""Summaries in the graph: ``tf.summary.scalar`` and its kin, each one op that a run turns into bytes for an event file.

A summary's tag is the name of its op, scopes included; with a ``family``, that name with the family before it once
more, so that TensorBoard shows the family's summaries together.
"""

import contextlib
import logging
import re

from google.protobuf import json_format

from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.collections import GraphKeys
from lazytf.core.dtypes import string
from lazytf.core.graph import get_default_graph
from lazytf.formats.messages import SummaryDescription, SummaryMetadata
from lazytf.ops import summaries as _ops  # noqa: F401 - declares the ops that these functions add

_illegal = re.compile(r"[^-/\w.]")
_log = logging.getLogger("tensorflow")


def scalar(name, tensor, collections=None, family=None):
    """A summary of one real number: a string ``[]``, a serialized ``Summary``.

    ``tensor`` (``[]``, any real dtype) is shown as a curve over the steps. The summary joins the collections named, by
    default ``GraphKeys.SUMMARIES``. Characters that a name may not have become ``_``.
    """
    with _scope(name, family, [tensor]) as (tag, scope):
        return _collected(raw.ScalarSummary(tag, tensor, name=scope), collections)


def histogram(name, values, collections=None, family=None):
    """A summary of how the numbers in ``values`` (any shape, any real dtype) are spread; result as ``scalar``'s.

    At run time ``InvalidArgumentError`` for a value that is not finite.
    """
    with _scope(name, family, [values]) as (tag, scope):
        return _collected(raw.HistogramSummary(tag, values, name=scope), collections)


def image(name, tensor, max_outputs=3, collections=None, family=None):
    """A summary of the first ``max_outputs`` images of ``tensor`` (``[batch, height, width, channels]``).

    The result is as ``scalar``'s. 1 channel is gray, 3 are red, green and blue, 4 have alpha too. uint8 is shown as it
    is; floats are scaled so that the largest becomes 255, or where some are negative so that 0 becomes 128.
    """
    with _scope(name, family, [tensor]) as (tag, scope):
        return _collected(raw.ImageSummary(tag, tensor, max_images=max_outputs, name=scope), collections)


def text(name, tensor, collections=None):
    """A summary of strings (``[]``, ``[n]`` or a table ``[n, m]``), which TensorBoard shows as Markdown."""
    tensor = convert_to_tensor(tensor)
    if tensor.dtype != string:
        raise ValueError(f"Expected tensor {tensor.name} to have dtype string, got {tensor.dtype}")
    metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text"))
    return tensor_summary(name, tensor, summary_metadata=metadata, collections=collections)


def tensor_summary(
    name, tensor, summary_description=None, collections=None, summary_metadata=None, family=None, display_name=None
):
    """A summary that holds ``tensor`` (any shape and dtype) itself; result as ``scalar``'s.

    ``summary_metadata`` (a ``SummaryMetadata``) tells which of TensorBoard's plugins shows it; ``summary_description``
    and ``display_name`` are entered into it.
    """
    metadata = SummaryMetadata()
    if summary_metadata is not None:
        metadata.CopyFrom(summary_metadata)
    if summary_description is not None:
        metadata.summary_description = summary_description
    if display_name is not None:
        metadata.display_name = display_name
    with _scope(name, family, [tensor]) as (tag, scope):
        return _collected(raw.TensorSummaryV2(tag, tensor, metadata.SerializeToString(), name=scope), collections)


def merge(inputs, collections=None, name=None):
    """One summary with the values of all ``inputs``, a list of summaries: a string ``[]``.

    It joins the collections named, and none by default. At run time ``InvalidArgumentError`` where two have one tag.
    """
    name = clean_tag(name)
    with name_scope(name, "Merge", inputs):
        merged = raw.MergeSummary(inputs, name=name)
        return _collected(merged, collections, ())


def merge_all(key=GraphKeys.SUMMARIES, scope=None, name=None):
    """``merge`` of the summaries in the collection ``key``, or of those within ``scope``; None if there are none."""
    summaries = get_default_graph().get_collection(key, scope)
    return merge(summaries, name=name) if summaries else None


def get_summary_description(node_def):
    """The ``SummaryDescription`` in the ``NodeDef`` of a ``TensorSummary``; ``ValueError`` for another op type."""
    if node_def.op != "TensorSummary":
        raise ValueError(f"Can't get_summary_description on {node_def.op}")
    return json_format.Parse(node_def.attr["description"].s.decode(), SummaryDescription())


def clean_tag(name):
    """``name`` with ``_`` for each character that a tag may not have, and without slashes in front; None stays None."""
    if name is None:
        return None
    clean = _illegal.sub("_", name).lstrip("/")
    if clean != name:
        _log.info("Summary name %s is illegal; using %s instead.", name, clean)
    return clean


@contextlib.contextmanager
def _scope(name, family, values):
    """Opens the scope that is the summary's name; gives its tag and the scope's name."""
    name, family = clean_tag(name), clean_tag(family)
    with name_scope(name if family is None else f"{family}/{name}", None, values) as scope:
        if not scope:
            raise ValueError(f"{name!r} is not a valid node name")
        tag = scope.rstrip("/")
        yield tag if family is None else f"{family}/{tag}", scope


def _collected(summary, collections, default=(GraphKeys.SUMMARIES,)):
    summary.graph.add_to_collections(default if collections is None else collections, summary)
    return summary
