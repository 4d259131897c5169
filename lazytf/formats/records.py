"""TFRecord files: plain, GZIP and ZLIB.

A record is its length (uint64), the masked CRC of the length, its bytes, and the masked CRC of its bytes; all numbers
are little-endian. A compressed file is one stream of such records, so positions in messages count uncompressed bytes.
"""

import contextlib
import struct
import zlib

from lazytf.core import errors
from lazytf.formats.crc import masked_crc32c
from lazytf.formats.files import local_path, os_errors_of

_HEADER = struct.Struct("<QI")  # length, its masked CRC
_FOOTER = struct.Struct("<I")
_CHUNK = 1 << 20


class TFRecordCompressionType:
    """How the records of a file are compressed."""

    NONE = 0
    ZLIB = 1
    GZIP = 2


class TFRecordOptions:
    """How a TFRecord file is compressed.

    ``compression_type`` is None, "", "GZIP", "ZLIB", a ``TFRecordCompressionType`` or other options. ``flush_mode``
    and ``window_bits`` onward are zlib's own numbers. Buffer sizes are accepted and not needed: memory use is small.
    """

    compression_type_map = {0: "", 1: "ZLIB", 2: "GZIP"}

    def __init__(
        self,
        compression_type=None,
        flush_mode=None,
        input_buffer_size=None,
        output_buffer_size=None,
        window_bits=None,
        compression_level=None,
        compression_method=None,
        mem_level=None,
        compression_strategy=None,
    ):
        self.get_compression_type_string(compression_type)
        self.compression_type = compression_type
        self.flush_mode = flush_mode
        self.input_buffer_size, self.output_buffer_size = input_buffer_size, output_buffer_size
        self.window_bits = window_bits
        self.compression_level = compression_level
        self.compression_method = compression_method
        self.mem_level = mem_level
        self.compression_strategy = compression_strategy

    @classmethod
    def get_compression_type_string(cls, options):
        """ "", "ZLIB" or "GZIP" for options, a type or a name; ``ValueError`` for anything else."""
        if isinstance(options, TFRecordOptions):
            return cls.get_compression_type_string(options.compression_type)
        name = "" if options is None else cls.compression_type_map.get(options, options)
        if name not in cls.compression_type_map.values():
            raise ValueError(f'Not a valid compression_type: "{options}"')
        return name


def _as_options(options):
    return options if isinstance(options, TFRecordOptions) else TFRecordOptions(options)


def _or(value, default):
    return default if value is None else value


def _window_bits(options):
    """zlib's window argument: 16 more asks for the GZIP header."""
    gzip = TFRecordOptions.get_compression_type_string(options) == "GZIP"
    return _or(options.window_bits, zlib.MAX_WBITS) + (16 if gzip else 0)


class TFRecordWriter:
    """Writes records to a new file; use it in a ``with`` statement, or ``close`` it."""

    def __init__(self, path, options=None):
        self._path, self._compressor, self._file = local_path(path), None, None
        options = _as_options(options)
        if TFRecordOptions.get_compression_type_string(options):
            self._flush_mode = _or(options.flush_mode, zlib.Z_SYNC_FLUSH)
            self._compressor = zlib.compressobj(
                _or(options.compression_level, zlib.Z_DEFAULT_COMPRESSION),
                _or(options.compression_method, zlib.DEFLATED),
                _window_bits(options),
                _or(options.mem_level, zlib.DEF_MEM_LEVEL),
                _or(options.compression_strategy, zlib.Z_DEFAULT_STRATEGY),
            )
        with os_errors_of(self._path):
            self._file = open(self._path, "wb")

    def write(self, record):
        """Appends one record of ``bytes``."""
        if not isinstance(record, bytes):
            raise TypeError(f"expected bytes, {type(record).__name__} found")
        length = struct.pack("<Q", len(record))
        self._put(b"".join((length, _FOOTER.pack(masked_crc32c(length)), record, _FOOTER.pack(masked_crc32c(record)))))

    def _put(self, data):
        file = self._open_file()
        with os_errors_of(self._path):
            file.write(self._compressor.compress(data) if self._compressor else data)

    def _open_file(self):
        if self._file is None:
            raise errors.FailedPreconditionError(
                None, None, f"Writer not initialized or previously closed: {self._path}"
            )
        return self._file

    def flush(self):
        """Hands every record so far to the operating system."""
        file = self._open_file()
        with os_errors_of(self._path):
            if self._compressor:
                file.write(self._compressor.flush(self._flush_mode))
            file.flush()

    def close(self):
        """Ends the file; nothing happens the second time."""
        file, self._file = self._file, None
        if file is None:
            return
        with os_errors_of(self._path), file:
            if self._compressor:
                file.write(self._compressor.flush())

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        self.close()

    def __del__(self):
        if getattr(self, "_file", None) is not None:
            with contextlib.suppress(errors.OpError):
                self.close()


