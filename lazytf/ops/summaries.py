"""Summaries: ops that turn values into what TensorBoard shows, as serialized ``Summary`` messages.

They run on the host and give ``bytes``. The messages are TensorFlow's to the byte, but for images, whose PNG files hold
the same pixels in another compression.
"""

import struct
import sys
import zlib

import numpy as np
from google.protobuf.message import DecodeError

from lazytf.core import shape_rules
from lazytf.core.errors import InvalidArgumentError
from lazytf.core.registry import op
from lazytf.core.shapes import bracketed
from lazytf.formats.arrays import proto_from_array
from lazytf.formats.messages import HistogramProto, Summary, SummaryMetadata
from lazytf.ops.sentences import refuse

# -- scalars --------------------------------------------------------------------------------------------------------


@op(
    "ScalarSummary(tags: string, values: T, T: {realnumber}) -> (summary: string)",
    shape=shape_rules.scalar,
    on_host=True,
    gradient=None,
)
def ScalarSummary(tags, values):
    if np.shape(tags) != np.shape(values):
        tag = f" (tag '{_text(np.ravel(tags)[0])}')" if np.size(tags) == 1 else ""
        of_tags, of_values = bracketed(np.shape(tags)), bracketed(np.shape(values))
        refuse(f"tags and values not the same shape: {of_tags} != {of_values}{tag}")
    summary = Summary()
    for tag, value in zip(_each(tags), _each(values), strict=True):
        summary.value.add(tag=_text(tag), simple_value=float(value))
    return summary.SerializeToString()


def _each(values):
    return np.asarray(values, object).ravel().tolist()  # NumPy's own bytes type would cut zeros at the end


def _text(tag):
    return tag.decode() if isinstance(tag, bytes) else tag


def _one_tag(tag, what="tag"):
    if np.shape(tag):
        refuse(f"{what} must be scalar")
    return _text(_each(tag)[0])


# -- histograms -----------------------------------------------------------------------------------------------------


@op(
    "HistogramSummary(tag: string, values: T, T: {realnumber} = float32) -> (summary: string)",
    shape=shape_rules.scalar,
    on_host=True,
    gradient=None,
)
def HistogramSummary(tag, values):
    tag = _one_tag(tag, "tags")
    values = np.asarray(values).ravel().astype(np.float64)
    finite = np.isfinite(values)
    if not finite.all():
        first = values[np.argmin(finite)]
        refuse(f"{'Nan' if np.isnan(first) else 'Infinity'} in summary histogram for: {tag}")
    return Summary(value=[Summary.Value(tag=tag, histo=histogram(values))]).SerializeToString()


def histogram(values):
    """The ``HistogramProto`` of a float64 vector in TensorFlow's own 1549 buckets, each limit 1.1 times the one before.

    A run of empty buckets is written as one. Sums are taken from left to right, so that they round as TensorFlow's do.
    """
    found = np.searchsorted(_LIMITS, values, side="right")
    counts = np.bincount(np.minimum(found, len(_LIMITS) - 1), minlength=len(_LIMITS))
    full = counts > 0
    kept = full | np.append(full[1:], True)  # of each run of empty ones, the last
    return HistogramProto(
        min=values.min(initial=_MOST),
        max=values.max(initial=-_MOST),
        num=len(values),
        sum=_sum(values),
        sum_squares=_sum(values * values),
        bucket_limit=_LIMITS[kept],
        bucket=counts[kept],
    )


_MOST = sys.float_info.max


def _limits():
    """The upper ends of the buckets, ascending."""
    limits, limit = [], 1e-12
    while limit < 1e20:
        limits.append(limit)
        limit *= 1.1
    limits.append(_MOST)
    return np.array([-x for x in reversed(limits)] + [0.0] + limits)


_LIMITS = _limits()


def _sum(values):
    return np.add.accumulate(values)[-1] if len(values) else 0.0


# -- images ---------------------------------------------------------------------------------------------------------


