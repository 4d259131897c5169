"""Checkpoints, against TensorFlow's own."""

import contextlib
import os

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, strategies as st

from lazytf.core import dtypes, errors
from lazytf.formats import bundle
from lazytf.formats.bundle import BundleReader, BundleWriter, checkpoint_exists, merge_bundles
from lazytf.formats.slices import slice_key

from .recorded import EXPECTED, FOLDER, encoded, recorded

THEIRS = EXPECTED["checkpoint"]
PARTS = [[(0, 3), (0, -1)], [(3, 2), (0, 150)], [(3, 2), (150, 50)]]  # of the recorded tensor "parts"
NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=5)
VALUES = st.one_of(st.binary(max_size=5), st.floats(width=32, allow_nan=False), st.lists(st.booleans()))


def write(prefix, tensors):
    with BundleWriter(str(prefix)) as writer:
        for name, array in tensors.items():
            writer.add(name, array)


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("name", sorted(THEIRS))
def test_reads_what_tensorflow_wrote(name):
    reader = BundleReader(FOLDER / "checkpoint")
    assert encoded(reader.get_tensor(name)) == recorded(THEIRS[name])
    assert reader.get_variable_to_dtype_map()[name].name == THEIRS[name]["dtype"]
    assert reader.get_variable_to_shape_map()[name] == THEIRS[name]["shape"]


def test_writes_the_bytes_tensorflow_writes(tmp_path):
    reader = BundleReader(FOLDER / "checkpoint")
    with BundleWriter(tmp_path / "checkpoint") as writer:
        for name, dtype in reader.get_variable_to_dtype_map().items():
            if name != "parts":
                writer.add(name, reader.get_tensor(name), dtype)
        for extents in PARTS:
            writer.add_slice("parts", (5, 200), extents, reader.get_slice("parts", extents))
    for name in ("checkpoint.index", "checkpoint.data-00000-of-00001"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()


@given(st.dictionaries(NAMES, VALUES))
def test_what_is_written_is_read(tmp_path_factory, values):
    prefix = tmp_path_factory.mktemp("bundles") / "model"
    arrays = {name: np.array(value, object if isinstance(value, bytes) else None) for name, value in values.items()}
    write(prefix, arrays)
    reader = BundleReader(prefix)
    assert sorted(reader.get_variable_to_shape_map()) == sorted(arrays)
    for name, array in arrays.items():
        read = reader.get_tensor(name)
        assert read.dtype == array.dtype and read.shape == array.shape and read.tolist() == array.tolist()


def test_any_layout_of_memory_is_stored_by_value(tmp_path):
    base = np.arange(24).reshape(2, 3, 4)
    arrays = {
        "transposed": base.T,
        "strided": base[:, ::2],
        "big": base.astype(">i4"),
        "text": np.array(["ä", "b"]),
        "bfloat16": base.astype(ml_dtypes.bfloat16),
    }
    write(tmp_path / "m", arrays)
    reader = BundleReader(tmp_path / "m")
    for name in ("transposed", "strided", "big", "bfloat16"):
        assert reader.get_tensor(name).tolist() == arrays[name].tolist()
    assert reader.get_tensor("text").tolist() == ["ä".encode(), b"b"]


@given(st.data())
def test_any_part_of_a_partitioned_tensor_can_be_read(data):
    reader = BundleReader(FOLDER / "checkpoint")
    whole = reader.get_tensor("parts")
    extents, index = [], []
    for size in whole.shape:
        start = data.draw(st.integers(0, size))
        length = data.draw(st.integers(0, size - start))
        extents.append((start, length))
        index.append(slice(start, start + length))
    assert np.array_equal(reader.get_slice("parts", extents), whole[tuple(index)])


def test_a_part_of_a_whole_tensor_can_be_read(tmp_path):
    write(tmp_path / "m", {"x": np.arange(12).reshape(3, 4)})
    assert BundleReader(tmp_path / "m").get_slice("x", [(1, 2), (0, -1)]).tolist() == [[4, 5, 6, 7], [8, 9, 10, 11]]


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=2, max_size=2, unique=True))
def test_slice_keys_sort_as_their_numbers_do(numbers):
    low, high = sorted(numbers)
    assert slice_key("a", [(low, 0)]) < slice_key("a", [(high, 0)])


def test_a_slice_key_is_spelled_as_tensorflow_spells_it():
    assert slice_key("p", [(3, 2), (0, -1)]).hex() == "0070000101028382807f"
    assert slice_key("p", [(64, 8192)]).hex() == "007000010101c040e02000"


