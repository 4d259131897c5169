"""Checkpoints, TensorFlow's version 2: a table of entries beside files of raw bytes.

    prefix.index                  a sorted table: "" -> BundleHeaderProto, tensor name -> BundleEntryProto
    prefix.data-00000-of-00001    the bytes of the tensors, one after the other

An entry says dtype, shape, which data file, where, how many bytes, and their masked CRC. Numbers lie there in
little-endian order. Strings lie there as all lengths (varints), the masked CRC of the lengths, then all bytes. A
partitioned variable has an entry without bytes that lists its slices; each slice has an entry of its own, under a key
that opens with a zero byte (``slices.slice_key``).

A writer works on temporary files and renames them when both are whole, data before index, so a process that dies
leaves whatever checkpoint was there before. Where the same prefix is written again, the new data file must not
replace the one that the old index reads: it takes the name of a shard of two, ``prefix.data-00000-of-00002``, or of
one again the next time. The second shard is empty, so no file is there for it. The rename of the index then changes
everything at once, and what it no longer reads is removed last.
"""

import contextlib
import glob
import math
import os

import numpy as np
from google.protobuf.message import DecodeError

from lazytf.core import dtypes, errors
from lazytf.formats import slices
from lazytf.formats.arrays import as_bytes_list, dtype_of, little_endian, native, shape_proto
from lazytf.formats.crc import crc32c, masked
from lazytf.formats.files import local_path, os_errors_of, temporary_beside
from lazytf.formats.messages import BundleEntryProto, BundleHeaderProto
from lazytf.formats.table import MAGIC, TableWriter, read_table
from lazytf.formats.varint import read_varint, varint

_VERSION = 1


class BundleWriter:
    """Writes one checkpoint. Nothing is at ``prefix`` before ``finish``; a ``with`` statement that fails discards all.

    with BundleWriter("/tmp/model.ckpt-1") as writer:
        writer.add("weights", array)
    """

    def __init__(self, prefix):
        self.prefix = local_path(prefix)
        self._path = data_path(self.prefix, 0, 1)
        self._temporary = temporary_beside(self._path)
        self._entries, self._position = {}, 0
        with os_errors_of(self._path):
            self._file = open(self._temporary, "xb")

    def add(self, name, array, dtype=None):
        """Stores an array of any dtype but resource and variant; ``dtype`` may say what its integers quantize."""
        key = name.encode()
        self._check_new(key, name)
        self._entries[key] = self._stored(name, native(array), dtype)

    def add_slice(self, name, shape, extents, array, dtype=None):
        """Stores one slice of the tensor ``name``, whose full shape is ``shape``.

        ``extents`` holds ``(start, length)`` for each dimension, length -1 for the whole of it; the slices of a
        tensor must cover it and not overlap.
        """
        array, key, spelled = native(array), slices.slice_key(name, extents), slices.spelled(extents)
        expected = slices.region_shape(slices.region(name, shape, extents))
        if array.shape != expected:
            raise ValueError(f"The slice {spelled} of {name!r} has shape {expected}; got {array.shape}.")
        whole = self._entries.get(name.encode())
        if whole is None:
            self._check_new(name.encode(), name)
        elif not whole.slices or _sizes(whole.shape) != tuple(shape):
            raise ValueError(f"{name!r} is already in the checkpoint {self.prefix}, whole or with another shape.")
        if key in self._entries:
            raise ValueError(f"The slice {spelled} of {name!r} is already in the checkpoint {self.prefix}.")
        entry = self._stored(name, array, dtype)
        if whole is None:
            whole = self._entries[name.encode()] = BundleEntryProto(dtype=entry.dtype, shape=shape_proto(shape))
        if whole.dtype != entry.dtype:
            raise TypeError(f"The slices of {name!r} must have one dtype; got {array.dtype} for {spelled}.")
        self._entries[key] = entry
        whole.slices.append(slices.slice_proto(extents))

    def _check_new(self, key, name):
        if not key or key[0] == 0:
            raise ValueError(f"A checkpoint's tensor needs a name that does not begin with a zero byte; got {name!r}.")
        if key in self._entries:
            raise ValueError(f"{name!r} is already in the checkpoint {self.prefix}.")

    def _stored(self, name, array, dtype):
        """Writes the array's bytes; returns its entry."""
        dtype = dtype_of(array) if dtype is None else dtypes.as_dtype(dtype).base_dtype
        if not dtype.is_numpy_compatible:
            raise TypeError(f"A checkpoint cannot hold {name!r}: tensors of {dtype.name} have no bytes.")
        if dtype is dtypes.string:
            pieces, crc = _string_pieces(as_bytes_list(array))
        else:
            if array.dtype.itemsize != dtype.size or array.dtype.kind in "OSU":
                raise TypeError(f"{name!r} was to be stored as {dtype.name}; got an array of {array.dtype}.")
            data = little_endian(np.ascontiguousarray(array).reshape(-1)).view(np.uint8)
            pieces, crc = [data], crc32c(data)
        entry = BundleEntryProto(
            dtype=dtype.as_datatype_enum,
            shape=shape_proto(array.shape),
            offset=self._position,
            size=sum(map(len, pieces)),
            crc32c=masked(crc),
        )
        with os_errors_of(self._path):
            for piece in pieces:
                self._file.write(piece)
        self._position += entry.size
        return entry

    def finish(self):
        """Puts the checkpoint in place."""
        with os_errors_of(self._path):
            self._file.close()
        shards = _free_count(self.prefix, 1)
        _put_in_place(self.prefix, [(self._temporary, data_path(self.prefix, 0, shards))], self._entries, shards)

    def discard(self):
        """Removes what was written; what was at ``prefix`` before stays as it is."""
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            os.remove(self._temporary)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        try:
            if kind is None:
                self.finish()
        finally:
            self.discard()


