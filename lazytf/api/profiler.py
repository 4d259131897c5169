"""``tf.profiler``."""
from lazytf.api.surface import absent
from lazytf.formats.messages import OpLogProto as OpLogProto

__getattr__ = absent("tf.profiler")
