"""``tf.gfile``: file operations, under their older names."""

from lazytf.api.surface import absent as _absent
from lazytf.formats.files import (
    Copy as Copy,
    DeleteRecursively as DeleteRecursively,
    Exists as Exists,
    FastGFile as FastGFile,
    GFile as GFile,
    GFile as Open,
    Glob as Glob,
    IsDirectory as IsDirectory,
    ListDirectory as ListDirectory,
    MakeDirs as MakeDirs,
    MkDir as MkDir,
    Remove as Remove,
    Rename as Rename,
    Stat as Stat,
    Walk as Walk,
)

__getattr__ = _absent("tf.gfile")