class BundleReader:
    """Reads a checkpoint; what ``tf.train.NewCheckpointReader`` returns.

    Every byte that is returned was checked. ``NotFoundError`` if there is no checkpoint at ``prefix``;
    ``DataLossError``, naming file and tensor, if it is damaged. Files are opened for each tensor, so threads may
    share a reader.
    """

    def __init__(self, prefix):
        self.prefix = local_path(prefix)
        self._index_path = f"{self.prefix}.index"
        if not os.path.exists(self._index_path):
            raise _absent(self.prefix)
        self._header, self._entries, self._slices = _read_index(self._index_path)

    def get_tensor(self, name):
        """The array ``name``: ``object`` with ``bytes`` elements for strings; slices are put together."""
        entry = self._entry(name)
        if not entry.slices:
            return self._read(name, entry)
        return self._assembled(name, entry, [(0, slices.WHOLE)] * len(entry.shape.dim))

    def get_slice(self, name, extents):
        """The part of ``name`` that ``extents`` (``(start, length)`` per dimension, length -1 for all) takes."""
        entry = self._entry(name)
        if entry.slices:
            return self._assembled(name, entry, extents)
        shape = _sizes(entry.shape)
        whole = slices.region(name, shape, [(0, slices.WHOLE)] * len(shape))
        return self._read(name, entry)[slices.within(slices.region(name, shape, extents), whole)].copy()

    def has_tensor(self, name):
        """True if the checkpoint holds ``name``."""
        return _as_str(name) in self._entries

    def get_variable_to_shape_map(self):
        """``{name: list of sizes}``."""
        return {name: list(_sizes(entry.shape)) for name, entry in self._entries.items()}

    def get_variable_to_dtype_map(self):
        """``{name: DType}``."""
        return {name: self._dtype(name, entry) for name, entry in self._entries.items()}

    def debug_string(self):
        """One line of name, type and shape for each tensor, as ``bytes``."""
        return "".join(
            f"{name} (DT_{_enum_name(entry)}) [{','.join(map(str, _sizes(entry.shape)))}]\n"
            for name, entry in self._entries.items()
        ).encode()

    def _all_entries(self):
        """``(key, entry)`` as in the index file, but in no order."""
        return [*((name.encode(), entry) for name, entry in self._entries.items()), *self._slices.items()]

    def _entry(self, name):
        name = _as_str(name)
        if name not in self._entries:
            raise errors.NotFoundError(None, None, f"Key {name} not found in checkpoint {self.prefix}")
        return self._entries[name]

    def _dtype(self, name, entry):
        try:
            return dtypes.as_dtype(entry.dtype)
        except TypeError as error:
            raise errors.UnimplementedError(
                None, None, f"Tensor {name!r} of {self.prefix} has an unknown type: number {entry.dtype}"
            ) from error

    def _assembled(self, name, entry, extents):
        """A new array of what ``extents`` take, from all slices that reach into it."""
        shape = _sizes(entry.shape)
        wanted = slices.region(name, shape, extents)
        out = np.empty(slices.region_shape(wanted), self._dtype(name, entry).as_numpy_dtype)
        missing = out.size
        for stored_extents in map(slices.extents_of, entry.slices):
            stored = slices.region(name, shape, stored_extents)
            shared = slices.common(wanted, stored)
            if shared is None:
                continue
            part = self._slices.get(slices.slice_key(_as_str(name), stored_extents))
            if part is None or part.dtype != entry.dtype or _sizes(part.shape) != slices.region_shape(stored):
                raise self._damage(name, f"its slice {slices.spelled(stored_extents)} is missing or of another kind")
            out[slices.within(shared, wanted)] = self._read(name, part)[slices.within(shared, stored)]
            missing -= math.prod(slices.region_shape(shared))
        if missing:
            raise self._damage(name, "its slices do not cover what was asked for")
        return out

    def _read(self, name, entry):
        """The array of one entry, its bytes checked."""
        dtype, shape = self._dtype(name, entry), _sizes(entry.shape)
        path = data_path(self.prefix, entry.shard_id, self._header.num_shards)
        if not dtype.is_numpy_compatible:
            raise errors.UnimplementedError(
                None, None, f"Tensor {name!r} of {path} has type {dtype.name}, which has no NumPy array"
            )
        size = math.prod(shape)
        if dtype is not dtypes.string and size * dtype.size != entry.size:
            raise self._damage(name, f"its shape {shape} and its {entry.size} bytes do not agree")
        raw = self._bytes(name, path, entry)
        if dtype is dtypes.string:
            return self._strings(name, path, raw, entry, size).reshape(shape)
        if masked(crc32c(raw)) != entry.crc32c:
            raise _lost(name, path, f"Checksum does not match: stored {entry.crc32c}")
        return little_endian(raw.view(dtype.as_numpy_dtype)).reshape(shape)

    def _bytes(self, name, path, entry):
        """The ``uint8`` array of an entry's bytes; a damaged size costs no memory."""
        with os_errors_of(path), open(path, "rb", buffering=0) as file:
            length = os.fstat(file.fileno()).st_size
            if entry.size < 0 or entry.offset < 0 or entry.offset + entry.size > length:
                raise _lost(name, path, f"it ends at byte {entry.offset + entry.size}, but the file has {length}")
            raw = np.empty(entry.size, np.uint8)
            view = memoryview(raw)
            file.seek(entry.offset)
            while view and (got := file.readinto(view)):
                view = view[got:]
        if view:
            raise _lost(name, path, f"the file ended {len(view)} bytes early")
        return raw

    def _strings(self, name, path, raw, entry, size):
        raw = raw.tobytes()
        if size + 4 > len(raw):
            raise _lost(name, path, f"{size} strings cannot fit into {len(raw)} bytes")
        try:
            lengths, position = [], 0
            for _ in range(size):
                length, position = read_varint(raw, position)
                lengths.append(length)
        except IndexError as error:
            raise _lost(name, path, "the lengths of its strings are damaged") from error
        crc = crc32c(_fixed(lengths))
        checksum, content = raw[position : position + 4], raw[position + 4 :]
        if checksum != masked(crc).to_bytes(4, "little"):
            raise _lost(name, path, "The length checksum does not match")
        if sum(lengths) != len(content) or masked(crc32c(content, crc32c(checksum, crc))) != entry.crc32c:
            raise _lost(name, path, f"Checksum does not match: stored {entry.crc32c}")
        out, start = np.empty(size, object), 0
        for i, length in enumerate(lengths):
            out[i] = content[start : start + length]
            start += length
        return out

    def _damage(self, name, why):
        return _lost(name, self._index_path, why)