@pytest.mark.parametrize("file", ["m.index", "m.data-00000-of-00001"])
@pytest.mark.parametrize("flip", [1, 0x80])
def test_a_flipped_byte_anywhere_is_data_loss_or_changes_nothing(tmp_path, file, flip):
    tensors = {"floats": np.arange(3, dtype=np.float32), "strings": np.array([b"ab", b"", b"c" * 200], object)}
    with BundleWriter(tmp_path / "m") as writer:
        for name, array in tensors.items():
            writer.add(name, array)
        writer.add_slice("parts", (4,), [(0, 2)], np.array([1, 2]))
        writer.add_slice("parts", (4,), [(2, 2)], np.array([3, 4]))
    tensors["parts"] = np.array([1, 2, 3, 4])
    path = tmp_path / file
    whole = path.read_bytes()
    lost = 0
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ flip]) + whole[place + 1 :])
        for name, array in tensors.items():
            try:
                assert BundleReader(tmp_path / "m").get_tensor(name).tolist() == array.tolist()
            except errors.DataLossError as error:
                lost += 1
                assert str(path) in error.message and (file == "m.index" or repr(name) in error.message)
    assert lost >= len(whole) - 60  # all but the unused places of the footer


def test_a_truncated_data_file_is_data_loss_and_a_missing_one_is_not_found(tmp_path):
    write(tmp_path / "m", {"x": np.arange(4)})
    data = tmp_path / "m.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:-1])
    with pytest.raises(errors.DataLossError, match=r"at byte 32, but the file has 31 \(tensor 'x' in .*data-00000"):
        BundleReader(tmp_path / "m").get_tensor("x")
    data.unlink()
    with pytest.raises(errors.NotFoundError, match="data-00000-of-00001; No such file"):
        BundleReader(tmp_path / "m").get_tensor("x")


def test_a_missing_checkpoint_is_reported_in_tensorflows_words(tmp_path):
    with pytest.raises(errors.NotFoundError) as caught:
        BundleReader(f"{tmp_path}/missing")
    assert caught.value.message == (
        f"Unsuccessful TensorSliceReader constructor: Failed to find any matching files for {tmp_path}/missing"
    )
    with pytest.raises(errors.InvalidArgumentError, match="Failed to get matching files on .*/none/missing: Not"):
        BundleReader(f"{tmp_path}/none/missing")


def test_a_missing_tensor_is_reported_in_tensorflows_words():
    with pytest.raises(errors.NotFoundError, match="Key nope not found in checkpoint"):
        BundleReader(FOLDER / "checkpoint").get_tensor("nope")


def test_a_version_one_checkpoint_is_refused_by_name(tmp_path):
    (tmp_path / "old").write_bytes((FOLDER / "checkpoint.index").read_bytes())
    with pytest.raises(errors.UnimplementedError, match="checkpoint of version 1"):
        BundleReader(tmp_path / "old")
    (tmp_path / "other").write_bytes(b"text")
    with pytest.raises(errors.DataLossError, match="not an sstable"):
        BundleReader(tmp_path / "other")


def test_a_save_that_fails_leaves_the_previous_checkpoint_and_no_other_file(tmp_path):
    write(tmp_path / "m", {"x": np.arange(3)})
    before = names_in(tmp_path)
    with pytest.raises(TypeError, match="Expected binary or unicode string"):
        write(tmp_path / "m", {"x": np.arange(4), "bad": np.array([object()])})
    assert names_in(tmp_path) == before and BundleReader(tmp_path / "m").get_tensor("x").tolist() == [0, 1, 2]


@pytest.mark.parametrize("renames", [0, 1])
def test_a_save_that_dies_at_a_rename_leaves_no_half_checkpoint(tmp_path, monkeypatch, renames):
    write(tmp_path / "m-1", {"x": np.arange(3)})
    replace, done = os.replace, []

    def dying(source, target):
        if len(done) == renames:
            raise KeyboardInterrupt
        done.append(target)
        replace(source, target)

    monkeypatch.setattr(bundle.os, "replace", dying)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "m-2", {"x": np.arange(4)})
    assert done == [str(tmp_path / "m-2.data-00000-of-00001")][:renames]
    assert not checkpoint_exists(tmp_path / "m-2")
    assert BundleReader(tmp_path / "m-1").get_tensor("x").tolist() == [0, 1, 2]
    assert not [name for name in names_in(tmp_path) if "tempstate" in name]


def test_an_index_beside_another_saves_data_is_data_loss_not_a_mixture(tmp_path):
    write(tmp_path / "m", {"x": np.arange(3)})
    write(tmp_path / "other", {"x": np.arange(3) + 1})
    (tmp_path / "other.index").replace(tmp_path / "m.index")
    with pytest.raises(errors.DataLossError, match="Checksum does not match"):
        BundleReader(tmp_path / "m").get_tensor("x")


