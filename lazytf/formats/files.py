"""File operations as ``tf.gfile`` and ``tf.io.gfile`` have them: local paths, TensorFlow's errors.

The lower-case functions are the second API's; the capitalised ones below them are the same under the first API's
names. Lists come sorted, where TensorFlow returns whatever order the disk has. Paths are ``str``, ``bytes`` or
``os.PathLike``; ``file://`` is understood, every other scheme raises ``UnimplementedError``.
"""

import contextlib
import errno
import fnmatch
import os
import re
import shutil
import stat as _stat
import uuid
from typing import NamedTuple

from lazytf.core import errors

_BY_ERRNO = {
    errno.ENOENT: errors.NotFoundError,
    errno.EEXIST: errors.AlreadyExistsError,
    errno.EACCES: errors.PermissionDeniedError,
    errno.EPERM: errors.PermissionDeniedError,
    errno.EROFS: errors.PermissionDeniedError,
    errno.ENOTDIR: errors.FailedPreconditionError,
    errno.EISDIR: errors.FailedPreconditionError,
    errno.ENOTEMPTY: errors.FailedPreconditionError,
    errno.EBUSY: errors.FailedPreconditionError,
    errno.EBADF: errors.FailedPreconditionError,
    errno.ENOSPC: errors.ResourceExhaustedError,
    errno.EDQUOT: errors.ResourceExhaustedError,
    errno.EMFILE: errors.ResourceExhaustedError,
    errno.ENFILE: errors.ResourceExhaustedError,
    errno.ENOMEM: errors.ResourceExhaustedError,
    errno.EFBIG: errors.ResourceExhaustedError,
    errno.EINVAL: errors.InvalidArgumentError,
    errno.ENAMETOOLONG: errors.InvalidArgumentError,
    errno.ELOOP: errors.InvalidArgumentError,
}
_MODES = {"r", "w", "a", "r+", "w+", "a+"}


class os_errors_of:
    """In a ``with`` statement: turns an ``OSError`` into the ``OpError`` of its kind, with ``path`` in the message."""

    __slots__ = ("_path",)  # a class, not a generator: record files enter one per record

    def __init__(self, path):
        self._path = path

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if isinstance(error, OSError):
            kind = _BY_ERRNO.get(error.errno, errors.UnknownError)
            raise kind(None, None, f"{self._path}; {error.strerror or error}") from error


def local_path(path):
    """``path`` as ``str``, without ``file://``; ``UnimplementedError`` for the path of another file system."""
    if not isinstance(path, (str, bytes, os.PathLike)):
        raise TypeError(f"A path must be a str, bytes or os.PathLike; got {path!r} of type {type(path).__name__}.")
    path = os.fsdecode(path)
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", path)
    if scheme is None:
        return path
    if scheme[1] != "file":
        raise errors.UnimplementedError(
            None,
            None,
            f"File system scheme '{scheme[1]}' not implemented (file: '{path}'). Copy the file to a "
            "local disk, or mount its storage, and give the local path.",
        )
    return path[scheme.end() :]


def exists(path):
    """True if ``path`` is a file or a directory."""
    return os.path.exists(local_path(path))


def isdir(path):
    """True if ``path`` is a directory."""
    return os.path.isdir(local_path(path))


def glob(pattern):
    """The sorted paths that match ``pattern``, or any of a list of patterns; an empty list where none does.

    ``*`` and ``?`` stop at ``/`` and match a leading dot; ``[...]`` is a set of characters. As in TensorFlow, a pattern
    without a directory gives paths that start with ``./``, and one whose fixed directory is missing raises
    ``NotFoundError``.
    """
    patterns = [pattern] if isinstance(pattern, (str, bytes, os.PathLike)) else pattern
    return [path for each in patterns for path in _matches(local_path(each))]


def _matches(pattern):
    parts = pattern.split("/")
    fixed = next((i for i, part in enumerate(parts) if re.search(r"[*?\[]", part)), len(parts) - 1)
    top = "/".join(parts[:fixed])
    if not pattern:
        return []
    found = [top if top or pattern.startswith("/") else "."]
    with os_errors_of(found[0] or "/"):
        os.scandir(found[0] or "/").close()
    for part in parts[fixed:]:
        found = [
            f"{directory}/{name}"
            for directory in found
            if os.path.isdir(directory or "/")
            for name in sorted(os.listdir(directory or "/"))
            if fnmatch.fnmatchcase(name, part)
        ]
    return found


def mkdir(path):
    """Makes one directory; its parent must exist. Nothing happens if it is there."""
    path = local_path(path)
    if path and not os.path.isdir(path):
        with os_errors_of(path):
            os.mkdir(path)


