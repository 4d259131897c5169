"""``tf.python.framework``: the part of TensorFlow's inside that programs reach for."""

from lazytf.api import python_framework_function as function  # noqa: F401 - a name of the namespace
from lazytf.api.surface import absent as _absent

__getattr__ = _absent("tf.python.framework")
