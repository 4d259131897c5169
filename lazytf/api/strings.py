"""``tf.strings``: strings in tensors."""

from lazytf.api.surface import absent as _absent
from lazytf.ops.strings import string_join as join

__getattr__ = _absent("tf.strings")
