"""The sorted string table, against TensorFlow's own."""

import io
import struct

import pytest
from hypothesis import given, strategies as st

from lazytf.core import errors
from lazytf.formats.crc import masked_crc32c
from lazytf.formats.table import TableWriter, read_table
from lazytf.formats.varint import read_varint, varint

from .recorded import FOLDER


def write(path, pairs, **options):
    file = io.BytesIO()
    table = TableWriter(file, **options)
    for key, value in pairs:
        table.add(key, value)
    table.finish()
    path.write_bytes(file.getvalue())
    return file.getvalue()


@given(
    pairs=st.dictionaries(st.binary(max_size=6), st.binary(max_size=30)), block_size=st.sampled_from([1, 60, 262144])
)
def test_what_is_written_is_read_in_key_order(tmp_path_factory, pairs, block_size):
    path = tmp_path_factory.mktemp("tables") / "t"
    write(path, sorted(pairs.items()), block_size=block_size)
    assert read_table(str(path)) == sorted(pairs.items())


def test_writes_the_bytes_tensorflow_writes(tmp_path):
    theirs = FOLDER / "checkpoint.index"
    assert write(tmp_path / "t", read_table(theirs)) == theirs.read_bytes()


def test_keys_must_ascend():
    table = TableWriter(io.BytesIO())
    table.add(b"b", b"")
    for key in (b"a", b"b"):
        with pytest.raises(ValueError, match="keys must ascend"):
            table.add(key, b"")


@pytest.mark.parametrize("flip", [1, 0x80, 0xFF])
def test_a_flipped_byte_is_data_loss_or_changes_nothing(tmp_path, flip):
    path, pairs = tmp_path / "t", [(b"key%03d" % i, b"value" * i) for i in range(20)]
    whole = write(path, pairs, block_size=200)
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ flip]) + whole[place + 1 :])
        try:
            assert read_table(str(path)) == pairs
        except errors.DataLossError as error:
            assert str(path) in error.message


def test_a_truncated_table_is_data_loss(tmp_path):
    path = tmp_path / "t"
    whole = write(path, [(b"key", b"value")])
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(errors.DataLossError, match="sstable"):
            read_table(str(path))


@given(st.integers(0, 2**64 - 1))
def test_varints_round_trip(value):
    assert read_varint(b"x" + varint(value), 1) == (value, 1 + len(varint(value)))


def test_an_endless_varint_is_an_index_error():
    for data in (b"", b"\x80", b"\xff" * 11):
        with pytest.raises(IndexError):
            read_varint(data, 0)


def test_compressed_blocks_are_refused_by_name(tmp_path):
    path = tmp_path / "t"
    whole = write(path, [(b"key", b"value")])
    end = whole.index(struct.pack("<I", 1), 3) + 4  # the first block ends with its count of restarts
    block = whole[:end] + b"\1"
    path.write_bytes(block + struct.pack("<I", masked_crc32c(block)) + whole[end + 5 :])
    with pytest.raises(errors.UnimplementedError, match="snappy"):
        read_table(str(path))
