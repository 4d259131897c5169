"""CRC32C as TensorFlow stores it: masked, so that a checksum of data that holds checksums stays strong."""

import crc32c as _hardware

_DELTA = 0xA282EAD8


def crc32c(data, crc=0):
    """The CRC32C of ``data`` (bytes, or any contiguous buffer of bytes), continued from ``crc``."""
    return _hardware.crc32c(data, crc)


def masked(crc):
    """The stored form of a CRC: rotated right by 15 bits, plus a constant."""
    return ((crc >> 15 | crc << 17) + _DELTA) & 0xFFFFFFFF


def masked_crc32c(data):
    """The stored CRC32C of ``data``."""
    return masked(_hardware.crc32c(data))