def tf_record_iterator(path, options=None):
    """Yields the records of a file as ``bytes``.

    ``DataLossError`` names the file and the position of a record that is damaged or cut short. As in TensorFlow, a
    plain file that ends within the twelve bytes that open a record just ends there: its writer may still be at work.
    """
    options, path = _as_options(options), local_path(path)
    with os_errors_of(path), open(path, "rb", buffering=_CHUNK) as file:
        stream = file
        if TFRecordOptions.get_compression_type_string(options):
            stream = _Inflated(file, path, _window_bits(options))
        yield from _records(stream, path)


def _records(stream, path):
    position = 0
    while True:
        header = stream.read(_HEADER.size)
        if len(header) < _HEADER.size:
            return
        length, crc = _HEADER.unpack(header)
        if crc != masked_crc32c(header[:8]):
            raise _lost("corrupted", position, path, "the checksum of its length does not match")
        position += _HEADER.size
        record, footer = _read(stream, length), stream.read(_FOOTER.size)
        if len(record) + len(footer) < length + _FOOTER.size:
            raise _lost("truncated", position - _HEADER.size, path, f"the file ends before its {length} bytes do")
        if _FOOTER.unpack(footer)[0] != masked_crc32c(record):
            raise _lost("corrupted", position, path, "the checksum of its data does not match")
        yield record
        position += length + _FOOTER.size


def _read(stream, size):
    """``size`` bytes, fewer at the end; a nonsense size costs no more memory than the file has bytes."""
    if size <= _CHUNK:
        return stream.read(size)
    pieces, left = [], size
    while left and (piece := stream.read(min(left, _CHUNK))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _lost(how, position, path, why):
    return errors.DataLossError(None, None, f"{how} record at {position} in {path}: {why}")


class _Inflated:
    """Reads the inflated bytes of a file of one or more compressed streams."""

    def __init__(self, file, path, window_bits):
        self._file, self._path, self._window_bits = file, path, window_bits
        self._inflater, self._ready, self._given = None, bytearray(), 0  # no inflater: between two streams

    def read(self, size):
        while len(self._ready) < size and self._more():
            pass
        data = bytes(self._ready[:size])
        del self._ready[:size]
        self._given += len(data)
        return data

    def _more(self):
        """Inflates up to one chunk; False at the end of the file."""
        compressed = b""
        if self._inflater is not None:
            compressed = self._inflater.unconsumed_tail
            if self._inflater.eof:
                compressed, self._inflater = self._inflater.unused_data, None
        ended = not compressed and not (compressed := self._file.read(_CHUNK))
        if self._inflater is None:
            if ended:
                return False
            self._inflater = zlib.decompressobj(self._window_bits)
        try:
            inflated = self._inflater.decompress(compressed, _CHUNK)
        except zlib.error as error:
            raise self._damage(f"inflate() failed: {error}") from error
        if ended and not inflated and not self._inflater.eof:
            raise self._damage("the compressed stream is cut short")
        self._ready += inflated
        return True

    def _damage(self, why):
        return errors.DataLossError(
            None, None, f"corrupted compressed data at {self._given + len(self._ready)} in {self._path}: {why}"
        )
