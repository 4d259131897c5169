"""File operations: what they do and how they fail."""

import os

import pytest

from lazytf.core import errors
from lazytf.formats import files
from lazytf.formats.files import GFile


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """a.txt, .hidden, d/b.txt, d/e/ in the current directory."""
    (tmp_path / "d" / "e").mkdir(parents=True)
    (tmp_path / "a.txt").write_bytes(b"hello\nworld\nlast")
    (tmp_path / ".hidden").write_text("")
    (tmp_path / "d" / "b.txt").write_text("x")
    monkeypatch.chdir(tmp_path)
    return str(tmp_path)


# Patterns and errors as recorded from TensorFlow 1.15; the order is ours.
@pytest.mark.parametrize(
    "pattern, expected",
    [
        ("a*", ["./a.txt"]),
        ("*", ["./.hidden", "./a.txt", "./d"]),
        ("./a*", ["./a.txt"]),
        ("d/*.txt", ["d/b.txt"]),
        ("{}/a.txt", ["{}/a.txt"]),
        ("{}/nn", []),
        ("d/", []),
        ("", []),
        ("{}/*/zz", []),
        ("{}/*/*", ["{}/d/b.txt", "{}/d/e"]),
        ("{}/[ab].*", ["{}/a.txt"]),
        ("{}/**", ["{}/.hidden", "{}/a.txt", "{}/d"]),
        ("{}/?.txt", ["{}/a.txt"]),
    ],
)
def test_patterns_match_as_tensorflows_do(tree, pattern, expected):
    assert files.glob(pattern.format(tree)) == [path.format(tree) for path in expected]
    assert files.Glob([pattern.format(tree)]) == [path.format(tree) for path in expected]


@pytest.mark.parametrize(
    "call, kind, message",
    [
        (lambda: files.Glob("none/*"), errors.NotFoundError, "none; No such file or directory"),
        (lambda: files.Glob("a.txt/*"), errors.FailedPreconditionError, "a.txt; Not a directory"),
        (lambda: files.MkDir("q/r"), errors.NotFoundError, "q/r; No such file or directory"),
        (lambda: files.MakeDirs("a.txt/b"), errors.FailedPreconditionError, "a.txt/b; Not a directory"),
        (lambda: files.Remove("none"), errors.NotFoundError, "none; No such file or directory"),
        (lambda: files.Remove("d"), errors.FailedPreconditionError, "d; Is a directory"),
        (lambda: files.DeleteRecursively("none"), errors.NotFoundError, "none not found"),
        (lambda: files.DeleteRecursively("a.txt"), errors.FailedPreconditionError, "a.txt; Not a directory"),
        (lambda: files.Rename("none", "b"), errors.NotFoundError, "none; No such file or directory"),
        (lambda: files.Rename("a.txt", "d/b.txt"), errors.AlreadyExistsError, "file already exists"),
        (lambda: files.Copy("none", "b"), errors.NotFoundError, "none; No such file or directory"),
        (lambda: files.Copy("a.txt", "d/b.txt"), errors.AlreadyExistsError, "file already exists"),
        (lambda: files.Copy("a.txt", "a.txt", overwrite=True), errors.InvalidArgumentError, "same file"),
        (lambda: files.ListDirectory("none"), errors.NotFoundError, "Could not find directory none"),
        (lambda: files.ListDirectory("a.txt"), errors.NotFoundError, "Could not find directory a.txt"),
        (lambda: files.Stat("none"), errors.NotFoundError, "none; No such file or directory"),
        (lambda: files.Exists("foo://x/y"), errors.UnimplementedError, "File system scheme 'foo' not implemented"),
        (lambda: GFile("foo://x").read(), errors.UnimplementedError, "File system scheme 'foo' not implemented"),
        (lambda: GFile("none").read(), errors.NotFoundError, "none; No such file or directory"),
        (lambda: GFile("none").size(), errors.NotFoundError, "none; No such file or directory"),
        (lambda: GFile("none/w", "w").write("x"), errors.NotFoundError, "none/w; No such file or directory"),
        (lambda: GFile("d").read(), errors.FailedPreconditionError, "d; Is a directory"),
        (lambda: GFile("a.txt").write("x"), errors.PermissionDeniedError, "File isn't open for writing"),
        (lambda: GFile("w", "w").read(), errors.PermissionDeniedError, "File isn't open for reading"),
        (lambda: GFile("a.txt", "x"), errors.InvalidArgumentError, "mode is not 'r' or 'w' or 'a' or 'r\\+' or 'w\\+'"),
        (lambda: GFile("a.txt").seek(0, 9), errors.InvalidArgumentError, "Invalid whence argument: 9"),
        (lambda: GFile("a.txt").seek(17), errors.OutOfRangeError, "reached end of file"),
        (lambda: GFile("w", "w").write(3), TypeError, "Expected binary or unicode string, got 3"),
        (lambda: files.exists(3), TypeError, "A path must be a str, bytes or os.PathLike; got 3"),
    ],
)
def test_errors_are_tensorflows(tree, call, kind, message):
    with pytest.raises(kind, match=message):
        call()