@pytest.mark.parametrize("renames", [0, 1, 2])
def test_a_save_over_another_that_dies_at_any_rename_leaves_one_of_them_whole(tmp_path, monkeypatch, renames):
    for number in range(3):
        write(tmp_path / "m", {"x": np.full(3, number)})
    done, replace = [], os.replace

    def die_after(source, target):
        if len(done) == renames:
            raise KeyboardInterrupt
        done.append(target)
        replace(source, target)

    monkeypatch.setattr(os, "replace", die_after)
    with contextlib.suppress(KeyboardInterrupt):
        write(tmp_path / "m", {"x": np.full(3, 9)})
    monkeypatch.undo()
    assert BundleReader(tmp_path / "m").get_tensor("x").tolist() == ([9] * 3 if renames == 2 else [2] * 3)
    write(tmp_path / "m", {"x": np.full(3, 10)})
    assert BundleReader(tmp_path / "m").get_tensor("x").tolist() == [10] * 3
    assert len([name for name in names_in(tmp_path) if ".data-" in name]) == 1


def test_shards_are_merged_into_one_checkpoint(tmp_path):
    for shard in range(2):
        with BundleWriter(tmp_path / f"part{shard}") as writer:
            writer.add(f"x{shard}", np.arange(shard + 2))
            writer.add_slice("p", (4, 2), [(2 * shard, 2), (0, -1)], np.full((2, 2), shard))
    merge_bundles([tmp_path / "part0", tmp_path / "part1"], tmp_path / "m")
    assert names_in(tmp_path) == ["m.data-00000-of-00002", "m.data-00001-of-00002", "m.index"]
    reader = BundleReader(tmp_path / "m")
    assert reader.get_tensor("p").tolist() == [[0, 0], [0, 0], [1, 1], [1, 1]]
    assert [reader.get_tensor(f"x{shard}").tolist() for shard in range(2)] == [[0, 1], [0, 1, 2]]


def test_shards_that_hold_the_same_tensor_are_not_merged(tmp_path):
    for shard in range(2):
        write(tmp_path / f"part{shard}", {"x": np.arange(2)})
    with pytest.raises(errors.InvalidArgumentError, match="b'x' is in two"):
        merge_bundles([tmp_path / "part0", tmp_path / "part1"], tmp_path / "m")
    assert BundleReader(tmp_path / "part1").has_tensor("x")


def test_slices_must_fit_their_tensor_and_cover_it(tmp_path):
    with BundleWriter(tmp_path / "m") as writer:
        writer.add_slice("p", (4,), [(0, 2)], np.zeros(2))
        with pytest.raises(errors.InvalidArgumentError, match=r"slice 3,2 does not lie in 'p', .* \[4\]"):
            writer.add_slice("p", (4,), [(3, 2)], np.zeros(2))
        with pytest.raises(ValueError, match=r"has shape \(2,\); got \(3,\)"):
            writer.add_slice("p", (4,), [(2, 2)], np.zeros(3))
        with pytest.raises(TypeError, match="one dtype"):
            writer.add_slice("p", (4,), [(2, 2)], np.zeros(2, np.int32))
        with pytest.raises(ValueError, match="already in the checkpoint"):
            writer.add("p", np.zeros(4))
    reader = BundleReader(tmp_path / "m")
    assert reader.get_slice("p", [(0, 2)]).tolist() == [0, 0]
    with pytest.raises(errors.DataLossError, match="do not cover .*'p'"):
        reader.get_tensor("p")


@pytest.mark.parametrize(
    "name, array, dtype, kind, message",
    [
        ("x", np.zeros(2), None, ValueError, "'x' is already in the checkpoint"),
        ("", np.zeros(2), None, ValueError, "needs a name"),
        ("y", np.zeros(2), "resource", TypeError, "cannot hold 'y'"),
        ("y", np.zeros(2), "int32", TypeError, "'y' was to be stored as int32; got an array of float64"),
    ],
)
def test_what_a_checkpoint_cannot_hold_is_refused(tmp_path, name, array, dtype, kind, message):
    with BundleWriter(tmp_path / "m") as writer:
        writer.add("x", np.zeros(2))
        with pytest.raises(kind, match=message):
            writer.add(name, array, dtype)
    assert BundleReader(tmp_path / "m").get_variable_to_shape_map() == {"x": [2]}


def test_a_quantized_tensor_keeps_its_type(tmp_path):
    with BundleWriter(tmp_path / "m") as writer:
        writer.add("q", np.array([1, 2], np.uint8), dtypes.as_dtype("quint8"))
    reader = BundleReader(tmp_path / "m")
    assert reader.get_variable_to_dtype_map() == {"q": dtypes.as_dtype("quint8")}
    assert reader.get_tensor("q").view(np.uint8).tolist() == [1, 2]


def test_a_writer_without_a_directory_says_which(tmp_path):
    with pytest.raises(errors.NotFoundError, match="none/m.data-00000-of-00001; No such file or directory"):
        BundleWriter(tmp_path / "none" / "m")


def test_the_debug_string_lists_names_types_and_shapes(tmp_path):
    write(tmp_path / "m", {"b": np.zeros((2, 3), np.float32), "a": np.array(b"s", object)})
    assert BundleReader(tmp_path / "m").debug_string() == b"a (DT_STRING) []\nb (DT_FLOAT) [2,3]\n"