@op(
    "ImageSummary(tag: string, tensor: T, max_images: int >= 1 = 3, T: {uint8, float32, float16, float64} = float32, "
    "bad_color: tensor = uint8([255, 0, 0, 255])) -> (summary: string)",
    shape=shape_rules.scalar,
    on_host=True,
    gradient=None,
)
def ImageSummary(tag, tensor, max_images, bad_color):
    tag = _one_tag(tag)
    if tensor.ndim != 4 or tensor.shape[3] not in _PNG_COLORS:
        refuse(f"Tensor must be 4-D with last dim 1, 3, or 4, not {bracketed(tensor.shape)}")
    depth = tensor.shape[3]
    if len(bad_color) < depth:
        refuse(f"expected depth <= bad_color.size, got depth = {depth}, bad_color.size = {len(bad_color)}")
    summary = Summary()
    for i, image in enumerate(tensor[:max_images]):
        pixels = image if image.dtype == np.uint8 else _normalized(image, bad_color[:depth])
        summary.value.add(
            tag=f"{tag}/image" if max_images == 1 else f"{tag}/image/{i}",
            image=Summary.Image(
                height=image.shape[0], width=image.shape[1], colorspace=depth, encoded_image_string=_png(pixels)
            ),
        )
    return summary.SerializeToString()


def _normalized(image, bad_color):
    """A floating image ``[height, width, depth]`` as uint8: its largest value becomes 255.

    Where some are negative, 0 becomes 128 and the largest magnitude is 127 from there. Pixels with a value that is not
    finite get ``bad_color``.
    """
    kind = image.dtype.type
    finite = np.isfinite(image).all(axis=2)
    good = image[finite]
    # The scale is a float32 for every dtype, the pixels are computed in the image's own: both show in the last bit.
    low, high = np.float32(good.min(initial=np.inf)), np.float32(good.max(initial=-np.inf))
    if low < 0:
        scale, offset = kind(127 / max(abs(low), abs(high))), kind(128)
    else:
        scale, offset = kind(255 / high if high > 0 else 0), kind(0)
    pixels = np.empty(image.shape, np.uint8)
    pixels[:] = bad_color
    pixels[finite] = (good * scale + offset).astype(np.uint8)
    return pixels


_PNG_COLORS = {1: 0, 3: 2, 4: 6}  # channels -> PNG's color type


def _png(pixels):
    """The PNG file of uint8 pixels ``[height, width, channels]``."""
    height, width, channels = pixels.shape
    rows = np.zeros((height, 1 + width * channels), np.uint8)  # a row begins with its filter: none
    rows[:, 1:] = pixels.reshape(height, width * channels)
    header = struct.pack(">IIBBBBB", width, height, 8, _PNG_COLORS[channels], 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes())), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


# -- tensors, and several together ----------------------------------------------------------------------------------


@op(
    "TensorSummaryV2(tag: string, tensor: T, serialized_summary_metadata: string, T: type) -> (summary: string)",
    shape=shape_rules.scalar,
    on_host=True,
    gradient=None,
)
def TensorSummaryV2(tag, tensor, serialized_summary_metadata):
    value = Summary.Value(tag=_one_tag(tag), tensor=proto_from_array(np.asarray(tensor)))
    value.metadata.MergeFrom(SummaryMetadata.FromString(_each(serialized_summary_metadata)[0]))
    return Summary(value=[value]).SerializeToString()


@op(
    "MergeSummary(inputs: N*string, N: int >= 1) -> (summary: string)",
    shape=shape_rules.scalar,
    on_host=True,
    gradient=None,
)
def MergeSummary(inputs):
    merged, tags = Summary(), set()
    for serialized in (s for value in inputs for s in _each(value)):
        try:
            values = Summary.FromString(serialized).value
        except DecodeError:
            raise InvalidArgumentError(None, None, "Could not parse one of the summary inputs") from None
        for value in values:
            if value.tag in tags:
                refuse(f"Duplicate tag {value.tag} found in summary inputs")
            tags.add(value.tag)
        merged.value.extend(values)
    return merged.SerializeToString()
