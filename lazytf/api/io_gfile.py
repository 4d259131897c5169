"""``tf.io.gfile``: file operations."""

from lazytf.api.surface import absent as _absent
from lazytf.formats.files import (
    GFile as GFile,
    copy as copy,
    exists as exists,
    glob as glob,
    isdir as isdir,
    listdir as listdir,
    makedirs as makedirs,
    mkdir as mkdir,
    remove as remove,
    rename as rename,
    rmtree as rmtree,
    stat as stat,
    walk as walk,
)

__getattr__ = _absent("tf.io.gfile")