def merge_bundles(prefixes, destination):
    """Makes one checkpoint of several (the shards of one save) by renaming their data files under ``destination``.

    The checkpoints at ``prefixes`` are gone afterwards. Slices of one tensor may lie in different ones.
    """
    destination = local_path(destination)
    readers = [BundleReader(prefix) for prefix in prefixes]
    total = _free_count(destination, sum(reader._header.num_shards for reader in readers))
    entries, moves = {}, []
    for reader in readers:
        first, shards = len(moves), reader._header.num_shards
        for shard in range(shards):
            moves.append((data_path(reader.prefix, shard, shards), data_path(destination, first + shard, total)))
        for key, entry in reader._all_entries():
            _merge_entry(entries, key, entry, first)
    _put_in_place(destination, [move for move in moves if os.path.exists(move[0])], entries, total)
    for reader in readers:
        if reader.prefix != destination:
            with os_errors_of(reader._index_path):
                os.remove(reader._index_path)


def _merge_entry(entries, key, entry, first_shard):
    if not entry.slices:
        entry.shard_id += first_shard
    known = entries.setdefault(key, entry)
    if known is entry:
        return
    if not (known.slices and entry.slices and known.shape == entry.shape and known.dtype == entry.dtype):
        raise errors.InvalidArgumentError(None, None, f"{key!r} is in two of the checkpoints that are to be merged")
    known.slices.extend(entry.slices)


def checkpoint_exists(prefix):
    """True if there is a checkpoint at ``prefix``."""
    return os.path.exists(f"{local_path(prefix)}.index")


def data_path(prefix, shard, shards):
    """The path of a checkpoint's data file number ``shard`` of ``shards``."""
    return f"{prefix}.data-{shard:05d}-of-{shards:05d}"


