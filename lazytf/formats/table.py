"""The sorted string table: the file format of LevelDB, which indexes a checkpoint.

    block block ... block  metaindex  index  footer

A block is a run of entries in key order; an entry stores how many bytes of its key it shares with the one before, the
rest of the key, and the value. Every 16th entry shares nothing; their positions close the block. After each block
come one byte of compression type and a masked CRC of block and type. The index is a block too: a key not less than the
last of each block, with the block's position and size. The footer holds the places of metaindex and index, and a magic
number.
"""

import struct

from lazytf.core import errors
from lazytf.formats.crc import masked_crc32c
from lazytf.formats.files import local_path, os_errors_of
from lazytf.formats.varint import read_varint, varint

MAGIC = struct.pack("<Q", 0xDB4775248B80FB57)
_FOOTER_SIZE = 48
_TRAILER = struct.Struct("<BI")  # compression type, masked CRC
_UNCOMPRESSED, _SNAPPY = 0, 1


class TableWriter:
    """Writes a table to a binary file. Keys are ``bytes`` and must ascend."""

    def __init__(self, file, block_size=262144, restart_interval=16):
        self._file, self._block_size, self._position = file, block_size, 0
        self._block, self._index = _Block(restart_interval), _Block(1)
        self._pending = None  # the place of a finished block whose index key waits for the key that follows

    def add(self, key, value):
        last = self._block.last
        if last is not None and key <= last:
            raise ValueError(f"keys must ascend; got {key!r} after {last!r}")
        if self._pending is not None:
            self._index.add(_separator(last, key), self._pending)
            self._pending = None
        self._block.add(key, value)
        if self._block.size >= self._block_size:
            self._pending = self._put(self._block)

    def finish(self):
        """Writes what is left, the index and the footer; the file stays open."""
        if self._block.entries:
            self._pending = self._put(self._block)
        if self._pending is not None:
            self._index.add(_successor(self._block.last), self._pending)
        places = self._put(_Block(1)) + self._put(self._index)
        self._file.write(places.ljust(_FOOTER_SIZE - len(MAGIC), b"\0") + MAGIC)

    def _put(self, block):
        """Writes a block and empties it; returns its place (position and size)."""
        data = block.take()
        place = varint(self._position) + varint(len(data))
        crc = masked_crc32c(data + bytes([_UNCOMPRESSED]))
        self._position += self._file.write(data + _TRAILER.pack(_UNCOMPRESSED, crc))
        return place


class _Block:
    """The entries of one block as they will be stored."""

    def __init__(self, restart_interval):
        self._interval, self.last = restart_interval, None
        self._empty()

    def _empty(self):
        self._data, self._restarts, self.entries = bytearray(), [0], 0

    @property
    def size(self):
        return len(self._data) + 4 * len(self._restarts) + 4

    def add(self, key, value):
        shared = 0
        if self.entries % self._interval:
            shared = _shared(self.last, key)
        elif self.entries:
            self._restarts.append(len(self._data))
        self._data += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        self.last = key
        self.entries += 1

    def take(self):
        data = bytes(self._data) + struct.pack(f"<{len(self._restarts) + 1}I", *self._restarts, len(self._restarts))
        self._empty()
        return data


def _shared(a, b):
    """How many bytes two keys share at their start."""
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _separator(low, high):
    """A short key from ``low`` up to, not including, ``high``."""
    place = _shared(low, high)
    if place < len(low) and low[place] < 0xFF and low[place] + 1 < high[place]:
        return low[:place] + bytes([low[place] + 1])
    return low


def _successor(key):
    """A short key that is not less than ``key``."""
    place = next((i for i, byte in enumerate(key) if byte != 0xFF), None)
    return key if place is None else key[:place] + bytes([key[place] + 1])


def read_table(path):
    """The ``(key, value)`` pairs of a table file, in key order; ``DataLossError`` naming the file if it is damaged."""
    path = local_path(path)
    with os_errors_of(path), open(path, "rb") as file:
        data = file.read()
    if len(data) < _FOOTER_SIZE:
        raise _damage(path, "file is too short to be an sstable")
    if not data.endswith(MAGIC):
        raise _damage(path, "not an sstable (bad magic number)")
    try:
        _, after = _place(data, len(data) - _FOOTER_SIZE)  # the metaindex is always empty
        (position, size), _ = _place(data, after)
        pairs = []
        for _, place in _entries(_block(data, position, size, path)):
            pairs += _entries(_block(data, *_place(place, 0)[0], path))
    except (IndexError, struct.error) as error:
        raise _damage(path, "bad entry in block") from error
    return pairs


def _damage(path, why):
    return errors.DataLossError(None, None, f"{why}: {path}")


def _place(data, position):
    start, position = read_varint(data, position)
    size, position = read_varint(data, position)
    return (start, size), position


def _block(data, position, size, path):
    end = position + size
    if end + _TRAILER.size > len(data) - _FOOTER_SIZE:
        raise _damage(path, f"block at {position} lies outside the file")
    kind, crc = _TRAILER.unpack_from(data, end)
    if masked_crc32c(memoryview(data)[position : end + 1]) != crc:
        raise _damage(path, f"block checksum mismatch at {position}")
    if kind == _SNAPPY:
        raise errors.UnimplementedError(None, None, f"{path} is compressed with snappy, which is not supported")
    if kind != _UNCOMPRESSED:
        raise _damage(path, f"bad block type {kind} at {position}")
    return data[position:end]


def _entries(block):
    (restarts,) = struct.unpack_from("<I", block, len(block) - 4)
    end, position, key = len(block) - 4 * (restarts + 1), 0, b""
    pairs = []
    while position < end:
        shared, position = read_varint(block, position)
        fresh, position = read_varint(block, position)
        size, position = read_varint(block, position)
        middle, after = position + fresh, position + fresh + size
        if shared > len(key) or after > end:
            raise IndexError("an entry reaches outside its block")
        key = key[:shared] + block[position:middle]
        pairs.append((key, block[middle:after]))
        position = after
    return pairs