def makedirs(path):
    """Makes a directory and whatever parents are missing. Nothing happens if it is there."""
    path = local_path(path)
    if path:
        with os_errors_of(path):
            os.makedirs(path, exist_ok=True)


def remove(path):
    """Deletes one file; ``NotFoundError`` if there is none."""
    path = local_path(path)
    with os_errors_of(path):
        os.remove(path)


def rmtree(path):
    """Deletes a directory with everything in it."""
    path = local_path(path)
    if not os.path.lexists(path):
        raise errors.NotFoundError(None, None, f"{path} not found")
    with os_errors_of(path):
        shutil.rmtree(path)


def rename(src, dst, overwrite=False):
    """Moves a file or directory within its disk; ``AlreadyExistsError`` if ``dst`` exists and may not be replaced."""
    src, dst = local_path(src), local_path(dst)
    with os_errors_of(src):
        if not overwrite and os.path.lexists(src):
            _refuse_existing(dst)
        os.replace(src, dst)


def copy(src, dst, overwrite=False):
    """Copies the bytes of a file; ``AlreadyExistsError`` if ``dst`` exists and may not be replaced."""
    src, dst = local_path(src), local_path(dst)
    if not overwrite and os.path.exists(src):
        _refuse_existing(dst)
    try:
        with os_errors_of(src if not os.path.isfile(src) else dst):
            shutil.copyfile(src, dst)
    except errors.UnknownError as error:
        if isinstance(error.__cause__, shutil.SameFileError):
            raise errors.InvalidArgumentError(None, None, f"{src} and {dst} are the same file") from None
        raise


def _refuse_existing(path):
    if os.path.lexists(path):
        raise errors.AlreadyExistsError(None, None, f"file already exists: {path}")


def listdir(path):
    """The sorted names in a directory; ``NotFoundError`` if ``path`` is none."""
    path = local_path(path)
    if not os.path.isdir(path):
        raise errors.NotFoundError(None, None, f"Could not find directory {path}")
    with os_errors_of(path):
        return sorted(os.listdir(path))


class FileStatistics(NamedTuple):
    """What ``stat`` returns: bytes, modification time in nanoseconds, whether it is a directory."""

    length: int
    mtime_nsec: int
    is_directory: bool


def stat(path):
    """The ``FileStatistics`` of a file or directory."""
    path = local_path(path)
    with os_errors_of(path):
        found = os.stat(path)
    return FileStatistics(found.st_size, found.st_mtime_ns, _stat.S_ISDIR(found.st_mode))


def walk(top, topdown=True, onerror=None):
    """Yields ``(directory, names of directories, names of files)`` for ``top`` and every directory below it.

    ``onerror`` is called with the ``OpError`` of a directory that cannot be listed; without it such a directory is
    passed over in silence, as is a ``top`` that is not a directory.
    """
    top = local_path(top)
    try:
        names = listdir(top)
    except errors.OpError as error:
        if onerror is not None:
            onerror(error)
        return
    directories = [name for name in names if os.path.isdir(os.path.join(top, name))]
    here = top, directories, [name for name in names if name not in set(directories)]
    if topdown:
        yield here
    for name in directories:
        if not os.path.islink(os.path.join(top, name)):
            yield from walk(os.path.join(top, name), topdown, onerror)
    if not topdown:
        yield here


def write_atomically(path, data):
    """Makes ``data`` (bytes, or text as UTF-8) the content of ``path``: a reader sees the old file or the new one."""
    path = local_path(path)
    temporary = temporary_beside(path)
    with os_errors_of(path):
        try:
            with open(temporary, "xb") as file:
                file.write(data.encode() if isinstance(data, str) else data)
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.remove(temporary)
            raise


def temporary_beside(path):
    """A path in the same directory that nothing else uses, to be renamed to ``path`` when it is whole."""
    return f"{path}.tempstate{uuid.uuid4().hex}"