def test_existing_directories_may_be_made_again(tree):
    for path in ("d", "", "x/y"):
        files.MakeDirs(path)
    files.MkDir("d")
    assert files.IsDirectory("x/y") and not files.IsDirectory("a.txt")


def test_files_move_copy_and_vanish(tree):
    files.Copy("a.txt", "c")
    files.Copy("a.txt", "d/b.txt", overwrite=True)
    files.Rename("c", "d/b.txt", overwrite=True)
    assert GFile("d/b.txt").read() == "hello\nworld\nlast" and not files.Exists("c")
    files.Remove("d/b.txt")
    files.DeleteRecursively("d")
    assert files.ListDirectory(tree) == [".hidden", "a.txt"]


def test_paths_may_be_bytes_path_objects_or_file_urls(tree, tmp_path):
    assert all(map(files.exists, (b"a.txt", tmp_path / "a.txt", f"file://{tree}/a.txt")))


def test_stat_tells_length_time_and_kind(tree):
    found = files.Stat("a.txt")
    assert (found.length, found.mtime_nsec, found.is_directory) == (16, os.stat("a.txt").st_mtime_ns, False)
    assert files.Stat("d").is_directory


def test_walk_visits_every_directory(tree):
    down = [(tree, ["d"], [".hidden", "a.txt"]), (f"{tree}/d", ["e"], ["b.txt"]), (f"{tree}/d/e", [], [])]
    assert list(files.Walk(tree)) == down
    assert list(files.Walk(tree, in_order=False)) == down[::-1]
    seen = []
    assert list(files.walk("none", onerror=seen.append)) == [] and isinstance(seen[0], errors.NotFoundError)


def test_a_file_reads_by_bytes_and_by_lines(tree):
    file = GFile("a.txt")
    assert file.readline() == "hello\n" and file.tell() == 6 and file.readlines() == ["world\n", "last"]
    assert file.readline() == "" and file.size() == 16 and (file.name, file.mode) == ("a.txt", "r")
    file.seek(-4, 2)
    assert file.read() == "last"
    file.seek(position=0)
    assert next(file) == "hello\n" and file.read(3) == "wor" and list(file) == ["ld\n", "last"]
    file.close()
    with GFile("a.txt", "rb") as file:
        assert file.read(3) == b"hel" and file.readline() == b"lo\n"


def test_a_file_is_opened_when_it_is_first_used_and_again_after_close(tree):
    file = GFile("late")
    files.write_atomically("late", "text")
    assert file.read() == "text"
    file.close()
    assert file.read() == "text"
    file.close()


def test_writing_takes_text_and_bytes_and_appends(tree):
    with GFile("w", "w") as file:
        file.write("ab")
        file.write(b"cd")
        assert file.tell() == 4 and file.size() == 4
    with GFile("w", "ab") as file:
        file.write("ä")
    assert GFile("w").read() == "abcdä"
    with GFile("w", "w+") as file:
        file.write("new")
        file.seek(0)
        assert file.read() == "new"


def test_an_atomic_write_replaces_the_file_or_leaves_it(tree, monkeypatch):
    files.write_atomically("a.txt", b"new")
    assert GFile("a.txt", "rb").read() == b"new"
    before = os.listdir(".")

    def broken(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "replace", broken)
    with pytest.raises(errors.ResourceExhaustedError, match="a.txt; No space left on device"):
        files.write_atomically("a.txt", "newer")
    assert os.listdir(".") == before and GFile("a.txt").read() == "new"
