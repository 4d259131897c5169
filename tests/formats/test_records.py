"""TFRecord files, against TensorFlow's own."""

import pytest
from hypothesis import given, strategies as st

from lazytf.core import errors
from lazytf.formats import records
from lazytf.formats.records import TFRecordOptions, TFRecordWriter, tf_record_iterator

from .recorded import EXPECTED, FOLDER

KINDS = ("", "GZIP", "ZLIB")
THREE = [b"one" * 8, b"", b"three" * 8]


def write(path, contents, options=None):
    with TFRecordWriter(str(path), options) as writer:
        for record in contents:
            writer.write(record)
    return path.read_bytes()


@pytest.mark.parametrize("name, kind", [("plain", ""), ("gzip", "GZIP"), ("zlib", "ZLIB")])
def test_reads_the_records_tensorflow_wrote(name, kind):
    read = list(tf_record_iterator(FOLDER / f"{name}.tfrecord", TFRecordOptions(kind)))
    assert [record.hex() for record in read] == EXPECTED["records"]


def test_writes_the_plain_bytes_tensorflow_writes(tmp_path):
    written = write(tmp_path / "r", [bytes.fromhex(record) for record in EXPECTED["records"]])
    assert written == (FOLDER / "plain.tfrecord").read_bytes()


@pytest.mark.parametrize("kind", KINDS)
@given(contents=st.lists(st.binary(max_size=200), max_size=5))
def test_what_is_written_is_read(tmp_path_factory, kind, contents):
    path = tmp_path_factory.mktemp("records") / "r"
    write(path, contents, kind)
    assert list(tf_record_iterator(str(path), kind)) == contents


@pytest.mark.parametrize("kind", KINDS)
def test_large_records_and_flushes_between_them_round_trip(tmp_path, kind):
    contents = [bytes(3 << 20), b"small", bytes(range(256)) * 10000]
    with TFRecordWriter(str(tmp_path / "r"), kind) as writer:
        for record in contents:
            writer.write(record)
            writer.flush()
    assert list(tf_record_iterator(str(tmp_path / "r"), kind)) == contents


@pytest.mark.parametrize("kind", KINDS)
def test_a_flipped_byte_is_data_loss_or_changes_nothing(tmp_path, kind):
    path = tmp_path / "r"
    whole = write(path, THREE, kind)
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        read = []
        try:
            for record in tf_record_iterator(str(path), kind):
                read.append(record)
        except errors.DataLossError as error:
            assert str(path) in error.message
            assert read == THREE[: len(read)]
        else:
            assert kind and read == THREE, f"byte {place} of a plain file is not guarded"


# Recorded from TensorFlow 1.15: a plain file cut within a record's first twelve bytes ends, any later it is damaged.
@pytest.mark.parametrize(
    "length, records_read, message",
    [
        (0, 0, None),
        (11, 0, None),
        (12, 0, "truncated record at 0"),
        (39, 0, "truncated record at 0"),
        (40, 1, None),
        (51, 1, None),
        (52, 1, "truncated record at 40"),
        (56, 2, None),
        (111, 2, "truncated record at 56"),
    ],
)
def test_a_truncated_file_gives_its_whole_records(tmp_path, length, records_read, message):
    path = tmp_path / "r"
    path.write_bytes(write(path, THREE)[:length])
    read, iterator = [], tf_record_iterator(str(path))
    try:
        for record in iterator:
            read.append(record)
    except errors.DataLossError as error:
        assert error.message.startswith(message) and str(path) in error.message
    else:
        assert message is None
    assert read == THREE[:records_read]


@pytest.mark.parametrize("kind", ["GZIP", "ZLIB"])
def test_a_truncated_compressed_file_is_data_loss(tmp_path, kind):
    path = tmp_path / "r"
    path.write_bytes(write(path, THREE, kind)[:-1])
    with pytest.raises(errors.DataLossError, match="cut short"):
        list(tf_record_iterator(str(path), kind))


def test_compressed_streams_one_after_the_other_are_all_read(tmp_path):
    path = tmp_path / "r"
    path.write_bytes(write(path, THREE, "GZIP") * 2)
    assert list(tf_record_iterator(str(path), "GZIP")) == THREE * 2


def test_reading_with_the_wrong_compression_is_data_loss(tmp_path):
    write(tmp_path / "plain", THREE)
    write(tmp_path / "gzip", THREE, "GZIP")
    with pytest.raises(errors.DataLossError, match="incorrect header check"):
        list(tf_record_iterator(str(tmp_path / "plain"), "GZIP"))
    with pytest.raises(errors.DataLossError, match="corrupted record at 0"):
        list(tf_record_iterator(str(tmp_path / "gzip")))


def test_errors_of_use_are_tensorflows(tmp_path):
    with pytest.raises(errors.NotFoundError, match="No such file or directory"):
        list(tf_record_iterator(str(tmp_path / "none")))
    with pytest.raises(errors.NotFoundError, match="No such file or directory"):
        TFRecordWriter(str(tmp_path / "none" / "r"))
    with pytest.raises(ValueError, match='Not a valid compression_type: "FOO"'):
        TFRecordOptions("FOO")
    writer = TFRecordWriter(str(tmp_path / "r"))
    with pytest.raises(TypeError, match="expected bytes, str found"):
        writer.write("text")
    writer.close()
    writer.close()
    with pytest.raises(errors.FailedPreconditionError, match="previously closed"):
        writer.write(b"late")


def test_a_forgotten_compressed_writer_still_ends_its_file(tmp_path):
    writer = TFRecordWriter(str(tmp_path / "r"), "GZIP")
    writer.write(b"kept")
    del writer
    assert list(tf_record_iterator(str(tmp_path / "r"), "GZIP")) == [b"kept"]


def test_options_name_their_compression():
    kind = records.TFRecordCompressionType
    names = {None: "", "": "", kind.NONE: "", kind.GZIP: "GZIP", "ZLIB": "ZLIB", TFRecordOptions(kind.ZLIB): "ZLIB"}
    assert {given: TFRecordOptions.get_compression_type_string(given) for given in names} == names