class GFile:
    """A file object that opens when it is first used, as ``tf.gfile.GFile``.

    ``mode`` is one of r, w, a, r+, w+, a+, each with or without ``b``. Without it reading gives ``str`` (UTF-8), with
    it ``bytes``; writing takes both. Sizes and positions count bytes. A closed file opens again at its next use.
    """

    def __init__(self, name, mode="r"):
        plain = mode.replace("b", "") if isinstance(mode, str) else mode
        if plain not in _MODES:
            raise errors.InvalidArgumentError(
                None, None, f"mode is not 'r' or 'w' or 'a' or 'r+' or 'w+' or 'a+'; got {mode!r}"
            )
        self.__name, self.__mode, self._binary = name, mode, "b" in mode
        self._path, self._file = local_path(name), None
        self._reads, self._writes, self._flags = plain != "w" and plain != "a", plain != "r", plain

    @property
    def name(self):
        return self.__name

    @property
    def mode(self):
        return self.__mode

    def _opened(self):
        if self._file is None:
            with os_errors_of(self._path):
                self._file = open(self._path, f"{self._flags}b")
        return self._file

    def _readable(self):
        if not self._reads:
            raise errors.PermissionDeniedError(None, None, f"File isn't open for reading: {self._path}")
        return self._opened()

    def _writable(self):
        if not self._writes:
            raise errors.PermissionDeniedError(None, None, f"File isn't open for writing: {self._path}")
        return self._opened()

    def _given(self, data):
        return data if self._binary else data.decode()

    def size(self):
        """Bytes in the file."""
        if self._file is not None and self._writes:
            self.flush()
        return stat(self._path).length

    def read(self, n=-1):
        """The next ``n`` bytes, or all that is left."""
        file = self._readable()
        with os_errors_of(self._path):
            return self._given(file.read(n))

    def readline(self):
        """The next line with its ``\\n``; empty at the end."""
        file = self._readable()
        with os_errors_of(self._path):
            return self._given(file.readline())

    def readlines(self):
        """The lines that are left, each with its ``\\n``."""
        return list(iter(self.readline, self._given(b"")))

    def write(self, file_content):
        """Writes ``str`` (as UTF-8) or ``bytes``."""
        if not isinstance(file_content, (str, bytes)):
            raise TypeError(f"Expected binary or unicode string, got {file_content!r}")
        file = self._writable()
        with os_errors_of(self._path):
            file.write(file_content.encode() if isinstance(file_content, str) else file_content)

    def seek(self, offset=None, whence=0, position=None):
        """Moves to ``offset`` bytes from the start (``whence`` 0), from here (1) or from the end (2).

        ``position`` is the old name of ``offset``. Past the end is an ``OutOfRangeError``.
        """
        file = self._readable()
        offset = position if offset is None else offset
        if offset is None:
            raise TypeError("seek() needs an offset.")
        if whence not in (0, 1, 2):
            raise errors.InvalidArgumentError(
                None, None, f"Invalid whence argument: {whence}. Valid values are 0, 1, or 2."
            )
        size = self.size()
        target = offset + (0, file.tell(), size)[whence]
        if target > size:
            file.seek(size)
            raise errors.OutOfRangeError(None, None, f"reached end of file: {self._path}, {size} bytes, at {target}")
        with os_errors_of(self._path):
            file.seek(target)

    def tell(self):
        """The position, in bytes from the start."""
        return self._opened().tell()

    def seekable(self):
        return True

    def flush(self):
        """Hands what was written to the operating system."""
        if self._file is not None and self._writes:
            with os_errors_of(self._path):
                self._file.flush()

    def close(self):
        """Writes what is pending and closes; nothing happens if the file is not open."""
        file, self._file = self._file, None
        if file is not None:
            with os_errors_of(self._path):
                file.close()

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        self.close()

    def __iter__(self):
        return self

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    next = __next__

    def __del__(self):
        file = getattr(self, "_file", None)
        if file is not None:
            with contextlib.suppress(OSError):
                file.close()


class FastGFile(GFile):
    """The same as ``GFile``; TensorFlow keeps both names."""


Open = GFile


def Exists(filename):
    """``exists`` under its first name."""
    return exists(filename)


def IsDirectory(dirname):
    """``isdir`` under its first name."""
    return isdir(dirname)


def Glob(filename):
    """``glob`` under its first name."""
    return glob(filename)


def MkDir(dirname):
    """``mkdir`` under its first name."""
    mkdir(dirname)


def MakeDirs(dirname):
    """``makedirs`` under its first name."""
    makedirs(dirname)


def Remove(filename):
    """``remove`` under its first name."""
    remove(filename)


def DeleteRecursively(dirname):
    """``rmtree`` under its first name."""
    rmtree(dirname)


def Rename(oldname, newname, overwrite=False):
    """``rename`` under its first name."""
    rename(oldname, newname, overwrite)


def Copy(oldpath, newpath, overwrite=False):
    """``copy`` under its first name."""
    copy(oldpath, newpath, overwrite)


def ListDirectory(dirname):
    """``listdir`` under its first name."""
    return listdir(dirname)


def Stat(filename):
    """``stat`` under its first name."""
    return stat(filename)


def Walk(top, in_order=True):
    """``walk`` under its first name: parents before children if ``in_order``."""
    return walk(top, in_order)