def _free_count(prefix, least):
    """A count of shards, ``least`` or one more, whose data files the checkpoint now at ``prefix`` does not read."""
    index = f"{prefix}.index"
    if os.path.exists(index) and os.path.exists(data_path(prefix, 0, least)):
        with contextlib.suppress(errors.DataLossError):
            return least + (_read_index(index)[0].num_shards == least)
    return least


def _put_in_place(prefix, moves, entries, shards):
    """Renames data files (``(from, to)`` each) and then the index of ``entries``, which is written before them.

    Data files of an older checkpoint at ``prefix`` are removed in the end.
    """
    path = f"{prefix}.index"
    temporary = temporary_beside(path)
    try:
        with os_errors_of(path), open(temporary, "xb") as file:
            _write_index(file, shards, entries)
        for source, target in [*moves, (temporary, path)]:
            with os_errors_of(target):
                os.replace(source, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.remove(temporary)
        raise
    kept = {target for _, target in moves}
    for old in glob.glob(f"{glob.escape(prefix)}.data-?????-of-?????"):
        if old not in kept:
            with contextlib.suppress(OSError):
                os.remove(old)


def _write_index(file, shards, entries):
    header = BundleHeaderProto(num_shards=shards)
    header.version.producer = _VERSION
    table = TableWriter(file)
    table.add(b"", header.SerializeToString())
    for key in sorted(entries):
        table.add(key, entries[key].SerializeToString())
    table.finish()


def _read_index(path):
    """``(header, {name: entry}, {slice key: entry})`` of an index file."""
    try:
        pairs = dict(read_table(path))
        if b"" not in pairs:
            raise errors.DataLossError(None, None, f"{path} has no header")
        header = BundleHeaderProto.FromString(pairs.pop(b""))
        entries = {key: BundleEntryProto.FromString(value) for key, value in pairs.items()}
        named = {key.decode(): entry for key, entry in entries.items() if key[0] != 0}
    except (DecodeError, UnicodeDecodeError) as error:
        raise errors.DataLossError(None, None, f"{path} is damaged: {error}") from error
    if header.endianness != BundleHeaderProto.LITTLE:
        raise errors.UnimplementedError(None, None, f"{path} is in big-endian order, which is not supported")
    if header.version.min_consumer > _VERSION:
        raise errors.InvalidArgumentError(
            None, None, f"{path} needs a reader of version {header.version.min_consumer}; this one is {_VERSION}"
        )
    return header, named, {key: entry for key, entry in entries.items() if key[0] == 0}


def _absent(prefix):
    """The error for a prefix without an index, in TensorFlow's words."""
    start = "Unsuccessful TensorSliceReader constructor: "
    directory = os.path.dirname(prefix)
    if directory and not os.path.isdir(directory):
        return errors.InvalidArgumentError(
            None,
            None,
            f"{start}Failed to get matching files on {prefix}: Not found: {directory}; No such file or directory",
        )
    old = [path for path in (prefix, *glob.glob(f"{glob.escape(prefix)}-?????-of-?????")) if os.path.isfile(path)]
    if not old:
        return errors.NotFoundError(None, None, f"{start}Failed to find any matching files for {prefix}")
    with os_errors_of(old[0]), open(old[0], "rb") as file:
        file.seek(max(0, os.path.getsize(old[0]) - len(MAGIC)))
        if file.read() != MAGIC:
            return errors.DataLossError(None, None, f"{start}{old[0]} is not an sstable (bad magic number)")
    return errors.UnimplementedError(
        None,
        None,
        f"{old[0]} is a checkpoint of version 1, which is not supported. Restore it in TensorFlow and save "
        "it with tf.train.Saver(write_version=tf.train.SaverDef.V2).",
    )


def _lost(name, path, why):
    return errors.DataLossError(None, None, f"{why} (tensor {name!r} in {path})")


def _as_str(name):
    return name.decode() if isinstance(name, bytes) else name


def _enum_name(entry):
    name = dtypes.as_dtype(entry.dtype).name
    return {"float32": "FLOAT", "float64": "DOUBLE", "float16": "HALF"}.get(name, name.upper())


def _sizes(proto):
    return tuple(dim.size for dim in proto.dim)


def _string_pieces(strings):
    """What is written for strings, in pieces, and the CRC the entry keeps."""
    lengths = [len(string) for string in strings]
    crc = crc32c(_fixed(lengths))
    checksum, content = masked(crc).to_bytes(4, "little"), b"".join(strings)
    return [b"".join(map(varint, lengths)), checksum, content], crc32c(content, crc32c(checksum, crc))


def _fixed(lengths):
    """The bytes over which the CRC of lengths goes: four for each, eight where it needs them."""
    return b"".join(length.to_bytes(4 if length < 1 << 32 else 8, "little") for length in lengths)
