"""``tf.profiler``: the message of its log."""

from lazytf.api.surface import absent as _absent
from lazytf.formats.messages import OpLogProto as OpLogProto

__getattr__ = _absent("tf.profiler")
