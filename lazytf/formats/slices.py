"""Slices of tensors, as checkpoints store the parts of a partitioned variable.

An extent is ``(start, length)`` along one dimension, length -1 for the whole of it; a slice has one for each
dimension. A region is the same with numbers in place of -1: ``(start, stop)`` for each dimension.
"""

from lazytf.core import errors
from lazytf.formats.messages import TensorSliceProto

WHOLE = -1


def slice_key(name, extents):
    """The key a slice has in a checkpoint's table: a zero byte, the name, and numbers in an encoding that sorts."""
    numbers = b"".join(_ordered_signed(number) for extent in extents for number in extent)
    return b"\0" + name.encode().replace(b"\0", b"\0\xff") + b"\0\1" + _ordered_unsigned(len(extents)) + numbers


def _ordered_unsigned(value):
    """A number as how many bytes it has, then those bytes, highest first."""
    data = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return bytes([len(data)]) + data


def _ordered_signed(value):
    """A signed number in one byte for every seven bits, sign included.

    As many leading bits are set as there are bytes. Negative numbers have all bits flipped, so that bytes sort as
    numbers do.
    """
    magnitude = ~value if value < 0 else value
    count = magnitude.bit_length() // 7 + 1
    lead = ((1 << count) - 1) << (7 * count)
    data = (lead | magnitude).to_bytes(count, "big")
    return bytes(byte ^ 0xFF for byte in data) if value < 0 else data


def slice_proto(extents):
    """The ``TensorSliceProto`` of extents."""
    proto = TensorSliceProto()
    for start, length in extents:
        extent = proto.extent.add(start=start)
        if length != WHOLE:
            extent.length = length
    return proto


def extents_of(proto):
    """The extents of a ``TensorSliceProto``."""
    return [(extent.start, extent.length if extent.WhichOneof("has_length") else WHOLE) for extent in proto.extent]


def spelled(extents):
    """Extents as TensorFlow spells them: ``0,3:-``."""
    return ":".join("-" if length == WHOLE else f"{start},{length}" for start, length in extents)


def region(name, shape, extents):
    """The region of a tensor that extents take; ``InvalidArgumentError`` where they do not lie in its shape."""
    found = [
        (0, size) if length == WHOLE else (start, start + length)
        for (start, length), size in zip(extents, shape, strict=False)
    ]
    if len(extents) != len(shape) or any(
        not 0 <= start <= stop <= size for (start, stop), size in zip(found, shape, strict=True)
    ):
        raise errors.InvalidArgumentError(
            None, None, f"The slice {spelled(extents)} does not lie in {name!r}, whose shape is {list(shape)}"
        )
    return found


def region_shape(region):
    """The shape of an array that holds just a region."""
    return tuple(stop - start for start, stop in region)


def common(a, b):
    """The region that two regions share, None if it is empty."""
    both = [(max(start, other), min(stop, end)) for (start, stop), (other, end) in zip(a, b, strict=True)]
    return both if all(start < stop for start, stop in both) else None


def within(region, outer):
    """The index of ``region`` in an array that holds just ``outer``."""
    return tuple(slice(start - origin, stop - origin) for (start, stop), (origin, _) in zip(region, outer, strict=True))
